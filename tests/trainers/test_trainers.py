"""The trainer: N runs are N lone runs, nothing is half done, nobody's watching matters, nonsense is refused."""

import itertools
import random
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers.interrupts import Interrupt
from helpers.recipes import changed
from helpers.states import same, where
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from gan_lessons._core.threads import limit_threads
from gan_lessons.distributions.line import Gaussian, Mixture
from gan_lessons.distributions.noise import NormalNoise, UniformNoise
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.objectives import FromLogits, Objective, minimax, non_saturating
from gan_lessons.losses.penalties import R1
from gan_lessons.models.mlp import mlp
from gan_lessons.models.whole_batch import WholeBatch, raw
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers import gradients
from gan_lessons.trainers.decays import StepDecay
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.probes import DiscriminatorCurve
from gan_lessons.trainers.schedules import InTurn, Simultaneous
from gan_lessons.trainers.trainer import Trainer

SEEDS = (4, 0, 9)
DATA = Gaussian((4.0, 3.0, -1.0), (0.5, 1.25, 0.7))
KINDS = {  # every kind of network and critic, with batches small enough to train a hundred steps in a blink
    "aylien_head": recipes.aylien_head,
    "aylien_blog": replace(recipes.aylien_blog, pretrain=20),
    "steady": replace(recipes.steady, batch=12),
    "dev_nag_moments": replace(recipes.dev_nag_moments, batch=40),
    "dev_nag_raw": replace(recipes.dev_nag_raw, batch=12),
    "dev_nag_squared_differences": replace(recipes.dev_nag_squared_differences, batch=12),
    "dev_nag_differences": replace(recipes.dev_nag_differences, batch=12),
    "dev_nag_first": changed(recipes.dev_nag_first, batch=12, d_hidden=(9, 9), g_hidden=(9, 9)),
}
SCHEDULES = (InTurn(1, 1), InTurn(2, 3), Simultaneous())
OPTIMIZERS = (
    (Adam, {"decay": StepDecay(30, 0.5)}),
    (SGD, {}),
    (SGD, {"momentum": 0.9}),
)
OBJECTIVES = (non_saturating, minimax)


def toy(seeds=(0,), recipe=recipes.aylien_head, dtype=torch.float32, probes=None, **changes):
    return replace(recipe, **changes).trainer(seeds, dtype=dtype, view=20, probes=probes)


# -- the law: runs trained together are runs trained alone


def combinations():
    """All of them for one toy of each way to a gradient; for the other kinds every schedule, the rest in turn."""
    rest = list(itertools.product(OBJECTIVES, OPTIMIZERS))
    for number, kind in enumerate(KINDS):
        for turn, schedule in enumerate(SCHEDULES):
            full, one = kind in ("aylien_head", "dev_nag_moments"), rest[(number + turn) % 6]
            for objective, optimizer in rest if full else [one]:
                marks = [] if (objective, optimizer) == one else [pytest.mark.slow]
                name = f"{kind}-{turn}-{objective.name}-{optimizer[0].__name__}{optimizer[1].get('momentum', '')}"
                yield pytest.param(kind, schedule, objective, optimizer, id=name, marks=marks)


@pytest.mark.parametrize(("kind", "schedule", "objective", "optimizer"), list(combinations()))
def test_runs_together_are_the_same_runs_alone(kind, schedule, objective, optimizer):
    make, fields = optimizer
    d_rates, g_rates = (0.003, 0.001, 0.002), (0.001, 0.002, 0.0005)
    shared = {"schedule": schedule, "objective": objective}

    def trained(seeds, data, d_rate, g_rate):
        recipe = replace(KINDS[kind], data=data, **shared, d_optimizer=make(d_rate, **fields))
        trainer = replace(recipe, g_optimizer=make(g_rate, **fields)).trainer(seeds, dtype=torch.float64, view=20)
        before = trainer.players["G"].theta.clone()
        trainer.advance(100)
        assert (trainer.players["G"].theta - before).abs().amax(-1).min() > 1e-5  # every run has learnt something
        return trainer

    together = trained(SEEDS, DATA, d_rates, g_rates)
    seen = together.snapshot()
    for run in (0, 2):
        alone = trained(SEEDS[run : run + 1], DATA.for_run(run), d_rates[run], g_rates[run])
        for a, b in ((together.players["D"], alone.players["D"]), (together.players["G"], alone.players["G"])):
            torch.testing.assert_close(a.theta[run], b.theta[0], rtol=0, atol=1e-10)
        for field in ("samples", "d_loss", "g_loss", "p_real", "p_fake"):
            expected = getattr(alone.snapshot(), field)[0]
            np.testing.assert_allclose(getattr(seen, field)[run], expected, rtol=0, atol=1e-9, err_msg=field)


@pytest.mark.parametrize("kind", ["aylien_head", "aylien_blog", "steady"])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: o.name)
def test_the_chain_rule_written_out_is_autograd(kind, schedule, objective):
    both = [KINDS[kind].trainer(SEEDS, dtype=torch.float64, view=20) for _ in range(2)]
    both[0].change(schedule=schedule, objective=objective)
    both[1].change(schedule=schedule, objective=Objective(objective.name, objective.losses))
    assert [t.written_out for t in both] == [True, False]
    for trainer in both:
        trainer.advance(100)
    written, autograd = (where(trainer) for trainer in both)
    for key, value in written.items():
        if isinstance(value, torch.Tensor):
            torch.testing.assert_close(value, autograd[key], rtol=0, atol=1e-10)


