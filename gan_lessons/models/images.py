"""Generators and discriminators of digits, built from plain torch layers.

To a trainer an image is a point in 784 dimensions, as a toy's sample is one in 1 or 2: so losses, penalties, remedies
and records are the toys' own. The networks fold it into (1, 28, 28) inside.
"""

from collections.abc import Callable
from functools import wraps
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from gan_lessons.errors import refuse, whole
from gan_lessons.mnist import PIXELS, SHAPE
from gan_lessons.models.minibatch import Minibatch, MinibatchDiscrimination

LEAN, TUTORIAL = 32, 64  # widths of the DCGANs: 128, 64 and 32 channels, and 256, 128 and 64
NORMS = (None, "batch", "spectral")


def dcgan_init(layer: nn.Module, rng: torch.Generator) -> None:
    """Weights N(0, .02), scales of batch normalisation N(1, .02), biases 0. Radford et al. 2016, section 4."""
    if isinstance(layer, nn.modules.batchnorm._BatchNorm):
        layer.reset_running_stats()
        layer.weight.normal_(1.0, 0.02, generator=rng)
    else:
        _weight(layer).normal_(0.0, 0.02, generator=rng)
    if layer.bias is not None:
        layer.bias.zero_()


def he_init(layer: nn.Module, rng: torch.Generator) -> None:
    """Weights N(0, 2 / (1 + .2^2) / inputs of a unit), biases 0: what passes leaky ReLU of slope .2 keeps its size.

    Without batch normalisation N(0, .02) is far too little, and D learns slowly at first. He et al. 2015, equation 15.
    """
    if isinstance(layer, nn.modules.batchnorm._BatchNorm):
        return dcgan_init(layer, rng)
    weight = _weight(layer)
    inputs = nn.init._calculate_fan_in_and_fan_out(weight)[0]
    weight.normal_(0.0, (2 / (1 + 0.2**2) / inputs) ** 0.5, generator=rng)
    if layer.bias is not None:
        layer.bias.zero_()


def torch_init(layer: nn.Module, rng: torch.Generator) -> None:
    """torch's own: U(-b, b) with b = 1 / sqrt(inputs of a unit); batch normalisation starts as no change."""
    if isinstance(layer, nn.modules.batchnorm._BatchNorm):
        layer.reset_parameters()
        return
    weight = _weight(layer)
    bound = nn.init._calculate_fan_in_and_fan_out(weight)[0] ** -0.5
    weight.uniform_(-bound, bound, generator=rng)
    if layer.bias is not None:
        layer.bias.uniform_(-bound, bound, generator=rng)


