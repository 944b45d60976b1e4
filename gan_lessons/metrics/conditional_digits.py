"""Does a generator make the digit that it is asked for, and does it make each of them in every way?

Accuracy alone is no answer: one good picture of each digit, made again and again, has the best accuracy there is. So it
stands beside the variance within each class and the Fréchet distance within each class. Both are measured on the
features of the course's own classifier, the variance also in pixels.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions import mnist
from gan_lessons.metrics.images import Seen, checked, fid, look
from gan_lessons.models import protocol
from gan_lessons.models.latent_space import generate

DIGITS, EACH = 10, 890  # pictures of each digit: MNIST's test set has 892 of the rarest one, which is the five


@dataclass(frozen=True, eq=False)
class Within:
    """Pictures and what they were asked to be. images: (n, 784). labels: (n,), from 0 to 9. seen: by the classifier."""

    images: torch.Tensor
    labels: torch.Tensor
    seen: Seen

    def of(self, digit: int) -> Seen:
        """What the classifier sees in those that were asked to be this digit."""
        mine = self.labels == digit
        return Seen(self.seen.features[mine], self.seen.logits[mine])


@dataclass(frozen=True)
class Conditioned:
    """accuracy: the share that the classifier takes for what was asked. variance, pixel_variance: the total variance of
    the features, and of the pixels, within a class, over that of real digits of the class; fid: the Fréchet distance
    to real digits of the class; each the mean over the ten classes. accuracies, variances, pixel_variances, fids: class
    by class. each: how many pictures a class has."""

    accuracies: tuple[float, ...]
    variances: tuple[float, ...]
    pixel_variances: tuple[float, ...]
    fids: tuple[float, ...]
    each: int

    @property
    def accuracy(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def variance(self) -> float:
        return float(np.mean(self.variances))

    @property
    def pixel_variance(self) -> float:
        return float(np.mean(self.pixel_variances))

    @property
    def fid(self) -> float:
        return float(np.mean(self.fids))

    def __str__(self) -> str:
        return (
            f"{self.accuracy:.1%} are what was asked; within a class {self.variance:.0%} of the real variance "
            f"(features) and {self.pixel_variance:.0%} (pixels), FID {self.fid:.2f} (mean of classes of {self.each})"
        )


def measure(images: torch.Tensor, labels: torch.Tensor, real: Within | None = None) -> Conditioned:
    """Everything about generated pictures (n, 784) that were asked to be the digits `labels` (n,), as many of each.

    real: MNIST's test digits, 890 of each class, by default: a variance and a distance change with the number of
    pictures, so it must have as many. Raises ValueError for other shapes, and if the classes are not all as large."""
    fake, real = within(images, labels), real or test_digits()
    sizes = [len(part.of(digit).logits) for part in (fake, real) for digit in range(DIGITS)]
    if len(set(sizes)) > 1:
        refuse(
            "labels", f"{min(sizes)} to {max(sizes)} pictures a class", "as many of each class as there are real ones"
        )
    return Conditioned(
        tuple((fake.of(d).logits.argmax(-1) == d).double().mean().item() for d in range(DIGITS)),
        _ratios(fake.seen.features, fake.labels, real.seen.features, real.labels),
        _ratios(fake.images, fake.labels, real.images, real.labels),
        tuple(fid(fake.of(d), real.of(d)) for d in range(DIGITS)),
        sizes[0],
    )


def within(images: torch.Tensor, labels: torch.Tensor) -> Within:
    """Pictures (n, 784) with their labels (n,), looked at. Raises ValueError for other shapes, and for labels that are
    no whole numbers from 0 to 9."""
    labels = torch.as_tensor(labels)
    if labels.shape != (len(images),) or labels.is_floating_point():
        refuse("labels", tuple(labels.shape), f"a whole number for each of the {len(images)} pictures")
    if labels.min() < 0 or labels.max() >= DIGITS:
        refuse("labels", f"some from {labels.min()} to {labels.max()}", f"digits from 0 to {DIGITS - 1}")
    return Within(checked(images), labels.long(), look(images))


def total_variance(x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The trace of each class's covariance: (n, d), (n,) -> (10,)."""
    return torch.stack([x[labels == d].double().var(0).sum() for d in range(DIGITS)])


def of_each(G: torch.nn.Module, each: int = EACH, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures (10 each, 784) that a generator of digits makes where it is asked for each digit `each` times, and what
    it was asked for, (10 each,). Raises ValueError for a G that takes no labels of ten kinds."""
    if protocol.ask(G, "classes") != DIGITS:
        refuse("G", f"one that takes labels of {protocol.ask(G, 'classes')} kinds", "a generator that is told a digit")
    labels = torch.arange(DIGITS).repeat_interleave(whole("each", each, 2))
    noise = torch.randn(1, len(labels), G.inputs, generator=generator(seed, "asked"))
    return generate(G, noise, labels[None]), labels


def real_digits(split: str, each: int = EACH, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """`each` digits of every class from a split of MNIST, (10 each, 784), drawn without replacement, and their labels.

    Raises ValueError where a class has fewer."""
    digits, rng = mnist.load(split), np.random.default_rng(seed)
    least = int(np.bincount(digits.labels).min())
    if whole("each", each, 2) > least:
        refuse("each", each, f"at most {least}, the size of the smallest class")
    rows = [rng.permutation(np.flatnonzero(digits.labels == d))[:each] for d in range(DIGITS)]
    images = torch.from_numpy(mnist.scaled(digits.images[np.concatenate(rows)])).flatten(1)
    return images, torch.arange(DIGITS).repeat_interleave(each)


@cache
def test_digits() -> Within:
    """890 test digits of each class: what `measure` compares with."""
    return within(*real_digits("test"))


@cache
def floor(seed: int = 0) -> Conditioned:
    """What as many training digits get: no generator that has learned from them can be asked to do better."""
    return measure(*real_digits("train", seed=seed))


def _ratios(fake: torch.Tensor, asked: torch.Tensor, real: torch.Tensor, labels: torch.Tensor) -> tuple[float, ...]:
    return tuple((total_variance(fake, asked) / total_variance(real, labels)).tolist())
