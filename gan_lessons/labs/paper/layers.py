"""How each kind of layer is drawn on Matplotlib's axes, as paint.js draws it on a canvas."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patheffects import withStroke

from gan_lessons.plots.images import sheet

INK, PAPER = "#1a1a1a", "#ffffff"
PIXEL = 0.72  # points: 100 pixels are an inch
SMALL = 12 * PIXEL  # letters
STRENGTH = 0.55  # how much of its colour a heat map takes at 0 and at 1; at one half it has none
ROOM = 14  # pixels each way in which only one arrow stands
_DASHES = {"solid": "-", "dashed": (0, (3.5, 2)), "dotted": (0, (1, 1.5))}
_HALO = [withStroke(linewidth=4 * PIXEL, foreground=PAPER)]


@dataclass(frozen=True)
class Panel:
    """Where layers are drawn. size: of the axes, in pixels. y2: the range on the right, or None. now: the frame's
    arrays by name. steps, film: of all frames up to this one, their steps and the same numbers (T,) by name."""

    axes: Axes
    size: tuple[float, float]
    y2: tuple[float, float] | None
    now: Mapping[str, np.ndarray]
    steps: np.ndarray
    film: Mapping[str, np.ndarray]

    def up(self, layer: Mapping, values: np.ndarray) -> np.ndarray:
        """Heights in the units of the axis on the left, of a layer that may have that on the right."""
        values = np.asarray(values, float)
        if layer.get("axis") != "y2":
            return values
        (low, high), (low2, high2) = self.axes.get_ylim(), self.y2
        return low + (high - low) * (values - low2) / (high2 - low2)


def draw(panel: Panel, layer: Mapping) -> None:
    """Draws a layer, whatever its kind."""
    style = {"color": layer.get("color", INK), "lw": layer.get("width", 2) * PIXEL}
    _KINDS[layer["kind"]](panel, layer, style)


def heat_colors(p: np.ndarray, low: str, high: str) -> np.ndarray:
    """Numbers from 0 to 1 as colours on paper (..., 3); what is no number is paper."""
    p = np.nan_to_num(np.asarray(p, float), nan=0.5)[..., None]
    ends = np.where(p > 0.5, to_rgb(high), to_rgb(low))
    return 1 - STRENGTH * np.abs(2 * p - 1) * (1 - ends)


def _dashes(layer: Mapping) -> object:
    return _DASHES[layer.get("dash", "solid")]


def _along(layer: Mapping, values: np.ndarray) -> np.ndarray:
    return np.linspace(*layer["x"], len(values))


def _curve(panel, layer, style) -> None:
    values, ax = panel.now[layer["values"]], panel.axes
    x, known = _along(layer, values), np.isfinite(values)
    ax.plot(x, panel.up(layer, values), ls=_dashes(layer), **style)
    high, peak = ax.get_ylim()[1], np.max(values, initial=-np.inf, where=known)
    if layer.get("axis") == "y2" or peak <= high:
        return
    at = x[np.argmax(np.where(known, values, -np.inf))]
    side, out = ("right", -6) if at > np.mean(ax.get_xlim()) else ("left", 6)
    place = {"xytext": (out * PIXEL, -4 * PIXEL), "textcoords": "offset points", "ha": side, "va": "top"}
    ax.annotate(f"peak {peak:.2g} is cut off", (at, high), **place, **_letters(style))


def _area(panel, layer, style) -> None:
    values = panel.now[layer["values"]]
    panel.axes.plot(_along(layer, values), values, ls=_dashes(layer), **style)
    panel.axes.fill_between(_along(layer, values), values, color=style["color"], alpha=0.22, lw=0)


def _band(panel, layer, style) -> None:
    low, high = panel.now[layer["values"]], panel.now[layer["upper"]]
    panel.axes.fill_between(_along(layer, low), low, high, color=style["color"], alpha=0.25, lw=0)


def _letters(style) -> dict:
    return {"size": SMALL, "color": style["color"], "path_effects": _HALO, "parse_math": False}


def _marks(ax, points, layer, color, radius, **more) -> None:
    x, y = points.T
    shape = "s" if layer.get("mark") == "square" else "o"
    ax.plot(x, y, ls="", marker=shape, ms=2 * radius * PIXEL, mew=0, color=color, **more)


def _points(panel, layer, style) -> None:
    x = panel.now[layer["values"]].ravel()
    points = np.column_stack([x, np.full(len(x), panel.now[layer["height"]])])
    radius = 4 if layer.get("mark") == "square" else 4.5
    _marks(panel.axes, points, layer, style["color"], radius, alpha=0.75)


def _cloud(panel, layer, style) -> None:
    """All rims first, so that points stand out from a heat map and not from each other."""
    points, window = panel.now[layer["values"]], panel.axes.get_xlim()
    points = points[(np.abs(points - np.mean(window)) < np.ptp(window)).all(-1)]  # in sight, and numbers
    _marks(panel.axes, points, layer, PAPER, layer["size"] + 0.75)
    _marks(panel.axes, points, layer, style["color"], layer["size"])


def _grid(panel, layer, style) -> None:
    nodes = panel.now[layer["values"]].reshape(*layer["shape"], 2).astype(float)
    lines = [*nodes, *(nodes.swapaxes(0, 1) if len(nodes) > 1 else ())]
    panel.axes.add_collection(LineCollection(lines, colors=style["color"], lw=style["lw"], alpha=0.75), autolim=False)


def _arrows(panel, layer, style) -> None:
    start, by = panel.now[layer["start"]].astype(float), panel.now[layer["values"]].astype(float)
    corner, far = np.transpose([panel.axes.get_xlim(), panel.axes.get_ylim()])
    pixels = np.array(panel.size) / (far - corner)  # a unit
    start, by, lines = (start[: len(by)] - corner) * pixels, by * pixels, []
    long, taken = np.hypot(*by.T), set()
    for at, offset, length in zip(start, by, long, strict=True):
        place = tuple(at // ROOM)
        if not length > 0.5 or place in taken:  # too short to see, no number, or one more in a clump
            continue
        taken.add(place)
        tip, angle, head = at + offset, np.arctan2(*offset[::-1]), min(6, length / 2)
        barbs = [tip + head * np.array([np.cos(angle + turn), np.sin(angle + turn)]) for turn in (2.6, -2.6)]
        lines += [[at, tip], [barbs[0], tip, barbs[1]]]
    lines = [corner + np.array(line) / pixels for line in lines]
    panel.axes.add_collection(LineCollection(lines, colors=style["color"], lw=style["lw"]), autolim=False)


def _heat(panel, layer, style) -> None:
    n = layer["n"]
    colors = heat_colors(panel.now[layer["values"]].reshape(n, n), layer["low"], layer["color"])
    _image(panel.axes, colors, interpolation="bilinear")


def _sheet(panel, layer, style) -> None:
    bytes_ = panel.now[layer["values"]]
    page = sheet(bytes_.reshape(len(bytes_), -1, layer["side"], layer["side"]), layer["columns"], gap=1)[::-1]
    colors = page if layer.get("inks") == "colour" else 1 - page[..., None] * (1 - np.array(to_rgb(INK)))
    _image(panel.axes, colors, interpolation="nearest")


def _image(ax, colors, **how) -> None:
    span = (*ax.get_xlim(), *ax.get_ylim())
    ax.imshow(colors, extent=span, origin="lower", aspect="auto", zorder=0, **how)


def _line(panel, layer, style) -> None:
    y = float(panel.now[layer["at"]]) if "at" in layer else layer["y"]
    panel.axes.axhline(y, ls=_dashes(layer), **style)
    low, high = panel.axes.get_ylim()
    if not layer.get("note") or not low <= y <= high:
        return
    place = "center" if "below" not in layer else "top" if layer["below"] else "bottom"
    at = {"xy": (1, y), "xycoords": panel.axes.get_yaxis_transform(), "annotation_clip": False}
    at |= {"xytext": (6 * PIXEL, 0), "textcoords": "offset points"}
    panel.axes.annotate(layer["note"], **at, va=place, **_letters(style))


def _trace(panel, layer, style) -> None:
    values = panel.up(layer, panel.film[layer["at"]])
    known = np.isfinite(values)
    panel.axes.plot(panel.steps[known], values[known], ls=_dashes(layer), **style)
    panel.axes.plot(panel.steps[-1:], values[-1:], ls="", marker="o", ms=7 * PIXEL, mew=0, color=style["color"])


_KINDS = {
    "curve": _curve,
    "area": _area,
    "band": _band,
    "points": _points,
    "cloud": _cloud,
    "grid": _grid,
    "arrows": _arrows,
    "heat": _heat,
    "sheet": _sheet,
    "line": _line,
    "trace": _trace,
}