class PlainNetwork(nn.Module):
    """Plain torch layers as a network of one run: (1, batch, inputs) -> (1, batch, outputs).

    body: layers that take and give (batch, ...). inputs: numbers a sample. fold: the shape that a sample has inside,
    such as (1, 28, 28). init: draws one layer's weights from a generator; until a `Trainer` has drawn them from its
    seed they are torch's. last: None, or a linear layer after the body, of one logit. minibatch: settings of minibatch
    discrimination before it.
    """

    runs = 1
    large = True  # worth more than one thread

    def __init__(
        self,
        body: nn.Module,
        inputs: int,
        fold: tuple[int, ...],
        init: Callable[[nn.Module, torch.Generator], None],
        last: nn.Module | None = None,
        minibatch: Minibatch | None = None,
    ):
        super().__init__()
        self.body, self.last, self.inputs, self.fold, self.init = body, last, inputs, fold, init
        self.minibatch = None
        if minibatch is not None:
            self.minibatch = MinibatchDiscrimination(last.in_features - minibatch.kernels, minibatch)

    @property
    def looks_at(self) -> str:
        """What counts for a verdict: "samples", each by itself, or "batches", where a sample's company counts."""
        norms = any(isinstance(part, nn.modules.batchnorm._BatchNorm) for part in self.body.modules())
        return "batches" if norms or self.minibatch is not None else "samples"

    def check(self, batch: int) -> None:
        """Raises ValueError for a batch that it can compare nothing in."""
        if batch < 2 and self.looks_at == "batches":
            raise ValueError(f"batch of {batch} is too small for a network that compares samples: 2 or more are needed")

    def hidden(self, x: torch.Tensor) -> torch.Tensor:
        """What the body gives, (1, batch, width), in x's type, whatever an autocast computes in."""
        return self.body(x.reshape(-1, *self.fold)).flatten(1).unsqueeze(0).to(x.dtype)

    def penultimate(self, x: torch.Tensor) -> torch.Tensor:
        """What the last layer sees, (1, batch, width)."""
        x = self.hidden(x)
        return x if self.minibatch is None else _exactly(self.minibatch, x)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.penultimate(x)
        return x if self.last is None else _exactly(self.last, x)

    def both(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Logits of real and generated samples, (1, 2, batch); in one pass if it looks at samples one by one."""
        if self.looks_at == "samples":
            return self(torch.cat([real, fake], -2)).view(*real.shape[:-2], 2, -1)
        return torch.stack([self(real).squeeze(-1), self(fake).squeeze(-1)], -2)

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Draws all weights afresh (there is only the run 0)."""
        for layer in [*self.body.modules(), self.last]:
            if isinstance(layer, _WITH_WEIGHTS):
                self.init(layer, rng)
                _settle(layer, rng)


def _drawing_nothing(make: Callable[..., PlainNetwork]) -> Callable[..., PlainNetwork]:
    """torch's layers draw weights as they are made, which a seed then replaces: that is no draw of the learner's."""

    @wraps(make)
    def made(*args, **kwargs) -> PlainNetwork:
        with torch.random.fork_rng(devices=[]):
            return make(*args, **kwargs)

    return made


class CategoricalCode(nn.Module):
    """Turns the first k numbers of the noise into a choice: 1 of k, each as likely as the others.

    Noise N(0, I), (batch, dim, ...), comes out with sqrt(k) where the largest of the first k numbers stood, 0 at the
    others of them, and the rest as it was; so all have mean square 1. Noise is one connected cloud and G is continuous,
    so between two kinds of sample it has to make others that are neither; behind a choice it need not.
    Chen et al. 2016 (InfoGAN), section 4, on such codes; Khayatkhoei et al. 2018 on data in separate pieces."""

    def __init__(self, k: int):
        super().__init__()
        self.k = k

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        chosen = noise[:, : self.k]
        code = torch.zeros_like(chosen).scatter_(1, chosen.argmax(1, keepdim=True), self.k**0.5)
        return torch.cat([code, noise[:, self.k :]], 1)

    def extra_repr(self) -> str:
        return f"k={self.k}"


def check_categories(k: int, noise: int) -> None:
    """Raises ValueError, naming `categories`, unless k is 0 or from 2 to the numbers that the noise has."""
    if whole("categories", k, 0) == 1 or k > noise:
        refuse("categories", k, f"0, or from 2 to the {noise} numbers of the noise")


@_drawing_nothing
def mlp_g(noise: int = 100) -> PlainNetwork:
    """The beginner's guide's generator: noise-256-512-1024-784, each hidden layer with leaky ReLU and then batch
    normalisation (Keras' momentum .8, which is torch's .2), tanh at the end. Raises ValueError for noise below 1.

    A Beginner's Guide to GANs, listing (garbled in its middle; this is the network of Keras-GAN that it came from)."""
    sizes, layers = (whole("noise", noise), 256, 512, 1024), []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.LeakyReLU(0.2), nn.BatchNorm1d(after, momentum=0.2, eps=1e-3)]
    body = nn.Sequential(*layers, nn.Linear(sizes[-1], PIXELS), nn.Tanh())
    return PlainNetwork(body, sizes[0], (sizes[0],), torch_init)


@_drawing_nothing
def mlp_d(*, norm: str | None = None, minibatch: Minibatch | None = None) -> PlainNetwork:
    """The beginner's guide's discriminator: 784-512-256-1 with leaky ReLU. norm, minibatch: as in `dcgan_d`; "batch"
    normalises the first hidden layer."""
    linear = _normed(norm)
    body = nn.Sequential(linear(nn.Linear(PIXELS, 512)), nn.LeakyReLU(0.2))
    body.extend([*_batch_norm(norm, nn.BatchNorm1d, 512)])
    body.extend([linear(nn.Linear(512, 256)), nn.LeakyReLU(0.2)])
    return PlainNetwork(body, PIXELS, (PIXELS,), torch_init, *_end(256, linear, minibatch))


@_drawing_nothing
def dcgan_g(noise: int = 64, width: int = LEAN, categories: int = 0) -> PlainNetwork:
    """A DCGAN's generator: noise -> 4 width x 4 x 4 -> 2 width x 7 x 7 -> width x 14 x 14 -> 1 x 28 x 28.

    Transposed convolutions, with batch normalisation and ReLU after each but the last, which ends in tanh; no pooling,
    no fully connected hidden layer. categories: of a `CategoricalCode` that the noise goes through first, 0 for none.
    Raises ValueError for a noise or width below 1, and for categories that are not 0 or from 2 to noise. Radford et al.
    2016, section 3, at the size of MNIST."""
    n, w = whole("noise", noise), whole("width", width)
    check_categories(categories, n)
    body = nn.Sequential(
        *([CategoricalCode(categories)] if categories else []),
        nn.ConvTranspose2d(n, 4 * w, 4, bias=False),
        *(nn.BatchNorm2d(4 * w), nn.ReLU()),
        nn.ConvTranspose2d(4 * w, 2 * w, 3, 2, 1, bias=False),
        *(nn.BatchNorm2d(2 * w), nn.ReLU()),
        nn.ConvTranspose2d(2 * w, w, 4, 2, 1, bias=False),
        *(nn.BatchNorm2d(w), nn.ReLU()),
        nn.ConvTranspose2d(w, 1, 4, 2, 1),
        nn.Tanh(),
    )
    return PlainNetwork(body, n, (n, 1, 1), dcgan_init)


