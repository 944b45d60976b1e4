"""Two-sample tests: their statistics against computations of their own, their errors where nothing differs, their power
where something does."""

import numpy as np
import pytest
import torch
from scipy.stats import binom
from sklearn.neighbors import NearestNeighbors

from gan_lessons.metrics import two_sample
from gan_lessons.metrics.two_sample import classifier_test, mmd_test, nearest_neighbour_test

TESTS = (nearest_neighbour_test, mmd_test, classifier_test)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def two(n=60, d=4, shift=0.0, seed=0):
    draws = rng(seed)
    return torch.randn(n, d, generator=draws), torch.randn(n, d, generator=draws) + shift


def test_nearest_neighbours_are_scikit_learns():
    a, b = two(shift=0.5)
    both = torch.cat([a, b]).numpy()
    _, nearest = NearestNeighbors(n_neighbors=2).fit(both).kneighbors(both)
    own = (np.arange(120) < 60) == (nearest[:, 1] < 60)
    assert nearest_neighbour_test(a, b, rng=rng()).statistic == pytest.approx(own.mean())


def test_mmd_is_the_mean_over_pairs():
    a, b = two(20, 3, 0.7)

    def kernel(x, y):
        return float(np.exp(-((x - y) ** 2).sum() / (2 * 1.5**2)))

    def mean(x, y, pairs):
        return np.mean([kernel(x[i], y[j]) for i, j in pairs])

    pairs, x, y = [(i, j) for i in range(20) for j in range(20)], a.numpy(), b.numpy()
    others = [(i, j) for i, j in pairs if i != j]
    within, across = (mean(x, x, others), mean(y, y, others)), mean(x, y, pairs)
    assert mmd_test(a, b, 1.5, rng=rng()).statistic == pytest.approx(sum(within) - 2 * across, rel=1e-5)


@pytest.mark.parametrize("test", TESTS)
def test_where_nothing_differs_one_in_twenty_is_called_different(test):
    found = sum(test(*two(20, seed=seed), rng=rng(seed)).differ for seed in range(60))
    assert found <= binom.ppf(0.999, 60, 0.05)


@pytest.mark.parametrize("test", TESTS)
def test_where_all_differs_it_is_found(test):
    found = test(*two(shift=4.0), rng=rng())
    assert found.differ and found.p < 0.01 and found.statistic > 0.3


@pytest.mark.parametrize("test", TESTS)
def test_the_same_generator_gives_the_same_result(test):
    assert test(*two(), rng=rng(3)) == test(*two(), rng=rng(3))


def test_a_difference_in_width_alone_is_found():
    a, b = two(200)
    for test in TESTS:
        assert test(a, 3 * b, rng=rng()).differ


def test_points_that_are_all_one_are_not_told_apart():
    a = torch.ones(20, 3)
    for test in TESTS:
        assert not test(a, a.clone(), rng=rng()).differ


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (torch.zeros(9, 2), torch.zeros(9, 2), "a must be at least 10 points"),
        (torch.zeros(12, 2), torch.zeros(13, 2), r"b must be .* as many in both sets, not \(13, 2\)"),
        (torch.zeros(12, 2), torch.zeros(12, 3), r"b must be .* not \(12, 3\)"),
        (torch.zeros(12, 2), torch.full((12, 2), torch.inf), "b must be finite"),
    ],
)
def test_what_is_refused(test, a, b, words):
    with pytest.raises(ValueError, match=words):
        test(a, b)


def test_a_bandwidth_of_0_and_no_permutations_are_refused():
    with pytest.raises(ValueError, match=r"bandwidth must be .* not 0"):
        mmd_test(*two(), bandwidth=0)
    with pytest.raises(ValueError, match=r"permutations must be .* not 0"):
        nearest_neighbour_test(*two(), permutations=0)


def test_the_result_says_whether_they_differ():
    assert two_sample.TwoSampleResult(0.5, 0.049).differ and not two_sample.TwoSampleResult(0.5, 0.05).differ
