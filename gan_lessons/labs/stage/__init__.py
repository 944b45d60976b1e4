"""The Stage: the one front-end piece. It draws scenes on a canvas in the page.

Its JavaScript has no build step. Each piece is a plain file without imports, and `source` joins those that a lab needs:
`arrays` reads what is sent, `page` has what all pages have, `paint` draws a frame on a canvas, `picture` puts it into
a page with its legend, `clock` plays what a kernel trains, `controls` has its settings, `sketch` draws data, `share`
saves files, and `player` is all of that as one lab. `reel` moves through frames that are all in the page, of a run
(`film`) or of a sweep (`scrubber`); `latent` shows what a generator makes of its noise.
"""

from pathlib import Path

import anywidget
import traitlets

from gan_lessons._core.refusals import whole

_HERE = Path(__file__).parent


def source(*names: str) -> str:
    """The named pieces of JavaScript, joined in this order. It fits into a <script> of a page, or a widget's _esm."""
    return "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in names)


def styles(*names: str) -> str:
    """The named sheets of CSS, joined in this order."""
    return "".join((_HERE / f"{name}.css").read_text(encoding="utf-8") for name in names)


def widget(view: str, clock: str = "null") -> str:
    """The end of a widget's script. view: the expression that makes its view of `model` in `el`. clock: the one that
    makes what all its views share, `clock` in them; a view's own model would end with that view."""
    return f"""
export default () => {{
  let clock = null, whole = null;
  return {{
    initialize({{ model }}) {{ whole = model; return () => clock && clock.close(); }},
    render({{ model, el }}) {{
      clock = clock || (whole && ((model) => {clock})(whole));
      const view = {view};
      return () => view.close();
    }},
  }};
}};
"""


class Stage(anywidget.AnyWidget):
    """A canvas with its controls.

    spec: the panels and their layers, as `scenes` makes them. controls: sliders and choices, each a dict of name,
    label, help, values, index, kind and group. speed: training steps a frame, one of speeds. abilities: what is
    offered beside play and steps ("slow", "draw", "share"). loop: the lines of the training loop, for slow motion.
    Frames and credits are custom messages: synchronised traits would be merged, and equal values dropped.
    """

    _esm = source("arrays", "page", "paint", "picture", "share", "sketch", "controls", "clock", "player")
    _esm += widget("new View(model, clock, el)", clock="new Clock(model)")
    _css = styles("stage", "sketch")
    spec = traitlets.Dict().tag(sync=True)
    controls = traitlets.List().tag(sync=True)
    speeds = traitlets.List([1, 2, 5, 10, 20, 50]).tag(sync=True)
    speed = traitlets.Int(5).tag(sync=True)
    abilities = traitlets.List().tag(sync=True)
    loop = traitlets.List().tag(sync=True)

    @traitlets.validate("speed")
    def _check_speed(self, proposal: dict) -> int:
        return whole("speed", proposal["value"])
