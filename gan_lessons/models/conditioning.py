"""`Conditioning`: what a game asks of its networks beside samples, and the networks of a recipe built so."""

from typing import NamedTuple

from torch import nn

from gan_lessons.models.architecture import Architecture
from gan_lessons.models.conditional import FurtherOutputs, Projection


class Conditioning(NamedTuple):
    """What a game asks of D and G beside samples. generator, discriminator: how many classes each is told, 0 for none.
    projection: whether D is told at its end, and not at its input. further: groups of further outputs of D."""

    generator: int = 0
    discriminator: int = 0
    projection: bool = False
    further: tuple[int, ...] = ()

    def g(self, architecture: Architecture, noise: int, data: int, runs: int) -> nn.Module:
        """G as the game asks for it; see `Architecture.generator`."""
        if self.generator:
            return architecture.told_generator(noise, data, self.generator, runs)
        return architecture.generator(noise, data, runs)

    def d(self, architecture: Architecture, data: int, batch: int, runs: int) -> nn.Module:
        """D as the game asks for it; see `Architecture.discriminator`."""
        if self.discriminator and not self.projection:
            net = architecture.told_discriminator(data, self.discriminator, batch, runs)
        else:
            net = architecture.discriminator(data, batch, runs)
        if self.projection:
            net = Projection(net, self.discriminator)
        return FurtherOutputs(net, self.further) if self.further else net
