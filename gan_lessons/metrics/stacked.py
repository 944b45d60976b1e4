"""Modes of stacked digits: how many of 1,000, and how far their shares are from the data's, as a classifier reads them.

Srivastava et al. 2017 (VEEGAN) and Lin et al. 2018 (PacGAN) count on 26,000 samples, each with its own classifier.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import xlogy

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import CHANNELS
from gan_lessons.distributions.mnist import PIXELS
from gan_lessons.metrics.images import look

SAMPLES, MODES = 26_000, 10**CHANNELS


@dataclass(frozen=True, eq=False)
class StackedModes:
    """covered: how many of the 1,000 numbers occur. kl: KL(generated || real) of their shares, in nats. shares: each
    number's, (1000,)."""

    covered: int
    kl: float
    shares: np.ndarray


def read(images: torch.Tensor) -> np.ndarray:
    """The numbers from 0 to 999 that the course's classifier reads in pictures (n, 3 x 784) from -1 to 1, (n,).

    Raises ValueError for other shapes, and as `look` does."""
    if images.dim() != 2 or images.shape[1] != CHANNELS * PIXELS:
        refuse("images", tuple(images.shape), f"of shape (n, {CHANNELS * PIXELS})")
    digits = [look(channel).logits.argmax(-1).numpy() for channel in images.split(PIXELS, -1)]
    return sum(10 ** (CHANNELS - 1 - i) * digit for i, digit in enumerate(digits))


def stacked_modes(images: torch.Tensor, real: np.ndarray | None = None) -> StackedModes:
    """real: the data's shares, (1000,), by default `real_shares`. Raises ValueError as `read` does."""
    return counted(read(images), real_shares() if real is None else real)


def counted(numbers: np.ndarray, real: np.ndarray) -> StackedModes:
    """numbers: (n,), from 0 to 999. real: (1000,)."""
    shares = np.bincount(numbers, minlength=MODES) / len(numbers)
    return StackedModes(int((shares > 0).sum()), float(xlogy(shares, shares / real).sum()), shares)


def kl_floor(samples: int = SAMPLES) -> float:
    """The KL that a perfect sampler has, by chance: about (K - 1) / 2n."""
    return (MODES - 1) / (2 * samples)


def real_shares() -> np.ndarray:
    """The data's shares of the 1,000 numbers, (1000,): products of MNIST's shares of the digits."""
    digits = np.bincount(mnist.load("train").labels, minlength=10) / mnist.SIZES["train"]
    return np.einsum("a,b,c->abc", digits, digits, digits).ravel()
