"""Pictures show what the records hold, and updating one gives the same pixels as drawing it anew."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gan_lessons import plots, theory
from gan_lessons.metrics import line as metrics
from gan_lessons.metrics.shares import share
from gan_lessons.trainers.records import History

X = np.linspace(-4, 8, 61)
REAL = np.exp(-((X - 3) ** 2) / 2) / np.sqrt(2 * np.pi)
GRID = np.linspace(-4, 8, 21)
TRUE = metrics.Moments(3.0, 1.0, 0.0, 0.0)


@pytest.fixture
def history():
    """4 moments of 5 runs; run 2 diverges at step 15, and at step 0 there is no loss yet."""
    rng, steps = np.random.default_rng(0), np.arange(4) * 10
    samples = rng.normal(np.arange(4)[:, None, None, None], 1, (4, 5, 40, 1))
    curves = rng.uniform(0.2, 0.8, (4, 4, 5))
    curves[:, 0] = np.nan
    probe = 1 / (1 + np.exp(rng.normal(size=(4, 5, 1)) * GRID))
    diverged = np.full((4, 5), -1)
    diverged[2:, 2] = 15
    for array in (samples, probe, *curves):
        array[2:, 2] = np.nan
    settings = {"grid": [-4, 8, 21]}
    losses = {"D": curves[0], "G": curves[1]}
    return History(steps, samples, losses, *curves[2:], diverged, {"D": probe}, settings)


def figure(layout="constrained"):
    fresh = Figure((8, 5.5), dpi=40, layout=layout)
    FigureCanvasAgg(fresh)
    return fresh


def panels(picture, name):
    shape = {"final": (2, 3), "planes": (2, 3), "moments": (2, 2)}.get(name, (1, 1))
    return picture.subplots(*shape, squeeze=False).ravel()


def pixels(picture):
    picture.canvas.draw()
    return np.array(picture.canvas.buffer_rgba())


def scene(ax, snapshot, run=0, artists=None, **more):
    return plots.draw_scene(ax, snapshot, REAL, X, run, artists, grid=GRID, **more)


def planes(axes, snapshot, old=None):
    """The five runs' numbers, a pair for a point in the plane, under a title each."""
    points = snapshot.samples.reshape(5, 20, 2)
    return plots.draw_planes(axes, points, np.c_[X, X], (-4, 8), [f"{snapshot.step}: {i}" for i in range(5)], old)


SHARES = [share(np.arange(20) < good) for good in (1, 10, 20)]
WORSE = [share(np.arange(20) < good) for good in (0, 3, 9)]
DRAWINGS = {
    "scene": lambda fig, h, old, ax: scene(ax[0], h[-1], artists=old),
    "losses": lambda fig, h, old, ax: plots.draw_losses(ax[0], h, 1, old),
    "probabilities": lambda fig, h, old, ax: plots.draw_probabilities(ax[0], h, 1, old),
    "moments": lambda fig, h, old, ax: plots.draw_moments(ax[:4], h, TRUE, 1, old),
    "final": lambda fig, h, old, ax: plots.draw_final_densities(ax, h, REAL, X, h.diverged[-1] < 0, old),
    "planes": lambda fig, h, old, ax: planes(ax, h[-1], old),
    "shares": lambda fig, h, old, ax: plots.draw_shares(ax[0], [0, 1, 2], SHARES if len(h) == 4 else WORSE, "n", old),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWINGS)
def test_an_updated_picture_equals_a_fresh_one(history, name):
    start = History.of([history[0], history[1]], history.settings)
    # Without a layout engine: it nears its goal draw by draw, and a millionth of a pixel may turn a pixel's shade.
    draw, fresh, updated = DRAWINGS[name], figure(layout=None), figure(layout=None)
    draw(fresh, history, None, panels(fresh, name))
    axes = panels(updated, name)
    before = draw(updated, start, None, axes)
    first = pixels(updated)
    after = draw(updated, history, before, axes)
    assert np.array_equal(pixels(updated), pixels(fresh))
    assert not np.array_equal(first, pixels(updated))
    for old, new in zip(_drawn(before), _drawn(after), strict=True):
        assert all(new[key] is old[key] for key in [*old.moving, *old.still])


def _drawn(result):
    many = result.values() if isinstance(result, dict) else result
    return [result] if isinstance(result, plots.Drawn) else list(many)


