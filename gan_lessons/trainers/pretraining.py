"""Giving D a head start, as AYLIEN's first code did."""

from collections.abc import Callable

import torch

from gan_lessons._core.randomness import Stream
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions.line import Uniform
from gan_lessons.models import protocol
from gan_lessons.trainers.optim import Optimizer


def pretrain_discriminator(
    trainer, density: Callable[[torch.Tensor], torch.Tensor], low: float, high: float, steps: int, optimizer: Optimizer
) -> None:
    """Teaches D, by squared error, to give a density at uniform points of (low, high); G does not move.

    density: (*runs, batch, 1) -> the same shape. optimizer: used for this only, D's own starts afresh after it.
    The points come in batches of the trainer's size. Raises ValueError for a density of another shape. Source: AYLIEN,
    gan-intro, first public code.
    """
    whole("steps", steps, 0)
    if not isinstance(optimizer, Optimizer):
        refuse("optimizer", optimizer, "an optimizer of gan_lessons.trainers")
    player = trainer.players["D"]
    points = Stream(Uniform(low, high), trainer.seeds, "pretrain", trainer.settings["batch"], player.theta.dtype)

    def teach() -> None:
        player.start(optimizer)
        for _ in range(steps):
            x = points.next()
            loss = ((trainer.D(x).sigmoid() - _heights(density, x)) ** 2).mean((-1, -2))
            grads = torch.autograd.grad(loss.sum(), player.params)
            player.move(protocol.flat(player.network, grads), optimizer)
        player.start(trainer.settings["d_optimizer"])

    trainer.whole_or_not(teach)


def _heights(density: Callable, x: torch.Tensor) -> torch.Tensor:
    found = density(x)
    if not isinstance(found, torch.Tensor) or found.shape != x.shape:
        shape = tuple(found.shape) if isinstance(found, torch.Tensor) else type(found).__name__
        refuse("density", shape, f"a function that gives one height a point, {tuple(x.shape)} for {tuple(x.shape)}")
    return found
