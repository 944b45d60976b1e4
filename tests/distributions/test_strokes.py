"""A drawing becomes a digit as MNIST has them: its box, centre of mass and pen, wherever and however large it is."""

import numpy as np
import pytest
import torch

from gan_lessons.distributions import mnist
from gan_lessons.distributions.strokes import BOX, CENTRE, MOST, digit_of
from gan_lessons.metrics.images import look

TURN = np.linspace(0, 2 * np.pi, 80)
DRAWINGS = {
    0: [np.column_stack([0.5 + 0.2 * np.sin(TURN), 0.5 - 0.35 * np.cos(TURN)])],
    1: [[(0.5, 0.1), (0.48, 0.9)]],
    4: [[(0.3, 0.1), (0.25, 0.5), (0.7, 0.5)], [(0.65, 0.1), (0.6, 0.9)]],
    7: [[(0.2, 0.15), (0.7, 0.15), (0.4, 0.85)]],
}


def box_and_centre(image):
    """Rows and columns with ink, and the place of its centre of mass, (x, y)."""
    rows, columns = image.any(1).nonzero()[0], image.any(0).nonzero()[0]
    ink, at = image / image.sum(), np.arange(mnist.SIDE)
    return np.ptp(rows) + 1, np.ptp(columns) + 1, (ink.sum(0) @ at, ink.sum(1) @ at)


def test_mnist_itself_has_this_box_this_centre_and_this_pen():
    """What `digit_of` aims at is measured on the real test digits."""
    digits = mnist.load("test")
    found = [box_and_centre(image) for image in digits.images[:1000]]
    assert {max(high, wide) for high, wide, _ in found} == {BOX}
    assert np.abs(np.array([centre for *_, centre in found]) - CENTRE).max() <= 0.501  # moved by whole pixels
    upright = [image for image in digits.images[digits.labels == 1] if box_and_centre(image)[1] <= 5]
    drawn = digit_of([[(0.5, 0.1), (0.5, 0.9)]])
    assert len(upright) > 100 and drawn.sum() == pytest.approx(np.sum(upright) / len(upright), rel=0.1)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_has_the_box_and_centre_of_mnist_and_is_read_as_what_it_is(name):
    image = digit_of(DRAWINGS[name])
    high, wide, centre = box_and_centre(image)
    assert image.shape == (28, 28) and image.dtype == np.uint8 and image.max() == 255
    assert abs(max(high, wide) - BOX) <= 1 and np.abs(np.array(centre) - CENTRE).max() < 0.1
    assert look(torch.from_numpy(mnist.scaled(image))[None]).logits.argmax().item() == name


@pytest.mark.parametrize("scale", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("corner", [(0.0, 0.0), (0.0, 1.0), (1.0, 0.5)])
def test_where_and_how_large_it_is_drawn_does_not_matter(scale, corner):
    wanted = digit_of(DRAWINGS[4])
    moved = [np.array(stroke) * scale + np.array(corner) * (1 - scale) for stroke in DRAWINGS[4]]
    np.testing.assert_allclose(digit_of(moved).astype(int), wanted, atol=1)


def test_neither_the_order_of_strokes_nor_their_direction_matters():
    wanted = digit_of(DRAWINGS[4]).astype(int)
    backwards = [stroke[::-1] for stroke in DRAWINGS[4][::-1]]
    np.testing.assert_allclose(digit_of(backwards).astype(int), wanted, atol=1)


def test_no_stroke_is_empty_paper_and_a_touch_is_a_dot():
    assert not digit_of([]).any()
    high, wide, centre = box_and_centre(digit_of([[(0.9, 0.1)], [(0.905, 0.1)]]))
    assert high <= 4 and wide <= 4 and centre == pytest.approx((CENTRE, CENTRE), abs=0.1)


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ([[(0.5, 1.2)]], r"strokes must be strokes, each a row of points .*, not \[\(0.5, 1.2\)\]"),
        ([[(float("nan"), 0.5)]], "numbers from 0 to 1"),
        ([[(0.1, 0.2, 0.3)]], "strokes must be"),
        ([[]], "strokes must be"),
        ([[(0.1, 0.1), (0.2,)]], "strokes must be"),
        ([["one"]], "strokes must be"),
        ([[(0.1, 0.1)] * (MOST + 1)], f"{MOST} points at most in all, not '{MOST + 1} points'"),
    ],
)
def test_what_is_no_drawing_is_refused(strokes, words):
    with pytest.raises(ValueError, match=words):
        digit_of(strokes)
