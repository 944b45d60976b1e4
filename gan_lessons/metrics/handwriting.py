"""How a digit is written: its slant and its width, by moments of its ink.

With ink w at column x and row y, and moments about the middle of the ink, mu11 = mean of w x y and so on: a digit that
leans to the right by s columns a row has mu11 = -s mu02, whatever else it is. Its width is the sd of x that is left
when the slant is taken out.
"""

import torch

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.mnist import SIDE
from gan_lessons.metrics.images import checked


def slant(images: torch.Tensor) -> torch.Tensor:
    """Each digit's slant in degrees, (n,): above 0 it leans to the right, as most right-handed writing does.

    images: (n, 784) or (n, 1, 28, 28), from -1 to 1. Raises ValueError as `look` does, and for a picture without ink.
    As in LeCun et al. 1998 (deslanting) and Castro et al. 2019 (Morpho-MNIST)."""
    _, xy, yy = _moments(images)
    return torch.atan2(-xy, yy).rad2deg()


def width(images: torch.Tensor) -> torch.Tensor:
    """Each digit's width in pixels, (n,): the sd of its ink along the rows once the slant is taken out.

    images: as `slant` takes them. Raises ValueError as it does. The measure is ours."""
    xx, xy, yy = _moments(images)
    return (xx - xy.square() / yy).clamp(min=0).sqrt()


def _moments(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The variances of the ink along the rows and down the columns, and their covariance between: xx, xy, yy; (n,)."""
    ink = (checked(images).double() + 1).view(-1, SIDE, SIDE) / 2
    total = ink.sum((-1, -2))
    if (total <= 0.5).any():
        refuse("images", "a picture without ink", "pictures of digits")
    ink, at = ink / total[:, None, None], torch.arange(SIDE, dtype=torch.float64)
    down, along = ink.sum(-1), ink.sum(-2)
    x, y = at - (along @ at)[:, None], at - (down @ at)[:, None]
    xy = torch.einsum("nyx,nx,ny->n", ink, x, y)
    return (along * x.square()).sum(-1), xy, (down * y.square()).sum(-1).clamp(min=1e-9)
