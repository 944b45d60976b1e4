"""How many threads pay is found while it trains, by a clock that the test holds; and no bit depends on it."""

import pytest
import torch
from helpers.states import same, where

from gan_lessons._core import threads as module
from gan_lessons._core.threads import Paying, one_thread, threads
from gan_lessons.recipes import digits


@pytest.fixture
def machine(monkeypatch):
    """A machine of two cores: runs steps that take so many seconds with one thread and with two, by its own clock."""
    now, taken = [0.0], [2]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(torch, "get_num_threads", lambda: taken[0])
    monkeypatch.setattr(torch, "set_num_threads", lambda n: taken.__setitem__(0, n))

    def run(paying, steps, one, two, alike=True):
        start, used, undone = now[0], [], []

        def do():
            used.append(taken[0])
            now[0] += one if taken[0] == 1 else two
            return lambda n=taken[0]: alike or n

        for _ in range(steps):
            paying.step(do, lambda: undone.append(1))
            assert taken[0] == 2  # given back
        assert len(used) == steps + len(undone)
        return now[0] - start, used

    return run


def test_on_a_busy_machine_it_is_hardly_slower_than_one_thread(machine):
    seconds, used = machine(Paying(), 1000, one=0.1, two=1.2)
    assert seconds < 1.1 * 1000 * 0.1 and used.count(2) > 1  # and it goes on trying


def test_where_all_threads_pay_they_are_taken(machine):
    seconds, used = machine(Paying(), 1000, one=0.1, two=0.06)
    assert seconds < 0.7 * 1000 * 0.1 and used.count(2) > 900


def test_it_follows_a_machine_that_becomes_busy_and_free_again(machine):
    paying = Paying()
    machine(paying, 200, one=0.1, two=0.06)
    seconds, _ = machine(paying, 500, one=0.1, two=1.2)
    assert seconds < 1.1 * 500 * 0.1
    machine(paying, 1000, one=0.1, two=0.06)
    assert machine(paying, 100, one=0.1, two=0.06)[1].count(2) > 80


def test_where_bits_differ_one_thread_it_is(machine):
    _, used = machine(Paying(), 1000, one=0.1, two=0.06, alike=False)
    assert used.count(2) == 1 and used[-1] == 1


def test_where_one_thread_is_granted_nothing_is_tried(machine):
    torch.set_num_threads(1)
    undone, paying = [], Paying()
    for _ in range(100):
        paying.step(lambda: int, lambda: undone.append(1))
    assert not undone


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [digits.lean_dcgan, digits.mlp_gan], ids=lambda recipe: recipe.name)
def test_bits_do_not_depend_on_how_many_threads_pay(recipe, monkeypatch):
    finding, alone = (recipe.trainer(0, device="cpu") for _ in range(2))
    alone.paying = None  # one thread, then
    monkeypatch.setattr(module, "TRY", 0.0)  # at once
    monkeypatch.setattr(module, "PAYS", 1e9)  # and all are taken, where they may be
    with threads(2):
        finding.advance(4), alone.advance(4)
    assert finding.paying.all is finding.paying.same
    assert same(where(finding), where(alone))


def test_one_thread_is_given_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
