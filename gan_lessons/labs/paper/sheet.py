"""A sheet of paper with places in pixels from its upper left corner, as on a canvas: words, strokes, legend, panels."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import BboxImage
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D, Bbox, TransformedBbox

from gan_lessons.labs.paper.layers import INK, PAPER, PIXEL, SMALL, STRENGTH

Box = tuple[float, float, float, float]  # left, top, width, height


class Sheet:
    """A figure of so many pixels, 100 an inch."""

    def __init__(self, width: float, height: float):
        self.width, self.height = width, height
        self.figure = Figure((width / 100, height / 100), dpi=100, facecolor=PAPER)
        self.place = Affine2D().scale(0.01, -0.01).translate(0, height / 100) + self.figure.dpi_scale_trans

    def words(self, x: float, y: float, text: str, across: str = "left", up: str = "center", **how) -> None:
        """across, up: which point of the words is at (x, y)."""
        how = {"size": SMALL, "color": INK, "ha": across, "va": up, "parse_math": False} | how
        self.figure.text(x, y, text, transform=self.place, **how)

    def sideways(self, x: float, y: float, text: str, room: float) -> None:
        """Words that are read from below, around (x, y); smaller letters where there is no room."""
        self.words(x, y, text, "center", rotation=90, size=SMALL * min(1, room / max(1, width_of(text))))

    def strokes(self, lines: Sequence) -> None:
        """Thin strokes, each from a place to another."""
        self.figure.add_artist(LineCollection(lines, colors=INK, lw=PIXEL, transform=self.place))

    def ring(self, x: float, y: float, color: str) -> None:
        """A ring around (x, y)."""
        how = {"marker": "o", "mfc": "none", "mec": color, "ms": 9, "mew": 2, "transform": self.place}
        self.figure.add_artist(Line2D([x], [y], **how))

    def box(self, box: Box, **how) -> None:
        x, y, w, h = box
        self.figure.add_artist(Rectangle((x, y), w, h, transform=self.place, **{"lw": 0} | how))

    def frame(self, box: Box) -> None:
        self.box(box, facecolor="none", edgecolor=INK, alpha=0.35, lw=PIXEL)

    def axes(self, box: Box, **how) -> Axes:
        """Empty axes without ticks or frame."""
        made = self.figure.add_axes(self._share(box), autoscale_on=False, **how)
        made.set_axis_off()
        return made

    def picture(self, box: Box, pixels: np.ndarray) -> None:
        """Pixels, 0 white and 1 black or (.., .., 3), with a frame around: without axes, which take long to make."""
        place = TransformedBbox(Bbox.from_bounds(*self._share(box)), self.figure.transFigure)
        image = BboxImage(place, cmap="gray_r", norm=Normalize(0, 1), origin="upper")
        image.set_data(pixels)
        self.figure.add_artist(image)
        self.frame(box)

    def _share(self, box: Box) -> Box:
        x, y, w, h = box
        return x / self.width, 1 - (y + h) / self.height, w / self.width, h / self.height

    def swatch(self, x: float, y: float, layer: Mapping) -> None:
        """What stands before a layer's name in the legend, 24 pixels wide around the height y."""
        color, kind = layer.get("color", INK), layer["kind"]
        if kind == "heat":
            self.box((x, y - 6, 12, 12), color=layer["low"], alpha=STRENGTH)
            self.box((x + 12, y - 6, 12, 12), color=layer["color"], alpha=STRENGTH)
        elif kind in ("area", "band"):
            self.box((x, y - 6, 24, 12), color=color, alpha=0.4 if kind == "area" else 0.25)
        else:
            look = {"ls": (0, (3, 1.5)) if layer.get("dash") == "dashed" else "-", "lw": layer.get("width", 2) * PIXEL}
            mark = {"square": "s", "dot": "o"}.get(layer.get("mark"), ">" if kind == "arrows" else "")
            look |= {"ls": ""} if layer.get("mark") else {}
            at = (x + 12,) if layer.get("mark") else (x, x + 20)
            ends = {"marker": mark, "ms": 9 * PIXEL, "mew": 0, "markevery": [len(at) - 1] if mark else None}
            self.figure.add_artist(Line2D(at, [y] * len(at), color=color, transform=self.place, **look, **ends))


@lru_cache(2000)
def width_of(text: str, bold: bool = False) -> float:
    """How many pixels wide words are."""
    font = FontProperties(size=SMALL, weight="bold" if bold else "normal")
    return _pen().get_text_width_height_descent(text, font, False)[0]


@lru_cache(1)
def _pen() -> RendererAgg:
    return RendererAgg(1, 1, 100)


def wrapped(text: str, room: float, bold: bool = False) -> list[str]:
    """Words as lines that fit into so many pixels."""
    lines = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def rows_of(names: Sequence[str], room: float, before: float) -> list[tuple[float, int]]:
    """Where names stand that follow each other in rows: (pixels from the left, row). before: pixels of a swatch."""
    x, row, places = 0.0, 0, []
    for name in names:
        wide = before + width_of(name)
        if x and x + wide > room:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += wide + 16
    return places
