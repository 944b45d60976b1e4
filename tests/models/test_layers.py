"""The runs-axis layers and `mlp`: torch, scipy and numbers worked by hand as oracles."""

import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats

from gan_lessons._core.randomness import initialize
from gan_lessons.models import whole_batch
from gan_lessons.models.layers import Linear, normal_init, spread_init, torch_init
from gan_lessons.models.mlp import ACTIVATIONS, SLOPES, mlp
from gan_lessons.models.whole_batch import FEATURES, WholeBatch, feature_width

exact = partial(torch.testing.assert_close, rtol=0, atol=1e-12)


def noise(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def drawn(network, seeds):
    network = network.double()
    initialize(network, seeds, "D")
    return network


# -- Linear


def test_linear_is_torchs_for_every_run():
    layer, x = drawn(Linear(3, 5, runs=4), range(4)), noise(4, 7, 3)
    out = layer(x)
    assert out.shape == (4, 7, 5)
    for run in range(4):
        exact(out[run], F.linear(x[run], layer.weight[run].T, layer.bias[run, 0]))


def test_no_gradient_passes_from_one_run_to_another():
    net, x = drawn(mlp([2, 4, 1], torch.tanh, runs=3), range(3)), noise(3, 5, 2).requires_grad_()
    net(x)[1].sum().backward()
    for tensor in (x, *net.parameters()):
        assert tensor.grad[1].abs().sum() > 0
        assert tensor.grad[[0, 2]].abs().sum() == 0


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (1.0, 1), (True, 1), (1, -2), ("1", 1)])
def test_linear_refuses_sizes(sizes):
    with pytest.raises(ValueError, match=r"(inputs|outputs) must be a whole number of at least 1, not"):
        Linear(*sizes)


def test_linear_refuses_runs():
    with pytest.raises(ValueError, match="runs must be a whole number of at least 1, not 0"):
        Linear(1, 1, runs=0)


# -- weights


def test_torch_init_is_torchs_own_default():
    layer = drawn(Linear(16, 50, runs=20), range(20))
    torch.manual_seed(0)
    theirs = [torch.nn.Linear(16, 50) for _ in range(20)]
    for ours, name in ((layer.weight, "weight"), (layer.bias, "bias")):
        sample = torch.cat([getattr(one, name).flatten() for one in theirs]).detach().numpy()
        assert ours.abs().max() <= 0.25
        assert stats.kstest(ours.detach().flatten().numpy(), stats.uniform(-0.25, 0.5).cdf).pvalue > 1e-3
        assert stats.ks_2samp(ours.detach().flatten().numpy(), sample).pvalue > 1e-3


def test_normal_init_is_normal_with_biases_0():
    layer = drawn(Linear(16, 50, runs=20, init=normal_init(2.0)), range(20))
    assert stats.kstest(layer.weight.detach().flatten().numpy(), stats.norm(0, 2).cdf).pvalue > 1e-3
    assert (layer.bias == 0).all()


def test_spread_init_has_torchs_weights_and_biases_four_times_as_wide():
    plain, spread = (drawn(Linear(16, 50, runs=20, init=init), range(20)) for init in (torch_init, spread_init))
    assert torch.equal(plain.weight, spread.weight) and torch.equal(4 * plain.bias, spread.bias)


def test_a_runs_weights_depend_on_its_seed_and_the_networks_name_alone():
    def theta(seeds, name):
        net = mlp([1, 4, 4, 1], runs=len(seeds))
        initialize(net, seeds, name)
        return torch.cat([p.flatten(1) for p in net.parameters()], 1)

    together = theta((5, 9, 2), "D")
    for run, seed in enumerate((5, 9, 2)):
        assert torch.equal(together[run], theta((seed,), "D")[0])
    assert not torch.isclose(together[0], together[1]).any()
    assert not torch.isclose(together[0], theta((5,), "G")[0]).any()


