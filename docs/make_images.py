"""Draws the picture that each notebook opens with into it: `python docs/make_images.py`, or only those named after it.

A picture stands in the notebook's first cell, as a data address under the text: `![words][picture]` in it, and the
last line `[picture]: data:image/png;base64,...`. So a notebook is whole where it is opened alone. JupyterLab, nbconvert
and Voila show such a picture, and Colab embeds its own in this way; of a cell's attachment Colab shows nothing.

Those of notebooks 00 and 01 are drawn from one training: `recipes.steady` to its end (`RECIPE.steps`), seeds 0 to 99.
Run 0 is drawn as a line, the other 99 are the band behind it. On another processor or torch the curves differ a little,
for rounding differs. Those of notebooks 02 and 03 show the first seeds of sweeps that ship; those of notebooks 04
and 07 show what networks that ship make, that of notebook 08 shows forged digits, and that of notebook 10 trains
seed 0.
"""

import argparse
import io
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image

import gan_lessons as gl
from gan_lessons._core.randomness import generator
from gan_lessons._core.threads import one_thread
from gan_lessons.tools import badges

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PICTURE = "[picture]: data:image/png;base64,"  # how the last line of a notebook's first cell begins
COLOURS = 64  # enough for the eye, and a third of the bytes
RECIPE, SEEDS, EVERY, SHOWN = gl.recipes.steady, range(100), 100, 0
WIDTH, DPI = 1200, 100  # pixels, and how many make an inch
STYLE = {"axes.spines.top": False, "font.size": 10}
START_MOMENTS = (0, 200, RECIPE.steps)
TOY_MOMENTS = (0, 300, RECIPE.steps)
PLANES = {"autoencoder": "autoencoder", "vae": "VAE", "gan_2d": "GAN"}
COMPARED = ("plain GAN", "minibatch discrimination", "PacGAN2", "unrolled, 5 steps")


@cache
def film() -> gl.trainers.History:
    """The training that the first two pictures show, D's curve observed with it."""
    trainer = RECIPE.trainer(seeds=SEEDS, probes={"D": gl.trainers.DiscriminatorCurve(*RECIPE.window)})
    with one_thread():
        return gl.trainers.History.of(
            trainer.run(RECIPE.steps, every=EVERY), {"recipe": RECIPE.name, "seeds": list(SEEDS)}
        )


def draw_moments_of(history: gl.trainers.History, steps: Sequence[int], height: int, with_d_star: bool) -> Figure:
    """Moments of a film side by side, with one legend below."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    x, grid = np.linspace(*RECIPE.window, 400), np.linspace(*RECIPE.window, history.probes["D"].shape[-1])
    real = RECIPE.data.pdf(x)
    for ax, step in zip(figure.subplots(1, len(steps)), steps, strict=True):
        snapshot = history[list(history.steps).index(step)]
        drawn = gl.plots.draw_scene(ax, snapshot, real, x, SHOWN, grid=grid)
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
    result = gl.shipped.sweeps.load(sweep)
    at = result.values.index(value)
    collapsed, good = result.collapsed[at, -1, :seeds], result.good[at, -1, :seeds]
    words = ["collapsed" if gone else "good" if fine else "neither" for gone, fine in zip(collapsed, good, strict=True)]
    titles = [f"seed {seed}: {word}" for seed, word in zip(result.seeds, words, strict=False)]
    axes = figure.subplots(1, seeds)
    gl.plots.draw_planes(axes, result.samples[at, -1, :seeds], result.real[at], gl.recipes.wide_ring.window, titles)
    return figure


def draw_remedies(values: Sequence[str], seeds: int, height: int) -> Figure:
    """Where the first seeds ended with some remedies: a row a seed, a column a remedy."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    result = gl.shipped.sweeps.load("remedies")
    ends = [result.samples[result.values.index(value), -1, seed] for seed in range(seeds) for value in values]
    titles = [f"{value}, seed {result.seeds[seed]}" for seed in range(seeds) for value in values]
    axes = figure.subplots(seeds, len(values))
    gl.plots.draw_planes(axes, np.stack(ends), result.real[0], gl.recipes.wide_ring.window, titles)
    return figure


