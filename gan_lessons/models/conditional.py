"""Networks that are told a label, and Ds that say more of a sample than real or generated."""

import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons._core.refusals import number, refuse, whole
from gan_lessons.models import protocol
from gan_lessons.models.layers import Linear, torch_init


class _Around(nn.Module):
    """A network around another, which says of itself what the inner one says. Raises ValueError for a committee."""

    def __init__(self, inner: nn.Module):
        super().__init__()
        protocol.check("inner", inner)
        if protocol.ask(inner, "weights"):
            refuse("inner", inner, "a single network, where labels or further outputs are asked for: no committee")
        self.inner, self.inputs, self.runs = inner, inner.inputs, inner.runs

    @property
    def looks_at(self) -> str:
        """As the inner network's."""
        return protocol.ask(self.inner, "looks_at")

    @property
    def large(self) -> bool:
        """As the inner network's."""
        return protocol.ask(self.inner, "large")

    @property
    def pack(self) -> int:
        """As the inner network's."""
        return protocol.ask(self.inner, "pack")

    @property
    def outputs(self) -> int | None:
        """As the inner network's."""
        return protocol.ask(self.inner, "outputs")

    @property
    def told(self) -> dict[str, object]:
        """What its parameters do not tell of it: see `protocol.Offers`."""
        return {"classes": protocol.ask(self, "classes"), "inner": protocol.ask(self.inner, "told")}

    def check(self, batch: int) -> None:
        """Raises ValueError for a batch that the inner network cannot take."""
        protocol.check_batch(self.inner, batch)


class Conditional(_Around):
    """A network that takes labels: (x, labels) -> what `inner` gives for x with the labels, one-hot, after it.

    inner: a network whose inputs are those of x and one for each class. classes: how many labels there are. size: of
    the one number of a label that is not 0: how loud it is beside x. Mirza & Osindero 2014, section 3.2. Raises
    ValueError if inner has no room for the labels beside x, or is a committee, and for a size that is not above 0.
    """

    def __init__(self, inner: nn.Module, classes: int, size: float = 1.0):
        super().__init__(inner)
        if whole("classes", classes) >= inner.inputs:
            refuse("classes", classes, f"fewer than the {inner.inputs} numbers that the inner network takes")
        self.classes, self.inputs, self.size = int(classes), inner.inputs - classes, number("size", size, 1e-6)

    @property
    def told(self) -> dict[str, object]:
        """What its parameters do not tell of it: see `protocol.Offers`."""
        return super().told | ({} if self.size == 1 else {"size": self.size})

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """labels: whole numbers (*runs, batch); or how much of each class, (*runs, batch, classes), to mix classes."""
        told = labels if labels.is_floating_point() else F.one_hot(labels, self.classes)
        return self.inner(torch.cat([x, told.to(x) * self.size], -1))


class _OnLastLayer(_Around):
    """What looks at the last hidden layer of D, in the shape that the inner D's own last layer sees.

    Raises ValueError for a D that has none for each sample, such as one of packs."""

    def __init__(self, inner: nn.Module):
        super().__init__(inner)
        if not hasattr(inner, "verdict"):
            refuse("inner", type(inner).__name__, "a D with a last hidden layer for each sample")

    @property
    def width(self) -> int:
        """Numbers in the last hidden layer."""
        like, training = next(self.inner.parameters()), self.inner.training
        self.inner.eval()  # running averages stay as they are
        with torch.no_grad():
            width = self.inner.penultimate(like.new_zeros(self.runs, 2, self.inputs)).shape[-1]
        self.inner.train(training)
        return width


class Projection(_OnLastLayer):
    """A D that is told the class at its end: logit = verdict(h) + v_y . h, with h its last hidden layer and one vector
    v_y for each class y. (*runs, batch, d) and labels (*runs, batch) -> (*runs, batch, 1).

    inner: D without labels. Miyato & Koyama 2018, equation 4."""

    def __init__(self, inner: nn.Module, classes: int):
        super().__init__(inner)
        self.classes = whole("classes", classes, 2)
        self.vectors = nn.Parameter(torch.zeros(self.runs, self.width, self.classes))

    @torch.no_grad()
    def reset(self, run: int, rng: torch.Generator) -> None:
        """Draws one run's vectors."""
        torch_init(self.vectors[run], self.vectors.new_empty(0), rng)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        h = self.inner.penultimate(x)
        of_all = torch.bmm(h, self.vectors)
        return self.inner.verdict(h) + of_all.gather(-1, labels.unsqueeze(-1))


class FurtherOutputs(_OnLastLayer):
    """A D that says more of a sample, by one linear layer on its last hidden one: (*runs, batch, d) -> (*runs, batch,
    1 + sum of further), the logit first.

    further: how many numbers in each group, such as (8, 2) for eight scores and two numbers."""

    def __init__(self, inner: nn.Module, further: tuple[int, ...]):
        super().__init__(inner)
        self.further = tuple(whole("further", n, 0) for n in further)
        self.head = Linear(self.width, whole("further", sum(self.further)), self.runs)

    @property
    def outputs(self) -> int:
        """The logit and all further ones."""
        return 1 + sum(self.further)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.inner.penultimate(x)
        return torch.cat([self.inner.verdict(h), self.head(h)], -1)

    def groups(self, outputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The further outputs, group by group: (..., 1 + sum of further) -> each (..., its size)."""
        return outputs[..., 1:].split(self.further, -1)


def asked(network: nn.Module, x: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
    """What a network gives for x (*runs, n, d), whether it takes labels or not.

    labels: whole numbers (n,), the same for all runs, or (*runs, n); by default one class after the other, and again.
    Raises ValueError, naming labels, for classes that the network does not know, and for labels that it does not take.
    """
    classes, shape = protocol.ask(network, "classes"), x.shape[:-1]
    if not classes:
        return network(x) if labels is None else refuse("labels", labels, "left out: the network is told no class")
    if labels is None:
        labels = torch.arange(shape[-1], device=x.device) % classes
    labels = torch.as_tensor(labels, device=x.device)
    if labels.is_floating_point() or labels.shape not in (shape, shape[-1:]):
        refuse("labels", labels, f"whole numbers, one for each of {shape[-1]} samples")
    for unknown in labels[(labels < 0) | (labels >= classes)].tolist():
        refuse("labels", unknown, f"a class that the network knows, from 0 to {classes - 1}")
    return network(x, labels.long().expand(shape))