def test_the_scene_shows_the_record(history):
    drawn = scene(figure().add_subplot(), history[1], run=3)
    made = theory.density(history.samples[1, 3, :, 0], X)
    assert np.array_equal(drawn["generated"].get_ydata(), made)
    assert np.array_equal(drawn["d_star"].get_ydata(), theory.d_star(REAL, made))
    assert np.array_equal(drawn["d"].get_xydata(), np.c_[GRID, history.probes["D"][1, 3]])
    assert drawn["step"].get_text() == "step 10 · run 3 of 5"
    labels = [text.get_text() for text in drawn["legend"].get_texts()]
    assert {"generated (kernel estimate)", "D* (from the kernel estimate)"} < set(labels)


def test_the_scene_band_holds_the_other_runs_that_live(history):
    drawn = scene(figure().add_subplot(), history[-1], run=0)
    lives = theory.density(history.samples[-1][[1, 3, 4], :, 0], X)
    assert _ends(drawn["band"]) == pytest.approx(np.quantile(lives, (0.1, 0.9), axis=0))


def _ends(band):
    """(2, n): the band's lower and upper ends, out of its outline."""
    corners = band.get_paths()[0].vertices
    places = np.unique(corners[:, 0])
    rows = [corners[corners[:, 0] == place, 1] for place in places]
    return np.array([[row.min() for row in rows], [row.max() for row in rows]])


def test_a_diverged_run_says_so_and_draws_no_curve(history):
    drawn = scene(figure().add_subplot(), history[-1], run=2)
    assert drawn["note"].get_text() == "diverged at step 15"
    assert all(np.isnan(drawn[name].get_ydata()).all() for name in ("generated", "d", "d_star"))
    assert "15" in plots.draw_losses(figure().add_subplot(), history, 2)["note"].get_text()
    assert scene(figure().add_subplot(), history[1], run=2)["note"].get_text() == ""  # not yet


@pytest.mark.slow
def test_all_runs_may_diverge(history):
    ended = replace(history, samples=history.samples * np.nan, diverged=np.full((4, 5), 3))
    for name, draw in DRAWINGS.items():
        picture = figure()
        draw(picture, ended, None, panels(picture, name))
        assert pixels(picture).std() > 0, name


def test_a_single_run_needs_no_runs_axis_and_no_band(history):
    alone = history.run(1)
    drawn = scene(figure().add_subplot(), alone[1])
    assert drawn["step"].get_text() == "step 10"
    assert np.array_equal(drawn["generated"].get_ydata(), theory.density(history.samples[1, 1, :, 0], X))
    for legend in (drawn["legend"], plots.draw_losses(figure().add_subplot(), alone)["legend"]):
        assert plots.OTHERS not in [text.get_text() for text in legend.get_texts()]


def test_without_a_probe_d_is_left_out(history):
    drawn = scene(figure().add_subplot(), replace(history[1], probes={}))
    assert "d" not in drawn.moving
    assert "D" not in [text.get_text() for text in drawn["legend"].get_texts()]


def test_what_the_scene_cuts_off_it_says(history):
    snapshot = history[0]
    collapsed = replace(snapshot, samples=snapshot.samples * 0 + 1)
    assert "is cut off" in scene(figure().add_subplot(), collapsed)["note"].get_text()
    assert scene(figure().add_subplot(), collapsed, top=10)["note"].get_text() == ""
    away = replace(snapshot, samples=snapshot.samples + 100)
    assert scene(figure().add_subplot(), away)["note"].get_text() == "100 % is outside"


def test_losses_and_probabilities_show_the_record(history):
    drawn = plots.draw_losses(figure().add_subplot(), history, 4)
    assert np.array_equal(drawn["d_loss"].get_ydata(), history.d_loss[:, 4], equal_nan=True)
    assert np.array_equal(drawn["g_loss"].get_ydata(), history.g_loss[:, 4], equal_nan=True)
    assert drawn["log 4"].get_ydata()[0] == np.log(4)
    assert drawn["log 2"].get_ydata()[0] == np.log(2)
    others = np.nanquantile(history.d_loss[1:, :4], (0.1, 0.9), axis=1)  # run 2 is NaN once it has diverged
    assert _ends(drawn["d_loss band"]) == pytest.approx(others)
    drawn = plots.draw_probabilities(figure().add_subplot(), history)
    assert np.array_equal(drawn["p_real"].get_ydata(), history.p_real[:, 0], equal_nan=True)
    assert np.array_equal(drawn["p_fake"].get_ydata(), history.p_fake[:, 0], equal_nan=True)
    assert "log 4" not in plots.draw_losses(figure().add_subplot(), history, guesses=False).still


