"""`Turn`: one player's next update, from its batch to its gradient; a trainer moves by it, a lab looks at it."""

import contextlib
from functools import partial
from typing import NamedTuple

import torch

from gan_lessons.losses.step import Step
from gan_lessons.trainers import gradients


class Batch(NamedTuple):
    """What an update is made of; see `Step` for the shapes. None where the player's loss does not look at it."""

    real: torch.Tensor | None
    labels: torch.Tensor | None
    noise: torch.Tensor | None
    jitter: torch.Tensor | None
    changes: torch.Tensor | None
    mix: torch.Tensor | None


class Gradient(NamedTuple):
    """What a turn comes to. loss: (runs,), without penalties. logits: D's on real and generated samples, (runs, 2, n),
    or None where the loss asked for none. grad: (runs, P), flat over the player's parameters, penalties in it."""

    loss: torch.Tensor
    logits: torch.Tensor | None
    grad: torch.Tensor


class Look(NamedTuple):
    """What a turn gives for the networks as they are now. fake: (*runs, n, d) what D is shown of G. logits: D's, on
    real and generated samples (*runs, 2, n), or on generated ones alone (*runs, 1, n) in G's turn. loss: (*runs,).
    length: (*runs,), of the gradient over all weights."""

    fake: torch.Tensor
    logits: torch.Tensor
    loss: torch.Tensor
    length: torch.Tensor

    def verdicts(self, scores: bool) -> torch.Tensor:
        """Means over each batch of D's probabilities, or of its scores, (*runs, 2) or (*runs, 1)."""
        return (self.logits if scores else self.logits.sigmoid()).mean(-1)

    def of(self, run: int) -> "Look":
        """That of one run."""
        return Look(*(tensor[run] for tensor in self))


class Turn:
    """The next update of a player, on the batch that it will have. Looking changes nothing: no random number is used
    up, no weight and no running average moves. noise_of: the player whose noise it sees, where all move at once."""

    def __init__(self, trainer, name: str, noise_of: str = ""):
        self.trainer, self.name, self.steps = trainer, name, trainer.steps
        self.batch = draw(trainer, name, noise_of or name, use_up=False)

    def look(self) -> Look:
        """What it gives now."""
        with untouched(self.trainer):
            step = step_of(self.trainer, self.name, self.batch, self.steps)
            found = gradient(self.trainer, step)
            fake = step.fake.detach()
            logits = found.logits
        if logits is None:
            with untouched(self.trainer), torch.no_grad():
                logits = step.apply(step.D, fake)[..., 0].unsqueeze(-2)
        return Look(fake, logits, found.loss, found.grad.norm(dim=-1))

    def said(self) -> torch.Tensor:
        """D's logits on its real and generated batch as they are now, (*runs, 2, n), at the price of forward passes."""
        with untouched(self.trainer), torch.no_grad():
            return step_of(self.trainer, self.name, self.batch, self.steps).logits

    def push(self, fake: torch.Tensor) -> torch.Tensor:
        """Where the loss wants each of the samples to go, as `gradients.push` has it: (*runs, n, d) -> the same.

        Where G looks at a D that is some updates ahead, so does the push."""
        with untouched(self.trainer):
            step = step_of(self.trainer, self.name, self.batch._replace(jitter=None, changes=None), self.steps)
            if self.trainer.settings["unroll"]:
                step = step.with_g(gradients.Fixed(fake))
                grad = gradient(self.trainer, step).grad
                return grad.view(fake.shape) * -fake.shape[-2]
            return gradients.push(self.trainer.settings["objective"], step.with_g(lambda _: fake))[1]


def draw(trainer, name: str, noise_of: str, use_up: bool = True) -> Batch:
    """A player's next batch. noise_of: the player whose noise it sees. use_up: whether the next one is another."""
    settings, key = trainer.settings, name.lower()
    take = (lambda stream: stream.next()) if use_up else (lambda stream: stream.peek())

    def of(key: str) -> torch.Tensor | None:
        return trainer.share(take(trainer.streams[key])) if key in trainer.streams else None

    real = labels = jitter = changes = None
    if sees_real(trainer, name):
        labels = trainer.streams[f"{key}_real"].labels()
        labels = None if labels is None else trainer.share(labels, -1)
        real = of(f"{key}_real")
    noise = of(f"{noise_of.lower()}_noise")
    if settings["augmentation"] is not None:
        on_real, changes = map(trainer.share, take(trainer.streams[f"{key}_changes"]).chunk(2, -2))
        real = None if real is None else settings["augmentation"](real, on_real)
    if settings["instance_noise"] is not None:
        both = settings["instance_noise"].scale(take(trainer.streams[f"{key}_blur"]), trainer.steps)
        on_real, jitter = map(trainer.share, both.chunk(2, -2))
        real = None if real is None else real + on_real
    asks = settings["penalties"] if name == "D" or settings["unroll"] else ()
    return Batch(real, labels, noise, jitter, changes, of("mix") if any(penalty.mixes for penalty in asks) else None)


def sees_real(trainer, name: str) -> bool:
    """Whether a player's update looks at a real batch (or at its labels)."""
    objective, makes = trainer.settings["objective"], name == "G" and "D" in trainer.players
    return not makes or name in objective.sees_real or bool(trainer.settings["unroll"]) or trainer.labelled


def step_of(trainer, name: str, batch: Batch, steps: int) -> Step:
    """The update as a loss sees it."""
    asks = trainer.settings["penalties"] if name == "D" or trainer.settings["unroll"] else ()
    fields = {"jitter": batch.jitter, "mix": batch.mix, "slopes_wanted": bool(asks)}
    if batch.changes is not None:
        fields["augment"] = partial(trainer.settings["augmentation"], numbers=batch.changes)
    return Step(trainer.networks, name, batch.noise, batch.real, batch.labels, steps, **fields)


def gradient(trainer, step: Step) -> Gradient:
    """What a step comes to for its learner, and nothing moves (but running averages, as in any forward pass)."""
    s, name = trainer.settings, step.learner
    asks = s["penalties"] if name == "D" else ()
    with torch.autocast(trainer.device.type, trainer.autocast) if trainer.autocast else contextlib.nullcontext():
        if name == "G" and s["unroll"]:
            player = trainer.players["D"]
            buffers = player.remember()
            found = gradients.unrolled(s["objective"], s["penalties"], step, s["unroll"], player, s["d_optimizer"])
            player.restore(buffers)  # those updates of D never happened
        elif trainer.written_out and name in gradients.WRITTEN_OUT:
            found = gradients.WRITTEN_OUT[name](s["objective"], step)
        else:
            found = gradients.by_autograd(s["objective"], asks, step)
    loss, logits, grad = found
    logits = None if logits is None else logits.to(grad.dtype)
    return Gradient(loss.to(grad.dtype), logits, grad)


@contextlib.contextmanager
def untouched(trainer):
    """Networks may be used in here: what a forward pass changes in them (running averages) is put back."""
    kept = [(player, player.remember()) for player in trainer.players.values() if player.buffers]
    try:
        yield
    finally:
        for player, buffers in kept:
            player.restore(buffers)
