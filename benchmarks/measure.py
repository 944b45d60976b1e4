"""Measuring two ways of doing the same work in turn, and the JSON line that tells the result."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median

Measure = Callable[[], float]  # measures once and gives a number in the row's unit


class Line:
    """A dataclass of results that is printed and kept."""

    def line(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Row(Line):
    """One result. value: ours; baseline: the other's, in the same unit, for the same work; both are medians of n.

    ratio: how many times better ours is, above 1 is better."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    n: int


def less_is_better(value: float, baseline: float) -> float:
    """The ratio of times and sizes."""
    return baseline / value


def more_is_better(value: float, baseline: float) -> float:
    """The ratio of speeds."""
    return value / baseline


def compare(
    name: str,
    unit: str,
    ours: Measure,
    baseline: Measure,
    repeats: int,
    better: Callable[[float, float], float] = less_is_better,
) -> Row:
    """Measures both in turn, `repeats` times each, after one of each that does not count.

    Who is first alternates, so what slows the machine for a while, or favours the second, meets both alike."""
    ours(), baseline()
    pairs = []
    for repeat in range(repeats):
        if repeat % 2:
            pairs.append((baseline(), ours())[::-1])
        else:
            pairs.append((ours(), baseline()))
    value, other = (median(side) for side in zip(*pairs, strict=True))
    return Row(name, _short(value), unit, _short(other), _short(better(value, other)), repeats)


def timed(action: Callable[[], object], scale: float, clock: Callable[[], float] = time.perf_counter) -> Measure:
    """A measure: the seconds that one call of `action` takes, times `scale` (1e6 / steps: microseconds a step)."""

    def measure() -> float:
        start = clock()
        action()
        return (clock() - start) * scale

    return measure


def _short(number: float) -> float:
    """Four digits: more would pretend."""
    return float(f"{number:.4g}")
