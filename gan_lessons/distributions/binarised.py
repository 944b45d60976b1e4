"""Digits of ink and paper alone, as likelihoods of binary pixels need them."""

import torch

from gan_lessons._core.randomness import generator
from gan_lessons._core.settings import frozen
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten


@frozen
class Binarised(Handwritten):
    """MNIST's digits with each pixel -1 or 1, drawn anew each time: ink with a probability of its grey level.

    So one digit is never the same twice (*dynamic* binarisation: Burda et al. 2016, section 5; Larochelle's fixed one
    is one such draw). Grey level g from 0 to 255 is ink with probability g / 255. Settings as of `Handwritten`."""

    def draw(self, shape, generator, dtype):
        which = super().draw(shape, generator, dtype)
        return torch.cat([which, torch.rand((*shape, self.dim), generator=generator, dtype=dtype)], -1)

    def transform(self, raw):
        chance = (super().transform(raw[..., : -self.dim]) + 1) / 2
        return (raw[..., -self.dim :] < chance).to(raw.dtype).mul_(2).sub_(1)


def binarised(split: str = "test", seed: int = 0) -> torch.Tensor:
    """All digits of a split binarised once, by a seed: (n, 784), each pixel -1 or 1."""
    chance = torch.from_numpy(mnist.load(split).images / 255.0).float().flatten(1)
    drawn = torch.rand(chance.shape, generator=generator(seed, f"binarised {split}"))
    return torch.where(drawn < chance, 1.0, -1.0)
