"""What counts as a density on a grid, and as a grid: checks that all of the theory shares."""

import numpy as np

MASS_TOLERANCE = 0.01  # a grid that misses more than 1 % of a density says more about the grid than about the density


def normalised(name: str, p, x: np.ndarray) -> np.ndarray:
    p = no_less_than_0(name, finite(name, p))
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


def grid(x) -> np.ndarray:
    x = finite("x", x)
    if x.ndim != 1 or len(x) < 2 or np.any(np.diff(x) <= 0):
        shown = np.array2string(x, threshold=6)
        raise ValueError(f"x must be a strictly rising grid (n,) of 2 points or more, not {shown} of shape {x.shape}")
    return x


def finite(name: str, value) -> np.ndarray:
    if np.asarray(value).dtype.kind not in "iuf":
        raise ValueError(f"{name} must be numbers, not {value!r}")
    value = np.asarray(value, dtype=float)
    if not np.isfinite(value).all():
        raise ValueError(f"{name} must be finite, but holds {value[~np.isfinite(value)][0]}")
    return value


def no_less_than_0(name: str, value) -> np.ndarray:
    value = np.asarray(value, dtype=float)
    bad = (value < 0) | np.isinf(value)
    if bad.any():
        raise ValueError(f"{name} must be 0 or more and not infinite, but holds {value[bad][0]}")
    return value
