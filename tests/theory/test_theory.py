"""The theory against closed forms, scipy and the identities of the papers."""

import math

import numpy as np
import pytest
from scipy import stats

from gan_lessons import theory

X = np.linspace(-20, 24, 4401)


def normal(mean, sd, x=X):
    return stats.norm.pdf(x, mean, sd)


def triangle(middle, x=X, half=0.5):
    """A density that is 0 beyond `half` of its middle."""
    return np.maximum(1 - np.abs(x - middle) / half, 0) / half


def test_d_star_is_the_best_answer():
    p, q = normal(0, 1), normal(1, 2)
    D = theory.d_star(p, q)

    def value(D):
        return np.trapezoid(p * np.log(D) + q * np.log1p(-D), X)

    inside = np.abs(X) < 5
    for change in (0.01, -0.01):
        worse = np.where(inside, D + change * D * (1 - D), D)
        assert value(worse) < value(D) - 1e-6
    np.testing.assert_allclose(value(D), theory.value_at(p, q, X), atol=1e-9)


def test_d_star_by_hand_and_where_nothing_is():
    np.testing.assert_array_equal(theory.d_star([1, 0, 0, 3], [1, 2, 0, 1]), [0.5, 0, 0.5, 0.75])
    np.testing.assert_array_equal(theory.d_star([[1, np.nan]], [1, 1]), [[0.5, np.nan]])
    assert theory.d_star(1e-300, 3e-300) == pytest.approx(0.25)


@pytest.mark.parametrize(("d", "kl", "jsd"), [(1, 0.5, 0.11142), (2, 2, 0.33683), (4, 8, 0.63272)])
def test_shifted_gaussians(d, kl, jsd):
    x = np.linspace(-20, 20, 2001)
    p, q = normal(0, 1, x), normal(d, 1, x)
    assert theory.kl_gaussians(0, 1, d, 1) == kl
    assert theory.kl(p, q, x) == pytest.approx(kl, abs=1e-9)
    assert theory.jsd(p, q, x) == pytest.approx(jsd, abs=5e-6)
    assert theory.value_at(p, q, x) == pytest.approx(-math.log(4) + 2 * jsd, abs=1e-5)
    assert theory.w1(p, q, x) == pytest.approx(d, abs=1e-6)
    assert theory.w2(p, q, x) == pytest.approx(theory.w2_gaussians(0, 1, d, 1), abs=1e-4) == d


def test_aylien_data_against_half_its_width():
    x = np.linspace(-2, 10, 4001)
    p, q = normal(4, 0.5, x), normal(4, 0.25, x)
    assert theory.kl_gaussians(4, 0.5, 4, 0.25) == pytest.approx(0.80685, abs=5e-6)
    assert theory.kl_gaussians(4, 0.25, 4, 0.5) == pytest.approx(0.31815, abs=5e-6)
    assert theory.kl(p, q, x) == pytest.approx(0.80685, abs=5e-6)
    assert theory.kl(q, p, x) == pytest.approx(0.31815, abs=5e-6)
    assert theory.jsd(p, q, x) == theory.jsd(q, p, x) == pytest.approx(0.09273, abs=5e-6)
    assert theory.w1(p, q, x) == pytest.approx(0.25 * math.sqrt(2 / math.pi), abs=1e-5)
    assert theory.w2(p, q, x) == pytest.approx(theory.w2_gaussians(4, 0.5, 4, 0.25), abs=1e-4) == 0.25


def test_kl_of_gaussians_with_other_mean_and_width_is_the_integral():
    closed = theory.kl_gaussians([1, -0.5], [2, 0.7], [-0.5, 1], [1.5, 2])
    np.testing.assert_allclose(closed[0], theory.kl(normal(1, 2), normal(-0.5, 1.5), X), rtol=1e-9)
    np.testing.assert_allclose(closed[1], theory.kl(normal(-0.5, 0.7), normal(1, 2), X), rtol=1e-9)


def test_w2_of_gaussians_is_pythagoras_of_mean_and_sd():
    assert theory.w2_gaussians(1, 2, 4, 6) == 5
    assert theory.w2(normal(1, 1), normal(4, 2), X) == pytest.approx(theory.w2_gaussians(1, 1, 4, 2), abs=1e-4)
    np.testing.assert_array_equal(theory.w2_gaussians(0, 0, [-3, 0, 2], 0), [3, 0, 2])


@pytest.mark.parametrize("t", [-3, 1, 2.5])
def test_parallel_lines_share_nothing(t):
    p, q = triangle(0), triangle(t)
    assert theory.jsd(p, q, X) == pytest.approx(theory.LOG_2, abs=1e-12)
    assert theory.value_at(p, q, X) == pytest.approx(0, abs=1e-12)
    assert theory.kl(p, q, X) == theory.kl(q, p, X) == math.inf
    assert theory.w1(p, q, X) == pytest.approx(abs(t), abs=1e-9)
    assert theory.w2(p, q, X) == pytest.approx(abs(t), abs=1e-9)


