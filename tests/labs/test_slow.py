"""Slow motion: phases are the loop's lines, sentences tell this step's numbers, and training does not notice."""

import copy
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers.players import SMALL, varied

from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.plane import Ring
from gan_lessons.labs.log_as_python import Log
from gan_lessons.labs.slow_motion import LINES, LOOP, SlowMotion, _company, _towards
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.consensus import Consensus
from gan_lessons.losses.penalties import R1, GradientPenalty
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers import gradients
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn, Simultaneous
from gan_lessons.trainers.updates import gradient, step_of, untouched

RING = replace(SMALL, data=Ring(8, 1.0, 0.1), noise=NormalNoise(2), window=(-2.0, 2.0))
BN_G = varied(SMALL, {"norm": "batch"})
WHOLE = replace(recipes.BY_NAME["dev_nag_moments"], batch=20, schedule=InTurn(2, 2))
RECIPES = {
    "plain": SMALL,
    "plane": RING,
    "batch norm in G": BN_G,
    "batch norm in both": varied(RING, {"norm": "batch"}, {"norm": "batch"}),
    "spectral": varied(SMALL, d={"norm": "spectral"}),
    "least squares": replace(SMALL, objective=losses.least_squares),
    "wgan-gp": replace(SMALL, objective=losses.wasserstein, penalties=(GradientPenalty(10.0),)),
    "R1": replace(RING, penalties=(R1(1.0),)),
    "relativistic": replace(BN_G, objective=losses.relativistic),
    "feature matching": replace(RING, objective=losses.feature_matching),
    "consensus": replace(RING, objective=Consensus(0.1)),
    "unrolled": varied(SMALL, d={"norm": "spectral"}, unroll=2, penalties=(GradientPenalty(1.0),)),
    "packs": varied(RING, d={"pack": 2}),
    "minibatch": varied(SMALL, d={"minibatch": Minibatch()}),
    "blurred": replace(SMALL, instance_noise=InstanceNoise(0.3)),
    "whole batches": WHOLE,
}
SCHEDULES = [InTurn(1, 1), InTurn(2, 1), InTurn(1, 3), InTurn(0, 1), InTurn(1, 0), Simultaneous()]
each_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)


class Walk:
    """A trainer of two runs in slow motion, with its log."""

    def __init__(self, recipe, **more):
        self.trainer, self.log, self.slow = (
            recipe.trainer(range(2), **more),
            Log(recipe, 0, 2),
            SlowMotion(recipe.window),
        )

    def next(self, run=1):
        return self.slow.next(self.trainer, self.log, run)

    def to(self, name):
        while (phase := self.next()).name != name:
            pass
        return phase

    def step(self):
        """All phases of one step."""
        phases = [self.next()]
        count = int(re.match(r"1 of (\d)", phases[0].sentence)[1])
        return phases + [self.next() for _ in range(count - 1)]


def state(trainer):
    """All that a training goes on from."""
    players = trainer.players["D"], trainer.players["G"]
    places = [torch.tensor(stream.place) for stream in trainer.streams.values()]
    return [x.clone() for player in players for x in (player.theta, *player.state, *player.buffers)] + places


def same(some, other):
    return len(some) == len(other) and all(torch.equal(a, b) for a, b in zip(some, other, strict=True))


def numbers(sentence):
    """Those of a sentence after its "k of n", as they are written; 71% is 71."""
    return re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?", sentence.split(": ", 1)[1])


def among(sentence, *values):
    """Whether these values, in this order, are among the sentence's numbers, each as exact as it is written."""
    found = iter(numbers(sentence))
    return all(any(_close(text, value) for text in found) for value in values)


def _close(text, value):
    unit = 10.0 ** -len(text.partition("e")[0].partition(".")[2]) * 10.0 ** int(text.partition("e")[2] or 0)
    return abs(float(text) - float(torch.as_tensor(value).detach())) <= 0.501 * unit