def draw_eight(steps: Sequence[int], height: int) -> Figure:
    """What the ring's networks make of points along a figure of eight, as training goes on; seed 0."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    t = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    data = gl.distributions.drawn.drawn(1.4 * np.column_stack([np.sin(t), np.sin(2 * t) / 1.5]), gl.recipes.ring.window)
    trainer, ends = replace(gl.recipes.ring, data=data).trainer(view=450), []
    for before, step in pairwise((0, *steps)):
        trainer.advance(step - before)
        ends.append(trainer.snapshot().samples[0])
    real = data.sample((450,), generator(0, "picture")).numpy()
    axes = figure.subplots(1, len(steps))
    gl.plots.draw_planes(axes, np.stack(ends), real, gl.recipes.ring.window, [f"step {step:,}" for step in steps])
    return figure


def draw_outcomes(names: Sequence[str], height: int) -> Figure:
    """How many runs of saved sweeps were good at the end, how many had collapsed, and how many were neither."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    axes = figure.subplots(1, len(names))
    for ax, name in zip(axes, names, strict=True):
        result = gl.shipped.sweeps.load(name)
        good, collapsed = result.good[:, -1].sum(1), result.collapsed[:, -1].sum(1)
        at, runs = np.arange(len(result.values))[::-1], len(result.seeds)
        ax.barh(at, good, color=gl.plots.GOOD, label="good")
        ax.barh(at, runs - good - collapsed, left=good, color="#cccccc", label="neither")
        ax.barh(at, collapsed, left=runs - collapsed, color=gl.plots.BAD, label="collapsed")
        ax.set(yticks=at, yticklabels=result.values, xlabel=f"runs of {runs}", title=result.label)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def draw_dirac(steps: int, height: int) -> Figure:
    """The Dirac-GAN under six rules, from one start."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    games = {
        "minimax": gl.theory.DiracGAN(),
        "non-saturating": gl.theory.DiracGAN("non-saturating"),
        "Wasserstein, clipping": gl.theory.DiracGAN("Wasserstein", "clipping", 1.0),
        "instance noise": gl.theory.DiracGAN(noise=0.7),
        "R1": gl.theory.DiracGAN(penalty="R1", weight=0.3),
        "consensus": gl.theory.DiracGAN(penalty="consensus", weight=1.0),
    }
    walks = np.stack([game.walk((1, 1), 0.2, steps) for game in games.values()])
    gl.plots.draw_walks(figure.subplots(1, len(games)), list(games.values()), walks, list(games), window=(-2.4, 2.4))
    return figure


def draw_digits(n: int, columns: int, height: int) -> Figure:
    """The first samples of the DCGAN that ships, beside the first digits of the test set."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    made = gl.metrics.sample(gl.shipped.networks.shipped("dcgan")[0], n)
    sheets = {"real digits": gl.distributions.mnist.load("test").images[:n], "made by the DCGAN": made.numpy()}
    for ax, (title, images) in zip(figure.subplots(1, 2), sheets.items(), strict=True):
        gl.plots.draw_sheet(ax, images, columns, title)
    return figure


def draw_forgeries(shown: dict[str, float], height: int) -> Figure:
    """Sixteen digits of each forgery at a strength, and what two metrics say of 5,000 such."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    rows = gl.shipped.tables.rows("forgeries")
    for ax, (name, strength) in zip(figure.subplots(1, len(shown)), shown.items(), strict=True):
        row = rows[f"{name}, {strength:g}"]
        images = gl.distributions.forged("noisy" if name == "real" else name, strength, 5_000)[:16].numpy()
        gl.plots.draw_sheet(ax, images, 4, f"{name}\nFID {row['fid']:.1f}, precision {row['precision']:.2f}")
    return figure


FORGERIES = {"real": 0.0, "one a class": 1.0, "few pictures": 0.4, "mirrored": 0.7, "mean picture": 0.1}


def draw_classes(rows: int, height: int) -> Figure:
    """What the conditional DCGAN that ships makes of some draws of noise, asked for each digit."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    noise = torch.randn(rows, 64, generator=torch.Generator().manual_seed(2)).repeat_interleave(10, 0)
    G = gl.shipped.networks.shipped("conditional_dcgan")[0]
    images = gl.models.generate(G, noise[None], torch.arange(10).repeat(rows)[None])
    gl.plots.draw_class_grid(figure.subplots(), images.numpy(), 10)
    return figure


