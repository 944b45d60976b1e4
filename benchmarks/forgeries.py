"""What each metric says of each forgery at each strength: 5,000 forged digits beside 5,000 of MNIST's test digits.

"real" is the floor: training digits with no fault. One core takes some 8 minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons.distributions.forgeries import FORGERIES, STRENGTHS, forged
from gan_lessons.metrics import copies
from gan_lessons.metrics import images as metrics_digits

SAMPLES, FOR_COPIES = 5_000, 500  # to compare some of the samples with 60,000 training digits is enough
REAL = "real"
METRICS = ("fid", "kid", "score", "precision", "recall", "density", "coverage", "copies")


@dataclass(frozen=True)
class Row(Line):
    """One forgery at one strength. copies: the share of samples that lie nearer to a training digit than 99 in 100 of
    the real test digits. The rest: see `gan_lessons.metrics.Measures`. samples: how many were measured."""

    name: str
    forgery: str
    strength: float
    fid: float
    kid: float
    score: float
    precision: float
    recall: float
    density: float
    coverage: float
    copies: float
    samples: int


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, real digits, then every forgery at every strength. repeats: how many strengths, instead of all."""
    yield header()
    yield measured(REAL, 0.0)
    for name in FORGERIES:
        for strength in STRENGTHS[:repeats]:
            yield measured(name, strength)


def measured(name: str, strength: float, n: int = SAMPLES) -> Row:
    """One row, of n forged and n real digits."""
    images = forged("noisy" if name == REAL else name, strength, n)
    seen = metrics_digits.test_set()
    real = metrics_digits.Seen(seen.features[::2][:n], seen.logits[::2][:n])
    found = metrics_digits.measure(images, real)
    copied = copies.distances(images[:FOR_COPIES]).copies
    numbers = {key: round(value, 5) for key, value in vars(found).items() if key in METRICS}
    return Row(f"{name}, {strength:g}", name, strength, **numbers, copies=round(copied, 5), samples=n)