def test_gradients_are_written_out_only_where_they_are_known():
    known, net = mlp([1, 4, 1]), WholeBatch(mlp([8, 1]), raw)

    def written_out(D, objective=minimax, penalties=(), **others):
        return gradients.can_be_written_out({"D": D, "G": known, **others}, objective, penalties)

    assert written_out(known) and not written_out(net) and not written_out(mlp([1, 4, 1], F.elu))
    assert not written_out(known, Objective("mine", minimax.losses)) and not written_out(known, penalties=(R1(),))
    assert not written_out(known, E=known)


@pytest.mark.parametrize("kind", ["aylien_head", "dev_nag_moments"])
def test_training_works_where_autograd_was_turned_off(kind):
    a, b = (toy(recipe=KINDS[kind]) for _ in range(2))
    a.advance(3)
    with torch.no_grad():
        b.advance(3)
    assert same(where(a), where(b))


# -- watching


@pytest.mark.parametrize("kind", ["aylien_head", "dev_nag_moments"])
def test_watching_changes_nothing(kind):
    probes = {
        "mean": lambda t: t.players["G"].theta.mean(-1),
        "alone": lambda t: t.alone(1)[0](t.viewing_noise[1:2])[0],
    }
    if kind == "aylien_head":
        probes["curve"] = DiscriminatorCurve(-2, 8, 50)
    unseen, rarely, always = (toy((3, 5), KINDS[kind], probes=p, schedule=InTurn(1, 1)) for p in (None, probes, probes))
    unseen.advance(100)
    list(rarely.run(100, every=100))
    for snapshot in always.run(100, every=1):
        assert same(where(always), where(always)) and always.snapshot().step == snapshot.step
        always.next_batch(1)
    assert same(where(unseen), where(rarely)) and same(where(unseen), where(always))


def test_a_snapshot_stays_as_it_was_taken():
    trainer = toy((0, 1), probes={"theta": lambda t: t.players["G"].theta, "curve": DiscriminatorCurve(0, 8, 9)})
    trainer.advance(3)
    snapshot = trainer.snapshot()
    everything = lambda: {**vars(snapshot), **snapshot.losses, **snapshot.probes}  # noqa: E731
    kept = {k: np.copy(v) for k, v in everything().items() if k not in ("probes", "losses")}
    assert {"D", "G", "p_real", "theta"} < set(kept)
    snapshot_again = trainer.snapshot()
    trainer.advance(3)
    for name, value in kept.items():
        np.testing.assert_array_equal(everything()[name], value, err_msg=name)
    snapshot_again.diverged[:] = 7
    assert (trainer.diverged == -1).all()


def test_a_snapshot_shows_what_the_networks_and_the_last_batch_say():
    trainer = toy(SEEDS, dtype=torch.float64, probes={"curve": DiscriminatorCurve(0.0, 8.0, 33)})
    first = trainer.snapshot()
    assert first.step == 0 and first.samples.shape == (3, 20, 1)
    for name in ("d_loss", "g_loss", "p_real", "p_fake"):
        assert getattr(first, name).shape == (3,) and np.isnan(getattr(first, name)).all()
    trainer.advance(4)
    G, D = trainer.alone(1)
    z, w = (trainer.streams[key].next()[1:2] for key in ("d_noise", "g_noise"))
    real = trainer.streams["d_real"].next()[1:2]
    for key in trainer.streams:
        trainer.streams[key].place = (0, 4)
    trainer.change(d_optimizer=SGD(0.0), g_optimizer=SGD(0.0))  # so that the networks stand still in the next step
    trainer.advance()
    seen, on_real, on_fake = trainer.snapshot(), D(real)[0, :, 0], D(G(z))[0, :, 0]
    assert seen.step == 5
    assert seen.p_real[1] == pytest.approx(on_real.sigmoid().mean().item(), abs=1e-12)
    assert seen.p_fake[1] == pytest.approx(on_fake.sigmoid().mean().item(), abs=1e-12)
    by_hand = -F.logsigmoid(on_real).mean() - F.logsigmoid(-on_fake).mean()
    assert seen.d_loss[1] == pytest.approx(by_hand.item(), abs=1e-8)
    assert seen.g_loss[1] == pytest.approx(-F.logsigmoid(D(G(w)))[0].mean().item(), abs=1e-8)
    np.testing.assert_allclose(seen.samples[1], G(trainer.viewing_noise[1:2])[0].detach(), atol=1e-12)
    grid = torch.linspace(0, 8, 33, dtype=torch.float64)[None, :, None]
    np.testing.assert_allclose(seen.probes["curve"][1], D(grid)[0, :, 0].sigmoid().detach(), atol=1e-6)


def test_next_batch_is_what_the_next_update_of_d_uses():
    trainer = toy(SEEDS)
    trainer.advance(63)  # the next step is the last one of a block
    for _ in range(3):
        real, noise = trainer.next_batch(2)
        drawn = {}
        for key in ("d_real", "d_noise"):
            stream = trainer.streams[key]
            place, drawn[key] = stream.place, stream.next()[2].numpy()
            stream.place = place
        np.testing.assert_array_equal(real, drawn["d_real"])
        np.testing.assert_array_equal(noise, drawn["d_noise"])
        trainer.advance()


@pytest.mark.parametrize("kind", ["aylien_head", "dev_nag_raw"])
def test_one_run_alone_shares_the_weights_as_they_move(kind):
    trainer = toy(SEEDS, KINDS[kind])
    G, D = trainer.alone(1)
    assert G.runs == D.runs == 1
    trainer.advance(5)
    z = trainer.viewing_noise[:, : KINDS[kind].batch]
    assert torch.equal(trainer.G(z)[1], G(z[1:2])[0])
    assert torch.equal(trainer.D(trainer.G(z))[1], D(G(z[1:2]))[0])
    for run in (3, -1, 1.0):
        with pytest.raises(ValueError, match=f"run must be .*, not {run}"):
            trainer.alone(run)


