"""Distributions: what is sampled is what is stated, with scipy as oracle."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from gan_lessons._core.randomness import generator
from gan_lessons.distributions.line import Gaussian, Mixture, Uniform
from gan_lessons.distributions.noise import NormalNoise, StratifiedNoise, UniformNoise

ON_A_LINE = {
    "gaussian": (Gaussian(4.0, 0.5), stats.norm(4.0, 0.5)),
    "uniform": (Uniform(-2.0, 5.0), stats.uniform(-2.0, 7.0)),
    "mixture": (
        Mixture((-2.0, 0.0, 3.0), (0.5, 1.0, 0.25), (0.2, 0.5, 0.3)),
        stats.Mixture(
            [stats.Normal(mu=m, sigma=s) for m, s in ((-2.0, 0.5), (0.0, 1.0), (3.0, 0.25))], weights=[0.2, 0.5, 0.3]
        ),
    ),
}
each_on_a_line = pytest.mark.parametrize("name", ON_A_LINE)
X = np.linspace(-6.0, 8.0, 1401) + 1e-3  # beside the edges of the uniform


def oracle(name, what):
    """A method of scipy's, old or new interface."""
    theirs = ON_A_LINE[name][1]
    return getattr(theirs, what)


@each_on_a_line
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_samples_have_the_stated_moments(name, dtype):
    ours, n = ON_A_LINE[name][0], 200_000
    x = ours.sample((n,), generator(0, name), dtype)
    assert x.shape == (n, 1) and x.dtype == dtype
    z = (x[:, 0].double().numpy() - ours.mean) / ours.sd
    stated = (0.0, 1.0, ours.skewness, ours.kurtosis + 3)
    for power, value in enumerate(stated, 1):
        moment = z**power
        assert abs(moment.mean() - value) < 5 * moment.std() / math.sqrt(n), power  # the central limit theorem


@each_on_a_line
def test_stated_moments_are_scipys(name):
    ours = ON_A_LINE[name][0]
    if name == "mixture":
        theirs = ON_A_LINE[name][1]
        expected = theirs.mean(), theirs.standard_deviation(), theirs.skewness(), theirs.kurtosis() - 3
    else:
        mean, variance, skewness, kurtosis = ON_A_LINE[name][1].stats("mvsk")
        expected = mean, variance**0.5, skewness, kurtosis
    np.testing.assert_allclose((ours.mean, ours.sd, ours.skewness, ours.kurtosis), expected, atol=1e-12)


@each_on_a_line
def test_samples_follow_the_stated_cdf(name):
    ours = ON_A_LINE[name][0]
    x = ours.sample((20_000,), generator(1, name), torch.float64)[:, 0].numpy()
    assert stats.kstest(x, ours.cdf).pvalue > 1e-3


