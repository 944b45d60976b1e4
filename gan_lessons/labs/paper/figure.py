"""A frame of a scene as a figure on light paper: panels where the canvas has them, a legend above, a caption below."""

import contextlib
import io
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from gan_lessons._core.files import replacing
from gan_lessons._core.refusals import refuse
from gan_lessons.labs.frames import Frame
from gan_lessons.labs.paper import scales
from gan_lessons.labs.paper.layers import INK, PAPER, PIXEL, Panel, draw, heat_colors
from gan_lessons.labs.paper.sheet import Box, Sheet, rows_of, width_of, wrapped
from gan_lessons.labs.scenes.arrays import stacked, unpack

WIDTH, EDGE = 880, 10  # pixels of the picture, and around it
TALL = 0.54  # how high it is beside its width, unless its scene is higher
LINE, ROW, BAR = 16, 20, 24  # pixels: of a title, of the legend, and for a colour bar
FINE = 200  # dots an inch of a file
KINDS = (".png", ".svg")
_SVG = threading.Lock()  # one drawing at a time, for its settings are Matplotlib's own


def figure(spec: Mapping, frames: Sequence[Frame], caption: str = "") -> Figure:
    """The last of the frames, with the numbers of all of them as lines over time.

    spec: a scene's. frames: as `frames.Frames` keeps them. caption: words below. Raises ValueError without a frame."""
    if not len(frames):
        refuse("frames", frames, "one frame or more")
    header, (_, still) = frames[-1]
    film = stacked(spec["arrays"]["moving"], [arrays[0] for _, arrays in frames])
    now = {name: values[-1] for name, values in film.items()} | unpack(spec["arrays"]["still"], still)
    steps = np.array([header["step"] for header, _ in frames])

    panels = spec["panels"]
    shown = [[layer for layer in panel["layers"] if _in_frame(layer, now)] for panel in panels]
    names, lines, height = (
        _named(shown),
        wrapped(caption, WIDTH - 2 * EDGE),
        round(spec.get("height", 1) * TALL * WIDTH),
    )
    places = rows_of([layer["label"] for layer in names], WIDTH, 30)
    top = EDGE + ROW * (places[-1][1] + 1 if places else 0)
    sheet = Sheet(WIDTH + 2 * EDGE, top + height + LINE * len(lines) + EDGE)
    for layer, (x, row) in zip(names, places, strict=True):
        sheet.swatch(EDGE + x, EDGE + ROW * (row + 0.5), layer)
        sheet.words(EDGE + x + 30, EDGE + ROW * (row + 0.5), layer["label"], up="center_baseline")
    for panel, layers, box, title in zip(panels, shown, *_boxes(panels, height, top), strict=True):
        _draw(sheet, panel, layers, box, title, now, steps, film)
    if header["notice"]:
        _notice(sheet, _boxes(panels, height, top)[0][0], header["notice"])
    for i, line in enumerate(lines):
        sheet.words(2 * EDGE, top + height + LINE * i, line, up="top")
    return sheet.figure


def png(paper: Figure) -> bytes:
    """The figure's pixels as a PNG, in few bytes: of each colour 64 steps are kept, and white stays white."""
    canvas, written = FigureCanvasAgg(paper), io.BytesIO()
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    Image.fromarray(pixels | 3).save(written, "png")
    return written.getvalue()


def save(path: str | os.PathLike, paper: Figure, title: str) -> Path:
    """Writes a figure as a file that ends in .png or .svg, whose text stays text; an old one of this name makes way.

    title: stands in the file's own words. Raises ValueError for another name."""
    path = Path(path)
    if path.suffix not in KINDS:
        refuse("path", path.name, "a name that ends in .png or .svg")
    with replacing(path) as file:
        file.write(file_of(paper, path.suffix, title))
    return path


def file_of(paper: Figure, kind: str, title: str) -> bytes:
    """What such a file holds. kind: one of `KINDS`."""
    written = io.BytesIO()
    if kind == ".png":
        paper.set_dpi(FINE)
        FigureCanvasAgg(paper).print_png(written, metadata={"Title": title})
    else:
        with _SVG, _set({"svg.fonttype": "none", "svg.hashsalt": title}):  # the same picture, the same file
            FigureCanvasSVG(paper).print_svg(written, metadata={"Title": title, "Date": None})
    return written.getvalue()


@contextlib.contextmanager
def _set(settings: Mapping) -> Iterator[None]:
    """Matplotlib's settings for a moment. Its own `rc_context` would put back all others too, and so undo what another
    thread sets meanwhile: a lab draws while a cell runs."""
    before = {name: matplotlib.rcParams[name] for name in settings}
    matplotlib.rcParams.update(settings)
    try:
        yield
    finally:
        matplotlib.rcParams.update(before)


def _in_frame(layer: Mapping, now: Mapping) -> bool:
    return "when" not in layer or now[layer["when"][0]] == layer["when"][1]


