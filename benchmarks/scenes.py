"""One frame of the 1-D scene, a training that takes thirty of them a second, and Matplotlib's draw of the same.

`frame` and `watch` are the seams: a lab's own take their place.
"""

import time
from collections.abc import Callable

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gan_lessons import plots, recipes, theory
from gan_lessons.trainers import DiscriminatorCurve, Trainer

FRAMES_A_SECOND = 30
RECIPE = recipes.aylien_head
X = np.linspace(*RECIPE.window, 200)
REAL = RECIPE.data.pdf(X)


def trainer(runs: int = 100) -> Trainer:
    """The training that is watched: AYLIEN's toy, with D observed on the whole window."""
    return RECIPE.trainer(range(runs), probes={"D": DiscriminatorCurve(*RECIPE.window, len(X))})


def frame(trainer: Trainer) -> bytes:
    """One frame, from the trainer to bytes that are ready to send: run 0's density, D and D*, and the others' band."""
    snapshot = trainer.snapshot()
    made = theory.density(snapshot.samples[..., 0], X)
    low, high = np.quantile(made[1:], (0.1, 0.9), axis=0)
    curves = [made[0], low, high, theory.d_star(REAL, made[0]), snapshot.probes["D"][0]]
    return np.stack(curves).astype(np.float32).tobytes() + snapshot.samples[0].tobytes()


def watch(trainer: Trainer) -> Callable[[int], None]:
    """`advance(steps)` that also takes a frame as often as `FRAMES_A_SECOND` says.

    On a machine too slow for that, frames are skipped and not made up for, as a screen does."""

    def advance(steps: int) -> None:
        due = time.perf_counter()
        for _ in range(steps):
            trainer.advance(1)
            now = time.perf_counter()
            if now >= due:
                frame(trainer)
                due = max(due + 1 / FRAMES_A_SECOND, now)

    return advance


def matplotlib_draw(trainer: Trainer) -> Callable[[], None]:
    """A function that draws the same frame with Matplotlib, whole, at its default size.

    In its favour, artists are kept from draw to draw and the layout is made once."""
    figure = Figure(layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    artists = plots.draw_scene(ax, trainer.snapshot(), REAL, X)
    figure.canvas.draw()
    figure.set_layout_engine("none")

    def draw() -> None:
        plots.draw_scene(ax, trainer.snapshot(), REAL, X, artists=artists)
        figure.canvas.draw()

    return draw
