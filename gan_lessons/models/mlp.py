"""The network of every toy, a perceptron with a runs axis: `mlp` builds one, `MLP` describes one in a recipe."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons._core.refusals import refuse, whole
from gan_lessons._core.settings import Control, frozen, of, one_of, setting
from gan_lessons._core.settings import whole as whole_number
from gan_lessons.models.architecture import VIEW, Architecture
from gan_lessons.models.committee import Discriminators, Generators, checked_weights
from gan_lessons.models.layers import (
    NARROW,
    BatchNorm,
    Init,
    Linear,
    SpectralLinear,
    affine,
    normal_init,
    spread_init,
    torch_init,
)
from gan_lessons.models.minibatch_discrimination import Minibatch, MinibatchDiscrimination
from gan_lessons.models.packed import Packed
from gan_lessons.models.whole_batch import FEATURES, WholeBatch, feature_width

aten = torch.ops.aten

NORMS = (None, "batch", "spectral")
Passed = list[tuple[torch.Tensor, torch.Tensor]]  # for each layer what went into it, and its weight


def leaky_relu(x: torch.Tensor) -> torch.Tensor:
    """x where it is positive, .2 x elsewhere: the slope that GANs use (Radford et al. 2016)."""
    return F.leaky_relu(x, 0.2)


ACTIVATIONS = {
    "relu": F.relu,
    "leaky_relu": leaky_relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "elu": F.elu,
}


def _softplus_slope(grad: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    """The slope, a sigmoid, is 1 - exp(-out). Where out is above 20, torch takes softplus for a straight line."""
    return aten.threshold(-out, -20, -torch.inf).expm1_().neg_().mul_(grad)


# activation -> function of (gradient at its output, output) that gives the gradient at its input
SLOPES: dict[Callable, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    F.relu: lambda grad, out: aten.threshold_backward(grad, out, 0),
    leaky_relu: lambda grad, out: aten.leaky_relu_backward(grad, out, 0.2, True),
    torch.tanh: aten.tanh_backward,
    torch.sigmoid: aten.sigmoid_backward,
    F.softplus: _softplus_slope,
}


class Perceptron(nn.Module):
    """See `mlp`. As a critic it gives (*runs, batch, 1); `both` looks at real and generated, in one pass if it may."""

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Callable,
        runs: int,
        init: Init,
        norm: str | None = None,
        minibatch: Minibatch | None = None,
    ):
        super().__init__()
        self.sizes, self.activation, self.runs, self.norm = tuple(sizes), activation, runs, norm
        layer, extra = SpectralLinear if norm == "spectral" else Linear, minibatch.kernels if minibatch else 0
        *hidden, (before, out) = pairwise(sizes)
        self.layers = nn.ModuleList(layer(i, o, runs, init) for i, o in hidden)
        self.layers.append(layer(before + extra, out, runs, init))
        self.norms = nn.ModuleList(BatchNorm(o, runs) for _, o in hidden) if norm == "batch" else None
        self.minibatch = MinibatchDiscrimination(before, minibatch, runs) if minibatch else None

    @property
    def inputs(self) -> int:
        return self.sizes[0]

    @property
    def plain(self) -> bool:
        """Whether it is nothing but linear layers and activations."""
        return self.norm is None and self.minibatch is None

    @property
    def looks_at(self) -> str:
        """What counts for a verdict: "samples", each by itself, or "batches", where a sample's company counts."""
        return "batches" if self.minibatch is not None or self.norm == "batch" else "samples"

    def check(self, batch: int) -> None:
        """Raises ValueError for a batch that it can compare nothing in."""
        if batch < 2 and self.looks_at == "batches":
            what = "minibatch discrimination" if self.minibatch is not None else "batch normalisation"
            raise ValueError(f"batch of {batch} is too small for {what}, which compares samples: 2 or more are needed")

    @property
    def told(self) -> dict[str, object]:
        """What its parameters do not tell of it: see `protocol.Offers`."""
        return {"activation": _told(self.activation), "norm": self.norm}

    def extra_repr(self) -> str:
        words = f"activation={getattr(self.activation, '__name__', self.activation)}"
        return words if self.norm is None else f"{words}, norm={self.norm}"

    def hidden(self, x: torch.Tensor) -> torch.Tensor:
        """The last hidden layer, (*runs, batch, width), before minibatch discrimination."""
        *hidden, _ = self.layers
        for k, layer in enumerate(hidden):
            x = layer(x)
            x = self.activation(x if self.norms is None else self.norms[k](x))
        return x

    def penultimate(self, x: torch.Tensor) -> torch.Tensor:
        """What the last layer sees, (*runs, batch, width)."""
        x = self.hidden(x)
        return x if self.minibatch is None else self.minibatch(x)

    def verdict(self, h: torch.Tensor) -> torch.Tensor:
        """The output for what the last layer sees: (*runs, batch, width) -> (*runs, batch, sizes[-1])."""
        return self.layers[-1](h)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.verdict(self.penultimate(x))

    def both(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Logits of real and generated samples, (*runs, 2, batch); in one pass if it looks at samples one by one."""
        if self.looks_at == "samples":
            return self(torch.cat([real, fake], -2)).view(*real.shape[:-2], 2, -1)
        return torch.stack([self(real).squeeze(-1), self(fake).squeeze(-1)], -2)

    def judge(self, points: torch.Tensor, companions: torch.Tensor) -> torch.Tensor:
        """The output at points (*runs, n, d), each as if in a batch with the companions (*runs, m, d)."""
        if self.minibatch is None:
            return self(points)
        return self.layers[-1](self.minibatch(self.hidden(points), company=self.hidden(companions)))

    def trace(self, x: torch.Tensor) -> tuple[torch.Tensor, Passed]:
        """The output, and for `pull` what went into each layer on the way, with its weight. Of plain networks only.

        The modules' own dictionaries, and no call of a module: both cost a toy's step more than they seem."""
        passed = []
        for layer in self.layers:
            weight, bias = layer._parameters.values()
            x = self.activation(x) if passed else x
            passed.append((x, weight))
            x = affine(x, weight, bias)
        return x, passed

    def pull(
        self, passed: Passed, grad: torch.Tensor, weights: bool = True, inputs: bool = False
    ) -> tuple[list[torch.Tensor], torch.Tensor]:
        """The chain rule, from a gradient at the output (*runs, batch, sizes[-1]) back.

        Gives the gradients of the parameters, in their order (none unless `weights`), and the one at the input
        (meaningless unless `inputs`)."""
        slope, found = SLOPES[self.activation], []
        for k in range(len(passed) - 1, -1, -1):
            x, weight = passed[k]
            if weights:
                found += [grad.sum(-2, keepdim=True), _outer(x, grad)]
            if k or inputs:
                grad = grad * weight.mT if weight.shape[-1] == 1 else torch.bmm(grad, weight.mT)
            if k:
                grad = slope(grad, x)
        return found[::-1], grad


def _told(activation: Callable) -> list | str:
    """An activation's name, and of a module or a partial function its numbers: LeakyReLU(.1) is not LeakyReLU(.2)."""
    if isinstance(activation, partial):
        return [
            _told(activation.func),
            [*map(str, activation.args)],
            {k: str(v) for k, v in activation.keywords.items()},
        ]
    if isinstance(activation, nn.Module):
        own = {name: str(value) for name, value in vars(activation).items() if name[0] != "_" and name != "training"}
        return [type(activation).__name__, own]
    return getattr(activation, "__name__", type(activation).__name__)


def _outer(x: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:
    """A weight's gradient, (runs, inputs, outputs); narrow ones in the order that `layers.affine` explains."""
    return torch.bmm(grad.mT, x).mT if grad.shape[-1] <= NARROW else torch.bmm(x.mT, grad)


def mlp(
    sizes: Sequence[int],
    activation: Callable = F.relu,
    runs: int = 1,
    init: Init = torch_init,
    *,
    norm: str | None = None,
    minibatch: Minibatch | None = None,
) -> Perceptron:
    """A multi-layer perceptron with `runs` independent copies: (*runs, batch, sizes[0]) -> (*runs, batch, sizes[-1]).

    sizes: widths from input to output, so mlp([1, 8, 8, 1]) has two hidden layers. activation: a function
    after each hidden layer; the output is linear. norm: "batch" puts batch normalisation before each activation,
    "spectral" divides every weight by its largest singular value. minibatch: settings of minibatch discrimination
    after the last hidden layer. Weights are zero until a `Trainer` draws them from its seeds. Raises ValueError for
    fewer than two sizes, any below 1, and what is asked for without a hidden layer to put it in.
    """
    if not isinstance(sizes, Sequence) or isinstance(sizes, str) or len(sizes) < 2:
        refuse("sizes", sizes, "a list of at least two widths, from input to output")
    if not callable(activation):
        refuse("activation", activation, "a function, such as torch.tanh")
    if not callable(init):
        refuse("init", init, "a function, such as torch_init")
    if norm not in NORMS:
        refuse("norm", norm, f"one of {NORMS}")
    if not isinstance(minibatch, Minibatch | None):
        refuse("minibatch", minibatch, "None or the settings Minibatch(kernels, dim)")
    if len(sizes) == 2 and (norm == "batch" or minibatch is not None):
        refuse("sizes", sizes, "three widths or more, where a hidden layer is to be normalised or compared")
    return Perceptron([whole("sizes", size) for size in sizes], activation, whole("runs", runs), init, norm, minibatch)


# -- how a recipe describes one

INITS = {"normal": normal_init(1.0), "torch": torch_init, "spread": spread_init}
WIDTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 100)


def _widths(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, (tuple, list)):
        refuse(name, value, "a tuple with the width of each hidden layer")
    return tuple(whole(name, width) for width in value)


def _members(name: str, value: object) -> tuple[float, ...]:
    return () if value == () or value == [] else checked_weights(name, value)


def _with_width(network: "MLP", n: float) -> "MLP":
    return replace(network, hidden=(whole("width", n),) * len(network.hidden))


def _with_layers(network: "MLP", n: float) -> "MLP":
    return replace(network, hidden=(max(network.hidden, default=8),) * whole("layers", n, 0))


@frozen
class MLP(Architecture):
    """A multi-layer perceptron for G or D: `hidden` are the widths of its hidden layers.

    activation: a name in `ACTIVATIONS`. init: "normal" (weights N(0, 1), biases 0), "torch" (torch.nn.Linear's own) or
    "spread" (with wider biases). norm: None, "batch" or "spectral". Of a D only: minibatch (discrimination, after the
    last hidden layer), pack (how many samples are judged together), features (None for a D that looks at single
    samples, else a name in `FEATURES`: it sees a whole batch as one example).
    members: what each of several networks counts in the sums of their adversaries, (1, 1, 1) for three that count
    alike (see `Discriminators`, `Generators`); () for a single network.
    Raises ValueError for unknown names, and for what cannot stand together."""

    hidden: tuple[int, ...] = setting(
        (16,),
        _widths,
        most=4096,
        longest=20,
        controls=[
            Control(
                "hidden layers of {who}",
                "Layers of {who} between input and output. More can bend more, but are harder to train; 0 is linear.",
                tuple(range(6)),
                "{p}layers",
                "training",
                get=lambda network: len(network.hidden),
                put=_with_layers,
            ),
            Control(
                "width of {who}",
                "Units in each hidden layer of {who}. Wider ones can follow finer shapes, but each step takes longer.",
                WIDTHS,
                "{p}width",
                "training",
                basic=True,
                get=lambda network: max(network.hidden, default=0),
                put=_with_width,
                fits=lambda recipe, width: width > 0,
            ),
        ],
    )
    activation: str = setting("relu", one_of(sorted(ACTIVATIONS)))
    init: str = setting("torch", one_of(sorted(INITS)))
    norm: str | None = setting(
        None,
        one_of(NORMS),
        controls=[
            Control(
                "normalisation in {who}",
                "Spectral keeps {who}'s slope in bounds. Batch evens out what its layers see, over each batch.",
                {"none": None, "batch": "batch", "spectral": "spectral"},
            )
        ],
    )
    minibatch: Minibatch | None = setting(
        None,
        of(Minibatch, "None or the settings Minibatch(kernels, dim)", optional=True),
        controls=[
            Control(
                "minibatch discrimination",
                "Lets D see how alike the samples of a batch are, so that a G which makes one thing only is found out.",
                {"off": None, "5 kernels of 3": Minibatch(5, 3, sd=0.1), "32 kernels of 8": Minibatch(32, 8, sd=0.1)},
                "minibatch",
                "training",
                only="D",
            )
        ],
    )
    pack: int = setting(
        1,
        whole_number(),
        most=1000,
        controls=[
            Control(
                "PacGAN: pack",
                "How many samples D judges together. In a pack a lack of variety shows, but it is harder to judge.",
                (1, 2, 3, 4),
                "pack",
                "training",
                only="D",
            )
        ],
    )
    features: str | None = setting(None, one_of((None, *sorted(FEATURES))))
    members: tuple[float, ...] = setting(
        (),
        _members,
        most=1e6,
        later=True,
        longest=20,
        controls=[
            Control(
                "how many {who}s",
                "Several {who}s play at once, each against all adversaries. All must fail before the game is lost.",
                (1, 2, 3, 4, 5),
                "{p}members",
                get=lambda network: len(network.members) or 1,
                put=lambda network, n: replace(network, members=(1.0,) * whole("members", n) if n > 1 else ()),
            ),
            Control(
                "weight of the first {who}",
                "What the first {who} counts in its adversaries' sums, where each of the others counts 1.",
                (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
                "{p}first_weight",
                get=lambda network: network.members[0] if network.members else None,
                put=lambda network, weight: replace(network, members=(weight, *network.members[1:])),
            ),
        ],
    )
    only = {"D": ("minibatch", "pack", "features")}  # noqa: RUF012

    def __post_init__(self):
        super().__post_init__()
        if self.features is not None and (self.pack > 1 or self.minibatch is not None or self.norm == "batch"):
            raise ValueError(
                f"features {self.features!r} make a whole batch one example for D, so there is nothing left to pack, "
                f"to compare or to normalise: pack must be 1, not {self.pack}, minibatch None, not "
                f"{self.minibatch!r}, and norm None or 'spectral', not {self.norm!r}"
            )

        if self.members and (self.features or self.pack > 1 or self.minibatch is not None or self.norm is not None):
            refuse("members", self.members, "left out with a norm, packs, minibatch discrimination or features")

    def generator(self, noise: int, data: int, runs: int) -> nn.Module:
        """See `Architecture.generator`."""
        net = self._built([noise, *self.hidden, data], runs * (len(self.members) or 1))
        return Generators(net, self.members) if self.members else net

    def discriminator(self, data: int, batch: int, runs: int) -> nn.Module:
        """See `Architecture.discriminator`."""
        if self.features is not None:
            features = FEATURES[self.features]
            return WholeBatch(self._built([feature_width(features, batch), *self.hidden, 1], runs), features)
        net = self._built([data * self.pack, *self.hidden, 1], runs * (len(self.members) or 1))
        if self.members:
            return Discriminators(net, self.members)
        return Packed(net, self.pack) if self.pack > 1 else net

    def _built(self, sizes: list[int], runs: int) -> Perceptron:
        inside = {"norm": self.norm, "minibatch": self.minibatch}
        return mlp(sizes, ACTIVATIONS[self.activation], runs, INITS[self.init], **inside)

    def depends_on(self, batch: int, other: int) -> bool:
        """See `Architecture.depends_on`."""
        return self.features not in (None, "moments") and batch != other

    def held(self, inputs: int, outputs: int, batch: int) -> int:
        """See `Architecture.held`."""
        if self.features is not None:
            inputs = feature_width(FEATURES[self.features], batch)
        sizes = (inputs * self.pack if self.features is None else inputs, *self.hidden, outputs)
        numbers = 4 * sum(a * b for a, b in pairwise(sizes)) + max(VIEW, batch) * sum(sizes)
        if self.minibatch is not None and self.hidden:
            numbers += self.minibatch.kernels * self.minibatch.dim * (batch**2 + 4 * self.hidden[-1])
        return numbers * (len(self.members) or 1)
