"""The modes of samples that stand in several planes side by side, as `distributions.SideBySide` makes them."""

import math

import numpy as np

from gan_lessons.metrics.plane import HQ_SD, Modes, nearest_centres


def modes_side_by_side(samples, centres, sd: float) -> Modes:
    """As `modes_of`, of samples (*runs, n, 2 times): a mode is one of the K centres in each plane, K^times in all.

    A sample belongs to its nearest centre of each plane, and is of high quality if it is so in every plane: of real
    samples (1 - exp(-4.5))^times are. centres: (K, 2). sd: a number.
    Raises ValueError for samples of another shape."""
    samples, centres = np.asarray(samples, dtype=float), np.asarray(centres, dtype=float)
    if samples.ndim < 2 or samples.shape[-1] < 2 or samples.shape[-1] % 2:
        raise ValueError(f"samples must be (*runs, n, 2 times), not {samples.shape}")
    planes = np.stack(np.split(samples, samples.shape[-1] // 2, -1))
    nearest, distance = nearest_centres(planes, centres)
    modes, near = np.zeros(samples.shape[:-1], int), (distance < HQ_SD * sd).all(0)
    for which in nearest:
        modes = modes * len(centres) + which
    total = len(centres) ** len(planes)
    real_off = 1 - (1 - math.exp(-(HQ_SD**2) / 2)) ** len(planes)
    shares = [_shares(np.where(counted, modes, total), total) for counted in (np.ones_like(near), near)]
    return Modes.of_shares(*shares, near.mean(-1), np.isfinite(samples).all((-1, -2)), real_off)


def _shares(modes: np.ndarray, total: int) -> np.ndarray:
    """The share of samples in each mode, (*runs, n) -> (*runs, total); those numbered `total` count for none."""
    rows = modes.reshape(-1, modes.shape[-1])
    counts = np.stack([np.bincount(row, minlength=total + 1)[:total] for row in rows])
    return (counts / modes.shape[-1]).reshape(*modes.shape[:-1], total)
