"""The layers of the remedies: torch's own, dense linear algebra and numbers worked by hand as oracles."""

import math
from functools import partial

import pytest
import torch
from torch import nn

from gan_lessons._core.randomness import initialize
from gan_lessons.models import minibatch_discrimination as module
from gan_lessons.models.layers import BatchNorm, SpectralLinear
from gan_lessons.models.minibatch_discrimination import Minibatch, MinibatchDiscrimination
from gan_lessons.models.mlp import leaky_relu, mlp
from gan_lessons.models.packed import Packed
from gan_lessons.models.surface import company, surface
from gan_lessons.models.whole_batch import WholeBatch, raw

exact = partial(torch.testing.assert_close, rtol=0, atol=1e-12)


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn(network, runs=3):
    network = network.double()
    initialize(network, range(runs), "D")
    return network


# -- batch normalisation


def test_batch_norm_is_torchs_for_every_run_in_training_and_after():
    ours, theirs = drawn(BatchNorm(4, runs=3)), [nn.BatchNorm1d(4).double() for _ in range(3)]
    ours.weight.data.copy_(noise(3, 1, 4)), ours.bias.data.copy_(noise(3, 1, 4, seed=1))
    for run, other in enumerate(theirs):
        other.weight.data.copy_(ours.weight[run, 0]), other.bias.data.copy_(ours.bias[run, 0])
    for step in range(5):
        x = 3 * noise(3, 8, 4, seed=step) + 1
        out = ours(x)
        for run, other in enumerate(theirs):
            exact(out[run], other(x[run]))
    for run, other in enumerate(theirs):
        exact(ours.running_mean[run, 0], other.running_mean)
        exact(ours.running_var[run, 0], other.running_var)
        exact(ours.eval()(x)[run], other.eval()(x[run]))


def test_batch_norm_in_eval_remembers_nothing_new():
    layer = drawn(BatchNorm(4, runs=3)).eval()
    before = layer.running_mean.clone()
    layer(5 + noise(3, 8, 4))
    assert torch.equal(layer.running_mean, before)


# -- spectral normalisation


def test_the_estimate_becomes_the_largest_singular_value():
    layer = drawn(SpectralLinear(6, 9, runs=3))
    for _ in range(300):
        layer(noise(3, 2, 6))
    exact(layer.largest()[:, 0, 0], torch.linalg.svdvals(layer.weight)[:, 0])
    stretched = layer(noise(3, 500, 6)) - layer.bias
    assert (stretched.norm(dim=-1) <= noise(3, 500, 6).norm(dim=-1) * (1 + 1e-9)).all()


def test_spectral_norm_is_torchs_own():
    layer, x = drawn(SpectralLinear(5, 4, runs=1), 1), noise(1, 7, 5)
    theirs = nn.utils.parametrizations.spectral_norm(nn.Linear(5, 4).double())
    theirs.parametrizations.weight.original.data.copy_(layer.weight[0].T)
    theirs.bias.data.copy_(layer.bias[0, 0])
    for _ in range(200):
        ours, other = layer(x), theirs(x[0])
    exact(ours[0], other)
    (a,) = torch.autograd.grad(layer(x).square().sum(), layer.weight)
    (b,) = torch.autograd.grad(theirs(x[0]).square().sum(), theirs.parametrizations.weight.original)
    torch.testing.assert_close(a[0], b.T, rtol=1e-6, atol=1e-9)


def test_in_eval_the_power_iteration_rests():
    layer = drawn(SpectralLinear(5, 4, runs=3)).eval()
    before = layer.u.clone()
    layer(noise(3, 7, 5))
    assert torch.equal(layer.u, before)
    layer.train()(noise(3, 7, 5))
    assert not torch.equal(layer.u, before)


# -- minibatch discrimination


def features_by_loops(layer, x, self_term):
    """Salimans et al. 2016, equations 1 and 2, one number at a time."""
    kernels, dim = layer.settings.kernels, layer.settings.dim
    runs, batch, _ = x.shape
    out = torch.zeros(runs, batch, kernels, dtype=x.dtype)
    for run in range(runs):
        M = (x[run] @ layer.weight[run].detach()).view(batch, kernels, dim)
        for i in range(batch):
            for b in range(kernels):
                others = (math.exp(-(M[i, b] - M[j, b]).abs().sum()) for j in range(batch) if j != i)
                out[run, i, b] = sum(others) + self_term
    return out


@pytest.mark.parametrize(("kernels", "dim", "self_term"), [(5, 3, 1.0), (2, 4, 0.0), (1, 1, math.exp(-1))])
def test_minibatch_features_by_loops(kernels, dim, self_term):
    layer, x = drawn(MinibatchDiscrimination(4, Minibatch(kernels, dim, self_term, sd=0.5), runs=3)), noise(3, 6, 4)
    out = layer(x)
    assert out.shape == (3, 6, 4 + kernels)
    exact(out[..., :4], x)
    exact(out[..., 4:].detach(), features_by_loops(layer, x, self_term))


def test_equal_samples_are_all_close_and_far_ones_are_alone():
    layer = drawn(MinibatchDiscrimination(2, Minibatch(3, 2, sd=1.0), runs=3))
    exact(layer(torch.ones(3, 6, 2, dtype=torch.float64))[..., 2:], torch.full((3, 6, 3), 6.0, dtype=torch.float64))
    alone = layer(1e6 * noise(3, 6, 2))[..., 2:].detach()
    exact(alone, torch.ones_like(alone))


