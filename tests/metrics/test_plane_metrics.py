"""metrics_2d.py against numbers worked by hand, scipy, and what statistics demands of real samples."""

import math

import numpy as np
import pytest
from scipy import stats

from gan_lessons.metrics import line as metrics
from gan_lessons.metrics import plane as planar
from gan_lessons.metrics.shares import noise_floor

RING = np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], -1)
GRID = np.stack(np.meshgrid(*[np.arange(-4.0, 5, 2)] * 2), -1).reshape(-1, 2)
KNOWN = {"ring": (RING, 0.01), "grid": (GRID, 0.05)}
known = pytest.mark.parametrize("name", KNOWN)


def real(name, shape, seed=0):
    centres, sd = KNOWN[name]
    rng = np.random.default_rng(seed)
    return centres[rng.integers(len(centres), size=shape)] + rng.normal(0, sd, (*shape, 2))


def at_modes(*counts):
    """Samples exactly on the ring's modes, so many on each."""
    return np.repeat(RING[: len(counts)], counts, axis=0)


# -- modes


@known
def test_real_data_score_what_statistics_demands(name):
    centres, sd = KNOWN[name]
    runs, n, K = 40, 2500, len(centres)
    modes = planar.modes_of(real(name, (runs, n)), centres, sd)
    assert (modes.covered == K).all() and (modes.held == K).all()
    assert modes.shares.shape == (runs, K)
    due = 1 - math.exp(-4.5)  # .98889: the Rayleigh distribution within 3 sd
    error = math.sqrt(due * (1 - due) / n)
    assert error == pytest.approx(0.0021, abs=5e-5)
    assert np.all(np.abs(modes.hq - due) < 4 * error)
    assert abs(modes.hq.mean() - due) < 4 * error / math.sqrt(runs)
    expected = (K - 1) / (2 * n)  # 2 n KL is chi-square with K - 1 degrees of freedom
    for value in (modes.rkl, modes.fkl):
        assert abs(value.mean() - expected) < 5 * expected * math.sqrt(2 / (K - 1) / runs) + expected / 20
    assert modes.good.all() and not modes.collapsed.any()


def test_divergences_by_hand():
    together = np.stack([at_modes(80), at_modes(20, 20, 20, 20), at_modes(*[10] * 8), at_modes(40, 20, 20)])
    modes = planar.modes_of(together, RING, 0.01)
    np.testing.assert_allclose(modes.rkl, [math.log(8), math.log(2), 0, math.log(8) - 1.5 * math.log(2)], atol=1e-12)
    np.testing.assert_allclose(modes.fkl, [np.inf, np.inf, 0, np.inf], atol=1e-12)
    assert modes.covered.tolist() == modes.held.tolist() == [1, 4, 8, 3]
    np.testing.assert_allclose(modes.hq, 1)
    assert modes.collapsed.tolist() == [True, True, False, True] and modes.good.tolist() == [False, False, True, False]


def test_divergences_are_scipys():
    shares = np.random.default_rng(0).dirichlet(np.ones(8), 5)
    counts = np.maximum(1, (300 * shares).round().astype(int))
    counts[:, -1] += 400 - counts.sum(-1)
    modes = planar.modes_of(np.stack([at_modes(*row) for row in counts]), RING, 0.01)
    np.testing.assert_allclose(modes.shares, counts / 400)
    np.testing.assert_allclose(modes.rkl, stats.entropy(counts, np.ones((5, 8)), axis=-1))
    np.testing.assert_allclose(modes.fkl, stats.entropy(np.ones((5, 8)), counts, axis=-1))


def test_shares_are_those_of_high_quality_alone_and_held_counts_all():
    far = at_modes(*[10] * 8) + np.array([0.029, 0])
    far[40:] += [0.002, 0]  # 3.1 sd: half of the samples are not of high quality, but still nearest to their modes
    modes = planar.modes_of(far, RING, 0.01)
    assert (modes.hq, modes.covered, modes.held) == (0.5, 4, 8)
    np.testing.assert_allclose(modes.shares, [0.25] * 4 + [0] * 4)
    assert modes.rkl == pytest.approx(math.log(2)) and not modes.collapsed and not modes.good


