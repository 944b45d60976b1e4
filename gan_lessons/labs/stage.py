"""The Stage: the one front-end piece. It draws scenes on a canvas in the page.

Its JavaScript has no build step. Each piece is a plain file without imports, and `source` joins those that a lab needs:
`paint` draws a frame on a canvas, `picture` puts it into a page with its legend, `clock` plays what a kernel trains,
`controls` has its settings, `sketch` draws data, `share` saves files, and `player` is all of that as one lab.
"""

from pathlib import Path

import anywidget
import traitlets

_HERE = Path(__file__).parent


def source(*names: str) -> str:
    """The named pieces of JavaScript, joined in this order. It fits into a <script> of a page, or a widget's _esm."""
    return "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in names)


class Stage(anywidget.AnyWidget):
    """A canvas with its controls.

    scene: the panels and their layers, as `scenes` makes them. settings: sliders and choices, each a dict of name,
    label, help, values, index, kind and group. speed: training steps a frame, one of speeds. abilities: what is
    offered beside play and steps ("slow", "draw", "share"). loop: the lines of the training loop, for slow motion.
    Frames and credits are custom messages: synchronised traits would be merged, and equal values dropped.
    """

    _esm = source("paint", "picture", "share", "sketch", "controls", "clock", "player", "stage")
    _css = "".join((_HERE / f"{name}.css").read_text(encoding="utf-8") for name in ("stage", "sketch"))
    scene = traitlets.Dict().tag(sync=True)
    settings = traitlets.List().tag(sync=True)
    speeds = traitlets.List([1, 2, 5, 10, 20, 50]).tag(sync=True)
    speed = traitlets.Int(5).tag(sync=True)
    abilities = traitlets.List().tag(sync=True)
    loop = traitlets.List().tag(sync=True)
