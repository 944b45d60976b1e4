"""The latent lab: a sheet of a generator's digits to point at, sliders and ways through its noise, and the nearest
training images beside what it made."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from gan_lessons import latent
from gan_lessons.errors import number, refuse, whole
from gan_lessons.labs.latent_page import LatentPage
from gan_lessons.labs.latent_shown import OFFSETS, PATHS, REACHES, SIZE, STEPS, Place, Row, Shown
from gan_lessons.labs.latent_source import Source
from gan_lessons.labs.latent_words import verdict
from gan_lessons.metrics_digits import look
from gan_lessons.threads import limit_threads

NEIGHBOURS, SLIDERS = 5, 8  # training images beside a digit; directions
_WAYS = dict(zip(PATHS, (latent.interpolate, latent.straight), strict=True))
_open: dict[str, "LatentLab"] = {}


class LatentLab:
    """A lab on the latent space of a generator of digits. Put it on a cell's last line to see it; all that a person can
    do there is a method here, and `shown` is what is seen.

    G: a generator such as `checkpoints.shipped("dcgan")[0]`, a function of noise (with `inputs`), a trainer, or a lab
    that trains one; see `Source`. seed: of the first plane. labels: a function images (n, 784) -> digits (n,) that
    names them in words, or False for no names; None is the course's own classifier. name: running a cell again closes
    the lab that had this name. Callbacks may come on another thread while a cell runs, so every touch holds `lock`.
    Raises ValueError, naming the argument, for what cannot work."""

    def __init__(
        self,
        G: object,
        *,
        inputs: int | None = None,
        seed: int = 0,
        labels: Callable[[torch.Tensor], Sequence[int]] | bool | None = None,
        name: str = "latent",
    ):
        if not (labels is None or labels is False or callable(labels)):
            refuse("labels", labels, "a function that names digits, False, or None for the course's own classifier")
        limit_threads()
        self.lock, self.name, self.shown, self._found = threading.RLock(), name, None, None
        self._namer = (lambda images: look(images).logits.argmax(-1)) if labels is None else labels
        self.source = Source(G, inputs)
        self.directions = latent.directions(self.source.G, self.source.inputs, SLIDERS)
        a, b = 2 * SIZE + 2, (SIZE - 3) * SIZE + SIZE - 3  # near two opposite corners, so that the way is a long one
        self.shown = self._see(Place(whole("seed", seed, 0), 60.0, a, b, PATHS[0], self._still()))
        self.page = LatentPage(self)
        if name in _open:
            _open[name].close()
        _open[name] = self

    # -- what a person can do, from Python as from the page ----------------------------------------------

    def choose(self, i: int) -> None:
        """Makes digit i of the sheet (row by row from 0) A; the sliders go back to 0."""
        with self.lock:
            self._go(replace(self._place(), chosen=_cell("i", i), offsets=self._still()))

    def second(self, j: int) -> None:
        """Makes digit j of the sheet B, where the way from A ends."""
        with self.lock:
            self._go(replace(self._place(), second=_cell("j", j)))

    def set(self, name: str, value: float | str) -> None:
        """Moves a slider or chooses from a list: "reach" (degrees), "path", or "direction 1" to "direction 8"."""
        with self.lock:
            place = self._place()
            sliders = [f"direction {k + 1}" for k in range(len(place.offsets))]
            if name == "reach":
                place = replace(place, reach=number("reach", value, REACHES[0], REACHES[-1]), offsets=self._still())
            elif name == "path":
                if value not in PATHS:
                    refuse("path", value, f"one of {PATHS}")
                place = replace(place, path=value)
            elif name in sliders:
                offsets, at = list(place.offsets), sliders.index(name)
                offsets[at] = number(name, value, OFFSETS[0], OFFSETS[-1])
                place = replace(place, offsets=tuple(offsets))
            else:
                refuse("name", name, f"one of {['reach', 'path', *sliders]}")
            self._go(place)

    def back(self) -> None:
        """Puts all sliders of directions back to 0."""
        with self.lock:
            self._go(replace(self._place(), offsets=self._still()))

    def other_plane(self, seed: int | None = None) -> None:
        """Shows another plane: that of the next seed, or of the one given; A and B keep their places on the sheet."""
        with self.lock:
            place = self._place()
            seed = place.seed + 1 if seed is None else whole("seed", seed, 0)
            self._go(replace(place, seed=seed, offsets=self._still()))

    def refresh(self) -> None:
        """Takes the weights of a training as they are now, and their directions; the sliders go back to 0.

        Raises ValueError, and leaves all as it was, if its lab is closed, or its G makes no digits (any more)."""
        with self.lock:
            place, before = self._place(), (self.source, self.directions)
            try:
                self.source = before[0].renewed()
                self.directions = latent.directions(self.source.G, self.source.inputs, SLIDERS)
                if len(self.directions) != len(before[1]):
                    sliders = f"{len(self.directions)} directions now, and there are {len(before[1])} sliders"
                    raise ValueError(f"G has {sliders}: run the lab's cell again")
                self._go(replace(place, offsets=self._still()), anew=True)
            except BaseException:
                self.source, self.directions = before
                raise
            self.page.stage.about = self.page.about()

    def nearest(self) -> latent.Found:
        """The 5 training images nearest to A, as it is moved."""
        with self.lock:
            self._place()
            if self._found is None:
                self._found = latent.Nearest()(self.shown.sample[None], NEIGHBOURS)
            return self._found

    def verdict(self) -> str:
        """Whether A is a copy, in a sentence, beside how near real test digits come."""
        return verdict(self.nearest())

    def close(self) -> None:
        """Takes the lab off the page and lets go of its memory."""
        with self.lock:
            self.page.stage.close()
            self.source = self.shown = self._found = None
        if _open.get(self.name) is self:
            del _open[self.name]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.page.stage)

    # -- what is shown -----------------------------------------------------------------------------------

    def _place(self) -> Place:
        if self.shown is None:
            raise ValueError(f"the lab {self.name!r} is closed: run its cell again for a new one")
        return self.shown.place

    def _still(self) -> tuple[float, ...]:
        return (0.0,) * len(self.directions)

    def _go(self, place: Place, anew: bool = False) -> None:
        """Shows another place; if that fails all stays as it was. anew: the weights are others than before."""
        before = self.shown
        self.shown, self._found = self._see(place, anew), None
        self.page.show(sheet=self.shown.sheet is not before.sheet)

    def _see(self, place: Place, anew: bool = False) -> Shown:
        before = self.shown
        if before and not anew and (place.seed, place.reach) == (before.place.seed, before.place.reach):
            sheet = before.sheet
        else:
            sheet = self._row(latent.plane(self.source.inputs, place.seed, SIZE, place.reach)[0])
        a = sheet.noise[place.chosen] + torch.tensor(place.offsets) @ self.directions
        way = self._row(_WAYS[place.path](a, sheet.noise[place.second], STEPS))
        shown = Shown(place, sheet, way, self.source.steps)
        _ = shown.summary  # put into words now: labels that fail do so before anything is changed
        return shown

    def _row(self, noise: torch.Tensor) -> Row:
        return Row(noise, self.source(noise), self._namer)


def _cell(name: str, value: int) -> int:
    if whole(name, value, 0) >= SIZE * SIZE:
        refuse(name, value, f"a place on the sheet, from 0 to {SIZE * SIZE - 1}")
    return value
