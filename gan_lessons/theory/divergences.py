"""How far two distributions on a line lie apart, exactly: divergences and distances. NumPy and SciPy only.

A density is an array `(..., n)` of its values on a strictly rising grid `x` of shape `(n,)`; leading axes are runs.
"""

import math

import numpy as np
from scipy.special import xlogy

from gan_lessons.theory.densities import finite, grid, no_less_than_0, normalised

LOG_2 = math.log(2)  # nats: the largest JSD; D's loss on one half of the batch when it can only guess


def kl_gaussians(mean_p, sd_p, mean_q, sd_q) -> np.ndarray:
    """KL(N(mean_p, sd_p) || N(mean_q, sd_q)), in nats.

    KL = log(sd_q / sd_p) + (sd_p^2 + (mean_p - mean_q)^2) / (2 sd_q^2) - 1/2. Arguments broadcast: (...) -> (...).
    Raises ValueError if a standard deviation is not above 0 or anything is not finite."""
    mean_p, mean_q = finite("mean_p", mean_p), finite("mean_q", mean_q)
    sd_p, sd_q = finite("sd_p", sd_p), finite("sd_q", sd_q)
    for name, sd in (("sd_p", sd_p), ("sd_q", sd_q)):
        if np.any(sd <= 0):
            raise ValueError(f"{name} must be above 0 (a point mass has no density), not {sd.min()}")
    return np.log(sd_q / sd_p) + ((sd_p / sd_q) ** 2 + ((mean_p - mean_q) / sd_q) ** 2 - 1) / 2


def w2_gaussians(mean_p, sd_p, mean_q, sd_q) -> np.ndarray:
    """The Wasserstein-2 distance W2 (not its square) between two Gaussians on a line, in the units of the data.

    W2^2 = (mean_p - mean_q)^2 + (sd_p - sd_q)^2. A standard deviation of 0 is a point mass. Arguments broadcast.
    Raises ValueError if a standard deviation is negative or anything is not finite.
    Peyré and Cuturi 2019, section 2.6."""
    mean_p, mean_q = finite("mean_p", mean_p), finite("mean_q", mean_q)
    sd_p, sd_q = (no_less_than_0(name, finite(name, sd)) for name, sd in (("sd_p", sd_p), ("sd_q", sd_q)))
    return np.hypot(mean_p - mean_q, sd_p - sd_q)


def kl(p, q, x) -> np.ndarray:
    """KL(p || q) = integral of p log(p / q), in nats, by the trapezoid rule; infinite where q is 0 and p is not.

    p, q: (..., n) densities on the grid x (n,) -> (...). Each is first divided by its integral, so KL >= 0.
    A tail of q that underflows to 0 counts as 0: end the grid before it does.
    Raises ValueError if x does not rise, a density is negative or not finite, or its integral is off 1 by over 1 %."""
    p, q, x = on_one_grid(p, q, x)
    return np.maximum(np.trapezoid(xlogy(p, p) - xlogy(p, q), x), 0)  # below 0 is rounding


def jsd(p, q, x) -> np.ndarray:
    """The Jensen-Shannon divergence, in nats: JSD = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2.

    From 0 (equal) to log 2 (nowhere both). Arguments, shapes and errors as for `kl`. Lin 1991."""
    p, q, x = on_one_grid(p, q, x)
    both = (xlogy(p, p) + xlogy(q, q)) / 2 - xlogy((p + q) / 2, (p + q) / 2)
    return np.clip(np.trapezoid(both, x), 0, LOG_2)  # outside is rounding


def w1(p, q, x) -> np.ndarray:
    """The Wasserstein-1 distance: the mean way that mass must travel, in the units of x.

    W1 = integral of |P - Q| over x, with P and Q the cumulative distributions (trapezoid rule).
    Arguments, shapes and errors as for `kl`. Peyré and Cuturi 2019, section 2.6."""
    p, q, x = on_one_grid(p, q, x)
    return np.trapezoid(np.abs(_cumulative(p, x) - _cumulative(q, x)), x)


def w2(p, q, x) -> np.ndarray:
    """The Wasserstein-2 distance W2 (not its square), in the units of x.

    W2^2 = integral over u in (0, 1) of (P^-1(u) - Q^-1(u))^2, the cumulative distributions taken as straight between
    grid points. Arguments, shapes and errors as for `kl`. Peyré and Cuturi 2019, section 2.6."""
    p, q, x = on_one_grid(p, q, x)
    P, Q = np.broadcast_arrays(_cumulative(p, x), _cumulative(q, x))
    rows = zip(P.reshape(-1, len(x)), Q.reshape(-1, len(x)), strict=True)
    return np.array([_w2(a, b, x) for a, b in rows]).reshape(P.shape[:-1])[()]


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


def on_one_grid(p, q, x) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = grid(x)
    p, q = normalised("p", p, x), normalised("q", q, x)
    try:
        np.broadcast_shapes(p.shape, q.shape)
    except ValueError:
        raise ValueError(f"the leading axes of p {p.shape} and q {q.shape} must be equal or broadcast") from None
    return p, q, x
