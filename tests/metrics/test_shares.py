"""Shares and floors against scipy, and what statistics demands of them."""

import math

import numpy as np
import pytest
from scipy import stats

from gan_lessons.metrics import line as metrics
from gan_lessons.metrics import shares


def normal(shape, generator):
    return generator.normal(4, 0.5, shape)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize(("good", "total"), [(35, 50), (0, 10), (10, 10), (1, 1), (0, 1), (1, 1000), (500, 1000)])
def test_share_is_wilsons(good, total, confidence):
    share = shares.share(np.arange(total) < good, confidence)
    oracle = stats.binomtest(good, total).proportion_ci(confidence, "wilson")
    assert (share.good, share.total, share.value) == (good, total, good / total)
    assert share == shares.share_of(good, total, confidence)
    np.testing.assert_allclose([share.low, share.high], [oracle.low, oracle.high], atol=1e-12)
    assert 0 <= share.low <= share.value <= share.high <= 1


def test_the_ends_of_wilsons_interval_are_exact():
    for total in range(1, 60):
        assert shares.share(np.zeros(total, bool)).low == 0
        assert shares.share(np.ones(total, bool)).high == 1


def test_share_reads_as_a_sentence():
    assert str(shares.share(np.arange(50) < 35)) == "35 of 50 (70 %, 95 % interval 56 to 81 %)"
    assert str(shares.share([[True], [True]], 0.999)) == "2 of 2 (100 %, 99.9 % interval 16 to 100 %)"


def test_the_interval_holds_the_true_share_as_often_as_it_says():
    runs = np.random.default_rng(0).random((2000, 40)) < 0.3
    found = [shares.share(row) for row in runs]
    assert np.mean([share.low <= 0.3 <= share.high for share in found]) == pytest.approx(0.95, abs=0.02)


def test_noise_floor_is_what_real_scores_against_real():
    floor = shares.noise_floor(metrics.ks, normal, 100)
    assert (floor.n, floor.repeats, floor.q) == (100, 200, 0.95)
    critical = stats.kstwobign.ppf(0.95) * math.sqrt(2 / 100)  # the large-sample law of Kolmogorov and Smirnov
    assert floor.high == pytest.approx(critical, rel=0.15)
    assert floor.mean < floor.high
    smaller = shares.noise_floor(metrics.w1, normal, 400).mean / shares.noise_floor(metrics.w1, normal, 100).mean
    assert smaller == pytest.approx(0.5, rel=0.15)  # W1's noise falls as 1 / sqrt(n)


def test_noise_floor_repeats_by_its_seed_and_follows_q():
    args = metrics.w1, normal, 50, 40
    assert shares.noise_floor(*args) == shares.noise_floor(*args) != shares.noise_floor(*args, seed=1)
    assert shares.noise_floor(*args, q=0.5).high < shares.noise_floor(*args).high


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shares.share(np.zeros(0, bool)), r"1 run or more, not bool of shape \(0,\)"),
        (lambda: shares.share([0.2, np.nan]), "good_mask must be one bool a run"),
        (lambda: shares.share_of(3, 2), "good must be at most the total, 2, not 3"),
        (lambda: shares.share_of(-1, 2), "good must be a whole number of at least 0, not -1"),
        (lambda: shares.share([True], 95), "confidence must be between 0 and 1, not 95"),
        (lambda: shares.noise_floor(metrics.w1, normal, 0), "n and repeats must be 1 or more, not 0 and 200"),
        (lambda: shares.noise_floor(metrics.w1, normal, 9, 5, q=95), "q must be between 0 and 1, not 95"),
        (lambda: shares.noise_floor(lambda a, b: 1.0, normal, 9, 5), r"one finite number a repeat, \(5,\), not \(\)"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