# -- run: a fresh iterator every time


def test_run_starts_films_at_step_0_and_goes_on_from_there():
    trainer = toy()
    assert [s.step for s in trainer.run(10, every=4)] == [0, 4, 8, 10]
    assert [s.step for s in trainer.run(5, every=100)] == [15]
    assert [s.step for s in trainer.run(3)] == [16, 17, 18]
    assert list(trainer.run(0)) == []
    assert [s.step for s in toy().run(0)] == [0]


def test_an_abandoned_iterator_leaves_a_trainer_that_goes_on():
    trainer, straight = toy(), toy()
    for snapshot in trainer.run(1000, every=3):
        if snapshot.step == 6:
            break
    film, other = trainer.run(100, every=2), trainer.run(100, every=5)
    assert [next(film).step, next(other).step, next(film).step] == [8, 13, 15]
    straight.advance(15)
    assert same(where(trainer), where(straight))


def test_nothing_is_trained_before_the_first_snapshot_is_asked_for():
    trainer = toy()
    film = trainer.run(10)
    assert trainer.steps == 0
    trainer.advance(2)
    assert next(film).step == 3


@pytest.mark.parametrize(("steps", "every"), [(-1, 1), (1.5, 1), (True, 1), (None, 1), (5, 0), (5, -1), (5, 2.0)])
def test_run_refuses_at_once(steps, every):
    with pytest.raises(ValueError, match=r"(steps|every) must be a whole number of at least"):
        toy().run(steps, every)


@pytest.mark.parametrize("steps", [-1, 1.5, "3", True])
def test_advance_refuses(steps):
    with pytest.raises(ValueError, match="steps must be a whole number of at least 0, not "):
        toy().advance(steps)


# -- schedules


@pytest.mark.parametrize(
    ("schedule", "d", "g"), [(InTurn(), 1, 1), (InTurn(3, 2), 3, 2), (InTurn(1, 0), 1, 0), (Simultaneous(), 1, 1)]
)
def test_a_schedule_counts_its_updates(schedule, d, g):
    trainer = toy(schedule=schedule)
    trainer.advance(4)
    assert (trainer.steps, trainer.players["D"].updates, trainer.players["G"].updates) == (4, 4 * d, 4 * g)


def test_a_network_that_gets_no_updates_does_not_move():
    for schedule, still, moved in ((InTurn(1, 0), "G", "D"), (InTurn(0, 1), "D", "G")):
        trainer = toy(schedule=schedule)
        before = {name: trainer.players[name].theta.clone() for name in (still, moved)}
        trainer.advance(3)
        assert torch.equal(trainer.players[still].theta, before[still])
        assert not torch.equal(trainer.players[moved].theta, before[moved])


def test_halves_of_a_step_make_a_step():
    halves, steps = toy(schedule=InTurn(2, 3)), toy(schedule=InTurn(2, 3))
    for _ in range(5):
        halves.part(InTurn(2, 0))
        halves.advance(1, InTurn(0, 3))
    steps.advance(5)
    assert same(where(halves), where(steps))


def test_simultaneous_takes_both_gradients_on_the_same_noise_across_the_edge_of_a_block():
    trainer, drawn = toy(schedule=Simultaneous()), []
    stream = trainer.streams["g_noise"]
    original = stream.next
    stream.next = lambda: drawn.append(original()) or drawn[-1]
    trainer.advance(66)
    assert len(drawn) == 132
    for for_d, for_g in zip(drawn[::2], drawn[1::2], strict=True):
        assert torch.equal(for_d, for_g)
    assert not torch.equal(drawn[0], drawn[2])


@pytest.mark.parametrize("arguments", [(0, 0), (-1, 1), (1, -1), (1.0, 1), (True, 1), ("1", 1)])
def test_in_turn_refuses(arguments):
    with pytest.raises(ValueError, match=r"d_steps|g_steps"):
        InTurn(*arguments)


# -- errors and interrupts: a step is done or it is not


class Boom(Exception):
    pass


def once(function, at, error):
    """The function, but its `at`-th call raises, this once, after the work was done if at is negative."""
    calls = itertools.count(1)

    def wrapped(*args, **kw):
        number = next(calls)
        if number == at:
            raise error
        result = function(*args, **kw)
        if number == -at:
            raise error
        return result

    return wrapped


def break_stream(key):
    return lambda trainer, at, error: setattr(trainer.streams[key], "next", once(trainer.streams[key].next, at, error))


def break_network(which):
    def install(trainer, at, error):
        network = getattr(trainer, which)
        shared = once(lambda work, *args, **kw: work(*args, **kw), at, error)
        for name in ("forward", "trace", "both", "pull"):
            if hasattr(network, name):
                setattr(network, name, partial(shared, getattr(network, name)))

    return install


def break_objective(which):
    def install(trainer, at, error):
        old = trainer.settings["objective"]
        parts = {name: getattr(old, name) for name in ("d_loss", "d_slope", "g_loss", "g_slope")}
        parts[which] = once(parts[which], at, error)
        trainer.settings["objective"] = FromLogits(old.name, **parts)

    return install


