"""Data in the plane: what is sampled is what is stated, with numbers worked by hand and scipy as oracle."""

import math
import re
import sys

import numpy as np
import pytest
import torch
from scipy import stats

from gan_lessons._core.randomness import Stream, generator
from gan_lessons.distributions import plane as distributions_2d
from gan_lessons.distributions.plane import (
    Blobs,
    Grid,
    Line,
    Planar,
    Points,
    Ring,
    Spiral,
    SwissRoll,
    ThreeBlobs,
    TwoGaussians,
    TwoMoons,
    pacgan_grid,
    pacgan_ring,
)

TRIANGLE = ((0.0, 0.0), (1.0, 2.0), (3.0, 1.0))
EACH = {
    "ring": pacgan_ring,
    "grid": pacgan_grid,
    "blobs": Blobs(TRIANGLE, 0.2),
    "two": TwoGaussians(),
    "three": ThreeBlobs(),
    "points": Points(TRIANGLE),
    "jitter": Points(TRIANGLE, 0.2),
    "line": Line((-1.0, 0.0), (2.0, 1.0), 0.1),
    "roll": SwissRoll(),
    "spiral": Spiral(),
    "one arm": Spiral(1, 2.0, 1.5, 0.1),
    "moons": TwoMoons(),
}
each = pytest.mark.parametrize("name", EACH)
U = (np.arange(200_000) + 0.5) / 200_000  # even in (0, 1)


def swiss(u):
    """The roll as complex numbers."""
    return 2 / 3 * (1 + 2 * u) * np.exp(3j * np.pi * u)


def arm(u):
    return 1.5 * np.sqrt(u) * np.exp(4j * np.pi * np.sqrt(u))


def two_arms(u):
    p = 2 * np.sqrt(u) * np.exp(2j * np.pi * np.sqrt(u))
    return np.r_[p, -p]


def of_complex(p, sd):
    return [p.real.mean(), p.imag.mean()], np.cov(p.real, p.imag) + sd**2 * np.eye(2)


def blob_moments(variance_x, variance_y, sd):
    return [0, 0], np.diag([variance_x + sd**2, variance_y + sd**2])


MOMENTS = {
    "ring": blob_moments(0.5, 0.5, 0.01),  # mean of cos^2
    "grid": blob_moments(8, 8, 0.05),  # (16 + 4 + 0 + 4 + 16) / 5
    "blobs": ([4 / 3, 1], [[14 / 9 + 0.04, 1 / 3], [1 / 3, 2 / 3 + 0.04]]),
    "two": blob_moments(1, 0, 0.25),
    "three": blob_moments(0.5, 0.5, 0.15),
    "points": ([4 / 3, 1], [[14 / 9, 1 / 3], [1 / 3, 2 / 3]]),
    "jitter": ([4 / 3, 1], [[14 / 9 + 0.04, 1 / 3], [1 / 3, 2 / 3 + 0.04]]),
    "line": ([0.5, 0.5], [[9 / 12 + 0.01, 3 / 12], [3 / 12, 1 / 12 + 0.01]]),
    "roll": of_complex(swiss(U), 0.05),
    "spiral": of_complex(two_arms(U), 0.05),
    "one arm": of_complex(arm(U), 0.1),
    "moons": (
        [0, 0],
        [[0.75 + 0.0025, 0.125 - 1 / math.pi], [0.125 - 1 / math.pi, 0.5625 - 1 / math.pi + 0.0025]],
    ),
}


@each
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_samples_have_the_mean_and_the_covariance_that_is_due(name, dtype):
    n = 100_000
    x = EACH[name].sample((n,), generator(0, name), dtype)
    assert x.shape == (n, 2) and x.dtype == dtype
    x = x.double().numpy()
    mean, covariance = MOMENTS[name]
    gap = x - mean
    assert np.all(np.abs(gap.mean(0)) < 5 * x.std(0) / math.sqrt(n))  # the central limit theorem
    products = gap[:, :, None] * gap[:, None]
    error = np.maximum(products.std(0), 1e-4)  # float32 rounds
    assert np.all(np.abs(products.mean(0) - covariance) < 5 * error / math.sqrt(n))


