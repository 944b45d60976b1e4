"""Log-likelihood by kernel density: against scikit-learn and against densities that are known."""

import math

import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.neighbors import KernelDensity

from gan_lessons.metrics.parzen import best_bandwidth, log_likelihood


def normal(n, d, seed=0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("d", [1, 3])
def test_it_is_scikit_learns(d):
    samples, points = normal(700, d), normal(600, d, 1)
    oracle = KernelDensity(bandwidth=0.7).fit(samples.double().numpy())
    np.testing.assert_allclose(log_likelihood(samples, points, 0.7), oracle.score_samples(points.double().numpy()))


def test_in_many_dimensions_it_is_the_mean_over_kernels():
    """There scikit-learn's tree gives other numbers."""
    samples, points = normal(30, 50).double().numpy(), normal(20, 50, 1).double().numpy()
    kernels = [[multivariate_normal.logpdf(point, sample, 0.49) for sample in samples] for point in points]
    wanted = logsumexp(kernels, axis=-1) - math.log(30)
    np.testing.assert_allclose(log_likelihood(*map(torch.from_numpy, (samples, points)), 0.7), wanted)


def test_one_sample_is_a_gaussian_and_far_points_are_no_minus_infinity():
    found = log_likelihood(torch.zeros(1, 2), torch.tensor([[0.0, 0.0], [300.0, 400.0]]), 2.0)
    level = -math.log(2 * math.pi * 4)
    np.testing.assert_allclose(found, [level, level - 500**2 / 8])


def test_on_a_line_it_works_and_in_many_dimensions_it_is_far_below_the_truth():
    for d, low, high in ((1, -0.05, 0.01), (30, -6, -2)):
        test, entropy = normal(2000, d, 2), -d / 2 * (math.log(2 * math.pi) + 1)
        samples, held_out = normal(2000, d), normal(500, d, 1)
        h = best_bandwidth(samples, held_out, np.logspace(-1.5, 0.5, 15))
        assert low < log_likelihood(samples, test, h).mean() - entropy < high


def test_noise_in_99_of_100_samples_costs_at_most_log_100():
    good = normal(50, 5)
    noise = 40 * normal(99 * 50, 5, 1)
    test = normal(200, 5, 2)
    lost = log_likelihood(good, test, 0.5) - log_likelihood(torch.cat([good, noise]), test, 0.5)
    assert lost.max() <= math.log(100) + 1e-9 and lost.mean() > 4


def test_the_best_bandwidth_is_the_best():
    samples, points = normal(300, 2), normal(300, 2, 1)
    found = {h: log_likelihood(samples, points, h).mean() for h in (0.05, 0.3, 2.0)}
    assert best_bandwidth(samples, points, (0.05, 0.3, 2.0)) == max(found, key=found.get) == 0.3


@pytest.mark.parametrize(
    ("samples", "points", "bandwidth", "words"),
    [
        (torch.zeros(3), torch.zeros(3, 1), 1.0, "samples must be one point or more"),
        (torch.zeros(0, 2), torch.zeros(3, 2), 1.0, "samples must be one point or more"),
        (torch.zeros(3, 2), torch.zeros(3, 4), 1.0, r"points must be .*\(n, 2\), not \(3, 4\)"),
        (torch.zeros(3, 2), torch.full((3, 2), torch.nan), 1.0, "points must be finite"),
        (torch.zeros(3, 2), torch.zeros(3, 2), 0, "bandwidth must be .* not 0"),
        (torch.zeros(3, 2), torch.zeros(3, 2), math.nan, "bandwidth must be .* not nan"),
    ],
)
def test_what_is_refused(samples, points, bandwidth, words):
    with pytest.raises(ValueError, match=words):
        log_likelihood(samples, points, bandwidth)


def test_no_bandwidths_are_refused():
    with pytest.raises(ValueError, match=r"bandwidths must be at least one number, not \[\]"):
        best_bandwidth(torch.zeros(3, 2), torch.zeros(3, 2), [])
