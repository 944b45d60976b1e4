"""Whether D still tells samples on a line apart: where it says the same of all of them, G has nothing to learn from.

SAME was measured on 100 seeds of recipes.aylien_head, looked at every 250 steps to 15,000. It was met in 11 runs, and
once met it was met to the end. In 268 of 270 such looks the mean and the sd of what G makes moved by 0.1 at most over
the next 2,000 steps, against 4 % of the 4,930 looks in which it was not met. Of 7 runs that moved so little over the
last 4,000 steps it finds 5: in the other two D is sure that all of G's samples are generated, which is not counted
here.
"""

import numpy as np

SAME = 1e-5  # probability


def spread(x: np.ndarray, d: np.ndarray, samples: np.ndarray, mean: float, sd: float) -> float:
    """By how much D differs from place to place where samples lie; NaN where samples are not finite.

    x, d: D's probabilities over the window, (n,). samples: (n,), generated; 1 in 16 at each end is left out. mean, sd:
    of the data, whose samples are looked for within 2 sds."""
    if not np.isfinite(samples).all():
        return float("nan")
    ordered, out = np.sort(samples), max(1, len(samples) // 16)
    low, high = min(ordered[out], mean - 2 * sd), max(ordered[-out], mean + 2 * sd)
    seen = d[(x >= low) & (x <= high)]
    return float(np.ptp(seen)) if len(seen) else float("nan")
