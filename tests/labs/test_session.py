"""A lab's training: going back is exact, moments stay few, and what restarts is told from what goes on."""

import random
from dataclasses import replace

import pytest
import torch
from helpers.interrupts import Interrupt
from helpers.players import SMALL, varied
from helpers.states import same as same_place
from helpers.states import where

from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.labs import session as module
from gan_lessons.labs.session import Session, rest, until
from gan_lessons.losses import objectives as losses
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.optim import SGD
from gan_lessons.trainers.schedules import InTurn


def made(recipe=SMALL, runs=2):
    return Session(recipe, 3, runs, 64)


def state(training):
    players = training.trainer.players["D"], training.trainer.players["G"]
    return [tensor.clone() for player in players for tensor in (player.theta, *player.state)]


def same(some, other):
    return len(some) == len(other) and all(torch.equal(a, b) for a, b in zip(some, other, strict=True))


def train(training, steps, every=10):
    for done in range(steps):
        training.step()
        if done % every == every - 1:
            training.keep()


@pytest.mark.parametrize("step", [0, 1, 39, 40, 41, 77, 100])
def test_going_back_is_exact_and_so_is_going_on(step):
    one, other = made(), made()
    train(one, 40), one.change(replace(SMALL, d_optimizer=SGD(0.02, momentum=0.5))), train(one, 60)
    one.back_to(step)
    train(other, min(step, 40))
    if step >= 40:
        other.change(replace(SMALL, d_optimizer=SGD(0.02, momentum=0.5)))
    train(other, max(0, step - 40))
    assert one.trainer.steps == step and one.recipe == other.recipe
    assert same(state(one), state(other))
    assert one.log.code() == other.log.code()
    train(one, 12), train(other, 12)
    assert same(state(one), state(other))


def test_back_and_forth():
    training = made()
    train(training, 30)
    now, before = training.moment(), state(training)
    training.back_to(11)
    training.change(replace(SMALL, batch=16, objective=losses.least_squares))
    train(training, 9)
    training.restore(now)
    assert training.trainer.steps == 30 and same(state(training), before) and training.recipe == SMALL
    twin = made()
    train(twin, 33), train(training, 3)
    assert same(state(training), state(twin))


def test_lone_steps_are_done_again():
    one, other = made(), made()
    for training in (one, other):
        train(training, 15)
        training.step(InTurn(1, 0)), training.step(InTurn(0, 1)), training.keep()
    train(one, 25), one.back_to(17)
    assert same(state(one), state(other)) and one.log.moves == other.log.moves


def test_slow_motion_is_finished_before_going_back():
    one, other = made(), made()
    train(one, 12), train(other, 10)
    one.phase(0), one.phase(0), one.phase(0), one.phase(0)
    one.back_to(10)
    assert same(state(one), state(other))


def test_moments_stay_few(monkeypatch):
    monkeypatch.setattr(module, "KEPT_BYTES", 4 * made().trainer.nbytes)
    one = made()
    train(one, 900)
    assert 2 <= len(one._moments) <= 4 and one._moments[0].step == 0
    twin = made()
    train(twin, 555)
    one.back_to(555)
    assert same(state(one), state(twin))


def test_without_its_moments_it_goes_back_all_the_same():
    one, twin = made(), made()
    train(one, 60), one.forget(), train(one, 20), one.back_to(33)
    train(twin, 33)
    assert same(state(one), state(twin))


ACTS = {
    "step": lambda one: one.step(),
    "step, after half of one": lambda one: (one.phase(0), one.phase(0), one.phase(0), one.phase(0), one.step()),
    "change": lambda one: one.change(replace(SMALL, d_optimizer=SGD(0.02), batch=5)),
    "going back": lambda one: one.back_to(11),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_interrupt_leaves_what_is_done_and_what_is_noted_together(name):
    one = made()
    train(one, 14)
    start = one.mark()
    with Interrupt(0, lines=True) as watch:
        ACTS[name](one)
    one.back(start)
    # where the log is written lies near the end
    places = {*random.Random(1).sample(range(1, watch.count), 15), *range(watch.count - 25, watch.count + 1)}
    for k in sorted(places):
        with Interrupt(k, lines=True) as interrupt, pytest.raises(KeyboardInterrupt):
            ACTS[name](one)
        assert torch.is_grad_enabled()
        twin = made()
        twin.redo(one.log.moves)
        assert same_place(where(one.trainer), where(twin.trainer)) and one.recipe == twin.recipe, interrupt.seen
        assert one.trainer.settings == twin.trainer.settings, interrupt.seen
        one.back(start)


@pytest.mark.parametrize("step", [-1, 13, 99])
def test_a_step_that_was_not_trained_is_refused(step):
    training = made()
    train(training, 12)
    before = state(training)
    with pytest.raises(ValueError, match=f"step must be one of 0 to 12, not {step}"):
        training.back_to(step)
    assert same(state(training), before)


def test_until_and_rest():
    moves = [("advance", 10, None), ("change", {"batch": 4}), ("advance", 5, None), ("advance", 1, InTurn(1, 0))]
    assert until(moves, 0) == [] and until(moves, 7) == [("advance", 7, None)]
    assert until(moves, 10) == moves[:2] and until(moves, 16) == moves
    assert rest((), moves) == moves and rest(tuple(moves), moves) == []
    assert rest((("advance", 4, None),), moves) == [("advance", 6, None), *moves[1:]]
    assert rest((*moves[:2], ("advance", 2, None)), moves) == [("advance", 3, None), moves[3]]


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ({"batch": 4}, False),
        ({"d_optimizer": SGD(0.1)}, False),
        ({"objective": losses.hinge}, False),
        ({"schedule": InTurn(3, 1)}, False),
        ({"noise": NormalNoise(1)}, False),
        ({"noise": NormalNoise(2)}, True),
        ({"g": {"hidden": (5,)}}, True),
        ({"g": {"hidden": (5,)}, "d": {"pack": 2}}, True),
        ({"window": (0.0, 1.0)}, True),
    ],
)
def test_what_restarts(changed, again):
    assert SMALL.restarts(varied(SMALL, **changed)) is again


def test_a_whole_batch_critic_restarts_with_another_batch():
    assert recipes.dev_nag_raw.restarts(replace(recipes.dev_nag_raw, batch=8))
    assert not recipes.dev_nag_moments.restarts(replace(recipes.dev_nag_moments, batch=8))