def break_optimizer(which):
    def install(trainer, at, error):
        optimizer = trainer.settings[which]
        object.__setattr__(optimizer := replace(optimizer), "update", once(optimizer.update, at, error))
        trainer.settings[which] = optimizer

    return install


def break_copy(which):
    def install(trainer, at, error):
        theta = trainer.players[which].theta
        theta.copy_ = once(theta.copy_, at, error)

    return install


PHASES = {
    "real data": break_stream("d_real"),
    "noise for D": break_stream("d_noise"),
    "noise for G": break_stream("g_noise"),
    "G": break_network("G"),
    "D": break_network("D"),
    "loss of D": break_objective("d_loss"),
    "loss of G": break_objective("g_loss"),
    "update of D": break_optimizer("d_optimizer"),
    "update of G": break_optimizer("g_optimizer"),
    "new weights of D": break_copy("D"),
    "new weights of G": break_copy("G"),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("kind", ["aylien_head", "dev_nag_moments"])
# an interrupt is no Exception, and so the harder of the two; at once a common error is tried, too
@pytest.mark.parametrize(
    ("at", "error"),
    [(1, Boom("in a step")), *((at, KeyboardInterrupt()) for at in (1, 2, -1))],
    ids=["error at once", "interrupt at once", "second", "after"],
)
def test_an_error_in_a_phase_of_a_step_takes_the_step_back(phase, kind, error, at):
    recipe = replace(KINDS[kind], schedule=InTurn(2, 2), d_optimizer=SGD(0.01, momentum=0.9))
    trainer, undisturbed = (toy((0, 1), recipe) for _ in range(2))
    trainer.advance(3), undisturbed.advance(3)
    before = where(trainer)
    PHASES[phase](trainer, at, error)
    with pytest.raises(type(error)):
        trainer.advance(1)
    assert same(where(trainer), before)
    trainer.advance(4), undisturbed.advance(4)
    assert same(where(trainer), where(undisturbed))


class Breaking(TorchDispatchMode):
    """Raises at the k-th operation of torch's that happens under it, this once."""

    def __init__(self, k):
        super().__init__()
        self.k, self.count = k, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += 1
        if self.count == self.k:
            raise Boom(f"{func}, operation {self.k} of a step")
        return func(*args, **(kwargs or {}))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["aylien_head", "dev_nag_squared_differences"])
@pytest.mark.parametrize("schedule", [InTurn(1, 1), Simultaneous()], ids=str)
@pytest.mark.parametrize("start", [1, 63])  # 63: the step that looks for diverged runs, and draws a new block
def test_an_error_at_any_operation_of_torch_takes_the_step_back(kind, schedule, start):
    trainer, undisturbed = (toy((0, 1), KINDS[kind], schedule=schedule) for _ in range(2))
    trainer.advance(start), undisturbed.advance(start + 1)
    before = where(trainer)
    trainer.advance(0)
    for k in itertools.count(1):
        with Breaking(k) as mode:
            try:
                trainer.advance(1)
            except Boom:
                assert same(where(trainer), before), k
                continue
        break
    assert mode.count > 40  # a step was broken at that many places
    assert same(where(trainer), where(undisturbed))


def diverging():
    """Run 1 stops being finite at step 3."""
    return toy((0, 1), d_optimizer=SGD(1e-3), g_optimizer=SGD((1e-3, 1e14), momentum=0.5))


def poisoned(at):
    """Run 1 stops being finite in step `at`."""

    def schedule(trainer):
        InTurn()(trainer)
        if trainer.steps == at - 1:
            trainer.players["D"].theta[1, 0] = torch.nan

    return toy((0, 1), schedule=schedule)


@pytest.mark.slow
@pytest.mark.parametrize("start", [1, 63])  # 63: the step that looks for diverged runs, and draws a new block
def test_an_interrupt_at_any_bytecode_leaves_a_step_done_or_not_done(start):
    def fresh(steps=start):
        trainer = poisoned(start + 1)
        trainer.advance(steps)
        return trainer

    before, after, end = (where(fresh(steps)) for steps in (start, start + 1, start + 70))
    assert before["diverged"].tolist() == [-1, -1] and after["diverged"].tolist() == [-1, start + 1]
    with Interrupt(0) as watch:
        fresh_one = fresh()
        watch.count = 0
        fresh_one.advance(1)
    places = sorted({*random.Random(start).sample(range(1, watch.count), 120), *range(watch.count - 250, watch.count)})
    trainer, found = fresh(), set()
    start_mark = trainer.mark()
    for k in places:
        with Interrupt(k) as interrupt:
            try:
                trainer.advance(1)
            except KeyboardInterrupt:
                pass
            else:
                pytest.fail(f"no interrupt at bytecode {k} of {interrupt.count}")
        ends = where(trainer)
        found.add(same(ends, after))
        assert same(ends, before) or same(ends, after), k
        if k % 40 == 0:  # goes on to where an undisturbed one goes
            trainer.advance(start + 70 - trainer.steps)
            assert same(where(trainer), end), k
            trainer = fresh()
        else:
            trainer.back(start_mark)
    assert found == {False, True}


@pytest.mark.slow
def test_an_interrupt_while_watching_changes_nothing():
    end = diverging()
    end.advance(10)
    end = where(end)
    look = lambda t: (t.snapshot(), t.next_batch(0), t.diverged_network)  # noqa: E731
    with Interrupt(0) as watch:
        trainer = diverging()
        trainer.advance(6)
        watch.count = 0
        look(trainer)
    for k in range(1, watch.count, 5):
        trainer = diverging()
        trainer.advance(6)
        with pytest.raises(KeyboardInterrupt), Interrupt(k):
            look(trainer)
        trainer.advance(4)
        assert same(where(trainer), end), k


