"""Slant and width by moments: on strokes of which both are known, and on digits."""

import pytest
import torch

from gan_lessons.distributions import mnist
from gan_lessons.metrics.handwriting import slant, width

AT = torch.arange(28, dtype=torch.float64)


def stroke(lean=0.0, sd=2.0, x=13.5, y=13.5, dark=1.0):
    """A stroke whose rows are bells of ink, each row by `lean` columns further to the right than the one below it."""
    middle = x - lean * (AT - y)
    ink = torch.exp(-0.5 * ((AT[None] - middle[:, None]) / sd) ** 2) * torch.exp(-0.5 * ((AT[:, None] - y) / 3) ** 2)
    return (2 * dark * ink - 1).float().reshape(1, 784)


@pytest.mark.parametrize("lean", [-0.6, 0.0, 0.3, 1.0])
@pytest.mark.parametrize("sd", [1.0, 2.0])
def test_a_stroke_has_the_slant_and_the_width_that_it_was_drawn_with(lean, sd):
    degrees = torch.atan(torch.tensor(lean, dtype=torch.float64)).rad2deg().item()
    assert slant(stroke(lean, sd)).item() == pytest.approx(degrees, abs=0.2)
    assert width(stroke(lean, sd)).item() == pytest.approx(sd, abs=0.02)


@pytest.mark.parametrize("other", [{"x": 11.0, "y": 15.0}, {"dark": 0.4}])
def test_neither_depends_on_where_the_stroke_stands_nor_on_how_dark_it_is(other):
    for of in (slant, width):
        assert of(stroke(0.4, **other)).item() == pytest.approx(of(stroke(0.4)).item(), abs=0.2)


def test_a_digit_in_a_mirror_leans_the_other_way_and_is_as_wide():
    digits = torch.from_numpy(mnist.scaled(mnist.load("test").images[:500])).view(500, 28, 28)
    plain, mirrored = digits.reshape(500, 784), digits.flip(-1).reshape(500, 784)
    torch.testing.assert_close(slant(mirrored), -slant(plain), atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(width(mirrored), width(plain))
    assert slant(plain).mean() > 0, "MNIST leans to the right"


def test_paper_without_ink_has_no_slant():
    for of in (slant, width):
        with pytest.raises(ValueError, match="images must be pictures of digits, not 'a picture without ink'"):
            of(torch.cat([stroke(), -torch.ones(1, 784)]))
