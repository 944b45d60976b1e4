"""The lab of latent planes: autoencoder, VAE and GAN side by side, each with its whole plane of codes in view."""

import threading
from collections.abc import Mapping
from dataclasses import replace

import torch

from gan_lessons._core.refusals import number, refuse
from gan_lessons._core.threads import limit_threads
from gan_lessons.distributions import mnist
from gan_lessons.distributions.strokes import Strokes, digit_of
from gan_lessons.labs.latent_plane import LatentPlane
from gan_lessons.labs.latent_planes_page import PlanesPage, PlanesStage
from gan_lessons.labs.latent_planes_shown import Alike, Digit, End, Planes, Shown
from gan_lessons.labs.latent_planes_words import a_digit, place
from gan_lessons.labs.left_picture import LeavesPicture
from gan_lessons.labs.open_labs import forget, one_of_a_name
from gan_lessons.labs.series_page import along, series_page

MOST = 4  # planes side by side
REAL, SHOWN = 1_000, 8  # test digits, and how many of them a page without a kernel has
IMAGES = "a tensor of floats (n, 1, 28, 28) from -1 (paper) to 1 (ink), one image or more"


class LatentPlanes(LeavesPicture, PlanesStage):
    """The latent planes of several networks side by side: a widget. Put it on a cell's last line to see it; all that a
    person can do there is a method here, and `shown` is what is seen.

    networks: name -> a network whose codes have two numbers: `decode` takes codes (n, 2) and gives images
    (n, 1, 28, 28) from -1 to 1; `encode` is the way back. A GAN has no `encode`: no real digits are in its plane, and
    the place of a digit is searched (`LatentPlane.search`). Up to four. The plane of a network with a prior, a GAN or a
    VAE, is that of the prior N(0, I); an autoencoder's is where its codes lie. images, labels: real digits
    (n, 1, 28, 28) and their classes (n,); the first 1,000 of MNIST's test set where none are given. name: running a
    cell again closes the lab that had this name. points: a trait, whether the places of real digits are shown.
    Callbacks may come on another thread while a cell runs, so every touch holds `lock`.
    Raises ValueError, naming the argument, for what cannot work."""

    def __init__(
        self,
        networks: Mapping[str, object],
        images: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        *,
        points: bool = False,
        name: str = "latent planes",
    ):
        limit_threads()
        self.lock, self.name, self.shown, self._next = threading.RLock(), name, None, 0
        self.images, self.labels = _real(images, labels)
        _check_names(networks)
        each = [LatentPlane(key, network, self.images) for key, network in networks.items()]
        self.planes = Planes(each, Alike(self.images, self.labels))
        self.shown = self._first()
        self.page = PlanesPage(self)
        super().__init__(points=points, **self.page.begin())
        self.on_msg(self.page.receive)
        one_of_a_name(self, "latent planes", name)

    # -- what a person can do, from Python as from the page ----------------------------------------------

    def point(self, x: float, y: float) -> None:
        """Shows what each network makes at a place of its plane, both numbers from -1 to 1, y upwards."""
        with self.lock:
            self._open()
            self._go(point=self.planes.at(number("x", x, -1, 1), number("y", y, -1, 1)))

    def draw(self, strokes: Strokes) -> None:
        """Encodes a drawing and decodes it again. strokes: see `digit_of`, which makes a digit of them."""
        image = torch.from_numpy(mnist.scaled(digit_of(strokes)))
        self._encode(Digit(image, "drawn by hand" if len(strokes) else "empty paper", drawn=True))

    def encode(self, image: torch.Tensor) -> None:
        """Encodes one image, (1, 28, 28) from -1 (paper) to 1 (ink), and decodes it again."""
        checked = _check_images("image", image[None] if isinstance(image, torch.Tensor) else image)
        self._encode(Digit(checked[0], "an image of your own"))

    def another_digit(self) -> None:
        """Encodes the next of the real digits; after the last comes the first."""
        with self.lock:
            self._open()
            i = self._next % len(self.images)
            self._encode(self._digit(i))
            self._next = i + 1

    def keep(self, end: str, what: str) -> None:
        """Lets the walk begin ("A") or end ("B") where the digit is ("digit") or where the point is ("point")."""
        with self.lock:
            self._open()
            if end not in ("A", "B"):
                refuse("end", end, '"A" or "B"')
            if what not in ("digit", "point"):
                refuse("what", what, '"digit" or "point"')
            shown = self.shown
            if what == "digit":
                kept = End(shown.remains.places[:, 0], shown.digit.words)
            else:
                kept = End(shown.point.places[:, 0], place(*shown.at))
            a, b = (kept, shown.b) if end == "A" else (shown.a, kept)
            self._go(a=a, b=b, way=self.planes.walk(a, b))

    def close(self) -> None:
        """Takes the lab off the page and lets go of its memory."""
        with self.lock:
            super().close()
            self.planes = self.shown = self.images = self.page.sheets = None
        forget(self)

    # -- what it leaves ----------------------------------------------------------------------------------

    def picture_png(self, words: str = "") -> bytes:
        """What is shown as a PNG on light paper, 900 pixels wide. words: below the picture."""
        from gan_lessons.labs.paper import figure, latent_planes  # Matplotlib takes a second to load

        with self.lock:
            self._open()
            return figure.png(latent_planes.figure(self, words))

    def without_kernel(self) -> tuple[str, str]:
        """A page with a slider for each way of the point and one for the digit; and what is shown, in words."""
        with self.lock:
            before, at, across = (self.shown, self._next), self.shown.at, [k / 4 for k in range(-4, 5)]
            series = [along(self, "point, to the right", across, lambda x: self.point(x, at[1]), 4)]
            series += [along(self, "point, upwards", across, lambda y: self.point(at[0], y), 4)]
            self.shown = before[0]
            digits = [f"{i + 1} of {SHOWN}" for i in range(min(SHOWN, len(self.images)))]
            series += [along(self, "real digit", digits, lambda _: self.another_digit())]
            self.shown, self._next = before
            return series_page("Planes of codes, side by side", series), self.said

    # -- what is shown -----------------------------------------------------------------------------------

    def _open(self) -> None:
        if self.closed:
            raise ValueError(f"the lab {self.name!r} is closed: run its cell again for a new one")

    def _digit(self, i: int) -> Digit:
        return Digit(self.images[i], f"real digit {i + 1}, {a_digit(int(self.labels[i]))}")

    def _first(self) -> Shown:
        """The middle of the planes, the first real digit, and the way from it to the next of another class."""
        digit, others = self._digit(0), (self.labels != self.labels[0]).nonzero()
        other = self._digit(int(others[0]) if len(others) else len(self.images) - 1)
        self._next = 1
        remains = self.planes.of(digit)
        a = End(remains.places[:, 0], digit.words)
        b = End(self.planes.of(other).places[:, 0], other.words)
        names, point = [plane.name for plane in self.planes.each], self.planes.at(0.0, 0.0)
        return Shown(names, point, digit, remains, a, b, self.planes.walk(a, b))

    def _encode(self, digit: Digit) -> None:
        with self.lock:
            self._open()
            self._go(digit=digit, remains=self.planes.of(digit))

    def _go(self, **changes: object) -> None:
        before, self.shown = self.shown, replace(self.shown, **changes)
        self.page.show(before)