def test_an_interrupt_in_the_middle_of_a_long_advance_keeps_the_steps_that_were_done():
    trainer, straight = toy(), toy()
    trainer.streams["g_noise"].next = once(trainer.streams["g_noise"].next, 8, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        list(trainer.run(20, every=5))
    assert trainer.steps == 7
    trainer.advance(13), straight.advance(20)
    assert same(where(trainer), where(straight))


def test_an_error_in_pretraining_leaves_d_as_it_was():
    from gan_lessons.trainers.pretraining import pretrain_discriminator

    trainer = toy()
    trainer.advance(2)
    before, calls = where(trainer), itertools.count()

    def density(x):
        if next(calls) == 5:
            raise Boom
        return torch.zeros_like(x)

    with pytest.raises(Boom):
        pretrain_discriminator(trainer, density, -5, 5, 10, SGD(0.1, momentum=0.9))
    assert same(where(trainer), before)


# -- divergence


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 7, 64, 150])
def test_a_diverging_run_is_marked_with_its_step_and_its_network_and_the_others_go_on(every):
    rates = (1e-3, 1e-3, 1e120, 1e-3, 1e-3)

    def build(runs):
        def schedule(trainer):
            InTurn(2, 3)(trainer)
            for step, run, player in ((70, 1, trainer.players["D"]), (101, 3, trainer.players["G"])):
                if trainer.steps == step - 1 and run in runs:
                    player.theta[run, 2] = torch.inf

        g = SGD(tuple(rates[run] for run in runs))
        return toy(tuple(runs), dtype=torch.float64, d_optimizer=SGD(1e-3), g_optimizer=g, schedule=schedule)

    watched, healthy = build(range(5)), build([0, 4])
    by_hand, who = [-1] * 5, [""] * 5
    for step in range(1, 151):
        watched.advance(1)
        finite = {name: watched.players[name].theta.isfinite().all(-1) for name in "DG"}
        for run in range(5):
            if by_hand[run] < 0 and not (finite["D"][run] and finite["G"][run]):
                by_hand[run], who[run] = step, "G" if finite["D"][run] else "D"
    assert by_hand == [-1, 70, 2, 101, -1] and who == ["", "D", "D", "G", ""]
    trainer = build(range(5))
    film = list(trainer.run(150, every=every))
    assert trainer.diverged.tolist() == by_hand and trainer.diverged_network == who
    for snapshot in film:
        assert snapshot.diverged.tolist() == [step if step <= snapshot.step else -1 for step in by_hand]
    healthy.advance(150)
    torch.testing.assert_close(trainer.players["G"].theta[[0, 4]], healthy.players["G"].theta, rtol=0, atol=1e-10)
    torch.testing.assert_close(trainer.players["D"].theta[[0, 4]], healthy.players["D"].theta, rtol=0, atol=1e-10)
    np.testing.assert_allclose(trainer.snapshot().samples[[0, 4]], healthy.snapshot().samples, rtol=0, atol=1e-9)
    assert np.isnan(trainer.snapshot().d_loss[1:4]).all()


# -- changing settings


