"""Forgeries of digits, each with one fault of a known strength: what does a metric see of it?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from gan_lessons._core.refusals import number, refuse, whole
from gan_lessons.distributions import mnist

STRENGTHS = (0.1, 0.2, 0.4, 0.7, 1.0)
REACH, WIDTH = 8, 2.0  # at full strength, pixels: of a shift, and the sd of a blur
PIECE = 250  # pictures that are blurred at a time: torch's convolution takes 100 kB for each
FEW = 20  # pictures that are repeated, at full strength


@dataclass(frozen=True, eq=False)
class Real:
    """images: (n, 784), from -1 to 1, real training digits. labels: (n,)."""

    images: torch.Tensor
    labels: torch.Tensor


@dataclass(frozen=True)
class Forgery:
    """about: what is done, at full strength. make: (digits, strength, rng) -> images (n, 784)."""

    about: str
    make: Callable[[Real, float, torch.Generator], torch.Tensor]


def forged(name: str, strength: float, n: int = 10_000, seed: int = 0) -> torch.Tensor:
    """n forged digits (n, 784), from -1 to 1. name: one of `FORGERIES`. strength: from 0, real training digits, to 1.

    Raises ValueError for another name or strength, and for n beyond the 60,000 training digits."""
    if name not in FORGERIES:
        refuse("name", name, f"one of {list(FORGERIES)}")
    strength = number("strength", strength, 0, 1)
    if whole("n", n) > mnist.SIZES["train"]:
        refuse("n", n, f"a whole number from 1 to {mnist.SIZES['train']:,}")
    rng, all_digits = torch.Generator().manual_seed(whole("seed", seed, 0)), mnist.load("train")
    which = torch.randperm(len(all_digits), generator=rng)[:n].numpy()
    images = torch.from_numpy(mnist.scaled(all_digits.images[which])).flatten(1)
    digits = Real(images, torch.from_numpy(all_digits.labels[which].astype(np.int64)))
    return FORGERIES[name].make(digits, strength, rng)


def blurred(digits: Real, strength: float, rng: torch.Generator) -> torch.Tensor:
    """Each picture through a Gaussian of up to 2 pixels."""
    if strength == 0:
        return digits.images
    at = torch.arange(-REACH, REACH + 1.0)
    kernel = (-0.5 * (at / (WIDTH * strength)) ** 2).exp()
    kernel = (kernel / kernel.sum()).reshape(1, 1, 1, -1)
    pieces = (F.pad(piece, [REACH] * 4, value=-1.0) for piece in _pictures(digits.images).split(PIECE))
    return torch.cat([F.conv2d(F.conv2d(piece, kernel), kernel.mT).flatten(1) for piece in pieces])


def noisy(digits: Real, strength: float, rng: torch.Generator) -> torch.Tensor:
    """Noise of an sd up to 1 on every pixel."""
    noise = torch.randn(digits.images.shape, generator=rng)
    return (digits.images + strength * noise).clamp(-1, 1)


def shifted(digits: Real, strength: float, rng: torch.Generator) -> torch.Tensor:
    """Each picture moved by its own whole number of pixels, up to 8 each way."""
    reach = round(REACH * strength)
    by = torch.randint(-reach, reach + 1, (len(digits.images), 2), generator=rng)
    pictures = F.pad(_pictures(digits.images)[:, 0], [REACH] * 4, value=-1.0)
    windows = pictures.unfold(1, mnist.SIDE, 1).unfold(2, mnist.SIDE, 1)
    down, right = (by + REACH).unbind(-1)
    return windows[torch.arange(len(by)), down, right].flatten(1)


def mirrored(digits: Real, strength: float, rng: torch.Generator) -> torch.Tensor:
    """A share of the pictures is turned left to right."""
    return _share(strength, rng, digits.images, _pictures(digits.images).flip(-1).flatten(1))


def mean_picture(digits: Real, strength: float, rng: torch.Generator) -> torch.Tensor:
    """A share of the pictures is the mean of all."""
    return _share(strength, rng, digits.images, digits.images.mean(0).expand_as(digits.images))


def class_missing(digits: Real, strength: float, rng: torch.Generator) -> torch.Tensor:
    """A share of the ones is replaced by other digits."""
    others = digits.images[digits.labels != 1]
    drawn = others[torch.randint(len(others), (len(digits.images),), generator=rng)]
    ones = (digits.labels == 1)[:, None]
    return torch.where(ones, _share(strength, rng, digits.images, drawn), digits.images)


def one_a_class(digits: Real, strength: float, rng: torch.Generator) -> torch.Tensor:
    """A share of the pictures is the one of its class that lies nearest to the mean of the class."""
    best = torch.empty(10, mnist.PIXELS)
    for digit in digits.labels.unique().tolist():
        own = digits.images[digits.labels == digit]
        best[digit] = own[(own - own.mean(0)).square().sum(-1).argmin()]
    return _share(strength, rng, digits.images, best[digits.labels])


def few_pictures(digits: Real, strength: float, rng: torch.Generator) -> torch.Tensor:
    """Fewer and fewer different pictures, each repeated: 20 at full strength."""
    n = len(digits.images)
    different = round(n * (FEW / n) ** strength) if n > FEW else n
    return digits.images[torch.arange(n) % different]


def _share(strength: float, rng: torch.Generator, real: torch.Tensor, forged: torch.Tensor) -> torch.Tensor:
    return torch.where(torch.rand(len(real), 1, generator=rng) < strength, forged, real)


def _pictures(images: torch.Tensor) -> torch.Tensor:
    return images.reshape(-1, 1, mnist.SIDE, mnist.SIDE)


FORGERIES = {
    "blurred": Forgery("every picture through a Gaussian of 2 pixels", blurred),
    "noisy": Forgery("noise with an sd of 1 on every pixel", noisy),
    "shifted": Forgery("each picture moved by up to 8 pixels each way", shifted),
    "mirrored": Forgery("every picture turned left to right", mirrored),
    "mean picture": Forgery("every picture is the mean of all", mean_picture),
    "class missing": Forgery("no ones, other digits in their place", class_missing),
    "one a class": Forgery("one good picture of each class, again and again", one_a_class),
    "few pictures": Forgery("20 training digits, again and again", few_pictures),
}