def test_a_band_ignores_what_a_diverged_run_still_says(history):
    loud = history.d_loss.copy()
    loud[2:, 2] = 1e30
    quiet, loud = (_losses_band(each) for each in (history, replace(history, losses=history.losses | {"D": loud})))
    assert np.array_equal(quiet, loud)


def _losses_band(history):
    return _ends(plots.draw_losses(figure().add_subplot(), history)["d_loss band"])


def test_one_exploding_value_does_not_flatten_the_rest():
    rng, shape = np.random.default_rng(0), (200, 1)
    loss = rng.uniform(1, 2, shape)
    loss[77] = 1e12
    flat, alive = np.full(shape, 0.5), np.full(shape, -1)
    long = History(np.arange(200), np.zeros((200, 1, 4, 1)), {"D": loss, "G": loss}, flat, flat, alive)
    ax = figure().add_subplot()
    plots.draw_losses(ax, long)
    assert ax.get_ylim()[0] > -1
    assert ax.get_ylim()[1] < 3


def test_moments_show_those_of_the_samples(history):
    drawn = plots.draw_moments(figure().subplots(2, 2), history, TRUE, 1)
    found = metrics.moments(history.samples[:, 1])
    for name in ("mean", "sd", "skewness", "kurtosis"):
        assert drawn[name][name].get_ydata() == pytest.approx(getattr(found, name))
        assert drawn[name]["real"].get_ydata()[0] == getattr(TRUE, name)


def test_final_densities_say_in_words_which_runs_are_good(history):
    axes = figure().subplots(2, 3).ravel()
    drawn = plots.draw_final_densities(axes, history, REAL, X, [True, False, False, True, True])
    titles = [one["title"].get_text() for one in drawn]
    assert titles[:3] == ["run 0 ✓ good", "run 1 ✗ not good", "run 2 ✗ diverged\nat step 15"]
    assert not axes[5].get_visible()
    assert len(drawn) == 5
    assert [bool(ax.get_xlabel()) for ax in axes[:5]] == [False, False, True, True, True]
    assert np.array_equal(drawn[4]["generated"].get_ydata(), theory.density(history.samples[-1, 4, :, 0], X))
    assert len(plots.draw_final_densities(figure().subplots(1, 2), history, REAL, X)) == 2


def test_final_densities_say_where_a_peak_is_cut_off(history):
    samples = history.samples.copy()
    samples[-1, 1] = 3 + 0.01 * np.arange(40)[:, None] / 40
    drawn = plots.draw_final_densities(figure().subplots(1, 3), replace(history, samples=samples), REAL, X)
    titles = [one["title"].get_text() for one in drawn]
    assert titles[0] == "run 0" and titles[1].startswith("run 1\npeak ") and titles[1].endswith(" is cut off")
    assert "cut off" not in titles[2]


def test_planes_show_each_run_on_real_points(history):
    axes = figure().subplots(2, 3).ravel()
    drawn = planes(axes, history[1])
    assert len(drawn) == 5 and not axes[5].get_visible()
    assert np.array_equal(drawn[3]["generated"].get_xydata(), history.samples[1, 3].reshape(20, 2))
    assert np.array_equal(drawn[3]["real"].get_xydata(), np.c_[X, X])
    assert drawn[3]["title"].get_text() == "10: 3" and axes[0].get_xlim() == axes[0].get_ylim() == (-4, 8)
    assert [ax.get_xlabel() for ax in axes[:5]] == ["", "", "x", "x", "x"]
    assert [ax.get_ylabel() for ax in axes[:5]] == ["y", "", "", "y", ""]
    legend = [text.get_text() for text in axes[0].figure.legends[0].get_texts()]
    assert legend == ["real", "generated"]
    assert len(planes(figure().subplots(1, 2), history[1])) == 2


def test_shares_say_of_which_runs():
    ax = figure().add_subplot()
    drawn = plots.draw_shares(ax, [0, 1, 2], SHARES, "n", of="collapsed runs", color=plots.BAD)
    assert ax.get_ylabel() == "share of collapsed runs (of 20)"
    assert drawn["share"].get_label() == "share of collapsed runs" and drawn["share"].get_color() == plots.BAD


