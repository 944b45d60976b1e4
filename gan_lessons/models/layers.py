"""The pieces whose parameters carry a leading runs axis, so that a hundred networks train as one."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons._core.refusals import number, whole

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


def spread_init(weight: torch.Tensor, bias: torch.Tensor, rng: torch.Generator) -> None:
    """Weights as `torch_init`, biases four times as wide: U(-4 b, 4 b) with b = 1 / sqrt(inputs).

    A unit's bend lies where w x + b = 0. With torch's own biases all bends of a first layer lie within about 1 of the
    origin; with these they cover data that reach to 4, such as PacGAN's grid."""
    torch_init(weight, bias, rng)
    bias.mul_(4.0)


NARROW = 4  # outputs up to which another order of the same product is quicker


def affine(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """x W + b for every run: (*runs, batch, inputs), (runs, inputs, outputs), (runs, 1, outputs) -> (..., outputs).

    Batched products with one or two columns take four times as long as they need, forward and back: for 20 runs, batch
    128 and 64 inputs .51 ms with one output against .14 as a sum, .48 with two against .17 transposed."""
    outputs = weight.shape[-1]
    if outputs == 1:
        return (x * weight.mT).sum(-1, keepdim=True) + bias
    if outputs <= NARROW:
        return torch.bmm(weight.mT.contiguous(), x.mT).mT + bias
    return torch.baddbmm(bias, x, weight)


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
        return affine(x, self.weight, self.bias)

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Draws one run's weights afresh."""
        self.init(self.weight[run], self.bias[run], rng)

    def extra_repr(self) -> str:
        return "{1} -> {2}, runs={0}".format(*self.weight.shape)


class SpectralLinear(Linear):
    """A `Linear` whose weight is divided by its largest singular value, so that it stretches nothing.

    The value comes from one power iteration a forward pass in training, on vectors u that are kept from pass to pass
    (runs, 1, inputs); in `eval()` u stays. Miyato et al. 2018, section 2.1."""

    def __init__(self, inputs: int, outputs: int, runs: int = 1, init: Init = torch_init):
        super().__init__(inputs, outputs, runs, init)
        self.register_buffer("u", torch.zeros(runs, 1, inputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return affine(x, self.weight / self.largest(), self.bias)

    def largest(self) -> torch.Tensor:
        """The estimate of the largest singular value, (runs, 1, 1), differentiable in the weight."""
        with torch.no_grad():
            v = F.normalize(self.u @ self.weight, dim=-1)
            u = F.normalize(v @ self.weight.mT, dim=-1)
            if self.training:
                self.u.copy_(u)
        return u @ self.weight @ v.mT

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        super().reset(run, rng)
        u = torch.randn(self.u[run].shape, generator=rng, dtype=self.u.dtype)
        for _ in range(15):  # as many as torch.nn.utils.parametrizations.spectral_norm does at its start
            u = F.normalize(F.normalize(u @ self.weight[run], dim=-1) @ self.weight[run].mT, dim=-1)
        self.u[run].copy_(u)


class BatchNorm(nn.Module):
    """Batch normalisation for every run: (*runs, batch, width) -> the same. Semantics of `torch.nn.BatchNorm1d`.

    In training a batch is normalised by its own mean and variance, and running ones are kept for `eval()`.
    Ioffe & Szegedy 2015."""

    def __init__(self, width: int, runs: int = 1, momentum: float = 0.1, eps: float = 1e-5):
        super().__init__()
        whole("width", width), whole("runs", runs)
        self.momentum, self.eps = number("momentum", momentum, 0.0, 1.0), number("eps", eps, 0.0)
        self.weight = nn.Parameter(torch.ones(runs, 1, width))
        self.bias = nn.Parameter(torch.zeros(runs, 1, width))
        self.register_buffer("running_mean", torch.zeros(runs, 1, width))
        self.register_buffer("running_var", torch.ones(runs, 1, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            mean = x.mean(-2, keepdim=True)
            var = (x - mean).square().mean(-2, keepdim=True)
            self._remember(mean.detach(), var.detach() * (x.shape[-2] / (x.shape[-2] - 1)))
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) * (var + self.eps).rsqrt() * self.weight + self.bias

    @torch.no_grad()
    def _remember(self, mean: torch.Tensor, var: torch.Tensor) -> None:
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(var, self.momentum)

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Back to no scaling and no memory; draws nothing."""
        for tensor, start in ((self.weight, 1), (self.bias, 0), (self.running_mean, 0), (self.running_var, 1)):
            tensor[run].fill_(start)

    def extra_repr(self) -> str:
        return f"{self.weight.shape[-1]}, momentum={self.momentum}, eps={self.eps}, runs={self.weight.shape[0]}"
