"""What a person drew as data: what is drawn is what is sampled, and what cannot be trained on is refused in words."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from gan_lessons import metrics_2d, recipes
from gan_lessons.distributions import Mixture, NormalNoise
from gan_lessons.distributions_2d import Points
from gan_lessons.labs.code import Log
from gan_lessons.labs.drawing import JITTER, MOST, DrawnLine, drawn
from gan_lessons.labs.plane import PlaneScene
from gan_lessons.labs.scenes import LineScene
from gan_lessons.randomness import generator
from gan_lessons.verdicts import judge

WINDOW = (-3.0, 3.0)
ON_A_LINE = [[-2.0], [-1.5], [-1.5], [1.0], [2.25]]  # one place is drawn twice, and so is twice as likely
IN_THE_PLANE = [[-2.0, 1.0], [0.5, -1.5], [2.0, 2.0]]
X = np.linspace(-4, 4, 201)


@pytest.fixture
def line():
    return drawn(ON_A_LINE, WINDOW)


def test_the_width_of_the_points_decides_which_kind_of_data_they_are(line):
    assert line == DrawnLine((-2, -1.5, -1.5, 1, 2.25), 0.1)
    assert drawn(IN_THE_PLANE, WINDOW) == Points(IN_THE_PLANE, 0.1)
    assert pytest.approx(6 * JITTER) == 0.1


def test_lists_arrays_and_whole_numbers_are_all_taken():
    assert drawn(np.array(IN_THE_PLANE), WINDOW) == drawn(IN_THE_PLANE, WINDOW)
    assert drawn(torch.tensor(IN_THE_PLANE), WINDOW) == drawn(IN_THE_PLANE, WINDOW)
    assert drawn([(0, 1), (1, 0)], (0, 1)) == Points([(0.0, 1.0), (1.0, 0.0)], 1 / 60)  # the window's edges are inside


def test_a_drawn_line_is_a_mixture_of_a_gaussian_at_each_point(line):
    twin = Mixture((-2.0, -1.5, 1.0, 2.25), (0.1,) * 4, (0.2, 0.4, 0.2, 0.2))
    np.testing.assert_allclose(line.pdf(X), twin.pdf(X), rtol=1e-10)
    np.testing.assert_allclose(line.cdf(X), twin.cdf(X), atol=1e-12)
    for moment in ("mean", "sd", "skewness", "kurtosis"):
        assert getattr(line, moment) == pytest.approx(getattr(twin, moment))
    assert line.mean == pytest.approx(np.mean(ON_A_LINE))
    assert line.sd == pytest.approx(math.hypot(np.std(ON_A_LINE), 0.1))
    assert integrate.quad(lambda x: float(line.pdf(np.array([x]))[0]), -4, 4, points=(-2, -1.5, 1, 2.25))[0] == (
        pytest.approx(1, abs=1e-8)
    )


def test_samples_follow_the_stated_cdf(line):
    x = line.sample((20_000,), generator(1, "drawn"), torch.float64)
    assert x.shape == (20_000, 1) and stats.kstest(x[:, 0].numpy(), line.cdf).pvalue > 1e-3
    assert line.sample((3, 5), generator(1, "drawn")).dtype == torch.float32


def test_a_quantile_inverts_the_cdf_and_a_kept_answer_is_nobodys_to_change(line):
    u = np.linspace(0.01, 0.99, 98).reshape(2, 49)
    first = line.quantile(u)
    np.testing.assert_allclose(line.cdf(first), u, atol=1e-9)
    kept = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(line.quantile(u), kept)
    np.testing.assert_allclose(line.cdf(line.quantile(u / 2)), u / 2, atol=1e-9)  # other shares, other answers
    assert float(line.quantile(0.5)) == pytest.approx(-1.5, abs=0.1)


@pytest.mark.parametrize(
    ("points", "jitter"),
    [
        (np.linspace(-3, 3, 400), 0.1),
        ([-1.0, 1.0], 0.1),  # two hills with nothing between them
        ([0.0] * 99 + [5.0], 0.01),
        ([0.0, 1e6], 1e-3),
    ],
)
def test_quantiles_are_those_of_a_mixture(points, jitter):
    line, u = DrawnLine(points, jitter), np.array([1e-6, 0.003, 0.1, 0.4, 0.6, 0.98, 0.992, 1 - 1e-6])
    twin = Mixture(points, (jitter,) * len(points))
    np.testing.assert_allclose(line.quantile(u), twin.quantile(u), rtol=1e-9, atol=1e-6 * jitter)
    assert line.quantile([0.0, 1.0]).tolist() == [-math.inf, math.inf]


def test_it_has_no_modes_as_nobody_asks_that_each_point_be_covered(line):
    assert not hasattr(line, "modes") and not hasattr(drawn(IN_THE_PLANE, WINDOW), "modes")


def test_all_runs_share_it_and_its_words_make_it_again(line):
    assert line.runs() is None and line.for_run(3) == line
    assert eval(repr(line)) == line and hash(line) == hash(eval(repr(line)))
    given = [np.array([1.0, 2.0]), [1, 2], torch.tensor([1.0, 2.0])]
    assert len({DrawnLine(points, np.float64(0.1)) for points in given}) == 1
    assert repr(DrawnLine(np.array([1, 2]), np.float64(0.5))) == "DrawnLine(points=(1.0, 2.0), jitter=0.5)"


@pytest.mark.parametrize("points", [ON_A_LINE, IN_THE_PLANE])
def test_real_samples_are_good_and_a_single_place_has_collapsed(points):
    data = drawn(points, WINDOW)
    real = data.sample((8, 512), generator(2, "judged")).numpy()
    one_place = np.asarray(points[-1]) + 0.1 * np.random.default_rng(0).normal(size=real.shape)
    assert judge(real, data).good.all() and not judge(real, data).collapsed.any()
    assert judge(one_place, data).collapsed.all() and not judge(one_place, data).good.any()


def recipe_of(points):
    width = len(points[0])
    base = replace(recipes.steady, noise=NormalNoise(width), g_hidden=(8,), d_hidden=(8,), batch=12, window=WINDOW)
    return replace(base, data=drawn(points, WINDOW))


def test_a_scene_of_a_line_shows_its_density():
    recipe = recipe_of(ON_A_LINE)
    scene, trainer = LineScene("drawn", WINDOW, 2, True), recipe.trainer(range(2))
    trainer.advance(3)
    frame, numbers = scene.frame(trainer, trainer.snapshot(), trainer.alone(1), 1)
    real = np.frombuffer(frame, np.float32)[scene.places._at["real"]]
    np.testing.assert_allclose(real, recipe.data.pdf(scene.x), rtol=1e-5)
    assert (numbers["real_mean"], numbers["real_sd"]) == (recipe.data.mean, recipe.data.sd)


def test_a_scene_of_the_plane_shows_real_points_near_those_drawn():
    recipe = recipe_of(IN_THE_PLANE)
    scene = PlaneScene("drawn", recipe.data, recipe.noise, WINDOW)
    trainer = recipe.trainer(range(2), view=scene.view)
    trainer.advance(3)
    real = np.frombuffer(scene.still(trainer, 1), np.float32)[scene.standing._at["real"]].reshape(-1, 2)
    gaps = np.hypot(*(real[:, None] - np.array(IN_THE_PLANE)).transpose(2, 0, 1))
    assert gaps.min(1).max() < 0.6 and (gaps < 0.6).any(0).all()  # 6 sd of the jitter; each point is drawn
    frame, numbers = scene.frame(trainer, trainer.snapshot(), trainer.alone(1), 1)
    fake = np.frombuffer(frame, np.float32)[scene.places._at["fake"].start - scene.standing.size :][: 2 * scene.view]
    assert numbers["sliced_w1"] == pytest.approx(float(metrics_2d.sliced_w1(fake.reshape(-1, 2), real)), rel=1e-4)


@pytest.mark.parametrize("points", [ON_A_LINE, IN_THE_PLANE])
def test_copied_code_trains_on_the_same_drawing(points):
    recipe = recipe_of(points)
    log, trainer, space = Log(recipe, 0, 2), recipe.trainer(range(2)), {}
    log.advance(3), trainer.advance(3)
    exec(log.code(), space)
    assert space["recipe"].data == recipe.data
    for ours, theirs in zip(trainer.G.parameters(), space["gan"].G.parameters(), strict=True):
        assert torch.equal(ours, theirs)


# -- bad input

COUNT = "a drawing must have 2 points or more, not all in one place, and 2000 at most, not "
SHAPE = "a drawing must be a list of points [x, y], or [x] on a line, not "
MANY = [[0.001 * i, 0.0] for i in range(MOST + 1)]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], COUNT + "0"),
        ([[0.0, 1.0]], COUNT + "1"),
        ([[0.5]], COUNT + "1"),
        ([[0.0, 1.0]] * 5, COUNT + "5 in one place"),
        ([[0.0], [-0.0]], COUNT + "2 in one place"),
        (MANY, COUNT + "2001"),
        ([1.0, 2.0], SHAPE + "[1.0, 2.0]"),
        ([[1.0, 2.0], [1.0]], SHAPE + "[[1.0, 2.0], [1.0]]"),
        ([[1.0, 2.0, 3.0]] * 2, SHAPE + "[[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]"),
        ([[None, 1.0], [2.0, 3.0]], SHAPE + "[[None, 1.0], [2.0, 3.0]]"),
        ([["0", "1"], ["2", "3"]], SHAPE + "[['0', '1'], ['2', '3']]"),
        ([[True], [False]], SHAPE + "[[True], [False]]"),
        ([[1j], [2j]], SHAPE + "[[1j], [2j]]"),
        ([[], []], SHAPE + "[[], []]"),
        ({"x": 1}, SHAPE + "{'x': 1}"),
        (None, SHAPE + "None"),
        ("points", SHAPE + "'points'"),
        ([[0.0, 1.0], [math.nan, 0.0]], "a drawing must be of finite numbers, also at point 2 of 2, not [nan, 0.0]"),
        ([[math.inf], [0.0]], "a drawing must be of finite numbers, also at point 1 of 2, not [inf]"),
        (
            [[0.0, 1.0], [1.0, 0.0], [0.0, 3.5]],
            "a drawing must be inside of the window from -3 to 3, also at point 3 of 3, not [0.0, 3.5]",
        ),
        ([[-3.001], [0.0]], "a drawing must be inside of the window from -3 to 3, also at point 1 of 2, not [-3.001]"),
    ],
)
def test_a_drawing_that_cannot_be_trained_on_is_refused_in_a_plain_sentence(points, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        drawn(points, WINDOW)


def test_as_many_points_as_are_allowed_are_taken_and_a_long_refusal_is_cut():
    assert len(drawn(MANY[:-1], WINDOW).points) == MOST
    with pytest.raises(ValueError) as refusal:
        drawn([[0.0, 1.0, 2.0]] * 500, WINDOW)
    assert str(refusal.value).startswith(SHAPE) and len(str(refusal.value)) < 260


@pytest.mark.parametrize("window", [(3.0, -3.0), (0.0, 0.0), (0.0,), (0.0, math.inf), "ab", None])
def test_a_window_that_is_none_is_refused(window):
    with pytest.raises(ValueError, match=r"^window must be "):
        drawn(IN_THE_PLANE, window)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.0], 0.1), r"points must be 2 or more, not all in one place, not \[1.0\]"),
        (([1.0, 1.0], 0.1), r"points must be 2 or more, not all in one place, not \[1.0, 1.0\]"),
        (([1.0, math.nan], 0.1), r"points must be .* not \[1.0, nan\]"),
        (([[1.0], [2.0]], 0.1), r"points must be .* not \[\[1.0\], \[2.0\]\]"),
        (([1.0, 2.0], 0.0), "jitter must be .* not 0.0"),
        (([1.0, 2.0], -1), "jitter must be .* not -1"),
        (([1.0, 2.0], "wide"), "jitter must be .* not 'wide'"),
    ],
)
def test_a_drawn_line_is_checked_by_name_and_value(arguments, words):
    with pytest.raises(ValueError, match=words):
        DrawnLine(*arguments)
