"""Does a generator copy? The nearest training images of what it makes, and how near real test digits come."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions import mnist
from gan_lessons.distributions.picture_shapes import shape_of
from gan_lessons.distributions.pictures import Pictures

TRAIN_PIECE, QUERY_PIECE = 5_000, 500  # images at a time: 16 MB of floats, and a table of 10 MB
SPARE = 8  # candidates beyond those asked for, whose distances are computed exactly
FLOOR_DIGITS = 500  # real test digits for the floor: a median within about 2 percentiles
# How far MNIST's 10,000 test digits lie from their nearest training digit, for those to which it is a 0, a 1, ...: 1 in
# 100 of them, and half of them, are nearer than this. (Two ones are much closer to each other than two eights.)
RARE = (5.9, 2.2, 7.1, 6.8, 5.9, 6.4, 5.5, 4.3, 6.8, 5.2)
TYPICAL = (8.7, 3.5, 10.2, 9.5, 8.6, 9.6, 8.4, 7.3, 9.9, 7.7)


@dataclass(frozen=True, eq=False)
class Found:
    """The k nearest images of MNIST to each of n images, the nearest first.

    indices: (n, k), their places in the split. distances: (n, k), Euclidean, between images as points in 784
    dimensions from -1 (paper) to 1 (ink). labels: uint8 (n, k), the digits that they are. images: uint8 (n, k, 28, 28).
    """

    indices: np.ndarray
    distances: np.ndarray
    labels: np.ndarray
    images: np.ndarray


class Nearest:
    """Finds the nearest images of a split of MNIST, in pixels: `Nearest()(images, k=5)`; or of pictures of one's own.

    Exact: squared distances through a matrix product of floats find the candidates, whose distances are then computed
    anew in doubles. It goes in pieces, and beside MNIST's own bytes needs less than 100 MB for any number of images.
    pictures: what is searched instead of a split. Raises ValueError for another split."""

    def __init__(self, split: str = "train", pictures: Pictures | None = None):
        self.digits = mnist.load(split) if pictures is None else pictures
        self.split, self._rows = split, self.digits.images.reshape(len(self.digits), -1)
        self._squares = _squares(split) if pictures is None else _lengths(self._rows)

    def __call__(self, images: torch.Tensor, k: int = 5) -> Found:
        """images: (n, 784), or (n, 1, 28, 28), from -1 to 1. Raises ValueError for others, and for a k that is no
        whole number from 1 to 100."""
        points, k = _points(images, self._rows.shape[1]), whole("k", k)
        if k > 100:
            refuse("k", k, "a whole number from 1 to 100")
        k, n = min(k, len(self._rows)), len(self._rows)
        indices = np.concatenate([self._candidates(piece, min(k + SPARE, n)) for piece in points.split(QUERY_PIECE)])
        indices, distances = self._exact(points.double().numpy(), indices, k)
        return Found(indices, distances, self.digits.labels[indices], self.digits.images[indices])

    def _candidates(self, points: torch.Tensor, k: int) -> np.ndarray:
        """The k nearest as floats have it, (n, k). Of |x|^2 - 2 x t + |t|^2 the first term changes no order."""
        ink = ((points + 1) * 127.5).float()  # in the bytes' own unit, so that those need no scaling
        best = torch.full((len(ink), 0), 0.0), torch.full((len(ink), 0), 0)
        for start in range(0, len(self._rows), TRAIN_PIECE):
            rows = torch.from_numpy(self._rows[start : start + TRAIN_PIECE].astype(np.float32))
            table = torch.addmm(self._squares[start : start + TRAIN_PIECE], ink, rows.T, alpha=-2)
            near, where = table.topk(min(k, table.shape[1]), largest=False)
            near, where = torch.cat([best[0], near], 1), torch.cat([best[1], where + start], 1)
            near, order = near.topk(min(k, near.shape[1]), largest=False)
            best = near, where.gather(1, order)
        return best[1].numpy()

    def _exact(self, points: np.ndarray, indices: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        distances = np.empty(indices.shape)
        for i, (point, candidates) in enumerate(zip(points, indices, strict=True)):
            distances[i] = np.linalg.norm(self._rows[candidates] / 127.5 - 1 - point, axis=1)
        order = np.lexsort((indices, distances))[:, :k]  # of two that are as near, the one that comes first
        return np.take_along_axis(indices, order, 1), np.take_along_axis(distances, order, 1)


@dataclass(frozen=True, eq=False)
class Distances:
    """How far images lie from their nearest training digit: generated ones, (n,), and real test digits, (m,).

    A generator that copies makes samples that lie nearer than real digits do. One that makes bad digits lies further
    away, so a large distance is no praise: read it beside the other measures."""

    generated: np.ndarray
    real: np.ndarray

    @property
    def floor(self) -> float:
        """Half of the real test digits are nearer than this to a training digit."""
        return float(np.median(self.real))

    @property
    def copies(self) -> float:
        """The share of generated samples that are nearer to a training digit than 99 in 100 of the real test digits."""
        return float(np.mean(self.generated < np.quantile(self.real, 0.01)))

    def __str__(self) -> str:
        return (
            f"half of the {len(self.generated):,} samples are nearer than {np.median(self.generated):.1f} to a "
            f"training digit, and half of the {len(self.real):,} real test digits nearer than {self.floor:.1f}; "
            f"{self.copies:.1%} of the samples are nearer than 99 in 100 real ones"
        )


def distances(images: torch.Tensor, real: int = FLOOR_DIGITS) -> Distances:
    """Does it copy? The distance of generated images (n, 784) to the nearest training image, beside that of `real` test
    digits (evenly from the 10,000), which cannot be copies. 1,000 images take about two seconds on two cores.

    Raises ValueError as `Nearest` does, and for a `real` that is no whole number from 1 to 10,000."""
    if whole("real", real) > mnist.SIZES["test"]:
        refuse("real", real, f"a whole number from 1 to {mnist.SIZES['test']:,}")
    return Distances(Nearest()(images, 1).distances[:, 0], distances_floor(real))


@cache
def distances_floor(real: int = FLOOR_DIGITS) -> np.ndarray:
    """The distances of `real` test digits, evenly from the 10,000, to their nearest training digit, (real,)."""
    test = mnist.load("test").images
    some = test[np.linspace(0, len(test) - 1, real).astype(int)]
    found = Nearest()(torch.from_numpy(mnist.scaled(some)), 1).distances[:, 0]
    found.setflags(write=False)
    return found


@cache
def _squares(split: str) -> torch.Tensor:
    """The squared length of each image in the bytes' unit, (n,)."""
    return _lengths(mnist.load(split).images.reshape(mnist.SIZES[split], -1))


def _lengths(rows: np.ndarray) -> torch.Tensor:
    pieces = (rows[start : start + TRAIN_PIECE].astype(np.float32) for start in range(0, len(rows), TRAIN_PIECE))
    return torch.from_numpy(np.concatenate([np.einsum("np,np->n", piece, piece) for piece in pieces]))


def _points(images: torch.Tensor, dim: int = mnist.PIXELS) -> torch.Tensor:
    """Images as (n, dim) on the CPU, checked."""
    if not isinstance(images, torch.Tensor) or images.dim() < 2 or not len(images) or not images.is_floating_point():
        refuse("images", getattr(images, "shape", images), f"a tensor of floats, (n, {dim})")
    flat = images.detach().flatten(1).cpu()
    if flat.shape[1] != dim:
        channels, side, _ = shape_of(dim)
        refuse("images", tuple(images.shape), f"of shape (n, {dim}) or (n, {channels}, {side}, {side})")
    if not torch.isfinite(flat).all() or flat.abs().max() > 1.001:
        refuse("images", f"values from {flat.min():.3g} to {flat.max():.3g}", "from -1 (paper) to 1 (ink)")
    return flat
