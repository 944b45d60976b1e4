"""Terms added to D's loss that keep its slope in bounds. A penalty is a function of one training step -> (*runs,).

`step.slopes` are the gradients of D's logits with respect to what it looks at, (real, generated), each
(*runs, batch, d). With packs, the slope at a pack is that of all its samples together, and a mean is over packs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from gan_lessons.errors import per_run, refuse


@dataclass(frozen=True)
class Penalty:
    """weight: one number, or a sequence with one a run. decay: None or a function from the trainer's steps to a factor.

    Raises ValueError for a negative weight."""

    weight: float | Sequence[float] = 1.0
    decay: Callable[[int], float] | None = None
    _per_run = ("weight",)
    mixes = False  # whether it looks at mixtures of real and generated samples

    def __post_init__(self):
        object.__setattr__(self, "weight", per_run("weight", self.weight, low=0.0))
        if self.decay is not None and not callable(self.decay):
            refuse("decay", self.decay, "None or a function of the number of steps, such as LinearDecay(1000)")

    def check(self, runs: int) -> None:
        """Raises ValueError unless a weight for each run means as many as there are runs."""
        if isinstance(self.weight, tuple) and len(self.weight) != runs:
            refuse("weight", self.weight, f"one number, or one for each of the {runs} runs")

    def __call__(self, step) -> torch.Tensor:
        """The term (*runs,) that is added to D's loss."""
        factor = 1.0 if self.decay is None else self.decay(step.steps)
        if factor == 0:  # the slopes are dear: not for nothing
            return step.logits.new_zeros(step.logits.shape[:-2])
        amount = self.amount(step)
        weight = amount.new_tensor(self.weight) if isinstance(self.weight, tuple) else self.weight
        return amount * weight * factor

    def amount(self, step) -> torch.Tensor:
        """What is punished, (*runs,), before the weight."""
        raise NotImplementedError


class R1(Penalty):
    """weight / 2 times the mean of |slope of D|^2 at real samples. Mescheder et al. 2018, equation 9."""

    def amount(self, step):
        return _squares(step, step.slopes[0]).mean(-1) / 2


class R2(Penalty):
    """weight / 2 times the mean of |slope of D|^2 at generated samples. Mescheder et al. 2018, equation 10."""

    def amount(self, step):
        return _squares(step, step.slopes[1]).mean(-1) / 2


class GradientPenalty(Penalty):
    """weight times the mean of (|slope of D| - 1)^2 at random points between real and generated samples.

    The penalty of WGAN-GP, with weight 10 there. Gulrajani et al. 2017, equation 3."""

    mixes = True

    def amount(self, step):
        squares = _squares(step, step.mixed_slopes)
        tiny = torch.finfo(squares.dtype).tiny  # the root of an exact 0 has no slope
        return ((squares + tiny).sqrt() - 1).square().mean(-1)


def _squares(step, slopes: torch.Tensor) -> torch.Tensor:
    """|slope|^2 at each sample or pack: (*runs, batch, d) -> (*runs, batch / pack)."""
    return slopes.square().sum(-1).unflatten(-1, (-1, step.pack)).sum(-1)