@each
def test_samples_stay_in_the_window(name):
    x = EACH[name].sample((20_000,), generator(0, name)).numpy()
    low, high = EACH[name].window
    assert low < x.min() and x.max() < high
    assert high - low < 1.7 * (x.max() - x.min())


def test_pacgans_ring_has_eight_places_and_its_grid_twenty_five():
    ring, grid = pacgan_ring.modes, pacgan_grid.modes
    assert ring.shape == (8, 2) and grid.shape == (25, 2)
    np.testing.assert_allclose(np.hypot(*ring.T), 1)
    apart = np.hypot(*(ring[:, None] - ring[None]).T) + 9 * np.eye(8)
    np.testing.assert_allclose(apart.min(0), 2 * math.sin(math.pi / 8))  # none is there twice
    np.testing.assert_allclose(ring[[0, 2]], [[1, 0], [0, 1]], atol=1e-15)
    assert {tuple(place) for place in grid} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert (pacgan_ring.mode_sd, pacgan_grid.mode_sd) == (0.01, 0.05)
    assert (pacgan_ring, pacgan_grid) == (Ring(), Grid())


@pytest.mark.parametrize("name", ["ring", "grid", "three"])  # their modes do not touch
def test_modes_are_drawn_equally_often_each_with_round_noise(name):
    ours, n = EACH[name], 50_000
    x = ours.sample((n,), generator(2, name), torch.float64).numpy()
    apart = np.linalg.norm(x[:, None] - ours.modes, axis=-1)
    assert stats.chisquare(np.bincount(apart.argmin(-1), minlength=len(ours.modes))).pvalue > 1e-3
    assert stats.kstest(apart.min(-1) / ours.mode_sd, stats.rayleigh.cdf).pvalue > 1e-3


def test_the_three_blobs_stand_on_a_triangle_and_the_two_side_by_side():
    np.testing.assert_allclose(ThreeBlobs(2.0).modes, [[0, 2], [-(3**0.5), -1], [3**0.5, -1]], atol=1e-15)
    assert TwoGaussians(3.0).modes.tolist() == [[-1.5, 0], [1.5, 0]]


# -- densities

DENSE = {
    "ring": Ring(5, 1.0, 0.15),
    "grid": Grid(2, 1.5, 0.3),
    "blobs": Blobs(TRIANGLE, 0.3),
    "jitter": Points(((0, 0), (1, 2), (3, 1), (1, 2)), 0.3),  # one point counts twice
    "line": Line((-1.0, 0.0), (2.0, 1.0), 0.2),
    "short line": Line((0.0, 0.0), (0.1, 0.0), 0.3),
}


@pytest.mark.parametrize("name", DENSE)
def test_density_integrates_to_1_and_is_the_histogram_of_samples(name):
    ours, cells, fine = DENSE[name], 8, 50
    low, high = ours.window[0] - 1, ours.window[1] + 1
    step = (high - low) / (cells * fine)
    ticks = low + step * (np.arange(cells * fine) + 0.5)
    density = ours.pdf(np.stack(np.meshgrid(ticks, ticks, indexing="ij"), -1).reshape(-1, 2))
    chance = density.reshape(cells, fine, cells, fine).sum((1, 3)).ravel() * step**2
    assert chance.sum() == pytest.approx(1, abs=1e-6)
    x = ours.sample((20_000,), generator(3, name), torch.float64).numpy()
    counts = np.histogram2d(*x.T, cells, [(low, high)] * 2)[0].ravel()
    often = chance > 1e-3
    expected = np.r_[chance[often], 1 - chance[often].sum()] * 20_000
    assert stats.chisquare(np.r_[counts[often], counts[~often].sum()], expected, sum_check=False).pvalue > 1e-3


