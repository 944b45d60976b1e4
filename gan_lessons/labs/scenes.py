"""What the Stage draws: panels with layers, and frames of numbers in which every layer has its place."""

import numpy as np
import torch

from gan_lessons import metrics, theory

REAL, GENERATED, LEARNED, BEST = "#0072B2", "#D55E00", "#767676", "#009E73"  # Okabe and Ito's, and a grey
POINTS = 200  # on the line
BAND_STEP = 2  # the band takes every second of each run's samples, in order of size
DOTS = 64  # samples of a batch shown in slow motion


class Places:
    """Gives every layer its place in a frame, and fills frames."""

    def __init__(self):
        self.size, self._at = 0, {}

    def add(self, name: str, n: int) -> list[int]:
        """Reserves n numbers; returns [offset, n]."""
        self._at[name] = slice(self.size, self.size + n)
        self.size += n
        return [self.size - n, n]

    def one(self, name: str) -> int:
        """Reserves one number; returns its offset."""
        return self.add(name, 1)[0]

    def fill(self, values: dict[str, np.ndarray]) -> bytes:
        """A frame as float32 bytes; what is not given is NaN, which is not drawn."""
        frame = np.full(self.size, np.nan, np.float32)
        for name, value in values.items():
            frame[self._at[name]] = value
        return frame.tobytes()


