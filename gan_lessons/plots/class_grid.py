"""What a generator makes of each class: a grid of class by noise, and pictures from one class to another."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions.mnist import SIDE
from gan_lessons.plots.images import sheet
from gan_lessons.plots.style import GENERATED


def draw_class_grid(
    ax: Axes, images: np.ndarray, classes: int, chosen: tuple[int, int] | None = None, word: str = "class"
) -> AxesImage:
    """Digits (rows * classes, 784), row by row: a column is a class and a row is one noise. chosen: the row and the
    column to frame. word: what a column is, "class" or "code". Raises ValueError unless the digits fill the rows, and
    for a place that is not on the grid."""
    if not len(images) or len(images) % whole("classes", classes):
        refuse("images", np.shape(images), f"(n, {SIDE * SIDE}), with n a multiple of the {classes} classes")
    rows = len(images) // classes
    centres = np.arange(max(rows, classes)) * SIDE + (SIDE - 1) / 2
    ax.set(xlabel=word, ylabel="noise", xticks=centres[:classes], yticks=centres[:rows])
    ax.set_xticklabels(range(classes)), ax.set_yticklabels(range(1, rows + 1))
    ax.xaxis.set_ticks_position("top"), ax.xaxis.set_label_position("top")
    ax.tick_params(length=0)
    if chosen is not None:
        row, column = chosen
        if not 0 <= row < rows or not 0 <= column < classes:
            refuse("chosen", chosen, f"a row below {rows} and a column below {classes}")
        _frame(ax, (column, row), 1), _frame(ax, (0, row), classes, linewidth=1, linestyle="--")
    return ax.imshow(sheet(images, classes), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")


def draw_mixture(ax: Axes, images: np.ndarray, chosen: int, ends: tuple[str, str]) -> AxesImage:
    """Digits (n, 784) side by side, from one class to another. chosen: the one to frame. ends: the classes' names."""
    if chosen not in range(len(images)):
        refuse("chosen", chosen, f"a picture from 0 to {len(images) - 1}")
    middles = np.arange(len(images)) * SIDE + (SIDE - 1) / 2
    shares = np.linspace(0, 100, len(images))
    ax.set(yticks=[], xticks=middles, xlabel=f"share of {ends[1]} (%), the rest is {ends[0]}")
    ax.set_xticklabels([f"{share:.0f}" for share in shares])
    ax.tick_params(length=0)
    _frame(ax, (chosen, 0), 1)
    return ax.imshow(sheet(images, len(images)), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")


def _frame(ax: Axes, cell: tuple[int, int], columns: int, **look) -> None:
    at = (cell[0] * SIDE - 0.5, cell[1] * SIDE - 0.5)
    words = {"fill": False, "edgecolor": GENERATED, "linewidth": 2.5, "zorder": 3} | look
    ax.add_patch(Rectangle(at, columns * SIDE, SIDE, **words))
