"""The latent space of a generator of digits: sheets of it, ways through it, and whether what it makes is a copy.

Noise N(0, I) of many dimensions lies close to a sphere: its length is sqrt(dim) within about .7, whatever dim is. A
generator has seen hardly any other vectors. So planes here are bent onto that sphere, and ways go along it.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons import mnist
from gan_lessons.errors import number, refuse, whole
from gan_lessons.models.images import CategoricalCode
from gan_lessons.randomness import generator

PARALLEL = 1e-3  # radians: between vectors closer to one line than this floats tell no arc from the straight way
TRAIN_PIECE, QUERY_PIECE = 5_000, 500  # images at a time: 16 MB of floats, and a table of 10 MB
SPARE = 8  # candidates beyond those asked for, whose distances are computed exactly
FLOOR_DIGITS = 500  # real test digits for the floor: a median within about 2 percentiles
# How far MNIST's 10,000 test digits lie from their nearest training digit, for those to which it is a 0, a 1, ...: 1 in
# 100 of them, and half of them, are nearer than this. (Two ones are much closer to each other than two eights.)
RARE = (5.9, 2.2, 7.1, 6.8, 5.9, 6.4, 5.5, 4.3, 6.8, 5.2)
TYPICAL = (8.7, 3.5, 10.2, 9.5, 8.6, 9.6, 8.4, 7.3, 9.9, 7.7)


# -- planes and ways -------------------------------------------------------------------------------------------


def plane(noise_dim: int, seed: int, size: int = 12, reach: float = 60.0) -> torch.Tensor:
    """A sheet of noise, (1, size * size, noise_dim), row by row: a random plane, bent onto the sphere of noise.

    A middle m and two directions u, v are drawn from the seed, all three orthonormal. The vector at x, y (degrees, from
    -reach to reach) is sqrt(noise_dim) (cos r m + sin r (x u + y v) / r), with r = hypot(x, y): it is r degrees from
    the middle and as long as noise typically is. A flat plane through 0 would, in many dimensions, hold little but
    vectors that are far shorter than any that a generator was trained on. Two random vectors are some 90 degrees apart.
    Raises ValueError for fewer than 3 dimensions, a size below 2, and a reach outside of 1 to 120 degrees."""
    whole("noise_dim", noise_dim, 3), whole("size", size, 2), number("reach", reach, 1, 120)
    drawn = torch.randn(noise_dim, 3, generator=generator(whole("seed", seed, 0), "plane"), dtype=torch.float64)
    middle, *sides = torch.linalg.qr(drawn).Q.T
    degrees = torch.linspace(-reach, reach, size, dtype=torch.float64)
    y, x = (place.flatten() for place in torch.meshgrid(degrees, degrees, indexing="ij"))
    r = torch.hypot(x, y)
    out = torch.sinc(r / 180)[:, None] * torch.stack([x, y], -1).deg2rad() @ torch.stack(sides)  # sin r / r, also at 0
    return (noise_dim**0.5 * (r.deg2rad().cos()[:, None] * middle + out)).float()[None]


def straight(a: torch.Tensor, b: torch.Tensor, n: int) -> torch.Tensor:
    """n points on the straight line from a to b, both (*any, dim) -> (n, *any, dim); the ends are a and b exactly.

    Between vectors of one length the points are shorter: halfway between two at 90 degrees by 29 %.
    Raises ValueError for other shapes, numbers that are not finite, and n below 2."""
    a, b, t = _ends(a, b, n)
    return _exact(a, b, (1 - t) * a + t * b)


def interpolate(a: torch.Tensor, b: torch.Tensor, n: int) -> torch.Tensor:
    """n points on the arc from a to b, both (*any, dim) -> (n, *any, dim); the ends are a and b exactly.

    The direction is (sin((1 - t) w) a / |a| + sin(t w) b / |b|) / sin w, with w the angle between a and b, and the
    length goes evenly from |a| to |b|: for vectors of one length this is the arc of the sphere that both lie on. Where
    they lie on one line (w is 0 or 180 degrees) or one is 0 there is no single arc, and `straight` takes its place.
    Raises ValueError as `straight` does. Shoemake 1985; for latent spaces White 2016."""
    a, b, t = _ends(a, b, n)
    a_long, b_long = (end.norm(dim=-1, keepdim=True) for end in (a, b))
    a_unit, b_unit = (F.normalize(end, dim=-1) for end in (a, b))
    w = (a_unit * b_unit).sum(-1, keepdim=True).clamp(-1, 1).acos()
    arc = (((1 - t) * w).sin() * a_unit + (t * w).sin() * b_unit) / w.sin() * ((1 - t) * a_long + t * b_long)
    none = (w.sin() < PARALLEL) | (a_long == 0) | (b_long == 0)
    return _exact(a, b, torch.where(none, (1 - t) * a + t * b, arc))


def walk(dim: int, points: int, steps_between: int, seed: int, walkers: int = 1) -> torch.Tensor:
    """A closed walk along arcs through random noise, (points * steps_between, walkers, dim): one moment a row.

    Each walker has points of its own and comes back to its first after the last moment, so that a film of it repeats
    without a jump. Raises ValueError for fewer than 2 points and for other numbers below 1."""
    for name, value, low in (("dim", dim, 1), ("points", points, 2), ("steps_between", steps_between, 1)):
        whole(name, value, low)
    whole("walkers", walkers)
    stops = torch.randn(points, walkers, dim, generator=generator(whole("seed", seed, 0), "walk"))
    legs = interpolate(stops, stops.roll(-1, 0), steps_between + 1)[:-1]  # (steps_between, points, walkers, dim)
    return legs.transpose(0, 1).flatten(0, 1)


def directions(G: object, dim: int, n: int = 8) -> torch.Tensor:
    """Up to n orthonormal directions of the noise, (min(n, dim), dim), that move a generator's first layer most.

    They are its weight's singular vectors, the largest first, turned so that the largest entry is positive; for a G
    that is no network of linear or transposed convolutional layers they are coordinates, from the first. Where noise
    goes through a `CategoricalCode`, they leave the k numbers that choose as they are, and there are dim - k at most.
    Shen & Zhou 2021 (closed-form factorisation)."""
    weight, k = first_weight(G, whole("dim", dim)), choosing(G)
    n = min(whole("n", n), dim - k)
    if weight is None:
        return torch.eye(dim)[k : k + n]
    weight = weight[k:].detach().double().cpu()
    found = torch.linalg.eigh(weight @ weight.T).eigenvectors.T.flip(0)[:n]  # (n, dim - k), the largest first
    found = F.pad(found, (k, 0))
    largest = found.gather(1, found.abs().argmax(1, keepdim=True))
    return (found * largest.sign()).float()


def to_bytes(images: torch.Tensor) -> np.ndarray:
    """Images (n, 784) from -1 to 1 as uint8 (n, 28, 28), 0 for paper and 255 for ink, as MNIST has them."""
    scaled = images.detach().float().cpu().add(1).mul(127.5).round().clamp(0, 255)
    return scaled.byte().numpy().reshape(-1, mnist.SIDE, mnist.SIDE)


def choosing(G: object) -> int:
    """How many numbers of the noise, the first ones, make a choice (`images.CategoricalCode`): often 0."""
    layers = G.modules() if isinstance(G, nn.Module) else ()
    return next((layer.k for layer in layers if isinstance(layer, CategoricalCode)), 0)


def first_weight(G: object, dim: int) -> torch.Tensor | None:
    """The weight that noise meets first, (dim, all that it leads to); None where G has no such layer."""
    for layer in G.modules() if isinstance(G, nn.Module) else ():
        if isinstance(layer, nn.Linear) and layer.in_features == dim:
            return layer.weight.T
        if isinstance(layer, nn.ConvTranspose2d) and layer.in_channels == dim:
            return layer.weight.flatten(1)
    return None


def _ends(a: torch.Tensor, b: torch.Tensor, n: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Both ends, checked, and the shares of the way, (n, 1, ...)."""
    for name, end in (("a", a), ("b", b)):
        if not isinstance(end, torch.Tensor) or not end.is_floating_point() or not end.dim():
            refuse(name, end, "a tensor of floats, (..., dim)")
        if not torch.isfinite(end).all():
            refuse(name, "one with other numbers", "a tensor of finite numbers")
    if a.shape != b.shape or a.dtype != b.dtype:
        refuse("b", f"{tuple(b.shape)} of {b.dtype}", f"like a, {tuple(a.shape)} of {a.dtype}")
    t = torch.linspace(0, 1, whole("n", n, 2), dtype=a.dtype, device=a.device)
    return a, b, t.view(-1, *[1] * a.dim())


