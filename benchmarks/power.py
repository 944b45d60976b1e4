"""How often three two-sample tests find each forgery, by the number of samples: of 40 pairs of sets.

All look at what the course's classifier sees. "real" is the test's own error: real training digits beside real test
digits. One core takes some 15 minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons.distributions.forgeries import FORGERIES, forged
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.metrics import two_sample

TESTS = {
    "nearest neighbour": two_sample.nearest_neighbour_test,
    "MMD": two_sample.mmd_test,
    "classifier": two_sample.classifier_test,
}
SIZES, PAIRS, STRENGTH = (25, 50, 100, 200), 40, 0.4
REAL = "real"


@dataclass(frozen=True)
class Row(Line):
    """One test on one forgery. sizes: samples in each of the two sets. found: of `pairs` pairs of that size, those that
    the test calls different (p below .05)."""

    name: str
    test: str
    forgery: str
    strength: float
    sizes: tuple[int, ...]
    found: tuple[int, ...]
    pairs: int


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then every test on real digits and on every forgery. repeats: how many pairs, instead of 40."""
    yield header()
    for forgery in (REAL, *FORGERIES):
        for test in TESTS:
            yield measured(test, forgery, repeats or PAIRS)


def measured(test: str, forgery: str, pairs: int) -> Row:
    """One row."""
    strength = 0.0 if forgery == REAL else STRENGTH
    fake = metrics_digits.look(forged("noisy" if forgery == REAL else forgery, strength)).features
    real = metrics_digits.test_set().features
    found = tuple(sum(_differ(test, real, fake, size, pair) for pair in range(pairs)) for size in SIZES)
    return Row(f"{test}, {forgery}", test, forgery, strength, SIZES, found, pairs)


def _differ(test: str, real: torch.Tensor, fake: torch.Tensor, size: int, pair: int) -> bool:
    rng = torch.Generator().manual_seed(1000 * size + pair)
    a, b = (points[torch.randperm(len(points), generator=rng)[:size]] for points in (real, fake))
    return TESTS[test](a, b, rng=rng).differ
