"""Is a picture the mean of all digits, the mean of one kind, or a digit? How far it lies from each."""

from dataclasses import dataclass
from functools import cache

import torch

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions import mnist
from gan_lessons.metrics import images as metrics_digits


@dataclass(frozen=True)
class MeanOrDigit:
    """Medians over pictures of Euclidean distances: in pixels, as points in 784 dimensions from -1 to 1, and in the 128
    features of the course's classifier. Each is three numbers: to the mean of all digits, to the nearest of the ten
    means of one kind, and to the nearest single digit. apart: between two of the pictures, in pixels."""

    pixels: tuple[float, float, float]
    features: tuple[float, float, float]
    apart: float


def nearness(images: torch.Tensor) -> MeanOrDigit:
    """How far images (n, 784) from -1 to 1, two or more, lie from MNIST's 10,000 test digits and from their means.

    For the floor give it training digits, which are not among those. Raises ValueError as `images.look` does, and for
    one picture alone."""
    seen = metrics_digits.look(images)
    if len(images) < 2:
        refuse("images", f"{len(images)} picture", "two or more")
    points = images.detach().flatten(1).double().cpu()
    return MeanOrDigit(
        _three(points, *_places("pixels")),
        _three(seen.features.double(), *_places("features")),
        torch.pdist(points).median().item(),
    )


def _three(points: torch.Tensor, *places: torch.Tensor) -> tuple[float, float, float]:
    return tuple(torch.cdist(points, place).amin(1).median().item() for place in places)


@cache
def _places(of: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The mean of the test digits, (1, d), the means of the ten kinds, (10, d), and all of them, (10,000, d)."""
    digits = mnist.load("test")
    pixels = torch.from_numpy(mnist.scaled(digits.images)).flatten(1)
    every = (pixels if of == "pixels" else metrics_digits.test_set().features).double()
    labels = torch.from_numpy(digits.labels.copy())
    kinds = torch.stack([every[labels == kind].mean(0) for kind in range(10)])
    return every.mean(0, keepdim=True), kinds, every
