"""Dev Nag's R and I: the toys' real data and the noises that go into G.

A distribution first draws plain numbers and then shapes them, `sample = transform(draw)`, so that a
thousand runs are shaped in one operation. Numbers such as a mean may differ from run to run: give a
sequence with one a run, and sample with runs as the first axis.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import special

from gan_lessons.errors import number, per_run, refuse, row, whole

PerRun = float | Sequence[float]


class Distribution:
    """What every distribution offers. `dim` is the width d of a sample.

    On a line, where they exist: `log_prob(x)` for tensors (*runs, n, 1); `pdf(x)`, `cdf(x)` and `quantile(u)`
    in NumPy, (n,) -> (n,), or -> (runs, n) where settings differ from run to run; and `mean`, `sd`, `skewness`,
    `kurtosis` (excess), numbers or one a run, and `modes`, an array of centres.
    """

    dim: int = 1

    def sample(self, shape: Sequence[int], generator: torch.Generator, dtype=torch.float32) -> torch.Tensor:
        """Draws samples of shape (*shape, d); the last entry of `shape` is the batch."""
        return self.transform(self.draw(tuple(shape), generator, dtype))

    def draw(self, shape: tuple[int, ...], generator: torch.Generator, dtype) -> torch.Tensor:
        """Plain numbers (*shape, width) from the generator, the same whatever the settings are."""
        raise NotImplementedError

    def transform(self, raw: torch.Tensor) -> torch.Tensor:
        """Shapes plain numbers (..., *runs, batch, width) into samples (..., *runs, batch, d)."""
        raise NotImplementedError

    def pdf(self, x: np.ndarray) -> np.ndarray:
        """The density on a line, (n,) -> (n,) or (runs, n)."""
        return self.log_prob(torch.as_tensor(x, dtype=torch.float64)[..., None]).exp()[..., 0].numpy()

    def for_run(self, index: int) -> "Distribution":
        """This distribution as one run sees it: sequences with one number a run become that number."""
        fields = {k: v[index] if k in self._per_run and isinstance(v, tuple) else v for k, v in vars(self).items()}
        return type(self)(**fields)

    def runs(self) -> int | None:
        """How many runs the settings speak of; None if all runs share them. Raises ValueError if they differ."""
        lengths = {k: len(v) for k, v in vars(self).items() if k in self._per_run and isinstance(v, tuple)}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"one number a run is needed everywhere, but the lengths are {lengths}")
        return next(iter(lengths.values()), None)

    _per_run: tuple[str, ...] = ()


def _column(value: float | tuple, like: torch.Tensor) -> float | torch.Tensor:
    """A number as it is, one a run as (*runs, 1, 1)."""
    return like.new_tensor(value)[:, None, None] if isinstance(value, tuple) else value


def _row(value: float | tuple) -> np.ndarray:
    """A number as it is, one a run as (runs, 1), in NumPy."""
    return np.asarray(value)[:, None] if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Gaussian(Distribution):
    """The normal distribution N(mean, sd); both may have one value a run. Raises ValueError if sd <= 0."""

    mean: PerRun = 0.0
    sd: PerRun = 1.0
    skewness, kurtosis, _per_run = 0.0, 0.0, ("mean", "sd")

    def __post_init__(self):
        object.__setattr__(self, "mean", per_run("mean", self.mean))
        object.__setattr__(self, "sd", per_run("sd", self.sd, low=1e-12))
        self.runs()

    def draw(self, shape, generator, dtype):
        return torch.randn((*shape, 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        return raw * _column(self.sd, raw) + _column(self.mean, raw)

    def log_prob(self, x):
        sd = torch.as_tensor(_column(self.sd, x), dtype=x.dtype)
        return -0.5 * ((x - _column(self.mean, x)) / sd) ** 2 - sd.log() - 0.5 * math.log(2 * math.pi)

    def cdf(self, x):
        return special.ndtr((np.asarray(x) - _row(self.mean)) / _row(self.sd))

    def quantile(self, u):
        return _row(self.mean) + _row(self.sd) * special.ndtri(u)

    @property
    def modes(self) -> np.ndarray:
        return np.atleast_1d(self.mean)


@dataclass(frozen=True)
class Uniform(Distribution):
    """Uniform on [low, high); both may have one value a run. Raises ValueError unless low < high."""

    low: PerRun = 0.0
    high: PerRun = 1.0
    skewness, kurtosis, _per_run = 0.0, -1.2, ("low", "high")

    def __post_init__(self):
        object.__setattr__(self, "low", per_run("low", self.low))
        object.__setattr__(self, "high", per_run("high", self.high))
        self.runs()
        if not np.all(np.asarray(self.high) > self.low):
            refuse("high", self.high, f"above low, which is {self.low!r}")

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        low = _column(self.low, raw)
        return raw * (_column(self.high, raw) - low) + low

    def log_prob(self, x):
        low, high = _column(self.low, x), _column(self.high, x)
        inside = (x >= low) & (x < high)
        return torch.where(inside, -torch.as_tensor(high - low, dtype=x.dtype).log(), -torch.inf)

    def cdf(self, x):
        low, high = _row(self.low), _row(self.high)
        return np.clip((np.asarray(x) - low) / (high - low), 0, 1)

    def quantile(self, u):
        low, high = _row(self.low), _row(self.high)
        return low + np.asarray(u) * (high - low)

    @property
    def mean(self) -> float | np.ndarray:
        return (np.asarray(self.low) + self.high) / 2

    @property
    def sd(self) -> float | np.ndarray:
        return (np.asarray(self.high) - self.low) / 12**0.5


@dataclass(frozen=True)
class Mixture(Distribution):
    """A mixture of Gaussians on a line: means, sds and weights, one each a component, shared by all runs.

    Raises ValueError unless the lengths agree, sds are positive, and weights are positive and sum to 1.
    """

    means: Sequence[float]
    sds: Sequence[float]
    weights: Sequence[float] | None = None

    def __post_init__(self):
        means, sds = row("means", self.means), row("sds", self.sds, low=1e-12)
        weights = (1 / len(means),) * len(means) if self.weights is None else row("weights", self.weights, low=0)
        if not len(means) == len(sds) == len(weights):
            refuse("means, sds and weights", (len(means), len(sds), len(weights)), "of equal lengths")
        if abs(sum(weights) - 1) > 1e-9 or min(weights) <= 0:
            refuse("weights", weights, "positive and sum to 1")
        for name, value in (("means", means), ("sds", sds), ("weights", weights)):
            object.__setattr__(self, name, value)

    def draw(self, shape, generator, dtype):
        which = torch.rand((*shape, 1), generator=generator, dtype=dtype)
        return torch.cat([which, torch.randn((*shape, 1), generator=generator, dtype=dtype)], -1)

    def transform(self, raw):
        which, normal = raw.split(1, -1)
        edges = raw.new_tensor(np.cumsum(self.weights)[:-1])
        component = torch.bucketize(which.contiguous(), edges, right=True)
        return raw.new_tensor(self.means)[component] + raw.new_tensor(self.sds)[component] * normal

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


@dataclass(frozen=True)
class NormalNoise(Distribution):
    """Noise N(0, I) of `dim` dimensions."""

    dim: int = 1

    def __post_init__(self):
        object.__setattr__(self, "dim", whole("dim", self.dim))

    def draw(self, shape, generator, dtype):
        return torch.randn((*shape, self.dim), generator=generator, dtype=dtype)

    def transform(self, raw):
        return raw


@dataclass(frozen=True)
class UniformNoise(Distribution):
    """Noise uniform on [low, high)^dim."""

    low: float = 0.0
    high: float = 1.0
    dim: int = 1

    def __post_init__(self):
        object.__setattr__(self, "dim", whole("dim", self.dim))
        for name in ("low", "high"):
            object.__setattr__(self, name, number(name, getattr(self, name)))
        if not self.high > self.low:
            refuse("high", self.high, f"above low, which is {self.low!r}")

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, self.dim), generator=generator, dtype=dtype)

    def transform(self, raw):
        return raw * (self.high - self.low) + self.low


@dataclass(frozen=True)
class StratifiedNoise(Distribution):
    """AYLIEN's noise: an even ladder from -reach to reach with one rung a sample, plus U(0, jitter).

    So every batch covers the whole range, however small it is. Source: AYLIEN, gan-intro (after Eric Jang).
    """

    reach: float = 8.0
    jitter: float = 0.01

    def __post_init__(self):
        object.__setattr__(self, "reach", number("reach", self.reach, low=1e-9))
        object.__setattr__(self, "jitter", number("jitter", self.jitter, low=0.0))

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        ladder = torch.linspace(-self.reach, self.reach, raw.shape[-2], dtype=raw.dtype)
        return ladder[:, None] + self.jitter * raw
