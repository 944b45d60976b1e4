"""One judge for all data: the same verdicts as the metrics, and by each run's own settings."""

import numpy as np
import pytest
import torch
from scipy import stats

from gan_lessons._core.randomness import generator
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.line import Gaussian, Mixture, Uniform
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.plane import (
    Blobs,
    Line,
    Points,
    Ring,
    Spiral,
    SwissRoll,
    TwoGaussians,
    TwoMoons,
    pacgan_grid,
    pacgan_ring,
)
from gan_lessons.metrics import line as metrics
from gan_lessons.metrics import plane as metrics_2d
from gan_lessons.metrics.verdicts import Verdict, in_words, judge

EACH = {
    "gaussian": Gaussian(4.0, 0.5),
    "uniform": Uniform(-1.0, 3.0),
    "mixture": Mixture((-2.0, 1.0), (0.3, 0.5)),
    "ring": pacgan_ring,
    "grid": pacgan_grid,
    "one blob": Blobs([(1.0, 1.0)], 0.5),
    "two": TwoGaussians(),
    "line": Line(),
    "roll": SwissRoll(),
    "spiral": Spiral(),
    "moons": TwoMoons(),
    "points": Points(np.random.default_rng(0).normal(size=(20, 2))),
    "noise": NormalNoise(2),
}
each = pytest.mark.parametrize("name", EACH)


def real(data, shape, seed=0):
    return data.sample(shape, generator(seed, "tests"), torch.float64).numpy()


@each
def test_real_samples_are_good_and_not_collapsed(name):
    verdict = judge(real(EACH[name], (300, 256)), EACH[name])
    assert verdict.good.shape == verdict.collapsed.shape == (300,)
    assert verdict.good.dtype == verdict.collapsed.dtype == bool
    assert verdict.good.mean() > 0.99 and not verdict.collapsed.any()  # chance fails 2 in a thousand


@each
def test_all_in_one_place_is_collapsed_and_not_good(name):
    samples = real(EACH[name], (5, 256))
    samples[:] = samples[:, :1]
    verdict = judge(samples, EACH[name])
    assert verdict.collapsed.all() and not verdict.good.any()


@each
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_diverged_run_is_neither(name, bad):
    samples = real(EACH[name], (3, 256))
    samples[1] = bad
    verdict = judge(samples, EACH[name])
    assert verdict.good.tolist() == [True, False, True] and not verdict.collapsed.any()


@each
def test_real_samples_shifted_by_two_sd_are_not_good(name):
    samples = real(EACH[name], (5, 256))
    verdict = judge(samples + 2 * samples.std(), EACH[name])
    assert not verdict.good.any()


def test_on_a_line_it_is_what_metrics_says():
    data, samples = Gaussian(4.0, 0.5), np.random.default_rng(0).normal(4, 0.5, (60, 256, 1))
    samples *= np.linspace(0.8, 1.2, 60)[:, None, None]
    samples[::3] = 4 + 0.45 * (samples[::3] - 4)
    verdict = judge(samples, data)
    np.testing.assert_array_equal(verdict.good, metrics.is_good(samples, stats.norm(4, 0.5).ppf, 0.5))
    np.testing.assert_array_equal(verdict.collapsed, metrics.is_narrow(samples, 0.5))
    assert 0 < verdict.good.sum() < 60 and 0 < verdict.collapsed.sum() < 60


def test_with_modes_it_is_what_metrics_2d_says_and_a_blob_amid_the_ring_is_collapsed():
    samples = real(pacgan_ring, (4, 400))
    samples[1] = np.where(samples[1][:, :1] > 0, samples[1], -samples[1])  # three modes to the right, and two halves
    samples[2] *= 1.1
    samples[3] = np.random.default_rng(0).normal(0, 0.1, (400, 2))  # nearest to each mode equally often
    modes = metrics_2d.modes_of(samples, pacgan_ring.modes, 0.01)
    verdict = judge(samples, pacgan_ring)
    np.testing.assert_array_equal(verdict.good, modes.good)
    assert verdict.good.tolist() == [True, False, False, False]
    assert modes.collapsed.tolist() == [False, False, False, False] and modes.held[1] == 5
    assert verdict.collapsed.tolist() == [False, False, False, True]


def test_modes_shrunk_to_points_are_not_good_where_one_can_see_their_width():
    data = TwoGaussians()
    samples = np.tile(data.modes, (128, 1))
    assert metrics_2d.modes_of(samples, data.modes, data.mode_sd).good
    verdict = judge(samples, data)
    assert not verdict.good and not verdict.collapsed
    assert judge(np.tile(pacgan_ring.modes, (32, 1)), pacgan_ring).good  # a hundredth of the radius is not seen


def test_half_of_the_modes_is_collapsed_though_wide():
    samples = np.tile(pacgan_ring.modes[::2], (64, 1))
    verdict = judge(samples, pacgan_ring)
    assert verdict.collapsed and not verdict.good
    assert not metrics_2d.is_narrow(samples, metrics_2d.Reference.of(real(pacgan_ring, (10_000,)), 256))


