"""Networks that are told labels, and Ds that say more: against sums by hand, run by run, and what they refuse."""

import pytest
import torch

from gan_lessons._core.randomness import initialize
from gan_lessons.models.committee import Discriminators
from gan_lessons.models.conditional import Conditional, FurtherOutputs, Projection, asked
from gan_lessons.models.conditioning import Conditioning
from gan_lessons.models.dcgan import DigitMLP
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.models.mlp import MLP, mlp
from gan_lessons.models.packed import Packed


def drawn(network, seeds):
    initialize(network.double(), seeds, "D")
    return network


X = torch.randn(2, 6, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
LABELS = torch.tensor([[0, 1, 2, 2, 1, 0], [2, 2, 2, 0, 1, 1]])


def test_projection_adds_the_product_with_the_vector_of_the_class():
    D = drawn(Projection(mlp([2, 5, 1], runs=2), 3), (0, 1))
    found = D(X, LABELS).detach()
    for run in range(2):
        h = (X[run] @ D.inner.layers[0].weight[run] + D.inner.layers[0].bias[run]).relu()
        plain = h @ D.inner.layers[1].weight[run] + D.inner.layers[1].bias[run]
        for i, label in enumerate(LABELS[run]):
            assert found[run, i] == pytest.approx((plain[i] + h[i] @ D.vectors[run, :, label]).item(), abs=1e-12)
    assert (D.classes, D.inputs, D.runs, D.outputs) == (3, 2, 2, None)


def test_further_outputs_stand_behind_the_logit_in_their_groups():
    D = drawn(FurtherOutputs(mlp([2, 5, 1], runs=2), (3, 1)), (0, 1))
    out = D(X)
    assert out.shape == (2, 6, 5) and D.outputs == 5
    assert torch.equal(out[..., :1], D.inner(X))
    scores, number = D.groups(out)
    assert torch.equal(torch.cat([scores, number], -1), D.head(D.inner.penultimate(X)))
    assert scores.shape == (2, 6, 3)


@pytest.mark.parametrize(
    "around",
    [
        lambda runs: Projection(mlp([2, 5, 1], runs=runs, minibatch=Minibatch(2, 3)), 3),
        lambda runs: FurtherOutputs(mlp([2, 5, 1], runs=runs, norm="batch"), (3,)),
        lambda runs: Conditional(mlp([5, 5, 1], runs=runs, norm="batch"), 3),
    ],
    ids=["projection", "further", "input"],
)
def test_each_run_has_the_weights_and_outputs_that_it_has_alone(around):
    together = drawn(around(2), (4, 9))
    for run, seed in enumerate((4, 9)):
        alone = drawn(around(1), (seed,))
        there, here = (net(x, y) if net.classes_told else net(x) for net, x, y in told(together, alone, run))
        assert torch.allclose(there[run], here[0], atol=1e-12)


def told(together, alone, run):
    for network in (together, alone):
        network.classes_told = getattr(network, "classes", 0)
    return (together, X, LABELS), (alone, X[run : run + 1], LABELS[run : run + 1])


def test_a_d_of_further_outputs_starts_from_the_weights_of_the_plain_one():
    plain, more = drawn(mlp([2, 5, 1]), (7,)), drawn(FurtherOutputs(mlp([2, 5, 1]), (3,)), (7,))
    assert torch.equal(plain(X[:1]), more(X[:1])[..., :1])


def test_what_they_say_of_themselves_is_the_inner_networks():
    inner = mlp([2, 5, 1], norm="batch")
    before = {name: buffer.clone() for name, buffer in inner.named_buffers()}
    for network in (Projection(inner, 3), FurtherOutputs(inner, (3,))):
        assert (network.looks_at, network.large, network.pack) == ("batches", False, 1)
        with pytest.raises(ValueError, match="batch of 1 is too small"):
            network.check(1)
    assert all(torch.equal(buffer, before[name]) for name, buffer in inner.named_buffers()) and inner.training
    assert FurtherOutputs(DigitMLP().discriminator(784, 8, 1), (10,)).large


def test_conditioning_builds_what_the_game_asks_for():
    d, g = MLP((6,)), MLP((6,))
    plain = Conditioning()
    assert type(plain.d(d, 2, 8, 1)) is type(plain.g(g, 3, 2, 1)) is type(mlp([2, 6, 1]))
    both = Conditioning(4, 4)
    assert (both.d(d, 2, 8, 3).inputs, both.g(g, 3, 2, 3).inputs, both.g(g, 3, 2, 3).classes) == (2, 3, 4)
    assert type(Conditioning(4, 4, projection=True).d(d, 2, 8, 1)) is Projection
    assert Conditioning(4, further=(4,)).d(d, 2, 8, 1).outputs == 5
    packed = both.d(MLP((6,), pack=2), 2, 8, 1)  # the label of each sample of a pack goes into the pack
    assert packed(torch.zeros(1, 8, 2), torch.zeros(1, 8, dtype=torch.long)).shape == (1, 4, 1)


def test_asked_gives_one_class_after_the_other_or_what_one_asks_for():
    G = drawn(Conditional(mlp([5, 4, 2], runs=2), 3), (0, 1))
    in_turn = torch.arange(6) % 3
    assert torch.equal(asked(G, X), G(X, in_turn.expand(2, 6)))
    assert torch.equal(asked(G, X, LABELS), G(X, LABELS)) and torch.equal(asked(G, X, [1] * 6), G(X, 0 * LABELS + 1))
    plain = drawn(mlp([2, 4, 2], runs=2), (0, 1))
    assert torch.equal(asked(plain, X), plain(X))


G = Conditional(mlp([5, 4, 2], runs=2), 3).double()
REFUSED = {
    "unknown": (lambda: asked(G, X, [0, 1, 2, 3, 0, 1]), "labels must be a class .* from 0 to 2, not 3"),
    "negative": (lambda: asked(G, X, [0, 1, 2, -1, 0, 1]), "labels must be a class .* from 0 to 2, not -1"),
    "halves": (lambda: asked(G, X, [0.5] * 6), "labels must be whole numbers, one for each of 6 samples"),
    "too few": (lambda: asked(G, X, [0, 1]), r"labels must be whole numbers, .* not tensor\(\[0, 1\]\)"),
    "plain": (lambda: asked(mlp([2, 4, 1], runs=2).double(), X, [0] * 6), "labels must be left out"),
    "packs": (lambda: Projection(Packed(mlp([4, 5, 1]), 2), 3), "inner must be a D with a last hidden layer"),
    "committee": (
        lambda: Conditional(Discriminators(mlp([5, 4, 1], runs=2), (1, 1)), 3),
        "inner must be a single network",
    ),
    "one class": (lambda: Projection(mlp([2, 5, 1]), 1), "classes must be a whole number of at least 2, not 1"),
    "nothing more": (lambda: FurtherOutputs(mlp([2, 5, 1]), ()), "further must be a whole number of at least 1, not 0"),
}


@pytest.mark.parametrize(("act", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals(act, words):
    with pytest.raises(ValueError, match=words):
        act()
