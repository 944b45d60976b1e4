"""What the lab of latent planes shows: a point, a digit and a walk, each in the plane of every network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from gan_lessons.labs.latent_plane import LatentPlane
from gan_lessons.labs.latent_planes_words import summary
from gan_lessons.models.latent_space import straight

STEPS = 9  # pictures of a walk


@dataclass(frozen=True, eq=False)
class Digit:
    """What is encoded. image: (1, 28, 28) from -1 to 1. words: what it is. drawn: whether a person drew it."""

    image: torch.Tensor
    words: str
    drawn: bool = False


class Alike:
    """Says which digit a picture is most like: the class of most of the 5 real digits with the smallest squared
    difference from it. Blurred pictures mislead a classifier that was trained on sharp ones.

    images: real digits (n, 1, 28, 28). labels: their classes (n,)."""

    NEAREST = 5

    def __init__(self, images: torch.Tensor, labels: torch.Tensor):
        self.images, self.labels = images.flatten(1), labels

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """The classes (n,) of pictures (n, 784)."""
        away = torch.cdist(pictures, self.images)
        nearest = away.topk(min(self.NEAREST, len(self.images)), largest=False).indices
        votes = torch.nn.functional.one_hot(self.labels[nearest], 10).sum(1)
        return votes.argmax(-1)


@dataclass(frozen=True, eq=False)
class Decoded:
    """Places in the planes, and what each network makes there. places: (planes, n, 2). images: (planes, n, 784).
    alike: says what they are like."""

    places: torch.Tensor
    images: torch.Tensor
    alike: Callable[[torch.Tensor], torch.Tensor]

    @cached_property
    def names(self) -> list[list[int]]:
        """Which digit each image is most like."""
        return self.alike(self.images.flatten(0, 1)).view(self.images.shape[:2]).tolist()


@dataclass(frozen=True, eq=False)
class End:
    """An end of the walk. places: one in each plane, (planes, 2). words: what it is."""

    places: torch.Tensor
    words: str


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything. names: the networks'. point: what is at the same place of every plane, (planes, 1). digit: what is
    encoded; remains: what comes back, (planes, 1). a, b: the ends of the walk; way: its pictures, (planes, 9)."""

    names: Sequence[str]
    point: Decoded
    digit: Digit
    remains: Decoded
    a: End
    b: End
    way: Decoded

    @property
    def at(self) -> tuple[float, float]:
        """The place of the point."""
        return tuple(self.point.places[0, 0].tolist())

    @property
    def errors(self) -> tuple[float, ...]:
        """For each network the mean squared difference of a pixel between the digit and what remains, with ink 1 and
        paper 0."""
        difference = (self.remains.images[:, 0] - self.digit.image.flatten()) / 2
        return tuple(difference.square().mean(-1).tolist())

    @property
    def outside(self) -> tuple[bool, ...]:
        """For each network whether the digit's place is beyond the sides of its plane."""
        return tuple((self.remains.places[:, 0].abs() > 1).any(-1).tolist())

    @cached_property
    def summary(self) -> str:
        """All of it in words."""
        return summary(self)


@dataclass(frozen=True, eq=False)
class Planes:
    """The planes side by side. alike: says what a picture is like."""

    each: Sequence[LatentPlane]
    alike: Alike

    def decoded(self, places: torch.Tensor) -> Decoded:
        """What each network makes at its places, (planes, n, 2)."""
        images = [plane.decode(at) for plane, at in zip(self.each, places, strict=True)]
        return Decoded(places, torch.stack(images), self.alike)

    def at(self, x: float, y: float) -> Decoded:
        """What they make at the same place of all."""
        return self.decoded(torch.tensor([x, y]).expand(len(self.each), 1, 2))

    def of(self, digit: Digit) -> Decoded:
        """The digit's place in each plane, and what remains of it."""
        return self.decoded(torch.stack([plane.find(digit.image) for plane in self.each])[:, None])

    def walk(self, a: End, b: End) -> Decoded:
        """The straight way from one end to the other in each plane."""
        return self.decoded(straight(a.places, b.places, STEPS).transpose(0, 1))
