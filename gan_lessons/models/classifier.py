"""The judge of digits: a small convolutional classifier, whose features and verdicts the digits' metrics use."""

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons.mnist import SHAPE

FEATURES = 128


class Classifier(nn.Module):
    """(n, 784) or (n, 1, 28, 28), from -1 to 1 -> logits of the ten digits, (n, 10). 463,354 parameters."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(1, 16),
            *_convolution(16, 32, stride=2),
            *_convolution(32, 64),
            *_convolution(64, 64, stride=2),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(64 * 7 * 7, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
        )
        self.last = nn.Linear(FEATURES, 10)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """What the last layer sees, (n, 128), from 0 up."""
        return F.relu(self.body(x.reshape(-1, *SHAPE)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.features(x))


def _convolution(inputs: int, outputs: int, stride: int = 1) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
