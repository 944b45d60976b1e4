"""The best D against a given G, and what the game is worth then. NumPy and SciPy only."""

import math

import numpy as np

from gan_lessons.theory.densities import no_less_than_0
from gan_lessons.theory.divergences import jsd

LOG_4 = math.log(4)  # nats: D's whole loss (real half plus generated half) when G is perfect and D is optimal


def d_star(p, q) -> np.ndarray:
    """The best answer that any D can give: D* = p / (p + q), and 1/2 where neither density is.

    p, q: densities of the real and of the generated data at the same points, (...) -> (...), a probability.
    NaN (a run that diverged) stays NaN. Raises ValueError if a density is negative or infinite.
    Goodfellow et al. 2014, proposition 1."""
    p, q = (no_less_than_0(name, value) for name, value in (("p", p), ("q", q)))
    total = p + q
    return np.divide(p, total, out=np.full(total.shape, 0.5), where=total != 0)[()]


def value_at(p, q, x) -> np.ndarray:
    """The value of the game for G when D is optimal, in nats: C(G) = -log 4 + 2 JSD(p, q).

    D's loss there (real half plus generated half) is -C(G) = log 4 - 2 JSD: 1.386 when G is perfect, 0 when every
    forgery is found out. Arguments, shapes and errors as for `kl`. Goodfellow et al. 2014, theorem 1."""
    return 2 * jsd(p, q, x) - LOG_4
