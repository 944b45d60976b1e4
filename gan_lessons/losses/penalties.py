"""Terms added to D's loss that keep its slope in bounds. A penalty is a function of one training step -> (*runs,).

`step.slopes` are the gradients of D's logits with respect to what it looks at, (real, generated), each
(*runs, batch, d). With packs, the slope at a pack is that of all its samples together, and a mean is over packs.
"""

from collections.abc import Callable, Sequence

import torch

from gan_lessons._core.settings import Settings, each, frozen, setting, whole
from gan_lessons._core.settings import decay as falls


@frozen
class Penalty(Settings, abstract=True):
    """weight: one number, or a sequence with one a run. decay: None or a function from the trainer's steps to a factor.
    every: steps from one penalty to the next, each that many times as heavy ("lazy", Karras et al. 2020, section 3.1).

    Raises ValueError for a negative weight, or an every below 1."""

    weight: float | Sequence[float] = setting(1.0, each(0.0), per_run=True)
    decay: Callable[[int], float] | None = falls("steps, such as LinearDecay(1000)")
    every: int = setting(1, whole(), most=1000, later=True)
    mixes = False  # whether it looks at mixtures of real and generated samples

    def __call__(self, step) -> torch.Tensor:
        """The term (*runs,) that is added to D's loss."""
        factor = 1.0 if self.decay is None else self.decay(step.steps)
        factor = 0.0 if step.steps % self.every else factor * self.every
        if factor == 0:  # the slopes are dear: not for nothing
            return step.logits.new_zeros(step.logits.shape[:-2])
        amount = self.amount(step)
        weight = amount.new_tensor(self.weight) if isinstance(self.weight, tuple) else self.weight
        return amount * weight * factor

    def amount(self, step) -> torch.Tensor:
        """What is punished, (*runs,), before the weight."""
        raise NotImplementedError


@frozen
class R1(Penalty):
    """weight / 2 times the mean of |slope of D|^2 at real samples. Mescheder et al. 2018, equation 9."""

    def amount(self, step):
        return _squares(step, step.slopes[0]).mean(-1) / 2


@frozen
class R2(Penalty):
    """weight / 2 times the mean of |slope of D|^2 at generated samples. Mescheder et al. 2018, equation 10."""

    def amount(self, step):
        return _squares(step, step.slopes[1]).mean(-1) / 2


@frozen
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
