"""Is a generator of use? A classifier is trained on its digits and tested on real ones, and the other way round.

The course's own classifier labels what is generated. Every classifier sees 2,500 digits four times; ten seeds. One
core takes some 15 minutes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import mean, stdev

import torch
import torch.nn.functional as F

from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons._core.randomness import generator
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.models.classifier import Classifier
from gan_lessons.shipped import autoencoders
from gan_lessons.shipped.networks import coder, shipped

DIGITS, BATCH, EPOCHS, RATE, SEEDS = 2_500, 100, 4, 2e-3, 10
REAL = "real digits"


@dataclass(frozen=True)
class Row(Line):
    """accuracy: of classifiers trained on this source, on MNIST's test digits; each seed's. told: of classifiers
    trained on real digits, on this source. fid: of 10,000 of its digits. seeds: how many classifiers."""

    name: str
    accuracy: float
    accuracy_sd: float
    told: float
    told_sd: float
    fid: float
    seeds: int


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then a row for each source. repeats: how many seeds, instead of ten."""
    yield header()
    seeds = range(repeats or SEEDS)
    judges = [trained(*drawn(REAL, seed), seed) for seed in seeds]
    for source in SOURCES:
        yield measured(source, judges)


def measured(source: str, judges: list[Classifier], n: int = metrics_digits.SAMPLES) -> Row:
    """One row. judges: classifiers trained on real digits, one a seed."""
    seeds, test = range(len(judges)), metrics_digits.test_set
    digits = mnist.load("test")
    images, labels = torch.from_numpy(mnist.scaled(digits.images)).flatten(1), torch.tensor(digits.labels).long()
    accuracies = [accuracy(trained(*drawn(source, seed), seed), images, labels) for seed in seeds]
    told = [accuracy(judge, *drawn(source, 1000 + seed)) for judge, seed in zip(judges, seeds, strict=True)]
    fid = metrics_digits.fid(metrics_digits.look(SOURCES[source](n, 0)), test())
    spread = [round(stdev(values), 4) if len(values) > 1 else 0.0 for values in (accuracies, told)]
    means = [round(mean(values), 4) for values in (accuracies, told)]
    return Row(source, means[0], spread[0], means[1], spread[1], round(fid, 2), len(judges))


def drawn(source: str, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Digits (n, 784) and their labels: a real one's own, a generated one's by the course's classifier."""
    if source == REAL:
        data = Handwritten()
        raw = data.draw((DIGITS,), generator(seed, "useful"), torch.float32)
        return data.transform(raw), data.labels(raw)
    images = SOURCES[source](DIGITS, seed)
    return images, metrics_digits.look(images).logits.argmax(-1)


def trained(images: torch.Tensor, labels: torch.Tensor, seed: int) -> Classifier:
    """A classifier of these digits, in `eval()`."""
    network, rng = Classifier(), generator(seed, "useful", 1)
    network.reset(0, rng)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(images), generator=rng).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(network(images[batch]), labels[batch]).backward()
            optimizer.step()
    return network.eval()


@torch.no_grad()
def accuracy(network: Classifier, images: torch.Tensor, labels: torch.Tensor) -> float:
    """The share that it names rightly."""
    named = torch.cat([network(rows).argmax(-1) for rows in images.split(500)])
    return (named == labels).float().mean().item()


def _of_gan(name: str) -> Callable[[int, int], torch.Tensor]:
    return lambda n, seed: metrics_digits.sample(shipped(name)[0], n, seed)


SOURCES: dict[str, Callable[[int, int], torch.Tensor]] = {
    REAL: lambda n, seed: Handwritten().sample((n,), generator(seed, "useful")),
    "MLP GAN": _of_gan("mlp"),
    "DCGAN": _of_gan("dcgan"),
    "VAE": lambda n, seed: autoencoders.drawn(coder("vae_64"), n, seed),
}
