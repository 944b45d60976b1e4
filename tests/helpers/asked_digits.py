"""Generators that can be asked for a digit, and of which everything is known."""

import torch
from torch import nn

from gan_lessons.distributions import mnist


class FromTestSet(nn.Module):
    """Takes labels: the class's test digit whose number the noise says; of a mixture of labels the mixed ink."""

    runs, inputs, classes = 1, 4, 10

    def __init__(self, each: int = 400):
        super().__init__()
        self.nothing = nn.Parameter(torch.zeros(1))
        digits, self.each = mnist.load("test"), each
        rows = [torch.from_numpy(digits.images[digits.labels == d][:each]) for d in range(10)]
        self.digits = torch.stack(rows).flatten(2) / 127.5 - 1  # (10, each, 784)

    def forward(self, noise, labels):
        shares = labels if labels.is_floating_point() else nn.functional.one_hot(labels, 10).float()
        which = (noise[..., 0].double().erf() / 2 + 0.5).mul(self.each).long().clamp(max=self.each - 1)
        return torch.einsum("rnk,krnd->rnd", shares, self.digits[:, which])


class Coded(FromTestSet):
    """Takes no labels: after two plain numbers come ten categories, and one number that is added to the ink."""

    inputs, classes = 13, 0

    def forward(self, noise):
        plain, code, number = noise.split([2, 10, 1], -1)
        return (super().forward(plain, code) + 0.1 * number).clamp(-1, 1)