CHANGES = {
    "data": Gaussian(2.0, 1.0),
    "noise": UniformNoise(-1.0, 1.0),
    "batch": 5,
    "objective": minimax,
    "d_optimizer": Adam(1e-2),
    "g_optimizer": SGD(1e-2, momentum=0.5),
    "schedule": InTurn(3, 1),
    "penalties": (R1(0.5),),
    "unroll": 2,
    "instance_noise": InstanceNoise(0.3),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_acts_from_the_next_step_and_not_before(name):
    trainer, other, replay = toy((0, 1)), toy((0, 1)), toy((0, 1))
    trainer.advance(5), other.advance(5), replay.advance(5)
    before = {k: v for k, v in where(trainer).items() if k.endswith("theta") or k == "steps"}
    trainer.change(**{name: CHANGES[name]}), replay.change(**{name: CHANGES[name]})
    assert same({k: v for k, v in where(trainer).items() if k in before}, before)
    assert trainer.settings[name] == CHANGES[name]
    trainer.advance(1), other.advance(1)
    thetas = [torch.cat([t.players["D"].theta, t.players["G"].theta], 1) for t in (trainer, other)]
    assert not torch.equal(*thetas)
    trainer.advance(4), replay.advance(5)
    assert same(where(trainer), where(replay))


def test_changes_in_a_row_can_be_replayed():
    def play():
        trainer = toy((0, 1), KINDS["steady"])
        for number, (name, value) in enumerate(CHANGES.items()):
            trainer.advance(number)
            trainer.change(**{name: value})
        trainer.advance(3)
        return trainer

    a, b = play(), play()
    assert same(where(a), where(b)) and a.settings == CHANGES | {"augmentation": None}  # that is of pictures alone
    np.testing.assert_array_equal(a.snapshot().samples, b.snapshot().samples)


def test_an_optimizer_of_another_kind_starts_as_a_new_one():
    trainer = toy(dtype=torch.float64, g_optimizer=SGD(0.0), d_optimizer=SGD(1e-3))
    trainer.advance(50)
    theta = trainer.players["D"].theta.clone()
    trainer.change(d_optimizer=Adam(1e-3))
    trainer.advance(1)
    # Adam's very first step moves every weight by its rate, whatever the gradient's size
    moved = (trainer.players["D"].theta - theta).abs()
    assert moved.max() == pytest.approx(1e-3, rel=1e-3)


def test_an_optimizer_of_the_same_kind_goes_on():
    changed, same_kind = (toy(dtype=torch.float64, d_optimizer=Adam(1e-3)) for _ in range(2))
    changed.advance(20), same_kind.advance(20)
    state = where(changed)
    changed.change(d_optimizer=Adam(2e-3))
    assert same(where(changed), state)
    before = changed.players["D"].theta.clone()
    changed.advance(1), same_kind.advance(1)
    moved, would = changed.players["D"].theta - before, same_kind.players["D"].theta - before
    torch.testing.assert_close(moved, 2 * would, rtol=1e-9, atol=0)


def test_what_is_shown_is_made_of_the_noise_that_g_is_trained_on():
    trainer = toy(recipe=recipes.steady, noise=UniformNoise(0.0, 1.0))
    trainer.change(noise=UniformNoise(10.0, 11.0))
    assert trainer.viewing_noise.min() >= 10
    assert torch.equal(trainer.viewing_noise, toy(recipe=recipes.steady, noise=UniformNoise(10.0, 11.0)).viewing_noise)
    trainer.change(batch=3)
    assert trainer.viewing_noise.shape == (1, 20, 1)


REFUSED_CHANGES = [
    ({"data": 4.0}, "data must be a distribution .* not 4.0"),
    ({"data": NormalNoise(2)}, "2"),
    ({"data": Gaussian((1.0, 2.0, 3.0))}, "data must be .* each of the 2"),
    ({"noise": "normal"}, "noise must be a distribution .* not 'normal'"),
    ({"noise": NormalNoise(2)}, "noise of 2 dimensions does not fit a generator that takes 1"),
    ({"batch": 0}, "batch must be a whole number of at least 1, not 0"),
    ({"batch": 8.0}, "batch must be a whole number of at least 1, not 8.0"),
    ({"batch": True}, "batch must be a whole number of at least 1, not True"),
    ({"objective": "minimax"}, "objective must be an Objective .* not 'minimax'"),
    ({"objective": losses.minimax_g}, "objective must be an Objective"),
    ({"d_optimizer": 1e-3}, "d_optimizer must be an optimizer .* not 0.001"),
    ({"g_optimizer": torch.optim.Adam}, "g_optimizer must be an optimizer"),
    ({"g_optimizer": SGD((0.1, 0.2, 0.3))}, "lr must be .* each of the 2 runs"),
    ({"schedule": (1, 1)}, r"schedule must be a schedule .* not \(1, 1\)"),
    ({"batch": 4, "d_optimizer": None}, "d_optimizer must be an optimizer .* not None"),
    ({"seeds": (3, 4)}, "setting must be one of .* not 'seeds'"),
    ({"lr": 0.1, "batch": 4}, "setting must be one of .* not 'lr'"),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED_CHANGES, ids=range(len(REFUSED_CHANGES)))
def test_a_refused_change_changes_nothing(changes, words):
    trainer, straight = toy((0, 1)), toy((0, 1))
    trainer.advance(3), straight.advance(6)
    before, settings = where(trainer), dict(trainer.settings)
    with pytest.raises(ValueError, match=words):
        trainer.change(**changes)
    assert same(where(trainer), before) and trainer.settings == settings
    trainer.advance(3)
    assert same(where(trainer), where(straight))


def test_a_whole_batch_critic_refuses_another_batch_size():
    trainer = toy(recipe=KINDS["dev_nag_raw"])
    with pytest.raises(ValueError, match="batch of 13 gives 13 features by raw, but the discriminator takes 12"):
        trainer.change(batch=13)


# -- marks


def test_a_mark_can_be_returned_to_any_number_of_times():
    trainer = toy((0, 1), d_optimizer=SGD(0.01, momentum=0.9))
    trainer.advance(3)
    mark, there = trainer.mark(), where(trainer)
    ends = []
    for _ in range(3):
        trainer.advance(70)
        ends.append(where(trainer))
        trainer.back(mark)
        assert same(where(trainer), there)
    assert same(ends[0], ends[1]) and same(ends[0], ends[2])


def test_back_before_a_run_diverged_takes_the_mark_off():
    trainer = diverging()
    mark = trainer.mark()
    trainer.advance(30)
    assert trainer.diverged[1] > 0
    trainer.back(mark)
    assert trainer.diverged.tolist() == [-1, -1] and trainer.diverged_network == ["", ""]


# -- what cannot work together is refused at construction


def build(G=None, D=None, data=Gaussian(), noise=NormalNoise(), **options):
    return Trainer({"D": D or mlp([1, 4, 1]), "G": G or mlp([1, 4, 1])}, data, noise, **{"batch": 8, **options})


class Squashed(nn.Module):
    """A discriminator that ends in a sigmoid without a module that says so."""

    def __init__(self, squash, runs=1):
        super().__init__()
        self.net, self.squash, self.runs, self.inputs = mlp([1, 4, 1], runs=runs), squash, runs, 1

    def forward(self, x):
        return self.squash(self.net(x))


class Ended(Squashed):
    """And one that ends in a module."""

    def __init__(self, end):
        super().__init__(lambda x: x)
        self.end = end

    def forward(self, x):
        return self.end(self.net(x))


@pytest.mark.parametrize(
    "D",
    [
        Ended(nn.Sigmoid()),
        Ended(nn.LogSigmoid()),
        Ended(nn.Sequential(nn.Sigmoid(), nn.Flatten(2))),
        Squashed(torch.sigmoid),
        Squashed(F.logsigmoid),
        Squashed(lambda x: x.sigmoid().clamp(1e-6, 1 - 1e-6)),
    ],
    ids=["module", "log", "flattened", "function", "log function", "clamped"],
)
def test_a_discriminator_that_ends_in_a_sigmoid_is_refused(D):
    with pytest.raises(ValueError, match=r"D must be a network that ends in logits: leave out the last sigmoid"):
        build(D=D)


def test_a_sigmoid_inside_a_discriminator_is_fine():
    build(D=mlp([1, 4, 1], torch.sigmoid)).advance(1)
    build(D=mlp([1, 4, 1], nn.Sigmoid())).advance(1)
    build(D=Squashed(lambda x: 3 * x)).advance(1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"G": nn.Linear(1, 1)}, "G must be a network .* not Linear"),
        ({"D": nn.Linear(1, 1)}, "D must be a network .* not Linear"),
        ({"D": torch.tanh}, "D must be a network"),
        ({"D": nn.Sequential(mlp([1, 4, 1]), nn.Sigmoid())}, "D must be a network .* not Sequential"),
        ({"noise": NormalNoise(2)}, "noise of 2 dimensions does not fit a generator that takes 1"),
        ({"G": mlp([1, 4, 2])}, "G makes samples of 2 dimensions, but the data have 1"),
        ({"D": mlp([2, 4, 1])}, "D takes samples of 2 dimensions, but the data have 1"),
        ({"D": mlp([1, 4, 2])}, "D must be a network with one logit at its end, this one has 2"),
        ({"G": mlp([1, 4, 1], runs=2)}, r"seeds must be one for each of the 2 runs of G, not \(0,\)"),
        ({"D": mlp([1, 4, 1], runs=2)}, r"seeds must be one for each of the 1 runs of G, not \(0, 1\)"),
        ({"D": mlp([1, 4, 1]).double()}, "G must be .*float64, not torch.float32"),
        ({"D": WholeBatch(mlp([7, 1]), raw)}, "batch of 8 gives 8 features by raw, but the discriminator takes 7"),
        ({"data": "gaussian"}, "data must be a distribution .* not 'gaussian'"),
        ({"data": Gaussian((1.0, 2.0))}, "data must be .* each of the 1"),
        ({"noise": None}, "noise must be a distribution .* not None"),
        ({"batch": 0}, "batch must be a whole number of at least 1, not 0"),
        ({"batch": -8}, "batch must be a whole number of at least 1, not -8"),
        ({"batch": 2.5}, "batch must be a whole number of at least 1, not 2.5"),
        ({"view": 0}, "view must be a whole number of at least 1, not 0"),
        ({"seeds": [0, 1]}, r"seeds must be one for each of the 1 runs of D, not \(0, 1\)"),
        ({"seeds": []}, r"seeds must be a sequence with one whole number a run, not \[\]"),
        ({"seeds": 3.0}, "seeds must be a sequence .* not 3.0"),
        ({"seeds": "0"}, "seeds must be a sequence .* not '0'"),
        ({"seeds": {0}}, "seeds must be a sequence .* not {0}"),
        ({"seeds": [-1]}, "seeds must be a whole number of at least 0, not -1"),
        ({"seeds": [0.0]}, "seeds must be a whole number of at least 0, not 0.0"),
        ({"seeds": [True]}, "seeds must be a whole number of at least 0, not True"),
        ({"objective": "hinge"}, "objective must be an Objective .* not 'hinge'"),
        ({"d_optimizer": SGD((0.1, 0.2))}, r"lr must be .* each of the 1 runs, not \(0.1, 0.2\)"),
        ({"g_optimizer": None}, "g_optimizer must be an optimizer .* not None"),
        ({"schedule": "InTurn"}, "schedule must be a schedule .* not 'InTurn'"),
        ({"probes": {"curve": 3}}, "probes must be .* not "),
        ({"probes": [print]}, "probes must be .* not "),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, str) else "-".join(value),
)
def test_what_cannot_work_is_refused_by_name_and_value(options, words):
    with pytest.raises(ValueError, match=words):
        build(**options)


