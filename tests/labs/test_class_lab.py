"""The lab of classes: what is asked for is what is shown, by its controls as from Python."""

import html

import pytest
import torch
from helpers.asked_digits import Coded, FromTestSet

from gan_lessons.labs.class_lab import MIXTURES, ROWS, ClassLab
from gan_lessons.metrics.images import look


class Noise:
    """As a `CodedNoise` of two plain numbers."""

    dim, categories, continuous = 13, 10, 1


@pytest.fixture
def lab():
    made = ClassLab(FromTestSet(), name="test")
    yield made
    made.close()


@pytest.fixture
def coded():
    made = ClassLab(Coded(), Noise(), name="test")
    yield made
    made.close()


def test_the_grid_has_a_column_for_each_class_and_a_row_for_each_noise(lab):
    named = look(lab.grid).logits.argmax(-1).view(ROWS, 10)
    assert (named == torch.arange(10)).float().mean() > 0.95
    one = FromTestSet()(lab.noise[2][None, None], torch.tensor([[7]]))[0, 0]
    assert torch.equal(lab.grid.view(ROWS, 10, 784)[2, 7], one)
    assert f"Of the grid's 50 digits it takes {(named == torch.arange(10)).sum()} for what was asked" in lab.said


def test_what_is_asked_for_is_shown_and_said(lab):
    before = lab._picture.value
    said = lab.ask(4, 3)
    assert said.startswith("Asked for class 4, noise 3: the classifier takes it for a 4")
    assert said in html.unescape(lab._said.value) and lab._picture.value != before
    assert repr(lab) == "ClassLab('test': class 4, noise 3)"
    assert torch.equal(lab.mixture[0], lab.grid.view(ROWS, 10, 784)[2, 4])


def test_a_mixture_goes_from_the_class_to_the_one_that_is_mixed_in(lab):
    lab.ask(3, 1)
    assert ", mixed with 40 % of 8, noise 1" in lab.mix(8, 40)
    three, eight = lab.grid.view(ROWS, 10, 784)[0, [3, 8]]
    assert lab.mixture.shape == (MIXTURES, 784)
    torch.testing.assert_close(lab.mixture[4], 0.6 * three + 0.4 * eight)


def test_the_controls_do_what_the_methods_do(lab):
    lab.ask(3, 2), lab.mix(8, 30), lab.move(1, -1.5)
    by_method = lab.said, lab._picture.value
    other = ClassLab(FromTestSet(), name="other")
    other._class.value, other._row.value, other._mixed.value = 3, 1, 8
    other._share.value, other._moves[0].value = 30, -1.5
    assert (other.said, other._picture.value) == by_method
    lab.other_noise(), other._other.click()
    assert other.said == lab.said and torch.equal(other.noise, lab.noise)
    other.close()


def test_a_slider_moves_the_noise_of_every_row_along_its_way(lab):
    before = lab.noise
    lab.move(2, 2.0)
    torch.testing.assert_close(lab.noise, before + 2 * lab.asking.ways(2)[1])


def test_codes_are_asked_for_by_number_and_only_the_found_numbers_have_sliders(coded):
    assert len(coded._moves) == 1 and coded._moves[0].description == "Number 1"
    said = coded.ask(7)
    assert said.startswith("Asked for code 7, noise 1") and "In the column of this code it sees" in said
    column = look(coded.grid).logits.argmax(-1).view(ROWS, 10)[:, 7].tolist()
    assert said.endswith(f"it sees {', '.join(map(str, column))}.")
    before = coded.grid
    coded.move(1, 1.0)
    torch.testing.assert_close(coded.grid, (before + 0.1).clamp(-1, 1))


def test_running_its_cell_again_closes_the_lab_before(lab):
    again = ClassLab(FromTestSet(), name="test")
    assert lab.comm is None and again.comm is not None
    again.close()


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda lab: lab.ask(10), "wanted must be one of the 10 classes that G knows, 0 to 9, not 10"),
        (lambda lab: lab.ask(2.5), "wanted must be a whole number of at least 0, not 2.5"),
        (lambda lab: lab.ask(3, 6), "noise must be a row of the grid, from 1 to 5, not 6"),
        (lambda lab: lab.mix(11, 50), "other must be one of the 10 classes .*, not 11"),
        (lambda lab: lab.mix(3, 55), "percent must be one of .*, not 55"),
        (lambda lab: lab.move(3, 1.0), "way must be a whole number from 1 to 2, not 3"),
        (lambda lab: lab.move(1, 0.3), "by must be one of .*, not 0.3"),
    ],
)
def test_what_is_refused_leaves_all_as_it_was(lab, do, words):
    before = lab.said, lab._picture.value
    with pytest.raises(ValueError, match=words):
        do(lab)
    assert (lab.said, lab._picture.value) == before
