"""Several networks as one player: `Discriminators` all judge each sample, `Generators` share the noise among them."""

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons._core.refusals import refuse, row
from gan_lessons.models import protocol


def checked_weights(name: str, weights: object) -> tuple[float, ...]:
    """What each member counts for its adversaries. Raises ValueError for none, negative ones, and zeros only."""
    weights = row(name, weights, 0.0, what="numbers of at least 0, one for each member")
    return weights if any(weights) else refuse(name, weights, "numbers of which at least one is above 0")


class _Members(nn.Module):
    """What both kinds share. inner: a network whose runs are the members: those of run r are the runs r * size to
    (r + 1) * size - 1. weights: what each member counts in its adversaries' sums, which are divided by their total.

    Raises ValueError for weights that cannot be, for runs that they do not divide, and for an inner network that
    compares samples or keeps running averages."""

    def __init__(self, inner: nn.Module, weights):
        super().__init__()
        protocol.check("inner", inner)
        weights = checked_weights("weights", weights)
        if inner.runs % len(weights):
            refuse("weights", weights, f"as many as divide the {inner.runs} runs of the inner network")
        if protocol.ask(inner, "looks_at") != "samples" or next(inner.buffers(), None) is not None:
            refuse("inner", inner, "a network that looks at samples one by one, without normalisation")
        self.inner, self.size, self.runs, self.inputs = inner, len(weights), inner.runs // len(weights), inner.inputs
        self.weights = tuple(weight / sum(weights) for weight in weights)

    @property
    def told(self) -> dict[str, object]:
        """What its parameters do not tell of it: see `protocol.Offers`."""
        return {"weights": list(self.weights), "inner": protocol.ask(self.inner, "told")}

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Draws the first weights of one run's members, one after the other."""
        layers = [layer for layer in self.inner.modules() if hasattr(layer, "reset")]
        for member in range(self.size):
            for layer in layers:
                layer.reset(run * self.size + member, rng)

    def extra_repr(self) -> str:
        return f"weights={self.weights}"


class Discriminators(_Members):
    """Several Ds that all judge each sample: (*runs, batch, d) -> (*runs, batch, 1), their logits' mean by weight.

    Each learns on its own verdicts, and G against their sum: see `losses.committee`. Durugkar et al. 2017 (GMAN)."""

    def each(self, x: torch.Tensor) -> torch.Tensor:
        """The logits of all members, (*runs, size, batch)."""
        shown = x.unsqueeze(1).expand(-1, self.size, -1, -1).reshape(-1, *x.shape[-2:])
        return self.inner(shown).view(self.runs, self.size, -1)

    def mean(self, logits: torch.Tensor, dim: int) -> torch.Tensor:
        """The mean over the members on an axis, by weight."""
        weights = logits.new_tensor(self.weights).view(-1, *[1] * (-1 - dim))
        return (logits * weights).sum(dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mean(self.each(x), -2).unsqueeze(-1)


class Generators(_Members):
    """Several Gs that share the noise: (*runs, batch, dim) -> (*runs, batch, d), sample i made by member i mod size.

    Ghosh et al. 2018 (MAD-GAN), without its further head of D that tells the members apart."""

    def check(self, batch: int) -> None:
        """Raises ValueError for a batch in which not each member makes a sample."""
        if batch < self.size:
            raise ValueError(f"batch of {batch} is too small for {self.size} generators: each must make a sample")

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        n, dim = noise.shape[-2:]
        shares = F.pad(noise, (0, 0, 0, -n % self.size)).view(self.runs, -1, self.size, dim).transpose(1, 2)
        made = self.inner(shares.reshape(self.runs * self.size, -1, dim))
        return made.view(self.runs, self.size, -1, made.shape[-1]).transpose(1, 2).flatten(1, 2)[:, :n]
