"""Real data in the plane: blobs on a ring, a grid or anywhere, a line, curves, and points that a person gave.

All are `Planar`: a sample is (x, y), and `sd`, the width of the noise in each of the two, may differ from run to run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from gan_lessons.distributions import Distribution, PerRun, _column
from gan_lessons.errors import number, per_run, refuse, row, whole

_NARROWEST = 1e-12
_LOG_2_PI = math.log(2 * math.pi)


class Planar(Distribution):
    """What every distribution in the plane offers, next to what `Distribution` does.

    window: (low, high), the square [low, high]^2 worth drawing. Where they exist: `log_prob(x)` for tensors
    (*runs, n, 2) -> (*runs, n, 1), and `pdf`; `modes`, centres (K, 2) of equal weight, and `mode_sd`, a number or one
    a run.
    """

    dim, _per_run = 2, ("sd",)

    def pdf(self, points: np.ndarray) -> np.ndarray:
        """The density at points (n, 2), -> (n,), or (runs, n) where sd differs from run to run."""
        return self.log_prob(torch.as_tensor(points, dtype=torch.float64)).exp()[..., 0].numpy()

    def draw(self, shape, generator, dtype):
        """Where on the shape, uniform in [0, 1), and two normal numbers for the noise: (*shape, 3)."""
        where = torch.rand((*shape, 1), generator=generator, dtype=dtype)
        return torch.cat([where, torch.randn((*shape, 2), generator=generator, dtype=dtype)], -1)

    def transform(self, raw):
        return self._place(raw[..., 0]) + _column(self.sd, raw) * raw[..., 1:]

    @property
    def window(self) -> tuple[float, float]:
        """The shape, 4 sd, and a margin of 15 %."""
        shape = self._place((torch.arange(1000, dtype=torch.float64) + 0.5) / 1000)
        low, high = float(shape.min()), float(shape.max())
        margin = 4 * float(np.max(self.sd)) + 0.15 * (high - low)
        return low - margin, high + margin

    def _place(self, where: torch.Tensor) -> torch.Tensor:
        """The place on the shape that noise is added to, (...) in [0, 1) -> (..., 2)."""
        raise NotImplementedError

    def _check(self, sd_above: float = _NARROWEST, **lengths: float) -> None:
        """Keeps sd, and the lengths, which must be positive, as floats."""
        for name, value in lengths.items():
            object.__setattr__(self, name, number(name, value, low=_NARROWEST))
        object.__setattr__(self, "sd", per_run("sd", self.sd, low=sd_above))


class _Centred(Planar):
    """An equal-weight mixture of round Gaussians of one sd around `centres`, a tuple of (x, y)."""

    def _place(self, where):
        centres = where.new_tensor(self.centres)
        return centres[(where * len(centres)).long().clamp(max=len(centres) - 1)]  # .99999999 K rounds to K

    def log_prob(self, x):
        """log mean over centres c of N(x; c, sd^2 I). x: (*runs, n, 2) -> (*runs, n, 1)."""
        centres, sd = x.new_tensor(self.centres), torch.as_tensor(_column(self.sd, x), dtype=x.dtype)
        apart = ((x[..., None, :] - centres) ** 2).sum(-1)
        near = (-0.5 * apart / sd**2).logsumexp(-1, keepdim=True)
        return near - math.log(len(centres)) - 2 * sd.log() - _LOG_2_PI

    @property
    def window(self):
        centres = np.array(self.centres)
        margin = 4 * float(np.max(self.sd)) + 0.15 * float(np.ptp(centres))
        return float(centres.min()) - margin, float(centres.max()) + margin


class _Modes(_Centred):
    @property
    def modes(self) -> np.ndarray:
        return np.array(self.centres)

    @property
    def mode_sd(self) -> float | tuple[float, ...]:
        return self.sd


@dataclass(frozen=True)
class Blobs(_Modes):
    """Round Gaussian blobs of equal weight around any centres, a sequence of (x, y).

    Raises ValueError if centres are not finite pairs or one is given twice, or if sd <= 0."""

    centres: Sequence[Sequence[float]]
    sd: PerRun = 0.1

    def __post_init__(self):
        centres = _pairs("centres", self.centres)
        if len(set(centres)) < len(centres):
            _refuse("centres", self.centres, "each a different place")
        object.__setattr__(self, "centres", centres)
        self._check()


@dataclass(frozen=True)
class Ring(_Modes):
    """n blobs evenly spaced on a circle around 0, the first at (radius, 0). Raises ValueError for n < 2 or sizes <= 0.

    The angles are 2 pi i / n for i from 0 to n - 1: a linspace up to 2 pi would give the first mode twice."""

    n: int = 8
    radius: float = 1.0
    sd: PerRun = 0.01

    def __post_init__(self):
        object.__setattr__(self, "n", whole("n", self.n, 2))
        self._check(radius=self.radius)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        return _circle(self.n, self.radius, 0.0)


@dataclass(frozen=True)
class Grid(_Modes):
    """side x side blobs, `spacing` apart, around 0. Raises ValueError for side < 2 or sizes <= 0."""

    side: int = 5
    spacing: float = 2.0
    sd: PerRun = 0.05

    def __post_init__(self):
        object.__setattr__(self, "side", whole("side", self.side, 2))
        self._check(spacing=self.spacing)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        ticks = [self.spacing * (i - (self.side - 1) / 2) for i in range(self.side)]
        return tuple((x, y) for x in ticks for y in ticks)


# The constants of Lin et al. 2018, section 4.1, and of their public code.
pacgan_ring = Ring(n=8, radius=1.0, sd=0.01)
pacgan_grid = Grid(side=5, spacing=2.0, sd=0.05)


@dataclass(frozen=True)
class TwoGaussians(_Modes):
    """Two blobs, `gap` apart, to the left and to the right of 0. Raises ValueError for sizes <= 0."""

    gap: float = 2.0
    sd: PerRun = 0.25

    def __post_init__(self):
        self._check(gap=self.gap)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        return (-self.gap / 2, 0.0), (self.gap / 2, 0.0)


@dataclass(frozen=True)
class ThreeBlobs(_Modes):
    """Three blobs at the corners of a triangle around 0, the first at (0, radius). Raises ValueError for sizes <= 0."""

    radius: float = 1.0
    sd: PerRun = 0.15

    def __post_init__(self):
        self._check(radius=self.radius)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        return _circle(3, self.radius, math.pi / 2)


@dataclass(frozen=True)
class Points(_Centred):
    """Points that a person gave, (n, 2), drawn with replacement, each time with fresh Gaussian jitter of `sd` (or 0).

    With jitter there is a density, `log_prob`; without there is none, and no such attribute.
    Raises ValueError for fewer than 2 points, all of them equal, a wrong shape, numbers not finite, or sd < 0."""

    points: Sequence[Sequence[float]]
    sd: PerRun = 0.0

    def __post_init__(self):
        points = _pairs("points", self.points)
        if len(set(points)) < 2:
            _refuse("points", self.points, "2 or more, not all in one place")
        object.__setattr__(self, "points", points)
        self._check(sd_above=0.0)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        return self.points

    @property
    def log_prob(self):
        if not np.all(np.asarray(self.sd) > 0):
            raise AttributeError(f"points have a density only with jitter, but sd is {self.sd!r}")
        return super().log_prob


@dataclass(frozen=True)
class Line(Planar):
    """Spread evenly along the segment from `start` to `end`, with round Gaussian noise of `sd` added.

    Raises ValueError unless start and end are two places, and sd > 0."""

    start: Sequence[float] = (-1.0, -1.0)
    end: Sequence[float] = (1.0, 1.0)
    sd: PerRun = 0.05

    def __post_init__(self):
        for name in ("start", "end"):
            place = row(name, getattr(self, name), what="a place (x, y)")
            if len(place) != 2:
                refuse(name, getattr(self, name), "a place (x, y)")
            object.__setattr__(self, name, place)
        if self.start == self.end:
            refuse("end", self.end, "another place than start")
        self._check()

    def _place(self, where):
        start, end = where.new_tensor(self.start), where.new_tensor(self.end)
        return start + where[..., None] * (end - start)

    def log_prob(self, x):
        """Along the line a uniform with noise, (Phi(a / sd) - Phi((a - length) / sd)) / length; across it N(0, sd)."""
        length, sd = math.dist(self.start, self.end), torch.as_tensor(_column(self.sd, x), dtype=x.dtype)
        unit = (x.new_tensor(self.end) - x.new_tensor(self.start)) / length
        offset = x - x.new_tensor(self.start)
        along = (offset * unit).sum(-1, keepdim=True)
        across = offset[..., 1:] * unit[0] - offset[..., :1] * unit[1]
        half = torch.as_tensor(length / 2, dtype=x.dtype)
        beyond = (along - half).abs() - half  # how far past the nearer end; by symmetry, so that both tails are exact
        near, far = torch.special.log_ndtr(-beyond / sd), torch.special.log_ndtr(-(beyond + length) / sd)
        lengthwise = near + torch.log1p(-(far - near).exp()) - math.log(length)
        return lengthwise - 0.5 * (across / sd) ** 2 - sd.log() - 0.5 * _LOG_2_PI


@dataclass(frozen=True)
class SwissRoll(Planar):
    """A roll from a third of `radius` outwards to `radius`, even in angle, so denser inside; Gaussian noise of `sd`.

    Raises ValueError for sizes <= 0."""

    radius: float = 2.0
    turns: float = 1.5
    sd: PerRun = 0.05

    def __post_init__(self):
        self._check(radius=self.radius, turns=self.turns)

    def _place(self, where):
        return _polar(self.radius * (1 + 2 * where) / 3, 2 * math.pi * self.turns * where)


@dataclass(frozen=True)
class Spiral(Planar):
    """`arms` spiral arms (two unless told) from 0 out to `radius`, about even along an arm; Gaussian noise of `sd`.

    Raises ValueError for arms < 1 or sizes <= 0."""

    arms: int = 2
    turns: float = 1.0
    radius: float = 2.0
    sd: PerRun = 0.05

    def __post_init__(self):
        object.__setattr__(self, "arms", whole("arms", self.arms))
        self._check(turns=self.turns, radius=self.radius)

    def _place(self, where):
        arm, out = _split(where, self.arms)
        out = out.sqrt()  # arm lengths grow with the radius
        return _polar(self.radius * out, 2 * math.pi * (self.turns * out + arm / self.arms))


@dataclass(frozen=True)
class TwoMoons(Planar):
    """Two half circles that reach into each other, even along each, centred on 0; Gaussian noise of `sd`.

    The upper one is around (-radius / 2, -radius / 4), the lower one is the same turned by half a turn.
    Raises ValueError for sizes <= 0."""

    radius: float = 1.0
    sd: PerRun = 0.05

    def __post_init__(self):
        self._check(radius=self.radius)

    def _place(self, where):
        moon, along = _split(where, 2)
        upper = _polar(torch.full_like(along, self.radius), math.pi * along)
        return (1 - 2 * moon)[..., None] * (upper - upper.new_tensor((self.radius / 2, self.radius / 4)))


def _polar(radius: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    return torch.stack([radius * angle.cos(), radius * angle.sin()], -1)


def _split(where: torch.Tensor, parts: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Which of equal parts of [0, 1), 0 to parts - 1, and how far along it, in [0, 1]."""
    part = (where * parts).floor().clamp(max=parts - 1)
    return part, where * parts - part


def _circle(n: int, radius: float, first: float) -> tuple[tuple[float, float], ...]:
    angles = [first + 2 * math.pi * i / n for i in range(n)]
    return tuple((radius * math.cos(angle), radius * math.sin(angle)) for angle in angles)


def _pairs(name: str, value: object) -> tuple[tuple[float, float], ...]:
    """Finite (x, y) pairs, one or more, as nested tuples, which are hashable and comparable."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # rows of different lengths, a tensor that autograd follows
        array = np.empty(0)
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.shape[1] != 2 or not len(array):
        _refuse(name, value, "finite numbers of shape (n, 2)")
    bad = np.flatnonzero(~np.isfinite(array.astype(float)).all(-1))
    if len(bad):
        refuse(name, array[bad[0]].tolist(), f"finite numbers of shape (n, 2), also in row {bad[0]}")
    return tuple((float(x), float(y)) for x, y in array)


def _refuse(name: str, value: object, allowed: str) -> None:
    """As `errors.refuse`, but of a long value only the beginning and the end."""
    text = repr(value)
    text = text if len(text) <= 200 else f"{text[:120]} ... {text[-60:]}"
    raise ValueError(f"{name} must be {allowed}, not {text}")
