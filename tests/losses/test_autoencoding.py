"""What autoencoders minimise, beside torch's own distributions and closed forms; games of one and of three."""

import copy
import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from gan_lessons.distributions.binarised import Binarised
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.losses.autoencoding import NegativeELBO, cross_entropy, gaussian_kl, log_normal, squared_error
from gan_lessons.losses.step import Step
from gan_lessons.models.autoencoder import VAE
from gan_lessons.recipes.autoencoders import adversarial_autoencoder, autoencoder, vae
from gan_lessons.trainers.optim import SGD
from gan_lessons.trainers.trainer import Trainer

X, LOGITS = torch.rand(6, 784, dtype=torch.float64) * 2 - 1, torch.randn(6, 784, dtype=torch.float64) * 3
MEAN, LOG_VAR = torch.randn(6, 4, dtype=torch.float64), torch.randn(6, 4, dtype=torch.float64)


def test_kl_is_torchs_and_zero_for_the_prior():
    ours = gaussian_kl(MEAN, LOG_VAR)
    theirs = kl_divergence(Normal(MEAN, (LOG_VAR / 2).exp()), Normal(0.0, 1.0)).sum(-1)
    torch.testing.assert_close(ours, theirs)
    assert gaussian_kl(torch.zeros(3), torch.zeros(3)) == 0


def test_log_density_is_torchs():
    z = torch.randn(9, 6, 4, dtype=torch.float64)
    torch.testing.assert_close(log_normal(z, MEAN, LOG_VAR), Normal(MEAN, (LOG_VAR / 2).exp()).log_prob(z).sum(-1))
    torch.testing.assert_close(log_normal(z), Normal(0.0, 1.0).log_prob(z).sum(-1))


def test_cross_entropy_is_a_log_probability():
    ink = X.sign()
    theirs = -Bernoulli(logits=LOGITS).log_prob((ink + 1) / 2).sum(-1)
    torch.testing.assert_close(cross_entropy(ink, LOGITS), theirs)
    assert torch.isfinite(cross_entropy(ink, LOGITS * 1e4)).all()


def test_squared_error_is_gaussian_likelihood_up_to_a_constant():
    sd = 0.7
    log_p = Normal((LOGITS / 2).tanh(), sd).log_prob(X).sum(-1)
    constant = 784 * math.log(sd * math.sqrt(2 * math.pi))
    torch.testing.assert_close(squared_error(X, LOGITS), -2 * sd**2 * (log_p + constant))


def step_of(network, real):
    noise = torch.randn(1, real.shape[1], network.latent, dtype=real.dtype)
    return Step({"autoencoder": network}, "autoencoder", noise, real)


@pytest.mark.parametrize("binary", [False, True])
def test_gradient_of_the_elbo_is_that_of_finite_differences(binary):
    network = VAE(2, (5,)).double()
    step = step_of(network, X.sign()[None] if binary else X[None])
    objective, param = NegativeELBO(0.7, binary), network.encoder.body[-1].bias
    (slope,) = torch.autograd.grad(objective.loss(step).sum(), [param])
    for at in range(4):  # both means and both log-variances: autograd goes through the sample
        with torch.no_grad():
            param[at] += 1e-5
            above = objective.loss(step)
            param[at] -= 2e-5
            below = objective.loss(step)
            param[at] += 1e-5
        assert slope[at] == pytest.approx((above - below).item() / 2e-5, rel=1e-4, abs=1e-4)


def test_beta_weighs_the_kl_alone():
    step = step_of(VAE(2, (5,)).double(), X[None])
    error, kl = NegativeELBO().terms(step)
    for beta in (0.0, 1.0, 3.0):
        torch.testing.assert_close(NegativeELBO(beta).loss(step), error + beta * kl)
    with pytest.raises(ValueError, match="beta must be a finite number of at least 0, not -1"):
        NegativeELBO(-1)


def small(recipe, **settings):
    network = recipe.network()
    data = Handwritten(first=100)
    noise = NormalNoise(2) if recipe.variational else None
    settings = {"autoencoder_optimizer": SGD(1e-4), "batch": 16} | settings
    return Trainer({"autoencoder": network}, data, noise, objective=recipe.trainer(0).settings["objective"], **settings)


@pytest.mark.parametrize("recipe", [autoencoder, vae], ids=["autoencoder", "vae"])
def test_a_game_of_one_shows_pictures_and_learns(recipe):
    trainer = recipe.trainer(0, view=5, device="cpu")
    first, *_, last = trainer.run(60, every=10)
    assert first.samples.shape == (1, 5, 784) and abs(last.samples).max() <= 1
    trainer.advance(1)
    assert last.losses["autoencoder"][0] < 300 and set(last.losses) == {"autoencoder"}


@pytest.mark.parametrize("recipe", [autoencoder, vae], ids=["autoencoder", "vae"])
def test_a_step_is_gradient_descent_on_the_loss(recipe):
    trainer = small(recipe)
    before = copy.deepcopy(trainer.networks["autoencoder"])
    batch = trainer.streams["autoencoder_real"].peek()
    noise = trainer.streams["autoencoder_noise"].peek() if recipe.variational else None
    loss = trainer.settings["objective"].losses["autoencoder"](
        Step({"autoencoder": before}, "autoencoder", noise, batch)
    )
    grads = torch.autograd.grad(loss.sum(), list(before.parameters()))
    trainer.advance(1)
    for param, old, grad in zip(trainer.networks["autoencoder"].parameters(), before.parameters(), grads, strict=True):
        torch.testing.assert_close(param, old - 1e-4 * grad)


def test_an_adversarial_autoencoder_is_a_game_of_three():
    trainer = adversarial_autoencoder(2, (40,), seed=1, batch=32)
    *_, early = trainer.run(20, every=20)
    assert set(early.losses) == {"encoder", "decoder", "D"}
    before = {name: player.theta.clone() for name, player in trainer.players.items()}
    for name in before:
        trainer.update(name)
        moved = {other for other, player in trainer.players.items() if not torch.equal(player.theta, before[other])}
        assert moved == {name}
        before[name] = trainer.players[name].theta.clone()


def test_binarised_digits_are_ink_and_paper_with_their_grey_levels_chances():
    data = Binarised(first=1)
    drawn = data.sample((4000,), torch.Generator().manual_seed(0))
    assert set(drawn.unique().tolist()) == {-1.0, 1.0} and drawn.shape == (4000, 784)
    chance = torch.from_numpy(data.images() / 255.0).flatten()
    found = ((drawn + 1) / 2).mean(0)
    spread = (chance * (1 - chance) / 4000) ** 0.5
    assert ((found - chance).abs() <= 5 * spread + 1e-9).all()
    assert data.labels(data.draw((3,), torch.Generator(), torch.float32)).unique().tolist() == [5]
