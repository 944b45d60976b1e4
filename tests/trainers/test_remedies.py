"""Every remedy, on the runs axis: runs together are runs alone, and each does what its paper says."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.recipes import changed

from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.consensus import Consensus
from gan_lessons.losses.penalties import R1, R2, GradientPenalty
from gan_lessons.losses.step import Step
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.decays import LinearDecay
from gan_lessons.trainers.gradients import push, unrolled, with_theta
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn, Simultaneous

SEEDS = (4, 0, 9)
BASE = changed(recipes.steady, noise=NormalNoise(2), batch=12, g_hidden=(6, 6), d_hidden=(7, 7), d_optimizer=Adam(3e-3))
REMEDIES = {
    "plain": {},
    "least_squares": {"objective": losses.least_squares},
    "hinge": {"objective": losses.hinge},
    "label_smoothing": {"objective": losses.LabelSmoothing(0.9)},
    "relativistic": {"objective": losses.relativistic},
    "feature_matching": {"objective": losses.feature_matching},
    "wgan_clipping": {"objective": losses.wasserstein, "d_optimizer": Adam(3e-3, clip=0.1), "schedule": InTurn(5, 1)},
    "wgan_gp": {"objective": losses.wasserstein, "penalties": (GradientPenalty(10.0),), "schedule": InTurn(5, 1)},
    "r1": {"penalties": (R1(0.5),)},
    "r1_r2_relativistic": {"objective": losses.relativistic, "penalties": (R1(0.5), R2(0.3, LinearDecay(50, 0.1)))},
    "r1_every_third_step": {"penalties": (R1(0.5, every=3),)},
    "consensus": {"objective": Consensus(0.3), "schedule": Simultaneous()},
    "consensus_relativistic_r1": {"objective": Consensus(0.1, losses.relativistic), "penalties": (R1(0.5),)},
    "spectral": {"d_norm": "spectral"},
    "spectral_hinge": {"d_norm": "spectral", "objective": losses.hinge},
    "batch_norm_in_g": {"g_norm": "batch"},
    "batch_norm_in_both": {"g_norm": "batch", "d_norm": "batch"},
    "minibatch": {"minibatch": Minibatch(5, 3)},
    "minibatch_without_self": {"minibatch": Minibatch(2, 4, self_term=0.0, sd=0.5)},
    "pack_3": {"pack": 3},
    "pack_2_r1": {"pack": 2, "penalties": (R1(0.5), R2(0.2))},
    "pack_2_gp": {"pack": 2, "penalties": (GradientPenalty(1.0),)},
    "pack_2_minibatch": {"pack": 2, "minibatch": Minibatch(3, 2)},
    "unroll_3": {"unroll": 3},
    "unroll_2_r1": {"unroll": 2, "penalties": (R1(0.5),)},
    "unroll_2_gp_pack": {"unroll": 2, "pack": 2, "penalties": (GradientPenalty(0.5),)},
    "unroll_2_spectral": {"unroll": 2, "d_norm": "spectral"},
    "unroll_2_averaging": {"unroll": 2, "d_optimizer": Adam(3e-3, historical_averaging=0.1)},
    "instance_noise": {"instance_noise": InstanceNoise(0.5, LinearDecay(80))},
    "instance_noise_unroll": {"instance_noise": InstanceNoise(0.5), "unroll": 1, "penalties": (R1(0.1),)},
    "instance_noise_relativistic": {"instance_noise": InstanceNoise(0.5), "objective": losses.relativistic},
    "ema": {"g_optimizer": replace(BASE.g_optimizer, ema=0.9)},
    "ema_averaging_clip": {"g_optimizer": Adam(1e-3, ema=0.5, historical_averaging=0.1, clip=0.7)},
    "historical_averaging": {
        "d_optimizer": Adam(3e-3, historical_averaging=0.5),
        "g_optimizer": Adam(1e-3, historical_averaging=0.2),
    },
    "simultaneous_r1": {"schedule": Simultaneous(), "penalties": (R1(0.5),)},
    "simultaneous_spectral": {"schedule": Simultaneous(), "d_norm": "spectral", "g_norm": "batch"},
}
EACH = pytest.mark.parametrize("name", REMEDIES)
# One of each mechanism; the others are the same law over again, and several times the work.
QUICK = {"plain", "hinge", "r1", "spectral", "batch_norm_in_both", "minibatch", "pack_3", "smoothing"}


def toy(name="plain", seeds=SEEDS, **changes):
    return changed(BASE, **REMEDIES[name] | changes).trainer(seeds, dtype=torch.float64, view=20)


def state(trainer):
    """All numbers that decide how a training goes on, as one flat list of tensors."""
    players = trainer.mark().players.values()
    return [tensor for theta, slots, _, buffers in players for tensor in (theta, *slots, *buffers)]


# -- the law


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in REMEDIES])
def test_runs_together_are_the_same_runs_alone(name):
    together = toy(name)
    before = together.players["G"].theta.clone()
    together.advance(100)
    assert (together.players["G"].theta - before).abs().amax(-1).min() > 1e-4  # every run has learnt something
    assert (together.diverged == -1).all()
    seen = together.snapshot()
    for run in (0, 2):
        alone = toy(name, SEEDS[run : run + 1])
        alone.advance(100)
        for a, b in zip(state(together), state(alone), strict=True):
            torch.testing.assert_close(a[run], b[0], rtol=0, atol=1e-10)
        for field in ("samples", "d_loss", "g_loss", "p_real", "p_fake"):
            expected = getattr(alone.snapshot(), field)[0]
            np.testing.assert_allclose(getattr(seen, field)[run], expected, rtol=0, atol=1e-9, err_msg=field)


@EACH
def test_each_remedy_changes_the_training(name):
    plain, other = toy(), toy(name)
    plain.advance(6), other.advance(6)
    a, b = plain.players["G"].theta, other.players["G"].theta
    assert (a.shape == b.shape and torch.equal(a, b)) == (name in ("plain", "ema"))


@EACH
def test_watching_changes_nothing(name):
    unseen, seen = toy(name), toy(name)
    unseen.advance(10)
    for _ in seen.run(10, every=1):
        seen.alone(1)[1](torch.zeros(1, 12, 1, dtype=torch.float64))
    for a, b in zip(state(unseen), state(seen), strict=True):
        assert torch.equal(a, b)


@EACH
def test_saved_and_loaded_it_goes_on_as_if_never_stopped(name, tmp_path):
    one, two = toy(name), toy(name)
    one.advance(7), one.save(tmp_path / "gan.safetensors")
    two.load(tmp_path / "gan.safetensors")
    one.advance(7), two.advance(7)
    for a, b in zip(state(one), state(two), strict=True):
        assert torch.equal(a, b)


@EACH
def test_a_step_that_fails_leaves_the_one_before(name, monkeypatch):
    trainer, twin = toy(name), toy(name)
    trainer.advance(3), twin.advance(3)

    def breaks(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(trainer.players["G"]), "move", breaks)
        with pytest.raises(KeyboardInterrupt):
            trainer.advance(1)
    trainer.advance(3), twin.advance(3)
    for a, b in zip(state(trainer), state(twin), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(
    "per_run",
    [
        lambda pick: {"penalties": (R1(pick((0.1, 1.0, 5.0))), R2(pick((1.0, 0.0, 2.0))))},
        lambda pick: {"instance_noise": InstanceNoise(pick((0.0, 0.3, 1.0)))},
        lambda pick: {"d_optimizer": Adam(1e-3, historical_averaging=pick((0.1, 0.5, 1.0)))},
    ],
    ids=["penalties", "instance noise", "historical averaging"],
)
def test_numbers_that_differ_from_run_to_run(per_run):
    together = toy(**per_run(lambda values: values))
    together.advance(30)
    for run in (0, 2):
        alone = toy(seeds=SEEDS[run : run + 1], **per_run(lambda values, run=run: values[run]))
        alone.advance(30)
        torch.testing.assert_close(together.players["G"].theta[run], alone.players["G"].theta[0], rtol=0, atol=1e-10)


# -- what each is


def a_step(trainer, learner="D", slopes_wanted=True, **fields):
    """A step on fresh samples."""
    draw = torch.Generator().manual_seed(1)
    real = trainer.settings["data"].sample((trainer.runs, 12), draw, torch.float64)
    noise = torch.randn(trainer.runs, 12, 2, generator=draw, dtype=torch.float64)
    return Step(trainer.networks, learner, noise, real, slopes_wanted=slopes_wanted, **fields)


def slope_of_one_sample(trainer, x, run, i):
    """By differences: the slope of D's logit at sample i of a run."""
    up, down = x.clone(), x.clone()
    up[run, i], down[run, i] = x[run, i] + 1e-6, x[run, i] - 1e-6
    with torch.no_grad():
        return ((trainer.D(up)[run].sum() - trainer.D(down)[run].sum()) / 2e-6).item()