def test_layers_of_one_network_do_not_repeat_each_others_weights():
    net = drawn(mlp([4, 4, 4, 4]), [0])
    first, second, third = (layer.weight.flatten() for layer in net.layers)
    assert not torch.isclose(first, second).any() and not torch.isclose(second, third).any()


# -- what a whole-batch critic sees


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("raw", [1, 2, 3, 6]),
        ("differences", [1, 2, 3, 6, -2, -1, 0, 3]),
        ("squared_differences", [1, 2, 3, 6, 4, 1, 0, 9]),
        # mean 3; gaps -2 -1 0 3: squares 14, cubes 18, fourth powers 98; population variance 14 / 4
        ("moments", [3, math.sqrt(3.5), (18 / 4) / 3.5**1.5, (98 / 4) / 3.5**2 - 3]),
    ],
)
def test_features_by_hand(name, expected):
    exact(FEATURES[name](torch.tensor([1.0, 2, 3, 6]).double()), torch.tensor(expected, dtype=torch.float64))


def test_moments_are_scipys():
    x = noise(3, 2, 50) ** 3
    found = whole_batch.batch_moments(x).numpy()
    for k, oracle in enumerate((np.mean, np.std, stats.skew, stats.kurtosis)):
        np.testing.assert_allclose(found[..., k], oracle(x.numpy(), axis=-1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", FEATURES)
def test_features_of_one_batch_do_not_depend_on_the_others(name):
    x = noise(3, 2, 10)
    exact(FEATURES[name](x)[2, 1], FEATURES[name](x[2, 1]))


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("batch", [2, 12, 500])
def test_feature_width_is_the_width_of_the_features(name, batch):
    assert feature_width(FEATURES[name], batch) == FEATURES[name](noise(batch)).shape[-1]


@pytest.mark.parametrize("name", ["differences", "squared_differences"])
def test_the_mean_is_a_constant_to_the_gradient_of_differences(name):
    x, pull = noise(10).requires_grad_(), noise(20, seed=1)
    (grad,) = torch.autograd.grad((FEATURES[name](x) * pull).sum(), x)
    mean = x.detach().mean()
    slope = 1 if name == "differences" else 2 * (x.detach() - mean)
    exact(grad, pull[:10] + pull[10:] * slope)


def test_the_gradient_of_moments_is_the_whole_one():
    assert torch.autograd.gradcheck(whole_batch.batch_moments, (noise(2, 6).requires_grad_(),))


@pytest.mark.parametrize("name", FEATURES)
def test_a_whole_batch_critic_gives_one_logit_a_batch_and_run(name):
    features, batch = FEATURES[name], 6
    D = drawn(WholeBatch(mlp([feature_width(features, batch), 5, 1], torch.sigmoid, runs=3), features), range(3))
    real, fake = noise(3, batch, 1), noise(3, batch, 1, seed=1)
    both = D.both(real, fake)
    assert both.shape == (3, 2, 1) and D(real).shape == (3, 1, 1)
    exact(both[:, 0], D(real)[:, 0])
    exact(both[:, 1], D(fake)[:, 0])
    for run in range(3):
        net = D.inner
        hidden = torch.sigmoid(features(real[run, :, 0]) @ net.layers[0].weight[run] + net.layers[0].bias[run, 0])
        exact(both[run, 0], hidden @ net.layers[1].weight[run] + net.layers[1].bias[run, 0])


def test_a_whole_batch_critic_refuses_batches_that_do_not_fit():
    D = WholeBatch(mlp([8, 1]), whole_batch.differences)
    D.check(4)
    with pytest.raises(ValueError, match="batch of 5 gives 10 features by differences, but the discriminator takes 8"):
        D.check(5)


def test_moments_of_a_batch_of_1_are_refused():
    with pytest.raises(ValueError, match="batch of 1"):
        WholeBatch(mlp([4, 1]), whole_batch.batch_moments).check(1)


@pytest.mark.parametrize("features", ["moments", None, torch.tanh])
def test_feature_width_refuses_what_is_no_feature(features):
    with pytest.raises(ValueError, match=r"features must be one of \['differences', 'moments', 'raw', 'squared_diff"):
        feature_width(features, 8)


# -- mlp


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_mlp_is_its_layers_with_the_activation_between(name):
    net, x = drawn(mlp([2, 5, 3, 1], ACTIVATIONS[name], runs=2), (0, 1)), noise(2, 7, 2)
    for run in range(2):
        h = x[run]
        for layer in net.layers[:-1]:
            h = ACTIVATIONS[name](F.linear(h, layer.weight[run].T, layer.bias[run, 0]))
        exact(net(x)[run], F.linear(h, net.layers[-1].weight[run].T, net.layers[-1].bias[run, 0]))


def test_both_is_two_passes_in_one():
    net, real, fake = drawn(mlp([2, 5, 1], runs=3), range(3)), noise(3, 7, 2), noise(3, 7, 2, seed=1)
    exact(net.both(real, fake), torch.stack([net(real).squeeze(-1), net(fake).squeeze(-1)], -2))


@pytest.mark.parametrize("activation", SLOPES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("sizes", [[2, 1], [2, 5, 1], [2, 5, 4, 3]], ids=str)
def test_trace_and_pull_are_autograd(activation, sizes):
    net, x = drawn(mlp(sizes, activation, runs=3, init=normal_init(1.0)), range(3)), noise(3, 7, 2).requires_grad_()
    out, pull = net(x), noise(3, 7, sizes[-1], seed=1)
    *expected, at_input = torch.autograd.grad(out, [*net.parameters(), x], pull)
    with torch.no_grad():
        traced, outs = net.trace(x)
        grads, at_x = net.pull(outs, pull, inputs=True)
        none, same = net.pull(outs, pull, weights=False, inputs=True)
    exact(traced, out.detach())
    assert len(grads) == len(expected) and none == []
    for ours, theirs in zip(grads, expected, strict=True):
        exact(ours, theirs)
    exact(at_x, at_input)
    exact(same, at_input)


@pytest.mark.parametrize("activation", SLOPES, ids=lambda f: f.__name__)
def test_slopes_are_right_far_out(activation):
    x = torch.linspace(-800, 800, 3202, dtype=torch.float64).requires_grad_()
    (expected,) = torch.autograd.grad(activation(x).sum(), x)
    ours = SLOPES[activation](torch.ones_like(x), activation(x)).detach()
    exact(ours, expected)


def test_the_words_of_a_network_tell_all_that_decides_what_it_computes():
    networks = [mlp([1, 4, 1], f) for f in ACTIVATIONS.values()] + [mlp([1, 4, 4, 1]), mlp([1, 4, 1], runs=2)]
    views = (whole_batch.raw, whole_batch.differences, whole_batch.squared_differences)
    networks += [WholeBatch(mlp([8, 1]), f) for f in views]
    assert len({str(network) for network in networks}) == len(networks)  # a save file compares them


@pytest.mark.parametrize("sizes", [[], [1], 3, 3.0, None, "11", [1, 0], [1, 2.0, 1], [1, True], [1, -1, 1]], ids=str)
def test_mlp_refuses_sizes(sizes):
    with pytest.raises(ValueError, match=r"sizes must be .*, not "):
        mlp(sizes)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"activation": "relu"}, "activation must be a function, such as torch.tanh, not 'relu'"),
        ({"runs": 0}, "runs must be a whole number of at least 1, not 0"),
        ({"runs": 2.0}, "runs must be a whole number of at least 1, not 2.0"),
        ({"init": "normal"}, "init must be a function, .* not 'normal'"),
    ],
)
def test_mlp_refuses_by_name_and_value(arguments, words):
    with pytest.raises(ValueError, match=words):
        mlp([1, 4, 1], **arguments)


@pytest.mark.parametrize("sd", [-1.0, math.nan, "1"])
def test_normal_init_refuses_sds(sd):
    with pytest.raises(ValueError, match="sd must be a finite number of at least 0, not "):
        normal_init(sd)
