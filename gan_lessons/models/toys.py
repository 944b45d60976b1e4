"""`mlp`: the plain network of every toy, with a leading runs axis."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons.errors import refuse, whole
from gan_lessons.models.layers import Init, Linear, torch_init

aten = torch.ops.aten

ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": F.softplus, "elu": F.elu}


def _softplus_slope(grad: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    """The slope, a sigmoid, is 1 - exp(-out). Where out is above 20, torch takes softplus for a straight line."""
    return aten.threshold(-out, -20, -torch.inf).expm1_().neg_().mul_(grad)


# activation -> function of (gradient at its output, output) that gives the gradient at its input
SLOPES: dict[Callable, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    F.relu: lambda grad, out: aten.threshold_backward(grad, out, 0),
    torch.tanh: aten.tanh_backward,
    torch.sigmoid: aten.sigmoid_backward,
    F.softplus: _softplus_slope,
}


class MLP(nn.Module):
    """See `mlp`. As a critic it gives (*runs, batch, 1); `both` looks at real and generated in one pass."""

    def __init__(self, sizes: Sequence[int], activation: Callable, runs: int, init: Init):
        super().__init__()
        self.sizes, self.activation, self.runs = tuple(sizes), activation, runs
        self.layers = nn.ModuleList(Linear(i, o, runs, init) for i, o in pairwise(sizes))

    @property
    def inputs(self) -> int:
        return self.sizes[0]

    def extra_repr(self) -> str:
        return f"activation={getattr(self.activation, '__name__', self.activation)}"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        activation, *hidden, last = self.activation, *self.layers
        for layer in hidden:
            x = activation(layer(x))
        return last(x)

    def both(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Logits of real and generated samples, (*runs, 2, batch), in one pass: it looks at samples one by one."""
        return self(torch.cat([real, fake], -2)).view(*real.shape[:-2], 2, -1)

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
                found += [grad.sum(-2, keepdim=True), torch.bmm(outs[k].mT, grad)]
            if k or inputs:
                grad = torch.bmm(grad, layers[k].weight.mT)
            if k:
                grad = slope(grad, outs[k])
        return found[::-1], grad


def mlp(sizes: Sequence[int], activation: Callable = F.relu, runs: int = 1, init: Init = torch_init) -> MLP:
    """A multi-layer perceptron with `runs` independent copies: (*runs, batch, sizes[0]) -> (*runs, batch, sizes[-1]).

    sizes: widths from input to output, so mlp([1, 8, 8, 1]) has two hidden layers. activation: a function
    after each hidden layer; the output is linear. Weights are zero until a `Trainer` draws them from its
    seeds. Raises ValueError for fewer than two sizes, or any below 1.
    """
    if not isinstance(sizes, Sequence) or isinstance(sizes, str) or len(sizes) < 2:
        refuse("sizes", sizes, "a list of at least two widths, from input to output")
    if not callable(activation):
        refuse("activation", activation, "a function, such as torch.tanh")
    if not callable(init):
        refuse("init", init, "a function, such as torch_init")
    return MLP([whole("sizes", size) for size in sizes], activation, whole("runs", runs), init)
