"""Metrics on a line against scipy, numbers worked by hand, and what statistics demands of real samples."""

import math

import numpy as np
import pytest
from scipy import stats

from gan_lessons.metrics import line as metrics


def normal(shape, generator):
    return generator.normal(4, 0.5, shape)


def data_quantile(u):
    return stats.norm.ppf(u, 4, 0.5)


def data_cdf(x):
    return stats.norm.cdf(x, 4, 0.5)


def sample(shape, seed=0):
    return normal(shape, np.random.default_rng(seed))


def mid_points(mean, sd, n=20_000):
    """A sample as even as a sample can be."""
    return stats.norm.ppf((np.arange(n) + 0.5) / n, mean, sd)


def test_moments_are_scipys():
    samples = sample((3, 2, 100)) ** 3
    m = metrics.moments(samples)
    np.testing.assert_allclose(m.mean, samples.mean(-1))
    np.testing.assert_allclose(m.sd, samples.std(-1))
    np.testing.assert_allclose(m.skewness, stats.skew(samples, -1))
    np.testing.assert_allclose(m.kurtosis, stats.kurtosis(samples, -1))
    for name in ("mean", "sd", "skewness", "kurtosis"):
        np.testing.assert_array_equal(getattr(metrics, name)(samples), getattr(m, name))


def test_moments_by_hand():
    m = metrics.moments([0.0, 0, 0, 4])
    assert (m.mean, m.sd) == (1, pytest.approx(math.sqrt(3)))
    assert m.skewness == pytest.approx(2 / math.sqrt(3))  # (27 - 3) / 4 / 3^1.5
    assert m.kurtosis == pytest.approx(21 / 9 - 3)
    assert metrics.kurtosis([-1.0, 1]) == -2