class LineScene:
    """The scene of a GAN on a line: densities, D's curve beside D*, losses, probabilities and moments.

    window: the stretch of the line that is drawn. runs: with more than one, a band shows the other runs.
    has_curve: False for a D that sees whole batches, which has no value at a single point.
    """

    def __init__(self, title: str, window: tuple[float, float], runs: int, has_curve: bool):
        self.title, self.window, self.runs, self.has_curve = title, window, runs, has_curve
        self.x = np.linspace(*window, POINTS)
        self.places, self._known = Places(), (None,)
        self.spec = {"title": title, "panels": [self._densities(), *self._traces()]}

    def _densities(self) -> dict:
        at, span = self.places.add, list(self.window)
        layers = [{"kind": "area", "label": "real data", "color": REAL, "x": span, "values": at("real", POINTS)}]
        if self.runs > 1:
            label = f"generated, 8 in 10 of all {self.runs} runs"
            band = {"kind": "band", "label": label, "color": GENERATED, "x": span}
            layers.append(band | {"values": at("low", POINTS // 2), "upper": at("high", POINTS // 2)})
        label = "generated, the run shown (kernel estimate)" if self.runs > 1 else "generated (kernel estimate)"
        curve = {"kind": "curve", "x": span, "width": 2.5}
        layers.append(curve | {"label": label, "color": GENERATED, "values": at("generated", POINTS)})
        if self.has_curve:
            best = {"color": BEST, "values": at("best", POINTS), "axis": "y2", "dash": "dashed"}
            layers.append(curve | best | {"label": "D* = p / (p + q), the best D, with q the kernel estimate"})
            layers.append(curve | {"label": "D, as learned", "color": LEARNED, "values": at("D", POINTS), "axis": "y2"})
        dots = {"kind": "points", "color": REAL, "mark": "square", "values": at("real_dots", DOTS)}
        fake = dots | {"color": GENERATED, "mark": "dot", "values": at("fake_dots", DOTS)}
        layers += [dots | {"y": self.places.one("dots_y")}, fake | {"y": self.places.one("dots_y2")}]
        panel = {"id": "densities", "title": self.title, "box": [0, 0, 1, 0.62], "layers": layers}
        panel |= {"x": {"label": "value x", "range": span}, "y": {"label": "density", "top": self.places.one("top")}}
        return panel | ({"y2": {"label": "D: probability of real", "range": [0, 1]}} if self.has_curve else {})

    def _traces(self) -> list[dict]:
        def trace(name, color, dash="solid"):
            return {"kind": "trace", "at": self.places.one(name), "color": color, "dash": dash}

        def line(y, note):
            return {"kind": "line", "y": y, "note": note, "dash": "dotted", "width": 1.5}

        x = {"label": "step", "range": None}
        losses = [line(theory.LOG_4, "log 4"), line(theory.LOG_2, "log 2") | {"below": True}]
        losses += [trace("d_loss", LEARNED), trace("g_loss", GENERATED, dash="dashed")]
        chances = [line(0.5, "can only guess"), trace("p_real", REAL), trace("p_fake", GENERATED, dash="dashed")]
        target = {"kind": "line", "dash": "dotted", "width": 1.5}
        moments = [target | {"at": self.places.one("real_mean")}, target | {"at": self.places.one("real_sd")}]
        moments += [trace("mean", REAL), trace("sd", GENERATED, dash="dashed")]
        y = {"label": "nats", "include": [0, 1.6], "cap": [-2, 5]}
        lines = [("losses", "loss of D (solid) and of G (dashed)", losses, y)]
        y = {"label": "probability", "range": [0, 1]}
        lines.append(("chances", "D on real (solid), on generated (dashed)", chances, y))
        y = {"label": "units of x", "include": [0, 1], "cap": [self.window[0], self.window[1]]}
        lines.append(("moments", "generated mean (solid), sd (dashed)", moments, y))
        return [
            {"id": key, "title": title, "box": [i / 3, 0.62, 1 / 3, 0.38], "x": x, "y": y, "layers": layers}
            for i, (key, title, layers, y) in enumerate(lines)
        ]

    def frame(self, trainer, snapshot, pair, run: int, batch=None) -> tuple[bytes, dict]:
        """One frame's bytes, and the numbers that the summary speaks of.

        pair: G and D of the shown run alone (`Trainer.alone`). batch: samples to show as dots, real and generated.
        """
        samples = snapshot.samples[..., 0]
        data, real, quantiles = self._data(trainer.settings["data"], run, samples.shape[-1])
        shown = samples[run].astype(float)
        generated = theory.density(shown, self.x)
        with np.errstate(invalid="ignore"):  # a run that diverged has none
            mean, sd = float(shown.mean()), float(shown.std())
        numbers = {"mean": mean, "sd": sd, "real_mean": data.mean, "real_sd": data.sd}
        numbers |= {k: float(getattr(snapshot, k)[run]) for k in ("d_loss", "g_loss", "p_real", "p_fake")}
        values = numbers | {"real": real, "generated": generated, "top": 1.6 * real.max()}
        if self.has_curve:
            values |= {"best": theory.d_star(real, generated), "D": self._curve(pair[1])}
        fine = (snapshot.diverged < 0) & np.isfinite(samples).all(-1)
        counts, band = self._all_runs(np.sort(samples.astype(float), -1), fine, quantiles, trainer.settings["data"].sd)
        values |= band
        if batch is not None:
            values |= self._dots(batch, 1.6 * real.max())
        return self.places.fill(values), numbers | counts

    @torch.no_grad()
    def _curve(self, D) -> np.ndarray:
        x = torch.from_numpy(self.x).to(next(D.parameters()).dtype)[None, :, None]
        return D(x).sigmoid()[0, :, 0].numpy()

    def _data(self, data, run: int, n: int) -> tuple:
        """The shown run's data, their density, and the n quantiles to which `metrics.w1` compares n samples."""
        if self._known[0] != (data, run, n):
            own = data.for_run(run)
            self._known = (data, run, n), (own, own.pdf(self.x), data.quantile((np.arange(n) + 0.5) / n))
        return self._known[1]

    def _all_runs(self, ordered: np.ndarray, fine: np.ndarray, quantiles: np.ndarray, spread) -> tuple[dict, dict]:
        """How many runs are good and how many narrow, as `metrics` has it; and the band. ordered: samples by size."""
        with np.errstate(invalid="ignore"):  # runs that diverged
            sds, distances = ordered.std(-1), np.abs(ordered - quantiles).mean(-1)  # the latter is `metrics.w1`
        good, narrow = distances <= metrics.GOOD_W1 * np.asarray(spread), sds < metrics.NARROW_SD * np.asarray(spread)
        counts = {"good": int((fine & good).sum()), "narrow": int((fine & narrow).sum())}
        return counts, self._band(ordered[fine], sds[fine]) if self.runs > 1 and fine.any() else {}

    def _band(self, ordered: np.ndarray, sds: np.ndarray) -> dict:
        """Between which densities 8 in 10 runs lie. ordered: samples (runs, n) by size; sds: (runs,)."""
        some = ordered[:, ::BAND_STEP]
        n = some.shape[-1]
        iqr = (some[:, 3 * n // 4] - some[:, n // 4]) / 1.34
        widths = 0.9 * np.where(iqr > 0, np.minimum(sds, iqr), sds) * n**-0.2  # Silverman's rule, as `theory` has it
        x = np.linspace(*self.window, POINTS // 2)
        densities = np.sort(theory.density(some, x, np.maximum(widths, 1e-9)), 0)
        rank = (len(densities) - 1) * np.array([0.1, 0.9])
        return {"low": densities[round(rank[0])], "high": densities[round(rank[1])]}

    def _dots(self, batch, top: float) -> dict:
        real, fake = (np.resize(np.r_[part[:DOTS, 0], np.full(DOTS, np.nan)], DOTS) for part in batch)
        return {"real_dots": real, "fake_dots": fake, "dots_y": 0.06 * top, "dots_y2": 0.13 * top}
