"""Autoencoders of digits: an encoder from a picture to a short code, and a decoder back.

To a trainer each is a network of one run. Codes and pictures go in any shape: points in 784 dimensions, as data come,
or (n, 1, 28, 28).
"""

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import nn

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions.mnist import PIXELS, SHAPE
from gan_lessons.models.dcgan import PlainNetwork, default_init, drawing_nothing


def perceptron(sizes: tuple[int, ...]) -> PlainNetwork:
    """Fully connected layers with ReLU between them: (1, n, sizes[0]) -> (1, n, sizes[-1])."""
    with torch.random.fork_rng(devices=[]):
        layers = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU())]
    return PlainNetwork(nn.Sequential(*layers[:-1]), sizes[0], (sizes[0],), default_init)


def pixels(x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, ...]]:
    """Pictures (..., 784) or (n, 1, 28, 28) as (1, n, 784), and the shape that stands before a picture's own.

    Raises ValueError for another shape."""
    if x.dim() == 4 and x.shape[1:] == SHAPE:
        return x.reshape(1, -1, PIXELS), x.shape[:1]
    if x.dim() < 1 or x.shape[-1] != PIXELS:
        refuse("x", tuple(x.shape), f"pictures of shape (..., {PIXELS}) or (n, 1, 28, 28)")
    return x.reshape(1, -1, PIXELS), x.shape[:-1]


class Autoencoder(nn.Module):
    """Encoder 784-hidden-latent, decoder back, fully connected with ReLU. `Autoencoder(32)(x)` is x as the code of 32
    numbers keeps it.

    latent: numbers a code. hidden: units of the encoder's hidden layers; the decoder has them in reverse. bounded:
    whether pixels are kept within -1 and 1, by tanh(logits / 2), which is 2 sigmoid(logits) - 1; without it and without
    hidden layers both halves are linear. Raises ValueError for sizes below 1."""

    runs, inputs, outputs, large = 1, PIXELS, PIXELS, True
    codes = 1  # how many times the latent size the encoder gives

    @drawing_nothing
    def __init__(self, latent: int, hidden: tuple[int, ...] = (300,), bounded: bool = True):
        super().__init__()
        self.latent, self.bounded = whole("latent", latent), bounded
        sizes = tuple(whole("hidden", size) for size in hidden)
        self.encoder = perceptron((PIXELS, *sizes, self.codes * latent))
        self.decoder = perceptron((latent, *sizes[::-1], PIXELS))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Codes (..., latent) of pictures (..., 784) or (n, 1, 28, 28), from -1 to 1."""
        flat, front = pixels(x)
        return self.encoder(flat).reshape(*front, self.codes * self.latent)

    def logits(self, z: torch.Tensor) -> torch.Tensor:
        """What the decoder says of each pixel before it is bounded; codes (..., latent) -> (..., 784).

        Of binary pixels this is the logit of ink."""
        if z.dim() < 1 or z.shape[-1] != self.latent:
            refuse("z", tuple(z.shape), f"codes of shape (..., {self.latent})")
        return self.decoder(z.reshape(1, -1, self.latent)).reshape(*z.shape[:-1], PIXELS)

    def seen(self, z: torch.Tensor) -> torch.Tensor:
        """Pictures (..., 784) of codes (..., latent)."""
        logits = self.logits(z)
        return (logits / 2).tanh() if self.bounded else logits

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Pictures (..., 1, 28, 28) of codes (..., latent), from -1 to 1. Raises ValueError for codes of other size."""
        return self.seen(z).reshape(*z.shape[:-1], *SHAPE)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x as its code keeps it, in the shape of x."""
        return self.seen(self.encode(x)).reshape(x.shape)


class Posterior(NamedTuple):
    """q(z | x) = N(mean, exp(log_var)), independent in each number of the code. Both (..., latent)."""

    mean: torch.Tensor
    log_var: torch.Tensor

    def at(self, noise: torch.Tensor) -> torch.Tensor:
        """mean + sd * noise: a sample of q for noise from N(0, I), and a function of mean and sd that autograd can
        follow (the reparametrisation of Kingma & Welling 2014, section 2.4)."""
        return self.mean + (self.log_var / 2).exp() * noise


class VAE(Autoencoder):
    """An autoencoder whose encoder gives a normal distribution over codes: a mean and a log-variance for each number.

    `encode` is the mean. Prior N(0, I), so `decode` of noise makes new pictures. Kingma & Welling 2014."""

    codes = 2

    def posterior(self, x: torch.Tensor) -> Posterior:
        """q(z | x) of pictures (..., 784) or (n, 1, 28, 28)."""
        return Posterior(*super().encode(x).chunk(2, -1))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """The mean of q(z | x), (..., latent)."""
        return self.posterior(x).mean


class FromNoise(nn.Module):
    """A GAN's generator of digits as a decoder: its noise is the code. There is no way back, and so no `encode`."""

    def __init__(self, G: PlainNetwork):
        super().__init__()
        self.G, self.latent = G, G.inputs

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Pictures (..., channels, 28, 28) of noise (..., latent), from -1 to 1; digits have one channel. Raises
        ValueError for noise of other size."""
        if z.dim() < 1 or z.shape[-1] != self.latent:
            refuse("z", tuple(z.shape), f"noise of shape (..., {self.latent})")
        flat = self.G(z.reshape(1, -1, self.latent))
        return flat.reshape(*z.shape[:-1], flat.shape[-1] // PIXELS, *SHAPE[1:])
