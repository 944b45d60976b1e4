"""Probes: functions of a trainer that its snapshots keep the answers of."""

import torch

from gan_lessons.errors import number, refuse, whole
from gan_lessons.models.surface import surface


class DiscriminatorCurve:
    """A probe: D's probability of "real" on an even grid of a line, (*runs, n).

    low, high: the grid's ends, in the unit of the data; n: its points, 2 or more. Raises ValueError for other numbers.
    A D that compares samples judges each point in the company of generated ones (see `models.surface`)."""

    def __init__(self, low: float, high: float, n: int = 200):
        whole("n", n, 2), number("low", low), number("high", high)
        if not low < high:
            refuse("high", high, f"above low, which is {low!r}")
        self.grid = torch.linspace(low, high, n)

    def __call__(self, trainer) -> torch.Tensor:
        x = self.grid.to(trainer.viewing_noise.dtype)[:, None].expand(trainer.runs, -1, 1)
        return surface(trainer.D, x, trainer.company())
