"""How a number falls while training goes on: learning rates, penalties' weights, instance noise.

A decay is a callable from a count of updates (or steps) done to a factor; a new one is a new frozen class here.
"""

import math
from dataclasses import dataclass

from gan_lessons.errors import number, refuse, whole


@dataclass(frozen=True)
class StepDecay:
    """Step-wise: multiplied by `factor` after every `every` updates.

    Source: `tf.train.exponential_decay(staircase=True)`, as AYLIEN's first code used it."""

    every: int
    factor: float

    def __post_init__(self):
        object.__setattr__(self, "every", whole("every", self.every))
        object.__setattr__(self, "factor", number("factor", self.factor, 0.0, 1.0))

    def __call__(self, updates: int) -> float:
        return self.factor ** (updates // self.every)


@dataclass(frozen=True)
class _Falling:
    """From 1 to `low`, between the updates `start` and `end`. Raises ValueError unless start < end."""

    end: int
    low: float = 0.0
    start: int = 0

    def __post_init__(self):
        object.__setattr__(self, "start", whole("start", self.start, 0))
        object.__setattr__(self, "end", whole("end", self.end))
        object.__setattr__(self, "low", number("low", self.low, 0.0, 1.0))
        if self.start >= self.end:
            refuse("start", self.start, f"below end, which is {self.end}")

    def __call__(self, updates: int) -> float:
        return self.between(min(1.0, max(0.0, (updates - self.start) / (self.end - self.start))))


@dataclass(frozen=True)
class LinearDecay(_Falling):
    """1 until `start`, then straight down to `low` at `end`, where it stays."""

    def between(self, done: float) -> float:
        """The factor after a share of the way."""
        return 1 + (self.low - 1) * done


@dataclass(frozen=True)
class CosineDecay(_Falling):
    """1 until `start`, then down to `low` at `end` along half a cosine. Loshchilov & Hutter 2017 (no restarts)."""

    def between(self, done: float) -> float:
        """The factor after a share of the way."""
        return self.low + (1 - self.low) * (1 + math.cos(math.pi * done)) / 2


@dataclass(frozen=True)
class ExponentialDecay(_Falling):
    """1 until `start`, then by equal ratios to `low` at `end`. Raises ValueError if low is 0."""

    def __post_init__(self):
        super().__post_init__()
        if self.low == 0:
            refuse("low", self.low, "above 0, where the fall is by equal ratios")

    def between(self, done: float) -> float:
        """The factor after a share of the way."""
        return self.low**done
