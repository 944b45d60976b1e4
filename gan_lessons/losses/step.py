"""`Step`: what a loss or a penalty sees of one update."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
from torch import nn

from gan_lessons.models import protocol


@dataclass(eq=False)
class Step:
    """One update of one player.

    networks: all players' networks by name. learner: whose update it is. noise: (*runs, batch, dim), None in a game
    without noise. real: (*runs, batch, d), None where the learner's loss does not look at it. labels: (*runs, batch)
    whole numbers, where the data have them. steps: steps the trainer has done. jitter: instance noise on the generated
    batch, (*runs, batch, d) (that on the real one is in `real`). augment: how the generated batch is changed before D
    sees it (the real one is), None for not. mix: (*runs, batch, 1) in [0, 1), where a penalty
    needs mixtures. slopes_wanted: whether a penalty will ask for the slopes. critic, maker: the players that D and G
    stand for here; see `pair`.

    fake: what D is shown of G, (*runs, batch, d), a constant unless G learns. logits: D's on real (row 0) and fake
    (row 1), (*runs, 2, n), with n the batch, fewer for packs. real_logits, fake_logits: on one of them, (*runs, n).
    outputs: all that D says of both, (*runs, 2, n, outputs), the logit first. real_outputs, fake_outputs: that of one
    of them, (*runs, n, outputs).
    """

    networks: Mapping[str, nn.Module]
    learner: str
    noise: torch.Tensor | None
    real: torch.Tensor | None = None
    labels: torch.Tensor | None = None
    steps: int = 0
    jitter: torch.Tensor | None = None
    augment: Callable[[torch.Tensor], torch.Tensor] | None = None
    mix: torch.Tensor | None = None
    slopes_wanted: bool = False
    critic: str = "D"
    maker: str = "G"
    made: dict[str, torch.Tensor] = field(default_factory=dict)  # what makers made of the noise, shared by all pairs

    @property
    def G(self) -> nn.Module:
        return self.networks[self.maker]

    @property
    def D(self) -> nn.Module:
        return self.networks[self.critic]

    def pair(self, critic: str, maker: str = "G") -> "Step":
        """The same update as a game of two: of this D with this G, where there are several."""
        return replace(self, critic=critic, maker=maker)

    def with_d(self, D: nn.Module) -> "Step":
        """The same batch before another D."""
        return replace(self, networks={**self.networks, self.critic: D})

    def with_g(self, G) -> "Step":
        """The same batch from another G."""
        return replace(self, networks={**self.networks, self.maker: G}, made={})

    def apply(self, network: nn.Module, x: torch.Tensor) -> torch.Tensor:
        """What a network gives for x, and for the labels if it takes them."""
        return network(x, self.labels) if protocol.ask(network, "classes") else network(x)

    @property
    def fake(self) -> torch.Tensor:
        if self.maker not in self.made:
            followed = self.learner == self.maker and torch.is_grad_enabled()
            with torch.set_grad_enabled(followed):  # D's update must not move G
                fake = self.apply(self.G, self.noise)
                fake = fake if self.augment is None else self.augment(fake)
                self.made[self.maker] = fake if self.jitter is None else fake + self.jitter
        return self.made[self.maker]

    @cached_property
    def shown(self) -> tuple[torch.Tensor, torch.Tensor]:
        """What D looks at, real and generated; followed by autograd where a penalty asks for slopes.

        Where it is followed already (by unrolling), the slopes are taken at a node of their own: D's weights may depend
        on these samples too, and that is no part of D's slope."""
        if not self.slopes_wanted:
            return self.real, self.fake
        return tuple(x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in (self.real, self.fake))

    def each(self, x: torch.Tensor) -> torch.Tensor:
        """The logits of all Ds of a committee (or of the one D), (*runs, K, n)."""
        return self.D.each(x) if protocol.ask(self.D, "weights") else self.apply(self.D, x)[..., 0].unsqueeze(-2)

    @cached_property
    def each_logits(self) -> torch.Tensor:
        """Those on real (row 0) and fake (row 1), (*runs, K, 2, n)."""
        return self.each(torch.cat(self.shown, -2)).unflatten(-1, (2, -1))

    @cached_property
    def logits(self) -> torch.Tensor:
        if protocol.ask(self.D, "weights"):
            return self.D.mean(self.each_logits, -3)
        if hasattr(self.D, "both") and not protocol.ask(self.D, "classes"):
            return self.D.both(*self.shown)
        return self.outputs[..., 0]

    @cached_property
    def outputs(self) -> torch.Tensor:
        if protocol.ask(self.D, "looks_at") != "samples":
            return torch.stack([self.apply(self.D, x) for x in self.shown], -3)
        labels = None if self.labels is None else torch.cat([self.labels, self.labels], -1)
        return replace(self, labels=labels).apply(self.D, torch.cat(self.shown, -2)).unflatten(-2, (2, -1))

    @cached_property
    def real_outputs(self) -> torch.Tensor:
        return self.apply(self.D, self.real)

    @cached_property
    def fake_outputs(self) -> torch.Tensor:
        return self.apply(self.D, self.fake)

    @property
    def real_logits(self) -> torch.Tensor:
        return self.real_outputs[..., 0]

    @property
    def fake_logits(self) -> torch.Tensor:
        return self.fake_outputs[..., 0]

    @cached_property
    def slopes(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The gradients of D's logits at what it was shown, (real, generated), each (*runs, batch, d)."""
        return torch.autograd.grad(self.logits.sum(), self.shown, create_graph=True)

    @cached_property
    def mixed_slopes(self) -> torch.Tensor:
        """The gradient of D's logits at points between the real and the generated samples, (*runs, batch, d)."""
        mixed = torch.lerp(self.real, self.fake, self.mix)
        mixed = mixed.view_as(mixed) if mixed.requires_grad else mixed.requires_grad_()
        return torch.autograd.grad(self.apply(self.D, mixed)[..., 0].sum(), mixed, create_graph=True)[0]

    @property
    def pack(self) -> int:
        """How many samples D judges together."""
        return protocol.ask(self.D, "pack")
