"""What D and G minimise. Losses are pure functions of one training step and reduce its last axis only.

Logits are D's output before a sigmoid. D's loss gets a pair of them, (*runs, 2, batch): row 0 on real samples,
row 1 on generated ones. A loss is (*runs,) in nats. A step (see `trainers.Step`) also carries D and G and the
real and generated batches, for objectives that need more than logits.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F

Loss = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, repr=False)
class Objective:
    """A pair of losses: `d(step) -> (*runs,)` for D, `g(step) -> (*runs,)` for G."""

    name: str
    d: Callable[..., torch.Tensor]
    g: Callable[..., torch.Tensor]

    def __repr__(self) -> str:
        return f"losses.{self.name}"


class FromLogits(Objective):
    """An objective that needs nothing but logits.

    d_loss: (*runs, 2, batch) -> (*runs,). g_loss: (*runs, batch) -> (*runs,). d_slope, g_slope: the gradients
    of their sums over runs with respect to the logits, in the logits' shape (they spare autograd the work).
    """

    def __init__(self, name: str, d_loss: Loss, d_slope: Loss, g_loss: Loss, g_slope: Loss):
        super().__init__(name, lambda step: d_loss(step.logits), lambda step: g_loss(step.fake_logits))
        vars(self).update(d_loss=d_loss, d_slope=d_slope, g_loss=g_loss, g_slope=g_slope)

    def __reduce__(self):
        """Recipes go to other processes: there, an objective of this module is that module's own again."""
        if BY_NAME.get(self.name) is self:
            return self.name
        return FromLogits, (self.name, self.d_loss, self.d_slope, self.g_loss, self.g_slope)


_SIGNS = torch.tensor([[-1.0], [1.0]])  # real, generated; exact in any precision, so a product keeps the logits' own


def cross_entropy_d(logits: torch.Tensor) -> torch.Tensor:
    """-log D(x) - log(1 - D(G(z))), the mean over the batch: (*runs, 2, batch) -> (*runs,).

    log 4 = 1.386 where D can only guess. Goodfellow et al. 2014, equation 1 (with the sign turned)."""
    return F.logsigmoid(logits * -_SIGNS).sum((-1, -2)) / -logits.shape[-1]


def _cross_entropy_d_slope(logits: torch.Tensor) -> torch.Tensor:
    return torch.sigmoid(logits * _SIGNS) * _SIGNS / logits.shape[-1]


def minimax_g(fake: torch.Tensor) -> torch.Tensor:
    """log(1 - D(G(z))), the saturating loss: (*runs, batch) -> (*runs,). -log 2 where D can only guess.

    Its gradient vanishes where D is sure. Goodfellow et al. 2014, equation 1."""
    return F.logsigmoid(-fake).mean(-1)


def _minimax_g_slope(fake: torch.Tensor) -> torch.Tensor:
    return torch.sigmoid(fake) / -fake.shape[-1]


def non_saturating_g(fake: torch.Tensor) -> torch.Tensor:
    """-log D(G(z)): (*runs, batch) -> (*runs,). log 2 = .693 where D can only guess.

    Goodfellow et al. 2014, section 3, last paragraph."""
    return -F.logsigmoid(fake).mean(-1)


def _non_saturating_g_slope(fake: torch.Tensor) -> torch.Tensor:
    return torch.sigmoid(-fake) / -fake.shape[-1]


minimax = FromLogits("minimax", cross_entropy_d, _cross_entropy_d_slope, minimax_g, _minimax_g_slope)
non_saturating = FromLogits(
    "non_saturating", cross_entropy_d, _cross_entropy_d_slope, non_saturating_g, _non_saturating_g_slope
)

BY_NAME = {objective.name: objective for objective in (minimax, non_saturating)}