@pytest.mark.parametrize(
    ("many", "strays", "good"),
    [
        ([18] * 8, 0, True),
        ([18] * 8, 16, True),  # hq .9 exactly
        ([18] * 8, 17, False),
        ([28] * 4 + [12] * 4, 0, True),  # shares of 1 +- .4: rkl = (1.4 log 1.4 + .6 log .6) / 2 = .082
        ([29] * 4 + [11] * 4, 0, False),  # 1 +- .45: .105
        ([18] * 7 + [1], 0, False),  # not missed, but nearly: .103
        ([18] * 7, 0, False),
    ],
)
def test_what_is_good(many, strays, good):
    samples = np.concatenate([at_modes(*many), np.full((strays, 2), 0.3)])
    modes = planar.modes_of(samples, RING, 0.01)
    assert modes.hq == pytest.approx(sum(many) / len(samples)) and modes.good == good


@pytest.mark.parametrize(("strays", "collapsed"), [(0, True), (12, True), (13, False), (50, False)])
def test_of_two_modes_an_eighth_of_all_samples_makes_the_second_held(strays, collapsed):
    samples = np.repeat([[-1.0, 0], [1, 0]], [100 - strays, strays], axis=0)
    assert planar.modes_of(samples, [[-1, 0], [1, 0]], 0.25).collapsed == collapsed


def test_a_run_without_high_quality_has_the_worst_divergences_and_may_be_collapsed_or_not():
    rng = np.random.default_rng(0)
    blurred, point = 1.5 * RING[rng.integers(8, size=400)] + rng.normal(0, 0.1, (400, 2)), np.full((400, 2), 9.0)
    modes = planar.modes_of(np.stack([blurred, point]), RING, 0.01)
    for value, expected in [(modes.covered, 0), (modes.hq, 0), (modes.rkl, math.log(8)), (modes.fkl, np.inf)]:
        np.testing.assert_array_equal(value, [expected] * 2)
    assert modes.collapsed.tolist() == [False, True] and not modes.good.any() and (modes.shares == 0).all()


def test_the_kl_over_modes_and_off_is_scipys():
    centres, sd = KNOWN["grid"]
    samples = real("grid", (3, 4000))
    samples[0, 1000:2000] += 1.0  # off all modes
    samples[1, :2000] = centres[0]
    samples[2] = 9.0
    modes = planar.modes_of(samples, centres, sd)
    off = math.exp(-4.5)
    data = np.append(np.full(25, (1 - off) / 25), off)
    for run in range(3):
        found = np.append(modes.shares[run] * modes.hq[run], 1 - modes.hq[run])
        assert modes.kl_with_off[run] == pytest.approx(stats.entropy(found, data), abs=1e-12)
    assert modes.kl_with_off[2] == pytest.approx(4.5)


@pytest.mark.parametrize(("hq", "rkl", "kl"), [(0.06, 0.91, 4.06), (0.10, 0.51, 3.78), (0.09, 0.48, 3.85)])
def test_the_kl_over_modes_and_off_is_that_of_the_published_rows(hq, rkl, kl):
    """d2l-neu's grid of 25, its three rows; what they print has two digits."""
    row = planar.Modes(25, hq, rkl, math.inf, 25, np.full(25, 0.04))
    assert row.kl_with_off == pytest.approx(kl, abs=0.02)


def test_sd_may_differ_from_run_to_run():
    samples, sds = real("ring", (2, 400)) + np.array([0.02, 0]), np.array([0.01, 0.1])
    modes = planar.modes_of(samples, RING, sds)
    assert modes.hq[0] < 0.9 and modes.hq[1] == 1
    for run in (0, 1):
        assert modes.hq[run] == planar.modes_of(samples[run], RING, sds[run]).hq


