"""Real data in the plane: blobs on a ring, a grid or anywhere, a line, curves, and points that a person gave.

All are `Planar`: a sample is (x, y), and `sd`, the width of the noise in each of the two, may differ from run to run.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from gan_lessons._core.refusals import refuse, row
from gan_lessons._core.settings import each, frozen, number, setting, text, whole
from gan_lessons.distributions.base import NARROWEST, SD, Distribution, PerRun, column

_LOG_2_PI = math.log(2 * math.pi)
OWN, DENSITY = 100_000, 2000  # points of one's own: at most, and of which a density is made


def _sd(default: float):
    return setting(default, each(NARROWEST), per_run=True, controls=[SD])


def _place(name: str, value: object) -> tuple[float, ...]:
    place = row(name, value, what="a place (x, y)")
    return place if len(place) == 2 else refuse(name, value, "a place (x, y)")


def evenly(points: Sequence, most: int) -> tuple:
    """So many of the points, evenly from the first to the last by size; all of them if they are no more."""
    if len(points) <= most:
        return tuple(points)
    ranked = sorted(points)
    return tuple(ranked[i] for i in np.linspace(0, len(points) - 1, most).round().astype(int))


class _Checked(tuple):
    """Pairs that were checked: at each move of a slider a lab makes variations of its data, of maybe thousands."""

    __slots__ = ()


def _pairs(name: str, value: object) -> tuple[tuple[float, float], ...]:
    """Finite (x, y) pairs, one or more, as nested tuples, which are hashable and comparable."""
    if type(value) is _Checked:
        return value
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # rows of different lengths, a tensor that autograd follows
        array = np.empty(0)
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.shape[1] != 2 or not len(array):
        _refuse(name, value, "finite numbers of shape (n, 2)")
    bad = np.flatnonzero(~np.isfinite(array.astype(float)).all(-1))
    if len(bad):
        refuse(name, array[bad[0]].tolist(), f"finite numbers of shape (n, 2), also in row {bad[0]}")
    return _Checked(map(tuple, array.astype(float).tolist()))


def _refuse(name: str, value: object, allowed: str) -> None:
    """As `errors.refuse`, but of a long value only the beginning and the end."""
    text = repr(value)
    text = text if len(text) <= 200 else f"{text[:120]} ... {text[-60:]}"
    raise ValueError(f"{name} must be {allowed}, not {text}")


class Planar(Distribution, abstract=True):
    """What every distribution in the plane offers, next to what `Distribution` does.

    window: (low, high), the square [low, high]^2 worth drawing. Where they exist: `log_prob(x)` for tensors
    (*runs, n, 2) -> (*runs, n, 1), and `pdf`; `modes`, centres (K, 2) of equal weight, and `mode_sd`, a number or one
    a run.
    """

    dim = 2

    def pdf(self, points: np.ndarray) -> np.ndarray:
        """The density at points (n, 2), -> (n,), or (runs, n) where sd differs from run to run."""
        return self.log_prob(torch.as_tensor(points, dtype=torch.float64)).exp()[..., 0].numpy()

    def draw(self, shape, generator, dtype):
        """Where on the shape, uniform in [0, 1), and two normal numbers for the noise: (*shape, 3)."""
        where = torch.rand((*shape, 1), generator=generator, dtype=dtype)
        return torch.cat([where, torch.randn((*shape, 2), generator=generator, dtype=dtype)], -1)

    def transform(self, raw):
        return self._place(raw[..., 0]) + column(self.sd, raw) * raw[..., 1:]

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


class _Centred(Planar, abstract=True):
    """An equal-weight mixture of round Gaussians of one sd around `centres`, a tuple of (x, y)."""

    def _place(self, where):
        return where.new_tensor(self.centres)[self._which(where)]

    def _which(self, where: torch.Tensor) -> torch.Tensor:
        """The centre that each sample is of."""
        return (where * len(self.centres)).long().clamp(max=len(self.centres) - 1)  # .99999999 K rounds to K

    def log_prob(self, x):
        """log mean over centres c of N(x; c, sd^2 I). x: (*runs, n, 2) -> (*runs, n, 1)."""
        centres, sd = x.new_tensor(self.centres), torch.as_tensor(column(self.sd, x), dtype=x.dtype)
        apart = ((x[..., None, :] - centres) ** 2).sum(-1)
        near = (-0.5 * apart / sd**2).logsumexp(-1, keepdim=True)
        return near - math.log(len(centres)) - 2 * sd.log() - _LOG_2_PI

    @property
    def window(self):
        centres = np.array(self.centres)
        margin = 4 * float(np.max(self.sd)) + 0.15 * float(np.ptp(centres))
        return float(centres.min()) - margin, float(centres.max()) + margin


class _Modes(_Centred, abstract=True):
    """A label is the number of the blob, as in `modes`."""

    @property
    def classes(self) -> int:
        """One label a blob."""
        return len(self.centres)

    def labels(self, raw):
        return self._which(raw[..., 0])

    @property
    def modes(self) -> np.ndarray:
        return np.array(self.centres)

    @property
    def mode_sd(self) -> float | tuple[float, ...]:
        return self.sd


@frozen
class Blobs(_Modes):
    """Round Gaussian blobs of equal weight around any centres, a sequence of (x, y).

    Raises ValueError if centres are not finite pairs or one is given twice, or if sd <= 0."""

    centres: Sequence[Sequence[float]] = setting(check=_pairs, longest=2000)
    sd: PerRun = _sd(0.1)

    def __post_init__(self):
        given = self.centres
        super().__post_init__()
        if len(set(self.centres)) < len(self.centres):
            _refuse("centres", given, "each a different place")


@frozen
class Ring(_Modes):
    """n blobs evenly spaced on a circle around 0, the first at (radius, 0). Raises ValueError for n < 2 or sizes <= 0.

    The angles are 2 pi i / n for i from 0 to n - 1: a linspace up to 2 pi would give the first mode twice."""

    n: int = setting(8, whole(2), most=1000)
    radius: float = setting(1.0, number(NARROWEST))
    sd: PerRun = _sd(0.01)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        return _circle(self.n, self.radius, 0.0)


@frozen
class Grid(_Modes):
    """side x side blobs, `spacing` apart, around 0. Raises ValueError for side < 2 or sizes <= 0."""

    side: int = setting(5, whole(2), most=30)
    spacing: float = setting(2.0, number(NARROWEST))
    sd: PerRun = _sd(0.05)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        ticks = [self.spacing * (i - (self.side - 1) / 2) for i in range(self.side)]
        return tuple((x, y) for x in ticks for y in ticks)


# The constants of Lin et al. 2018, section 4.1, and of their public code.
pacgan_ring = Ring(n=8, radius=1.0, sd=0.01)
pacgan_grid = Grid(side=5, spacing=2.0, sd=0.05)


@frozen
class TwoGaussians(_Modes):
    """Two blobs, `gap` apart, to the left and to the right of 0. Raises ValueError for sizes <= 0."""

    gap: float = setting(2.0, number(NARROWEST))
    sd: PerRun = _sd(0.25)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        return (-self.gap / 2, 0.0), (self.gap / 2, 0.0)


@frozen
class ThreeBlobs(_Modes):
    """Three blobs at the corners of a triangle around 0, the first at (0, radius). Raises ValueError for sizes <= 0."""

    radius: float = setting(1.0, number(NARROWEST))
    sd: PerRun = _sd(0.15)

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        return _circle(3, self.radius, math.pi / 2)


@frozen
class Points(_Centred):
    """Points that a person gave, (n, 2), drawn with replacement, each time with fresh Gaussian jitter of `sd` (or 0).

    name, source: what they are called and where they come from, in words, if somebody said so. With jitter there is a
    density, `log_prob` (of more than DENSITY points that of so many of them); without there is none, and no such
    attribute. Raises ValueError for fewer than 2 points or more than OWN, all of them equal, a wrong shape, numbers not
    finite, or sd < 0."""

    points: Sequence[Sequence[float]] = setting(check=_pairs, longest=OWN)
    sd: PerRun = setting(0.0, each(0.0), per_run=True, controls=[SD])
    name: str = setting("", text, tells=True)
    source: str = setting("", text, tells=True)

    def __post_init__(self):
        given = self.points
        super().__post_init__()
        if all(point == self.points[0] for point in self.points):
            _refuse("points", given, "2 or more, not all in one place")

    @property
    def centres(self) -> tuple[tuple[float, float], ...]:
        return self.points

    @property
    def log_prob(self):
        if not np.all(np.asarray(self.sd) > 0):
            raise AttributeError(f"points have a density only with jitter, but sd is {self.sd!r}")
        if len(self.points) > DENSITY:
            return replace(self, points=evenly(self.points, DENSITY)).log_prob
        return super().log_prob


@frozen
class Line(Planar):
    """Spread evenly along the segment from `start` to `end`, with round Gaussian noise of `sd` added.

    Raises ValueError unless start and end are two places, and sd > 0."""

    start: Sequence[float] = setting((-1.0, -1.0), _place)
    end: Sequence[float] = setting((1.0, 1.0), _place)
    sd: PerRun = _sd(0.05)

    def __post_init__(self):
        super().__post_init__()
        if self.start == self.end:
            refuse("end", self.end, "another place than start")

    def _place(self, where):
        start, end = where.new_tensor(self.start), where.new_tensor(self.end)
        return start + where[..., None] * (end - start)

    def log_prob(self, x):
        """Along the line a uniform with noise, (Phi(a / sd) - Phi((a - length) / sd)) / length; across it N(0, sd)."""
        length, sd = math.dist(self.start, self.end), torch.as_tensor(column(self.sd, x), dtype=x.dtype)
        unit = (x.new_tensor(self.end) - x.new_tensor(self.start)) / length
        offset = x - x.new_tensor(self.start)
        along = (offset * unit).sum(-1, keepdim=True)
        across = offset[..., 1:] * unit[0] - offset[..., :1] * unit[1]
        half = torch.as_tensor(length / 2, dtype=x.dtype)
        beyond = (along - half).abs() - half  # how far past the nearer end; by symmetry, so that both tails are exact
        near, far = torch.special.log_ndtr(-beyond / sd), torch.special.log_ndtr(-(beyond + length) / sd)
        lengthwise = near + torch.log1p(-(far - near).exp()) - math.log(length)
        return lengthwise - 0.5 * (across / sd) ** 2 - sd.log() - 0.5 * _LOG_2_PI


@frozen
class SwissRoll(Planar):
    """A roll from a third of `radius` outwards to `radius`, even in angle, so denser inside; Gaussian noise of `sd`.

    Raises ValueError for sizes <= 0."""

    radius: float = setting(2.0, number(NARROWEST))
    turns: float = setting(1.5, number(NARROWEST))
    sd: PerRun = _sd(0.05)

    def _place(self, where):
        return _polar(self.radius * (1 + 2 * where) / 3, 2 * math.pi * self.turns * where)


@frozen
class Spiral(Planar):
    """`arms` spiral arms (two unless told) from 0 out to `radius`, about even along an arm; Gaussian noise of `sd`.

    Raises ValueError for arms < 1 or sizes <= 0."""

    arms: int = setting(2, whole(), most=1000)
    turns: float = setting(1.0, number(NARROWEST))
    radius: float = setting(2.0, number(NARROWEST))
    sd: PerRun = _sd(0.05)

    def _place(self, where):
        arm, out = _split(where, self.arms)
        out = out.sqrt()  # arm lengths grow with the radius
        return _polar(self.radius * out, 2 * math.pi * (self.turns * out + arm / self.arms))


@frozen
class TwoMoons(Planar):
    """Two half circles that reach into each other, even along each, centred on 0; Gaussian noise of `sd`.

    The upper one is around (-radius / 2, -radius / 4), the lower one is the same turned by half a turn.
    Raises ValueError for sizes <= 0."""

    radius: float = setting(1.0, number(NARROWEST))
    sd: PerRun = _sd(0.05)

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
