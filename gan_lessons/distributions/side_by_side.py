"""`SideBySide`: samples of several planes beside each other, for targets of hundreds of modes."""

import torch

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import frozen, of, setting, whole
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.plane import Planar, Ring


@frozen
class SideBySide(Distribution):
    """`times` samples of a distribution in the plane after each other, each drawn by itself: (*runs, batch, 2 times).

    So K modes become K^times, as stacked MNIST makes 1,000 of ten digits in three colours (Metz et al. 2017).
    Raises ValueError unless `of` is Planar and the same for all runs, and times is 2 to 10."""

    of: Planar = setting(Ring(8, 1.0, 0.1), of(Planar, "a distribution in the plane"))
    times: int = setting(3, whole(2), most=10)

    def __post_init__(self):
        super().__post_init__()
        if self.of.runs() is not None:
            refuse("of", self.of, "a distribution that is the same for all runs")

    @property
    def dim(self) -> int:
        return 2 * self.times

    def draw(self, shape, generator, dtype):
        return torch.cat([self.of.draw(shape, generator, dtype) for _ in range(self.times)], -1)

    def transform(self, raw):
        return torch.cat([self.of.transform(part) for part in raw.chunk(self.times, -1)], -1)