# -- distances


def test_sliced_w1_of_a_shift_is_the_mean_of_its_lengths_along_the_directions():
    samples, v = np.random.default_rng(0).normal(size=(300, 2)), np.array([3.0, -1.5])
    angles = np.pi * np.arange(16) / 16
    expected = np.abs(v[0] * np.cos(angles) + v[1] * np.sin(angles)).mean()
    assert planar.sliced_w1(samples + v, samples) == pytest.approx(expected)
    assert planar.sliced_w1(samples + v, samples, 2000) == pytest.approx(2 / np.pi * np.hypot(*v), rel=1e-5)
    assert planar.sliced_w1(samples + v, samples, 1) == pytest.approx(3)  # along x alone
    assert planar.sliced_w1(samples, samples[::-1]) == 0


def test_sliced_w1_is_scipys_along_each_direction():
    rng = np.random.default_rng(0)
    samples, other = rng.normal(size=(50, 2)), rng.uniform(-1, 2, (70, 2))
    angles = np.pi * np.arange(5) / 5
    turned = [np.cos(angles), np.sin(angles)]
    oracle = [stats.wasserstein_distance(*pair) for pair in zip((samples @ turned).T, (other @ turned).T, strict=True)]
    assert planar.sliced_w1(samples, other, 5) == pytest.approx(np.mean(oracle))
    assert planar.project(samples, 5).shape == (5, 50)


def slow_mmd(x, y, h):
    def k(a, b):
        return math.exp(-((a - b) @ (a - b)) / (2 * h * h))

    n, m = len(x), len(y)
    xx = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    yy = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return xx + yy - 2 * sum(k(a, b) for a in x for b in y) / (n * m)


def test_mmd_is_the_double_loop(monkeypatch):
    rng = np.random.default_rng(0)
    samples, data = rng.normal(size=(3, 12, 2)), rng.normal(0.5, 2, (3, 9, 2))
    expected = [slow_mmd(x, data[0], 0.7) for x in samples]
    np.testing.assert_allclose(planar.mmd(samples, data[0], 0.7), expected, atol=1e-12)
    monkeypatch.setattr(planar, "_AT_ONCE", 20)  # two rows at once
    np.testing.assert_allclose(planar.mmd(samples, data[0], 0.7), expected, atol=1e-12)
    np.testing.assert_allclose(planar.mmd(samples, data, 0.7)[1:], [slow_mmd(*p, 0.7) for p in zip(samples, data)][1:])  # noqa: B905


def test_mmd_of_real_against_real_is_0_on_average_and_grows_with_a_shift():
    values = planar.mmd(real("grid", (400, 40)), real("grid", (400, 40), 1), 2.0)
    assert abs(values.mean()) < 4 * values.std() / 20 and values.min() < 0
    # N(0, I) against N(v, I): 2 h^2 / (h^2 + 2) (1 - exp(-v^2 / (2 (h^2 + 2))))
    rng = np.random.default_rng(0)
    shifted = planar.mmd(rng.normal(size=(400, 50, 2)) + np.array([2, 0]), rng.normal(size=(400, 50, 2)), 1.0)
    exact = 2 / 3 * (1 - math.exp(-4 / 6))
    assert abs(shifted.mean() - exact) < 4 * shifted.std() / 20


def test_jsd_goes_from_0_to_log_2_and_counts_what_is_outside():
    window, left, right = (-1, 1), np.full((50, 2), -0.5), np.full((80, 2), 0.5)
    assert planar.jsd_histogram(left, left, window) == 0
    assert planar.jsd_histogram(left, right, window) == pytest.approx(math.log(2))
    assert planar.jsd_histogram(left, right, window, 1) == 0  # one cell
    assert planar.jsd_histogram(left, right + 9, window) == pytest.approx(math.log(2))
    assert planar.jsd_histogram(left - 9, right + 9, window) == 0  # both are outside
    edges = np.array([[-1.0, -1], [1, 1]])  # the low edge is inside, the high one is not
    assert planar.jsd_histogram(edges, np.array([[-1.0, -1], [9, 9]]), window) == 0
    halves = np.concatenate([left, right[:50]])
    half = 0.5 * (0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(2) + math.log(1 / 0.75))
    assert planar.jsd_histogram(halves, left, window) == pytest.approx(half)


