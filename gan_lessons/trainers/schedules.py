"""Who updates when. One step of a trainer is one call of its schedule.

A schedule is a callable that gets the trainer and uses its moves: `update(name)` and `update_together(*names)`, for all
runs or only some. A new one is a new frozen class here, which says in `players` whom it moves.
"""

from collections.abc import Sequence

import torch

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import Control, Settings, each, frozen, setting, whole

_STEPS = tuple(range(21))


class Schedule(Settings, abstract=True):
    """What every schedule is: called with a trainer, it makes the moves of one step. players: whom it moves."""

    players: tuple[str, ...] = ()

    def __call__(self, trainer) -> None:
        raise NotImplementedError


def _steps(who: str) -> list[Control]:
    about = f"{who}'s updates in each step. More let {who} run ahead of the other network; 0 holds {who} still."
    return [Control(f"{who} steps a step", about, _STEPS, f"{who.lower()}_steps", who, True)]


@frozen
class InTurn(Schedule):
    """D takes `d_steps` updates, then G takes `g_steps` (Goodfellow et al. 2014, algorithm 1).

    0 holds a network still. Raises ValueError if both are 0."""

    d_steps: int = setting(1, whole(0), most=1000, controls=_steps("D"))
    g_steps: int = setting(1, whole(0), most=1000, controls=_steps("G"))
    players, spelled_out = ("D", "G"), True

    def __post_init__(self):
        super().__post_init__()
        if self.d_steps + self.g_steps == 0:
            refuse("d_steps and g_steps", (0, 0), "not both 0: no network would learn")

    def __call__(self, trainer) -> None:
        for _ in range(self.d_steps):
            trainer.update("D")
        for _ in range(self.g_steps):
            trainer.update("G")


@frozen
class Simultaneous(Schedule):
    """Both gradients are taken at the same point and on the same batch, then both networks move."""

    players = ("D", "G")

    def __call__(self, trainer) -> None:
        trainer.update_together("D", "G")


@frozen
class WorseOnly(Schedule):
    """Only the worse of the two networks learns, decided in each step and for each run (the DCGAN article's fair game).

    D's accuracy is the share of pairs, of a real and a generated sample of the batch, in which it gives the real one
    the higher logit; a tie counts one half. D is the worse network up to the threshold, a number from .5 (it guesses)
    to .99 or one a run, and G above it. The other one's update is thrown away."""

    threshold: float | Sequence[float] = setting(
        0.75,
        each(0.5, 0.99),
        per_run=True,
        controls=[
            Control(
                "D's accuracy to reach",
                "The share of pairs that D may judge rightly before it is G's turn to learn. Higher: a stronger D.",
                (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99),
            )
        ],
    )
    players = ("D", "G")

    def __call__(self, trainer) -> None:
        found = accuracy(trainer.turn("D").said())
        d_is_worse = found <= found.new_tensor(self.threshold)
        trainer.update("D", runs=d_is_worse)
        trainer.update("G", runs=~d_is_worse)


def accuracy(logits: torch.Tensor) -> torch.Tensor:
    """The share of pairs of a real and a generated sample that D puts in the right order; (*runs, 2, n) -> (*runs,)."""
    real, fake = logits.unbind(-2)
    gap = real.unsqueeze(-1) - fake.unsqueeze(-2)
    return (gap.sign().mean((-1, -2)) + 1) / 2


def _names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, (tuple, list)) or not value or not all(isinstance(item, str) for item in value):
        refuse(name, value, "a tuple with the name of each player that moves, one or more")
    return tuple(value)


@frozen
class OneByOne(Schedule):
    """Each of the players named takes one update, in this order. Raises ValueError if it names nobody."""

    order: tuple[str, ...] = setting(check=_names)

    @property
    def players(self) -> tuple[str, ...]:
        return self.order

    def __call__(self, trainer) -> None:
        for name in self.order:
            trainer.update(name)
