"""What the latent lab shows: a place in the latent space, and the digits that a generator makes there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from gan_lessons._core.refusals import refuse
from gan_lessons.labs.latent_words import summary

SIZE, STEPS = 12, 10  # digits a side of the sheet; pictures on a way
REACHES = list(range(10, 121, 5))  # degrees
OFFSETS = [k / 4 for k in range(-20, 21)]  # in the noise's standard deviations
PATHS = ["spherical", "straight"]


@dataclass(frozen=True)
class Place:
    """Where in the latent space the lab is. seed, reach: of the sheet, see `latent.plane`. chosen, second: A and B, as
    places on the sheet, row by row from 0. path: "spherical" or "straight". offsets: how far A is moved along each
    direction."""

    seed: int
    reach: float
    chosen: int
    second: int
    path: str
    offsets: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Row:
    """Digits and what they are made of. noise: (n, dim). images: (n, 784) from -1 to 1. namer: names them, or False."""

    noise: torch.Tensor
    images: torch.Tensor
    namer: Callable[[torch.Tensor], Sequence[int]] | bool

    @cached_property  # to name a whole sheet takes as long as to make it
    def names(self) -> tuple[int | None, ...]:
        """For each the digit that it looks like, or None."""
        if self.namer is False:
            return (None,) * len(self.images)
        names = tuple(int(name) for name in self.namer(self.images))
        if len(names) != len(self.images):
            refuse("labels", f"one that gives {len(names)} for {len(self.images)} images", "a function that names each")
        return names

    @property
    def lengths(self) -> tuple[float, ...]:
        """The length of each noise vector."""
        return tuple(self.noise.norm(dim=-1).tolist())


@dataclass(frozen=True, eq=False)
class Shown:
    """What the lab shows. sheet: the whole plane. way: from A, as it is moved, to B. steps: how long a training was
    when its weights were taken, or None."""

    place: Place
    sheet: Row
    way: Row
    steps: int | None

    @property
    def sample(self) -> torch.Tensor:
        """A, as it is moved: (784,)."""
        return self.way.images[0]

    @cached_property
    def summary(self) -> str:
        """All of it in words."""
        return summary(self, SIZE)
