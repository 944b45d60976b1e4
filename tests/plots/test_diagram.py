"""The picture of two networks shows each stage once, with its numbers, and says the same in words."""

import math

import pytest
from matplotlib.figure import Figure

from gan_lessons.plots.diagram import draw_stages, networks, told
from gan_lessons.recipes import breakdowns, digits, remedies, toys

RECIPES = toys.BY_NAME | digits.BY_NAME | breakdowns.BY_NAME
RECIPES |= {f"ring, {name}": remedies.BY_NAME[name](toys.ring) for name in ("pack_4", "minibatch", "batch_norm")}


def drawn(way, name="D", most=0):
    ax = Figure(figsize=(9, 2)).subplots()
    draw_stages(ax, name, way, most)
    return ax


def by(stage):
    return " × ".join(map(str, stage.shape))


@pytest.mark.parametrize("name", RECIPES)
def test_every_stage_of_every_recipe_is_drawn_and_told(name):
    found = RECIPES[name].stages()
    words = told(found)
    for who, way in found.items():
        ax = drawn(way, who)
        texts = [text.get_text() for text in ax.texts]
        assert [text for text in texts if text in {by(stage) for stage in way}] == [by(stage) for stage in way]
        assert ax.get_title(loc="left") == who and f"{who}: {way[0].name} ({by(way[0])}), then " in words
        for stage in way:
            assert f"{stage.name} ({by(stage)})" in words
    picture = networks(RECIPES[name])
    assert picture.alt == words and picture.png.startswith(b"\x89PNG")


def test_more_numbers_stand_higher_and_nothing_leaves_the_picture():
    way = digits.shipped_dcgan.stages()["D"]
    ax = drawn(way, most=8)
    heights = {}
    for bar in ax.patches:  # an end that has two colours has two bars
        middle = round(bar.get_x() + bar.get_width() / 2)
        heights[middle] = heights.get(middle, 0) + bar.get_height()
    sizes = [math.prod(stage.shape) for stage in way]
    assert sorted(heights, key=heights.get) == sorted(range(len(way)), key=lambda i: sizes[i])
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert left < 0 and right > 7
    assert all(low <= bar.get_y() and bar.get_y() + bar.get_height() <= high for bar in ax.patches)


def test_real_and_generated_have_their_colours():
    ax = drawn(toys.ring.stages()["D"])
    assert len({bar.get_facecolor() for bar in ax.patches[:2]}) == 2 and len(ax.patches) == 1 + 4