@pytest.mark.parametrize("pack", [1, 3])
def test_r1_and_r2_are_half_the_mean_square_slope(pack):
    trainer = toy(pack=pack, d_activation="tanh")
    step = a_step(trainer)
    for penalty, x in ((R1(3.0), step.real), (R2(3.0), step.fake)):
        for run in range(3):
            slopes = np.array([slope_of_one_sample(trainer, x, run, i) for i in range(12)])
            expected = 3.0 / 2 * (slopes.reshape(-1, pack) ** 2).sum(-1).mean()
            assert penalty(step)[run].item() == pytest.approx(expected, rel=1e-5)


def test_the_gradient_penalty_of_a_straight_d_is_known():
    trainer = toy(d_hidden=())  # D(x) = w x + b, with slope w everywhere
    step = a_step(trainer, mix=torch.rand(3, 12, 1, generator=torch.Generator().manual_seed(2), dtype=torch.float64))
    w = trainer.D.layers[0].weight[:, 0, 0]
    torch.testing.assert_close(GradientPenalty(10.0)(step), 10 * (w.abs() - 1) ** 2, rtol=0, atol=1e-12)


def test_the_gradient_penalty_looks_between_real_and_generated():
    trainer = toy(d_activation="tanh")
    at_real, at_fake = (a_step(trainer, mix=torch.full((3, 12, 1), m, dtype=torch.float64)) for m in (0.0, 1.0))
    torch.testing.assert_close(at_real.mixed_slopes, at_real.slopes[0], rtol=0, atol=1e-12)
    torch.testing.assert_close(at_fake.mixed_slopes, at_fake.slopes[1], rtol=0, atol=1e-12)