def _check_names(networks: object) -> None:
    if not isinstance(networks, Mapping) or not 1 <= len(networks) <= MOST:
        found = list(networks) if isinstance(networks, Mapping) else networks
        refuse("networks", found, f"a dict of 1 to {MOST} networks by name")
    for name in networks:
        if not isinstance(name, str) or not name.strip():
            refuse("networks", list(networks), "a dict whose names are words")


def _real(images: object, labels: object) -> tuple[torch.Tensor, torch.Tensor]:
    """Real digits and their classes, checked."""
    if images is None and labels is None:
        digits = mnist.load("test")
        return torch.from_numpy(mnist.scaled(digits.images[:REAL])), torch.tensor(digits.labels[:REAL]).long()
    images = _check_images("images", images)
    if not isinstance(labels, torch.Tensor) or labels.is_floating_point() or labels.shape != images.shape[:1]:
        found = tuple(labels.shape) if isinstance(labels, torch.Tensor) else labels
        refuse("labels", found, f"a tensor of whole numbers, one for each of the {len(images)} images")
    if labels.min() < 0 or labels.max() > 9:
        refuse("labels", f"some from {labels.min()} to {labels.max()}", "digits from 0 to 9")
    return images, labels.long().cpu()


def _check_images(name: str, images: object) -> torch.Tensor:
    """Images, or ValueError for what is none, with other values, or with paper that is not -1."""
    if not isinstance(images, torch.Tensor) or not images.is_floating_point() or images.shape[1:] != mnist.SHAPE:
        refuse(name, f"{tuple(images.shape)} of {images.dtype}" if isinstance(images, torch.Tensor) else images, IMAGES)
    if not len(images):
        refuse(name, "none", IMAGES)
    if not images.isfinite().all():
        refuse(name, "some that are not finite", IMAGES)
    if images.min() < -1.001 or images.max() > 1.001 or images.min() >= 0:
        refuse(name, f"values from {images.min():.3g} to {images.max():.3g}", IMAGES)
    return images.detach().float().cpu()
