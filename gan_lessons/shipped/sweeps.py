"""Sweeps that take too long for a class: they ship with the package, and this trains them again.

    python -m gan_lessons sweep aylien_layers

trains it with the seeds and settings that stand inside the file, and puts the result in its place.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.losses import objectives as losses
from gan_lessons.recipes import remedies
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.sweeps.result import SweepResult
from gan_lessons.sweeps.sweep import Sweep, sweep_of
from gan_lessons.trainers.schedules import WorseOnly

FOLDER = Path(__file__).parent / "files"


def _aylien_layers() -> Sweep:
    """AYLIEN's comparison at its unequal depth, and at equal depths."""
    found = {
        "3 layers": recipes.aylien_head,
        "2 layers": recipes.aylien_two_layers,
        "2 and minibatch": recipes.aylien_minibatch,
        "3 and minibatch": recipes.aylien_minibatch_deep,
    }
    return Sweep("hidden layers of D", list(found), list(found.values()), range(64), steps=5000, every=500)


def _aylien_batches() -> Sweep:
    """The same layer at batches from 2 to 128."""
    values = (2, 4, 8, 12, 16, 32, 64, 128)
    put = lambda recipe, batch: replace(recipe, batch=batch)  # noqa: E731
    return sweep_of(recipes.aylien_minibatch, put, values, label="batch size", seeds=range(16), every=500)


def _with_rates(recipe: Recipe, **rates: float) -> Recipe:
    """The recipe with another learning rate of D, as `d`, or of G, as `g`."""
    changed = {f"{who}_optimizer": replace(getattr(recipe, f"{who}_optimizer"), lr=lr) for who, lr in rates.items()}
    return replace(recipe, **changed)


def _ring_d_rates() -> Sweep:
    """The wide ring: D's learning rate from a third of G's to twenty times G's."""
    values = (3e-4, 5e-4, 7e-4, 1e-3, 1.5e-3, 2e-3, 5e-3, 1e-2, 2e-2)
    put = lambda recipe, lr: _with_rates(recipe, d=lr)  # noqa: E731
    return sweep_of(recipes.wide_ring, put, values, label="D's learning rate (G's is 0.001)", every=500)


def _ring_rates() -> Sweep:
    """The wide ring with one learning rate for both: the folk remedy of a lower one, and twice the time for it."""
    put = lambda recipe, lr: _with_rates(recipe, d=lr, g=lr)  # noqa: E731
    values, rest = (1e-4, 3e-4, 1e-3, 3e-3), {"seeds": range(32), "steps": 6000, "every": 1000}
    return sweep_of(recipes.wide_ring, put, values, label="learning rate of D and G", **rest)


def _plain_gans() -> Sweep:
    """Plain GANs in the plane: the data, G's loss, and the dimensions of the noise."""
    ring, grid, wide = recipes.ring, recipes.grid, recipes.wide_ring
    found = {
        "ring": ring,
        "ring, minimax": replace(ring, objective=losses.minimax),
        "grid": grid,
        "grid, minimax": replace(grid, objective=losses.minimax),
        "wide ring": wide,
        "wide, minimax": replace(wide, objective=losses.minimax),
        "wide, 1 noise": replace(wide, noise=NormalNoise(1)),
        "wide, 16 noises": replace(wide, noise=NormalNoise(16)),
    }
    return Sweep("plain GANs", list(found), list(found.values()), range(32), steps=3000, every=1500)


def _gan_lab() -> Sweep:
    """Two starts of GAN Lab."""
    found = {"two Gaussians": recipes.gan_lab_gaussians, "disjoint": recipes.gan_lab_disjoint}
    return Sweep("starts of GAN Lab", list(found), list(found.values()), range(50), steps=4000, every=1000)


def _metz_ring() -> Sweep:
    """The plain GAN of Metz et al., for its first 3,000 of 25,000 steps."""
    return Sweep("recipe", ["metz_ring"], [recipes.metz_ring], range(10), steps=3000, every=300)


