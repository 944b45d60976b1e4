"""How much fine detail pictures have: the energy of their high frequencies, beside that of real digits.

A blurred edge lacks high frequencies, and grain has too many. A picture of 28 pixels has frequencies up to 14 cycles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import torch

from gan_lessons._core.refusals import number, refuse
from gan_lessons.distributions import mnist
from gan_lessons.distributions.mnist import SIDE
from gan_lessons.metrics.images import checked, compare, look, test_set

PIECE = 500  # images at a time: each number of theirs becomes a complex one of double precision
BEYOND = 7.0  # cycles a picture: waves shorter than 4 pixels


def energies(images: torch.Tensor) -> torch.Tensor:
    """Each picture's energy by frequency, (n, 28, 28): the squares of its Fourier transform, whose sum is the sum of
    the squares of its pixels (Parseval). images: (n, 784) or (n, 1, 28, 28), from -1 to 1.

    Raises ValueError as `look` does."""
    return torch.fft.fft2(checked(images).double().view(-1, SIDE, SIDE), norm="ortho").abs().square()


def frequencies() -> torch.Tensor:
    """The cycles a picture of each entry of `energies`, (28, 28)."""
    along = torch.fft.fftfreq(SIDE, 1 / SIDE, dtype=torch.float64)
    return torch.hypot(along[:, None], along)


def detail_energy(images: torch.Tensor, beyond: float = BEYOND) -> torch.Tensor:
    """Each picture's energy at frequencies beyond so many cycles a picture, (n,), in squared pixels."""
    high = frequencies() > number("beyond", beyond, 0, 19)
    return torch.cat([energies(piece)[:, high].sum(-1) for piece in checked(images).split(PIECE)])


def spectrum(images: torch.Tensor) -> torch.Tensor:
    """The mean energy of a frequency of 0, 1, ... 14 cycles a picture, rounded, (15,)."""
    pieces, at = checked(images).split(PIECE), frequencies().round().long()
    mean = sum(energies(piece).sum(0) for piece in pieces) / len(images)
    return torch.stack([mean[at == cycles].mean() for cycles in range(SIDE // 2 + 1)])


@dataclass(frozen=True)
class Row:
    """detail: the mean of `detail_energy` over that of real digits, 1 where they agree. The rest as in `Measures`."""

    detail: float
    fid: float
    precision: float
    recall: float
    score: float


def compare_sets(sets: Mapping[str, torch.Tensor]) -> dict[str, Row]:
    """Sets of pictures, each (n, 784) with the same n of at least 1,000, beside MNIST's test digits.

    Raises ValueError, naming the set, as `look` does, and for sets of different sizes: the Fréchet distance, precision
    and recall all change with the number of samples."""
    if not isinstance(sets, Mapping) or not sets:
        refuse("sets", sets, "a dictionary of pictures, name -> (n, 784)")
    sizes = {name: len(images) for name, images in sets.items()}
    if len(set(sizes.values())) > 1:
        refuse("sets", sizes, "of one size, for the measures change with it")
    found = {}
    for name, images in sets.items():
        try:
            measured = compare(look(images), test_set())
        except ValueError as error:
            raise ValueError(f"sets[{name!r}]: {error}") from None
        words = {key: getattr(measured, key) for key in ("fid", "precision", "recall", "score")}
        found[name] = Row(detail=relative_detail(images), **words)
    return found


def relative_detail(images: torch.Tensor) -> float:
    """The mean of `detail_energy` over that of MNIST's test digits."""
    return (detail_energy(images).mean() / detail_energy(_test_digits()).mean()).item()


@cache
def _test_digits() -> torch.Tensor:
    return torch.from_numpy(mnist.scaled(mnist.load("test").images))
