"""The scrubber: move through a finished sweep, along its slider, along training time and from seed to seed.

All frames are sent once; from then on the page needs no kernel. `html` makes the same as a page that needs no server.
"""

import os
from pathlib import Path

import anywidget
import traitlets

from gan_lessons.errors import refuse
from gan_lessons.labs.html_page import literal, literal_bytes, page
from gan_lessons.labs.stage import source
from gan_lessons.labs.sweep_scene import pack
from gan_lessons.records import replacing
from gan_lessons.sweep_records import SweepResult

_HERE = Path(__file__).parent
_CSS = "".join((_HERE / name).read_text(encoding="utf-8") for name in ("stage.css", "scrubber.css"))
_JS = source("paint", "picture", "scrubber")
_WIDGET = """
function render({ model, el }) {
  const scrubber = new Scrubber(el, model.get("spec"), model.get("frames"));
  return () => scrubber.close();
}
export default { render };
"""
_open: dict[str, "Scrubber"] = {}


class Scrubber(anywidget.AnyWidget):
    """A finished sweep on the Stage, with a strip of the share of good seeds at each position of its slider.

    result: a whole `SweepResult`. What is sent stays under 4 MB: where that is too little, about 25 moments are kept,
    and then as many seeds as there is room for; the picture says so. For data on a line, the sweep's probe "D" (a
    `DiscriminatorCurve` over the recipe's window) adds D's curve. name: running a cell again closes the one of this
    name. Raises ValueError for a sweep that is not finished."""

    _esm = _JS + _WIDGET
    _css = _CSS
    spec = traitlets.Dict().tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)

    def __init__(self, result: SweepResult, name: str = "scrubber"):
        if not isinstance(result, SweepResult):
            refuse("result", result, "a SweepResult, as Sweep.run gives and SweepResult.load reads")
        if not result.whole:
            refuse("result", f"{int(result.trained.sum())} runs of {result.trained.size}", "a sweep that is finished")
        spec, frames = pack(result)
        super().__init__(spec=spec, frames=frames)
        if name in _open:
            _open[name].close()
        _open[name] = self

    def html(self, path: str | os.PathLike | None = None) -> str:
        """The scrubber as one page: no server, no network, no other file; works when opened from disk.

        path: also writes it there, in place of an old file. Raises ValueError if the name does not end in .html."""
        start = f"new Scrubber(root, {literal(self.spec)}, {literal_bytes(self.frames)})"
        whole = page(self.spec["scene"]["title"], _CSS, _JS, start)
        if path is not None:
            if Path(path).suffix != ".html":
                refuse("path", Path(path).name, "a name that ends in .html")
            with replacing(path) as file:
                file.write(whole.encode())
        return whole
