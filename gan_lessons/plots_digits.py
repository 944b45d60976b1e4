"""Pictures of digits: `draw_*(ax, ...)` returns artists, and never shows or saves anything."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.image import AxesImage

from gan_lessons.errors import refuse, whole
from gan_lessons.mnist import SIDE
from gan_lessons.plots import GENERATED, REAL


def sheet(images: np.ndarray, columns: int = 8, gap: int = 0) -> np.ndarray:
    """Digits side by side: (n, 784) from -1 to 1, or uint8 (n, 28, 28) -> one picture from 0 (paper) to 1 (ink).

    gap: pixels of paper around each. The last row is filled with paper. Raises ValueError for another shape, no image,
    columns below 1 or a gap below 0."""
    whole("columns", columns), whole("gap", gap, 0)
    images = np.asarray(images)
    if not images.size or images.shape[1:] not in ((SIDE * SIDE,), (SIDE, SIDE), (1, SIDE, SIDE)):
        refuse("images", images.shape, f"of shape (n, {SIDE * SIDE}) or (n, {SIDE}, {SIDE})")
    ink = images / 255 if images.dtype == np.uint8 else (images + 1) / 2
    rows, cell = -(-len(ink) // columns), SIDE + gap
    filled = np.zeros((rows * columns, cell, cell))
    filled[: len(ink), gap:, gap:] = ink.reshape(-1, SIDE, SIDE)
    page = filled.reshape(rows, columns, cell, cell).swapaxes(1, 2).reshape(rows * cell, columns * cell)
    return np.pad(page, (0, gap))


def draw_sheet(ax: Axes, images: np.ndarray, columns: int = 8, title: str = "") -> AxesImage:
    """Digits side by side, ink dark on light paper; see `sheet`."""
    ax.set(xticks=[], yticks=[], title=title)
    return ax.imshow(sheet(images, columns), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")


def draw_digit_shares(ax: Axes, shares: np.ndarray, real: np.ndarray) -> tuple[BarContainer, BarContainer]:
    """Bars of each digit's share among generated and real samples, in %; each (10,)."""
    digits = np.arange(10)
    bars = (
        ax.bar(digits - 0.2, 100 * np.asarray(real), 0.4, color=REAL, label="real"),
        ax.bar(digits + 0.2, 100 * np.asarray(shares), 0.4, color=GENERATED, label="generated"),
    )
    ax.set(xticks=digits, xlabel="digit, as the classifier reads it", ylabel="share of samples (%)")
    ax.legend(frameon=False)
    return bars
