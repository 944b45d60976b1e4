"""What the lab of latent planes shows, on paper: planes with their marks, what is decoded below them, and words."""

import math

import torch
from matplotlib.figure import Figure

from gan_lessons.labs.latent_planes_page import SIZE
from gan_lessons.labs.latent_planes_shown import STEPS
from gan_lessons.labs.paper.layers import INK, PAPER
from gan_lessons.labs.paper.sheet import Sheet, wrapped
from gan_lessons.plots.images import sheet as ink

WIDTH, EDGE, LINE, TILE, LARGEST = 900, 10, 16, 56, 360  # pixels
A, B, DIGIT, POINT = "#0072B2", "#CC79A7", "#E69F00", "#D55E00"
CLASSES = ("#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#0072B2", "#8A6D3B", "#7B5EA7", "#D4A5C9", "#888888")


def figure(lab, words: str = "") -> Figure:
    """A figure 900 pixels wide. lab: open. words: below the pictures."""
    count, lines = len(lab.planes.each), wrapped(words, WIDTH - 2 * EDGE)
    side = math.floor(min(LARGEST, (WIDTH - TILE - 2 * EDGE) / count - EDGE))
    high = LINE + side + TILE + side / STEPS + 4 * EDGE
    paper = Sheet(WIDTH, high + LINE * (len(lines) + 1))
    for k in range(count):
        _column(paper, lab, k, EDGE + k * (side + EDGE), side)
    left = EDGE + count * (side + EDGE)
    paper.words(left, EDGE, "digit", up="top", fontweight="bold")
    _digits(paper, (left, EDGE + LINE, TILE, TILE), lab.shown.digit.image.view(1, -1), 1)
    for i, line in enumerate(lines):
        paper.words(EDGE, high + LINE * i, line, up="top")
    return paper.figure


def _column(paper: Sheet, lab, k: int, left: float, side: float) -> None:
    """One network: its plane, the point, what remains of the digit, and the walk."""
    shown, top = lab.shown, EDGE + LINE
    paper.words(left, EDGE, lab.planes.each[k].name, up="top", fontweight="bold")
    _plane(paper, lab, k, (left, top, side, side))
    top += side + EDGE
    for i, (images, name) in enumerate([(shown.point.images, "point"), (shown.remains.images, "remains")]):
        x = left + i * side / 2
        _digits(paper, (x, top, TILE, TILE), images[k], 1)
        paper.words(x + TILE + 4, top + TILE / 2, name)
    paper.words(left + side / 2 + TILE + 4, top + TILE / 2 + LINE, f"error {shown.errors[k]:.3f}")
    _digits(paper, (left, top + TILE + EDGE, side, side / STEPS), shown.way.images[k], STEPS)


def _plane(paper: Sheet, lab, k: int, box) -> None:
    shown, real, (left, top, side, _) = lab.shown, lab.planes.each[k].real, box
    _digits(paper, box, lab.page.sheets[k], SIZE)
    if lab.points and real is not None:
        axes = paper.axes(box, xlim=(-1, 1), ylim=(-1, 1))
        axes.imshow([[1]], cmap="gray", vmin=0, vmax=1, extent=(-1, 1, -1, 1), alpha=0.82, aspect="auto")
        axes.scatter(*real.T, s=4, c=[CLASSES[label] for label in lab.labels.tolist()])

    def at(place) -> tuple[float, float]:
        x, y = place
        return left + (1 + x) * side / 2, top + (1 - y) * side / 2

    ends = [at(end.places[k].clamp(-1, 1).tolist()) for end in (shown.a, shown.b)]
    paper.strokes([ends])
    for place, color, letter in [*zip(ends, (A, B), "AB", strict=True), (at(_inside(shown, k)), DIGIT, "D")]:
        ring = {"boxstyle": "circle,pad=0.2", "fc": color, "ec": PAPER}
        paper.words(*place, letter, "center", size=7, color=INK if letter != "A" else PAPER, bbox=ring)
    paper.ring(*at(shown.at), POINT)


def _inside(shown, k: int) -> list[float]:
    """Where the digit is in a plane; at its edge if it is beyond."""
    return shown.remains.places[k, 0].clamp(-1, 1).tolist()


def _digits(paper: Sheet, box, images: torch.Tensor, columns: int) -> None:
    """Digits in rows."""
    paper.picture(box, ink(images.numpy(), columns))