# -- training does not notice ---------------------------------------------------------------------------------


@each_schedule
@each_recipe
def test_a_training_in_slow_motion_ends_as_an_ordinary_one(recipe, schedule):
    walk, plain = Walk(replace(recipe, schedule=schedule)), replace(recipe, schedule=schedule).trainer(range(2))
    for step in range(1, 4):
        walk.step()
        plain.advance(1)
        assert walk.trainer.steps == step
        assert same(state(walk.trainer), state(plain))
    assert walk.log.moves == [("advance", 3, None)]
    assert np.array_equal(walk.trainer.snapshot().d_loss, plain.snapshot().d_loss, equal_nan=True)
    assert np.array_equal(walk.trainer.snapshot().p_fake, plain.snapshot().p_fake, equal_nan=True)


@each_recipe
def test_looking_changes_nothing(recipe):
    walk = Walk(recipe)
    walk.step()
    for name in ("sample", "D forward", "D gradient", "D step", "G forward", "G gradient", "G step"):
        before, shown = state(walk.trainer), walk.trainer.snapshot()
        phase = walk.next()
        assert phase.name == name
        if "step" not in name:
            assert same(before, state(walk.trainer))
            assert np.array_equal(shown.d_loss, walk.trainer.snapshot().d_loss)
            assert np.array_equal(shown.g_loss, walk.trainer.snapshot().g_loss)
        assert all(module.training for module in [*walk.trainer.G.modules(), *walk.trainer.D.modules()])


@each_schedule
def test_finishing_at_any_phase_gives_the_ordinary_step_and_code_that_replays_it(schedule):
    recipe = replace(BN_G, schedule=schedule)
    for phases in range(9):
        walk, plain = Walk(recipe), recipe.trainer(range(2))
        for _ in range(phases):
            walk.next()
        walk.slow.finish(walk.trainer, walk.log)
        plain.advance(walk.trainer.steps)
        assert same(state(walk.trainer), state(plain))
        names = {}
        exec(walk.log.code(), names)
        assert same(state(names["gan"]), state(walk.trainer))
        walk.step()
        plain.advance(1)
        assert same(state(walk.trainer), state(plain))


def test_a_half_done_step_is_in_the_log_too():
    walk = Walk(replace(SMALL, schedule=InTurn(2, 2)))
    for _ in range(5):  # D has moved
        walk.next()
    names = {}
    exec(walk.log.code(), names)
    assert same(state(names["gan"]), state(walk.trainer))
    assert walk.trainer.steps == 0
    walk.slow.finish(walk.trainer, walk.log)
    assert walk.trainer.steps == 1 and walk.next().name == "sample"


@pytest.mark.parametrize("phase", range(7))
def test_an_interrupt_in_any_phase_costs_nothing(monkeypatch, phase):
    def interrupted(*_):
        raise KeyboardInterrupt

    walk, plain = Walk(SMALL), SMALL.trainer(range(2))
    for _ in range(phase):
        walk.next()
    with monkeypatch.context() as patch:
        (
            patch.setattr(SlowMotion, "_both", interrupted),
            patch.setattr("gan_lessons.labs.slow_motion._only", interrupted),
        )
        with pytest.raises(KeyboardInterrupt):
            walk.next()
    for _ in range(9):
        walk.next()
    walk.slow.finish(walk.trainer, walk.log)
    plain.advance(walk.trainer.steps)
    assert same(state(walk.trainer), state(plain)) and walk.log.moves == [("advance", plain.steps, None)]


