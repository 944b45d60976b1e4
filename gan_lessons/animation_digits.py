"""Sheets of digits as pictures, and a walk through a generator's latent space as a GIF."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from gan_lessons import plots_digits
from gan_lessons.animation import save_gif
from gan_lessons.errors import refuse, whole
from gan_lessons.latent import walk
from gan_lessons.metrics_digits import generate

GAP = 1  # pixels between two digits, before scaling


def frame(images: torch.Tensor, columns: int, scale: int = 1) -> np.ndarray:
    """`plots_digits.sheet` of images (n, 784) as a frame of a film: uint8 (height, width, 3), ink black, with gaps.

    scale: pixels of the picture a pixel of a digit, a whole number, so that no digit is blurred. Raises ValueError for
    what `plots_digits.sheet` refuses, and for a scale below 1."""
    whole("scale", scale)
    page = np.rint(255 * (1 - plots_digits.sheet(images, columns, GAP))).clip(0, 255).astype(np.uint8)
    return np.repeat(page.repeat(scale, 0).repeat(scale, 1)[..., None], 3, 2)


def walk_gif(
    G: Callable[[torch.Tensor], torch.Tensor],
    path: str | Path,
    *,
    columns: int = 4,
    points: int = 5,
    steps_between: int = 12,
    seed: int = 0,
    scale: int = 3,
    fps: float = 12,
) -> Path:
    """Writes a GIF of columns * columns walkers, each on a closed walk (`latent.walk`) through the space of G's noise.

    G: a generator that knows its `inputs`, such as `checkpoints.shipped("dcgan")[0]`; it is looked at in `eval()`. An
    interrupt or a full disk leaves an old file as it was. Raises ValueError for a name that does not end in .gif, and
    for numbers that `walk`, `frame` or `save_gif` refuse."""
    whole("columns", columns), whole("scale", scale)
    moments = walk(_inputs(G), points, steps_between, seed, columns**2)
    return save_gif(path, (frame(generate(G, moment[None]), columns, scale) for moment in moments), fps)


def _inputs(G: object) -> int:
    if not callable(G) or not hasattr(G, "inputs"):
        refuse("G", G, "a generator that knows how many `inputs` it takes")
    return G.inputs
