"""Consensus optimisation: both players also want both gradients to be small."""

from dataclasses import replace

import torch

from gan_lessons._core.settings import Settings, frozen, number, of, setting
from gan_lessons.losses.objectives import Objective, minimax
from gan_lessons.losses.step import Step


@frozen
class Consensus(Settings, Objective):
    """`base` with weight |v|^2 / 2 added to both losses, v being the gradients of D's and of G's own loss with respect
    to their own parameters, on the batch of the update. The losses that are shown count the term.

    So a step costs a second way back through both networks. Mescheder et al. 2017, section 4, where base is minimax.
    Raises ValueError for a negative weight, or a base that is no Objective of D and G."""

    weight: float = setting(1.0, number(0.0))
    base: Objective = setting(minimax, of(Objective, "an Objective of gan_lessons.losses"))

    def __post_init__(self):
        super().__post_init__()
        losses = {name: self._with_both(loss) for name, loss in self.base.losses.items()}
        made = Objective("consensus", losses, ("G",), self.base.d_needs)
        vars(self).update(vars(made))

    @property
    def on_samples(self) -> Objective:
        """The base: the term asks for other weights, and no sample is pushed by it."""
        return self.base.on_samples

    def _with_both(self, loss):
        return lambda step: loss(step) + self.weight / 2 * squared_field(self.base, step)

    def __reduce__(self):
        return Consensus, (self.weight, self.base)


def squared_field(objective: Objective, step: Step) -> torch.Tensor:
    """|v|^2 at a step of either player, (*runs,): the squares of both players' gradients, autograd following."""
    both = replace(step, learner=step.maker, made={}, slopes_wanted=False)  # its fake samples are followed through G
    total = 0.0
    for name, network in ((step.critic, step.D), (step.maker, step.G)):
        loss = objective.losses[name](both).sum()
        for grad in torch.autograd.grad(loss, list(network.parameters()), create_graph=True):
            total = total + grad.reshape(network.runs, -1).square().sum(-1)
    return total
