"""What the Stage draws of a GAN on a line: panels with layers, and frames in which every layer has its place."""

import numpy as np
import torch

from gan_lessons import theory
from gan_lessons.labs import charts, panels
from gan_lessons.labs.charts import POINTS, Known
from gan_lessons.labs.counts import Counts
from gan_lessons.labs.panels import BEST, DOTS, GENERATED, LEARNED, REAL, Places
from gan_lessons.models.surface import surface
from gan_lessons.randomness import generator

BAND_STEP = 2  # the band takes every second of each run's samples, in order of size


class LineScene:
    """The scene of a GAN on a line: densities, D's curve beside D*, losses, probabilities and moments, or a metric.

    window: the stretch of the line that is drawn. runs: with more than one, a band shows the other runs.
    has_curve: False for a D that sees whole batches, which has no value at a single point. beside: in which company D
    judges single points, if it does not judge them alone. scores: whether D gives scores, and no probabilities.
    """

    view = 256  # generated samples

    def __init__(
        self,
        title: str,
        window: tuple[float, float],
        runs: int,
        has_curve: bool,
        beside: str = "",
        scores: bool = False,
    ):
        self.title, self.window, self.runs, self.has_curve = title, window, runs, has_curve
        self.beside, self.scores = beside, scores
        self.has_best = has_curve and not beside and not scores  # D* is of a D that gives each sample a probability
        self.x = np.linspace(*window, POINTS)
        self.metrics = charts.on_a_line(window)
        known = "What the third chart shows; a distance has what real samples get as a line"
        self.looks = {"metric": {"label": "metric", "help": known, "values": tuple(self.metrics), "index": 0}}
        self.places, self._counts, self._asked, self._known = Places(), Counts(), (None, None), Known(None, None)
        self.spec = self._spec()

    def _spec(self) -> dict:
        tall = {"below": 640, "aspect": 1.6}
        return {"title": self.title, "panels": [self._densities(), *self._charts()], "tall": tall}

    def _densities(self) -> dict:
        at, span = self.places.add, list(self.window)
        layers = [{"kind": "area", "label": "real data", "color": REAL, "x": span, "values": at("real", POINTS)}]
        layers[0]["read"] = "real density"
        if self.runs > 1:
            label = f"generated, 8 in 10 of all {self.runs} runs"
            band = {"kind": "band", "label": label, "color": GENERATED, "x": span}
            layers.append(band | {"values": at("low", POINTS // 2), "upper": at("high", POINTS // 2)})
        label = "generated, the run shown (kernel estimate)" if self.runs > 1 else "generated (kernel estimate)"
        curve = {"kind": "curve", "x": span, "width": 2.5}
        layers.append(curve | {"label": label, "color": GENERATED, "values": at("generated", POINTS)})
        layers[-1]["read"] = "generated density"
        if self.has_best:
            best = {"color": BEST, "values": at("best", POINTS), "axis": "y2", "dash": "dashed"}
            layers.append(curve | best | {"label": "D* = p / (p + q), the best D, with q the kernel estimate"})
        if self.has_curve:
            label = "D, as learned" + (f" ({self.beside})" if self.beside else "")
            layers.append(curve | {"label": label, "color": LEARNED, "values": at("D", POINTS), "axis": "y2"})
            layers[-1]["read"] = "D"
        dots = {"kind": "points", "color": REAL, "mark": "square", "values": at("real_dots", DOTS)}
        fake = dots | {"color": GENERATED, "mark": "dot", "values": at("fake_dots", DOTS)}
        layers += [dots | {"y": self.places.one("dots_y")}, fake | {"y": self.places.one("dots_y2")}]
        panel = {"id": "densities", "title": self.title, "layers": layers}
        panel |= {"box": [0, 0, 1, 0.62], "tall": [0, 0, 1, 0.4]}
        panel |= {"x": {"label": "value x", "range": span}, "y": {"label": "density", "top": self.places.one("top")}}
        label = "sigmoid of D's score" if self.scores else "D: probability of real"
        return panel | ({"y2": {"label": label, "range": [0, 1]}} if self.has_curve else {})

    def _charts(self) -> list[dict]:
        parts = [panels.losses(self.places, self.scores), panels.chances(self.places, self.scores)]
        for metric in dict.fromkeys(["moments", self._metric]):  # the words speak of moments, too
            third = self.metrics[metric].chart(self.places)
        boxes = [{"box": [i / 3, 0.62, 1 / 3, 0.38], "tall": [0, 0.4 + i / 5, 1, 0.2]} for i in range(3)]
        return [chart | box for chart, box in zip([*parts, third], boxes, strict=True)]

    @property
    def _metric(self) -> str:
        return panels.chosen(self.looks, "metric")

    def look(self, name: str, value: str) -> bool:
        """Chooses what is shown, one of `looks`; training does not see it. True: `spec` is another one now.

        Raises ValueError for what is not there to be chosen."""
        panels.choose(self.looks, name, value)
        self.spec = self._spec()
        return True

    def still(self, trainer, run: int) -> bytes:
        """What does not change from frame to frame: nothing, on a line."""
        return b""

    def frame(self, trainer, snapshot, pair, run: int, batch=None, pushes=None) -> tuple[bytes, dict]:
        """One frame's bytes, and the numbers that the summary speaks of.

        pair: G and D of the shown run alone (`Trainer.alone`). batch: samples to show as dots, real and generated.
        pushes: not drawn here, where an arrow would lie on the dots; D's slope shows them.
        """
        known = self._data(trainer.settings["data"], run)
        shown, real = snapshot.samples[run], known.density
        numbers = panels.seen(snapshot, run) | self._quality(shown, known)
        generated = theory.density(shown[:, 0].astype(float), self.x)
        values = numbers | {"real": real, "generated": generated, "top": 1.6 * real.max()}
        if self.has_best:
            values["best"] = theory.d_star(real, generated)
        if self.has_curve:
            values["D"] = self._curve(pair[1], shown[: max(1, trainer.settings["batch"] - 1)])
        fine = (snapshot.diverged < 0) & np.isfinite(snapshot.samples).all((-1, -2))
        if self.runs > 1 and fine.any():
            values |= self._band(np.sort(snapshot.samples[fine, :, 0].astype(float), -1))
        if batch is not None:
            values |= self._dots(batch, 1.6 * real.max())
        numbers |= self._counts.of(trainer, snapshot, fine, "narrow") | {"scores": self.scores}
        shift, width = (numbers["mean"] - numbers["real_mean"]) / numbers["real_sd"], numbers["sd"] / numbers["real_sd"]
        return self.places.fill(values), numbers | {"shift": (shift,), "width": width}

    def _curve(self, D, companions: np.ndarray) -> np.ndarray:
        companions = torch.from_numpy(companions)[None]
        return surface(D, torch.from_numpy(self.x).to(companions.dtype)[None, :, None], companions)[0].numpy()

    def _data(self, data, run: int) -> Known:
        """What is known of the shown run's data; made anew only when they change."""
        if self._asked[0] is not data or self._asked[1] != run:
            own = data.for_run(run)
            if own != self._known.data:
                self._known = Known(own, own.sample((self.view,), generator(0, "line")).numpy(), own.pdf(self.x))
            self._asked = data, run
        return self._known

    def _quality(self, shown: np.ndarray, known: Known) -> dict[str, float]:
        """The moments, of which the words speak, and what the chart shows."""
        numbers = {}
        for metric in dict.fromkeys(["moments", self._metric]):
            numbers |= self.metrics[metric].numbers(shown, known)
        return numbers

    def _band(self, ordered: np.ndarray) -> dict:
        """Between which densities 8 in 10 runs lie. ordered: samples (runs, n) by size."""
        sds = ordered.std(-1)
        some = ordered[:, ::BAND_STEP]
        n = some.shape[-1]
        iqr = (some[:, 3 * n // 4] - some[:, n // 4]) / 1.34
        widths = 0.9 * np.where(iqr > 0, np.minimum(sds, iqr), sds) * n**-0.2  # Silverman's rule, as `theory` has it
        x = np.linspace(*self.window, POINTS // 2)
        densities = np.sort(theory.density(some, x, np.maximum(widths, 1e-9)), 0)
        rank = (len(densities) - 1) * np.array([0.1, 0.9])
        return {"low": densities[round(rank[0])], "high": densities[round(rank[1])]}

    def _dots(self, batch, top: float) -> dict:
        real, fake = (panels.some(part) for part in batch)
        return {"real_dots": real, "fake_dots": fake, "dots_y": 0.06 * top, "dots_y2": 0.13 * top}
