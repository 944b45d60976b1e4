"""Autoencoders, VAEs and GANs that ship, side by side: blur and detail, distances, and linear probes of their codes.

`Side` rows have 10,000 pictures each, beside MNIST's test digits; one training each, whose card has its time. `Probe`
rows have the accuracy on the test digits of linear classifiers that saw a few labelled ones, ten draws of them. The
weight of the penalty is searched on other draws, which are judged on training digits that no probe sees. One core takes
some 15 minutes.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache, partial

import numpy as np
import torch

from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons._core.randomness import generator
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten
from gan_lessons.metrics import linear_probe
from gan_lessons.metrics.detail import compare_sets
from gan_lessons.metrics.images import SAMPLES, sample
from gan_lessons.models.dcgan import PlainNetwork
from gan_lessons.models.principal_components import PrincipalComponents
from gan_lessons.recipes import digits
from gan_lessons.shipped import networks
from gan_lessons.shipped.autoencoders import drawn, test_digits

WIDTH, LABELS, DRAWS, SEARCH = 64, (10, 30, 100, 300, 1000), range(10), range(100, 102)
WEIGHTS = (1e-3, 1e-2, 1e-1, 1.0)  # of the penalty, searched
POOL, SEEN = 50_000, 20_000  # training digits that labels are drawn from (the rest judge), that components are found of


@dataclass(frozen=True)
class Side(Line):
    """A set of pictures: see `metrics.detail.Row`."""

    name: str
    detail: float
    fid: float
    precision: float
    recall: float
    score: float
    samples: int


@dataclass(frozen=True)
class Probe(Line):
    """A representation and a number of labels. width: numbers a digit. weight: of the penalty. accuracies: of each
    draw, on the test digits."""

    name: str
    representation: str
    width: int
    labels: int
    weight: float
    accuracies: tuple[float, ...]


def rows(repeats: int | None = None) -> Iterator[Header | Side | Probe]:
    """A header, then the rows. repeats: draws of labels, instead of ten."""
    yield header()
    for name, make in PICTURES.items():
        yield side(name, make)
    labels = [torch.tensor(mnist.load(split).labels.astype(np.int64)) for split in ("train", "test")]
    for name, code in REPRESENTATIONS.items():
        features = scaled(code)
        for n in LABELS:
            yield probed(name, features, labels, n, DRAWS if repeats is None else range(repeats))


def side(name: str, make: Callable[[int], torch.Tensor], n: int = SAMPLES) -> Side:
    """A row of pictures."""
    row = compare_sets({name: make(n)})[name]
    return Side(name, **{key: round(value, 4) for key, value in asdict(row).items()}, samples=n)


@torch.no_grad()
def probed(name: str, features: list[torch.Tensor], labels: list[torch.Tensor], n: int, draws=DRAWS) -> Probe:
    """A row of a representation. features, labels: of the training and of the test digits."""
    (train, test), (y, y_test) = features, labels
    others = train[POOL:], y[POOL:]

    def found(draws, test, weight: float) -> list[float]:
        return linear_probe.accuracies(train[:POOL], y[:POOL], test, n, draws, weight)

    tried = [np.mean(found(SEARCH, others, weight)) for weight in WEIGHTS]
    best = WEIGHTS[int(np.argmax(tried))]
    row = tuple(round(value, 4) for value in found(draws, (test, y_test), best))
    return Probe(f"{name}, {n} labels", name, train.shape[1], n, best, row)


# -- pictures

coder = cache(networks.coder)


def _of_gan(name: str) -> Callable[[int], torch.Tensor]:
    return lambda n: sample(networks.shipped(name)[0], n)


def _drawn(name: str) -> Callable[[int], torch.Tensor]:
    return lambda n: drawn(coder(name), n)


@torch.no_grad()
def codes_as_normal(n: int) -> torch.Tensor:
    """Pictures of codes from the normal distribution that has the mean and covariance of the autoencoder's codes."""
    network = coder("autoencoder_64")
    codes = network.encode(train_digits()).double()
    noise = torch.randn(n, WIDTH, generator=generator(0, "measured")).double()
    z = codes.mean(0) + noise @ torch.linalg.cholesky(codes.mT.cov()).mT
    return network.seen(z.float())


@torch.no_grad()
def ink_drawn(n: int) -> torch.Tensor:
    """Samples of the VAE of binarised digits as its model has them: each pixel drawn, ink or paper."""
    chance = (drawn(coder("vae_binary"), n) + 1) / 2
    return torch.where(torch.rand(chance.shape, generator=generator(0, "ink")) < chance, 1.0, -1.0)


PICTURES = {
    "real digits": lambda n: Handwritten().sample((n,), generator(0, "floor")),
    "DCGAN": _of_gan("dcgan"),
    "MLP GAN": _of_gan("mlp"),
    "DCGAN, noise of 2": _of_gan("gan_2d"),
    "VAE": _drawn("vae_64"),
    "VAE, codes of 2": _drawn("vae"),
    "VAE of binarised digits": _drawn("vae_binary"),
    "VAE of binarised digits, pixels drawn": ink_drawn,
    "autoencoder, codes drawn": codes_as_normal,
}


# -- representations


def train_digits() -> torch.Tensor:
    """MNIST's training digits, (60,000, 784) from -1 to 1."""
    return torch.from_numpy(mnist.scaled(mnist.load().images)).flatten(1)


@torch.no_grad()
def scaled(code: Callable[[torch.Tensor], torch.Tensor]) -> list[torch.Tensor]:
    """A representation of the training and of the test digits, scaled by the former."""
    found = [torch.cat([code(piece) for piece in x.split(1000)]) for x in (train_digits(), test_digits())]
    return [linear_probe.scaled(features, found[0]) for features in found]


def components(code: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[torch.Tensor], torch.Tensor]:
    """The first 64 principal components of a representation."""
    found = []

    def coded(x: torch.Tensor) -> torch.Tensor:
        if not found:  # when it is first needed
            features = torch.cat([code(piece) for piece in train_digits()[:SEEN].split(1000)])
            found.append(PrincipalComponents.of(features, WIDTH))
        return found[0].encode(code(x))

    return coded


@cache
def discriminator(trained: bool) -> PlainNetwork:
    """The D of the DCGAN that ships, or one like it at its start."""
    return networks.shipped("dcgan")[1] if trained else digits.shipped_dcgan.trainer(0, device="cpu").D.eval()


def of_d(x: torch.Tensor, trained: bool = True) -> torch.Tensor:
    """What D sees before its last layer, (n, 256)."""
    return discriminator(trained).penultimate(x[None])[0]


REPRESENTATIONS = {
    "raw pixels": lambda x: x,
    "principal components": components(lambda x: x),
    "autoencoder": lambda x: coder("autoencoder_64").encode(x),
    "VAE": lambda x: coder("vae_64").encode(x),
    "features of D": components(of_d),
    "features of an untrained D": components(partial(of_d, trained=False)),
}
