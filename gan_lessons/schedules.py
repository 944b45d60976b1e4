"""Who updates when. One step of a trainer is one call of its schedule.

A schedule is a callable that gets the trainer and uses its three moves: `update_d()`, `update_g()` and
`update_both()`. A new one is a new frozen class here.
"""

from dataclasses import dataclass

from gan_lessons.errors import refuse, whole


@dataclass(frozen=True)
class InTurn:
    """D takes `d_steps` updates, then G takes `g_steps` (Goodfellow et al. 2014, algorithm 1).

    0 holds a network still. Raises ValueError if both are 0."""

    d_steps: int = 1
    g_steps: int = 1

    def __post_init__(self):
        for name in ("d_steps", "g_steps"):
            object.__setattr__(self, name, whole(name, getattr(self, name), 0))
        if self.d_steps + self.g_steps == 0:
            refuse("d_steps and g_steps", (0, 0), "not both 0: no network would learn")

    def __call__(self, trainer) -> None:
        for _ in range(self.d_steps):
            trainer.update_d()
        for _ in range(self.g_steps):
            trainer.update_g()


@dataclass(frozen=True)
class Simultaneous:
    """Both gradients are taken at the same point and on the same batch, then both networks move."""

    def __call__(self, trainer) -> None:
        trainer.update_both()