def test_shares_show_value_and_interval():
    drawn = plots.draw_shares(figure().add_subplot(), [0.1, 0.2, 0.4], SHARES, "noise (sd)")
    assert drawn["share"].get_xydata().tolist() == [[0.1, 0.05], [0.2, 0.5], [0.4, 1]]
    segments = np.array(drawn["interval"].get_segments())
    assert np.array_equal(segments[..., 1], [[share.low, share.high] for share in SHARES])


def test_every_picture_names_its_axes(history):
    for name, draw in DRAWINGS.items():
        picture = figure()
        draw(picture, history, None, panels(picture, name))
        used = [ax for ax in picture.axes if ax.has_data() and ax.get_visible()]
        assert all(ax.get_ylabel() for ax in used if name not in ("final", "planes")), name
        assert used[0].get_ylabel(), name
        assert any(ax.get_xlabel() for ax in used), name


@pytest.mark.slow
@pytest.mark.parametrize("width", [3.6, 6.4])
@pytest.mark.parametrize("name", ["scene", "losses", "probabilities", "shares"])
def test_nothing_is_clipped_and_no_legend_lies_on_the_data(history, name, width):
    picture = Figure((width, 4.2), dpi=60, layout="constrained")
    FigureCanvasAgg(picture)
    ax = picture.add_subplot()
    drawn = DRAWINGS[name](picture, history, None, [ax])
    picture.canvas.draw()
    place, legend = ax.get_position().bounds, drawn["legend"].get_window_extent()
    assert legend.y1 <= ax.xaxis.label.get_window_extent().y0
    for box in [legend, *(one.yaxis.label.get_window_extent() for one in picture.axes)]:
        assert np.all(box.min >= 0)
        assert np.all(box.max <= picture.bbox.max)
    picture.canvas.draw()
    assert ax.get_position().bounds == pytest.approx(place)  # the layout has come to rest


REFUSED = {
    "run must be from 0 to 4.*not 5": lambda h, ax: scene(ax, h[0], 5),
    "run must be a whole number.*not -1": lambda h, ax: scene(ax, h[0], -1),
    "run must be a whole number.*not 1.5": lambda h, ax: plots.draw_losses(ax, h, 1.5),
    "run must be from 0 to 0.*not 1": lambda h, ax: plots.draw_losses(ax, h.run(0), 1),
    "real_density must be of the shape of x": lambda h, ax: plots.draw_scene(ax, h[0], REAL[1:], X),
    "grid must be the 21 points.*61 points": lambda h, ax: plots.draw_scene(ax, h[0], REAL, X),
    "top must be": lambda h, ax: scene(ax, h[0], top=0),
    "samples must be of shape": lambda h, ax: scene(ax, replace(h[0], samples=np.zeros((5, 40, 2)))),
    "axes must be 4 Axes.*not 1": lambda h, ax: plots.draw_moments([ax], h, TRUE),
    "good must be one value for each of the 5 runs": lambda h, ax: plots.draw_final_densities([ax], h, REAL, X, [True]),
    r"samples must be \(runs, n, 2\), .* not '\(5, 40, 1\) with 5 titles'": lambda h, ax: plots.draw_planes(
        [ax], h.samples[0], np.c_[X, X], (-4, 8), "abcde"
    ),
    "samples must be .* one title a run, not .* with 1 titles": lambda h, ax: plots.draw_planes(
        [ax], h.samples[0].reshape(5, 20, 2), np.c_[X, X], (-4, 8), ["a"]
    ),
    "shares must be one for each of the 2": lambda h, ax: plots.draw_shares(ax, [0, 1], SHARES, "n"),
}


@pytest.mark.parametrize("message", REFUSED)
def test_bad_input_is_refused_by_name(history, message):
    with pytest.raises(ValueError, match=message):
        REFUSED[message](history, figure().add_subplot())


def test_plots_and_animation_import_neither_torch_nor_pyplot():
    code = "import sys, gan_lessons.animation; print([m for m in ('torch', 'matplotlib.pyplot') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_shares_fill_the_axis_on_either_scale(scale):
    ax = Figure().subplots()
    ax.set_xscale(scale)
    positions = [0.001, 0.01, 0.1]
    plots.draw_shares(ax, positions, [share(np.array([True, False]))] * 3, "rate")
    places = ax.transAxes.inverted().transform(ax.transData.transform([(at, 0.5) for at in positions]))[:, 0]
    assert 0 < places[0] < 0.1 and 0.9 < places[2] < 1
    assert places[1] == pytest.approx(0.5, abs=0.01) if scale == "log" else places[1] < 0.2
