"""The pairing game of relativistic GANs, exactly: D says which of two samples is the real one. NumPy and SciPy only.

Of each pair (x, y) x is real and y generated; D minimises the mean of -log sigmoid(C(x) - C(y)).
Jolicoeur-Martineau 2018, equation 11; Huang et al. 2024, equation 1.
"""

import numpy as np
from scipy.special import xlogy

from gan_lessons.theory.divergences import LOG_2, on_one_grid

_ROWS = 256  # of the grid of pairs that are held in memory at a time


def jsd_of_pairs(p, q, x) -> np.ndarray:
    """The Jensen-Shannon divergence of a pair in order and the same pair swapped: JS(p x q, q x p), in nats.

    From 0 (equal) to log 2 (nowhere both), at least as large as that of single samples. p, q: (..., n) densities on
    the grid x (n,) -> (...), by the trapezoid rule in both directions. Errors as for `kl`."""
    p, q, x = on_one_grid(p, q, x)
    p, q = np.broadcast_arrays(p, q)
    inner = np.empty(p.shape)
    for start in range(0, len(x), _ROWS):
        rows = slice(start, start + _ROWS)
        ordered, swapped = p[..., rows, None] * q[..., None, :], q[..., rows, None] * p[..., None, :]
        both = (xlogy(ordered, ordered) + xlogy(swapped, swapped)) / 2
        middle = (ordered + swapped) / 2
        inner[..., rows] = np.trapezoid(both - xlogy(middle, middle), x)
    return np.clip(np.trapezoid(inner, x), 0, LOG_2)  # outside is rounding


def pairing_value(p, q, x) -> np.ndarray:
    """What the pairing game is worth for G when D is the best, in nats: JS(p x q, q x p) - log 2.

    D's loss there is minus it: log 2 when G is perfect, 0 when every pair is told apart. The best D is any
    C = log(p / q) + a constant: of a pair in either order, its odds are those of the two orders. Arguments and errors
    as for `kl`."""
    return jsd_of_pairs(p, q, x) - LOG_2
