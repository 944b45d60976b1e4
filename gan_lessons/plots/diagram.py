"""A picture of a recipe's two networks: their layers and widths, and the data's way through them."""

import math
from collections.abc import Mapping, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gan_lessons.plots.picture import Picture, canvas
from gan_lessons.plots.style import GENERATED, REAL, D

_COLORS = {"noise": ["#888888"], "real or generated": [REAL, GENERATED], "generated": [GENERATED], "verdict": [D]}
_HIDDEN = ["#CCCCCC"]


def networks(recipe) -> Picture:
    """The networks of a recipe as a picture with words; put it on a cell's last line."""
    found = recipe.stages()
    most = max(map(len, found.values()))
    figure, axes = canvas(len(found), 1, width=max(5.0, 1.45 * most), height=3.6)
    for ax, (name, way) in zip(axes, found.items(), strict=True):
        draw_stages(ax, name, way, most)
    return Picture(figure, told(found))


def draw_stages(ax: Axes, name: str, way: Sequence, most: int = 0) -> list[Artist]:
    """One network from left to right, a bar a stage, the higher the more numbers a sample has there (by its logarithm).

    way: stages, each with a `name` and a `shape`. most: how many stages there is to be room for, its own by default."""
    artists: list[Artist] = []
    for x, stage in enumerate(way):
        size = math.prod(stage.shape)
        height = 0.12 + 0.1 * math.log2(size)
        colors = _COLORS.get(stage.name, _HIDDEN)
        part = height / len(colors)
        for i, color in enumerate(colors, 1):  # from the top
            artists += ax.bar(x, part, 0.34, bottom=height / 2 - i * part, color=color)
        artists.append(ax.text(x, height / 2 + 0.05, _by(stage.shape), ha="center", va="bottom", fontsize="small"))
        words = stage.name.replace(", as ", "\nas ").replace("_", "\n").replace(" or ", " or\n").replace("th ", "th\n")
        artists.append(ax.text(x, -height / 2 - 0.05, words, ha="center", va="top", fontsize="small"))
        if x:
            arrow = {"arrowstyle": "->", "color": "#888888"}
            artists.append(ax.annotate("", (x - 0.24, 0), (x - 0.76, 0), arrowprops=arrow))
    ax.set_title(name, loc="left", fontweight="bold")
    ax.set(xlim=(-0.6, max(most, len(way)) - 0.4), ylim=(-1.15, 0.95))
    ax.set_axis_off()
    return artists


def told(found: Mapping[str, Sequence]) -> str:
    """The same in words: "G: noise of 2 numbers, hidden of 64, generated of 2. D: ..."."""
    ways = (", then ".join(f"{stage.name} ({_by(stage.shape)})" for stage in way) for way in found.values())
    return " ".join(f"{name}: {words}." for name, words in zip(found, ways, strict=True))


def _by(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))