def _named(shown: Sequence[Sequence[Mapping]]) -> list[Mapping]:
    """The layers of the legend, one a label."""
    named = [layer for layers in shown for layer in layers if layer.get("label")]
    return list({layer["label"]: layer for layer in reversed(named)}.values())[::-1]


# -- panels ------------------------------------------------------------------------------------------------


def _boxes(panels: Sequence[Mapping], height: float, top: float) -> tuple[list[Box], list[list[str]]]:
    """Where the data of each panel are, and its title as lines; panels side by side have room for as many."""
    titles = [wrapped(panel["title"], panel["box"][2] * WIDTH - 60, bold=True) for panel in panels]
    most = {}
    for panel, title in zip(panels, titles, strict=True):
        most[panel["box"][1]] = max(most.get(panel["box"][1], 1), len(title))
    boxes = [_box(panel, height, most[panel["box"][1]]) for panel in panels]
    return [(EDGE + x, top + y, w, h) for x, y, w, h in boxes], titles


def _box(panel: Mapping, height: float, lines: int) -> Box:
    x, y, w, h = panel["box"]
    bare, noted = panel.get("bare"), any(layer.get("note") for layer in panel["layers"])
    left, above, below = (14 if bare else 58), 7 + LINE * lines, (14 if bare else 42)
    right = (52 if panel.get("y2") else 46 if noted else 14) + (BAR if panel.get("bar") else 0)
    wide, high = w * WIDTH - left - right, h * height - above - below
    if panel.get("square"):
        wide = high = min(wide, high)
    return x * WIDTH + left, y * height + above, wide, high


def _draw(sheet: Sheet, panel, layers, box: Box, title, now, steps, film) -> None:
    spans = scales.across(panel, steps), scales.upwards(panel, film)
    heat = next((layer for layer in layers if layer.get("bar")), None)
    side = (heat and heat["bar"]) if panel.get("bar") else panel.get("y2")
    axes = sheet.axes(box, xlim=spans[0], ylim=spans[1])
    y2 = side["range"] if side and not panel.get("bar") else None
    made = Panel(axes, box[2:], y2, now, steps, film)
    for layer in layers:
        draw(made, layer)
    sheet.frame(box)
    for i, line in enumerate(reversed(title)):
        sheet.words(box[0], box[1] - 5 - LINE * i, line, up="bottom", fontweight="bold")
    if not panel.get("bare"):
        _scales(sheet, panel, box, spans)
    if side:
        _right(sheet, panel, box, side, heat)


def _scales(sheet: Sheet, panel: Mapping, box: Box, spans) -> None:
    x, y, w, h = box
    strokes, bottom = [], y + h
    for value, at in _places(spans[0], w / 70, x, w):
        strokes.append([(at, bottom), (at, bottom + 4)])
        word = scales.text(value)
        sheet.words(min(at, sheet.width - 2 - width_of(word) / 2), bottom + 6, word, "center", "top")
    sheet.words(x + w / 2, bottom + 23, panel["x"]["label"], "center", "top")
    for value, at in _places(spans[1], h / 32, bottom, -h):
        strokes.append([(x - 4, at), (x, at)])
        sheet.words(x - 6, at, scales.text(value), "right", "center_baseline")
    sheet.sideways(x - 50, y + h / 2, panel["y"]["label"], h + 44)
    sheet.strokes(strokes)


def _right(sheet: Sheet, panel: Mapping, box: Box, side: Mapping, heat: Mapping | None) -> None:
    """The axis on the right, and before that of a heat map what its colours say."""
    x, y, w, h = box
    right, strokes = x + w + (BAR if heat else 0), []
    if heat:
        colors = heat_colors(np.linspace(0, 1, 64)[:, None], heat["low"], heat["color"])
        bar = right - 12, y, 12, h
        sheet.axes(bar, xlim=(0, 1), ylim=(0, 1)).imshow(colors, extent=(0, 1, 0, 1), origin="lower", aspect="auto")
        sheet.frame(bar)
    for value, at in _places(side["range"], h / 32, y + h, -h):
        strokes.append([(right, at), (right + 4, at)])
        sheet.words(right + 6, at, scales.text(value), up="center_baseline")
    sheet.sideways(right + 42, y + h / 2, side["label"], h + 44)
    sheet.strokes(strokes)


def _places(span: scales.Range, count: float, start: float, length: float) -> list[tuple[float, float]]:
    """Each tick, and where it is."""
    low, high = span
    return [(value, start + length * (value - low) / (high - low)) for value in scales.ticks(low, high, count)]


def _notice(sheet: Sheet, box: Box, words: str) -> None:
    x, y, w, _ = box
    wide = min(w - 10, width_of(words, bold=True) + 24)
    sheet.box((x + (w - wide) / 2, y + 8, wide, 28), facecolor=PAPER, edgecolor=INK, lw=1.5 * PIXEL, zorder=9)
    sheet.words(x + w / 2, y + 22, words, "center", fontweight="bold", zorder=10)
