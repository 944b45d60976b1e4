"""What a person drew as data: what is drawn is what is sampled, and what cannot be trained on is refused in words."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.players import varied
from scipy import integrate, stats

from gan_lessons._core import as_json, as_python
from gan_lessons._core.randomness import generator
from gan_lessons.distributions import points_file
from gan_lessons.distributions.drawn import JITTER, OWN, DrawnLine, drawn
from gan_lessons.distributions.line import Mixture
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.plane import Points
from gan_lessons.labs.log_as_python import Log
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.labs.scenes.line import LineScene
from gan_lessons.labs.scenes.plane import PlaneScene
from gan_lessons.metrics import plane as metrics_2d
from gan_lessons.metrics.verdicts import judge
from gan_lessons.recipes import toys as recipes

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
    base = varied(recipes.steady, {"hidden": (8,)}, {"hidden": (8,)}, noise=NormalNoise(width), batch=12, window=WINDOW)
    return replace(base, data=drawn(points, WINDOW))


def test_a_scene_of_a_line_shows_its_density():
    recipe = recipe_of(ON_A_LINE)
    scene, trainer = LineScene("drawn", WINDOW, 2, True), recipe.trainer(range(2))
    trainer.advance(3)
    frame, numbers = scene.frame(trainer, trainer.snapshot(), trainer.alone(1), 1)
    real = unpack(scene.moving.spec, frame)["real"]
    np.testing.assert_allclose(real, recipe.data.pdf(scene.x), rtol=1e-5)
    assert (numbers["real_mean"], numbers["real_sd"]) == (recipe.data.mean, recipe.data.sd)


def test_a_scene_of_the_plane_shows_real_points_near_those_drawn():
    recipe = recipe_of(IN_THE_PLANE)
    scene = PlaneScene("drawn", recipe.data, recipe.noise, WINDOW)
    trainer = recipe.trainer(range(2), view=scene.view)
    trainer.advance(3)
    real = unpack(scene.standing.spec, scene.still(trainer, 1))["real"]
    gaps = np.hypot(*(real[:, None] - np.array(IN_THE_PLANE)).transpose(2, 0, 1))
    assert gaps.min(1).max() < 0.6 and (gaps < 0.6).any(0).all()  # 6 sd of the jitter; each point is drawn
    frame, numbers = scene.frame(trainer, trainer.snapshot(), trainer.alone(1), 1)
    fake = unpack(scene.moving.spec, frame)["fake"]
    assert numbers["sliced_w1"] == pytest.approx(float(metrics_2d.sliced_w1(fake, real)), rel=1e-4)


@pytest.mark.parametrize("points", [ON_A_LINE, IN_THE_PLANE])
def test_copied_code_trains_on_the_same_drawing(points):
    recipe = recipe_of(points)
    log, trainer, space = Log(recipe, 0, 2), recipe.trainer(range(2)), {}
    log.advance(3), trainer.advance(3)
    exec(log.code(), space)
    assert space["recipe"].data == recipe.data
    for ours, theirs in zip(trainer.G.parameters(), space["gan"].G.parameters(), strict=True):
        assert torch.equal(ours, theirs)


# -- data that one has, and did not draw


def test_points_outside_of_the_window_are_scaled_to_it_and_the_scale_is_told():
    given = np.random.default_rng(0).normal((3.5, 71.0), (1.1, 13.5), (272, 2))
    data = drawn(given, WINDOW, "faithful.csv")
    said = re.fullmatch(r"272 points of faithful\.csv, less \((\S+), (\S+)\), divided by (\S+)", data.source)
    x, y, by = map(float, said.groups())
    np.testing.assert_allclose(data.points, (given - (x, y)) / by, atol=1e-12)  # what is said is what was done
    low, high = np.min(data.points, 0), np.max(data.points, 0)
    assert (high - low).max() == pytest.approx(0.8 * 6, rel=0.01) and abs(low + high).max() < 0.1
    assert data.name == "faithful.csv" and data.sd == pytest.approx(6 * JITTER)


def test_numbers_on_a_line_are_scaled_around_the_middle_of_the_window():
    data = drawn([[1990.0], [2001.5], [2020.0]], (-2.0, 8.0))
    assert data.source == "3 points of your own, less 2005, divided by 3.75 and put around 3"
    np.testing.assert_allclose(data.points, [-1.0, 3 - 3.5 / 3.75, 7.0])


@pytest.mark.parametrize("points", [[[1e-9, 0], [9.0, 1e-9]], [[1e300, 0], [0, -1e300]], [[-1e-9 - 1e6], [1e-9 - 1e6]]])
def test_any_scale_fits(points):
    found = np.array(drawn(points, WINDOW).points)
    assert np.abs(found).max() <= 3 and 4.5 < np.ptp(found, axis=0).max() < 5.1


def test_points_that_lie_in_the_window_stay_where_they_are():
    assert drawn([[-3.0, 3.0], [0.0, 0.0]], WINDOW) == Points([(-3.0, 3.0), (0.0, 0.0)], 0.1)


def test_any_number_of_points_is_trained_on_and_thinned_for_the_density_alone():
    given = np.random.default_rng(1).normal(size=(20_000, 2)).clip(-3, 3)
    data = drawn(given, WINDOW)
    assert len(data.points) == 20_000
    few = data.sample((50_000,), generator(1, "many"), torch.float64)
    assert len({tuple(point) for point in (few / 1e-9).round().tolist()}) == 50_000
    around = np.exp(-0.5 * np.square([[0, 0], [1, 1], [2, 0]]).sum(-1) / 1.01) / (2 * np.pi * 1.01)
    np.testing.assert_allclose(data.pdf(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])), around, rtol=0.35)


def test_a_line_of_many_points_has_nearly_their_cdf_and_moments():
    given = np.random.default_rng(2).gamma(2.0, 0.5, (20_000, 1))
    data = drawn(given, (-1.0, 9.0))
    jittered = np.sort(given[:, 0] + data.jitter * np.random.default_rng(3).normal(size=20_000))
    np.testing.assert_allclose(data.cdf(jittered), (np.arange(20_000) + 0.5) / 20_000, atol=0.015)
    assert data.mean == pytest.approx(given.mean(), rel=0.01)
    assert data.sd == pytest.approx(math.hypot(given.std(), data.jitter), rel=0.01)
    x = data.sample((20_000,), generator(1, "many"), torch.float64)
    assert stats.kstest(x[:, 0].numpy(), data.cdf).pvalue > 1e-3


def test_of_very_many_points_so_many_are_taken_evenly_and_that_is_told():
    data = drawn(np.linspace(0, 1, 150_000)[:, None], (0.0, 1.0))
    assert data.source == "150,000 points of your own, of which 100,000, taken evenly, are used"
    assert len(data.points) == OWN == 100_000 and (data.points[0], data.points[-1]) == (0.0, 1.0)
    assert np.diff(data.points).max() < 2.1 / 150_000


def test_what_they_are_called_stays_with_them_in_files_and_code():
    data = drawn([[0.0, 0.0], [9.0, 9.0]], WINDOW, "mine.csv")
    known = as_json.written("data", data)
    assert as_json.made("data", known, Points) == data
    assert f"name='mine.csv', source={data.source!r}" in as_python.written(data)


@pytest.mark.parametrize(
    ("text", "points", "name"),
    [
        ("1,2\n3,4\n", [[1, 2], [3, 4]], "mine.csv"),
        ("x;y\n1,5;2\n3;4,25\n", [[1.5, 2], [3, 4.25]], "mine.csv"),
        ("\ufeffname\tage\tsize\nA\t3\t1e2\n\nB\t4\t-5\n", [[3, 100], [4, -5]], "mine.csv (age, size)"),
        ("height\n1\n2\n3\n", [[1], [2], [3]], "mine.csv"),
        ("1,2,3\n4,,6\n", [[1, 3], [4, 6]], "mine.csv (column 1, column 3)"),
    ],
)
def test_a_csv_file_is_read(tmp_path, text, points, name):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    found, called = points_file.read(path)
    assert found.tolist() == points and called == name


@pytest.mark.parametrize("text", ["", "a,b\n", "a,b\nc,d\n", "1\nx\n"])
def test_a_file_without_numbers_is_refused_by_name(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    words = "path must be a CSV file with a column that holds a number in every row, not 'mine.csv'"
    with pytest.raises(ValueError, match=words):
        points_file.read(path)
    with pytest.raises(ValueError, match=r"path: there is no file '.*other\.csv'"):
        points_file.read(tmp_path / "other.csv")
    path.write_bytes(b"1,2\n\xff\xfe,3\n")
    with pytest.raises(ValueError, match=r"path must be a CSV file in UTF-8, not 'mine\.csv'"):
        points_file.read(path)


# -- bad input

COUNT = "a drawing must have 2 points or more, not all in one place, not "
SHAPE = "a drawing must be a list of points [x, y], or [x] on a line, not "


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], COUNT + "0"),
        ([[0.0, 1.0]], COUNT + "1"),
        ([[0.5]], COUNT + "1"),
        ([[0.0, 1.0]] * 5, COUNT + "5 in one place"),
        ([[0.0], [-0.0]], COUNT + "2 in one place"),
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
            [[-1e308], [1e308]],
            "a drawing must be of numbers whose differences are neither 0 nor beyond floats, not [-1e+308, 1e+308]",
        ),
    ],
)
def test_a_drawing_that_cannot_be_trained_on_is_refused_in_a_plain_sentence(points, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        drawn(points, WINDOW)


def test_a_long_refusal_is_cut():
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
        (([1.0], 0.1), r"points must be 2 or more, not all in one place, not \(1.0,\)"),
        (([1.0, 1.0], 0.1), r"points must be 2 or more, not all in one place, not \(1.0, 1.0\)"),
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
