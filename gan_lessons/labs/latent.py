"""The latent lab: a sheet of what a generator makes to point at, sliders and ways through its noise, and the nearest
training images beside what it made."""

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import torch

from gan_lessons._core.refusals import number, refuse, whole
from gan_lessons._core.threads import limit_threads
from gan_lessons.distributions import mnist
from gan_lessons.distributions.pictures import PictureSet
from gan_lessons.labs.film_again import trained_on
from gan_lessons.labs.image_words import are_digits
from gan_lessons.labs.latent_page import LatentPage, LatentStage
from gan_lessons.labs.latent_shown import OFFSETS, PATHS, REACHES, SIZE, STEPS, Place, Row, Shown
from gan_lessons.labs.latent_source import Source
from gan_lessons.labs.latent_words import nearest_picture, verdict
from gan_lessons.labs.left_picture import LeavesPicture
from gan_lessons.labs.open_labs import forget, one_of_a_name
from gan_lessons.labs.series_page import along, series_page
from gan_lessons.metrics.copies import Found, Nearest
from gan_lessons.metrics.images import look
from gan_lessons.models import latent_space as latent

NEIGHBOURS, SLIDERS, WALKS = 5, 8, 2  # training images beside a digit; directions, and those in a page without a kernel
_WAYS = dict(zip(PATHS, (latent.interpolate, latent.straight), strict=True))


class LatentLab(LeavesPicture, LatentStage):
    """A lab on the latent space of a generator of digits or other pictures: a widget. Put it on a cell's last line to
    see it; all that a person can do there is a method here, and `shown` is what is seen.

    G: a generator such as `checkpoints.shipped("dcgan")[0]`, a function of noise (with `inputs`), a trainer, or a lab
    that trains one; see `Source`. seed: of the first plane. labels: a function images (n, 784) -> digits (n,) that
    names them in words, or False for no names; None is the course's own classifier for digits, and no names for other
    pictures, whose nearest training pictures are found where G is a training on them. name: running a cell again closes
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
        self.source = Source(G, inputs)
        self._namer = self._classifier() if labels is None else labels
        self.directions = latent.directions(self.source.G, self.source.inputs, SLIDERS)
        a, b = 2 * SIZE + 2, (SIZE - 3) * SIZE + SIZE - 3  # near two opposite corners, so that the way is a long one
        self.shown = self._see(Place(whole("seed", seed, 0), 60.0, a, b, PATHS[0], self._still()))
        self.page = LatentPage(self)
        super().__init__(**self.page.begin())
        self.on_msg(self.page.receive)
        one_of_a_name(self, "latent", name)

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
            self.about = self.page.about()

    def nearest(self) -> Found:
        """The 5 training images nearest to A, as it is moved."""
        with self.lock:
            self._place()
            if self._found is None:
                if not self.of_digits and not isinstance(self.source.data, PictureSet):
                    raise ValueError("nearest: the pictures that this G was trained on are not known here")
                known = None if self.of_digits else self.source.data.pictures()
                self._found = Nearest(pictures=known)(self.shown.sample[None], NEIGHBOURS)
            return self._found

    def verdict(self) -> str:
        """Whether A is a copy, in a sentence, beside how near real test digits come."""
        return verdict(self.nearest()) if self.of_digits else nearest_picture(self.nearest())

    def close(self) -> None:
        """Takes the lab off the page and lets go of its memory."""
        with self.lock:
            super().close()
            self.source = self.shown = self._found = None
        forget(self)

    def picture_png(self, words: str = "") -> bytes:
        """What is shown as a PNG on light paper, 900 pixels wide. words: below the picture."""
        from gan_lessons.labs.paper import figure, latent  # Matplotlib takes a second to load

        with self.lock:
            self._place()
            return figure.png(latent.figure(self.shown, words))

    def without_kernel(self) -> tuple[str, str]:
        """A page with a slider for the plane's reach and one for each of some directions; and what is shown, in words.

        Of a lab that has not begun to train it has what would come."""
        fresh = self.source.training and not self.source.steps and hasattr(self.source.given, "sides")
        with self.lock, trained_on(self.source.given) if fresh else nullcontext():
            before = self.shown, self.source, self.directions, self._found
            if fresh:
                self.refresh()
            try:
                return self._walks(), self.said
            finally:
                self.shown, self.source, self.directions, self._found = before

    def _walks(self) -> str:
        start, names = self._place(), [f"direction {k}" for k in range(1, 1 + min(WALKS, len(self.directions)))]
        series = [along(self, "reach (degrees)", REACHES[2::4], partial(self.set, "reach"), 2)]
        for name in names:
            self._go(start)
            series.append(along(self, name, OFFSETS[::5], partial(self.set, name), 4))
        self._go(start)
        return series_page("A walk through the latent space", series, self.page.about())

    # -- what is shown -----------------------------------------------------------------------------------

    def _place(self) -> Place:
        if self.shown is None:
            raise ValueError(f"the lab {self.name!r} is closed: run its cell again for a new one")
        return self.shown.place

    @property
    def of_digits(self) -> bool:
        """Whether the pictures are digits: of that size, and made by no training on others."""
        return self.source.shape == mnist.SHAPE and (self.source.data is None or are_digits(self.source.data))

    def _classifier(self) -> Callable | bool:
        return (lambda images: look(images).logits.argmax(-1)) if self.of_digits else False

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
