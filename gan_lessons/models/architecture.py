"""`Architecture`: a network as a recipe describes it, before there are any weights."""

from collections.abc import Mapping

from torch import nn

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import Settings, unusual
from gan_lessons.models.conditional import Conditional

VIEW = 450  # samples that a scene shows at most


class Architecture(Settings, abstract=True):
    """A frozen description that builds a network for so many runs; its weights come from the trainer's seeds.

    large: whether it is worth more than one thread, and a GPU. runs_axis: whether several runs can be trained at once.
    only: player -> the fields that are of use to it alone.
    """

    large = False
    runs_axis = True
    only: Mapping[str, tuple[str, ...]] = {}

    def check_role(self, who: str, noise: int) -> None:
        """Raises ValueError if it cannot be player `who`, "D" or "G", in a game with noise of so many numbers."""
        used = unusual(self)
        for other, names in self.only.items():
            for name in names if other != who else ():
                if name in used:
                    refuse(name, used[name], f"left out in a network for {who}: it is for {other}")

    def generator(self, noise: int, data: int, runs: int) -> nn.Module:
        """G: (*runs, batch, noise) -> (*runs, batch, data). Raises ValueError for what is no generator."""
        raise NotImplementedError

    def discriminator(self, data: int, batch: int, runs: int) -> nn.Module:
        """D: (*runs, batch, data) -> (*runs, n, 1). Raises ValueError for what is no discriminator."""
        raise NotImplementedError

    def told_generator(self, noise: int, data: int, classes: int, runs: int) -> nn.Module:
        """G that is told a label too: (*runs, batch, noise) and labels (*runs, batch) -> (*runs, batch, data)."""
        return Conditional(self.generator(noise + classes, data, runs), classes)

    def told_discriminator(self, data: int, classes: int, batch: int, runs: int) -> nn.Module:
        """D that is told the label too: (*runs, batch, data) and labels (*runs, batch) -> (*runs, n, 1)."""
        return Conditional(self.discriminator(data + classes, batch, runs), classes)

    def depends_on(self, batch: int, other: int) -> bool:
        """Whether a D for one batch size differs from that for another."""
        return False

    def held(self, inputs: int, outputs: int, batch: int) -> int:
        """About how many numbers one run's step holds: weights with gradients and Adam's two means, activations."""
        return 0
