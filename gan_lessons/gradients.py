"""The gradient of one player's loss, flat over its parameters: by autograd, unrolled, or written out.

A toy network is so small that autograd's book-keeping costs more than its arithmetic. For the commonest
case, two perceptrons and a loss of logits, the chain rule is therefore written out: 350 microseconds a step
of AYLIEN's toy against 650 by autograd. Everything else goes through autograd, and a test holds the two
together.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import nn

from gan_lessons.losses import FromLogits
from gan_lessons.models.toys import MLP, SLOPES
from gan_lessons.steps import Step


class ByAutograd:
    """For any networks, objective and penalties."""

    @staticmethod
    @torch.enable_grad()
    def d(objective, penalties, step) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """D's loss without penalties (*runs,), its logits (*runs, 2, n), and the gradient (runs, P) of all, summed."""
        loss, whole = _d_losses(objective, penalties, step)
        return (
            loss.detach(),
            step.logits.detach(),
            _flat(step.D, torch.autograd.grad(whole.sum(), list(step.D.parameters()))),
        )

    @staticmethod
    @torch.enable_grad()
    def g(objective, step) -> tuple[torch.Tensor, torch.Tensor]:
        """G's loss (*runs,) and the gradient (runs, P) of the loss summed over runs."""
        loss = objective.g(step)
        return loss.detach(), _flat(step.G, torch.autograd.grad(loss.sum(), list(step.G.parameters())))


class WrittenOut:
    """For two plain perceptrons and an objective of logits whose slopes are known. Same results as `ByAutograd`."""

    @staticmethod
    @torch.no_grad()
    def d(objective, penalties, step):
        out, outs = step.D.trace(torch.cat([step.real, step.fake], -2))
        logits = out.view(*out.shape[:-2], 2, -1)
        loss, slope = objective.d_loss(logits), objective.d_slope(logits)
        grads, _ = step.D.pull(outs, slope.reshape(out.shape))
        return loss, logits, _flat(step.D, grads)

    @staticmethod
    @torch.no_grad()
    def g(objective, step):
        fake, g_outs = step.G.trace(step.noise)
        out, d_outs = step.D.trace(fake if step.jitter is None else fake + step.jitter)
        logits = out.squeeze(-1)
        loss, slope = objective.g_loss(logits), objective.g_slope(logits)
        _, slope = step.D.pull(d_outs, slope.unsqueeze(-1), weights=False, inputs=True)
        grads, _ = step.G.pull(g_outs, slope)
        return loss, _flat(step.G, grads)


def choose(G, D, objective, penalties: Sequence = ()):
    """`WrittenOut` where it can, `ByAutograd` where not."""
    known = all(type(net) is MLP and net.plain and net.activation in SLOPES for net in (G, D))
    return WrittenOut if known and isinstance(objective, FromLogits) and not penalties else ByAutograd


@torch.enable_grad()
def unrolled_g(objective, penalties, step: Step, k: int, player, optimizer) -> tuple[torch.Tensor, torch.Tensor]:
    """G's loss against the D that k further updates of D would give, and its whole gradient: (*runs,), (runs, P).

    The updates are those of D's own optimizer on this step's batch, and are differentiated through: D's weights after
    them depend on G's samples. player: D's (see `players.Player`); nothing of it changes.
    Metz et al. 2017, equation 3.
    """
    theta, state = player.theta.clone().requires_grad_(), player.state
    for i in range(k):
        loss = with_theta(player, theta, lambda D: _d_losses(objective, penalties, _seen_by(step, D))[1])
        (grad,) = torch.autograd.grad(loss.sum(), theta, create_graph=True)
        theta, state = optimizer.update(theta, grad, state, player.updates + i)
    loss = with_theta(player, theta, lambda D: objective.g(_seen_by(step, D)))
    return loss.detach(), _flat(step.G, torch.autograd.grad(loss.sum(), list(step.G.parameters())))


@torch.enable_grad()
def push(
    objective, G: nn.Module, D: nn.Module, noise: torch.Tensor, real: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Where G's own loss wants each generated sample to go: (fake, push), both (*runs, n, d).

    push is -n times the gradient of G's loss with respect to each sample. real: a real batch (*runs, n, d), for
    objectives whose G looks at one."""
    step = Step(G, D, noise, real)
    step.fake = G(noise).detach().requires_grad_()
    (grad,) = torch.autograd.grad(objective.g(step).sum(), step.fake)
    return step.fake.detach(), grad * -noise.shape[-2]


def with_theta(player, theta: torch.Tensor, action: Callable[[nn.Module], torch.Tensor]) -> torch.Tensor:
    """What `action` gives for the player's network with other parameters, theta (runs, P); autograd follows theta."""
    pieces = theta.split(player.sizes, 1)
    named = zip(player.network.named_parameters(), pieces, strict=True)
    parameters = {f"network.{name}": piece.view(param.shape) for (name, param), piece in named}
    return torch.func.functional_call(_Acting(player.network), parameters, (action,))


class _Acting(nn.Module):
    """Does an action on a network as its forward pass, since `functional_call` replaces parameters only there."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, action: Callable[[nn.Module], torch.Tensor]) -> torch.Tensor:
        return action(self.network)


def _d_losses(objective, penalties, step) -> tuple[torch.Tensor, torch.Tensor]:
    """D's loss without and with penalties, each (*runs,)."""
    loss = objective.d(step)
    return loss, sum((penalty(step) for penalty in penalties), loss)


def _seen_by(step: Step, D: nn.Module) -> Step:
    """The same batch, with G's samples followed by autograd, before another D."""
    other = replace(step, D=D)
    other.fake = step.fake
    return other


def _flat(network: nn.Module, grads) -> torch.Tensor:
    return torch.cat([grad.reshape(network.runs, -1) for grad in grads], 1)
