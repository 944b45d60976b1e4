"""A walk through a generator's latent space as a GIF: sheets of digits, moment by moment."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gan_lessons._core.refusals import whole
from gan_lessons.animation.writers import save_gif
from gan_lessons.plots.images import sheet

GAP = 1  # pixels between two digits, before scaling


def frame(images: np.ndarray, columns: int, scale: int = 1) -> np.ndarray:
    """`sheet` of images (n, 784) as a frame of a film: uint8 (height, width, 3), ink black, with gaps; colours too.

    scale: pixels of the picture a pixel of a digit, a whole number, so that no digit is blurred. Raises ValueError for
    what `sheet` refuses, and for a scale below 1."""
    whole("scale", scale)
    page = sheet(images, columns, GAP)
    light = page if page.ndim == 3 else np.repeat(1 - page[..., None], 3, 2)
    return np.rint(255 * light).clip(0, 255).astype(np.uint8).repeat(scale, 0).repeat(scale, 1)


def walk_gif(
    path: str | Path, moments: Iterable[np.ndarray], *, columns: int = 4, scale: int = 3, fps: float = 12
) -> Path:
    """Writes a GIF of many moments of images, each (n, 784), for example those that `models.walked` gives.

    An interrupt or a full disk leaves an old file as it was. Raises ValueError for a name that does not end in .gif,
    and for what `frame` or `save_gif` refuse."""
    whole("columns", columns), whole("scale", scale)
    return save_gif(path, (frame(images, columns, scale) for images in moments), fps)
