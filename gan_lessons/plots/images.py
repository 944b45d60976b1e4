"""Digits and other pictures: `draw_*(ax, ...)` returns artists, and never shows or saves anything."""

from math import prod

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.image import AxesImage

from gan_lessons._core.refusals import refuse, row, whole
from gan_lessons.distributions.picture_shapes import SHAPES
from gan_lessons.plots.style import GENERATED, REAL


def sheet(images: np.ndarray, columns: int = 8, gap: int = 0) -> np.ndarray:
    """Pictures side by side: (n, 784) from -1 to 1, or uint8 (n, 28, 28) -> one from 0 (paper) to 1 (ink); other sizes
    in the same way. Of three channels, such as (n, 3072), it is (height, width, 3), light from 0 to 1 on white.

    gap: pixels of paper around each. The last row is filled with paper. Raises ValueError for another shape, no image,
    columns below 1 or a gap below 0."""
    whole("columns", columns), whole("gap", gap, 0)
    images = np.asarray(images)
    channels, side, _ = _shape(images)
    light = images / 255 if images.dtype == np.uint8 else (images + 1) / 2
    rows, cell = -(-len(light) // columns), side + gap
    filled = np.full((rows * columns, cell, cell, channels), float(channels == 3))  # no ink, or white
    filled[: len(light), gap:, gap:] = light.reshape(-1, channels, side, side).transpose(0, 2, 3, 1)
    page = filled.reshape(rows, columns, cell, cell, -1).swapaxes(1, 2).reshape(rows * cell, columns * cell, channels)
    page = np.pad(page, ((0, gap), (0, gap), (0, 0)), constant_values=float(channels == 3))
    return page if channels == 3 else page[..., 0]


def _shape(images: np.ndarray) -> tuple[int, int, int]:
    """That of each picture, (channels, side, side), from the shape of all of them."""
    found = images.shape[1:]
    if images.size and prod(found) in SHAPES:
        shape = SHAPES[prod(found)]
        if found in ((prod(found),), shape) or (1, *found) == shape:
            return shape
    refuse("images", images.shape, "of shape (n, 784), (n, 28, 28), or that of other pictures, such as (n, 3, 32, 32)")


def draw_sheet(ax: Axes, images: np.ndarray, columns: int = 8, title: str = "") -> AxesImage:
    """Pictures side by side, ink dark on light paper, or in their colours; see `sheet`."""
    ax.set(xticks=[], yticks=[], title=title)
    return ax.imshow(sheet(images, columns).clip(0, 1), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")


def draw_digit_shares(ax: Axes, shares: np.ndarray, real: np.ndarray) -> tuple[BarContainer, BarContainer]:
    """Bars of each digit's share among generated and real samples, in %; each (10,).

    Raises ValueError for another shape, and for what are no shares from 0 to 1."""
    for name, value in (("shares", shares), ("real", real)):
        if len(row(name, value, 0.0, 1.0)) != 10:
            refuse(name, value, "ten shares, one for each digit")
    digits = np.arange(10)
    bars = (
        ax.bar(digits - 0.2, 100 * np.asarray(real), 0.4, color=REAL, label="real"),
        ax.bar(digits + 0.2, 100 * np.asarray(shares), 0.4, color=GENERATED, label="generated"),
    )
    ax.set(xticks=digits, xlabel="digit, as the classifier reads it", ylabel="share of samples (%)")
    ax.legend(frameon=False)
    return bars
