"""Giving D a head start, as AYLIEN's first code did."""

from collections.abc import Callable

import torch

from gan_lessons.distributions import Uniform
from gan_lessons.errors import whole
from gan_lessons.optim import Optimizer
from gan_lessons.randomness import Stream


def pretrain_discriminator(
    trainer, density: Callable[[torch.Tensor], torch.Tensor], low: float, high: float, steps: int, optimizer: Optimizer
) -> None:
    """Teaches D, by squared error, to give a density at uniform points of (low, high); G does not move.

    density: (*runs, batch, 1) -> the same shape. optimizer: used for this only, D's own starts afresh after it.
    The points come in batches of the trainer's size. Source: AYLIEN, gan-intro, first public code.
    """
    whole("steps", steps, 0)
    player = trainer.d_player
    points = Stream(Uniform(low, high), trainer.seeds, "pretrain", trainer.settings["batch"], player.theta.dtype)

    def teach() -> None:
        player.state, player.updates = optimizer.start(player.theta), 0
        for _ in range(steps):
            x = points.next()
            loss = ((trainer.D(x).sigmoid() - density(x)) ** 2).mean((-1, -2))
            grads = torch.autograd.grad(loss.sum(), player.params)
            player.move(player.flat(grads), optimizer)
        player.state, player.updates = trainer.settings["d_optimizer"].start(player.theta), 0

    trainer.whole_or_not(teach)
