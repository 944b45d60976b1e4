"""The losses of committees: each network's is the weighted sum of its losses against all of its adversaries.

With K Ds and J Gs, D_k minimises the sum over j of v_j L_D(D_k, G_j), and G_j the sum over k of w_k L_G(G_j, D_k); the
weights w of the Ds and v of the Gs each have the sum 1, so that a committee of equals plays for what one network does.
"""

import torch

from gan_lessons.losses.objectives import FromLogits
from gan_lessons.losses.step import Step
from gan_lessons.models.protocol import ask


def has_committee(step: Step) -> bool:
    """Whether one of its two players is several networks."""
    return any(name in step.networks and ask(step.networks[name], "weights") for name in ("D", "G"))


def against_all(objective: FromLogits, step: Step) -> torch.Tensor:
    """The learner's loss against all of its adversaries, (*runs, members of the learner)."""
    gs = ask(step.G, "weights") or (1.0,)
    if step.learner == "D":
        losses = [objective.d_loss(step.each_logits[..., j :: len(gs)]) for j in range(len(gs))]  # each (*runs, K)
        return sum(weight * loss for weight, loss in zip(gs, losses, strict=True))
    each = step.each(step.fake)
    losses = [objective.g_loss(each[..., j :: len(gs)]) for j in range(len(gs))]
    return torch.stack([_by_weight(step.D, loss) for loss in losses], -1)


def _by_weight(D, losses: torch.Tensor) -> torch.Tensor:
    """(*runs, K) -> (*runs,), the sum over the Ds."""
    return losses @ losses.new_tensor(ask(D, "weights") or (1.0,))