@each_on_a_line
def test_density_and_cdf_are_scipys(name):
    ours = ON_A_LINE[name][0]
    np.testing.assert_allclose(ours.pdf(X), oracle(name, "pdf")(X), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(ours.cdf(X), oracle(name, "cdf")(X), rtol=1e-10, atol=1e-14)


@each_on_a_line
def test_density_integrates_to_the_cdf(name):
    ours = ON_A_LINE[name][0]
    edges = [-30.0, -2.0, 0.0, 3.0, 4.0, 5.0, 30.0]
    parts = [integrate.quad(lambda x: float(ours.pdf(np.array([x]))[0]), a, b)[0] for a, b in pairwise(edges)]
    np.testing.assert_allclose(np.cumsum(parts), ours.cdf(np.array(edges[1:])), atol=1e-9)
    assert sum(parts) == pytest.approx(1, abs=1e-9)


@each_on_a_line
def test_log_density_stays_finite_where_the_density_is_0_to_the_eye(name):
    ours = ON_A_LINE[name][0]
    far = ours.log_prob(torch.tensor([[-1e3], [1e3]], dtype=torch.float64))
    if name == "uniform":
        assert torch.equal(far, torch.full((2, 1), -torch.inf, dtype=torch.float64))
    else:
        assert torch.isfinite(far).all() and (far < -1e5).all()


@each_on_a_line
def test_quantile_inverts_the_cdf(name):
    ours = ON_A_LINE[name][0]
    u = np.concatenate([np.linspace(0.001, 0.999, 999), [1e-6, 1 - 1e-6]])
    np.testing.assert_allclose(ours.cdf(ours.quantile(u)), u, rtol=1e-9, atol=1e-12)
    assert ours.quantile(np.full((2, 3), 0.3)).shape == (2, 3)


def test_quantile_of_a_mixture_with_a_very_narrow_component():
    ours, u = Mixture((0.0, 1.0), (10.0, 1e-4)), np.linspace(0.01, 0.99, 99)
    np.testing.assert_allclose(ours.cdf(ours.quantile(u)), u, atol=1e-9)


def test_a_mixture_of_one_is_its_component_and_weights_are_even_unless_given():
    one, gaussian, u = Mixture([4.0], [0.5]), Gaussian(4.0, 0.5), np.linspace(0.01, 0.99, 9)
    np.testing.assert_allclose(one.pdf(X), gaussian.pdf(X))
    np.testing.assert_allclose(one.quantile(u), gaussian.quantile(u), atol=1e-9)
    assert Mixture([0, 1, 2], [1, 1, 1]) == Mixture((0, 1, 2), (1, 1, 1), (1 / 3, 1 / 3, 1 / 3))


def test_modes_are_the_centres():
    assert Gaussian(4.0).modes.tolist() == [4.0]
    assert Mixture((-1.0, 2.0), (1.0, 1.0)).modes.tolist() == [-1.0, 2.0]


# -- settings that differ from run to run


@pytest.mark.parametrize(
    "ours", [Gaussian((4.0, -1.0), (0.5, 2.0)), Gaussian((4.0, -1.0), 0.5), Uniform((0, 1), (2, 9))]
)
def test_one_number_a_run_gives_what_each_run_has_alone(ours):
    assert ours.runs() == 2
    raw = ours.draw((2, 50), generator(0, "x"), torch.float64)
    together = ours.transform(raw)
    x = torch.linspace(-3, 9, 40, dtype=torch.float64)
    u = np.linspace(0.1, 0.9, 9)
    for run in (0, 1):
        alone = ours.for_run(run)
        assert alone.runs() is None
        torch.testing.assert_close(together[run], alone.transform(raw[run]), rtol=0, atol=1e-12)
        log_prob = ours.log_prob(x.expand(2, -1)[..., None])[run]
        torch.testing.assert_close(log_prob, alone.log_prob(x[:, None]), rtol=0, atol=1e-12)
        for function, argument in (("pdf", x.numpy()), ("cdf", x.numpy()), ("quantile", u)):
            value = getattr(ours, function)(argument)
            assert value.shape == (2, len(argument))
            np.testing.assert_allclose(value[run], getattr(alone, function)(argument), rtol=1e-12, atol=1e-15)
        assert np.broadcast_to(ours.mean, 2)[run] == alone.mean and np.broadcast_to(ours.sd, 2)[run] == alone.sd


def test_a_distribution_that_all_runs_share_is_the_same_for_each():
    for ours in (Gaussian(4.0, 0.5), Mixture((0, 1), (1, 1)), NormalNoise(2), UniformNoise(), StratifiedNoise()):
        assert ours.runs() is None and ours.for_run(5) == ours


def test_settings_are_hashable_and_equal_whatever_they_were_given_as():
    assert Gaussian(np.array([1.0, 2.0])) == Gaussian([1, 2]) == Gaussian(torch.tensor([1.0, 2.0]))
    assert hash(Gaussian([1, 2])) == hash(Gaussian((1.0, 2.0)))
    assert repr(Gaussian(np.float64(3), 1)) == repr(Gaussian(3.0, 1.0))  # a save file compares them as words
    assert repr(StratifiedNoise(np.float64(8), 0)) == repr(StratifiedNoise(8.0, 0.0))
    assert repr(UniformNoise(0, np.float64(1), np.int64(2))) == repr(UniformNoise(0.0, 1.0, 2))
    assert repr(NormalNoise(np.int64(2))) == repr(NormalNoise(2))
    assert Gaussian(Fraction(1, 2)).mean == 0.5


# -- noise


def test_normal_noise_is_normal_in_every_dimension_and_between_them():
    x = NormalNoise(3).sample((20_000,), generator(0, "noise"), torch.float64).numpy()
    for column in x.T:
        assert stats.kstest(column, stats.norm.cdf).pvalue > 1e-3
    assert np.abs(np.corrcoef(x.T) - np.eye(3)).max() < 5 / math.sqrt(20_000)


def test_uniform_noise_is_uniform_in_every_dimension_and_between_them():
    x = UniformNoise(-1.0, 3.0, 2).sample((20_000,), generator(0, "noise"), torch.float64).numpy()
    assert x.min() >= -1 and x.max() < 3
    for column in x.T:
        assert stats.kstest(column, stats.uniform(-1, 4).cdf).pvalue > 1e-3
    assert abs(np.corrcoef(x.T)[0, 1]) < 5 / math.sqrt(20_000)


@pytest.mark.parametrize("batch", [2, 8, 12, 256])
def test_stratified_noise_has_one_sample_on_each_rung_of_the_ladder(batch):
    x = StratifiedNoise(8.0, 0.01).sample((1000, batch), generator(0, "noise"), torch.float64)[..., 0].numpy()
    jitter = x - np.linspace(-8, 8, batch)
    assert jitter.min() > -1e-12 and jitter.max() < 0.01 + 1e-12
    assert stats.kstest(jitter.ravel(), stats.uniform(0, 0.01).cdf).pvalue > 1e-3
    exact = StratifiedNoise(8.0, 0.0).sample((3, batch), generator(0, "noise"), torch.float64)[..., 0]
    np.testing.assert_allclose(exact, np.broadcast_to(np.linspace(-8, 8, batch), (3, batch)), atol=1e-12)


# -- bad input: a ValueError that names the argument and its value

NOT_NUMBERS = [math.nan, math.inf, -math.inf, "4", None, True, (), [[1.0]], (1.0, math.nan), (1.0, "a"), (True, 1.0),
               [[1.0], [1.0, 2.0]], {}, 1j, 10**400, torch.ones(2, requires_grad=True).mul(math.nan)]  # fmt: skip


# One rule refuses them all: it is tested with each value, and each further argument once for being under it.
@pytest.mark.parametrize(
    ("kind", "argument", "value"),
    [(Gaussian, "mean", value) for value in NOT_NUMBERS]
    + [(kind, name, math.nan) for kind, name in ((Gaussian, "sd"), (Uniform, "low"), (Uniform, "high"))],
    ids=lambda part: getattr(part, "__name__", None) or repr(part)[:20],
)
def test_what_is_no_number_is_refused_by_name_and_value(kind, argument, value):
    with pytest.raises(ValueError) as refusal:
        kind(**{argument: value})
    assert str(refusal.value).startswith(f"{argument} must be ") and str(refusal.value).endswith(f"not {value!r}")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Gaussian(0.0, 0.0), "sd must be .* not 0.0"),
        (lambda: Gaussian(0.0, -1.0), "sd must be .* not -1.0"),
        (lambda: Gaussian(0.0, (1.0, -0.5)), r"sd must be .* not \(1.0, -0.5\)"),
        (lambda: Gaussian((0.0, 1.0), (1.0, 1.0, 1.0)), "'mean': 2, 'sd': 3"),
        (lambda: Uniform(1.0, 1.0), "high must be above low, which is 1.0, not 1.0"),
        (lambda: Uniform(2.0, 1.0), "high must be above low, which is 2.0, not 1.0"),
        (lambda: Uniform((0.0, 2.0), 1.0), r"high must be above low, which is \(0.0, 2.0\), not 1.0"),
        (lambda: Uniform((0.0, 2.0), (1.0, 3.0, 4.0)), "'low': 2, 'high': 3"),
        (lambda: Mixture([], []), r"means must be .* not \[\]"),
        (lambda: Mixture(3.0, 1.0), "means must be .* not 3.0"),
        (lambda: Mixture("ab", [1, 1]), "means must be .* not "),
        (lambda: Mixture([0, 1], [1, -1]), r"sds must be .* not \[1, -1\]"),
        (lambda: Mixture([0, 1], 1.0), "sds must be .* not 1.0"),
        (lambda: Mixture([0, math.nan], [1, 1]), r"means must be .* not \[0, nan\]"),
        (lambda: Mixture([0, 1], [1, 1, 1]), r"of equal lengths, not \(2, 3, 2\)"),
        (lambda: Mixture([0, 1], [1, 1], [1.0]), r"of equal lengths, not \(2, 2, 1\)"),
        (lambda: Mixture([0, 1], [1, 1], [0.5, 0.6]), r"weights must be .*sum to 1, not \(0.5, 0.6\)"),
        (lambda: Mixture([0, 1], [1, 1], [0.0, 1.0]), r"weights must be positive .* not \(0.0, 1.0\)"),
        (lambda: Mixture([0, 1], [1, 1], [-0.5, 1.5]), r"weights must be .* not \[-0.5, 1.5\]"),
        (lambda: Mixture([0, 1], [1, 1], 0.5), "weights must be .* not 0.5"),
        (lambda: NormalNoise(0), "dim must be a whole number of at least 1, not 0"),
        (lambda: NormalNoise(1.0), "dim must be a whole number of at least 1, not 1.0"),
        (lambda: NormalNoise(True), "dim must be a whole number of at least 1, not True"),
        (lambda: UniformNoise(1.0, 0.0), "high must be above low, which is 1.0, not 0.0"),
        (lambda: UniformNoise(0.0, math.nan), "high must be a finite number, not nan"),
        (lambda: UniformNoise("a"), "low must be a finite number, not 'a'"),
        (lambda: UniformNoise(dim=-1), "dim must be .* not -1"),
        (lambda: StratifiedNoise(0.0), "reach must be .* not 0.0"),
        (lambda: StratifiedNoise(-8.0), "reach must be .* not -8.0"),
        (lambda: StratifiedNoise(8.0, -0.1), "jitter must be .* not -0.1"),
        (lambda: StratifiedNoise(8.0, math.inf), "jitter must be .* not inf"),
    ],
)
def test_ranges_that_make_no_sense_are_refused_by_name_and_value(make, words):
    with pytest.raises(ValueError, match=words):
        make()
