"""How good are the samples of many runs? Moments, distances, shares with intervals; what counts as good and as narrow.

Samples on a line are `(*runs, n)`. A trainer's `(*runs, n, 1)` is taken as well: where there are two axes or more, a
last axis of size 1 is the sample's own and is dropped. Every metric is `(*runs,)`. A run with a sample that is not
finite gives NaN, without a warning, and is neither good nor narrow. NumPy and SciPy only.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

# A run is good if its W1 to the data is at most this many standard deviations of the data. For a Gaussian a mean that
# is off by a quarter of an sd costs .25 exactly, and so does a width that is wrong by a factor of .69 or 1.31
# (W1 = |1 - factor| sqrt(2 / pi)): errors that one sees in a picture. It has no units. Noise alone must not decide, so
# judge 256 samples or more, against the data's quantile function or 10,000 real samples: then 95 % of perfect runs
# score under .14. Against 256 real samples they score under .20 and six in a thousand fail; 64 against 64, a quarter.
GOOD_W1 = 0.25
# A run is narrow (in one dimension: collapsed) if its sd is less than this share of the data's. Real samples never are:
# the sd of 256 Gaussian ones is within 20 % of the data's.
NARROW_SD = 0.5


@dataclass(frozen=True)
class Moments:
    """The first four moments of each run, each (*runs,): see `mean`, `sd`, `skewness`, `kurtosis`."""

    mean: np.ndarray
    sd: np.ndarray
    skewness: np.ndarray
    kurtosis: np.ndarray


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


def moments(samples) -> Moments:
    """Mean, sd, skewness and kurtosis of each run. samples: (*runs, n) or (*runs, n, 1) -> four of (*runs,)."""
    with np.errstate(over="ignore", invalid="ignore"):  # finite samples near 1e300 have moments that are not
        mean, gap, sd = _mean_gap_sd(samples)
        z = gap / np.where(sd > 0, sd, np.nan)
        cube = z * z * z
        return Moments(mean[..., 0], sd[..., 0], cube.mean(-1)[()], (cube * z).mean(-1)[()] - 3)


def _mean_gap_sd(samples) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean (*runs, 1), the samples' distances from it (*runs, n), and the sd (*runs, 1)."""
    samples = _line("samples", samples)
    first = samples[..., :1]
    offset = samples - first  # equal samples are exactly 0 here, so their sd is exactly 0 too
    centre = offset.mean(-1, keepdims=True)
    gap = offset - centre
    return first + centre, gap, np.sqrt((gap * gap).mean(-1, keepdims=True))


def mean(samples) -> np.ndarray:
    """The mean of each run, in the data's units. samples: (*runs, n) or (*runs, n, 1) -> (*runs,)."""
    return moments(samples).mean


def sd(samples) -> np.ndarray:
    """The standard deviation of each run, sqrt(mean((x - mean)^2)), in the data's units.

    Biased (population) estimate: it divides by n, so for Gaussian samples it is low by a share of 3 / 4n; 0 if all
    samples are equal. samples: (*runs, n) or (*runs, n, 1) -> (*runs,)."""
    return moments(samples).sd


def skewness(samples) -> np.ndarray:
    """mean(z^3) with z = (x - mean) / sd: 0 if symmetric. Biased (population) estimate; NaN where the sd is 0.

    samples: (*runs, n) or (*runs, n, 1) -> (*runs,)."""
    return moments(samples).skewness


def kurtosis(samples) -> np.ndarray:
    """Excess kurtosis, mean(z^4) - 3 with z = (x - mean) / sd: 0 for a Gaussian, -1.2 for a uniform, -2 for two points.

    Biased (population) estimate; NaN where the sd is 0. samples: (*runs, n) or (*runs, n, 1) -> (*runs,)."""
    return moments(samples).kurtosis


