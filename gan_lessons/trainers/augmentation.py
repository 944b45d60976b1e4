"""Differentiable augmentation: D never sees a picture as it is, real or generated, but shifted, recoloured, cut.

So D cannot learn few pictures by heart. Because real and generated pictures are changed in the same ways, G need not
make changed ones; and because each change can be differentiated, G still hears through it how to do better.
Zhao et al. 2020 (DiffAugment), sections 3.2 and 4.
"""

import torch
import torch.nn.functional as F

from gan_lessons._core.settings import Settings, frozen, number, setting, yes_or_no
from gan_lessons.distributions.noise import UniformNoise
from gan_lessons.distributions.picture_shapes import shape_of

NUMBERS = UniformNoise(dim=7)  # what decides how one picture is changed: three for colour, two for each place


@frozen
class Augmentation(Settings):
    """Changes each picture that D is shown in its own way, by numbers that are drawn anew each time.

    colour: whether brightness is moved by up to .5 (of the 2 from black to white), saturation multiplied by 0 to 2 and
    contrast by .5 to 1.5. shift: how far it is moved at most, as a share of its side. cutout: the side of the square
    that is cut out, as a share of the picture's. What comes in and what is cut out is 0, the middle between black and
    white. Raises ValueError for other numbers. Zhao et al. 2020; defaults are theirs."""

    colour: bool = setting(True, yes_or_no)
    shift: float = setting(0.125, number(0, 0.5))
    cutout: float = setting(0.5, number(0, 0.9))

    def __call__(self, samples: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        """Pictures (*runs, batch, d) by uniform numbers (*runs, batch, 7), changed; autograd goes through."""
        x, u = samples.reshape(-1, *shape_of(samples.shape[-1])), numbers.reshape(-1, NUMBERS.dim)
        x = _recoloured(x, u[:, :3]) if self.colour else x
        x = _shifted(x, u[:, 3:5], round(self.shift * x.shape[-1])) if self.shift else x
        x = _cut(x, u[:, 5:], round(self.cutout * x.shape[-1])) if self.cutout else x
        return x.reshape(samples.shape)


def _recoloured(x: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    brightness, saturation, contrast = u[:, :, None, None, None].unbind(1)
    x = x + (brightness - 0.5)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (2 * saturation)
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (x - mean) * (contrast + 0.5)


def _shifted(x: torch.Tensor, u: torch.Tensor, reach: int) -> torch.Tensor:
    """Each picture moved by its own whole numbers of pixels, up to `reach`, down or up and right or left."""
    side = x.shape[-1]
    down, right = _whole(u, 2 * reach + 1).unbind(1)
    places = torch.arange(side, device=x.device)
    x = F.pad(x, [reach] * 4)
    x = x.gather(2, (down[:, None] + places)[:, None, :, None].expand(-1, x.shape[1], -1, x.shape[3]))
    return x.gather(3, (right[:, None] + places)[:, None, None, :].expand(-1, x.shape[1], side, -1))


def _cut(x: torch.Tensor, u: torch.Tensor, size: int) -> torch.Tensor:
    """Each picture without a square somewhere, which may reach over the edge."""
    side = x.shape[-1]
    middle = _whole(u, side + 1 - size % 2)
    places = torch.arange(side, device=x.device) - middle[:, :, None] + size // 2
    inside = (places >= 0) & (places < size)  # (n, 2, side)
    return x.masked_fill((inside[:, 0, :, None] & inside[:, 1, None, :])[:, None], 0.0)


def _whole(u: torch.Tensor, n: int) -> torch.Tensor:
    """Uniform numbers as whole ones from 0 to n - 1."""
    return (u * n).long().clamp_(max=n - 1)
