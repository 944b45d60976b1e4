"""The latent lab's page, and what lab and page say to each other."""

from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets

from gan_lessons.labs.answering import Answering
from gan_lessons.labs.latent_shown import OFFSETS, PATHS, REACHES, SIZE, Place
from gan_lessons.labs.latent_words import about_directions
from gan_lessons.labs.scenes.arrays import packed
from gan_lessons.labs.stage import source, styles, widget
from gan_lessons.models import latent_space as latent


class LatentStage(anywidget.AnyWidget):
    """The page itself. size: digits a side of the sheet. settings: as `Stage` has them. about: what the directions are.
    training: whether there are weights to take anew. shape: of a picture, channels first. digits: whether they are
    digits.

    What it shows comes in custom messages, digits as one byte a pixel."""

    _esm = source("arrays", "page", "paint", "controls", "tiles", "latent") + widget("new LatentView(model, el)")
    _css = styles("stage", "latent")
    size = traitlets.Int(SIZE).tag(sync=True)
    settings = traitlets.List().tag(sync=True)
    about = traitlets.Unicode().tag(sync=True)
    training = traitlets.Bool().tag(sync=True)
    shape = traitlets.List([1, 28, 28]).tag(sync=True)
    digits = traitlets.Bool(True).tag(sync=True)


class LatentPage(Answering):
    """A lab's side of the conversation."""

    def __init__(self, lab):
        super().__init__(lab, _ACTIONS)

    def begin(self) -> dict:
        """The traits that the page begins with."""
        lab = self.lab
        known = {"settings": _settings(lab.shown.place), "about": self.about(), "training": lab.source.training}
        return known | {"shape": list(lab.source.shape), "digits": lab.of_digits}

    def about(self) -> str:
        """What the sliders move along, in words."""
        source = self.lab.source
        known = latent.first_weight(source.G, source.inputs) is not None
        return about_directions(known, latent.choosing(source.G))

    def show(self, sheet: bool) -> None:
        """Sends what is shown. sheet: with the whole sheet, or without where the page has it."""
        self.version += 1
        shown, place, rows = self.lab.shown, self.lab.shown.place, ["sheet", "way"] if sheet else ["way"]
        arrays, row = packed({name: latent.to_bytes(getattr(shown, name).images) for name in rows})
        header = {"type": "shown", "version": self.version, "summary": shown.summary, "index": _index(place)}
        header |= {"chosen": place.chosen, "second": place.second, "moved": any(place.offsets)}
        header |= {"lengths": shown.way.lengths, "names": shown.way.names, "arrays": arrays}
        self.lab.send(header, [row])

    def after(self) -> dict:
        return {"index": _index(self.lab.shown.place)}

    def show_nearest(self) -> None:
        """Sends what takes longer than a movement may, when the page has been still for a moment."""
        lab, header = self.lab, {"type": "rest", "version": self.version, "names": self.lab.shown.sheet.names}
        try:
            found = lab.nearest()
        except ValueError as error:  # of a G alone nobody knows what it was trained on
            return lab.send(header | {"words": str(error), "labels": [], "distances": [], "arrays": {}}, [b""])
        header["words"] = lab.verdict()
        header |= {"labels": found.labels[0].tolist(), "distances": found.distances[0].tolist()}
        arrays, row = packed({"nearest": found.images[0]})
        lab.send(header | {"arrays": arrays}, [row])


_ACTIONS = {  # what a message of the page asks for
    "hello": lambda page, lab, message: page.show(sheet=True),
    "rest": lambda page, lab, message: page.show_nearest(),
    "set": lambda page, lab, message: lab.set(message["name"], message["value"]),
    "choose": lambda page, lab, message: lab.choose(message["i"]),
    "second": lambda page, lab, message: lab.second(message["i"]),
    "plane": lambda page, lab, message: lab.other_plane(),
    "back": lambda page, lab, message: lab.back(),
    "refresh": lambda page, lab, message: lab.refresh(),
    "leave": lambda page, lab, message: lab.leave_picture(),
}


def _settings(place: Place) -> list[dict]:
    """The sliders and the list of the page."""
    index = _index(place)
    reach = "Degrees from the middle of the plane to its sides; two random noises are some 90 degrees apart."
    path = "Spherical: along the sphere that noise lies on. Straight: through shorter noise than G knows."
    along = "How far A is moved along this direction, in the noise's standard deviations."
    found = [{"name": "reach", "label": "reach (degrees)", "help": reach, "values": REACHES, "group": "plane"}]
    found += [{"name": "path", "label": "way from A to B", "help": path, "values": PATHS, "kind": "choice"}]
    for k in range(len(place.offsets)):
        name = f"direction {k + 1}"
        found.append({"name": name, "label": name, "help": along, "values": OFFSETS, "group": "directions"})
    return [{"kind": "number", "group": "way", "index": index[one["name"]]} | one for one in found]


def _index(place: Place) -> dict[str, int]:
    """Where each slider and list stands, as the place of its value."""
    places = {"reach": _closest(REACHES, place.reach), "path": PATHS.index(place.path)}
    return places | {f"direction {k}": _closest(OFFSETS, offset) for k, offset in enumerate(place.offsets, 1)}


def _closest(values: Sequence[float], value: float) -> int:
    return int(np.abs(np.subtract(values, value)).argmin())
