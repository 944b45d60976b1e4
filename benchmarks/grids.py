"""Pairing and penalties on 8, 25 and 512 modes: the ring, d2l-neu's grid by its own measure, three rings side by side.

All are judged at the last step on 10,000 samples a seed. One core takes some 20 minutes.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.machine import without_tiny_numbers
from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.side_by_side import SideBySide
from gan_lessons.losses.penalties import R1, R2
from gan_lessons.metrics.plane import modes_of
from gan_lessons.metrics.side_by_side import modes_side_by_side
from gan_lessons.metrics.verdicts import judge
from gan_lessons.models.mlp import MLP
from gan_lessons.recipes import comparison, remedies
from gan_lessons.recipes.objective_table import compared
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.sweeps.batching import Part, train

SAMPLES = 10_000


def grid_of_25(steps: int) -> Recipe:
    """d2l-neu's grid, which is PacGAN's, by the combination of the table of modes."""
    return remedies.BY_NAME["ema"](comparison.grid(steps))


def three_rings(objective: str, weight: float, factor: float = 3.0) -> Recipe:
    """The table's ring three times side by side, so 512 modes; an objective of the table with R1 and R2 of a weight.

    factor: of both rates, 1e-3. On seeds 100 and 101 both objectives found most modes with a factor of 3, of 1, 3 and
    10, and a weight of 0.3 or 1; with a weight of 0.1 the unpaired one found most with a factor of 10."""
    recipe = compared("ring", objective, factor)
    return replace(
        recipe,
        name=f"three rings, {objective}, R1 and R2 of {weight}",
        data=SideBySide(recipe.data, 3),
        noise=NormalNoise(16),
        generator=MLP((64, 64), "relu"),
        discriminator=MLP((64, 64), "relu"),
        penalties=(R1(weight), R2(weight)),
    )


PAIRED = ("relativistic", "relativistic, R1", "relativistic, R1 and R2", "relativistic, R1 and R2, lazy")
ALONE = ("non-saturating", "non-saturating, R1", "non-saturating, R1 and R2")
ROWS = {f"8 modes, {name}": (lambda name=name: compared("ring", name), 32) for name in ALONE + PAIRED}
ROWS |= {
    "25 modes, relativistic, R1, R2, averaged G": (lambda: grid_of_25(20_000), 10),
}
WEIGHTS = {0.1: 16, 0.3: 16, 1.0: 8}  # of the penalties, with the number of seeds
ROWS |= {
    f"512 modes, {name}, R1 and R2 of {weight}": (lambda name=name, weight=weight: three_rings(name, weight), seeds)
    for weight, seeds in WEIGHTS.items()
    for name in ("non-saturating", "relativistic")
}
ROWS |= {
    f"512 modes, {name}, R1 and R2 of 0.1, fast": (lambda name=name: three_rings(name, 0.1, 10.0), 16)
    for name in ("non-saturating", "relativistic")
}


@dataclass(frozen=True)
class Row(Line):
    """One method. good, collapsed: how many of the seeds. Of each seed: the modes covered, the share of high quality,
    the reverse KL, and the KL over the modes and "off" (see `Modes.kl_with_off`). seconds: for all seeds."""

    name: str
    steps: int
    seeds: int
    good: int
    collapsed: int
    modes: tuple[int, ...]
    hq: tuple[float, ...]
    rkl: tuple[float, ...]
    kl: tuple[float, ...]
    seconds: float


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then the rows. repeats: how many seeds, instead of each row's own."""
    yield header()
    for name, (recipe, seeds) in ROWS.items():
        with without_tiny_numbers():
            row = measured(name, recipe(), repeats or seeds)
        yield row


def measured(name: str, recipe: Recipe, seeds: int) -> Row:
    """One row: trains seeds 0, 1, ... side by side."""
    start, places = time.perf_counter(), tuple((0, seed) for seed in range(seeds))
    film = train(Part(recipe, tuple(range(seeds)), places, recipe.steps, every=recipe.steps, view=SAMPLES))
    found, verdict = _judged(film.samples[-1], recipe.data)
    numbers = (found.covered.astype(int), *(value.round(4) for value in (found.hq, found.rkl, found.kl_with_off)))
    lists = (tuple(value.tolist()) for value in numbers)
    counts = int(verdict.good.sum()), int(verdict.collapsed.sum())
    return Row(name, recipe.steps, seeds, *counts, *lists, round(time.perf_counter() - start, 1))


def _judged(samples, data):
    """The modes found, and who is good and who has collapsed; of planes side by side by their modes alone."""
    if isinstance(data, SideBySide):
        found = modes_side_by_side(samples, data.of.modes, data.of.mode_sd)
        return found, found
    return modes_of(samples, data.modes, data.mode_sd), judge(samples, data)
