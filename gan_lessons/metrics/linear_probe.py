"""A linear probe: how well a linear classifier names digits from a few labelled ones, by some representation of them.

Alain & Bengio 2017. The representation stays as it is; what is trained is softmax(W f + b) alone, to its optimum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import number, refuse, whole

KINDS = 10


@dataclass(frozen=True, eq=False)
class Probe:
    """weight: (10, d). bias: (10,)."""

    weight: torch.Tensor
    bias: torch.Tensor

    def accuracy(self, features: torch.Tensor, labels: torch.Tensor) -> float:
        """The share of features (n, d) that it gives their label, (n,)."""
        features, labels = _checked(features, labels)
        return ((features @ self.weight.mT + self.bias).argmax(-1) == labels).double().mean().item()


def fit(features: torch.Tensor, labels: torch.Tensor, l2: float = 1e-2, steps: int = 200) -> Probe:
    """The probe with the least mean cross-entropy plus l2 / 2 times the squared length of W, in nats, by L-BFGS.

    features: (n, d). labels: (n,), digits. Raises ValueError for other shapes, other labels, numbers that are not
    finite, and a negative l2."""
    (x, y), l2 = _checked(features, labels), number("l2", l2, 0.0)
    weight = torch.zeros(KINDS, x.shape[1], dtype=x.dtype, requires_grad=True)
    bias = torch.zeros(KINDS, dtype=x.dtype, requires_grad=True)
    search = torch.optim.LBFGS([weight, bias], max_iter=whole("steps", steps), line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        found = F.cross_entropy(x @ weight.mT + bias, y) + l2 / 2 * weight.square().sum()
        found.backward()
        return found

    with torch.enable_grad():
        search.step(loss)
    return Probe(weight.detach(), bias.detach())


def scaled(features: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Features (n, d) less the mean of `like`, (m, d), over one number, so that those of `like` have a mean square of
    1 in all. One number for all: what a representation makes small stays small."""
    mean = like.mean(0)
    return (features - mean) / (like - mean).square().mean().sqrt()


def balanced(labels: torch.Tensor, n: int, draw: int = 0) -> torch.Tensor:
    """Which n of labelled samples to take, as many of each digit: places in `labels`, (n,), drawn by a number.

    Raises ValueError unless n is a multiple of 10 and there are enough of each digit."""
    if whole("n", n, KINDS) % KINDS:
        refuse("n", n, "a multiple of 10, so that each digit is there as often")
    rng, found = generator(whole("draw", draw, 0), f"{n} labels"), []
    for digit in range(KINDS):
        places = (labels == digit).nonzero()[:, 0]
        if len(places) < n // KINDS:
            refuse("n", n, f"at most {KINDS * len(places)}: there are {len(places)} of digit {digit}")
        found.append(places[torch.randperm(len(places), generator=rng)[: n // KINDS]])
    return torch.cat(found)


def accuracies(
    features: torch.Tensor,
    labels: torch.Tensor,
    test: tuple[torch.Tensor, torch.Tensor],
    n: int,
    draws: Sequence[int] = range(10),
    l2: float = 1e-2,
) -> list[float]:
    """The test accuracy of probes that see n labels, one for each draw of them. test: features and labels."""
    found = []
    for draw in draws:
        chosen = balanced(labels, n, draw)
        found.append(fit(features[chosen], labels[chosen], l2).accuracy(*test))
    return found


def _checked(features: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if features.dim() != 2 or not len(features):
        refuse("features", tuple(features.shape), "of shape (n, d)")
    if not torch.isfinite(features).all():
        refuse("features", "numbers with NaN or infinity", "finite numbers")
    if labels.shape != features.shape[:1]:
        refuse("labels", tuple(labels.shape), f"one for each of the {len(features)} features")
    if labels.is_floating_point() or labels.min() < 0 or labels.max() >= KINDS:
        refuse("labels", f"values from {labels.min()} to {labels.max()}", "whole numbers, digits from 0 to 9")
    return features.double(), labels.long()