def test_a_penaltys_weight_decays_with_the_steps():
    trainer = toy()
    early, late = (a_step(trainer, steps=steps) for steps in (0, 50))
    penalty = R1(2.0, LinearDecay(100, 0.5))
    torch.testing.assert_close(penalty(late), penalty(early) * 0.75)


def test_a_lazy_penalty_comes_seldom_and_heavier():
    trainer = toy()
    plain, lazy = R1(2.0)(a_step(trainer)), R1(2.0, every=4)
    for steps, times in ((0, 4), (1, 0), (3, 0), (8, 4)):
        torch.testing.assert_close(lazy(a_step(trainer, steps=steps)), times * plain)


def test_clipping_keeps_all_of_ds_weights_in_the_box():
    trainer = toy("wgan_clipping")
    trainer.advance(5)
    assert trainer.players["D"].theta.abs().max() <= 0.1
    assert trainer.players["G"].theta.abs().max() > 0.1


def test_historical_averaging_pulls_towards_the_mean_of_all_before():
    theta, optimizer = torch.tensor([[1.0, -2.0]], dtype=torch.float64), SGD(0.1, historical_averaging=3.0)
    visited, state = [theta], optimizer.start(theta)
    for step in range(4):
        grad = torch.full_like(theta, float(step))
        expected = theta - 0.1 * (grad + 2 * 3.0 * (theta - torch.stack(visited).mean(0)))
        theta, state = optimizer.update(theta, grad, state, step)
        torch.testing.assert_close(theta, expected)
        visited.append(theta)


def test_ema_shows_the_running_average_and_trains_as_if_it_were_not_there():
    plain, smooth = toy(), toy(g_optimizer=replace(BASE.g_optimizer, ema=0.5))
    average = smooth.players["G"].theta.clone()
    for update in range(30):
        plain.advance(1), smooth.advance(1)
        stays = min(0.5, update / (update + 10))
        average = stays * average + (1 - stays) * smooth.players["G"].theta
    assert torch.equal(plain.players["G"].theta, smooth.players["G"].theta)
    shown = with_theta(smooth.players["G"], average, lambda G: G(smooth.viewing_noise)).detach()
    np.testing.assert_allclose(smooth.snapshot().samples, shown, rtol=0, atol=1e-12)
    assert np.abs(smooth.snapshot().samples - plain.snapshot().samples).max() > 1e-4


def test_instance_noise_has_its_sd_on_real_and_generated_and_fades():
    trainer = toy(seeds=range(3), batch=2000, instance_noise=InstanceNoise((0.0, 1.0, 2.0), LinearDecay(4)))
    trainer.steps = 2
    place = trainer.streams["d_real"].place
    plain = trainer.streams["d_real"].next()
    trainer.streams["d_real"].place = place
    turn = trainer.turn("D")
    real, jitter = turn.batch.real - plain, turn.batch.jitter
    for noise in (real, jitter):
        np.testing.assert_allclose(noise.std(-2)[:, 0], [0.0, 0.5, 1.0], atol=0.06)
    assert not torch.equal(real, jitter)