@_drawing_nothing
def dcgan_d(
    width: int = LEAN, *, hidden: int = 0, norm: str | None = "batch", minibatch: Minibatch | None = None
) -> PlainNetwork:
    """A DCGAN's discriminator, G turned round: 1 x 28 x 28 -> width x 14 x 14 -> 2 width x 7 x 7 -> 4 width x 4 x 4 ->
    a logit, by strided convolutions with leaky ReLU of slope .2.

    Two such layers are too few: then a unit sees 10 of the 28 pixels at most, and D can judge strokes but no digits.
    norm: "batch" normalises all layers but the first, as Radford et al. do; None leaves it out, so that D judges
    samples one by one and real and generated ones go through it together; "spectral" divides every weight by its
    largest singular value (Miyato et al. 2018). Without batch normalisation weights start as `he_init` has them.
    hidden: units of a fully connected layer before the logit, 0 for none, as Radford et al. have it; with it D judges
    which strokes go together. minibatch: settings of minibatch discrimination before the last layer. Raises ValueError
    for a width below 1, a hidden below 0, another norm or other settings. Radford et al. 2016, section 3; Chen et al.
    2016, appendix C.1, for the hidden layer.
    """
    w, conv, units = whole("width", width), _normed(norm), 4 * width * 4 * 4
    whole("hidden", hidden, 0)
    body = nn.Sequential(conv(nn.Conv2d(1, w, 4, 2, 1)), nn.LeakyReLU(0.2))
    for inputs, size in ((w, 4), (2 * w, 3)):
        body.append(conv(nn.Conv2d(inputs, 2 * inputs, size, 2, 1)))
        body.extend([*_batch_norm(norm, nn.BatchNorm2d, 2 * inputs), nn.LeakyReLU(0.2)])
    if hidden:
        body.extend([nn.Flatten(), conv(nn.Linear(units, hidden))])
        body.extend([*_batch_norm(norm, nn.BatchNorm1d, hidden), nn.LeakyReLU(0.2)])
    init = dcgan_init if norm == "batch" else he_init
    return PlainNetwork(body, PIXELS, SHAPE, init, *_end(hidden or units, conv, minibatch))


_WITH_WEIGHTS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.modules.batchnorm._BatchNorm)


def _normed(norm: str | None) -> Callable[[nn.Module], nn.Module]:
    """What a layer with weights goes through for a norm."""
    if norm not in NORMS:
        refuse("norm", norm, f"one of {NORMS}")
    return spectral_norm if norm == "spectral" else lambda layer: layer


def _batch_norm(norm: str | None, kind: type, width: int) -> tuple[nn.Module, ...]:
    return (kind(width),) if norm == "batch" else ()


def _end(width: int, linear: Callable, minibatch: Minibatch | None) -> tuple[nn.Module, Minibatch | None]:
    """The last layer of a critic, and the settings of minibatch discrimination before it."""
    if not isinstance(minibatch, Minibatch | None):
        refuse("minibatch", minibatch, "None or the settings Minibatch(kernels, dim)")
    return linear(nn.Linear(width + (minibatch.kernels if minibatch else 0), 1)), minibatch


def _exactly(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """A layer outside of any autocast: logits, their losses and sums over a batch need more than bfloat16's 8 bits."""
    with torch.autocast(x.device.type, enabled=False):
        return layer(x)


def _weight(layer: nn.Module) -> torch.Tensor:
    """The parameter behind a layer's weight, also where spectral normalisation stands before it."""
    norms = getattr(layer, "parametrizations", None)
    return layer.weight if norms is None else norms.weight.original


@torch.no_grad()
def _settle(layer: nn.Module, rng: torch.Generator) -> None:
    """Spectral normalisation's vectors, from the seed: torch itself would draw them from the global one."""
    norms = getattr(layer, "parametrizations", None)
    if norms is None:
        return
    norm, weight = norms.weight[0], norms.weight.original.flatten(1)
    u = torch.randn(norm._u.shape, generator=rng, dtype=weight.dtype)
    for _ in range(15):  # as many as torch does at its start
        v = F.normalize(weight.mT @ u, dim=0)
        u = F.normalize(weight @ v, dim=0)
    norm._u.copy_(u), norm._v.copy_(v)
