"""Makes the pictures that the notebooks open with: `python docs/make_images.py`.

Both are drawn from one training: `recipes.steady` to its end (`RECIPE.steps`), seeds 0 to 99. Run 0 is
drawn as a line, the other 99 are the band behind it. On another processor or torch the curves differ a little, for
rounding differs.
"""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from gan_lessons import plots, recipes
from gan_lessons.records import History
from gan_lessons.trainers import DiscriminatorCurve, one_thread

IMAGES = Path(__file__).resolve().parent / "images"
RECIPE, SEEDS, EVERY, SHOWN = recipes.steady, range(100), 100, 0
WIDTH, DPI = 1200, 100  # pixels, and how many make an inch
STYLE = {"axes.spines.top": False, "font.size": 10}
START_MOMENTS = (0, 200, RECIPE.steps)
TOY_MOMENTS = (0, 300, RECIPE.steps)


def film() -> History:
    """The training that both pictures show, D's curve observed with it."""
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


def main(folder: Path = IMAGES) -> None:
    history = film()
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE):
        pictures = {
            "00_start_here.png": draw_moments_of(history, START_MOMENTS, 400, with_d_star=False),
            "01_gaussian_toy.png": draw_moments_of(history, TOY_MOMENTS, 400, with_d_star=True),
        }
        for name, figure in pictures.items():
            figure.savefig(folder / name, metadata={"Software": None})
            print(f"{folder / name}: {(folder / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