def test_feature_matching_of_equal_batches_is_0_and_teaches_means():
    trainer = toy("feature_matching")
    noise = torch.randn(3, 12, 2, dtype=torch.float64)
    step = Step(trainer.networks, "G", noise, trainer.G(noise).detach())
    assert losses.feature_matching.losses["G"](step).abs().max() < 1e-20


def test_the_push_is_the_slope_of_gs_own_loss():
    trainer = toy(d_activation="tanh")
    noise = torch.randn(3, 12, 2, dtype=torch.float64)
    fake, arrows = push(losses.non_saturating, Step(trainer.networks, "G", noise))
    for run, i in ((0, 0), (2, 7)):
        losses_there = []
        for shift in (1e-6, -1e-6):
            x = fake.clone()
            x[run, i] += shift
            losses_there.append(losses.non_saturating_g(trainer.D(x).squeeze(-1))[run].item())
        slope = (losses_there[0] - losses_there[1]) / 2e-6
        assert arrows[run, i].item() == pytest.approx(-12 * slope, rel=1e-4)


# -- unrolling


def loss_ahead(trainer, theta_g, step, k, optimizer):
    """By hand: D takes k updates on this batch against a G with these weights; then G's loss."""
    theta, state = trainer.players["D"].theta.clone(), trainer.players["D"].state
    with torch.no_grad():
        fake = with_theta(trainer.players["G"], theta_g, lambda G: G(step.noise))
    for i in range(k):
        theta.requires_grad_()
        both = with_theta(trainer.players["D"], theta, lambda D: D.both(step.real, fake))
        (grad,) = torch.autograd.grad(losses.cross_entropy_d(both).sum(), theta)
        theta, state = optimizer.update(theta.detach(), grad, state, i)
    with torch.no_grad():
        logits = with_theta(trainer.players["D"], theta, lambda D: D(fake).squeeze(-1))
    return losses.non_saturating_g(logits)


@pytest.mark.parametrize("optimizer", [SGD(0.5), SGD(0.3, momentum=0.9), Adam(0.05)], ids=lambda o: type(o).__name__)
@pytest.mark.parametrize("k", [1, 3])
def test_the_unrolled_gradient_is_exact(optimizer, k):
    trainer = toy(d_activation="tanh", d_optimizer=optimizer)
    step = a_step(trainer, "G", slopes_wanted=False)
    loss, _, grad = unrolled(losses.non_saturating, (), step, k, trainer.players["D"], optimizer)
    theta = trainer.players["G"].theta
    torch.testing.assert_close(loss, loss_ahead(trainer, theta, step, k, optimizer), rtol=0, atol=1e-10)
    for place in (0, 20, theta.shape[1] - 1):
        shift = torch.zeros_like(theta)
        shift[:, place] = 1e-6
        up, down = (loss_ahead(trainer, theta + sign * shift, step, k, optimizer) for sign in (1, -1))
        torch.testing.assert_close(grad[:, place], (up - down) / 2e-6, rtol=1e-4, atol=1e-8)


def test_unrolling_by_0_is_the_plain_gan_and_moves_no_d():
    plain, ahead = toy(), toy(unroll=2)
    d = ahead.players["D"].theta.clone()
    plain.advance(1, InTurn(0, 1)), ahead.advance(1, InTurn(0, 1))
    assert torch.equal(ahead.players["D"].theta, d)
    assert not torch.equal(plain.players["G"].theta, ahead.players["G"].theta)


def test_unrolling_survives_a_gradient_that_is_exactly_0():
    trainer = toy(d_activation="relu", unroll=2, d_optimizer=Adam(1e-3))
    trainer.D.layers[0].bias.data.fill_(-1e6)  # no unit is ever active: most gradients of D are 0
    trainer.advance(2)
    assert torch.isfinite(trainer.players["G"].theta).all()


