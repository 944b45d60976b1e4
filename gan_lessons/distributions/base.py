"""`Distribution`: what real data and noise offer.

A distribution first draws plain numbers and then shapes them, `sample = transform(draw)`, so that a
thousand runs are shaped in one operation. Numbers such as a mean may differ from run to run: give a
sequence with one a run, and sample with runs as the first axis.
"""

from collections.abc import Sequence

import numpy as np
import torch

from gan_lessons._core.settings import Control, Settings

PerRun = float | Sequence[float]
NARROWEST = 1e-12  # the least sd
_SDS = (0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.25, 1.5, 2, 3)
MEAN = Control(
    "data's mean",
    "Where the real data lie on the line. Move it while G trains: D finds out first, and then G follows.",
    tuple(i / 2 for i in range(-24, 25)),
    "mean",
    "data",
    basic=True,
    fits=lambda recipe, mean: recipe.window[0] + 1 <= mean <= recipe.window[1] - 1,
)
SD = Control(
    "data's sd",
    "How wide the real data are, in the plane around their shape. Narrow ones hardly meet what G makes: D wins easily.",
    _SDS,
    "sd",
    "data",
    basic=True,
    fits=lambda recipe, sd: sd <= 0.5 if recipe.data.dim == 2 else sd >= 0.1,
)


class Distribution(Settings, abstract=True):
    """What every distribution offers. `dim` is the width d of a sample, `classes` how many labels there are, or 0.

    On a line, where they exist: `log_prob(x)` for tensors (*runs, n, 1); `pdf(x)`, `cdf(x)` and `quantile(u)`
    in NumPy, (n,) -> (n,), or -> (runs, n) where settings differ from run to run; and `mean`, `sd`, `skewness`,
    `kurtosis` (excess), numbers or one a run, and `modes`, an array of centres.
    """

    dim, classes = 1, 0

    def sample(self, shape: Sequence[int], generator: torch.Generator, dtype=torch.float32) -> torch.Tensor:
        """Draws samples of shape (*shape, d); the last entry of `shape` is the batch."""
        return self.transform(self.draw(tuple(shape), generator, dtype))

    def draw(self, shape: tuple[int, ...], generator: torch.Generator, dtype) -> torch.Tensor:
        """Plain numbers (*shape, width) from the generator, the same whatever the settings are."""
        raise NotImplementedError

    def transform(self, raw: torch.Tensor) -> torch.Tensor:
        """Shapes plain numbers (..., *runs, batch, width) into samples (..., *runs, batch, d)."""
        raise NotImplementedError

    def check_batch(self, batch: int) -> None:
        """Raises ValueError for a batch that these data are too few for."""

    def pdf(self, x: np.ndarray) -> np.ndarray:
        """The density on a line, (n,) -> (n,) or (runs, n)."""
        return self.log_prob(torch.as_tensor(x, dtype=torch.float64)[..., None]).exp()[..., 0].numpy()

    def labels(self, raw: torch.Tensor) -> torch.Tensor:
        """Each sample's label, whole numbers from 0, (..., *runs, batch), from the numbers that `transform` shapes.

        Only for data with `classes`."""
        raise NotImplementedError


def column(value: float | tuple, like: torch.Tensor) -> float | torch.Tensor:
    """A number as it is, one a run as (*runs, 1, 1)."""
    return like.new_tensor(value)[:, None, None] if isinstance(value, tuple) else value


def row_of(value: float | tuple) -> np.ndarray:
    """A number as it is, one a run as (runs, 1), in NumPy."""
    return np.asarray(value)[:, None] if isinstance(value, tuple) else value
