"""The player in the plane: what a frame holds is what the networks say, and the words count as the verdicts do."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.messages import of_type, say
from helpers.players import MOONS, RING, assert_replays, same, thetas, values, varied
from scipy.stats import norm

from gan_lessons.distributions.noise import NormalNoise, StratifiedNoise, UniformNoise
from gan_lessons.distributions.plane import Points, Ring, TwoMoons, pacgan_ring
from gan_lessons.labs import controls
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.scenes.arrows import ARROWS, LONGEST
from gan_lessons.labs.scenes.heat import CELLS
from gan_lessons.labs.scenes.noise import LATTICE, lattice
from gan_lessons.labs.scenes.plane import PlaneScene
from gan_lessons.labs.stage import source
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.step import Step
from gan_lessons.metrics.plane import modes_of, sliced_w1
from gan_lessons.metrics.verdicts import judge
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.models.surface import company
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.gradients import push
from gan_lessons.trainers.optim import SGD


def layers(lab):
    found = [layer for layer in lab.scene.spec["panels"][0]["layers"] if "label" in layer]
    return [layer for layer in found if layer.get("when", [0, 0])[1] == 0]  # of several looks the first


def labels(lab):
    return [layer["label"] for layer in layers(lab)]


def test_a_frame_holds_what_the_networks_of_the_shown_run_say(opened):
    lab = opened(RING)
    say(lab, "credit", n=2), say(lab, "set", name="run", value=2)
    low, high = RING.window
    middle = low + (np.arange(CELLS) + 0.5) * (high - low) / CELLS
    points = torch.tensor([(x, y) for y in middle for x in middle], dtype=torch.float32).expand(3, -1, 2)
    with torch.no_grad():
        verdicts = lab.trainer.D(points)[1, :, 0].sigmoid()
        z = torch.from_numpy(lattice(RING.noise)).float().expand(3, -1, 2)
        bent = lab.trainer.G(z)[1]
    np.testing.assert_allclose(values(lab, "D"), verdicts, atol=1e-6)
    np.testing.assert_allclose(values(lab, "lattice").reshape(-1, 2), bent, atol=1e-6)
    np.testing.assert_array_equal(values(lab, "fake").reshape(-1, 2), lab.trainer.snapshot().samples[1])
    assert values(lab, "fake").size == values(lab, "real").size == 2 * PlaneScene.view


def test_the_lattice_lies_at_quantiles():
    u = (np.arange(LATTICE) + 0.5) / LATTICE
    z = lattice(NormalNoise(5)).reshape(LATTICE, LATTICE, 5)
    np.testing.assert_allclose(z[0, :, 0], norm.ppf(u))  # along a row the first dimension
    np.testing.assert_allclose(z[:, 0, 1], norm.ppf(u))  # along a column the second
    assert (z[..., 0] == z[:1, :, 0]).all() and not z[..., 2:].any()
    np.testing.assert_allclose(lattice(UniformNoise(-1, 3, 2))[:LATTICE, 0], -1 + 4 * u, atol=0.08)
    for noise in (NormalNoise(1), StratifiedNoise(8.0)):
        line = lattice(noise)
        assert line.shape == (LATTICE**2, 1) and (np.diff(line[:, 0]) > 0).all()


@pytest.mark.parametrize(
    ("dim", "words"),
    [(1, "line of noise"), (2, "grid of its noise"), (5, "(of 5 dimensions the first two, the others 0)")],
)
def test_the_legend_says_which_noise_is_bent(opened, dim, words):
    lab = opened(replace(RING, noise=NormalNoise(dim)))
    [bent] = [layer for layer in layers(lab) if layer["kind"] == "grid"]
    assert bent["label"].endswith(words)
    assert bent["shape"] == ([1, LATTICE**2] if dim == 1 else [LATTICE, LATTICE])
    assert np.isfinite(values(lab, "lattice")).all()


def test_arrows_by_hand(opened):
    lab = opened(varied(RING, d={"hidden": ()}), runs=1)
    linear = lab.trainer.D.layers[0]

    def arrows(weight, bias):
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weight).view(1, 2, 1)), linear.bias.fill_(bias)
        lab.advance(0)
        return values(lab, "push").reshape(ARROWS, 2)

    # D is sure that all is generated, so the push is D's slope. At 10 / span, here 2.5, an arrow has half its length.
    np.testing.assert_allclose(arrows((2.5, 0.0), -60.0), [(LONGEST * 4 / 2, 0)] * ARROWS, rtol=1e-5)
    np.testing.assert_allclose(arrows((0.0, -7.5), -60.0), [(0, -LONGEST * 4 * 3 / 4)] * ARROWS, rtol=1e-5)
    assert np.abs(arrows((2.5, 0.0), 60.0)).max() < 1e-6  # D is fooled by all: no push
    assert np.abs(arrows((1e6, 1e6), -1e8)).max() <= LONGEST * 4


def test_arrows_go_where_d_is_fooled_more(opened):
    lab = opened(RING)
    lab.advance(20)
    fake, arrows = values(lab, "fake").reshape(-1, 2)[:ARROWS], values(lab, "push").reshape(-1, 2)
    G, D = lab.sides[0].alone(lab.shown)
    with torch.no_grad():
        before, after = (D(torch.tensor(x)[None])[0, :, 0].numpy() for x in (fake, fake + 1e-2 * arrows))
    assert (after > before).mean() > 0.95
    step = Step({"D": D, "G": G}, "G", lab.trainer.viewing_noise[:1, :ARROWS])
    _, pushes = push(losses.non_saturating, step)
    lengths = np.linalg.norm(arrows, axis=-1)
    assert (np.argsort(lengths) == np.argsort(np.linalg.norm(pushes[0].numpy(), axis=-1))).mean() > 0.95


def test_real_points_are_sent_once(opened):
    lab = opened(RING)
    say(lab, "credit", n=3), say(lab, "restart"), say(lab, "credit", n=1), say(lab, "hello")
    frames = of_type(lab, "frame")
    assert [len(frame["buffers"]) for frame in frames] == [1] * 3 + [2, 1] + [2, 2]
    assert {len(frame["buffers"][0]) for frame in frames} == {len(lab.film.frames[-1][1][0])}
    assert len(frames[0]["buffers"][0]) <= 20_000
    assert lab.scene.spec["arrays"]["still"].keys() == {"real", "density", "noise", "noise lattice"}
    joined = frames[4]["buffers"][0], frames[3]["buffers"][1]
    assert joined == tuple(frames[-1]["buffers"]) == lab.film.frames[-1][1]


def test_real_points_move_with_their_data(opened):
    lab = opened(RING)
    say(lab, "credit", n=1), say(lab, "set", name="sd", value=0.3), say(lab, "credit", n=1)
    assert [len(frame["buffers"]) for frame in of_type(lab, "frame")] == [1, 2, 1]

    def width(at):
        points = values(lab, "real", at).reshape(-1, 2)
        return np.sqrt(((points[:, None] - RING.data.modes) ** 2).sum(-1).min(-1).mean() / 2)

    assert width(0) == pytest.approx(0.1, rel=0.1)  # looking back shows the data of then
    assert width(-1) > 0.2


def test_each_run_has_its_own_data(opened):
    lab = opened(replace(RING, data=Ring(8, 1.0, (0.01, 0.3))), runs=2)
    lab.advance(1)
    say(lab, "set", name="run", value=2), say(lab, "set", name="run", value=2)
    new = [frame for frame in of_type(lab, "frame") if not frame.get("kept")]
    assert [len(frame["buffers"]) for frame in new] == [1, 2, 1]
    assert "sd" not in {option["name"] for option in lab.controls}
    assert_replays(lab)


def test_slow_motion_shows_its_samples_in_the_plane(opened):
    lab = opened(RING)
    real, noise = lab.trainer.next_batch(0)
    say(lab, "credit", n=1, slow=True)
    dots = values(lab, "real_dots").reshape(-1, 2)
    np.testing.assert_array_equal(dots[:12], real)
    assert np.isnan(dots[12:]).all()
    fake = lab.sides[0].alone(0)[0](torch.from_numpy(noise)[None])[0].detach()
    np.testing.assert_allclose(values(lab, "fake_dots").reshape(-1, 2)[:12], fake, atol=1e-6)
    say(lab, "credit", n=3, slow=True)
    assert "surface has changed" in of_type(lab, "frame")[-1]["summary"]
    say(lab, "credit", n=2, slow=True)
    assert np.isnan(values(lab, "real_dots")).all() and np.isfinite(values(lab, "fake_dots")[:24]).all()
    pushes = values(lab, "dots_push").reshape(-1, 2)[:12]
    assert np.isfinite(pushes).all() and np.linalg.norm(pushes, axis=-1).max() > 0
    assert np.isnan(values(lab, "push")).all()
    say(lab, "credit", n=1, slow=True)
    assert np.isnan(values(lab, "dots_push")).all() and np.isfinite(values(lab, "push")).any()
    assert "its forgeries moved by" in of_type(lab, "frame")[-1]["summary"]
    assert_replays(lab)


MOVES = {
    "play": [("credit", {"n": 2})],
    "steps": [("step", {"who": who}) for who in ("D", "G", "both", "D")],
    "half a step": [("credit", {"n": 1}), ("credit", {"n": 4, "slow": True}), ("set", {"name": "run", "value": 3})],
    "sliders": [("set", {"name": k, "value": v}) for k, v in (("sd", 0.2), ("batch", 24), ("g_lr", 0.02))],
    "another width, then a seed": [("set", {"name": "g_width", "value": 5}), ("seed", {}), ("credit", {"n": 1})],
}


@pytest.mark.parametrize("moves", MOVES.values(), ids=MOVES.keys())
@pytest.mark.parametrize("recipe", [RING, MOONS], ids=["ring", "moons"])
def test_code_replays_what_is_on_screen(opened, recipe, moves):
    lab = opened(recipe, seed=4)
    for kind, more in moves:
        say(lab, kind, **more)
    assert_replays(lab)


def test_watching_changes_nothing(opened):
    recipe = varied(RING, d={"norm": "batch", "pack": 2})
    lab, plain = opened(recipe), recipe.trainer(range(3))
    say(lab, "credit", n=3), say(lab, "hello"), say(lab, "pause")
    plain.advance(15)
    assert same(thetas(lab.trainer), thetas(plain))


@pytest.mark.parametrize("recipe", [RING, replace(RING, data=pacgan_ring), MOONS], ids=["ring", "narrow ring", "moons"])
def test_the_summary_counts_as_metrics_and_verdicts_do(opened, recipe):
    lab = opened(recipe, runs=6)
    lab.advance(40)
    samples, words = lab.trainer.snapshot().samples, of_type(lab, "frame")[-1]["summary"]
    verdict = judge(samples, recipe.data)
    expected = f"Of 6 runs {verdict.good.sum()} are good, {verdict.collapsed.sum()} collapsed, 0 diverged."
    assert words.endswith(expected)
    if recipe is MOONS:
        far = sliced_w1(samples[0], values(lab, "real").reshape(-1, 2))
        assert f"sliced W1 {far:.3f} from the real data" in words
        assert values(lab, "sliced_w1") == pytest.approx(far, rel=1e-5)
        assert 0 < values(lab, "floor") < 0.1
        return
    modes = modes_of(samples[0], recipe.data.modes, recipe.data.sd)
    assert f"{modes.covered:.0f} of 8 modes covered, {modes.hq:.0%} of samples near one." in words
    assert values(lab, "covered") == modes.covered and values(lab, "hq") == pytest.approx(modes.hq)


def test_a_run_that_diverges_is_named_and_not_drawn(opened):
    lab = opened(replace(RING, g_optimizer=SGD((1e30, 0.01)), d_optimizer=SGD(0.01)), runs=2)
    say(lab, "credit", n=2)
    frame = of_type(lab, "frame")[-1]
    assert frame["notice"].startswith("Run 1 diverged at step") and "1 diverged" in frame["summary"]
    for name in ("fake", "D", "lattice", "push", "covered", "hq"):
        assert np.isnan(values(lab, name)).all(), name
    assert "Generated: nothing that is a number any more." in frame["summary"] and "nan" not in frame["summary"]
    say(lab, "set", name="run", value=2)
    assert of_type(lab, "frame")[-1]["notice"] == "" and np.isfinite(values(lab, "fake")).all()


REMEDIES = {
    "packs": {"d": {"pack": 3}},
    "minibatch discrimination": {"d": {"minibatch": Minibatch(4, 3)}},
    "batch norm": {"d": {"norm": "batch"}, "g": {"norm": "batch"}},
    "spectral norm": {"d": {"norm": "spectral"}},
    "packs of batches": {"d": {"pack": 2, "minibatch": Minibatch(4, 3)}},
    "unrolled": {"unroll": 2},
}


@pytest.mark.parametrize("data", [RING, replace(recipes.steady, batch=12)], ids=["plane", "line"])
@pytest.mark.parametrize("remedy", REMEDIES.values(), ids=REMEDIES.keys())
def test_every_remedy_plays_and_the_legend_names_its_company(opened, data, remedy):
    lab = opened(varied(data, **remedy), runs=2)
    say(lab, "credit", n=1), say(lab, "credit", n=7, slow=True)
    beside = company(lab.trainer.D)
    assert bool(beside) == bool(remedy.get("d", {}).keys() & {"pack", "minibatch"} or "g" in remedy)
    [label] = [label for label in labels(lab) if label.startswith(("D's verdict", "D, as"))]
    assert beside in label
    assert not any("best D" in label for label in labels(lab)) or not beside
    drawn = values(lab, "D")
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert_replays(lab)


@pytest.mark.parametrize("data", [RING, recipes.steady], ids=["plane", "line"])
@pytest.mark.parametrize("objective", losses.BY_NAME.values(), ids=losses.BY_NAME.keys())
def test_every_objective_plays_and_scores_are_not_called_probabilities(opened, data, objective):
    lab = opened(replace(data, objective=objective), runs=2)
    say(lab, "credit", n=1)
    scores = objective.name in ("least_squares", "hinge", "wasserstein", "relativistic")
    y2 = lab.scene.spec["panels"][0]["y2"]["label"]
    words = of_type(lab, "frame")[-1]["summary"]
    assert ("probability" in y2) != scores and ("called real" in words) != scores
    assert ("sigmoid of D's score" in words) == scores
    drawn = values(lab, "D")
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert_replays(lab)


def test_a_surface_of_scores_does_not_depend_on_their_unit(opened):
    lab = opened(replace(RING, objective=losses.wasserstein), runs=1)
    before = values(lab, "D")
    last = lab.trainer.D.layers[-1]
    with torch.no_grad():
        last.weight *= 50
        last.bias.mul_(50).add_(1e3)
    lab.advance(0)
    np.testing.assert_allclose(values(lab, "D"), before, atol=2e-3)


def test_sliders_fit_the_data():
    for data in (Ring(), TwoMoons(), Points([(0, 0), (1, 1)])):
        recipe = replace(RING, data=data)
        options = {name: controls.options(control, recipe) for name, control in controls.basic(recipe).items()}
        assert "mean" not in options and max(options["sd"]["values"]) == 0.5
        assert options["sd"]["values"][options["sd"]["index"]] == data.sd
    packed = varied(RING, d={"pack": 4})
    batch = controls.options(packed.controls["batch"], packed)
    assert len(batch["values"]) > 5 and all(n % 4 == 0 for n in batch["values"])


def test_data_in_space_are_refused():
    with pytest.raises(
        ValueError, match="recipe must be one whose data lie on a line or in the plane, not 'ring of ei"
    ):
        Lab(replace(RING, data=NormalNoise(3)))


def test_the_pieces_of_the_stage_fit_together():
    joined = source("page", "paint", "picture")
    assert joined.index("class Painter") < joined.index("class Picture")
    assert not [line for line in joined.splitlines() if line.startswith(("import ", "export "))]
    assert "</script" not in joined
    with pytest.raises(FileNotFoundError):
        source("paint", "no such piece")
