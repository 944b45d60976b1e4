"""What can be known exactly about one-dimensional GANs: D*, divergences, the value of the game. NumPy and SciPy only.

A density is an array `(..., n)` of its values on a strictly rising grid `x` of shape `(n,)`; leading axes are runs.
"""

import math

import numpy as np
from scipy.special import xlogy

LOG_2 = math.log(2)  # nats: the largest JSD; D's loss on one half of the batch when it can only guess
LOG_4 = math.log(4)  # nats: D's whole loss (real half plus generated half) when G is perfect and D is optimal
MASS_TOLERANCE = 0.01  # a grid that misses more than 1 % of a density says more about the grid than about the density


def d_star(p, q) -> np.ndarray:
    """The best answer that any D can give: D* = p / (p + q), and 1/2 where neither density is.

    p, q: densities of the real and of the generated data at the same points, (...) -> (...), a probability.
    NaN (a run that diverged) stays NaN. Raises ValueError if a density is negative or infinite.
    Goodfellow et al. 2014, proposition 1."""
    p, q = (_no_less_than_0(name, value) for name, value in (("p", p), ("q", q)))
    total = p + q
    return np.divide(p, total, out=np.full(total.shape, 0.5), where=total != 0)[()]


def kl_gaussians(mean_p, sd_p, mean_q, sd_q) -> np.ndarray:
    """KL(N(mean_p, sd_p) || N(mean_q, sd_q)), in nats.

    KL = log(sd_q / sd_p) + (sd_p^2 + (mean_p - mean_q)^2) / (2 sd_q^2) - 1/2. Arguments broadcast: (...) -> (...).
    Raises ValueError if a standard deviation is not above 0 or anything is not finite."""
    mean_p, mean_q = _finite("mean_p", mean_p), _finite("mean_q", mean_q)
    sd_p, sd_q = _finite("sd_p", sd_p), _finite("sd_q", sd_q)
    for name, sd in (("sd_p", sd_p), ("sd_q", sd_q)):
        if np.any(sd <= 0):
            raise ValueError(f"{name} must be above 0 (a point mass has no density), not {sd.min()}")
    return np.log(sd_q / sd_p) + ((sd_p / sd_q) ** 2 + ((mean_p - mean_q) / sd_q) ** 2 - 1) / 2


def w2_gaussians(mean_p, sd_p, mean_q, sd_q) -> np.ndarray:
    """The Wasserstein-2 distance W2 (not its square) between two Gaussians on a line, in the units of the data.

    W2^2 = (mean_p - mean_q)^2 + (sd_p - sd_q)^2. A standard deviation of 0 is a point mass. Arguments broadcast.
    Raises ValueError if a standard deviation is negative or anything is not finite.
    Peyré and Cuturi 2019, section 2.6."""
    mean_p, mean_q = _finite("mean_p", mean_p), _finite("mean_q", mean_q)
    sd_p, sd_q = (_no_less_than_0(name, _finite(name, sd)) for name, sd in (("sd_p", sd_p), ("sd_q", sd_q)))
    return np.hypot(mean_p - mean_q, sd_p - sd_q)


def kl(p, q, x) -> np.ndarray:
    """KL(p || q) = integral of p log(p / q), in nats, by the trapezoid rule; infinite where q is 0 and p is not.

    p, q: (..., n) densities on the grid x (n,) -> (...). Each is first divided by its integral, so KL >= 0.
    A tail of q that underflows to 0 counts as 0: end the grid before it does.
    Raises ValueError if x does not rise, a density is negative or not finite, or its integral is off 1 by over 1 %."""
    p, q, x = _densities(p, q, x)
    return np.maximum(np.trapezoid(xlogy(p, p) - xlogy(p, q), x), 0)  # below 0 is rounding


def jsd(p, q, x) -> np.ndarray:
    """The Jensen-Shannon divergence, in nats: JSD = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2.

    From 0 (equal) to log 2 (nowhere both). Arguments, shapes and errors as for `kl`. Lin 1991."""
    p, q, x = _densities(p, q, x)
    both = (xlogy(p, p) + xlogy(q, q)) / 2 - xlogy((p + q) / 2, (p + q) / 2)
    return np.clip(np.trapezoid(both, x), 0, LOG_2)  # outside is rounding


