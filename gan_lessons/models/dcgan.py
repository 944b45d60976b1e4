"""Generators and discriminators of digits and of other pictures, built from plain torch layers.

To a trainer a digit is a point in 784 dimensions, as a toy's sample is one in 1 or 2: so losses, penalties, remedies
and records are the toys' own. The networks fold it into (1, 28, 28) inside, and other pictures into shapes of theirs.
"""

from collections.abc import Callable
from functools import wraps
from itertools import pairwise
from math import prod

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from gan_lessons._core.refusals import refuse, whole
from gan_lessons._core.settings import frozen, of, one_of, setting
from gan_lessons._core.settings import whole as whole_number
from gan_lessons.distributions.mnist import PIXELS, SHAPE
from gan_lessons.distributions.picture_shapes import SHAPES, shape_of
from gan_lessons.models.architecture import Architecture
from gan_lessons.models.conditional import Conditional
from gan_lessons.models.minibatch_discrimination import Minibatch, MinibatchDiscrimination
from gan_lessons.models.trunk_and_head import TrunkAndHead

LEAN, TUTORIAL = 32, 64  # widths of the DCGANs: 128, 64 and 32 channels, and 256, 128 and 64
NORMS = (None, "batch", "spectral")
KERNELS = {28: (4, 4, 3), 32: (4, 4, 4), 64: (4, 4, 4, 4)}  # of D's layers, each of which halves the side, down to 4


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


def default_init(layer: nn.Module, rng: torch.Generator) -> None:
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

    def verdict(self, h: torch.Tensor) -> torch.Tensor:
        """What the last layer makes of what it sees, (1, batch, width) -> (1, batch, 1); without one h itself."""
        return h if self.last is None else _exactly(self.last, h)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.verdict(self.penultimate(x))

    def both(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Logits of real and generated samples, (1, 2, batch); in one pass if it looks at samples one by one."""
        if self.looks_at == "samples":
            return self(torch.cat([real, fake], -2)).view(*real.shape[:-2], 2, -1)
        return torch.stack([self(real).squeeze(-1), self(fake).squeeze(-1)], -2)

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Draws all weights afresh (there is only the run 0)."""
        for layer in [*self.body.modules(), self.last]:
            if isinstance(layer, WITH_WEIGHTS):
                self.init(layer, rng)
                _settle(layer, rng)


def drawing_nothing(make: Callable) -> Callable:
    """torch's layers draw weights as they are made, which a seed then replaces: that is no draw of the learner's."""

    @wraps(make)
    def made(*args, **kwargs):
        with torch.random.fork_rng(devices=[]):
            return make(*args, **kwargs)

    return made


class CategoricalCode(nn.Module):
    """Turns the first codes x k numbers of the noise into as many choices: each 1 of k, one as likely as another.

    Noise N(0, I), (batch, dim, ...), comes out with sqrt(k) where the largest of k numbers stood, 0 at the others of
    them, and the rest as it was; so all have mean square 1. Noise is one connected cloud and G is continuous,
    so between two kinds of sample it has to make others that are neither; behind a choice it need not.
    Chen et al. 2016 (InfoGAN), section 4, on such codes; Khayatkhoei et al. 2018 on data in separate pieces."""

    def __init__(self, k: int, codes: int = 1):
        super().__init__()
        self.k, self.codes = k, codes

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        used = self.k * self.codes
        chosen = noise[:, :used].unflatten(1, (self.codes, self.k))
        code = torch.zeros_like(chosen).scatter_(2, chosen.argmax(2, keepdim=True), self.k**0.5)
        return torch.cat([code.flatten(1, 2), noise[:, used:]], 1)

    def extra_repr(self) -> str:
        return f"k={self.k}, codes={self.codes}"


def check_categories(k: int, noise: int, codes: int = 1) -> None:
    """Raises ValueError, naming `categories`, unless k is 0 or from 2 to as many as the noise has room for, and naming
    `codes` for fewer than one, and for several of no categories."""
    most = noise // whole("codes", codes)
    if whole("categories", k, 0) == 1 or k > most:
        what = f"the {noise} numbers of the noise" if codes == 1 else f"{most}, as {codes} codes have {noise} numbers"
        refuse("categories", k, f"0, or from 2 to {what}")
    if codes > 1 and not k:
        refuse("codes", codes, "1 where categories is 0")


def check_groups(groups: int, width: int, channels: int) -> None:
    """Convolutions in groups keep the channels of pictures apart, up to D's last layers and
    from G's first one on, at a fraction of the cost. Raises ValueError unless all groups are as wide."""
    whole("groups", groups), whole("channels", channels)
    if width % groups or channels % groups:
        refuse("groups", groups, f"a divisor of the width {width} and of {channels} channels")


@drawing_nothing
def mlp_g(noise: int = 100) -> PlainNetwork:
    """The beginner's guide's generator: noise-256-512-1024-784, each hidden layer with leaky ReLU and then batch
    normalisation (Keras' momentum .8, which is torch's .2), tanh at the end. Raises ValueError for noise below 1.

    A Beginner's Guide to GANs, listing (garbled in its middle; this is the network of Keras-GAN that it came from)."""
    sizes, layers = (whole("noise", noise), 256, 512, 1024), []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.LeakyReLU(0.2), nn.BatchNorm1d(after, momentum=0.2, eps=1e-3)]
    body = nn.Sequential(*layers, nn.Linear(sizes[-1], PIXELS), nn.Tanh())
    return PlainNetwork(body, sizes[0], (sizes[0],), default_init)


