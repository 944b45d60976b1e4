"""The noise of G as something to look at: a lattice of it that G bends, and where noise lies before G moves it."""

import numpy as np
from scipy.special import ndtri

from gan_lessons._core.randomness import generator
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.noise import NormalNoise

LATTICE = 20  # lines each way
REACH = 0.32  # the lattice, which holds 19 in 20 of each number, reaches so far from the window's middle, as a share


def lattice(noise: Distribution) -> np.ndarray:
    """A slice of the noise's space at even quantiles, (LATTICE^2, dim): row by row over the first two dimensions, with
    the others 0; for noise on a line, numbers that rise."""
    n = LATTICE if noise.dim > 1 else LATTICE**2
    u = (np.arange(n) + 0.5) / n
    if isinstance(noise, NormalNoise):
        levels = ndtri(u)
    else:
        levels = np.quantile(noise.sample((10_000,), generator(0, "lattice"))[:, 0].numpy(), u)
    if noise.dim == 1:
        return levels[:, None]
    first, second = np.meshgrid(levels, levels)
    rest = np.zeros((n * n, noise.dim - 2))
    return np.column_stack([first.ravel(), second.ravel(), rest])


def placed(z: np.ndarray, noise: Distribution, window: tuple[float, float]) -> np.ndarray:
    """Where noise z (n, dim) is drawn in a square window before G moves it: its first two numbers, (n, 2).

    Noise on a line lies along the middle. Scaled so that 95 in 100 of each number reach REACH from the middle."""
    low, high = np.quantile(lattice(noise)[:, 0], (0.025, 0.975))
    scale, middle = REACH * (window[1] - window[0]) / ((high - low) / 2), (window[0] + window[1]) / 2
    shown = middle + scale * (z[:, :2] - (low + high) / 2)
    return shown if noise.dim > 1 else np.column_stack([shown, np.full(len(z), middle)])
