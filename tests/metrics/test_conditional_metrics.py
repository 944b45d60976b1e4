"""Accuracy of the class asked for, variance within, distances, and codes as classifiers: against numbers by hand."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch

from gan_lessons._core.randomness import generator
from gan_lessons.distributions.line import Gaussian, Mixture
from gan_lessons.distributions.plane import Ring, TwoMoons
from gan_lessons.metrics.conditional import asked_for, matched, permuted

BELLS = Mixture((-4.0, 0.0, 4.0), (0.5, 0.5, 0.5))
RING = Ring(8, 1.0, 0.1)


def real(data, n, seed=1):
    raw = data.draw((n,), generator(seed, "test"), torch.float64)
    return data.transform(raw).numpy(), data.labels(raw).numpy()


@pytest.mark.parametrize("data", [BELLS, RING], ids=["line", "plane"])
def test_real_samples_are_what_was_asked_for(data):
    samples, labels = real(data, 8000)
    found = asked_for(samples, labels, data)
    assert found.accuracies.shape == (data.classes,) and found.accuracy > 0.998
    assert found.withins == pytest.approx(1, abs=0.2) and found.within == pytest.approx(1, abs=0.1)
    assert found.distance < 0.05 * 0.5 and found.overall < 0.06


def test_numbers_by_hand():
    """Two runs: one gives a point a class, the other the next class's bell moved by 4 and one sample off."""
    labels = np.repeat([0, 1, 2], 4)
    points = np.repeat([-4.0, 0.5, 4.0], 4)
    moved = np.array([0.0, 0, 0, 0, 4, 4, 4, 4, -4, -4, -4, 3])
    found = asked_for(np.stack([points, moved])[..., None], labels, BELLS)
    assert found.accuracies.tolist() == [[1, 1, 1], [0, 0, 0.25]]
    assert found.withins[0].tolist() == [0, 0, 0] and found.within.tolist() == [0, 0]
    # the last class: -4 three times and 3 once have variance 7^2 * (3 / 16) * 4 / 3; the real bells' is about .25
    assert found.withins[1, 2] == pytest.approx(12.25 / 0.25, rel=0.05)
    # a point in the middle of a bell is E|x| = sd sqrt(2 / pi) from it; beside it by one sd, farther
    assert found.distances[0, 0] == pytest.approx(0.5 * math.sqrt(2 / math.pi), rel=0.03)
    assert found.distances[0, 1] > 1.2 * found.distances[0, 0]
    assert found.distances[1, 0] == pytest.approx(4, rel=0.02)


def test_a_collapsed_g_has_all_the_accuracy_and_no_variance():
    samples, labels = RING.modes[np.arange(800) % 8], np.arange(800) % 8
    found = asked_for(samples, labels, RING)
    assert found.accuracy == 1 and found.within < 1e-20


def test_permuted_labels_fall_to_chance_and_the_overall_distance_stays():
    samples, labels = real(RING, 8000)
    mixed = permuted(labels)
    assert sorted(mixed) == sorted(labels)
    found, control = asked_for(samples, labels, RING), asked_for(samples, mixed, RING)
    assert control.accuracy == pytest.approx(1 / 8, abs=4 * math.sqrt(1 / 8 * 7 / 8 / 8000))
    assert control.overall == found.overall
    assert control.distance > 10 * found.distance and control.within > 10


def test_runs_are_judged_as_alone_and_a_lost_one_has_nan():
    samples, labels = real(RING, 400)
    lost = samples.copy()
    lost[3, 1] = np.nan
    both = asked_for(np.stack([samples, lost, 2 * samples]), labels, RING)
    alone = asked_for(2 * samples, labels, RING)
    for name in ("accuracy", "within", "distance", "overall", "accuracies", "withins", "distances"):
        assert np.allclose(getattr(both, name)[2], getattr(alone, name), rtol=1e-12)
        assert np.isnan(getattr(both, name)[1]).all()


def test_a_code_is_matched_as_the_best_of_all_permutations():
    rng = np.random.default_rng(0)
    labels = rng.integers(4, size=300)
    codes = np.stack([(labels * 3 + 1) % 4, np.where(rng.random(300) < 0.3, rng.integers(4, size=300), 3 - labels)])
    found = matched(codes, labels, 4, 4)
    best = [max(np.mean(np.array(order)[run] == labels) for order in permutations(range(4))) for run in codes]
    assert found.error.tolist() == pytest.approx([1 - value for value in best], abs=1e-12)
    assert found.error[0] == 0 and found.match.tolist() == [[1, 0, 3, 2], [3, 2, 1, 0]]


def test_codes_may_be_more_or_fewer_than_classes():
    more = matched([0, 0, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1], 3, 2)
    assert more.error == pytest.approx(1 / 6) and more.match.tolist() == [0, -1, 1]
    assert matched([0, 0, 0, 1], [0, 1, 2, 2], 2, 3).error == pytest.approx(2 / 4)
    assert matched(np.zeros((5, 4), int), [0, 1, 2, 3], 4, 4).error.tolist() == [0.75] * 5  # collapsed: 1 - 1 / K


POINTS = np.zeros((8, 2))
REFUSED = {
    "out of range": (lambda: asked_for(POINTS, [0, 1, 2, 3, 4, 5, 6, 8], RING), r"labels must be .* 0 to 7, not 8"),
    "negative": (lambda: asked_for(POINTS, [0, 1, 2, 3, 4, 5, 6, -1], RING), r"labels must be .* 0 to 7, not -1"),
    "halves": (lambda: asked_for(POINTS, [0.5] * 8, RING), r"labels must be whole numbers from 0 to 7, not 0.5"),
    "NaN": (lambda: asked_for(POINTS, [math.nan] * 8, RING), r"labels must be whole numbers from 0 to 7, not array"),
    "too few": (lambda: asked_for(POINTS, range(8), RING), r"labels must be 2 or more of each .* not '1 of class 0'"),
    "length": (lambda: asked_for(POINTS, [0, 1], RING), r"labels must be one for each of the 8 samples, not \(2,\)"),
    "a line": (lambda: asked_for(np.zeros((8, 1)), range(8), RING), r"samples must be of shape \(\*runs, n, 2\)"),
    "no classes": (lambda: asked_for(np.zeros((8, 1)), range(8), Gaussian()), r"data must be a labelled distribution"),
    "no centres": (lambda: asked_for(POINTS, range(8), TwoMoons()), r"data must be a labelled distribution"),
    "a code": (lambda: matched([0, 4], [0, 1], 4, 4), r"codes must be whole numbers from 0 to 3, not 4"),
    "its label": (lambda: matched([0, 1], [0, 7], 4, 4), r"labels must be whole numbers from 0 to 3, not 7"),
    "no codes": (lambda: matched([], [], 4, 4), r"codes must be of shape"),
    "other runs": (lambda: matched(np.zeros((2, 3), int), np.zeros((3, 3), int), 2, 2), r"labels must be of shape"),
    "categories": (lambda: matched([0], [0], 0, 1), r"categories must be a whole number"),
    "seed": (lambda: permuted([0, 1], -1), r"seed must be a whole number"),
}


@pytest.mark.parametrize(("act", "words"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_by_name_and_value(act, words):
    with pytest.raises(ValueError, match=words):
        act()