@pytest.mark.parametrize("room", [1, 40, 200, 700])  # below one row, some rows, whole runs
def test_in_pieces_it_gives_the_same_and_the_same_slopes(room, monkeypatch):
    layer, x = drawn(MinibatchDiscrimination(4, Minibatch(2, 3, sd=0.5), runs=3)), noise(3, 7, 4).requires_grad_()

    def found():
        out = layer(x)
        first = torch.autograd.grad(out.sin().sum(), (x, layer.weight), create_graph=True)
        return [out, *first, *torch.autograd.grad(first[0].square().sum(), (x, layer.weight))]  # and a second time

    at_once = found()
    monkeypatch.setattr(module, "ELEMENTS", room)
    for a, b in zip(found(), at_once, strict=True):
        exact(a, b)


def test_memory_is_bounded():
    """A hundred runs at batch 256 hold 98 million distances of 3 numbers; a piece holds `ELEMENTS`."""
    sizes, layer = [], MinibatchDiscrimination(2, Minibatch(5, 3), runs=100)
    with torch.no_grad(), pytest.MonkeyPatch.context() as patch:
        plain = module._sums
        patch.setattr(module, "_sums", lambda a, b: sizes.append(a[0].numel() * len(a) * b.shape[-1]) or plain(a, b))
        layer(torch.zeros(100, 256, 2))
    assert max(sizes) <= module.ELEMENTS and sum(sizes) == 100 * 5 * 3 * 256 * 256


# -- packs


def test_packs_of_one_are_the_inner_critic():
    inner, x, y = drawn(mlp([2, 5, 1], runs=3)), noise(3, 6, 2), noise(3, 6, 2, seed=1)
    packed = Packed(inner, 1)
    assert torch.equal(packed(x), inner(x)) and torch.equal(packed.both(x, y), inner.both(x, y))
    assert packed.looks_at == "samples"


def test_neighbours_make_a_pack():
    inner, x = drawn(mlp([6, 5, 1], runs=3)), noise(3, 12, 2)
    packed = Packed(inner, 3)
    assert (packed.inputs, packed.pack, packed.looks_at) == (2, 3, "packs")
    exact(packed(x)[1, 2], inner(x[:, 6:9].reshape(3, 1, 6))[1, 0])
    assert packed.both(x, x).shape == (3, 2, 4)


@pytest.mark.parametrize(
    ("size", "words"), [(4, "size must be a divisor of the 6"), (0, "size must be a whole number")]
)
def test_packs_refuse_sizes(size, words):
    with pytest.raises(ValueError, match=words):
        Packed(mlp([6, 5, 1]), size)


def test_packs_for_no_network_are_refused():
    with pytest.raises(ValueError, match="inner must be a network that knows its `runs`"):
        Packed(None, 2)


# -- networks with and without


def test_both_sees_two_batches_where_company_counts():
    x, y = noise(3, 6, 2), noise(3, 6, 2, seed=1)
    for net in (mlp([2, 5, 1], runs=3, minibatch=Minibatch(2, 2, sd=1.0)), mlp([2, 5, 1], runs=3, norm="batch")):
        net = drawn(net)
        assert net.looks_at == "batches" and not net.plain
        exact(net.both(x, y), torch.stack([net(x).squeeze(-1), net(y).squeeze(-1)], -2))
    assert mlp([2, 5, 1], norm="spectral").looks_at == "samples"


def test_leaky_relu_has_a_slope_of_a_fifth():
    assert leaky_relu(torch.tensor([-1.0, 0.0, 2.0])).tolist() == [pytest.approx(-0.2), 0, 2]


# -- the verdict on a point


def test_a_d_of_single_samples_needs_no_company():
    net, points = drawn(mlp([2, 5, 1], runs=3)), noise(3, 6, 2)
    exact(surface(net, points, noise(3, 9, 2)), net(points).squeeze(-1).sigmoid().detach())
    assert company(net) == ""


def test_in_company_a_point_is_judged_as_if_in_their_batch():
    net = drawn(mlp([2, 5, 1], runs=3, minibatch=Minibatch(2, 2, sd=1.0)))
    points, mates = noise(3, 4, 2), noise(3, 7, 2, seed=1)
    found = surface(net, points, mates)
    for i in range(4):
        batch = torch.cat([points[:, i : i + 1], mates], 1)
        exact(found[:, i], net(batch)[:, 0, 0].sigmoid().detach())
    assert company(net) == "each in a batch of generated ones"


def test_in_packs_a_point_is_judged_with_companions():
    net, points = drawn(mlp([4, 5, 1], runs=3)), noise(3, 4, 2)
    found = surface(Packed(net, 2), points, noise(3, 1, 2, seed=1).expand(3, 5, 2))  # five times the same companion
    pairs = torch.cat([points, noise(3, 1, 2, seed=1).expand(3, 4, 2)], -1)
    exact(found, net(pairs).squeeze(-1).sigmoid().detach())
    assert company(Packed(net, 2)) == "in packs with 1 generated"


def test_looking_changes_no_buffer_and_no_mode():
    net = drawn(mlp([2, 5, 1], runs=3, norm="batch"))
    before = [buffer.clone() for buffer in net.buffers()]
    surface(net, noise(3, 4, 2), noise(3, 7, 2))
    assert net.training and all(torch.equal(a, b) for a, b in zip(before, net.buffers(), strict=True))
    assert company(net) == "normalised by running averages"


def test_a_d_of_whole_batches_has_no_verdict_on_a_point():
    with pytest.raises(ValueError, match="no verdict on single samples"):
        surface(WholeBatch(mlp([8, 1]), raw), noise(1, 4, 1), noise(1, 7, 1))
