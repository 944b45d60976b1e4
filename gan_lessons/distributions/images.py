"""Handwritten digits as real data, alone or three in one picture: here bytes become numbers from -1 to 1."""

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import frozen, one_of, setting, whole
from gan_lessons.distributions import mnist
from gan_lessons.distributions.base import Distribution

CHANNELS = 3  # of stacked digits


def _digits(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, tuple) or not value or not all(digit in range(10) for digit in value):
        refuse(name, value, "a tuple of digits from 0 to 9")
    return value


@frozen
class Handwritten(Distribution):
    """MNIST's digits as real data for a trainer: points in 784 dimensions from -1 to 1, drawn with replacement.

    split: "train" or "test". only: the digits to take, such as (3, 7), all by default. first: how many of these, from
    the beginning. shift: by how many pixels each image is moved at most, up or down and left or right, each time
    anew (0 for none). A label is the digit. The images stay on the device as bytes (47 MB for all), and each batch is
    scaled there.
    Raises ValueError for another split, no digits, others than 0 to 9, and fewer than one image."""

    split: str = setting("train", one_of(list(mnist.SIZES)))
    only: tuple[int, ...] = setting(tuple(range(10)), _digits)
    first: int = setting(mnist.SIZES["train"], whole())
    shift: int = setting(0, whole(0), most=4)
    dim, classes = mnist.PIXELS, 10

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, 3 if self.shift else 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        images, _ = _on(self, raw.device)
        found = images[self._which(raw)]
        if self.shift:
            found = _moved(found, (raw[..., 1:] * (2 * self.shift + 1)).long().clamp_(max=2 * self.shift), self.shift)
        return found.to(raw.dtype).div_(127.5).sub_(1)

    def labels(self, raw):
        return _on(self, raw.device)[1][self._which(raw)]

    def _which(self, raw: torch.Tensor) -> torch.Tensor:
        n = len(_on(self, raw.device)[0])
        return (raw[..., 0] * n).long().clamp_(max=n - 1)

    def images(self) -> np.ndarray:
        """All that is drawn from, uint8 (n, 28, 28)."""
        digits = mnist.load(self.split)
        return digits.images[self.chosen(digits)]

    def chosen(self, digits: mnist.Digits) -> np.ndarray:
        return np.flatnonzero(np.isin(digits.labels, self.only))[: self.first]


@frozen
class Stacked(Distribution):
    """Colour pictures of three digits, one in each channel: 1,000 modes (Metz et al. 2017; Srivastava et al. 2017).

    Points in 3 x 784 dimensions from -1 to 1; a label is the number that the three digits are, from 0 to 999. split,
    first: as in `Handwritten`; the three are drawn independently, with replacement."""

    split: str = setting("train", one_of(list(mnist.SIZES)))
    first: int = setting(mnist.SIZES["train"], whole())
    dim, classes = CHANNELS * mnist.PIXELS, 10**CHANNELS

    @property
    def _digits(self) -> Handwritten:
        return Handwritten(split=self.split, first=self.first)

    def images(self) -> np.ndarray:
        """The digits that are stacked, as `Handwritten.images` gives them: as many pictures are an epoch."""
        return self._digits.images()

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, CHANNELS), generator=generator, dtype=dtype)

    def transform(self, raw):
        return torch.cat([self._digits.transform(channel) for channel in raw.split(1, -1)], -1)

    def labels(self, raw):
        digits = [self._digits.labels(channel) for channel in raw.split(1, -1)]
        return sum(10 ** (CHANNELS - 1 - i) * digit for i, digit in enumerate(digits))


def _moved(images: torch.Tensor, by: torch.Tensor, reach: int) -> torch.Tensor:
    """Images (..., 784), each moved by its own whole numbers of pixels, (..., 2) from 0 to 2 reach; paper comes in."""
    side, flat = mnist.SIDE, images.reshape(-1, mnist.SIDE, mnist.SIDE)
    windows = F.pad(flat, [reach] * 4).unfold(1, side, 1).unfold(2, side, 1)  # (n, 2 reach + 1, 2 reach + 1, 28, 28)
    down, right = by.reshape(-1, 2).unbind(-1)
    return windows[torch.arange(len(flat), device=flat.device), down, right].reshape(images.shape)


@lru_cache(maxsize=4)  # 47 MB each, if whole
def _on(data: Handwritten, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """The images of a distribution on a device, uint8 (n, 784), and their labels (n,)."""
    digits = mnist.load(data.split)
    chosen = data.chosen(digits)
    images, labels = torch.tensor(digits.images[chosen]), torch.tensor(digits.labels[chosen])
    return images.flatten(1).to(device), labels.long().to(device)
