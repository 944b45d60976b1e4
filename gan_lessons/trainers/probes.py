"""Probes: functions of a trainer that its snapshots keep the answers of."""

import torch

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import Settings, frozen, number, setting, whole
from gan_lessons.models.surface import surface


@frozen
class DiscriminatorCurve(Settings):
    """A probe: D's probability of "real" on an even grid of a line, (*runs, n).

    low, high: the grid's ends, in the unit of the data; n: its points, 2 or more. Raises ValueError for other numbers.
    A D that compares samples judges each point in the company of generated ones (see `models.surface`)."""

    low: float = setting(check=number())
    high: float = setting(check=number())
    n: int = setting(200, whole(2))

    def __post_init__(self):
        super().__post_init__()
        if not self.low < self.high:
            refuse("high", self.high, f"above low, which is {self.low!r}")

    @property
    def grid(self) -> torch.Tensor:
        """The points, (n,)."""
        return torch.linspace(self.low, self.high, self.n)

    def __call__(self, trainer) -> torch.Tensor:
        x = self.grid.to(trainer.viewing_noise.dtype)[:, None].expand(trainer.runs, -1, 1)
        return surface(trainer.D, x, trainer.company())
