"""The Stage: the one front-end piece. It draws scenes on a canvas in the page.

Its JavaScript has no build step. Each piece is a plain file without imports, and `source` joins those that a lab needs:
`paint` draws a frame on a canvas, `picture` puts it into a page with its legend, `player` plays what a kernel trains.
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

    scene: the panels and their layers, as `scenes` makes them. settings: the sliders, each a dict of name,
    label, help, values and index. speed: training steps a frame, one of speeds. Frames and credits are custom
    messages: synchronised traits would be merged, and equal values dropped.
    """

    _esm = source("paint", "picture", "player", "stage")
    _css = _HERE / "stage.css"
    scene = traitlets.Dict().tag(sync=True)
    settings = traitlets.List().tag(sync=True)
    speeds = traitlets.List([1, 2, 5, 10, 20, 50]).tag(sync=True)
    speed = traitlets.Int(5).tag(sync=True)