@pytest.mark.parametrize("name", ["ring", "grid", "blobs", "jitter"])
def test_density_of_blobs_is_scipys(name):
    ours = DENSE[name]
    at = np.random.default_rng(0).uniform(-1, 3, (50, 2))
    each_one = [stats.multivariate_normal(centre, ours.sd**2).pdf(at) for centre in ours.centres]
    np.testing.assert_allclose(ours.pdf(at), np.mean(each_one, 0), rtol=1e-10)


def test_density_of_a_line_is_a_uniform_with_noise_times_a_normal():
    ours = Line((1.0, 1.0), (1.0, 4.0), 0.5)
    at = np.random.default_rng(0).uniform(-1, 6, (200, 2))
    along = (stats.norm.cdf((at[:, 1] - 1) / 0.5) - stats.norm.cdf((at[:, 1] - 4) / 0.5)) / 3
    np.testing.assert_allclose(ours.pdf(at), along * stats.norm.pdf(at[:, 0], 1, 0.5), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("name", DENSE)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_log_density_is_finite_far_away_and_keeps_its_dtype(name, dtype):
    far = torch.tensor([[-1e3, 0.0], [1e3, 1e3], [0.0, -1e3]], dtype=dtype)
    log_prob = DENSE[name].log_prob(far)
    assert log_prob.shape == (3, 1) and log_prob.dtype == dtype
    assert torch.isfinite(log_prob).all() and (log_prob < -1e5).all()


def test_only_what_has_a_density_or_modes_says_so():
    assert {name for name in EACH if hasattr(EACH[name], "log_prob")} == {
        "ring", "grid", "blobs", "two", "three", "jitter", "line",
    }  # fmt: skip
    assert {name for name in EACH if hasattr(EACH[name], "modes")} == {"ring", "grid", "blobs", "two", "three"}
    with pytest.raises(AttributeError, match=re.escape("only with jitter, but sd is (0.0, 1.0)")):
        _ = Points(TRIANGLE, (0, 1)).log_prob


# -- shapes of curves


def test_the_roll_turns_outwards_from_a_third_of_its_radius():
    x = SwissRoll(3.0, 2.0, 1e-9).sample((20_000,), generator(0, "roll"), torch.float64).numpy()
    radius = np.hypot(*x.T)
    assert 1 <= radius.min() < 1.001 and 2.999 < radius.max() <= 3
    turned = (radius - 1) / 2 * 2 * 2 * np.pi  # two turns while the radius goes from 1 to 3
    np.testing.assert_allclose(x, radius[:, None] * np.stack([np.cos(turned), np.sin(turned)], -1), atol=1e-6)
    assert stats.kstest((radius - 1) / 2, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("arms", [1, 2, 5])
def test_the_arms_of_a_spiral_are_the_same_turned_and_equally_full(arms):
    x = Spiral(arms, 0.5, 2.0, 1e-9).sample((20_000,), generator(0, "arms"), torch.float64).numpy()
    p = x[:, 0] + 1j * x[:, 1]
    back = np.angle(p * np.exp(-1j * np.pi * np.abs(p) / 2)) / (2 * np.pi) * arms  # half a turn at radius 2
    far = np.abs(p) > 1e-3
    np.testing.assert_allclose(back[far], back[far].round(), atol=1e-4)
    counts = np.bincount(back[far].round().astype(int) % arms, minlength=arms)
    assert arms == 1 or stats.chisquare(counts).pvalue > 1e-3
    assert stats.kstest(np.abs(p) ** 2 / 4, "uniform").pvalue > 1e-3


def test_the_moons_are_half_circles_of_one_radius():
    x = TwoMoons(2.0, 1e-9).sample((20_000,), generator(0, "moons"), torch.float64).numpy()
    upper, lower = (np.hypot(*(x - s * np.array([-1, -0.5])).T) for s in (1, -1))
    above = np.abs(upper - 2) < 1e-6
    np.testing.assert_allclose(np.where(above, upper, lower), 2, atol=1e-6)
    assert (x[above, 1] > -0.5 - 1e-6).all() and (x[~above, 1] < 0.5 + 1e-6).all()
    assert stats.binomtest(int(above.sum()), len(x)).pvalue > 1e-3


# -- points that a person gave


def test_points_are_drawn_equally_often_as_they_are():
    given = np.random.default_rng(0).normal(size=(30, 2))
    ours = Points(given)
    x = ours.sample((4, 5000), generator(0, "points"), torch.float64).numpy().reshape(-1, 2)
    found, counts = np.unique(x, axis=0, return_counts=True)
    np.testing.assert_array_equal(found, np.unique(given, axis=0))
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("given", [TRIANGLE, [list(p) for p in TRIANGLE], np.array(TRIANGLE), torch.tensor(TRIANGLE)])
def test_points_are_hashable_and_equal_whatever_they_were_given_as(given):
    assert Points(given) == Points(TRIANGLE) and hash(Points(given)) == hash(Points(TRIANGLE))
    assert repr(Points(given)) == repr(Points(TRIANGLE))
    assert Blobs(given) == Blobs(TRIANGLE) and Line(*np.array(TRIANGLE)[:2]) == Line(*TRIANGLE[:2])


# -- settings that differ from run to run, and runs together as alone


@each
def test_many_runs_draw_what_each_draws_alone(name):
    seeds, batch = (3, 14, 15), 7
    together = Stream(EACH[name], seeds, "real", batch, torch.float64)
    alone = [Stream(EACH[name], [seed], "real", batch, torch.float64) for seed in seeds]
    for _ in range(100):
        expected = torch.cat([stream.next() for stream in alone])
        assert expected.shape == (3, 7, 2)
        assert torch.equal(together.next(), expected)


@each
def test_one_sd_a_run_gives_what_each_run_has_alone(name):
    fields = {key: getattr(EACH[name], key) for key in EACH[name].__dataclass_fields__}
    ours = type(EACH[name])(**{**fields, "sd": (0.1, 0.3)})
    assert ours.runs() == 2
    raw = ours.draw((2, 50), generator(0, "x"), torch.float64)
    at = np.random.default_rng(0).uniform(-2, 2, (20, 2))
    for run, sd in enumerate(ours.sd):
        alone = ours.for_run(run)
        assert alone == type(ours)(**{**fields, "sd": sd}) and alone.runs() is None
        torch.testing.assert_close(ours.transform(raw)[run], alone.transform(raw[run]), rtol=0, atol=1e-12)
        assert max(map(abs, alone.window)) <= max(map(abs, ours.window))
        if hasattr(ours, "log_prob"):
            assert ours.pdf(at).shape == (2, 20)
            np.testing.assert_allclose(ours.pdf(at)[run], alone.pdf(at), rtol=1e-12)
    assert not hasattr(ours, "modes") or ours.mode_sd == (0.1, 0.3)


@each
def test_what_all_runs_share_is_the_same_for_each(name):
    assert EACH[name].runs() is None and EACH[name].for_run(1) == EACH[name]  # also where there are two centres


# -- words


@each
def test_repr_is_python_that_makes_it_again(name):
    ours = EACH[name]
    assert isinstance(ours, Planar) and ours.dim == 2
    again = eval(repr(ours), vars(sys.modules[type(ours).__module__]))
    assert again == ours and hash(again) == hash(ours)


def test_numbers_of_numpy_do_not_show():
    assert repr(Ring(np.int64(8), np.float64(1), np.float32(0.5))) == repr(Ring(8, 1.0, 0.5))
    assert repr(Ring(3, 1, np.array([1.0, 2.0]))) == "Ring(n=3, sd=(1.0, 2.0))"


# -- bad input

SIZES = [
    (kind, name)
    for kind, names in [
        (Ring, "radius sd"), (Grid, "spacing sd"), (TwoGaussians, "gap sd"), (ThreeBlobs, "radius sd"),
        (SwissRoll, "radius turns sd"), (Spiral, "turns radius sd"), (TwoMoons, "radius sd"), (Line, "sd"),
    ]
    for name in names.split()
]  # fmt: skip


# One rule refuses them all: it is tested with each value, and each argument once for being under it.
@pytest.mark.parametrize(
    ("kind", "argument", "value"),
    [(Ring, "radius", value) for value in (-1.0, math.nan, math.inf, "1", None, True)]
    + [(*size, 0.0) for size in SIZES],
)
def test_sizes_that_make_no_sense_are_refused_by_name_and_value(kind, argument, value):
    with pytest.raises(ValueError) as refusal:
        kind(**{argument: value})
    assert str(refusal.value).startswith(f"{argument} must be ") and str(refusal.value).endswith(f"not {value!r}")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Points([[0, 0], [1, math.nan]]), "points must be finite numbers .* row 1, not [1.0, nan]"),
        (lambda: Points([[math.inf, 0], [1, 2]]), "points must be finite numbers .* row 0, not [inf, 0.0]"),
        (lambda: Points([[0, 0]]), "points must be 2 or more, not all in one place, not [[0, 0]]"),
        (lambda: Points([[1, 2], [1, 2]]), "points must be 2 or more, not all in one place, not [[1, 2], [1, 2]]"),
        (lambda: Points([]), "points must be finite numbers of shape (n, 2), not []"),
        (lambda: Points([1, 2]), "points must be finite numbers of shape (n, 2), not [1, 2]"),
        (lambda: Points([[1, 2, 3], [4, 5, 6]]), "points must be .* (n, 2), not [[1, 2, 3], [4, 5, 6]]"),
        (lambda: Points([[1, 2], [3]]), "points must be .* (n, 2), not [[1, 2], [3]]"),
        (lambda: Points([["a", "b"]]), "points must be .* (n, 2), not [['a', 'b']]"),
        (lambda: Points([[True, False]]), "points must be .* (n, 2), not [[True, False]]"),
        (lambda: Points(None), "points must be .* (n, 2), not None"),
        (lambda: Points(TRIANGLE, -0.1), "sd must be a finite number of at least 0, not -0.1"),
        (lambda: Blobs([[0, math.nan]]), "centres must be finite numbers .* row 0, not [0.0, nan]"),
        (lambda: Blobs([[0, 1], [2, 3], [0, 1]]), "centres must be each a different place, not [[0, 1], "),
        (lambda: Blobs(TRIANGLE, (0.1, 0.0)), "sd must be .* not (0.1, 0.0)"),
        (lambda: Ring(1), "n must be a whole number of at least 2, not 1"),
        (lambda: Ring(8.0), "n must be a whole number of at least 2, not 8.0"),
        (lambda: Grid(1), "side must be a whole number of at least 2, not 1"),
        (lambda: Spiral(0), "arms must be a whole number of at least 1, not 0"),
        (lambda: Line((0, 0), (0, 0)), "end must be another place than start, not (0.0, 0.0)"),
        (lambda: Line((0, math.nan)), "start must be finite numbers, not (0, nan)"),
        (lambda: Line(end=(0, 1, 2)), "end must be a place (x, y), not (0, 1, 2)"),
        (lambda: Line(3.0), "start must be a place (x, y), not 3.0"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_value(make, words):
    with pytest.raises(ValueError, match=re.escape(words).replace(re.escape(".*"), ".*")):
        make()


def test_a_long_value_is_shortened_in_the_refusal():
    with pytest.raises(ValueError, match=r"points must be .* not \[\[0, 1, 2\], .* \.\.\. .*\]\]$") as refusal:
        Points([[0, 1, 2]] * 1000)
    assert len(str(refusal.value)) < 300


def test_the_module_draws_from_no_global_generator():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    for ours in EACH.values():
        ours.sample((5,), generator(0, "x"))
    assert torch.equal(before, torch.get_rng_state())
    assert distributions_2d.pacgan_ring.sample((5,), generator(0, "x")).equal(Ring().sample((5,), generator(0, "x")))
