"""What a person drew, as real data: points in the plane or on a line, each with a little Gaussian jitter around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from gan_lessons.distributions import Distribution, Mixture
from gan_lessons.distributions_2d import Points
from gan_lessons.errors import number, refuse, row

MOST = 2000  # points; sketch.js stops at as many
JITTER = 1 / 60  # the sd of the jitter, as a share of the window's width: about as wide as a drawn point


@dataclass(frozen=True)
class DrawnLine(Distribution):
    """Points that a person gave on a line, drawn with replacement, each time with fresh Gaussian jitter.

    So it is a `Mixture` of n Gaussians of equal weight, each of sd `jitter`, but its points are no modes to be covered.
    points: n numbers, all runs share them. Raises ValueError for fewer than 2 points, all of them equal, numbers not
    finite, or a jitter that is not above 0."""

    points: Sequence[float]
    jitter: float

    def __post_init__(self):
        points = row("points", self.points)
        if len(set(points)) < 2:
            refuse("points", self.points, "2 or more, not all in one place")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "jitter", number("jitter", self.jitter, low=1e-12))

    def draw(self, shape, generator, dtype):
        return _mixture(self).draw(shape, generator, dtype)

    def transform(self, raw):
        return _mixture(self).transform(raw)

    def log_prob(self, x):
        return _mixture(self).log_prob(x)

    def cdf(self, x):
        return _mixture(self).cdf(x)

    def quantile(self, u):
        """The inverse of the cdf. The answers last given are kept, as a lab asks the same at each frame."""
        u = np.asarray(u, dtype=float)
        return _quantile(self, u.tobytes()).reshape(u.shape).copy()

    @property
    def mean(self) -> float:
        return _mixture(self).mean

    @property
    def sd(self) -> float:
        return _mixture(self).sd

    @property
    def skewness(self) -> float:
        return _mixture(self).skewness

    @property
    def kurtosis(self) -> float:
        return _mixture(self).kurtosis


@lru_cache(maxsize=8)
def _mixture(drawn: DrawnLine) -> Mixture:
    return Mixture(drawn.points, (drawn.jitter,) * len(drawn.points))


@lru_cache(maxsize=8)
def _quantile(drawn: DrawnLine, shares: bytes) -> np.ndarray:
    """By Newton's method, and by bisection where that leaves its bounds: far fewer steps than by bisection alone."""
    u = np.frombuffer(shares)
    low, high = (end(drawn.points) + drawn.jitter * special.ndtri(u) for end in (min, max))
    x = np.clip(np.quantile(drawn.points, u), low, high)
    todo = np.arange(len(u))
    for _ in range(100):
        here = x[todo]
        over = drawn.cdf(here) - u[todo]
        low[todo], high[todo] = np.where(over < 0, here, low[todo]), np.where(over < 0, high[todo], here)
        far = np.abs(over) > 1e-14
        todo, here, over = todo[far], here[far], over[far]
        if not len(todo):
            break
        with np.errstate(divide="ignore", over="ignore"):
            step = here - over / drawn.pdf(here)
        middle = (low[todo] + high[todo]) / 2
        x[todo] = np.where((step > low[todo]) & (step < high[todo]), step, middle)
    return x


def drawn(points: Sequence[Sequence[float]], window: tuple[float, float]) -> Points | DrawnLine:
    """Real data from a drawing: of points (n, 2) `Points` in the plane, of points (n, 1) a `DrawnLine`.

    points: a list as a page sends it, or an array. window: (low, high), what was drawn on: a stretch of the line or the
    square [low, high]^2. The jitter's sd is JITTER of its width, so that there is a density. Raises ValueError for
    fewer than 2 points or all in one place, for more than MOST, and for points not finite or outside of the window."""
    window = row("window", window)
    if len(window) != 2 or not window[0] < window[1]:
        refuse("window", window, "two numbers that rise")
    array = _checked(points, *window)
    jitter = JITTER * (window[1] - window[0])
    return Points(array, jitter) if array.shape[1] == 2 else DrawnLine(array[:, 0], jitter)


def _checked(points: object, low: float, high: float) -> np.ndarray:
    array = _array(points)
    for fine, allowed in ((np.isfinite(array), "of finite numbers"), _inside(array, low, high)):
        bad = np.flatnonzero(~fine.all(-1))
        if len(bad):
            refuse("a drawing", array[bad[0]].tolist(), f"{allowed}, also at point {bad[0] + 1} of {len(array)}")
    if len(np.unique(array, axis=0)) < 2:
        _refuse_count(f"{len(array)} in one place")
    return array


def _inside(array: np.ndarray, low: float, high: float) -> tuple[np.ndarray, str]:
    return (array >= low) & (array <= high), f"inside of the window from {low:g} to {high:g}"


def _array(points: object) -> np.ndarray:
    """2 to MOST points as an array (n, 2) or (n, 1)."""
    try:
        array = np.asarray(points)
    except (TypeError, ValueError, RuntimeError):  # points of different lengths, a tensor that autograd follows
        array = np.empty((), object)
    if array.ndim and not 2 <= len(array) <= MOST:
        _refuse_count(str(len(array)))
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.shape[1] not in (1, 2):
        words = repr(points)
        words = words if len(words) <= 200 else f"{words[:120]} ... {words[-60:]}"
        raise ValueError(f"a drawing must be a list of points [x, y], or [x] on a line, not {words}")
    return array.astype(float)


def _refuse_count(found: str) -> None:
    raise ValueError(f"a drawing must have 2 points or more, not all in one place, and {MOST} at most, not {found}")
