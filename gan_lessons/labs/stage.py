"""The Stage: the one front-end piece. It draws scenes on a canvas in the page; see `stage.js`."""

from pathlib import Path

import anywidget
import traitlets

_HERE = Path(__file__).parent


class Stage(anywidget.AnyWidget):
    """A canvas with its controls.

    scene: the panels and their layers, as `scenes` makes them. settings: the sliders, each a dict of name,
    label, help, values and index. speed: training steps a frame, one of speeds. Frames and credits are custom
    messages: synchronised traits would be merged, and equal values dropped.
    """

    _esm = _HERE / "stage.js"
    _css = _HERE / "stage.css"
    scene = traitlets.Dict().tag(sync=True)
    settings = traitlets.List().tag(sync=True)
    speeds = traitlets.List([1, 2, 5, 10, 20, 50]).tag(sync=True)
    speed = traitlets.Int(5).tag(sync=True)
