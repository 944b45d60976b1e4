"""A headless lab's frame, a training that takes thirty of them a second, and Matplotlib's draw of the same."""

import time
from collections.abc import Callable

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gan_lessons import plots
from gan_lessons.labs.lab import Lab
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.probes import DiscriminatorCurve
from gan_lessons.trainers.trainer import Trainer

FRAMES_A_SECOND = 30
RECIPE = recipes.aylien_head
X = np.linspace(*RECIPE.window, 200)
REAL = RECIPE.data.pdf(X)


def trainer(runs: int = 100) -> Trainer:
    """AYLIEN's toy, with D observed on the whole window."""
    return RECIPE.trainer(range(runs), probes={"D": DiscriminatorCurve(*RECIPE.window, len(X))})


def lab(runs: int = 100) -> Lab:
    """The player of the same toy, without a page."""
    return Lab(RECIPE, runs=runs, name="benchmark")


def frame(lab: Lab) -> None:
    """One frame, from the trainer to bytes that are sent, with its summary and its place in the film."""
    lab.advance(0)


def watch(lab: Lab) -> Callable[[int], None]:
    """`advance(steps)` of a lab in calls that last a thirtieth of a second, each of which ends with a frame."""
    pace = 1

    def advance(steps: int) -> None:
        nonlocal pace
        while steps:
            now, start = min(pace, steps), time.perf_counter()
            lab.advance(now)
            steps -= now
            pace = max(1, round(now / (time.perf_counter() - start) / FRAMES_A_SECOND))

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