def test_w2_crosses_a_gap_in_a_density():
    # Half of the mass of two far modes moves by 1 to the left, the other half by 3 to the right.
    p, q = (triangle(0) + triangle(10)) / 2, (triangle(-1) + triangle(13)) / 2
    assert theory.w1(p, q, X) == pytest.approx(2, abs=1e-9)
    assert theory.w2(p, q, X) == pytest.approx(math.sqrt((1 + 9) / 2), abs=1e-9)


def test_transport_on_an_uneven_grid_against_scipy():
    x = np.sort(np.concatenate([np.linspace(-12, 14, 1500), np.linspace(-1.1, 1.7, 999)]))
    p, q = normal(0, 1, x), 0.3 * normal(-2, 1, x) + 0.7 * normal(3, 1.5, x)
    weight = np.gradient(x)
    oracle = stats.wasserstein_distance(x, x, p * weight, q * weight)
    assert theory.w1(p, q, x) == pytest.approx(oracle, abs=1e-4)


def test_equal_densities_are_at_distance_0_and_the_game_is_worth_minus_log_4():
    p = 0.3 * normal(-2, 1) + 0.7 * normal(3, 1.5)
    for distance in (theory.kl, theory.jsd, theory.w1, theory.w2):
        assert distance(p, p, X) == 0
    assert theory.value_at(p, p, X) == -theory.LOG_4 == pytest.approx(-1.386294)


@pytest.mark.parametrize("distance", [theory.kl, theory.jsd, theory.value_at, theory.w1, theory.w2])
def test_many_runs_are_the_single_runs(distance):
    p, q = np.stack([normal(m, 1) for m in (-1, 0, 1)]), np.stack([[normal(0, s)] for s in (1, 2)])
    together = distance(p, q, X)
    assert together.shape == (2, 3)
    assert together[1, 2] == distance(p[2], q[1, 0], X)


def test_a_density_known_up_to_a_percent_is_made_whole():
    p, q = normal(0, 1), normal(1, 1)
    np.testing.assert_allclose(theory.kl(0.992 * p, 1.009 * q, X), theory.kl(p, q, X), rtol=1e-12)


P = normal(0, 1)


BAD = [
    (normal(0, 1) - 0.001, X, r"p must be 0 or more.*-0\.001"),
    (np.where(X > 1, np.nan, P), X, "p must be finite, but holds nan"),
    (np.where(X > 1, np.inf, P), X, "p must be finite, but holds inf"),
    (P, X[::-1], "x must be a strictly rising grid"),
    (P, np.zeros(len(X)), "x must be a strictly rising grid"),
    (P, np.where(X > 23, np.nan, X), "x must be finite"),
    (P[:-1], X, r"p must have one value a grid point, \(\.\.\., 4401\), not the shape \(4400,\)"),
    (0.98 * P, X, r"p integrates to 0\.98 over x from -20 to 24"),
    (np.stack([P, 2 * P]), X, "p integrates to 2 over x"),
    (normal(24, 1), X, r"p integrates to 0\.5 over x"),
]


# One rule refuses them all: it is tested with each density, and each further distance once for being under it.
@pytest.mark.parametrize(
    ("distance", "p", "x", "message"),
    [(theory.kl, *bad) for bad in BAD]
    + [(distance, *BAD[0]) for distance in (theory.jsd, theory.value_at, theory.w1, theory.w2)],
)
def test_a_bad_density_or_grid_is_refused(distance, p, x, message):
    with pytest.raises(ValueError, match=message):
        distance(p, P, x)


def test_other_bad_input_is_refused():
    with pytest.raises(ValueError, match="q integrates to"):
        theory.kl(P, P / 2, X)
    with pytest.raises(ValueError, match=r"leading axes of p \(2, 4401\) and q \(3, 4401\)"):
        theory.jsd(np.stack([P] * 2), np.stack([P] * 3), X)
    with pytest.raises(ValueError, match=r"p must be 0 or more.*-1"):
        theory.d_star(-1, 1)
    with pytest.raises(ValueError, match="q must be 0 or more and not infinite, but holds inf"):
        theory.d_star(1, np.inf)
    with pytest.raises(ValueError, match="sd_q must be above 0"):
        theory.kl_gaussians(0, 1, 0, 0)
    with pytest.raises(ValueError, match="sd_p must be 0 or more"):
        theory.w2_gaussians(0, -1, 0, 0)
    with pytest.raises(ValueError, match="mean_q must be finite"):
        theory.w2_gaussians(0, 1, np.nan, 1)


GRID = np.linspace(-2, 10, 200)
STEP = GRID[1] - GRID[0]


def sample(n, seed=0):
    return np.random.default_rng(seed).normal(4, 0.5, n)


