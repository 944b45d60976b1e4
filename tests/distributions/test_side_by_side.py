"""Samples of planes side by side are independent samples of the one plane."""

import numpy as np
import pytest
import torch

from gan_lessons._core import as_json
from gan_lessons._core.randomness import generator
from gan_lessons.distributions import Distribution, Gaussian, Ring, SideBySide, TwoMoons
from gan_lessons.metrics import modes_of, modes_side_by_side

DATA = SideBySide(Ring(8, 1.0, 0.1), 3)


def planes(data, n=20_000):
    x = data.sample((n,), generator(3, "x"), torch.float64).numpy()
    return x.reshape(n, data.times, 2)


def test_each_plane_has_the_modes_and_no_plane_knows_of_another():
    x = planes(DATA)
    which = np.argmax(x @ DATA.of.modes.T, -1)  # the nearest centre: all are as far from 0
    for plane in range(3):
        assert modes_of(x[:, plane], DATA.of.modes, 0.1).good
    counts = np.zeros((8, 8))
    np.add.at(counts, (which[:, 0], which[:, 2]), 1)
    expected = len(x) / 64
    assert ((counts - expected) ** 2 / expected).sum() < 100  # chi-square of 63 degrees of freedom: .002


def test_real_data_have_all_modes_by_their_measure():
    found = modes_side_by_side(planes(DATA).reshape(2, 10_000, 6), DATA.of.modes, 0.1)
    assert found.shares.shape == (2, 512) and (found.covered == 512).all() and (found.held >= 511).all()
    due = (1 - np.exp(-4.5)) ** 3
    assert found.real_off == pytest.approx(1 - due) and np.abs(found.hq - due).max() < 4 * 0.0018
    expected = 511 / (2 * 10_000 * due)  # 2 n KL is chi-square with K - 1 degrees of freedom
    np.testing.assert_allclose(found.rkl, expected, rtol=0.3)
    assert found.good.all() and found.kl_with_off.max() < 2 * expected


def test_modes_by_hand():
    left, right = [-1.0, 0.0], [1.0, 0.0]
    x = np.array([left + left, left + right, right + right, [-1.0, 0.5, 1.0, 0.0]])  # the last is beside one mode
    found = modes_side_by_side(x, [left, right], 0.1)
    assert (found.covered, found.hq, found.held) == (3, 0.75, 3)
    np.testing.assert_allclose(found.shares, [1 / 3, 1 / 3, 0, 1 / 3])
    assert found.rkl == pytest.approx(np.log(4 / 3)) and found.fkl == np.inf and not found.collapsed


def test_of_one_plane_it_is_the_usual_measure():
    x = planes(DATA, 500)[:, 0] * 1.1
    one, usual = modes_side_by_side(x, DATA.of.modes, 0.1), modes_of(x, DATA.of.modes, 0.1)
    np.testing.assert_allclose(one.shares, usual.shares)
    assert (one.covered, one.hq, one.rkl, one.held) == (usual.covered, usual.hq, usual.rkl, usual.held)
    assert one.kl_with_off == pytest.approx(usual.kl_with_off)


def test_a_run_that_diverged_has_no_modes():
    x = np.stack([planes(DATA, 300).reshape(300, 6)] * 2)
    x[1, 7, 2] = np.nan
    found = modes_side_by_side(x, DATA.of.modes, 0.1)
    assert np.isfinite(found.hq).tolist() == [True, False] and not found.good[1] and not found.collapsed[1]


def test_it_has_a_form_in_files():
    form = {"kind": "SideBySide", "of": {"kind": "TwoMoons", "radius": 1.0, "sd": 0.05}, "times": 2}
    assert as_json.written("data", SideBySide(TwoMoons(), 2)) == form
    assert as_json.made("data", form, Distribution) == SideBySide(TwoMoons(), 2)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: SideBySide(Gaussian(0.0, 1.0)), "of must be a distribution in the plane, not Gaussian"),
        (lambda: SideBySide(Ring(sd=(0.1, 0.2))), "of must be a distribution that is the same for all runs, not Ring"),
        (lambda: SideBySide(Ring(), 1), "times must be a whole number of at least 2, not 1"),
        (
            lambda: modes_side_by_side(np.zeros((4, 3)), DATA.of.modes, 0.1),
            r"samples must be \(.*, n, 2 times\), not",
        ),
    ],
)
def test_what_cannot_be_is_refused(action, words):
    with pytest.raises(ValueError, match=words):
        action()