def _exact(a: torch.Tensor, b: torch.Tensor, way: torch.Tensor) -> torch.Tensor:
    way[0], way[-1] = a, b  # what rounding made of them is nearly that
    return way


# -- does it copy? ---------------------------------------------------------------------------------------------


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
    """Finds the nearest images of a split of MNIST, in pixels: `Nearest()(images, k=5)`.

    Exact: squared distances through a matrix product of floats find the candidates, whose distances are then computed
    anew in doubles. It goes in pieces, and beside MNIST's own bytes needs less than 100 MB for any number of images.
    Raises ValueError for another split."""

    def __init__(self, split: str = "train"):
        self.digits = mnist.load(split)
        self.split, self._rows = split, self.digits.images.reshape(len(self.digits), -1)
        self._squares = _squares(split)

    def __call__(self, images: torch.Tensor, k: int = 5) -> Found:
        """images: (n, 784), or (n, 1, 28, 28), from -1 to 1. Raises ValueError for others, and for a k that is no
        whole number from 1 to 100."""
        points, k = _points(images), whole("k", k)
        if k > 100:
            refuse("k", k, "a whole number from 1 to 100")
        indices = np.concatenate([self._candidates(piece, k + SPARE) for piece in points.split(QUERY_PIECE)])
        indices, distances = self._exact(points.double().numpy(), indices, k)
        return Found(indices, distances, self.digits.labels[indices], self.digits.images[indices])

    def _candidates(self, points: torch.Tensor, k: int) -> np.ndarray:
        """The k nearest as floats have it, (n, k). Of |x|^2 - 2 x t + |t|^2 the first term changes no order."""
        ink = ((points + 1) * 127.5).float()  # in the bytes' own unit, so that those need no scaling
        best = torch.full((len(ink), 0), 0.0), torch.full((len(ink), 0), 0)
        for start in range(0, len(self._rows), TRAIN_PIECE):
            rows = torch.from_numpy(self._rows[start : start + TRAIN_PIECE].astype(np.float32))
            table = torch.addmm(self._squares[start : start + TRAIN_PIECE], ink, rows.T, alpha=-2)
            near, where = table.topk(k, largest=False)
            near, where = torch.cat([best[0], near], 1), torch.cat([best[1], where + start], 1)
            near, order = near.topk(k, largest=False)
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
    return Distances(Nearest()(images, 1).distances[:, 0], floor(real))


