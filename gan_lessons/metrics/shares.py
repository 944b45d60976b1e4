"""What may be claimed of many runs: a share with its interval, and the floor that noise alone gives a metric."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from gan_lessons._core.refusals import refuse, whole


@dataclass(frozen=True)
class Share:
    """`good` of `total` runs, and the interval from `low` to `high` (shares, 0 to 1) that holds the true share with
    probability `confidence`."""

    good: int
    total: int
    low: float
    high: float
    confidence: float = 0.95

    @property
    def value(self) -> float:
        """good / total."""
        return self.good / self.total

    def __str__(self) -> str:
        return (
            f"{self.good} of {self.total} ({100 * self.value:.0f} %, {100 * self.confidence:g} % interval "
            f"{100 * self.low:.0f} to {100 * self.high:.0f} %)"
        )


@dataclass(frozen=True)
class Floor:
    """What a metric gives for real against real, n samples each: its `mean` and `q` quantile `high` over `repeats`."""

    mean: float
    high: float
    n: int
    repeats: int
    q: float = 0.95


def share(good_mask, confidence: float = 0.95) -> Share:
    """How many runs are good, with Wilson's interval for the share of all runs that would be.

    With k of n good, s = k / n and z the normal quantile at (1 + confidence) / 2, the interval is
    (s + z^2 / 2n +- z sqrt(s (1 - s) / n + z^2 / 4n^2)) / (1 + z^2 / n). It keeps its word for few runs and for 0 or
    all of them good, where s +- z sqrt(s (1 - s) / n) has no width. good_mask: bool, any shape, one a run.
    Raises ValueError for 0 runs, a mask that is not bool, or a confidence outside of 0 to 1. Wilson 1927."""
    mask = np.asarray(good_mask)
    if mask.dtype != bool or mask.size == 0:
        raise ValueError(f"good_mask must be one bool a run for 1 run or more, not {mask.dtype} of shape {mask.shape}")
    return share_of(int(mask.sum()), mask.size, confidence)


def share_of(good: int, total: int, confidence: float = 0.95) -> Share:
    """`share` where only the counts are known: `good` of `total` runs.

    Raises ValueError for a total under 1, a count that is not from 0 to it, or a confidence outside of 0 to 1."""
    k, n = whole("good", good, 0), whole("total", total)
    if k > n:
        refuse("good", good, f"at most the total, {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence}")
    z = float(ndtri((1 + confidence) / 2))
    centre, half = k / n + z * z / (2 * n), z * math.sqrt(k * (n - k) / n**3 + (z / (2 * n)) ** 2)
    low, high = ((centre + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return Share(k, n, low if k else 0.0, high if k < n else 1.0, confidence)  # the ends are exact, not rounded


def noise_floor(metric: Callable, draw: Callable, n: int, repeats: int = 200, seed: int = 0, q: float = 0.95) -> Floor:
    """What `metric` gives for a perfect generator: real against real, n samples each, over `repeats` pairs.

    metric: (samples, real), both (repeats, n, ...) -> (repeats,). draw: (shape, numpy Generator) -> real samples.
    Publish it beside the metric: no difference smaller than this floor is a finding.
    Raises ValueError if n or repeats is under 1, q is not between 0 and 1, or metric gives anything but (repeats,)
    finite numbers."""
    if n < 1 or repeats < 1:
        raise ValueError(f"n and repeats must be 1 or more, not {n} and {repeats}")
    if not 0 < q < 1:
        raise ValueError(f"q must be between 0 and 1, not {q}")
    generator = np.random.default_rng(seed)
    values = np.asarray(metric(draw((repeats, n), generator), draw((repeats, n), generator)))
    if values.shape != (repeats,) or not np.isfinite(values).all():
        raise ValueError(f"metric must give one finite number a repeat, ({repeats},), not {values.shape}: {values}")
    return Floor(float(values.mean()), float(np.quantile(values, q)), n, repeats, q)
