"""`Step`: what an objective or a penalty sees of one update."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import nn


@dataclass(eq=False)
class Step:
    """One update, of D or of G.

    G, D: the networks. noise: (*runs, batch, dim). real: (*runs, batch, d), None where G's objective does not look at
    it. for_g: whether it is G that learns. steps: steps the trainer has done. jitter: instance noise on the generated
    batch, (*runs, batch, d) (that on the real one is in `real`). mix: (*runs, batch, 1) in [0, 1), where a penalty
    needs mixtures. slopes_wanted: whether a penalty will ask for the slopes.

    fake: what D is shown of G, (*runs, batch, d), a constant in D's update. logits: D's on real (row 0) and fake
    (row 1), (*runs, 2, n), with n the batch, fewer for packs. real_logits, fake_logits: on one of them, (*runs, n).
    """

    G: nn.Module
    D: nn.Module
    noise: torch.Tensor
    real: torch.Tensor | None = None
    for_g: bool = True
    steps: int = 0
    jitter: torch.Tensor | None = None
    mix: torch.Tensor | None = None
    slopes_wanted: bool = False

    @cached_property
    def fake(self) -> torch.Tensor:
        with torch.set_grad_enabled(self.for_g and torch.is_grad_enabled()):  # D's update must not move G
            fake = self.G(self.noise)
            return fake if self.jitter is None else fake + self.jitter

    @cached_property
    def shown(self) -> tuple[torch.Tensor, torch.Tensor]:
        """What D looks at, real and generated; followed by autograd where a penalty asks for slopes."""
        if not self.slopes_wanted:
            return self.real, self.fake
        return tuple(x if x.requires_grad else x.detach().requires_grad_() for x in (self.real, self.fake))

    @cached_property
    def logits(self) -> torch.Tensor:
        if hasattr(self.D, "both"):
            return self.D.both(*self.shown)
        return torch.stack([self.D(x).squeeze(-1) for x in self.shown], -2)

    @cached_property
    def real_logits(self) -> torch.Tensor:
        return self.D(self.real).squeeze(-1)

    @cached_property
    def fake_logits(self) -> torch.Tensor:
        return self.D(self.fake).squeeze(-1)

    @cached_property
    def slopes(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The gradients of D's logits at what it was shown, (real, generated), each (*runs, batch, d)."""
        return torch.autograd.grad(self.logits.sum(), self.shown, create_graph=True)

    @cached_property
    def mixed_slopes(self) -> torch.Tensor:
        """The gradient of D's logits at points between the real and the generated samples, (*runs, batch, d)."""
        mixed = torch.lerp(self.real, self.fake, self.mix)
        mixed = mixed if mixed.requires_grad else mixed.requires_grad_()
        return torch.autograd.grad(self.D(mixed).sum(), mixed, create_graph=True)[0]

    @property
    def pack(self) -> int:
        """How many samples D judges together."""
        return getattr(self.D, "pack", 1)
