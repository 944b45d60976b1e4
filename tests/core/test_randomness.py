"""Streams: the place alone decides the numbers, and every run has its own."""

import itertools
import sys

import pytest
import torch

from gan_lessons._core.randomness import Stream, block_seed, generator
from gan_lessons.distributions.line import Gaussian, Mixture
from gan_lessons.distributions.noise import NormalNoise, StratifiedNoise, UniformNoise

KINDS = [Gaussian(4.0, 0.5), Mixture((0.0, 3.0), (1.0, 0.5)), NormalNoise(3), UniformNoise(-1, 1), StratifiedNoise()]


def stream(distribution=Gaussian(), seeds=(0, 1, 2), name="real", batch=100, dtype=torch.float32):
    return Stream(distribution, seeds, name, batch, dtype)


def batches(a_stream, n):
    return torch.stack([a_stream.next() for _ in range(n)])


@pytest.mark.parametrize("distribution", KINDS, ids=lambda d: type(d).__name__)
@pytest.mark.parametrize("batch", [1, 8, 500, 5000])
def test_a_run_draws_the_same_numbers_in_any_company(distribution, batch):
    n = stream(batch=batch).length + 2  # over the edge of a block
    together = batches(stream(distribution, (7, 3, 11), batch=batch), n)
    for row, seed in enumerate((7, 3, 11)):
        alone = batches(stream(distribution, (seed,), batch=batch), n)
        torch.testing.assert_close(together[:, row], alone[:, 0], rtol=0, atol=0)


def test_shape_and_dtype():
    batch = stream(NormalNoise(3), batch=5, dtype=torch.float64).next()
    assert batch.shape == (3, 5, 3) and batch.dtype == torch.float64


def test_settings_that_differ_from_run_to_run_go_to_their_runs():
    together = batches(stream(Gaussian((0.0, 5.0, -5.0), (1.0, 2.0, 3.0))), 3)
    plain = batches(stream(), 3)
    scale = torch.tensor([1.0, 2.0, 3.0])[:, None, None]
    torch.testing.assert_close(together, plain * scale + torch.tensor([0.0, 5.0, -5.0])[:, None, None])


def test_names_seeds_and_blocks_all_give_other_numbers():
    draws = {
        (seed, name, block): generator(seed, name, block).initial_seed()
        for seed, name, block in itertools.product((0, 1, 10, 2**70), ("real", "d_noise", "g_noise"), (0, 1, 10))
    }
    assert len(set(draws.values())) == len(draws)
    assert all(0 <= seed < 2**63 for seed in draws.values())
    rows = [batches(stream(seeds=(seed,), name=name), 1) for seed in (0, 1) for name in ("real", "d_noise")]
    rows.append(batches(stream(seeds=(0,)), stream().length + 1)[-1:])  # the second block
    for a, b in itertools.combinations(rows, 2):
        assert not torch.equal(a, b)
        assert abs(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1]) < 0.4  # 4 sds of 100 pairs


def test_the_seed_of_a_block_is_a_number_that_never_changes():
    # `printf 0/real/0 | b2sum -l 64`, read from the little end; another number would void saved files and results
    assert block_seed(0, "real", 0) == 403_681_136_698_968_514


def test_no_batch_comes_twice():
    drawn = batches(stream(batch=500), 3 * stream(batch=500).length).flatten(1)
    assert len({tuple(row.tolist()[:5]) for row in drawn}) == len(drawn)


def test_the_place_can_be_set_back_within_a_block_and_across_blocks():
    a = stream(batch=500)
    places, drawn = [], []
    for _ in range(2 * a.length + 3):
        places.append(a.place)
        drawn.append(a.next().clone())
    for k in (2 * a.length + 1, 0, a.length, a.length - 1, 3):
        a.place = places[k]
        assert torch.equal(a.next(), drawn[k])
        fresh = stream(batch=500)
        fresh.place = places[k]
        assert torch.equal(fresh.next(), drawn[k])


def test_peeking_leaves_the_place():
    a, b = stream(batch=500), stream(batch=500)
    for _ in range(2 * a.length):
        assert torch.equal(a.peek(), a.peek())
        assert a.place == b.place and torch.equal(a.next(), b.next())


def test_a_changed_stream_goes_on_at_the_next_block_with_numbers_not_seen_yet():
    a = stream()
    seen = batches(a, 3)
    changed = a.changed(Gaussian(9.0), 100)
    assert changed.place == (a.place[0] + 1, 0)
    assert not torch.isin(changed.next() - 9.0, seen).any()
    smaller = a.changed(Gaussian(), 7)
    assert smaller.next().shape == (3, 7, 1) and smaller.place[0] == a.place[0] + 1


def test_an_error_while_a_block_is_drawn_leaves_the_stream_as_it_was():
    class Failing(Gaussian):
        calls = 0

        def draw(self, *args):
            Failing.calls += 1
            if Failing.calls == 5:  # the second run of the second block
                raise KeyboardInterrupt
            return super().draw(*args)

    a, b = stream(Failing(), batch=4096), stream(batch=4096)
    assert a.length == 1
    assert torch.equal(a.next(), b.next())
    place = a.place
    with pytest.raises(KeyboardInterrupt):
        a.next()
    assert a.place == place
    assert torch.equal(batches(a, 2), batches(b, 2))


def test_an_interrupt_while_a_block_is_drawn_leaves_the_one_before_in_order():
    def interrupted_at(k):
        count = itertools.count(1)

        def inside(frame, event, argument):
            if event == "opcode" and next(count) == k:
                raise KeyboardInterrupt
            return inside

        def trace(frame, event, argument):
            if frame.f_code is Stream._fill.__code__:
                frame.f_trace_opcodes = True
                return inside

        return trace

    first, second = batches(stream(batch=4096), 2)
    for k in itertools.count(1):
        a = stream(batch=4096)
        a.next()
        before = sys.gettrace()
        sys.settrace(interrupted_at(k))
        try:
            a.next()
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            sys.settrace(before)
        place, a.place = a.place, (0, 0)
        assert place == (1, 0) and torch.equal(a.next(), first), k
        assert torch.equal(a.next(), second), k
    assert k > 50


def test_the_global_generator_is_neither_read_nor_moved():
    torch.manual_seed(1)
    before, first = torch.random.get_rng_state(), batches(stream(), 50)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(batches(stream(), 50), first)