# -- the loop -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", [losses.non_saturating, losses.minimax, losses.least_squares], ids=repr)
@pytest.mark.parametrize("schedule", [InTurn(1, 1), InTurn(2, 1), InTurn(1, 3), InTurn(0, 1), InTurn(1, 0)], ids=repr)
def test_the_loop_that_is_shown_is_the_one_that_trains(objective, schedule):
    recipe = replace(SMALL, objective=objective, schedule=schedule, d_optimizer=Adam(0.01), g_optimizer=SGD(0.1))
    trainer = recipe.trainer(range(1), dtype=torch.float64)
    G, D, streams = copy.deepcopy(trainer.G), copy.deepcopy(trainer.D), copy.deepcopy(trainer.streams)
    turns = ["d_noise"] * schedule.d_steps + ["g_noise"] * schedule.g_steps

    class Losses:
        d = staticmethod(
            lambda real, fake: objective.d_loss(torch.stack([real, fake], -3).squeeze(-1).squeeze(1)).sum()
        )
        g = staticmethod(lambda fake: objective.g_loss(fake.squeeze(-1)).sum())

    names = {"G": G, "D": D, "objective": Losses, "steps": 5, "d_steps": schedule.d_steps, "g_steps": schedule.g_steps}
    noise = iter([name for _ in range(5) for name in turns])
    names |= {"noise": lambda: streams[next(noise)].next(), "real_batch": lambda: streams["d_real"].next()}
    names["d_optimizer"] = torch.optim.Adam(D.parameters(), 0.01)
    names["g_optimizer"] = torch.optim.SGD(G.parameters(), 0.1)
    exec("\n".join(LOOP), names)
    trainer.advance(5)
    for own, theirs in zip(
        [*trainer.G.parameters(), *trainer.D.parameters()], [*G.parameters(), *D.parameters()], strict=True
    ):
        torch.testing.assert_close(own, theirs)


@each_schedule
def test_phases_are_lines_of_the_loop_in_its_order(schedule):
    phases = Walk(replace(SMALL, schedule=schedule)).step()
    lines = [phase.line for phase in phases]
    assert lines == sorted(lines) and set(lines) <= set(range(len(LOOP)))
    assert lines == [LINES[phase.name] for phase in phases]
    assert [int(phase.sentence.split()[0]) for phase in phases] == list(range(1, len(phases) + 1))


def test_each_phase_points_at_what_it_tells():
    what = {
        "sample": "real_batch()",
        "D forward": "D(x), D(fake)",
        "D gradient": "objective.d(",
        "D step": "d_optimizer.step",
    }
    what |= {"G forward": "D(G(noise()))", "G gradient": "objective.g(", "G step": "g_optimizer.step"}
    what |= {"D held": "range(d_steps)", "G held": "range(g_steps)"}
    for name, code in what.items():
        assert code in LOOP[LINES[name]]
    assert 8 <= len(LOOP) <= 12


# -- numbers --------------------------------------------------------------------------------------------------


@each_recipe
def test_losses_and_verdicts_are_those_of_the_step_itself(recipe):
    walk, twin = Walk(recipe), recipe.trainer(range(2))
    walk.step(), twin.advance(1)
    scores = recipe.objective in (losses.least_squares, losses.wasserstein, losses.relativistic)
    twin.part(InTurn(1, 0))  # what it then shows is of before that update
    seen, logits = twin.snapshot(), twin.seen["logits"][1].mean(-1)
    means = logits if scores else 100 * torch.tensor([seen.p_real[1], seen.p_fake[1]])
    assert among(walk.to("D forward").sentence, *means)
    assert among(walk.next().sentence, seen.d_loss[1])
    step = walk.next().sentence
    assert among(step, seen.d_loss[1])
    twin = recipe.trainer(range(2))
    twin.advance(1), twin.part(InTurn(recipe.schedule.d_steps, 0)), twin.part(InTurn(0, 1))
    assert among(walk.to("G gradient").sentence, twin.snapshot().g_loss[1])
    assert among(walk.next().sentence, twin.snapshot().g_loss[1])


def d_loss(G, D, real, noise):
    """D's non-saturating loss and its logits, from scratch."""
    on_real, on_fake = D(real), D(G(noise))
    ones, zeros = torch.ones_like(on_real), torch.zeros_like(on_fake)
    bce = F.binary_cross_entropy_with_logits
    loss = bce(on_real[1], ones[1]) + bce(on_fake[1], zeros[1])
    return loss, on_real[1].detach(), on_fake[1].detach()