def value_at(p, q, x) -> np.ndarray:
    """The value of the game for G when D is optimal, in nats: C(G) = -log 4 + 2 JSD(p, q).

    D's loss there (real half plus generated half) is -C(G) = log 4 - 2 JSD: 1.386 when G is perfect, 0 when every
    forgery is found out. Arguments, shapes and errors as for `kl`. Goodfellow et al. 2014, theorem 1."""
    return 2 * jsd(p, q, x) - LOG_4


def w1(p, q, x) -> np.ndarray:
    """The Wasserstein-1 distance: the mean way that mass must travel, in the units of x.

    W1 = integral of |P - Q| over x, with P and Q the cumulative distributions (trapezoid rule).
    Arguments, shapes and errors as for `kl`. Peyré and Cuturi 2019, section 2.6."""
    p, q, x = _densities(p, q, x)
    return np.trapezoid(np.abs(_cumulative(p, x) - _cumulative(q, x)), x)


def w2(p, q, x) -> np.ndarray:
    """The Wasserstein-2 distance W2 (not its square), in the units of x.

    W2^2 = integral over u in (0, 1) of (P^-1(u) - Q^-1(u))^2, the cumulative distributions taken as straight between
    grid points. Arguments, shapes and errors as for `kl`. Peyré and Cuturi 2019, section 2.6."""
    p, q, x = _densities(p, q, x)
    P, Q = np.broadcast_arrays(_cumulative(p, x), _cumulative(q, x))
    rows = zip(P.reshape(-1, len(x)), Q.reshape(-1, len(x)), strict=True)
    return np.array([_w2(a, b, x) for a, b in rows]).reshape(P.shape[:-1])[()]


