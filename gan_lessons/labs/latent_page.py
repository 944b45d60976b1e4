"""The latent lab's page, and what lab and page say to each other."""

from collections.abc import Sequence
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from gan_lessons import latent
from gan_lessons.labs.latent_shown import OFFSETS, PATHS, REACHES, SIZE, Place
from gan_lessons.labs.latent_words import about_directions
from gan_lessons.labs.stage import source
from gan_lessons.threads import limit_threads

_HERE = Path(__file__).parent
_WIDGET = """
function render({ model, el }) {
  const view = new LatentView(model, el);
  return () => view.close();
}
export default { render };
"""


class LatentStage(anywidget.AnyWidget):
    """The page itself. size: digits a side of the sheet. settings: as `Stage` has them. about: what the directions are.
    training: whether there are weights to take anew.

    What it shows comes in custom messages, digits as one byte a pixel."""

    _esm = source("paint", "picture", "controls", "latent") + _WIDGET
    _css = "".join((_HERE / f"{name}.css").read_text(encoding="utf-8") for name in ("stage", "latent"))
    size = traitlets.Int(SIZE).tag(sync=True)
    settings = traitlets.List().tag(sync=True)
    about = traitlets.Unicode().tag(sync=True)
    training = traitlets.Bool().tag(sync=True)


class LatentPage:
    """A lab's side of the conversation. Each message is answered, also one that cannot be followed."""

    def __init__(self, lab):
        self.lab, self.version = lab, 0
        settings, training = _settings(lab.shown.place), lab.source.training
        self.stage = LatentStage(settings=settings, about=self.about(), training=training)
        self.stage.on_msg(self._receive)

    def about(self) -> str:
        """What the sliders move along, in words."""
        source = self.lab.source
        known = latent.first_weight(source.G, source.inputs) is not None
        return about_directions(known, latent.choosing(source.G))

    def show(self, sheet: bool) -> None:
        """Sends what is shown. sheet: with the whole sheet, or without where the page has it."""
        self.version += 1
        shown, place, rows = self.lab.shown, self.lab.shown.place, ["sheet", "way"] if sheet else ["way"]
        pieces = [latent.to_bytes(getattr(shown, row).images) for row in rows]
        header = {"type": "shown", "version": self.version, "summary": shown.summary, "index": _index(place)}
        header |= {"chosen": place.chosen, "second": place.second, "moved": any(place.offsets), "rows": rows}
        header |= {"lengths": shown.way.lengths, "names": shown.way.names}
        self.stage.send(header, [np.concatenate(pieces).tobytes()])

    def _receive(self, _, message: dict, buffers) -> None:
        lab, note = self.lab, ""
        with lab.lock:
            if lab.shown is None:  # it is closed
                return
            limit_threads()  # each thread has its own number
            try:
                getattr(self, f"_on_{message['type']}")(message)
            except ValueError as error:  # something that cannot work: say so, nothing changed
                note = f"That does not work: {error}."
            finally:  # a slider waits for its answer, whatever went wrong
                index = _index(lab.shown.place)
                self.stage.send({"type": "answered", "name": message.get("name"), "note": note, "index": index})

    def _on_hello(self, message: dict) -> None:
        self.show(sheet=True)

    def _on_set(self, message: dict) -> None:
        self.lab.set(message["name"], message["value"])

    def _on_choose(self, message: dict) -> None:
        self.lab.choose(message["i"])

    def _on_second(self, message: dict) -> None:
        self.lab.second(message["i"])

    def _on_plane(self, message: dict) -> None:
        self.lab.other_plane()

    def _on_back(self, message: dict) -> None:
        self.lab.back()

    def _on_refresh(self, message: dict) -> None:
        self.lab.refresh()

    def _on_rest(self, message: dict) -> None:
        """The page has been still for a moment: what takes longer than a movement may."""
        lab, found = self.lab, self.lab.nearest()
        header = {"type": "rest", "version": self.version, "words": lab.verdict(), "names": lab.shown.sheet.names}
        header |= {"labels": found.labels[0].tolist(), "distances": found.distances[0].tolist()}
        self.stage.send(header, [found.images[0].tobytes()])


def _settings(place: Place) -> list[dict]:
    """The sliders and the list of the page."""
    index = _index(place)
    reach = "Degrees from the middle of the plane to its sides; two random noises are some 90 degrees apart"
    path = "Spherical: along the sphere that noise lies on. Straight: through shorter noise than G knows"
    along = "How far A is moved along this direction, in the noise's standard deviations"
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
