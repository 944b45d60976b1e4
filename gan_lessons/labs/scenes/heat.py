"""The heat map of the plane: what D says, what the best D against this G would say, or the difference of the two."""

import math
from dataclasses import replace

import numpy as np
import torch

from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.plane import Planar
from gan_lessons.labs.scenes.charts import GENERATED, REAL
from gan_lessons.labs.scenes.metrics import Known
from gan_lessons.models.surface import surface
from gan_lessons.theory.optimal_d import d_star

CELLS = 40  # each way
FEW = 0.01  # samples
D, BEST, DIFFERENCE = LOOKS = "D", "D*", "D - D*"
_LABELS = {
    D: "D's verdict: blue is real, orange is generated",
    BEST: "D*, the best D against this G: blue is real, orange is generated",
    DIFFERENCE: "D - D*: where blue D believes too much, where orange too little",
}


class Heat:
    """Numbers from 0 to 1 for the cells of a square window, row by row from the lowest y; at 1/2 the paper shows.

    D* = p / (p + q), with q a kernel estimate from the generated samples. The kernel is Gaussian and as wide as one
    cell: a narrower one would show single samples, a wider one would smear modes. p, the density of the data, is
    blurred by the same kernel, so that D* is 1/2 for a perfect G. Where neither has samples nothing decides: both get
    `FEW` more a cell, and D* goes to 1/2. It is there for a D that gives each sample by itself a probability, and for
    data that have a density once they are blurred.
    """

    def __init__(self, data: Distribution, window: tuple[float, float], beside: str, scores: bool):
        self.window, self.beside, self.scores = window, beside, scores
        self.cell = (window[1] - window[0]) / CELLS
        self.middles = np.linspace(*window, 2 * CELLS + 1)[1::2]
        self.points = np.stack(np.meshgrid(self.middles, self.middles), -1).reshape(-1, 2)
        self._points = {dtype: torch.from_numpy(self.points)[None].to(dtype) for dtype in (torch.float32, torch.double)}
        has_best = not beside and not scores and blurred(data.for_run(0), self.cell) is not None
        self.looks = LOOKS if has_best else (D,)
        self._best = None, None

    def layers(self, values: str, which: str) -> list[dict]:
        """A layer for each look at the same array; the number `which` of a frame says which one is drawn."""
        layer = {"kind": "heat", "n": CELLS, "values": values, "color": REAL, "low": GENERATED, "high": REAL}
        return [
            layer | {"label": self._label(look), "read": look, "when": [which, k], "bar": self.bar(look)}
            for k, look in enumerate(self.looks)
        ]

    def bar(self, look: str) -> dict:
        """The axis beside the colour bar."""
        if self.scores:
            return {"label": "D's score (0.5: the mean here)", "range": [0, 1]}
        if look == DIFFERENCE:
            return {"label": "D - D*: by how much D is off", "range": [-1, 1]}
        return {"label": f"{look}: probability of real", "range": [0, 1]}

    def _label(self, look: str) -> str:
        label = "D's score: blue is more real" if self.scores else _LABELS[look]
        return label + (f" ({self.beside})" if self.beside else "")

    def values(self, look: str, net, fake: np.ndarray, known: Known, batch: int) -> np.ndarray:
        """The numbers to draw, (CELLS^2,). net: the shown run's D. fake: its generated samples, (n, 2)."""
        if look == BEST:
            return self.best(fake, known.data)
        said = self.said(net, fake, known.real, batch)
        return said if look == D else (1 + said - self.best(fake, known.data)) / 2

    def said(self, net, fake: np.ndarray, real: np.ndarray, batch: int) -> np.ndarray:
        """D at the middles of the cells. Of scores only differences count, in units of their own spread."""
        fake = torch.from_numpy(fake)[None]
        companions, points = fake[:, : max(1, batch - 1)], self._points[fake.dtype]
        if not self.scores:
            return surface(net, points, companions)[0].numpy()
        drawn = torch.cat([points, fake, torch.from_numpy(real)[None].to(fake.dtype)], 1)
        there, here = surface(net, drawn, companions, lambda score: score)[0].split(
            [CELLS**2, len(fake[0]) + len(real)]
        )
        return ((there - here.mean()) / here.std()).sigmoid().numpy()

    def best(self, fake: np.ndarray, data: Distribution) -> np.ndarray:
        """D* at the middles of the cells."""
        if self._best[0] != data:
            self._best = data, blurred(data, self.cell).pdf(self.points)
        q, few = kernel_estimate(fake, self.middles, self.cell).ravel(), FEW / (len(fake) * self.cell**2)
        return d_star(self._best[1] + few, q + few)

    def density(self, data: Distribution) -> np.ndarray:
        """The density of the data, over about a cell (blurred by half of one, or narrow data fall between middles)."""
        known = blurred(data, self.cell / 2)
        return np.full(CELLS**2, np.nan) if known is None else known.pdf(self.points)


def blurred(data: Distribution, width: float) -> Distribution | None:
    """Data with Gaussian noise of sd `width` added; None if the result has no density that is known."""
    wider = replace(data, sd=math.hypot(data.sd, width)) if isinstance(data, Planar) else None
    return wider if hasattr(wider, "log_prob") else None


def kernel_estimate(samples: np.ndarray, middles: np.ndarray, width: float) -> np.ndarray:
    """A Gaussian kernel density estimate at all pairs of `middles`: samples (n, 2) -> (y, x), both (m,).

    Exact, and quick since a round Gaussian is a product of one in x and one in y. width: the kernel's sd."""
    along = (np.asarray(samples, float)[..., None] - middles) / width  # (n, 2, m)
    x, y = np.moveaxis(np.exp(-0.5 * along * along), 1, 0)
    return y.T @ x / (2 * math.pi * width**2 * len(samples))
