"""The taught GAN, in plain PyTorch, and the package's are one and the same training."""

import pytest
import torch
from torch import nn

from gan_lessons.losses import objectives as losses
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn, Simultaneous

STEPS = 100


def textbook_twin(net, activation):
    """A plain nn.Sequential with the weights of one run of an `mlp`."""
    pieces = []
    for layer in net.layers:
        inputs, outputs = layer.weight.shape[1:]
        linear = nn.Linear(inputs, outputs, dtype=torch.float64)
        linear.weight.data = layer.weight[0].detach().T.clone()
        linear.bias.data = layer.bias[0, 0].detach().clone()
        pieces += [linear, activation()]
    return nn.Sequential(*pieces[:-1])


def record(trainer, key):
    """Lets the textbook loop read the very numbers that a trainer draws."""
    stream, drawn = trainer.streams[key], []
    original = stream.next
    stream.next = lambda: drawn.append(original()) or drawn[-1]
    return drawn


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Adam(1e-3), lambda p: torch.optim.Adam(p, 1e-3)),
        (SGD(0.01), lambda p: torch.optim.SGD(p, 0.01)),
        (SGD(0.01, momentum=0.9), lambda p: torch.optim.SGD(p, 0.01, momentum=0.9)),
    ],
)
@pytest.mark.parametrize("objective", [losses.non_saturating, losses.minimax])
def test_package_equals_textbook_loop(ours, theirs, objective):
    trainer = recipes.aylien_head.trainer(dtype=torch.float64)
    trainer.change(d_optimizer=ours, g_optimizer=ours, objective=objective)
    G, D = textbook_twin(trainer.G, nn.Softplus), textbook_twin(trainer.D, nn.ReLU)
    d_optimizer, g_optimizer = theirs(D.parameters()), theirs(G.parameters())
    bce, ones, zeros = nn.BCEWithLogitsLoss(), torch.ones(8, 1).double(), torch.zeros(8, 1).double()
    real, d_noise, g_noise = (record(trainer, key) for key in ("d_real", "d_noise", "g_noise"))
    trainer.advance(STEPS)
    for x, z, w in zip(real, d_noise, g_noise, strict=True):
        d_optimizer.zero_grad()
        (bce(D(x[0]), ones) + bce(D(G(z[0]).detach()), zeros)).backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        loss = bce(D(G(w[0])), ones) if objective is losses.non_saturating else -bce(D(G(w[0])), zeros)
        loss.backward()
        g_optimizer.step()
    assert len(real) == STEPS
    for net, twin in ((trainer.G, G), (trainer.D, D)):
        for layer, linear in zip(net.layers, twin[::2], strict=True):
            torch.testing.assert_close(layer.weight[0].T, linear.weight, rtol=0, atol=1e-10)
            torch.testing.assert_close(layer.bias[0, 0], linear.bias, rtol=0, atol=1e-10)


@pytest.mark.parametrize("features", ["raw", "squared_differences", "differences", "moments"])
def test_whole_batch_critic_equals_textbook_loop(features):
    from gan_lessons.models.whole_batch import FEATURES

    recipe = recipes.BY_NAME[f"dev_nag_{features}"]
    trainer = recipe.trainer(dtype=torch.float64)
    trainer.change(schedule=InTurn(1, 1))
    G, D = textbook_twin(trainer.G, nn.Tanh), textbook_twin(trainer.D.inner, nn.Sigmoid)
    d_optimizer, g_optimizer = (torch.optim.SGD(net.parameters(), 1e-3, momentum=0.9) for net in (D, G))
    bce, one, zero = nn.BCEWithLogitsLoss(), torch.ones(1).double(), torch.zeros(1).double()
    real, d_noise, g_noise = (record(trainer, key) for key in ("d_real", "d_noise", "g_noise"))
    trainer.advance(STEPS)
    look = FEATURES[features]
    for x, z, w in zip(real, d_noise, g_noise, strict=True):
        d_optimizer.zero_grad()
        (bce(D(look(x[0, :, 0])), one) + bce(D(look(G(z[0]).detach()[:, 0])), zero)).backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        bce(D(look(G(w[0])[:, 0])), one).backward()
        g_optimizer.step()
    for net, twin in ((trainer.G, G), (trainer.D.inner, D)):
        for layer, linear in zip(net.layers, twin[::2], strict=True):
            torch.testing.assert_close(layer.weight[0].T, linear.weight, rtol=0, atol=1e-10)


def test_simultaneous_equals_textbook_gradients_at_one_point():
    trainer = recipes.aylien_head.trainer(dtype=torch.float64)
    trainer.change(schedule=Simultaneous(), d_optimizer=SGD(0.01), g_optimizer=SGD(0.01))
    G, D = textbook_twin(trainer.G, nn.Softplus), textbook_twin(trainer.D, nn.ReLU)
    real, noise = record(trainer, "d_real"), record(trainer, "g_noise")
    trainer.advance(10)
    bce, ones, zeros = nn.BCEWithLogitsLoss(), torch.ones(8, 1).double(), torch.zeros(8, 1).double()
    for x, z in zip(real, noise[1::2], strict=True):  # the noise is read twice, once for each gradient
        d_grads = torch.autograd.grad(bce(D(x[0]), ones) + bce(D(G(z[0]).detach()), zeros), list(D.parameters()))
        g_grads = torch.autograd.grad(bce(D(G(z[0])), ones), list(G.parameters()))
        with torch.no_grad():
            for p, grad in zip([*D.parameters(), *G.parameters()], [*d_grads, *g_grads], strict=True):
                p -= 0.01 * grad
    for layer, linear in zip(trainer.G.layers, G[::2], strict=True):
        torch.testing.assert_close(layer.weight[0].T, linear.weight, rtol=0, atol=1e-10)
