"""What the scrubber is sent of a sweep, once: a scene, words, and all its frames packed into one row of bytes."""

import math

import numpy as np

from gan_lessons import theory
from gan_lessons.labs.panels import GENERATED, LEARNED, REAL, Places
from gan_lessons.sweep_records import SweepResult

LIMIT = 2_800_000  # bytes of frames: as text inside of a page they are a third more, under 4 MB in all
MOMENTS = 26  # kept at least, before seeds are left out
POINTS = 201  # on the line
HALF = POINTS // 2 + 1  # of the band, which takes every second of them, and at most of D's curve
CLOUD = 128  # generated points in the plane
NOT_A_NUMBER = 65535  # the code of what is not drawn
NEITHER, GOOD, COLLAPSED, DIVERGED = range(4)


class Packing:
    """Numbers of many frames as bytes, in blocks that a page finds by position "p", moment "t" and seed "s".

    arrays: name -> {axes, n, at, low, high, place}; place: where in a frame the n numbers belong, None for those that
    only words speak of."""

    def __init__(self):
        self.arrays, self._pieces, self._size = {}, [], 0

    def add(self, name: str, axes: str, values, span: tuple[float, float] | None = None, place: int | None = None):
        """values: one axis for each letter of `axes`, then n. span: clips to (low, high) and keeps 16 bits of each;
        without it numbers are float32."""
        values = np.asarray(values, np.float32)
        if span is not None:
            with np.errstate(invalid="ignore"):
                codes = np.rint((np.clip(values, *span) - span[0]) / (span[1] - span[0]) * (NOT_A_NUMBER - 1))
            values = np.where(np.isfinite(values), codes, NOT_A_NUMBER).astype("<u2")
        low, high = span or (None, None)
        known = {"axes": axes, "n": values.shape[-1], "at": self._size, "low": low, "high": high, "place": place}
        self.arrays[name] = known
        piece = np.ascontiguousarray(values).tobytes()
        piece += bytes(-len(piece) % 4)
        self._pieces.append(piece)
        self._size += len(piece)

    def bytes(self) -> bytes:
        """All arrays, one after the other."""
        return b"".join(self._pieces)


def pack(result: SweepResult) -> tuple[dict, bytes]:
    """A finished sweep for the page: what JSON can hold, and the frames."""
    line = result.dim == 1
    moments, seeds = _kept(result, *((2 * POINTS + 2 * HALF + 12, 4 * HALF) if line else (4 * CLOUD + 4, 0)))
    scene = _Line(result, moments, seeds) if line else _Plane(result, moments, seeds)
    _words(scene.packing, result, moments, seeds)
    spec = {
        "label": result.label,
        "values": list(result.values),
        "steps": result.steps[moments].tolist(),
        "seeds": list(result.seeds[:seeds]),
        "shares": _shares(result, moments),
        "kept": _sentence(result, len(moments), seeds, scene.note),
        "scene": scene.spec,
        "size": scene.places.size,
        "arrays": scene.packing.arrays,
    }
    return spec, scene.packing.bytes()


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


class _Line:
    """Densities: the real one, the shown seed's, 8 in 10 of all seeds', and D's curve if there is a probe "D"."""

    note = ""

    def __init__(self, result: SweepResult, moments: np.ndarray, seeds: int):
        self.packing, self.places = Packing(), Places()
        x, span = np.linspace(*result.window, POINTS), list(result.window)
        tops = 1.6 * result.density.max(-1)
        high = (0.0, 4 * float(tops.max()))  # what is higher lies outside of every picture
        self._put("real", "p", result.density, high)
        generated = np.stack([_densities(samples[moments], x) for samples in result.samples])
        self._put("generated", "pts", generated[:, :, :seeds], high)
        low, upper = _band(generated[..., ::2])
        self._put("low", "pt", low, high), self._put("high", "pt", upper, high)
        self._put("top", "p", tops[:, None], None)
        layers = self._layers(span, len(result.seeds))
        if (curve := _curve(result)) is not None:
            values, reach = curve
            self._put("D", "pts", values[:, moments, :seeds], (0.0, 1.0))
            layers.append(self._layer("curve", "D, as learned", LEARNED, "D", reach) | {"axis": "y2", "read": "D"})
        panel = {"id": "densities", "title": "", "box": [0, 0, 1, 1], "layers": layers}
        panel |= {"x": {"label": "value x", "range": span}}
        panel |= {"y": {"label": "density", "top": self.packing.arrays["top"]["place"]}}
        panel |= {"y2": {"label": "D: probability of real", "range": [0, 1]}} if curve is not None else {}
        self.spec = {"title": _title(result, "the real data and what the GANs make"), "panels": [panel]}

    def _put(self, name: str, axes: str, values: np.ndarray, span) -> None:
        self.packing.add(name, axes, values, span, self.places.add(name, values.shape[-1])[0])

    def _layer(self, kind: str, label: str, color: str, name: str, span: list[float]) -> dict:
        known = self.packing.arrays[name]
        return {"kind": kind, "label": label, "color": color, "x": span, "values": [known["place"], known["n"]]}

    def _layers(self, span: list[float], seeds: int) -> list[dict]:
        label = f"generated, 8 in 10 of all {seeds} seeds here"
        band = self._layer("band", label, GENERATED, "low", span) if seeds > 1 else None
        if band:
            band["upper"] = [self.packing.arrays["high"]["place"], band["values"][1]]
        curve = self._layer("curve", "generated, the seed shown (kernel estimate)", GENERATED, "generated", span)
        real = self._layer("area", "real data", REAL, "real", span) | {"read": "real density"}
        return [real, *([band] if band else []), curve | {"width": 2.5, "read": "generated density"}]


