"""Importance-weighted log p against a model whose log p is known, and refusals."""

import math

import pytest
import torch
from torch.distributions import MultivariateNormal

from gan_lessons._core.randomness import generator
from gan_lessons.distributions.binarised import binarised
from gan_lessons.losses.autoencoding import gaussian_kl
from gan_lessons.metrics.likelihood import bound, log_p, log_weights
from gan_lessons.models.autoencoder import VAE, Posterior

W = torch.tensor([[1.0, 0.3], [-0.5, 0.8], [0.2, 0.1]], dtype=torch.float64)  # x = W z + noise of sd S
S = 0.6


def likelihood(x, z):
    return -((x - z @ W.mT) ** 2).sum(-1) / (2 * S**2) - 3 / 2 * math.log(2 * math.pi * S**2)


def exact(x):
    """x is N(0, W W' + S^2 I)."""
    return MultivariateNormal(torch.zeros(3, dtype=x.dtype), W @ W.mT + S**2 * torch.eye(3, dtype=x.dtype)).log_prob(x)


def rough(x):
    """A posterior that is not the true one."""
    return Posterior(0.4 * x @ W, torch.full((len(x), 2), -0.8, dtype=x.dtype))


@pytest.fixture
def x():
    rng = generator(3, "linear")
    z = torch.randn(400, 2, generator=rng, dtype=torch.float64)
    return z @ W.mT + S * torch.randn(400, 3, generator=rng, dtype=torch.float64)


def test_the_bound_grows_with_samples_and_becomes_exact(x):
    weights = log_weights(rough, likelihood, x, 4096, generator(0, "weights"))
    means = [bound(weights[:k]).mean().item() if k > 1 else weights.mean().item() for k in (1, 4, 32, 4096)]
    assert means == sorted(means) and means[1] - means[0] > 0.05
    assert (bound(weights) - exact(x)).abs().max() < 0.15 and abs(means[-1] - exact(x).mean()) < 0.01


def test_the_elbo_is_error_and_kl(x):
    found = rough(x)
    weights = log_weights(rough, likelihood, x, 4000, generator(0, "weights"))
    inner = -((x - found.mean @ W.mT) ** 2).sum(-1) - (found.log_var.exp() @ (W**2).sum(0))
    elbo = inner / (2 * S**2) - 3 / 2 * math.log(2 * math.pi * S**2) - gaussian_kl(*found)
    spread = weights.std(0) / 4000**0.5
    assert ((weights.mean(0) - elbo).abs() < 5 * spread).all()


def test_log_p_does_not_depend_on_its_pieces(monkeypatch):
    network, x = VAE(3, (10,)).double(), binarised()[:40].double()
    whole = log_p(network, x, 200)
    monkeypatch.setattr("gan_lessons.metrics.likelihood.ROWS", 1000)
    pieces = log_p(network, x, 200)
    assert pieces.log_p == pytest.approx(whole.log_p, abs=0.5) and whole.elbo <= whole.log_p and whole.n == 40


def test_binary_pixels_of_chance_have_the_probability_of_chance():
    network = VAE(2, (5,))
    for param in network.parameters():
        param.data.zero_()
    found = log_p(network, binarised()[:10], 3)
    assert found.log_p == pytest.approx(-784 * math.log(2), rel=1e-6) == pytest.approx(found.elbo, rel=1e-6)


@pytest.mark.parametrize("x", [torch.rand(5, 784), torch.rand(5, 784) * 2 - 1, torch.full((5, 784), torch.nan)])
def test_grey_pixels_are_refused(x):
    with pytest.raises(ValueError, match=r"x must be binarised: each pixel -1 or 1, not 'values from"):
        log_p(VAE(2, (5,)), x)
    with pytest.raises(ValueError, match=r"x must be two pictures or more, \(n, 784\), not \(5, 1, 28, 28\)"):
        log_p(VAE(2, (5,)), torch.ones(5, 1, 28, 28))
