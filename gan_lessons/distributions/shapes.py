"""Drawn shapes in colours: small pictures with known classes, made here, from a seed, with nothing to download."""

from functools import lru_cache

import numpy as np

from gan_lessons._core.settings import frozen, setting, whole
from gan_lessons.distributions.pictures import Pictures, PictureSet

SIDE = 32  # pixels
NAMES = ("circle", "square", "triangle", "star")
COLOURS = {  # of Okabe and Ito, which the colour-blind can tell apart
    "orange": (230, 159, 0),
    "sky blue": (86, 180, 233),
    "green": (0, 158, 115),
    "yellow": (240, 228, 66),
    "blue": (0, 114, 178),
    "red": (213, 94, 0),
}
RADII, AWAY = (8.0, 12.0), 3.0  # pixels: from the middle of a shape to its corners, and from the picture's middle
INNER = 0.45  # of a star's radius: where its sides meet
CORNERS = {"square": 4, "triangle": 3, "star": 10}


@frozen
class Shapes(PictureSet):
    """n pictures of one shape each, 32 x 32 pixels in colour on white: a circle, a square, a triangle or a star, in one
    of six colours, at any angle, somewhere near the middle, with smooth edges. A label is the shape, by `names`.

    As many of each shape and colour as chance gives; one seed gives the same pictures on every machine, and fewer of a
    seed are the first of more. Points in 3,072 dimensions from -1 to 1."""

    n: int = setting(2_000, whole(), most=100_000)
    seed: int = setting(0, whole(0))
    dim, classes, names = 3 * SIDE * SIDE, len(NAMES), NAMES

    def pictures(self) -> Pictures:
        """See `PictureSet.pictures`."""
        return _drawn(self.n, self.seed)

    def colours(self) -> np.ndarray:
        """The colour of each picture, as its place in `COLOURS`, (n,)."""
        return _chosen(self.n, self.seed)[:, 1].astype(int)


def _chosen(n: int, seed: int) -> np.ndarray:
    """What each picture is, (n, 6): shape, colour, turn (radians), radius, and the shape's middle, x and y (pixels)."""
    u = np.random.default_rng(seed).random((n, 6))
    radius = RADII[0] + (RADII[1] - RADII[0]) * u[:, 3]
    middle = (SIDE - 1) / 2 + AWAY * (2 * u[:, 4:] - 1)
    kinds = np.stack([u[:, 0] * len(NAMES), u[:, 1] * len(COLOURS)], 1).astype(int)
    return np.column_stack([kinds, 2 * np.pi * u[:, 2], radius, middle])


@lru_cache(maxsize=4)
def _drawn(n: int, seed: int) -> Pictures:
    chosen, colours = _chosen(n, seed), np.array(list(COLOURS.values()))
    images = np.empty((n, 3, SIDE, SIDE), np.uint8)
    for i, (kind, colour, *place) in enumerate(chosen):
        inked = coverage(NAMES[int(kind)], *place)
        images[i] = np.rint(255 + inked * (colours[int(colour), :, None, None] - 255))
    return Pictures(images, chosen[:, 0].astype(np.int64))


def coverage(name: str, turn: float, radius: float, x: float, y: float) -> np.ndarray:
    """The share of each pixel that a shape covers, (32, 32), by the distance of the pixel's middle to the edge."""
    across, down = np.meshgrid(np.arange(SIDE) - x, np.arange(SIDE) - y)
    if name == "circle":
        outside = np.hypot(across, down) - radius
    else:
        outside = _outside(across, down, turn, radius, CORNERS[name], INNER if name == "star" else 1.0)
    return np.clip(0.5 - outside, 0, 1)


def _outside(x: np.ndarray, y: np.ndarray, turn: float, radius: float, corners: int, inner: float) -> np.ndarray:
    """How far points lie outside of the side of a polygon that they see from its middle; negative inside."""
    step = 2 * np.pi / corners
    angle = (np.arctan2(y, x) - turn) % (2 * np.pi)
    which = np.floor(angle / step)
    ends = [turn + step * (which + more) for more in (0, 1)]
    (ax, ay), (bx, by) = (
        (far * np.cos(end), far * np.sin(end)) for end, far in zip(ends, _far(which, radius, inner), strict=True)
    )
    return ((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / np.hypot(bx - ax, by - ay)


def _far(which: np.ndarray, radius: float, inner: float) -> tuple[np.ndarray, np.ndarray]:
    """How far the first and the last corner of a side lie from the middle: of a star every other one lies nearer."""
    odd = which % 2 == 1
    return np.where(odd, inner * radius, radius), np.where(odd, radius, inner * radius)
