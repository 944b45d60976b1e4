"""The latent space of a generator of digits: sheets of it, ways through it, and the pictures that stand there.

Noise N(0, I) of many dimensions lies close to a sphere: its length is sqrt(dim) within about .7, whatever dim is. A
generator has seen hardly any other vectors. So planes here are bent onto that sphere, and ways go along it.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import number, refuse, whole
from gan_lessons.distributions.picture_shapes import shape_of
from gan_lessons.models.conditional import asked
from gan_lessons.models.dcgan import CategoricalCode

PIECE = 500  # images at a time
PARALLEL = 1e-3  # radians: between vectors closer to one line than this floats tell no arc from the straight way


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


@torch.no_grad()
def generate(G: Callable[..., torch.Tensor], noise: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
    """Images (n, 784), of other pictures (n, d), on the CPU, from noise (1, n, dim), in pieces; a network is put in
    `eval()` meanwhile.

    labels: (1, n), or (1, n, classes), for a G that takes them; by default one class after the other."""
    was_training = getattr(G, "training", False)
    device = next(iter(G.parameters())).device if isinstance(G, nn.Module) else noise.device
    pieces = [given.to(device).split(PIECE, 1) for given in (noise, labels) if given is not None]
    try:
        G.eval() if isinstance(G, nn.Module) else None
        made = G if labels is not None else partial(asked, G)
        return torch.cat([made(*piece)[0].float().cpu() for piece in zip(*pieces, strict=True)])
    finally:
        G.train(was_training) if isinstance(G, nn.Module) else None


def walked(
    G: Callable[[torch.Tensor], torch.Tensor],
    points: int = 5,
    steps_between: int = 12,
    seed: int = 0,
    walkers: int = 16,
) -> Iterator[np.ndarray]:
    """What G makes on a closed `walk` through the space of its noise: images (walkers, 784), moment by moment.

    G: a generator that knows its `inputs`, such as `shipped("dcgan")[0]`; it is looked at in `eval()`. Raises
    ValueError for another, and for numbers that `walk` refuses."""
    if not callable(G) or not hasattr(G, "inputs"):
        refuse("G", G, "a generator that knows how many `inputs` it takes")
    moments = walk(G.inputs, points, steps_between, seed, walkers)
    return (generate(G, moment[None]).numpy() for moment in moments)


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
    """Images (n, 784) from -1 to 1 as uint8 (n, 28, 28), 0 for paper and 255 for ink, as MNIST has them; other grey
    pictures as (n, side, side), and those of three channels as (n, 3, side, side), by light.

    Raises ValueError for what is no tensor of finite numbers, and no pictures."""
    if not isinstance(images, torch.Tensor) or not images.isfinite().all():
        found = "some that are not finite" if isinstance(images, torch.Tensor) else images
        refuse("images", found, "a tensor of finite numbers")
    scaled = images.detach().float().cpu().add(1).mul(127.5).round().clamp(0, 255)
    channels, side, _ = shape_of(scaled.flatten(1).shape[1], "images")
    return scaled.byte().numpy().reshape(-1, *[channels] * (channels > 1), side, side)


def choosing(G: object) -> int:
    """How many numbers of the noise, the first ones, make a choice (`images.CategoricalCode`): often 0."""
    layers = G.modules() if isinstance(G, nn.Module) else ()
    return next((layer.k for layer in layers if isinstance(layer, CategoricalCode)), 0)


def first_weight(G: object, dim: int) -> torch.Tensor | None:
    """The weight that noise meets first, (dim, all that it leads to); None where G has no such layer. Where a label
    stands beside the noise, what that meets is left out."""
    inputs = dim + getattr(G, "classes", 0)
    for layer in G.modules() if isinstance(G, nn.Module) else ():
        if isinstance(layer, nn.Linear) and layer.in_features == inputs:
            return layer.weight.T[:dim]
        if isinstance(layer, nn.ConvTranspose2d) and layer.in_channels == inputs:
            return layer.weight.flatten(1)[:dim]
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
