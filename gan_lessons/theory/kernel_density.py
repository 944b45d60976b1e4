"""From samples to a density: Gaussian kernels, and how wide they should be. NumPy only."""

import math

import numpy as np

from gan_lessons.theory.densities import finite, grid


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


def _even_grid(x) -> np.ndarray:
    x = grid(x)
    steps = np.diff(x)
    if steps.max() - steps.min() > 1e-3 * steps.mean():
        raise ValueError(f"x must be evenly spaced, but its steps are from {steps.min():g} to {steps.max():g}")
    return x


def _bandwidth(bandwidth, runs: tuple[int, ...]) -> np.ndarray:
    bandwidth = finite("bandwidth", bandwidth)
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
