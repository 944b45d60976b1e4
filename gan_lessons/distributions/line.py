"""Dev Nag's R: the real data of the toys on a line."""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from scipy import special

from gan_lessons._core.refusals import refuse, row
from gan_lessons._core.settings import each, frozen, setting
from gan_lessons.distributions.base import MEAN, NARROWEST, SD, Distribution, PerRun, column, row_of


@frozen
class Gaussian(Distribution):
    """The normal distribution N(mean, sd); both may have one value a run. Raises ValueError if sd <= 0."""

    mean: PerRun = setting(0.0, each(), per_run=True, controls=[MEAN])
    sd: PerRun = setting(1.0, each(NARROWEST), per_run=True, controls=[SD])
    skewness, kurtosis = 0.0, 0.0

    def draw(self, shape, generator, dtype):
        return torch.randn((*shape, 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        return raw * column(self.sd, raw) + column(self.mean, raw)

    def log_prob(self, x):
        sd = torch.as_tensor(column(self.sd, x), dtype=x.dtype)
        return -0.5 * ((x - column(self.mean, x)) / sd) ** 2 - sd.log() - 0.5 * math.log(2 * math.pi)

    def cdf(self, x):
        return special.ndtr((np.asarray(x) - row_of(self.mean)) / row_of(self.sd))

    def quantile(self, u):
        return row_of(self.mean) + row_of(self.sd) * special.ndtri(u)

    @property
    def modes(self) -> np.ndarray:
        return np.atleast_1d(self.mean)


@frozen
class Uniform(Distribution):
    """Uniform on [low, high); both may have one value a run. Raises ValueError unless low < high."""

    low: PerRun = setting(0.0, each(), per_run=True)
    high: PerRun = setting(1.0, each(), per_run=True)
    skewness, kurtosis = 0.0, -1.2

    def __post_init__(self):
        super().__post_init__()
        if not np.all(np.asarray(self.high) > self.low):
            refuse("high", self.high, f"above low, which is {self.low!r}")

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        low = column(self.low, raw)
        return raw * (column(self.high, raw) - low) + low

    def log_prob(self, x):
        low, high = column(self.low, x), column(self.high, x)
        inside = (x >= low) & (x < high)
        return torch.where(inside, -torch.as_tensor(high - low, dtype=x.dtype).log(), -torch.inf)

    def cdf(self, x):
        low, high = row_of(self.low), row_of(self.high)
        return np.clip((np.asarray(x) - low) / (high - low), 0, 1)

    def quantile(self, u):
        low, high = row_of(self.low), row_of(self.high)
        return low + np.asarray(u) * (high - low)

    @property
    def mean(self) -> float | np.ndarray:
        return (np.asarray(self.low) + self.high) / 2

    @property
    def sd(self) -> float | np.ndarray:
        return (np.asarray(self.high) - self.low) / 12**0.5


@frozen
class Mixture(Distribution):
    """A mixture of Gaussians on a line: means, sds and weights, one each a component, shared by all runs.

    Raises ValueError unless the lengths agree, sds are positive, and weights are positive and sum to 1.
    """

    means: Sequence[float] = setting(check=row, longest=2000)
    sds: Sequence[float] = setting(check=partial(row, low=NARROWEST))
    weights: Sequence[float] | None = setting(None, lambda name, value: value if value is None else row(name, value, 0))

    def __post_init__(self):
        super().__post_init__()
        if self.weights is None:
            object.__setattr__(self, "weights", (1 / len(self.means),) * len(self.means))
        weights = self.weights
        if not len(self.means) == len(self.sds) == len(weights):
            refuse("means, sds and weights", (len(self.means), len(self.sds), len(weights)), "of equal lengths")
        if abs(sum(weights) - 1) > 1e-9 or min(weights) <= 0:
            refuse("weights", weights, "positive and sum to 1")

    @property
    def classes(self) -> int:
        """One label a component."""
        return len(self.means)

    def labels(self, raw):
        return self._component(raw[..., 0])

    def draw(self, shape, generator, dtype):
        which = torch.rand((*shape, 1), generator=generator, dtype=dtype)
        return torch.cat([which, torch.randn((*shape, 1), generator=generator, dtype=dtype)], -1)

    def transform(self, raw):
        which, normal = raw.split(1, -1)
        component = self._component(which)
        return raw.new_tensor(self.means)[component] + raw.new_tensor(self.sds)[component] * normal

    def _component(self, which: torch.Tensor) -> torch.Tensor:
        edges = which.new_tensor(np.cumsum(self.weights)[:-1])
        return torch.bucketize(which.contiguous(), edges, right=True)

    def log_prob(self, x):
        means, sds, weights = (x.new_tensor(value) for value in (self.means, self.sds, self.weights))
        parts = weights.log() - 0.5 * ((x - means) / sds) ** 2 - sds.log() - 0.5 * math.log(2 * math.pi)
        return parts.logsumexp(-1, keepdim=True)

    def cdf(self, x):
        scores = (np.asarray(x, dtype=float)[..., None] - np.array(self.means)) / np.array(self.sds)
        return special.ndtr(scores) @ np.array(self.weights)

    def quantile(self, u):
        """By bisection of the cdf, between the smallest and the largest quantile of any component."""
        each = np.array(self.means) + np.array(self.sds) * special.ndtri(np.asarray(u, dtype=float))[..., None]
        low, high = each.min(-1), each.max(-1)
        for _ in range(64):
            middle = (low + high) / 2
            below = self.cdf(middle) < u
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return high

    def _central(self, power: int) -> float:
        """The central moment of a power up to 4, from those of the components."""
        shift, sd = np.array(self.means) - self.mean, np.array(self.sds)
        terms = {2: shift**2 + sd**2, 3: shift**3 + 3 * shift * sd**2}
        terms[4] = shift**4 + 6 * shift**2 * sd**2 + 3 * sd**4
        return float(np.dot(self.weights, terms[power]))

    @property
    def mean(self) -> float:
        return float(np.dot(self.weights, self.means))

    @property
    def sd(self) -> float:
        return self._central(2) ** 0.5

    @property
    def skewness(self) -> float:
        return self._central(3) / self.sd**3

    @property
    def kurtosis(self) -> float:
        return self._central(4) / self.sd**4 - 3

    @property
    def modes(self) -> np.ndarray:
        return np.array(self.means)
