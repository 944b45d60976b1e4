"""What the Stage draws of a GAN on a line: panels with layers, and frames in which every layer has its place."""

import numpy as np
import torch

from gan_lessons.labs import words
from gan_lessons.labs.scenes import charts, metrics, sameness
from gan_lessons.labs.scenes.charts import BEST, DOTS, GENERATED, LEARNED, REAL
from gan_lessons.labs.scenes.metrics import POINTS, Known
from gan_lessons.labs.scenes.toy import ToyScene
from gan_lessons.models.surface import surface
from gan_lessons.theory.kernel_density import density
from gan_lessons.theory.optimal_d import d_star

BAND_STEP = 2  # the band takes every second of each run's samples, in order of size


class LineScene(ToyScene):
    """The scene of a GAN on a line: densities, D's curve beside D*, losses, probabilities and moments, or a metric.

    window: the stretch of the line that is drawn. runs: with more than one, a band shows the other runs.
    has_curve: False for a D that sees whole batches, which has no value at a single point. beside: in which company D
    judges single points, if it does not judge them alone. scores: whether D gives scores, and no probabilities.
    """

    view, stream = 256, "line"
    metric_help = "What the third chart shows. A distance has a line at what real samples get: G need not do better."

    def __init__(
        self,
        title: str,
        window: tuple[float, float],
        runs: int,
        has_curve: bool,
        beside: str = "",
        scores: bool = False,
    ):
        self.runs, self.has_curve, self.beside = runs, has_curve, beside
        self.has_best = has_curve and not beside and not scores  # D* is of a D that gives each sample a probability
        self.x = np.linspace(*window, POINTS)
        super().__init__(title, window, scores, metrics.on_a_line(window), {})

    def _spec(self) -> dict:
        boxes, narrow = ([[i / 3, 0.62, 1 / 3, 0.38] for i in range(3)], [[0, 0.4 + i / 5, 1, 0.2] for i in range(3)])
        return self._laid_out(self._densities(), boxes, narrow, tall={"below": 640, "aspect": 1.6})

    def _why(self) -> list[str]:
        return words.why(self.scores, 1)

    def _densities(self) -> dict:
        add, span = self.moving.add, list(self.window)
        layers = [{"kind": "area", "label": "real data", "color": REAL, "x": span, "values": add("real", POINTS)}]
        layers[0]["read"] = "real density"
        if self.runs > 1:
            label = f"generated, 8 in 10 of all {self.runs} runs"
            band = {"kind": "band", "label": label, "color": GENERATED, "x": span}
            layers.append(band | {"values": add("low", POINTS // 2), "upper": add("high", POINTS // 2)})
        label = "generated, the run shown (kernel estimate)" if self.runs > 1 else "generated (kernel estimate)"
        curve = {"kind": "curve", "x": span, "width": 2.5}
        layers.append(curve | {"label": label, "color": GENERATED, "values": add("generated", POINTS)})
        layers[-1]["read"] = "generated density"
        if self.has_best:
            best = {"color": BEST, "values": add("best", POINTS), "axis": "y2", "dash": "dashed"}
            layers.append(curve | best | {"label": "D* = p / (p + q), the best D, with q the kernel estimate"})
        if self.has_curve:
            label = "D, as learned" + (f" ({self.beside})" if self.beside else "")
            layers.append(curve | {"label": label, "color": LEARNED, "values": add("D", POINTS), "axis": "y2"})
            layers[-1]["read"] = "D"
        dots = {"kind": "points", "color": REAL, "mark": "square", "values": add("real_dots", DOTS, 1)}
        fake = {"color": GENERATED, "mark": "dot", "values": add("fake_dots", DOTS, 1)}
        layers += [dots | {"height": add("dots_y")}, dots | fake | {"height": add("dots_y2")}]
        panel = {"id": "densities", "title": self.title, "layers": layers}
        panel |= {"box": [0, 0, 1, 0.62], "tall": [0, 0, 1, 0.4]}
        panel |= {"x": {"label": "value x", "range": span}, "y": {"label": "density", "top": add("top")}}
        label = "sigmoid of D's score" if self.scores else "D: probability of real"
        return panel | ({"y2": {"label": label, "range": [0, 1]}} if self.has_curve else {})

    def frame(self, trainer, snapshot, pair, run: int, batch=None, pushes=None) -> tuple[bytes, dict]:
        """One frame's bytes, and the numbers that the summary speaks of.

        pair: G and D of the shown run alone (`Trainer.alone`). batch: samples to show as dots, real and generated.
        pushes: not drawn here, where an arrow would lie on the dots; D's slope shows them.
        """
        known, shown = self._of_data(trainer.settings["data"], run), snapshot.samples[run]
        real, numbers = known.density, self._numbers(snapshot, run, known)
        generated = density(shown[:, 0].astype(float), self.x)
        values = numbers | {"real": real, "generated": generated, "top": 1.6 * real.max()}
        if self.has_best:
            values["best"] = d_star(real, generated)
        if self.has_curve:
            values["D"] = self._curve(pair[1], shown[: max(1, trainer.settings["batch"] - 1)])
            if not self.scores:
                of = numbers["real_mean"], numbers["real_sd"]
                numbers["d_spread"] = sameness.spread(self.x, values["D"], shown[:, 0], *of)
        fine = (snapshot.diverged < 0) & np.isfinite(snapshot.samples).all((-1, -2))
        if self.runs > 1 and fine.any():
            values |= self._band(np.sort(snapshot.samples[fine, :, 0].astype(float), -1))
        if batch is not None:
            values |= self._dots(batch, 1.6 * real.max())
        numbers |= self._counts.of(trainer, snapshot, fine, "narrow") | {"scores": self.scores}
        shift, width = (numbers["mean"] - numbers["real_mean"]) / numbers["real_sd"], numbers["sd"] / numbers["real_sd"]
        return self.moving.pack(values), numbers | {"shift": (shift,), "width": width}

    def _curve(self, D, companions: np.ndarray) -> np.ndarray:
        companions = torch.from_numpy(companions)[None]
        return surface(D, torch.from_numpy(self.x).to(companions.dtype)[None, :, None], companions)[0].numpy()

    def _known_now(self, data, real) -> Known:
        return Known(data, real, data.pdf(self.x))

    def _band(self, ordered: np.ndarray) -> dict:
        """Between which densities 8 in 10 runs lie. ordered: samples (runs, n) by size."""
        sds = ordered.std(-1)
        some = ordered[:, ::BAND_STEP]
        n = some.shape[-1]
        iqr = (some[:, 3 * n // 4] - some[:, n // 4]) / 1.34
        widths = 0.9 * np.where(iqr > 0, np.minimum(sds, iqr), sds) * n**-0.2  # Silverman's rule, as `theory` has it
        x = np.linspace(*self.window, POINTS // 2)
        densities = np.sort(density(some, x, np.maximum(widths, 1e-9)), 0)
        rank = (len(densities) - 1) * np.array([0.1, 0.9])
        return {"low": densities[round(rank[0])], "high": densities[round(rank[1])]}

    def _dots(self, batch, top: float) -> dict:
        real, fake = (charts.some(part) for part in batch)
        return {"real_dots": real, "fake_dots": fake, "dots_y": 0.06 * top, "dots_y2": 0.13 * top}