@drawing_nothing
def mlp_d(*, norm: str | None = None, minibatch: Minibatch | None = None) -> PlainNetwork:
    """The beginner's guide's discriminator: 784-512-256-1 with leaky ReLU. norm, minibatch: as in `dcgan_d`; "batch"
    normalises the first hidden layer."""
    linear = _normed(norm)
    body = nn.Sequential(linear(nn.Linear(PIXELS, 512)), nn.LeakyReLU(0.2))
    body.extend([*_batch_norm(norm, nn.BatchNorm1d, 512)])
    body.extend([linear(nn.Linear(512, 256)), nn.LeakyReLU(0.2)])
    return PlainNetwork(body, PIXELS, (PIXELS,), default_init, *_end(256, linear, minibatch))


@drawing_nothing
def dcgan_g(
    noise: int = 64,
    width: int = LEAN,
    categories: int = 0,
    shape: tuple[int, int, int] = SHAPE,
    codes: int = 1,
    groups: int = 1,
) -> PlainNetwork:
    """A DCGAN's generator: noise -> 4 width x 4 x 4 -> 2 width x 7 x 7 -> width x 14 x 14 -> 1 x 28 x 28.

    Transposed convolutions, with batch normalisation and ReLU after each but the last, which ends in tanh; no pooling,
    no fully connected hidden layer. categories: of a `CategoricalCode` that the noise goes through first, 0 for none;
    codes: how many of them. groups: see `check_groups`. shape: of a picture, (channels, side, side); sides of 32 go
    through 8 and 16, and those of 64 begin with 8 width. Raises ValueError for a noise, width, codes or groups below 1,
    categories that are not 0 or from 2 to noise / codes, groups of unequal size, and another shape. Radford et al. 2016
    section 3, whose pictures have 64 pixels a side."""
    n, widths, kernels = whole("noise", noise), *_layers(shape, whole("width", width))
    check_categories(categories, n, codes), check_groups(groups, width, shape[0])
    layers = [CategoricalCode(categories, codes)] if categories else []
    layers.append(nn.ConvTranspose2d(n, widths[-1], 4, bias=False))
    for after, before, kernel in reversed(list(zip(widths, widths[1:], kernels, strict=False))):
        layers += [nn.BatchNorm2d(before), nn.ReLU()]
        layers.append(nn.ConvTranspose2d(before, after, kernel, 2, 1, bias=False, groups=groups))
    layers[-1] = nn.ConvTranspose2d(widths[1], widths[0], kernels[0], 2, 1, groups=groups)
    return PlainNetwork(nn.Sequential(*layers, nn.Tanh()), n, (n, 1, 1), dcgan_init)