def w1(samples, real) -> np.ndarray:
    """The Wasserstein-1 distance from each run's samples to the data, in the data's units.

    W1 = integral over u in (0, 1) of |F^-1(u) - R^-1(u)|, exact for two samples of any sizes.
    samples: (*runs, n) -> (*runs,). real: real samples, (m,) for all or (*runs, m); or the data's quantile function,
    u (n,) in (0, 1) -> x, (n,) or (*runs, n), which is asked at the n mid-points (i + 1/2) / n.
    Raises ValueError if real is not finite or its runs do not fit."""
    samples = _line("samples", samples)
    n = samples.shape[-1]
    real = _real(real((np.arange(n) + 0.5) / n) if callable(real) else real, samples)
    m = real.shape[-1]
    steps = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)  # where a quantile function steps, times n m
    with np.errstate(over="ignore"):
        gaps = np.abs(np.sort(samples, -1)[..., (steps - 1) // m] - np.sort(real, -1)[..., (steps - 1) // n])
        return (gaps * np.diff(steps, prepend=0)).sum(-1) / (n * m)


def ks(samples, real) -> np.ndarray:
    """The Kolmogorov-Smirnov distance, from 0 to 1: the largest gap between two cumulative distributions.

    KS = max over x of |F(x) - R(x)|. samples: (*runs, n) -> (*runs,). real: real samples, (m,) for all or (*runs, m);
    or the data's cumulative distribution function, x (*runs, n) -> probability (*runs, n).
    Raises ValueError if real is not finite, its runs do not fit, or the function leaves 0 to 1."""
    samples = _line("samples", samples)
    finite = np.isfinite(samples).all(-1)
    ordered = np.sort(np.where(finite[..., None], samples, 0), -1)
    distance = _ks_to_cdf(ordered, real) if callable(real) else _ks_to_sample(ordered, _real(real, samples))
    return np.where(finite, distance, np.nan)[()]


def is_good(samples, real, sd) -> np.ndarray:
    """Whether each run is good: w1(samples, real) <= GOOD_W1 sd. bool (*runs,); False if not finite.

    samples, real: as for `w1`. sd: the data's, a number or (*runs,). Raises ValueError if sd is not above 0."""
    return w1(samples, real) <= GOOD_W1 * _positive("sd", sd)


def is_narrow(samples, real_sd) -> np.ndarray:
    """Whether each run has narrowed, in one dimension: collapsed: its sd < NARROW_SD times the data's. bool (*runs,).

    False if not finite. real_sd: the data's, a number or (*runs,). Raises ValueError if it is not above 0."""
    return sd(samples) < NARROW_SD * _positive("real_sd", real_sd)


def share(good_mask, confidence: float = 0.95) -> Share:
    """How many runs are good, with Wilson's interval for the share of all runs that would be.

    With k of n good, s = k / n and z the normal quantile at (1 + confidence) / 2, the interval is
    (s + z^2 / 2n +- z sqrt(s (1 - s) / n + z^2 / 4n^2)) / (1 + z^2 / n). It keeps its word for few runs and for 0 or
    all of them good, where s +- z sqrt(s (1 - s) / n) has no width. good_mask: bool, any shape, one a run.
    Raises ValueError for 0 runs, a mask that is not bool, or a confidence outside of 0 to 1. Wilson 1927."""
    mask = np.asarray(good_mask)
    if mask.dtype != bool or mask.size == 0:
        raise ValueError(f"good_mask must be one bool a run for 1 run or more, not {mask.dtype} of shape {mask.shape}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence}")
    k, n, z = int(mask.sum()), mask.size, float(ndtri((1 + confidence) / 2))
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


def _ks_to_cdf(ordered: np.ndarray, cdf: Callable) -> np.ndarray:
    n, R = ordered.shape[-1], np.asarray(cdf(ordered))
    if R.shape != ordered.shape or not np.all((R >= 0) & (R <= 1)):
        raise ValueError(
            f"real must give a probability from 0 to 1 for each of the samples {ordered.shape}, "
            f"not {R.shape} from {R.min()} to {R.max()}"
        )
    ranks = np.arange(n + 1) / n
    return np.maximum(ranks[1:] - R, R - ranks[:-1]).max(-1)


def _ks_to_sample(ordered: np.ndarray, real: np.ndarray) -> np.ndarray:
    n, m = ordered.shape[-1], real.shape[-1]
    runs = np.broadcast_shapes(ordered.shape[:-1], real.shape[:-1])
    both = np.concatenate([np.broadcast_to(ordered, (*runs, n)), np.broadcast_to(real, (*runs, m))], -1)
    order = np.argsort(both, -1)
    gap = np.abs(np.cumsum(np.where(order < n, m, -n), -1))  # n m |F - R|, in whole numbers
    both = np.take_along_axis(both, order, -1)
    last = np.concatenate([np.diff(both) > 0, np.ones((*runs, 1), bool)], -1)  # equal values count together
    return np.where(last, gap, 0).max(-1) / (n * m)


def _line(name: str, samples) -> np.ndarray:
    """Samples as float64 (*runs, n), with all of a run NaN if any of it is not finite."""
    samples = np.asarray(samples, dtype=float)
    if samples.ndim > 1 and samples.shape[-1] == 1:
        samples = samples[..., 0]
    if samples.ndim == 0 or samples.shape[-1] == 0:
        raise ValueError(f"{name} must be (*runs, n) or (*runs, n, 1) with n of 1 or more, not {samples.shape}")
    return np.where(np.isfinite(samples).all(-1, keepdims=True), samples, np.nan)


def _real(real, samples: np.ndarray) -> np.ndarray:
    real = _line("real", real)
    if np.isnan(real).any():
        raise ValueError("real must be finite, but holds NaN or an infinite value")
    try:
        np.broadcast_shapes(real.shape[:-1], samples.shape[:-1])
    except ValueError:
        raise ValueError(f"real {real.shape} must be (m,) or have the runs of samples {samples.shape}") from None
    return real


def _positive(name: str, value) -> np.ndarray:
    value = np.asarray(value, dtype=float)
    if not np.all((value > 0) & np.isfinite(value)):
        raise ValueError(f"{name} must be above 0 and finite, not {value}")
    return value