def test_two_runs_of_one_seed_are_refused():
    with pytest.raises(ValueError, match=r"seeds must be all different.* not \(3, 3\)"):
        build(mlp([1, 1], runs=2), mlp([1, 1], runs=2), seeds=(3, 3))


def test_any_sequence_of_whole_numbers_is_good_for_seeds():
    for seeds in (range(5, 7), [5, 6], np.array([5, 6]), (5, np.int64(6))):
        trainer = build(mlp([1, 1], runs=2), mlp([1, 1], runs=2), seeds=seeds, batch=np.int64(8))
        assert trainer.seeds == (5, 6) and type(trainer.seeds[1]) is int and type(trainer.settings["batch"]) is int


@pytest.mark.parametrize(
    ("low", "high", "n"), [(1, 0, 5), (0, 0, 5), (float("nan"), 1, 5), (0, float("inf"), 5), (0, 1, 1)]
)
def test_a_curve_refuses_its_grid(low, high, n):
    with pytest.raises(ValueError, match=r"(low|high|n) must be "):
        DiscriminatorCurve(low, high, n)


def test_there_is_no_curve_of_a_discriminator_that_sees_whole_batches():
    trainer = toy(recipe=KINDS["dev_nag_moments"], probes={"curve": DiscriminatorCurve(0, 8)})
    with pytest.raises(ValueError, match="D sees a whole batch as one example"):
        trainer.snapshot()


