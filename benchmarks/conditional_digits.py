"""Is a digit what was asked for, is it written in every way, and whose handwriting is it? 890 of each digit.

"real digits" are training digits, the floor. "one of each" is the surest test digit of each class, again and again: the
best accuracy there is, and no variance. With permuted labels what is asked for has nothing to do with what is made. The
shipped classifier is the judge, and MNIST's test digits are what all is compared with. One core takes some 5 minutes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import mean, stdev

import numpy as np
import torch

from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons._core.randomness import generator
from gan_lessons.distributions import mnist
from gan_lessons.metrics import conditional_digits as metrics
from gan_lessons.metrics import copies, handwriting
from gan_lessons.metrics.conditional import matched, permuted
from gan_lessons.models.latent_space import generate
from gan_lessons.shipped.networks import RECIPES, shipped

SEEDS, FOR_COPIES = 5, 500  # to compare some of the samples with 60,000 training digits is enough
QUANTILES = (0.01, 0.1, 0.5, 0.9, 0.99)
Made = tuple[torch.Tensor, torch.Tensor]  # digits (n, 784) and what they were asked to be (n,)


@dataclass(frozen=True)
class Row(Line):
    """accuracy, variance, pixel_variance, fid: means over seeds of the means over classes, see `Conditioned`; _sd over
    seeds. accuracies, variances: class by class, of the first seed. copies: the share of samples that lie nearer to a
    training digit than 99 in 100 of the real test digits. slant, width: the quantiles 1, 10, 50, 90 and 99 % of all
    digits, in degrees and pixels. left: the share of digits that lean to the left by more than 10 degrees. each: digits
    of a class and seed. seeds: how many draws of noise (of digits, where they are real)."""

    name: str
    accuracy: float
    accuracy_sd: float
    accuracies: tuple[float, ...]
    variance: float
    variance_sd: float
    variances: tuple[float, ...]
    pixel_variance: float
    fid: float
    fid_sd: float
    copies: float
    slant: tuple[float, ...]
    width: tuple[float, ...]
    left: float
    each: int
    seeds: int


@dataclass(frozen=True)
class Codes(Line):
    """What the InfoGAN found, which was told no label. error: of its code as a classifier of MNIST's test digits, after
    the best matching of codes to digits, one to one; match: the digit of each code. numbers: for each number of the
    code, the correlation with slant and with width of generated digits within a code; noise: the largest such
    correlation of the 62 plain numbers (slant, width). moved: how much slant (degrees) and width (pixels) change as a
    number goes from -1 to 1. samples: generated digits. networks: how many were trained."""

    name: str
    error: float
    match: tuple[int, ...]
    numbers: tuple[tuple[float, float], ...]
    noise: tuple[float, float]
    moved: tuple[tuple[float, float], ...]
    samples: int
    networks: int


def rows(repeats: int | None = None) -> Iterator[Header | Row | Codes]:
    """A header, then a row for each source, and one of codes. repeats: how many seeds, instead of five."""
    yield header()
    for source in SOURCES:
        yield measured(source, range(repeats or SEEDS))
    yield codes()


def codes(n: int = 10_000) -> Codes:
    """The row of the InfoGAN that ships, from n generated digits and all test digits."""
    (G, D), noise = shipped("infogan"), RECIPES["infogan"].noise
    digits = mnist.load("test")
    found = matched(read(D, torch.from_numpy(mnist.scaled(digits.images)).flatten(1))[0], digits.labels, 10, 10)
    z = noise.sample((n,), generator(0, "codes"))
    images = generate(G, z[None])
    ways = torch.stack([handwriting.slant(images), handwriting.width(images)], -1)
    plain, code, numbers = (part.double() for part in z.split([noise.plain, noise.categories, noise.continuous], -1))
    inside = within(ways, code.argmax(-1))
    ours, others = (correlations(within(part, code.argmax(-1)), inside) for part in (numbers, plain))
    slopes = torch.linalg.lstsq(within(numbers, code.argmax(-1)), inside).solution  # (2, 2), a unit of each number
    return Codes(
        "InfoGAN",
        round(float(found.error), 4),
        tuple(found.match.tolist()),
        tuple(_short(row, 3) for row in ours),
        _short(others.abs().amax(0), 3),
        tuple(_short(row, 2) for row in 2 * slopes),
        samples=n,
        networks=1,
    )


@torch.no_grad()
def read(D: torch.nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What D reads in pictures (n, 784): the likeliest category (n,), and the numbers of the code (n, 2)."""
    scores, numbers = D.groups(torch.cat([D(piece[None])[0] for piece in images.split(500)]))
    return scores.argmax(-1), numbers


def within(x: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
    """x (n, d) less the mean of its group (n,)."""
    means = torch.stack([x[groups == k].mean(0) for k in range(int(groups.max()) + 1)])
    return x - means[groups]


def correlations(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Pearson's, of each column of x (n, p) with each of y (n, q), both of mean 0: (p, q)."""
    return (x / x.norm(dim=0)).T @ (y / y.norm(dim=0))


def measured(source: str, seeds: range = range(SEEDS), each: int = metrics.EACH) -> Row:
    """One row."""
    real = metrics.within(*metrics.real_digits("test", each)) if each != metrics.EACH else metrics.test_digits()
    made = [SOURCES[source](each, seed) for seed in seeds]
    found = [metrics.measure(images, labels, real) for images, labels in made]
    images = torch.cat([images for images, _ in made])
    slants, widths = handwriting.slant(images), handwriting.width(images)
    numbers = {}
    for key in ("accuracy", "variance", "pixel_variance", "fid"):
        values = [getattr(one, key) for one in found]
        numbers |= {key: round(mean(values), 5)}
        if key != "pixel_variance":
            numbers |= {f"{key}_sd": round(stdev(values), 5) if len(values) > 1 else 0.0}
    return Row(
        source,
        **numbers,
        accuracies=_short(found[0].accuracies, 4),
        variances=_short(found[0].variances, 3),
        copies=round(copies.distances(made[0][0][:: max(1, 10 * each // FOR_COPIES)]).copies, 4),
        slant=_short(np.quantile(slants, QUANTILES), 2),
        width=_short(np.quantile(widths, QUANTILES), 3),
        left=round((slants < -10).double().mean().item(), 4),
        each=each,
        seeds=len(seeds),
    )


def _short(values, digits: int) -> tuple[float, ...]:
    return tuple(round(float(value), digits) for value in values)


def _one_of_each(each: int, seed: int) -> Made:
    real = metrics.test_digits()
    sure = [real.of(d).logits.softmax(-1)[:, d].argmax() for d in range(metrics.DIGITS)]
    best = torch.stack([real.images[real.labels == d][sure[d]] for d in range(metrics.DIGITS)])
    return best.repeat_interleave(each, 0), torch.arange(metrics.DIGITS).repeat_interleave(each)


def _of_gan(each: int, seed: int) -> Made:
    return metrics.of_each(shipped("conditional_dcgan")[0], each, seed)


def _permuted(source: Callable[[int, int], Made]) -> Callable[[int, int], Made]:
    def made(each: int, seed: int) -> Made:
        images, labels = source(each, seed)
        return images, torch.from_numpy(permuted(labels, seed))

    return made


SOURCES: dict[str, Callable[[int, int], Made]] = {
    "real digits": lambda each, seed: metrics.real_digits("train", each, seed),
    "test digits": lambda each, seed: metrics.real_digits("test", each, seed),
    "one of each": _one_of_each,
    "conditional DCGAN": _of_gan,
    "conditional DCGAN, labels permuted": _permuted(_of_gan),
}