@pytest.mark.parametrize("recipe", [SMALL, RING, BN_G], ids=["line", "plane", "batch norm"])
def test_the_numbers_of_ds_turn(recipe):
    walk = Walk(replace(recipe, d_optimizer=SGD(0.1)))
    t = walk.trainer
    G, (real, noise) = copy.deepcopy(t.G), (t.streams[name].peek() for name in ("d_real", "d_noise"))
    loss, on_real, on_fake = d_loss(G, t.D, real, noise)
    gradient = torch.cat([g[1].flatten() for g in torch.autograd.grad(loss, list(t.D.parameters()))])
    phases = {phase.name: phase for phase in (walk.next() for _ in range(4))}
    assert among(phases["sample"].sentence, 8, 8)
    percents = [100 * x.sigmoid().mean() for x in (on_real, on_fake)]
    assert among(phases["D forward"].sentence, *percents)
    loss = loss.detach()
    assert among(phases["D gradient"].sentence, loss, gradient.norm(), t.players["D"].theta.shape[-1])
    after, real_after, fake_after = d_loss(G, t.D, real, noise)
    pairs = [(percents[0], 100 * real_after.sigmoid().mean()), (percents[1], 100 * fake_after.sigmoid().mean())]
    changes = [x for pair in pairs for x in pair]
    assert among(phases["D step"].sentence, 0.1 * gradient.norm(), loss, after.detach(), *changes)
    for phase in phases.values():
        np.testing.assert_array_equal(phase.batch[0], real[1])
        np.testing.assert_allclose(phase.batch[1], G(noise)[1].detach(), atol=1e-6)


@pytest.mark.parametrize("recipe", [SMALL, RING, BN_G], ids=["line", "plane", "batch norm"])
def test_the_numbers_of_gs_turn(recipe):
    walk = Walk(recipe)
    t = walk.trainer
    walk.to("D step")
    noise, theta = t.streams["g_noise"].peek(), t.players["G"].theta.clone()
    G = copy.deepcopy(t.G)
    fake = G(noise).detach().requires_grad_()
    logits = t.D(fake)
    shares = -F.logsigmoid(logits).squeeze(-1)
    push = -torch.autograd.grad(shares.sum(), fake)[0][1]
    forward, gradient, step = (walk.next() for _ in range(3))
    assert among(forward.sentence, 8, 100 * logits[1].sigmoid().mean())
    told = [shares[1].mean(), push.norm(dim=-1).mean()]
    if recipe is RING:
        assert among(gradient.sentence, *told) and "mostly to the" in gradient.sentence
    else:
        assert among(gradient.sentence, told[0], (push > 0).sum(), (push < 0).sum(), told[1])
    with torch.no_grad():
        moved = copy.deepcopy(t.G)(noise)
    after = -F.logsigmoid(t.D(moved))[1].mean()
    weights, way = (t.players["G"].theta - theta)[1].norm(), (moved - fake)[1].norm(dim=-1).mean()
    assert among(step.sentence, weights, told[0], after, way) and way > 0
    for phase, dots in ((forward, fake), (gradient, fake), (step, moved)):
        np.testing.assert_allclose(phase.batch[1], dots[1].detach(), atol=1e-6)
        assert phase.batch[0].shape == (0, recipe.data.dim)
    cosine = F.cosine_similarity(torch.from_numpy(gradient.arrows).float(), push, dim=-1)
    torch.testing.assert_close(cosine, torch.ones_like(cosine))
    assert np.linalg.norm(gradient.arrows, axis=-1).max() < 0.08 * (recipe.window[1] - recipe.window[0])
    assert forward.arrows is None and step.arrows is None


