"""Where an axis begins and ends, its ticks and their words: the rules of paint.js, which a test holds together."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

Range = tuple[float, float]


def ticks(low: float, high: float, count: float) -> list[float]:
    """Round numbers from low to high, about `count` of them."""
    rough = (high - low) / max(1, count)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 5, 10) if m * power >= rough), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def text(value: float) -> str:
    """A tick's number."""
    return f"{value / 1000:g}k" if abs(value) >= 10_000 else f"{value:g}"


def across(panel: Mapping, steps: Sequence[int]) -> Range:
    """The range of x: the panel's own, or from 0 to a round number a little after the last step."""
    if panel["x"]["range"]:
        return tuple(panel["x"]["range"])
    last = max(10, steps[-1])
    power = 10 ** math.floor(math.log10(last))
    return 0, next(m * power for m in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if m * power >= last)


def upwards(panel: Mapping, film: Mapping[str, np.ndarray]) -> Range:
    """The range of y. film: name -> that number in each frame, the last is the one that is drawn."""
    axis = panel["y"]
    if "range" in axis:
        return tuple(axis["range"])
    if "top" in axis:
        return 0, float(film[axis["top"]][-1])
    seen = [np.array(axis["include"], float)]
    for layer in panel["layers"]:
        if "at" in layer:
            seen.append(film[layer["at"]][0 if layer["kind"] == "trace" else -1 :])
    seen = np.concatenate(seen)
    seen = seen[np.isfinite(seen)]
    low, high = max(seen.min(), axis["cap"][0]), min(seen.max(), axis["cap"][1])
    pad = 0.05 * (high - low) or 0.5
    return float(low - pad), float(high + pad)
