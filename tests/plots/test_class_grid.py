"""The grid of class by noise: every picture in its column and row, and a frame around the chosen one."""

import numpy as np
import pytest

from gan_lessons.plots.class_grid import draw_class_grid, draw_mixture
from gan_lessons.plots.picture import canvas

GREYS = np.repeat(np.linspace(-1, 1, 12)[:, None], 784, 1)


def test_columns_are_classes_and_rows_are_noises():
    ax = canvas()[1]
    drawn = draw_class_grid(ax, GREYS, 4, (1, 2), "code").get_array()
    assert drawn.shape == (3 * 28, 4 * 28)
    assert drawn[28 + 5, 2 * 28 + 5] == pytest.approx((GREYS[1 * 4 + 2, 0] + 1) / 2)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == list("0123")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list("123")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("code", "noise")
    cell, row = ax.patches
    assert (cell.get_xy(), cell.get_width()) == ((2 * 28 - 0.5, 27.5), 28)
    assert (row.get_xy(), row.get_width()) == ((-0.5, 27.5), 4 * 28)


def test_a_mixture_goes_from_one_class_to_the_other():
    ax = canvas()[1]
    drawn = draw_mixture(ax, GREYS, 3, ("3", "8")).get_array()
    assert drawn.shape == (28, 12 * 28) and ax.patches[0].get_xy()[0] == 3 * 28 - 0.5
    assert ax.get_xlabel() == "share of 8 (%), the rest is 3"
    assert [ax.get_xticklabels()[i].get_text() for i in (0, -1)] == ["0", "100"]


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda ax: draw_class_grid(ax, GREYS, 5), "images must be .* a multiple of the 5 classes"),
        (lambda ax: draw_class_grid(ax, GREYS[:0], 4), "images must be"),
        (lambda ax: draw_class_grid(ax, GREYS, 4, (3, 0)), "chosen must be a row below 3 and a column below 4"),
        (lambda ax: draw_mixture(ax, GREYS, 12, ("0", "1")), "chosen must be a picture from 0 to 11, not 12"),
    ],
)
def test_what_is_refused(draw, words):
    with pytest.raises(ValueError, match=words):
        draw(canvas()[1])
