"""`Asking`: a generator of digits that can be asked for one of its classes, or for one of its codes."""

import torch
from torch import nn

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.models import protocol
from gan_lessons.models.latent_space import directions, generate


class Asking:
    """Pictures by class and noise: `Asking(G)(noise, classes)`, (n, dim) and (n,) -> (n, 784), on the CPU.

    G: a generator that takes labels. noise: for one that does not, the `CodedNoise` that it was trained with: its
    categories stand in for classes. word: "class" or "code". classes: how many there are. dim: numbers of noise beside
    them. Raises ValueError for a G that can be asked for nothing."""

    def __init__(self, G: nn.Module, noise=None):
        protocol.check("G", G)
        self.G, self._told = G, protocol.ask(G, "classes")
        self.classes = self._told or getattr(noise, "categories", 0)
        self.word = "class" if self._told else "code"
        self.continuous = 0 if self._told else getattr(noise, "continuous", 0)
        if not self.classes:
            refuse("G", type(G).__name__, "a generator that takes labels, or one with the CodedNoise of its training")
        if not self._told and noise.dim != G.inputs:
            refuse("noise", noise, f"the noise of {G.inputs} numbers that G takes")
        self.dim = G.inputs - (0 if self._told else self.classes)

    def __call__(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """classes: whole numbers (n,), or how much of each class, (n, classes), to mix classes."""
        if not classes.is_floating_point():
            classes = nn.functional.one_hot(classes, self.classes)
        shares = classes.to(noise)
        if self._told:
            return generate(self.G, noise[None], shares[None])
        plain, numbers = noise.split([self.dim - self.continuous, self.continuous], -1)
        return generate(self.G, torch.cat([plain, shares, numbers], -1)[None])

    def check(self, name: str, value: int) -> int:
        """A class. Raises ValueError, naming the argument, for one that G does not know."""
        if whole(name, value, 0) >= self.classes:
            refuse(name, value, f"one of the {self.classes} {PLURALS[self.word]} that G knows, 0 to {self.classes - 1}")
        return value

    def noise(self, n: int, rng: torch.Generator) -> torch.Tensor:
        """n draws (n, dim): N(0, I), with the continuous numbers of a code, at the end, at 0."""
        drawn = torch.randn(n, self.dim, generator=rng)
        drawn[:, self.dim - self.continuous :] = 0
        return drawn

    def ways(self, n: int) -> torch.Tensor:
        """What to move noise along, (n, dim), each of length 1: the continuous numbers of a code, if there are any, or
        else the directions that G's first layer answers most to."""
        if self.continuous:
            return torch.eye(self.dim)[self.dim - self.continuous :][:n]
        return directions(self.G, self.dim, n)


PLURALS = {"class": "classes", "code": "codes"}
