"""How a number falls while training goes on: learning rates, penalties' weights, instance noise.

A decay is a callable from a count of updates (or steps) done to a factor; a new one is a new frozen class here.
"""

import math

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import Decay, frozen, number, setting, whole


@frozen
class StepDecay(Decay):
    """Step-wise: multiplied by `factor` after every `every` updates.

    Source: `tf.train.exponential_decay(staircase=True)`, as AYLIEN's first code used it."""

    every: int = setting(check=whole())
    factor: float = setting(check=number(0.0, 1.0))

    def __call__(self, updates: int) -> float:
        return self.factor ** (updates // self.every)


@frozen
class _Falling(Decay):
    """From 1 to `low`, between the updates `start` and `end`. Raises ValueError unless start < end."""

    end: int = setting(check=whole())
    low: float = setting(0.0, number(0.0, 1.0))
    start: int = setting(0, whole(0))

    def __post_init__(self):
        super().__post_init__()
        if self.start >= self.end:
            refuse("start", self.start, f"below end, which is {self.end}")

    def __call__(self, updates: int) -> float:
        return self.between(min(1.0, max(0.0, (updates - self.start) / (self.end - self.start))))


@frozen
class LinearDecay(_Falling):
    """1 until `start`, then straight down to `low` at `end`, where it stays."""

    def between(self, done: float) -> float:
        """The factor after a share of the way."""
        return 1 + (self.low - 1) * done


@frozen
class CosineDecay(_Falling):
    """1 until `start`, then down to `low` at `end` along half a cosine. Loshchilov & Hutter 2017 (no restarts)."""

    def between(self, done: float) -> float:
        """The factor after a share of the way."""
        return self.low + (1 - self.low) * (1 + math.cos(math.pi * done)) / 2


@frozen
class ExponentialDecay(_Falling):
    """1 until `start`, then by equal ratios to `low` at `end`. Raises ValueError if low is 0."""

    def __post_init__(self):
        super().__post_init__()
        if self.low == 0:
            refuse("low", self.low, "above 0, where the fall is by equal ratios")

    def between(self, done: float) -> float:
        """The factor after a share of the way."""
        return self.low**done


@frozen
class OneCycle(Decay):
    """Up along half a cosine from 1/25 to 1 in the first three tenths of `end` updates, then down to almost 0.

    Smith & Topin 2019; the shape of `torch.optim.lr_scheduler.OneCycleLR`."""

    end: int = setting(check=whole())

    def __call__(self, updates: int) -> float:
        top = 0.3 * self.end
        if updates < top:
            return 0.04 + 0.96 * (1 - math.cos(math.pi * updates / top)) / 2
        return (1 + math.cos(math.pi * min(1.0, (updates - top) / (self.end - top)))) / 2
