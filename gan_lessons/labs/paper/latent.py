"""What the latent lab shows, on paper: its sheet of digits, the way from A to B, and words below."""

import torch
from matplotlib.figure import Figure

from gan_lessons.labs.latent_shown import SIZE, STEPS, Shown
from gan_lessons.labs.paper.sheet import Sheet, wrapped
from gan_lessons.plots.images import sheet as ink

SIDE, EDGE, LINE, TILE = (
    504,
    10,
    16,
    88,
)  # pixels: of the sheet of digits, around, of a line of words, of a digit on the way
A, B = "#0072B2", "#CC79A7"


def figure(shown: Shown, words: str = "") -> Figure:
    """A figure 900 pixels wide. words: below the pictures."""
    lines = wrapped(words, 880)
    paper = Sheet(900, SIDE + TILE + 3 * EDGE + LINE * (len(lines) + 1))
    place = shown.place
    _digits(paper, ((900 - SIDE) / 2, EDGE, SIDE, SIDE), shown.sheet.images, SIZE, {place.second: B, place.chosen: A})
    way = (900 - STEPS * TILE) / 2, SIDE + 2 * EDGE, STEPS * TILE, TILE
    _digits(paper, way, shown.way.images, STEPS, {0: A, STEPS - 1: B})
    for i, line in enumerate(lines):
        paper.words(EDGE, SIDE + TILE + 3 * EDGE + LINE * i, line, up="top")
    return paper.figure


def _digits(paper: Sheet, box, images: torch.Tensor, columns: int, marked: dict[int, str]) -> None:
    """Digits in rows. marked: place -> the colour of a frame around that digit."""
    left, top, width, _ = box
    paper.picture(box, ink(images.numpy(), columns).clip(0, 1))
    for i, color in marked.items():
        side = width / columns
        place = left + i % columns * side, top + i // columns * side, side, side
        paper.box(place, facecolor="none", edgecolor=color, lw=2)