def test_jsd_is_that_of_numpys_histogram():
    samples, data = real("grid", (3, 500)), real("grid", (400,), 1)
    cells = np.histogram2d(*data.T, 12, [(-5, 5)] * 2)[0].ravel() / 400
    for run, x in enumerate(samples):
        mine = np.histogram2d(*x.T, 12, [(-5, 5)] * 2)[0].ravel() / 500
        middle = (mine + cells) / 2
        expected = (stats.entropy(mine, middle) + stats.entropy(cells, middle)) / 2
        assert planar.jsd_histogram(samples, data, (-5, 5), 12)[run] == pytest.approx(expected)


# -- good and narrow, for data without modes


def circle(shape, seed=0, upto=1.0):
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * upto * rng.random(shape)
    return np.stack([np.cos(angle), np.sin(angle)], -1) + rng.normal(0, 0.02, (*shape, 2))


def line(shape, seed=0, across=0.05):
    rng = np.random.default_rng(seed)
    along, off = rng.uniform(-1, 1, shape), rng.normal(0, across, shape)
    return np.stack([along - off, along + off], -1) / math.sqrt(2)


def gaussian_like(data, shape, seed=0):
    return np.random.default_rng(seed).multivariate_normal(data.mean(0), np.cov(data.T), shape)


@pytest.mark.parametrize("data", [circle, line])
def test_perfect_runs_are_good_and_not_narrow(data):
    reference = planar.Reference.of(data((10_000,), 1), 256)
    samples = data((1000, 256))
    assert planar.is_good(samples, reference).mean() > 0.99
    assert planar.near_real(samples, reference).min() > 0.95
    assert not planar.is_narrow(samples, reference).any()


def test_a_blob_with_the_right_moments_and_three_quarters_of_a_circle_are_not_good():
    data = circle((10_000,), 1)
    reference = planar.Reference.of(data, 256)
    blob = gaussian_like(data, (200, 256))
    assert planar.near_real(blob, reference).max() < 0.5
    assert not planar.is_good(blob, reference).any() and not planar.is_narrow(blob, reference).any()
    arc = circle((200, 256), 2, 0.75)
    assert planar.near_real(arc, reference).min() > 0.95 and not planar.is_good(arc, reference).any()
    assert not planar.is_good(1.4 * circle((200, 256)), reference).any()


def test_narrow_by_hand():
    reference = planar.Reference.of(circle((10_000,), 1), 256)
    narrowed = [circle((256,)) * scale for scale in ([1, 1], [0.55, 0.55], [0.45, 0.45], [1, 0.45], [0, 0])]
    assert planar.is_narrow(narrowed, reference).tolist() == [False, False, True, True, True]
    turned = circle((256,)) @ np.diag([1, 0.4]) @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    assert planar.is_narrow(turned, reference)


def test_the_noise_across_a_thin_line_is_no_width_to_lose():
    reference = planar.Reference.of(line((10_000,), 1), 256)
    assert not planar.is_narrow(line((256,), 2, across=0), reference)
    assert planar.is_good(line((256,), 2, across=0), reference)
    assert planar.is_narrow(line((256,), 2) * 0.4, reference)


def test_a_reference_measures_as_sliced_w1_does_and_knows_the_spread():
    data, samples = circle((10_000,), 1), circle((5, 250)) * 1.2
    reference = planar.Reference.of(data, 250)
    measured = metrics.w1(planar.project(samples), reference.quantiles).mean(-1)
    np.testing.assert_allclose(measured, planar.sliced_w1(samples, data), atol=2e-3)
    assert reference.spread == pytest.approx(math.sqrt(0.5 + 0.0004), rel=0.02)
    assert reference.quantiles.shape == (16, 250)


