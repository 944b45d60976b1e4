"""The scrubber: move through a finished sweep, along its slider, along training time and from seed to seed.

All frames are sent once; from then on the page needs no kernel. `html` makes the same as a page that needs no server.
"""

import os

import anywidget
import traitlets

from gan_lessons._core.refusals import refuse
from gan_lessons.labs.open_labs import one_of_a_name
from gan_lessons.labs.scenes.sweep import pack
from gan_lessons.labs.stage import source, styles, widget
from gan_lessons.labs.stage.html_page import Program, save_page
from gan_lessons.sweeps.result import SweepResult

_SWEEP = Program("Scrubber", js=("arrays", "page", "paint", "picture", "reel", "scrubber"), css=("stage", "scrubber"))


class Scrubber(anywidget.AnyWidget):
    """A finished sweep on the Stage, with a strip of the share of good seeds at each position of its slider.

    result: a whole `SweepResult`. What is sent stays under 4 MB: where that is too little, about 25 moments are kept,
    and then as many seeds as there is room for; the picture says so. For data on a line, the sweep's probe "D" (a
    `DiscriminatorCurve` over the recipe's window) adds D's curve. name: running a cell again closes the one of this
    name. Raises ValueError for a sweep that is not finished."""

    _esm = source(*_SWEEP.js) + widget('new Scrubber(el, model.get("spec"), model.get("frames"))')
    _css = styles(*_SWEEP.css)
    spec = traitlets.Dict().tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)

    def __init__(self, result: SweepResult, name: str = "scrubber"):
        if not isinstance(result, SweepResult):
            refuse("result", result, "a SweepResult, as Sweep.run gives and SweepResult.load reads")
        if not result.whole:
            refuse("result", f"{int(result.trained.sum())} runs of {result.trained.size}", "a sweep that is finished")
        spec, frames = pack(result)
        super().__init__(spec=spec, frames=frames)
        one_of_a_name(self, "scrubber", name)

    def html(self, path: str | os.PathLike | None = None) -> str:
        """The scrubber as one page: no server, no network, no other file; works when opened from disk.

        path: also writes it there, in place of an old file. Raises ValueError if the name does not end in .html."""
        whole = page_of(self.spec, self.frames)
        if path is not None:
            save_page(path, whole)
        return whole

    def without_kernel(self) -> tuple[str, str]:
        """Its page, and in words how many seeds are good at each position in the end."""
        ends = zip(self.spec["values"], self.spec["shares"][-1], strict=True)
        counts = "; ".join(f"{value}: {count} of {total}" for value, (count, total, *_) in ends)
        return self.html(), f"{self.spec['label']}, good seeds at step {self.spec['steps'][-1]:,}: {counts}."


def page_of(spec: dict, frames: bytes) -> str:
    """A scrubber's page, from what its widget has."""
    return _SWEEP.page(spec["scene"]["title"], spec, frames)
