"""Dev Nag's critic: a whole batch is one example, seen raw or through features of it."""

from collections.abc import Callable

import torch
from torch import nn

from gan_lessons._core.refusals import refuse
from gan_lessons.models import protocol


class WholeBatch(nn.Module):
    """A critic for whom a whole batch is one example (Dev Nag 2017): (*runs, batch, 1) -> (*runs, 1, 1).

    inner: a network from features to one logit. features: a function (..., batch) -> (..., width), one of
    `raw`, `squared_differences`, `differences`, `batch_moments`.
    """

    def __init__(self, inner: nn.Module, features: Callable[[torch.Tensor], torch.Tensor]):
        super().__init__()
        self.inner, self.features = inner, features
        self.runs = inner.runs

    looks_at = "batches"

    @property
    def inputs(self) -> int:
        return 1

    @property
    def _word(self) -> str:
        return next((name for name, known in FEATURES.items() if known is self.features), self.features.__name__)

    @property
    def told(self) -> dict[str, object]:
        """What its parameters do not tell of it: see `protocol.Offers`."""
        return {"features": self._word, "inner": protocol.ask(self.inner, "told")}

    def check(self, batch: int) -> None:
        """Raises ValueError unless a batch of this size gives as many finite features as the inner network takes."""
        found = self.features(torch.arange(2.0 * batch).view(2, batch))
        width = found.shape[-1]
        if not torch.isfinite(found).all():
            raise ValueError(f"batch of {batch} has no {self._word}: it is too small")
        if width != self.inner.inputs:
            raise ValueError(
                f"batch of {batch} gives {width} features by {self._word}, but the discriminator takes "
                f"{self.inner.inputs}; build it with the width that `feature_width` names"
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(self.features(x.squeeze(-1)).unsqueeze(-2))

    def both(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Logits of the two batches, (*runs, 2, 1), in one pass: to the inner network they are two examples."""
        return self.inner(self.features(torch.stack([real.squeeze(-1), fake.squeeze(-1)], -2)))

    def extra_repr(self) -> str:
        return f"features={self._word}"


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


def batch_moments(x: torch.Tensor) -> torch.Tensor:
    """Mean, sd (of the population), skewness and excess kurtosis: (..., batch) -> (..., 4)."""
    mean = x.mean(-1, keepdim=True)
    gap = x - mean
    sd = (gap * gap).mean(-1, keepdim=True).sqrt()
    score = gap / sd
    cube = score * score * score
    return torch.cat([mean, sd, cube.mean(-1, keepdim=True), (cube * score).mean(-1, keepdim=True) - 3], -1)


FEATURES = {
    "raw": raw,
    "squared_differences": squared_differences,
    "differences": differences,
    "moments": batch_moments,
}


def feature_width(features: Callable, batch: int) -> int:
    """How many features a batch of this size gives."""
    if features not in FEATURES.values():
        refuse("features", features, f"one of {sorted(FEATURES)} of gan_lessons.models.layers")
    return features(torch.zeros(2, batch)).shape[-1]