@pytest.mark.parametrize("n", [2, 256, 1000])
@pytest.mark.parametrize("bandwidth", [None, 2 * STEP, 0.3, 2])
def test_density_is_scipys(n, bandwidth):
    samples = sample(n)
    h = max(theory.silverman(samples), STEP) if bandwidth is None else bandwidth
    oracle = stats.gaussian_kde(samples, h / samples.std(ddof=1))(GRID)
    # Linear binning widens a kernel's variance by step^2 / 4 at most: its peak falls by a share of step^2 / 8 h^2.
    np.testing.assert_allclose(
        theory.density(samples, GRID, bandwidth), oracle, rtol=0, atol=(STEP / h) ** 2 / 8 * oracle.max()
    )


def test_density_of_samples_on_grid_points_is_exact_far_into_the_tail():
    samples, h = GRID[[3, 50, 50, 199]], 0.3
    oracle = stats.norm.pdf(GRID[:, None], samples, h).mean(-1)
    assert oracle.min() < 1e-20
    np.testing.assert_allclose(theory.density(samples, GRID, h), oracle, rtol=1e-9)


def test_silverman_is_the_smaller_scale():
    samples = np.arange(101.0)  # IQR 50, sd sqrt((101^2 - 1) / 12) = 29.15: below 50 / 1.34
    assert theory.silverman(samples) == pytest.approx(0.9 * math.sqrt(850) * 101**-0.2)
    samples[-1] = 1e4  # one far sample: the sd explodes, the IQR does not move
    assert theory.silverman(samples) == pytest.approx(0.9 * 50 / 1.34 * 101**-0.2)
    samples[:] = np.arange(101) < 2  # an IQR of 0 is no collapse: the sd decides
    assert theory.silverman(samples) == pytest.approx(0.9 * samples.std() * 101**-0.2)
    assert theory.silverman(np.full(7, 0.1)) == 0


def test_a_collapsed_sample_is_a_peak_of_mass_1():
    p = theory.density(np.full(256, 4.01), GRID)
    assert np.trapezoid(p, GRID) == pytest.approx(1, abs=1e-6)
    assert abs(GRID[p.argmax()] - 4.01) <= STEP
    assert p[np.abs(GRID - 4.01) > 8 * STEP].max() < 1e-9


def test_samples_outside_count_only_in_the_normalisation():
    samples = sample(300)
    outside = np.concatenate([samples, np.full(50, 11.0), np.full(50, -1e300)])
    expected = theory.density(samples, GRID, 0.2) * 300 / 400
    np.testing.assert_allclose(theory.density(outside, GRID, 0.2), expected, rtol=1e-12)
    ends = theory.density(GRID[[0, -1]], GRID, 0.2)
    assert np.trapezoid(ends, GRID) == pytest.approx(0.5, abs=1e-9)  # half of each end's kernel lies outside


def test_density_of_many_runs_is_the_single_runs():
    samples = sample((3, 2, 64)) * np.array([1, 0.5, 2]).reshape(3, 1, 1)
    together = theory.density(samples, GRID)
    assert together.shape == (3, 2, 200)
    np.testing.assert_array_equal(together[2, 1], theory.density(samples[2, 1], GRID))
    wide = theory.density(samples[:, 0], GRID, [0.1, 0.2, 0.3])
    np.testing.assert_array_equal(wide[1], theory.density(samples[1, 0], GRID, 0.2))


def test_a_diverged_run_is_nan_and_leaves_the_others():
    samples = sample((3, 64))
    samples[0, 5], samples[2, 0] = np.nan, -np.inf
    p = theory.density(samples, GRID)
    assert np.isnan(p[[0, 2]]).all()
    np.testing.assert_array_equal(p[1], theory.density(samples[1], GRID))
    np.testing.assert_array_equal(np.isnan(theory.silverman(samples)), [True, False, True])


def test_the_estimate_comes_to_the_density():
    p = theory.density(sample(200_000), GRID)
    assert theory.jsd(p, normal(4, 0.5, GRID), GRID) < 1e-3
    assert theory.w1(p, normal(4, 0.5, GRID), GRID) < 0.02


@pytest.mark.parametrize(
    ("samples", "x", "bandwidth", "message"),
    [
        ([], GRID, None, r"samples must be \(\.\.\., n\) with n of 1 or more"),
        ([1.0], np.sort(np.append(GRID, 0.01)), None, "x must be evenly spaced"),
        ([1.0], [0.0], None, "x must be a strictly rising grid"),
        ([1.0], GRID, 0, "bandwidth must be above 0, not 0"),
        ([1.0], GRID, np.nan, "bandwidth must be finite"),
        ([1.0], GRID, [0.1, 0.2], r"one a run, \(\), not of shape \(2,\)"),
    ],
)
def test_a_bad_sample_grid_or_bandwidth_is_refused(samples, x, bandwidth, message):
    with pytest.raises(ValueError, match=message):
        theory.density(samples, x, bandwidth)