def damaged(trainer, how):
    D = trainer.D
    if how == "assigned":
        D.load_state_dict({k: v.clone() for k, v in D.state_dict().items()}, assign=True)
    elif how == "double":
        D.double()
    elif how == "there and back":
        D.double().float()
    elif how == "one weight":
        D.layers[1].weight.data = torch.zeros_like(D.layers[1].weight)
    elif how == "another trainer":
        Trainer({"D": D, "G": trainer.G}, Gaussian(), NormalNoise(), batch=8)


@pytest.mark.parametrize("how", ["assigned", "double", "there and back", "one weight", "another trainer"])
def test_networks_changed_behind_the_trainers_back_are_refused(how):
    trainer = build(D=mlp([1, 4, 4, 1]))
    trainer.advance(1)
    damaged(trainer, how)
    with pytest.raises(ValueError, match=r"[DG] must be left where it is"):
        trainer.advance(1)


def test_weights_can_be_given_by_load_state_dict():
    trainer, other = build(seeds=[1]), build(seeds=[2])
    trainer.advance(3), other.advance(2)
    trainer.D.load_state_dict(other.D.state_dict())
    assert torch.equal(trainer.players["D"].theta, other.players["D"].theta)
    trainer.advance(1)
    assert not torch.equal(trainer.players["D"].theta, other.players["D"].theta)


# -- a network and an objective of one's own


def test_a_network_and_an_objective_of_ones_own():
    """The seams: D looks at differences from its batch's mean; G matches D's mean logit."""

    class MeanD(Squashed):
        def __init__(self):
            super().__init__(lambda x: x)

        def forward(self, x):
            return self.net(x - x.mean(-2, keepdim=True))

    def matching(step):
        assert step.real is None and step.fake.requires_grad
        return step.fake_logits.mean(-1) ** 2

    def critic(step):
        assert not step.fake.requires_grad and step.logits.shape == (1, 2, 8)
        return (step.logits[:, 1] - step.logits[:, 0]).mean(-1)

    trainer = build(
        D=MeanD(), data=Mixture((-1, 1), (0.1, 0.1)), objective=Objective("mine", {"D": critic, "G": matching})
    )
    before = where(trainer)
    trainer.advance(2)
    assert not torch.equal(before["D.theta"], where(trainer)["D.theta"])
    assert not torch.equal(before["G.theta"], where(trainer)["G.theta"])
    assert np.isfinite(trainer.snapshot().d_loss).all()


# -- threads


@pytest.mark.parametrize(
    ("granted", "threads"), [("1", 1), ("1.9", 1), ("0.5", 1), ("64", 2), ("", 2), ("x", 2), ("inf", 2)]
)
def test_a_hubs_cpu_limit_decides_the_threads(monkeypatch, granted, threads):
    now = [2]
    monkeypatch.setattr(torch, "get_num_threads", lambda: now[0])
    monkeypatch.setattr(torch, "set_num_threads", lambda n: now.__setitem__(0, n))
    monkeypatch.setenv("CPU_LIMIT", granted)
    limit_threads()
    assert now == [threads]


def test_next_batch_and_advance_refuse_what_is_not_there():
    trainer = toy((0,))
    for run in (-1, 1):
        with pytest.raises(ValueError, match=r"^run must be"):
            trainer.next_batch(run)
    with pytest.raises(ValueError, match=r"^schedule must be"):
        trainer.advance(1, "")
    assert trainer.steps == 0


def _shared():
    D, G = mlp([1, 4, 1]), mlp([1, 4, 1])
    G.layers = D.layers
    return {"D": D, "G": G}


NETWORK = mlp([1, 4, 1])


@pytest.mark.parametrize("networks", [{"D": NETWORK, "G": NETWORK}, _shared()], ids=["one", "layers"])
def test_players_with_weights_in_common_are_refused(networks):
    with pytest.raises(
        ValueError, match="networks must be networks of their own, not 'D and G with weights in common'"
    ):
        Trainer(networks, Gaussian(), UniformNoise(), batch=4)


LOSSES = {
    "a mean over runs": lambda step: step.fake_logits.mean(),
    "one a sample": lambda step: step.fake_logits,
    "no tensor": lambda step: 1.0,
}


@pytest.mark.parametrize("unroll", [0, 1])
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_that_is_not_one_number_a_run_is_refused(name, unroll):
    objective = Objective("mine", {"D": losses.hinge.losses["D"], "G": LOSSES[name]})
    trainer = toy((0, 1), objective=objective, unroll=unroll)
    before = where(trainer)
    with pytest.raises(ValueError, match=r"objective must be one whose losses are \(2,\), one number a run, not"):
        trainer.advance(1)
    assert same(where(trainer), before)


def test_a_loss_of_logits_over_all_runs_is_refused():
    parts = [minimax.d_loss, minimax.d_slope, lambda logits: logits.mean(), minimax.g_slope]
    with pytest.raises(ValueError, match=r"objective must be one whose losses are \(2,\)"):
        toy((0, 1), objective=FromLogits("mine", *parts)).advance(1)


@pytest.mark.parametrize("density", [lambda x: x[..., 0], lambda x: 0.1], ids=["no last axis", "a number"])
def test_a_density_of_another_shape_is_refused(density):
    from gan_lessons.trainers.pretraining import pretrain_discriminator

    trainer = toy()
    before = where(trainer)
    with pytest.raises(ValueError, match="density must be a function that gives one height a point"):
        pretrain_discriminator(trainer, density, -5, 5, 3, SGD(0.1))
    with pytest.raises(ValueError, match=r"optimizer must be an optimizer of gan_lessons\.trainers, not None"):
        pretrain_discriminator(trainer, density, -5, 5, 3, None)
    assert same(where(trainer), before)
