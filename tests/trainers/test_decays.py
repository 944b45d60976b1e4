"""Decays: where they start, where they end, and what lies between."""

import math
from itertools import pairwise

import pytest

from gan_lessons.trainers.decays import CosineDecay, ExponentialDecay, LinearDecay, StepDecay


@pytest.mark.parametrize("kind", [LinearDecay, CosineDecay, ExponentialDecay])
def test_from_1_to_low_and_there_it_stays(kind):
    decay = kind(100, 0.25, start=20)
    assert [decay(n) for n in (0, 20)] == [1.0, 1.0]
    assert [decay(n) for n in (100, 5000)] == pytest.approx([0.25, 0.25], abs=1e-15)
    way = [decay(n) for n in range(20, 101)]
    assert all(a > b for a, b in pairwise(way))


def test_half_way():
    assert LinearDecay(100, 0.2)(50) == pytest.approx(0.6)
    assert CosineDecay(100, 0.2)(50) == pytest.approx(0.6)
    assert ExponentialDecay(100, 0.01)(50) == pytest.approx(0.1)
    assert CosineDecay(100)(25) == pytest.approx((1 + math.cos(math.pi / 4)) / 2)


def test_step_wise():
    assert [StepDecay(10, 0.5)(n) for n in (0, 9, 10, 25)] == [1, 1, 0.5, 0.25]


@pytest.mark.parametrize(
    "decay", [LinearDecay(100, 0.2, 5), CosineDecay(7), ExponentialDecay(9, 0.5), StepDecay(3, 0.5)]
)
def test_its_words_make_it_again(decay):
    assert eval(repr(decay)) == decay


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LinearDecay(0), "end must be a whole number of at least 1, not 0"),
        (lambda: LinearDecay(10, 1.5), "low must be a finite number from 0 to 1, not 1.5"),
        (lambda: CosineDecay(10, start=10), "start must be below end, which is 10, not 10"),
        (lambda: CosineDecay(10, start=-1), "start must be a whole number of at least 0, not -1"),
        (lambda: ExponentialDecay(10), "low must be above 0"),
    ],
)
def test_nonsense_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
