"""Sets of pictures as real data: points, drawn with replacement."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.base import Distribution


@dataclass(frozen=True, eq=False)
class Pictures:
    """images: uint8 (n, channels, side, side); one channel is ink (0 white, 255 black), three are red, green and blue.
    labels: whole numbers (n,). Neither can be written to."""

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self):
        self.images.setflags(write=False), self.labels.setflags(write=False)

    def __len__(self) -> int:
        return len(self.labels)


class PictureSet(Distribution, abstract=True):
    """Pictures that are all there, as real data: points from -1 to 1 in as many dimensions as they have numbers, drawn
    with replacement. They stay on the device as bytes, and each batch is scaled there."""

    def pictures(self) -> Pictures:
        """All of them, the same object each time."""
        raise NotImplementedError

    def images(self) -> np.ndarray:
        """All that is drawn from, uint8 (n, channels, side, side)."""
        return self.pictures().images

    def check_batch(self, batch: int) -> None:
        """See `Distribution.check_batch`."""
        if batch > len(self.pictures()):
            refuse("batch", batch, f"at most {len(self.pictures())}, which is how many pictures there are")

    def draw(self, shape, generator, dtype):
        return torch.rand((*shape, 1), generator=generator, dtype=dtype)

    def transform(self, raw):
        found = _on(self.pictures(), raw.device)[0][self._which(raw)]
        return found.to(raw.dtype).div_(127.5).sub_(1)

    def labels(self, raw):
        return _on(self.pictures(), raw.device)[1][self._which(raw)]

    def _which(self, raw: torch.Tensor) -> torch.Tensor:
        n = len(self.pictures())
        return (raw[..., 0] * n).long().clamp_(max=n - 1)


@lru_cache(maxsize=4)
def _on(pictures: Pictures, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures on a device, uint8 (n, dim), and their labels (n,)."""
    images, labels = torch.tensor(pictures.images), torch.tensor(pictures.labels)
    return images.flatten(1).to(device), labels.long().to(device)
