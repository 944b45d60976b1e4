"""The pieces whose parameters carry a leading runs axis, so that a hundred networks train as one."""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from gan_lessons.errors import number, refuse, whole
from gan_lessons.randomness import generator

Init = Callable[[torch.Tensor, torch.Tensor, torch.Generator], None]


def normal_init(sd: float) -> Init:
    """Weights N(0, sd), biases 0: what AYLIEN's toy uses, with sd 1. Raises ValueError if sd is negative."""
    number("sd", sd, low=0.0)

    def init(weight, bias, rng):
        weight.normal_(0.0, sd, generator=rng)
        bias.zero_()

    return init


def torch_init(weight: torch.Tensor, bias: torch.Tensor, rng: torch.Generator) -> None:
    """Weights and biases U(-b, b) with b = 1 / sqrt(inputs): the default of `torch.nn.Linear`."""
    bound = weight.shape[-2] ** -0.5
    weight.uniform_(-bound, bound, generator=rng)
    bias.uniform_(-bound, bound, generator=rng)


class Linear(nn.Module):
    """x W + b for every run: (*runs, batch, inputs) -> (*runs, batch, outputs).

    weight: (runs, inputs, outputs), bias: (runs, 1, outputs). Note that `torch.nn.Linear` keeps its weight
    the other way round.
    """

    def __init__(self, inputs: int, outputs: int, runs: int = 1, init: Init = torch_init):
        super().__init__()
        whole("inputs", inputs), whole("outputs", outputs), whole("runs", runs)
        self.init = init
        self.weight = nn.Parameter(torch.zeros(runs, inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(runs, 1, outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.baddbmm(self.bias, x, self.weight)

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Draws one run's weights afresh."""
        self.init(self.weight[run], self.bias[run], rng)

    def extra_repr(self) -> str:
        return "{1} -> {2}, runs={0}".format(*self.weight.shape)


def initialize(network: nn.Module, seeds: Sequence[int], name: str) -> None:
    """Draws every layer's weights, each run's from its own seed. name: sets networks of one seed apart."""
    layers = [layer for layer in network.modules() if hasattr(layer, "reset")]
    for run, seed in enumerate(seeds):
        rng = generator(seed, name)
        for layer in layers:
            layer.reset(run, rng)


class WholeBatch(nn.Module):
    """A critic for whom a whole batch is one example (Dev Nag 2017): (*runs, batch, 1) -> (*runs, 1, 1).

    inner: a network from features to one logit. features: a function (..., batch) -> (..., width), one of
    `raw`, `squared_differences`, `differences`, `moments`.
    """

    def __init__(self, inner: nn.Module, features: Callable[[torch.Tensor], torch.Tensor]):
        super().__init__()
        self.inner, self.features = inner, features
        self.runs = inner.runs

    @property
    def inputs(self) -> int:
        return 1

    def check(self, batch: int) -> None:
        """Raises ValueError unless a batch of this size gives as many finite features as the inner network takes."""
        found = self.features(torch.arange(2.0 * batch).view(2, batch))
        width = found.shape[-1]
        if not torch.isfinite(found).all():
            raise ValueError(f"batch of {batch} has no {self.features.__name__}: it is too small")
        if width != self.inner.inputs:
            raise ValueError(
                f"batch of {batch} gives {width} features by {self.features.__name__}, but the discriminator takes "
                f"{self.inner.inputs}; build it with the width that `feature_width` names"
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(self.features(x.squeeze(-1)).unsqueeze(-2))

    def both(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Logits of the two batches, (*runs, 2, 1), in one pass: to the inner network they are two examples."""
        return self.inner(self.features(torch.stack([real.squeeze(-1), fake.squeeze(-1)], -2)))

    def extra_repr(self) -> str:
        return f"features={self.features.__name__}"


def raw(x: torch.Tensor) -> torch.Tensor:
    """The batch as it is: (..., batch) -> (..., batch)."""
    return x


def squared_differences(x: torch.Tensor) -> torch.Tensor:
    """The batch and its squared distances from its mean: (..., batch) -> (..., 2 batch).

    As in Dev Nag's code, the mean is a constant to the gradient."""
    return torch.cat([x, (x - x.detach().mean(-1, keepdim=True)) ** 2], -1)


def differences(x: torch.Tensor) -> torch.Tensor:
    """The batch and its distances from its mean (a constant to the gradient): (..., batch) -> (..., 2 batch)."""
    return torch.cat([x, x - x.detach().mean(-1, keepdim=True)], -1)


def moments(x: torch.Tensor) -> torch.Tensor:
    """Mean, sd (of the population), skewness and excess kurtosis: (..., batch) -> (..., 4)."""
    mean = x.mean(-1, keepdim=True)
    gap = x - mean
    sd = (gap * gap).mean(-1, keepdim=True).sqrt()
    score = gap / sd
    cube = score * score * score
    return torch.cat([mean, sd, cube.mean(-1, keepdim=True), (cube * score).mean(-1, keepdim=True) - 3], -1)


FEATURES = {function.__name__: function for function in (raw, squared_differences, differences, moments)}


def feature_width(features: Callable, batch: int) -> int:
    """How many features a batch of this size gives."""
    if features not in FEATURES.values():
        refuse("features", features, f"one of {sorted(FEATURES)} of gan_lessons.models.layers")
    return features(torch.zeros(2, batch)).shape[-1]