# -- for all


@pytest.mark.parametrize(
    ("metric", "data", "mean", "high"),
    [
        (lambda a, b: planar.sliced_w1(a, b), "ring", 0.058, 0.095),
        (lambda a, b: planar.sliced_w1(a, b), "grid", 0.268, 0.410),
        (lambda a, b: planar.jsd_histogram(a, b, (-1.5, 1.5)), "ring", 0.0102, 0.018),
        (lambda a, b: planar.jsd_histogram(a, b, (-5.4, 5.4)), "grid", 0.034, 0.0496),
    ],
)
def test_noise_floors(metric, data, mean, high):
    floor = noise_floor(metric, lambda shape, rng: real(data, shape, rng), 256, 200)
    assert floor.mean == pytest.approx(mean, rel=0.1) and floor.high == pytest.approx(high, rel=0.15)
    more = noise_floor(metric, lambda shape, rng: real(data, shape, rng), 1024, 50)
    assert more.mean < 0.6 * floor.mean


REFERENCE = planar.Reference.of(circle((10_000,), 1), 64)
METRICS = {
    "covered": lambda x: planar.modes_of(x, RING, 0.1).covered,
    "hq": lambda x: planar.modes_of(x, RING, 0.1).hq,
    "rkl": lambda x: planar.modes_of(x, RING, 0.1).rkl,
    "fkl": lambda x: planar.modes_of(x, RING, 0.1).fkl,
    "held": lambda x: planar.modes_of(x, RING, 0.1).held,
    "shares": lambda x: planar.modes_of(x, RING, 0.1).shares.sum(-1),
    "jsd": lambda x: planar.jsd_histogram(x, circle((90,), 1), (-2, 2)),
    "sliced_w1": lambda x: planar.sliced_w1(x, circle((90,), 1)),
    "mmd": lambda x: planar.mmd(x, circle((90,), 1), 0.5),
    "near_real": lambda x: planar.near_real(x, REFERENCE),
}
MASKS = {
    "modes good": lambda x: planar.modes_of(x, RING, 0.3).good,
    "modes collapsed": lambda x: planar.modes_of(x, RING, 0.3).collapsed,
    "good": lambda x: planar.is_good(x, REFERENCE),
    "narrow": lambda x: planar.is_narrow(x, REFERENCE),
}


def four_runs():
    samples = circle((2, 2, 64))
    samples[1, 0] *= 1.3
    samples[1, 1] = 0.3 * samples[1, 1] + [0.5, 0]
    return samples