class _Plane:
    """Real and generated points."""

    def __init__(self, result: SweepResult, moments: np.ndarray, seeds: int):
        self.packing, self.places = Packing(), Places()
        low, high = result.window
        far = (2 * low - high, 2 * high - low)  # what is further out is not in the picture wherever it lies
        view = result.samples.shape[-2]
        self.note = f"Of each run's {view} points {CLOUD} are drawn." if view > CLOUD else ""
        points = result.samples[:, moments, :seeds, :CLOUD]
        real = self._cloud("real data", REAL, "p", result.real, far) | {"mark": "square", "size": 2}
        fake = self._cloud("generated, the seed shown", GENERATED, "pts", points, far) | {"mark": "dot", "size": 3}
        axes = {name: {"label": name, "range": [low, high]} for name in "xy"}
        panel = {"id": "plane", "title": "", "box": [0.2, 0, 0.6, 1], "tall": [0, 0, 1, 1], "square": True}
        panel |= axes | {"layers": [real, fake]}
        title = _title(result, "real points and those that the GANs make")
        self.spec = {"title": title, "panels": [panel], "tall": {"below": 640, "aspect": 1.05}}

    def _cloud(self, label: str, color: str, axes: str, values: np.ndarray, far) -> dict:
        values = values.reshape(*values.shape[:-2], -1)
        place = self.places.add(label, values.shape[-1])
        self.packing.add(label, axes, values, far, place[0])
        return {"kind": "cloud", "label": label, "color": color, "values": place}


def _densities(samples: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(T, S, view, 1) -> (T, S, m); NaN for a run that diverged."""
    return theory.density(samples[..., 0].astype(float), x)


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


def _words(packing: Packing, result: SweepResult, moments: np.ndarray, seeds: int) -> None:
    """What only the words speak of: what became of each run and, on a line, its mean and sd beside the data's."""
    good, bad, gone = (a[:, moments, :seeds] for a in (result.good, result.collapsed, result.diverged >= 0))
    state = np.select([gone, good, bad], [DIVERGED, GOOD, COLLAPSED], NEITHER)
    packing.add("state", "pts", state[..., None])
    if result.dim > 1:
        return
    shown = result.samples[:, moments, :seeds][..., 0].astype(float)
    with np.errstate(all="ignore"):  # runs that diverged
        packing.add("moments", "pts", np.stack([shown.mean(-1), shown.std(-1)], -1))
    x, p = np.linspace(*result.window, result.density.shape[-1]), result.density.astype(float)
    mean = (p * x).sum(-1) / p.sum(-1)
    sd = np.sqrt((p * (x - mean[:, None]) ** 2).sum(-1) / p.sum(-1))
    packing.add("real moments", "p", np.stack([mean, sd], -1))


def _shares(result: SweepResult, moments: np.ndarray) -> list[list[list[float]]]:
    """At each moment and position: good seeds, all seeds, and the interval of the share."""
    rows = (result.shares(int(moment)) for moment in moments)
    return [[[s.good, s.total, round(s.low, 4), round(s.high, 4)] for s in row] for row in rows]


def _sentence(result: SweepResult, moments: int, seeds: int, note: str) -> str:
    """What of the sweep is in the picture."""
    known, words = len(result.steps), []
    words.append(f"{moments} of {known} moments" if moments < known else f"All {known} moments")
    words.append(f"{seeds} of {len(result.seeds)} seeds" if seeds < len(result.seeds) else f"all {seeds} seeds")
    return f"{' and '.join(words)} can be shown; the bars count all {len(result.seeds)} seeds. {note}".strip()


def _title(result: SweepResult, what: str) -> str:
    return f"A sweep of {result.label}: {what}"