@cache
def floor(real: int = FLOOR_DIGITS) -> np.ndarray:
    """The distances of `real` test digits, evenly from the 10,000, to their nearest training digit, (real,)."""
    test = mnist.load("test").images
    some = test[np.linspace(0, len(test) - 1, real).astype(int)]
    found = Nearest()(torch.from_numpy(mnist.scaled(some)), 1).distances[:, 0]
    found.setflags(write=False)
    return found


@cache
def _squares(split: str) -> torch.Tensor:
    """The squared length of each image in the bytes' unit, (n,)."""
    rows = mnist.load(split).images.reshape(mnist.SIZES[split], -1)
    pieces = (rows[start : start + TRAIN_PIECE].astype(np.float32) for start in range(0, len(rows), TRAIN_PIECE))
    return torch.from_numpy(np.concatenate([np.einsum("np,np->n", piece, piece) for piece in pieces]))


def _points(images: torch.Tensor) -> torch.Tensor:
    """Images as (n, 784) on the CPU, checked."""
    if not isinstance(images, torch.Tensor) or images.dim() < 2 or not len(images) or not images.is_floating_point():
        refuse("images", getattr(images, "shape", images), f"a tensor of floats, (n, {mnist.PIXELS})")
    flat = images.detach().flatten(1).cpu()
    if flat.shape[1] != mnist.PIXELS:
        refuse("images", tuple(images.shape), f"of shape (n, {mnist.PIXELS}) or (n, 1, 28, 28)")
    if not torch.isfinite(flat).all() or flat.abs().max() > 1.001:
        refuse("images", f"values from {flat.min():.3g} to {flat.max():.3g}", "from -1 (paper) to 1 (ink)")
    return flat
