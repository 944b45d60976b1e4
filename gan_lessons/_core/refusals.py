"""Refusals: small checks whose ValueError names the argument, its value and what is allowed."""

import math
from collections.abc import Sequence
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
    if isinstance(value, bool) or not isinstance(value, Real) or not _finite(value) or not low <= float(value) <= high:
        refuse(name, value, _between(low, high, "a finite number"))
    return float(value)


def row(name: str, value: object, low: float = -math.inf, high: float = math.inf, what: str = "") -> tuple[float, ...]:
    """A flat sequence of finite numbers in [low, high], at least one; returns a tuple.

    Tuples keep settings hashable and comparable; ask `np.asarray` for an array."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # rows of different lengths, a tensor that autograd follows
        array = np.empty(0)
    bools = isinstance(value, Sequence) and any(isinstance(item, bool) for item in value)
    if array.dtype.kind not in "iuf" or array.ndim != 1 or not array.size or bools:
        refuse(name, value, what or "a flat sequence of finite numbers")
    array = array.astype(float)  # before it is compared: a narrow type would round the limits to its own precision
    if not np.isfinite(array).all() or array.min() < low or array.max() > high:
        refuse(name, value, _between(low, high, "finite numbers"))
    return tuple(array.tolist())


def per_run(name: str, value: object, low: float = -math.inf, high: float = math.inf) -> float | tuple[float, ...]:
    """One finite number, or a sequence with one a run; returns a float or a tuple of floats."""
    if isinstance(value, Real):
        return number(name, value, low, high)
    return row(name, value, low, high, "a finite number, or a flat sequence with one number a run")


def _finite(value: Real) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float
        return False


def _between(low: float, high: float, what: str) -> str:
    if low == -math.inf and high == math.inf:
        return what
    return f"{what} of at least {low:g}" if high == math.inf else f"{what} from {low:g} to {high:g}"
