"""Minibatch discrimination: a layer that lets D see how close a sample is to the others of its batch."""

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from gan_lessons._core import refusals
from gan_lessons._core.settings import Settings, frozen, number, setting, whole

ELEMENTS = 2**23  # numbers that a piece of the work may hold at once: 32 MiB in float32


@frozen
class Minibatch(Settings):
    """Settings of minibatch discrimination: how many features (kernels), the dimension of each kernel, what a sample's
    comparison with itself adds (1 as in Salimans et al. 2016, equation 2; 0 leaves it out, as their code does; AYLIEN's
    first code has exp(-1)), and the sd of the first weights N(0, sd). Raises ValueError for sizes below 1."""

    kernels: int = setting(5, whole(1), most=4096)
    dim: int = setting(3, whole(1), most=4096)
    self_term: float = setting(1.0, number(0.0, 1.0))
    sd: float = setting(0.02, number(0.0))


class MinibatchDiscrimination(nn.Module):
    """Adds to every sample its closeness to the others of its batch.

    (*runs, batch, inputs) -> (*runs, batch, inputs + kernels).

    M = x T are `kernels` rows of `dim` numbers a sample; c_k(i, j) = exp(-|M_ik - M_jk|_1); feature k of sample i is
    the sum of c_k(i, j) over all j (that of j = i is settings.self_term). weight T: (runs, inputs, kernels * dim).
    Salimans et al. 2016, section 3.2. Work of more than `ELEMENTS` numbers is done in pieces, and again for the
    gradient, so memory stays bounded.
    """

    def __init__(self, inputs: int, settings: Minibatch = Minibatch(), runs: int = 1):
        super().__init__()
        refusals.whole("inputs", inputs), refusals.whole("runs", runs)
        self.settings = settings
        self.weight = nn.Parameter(torch.zeros(runs, inputs, settings.kernels * settings.dim))

    def forward(self, x: torch.Tensor, company: torch.Tensor | None = None) -> torch.Tensor:
        """company: None, or (*runs, m, inputs): then each sample is compared with these m, and not with the batch."""
        rows = self._rows(x)
        if company is None:  # every sample meets itself, too: exp(0) = 1
            features = self._closeness(rows, rows) + (self.settings.self_term - 1)
        else:
            features = self._closeness(rows, self._rows(company)) + self.settings.self_term
        return torch.cat([x, features], -1)

    def _rows(self, x: torch.Tensor) -> torch.Tensor:
        """M, (*runs, kernels, dim, batch)."""
        return torch.bmm(x, self.weight).mT.unflatten(-2, (self.settings.kernels, self.settings.dim))

    def _closeness(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """The features (*runs, n, kernels) of n samples a, from m samples b."""
        runs, kernels, dim, n = a.shape
        room = max(1, ELEMENTS // (kernels * dim * b.shape[-1]))  # rows of a, over runs, that a piece may have
        if runs * n <= room:
            return _sums(a, b)
        some_runs, some_rows = (max(1, room // n), n) if room >= n else (1, room)
        pieces = [
            torch.cat([_again(part, y) for part in x.split(some_rows, -1)], -2)
            for x, y in zip(a.split(some_runs), b.split(some_runs), strict=True)
        ]
        return torch.cat(pieces)

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Draws one run's weights afresh."""
        self.weight[run].normal_(0.0, self.settings.sd, generator=rng)

    def extra_repr(self) -> str:
        return f"{self.settings}, inputs={self.weight.shape[1]}, runs={self.weight.shape[0]}"


def _sums(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    distances = (a.unsqueeze(-1) - b.unsqueeze(-2)).abs().sum(-3)  # (*runs, kernels, n, m)
    return distances.neg().exp().sum(-1).mT


def _again(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """`_sums`, with nothing kept for the gradient but what went in."""
    return checkpoint(_sums, a, b, use_reentrant=False) if torch.is_grad_enabled() else _sums(a, b)
