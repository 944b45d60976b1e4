"""The gradient of one player's loss, flat over its parameters: by autograd, or written out.

A toy network is so small that autograd's book-keeping costs more than its arithmetic. For the commonest
case, two perceptrons and a loss of logits, the chain rule is therefore written out: 350 microseconds a step
of AYLIEN's toy against 650 by autograd. Everything else goes through autograd, and a test holds the two
together.
"""

import torch

from gan_lessons.losses import FromLogits
from gan_lessons.models.toys import MLP, SLOPES


class ByAutograd:
    """For any networks and objective."""

    @staticmethod
    @torch.enable_grad()
    def d(objective, step) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """D's loss (*runs,), its logits (*runs, 2, batch), and the gradient (runs, P) of the loss summed over runs."""
        loss = objective.d(step)
        return loss.detach(), step.logits.detach(), _flat(torch.autograd.grad(loss.sum(), list(step.D.parameters())))

    @staticmethod
    @torch.enable_grad()
    def g(objective, step) -> tuple[torch.Tensor, torch.Tensor]:
        """G's loss (*runs,) and the gradient (runs, P) of the loss summed over runs."""
        loss = objective.g(step)
        return loss.detach(), _flat(torch.autograd.grad(loss.sum(), list(step.G.parameters())))


class WrittenOut:
    """For two perceptrons and an objective of logits whose slopes are known. Same results as `ByAutograd`."""

    @staticmethod
    @torch.no_grad()
    def d(objective, step):
        out, outs = step.D.trace(torch.cat([step.real, step.fake], -2))
        logits = out.view(*out.shape[:-2], 2, -1)
        loss, slope = objective.d_loss(logits), objective.d_slope(logits)
        grads, _ = step.D.pull(outs, slope.view(out.shape))
        return loss, logits, _flat(grads)

    @staticmethod
    @torch.no_grad()
    def g(objective, step):
        fake, g_outs = step.G.trace(step.noise)
        out, d_outs = step.D.trace(fake)
        logits = out.squeeze(-1)
        loss, slope = objective.g_loss(logits), objective.g_slope(logits)
        _, slope = step.D.pull(d_outs, slope.unsqueeze(-1), weights=False, inputs=True)
        grads, _ = step.G.pull(g_outs, slope)
        return loss, _flat(grads)


def choose(G, D, objective):
    """`WrittenOut` where it can, `ByAutograd` where not."""
    known = all(type(net) is MLP and net.activation in SLOPES for net in (G, D))
    return WrittenOut if known and isinstance(objective, FromLogits) else ByAutograd


def _flat(grads) -> torch.Tensor:
    return torch.cat([grad.flatten(1) for grad in grads], 1)
