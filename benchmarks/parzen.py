"""Log-likelihood by kernel density, as the first papers on GANs reported it: the course's generators, and tricks.

Pixels are from 0 to 1. The bandwidth is the best of ten for 1,000 of the last 10,000 training digits; the
log-likelihood is the mean over MNIST's 10,000 test digits. One core takes some 15 minutes.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons.distributions import mnist
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.metrics.parzen import best_bandwidth, log_likelihood
from gan_lessons.shipped.autoencoders import drawn
from gan_lessons.shipped.networks import coder, shipped

SAMPLES, HELD_OUT, TRAINED = 10_000, 1_000, 50_000  # the last 10,000 training digits choose the bandwidth
BANDWIDTHS = np.logspace(-1, 0, 10).round(3).tolist()
CENTRES, ROUNDS = 1_000, 15  # of k-means


@dataclass(frozen=True)
class Row(Line):
    """Points whose kernels are the density. nats: the mean over the test digits, and its standard error."""

    name: str
    points: int
    bandwidth: float
    nats: float
    error: float


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then the rows. repeats: how many hundreds of test digits, instead of all."""
    yield header()
    held_out, test = digits("train")[TRAINED:][:HELD_OUT], digits("test")[: repeats and 100 * repeats]
    for name, points in POINTS.items():
        yield measured(name, points(), held_out, test)


def measured(name: str, points: torch.Tensor, held_out: torch.Tensor, test: torch.Tensor) -> Row:
    """One row. All are pictures (n, 784) from 0 to 1."""
    bandwidth = best_bandwidth(points, held_out, BANDWIDTHS)
    found = log_likelihood(points, test, bandwidth)
    return Row(name, len(points), bandwidth, *(round(x, 2) for x in (found.mean().item(), _error(found))))


def digits(split: str) -> torch.Tensor:
    """All digits of a split, (n, 784) from 0 to 1."""
    return torch.from_numpy(mnist.load(split).images.astype(np.float32)).flatten(1) / 255


def real(n: int) -> torch.Tensor:
    """Training digits."""
    return digits("train")[torch.randperm(TRAINED, generator=torch.Generator().manual_seed(0))[:n]]


def of_gan(name: str) -> torch.Tensor:
    """Samples of a GAN that ships."""
    return (metrics_digits.sample(shipped(name)[0], SAMPLES) + 1) / 2


def of_vae() -> torch.Tensor:
    """Means of pixels by the VAE of binarised digits that ships, at codes of N(0, I)."""
    return (drawn(coder("vae_binary"), SAMPLES) + 1) / 2


def k_means(n: int = CENTRES, rounds: int = ROUNDS) -> torch.Tensor:
    """The centres of n groups of training digits, by Lloyd's rounds from n of them (MacQueen 1967; Lloyd 1982)."""
    train, centres = digits("train")[:TRAINED], real(n)
    for _ in range(rounds):
        of = torch.cat([torch.cdist(rows, centres).argmin(-1) for rows in train.split(1000)])
        sums = torch.zeros_like(centres).index_add(0, of, train)
        counts = torch.bincount(of, minlength=n)[:, None]
        centres = torch.where(counts > 0, sums / counts.clamp(min=1), centres)
    return centres


def _error(found: torch.Tensor) -> float:
    return found.std().item() / math.sqrt(len(found))


POINTS: dict[str, Callable[[], torch.Tensor]] = {
    "10,000 real digits": lambda: real(SAMPLES),
    "1,000 real digits": lambda: real(CENTRES),
    "1,000 centres of k-means": k_means,
    "10,000 samples of the MLP GAN": lambda: of_gan("mlp"),
    "10,000 samples of the DCGAN": lambda: of_gan("dcgan"),
    "10,000 samples of the VAE": of_vae,
}