@drawing_nothing
def dcgan_d(
    width: int = LEAN,
    *,
    hidden: int = 0,
    norm: str | None = "batch",
    minibatch: Minibatch | None = None,
    shape: tuple[int, int, int] = SHAPE,
    groups: int = 1,
) -> PlainNetwork:
    """A DCGAN's discriminator, G turned round: 1 x 28 x 28 -> width x 14 x 14 -> 2 width x 7 x 7 -> 4 width x 4 x 4 ->
    a logit, by strided convolutions with leaky ReLU of slope .2.

    Two such layers are too few: then a unit sees 10 of the 28 pixels at most, and D can judge strokes but no digits.
    norm: "batch" normalises all layers but the first, as Radford et al. do; None leaves it out, so that D judges
    samples one by one and real and generated ones go through it together; "spectral" divides every weight by its
    largest singular value (Miyato et al. 2018). Without batch normalisation weights start as `he_init` has them.
    hidden: units of a fully connected layer before the logit, 0 for none, as Radford et al. have it; with it D judges
    which strokes go together. minibatch: settings of minibatch discrimination before the last layer. shape: of a
    picture, as in `dcgan_g`. groups: see `check_groups`. Raises ValueError for a width or groups below 1, groups of
    unequal size, a hidden below 0, another norm, shape or other settings. Radford et al. 2016, section 3; Chen et al.
    2016, appendix C.1, for the hidden layer.
    """
    conv, (widths, kernels) = _normed(norm), _layers(shape, whole("width", width))
    units = widths[-1] * 4 * 4
    whole("hidden", hidden, 0), check_groups(groups, width, shape[0])
    body = nn.Sequential(conv(nn.Conv2d(*widths[:2], kernels[0], 2, 1, groups=groups)), nn.LeakyReLU(0.2))
    for before, after, kernel in zip(widths[1:], widths[2:], kernels[1:], strict=False):
        body.append(conv(nn.Conv2d(before, after, kernel, 2, 1, groups=groups)))
        body.extend([*_batch_norm(norm, nn.BatchNorm2d, after), nn.LeakyReLU(0.2)])
    if hidden:
        body.extend([nn.Flatten(), conv(nn.Linear(units, hidden))])
        body.extend([*_batch_norm(norm, nn.BatchNorm1d, hidden), nn.LeakyReLU(0.2)])
    init = dcgan_init if norm == "batch" else he_init
    return PlainNetwork(body, prod(shape), tuple(shape), init, *_end(hidden or units, conv, minibatch))


def _layers(shape: tuple[int, int, int], width: int) -> tuple[list[int], tuple[int, ...]]:
    """The channels from the picture's own inwards, and the kernels between them. Raises ValueError for a shape that no
    picture has."""
    if not isinstance(shape, tuple) or shape not in SHAPES.values():
        refuse("shape", shape, f"one of {list(SHAPES.values())}")
    kernels = KERNELS[shape[-1]]
    return [shape[0], *(2**i * width for i in range(len(kernels)))], kernels


@drawing_nothing
def told_dcgan_d(width: int, hidden: int, classes: int, shape: tuple[int, int, int] = SHAPE) -> TrunkAndHead:
    """A DCGAN's D (see `dcgan_d`) whose hidden layer sees the last convolution's features and, one-hot, a label.

    There the label is as loud as all features together, sqrt(features), so that it counts from the first step on.
    Raises ValueError for a width or hidden below 1, and another shape. Mirza & Osindero 2014, section 4.1: picture and
    label meet in a hidden layer; the convolutions are ours."""
    trunk = PlainNetwork(dcgan_d(width, norm=None, shape=shape).body, prod(shape), shape, he_init)
    features = _layers(shape, width)[0][-1] * 4 * 4
    joint = nn.Sequential(nn.Linear(features + classes, whole("hidden", hidden)), nn.LeakyReLU(0.2))
    head = PlainNetwork(joint, features + classes, (features + classes,), he_init, nn.Linear(hidden, 1))
    return TrunkAndHead(trunk, Conditional(head, classes, features**0.5))


