"""PacGAN: D judges several samples at once, so that a lack of variety shows inside a pack."""

import torch
from torch import nn

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.models import protocol


class Packed(nn.Module):
    """A critic of packs: (*runs, batch, d) -> inner of (*runs, batch / size, size * d) -> (*runs, batch / size, 1).

    inner: a critic that takes size * d numbers. Neighbours in the batch make a pack. Size 1 is the inner critic.
    Raises ValueError if size does not divide inner's inputs; `check` refuses batches. Lin et al. 2018, section 3."""

    def __init__(self, inner: nn.Module, size: int):
        super().__init__()
        protocol.check("inner", inner)
        self.inner, self.size, self.runs = inner, whole("size", size), inner.runs
        if inner.inputs % self.size:
            refuse("size", size, f"a divisor of the {inner.inputs} numbers that the inner critic takes")

    @property
    def inputs(self) -> int:
        return self.inner.inputs // self.size

    @property
    def told(self) -> dict[str, object]:
        """What its parameters do not tell of it: see `protocol.Offers`."""
        return {"pack": self.size, "inner": protocol.ask(self.inner, "told")}

    @property
    def pack(self) -> int:
        """How many samples are judged together."""
        return self.size

    @property
    def looks_at(self) -> str:
        """What counts for a verdict: "batches" if the inner critic compares packs, "samples" for packs of one, or
        "packs"."""
        inner = getattr(self.inner, "looks_at", "samples")
        return "packs" if inner == "samples" and self.size > 1 else inner

    def packed(self, x: torch.Tensor) -> torch.Tensor:
        """(*runs, batch, d) -> (*runs, batch / size, size * d)."""
        return x.reshape(*x.shape[:-2], -1, self.size * x.shape[-1])

    def check(self, batch: int) -> None:
        """Raises ValueError unless the size divides the batch and the inner critic takes so many packs."""
        if batch % self.size:
            raise ValueError(f"batch of {batch} cannot be packed by {self.size}: it must be a multiple of the pack")
        if hasattr(self.inner, "check"):
            self.inner.check(batch // self.size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(self.packed(x))

    def both(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Logits of real and generated packs, (*runs, 2, batch / size)."""
        return self.inner.both(self.packed(real), self.packed(fake))

    def penultimate(self, x: torch.Tensor) -> torch.Tensor:
        """The inner critic's last hidden layer, (*runs, batch / size, width)."""
        return self.inner.penultimate(self.packed(x))

    def extra_repr(self) -> str:
        return f"size={self.size}"
