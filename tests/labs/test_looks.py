"""What a scene can show: D*, its difference from D, metrics with their floors, and noise before G moves it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.messages import kept
from helpers.players import MOONS, RING, same, thetas, values, varied
from scipy.spatial.distance import jensenshannon
from scipy.stats import gaussian_kde, norm

from gan_lessons import theory
from gan_lessons._core.randomness import generator
from gan_lessons.distributions.line import Gaussian, Mixture
from gan_lessons.distributions.noise import NormalNoise, UniformNoise
from gan_lessons.distributions.plane import Blobs, Grid, Line, Points, Ring, SwissRoll, TwoMoons
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.labs.scenes.arrows import ARROWS, arrows
from gan_lessons.labs.scenes.counts import EVERY
from gan_lessons.labs.scenes.heat import CELLS, Heat, blurred, kernel_estimate
from gan_lessons.labs.scenes.line import LineScene
from gan_lessons.labs.scenes.line import metrics as charts
from gan_lessons.labs.scenes.metrics import POINTS, REPEATS, Known
from gan_lessons.labs.scenes.noise import LATTICE, REACH, lattice, placed
from gan_lessons.labs.scenes.plane import PlaneScene
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.step import Step
from gan_lessons.metrics import line as metrics
from gan_lessons.metrics import plane as metrics_2d
from gan_lessons.metrics.verdicts import judge
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.gradients import push

WINDOW = (-2.0, 2.0)
LINE_DATA = Gaussian(1.0, 0.5)


def draws(data, n, seed=0):
    return data.sample((n,), generator(seed, "looks"), torch.float64).numpy()


# -- D* ------------------------------------------------------------------------------------------------------


def test_the_kernel_estimate_is_scipys():
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(30, 2))
    samples = (samples - samples.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(samples.T))).T  # covariance 1
    middles = np.linspace(-3, 3, 11)
    x, y = np.meshgrid(middles, middles)
    expected = gaussian_kde(samples.T, bw_method=0.3)(np.stack([x.ravel(), y.ravel()]))
    np.testing.assert_allclose(kernel_estimate(samples, middles, 0.3).ravel(), expected, rtol=1e-9)


@pytest.mark.parametrize("data", [Ring(8, 1.0, 0.01), Grid(3, 1.0, 0.05), Line(), Blobs([(0, 0), (1, 1)], 0.3)])
def test_d_star_of_a_perfect_g_is_one_half_within_noise(data):
    heat = Heat(data, WINDOW, "", False)
    found = heat.best(draws(data, 20_000), data)
    likely = blurred(data, heat.cell).pdf(heat.points) > 0.02
    assert likely.sum() > 50
    assert np.abs(found[likely] - 0.5).max() < 0.1 and abs(found[likely].mean() - 0.5) < 0.01
    few = np.stack([heat.best(draws(data, 450, seed), data) for seed in range(40)])
    often = blurred(data, heat.cell).pdf(heat.points) > 0.2
    assert np.abs(few[:, often].mean(0) - 0.5).max() < 0.1  # with the 450 of a frame as well, on the average


def test_d_star_knows_real_from_generated():
    heat, data = Heat(Blobs([(1, 0)], 0.1), WINDOW, "", False), Blobs([(1, 0)], 0.1)
    found = heat.best(draws(Blobs([(-1, 0)], 0.1), 450), data).reshape(CELLS, CELLS)
    assert found[20, 30] > 0.99 and found[20, 9] < 0.01  # row by row from the lowest y
    swapped = Heat(Blobs([(0, 1)], 0.1), WINDOW, "", False)
    found = swapped.best(draws(Blobs([(0, -1)], 0.1), 450), Blobs([(0, 1)], 0.1)).reshape(CELLS, CELLS)
    assert found[30, 20] > 0.99 and found[9, 20] < 0.01
    assert np.abs(found[:, [0, -1]] - 0.5).max() < 0.01  # where neither is


@pytest.mark.parametrize(
    "data", [Ring(8, 1.0, 0.2), Line(sd=0.2), Blobs([(0, 0), (1, 1)], 0.2), Points([(0, 1)] * 2 + [(1, 0)])]
)
def test_blurred_data_are_data_with_noise_added(data):
    wider, rng = blurred(data, 0.3), np.random.default_rng(0)
    noisy = draws(data, 20_000) + 0.3 * rng.normal(size=(20_000, 2))
    assert metrics_2d.sliced_w1(noisy, draws(wider, 20_000, 1)) < 0.02


def test_data_without_a_density_have_no_d_star(opened):
    assert blurred(SwissRoll(), 0.1) is None and blurred(TwoMoons(), 0.1) is None and blurred(NormalNoise(2), 1) is None
    assert opened(MOONS).scene.looks.keys() == {"metric"}
    assert opened(varied(RING, d={"pack": 2})).scene.looks.keys() == {
        "metric"
    }  # D* is of a D that judges one at a time
    assert opened(replace(RING, objective=losses.hinge)).scene.looks.keys() == {"metric"}
    assert "heat" in opened(replace(RING, data=Points([(0, 0), (1, 1)]))).scene.looks  # blurred, they have one


@pytest.mark.parametrize("data", [Ring(8, 1.0, 0.01), Ring(8, 1.0, 0.2), Line(), Points([(0, 0), (1, 1)])])
def test_the_density_in_a_cell_has_the_data_in_it(data):
    heat = Heat(data, WINDOW, "", False)
    assert heat.density(data).sum() * heat.cell**2 == pytest.approx(1, abs=0.035)
    if data == Ring(8, 1.0, 0.2):
        np.testing.assert_allclose(heat.density(data), data.pdf(heat.points), rtol=0.07, atol=0.01)
    assert np.isnan(heat.density(TwoMoons())).all()


def test_the_heat_map_shows_what_was_chosen(opened):
    lab = opened(RING)
    lab.advance(30)
    before, spec, trained = values(lab, "D"), lab.scene.spec, thetas(lab.trainer)
    best = lab.scene.heat.best(lab.trainer.snapshot().samples[0], RING.data)
    assert np.abs(best - 0.5).max() > 0.3
    for look, expected in (("D*", best), ("D - D*", (1 + before - best) / 2), ("D", before)):
        assert lab.scene.look("heat", look) is False and lab.scene.spec is spec
        lab.advance(0)
        np.testing.assert_allclose(values(lab, "D"), expected, atol=1e-6)
        shown = [layer for layer in spec["panels"][0]["layers"] if layer["kind"] == "heat"]
        (number,) = values(lab, "look")
        [layer] = [layer for layer in shown if layer["when"][1] == number]
        assert layer["read"] == look and layer["label"].startswith(look.split("*")[0])
        assert layer["bar"]["range"] == ([-1, 1] if look == "D - D*" else [0, 1])
    assert same(trained, thetas(lab.trainer))


def test_choices_that_are_not_there_are_refused(opened):
    scene = opened(RING).scene
    with pytest.raises(ValueError, match=r"name must be one of .*'heat', 'metric'.*, not 'colour'"):
        scene.look("colour", "D")
    with pytest.raises(ValueError, match=r"value must be one of .*'D\*'.*, not 'G'"):
        scene.look("heat", "G")
    assert scene.looks["heat"]["index"] == 0


# -- metrics and their floors ----------------------------------------------------------------------------------


def plane(data, n=450, seed=0):
    return Known(data, draws(data, n, seed))


def test_metrics_of_the_plane_are_those_of_metrics_2d():
    data = Ring(8, 1.0, 0.1)
    known, samples = plane(data), draws(Ring(8, 0.8, 0.2), 450, 5)
    chart = charts.in_the_plane(data, WINDOW)
    modes = metrics_2d.modes_of(samples, data.modes, data.sd)
    assert chart["sliced W1"].numbers(samples, known)["sliced_w1"] == pytest.approx(
        metrics_2d.sliced_w1(samples, known.real)
    )
    assert chart["JSD"].numbers(samples, known)["jsd"] == metrics_2d.jsd_histogram(samples, known.real, WINDOW)
    assert chart["modes"].numbers(samples, known) == {"covered": modes.covered, "hq": modes.hq}
    kl = chart["KL of modes"].numbers(samples, known)
    assert (kl["rkl"], kl["fkl"]) == (modes.rkl, modes.fkl)
    assert charts.in_the_plane(TwoMoons(), WINDOW).keys() == {"sliced W1", "JSD"}


@pytest.mark.parametrize("data", [Ring(8, 1.0, 0.01), Ring(8, 1.0, 0.2), Grid(5, 0.7, 0.05)])
@pytest.mark.parametrize("name", ["sliced W1", "JSD", "KL of modes"])
def test_a_floor_in_the_plane_is_what_a_perfect_g_gets(data, name):
    metric = charts.in_the_plane(data, WINDOW)[name]
    perfect = [metric.numbers(draws(data, 450, seed), plane(data, seed=99)) for seed in range(12)]
    floors = {numbers[metric.floor] for numbers in perfect}
    got = np.array([numbers[next(iter(numbers))] for numbers in perfect])
    assert len(floors) == 1 and min(floors) > 0
    assert abs(got.mean() - floors.pop()) < 4 * got.std() * np.sqrt(1 / 12 + 1 / REPEATS)
    worse = metric.numbers(np.abs(draws(data, 450)), plane(data, seed=99))  # all in one quarter
    assert worse[next(iter(worse))] > 2 * worse[metric.floor]


@pytest.mark.parametrize("name", ["W1", "JSD"])
def test_metrics_on_a_line(name):
    x = np.linspace(-2, 4, POINTS)
    metric = charts.on_a_line((-2, 4))[name]
    known = Known(LINE_DATA, draws(LINE_DATA, 256), LINE_DATA.pdf(x))
    perfect = [metric.numbers(draws(LINE_DATA, 256, seed), known) for seed in range(12)]
    got = np.array([numbers[name.lower()] for numbers in perfect])
    floor = perfect[0][metric.floor]
    assert abs(got.mean() - floor) < 4 * got.std() * np.sqrt(1 / 12 + 1 / REPEATS)
    shifted = draws(LINE_DATA, 256) - 0.4
    found = metric.numbers(shifted, known)[name.lower()]
    if name == "W1":
        assert found == metrics.w1(shifted, LINE_DATA.quantile) == pytest.approx(0.4, abs=0.08)
    else:
        p, q = norm(1, 0.5).pdf(x), theory.density(shifted[:, 0], x)
        assert found == pytest.approx(jensenshannon(p, q) ** 2, abs=0.01)  # which forgets what lies outside
        assert metric.numbers(shifted + 100, known)["jsd"] == pytest.approx(theory.LOG_2, abs=1e-3)  # all of it outside


@pytest.mark.parametrize("recipe", [RING, recipes.steady, MOONS, replace(recipes.steady, data=Mixture((0, 4), (1, 1)))])
def test_every_metric_is_drawn_and_said(opened, recipe):
    lab = opened(recipe, runs=2)
    lab.advance(5)
    scene, trained = lab.scene, thetas(lab.trainer)
    assert scene.looks["metric"]["values"] == tuple(scene.metrics)
    for name in [*scene.metrics, next(iter(scene.metrics))]:
        spec = scene.spec
        assert scene.look("metric", name) is True and scene.spec is not spec
        snapshot = lab.trainer.snapshot()
        frame, numbers = scene.frame(lab.trainer, snapshot, lab.trainer.alone(0), 0)
        drawn = unpack(scene.spec["arrays"]["moving"], frame)
        layers = scene.spec["panels"][3]["layers"]
        assert any(layer["kind"] == "trace" for layer in layers)
        for layer in layers:  # but a divergence may be infinite
            assert "at" not in layer or not np.isnan(drawn[layer["at"]]), (name, layer)
        floor = scene.metrics[name].floor
        assert not floor or [layer["note"] for layer in layers if layer["kind"] == "line"] == ["real"]
        assert scene.spec["panels"][:3] == spec["panels"][:3] and np.isfinite(numbers.get(floor, 0))
    assert same(trained, thetas(lab.trainer))


# -- the morph, arrows, counts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "noise", [NormalNoise(2), NormalNoise(5), UniformNoise(-1, 3, 2), NormalNoise(1), UniformNoise()]
)
def test_noise_lies_in_the_window_before_g_moves_it(noise):
    z = noise.sample((2000,), generator(0, "z"), torch.float64).numpy()
    low, high = 3.0, 7.0
    points = placed(z, noise, (low, high))
    assert points.shape == (2000, 2) and ((points > low) & (points < high)).all(-1).mean() > 0.98
    x = points[:, 0]
    assert np.corrcoef(x, z[:, 0])[0, 1] == pytest.approx(1)
    if noise.dim == 1:
        assert (points[:, 1] == 5).all()
    else:
        scales = (points[1:] - points[0]) / (z[1:, :2] - z[0, :2])
        np.testing.assert_allclose(scales, scales[0, 0])  # the same in x and in y
    ends = np.quantile(x, (0.025, 0.975))
    np.testing.assert_allclose(ends, [5 - 4 * REACH, 5 + 4 * REACH], atol=0.2)


def test_a_frame_knows_where_the_morph_begins_and_ends(opened):
    lab = opened(RING)
    lab.advance(3)
    morph, frame = lab.scene.spec["morph"], kept(lab)
    begin, end = ([frame[name] for name in morph[key]] for key in ("from", "to"))
    np.testing.assert_allclose(begin[0], placed(lab.trainer.viewing_noise[0].numpy(), RING.noise, WINDOW), atol=1e-6)
    np.testing.assert_allclose(begin[1], placed(lattice(RING.noise), RING.noise, WINDOW), atol=1e-6)
    np.testing.assert_array_equal(end[0], lab.trainer.snapshot().samples[0])
    assert len(begin[1]) == len(end[1]) == LATTICE**2


@pytest.mark.parametrize("objective", [losses.minimax, losses.least_squares, losses.relativistic])
def test_arrows_are_the_push_of_autograd(objective):
    trainer = replace(RING, objective=objective).trainer(range(2), view=PlaneScene.view)
    trainer.advance(10)
    pair, real = trainer.alone(1), RING.data.sample((450,), generator(0, "real")).numpy()
    assert trainer.written_out == (objective is not losses.relativistic)
    fake = trainer.snapshot().samples[1]
    found = arrows(trainer, pair, 1, fake, real, 4.0).reshape(-1, 2)
    noise, given = trainer.viewing_noise[1:, :ARROWS], torch.from_numpy(real[None, :ARROWS])
    start = pair[0](noise).detach().requires_grad_()
    loss = objective.losses["G"](Step({"D": pair[1], "G": lambda _: start}, "G", noise, given))
    pushes = torch.autograd.grad(loss.sum(), start)[0] * -ARROWS
    torch.testing.assert_close(push(objective, Step({"D": pair[1], "G": pair[0]}, "G", noise, given))[1], pushes)
    falls = 0.1 * 4 * pushes[0].numpy()
    expected = 0.08 * 4 * falls / (1 + np.linalg.norm(falls, axis=-1, keepdims=True))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(start[0].detach(), fake[:ARROWS], atol=1e-6)


@pytest.mark.parametrize("scene", ["plane", "line"])
def test_counts_are_judged_now_and_then_and_say_when(opened, scene):
    lab = opened(RING if scene == "plane" else recipes.steady, runs=4)
    bad = "collapsed" if scene == "plane" else "narrow"

    def counted():
        snapshot = lab.trainer.snapshot()
        return lab.scene.frame(lab.trainer, snapshot, lab.trainer.alone(0), 0)[1]

    def true():
        verdict = judge(lab.trainer.snapshot().samples, lab.recipe.data)
        return {"good": verdict.good.sum(), bad: verdict.collapsed.sum(), "judged": lab.trainer.steps}

    assert counted().items() >= true().items()
    first = true()
    lab.trainer.advance(EVERY - 1)
    assert counted().items() >= first.items()
    assert counted().items() >= true().items()  # asked twice for a step: a person waits
    lab.trainer.advance(EVERY - 1)
    assert counted()["judged"] == EVERY - 1
    lab.trainer.advance(1)
    assert counted().items() >= true().items()
    lab.restart(7)
    assert counted().items() >= true().items()
    lab.trainer.change(data=replace(lab.recipe.data, sd=0.9))
    assert counted()["judged"] == lab.trainer.steps


def test_one_run_alone_is_not_judged(opened):
    for recipe in (RING, recipes.steady):
        lab = opened(recipe, runs=1)
        _, numbers = lab.scene.frame(lab.trainer, lab.trainer.snapshot(), lab.trainer.alone(0), 0)
        assert not numbers.keys() & {"good", "judged"}
    assert isinstance(lab.scene, LineScene)