def test_without_modes_a_blob_with_the_right_moments_is_neither_good_nor_collapsed():
    for data in (SwissRoll(), Spiral(), TwoMoons()):
        x = real(data, (10_000,))
        blob = np.random.default_rng(0).multivariate_normal(x.mean(0), np.cov(x.T), (50, 256))
        verdict = judge(blob, data)
        assert not verdict.good.any() and not verdict.collapsed.any()


def test_one_moon_of_two_is_not_good():
    raw = TwoMoons().draw((20, 256), generator(0, "moon"), torch.float64)
    raw[..., 0] /= 2
    assert not judge(TwoMoons().transform(raw).numpy(), TwoMoons()).good.any()


@pytest.mark.parametrize(
    "data",
    [
        Gaussian((4.0, 4.0, 0.0, 4.0), (0.5, 0.5, 0.5, 5.0)),
        Uniform((0.0, 0.0, 5.0, 0.0), (1.0, 1.0, 6.0, 9.0)),
        Ring(sd=(0.01, 0.01, 0.1, 0.2)),
        Line(sd=(0.05, 0.05, 0.5, 2.0)),
        TwoMoons(sd=(0.05, 0.05, 0.5, 3.0)),
    ],
    ids=lambda data: type(data).__name__,
)
def test_each_run_is_judged_by_its_own_settings(data):
    own = real(data, (4, 256))
    np.testing.assert_array_equal(judge(own, data).good, True)
    turned = own[[2, 3, 0, 1]]  # samples of other settings
    for samples in (own, turned, np.stack([own, turned])):
        together = judge(samples, data)
        assert together.good.shape == samples.shape[:-2]
        for run in range(4):
            alone = judge(samples[..., run, :, :], data.for_run(run))
            np.testing.assert_array_equal(together.good[..., run], alone.good)
            np.testing.assert_array_equal(together.collapsed[..., run], alone.collapsed)
    assert not judge(turned, data).good.all()


def test_one_run_is_judged_without_a_runs_axis():
    for data in (Gaussian(4.0, 0.5), pacgan_grid, Spiral()):
        verdict = judge(real(data, (256,)), data)
        assert verdict.good.shape == () and verdict.good and not verdict.collapsed
    assert judge(np.full((3, 1, 1), 4.0), Gaussian(4.0, 0.5)).collapsed.all()  # one sample a run has no width


def test_judging_twice_gives_the_same_and_touches_no_global_generator():
    torch.manual_seed(0)
    before, data = torch.get_rng_state(), Spiral(3, 0.7)
    samples = real(data, (30, 100)) * 1.1
    first, second = judge(samples, data), judge(torch.from_numpy(samples), data)
    np.testing.assert_array_equal(first.good, second.good)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("where", "name", "value", "told", "dims"),
    [
        (metrics, "GOOD_W1", 0.33, "0.33", [(1,)]),
        (metrics, "NARROW_SD", 0.44, "0.44", [(1,), (2,), (2, 5)]),
        (metrics_2d, "GOOD_HQ", 0.77, "77%", [(2,), (2, 5)]),
        (metrics_2d, "GOOD_SLICED_W1", 0.55, "0.55", [(2,), (2, 5)]),
        (metrics_2d, "HELD", 0.66, "66%", [(2, 5)]),
    ],
)
def test_words_for_a_verdict_name_the_bounds_that_decide_it(monkeypatch, where, name, value, told, dims):
    assert all(told not in " ".join(in_words(*dim)) for dim in dims)
    monkeypatch.setattr(where, name, value)
    assert all(told in " ".join(in_words(*dim)) for dim in dims)


def test_a_verdict_reads_as_a_sentence():
    assert str(Verdict(np.arange(20) < 7, np.arange(20) > 16)) == "of 20 runs 7 good, 3 collapsed"


class NoQuantiles(Distribution):
    pass


@pytest.mark.parametrize(
    ("samples", "data", "message"),
    [
        (np.zeros((9, 2)), Gaussian(), r"samples must be \(\*runs, n, 1\) with n of 1 or more, not \(9, 2\)"),
        (np.zeros((9, 1)), Ring(), r"samples must be \(\*runs, n, 2\) .*not \(9, 1\)"),
        (np.zeros(9), Gaussian(), r"samples must be .*not \(9,\)"),
        (np.zeros((3, 1, 2)), Ring(), r"samples must be .*not \(3, 1, 2\)"),
        (np.zeros((3, 9, 1)), Gaussian((1, 2)), r"samples \(3, 9, 1\) must have the 2 runs of data"),
        (np.zeros((9, 2)), Ring(sd=(1, 2)), r"samples \(9, 2\) must have the 2 runs of data"),
        (np.zeros((9, 1)), NoQuantiles(), "data must be a distribution in the plane, or on a line .*NoQuantiles"),
        (np.zeros((9, 3)), NormalNoise(3), r"data must be .*not NormalNoise\(dim=3\)"),
        (np.zeros((9, 1)), "gaussian", "data must be .*not 'gaussian'"),
    ],
)
def test_what_does_not_fit_is_refused(samples, data, message):
    with pytest.raises(ValueError, match=message):
        judge(samples, data)