def draw_code_planes(places: int, height: int) -> Figure:
    """What networks with codes of two numbers make, place by place: of the prior, and of where the codes lie."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    across = torch.linspace(-1, 1, places)
    y, x = torch.meshgrid(-across, across, indexing="ij")
    square = torch.stack([x.flatten(), y.flatten()], -1)
    for ax, (name, title) in zip(figure.subplots(1, len(PLANES)), PLANES.items(), strict=True):
        network, middle, reach = gl.shipped.networks.coder(name), 0.0, 2.5
        with torch.no_grad():
            if name == "autoencoder":
                low, high = network.encode(gl.shipped.autoencoders.test_digits()).quantile(
                    torch.tensor([0.01, 0.99]), 0
                )
                middle, reach = (low + high) / 2, (high - low) / 2
            gl.plots.draw_sheet(ax, network.decode(middle + reach * square).numpy(), places, title)
    return figure


PICTURES: dict[str, Callable[[], Figure]] = {
    "00_start_here": lambda: draw_moments_of(film(), START_MOMENTS, 400, with_d_star=False),
    "01_gaussian_toy": lambda: draw_moments_of(film(), TOY_MOMENTS, 400, with_d_star=True),
    "02_mode_collapse": lambda: draw_first_seeds("plain_gans", "wide ring", 4, 360),
    "03_minibatch_discrimination": lambda: draw_remedies(COMPARED, 2, 620),
    "04_mnist_dcgan": lambda: draw_digits(72, 12, 400),
    "05_fair_game": lambda: draw_outcomes(("fair_worse", "fair_committees"), 380),
    "06_objectives": lambda: draw_dirac(200, 300),
    "07_autoencoders_vae_gan": lambda: draw_code_planes(14, 440),
    "08_evaluating_gans": lambda: draw_forgeries(FORGERIES, 320),
    "09_conditional_gans": lambda: draw_classes(6, 400),
    "10_playground": lambda: draw_eight((0, 300, 1000, 4000), 360),
}


def png(figure: Figure) -> bytes:
    """The figure as a small PNG of few colours."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, metadata={"Software": None})
    picture = Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(small, "png", optimize=True)
    return small.getvalue()


def with_picture(text: str, picture: bytes) -> str:
    """A notebook's JSON with another opening picture. Raises ValueError if its first cell shows none."""
    notebook = json.loads(text)
    cell = notebook["cells"][0]
    words = "".join(cell["source"]).partition(f"\n{PICTURE}")[0]
    if "][picture]" not in words:
        raise ValueError(f"the first cell must show the picture, as ![words][picture]: {words[:60]!r} does not")
    cell["source"] = f"{words}\n{PICTURE}{b64encode(picture).decode()}".splitlines(keepends=True)
    return badges.written(notebook)


def main(arguments: Sequence[str] | None = None, folder: Path = NOTEBOOKS) -> None:
    """Draws the pictures named, all of them by default, into the notebooks of these names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(PICTURES)}")
    names = parser.parse_args(arguments).names or list(PICTURES)
    if unknown := set(names) - set(PICTURES):
        parser.error(f"there is no picture {sorted(unknown)}, but {list(PICTURES)}")
    with matplotlib.rc_context(STYLE):
        for name in names:
            file, picture = folder / f"{name}.ipynb", png(PICTURES[name]())
            file.write_text(with_picture(file.read_text(encoding="utf-8"), picture), encoding="utf-8", newline="\n")
            print(f"{file}: {len(picture) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