# -- what cannot be combined, and nonsense


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pack": 5}, "batch of 12 cannot be packed by 5"),
        ({"pack": 0}, "pack must be a whole number of at least 1, not 0"),
        ({"pack": 1.5}, "pack must be a whole number of at least 1, not 1.5"),
        ({"minibatch": Minibatch(), "batch": 1}, "batch of 1 is too small for minibatch discrimination"),
        ({"minibatch": Minibatch(), "pack": 12}, "batch of 1 is too small for minibatch discrimination"),
        ({"minibatch": (5, 3)}, r"minibatch must be None or the settings .* not \(5, 3\)"),
        ({"minibatch": Minibatch(), "d_hidden": ()}, "sizes must be three widths or more"),
        ({"d_norm": "batch", "batch": 1}, "batch of 1 is too small for batch normalisation"),
        ({"g_norm": "batch", "batch": 1}, "batch of 1 is too small for batch normalisation"),
        ({"d_norm": "layer"}, "norm must be one of .* not 'layer'"),
        ({"unroll": -1}, "unroll must be a whole number of at least 0, not -1"),
        ({"unroll": 1.5}, "unroll must be a whole number of at least 0, not 1.5"),
        ({"penalties": (R1(), "R2")}, r"penalties must be a tuple of penalties, .* not \(R1\(\), 'R2'\)$"),
        ({"penalties": R1()}, "penalties must be a tuple of penalties"),
        ({"penalties": (R1((1.0, 2.0)),)}, r"weight must be one number, or one for each of the 3 runs, not \(1"),
        ({"penalties": (R1(),), "minibatch": Minibatch()}, "R1 asks for the slope of D at single samples or packs"),
        ({"penalties": (R2(),), "d_norm": "batch"}, "R2 asks for the slope of D"),
        ({"penalties": (GradientPenalty(),), "features": "moments"}, "GradientPenalty asks for the slope of D"),
        ({"features": "moments", "pack": 2}, "pack must be 1, not 2"),
        ({"features": "moments", "minibatch": Minibatch()}, "minibatch None, not Minibatch"),
        ({"features": "moments", "objective": losses.feature_matching}, "needs a D with a penultimate layer"),
        ({"d_norm": "spectral", "d_optimizer": Adam(1e-3, clip=0.1)}, "clip=0.1 cannot be combined with spectral"),
        ({"instance_noise": 0.5}, "instance_noise must be None or an InstanceNoise, not 0.5"),
        ({"instance_noise": InstanceNoise((0.1, 0.2))}, "sd must be one number, or one for each of the 3 runs"),
        ({"d_optimizer": Adam(1e-3, historical_averaging=(0.1, 0.2))}, "averaging must be one number, or one for each"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_by_name(changes, words):
    with pytest.raises(ValueError, match=words):
        toy(**changes)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: R1(-1.0), "weight must be .* not -1.0"),
        (lambda: R1(every=0), "every must be a whole number of at least 1, not 0"),
        (lambda: R1(1.0, 5), "decay must be None or a function"),
        (lambda: InstanceNoise(-0.1), "sd must be .* not -0.1"),
        (lambda: InstanceNoise(0.1, "linear"), "decay must be None or a function"),
        (lambda: Minibatch(0, 3), "kernels must be a whole number of at least 1, not 0"),
        (lambda: Minibatch(5, 1.5), "dim must be a whole number of at least 1, not 1.5"),
        (lambda: Minibatch(self_term=2.0), "self_term must be a finite number from 0 to 1, not 2.0"),
        (lambda: losses.LabelSmoothing(0.4), "real must be a finite number from 0.5 to 1, not 0.4"),
        (lambda: SGD(0.1, ema=1.0), "ema must be .* not 1.0"),
        (lambda: SGD(0.1, clip=0.0), "clip must be .* not 0.0"),
        (lambda: SGD(0.1, historical_averaging=-1.0), "historical_averaging must be .* not -1.0"),
    ],
)
def test_settings_refuse_nonsense(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_a_running_training_takes_a_remedy_or_refuses_it_whole():
    trainer, twin = toy("minibatch"), toy("minibatch")
    trainer.advance(3), twin.advance(3)
    with pytest.raises(ValueError, match="R1 asks for the slope"):
        trainer.change(penalties=(R1(),))
    trainer.advance(3), twin.advance(3)
    assert all(torch.equal(a, b) for a, b in zip(state(trainer), state(twin), strict=True))


def test_a_penalty_that_is_off_changes_nothing():
    plain = replace(recipes.ring, batch=16).trainer(range(2))
    later = R1(5.0, decay=lambda steps: float(steps >= 3))
    waiting = replace(recipes.ring, batch=16, penalties=(later,)).trainer(range(2))
    plain.advance(3), waiting.advance(3)
    assert torch.allclose(plain.players["D"].theta, waiting.players["D"].theta, atol=1e-6)
    plain.advance(1), waiting.advance(1)
    assert not torch.allclose(plain.players["D"].theta, waiting.players["D"].theta, atol=1e-6)
