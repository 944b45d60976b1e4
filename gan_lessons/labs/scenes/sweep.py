"""What the scrubber is sent of a sweep, once: a scene, words, and all its frames packed into one row of bytes."""

import math

import numpy as np

from gan_lessons._core import as_json
from gan_lessons.distributions.base import Distribution
from gan_lessons.labs.reel import Reel
from gan_lessons.labs.scenes.charts import GENERATED, LEARNED, REAL
from gan_lessons.metrics import verdicts
from gan_lessons.metrics.shares import share
from gan_lessons.sweeps.result import SweepResult
from gan_lessons.theory.kernel_density import density

LIMIT = 2_800_000  # bytes of frames: as text inside of a page they are a third more, under 4 MB in all
MOMENTS = 26  # kept at least, before seeds are left out
POINTS = 201  # on the line
HALF = POINTS // 2 + 1  # of the band, which takes every second of them, and at most of D's curve
CLOUD = 128  # generated points in the plane
NEITHER, GOOD, COLLAPSED, DIVERGED = range(4)


def pack(result: SweepResult) -> tuple[dict, bytes]:
    """A finished sweep for the page: what JSON can hold, and the frames."""
    line = result.dim == 1
    moments, seeds = _kept(result, *((2 * POINTS + 2 * HALF + 12, 4 * HALF) if line else (4 * CLOUD + 4, 0)))
    scene = _Line(result, moments, seeds) if line else _Plane(result, moments, seeds)
    _words(scene.reel, result, moments, seeds)
    known, row = scene.reel.packed()
    spec = {
        "label": result.label,
        "values": list(result.values),
        "steps": result.steps[moments].tolist(),
        "seeds": list(result.seeds[:seeds]),
        "shares": _shares(result.good, moments),
        "collapsed": _shares(result.collapsed, moments),
        "note": _sentence(result, len(moments), seeds, scene.note),
        "scene": scene.spec,
        "reel": known,
    }
    return spec, row


