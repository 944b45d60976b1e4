"""Makes the pictures that the notebooks open with: `python docs/make_images.py`, or only those named after it.

Those of notebooks 00 and 01 are drawn from one training: `recipes.steady` to its end (`RECIPE.steps`), seeds 0 to 99.
Run 0 is drawn as a line, the other 99 are the band behind it. On another processor or torch the curves differ a little,
for rounding differs. Those of notebooks 02 and 03 show the first seeds of sweeps that ship; that of notebook 04 shows
the first samples of the network that ships, and that of notebook 10 trains seed 0.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from gan_lessons import checkpoints, metrics_digits, mnist, plots, recipes, saved_sweeps
from gan_lessons.labs.drawing import drawn
from gan_lessons.plots_digits import draw_sheet
from gan_lessons.probes import DiscriminatorCurve
from gan_lessons.randomness import generator
from gan_lessons.records import History
from gan_lessons.threads import one_thread

IMAGES = Path(__file__).resolve().parent / "images"
RECIPE, SEEDS, EVERY, SHOWN = recipes.steady, range(100), 100, 0
WIDTH, DPI = 1200, 100  # pixels, and how many make an inch
STYLE = {"axes.spines.top": False, "font.size": 10}
START_MOMENTS = (0, 200, RECIPE.steps)
TOY_MOMENTS = (0, 300, RECIPE.steps)
COMPARED = ("plain GAN", "minibatch discrimination", "PacGAN2", "unrolled, 5 steps")


@cache
def film() -> History:
    """The training that the first two pictures show, D's curve observed with it."""
    trainer = RECIPE.trainer(seeds=SEEDS, probes={"D": DiscriminatorCurve(*RECIPE.window)})
    with one_thread():
        return History.of(trainer.run(RECIPE.steps, every=EVERY), {"recipe": RECIPE.name, "seeds": list(SEEDS)})


def draw_moments_of(history: History, steps: Sequence[int], height: int, with_d_star: bool) -> Figure:
    """Moments of a film side by side, with one legend below."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    x, grid = np.linspace(*RECIPE.window, 400), np.linspace(*RECIPE.window, history.probes["D"].shape[-1])
    real = RECIPE.data.pdf(x)
    for ax, step in zip(figure.subplots(1, len(steps)), steps, strict=True):
        snapshot = history[list(history.steps).index(step)]
        drawn = plots.draw_scene(ax, snapshot, real, x, SHOWN, grid=grid)
        drawn["d_star"].set_visible(with_d_star)
        drawn["legend"].remove()
        drawn["step"].set_text(f"step {step:,}")
        drawn["note"].set(fontsize="small", fontweight="normal")  # there is little room
        first, last = step == steps[0], step == steps[-1]
        ax.set(xlabel="x", ylabel="density (per unit of x)" if first else "")
        right = drawn["d"].axes
        right.set_ylabel("D(x): probability of real" if last else "")
        ax.tick_params(labelleft=first)
        right.tick_params(labelright=last)
    names = ["real", "generated", "band", "d"] + ["d_star"] * with_d_star
    handles = [drawn[name] for name in names]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return figure


def draw_first_seeds(sweep: str, value: str, seeds: int, height: int) -> Figure:
    """Where the first seeds of a saved sweep ended, at one of its positions."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    result = saved_sweeps.load(sweep)
    at = result.values.index(value)
    collapsed, good = result.collapsed[at, -1, :seeds], result.good[at, -1, :seeds]
    words = ["collapsed" if gone else "good" if fine else "neither" for gone, fine in zip(collapsed, good, strict=True)]
    titles = [f"seed {seed}: {word}" for seed, word in zip(result.seeds, words, strict=False)]
    axes = figure.subplots(1, seeds)
    plots.draw_planes(axes, result.samples[at, -1, :seeds], result.real[at], recipes.wide_ring.window, titles)
    return figure


def draw_remedies(values: Sequence[str], seeds: int, height: int) -> Figure:
    """Where the first seeds ended with some remedies: a row a seed, a column a remedy."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    result = saved_sweeps.load("remedies")
    ends = [result.samples[result.values.index(value), -1, seed] for seed in range(seeds) for value in values]
    titles = [f"{value}, seed {result.seeds[seed]}" for seed in range(seeds) for value in values]
    axes = figure.subplots(seeds, len(values))
    plots.draw_planes(axes, np.stack(ends), result.real[0], recipes.wide_ring.window, titles)
    return figure


def draw_eight(steps: Sequence[int], height: int) -> Figure:
    """What the ring's networks make of points along a figure of eight, as training goes on; seed 0."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    t = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    data = drawn(1.4 * np.column_stack([np.sin(t), np.sin(2 * t) / 1.5]), recipes.ring.window)
    trainer, ends = replace(recipes.ring, data=data).trainer(view=450), []
    for before, step in pairwise((0, *steps)):
        trainer.advance(step - before)
        ends.append(trainer.snapshot().samples[0])
    real = data.sample((450,), generator(0, "picture")).numpy()
    axes = figure.subplots(1, len(steps))
    plots.draw_planes(axes, np.stack(ends), real, recipes.ring.window, [f"step {step:,}" for step in steps])
    return figure


def draw_digits(n: int, columns: int, height: int) -> Figure:
    """The first samples of the DCGAN that ships, beside the first digits of the test set."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    made = metrics_digits.sample(checkpoints.shipped("dcgan")[0], n)
    sheets = {"real digits": mnist.load("test").images[:n], "made by the DCGAN": made.numpy()}
    for ax, (title, images) in zip(figure.subplots(1, 2), sheets.items(), strict=True):
        draw_sheet(ax, images, columns, title)
    return figure


PICTURES: dict[str, Callable[[], Figure]] = {
    "00_start_here": lambda: draw_moments_of(film(), START_MOMENTS, 400, with_d_star=False),
    "01_gaussian_toy": lambda: draw_moments_of(film(), TOY_MOMENTS, 400, with_d_star=True),
    "02_mode_collapse": lambda: draw_first_seeds("plain_gans", "wide ring", 4, 360),
    "03_minibatch_discrimination": lambda: draw_remedies(COMPARED, 2, 620),
    "04_mnist_dcgan": lambda: draw_digits(72, 12, 400),
    "10_playground": lambda: draw_eight((0, 300, 1000, 4000), 360),
}


def main(arguments: Sequence[str] | None = None, folder: Path = IMAGES) -> None:
    """Draws the pictures named, all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(PICTURES)}")
    names = parser.parse_args(arguments).names or list(PICTURES)
    if unknown := set(names) - set(PICTURES):
        parser.error(f"there is no picture {sorted(unknown)}, but {list(PICTURES)}")
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE):
        for name in names:
            file = folder / f"{name}.png"
            PICTURES[name]().savefig(file, metadata={"Software": None})
            print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
