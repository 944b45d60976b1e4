"""Dev Nag's I: the noises that go into G."""

import torch
import torch.nn.functional as F

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import frozen, number, setting, whole
from gan_lessons.distributions.base import Distribution


class Noise(Distribution, abstract=True):
    """What only ever goes into G: it has no density and no modes."""


@frozen
class NormalNoise(Noise):
    """Noise N(0, I) of `dim` dimensions."""

    dim: int = setting(1, whole(), most=12_288)  # as many as the largest pictures have numbers

    def draw(self, shape, generator, dtype):
        return torch.randn((*shape, self.dim), generator=generator, dtype=dtype)

    def transform(self, raw):
        return raw


@frozen
class UniformNoise(Noise):
    """Noise uniform on [low, high)^dim."""

    low: float = setting(0.0, number())
    high: float = setting(1.0, number())
    dim: int = setting(1, whole(), most=12_288)  # as many as the largest pictures have numbers

    def __post_init__(self):
        super().__post_init__()
        if not self.high > self.low:
            refuse("high", self.high, f"above low, which is {self.low!r}")

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, self.dim), generator=generator, dtype=dtype)

    def transform(self, raw):
        return raw * (self.high - self.low) + self.low


@frozen
class StratifiedNoise(Noise):
    """AYLIEN's noise: an even ladder from -reach to reach with one rung a sample, plus U(0, jitter).

    So every batch covers the whole range, however small it is. Source: AYLIEN, gan-intro (after Eric Jang).
    """

    reach: float = setting(8.0, number(1e-9))
    jitter: float = setting(0.01, number(0.0))

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        ladder = torch.linspace(-self.reach, self.reach, raw.shape[-2], dtype=raw.dtype)
        return ladder[:, None] + self.jitter * raw


@frozen
class CodedNoise(Noise):
    """InfoGAN's input: `plain` normal numbers, then a code: one of `categories`, one-hot, and `continuous` numbers that
    are uniform on [-1, 1). A label is the category. Chen et al. 2016, sections 3 and 7.

    Raises ValueError for a single category, and for no code at all."""

    plain: int = setting(2, whole(0), most=4096)
    categories: int = setting(0, whole(0), most=4096)
    continuous: int = setting(0, whole(0), most=4096)

    def __post_init__(self):
        super().__post_init__()
        if self.categories == 1:
            refuse("categories", self.categories, "0 for none, or 2 or more to choose among")
        if not self.code:
            refuse("categories", self.categories, "2 or more, where no continuous number is in the code")

    @property
    def code(self) -> int:
        """How many numbers the code has; they are the last of the noise."""
        return self.categories + self.continuous

    @property
    def dim(self) -> int:
        return self.plain + self.code

    @property
    def classes(self) -> int:
        return self.categories

    def draw(self, shape, generator, dtype):
        normal = torch.randn((*shape, self.plain), generator=generator, dtype=dtype)
        return torch.cat([normal, torch.rand((*shape, 1 + self.continuous), generator=generator, dtype=dtype)], -1)

    def transform(self, raw):
        normal, _, uniform = raw.split([self.plain, 1, self.continuous], -1)
        one_hot = [F.one_hot(self.labels(raw), self.categories).to(raw)] if self.categories else []
        return torch.cat([normal, *one_hot, 2 * uniform - 1], -1)

    def labels(self, raw):
        return (raw[..., self.plain] * self.categories).long().clamp_(max=self.categories - 1)
