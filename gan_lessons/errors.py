"""Refusals: small checks whose ValueError names the argument, its value and what is allowed."""

import math
from numbers import Integral, Real

import numpy as np


def refuse(name: str, value: object, allowed: str) -> None:
    """Raises ValueError in the one form that the whole package uses."""
    raise ValueError(f"{name} must be {allowed}, not {value!r}")


def whole(name: str, value: object, low: int = 1) -> int:
    """An integer of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < low:
        refuse(name, value, f"a whole number of at least {low}")
    return int(value)


def number(name: str, value: object, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value) or not low <= value <= high:
        refuse(name, value, _between(low, high, "a finite number"))
    return float(value)


def per_run(name: str, value: object, low: float = -math.inf, high: float = math.inf):
    """One finite number, or a sequence with one a run; returns a float or a tuple of floats.

    Tuples keep settings hashable and comparable; ask `np.asarray` for an array."""
    if isinstance(value, Real):
        return number(name, value, low, high)
    array = np.asarray(value)
    if array.dtype.kind not in "iuf" or array.ndim != 1 or not array.size:
        refuse(name, value, "a finite number, or a flat sequence with one number a run")
    if not np.isfinite(array).all() or array.min() < low or array.max() > high:
        refuse(name, value, _between(low, high, "finite numbers"))
    return tuple(array.astype(float).tolist())


def _between(low: float, high: float, what: str) -> str:
    if low == -math.inf and high == math.inf:
        return what
    return f"{what} of at least {low:g}" if high == math.inf else f"{what} from {low:g} to {high:g}"
