"""The judge of digits: a small convolutional classifier, whose features and verdicts the digits' metrics use."""

from functools import cache

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons.distributions.mnist import PIXELS, SHAPE
from gan_lessons.models import weights
from gan_lessons.models.dcgan import WITH_WEIGHTS, default_init, drawing_nothing

FEATURES = 128


class Classifier(nn.Module):
    """(..., 784) or (n, 1, 28, 28), from -1 to 1 -> logits of the ten digits, (..., 10). 463,354 parameters.

    To a trainer it is a network of one run; its weights come from the trainer's seed."""

    runs, inputs, outputs, large = 1, PIXELS, 10, True

    @drawing_nothing
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(1, 16),
            *_convolution(16, 32, stride=2),
            *_convolution(32, 64),
            *_convolution(64, 64, stride=2),
            nn.Flatten(),
            nn.Identity(),  # keeps the names of the layers after it, which files have
            nn.Linear(64 * 7 * 7, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
        )
        self.last = nn.Linear(FEATURES, 10)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """What the last layer sees, (n, 128), from 0 up."""
        return F.relu(self.body(x.reshape(-1, *SHAPE)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        front = x.shape[:-1] if x.shape[-1] == PIXELS else x.shape[:1]
        return self.last(self.features(x)).reshape(*front, self.outputs)

    def check(self, batch: int) -> None:
        """Raises ValueError for a batch that batch normalisation can compare nothing in."""
        if batch < 2:
            raise ValueError(f"batch of {batch} is too small for batch normalisation: 2 or more are needed")

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Draws all weights afresh (there is only the run 0), as torch's own."""
        for layer in [*self.body, self.last]:
            if isinstance(layer, WITH_WEIGHTS):
                default_init(layer, rng)


def _convolution(inputs: int, outputs: int, stride: int = 1) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()


@cache
def judge() -> Classifier:
    """The classifier that ships, in `eval()`. Raises ValueError, naming the file, if it is damaged."""
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which the file then replaces
        network = Classifier()
    return weights.shipped(network, "classifier").requires_grad_(False)