def test_numbers_of_both_at_once():
    recipe = replace(SMALL, schedule=Simultaneous(), d_optimizer=SGD(0.1), g_optimizer=SGD(0.2))
    walk, twin = Walk(recipe), recipe.trainer(range(2))
    thetas = [player.theta.clone() for player in (twin.players["D"], twin.players["G"])]
    twin.advance(1)
    d, g = (
        (p.theta - theta)[1].norm() for p, theta in zip((twin.players["D"], twin.players["G"]), thetas, strict=True)
    )
    seen, phases = twin.snapshot(), walk.step()
    assert [phase.name for phase in phases] == ["sample", "both forward", "D gradient", "G gradient", "both step"]
    assert among(phases[1].sentence, 100 * seen.p_real[1], 100 * seen.p_fake[1])
    assert among(phases[2].sentence, seen.d_loss[1], d / 0.1)
    assert among(phases[3].sentence, seen.g_loss[1])
    assert among(phases[4].sentence, d, g, seen.d_loss[1], seen.g_loss[1])


def test_the_push_through_unrolled_updates_is_the_slope_of_the_loss_that_is_told():
    recipe = replace(SMALL, unroll=2, penalties=(GradientPenalty(1.0),), instance_noise=InstanceNoise(0.1))
    trainer = recipe.trainer(range(2), dtype=torch.float64)
    turn = trainer.turn("G")
    look = turn.look()
    push, small = turn.push(look.fake), 1e-6
    step = step_of(trainer, "G", turn.batch._replace(jitter=None), turn.steps)  # what is blurred already

    def loss(fake):
        with untouched(trainer):
            return gradient(trainer, step.with_g(gradients.Fixed(fake))).loss

    torch.testing.assert_close(loss(look.fake), look.loss)
    for i in range(3):
        nudge = torch.zeros_like(look.fake)
        nudge[:, i] = small
        slope = (loss(look.fake + nudge) - loss(look.fake - nudge)) / (2 * small)
        torch.testing.assert_close(push[:, i, 0], -8 * slope, rtol=1e-5, atol=1e-8)
    plain = gradients.push(recipe.objective, step.with_g(lambda _: look.fake))[1]
    assert not torch.allclose(push, plain, rtol=1e-3)


# -- words ----------------------------------------------------------------------------------------------------


def test_words_for_what_d_judges():
    said = {name: _company(RECIPES[name].trainer().D) for name in RECIPES}
    assert said["plain"] == said["spectral"] == "each sample by itself"
    assert said["packs"] == "packs of 2"
    assert said["minibatch"] == said["batch norm in both"] == "each sample in the company of the whole batch"
    assert said["whole batches"] == "each batch as one example"


def test_scores_are_not_called_probabilities_and_penalties_are_named():
    for phase in Walk(RECIPES["wgan-gp"]).step():
        assert "%" not in phase.sentence and "verdict" not in phase.sentence
        assert ("penalties (GradientPenalty) count in it" in phase.sentence) == (phase.name == "D gradient")
    assert not any("penalties" in phase.sentence for phase in Walk(SMALL).step())


def test_words_for_remedies():
    assert "2 more updates" in Walk(RECIPES["unrolled"]).to("G gradient").sentence
    assert "beside a real batch" in Walk(RECIPES["relativistic"]).to("G gradient").sentence
    moved = "The term of consensus in it moves no sample."
    assert moved in Walk(RECIPES["consensus"]).to("G gradient").sentence
    assert moved not in Walk(RECIPES["relativistic"]).to("G gradient").sentence
    assert "blurred" in Walk(RECIPES["blurred"]).next().sentence
    step = Walk(WHOLE).to("D step").sentence
    assert "D moved 2 times" in step and "On the first batch" in step and "curve" not in step and "mean" not in step
    assert "curve has changed" in Walk(SMALL).to("D step").sentence
    assert "surface has changed" in Walk(RING).to("D step").sentence
    assert "64 of each are drawn" in Walk(replace(SMALL, batch=65)).next().sentence


