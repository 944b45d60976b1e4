"""Drawn shapes: their areas and colours are what geometry says, and one seed gives one set."""

import math

import numpy as np
import pytest
import torch

from gan_lessons.distributions import shapes
from gan_lessons.distributions.shapes import COLOURS, NAMES, Shapes, coverage

AREAS = {  # of radius 1
    "circle": math.pi,
    "square": 2.0,
    "triangle": 3 * math.sqrt(3) / 4,
    "star": 5 * shapes.INNER * math.sin(math.pi / 5),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_shape_covers_its_area_wherever_it_stands_and_however_it_is_turned(name):
    for turn, x, y in ((0.0, 15.5, 15.5), (0.7, 13.2, 17.9), (4.0, 16.0, 14.0)):
        found = coverage(name, turn, 11.0, x, y)
        assert found.sum() == pytest.approx(AREAS[name] * 11.0**2, rel=0.03)
        assert ((found > 0) & (found < 1)).sum() > 20  # smooth edges
        down, across = np.mgrid[:32, :32]
        assert [(found * place).sum() / found.sum() for place in (across, down)] == pytest.approx([x, y], abs=0.15)


def test_a_turn_by_a_corner_changes_nothing():
    for name, corners in (("square", 4), ("triangle", 3), ("star", 5)):
        found = [coverage(name, turn, 10.0, 15.5, 15.5) for turn in (0.3, 0.3 + 2 * math.pi / corners)]
        assert np.abs(found[0] - found[1]).max() < 1e-6


def test_pictures_are_white_with_one_of_the_colours_in_the_middle():
    data = Shapes(300, seed=2)
    images, colours = data.images(), np.array(list(COLOURS.values()))
    assert images.shape == (300, 3, 32, 32) and (images[:, :, [0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()
    places = shapes._chosen(300, 2)[:, 4:].round().astype(int)
    inside = images[np.arange(300), :, places[:, 1], places[:, 0]]
    assert np.array_equal(inside, colours[data.colours()])


def test_all_shapes_and_colours_come_about_as_often():
    data = Shapes(3000)
    for kinds, found in ((4, data.pictures().labels), (6, data.colours())):
        counts = np.bincount(found, minlength=kinds)
        expected = 3000 / kinds
        assert ((counts - expected) ** 2 / expected).sum() < 25  # chi-squared of 5 degrees: 1 in 7,000


def test_one_seed_gives_one_set_and_fewer_are_the_first_of_more():
    assert np.array_equal(Shapes(50, seed=1).images(), Shapes(80, seed=1).images()[:50])
    assert not np.array_equal(Shapes(50, seed=1).images(), Shapes(50, seed=2).images())
    data = Shapes(50)
    raw = data.draw((2, 20), torch.Generator().manual_seed(0), torch.float32)
    which = (raw[..., 0] * 50).long()
    assert torch.equal(data.labels(raw), torch.tensor(data.pictures().labels)[which])
    sample = data.transform(raw)
    assert sample.shape == (2, 20, 3072) and sample.max() == 1 and sample.min() >= -1
