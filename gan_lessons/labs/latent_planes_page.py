"""The page of the lab of latent planes, and what lab and page say to each other."""

import anywidget
import numpy as np
import torch
import traitlets

from gan_lessons.labs.answering import Answering
from gan_lessons.labs.latent_plane import cells
from gan_lessons.labs.latent_planes_words import about
from gan_lessons.labs.scenes.arrays import packed
from gan_lessons.labs.stage import source, styles, widget
from gan_lessons.models.latent_space import to_bytes

SIZE = 13  # digits a side of a plane; one is in the middle


class PlanesStage(anywidget.AnyWidget):
    """The page itself. size: digits a side of each plane. names, about: of the networks, and what stands under their
    planes. points: whether the places of real digits are shown; real: how many there are.

    What it shows comes in custom messages, digits as one byte a pixel."""

    _esm = source("arrays", "page", "tiles", "pad", "planes") + widget("new PlanesView(model, el)")
    _css = styles("stage", "latent", "planes")
    size = traitlets.Int(SIZE).tag(sync=True)
    names = traitlets.List().tag(sync=True)
    about = traitlets.List().tag(sync=True)
    points = traitlets.Bool().tag(sync=True)
    real = traitlets.Int().tag(sync=True)


class PlanesPage(Answering):
    """The lab's side of the conversation."""

    def __init__(self, lab):
        super().__init__(lab, _ACTIONS)
        self.sheets = torch.stack([plane.decode(cells(SIZE)) for plane in lab.planes.each])

    def begin(self) -> dict:
        """The traits that the page begins with."""
        planes = self.lab.planes.each
        words = {"names": [plane.name for plane in planes], "about": [about(plane) for plane in planes]}
        return words | {"real": len(self.lab.images)}

    def show_all(self) -> None:
        """Sends everything, for a page that is new."""
        lab = self.lab
        nowhere = torch.full((len(lab.images), 2), torch.nan)
        real = torch.stack([nowhere if plane.real is None else plane.real for plane in lab.planes.each])
        fixed = {
            "sheets": to_bytes(self.sheets.flatten(0, 1)),
            "real": real.numpy(),
            "labels": lab.labels.byte().numpy(),
        }
        self.show(None, fixed)

    def show(self, before, fixed: dict[str, np.ndarray] | None = None) -> None:
        """Sends what is shown. before: what the page shows already, or None; fixed: arrays that never change."""
        self.version += 1
        shown, arrays = self.lab.shown, dict(fixed or {})
        for name in ("point", "remains", "way"):
            if before is None or getattr(shown, name) is not getattr(before, name):
                arrays[name] = to_bytes(getattr(shown, name).images.flatten(0, 1))
        if before is None or shown.digit is not before.digit:
            arrays["digit"] = to_bytes(shown.digit.image.view(1, -1))
        header = {"type": "shown", "version": self.version, "at": shown.at, "errors": shown.errors}
        header |= {"codes": shown.remains.places[:, 0].tolist(), "words": shown.digit.words}
        header |= {"ends": [shown.a.places.tolist(), shown.b.places.tolist()], "drawn": shown.digit.drawn}
        spec, row = packed(arrays)
        self.lab.send(header | {"arrays": spec}, [row])

    def tell(self) -> None:
        """Sends words, which take longer than a movement may, when the page has been still for a moment."""
        shown = self.lab.shown
        names = {"point": shown.point.names, "remains": shown.remains.names, "way": shown.way.names}
        self.lab.send({"type": "rest", "version": self.version, "summary": shown.summary, "names": names})


_ACTIONS = {  # what a message of the page asks for
    "hello": lambda page, lab, message: page.show_all(),
    "rest": lambda page, lab, message: page.tell(),
    "point": lambda page, lab, message: lab.point(message["x"], message["y"]),
    "draw": lambda page, lab, message: lab.draw(message["strokes"]),
    "another": lambda page, lab, message: lab.another_digit(),
    "keep": lambda page, lab, message: lab.keep(message["end"], message["what"]),
    "leave": lambda page, lab, message: lab.leave_picture(),
}