def test_dots_are_what_d_is_shown():
    walk = Walk(RECIPES["blurred"])
    clear, _ = walk.trainer.next_batch(1)
    shown = walk.next().batch[0] - clear
    assert 0.1 < shown.std() < 0.6  # of 8 draws with sd .3
    walk.slow.finish(walk.trainer, walk.log)
    turn = walk.trainer.turn("D")
    np.testing.assert_array_equal(walk.next(0).batch[0], turn.batch.real[0])
    np.testing.assert_array_equal(walk.next(1).batch[0], turn.batch.real[1])  # another run may be chosen on the way


def test_a_network_that_is_held_still_has_one_phase():
    phases = Walk(replace(SMALL, schedule=InTurn(0, 2))).step()
    assert [phase.name for phase in phases] == ["D held", "G forward", "G gradient", "G step"]
    assert phases[0].sentence == "1 of 4: D is held still." and "G moved 2 times" in phases[-1].sentence
    phases = Walk(replace(SMALL, schedule=InTurn(2, 0))).step()
    assert [phase.name for phase in phases] == ["sample", "D forward", "D gradient", "D step", "G held"]
    assert phases[-1].sentence == "5 of 5: G is held still."


def test_another_schedule_is_one_phase_and_its_moves_are_told():
    def backwards(trainer):
        trainer.update("G"), trainer.update("D")

    walk, plain = Walk(replace(SMALL, schedule=backwards)), replace(SMALL, schedule=backwards).trainer(range(2))
    before = plain.players["D"].theta.clone()
    plain.advance(1)
    phase = walk.next()
    assert (phase.name, phase.line) == ("step", 0)
    assert among(phase.sentence, (plain.players["D"].theta - before)[1].norm())
    assert same(state(walk.trainer), state(plain))


@each_schedule
def test_a_run_that_diverged_is_told_so_and_the_other_goes_on(schedule):
    walk = Walk(replace(RING, schedule=schedule))
    walk.trainer.players["G"].theta[0] = torch.nan
    walk.trainer.players["D"].theta[0] = torch.nan
    for _ in range(7):
        phase = walk.next(0)
        assert "not finite any more" in phase.sentence or "held still" in phase.sentence
        assert "nan" not in phase.sentence and phase.arrows is None
    calm, other = Walk(replace(RING, schedule=schedule)), Walk(replace(RING, schedule=schedule))
    calm.trainer.players["G"].theta[0] = torch.nan
    assert [phase.sentence for phase in calm.step()] == [phase.sentence for phase in other.step()]


def test_numbers_that_are_close_get_the_digits_that_tell_them_apart():
    walk = Walk(replace(SMALL, d_optimizer=SGD(1e-5), g_optimizer=SGD(0.01)))
    for name in ("D step", "G step"):
        [(before, after)] = re.findall(r"loss went from (\S+) to ([^\s,]+),", walk.to(name).sentence)
        assert before != after and len(before) > 4
    held = Walk(replace(SMALL, d_optimizer=SGD(0.0))).to("D step").sentence
    [(before, after)] = re.findall(r"loss went from (\S+) to ([^\s,]+),", held)
    assert before == after and "its weights by 0.00." in held and "curve" not in held


@pytest.mark.parametrize(("angle", "corner"), [(0, "right"), (50, "upper right"), (90, "top"), (-135, "lower left")])
def test_directions_in_the_plane(angle, corner):
    turn = torch.tensor([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    assert _towards(turn * torch.tensor([[1.0], [3.0], [-1.0]])).endswith(f"to the {corner}")
    assert "no common direction" in _towards(turn * torch.tensor([[1.0], [-1.0]]))
    assert "no common direction" in _towards(torch.zeros(4, 2))


def test_no_window_no_arrows():
    slow, trainer, log = SlowMotion(), SMALL.trainer(), Log(SMALL, 0, 1)
    assert all(slow.next(trainer, log, 0).arrows is None for _ in range(7))
