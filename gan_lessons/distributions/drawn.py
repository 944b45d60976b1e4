"""What a person drew, as real data: points in the plane or on a line, each with a little Gaussian jitter around it."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from scipy import special

from gan_lessons._core.refusals import refuse, row
from gan_lessons._core.settings import frozen, number, setting, text
from gan_lessons.distributions.base import NARROWEST, Distribution
from gan_lessons.distributions.line import Mixture
from gan_lessons.distributions.plane import DENSITY, OWN, Points, evenly

MOST = 2000  # points put by hand; sketch.js stops at as many
FILLED = 0.8  # of the window, by points that had to be scaled
JITTER = 1 / 60  # the sd of the jitter, as a share of the window's width: about as wide as a drawn point


@frozen
class DrawnLine(Distribution):
    """Points that a person gave on a line, drawn with replacement, each time with fresh Gaussian jitter.

    So it is a `Mixture` of n Gaussians of equal weight, each of sd `jitter`, but its points are no modes to be covered.
    points: n numbers, all runs share them. name, source: as of `Points`. Of more than DENSITY points the density, and
    what comes from it, is that of so many of them, evenly by size. Raises ValueError for fewer than 2 points or more
    than OWN, all of them equal, numbers not finite, or a jitter that is not above 0."""

    points: Sequence[float] = setting(check=row, longest=OWN)
    jitter: float = setting(check=number(NARROWEST))
    name: str = setting("", text, tells=True)
    source: str = setting("", text, tells=True)

    def __post_init__(self):
        super().__post_init__()
        if len(set(self.points)) < 2:
            refuse("points", self.points, "2 or more, not all in one place")

    def draw(self, shape, generator, dtype):
        which = torch.rand((*shape, 1), generator=generator, dtype=dtype)
        return torch.cat([which, torch.randn((*shape, 1), generator=generator, dtype=dtype)], -1)

    def transform(self, raw):
        which, normal = raw.split(1, -1)
        n = len(self.points)
        return raw.new_tensor(self.points)[(which * n).long().clamp(max=n - 1)] + self.jitter * normal

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
    points = drawn.points
    if len(points) > DENSITY:
        points = np.quantile(points, (np.arange(DENSITY) + 0.5) / DENSITY).tolist()
    return Mixture(points, (drawn.jitter,) * len(points))


@lru_cache(maxsize=8)
def _quantile(drawn: DrawnLine, shares: bytes) -> np.ndarray:
    """By Newton's method, and by bisection where that leaves its bounds: far fewer steps than by bisection alone."""
    u = np.frombuffer(shares)
    low, high = (end(drawn.points) + drawn.jitter * special.ndtri(u) for end in (min, max))
    x = np.clip(np.quantile(_mixture(drawn).means, u), low, high)
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


def drawn(points: Sequence[Sequence[float]], window: tuple[float, float], name: str = "") -> Points | DrawnLine:
    """Real data from a drawing: of points (n, 2) `Points` in the plane, of points (n, 1) a `DrawnLine`.

    points: a list as a page sends it, or an array. window: (low, high), what was drawn on: a stretch of the line or the
    square [low, high]^2. Points that do not all lie in it are moved and divided by one number so that they do, and the
    data's `source` says by what; of more than OWN only so many are taken, evenly, and it says that too. name: such as
    a file's. The jitter's sd is JITTER of the window's width, so that there is a density. Raises ValueError for fewer
    than 2 points or all in one place, and for points that are not finite."""
    window = row("window", window)
    if len(window) != 2 or not window[0] < window[1]:
        refuse("window", window, "two numbers that rise")
    array = _checked(points)
    fitted, scale = _fitted(array, *window)
    jitter, given = JITTER * (window[1] - window[0]), len(array)
    fewer = f", of which {OWN:,}, taken evenly, are used" if given > OWN else ""
    told = {"name": name, "source": counted(given, name) + fewer + scale if name or fewer or scale else ""}
    if array.shape[1] == 2:
        return Points(evenly([*map(tuple, fitted.tolist())], OWN), jitter, **told)
    return DrawnLine(evenly(fitted[:, 0].tolist(), OWN), jitter, **told)


def counted(n: int, name: str = "") -> str:
    """How many points there are of one's own, or of a file, in words."""
    return f"{n:,} points of {name or 'your own'}"


def _fitted(array: np.ndarray, low: float, high: float) -> tuple[np.ndarray, str]:
    """Points that lie in the window as they are; else moved and divided so that they fill FILLED of it, and by what.

    The numbers are rounded before they are used, so that what is said is what was done."""
    if array.min() >= low and array.max() <= high:
        return array, ""
    with np.errstate(over="ignore"):
        widest = float(np.ptp(array, axis=0).max())
    if not 0 < widest < np.inf:
        refuse(
            "a drawing",
            [float(array.min()), float(array.max())],
            "of numbers whose differences are neither 0 nor beyond floats",
        )
    digits = 2 - math.floor(math.log10(widest))
    middle = [round(float(at), digits) for at in array.min(0) / 2 + array.max(0) / 2]
    by = float(f"{widest / (FILLED * (high - low)):.3g}")
    start = f"{middle[0]:g}" if len(middle) == 1 else f"({middle[0]:.10g}, {middle[1]:.10g})"
    at = (low + high) / 2
    around = f" and put around {at:g}" if at else ""
    return (array - middle) / by + at, f", less {start}, divided by {by:g}{around}"


def _checked(points: object) -> np.ndarray:
    array = _array(points)
    bad = np.flatnonzero(~np.isfinite(array).all(-1))
    if len(bad):
        refuse("a drawing", array[bad[0]].tolist(), f"of finite numbers, also at point {bad[0] + 1} of {len(array)}")
    if len(np.unique(array, axis=0)) < 2:
        _refuse_count(f"{len(array)} in one place")
    return array


def _array(points: object) -> np.ndarray:
    """2 points or more as an array (n, 2) or (n, 1)."""
    try:
        array = np.asarray(points)
    except (TypeError, ValueError, RuntimeError):  # points of different lengths, a tensor that autograd follows
        array = np.empty((), object)
    if array.ndim and len(array) < 2:
        _refuse_count(str(len(array)))
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.shape[1] not in (1, 2):
        words = repr(points)
        words = words if len(words) <= 200 else f"{words[:120]} ... {words[-60:]}"
        raise ValueError(f"a drawing must be a list of points [x, y], or [x] on a line, not {words}")
    return array.astype(float)


def _refuse_count(found: str) -> None:
    raise ValueError(f"a drawing must have 2 points or more, not all in one place, not {found}")
