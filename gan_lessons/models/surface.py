"""D's verdict at any point, also of a D that judges packs or batches: then in stated company."""

from collections.abc import Callable

import torch
from torch import nn

from gan_lessons.models import protocol
from gan_lessons.models.conditional import FurtherOutputs, asked
from gan_lessons.models.mlp import Perceptron
from gan_lessons.models.packed import Packed
from gan_lessons.models.whole_batch import WholeBatch

DRAWS = 4  # packs that each point is judged in


@torch.no_grad()
def surface(
    D: nn.Module, points: torch.Tensor, companions: torch.Tensor, probability: Callable = torch.sigmoid
) -> torch.Tensor:
    """D's probability of real at each point: (*runs, n, d) -> (*runs, n).

    companions: (*runs, m, d), samples that keep each point company where D does not judge samples one by one (see
    `company`); m should be the training's batch less one for minibatch discrimination. probability: from logits.
    A D that is told a class judges each point as of the class that it finds most real there.
    Raises ValueError for a D that sees a whole batch as one example: it has no verdict on a point."""
    if isinstance(D, WholeBatch):
        raise ValueError("D sees a whole batch as one example, so it has no verdict on single samples")
    D = _inside(D)
    was_training = D.training
    D.eval()
    try:
        if classes := protocol.ask(D, "classes"):
            return probability(_suited(D, points, classes))
        if not isinstance(D, Packed):
            return probability(_judged(D, points, companions))
        packs = [D.packed(_in_packs(points, companions, D.size, draw)) for draw in range(DRAWS)]
        company = D.packed(companions[..., : companions.shape[-2] // D.size * D.size, :])
        return torch.stack([probability(_judged(D.inner, pack, company)) for pack in packs]).mean(0)
    finally:
        D.train(was_training)


def company(D: nn.Module) -> str:
    """In which company `surface` judges each point: a phrase for a legend, "" for a D that looks at samples alone."""
    D = _inside(D)
    if protocol.ask(D, "classes"):
        return "told the class that suits each point best"
    found = [f"in packs with {D.size - 1} generated"] if isinstance(D, Packed) and D.size > 1 else []
    inner = D.inner if isinstance(D, Packed) else D
    if getattr(inner, "minibatch", None) is not None:
        found.append("each in a batch of generated ones")
    if getattr(inner, "norm", None) == "batch":
        found.append("normalised by running averages")
    return ", ".join(found)


def _inside(D: nn.Module) -> nn.Module:
    """D without further outputs, which change no verdict."""
    return D.inner if isinstance(D, FurtherOutputs) else D


def _suited(D: nn.Module, points: torch.Tensor, classes: int) -> torch.Tensor:
    """The greatest of the logits over all classes, (*runs, n)."""
    of_each = [asked(D, points, torch.full((points.shape[-2],), k)).squeeze(-1) for k in range(classes)]
    return torch.stack(of_each).amax(0)


def _judged(D: nn.Module, points: torch.Tensor, companions: torch.Tensor) -> torch.Tensor:
    if isinstance(D, Perceptron):
        return D.judge(points, companions).squeeze(-1)
    return D(points).squeeze(-1)


def _in_packs(points: torch.Tensor, companions: torch.Tensor, size: int, draw: int) -> torch.Tensor:
    """Each point followed by size - 1 companions: (*runs, n, d) -> (*runs, n * size, d)."""
    n, others = points.shape[-2], size - 1
    which = (torch.arange(n * others) + draw * 7919) % companions.shape[-2]
    mates = companions[..., which, :].unflatten(-2, (n, others))
    return torch.cat([points.unsqueeze(-2), mates], -2).flatten(-3, -2)