def _remedies() -> Sweep:
    """Remedies from the same seeds, where the plain GAN is good for some and collapses for others."""
    names = ("plain", "minibatch", "pack_2", "pack_4", "unrolled_5", "two_rates", "instance_noise", "spectral")
    found = [remedies.BY_NAME[name] for name in (*names, "wgan_gp", "r1", "ema")]
    changed = [remedy(recipes.wide_ring) for remedy in found]
    return Sweep("remedy", [remedy.label for remedy in found], changed, range(8), steps=2000, every=500)


def _fair_worse() -> Sweep:
    """The wide ring, where only the worse network learns, at rising thresholds of D's accuracy."""
    found = {"in turn": recipes.wide_ring}
    for threshold in (0.5, 0.6, 0.7, 0.75, 0.8, 0.9):
        found[f"up to {threshold:g}"] = replace(recipes.wide_ring, schedule=WorseOnly(threshold))
    return Sweep("who learns", list(found), list(found.values()), range(16), steps=3000, every=500)


def _fair_committees() -> Sweep:
    """The wide ring with many Ds and Gs; and with one of each, wide enough to cost as much."""
    one = recipes.wide_ring
    found = {
        "one of each": one,
        "3 Ds": one.put(d_members=3),
        "3 Gs": one.put(g_members=3),
        "3 of each": one.put(d_members=3, g_members=3),
        "3 of each, first D 8": one.put(d_members=3, g_members=3, d_first_weight=8.0),
        "one of each, wider": one.put(d_width=144, g_width=144),
    }
    return Sweep("Ds and Gs", list(found), list(found.values()), range(16), steps=3000, every=500)


def _fair_strength() -> Sweep:
    """The steady toy with a D of another strength: its width, its layers, its steps, G's steps."""
    steady, found = recipes.steady, {}
    for words, name, values in (
        ("D's width", "d_width", (2, 4, 8, 16, 24, 64)),
        ("D's layers", "d_layers", (1, 2, 3, 4)),
        ("D's steps", "d_steps", (1, 2, 5, 10)),
        ("G's steps", "g_steps", (1, 2, 5, 10)),
    ):
        found |= {f"{words} {value}": steady.put(**{name: value}) for value in values}
    return Sweep("D's strength", list(found), list(found.values()), range(32), steps=1500, every=500)


SWEEPS: dict[str, Callable[[], Sweep]] = {
    "aylien_layers": _aylien_layers,
    "aylien_batches": _aylien_batches,
    "ring_d_rates": _ring_d_rates,
    "ring_rates": _ring_rates,
    "plain_gans": _plain_gans,
    "remedies": _remedies,
    "gan_lab": _gan_lab,
    "metz_ring": _metz_ring,
    "fair_worse": _fair_worse,
    "fair_committees": _fair_committees,
    "fair_strength": _fair_strength,
}


def load(name: str) -> SweepResult:
    """A shipped sweep, one of `SWEEPS`. Raises ValueError for an unknown name or a damaged file."""
    return SweepResult.load(_file(name))


def sweep(name: str) -> Sweep:
    """The sweep itself, not trained. Raises ValueError for an unknown name."""
    _file(name)
    return SWEEPS[name]()


def make(name: str, executor=None) -> SweepResult:
    """Trains a sweep whole, as it ships, and gives the result."""
    return sweep(name).run(executor)


def _file(name: str) -> Path:
    return FOLDER / f"sweep_{name}.npz" if name in SWEEPS else refuse("name", name, f"one of {tuple(SWEEPS)}")


def main(arguments: list[str] | None = None) -> None:
    """Trains and saves each sweep named. Raises ValueError for an unknown one before any is trained."""
    parser = argparse.ArgumentParser("python -m gan_lessons sweep", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"one of {', '.join(SWEEPS)}")
    for name, file in [(name, _file(name)) for name in parser.parse_args(arguments).names]:
        print("wrote", make(name).save(file, half=True))