def silverman(samples) -> np.ndarray:
    """Silverman's rule for the bandwidth of a Gaussian kernel: .9 min(sd, IQR / 1.34) n^(-1/5), in the samples' units.

    samples: (..., n) -> (...). The sd alone is used where more than half of the samples are equal (IQR of 0), so only
    a collapsed sample gives 0; a sample that is not finite gives NaN. Raises ValueError if n is 0.
    Silverman 1986, equation 3.31."""
    samples = _some(samples)
    samples = np.where(np.isfinite(samples).all(-1, keepdims=True), samples, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        sd = (samples - samples[..., :1]).std(-1)  # moved first: equal samples have an sd of exactly 0
        low, high = np.quantile(samples, (0.25, 0.75), axis=-1)
        iqr = (high - low) / 1.34
    return 0.9 * np.where(iqr > 0, np.minimum(sd, iqr), sd) * samples.shape[-1] ** -0.2


def density(samples, x, bandwidth=None) -> np.ndarray:
    """A Gaussian kernel density estimate on an even grid: p(x_j) = mean over i of N(x_j - sample_i; 0, bandwidth).

    samples: (..., n), x: (m,) evenly spaced -> (..., m). bandwidth: a number or (...), by default `silverman`'s; at
    least one grid step is used, so a collapsed sample shows as a narrow peak of mass 1. Samples outside of x are not
    drawn but count in n: the curve's integral is at most the share that lies inside. A run with a sample that is not
    finite gives NaN. Each sample is shared between its two grid points in proportion (linear binning, Wand 1994) and
    the counts are convolved with the kernel directly: an FFT would fill the tails with rounding noise, and D* with it.
    Raises ValueError if x is not even and rising, n is 0, or a bandwidth is not above 0."""
    samples, x = _some(samples), _even_grid(x)
    step = (x[-1] - x[0]) / (len(x) - 1)
    h = silverman(samples) if bandwidth is None else _bandwidth(bandwidth, samples.shape[:-1])
    h = np.maximum(h, step)[..., None]
    kernels = np.exp(-0.5 * (np.arange(1 - len(x), len(x)) * step / h) ** 2) / (h * math.sqrt(2 * math.pi))
    shares = _binned(samples, x, step).reshape(-1, len(x)) / samples.shape[-1]
    rows = zip(shares, kernels.reshape(len(shares), -1), strict=True)
    p = np.array([np.convolve(kernel, share, "valid") for share, kernel in rows]).reshape(*samples.shape[:-1], len(x))
    return np.where(np.isfinite(samples).all(-1, keepdims=True), p, np.nan)


def _binned(samples: np.ndarray, x: np.ndarray, step: float) -> np.ndarray:
    """Counts (..., m): each sample inside of x gives 1, in proportion, to the grid points left and right of it."""
    inside = (samples >= x[0]) & (samples <= x[-1])
    place = (np.where(inside, samples, x[0]) - x[0]) / step
    left = np.minimum(place.astype(int), len(x) - 2)
    right_share = place - left  # 0 outside
    runs = math.prod(samples.shape[:-1])
    index = (left.reshape(runs, -1) + len(x) * np.arange(runs)[:, None]).ravel()
    counts = np.bincount(index, (inside - right_share).ravel(), runs * len(x))
    counts += np.bincount(index + 1, right_share.ravel(), runs * len(x))
    return counts.reshape(*samples.shape[:-1], len(x))


def _w2(P: np.ndarray, Q: np.ndarray, x: np.ndarray) -> float:
    """W2 of two cumulative distributions (n,) that are straight between grid points."""
    edges = np.union1d(P, Q)
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    # Between edges both quantile functions are straight: two Gauss points are exact, and never fall on a jump.
    u = np.concatenate([middle - half / math.sqrt(3), middle + half / math.sqrt(3)])
    return math.sqrt(np.sum(np.tile(half, 2) * (np.interp(u, P, x) - np.interp(u, Q, x)) ** 2))


def _cumulative(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The cumulative distribution (..., n) of a density of integral 1, by the trapezoid rule, from 0 to 1."""
    P = np.cumsum((p[..., 1:] + p[..., :-1]) / 2 * np.diff(x), -1)
    return np.concatenate([np.zeros((*p.shape[:-1], 1)), P / P[..., -1:]], -1)


def _densities(p, q, x) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = _grid(x)
    p, q = _density("p", p, x), _density("q", q, x)
    try:
        np.broadcast_shapes(p.shape, q.shape)
    except ValueError:
        raise ValueError(f"the leading axes of p {p.shape} and q {q.shape} must be equal or broadcast") from None
    return p, q, x


def _density(name: str, p, x: np.ndarray) -> np.ndarray:
    p = _no_less_than_0(name, _finite(name, p))
    if p.ndim == 0 or p.shape[-1] != len(x):
        raise ValueError(f"{name} must have one value a grid point, (..., {len(x)}), not the shape {p.shape}")
    mass = np.trapezoid(p, x)
    if mass.size and np.max(np.abs(mass - 1)) > MASS_TOLERANCE:
        worst = mass.flat[np.argmax(np.abs(mass - 1))]
        raise ValueError(
            f"{name} integrates to {worst:.4g} over x from {x[0]:g} to {x[-1]:g}, so x covers it badly: "
            f"1 within {MASS_TOLERANCE:.0%} is allowed"
        )
    return p / mass[..., None]


def _grid(x) -> np.ndarray:
    x = _finite("x", x)
    if x.ndim != 1 or len(x) < 2 or np.any(np.diff(x) <= 0):
        shown = np.array2string(x, threshold=6)
        raise ValueError(f"x must be a strictly rising grid (n,) of 2 points or more, not {shown} of shape {x.shape}")
    return x


def _even_grid(x) -> np.ndarray:
    x = _grid(x)
    steps = np.diff(x)
    if steps.max() - steps.min() > 1e-3 * steps.mean():
        raise ValueError(f"x must be evenly spaced, but its steps are from {steps.min():g} to {steps.max():g}")
    return x


def _bandwidth(bandwidth, runs: tuple[int, ...]) -> np.ndarray:
    bandwidth = _finite("bandwidth", bandwidth)
    if np.any(bandwidth <= 0):
        raise ValueError(f"bandwidth must be above 0, not {bandwidth.min()}")
    if bandwidth.shape not in ((), runs):
        raise ValueError(f"bandwidth must be one number or one a run, {runs}, not of shape {bandwidth.shape}")
    return np.broadcast_to(bandwidth, runs)


def _some(samples) -> np.ndarray:
    samples = np.asarray(samples, dtype=float)
    if samples.ndim == 0 or samples.shape[-1] == 0:
        raise ValueError(f"samples must be (..., n) with n of 1 or more, not of shape {samples.shape}")
    return samples


def _finite(name: str, value) -> np.ndarray:
    value = np.asarray(value, dtype=float)
    if not np.isfinite(value).all():
        raise ValueError(f"{name} must be finite, but holds {value[~np.isfinite(value)][0]}")
    return value


def _no_less_than_0(name: str, value) -> np.ndarray:
    value = np.asarray(value, dtype=float)
    bad = (value < 0) | np.isinf(value)
    if bad.any():
        raise ValueError(f"{name} must be 0 or more and not infinite, but holds {value[bad][0]}")
    return value
