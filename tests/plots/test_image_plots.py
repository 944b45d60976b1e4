"""Sheets of digits and bars of their shares: each image and each number stands where it should."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from gan_lessons.plots.images import draw_digit_shares, draw_sheet, sheet


def grey(*values):
    """One image of each brightness, (n, 784) from -1 to 1."""
    return np.repeat(np.array(values)[:, None], 784, 1)


def test_digits_stand_in_rows_and_what_is_left_is_paper():
    page = sheet(grey(1, 0, -0.5), columns=2)
    assert page.shape == (56, 56)
    assert (page[:28, :28] == 1).all() and (page[:28, 28:] == 0.5).all()
    assert (page[28:, :28] == 0.25).all() and (page[28:, 28:] == 0).all()


def test_a_gap_is_on_all_sides_of_each_digit():
    page = sheet(grey(1, 1, 1), columns=2, gap=3)
    assert page.shape == (2 * 31 + 3, 2 * 31 + 3)
    inked = np.zeros_like(page)
    for top, left in ((3, 3), (3, 34), (34, 3)):
        inked[top : top + 28, left : left + 28] = 1
    np.testing.assert_array_equal(page, inked)


def test_bytes_and_numbers_and_shapes_of_one_digit_give_one_picture():
    digit = np.random.default_rng(0).integers(0, 256, (1, 28, 28), np.uint8)
    wanted = digit[0] / 255
    np.testing.assert_array_equal(sheet(digit, 1), wanted)
    for shape in ((1, 784), (1, 28, 28), (1, 1, 28, 28)):
        np.testing.assert_allclose(sheet((digit / 127.5 - 1).reshape(shape), 1), wanted, atol=1e-15)


@pytest.mark.parametrize(
    ("images", "options", "words"),
    [
        (np.zeros((2, 3)), {}, r"images must be of shape \(n, 784\), \(n, 28, 28\), .*, not \(2, 3\)"),
        (np.zeros((0, 784)), {}, r"images must be of shape .* not \(0, 784\)"),
        (np.zeros((1, 784)), {"columns": 0}, "columns must be a whole number of at least 1, not 0"),
        (np.zeros((1, 784)), {"gap": -1}, "gap must be a whole number of at least 0, not -1"),
    ],
)
def test_what_makes_no_sheet_is_refused(images, options, words):
    with pytest.raises(ValueError, match=words):
        sheet(images, **options)


def test_ink_is_dark_and_no_pixel_is_blurred():
    ax = Figure().subplots()
    picture = draw_sheet(ax, grey(1, -1), columns=2, title="two")
    drawn = picture.cmap(picture.norm(picture.get_array()))
    assert (drawn[:, :28, :3] == 0).all() and (drawn[:, 28:, :3] == 1).all()
    assert picture.get_interpolation() == "nearest" and ax.get_title() == "two" and not len(ax.get_xticks())


def test_bars_are_as_high_as_the_shares_and_stand_at_their_digits():
    shares, real = np.linspace(0.05, 0.15, 10), np.full(10, 0.1)
    ax = Figure().subplots()
    for bars, wanted in zip(draw_digit_shares(ax, shares, real), (real, shares), strict=True):
        np.testing.assert_allclose([bar.get_height() for bar in bars], 100 * wanted)
        assert [round(bar.get_center()[0]) for bar in bars] == list(range(10))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["real", "generated"]


@pytest.mark.parametrize("shares", [np.full(10, np.nan), np.full(10, -0.1), np.full(9, 0.1), np.full(10, 10.0)])
def test_what_are_no_shares_is_refused(shares):
    with pytest.raises(ValueError, match=r"^shares must be"):
        draw_digit_shares(Figure().subplots(), shares, np.full(10, 0.1))