WITH_WEIGHTS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.modules.batchnorm._BatchNorm)


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


# -- how a recipe describes them


class _ForImages(Architecture, abstract=True):
    """What all networks of images share: one run, and more than one thread's worth of work."""

    large, runs_axis = True, False


@frozen
class DCGAN(_ForImages):
    """A DCGAN's G or D for pictures of the data's size (28, 32 or 64 pixels a side) and channels (one or three), with
    `width` channels in the first layer of D, and in the last but one of G. groups: of channels that convolutions keep
    apart (see `check_groups`).

    Of G only: categories (of a `CategoricalCode` that the noise goes through, 0 for none), codes (how many of them). Of
    D only: hidden (units of a fully connected layer, 0 for none), norm (None, "batch" or "spectral"; G always has batch
    normalisation), minibatch (discrimination, before the last layer). See `dcgan_g` and `dcgan_d`. Raises ValueError
    for what makes no sense."""

    width: int = setting(LEAN, whole_number(), most=4096)
    categories: int = setting(0, whole_number(0), most=4096)
    codes: int = setting(1, whole_number(), most=64, later=True)
    groups: int = setting(1, whole_number(), most=64, later=True)
    hidden: int = setting(0, whole_number(0), most=4096)
    norm: str | None = setting(None, one_of(NORMS))
    minibatch: Minibatch | None = setting(None, of(Minibatch, "None or the settings Minibatch(kernels, dim)", True))

    only = {"D": ("hidden", "norm", "minibatch"), "G": ("categories", "codes")}  # noqa: RUF012

    def check_role(self, who: str, noise: int) -> None:
        """See `Architecture.check_role`."""
        super().check_role(who, noise)
        check_categories(self.categories, noise, self.codes)

    def generator(self, noise: int, data: int, runs: int) -> PlainNetwork:
        """See `Architecture.generator`."""
        return dcgan_g(noise, self.width, self.categories, shape_of(data), self.codes, self.groups)

    def discriminator(self, data: int, batch: int, runs: int) -> PlainNetwork:
        """See `Architecture.discriminator`."""
        ends = {"hidden": self.hidden, "norm": self.norm, "minibatch": self.minibatch}
        return dcgan_d(self.width, **ends, shape=shape_of(data), groups=self.groups)

    def told_generator(self, noise: int, data: int, classes: int, runs: int) -> Conditional:
        """See `Architecture.told_generator`. The label is sqrt(classes): as loud as that many numbers of noise."""
        return Conditional(self.generator(noise + classes, data, runs), classes, classes**0.5)

    def told_discriminator(self, data: int, classes: int, batch: int, runs: int) -> TrunkAndHead:
        """See `told_dcgan_d`. Raises ValueError without a hidden layer, and for norms, minibatch discrimination and
        groups."""
        for name, allowed in (("norm", None), ("minibatch", None), ("groups", 1)):
            if getattr(self, name) != allowed:
                refuse(name, getattr(self, name), "left out where D is told a label")
        return told_dcgan_d(self.width, self.hidden, classes, shape_of(data))


@frozen
class DigitMLP(_ForImages):
    """The beginner's guide's perceptrons for digits, see `mlp_g` and `mlp_d`. Of D only: norm, minibatch."""

    norm: str | None = setting(None, one_of(NORMS))
    minibatch: Minibatch | None = setting(None, of(Minibatch, "None or the settings Minibatch(kernels, dim)", True))

    only = {"D": ("norm", "minibatch")}  # noqa: RUF012

    def generator(self, noise: int, data: int, runs: int) -> PlainNetwork:
        """See `Architecture.generator`."""
        return mlp_g(noise)

    def discriminator(self, data: int, batch: int, runs: int) -> PlainNetwork:
        """See `Architecture.discriminator`."""
        return mlp_d(norm=self.norm, minibatch=self.minibatch)