def test_moments_of_real_samples_are_what_statistics_demands():
    n, runs = 200, 2000
    m = metrics.moments(sample((runs, n)))
    for value, expected, error in [
        (m.mean, 4, 0.5 / math.sqrt(n)),
        (m.sd, 0.5 * (1 - 0.75 / n), 0.5 / math.sqrt(2 * n)),
        (m.skewness, 0, math.sqrt(6 / n)),
        (m.kurtosis, -6 / (n + 1), math.sqrt(24 / n)),
    ]:
        assert abs(value.mean() - expected) < 4 * error / math.sqrt(runs)
        assert value.std() == pytest.approx(error, rel=0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_collapsed_run_has_sd_0_and_no_shape(dtype):
    m = metrics.moments(np.full((2, 77), 0.1, dtype))
    np.testing.assert_array_equal(m.sd, 0)
    assert np.isnan([m.skewness, m.kurtosis]).all()


@pytest.mark.parametrize(("n", "m"), [(7, 7), (7, 5), (6, 4), (2, 9), (100, 37)])
def test_w1_and_ks_are_scipys(n, m):
    samples, real = sample((4, n)).round(1), sample((4, m), 1).round(1)  # rounded, so that there are ties
    for row in range(4):
        w1 = [stats.wasserstein_distance(samples[row], real[r]) for r in (row, 0)]
        ks = [stats.ks_2samp(samples[row], real[r]).statistic for r in (row, 0)]
        np.testing.assert_allclose([metrics.w1(samples, real)[row], metrics.w1(samples, real[0])[row]], w1, atol=1e-12)
        np.testing.assert_allclose([metrics.ks(samples, real)[row], metrics.ks(samples, real[0])[row]], ks, atol=1e-12)
    assert metrics.w1(samples[0], real).shape == metrics.ks(samples[0], real).shape == (4,)


def test_ks_to_a_cdf_is_scipys():
    samples = sample((2, 3, 50))
    oracle = [[stats.kstest(row, data_cdf).statistic for row in rows] for rows in samples]
    np.testing.assert_allclose(metrics.ks(samples, data_cdf), oracle, rtol=1e-12)


def test_w1_to_a_quantile_function_is_w1_to_its_mid_points():
    samples = sample((3, 64))
    oracle = [stats.wasserstein_distance(row, mid_points(4, 0.5, 64)) for row in samples]
    np.testing.assert_allclose(metrics.w1(samples, data_quantile), oracle, rtol=1e-12)
    means = np.array([[4.0], [5], [6]])  # each run has data of its own
    own = metrics.w1(samples, lambda u: stats.norm.ppf(u, means, 0.5))
    np.testing.assert_allclose(own[2], metrics.w1(samples[2], lambda u: stats.norm.ppf(u, 6, 0.5)))


def test_parallel_point_masses_are_their_distance_apart():
    t = np.array([-3, -0.5, 0, 2])
    masses = np.repeat(t[:, None], 10, -1)
    np.testing.assert_array_equal(metrics.w1(masses, np.zeros(7)), np.abs(t))
    np.testing.assert_array_equal(metrics.ks(masses, np.zeros(7)), t != 0)


def test_w1_has_the_datas_units_and_ks_has_none():
    samples, real = sample((3, 40)), sample(60, 1)
    np.testing.assert_allclose(metrics.w1(3 * samples + 1, 3 * real + 1), 3 * metrics.w1(samples, real))
    np.testing.assert_allclose(metrics.ks(3 * samples + 1, 3 * real + 1), metrics.ks(samples, real))


def test_a_trainers_last_axis_is_dropped():
    samples, real = sample((3, 40)), sample(60, 1)
    for metric in (metrics.w1, metrics.ks):
        np.testing.assert_array_equal(metric(samples[..., None], real[:, None]), metric(samples, real))
    np.testing.assert_array_equal(metrics.sd(samples[..., None]), metrics.sd(samples))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_diverged_run_is_nan_and_neither_good_nor_narrow(bad):
    samples = sample((3, 256))
    samples[1, 9] = bad
    m, fine = metrics.moments(samples), metrics.moments(samples[[0, 2]])
    for value, alone in [
        (m.mean, fine.mean),
        (m.sd, fine.sd),
        (m.skewness, fine.skewness),
        (m.kurtosis, fine.kurtosis),
        (metrics.w1(samples, data_quantile), metrics.w1(samples[[0, 2]], data_quantile)),
        (metrics.w1(samples, sample(99, 1)), metrics.w1(samples[[0, 2]], sample(99, 1))),
        (metrics.ks(samples, data_cdf), metrics.ks(samples[[0, 2]], data_cdf)),
        (metrics.ks(samples, sample(99, 1)), metrics.ks(samples[[0, 2]], sample(99, 1))),
    ]:
        assert np.isnan(value[1])
        np.testing.assert_array_equal(value[[0, 2]], alone)
    np.testing.assert_array_equal(metrics.is_good(samples, data_quantile, 0.5), [True, False, True])
    np.testing.assert_array_equal(metrics.is_narrow(0.1 * samples, 0.5), [True, False, True])


def test_huge_finite_samples_warn_of_nothing():
    huge = np.array([1.7e308, -1.7e308, 1e200, 0])
    assert not metrics.is_good(huge, -huge, 1.0)
    assert not metrics.is_narrow(huge, 1.0)


@pytest.mark.parametrize(
    ("mean", "sd", "good"),
    [
        (4, 0.5, True),
        (4 + 0.249 * 0.5, 0.5, True),
        (4 + 0.251 * 0.5, 0.5, False),
        (4 - 0.251 * 0.5, 0.5, False),
        (4, 0.5 * 1.31, True),
        (4, 0.5 * 1.32, False),
        (4, 0.5 * 0.69, True),
        (4, 0.5 * 0.68, False),
    ],
)
def test_good_is_a_quarter_of_an_sd_in_mean_or_31_percent_in_width(mean, sd, good):
    assert metrics.is_good(mid_points(mean, sd), data_quantile, 0.5) == good
    scaled = metrics.is_good(100 * mid_points(mean, sd), lambda u: 100 * data_quantile(u), 50)
    assert scaled == good


def test_narrow_is_under_half_of_the_datas_sd():
    samples = 4 + np.array([[0.24], [0.26], [0]]) * np.array([1.0, -1])
    np.testing.assert_array_equal(metrics.is_narrow(samples, 0.5), [True, False, True])
    np.testing.assert_array_equal(metrics.is_narrow(samples, [0.4, 0.6, 0.1]), [False, True, True])


def test_noise_alone_makes_no_real_run_bad_or_narrow():
    samples = sample((2000, 256))
    assert np.quantile(metrics.w1(samples, data_quantile) / 0.5, 0.95) < 0.14
    assert np.quantile(metrics.w1(samples[:500], sample(10_000, 1)) / 0.5, 0.95) < 0.14
    assert metrics.is_good(samples, data_quantile, 0.5).mean() > 0.999
    assert np.abs(metrics.sd(samples) / 0.5 - 1).max() < 0.2
    assert not metrics.is_narrow(samples, 0.5).any()


@pytest.mark.parametrize(("n", "least", "most"), [(256, 0.003, 0.01), (64, 0.24, 0.31)])
def test_against_as_few_real_samples_noise_fails_perfect_runs(n, least, most):
    samples, real = sample((4000, n)), sample((4000, n), 1)
    assert least < 1 - metrics.is_good(samples, real, 0.5).mean() < most
    if n == 256:
        assert 0.17 < np.quantile(metrics.w1(samples, real) / 0.5, 0.95) < 0.20


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.moments([]), r"samples must be \(\*runs, n\).*not \(0,\)"),
        (lambda: metrics.w1(3.0, [1.0]), r"samples must be .*not \(\)"),
        (lambda: metrics.w1([1.0], [np.nan]), "real must be finite"),
        (lambda: metrics.ks([1.0], [np.inf, 0]), "real must be finite"),
        (lambda: metrics.w1([1.0], lambda u: u * np.inf), "real must be finite"),
        (lambda: metrics.w1(np.zeros((2, 9)), np.zeros((3, 9))), r"real \(3, 9\) must be .* samples \(2, 9\)"),
        (lambda: metrics.ks(np.zeros((2, 9)), np.zeros((3, 9))), r"real \(3, 9\) must be"),
        (lambda: metrics.ks([0.5, 2.0], lambda x: x), "real must give a probability.*from 0.5 to 2.0"),
        (lambda: metrics.ks([0.5, 2.0], lambda x: 0.5), r"for each of the samples \(2,\), not \(\)"),
        (lambda: metrics.is_good([1.0], [1.0], 0), "sd must be above 0 and finite, not 0"),
        (lambda: metrics.is_narrow([1.0], np.nan), "sd must be above 0 and finite, not nan"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