@pytest.mark.parametrize("name", [*METRICS, *MASKS])
def test_many_runs_are_measured_as_each_alone(name):
    metric, samples = (METRICS | MASKS)[name], four_runs()
    together = metric(samples)
    assert together.shape == (2, 2) and together.dtype == (bool if name in MASKS else float)
    alone = [[metric(samples[i, j]) for j in (0, 1)] for i in (0, 1)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    np.testing.assert_allclose(metric(samples.astype(np.float32)), together, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", [*METRICS, *MASKS])
def test_a_diverged_run_is_nan_or_false_and_leaves_the_others_alone(name, bad):
    metric, samples = (METRICS | MASKS)[name], four_runs()
    expected = np.array(metric(samples))
    samples[1, 1, 7, 0] = bad
    expected[1, 1] = False if name in MASKS else np.nan
    np.testing.assert_array_equal(metric(samples), expected)


@pytest.mark.parametrize("name", [*METRICS, *MASKS])
def test_huge_finite_samples_make_no_warning(name):
    samples = np.full((64, 2), 1e308)
    samples[::2] *= -1
    value = (METRICS | MASKS)[name](samples)
    assert (np.shape(value) == () and "good" not in name) or not value


@pytest.mark.parametrize("metric", [planar.sliced_w1, lambda a, b: planar.jsd_histogram(a, b, (-2, 2)),
                                    lambda a, b: planar.mmd(a, b, 0.5)])  # fmt: skip
def test_real_samples_may_differ_from_run_to_run(metric):
    samples, data = four_runs(), circle((2, 2, 40), 5) * [[[[1, 1]], [[2, 1]]], [[[1, 2]], [[3, 3]]]]
    alone = [[metric(samples[i, j], data[i, j]) for j in (0, 1)] for i in (0, 1)]
    np.testing.assert_allclose(metric(samples, data), alone, rtol=1e-12)


POINTS = np.zeros((5, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: planar.modes_of(np.zeros(4), RING, 1), r"samples must be \(\*runs, n, 2\) .*not \(4,\)"),
        (lambda: planar.modes_of(np.zeros((4, 3)), RING, 1), r"samples must be .*not \(4, 3\)"),
        (lambda: planar.modes_of(np.zeros((1, 2)), RING, 1), r"with n of 2 or more, not \(1, 2\)"),
        (lambda: planar.modes_of(POINTS, RING[0], 1), r"centres must be finite numbers of shape \(K, 2\), not \(2,\)"),
        (lambda: planar.modes_of(POINTS, np.zeros((0, 2)), 1), r"centres must be .*not \(0, 2\)"),
        (lambda: planar.modes_of(POINTS, RING * np.nan, 1), "centres must be finite .*nan"),
        (lambda: planar.modes_of(POINTS, RING, 0), "sd must be above 0 and finite, not 0"),
        (lambda: planar.modes_of(POINTS, RING, [1, np.nan]), "sd must be above 0 and finite, not"),
        (lambda: planar.modes_of(POINTS, RING, [1, 2]), r"sd must be a number, or one a run .*not of shape \(2,\)"),
        (lambda: planar.sliced_w1(POINTS, np.zeros((2, 3))), r"real must be \(\*runs, n, 2\).*not \(2, 3\)"),
        (lambda: planar.sliced_w1(POINTS, np.zeros((3, 9, 2))), r"real \(3, 9, 2\) must be .* samples \(5, 2\)"),
        (lambda: planar.sliced_w1(POINTS, POINTS * np.nan), "real must be finite, but holds NaN"),
        (lambda: planar.sliced_w1(POINTS, POINTS, 0), "directions must be a whole number of at least 1, not 0"),
        (lambda: planar.jsd_histogram(POINTS, POINTS, (1, 1)), r"window must be two numbers that rise, not \(1, 1\)"),
        (
            lambda: planar.jsd_histogram(POINTS, POINTS, (0, 1, 2)),
            r"window must be two numbers that rise, not \(0, 1, 2\)",
        ),
        (lambda: planar.jsd_histogram(POINTS, POINTS, (0, np.nan)), "window must be finite numbers, not "),
        (lambda: planar.jsd_histogram(POINTS, POINTS, (0, 1), 0), "bins must be a whole number of at least 1, not 0"),
        (lambda: planar.jsd_histogram(POINTS, POINTS + np.inf, (0, 1)), "real must be finite"),
        (lambda: planar.mmd(POINTS, POINTS, 0), "bandwidth must be .* not 0"),
        (lambda: planar.mmd(POINTS, POINTS, np.inf), "bandwidth must be .* not inf"),
        (lambda: planar.mmd(POINTS, POINTS * np.nan, 1), "real must be finite"),
        (lambda: planar.Reference.of(np.zeros((2, 5, 2)), 9), r"real must be \(m, 2\), not \(2, 5, 2\)"),
        (lambda: planar.Reference.of(POINTS, 1), "n must be a whole number of at least 2, not 1"),
        (lambda: planar.Reference.of(POINTS * np.nan, 9), "real must be finite"),
        (lambda: planar.is_good(POINTS, REFERENCE), "samples must be 64 a run, .*not 5"),
        (lambda: planar.is_narrow(POINTS, REFERENCE), "samples must be 64 a run, .*not 5"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
