"""`mlp`: the network of every toy, with a leading runs axis, and what can be built into it."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons.errors import refuse, whole
from gan_lessons.models.layers import NARROW, BatchNorm, Init, Linear, SpectralLinear, torch_init
from gan_lessons.models.minibatch import Minibatch, MinibatchDiscrimination

aten = torch.ops.aten

NORMS = (None, "batch", "spectral")


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


class MLP(nn.Module):
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

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers[-1](self.penultimate(x))

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

    def trace(self, x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The output, and what went into each layer on the way, for `pull`."""
        *hidden, last = self.layers
        outs = [x]
        for layer in hidden:
            outs.append(self.activation(layer(outs[-1])))
        return last(outs[-1]), outs

    def pull(
        self, outs: list[torch.Tensor], grad: torch.Tensor, weights: bool = True, inputs: bool = False
    ) -> tuple[list[torch.Tensor], torch.Tensor]:
        """The chain rule, from a gradient at the output (*runs, batch, sizes[-1]) back.

        Gives the gradients of the parameters, in their order (none unless `weights`), and the one at the input
        (meaningless unless `inputs`)."""
        slope, found, layers = SLOPES[self.activation], [], list(self.layers)
        for k in range(len(layers) - 1, -1, -1):
            if weights:
                found += [grad.sum(-2, keepdim=True), _outer(outs[k], grad)]
            if k or inputs:
                weight = layers[k].weight.mT
                grad = grad * weight if weight.shape[-2] == 1 else torch.bmm(grad, weight)
            if k:
                grad = slope(grad, outs[k])
        return found[::-1], grad


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
) -> MLP:
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
    return MLP([whole("sizes", size) for size in sizes], activation, whole("runs", runs), init, norm, minibatch)
