"""A Ctrl-C anywhere in a step or a change: it is done or not done, and all modes are as they were."""

import random
from dataclasses import replace

import pytest
import torch
from helpers.interrupts import Interrupt
from helpers.players import RING, SMALL, varied
from helpers.states import same, where

from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.penalties import R1
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD
from gan_lessons.trainers.schedules import Simultaneous

KINDS = {
    "plain": SMALL,
    "by autograd": varied(RING, d={"norm": "batch"}, schedule=Simultaneous()),
    "unrolled": replace(SMALL, unroll=2, penalties=(R1(0.1),)),
}
CHANGES = {
    "rate": {"d_optimizer": replace(SMALL.d_optimizer, lr=0.5)},
    "optimizer": {"d_optimizer": SGD(0.01, momentum=0.9), "g_optimizer": SGD(0.01)},
    "batch and noise": {"batch": 5, "noise": NormalNoise(1)},
    "loss": {"objective": losses.hinge, "instance_noise": InstanceNoise(0.3)},
}
AT_FIRST = 3


def trained(kind, steps=AT_FIRST):
    trainer = KINDS[kind].trainer((0, 1), view=4)
    trainer.advance(steps)
    return trainer


def stand(trainer):
    """Where a training stands, its settings and modes too."""
    modes = {"follows": torch.is_grad_enabled()}
    modes |= {name: [part.training for part in net.modules()] for name, net in trainer.networks.items()}
    streams = {f"stream {key}": (stream.distribution, stream.batch) for key, stream in trainer.streams.items()}
    view = {"view": trainer.viewing_noise, "threads": torch.get_num_threads()}
    return where(trainer) | {f"set {name}": value for name, value in trainer.settings.items()} | modes | streams | view


def broken_at(kind, action, most):
    """A trainer of which an action was interrupted, at up to so many places, and which places those were."""
    with Interrupt(0, lines=True) as watch:
        whole = trained(kind)
        watch.count = 0
        action(whole)
    trainer = trained(kind)
    start = trainer.keep()
    for k in sorted(random.Random(0).sample(range(1, watch.count + 1), min(most, watch.count))):
        with Interrupt(k, lines=True) as interrupt, pytest.raises(KeyboardInterrupt):
            action(trainer)
        yield trainer, f"{k} of {watch.count}, {interrupt.seen}"
        trainer.return_to(start)


@pytest.fixture(autouse=True)
def following():
    """A test that fails leaves the others their gradients."""
    yield
    torch.set_grad_enabled(True)


MOST = [pytest.param(25, id="some"), pytest.param(10**6, id="all", marks=pytest.mark.slow)]


@pytest.mark.parametrize("most", MOST)
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_was_interrupted_is_done_or_not_done(kind, most):
    before, after, end = (stand(trained(kind, AT_FIRST + n)) for n in (0, 1, 4))
    for trainer, place in broken_at(kind, lambda trainer: trainer.advance(1), most):
        found = stand(trainer)
        assert same(found, before) or same(found, after), place
        trainer.advance(AT_FIRST + 4 - trainer.steps)
        assert same(stand(trainer), end), place


@pytest.mark.parametrize("most", MOST)
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_was_interrupted_is_made_or_not_made(name, most):
    kind = "plain" if name != "batch and noise" else "by autograd"
    changed = trained(kind)
    before = stand(changed)
    changes = {key: NormalNoise(2) if key == "noise" else value for key, value in CHANGES[name].items()}
    changed.change(**changes)
    after = stand(changed)
    changed.advance(2)
    end = stand(changed)
    for trainer, place in broken_at(kind, lambda trainer: trainer.change(**changes), most):
        found = stand(trainer)
        assert same(found, before) or same(found, after), place
        trainer.change(**changes) if same(found, before) else None
        trainer.advance(2)
        assert same(stand(trainer), end), place


@pytest.mark.parametrize("most", MOST)
@pytest.mark.parametrize("kind", ["plain", "by autograd"])
def test_looking_that_was_interrupted_changes_nothing(kind, most):
    before = stand(trained(kind))
    for trainer, place in broken_at(kind, lambda trainer: (trainer.snapshot(), trainer.company()), most):
        assert same(stand(trainer), before), place
