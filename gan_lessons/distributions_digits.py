"""Handwritten digits as the real data of a GAN."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from gan_lessons import mnist
from gan_lessons.distributions import Distribution
from gan_lessons.errors import refuse, whole


@dataclass(frozen=True)
class Handwritten(Distribution):
    """MNIST's digits as real data for a trainer: points in 784 dimensions from -1 to 1, drawn with replacement.

    split: "train" or "test". only: the digits to take, such as (3, 7), all by default. first: how many of these, from
    the beginning. The images stay on the device as bytes (47 MB for all), and each batch is scaled there.
    Raises ValueError for another split, no digits, others than 0 to 9, and fewer than one image."""

    split: str = "train"
    only: tuple[int, ...] = tuple(range(10))
    first: int = mnist.SIZES["train"]
    dim = mnist.PIXELS

    def __post_init__(self):
        if not isinstance(self.split, str) or self.split not in mnist.SIZES:
            refuse("split", self.split, f"one of {list(mnist.SIZES)}")
        if not isinstance(self.only, tuple) or not self.only or not all(digit in range(10) for digit in self.only):
            refuse("only", self.only, "a tuple of digits from 0 to 9")
        object.__setattr__(self, "first", whole("first", self.first))

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        images = _on(self, raw.device)
        which = (raw.squeeze(-1) * len(images)).long().clamp_(max=len(images) - 1)
        return images[which].to(raw.dtype).div_(127.5).sub_(1)

    def images(self) -> np.ndarray:
        """All that is drawn from, uint8 (n, 28, 28)."""
        digits = mnist.load(self.split)
        return digits.images[np.isin(digits.labels, self.only)][: self.first]


@lru_cache(maxsize=4)  # 47 MB each, if whole
def _on(data: Handwritten, device: torch.device) -> torch.Tensor:
    """The images of a distribution on a device, uint8 (n, 784)."""
    return torch.tensor(data.images()).flatten(1).to(device)
