"""How good are generated digits? Measured on the features and verdicts of the course's own classifier.

They are not Inception numbers: compare them with each other and with the floor, what real digits get, and with nothing
published elsewhere. FID, KID and the score are torchmetrics', given our features.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import nn

from gan_lessons._core.randomness import block_seed, generator
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions import mnist
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.metrics.precision_recall import neighbours
from gan_lessons.models.classifier import FEATURES, Classifier, judge
from gan_lessons.models.latent_space import generate

SAMPLES = 10_000
LEAST = 1_000  # samples: KID's subsets have half as many, and fewer say nothing of ten digits
PIECE = 500  # images at a time
_ALONE = {"distributed_available_fn": lambda: False}  # of several processes that train, one measures
LABEL = "on features of the course's own classifier: not Inception numbers"


@dataclass(frozen=True)
class Seen:
    """What the classifier sees in n images. features: (n, 128). logits: (n, 10)."""

    features: torch.Tensor
    logits: torch.Tensor

    @property
    def shares(self) -> np.ndarray:
        """The share of images that it takes for each digit, (10,)."""
        return np.bincount(self.logits.argmax(-1).numpy(), minlength=10) / len(self.logits)


@dataclass(frozen=True)
class Measures:
    """fid: Fréchet distance of the features (Heusel et al. 2017). kid: squared kernel distance of them (Bińkowski et
    al. 2018). score: exp of the mean KL from p(digit | image) to p(digit), from 1 to 10, the mean over ten parts of
    the samples (Salimans et al. 2016). precision, recall, density, coverage: see `neighbours`. shares: of each digit,
    ten numbers. samples: how many images were looked at."""

    fid: float
    kid: float
    score: float
    precision: float
    recall: float
    density: float
    coverage: float
    shares: tuple[float, ...]
    samples: int

    def __str__(self) -> str:
        return (
            f"FID {self.fid:.2f}, KID {self.kid:.4f}, score {self.score:.2f}, precision {self.precision:.3f}, recall "
            f"{self.recall:.3f}, density {self.density:.2f}, coverage {self.coverage:.3f} over {self.samples:,} "
            f"samples ({LABEL})"
        )


@torch.no_grad()
def look(images: torch.Tensor, classifier: Classifier | None = None) -> Seen:
    """What the classifier sees in images (n, 784), or (n, 1, 28, 28), from -1 to 1. classifier: the shipped one.

    Raises ValueError for other shapes, for numbers that are not finite or beyond -1 and 1, and for pictures whose paper
    is 0."""
    flat = checked(images)
    classifier = classifier or judge()
    found = [classifier.features(piece) for piece in flat.split(PIECE)]
    features = torch.cat(found)
    return Seen(features, classifier.last(features))


def checked(images: torch.Tensor) -> torch.Tensor:
    """Images (n, 784), or (n, 1, 28, 28), from -1 to 1, as floats (n, 784) on the CPU; refuses what `look` refuses."""
    images = torch.as_tensor(images)
    flat = (images.flatten(1) if images.dim() > 1 else images).detach().cpu()
    if flat.dim() != 2 or flat.shape[1] != mnist.PIXELS or not len(flat):
        allowed = f"of shape (n, {mnist.PIXELS}) or (n, 1, 28, 28): the judge knows digits, and others have none"
        refuse("images", tuple(images.shape), allowed)
    if not torch.isfinite(flat).all() or flat.abs().max() > 1.001:
        refuse("images", f"values from {flat.min():.3g} to {flat.max():.3g}", "from -1 (paper) to 1 (ink)")
    paper = (flat < 0.1).double().mean() > 0.5  # most of a digit; nothing below 0, and ink somewhere: it is 0 there
    if paper and flat.min() >= 0 and flat.max() > 0.3:
        refuse("images", "values from 0 up, as of pictures from 0 to 1", "from -1 (paper) to 1 (ink): 2 * images - 1")
    return flat.float()


def measure(images: torch.Tensor, real: Seen | None = None, seed: int = 0) -> Measures:
    """Everything about generated images (n, 784), n at least 1,000, beside real ones (default: MNIST's test set,
    which no generator was trained on). seed: of the subsets that KID and the score draw."""
    return compare(look(images), real or test_set(), seed)


def compare(fake: Seen, real: Seen, seed: int = 0) -> Measures:
    """As `measure`, of what was looked at already."""
    for name, seen in (("fake", fake), ("real", real)):
        if len(seen.features) < LEAST:
            refuse(name, f"{len(seen.features)} images", f"at least {LEAST:,} images")
    kid, score = kid_and_score(fake, real, seed)
    near = neighbours(real.features, fake.features)
    return Measures(
        fid=fid(fake, real),
        kid=kid,
        score=score,
        **vars(near),
        shares=tuple(fake.shares.tolist()),
        samples=len(fake.features),
    )


def fid(fake: Seen, real: Seen) -> float:
    """The Fréchet distance between the features of generated and of real images; of any width, the same in both."""
    from torchmetrics.image.fid import FrechetInceptionDistance

    widths = fake.features.shape[-1], real.features.shape[-1]
    if widths[0] != widths[1]:
        refuse("fake", f"features of width {widths[0]}", f"features of the same width as the real ones', {widths[1]}")
    metric = FrechetInceptionDistance(feature=_Given(widths[0]), **_ALONE).set_dtype(torch.float64)
    metric.update(real.features.double(), real=True), metric.update(fake.features.double(), real=False)
    return metric.compute().item()


def kid_and_score(fake: Seen, real: Seen, seed: int = 0) -> tuple[float, float]:
    """The kernel distance (mean over 50 subsets), and the score (mean over 10 parts)."""
    from torchmetrics.image.inception import InceptionScore
    from torchmetrics.image.kid import KernelInceptionDistance

    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):  # torchmetrics draws from the global generator
        warnings.filterwarnings("ignore", message="Metric .* will save all extracted features")
        torch.default_generator.manual_seed(block_seed(whole("seed", seed, 0), "metrics", 0))
        size = min(1000, len(fake.features) // 2, len(real.features) // 2)
        kernel, score = (
            KernelInceptionDistance(feature=_Given(), subsets=50, subset_size=size, **_ALONE),
            InceptionScore(_Given(), **_ALONE),
        )
        kernel.update(real.features, real=True), kernel.update(fake.features, real=False)
        below = fake.logits - fake.logits.amax(-1, keepdim=True)
        score.update(below.clamp(min=-80))  # a probability of exactly 0 has no logarithm
        return kernel.compute()[0].item(), score.compute()[0].item()


@cache
def test_set() -> Seen:
    """What the shipped classifier sees in MNIST's 10,000 test digits."""
    return look(torch.from_numpy(mnist.scaled(mnist.load("test").images)))


@cache
def measures_floor(seed: int = 0) -> Measures:
    """What 10,000 real digits of the training set get: nothing that has learned from it can be asked to do better."""
    return measure(Handwritten().sample((SAMPLES,), generator(seed, "floor")), seed=seed)


def sample(G: nn.Module, n: int = SAMPLES, seed: int = 0, noise: Distribution | None = None) -> torch.Tensor:
    """n images (n, 784) of a generator, made in `eval()` and in pieces; where it takes labels, of one class after the
    other. noise: N(0, I) by default."""
    noise = NormalNoise(G.inputs) if noise is None else noise
    return generate(G, noise.sample((1, whole("n", n)), generator(seed, "measured")))


class _Given(nn.Module):
    """The network that torchmetrics asks for features: it hands on those that it is given."""

    def __init__(self, num_features: int = FEATURES):
        super().__init__()
        self.num_features = num_features

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features