def _kept(result: SweepResult, run: int, shared: int) -> tuple[np.ndarray, int]:
    """Which moments, and how many of the seeds, are sent. run: bytes of one run at a moment; shared: of all runs."""
    positions, moments, seeds = result.good.shape
    room = LIMIT // positions

    def fit() -> int:
        return max(2, min(moments, room // (seeds * run + shared)))

    if fit() < moments:
        moments = max(fit(), min(moments, MOMENTS))
        seeds = max(1, min(seeds, (room // moments - shared) // run))
        moments = fit()
    return np.unique(np.linspace(0, len(result.steps) - 1, moments).round().astype(int)), seeds


class _Scene:
    """What of a sweep is drawn. spec: for the Stage. reel: all frames. note: what is left out of a picture."""

    spec: dict
    note = ""

    def __init__(self, result: SweepResult, moments: np.ndarray, seeds: int):
        self.reel = Reel(p=len(result.values), t=len(moments), s=seeds)
        self._draw(result, moments, seeds)
        self.spec["why"] = _why(result)


class _Line(_Scene):
    """Densities: the real one, the shown seed's, 8 in 10 of all seeds', and D's curve if there is a probe "D"."""

    def _draw(self, result: SweepResult, moments: np.ndarray, seeds: int) -> None:
        x, span = np.linspace(*result.window, POINTS), list(result.window)
        tops = 1.6 * result.density.max(-1)
        high = (0.0, 4 * float(tops.max()))  # what is higher lies outside of every picture
        self.reel.add("real", "p", result.density, high)
        generated = np.stack([_densities(samples[moments], x) for samples in result.samples])
        self.reel.add("generated", "pts", generated[:, :, :seeds], high)
        low, upper = _band(generated[..., ::2])
        self.reel.add("low", "pt", low, high), self.reel.add("high", "pt", upper, high)
        self.reel.add("top", "p", tops)
        layers = _layers(span, len(result.seeds))
        panel = {"id": "densities", "title": "", "box": [0, 0, 1, 1], "layers": layers}
        panel |= {"x": {"label": "value x", "range": span}, "y": {"label": "density", "top": "top"}}
        if (curve := _curve(result)) is not None:
            values, reach = curve
            self.reel.add("D", "pts", values[:, moments, :seeds], (0.0, 1.0))
            learned = {"kind": "curve", "label": "D, as learned", "color": LEARNED, "values": "D", "x": reach}
            layers.append(learned | {"axis": "y2", "read": "D"})
            panel["y2"] = {"label": "D: probability of real", "range": [0, 1]}
        self.spec = {"title": _title(result, "the real data and what the GANs make"), "panels": [panel]}


def _layers(span: list[float], seeds: int) -> list[dict]:
    generated = {"color": GENERATED, "x": span}
    band = {"kind": "band", "label": f"generated, 8 in 10 of all {seeds} seeds here", "values": "low", "upper": "high"}
    curve = {"kind": "curve", "label": "generated, the seed shown (kernel estimate)", "values": "generated"}
    real = {"kind": "area", "label": "real data", "color": REAL, "x": span, "values": "real", "read": "real density"}
    bands = [generated | band] if seeds > 1 else []
    return [real, *bands, generated | curve | {"width": 2.5, "read": "generated density"}]


class _Plane(_Scene):
    """Real and generated points."""

    def _draw(self, result: SweepResult, moments: np.ndarray, seeds: int) -> None:
        low, high = result.window
        far = (2 * low - high, 2 * high - low)  # what is further out is not in the picture wherever it lies
        view = result.samples.shape[-2]
        self.note = f"Of each run's {view} points {CLOUD} are drawn." if view > CLOUD else ""
        self.reel.add("real", "p", result.real, far)
        self.reel.add("fake", "pts", result.samples[:, moments, :seeds, :CLOUD], far)
        real = {"kind": "cloud", "label": "real data", "color": REAL, "values": "real", "mark": "square", "size": 2}
        fake = {"label": "generated, the seed shown", "color": GENERATED, "values": "fake", "mark": "dot", "size": 3}
        axes = {name: {"label": name, "range": [low, high]} for name in "xy"}
        panel = {"id": "plane", "title": "", "box": [0.2, 0, 0.6, 1], "tall": [0, 0, 1, 1], "square": True}
        panel |= axes | {"layers": [real, real | fake]}
        title = _title(result, "real points and those that the GANs make")
        self.spec = {"title": title, "panels": [panel], "tall": {"below": 640, "aspect": 1.05}}


def _densities(samples: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(T, S, view, 1) -> (T, S, m); NaN for a run that diverged."""
    return density(samples[..., 0].astype(float), x)


def _band(densities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between which 8 in 10 of the seeds lie that did not diverge: (P, T, S, m) -> two of (P, T, m)."""
    ordered = np.sort(densities, 2)  # NaN last
    ranks = np.isfinite(densities[..., :1]).sum(2, keepdims=True) - 1
    ends = (np.take_along_axis(ordered, np.rint(np.maximum(ranks, 0) * q).astype(int), 2) for q in (0.1, 0.9))
    low, high = (end[:, :, 0] for end in ends)
    return low, high


def _curve(result: SweepResult) -> tuple[np.ndarray, list[float]] | None:
    """D's curve over the window with at most about 100 points (P, T, S, n), and the stretch that they cover."""
    values = result.probes.get("D")
    if values is None or values.ndim != 4 or values.shape[-1] < 2:
        return None
    stride = math.ceil(values.shape[-1] / HALF)
    low, high = result.window
    last = (values.shape[-1] - 1) // stride * stride
    return values[..., ::stride], [low, low + (high - low) * last / (values.shape[-1] - 1)]


def _words(reel: Reel, result: SweepResult, moments: np.ndarray, seeds: int) -> None:
    """What only the words speak of: what became of each run and, on a line, its mean and sd beside the data's."""
    good, bad, gone = (a[:, moments, :seeds] for a in (result.good, result.collapsed, result.diverged >= 0))
    state = np.select([gone, good, bad], [DIVERGED, GOOD, COLLAPSED], NEITHER)
    reel.add("state", "pts", state)
    if result.dim > 1:
        return
    shown = result.samples[:, moments, :seeds][..., 0].astype(float)
    with np.errstate(all="ignore"):  # runs that diverged
        reel.add("moments", "pts", np.stack([shown.mean(-1), shown.std(-1)], -1))
    x, p = np.linspace(*result.window, result.density.shape[-1]), result.density.astype(float)
    mean = (p * x).sum(-1) / p.sum(-1)
    sd = np.sqrt((p * (x - mean[:, None]) ** 2).sum(-1) / p.sum(-1))
    reel.add("real moments", "p", np.stack([mean, sd], -1))


def _shares(mask: np.ndarray, moments: np.ndarray) -> list[list[list[float]]]:
    """At each moment and position: how many seeds are in a mask (P, T, S), all seeds, and the interval of the share."""
    rows = ([share(runs[moment]) for runs in mask] for moment in moments)
    return [[[s.good, s.total, round(s.low, 4), round(s.high, 4)] for s in row] for row in rows]


def _why(result: SweepResult) -> list[str]:
    """What makes a run good or collapsed, where the sweep says on which data it is judged, and all are of a kind."""
    data = [as_json.made("data", recipe["data"], Distribution) for recipe in result.settings.get("recipes", ())]
    modes = {len(getattr(one, "modes", ())) for one in data}
    return list(verdicts.in_words(result.dim, *modes)) if len(modes) == 1 else []


def _sentence(result: SweepResult, moments: int, seeds: int, note: str) -> str:
    """What of the sweep is in the picture."""
    known, words = len(result.steps), []
    words.append(f"{moments} of {known} moments" if moments < known else f"All {known} moments")
    words.append(f"{seeds} of {len(result.seeds)} seeds" if seeds < len(result.seeds) else f"all {seeds} seeds")
    return f"{' and '.join(words)} can be shown; the bars count all {len(result.seeds)} seeds. {note}".strip()


def _title(result: SweepResult, what: str) -> str:
    return f"A sweep of {result.label}: {what}"
