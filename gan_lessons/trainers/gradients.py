"""The gradient of one player's loss, flat over its parameters: by autograd, unrolled, or written out.

A toy network is so small that autograd's book-keeping costs more than its arithmetic. For the commonest
case, two perceptrons and a loss of logits, the chain rule is therefore written out: 350 microseconds a step
of AYLIEN's toy against 650 by autograd. Everything else goes through autograd, and a test holds the two
together. Each gives (loss (*runs,), logits (*runs, 2, n) or None, gradient (runs, P)).
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn

from gan_lessons._core.refusals import refuse
from gan_lessons.losses.committee import against_all, has_committee
from gan_lessons.losses.objectives import FromLogits
from gan_lessons.losses.step import Step
from gan_lessons.models.mlp import SLOPES, Perceptron
from gan_lessons.models.protocol import flat

Found = tuple[torch.Tensor, torch.Tensor | None, torch.Tensor]


@torch.enable_grad()
def by_autograd(objective, penalties: Sequence, step: Step) -> Found:
    """For any networks, objective and penalties: the learner's loss without penalties, the gradient of all, summed."""
    loss, whole = _losses(objective, penalties, step)
    network = step.networks[step.learner]
    grad = flat(network, torch.autograd.grad(whole.sum(), list(network.parameters())))
    logits = vars(step).get("logits")  # if the loss asked for them
    return loss.detach(), None if logits is None else logits.detach(), grad


@torch.no_grad()
def _d_written_out(objective: FromLogits, step: Step) -> Found:
    out, outs = step.D.trace(torch.cat([step.real, step.fake], -2))
    logits = out.view(*out.shape[:-2], 2, -1)
    loss, slope = _one_a_run(objective, objective.d_loss(logits), step.D.runs), objective.d_slope(logits)
    grads, _ = step.D.pull(outs, slope.reshape(out.shape))
    return loss, logits, flat(step.D, grads)


@torch.no_grad()
def _g_written_out(objective: FromLogits, step: Step) -> Found:
    fake, g_outs = step.G.trace(step.noise)
    out, d_outs = step.D.trace(fake if step.jitter is None else fake + step.jitter)
    logits = out.squeeze(-1)
    loss, slope = _one_a_run(objective, objective.g_loss(logits), step.G.runs), objective.g_slope(logits)
    _, slope = step.D.pull(d_outs, slope.unsqueeze(-1), weights=False, inputs=True)
    grads, _ = step.G.pull(g_outs, slope)
    return loss, None, flat(step.G, grads)


WRITTEN_OUT = {"D": _d_written_out, "G": _g_written_out}


def can_be_written_out(networks: Mapping[str, nn.Module], objective, penalties: Sequence) -> bool:
    """Whether `WRITTEN_OUT` is right: two plain perceptrons, and an objective of logits whose slopes are known."""
    known = networks.keys() == {"D", "G"} and all(map(_is_plain, networks.values()))
    return known and isinstance(objective, FromLogits) and not penalties


def _is_plain(network: nn.Module) -> bool:
    return type(network) is Perceptron and network.plain and network.activation in SLOPES


@torch.enable_grad()
def unrolled(objective, penalties, step: Step, k: int, player, optimizer) -> Found:
    """G's loss against the D that k further updates of D would give, and its whole gradient.

    The updates are those of D's own optimizer on this step's batch, and are differentiated through: D's weights after
    them depend on G's samples. player: D's (see `player.Player`); nothing of it changes.
    Metz et al. 2017, equation 3.
    """
    theta, state = player.theta.clone().requires_grad_(), player.state
    for i in range(k):
        loss = with_theta(player, theta, lambda D: _losses(objective, penalties, step.with_d(D), "D")[1])
        (grad,) = torch.autograd.grad(loss.sum(), theta, create_graph=True)
        theta, state = optimizer.update(theta, grad, state, player.updates + i)
    loss = with_theta(player, theta, lambda D: _losses(objective, (), step.with_d(D))[0])
    grad = flat(step.G, torch.autograd.grad(loss.sum(), list(step.G.parameters())))
    return loss.detach(), None, grad


@torch.enable_grad()
def push(objective, step: Step) -> tuple[torch.Tensor, torch.Tensor]:
    """Where G's own loss wants each generated sample to go: (fake, push), both (*runs, n, d).

    push is -n times the gradient of G's loss, as far as it is one of samples, with respect to each of them. step: G's,
    with a real batch for objectives whose G looks at one."""
    objective = objective.on_samples
    with torch.no_grad():
        fake = step.fake
        if isinstance(objective, FromLogits) and _is_plain(step.D):
            out, outs = step.D.trace(fake)
            slope = objective.g_slope(out.squeeze(-1)).unsqueeze(-1)
            return fake, step.D.pull(outs, slope, weights=False, inputs=True)[1] * -fake.shape[-2]
    step.made[step.maker] = fake = fake.detach().requires_grad_()
    loss = against_all(objective, step) if has_committee(step) else objective.losses["G"](step)
    (grad,) = torch.autograd.grad(loss.sum(), fake)
    return fake.detach(), grad * -fake.shape[-2]


class Fixed(nn.Module):
    """A generator whose parameters are its samples: the gradient of G's loss is then the one with respect to them."""

    def __init__(self, samples: torch.Tensor):
        super().__init__()
        self.samples, self.runs = nn.Parameter(samples), len(samples)

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return self.samples


def with_theta(player, theta: torch.Tensor, action: Callable[[nn.Module], torch.Tensor]) -> torch.Tensor:
    """What `action` gives for the player's network with other parameters, theta (runs, P); autograd follows theta."""
    named = zip(player.network.named_parameters(), player.pieces(theta), strict=True)
    parameters = {f"network.{name}": piece for (name, _), piece in named}
    return torch.func.functional_call(_Acting(player.network), parameters, (action,))


class _Acting(nn.Module):
    """Does an action on a network as its forward pass, since `functional_call` replaces parameters only there."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, action: Callable[[nn.Module], torch.Tensor]) -> torch.Tensor:
        return action(self.network)


def _losses(objective, penalties: Sequence, step: Step, name: str = "") -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of the learner (or of another player) without and with penalties, each (*runs,).

    Of a committee it is the members' mean without, and their sum with: each is to follow its own gradient."""
    if has_committee(step):
        loss = against_all(objective, step)
        if step.learner == "D":
            _ = step.logits  # for who looks at what the committee said
        return loss.mean(-1), loss.sum(-1)
    loss = _one_a_run(objective, objective.losses[name or step.learner](step), step.networks[step.learner].runs)
    return loss, sum((penalty(step) for penalty in penalties), loss)


def _one_a_run(objective, loss: object, runs: int) -> torch.Tensor:
    """A loss, if it is one number a run. Raises ValueError for another form: a mean over all runs would mix them."""
    if not isinstance(loss, torch.Tensor) or loss.shape != (runs,):
        found = f"shape {tuple(loss.shape)}" if isinstance(loss, torch.Tensor) else type(loss).__name__
        refuse(
            "objective", f"{objective!r} with a loss of {found}", f"one whose losses are ({runs},), one number a run"
        )
    return loss
