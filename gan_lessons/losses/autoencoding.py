"""What autoencoders minimise: how far a picture is from what its code keeps of it, and what the code costs.

All in one picture's units: sums over its pixels and over the numbers of its code, then means over the batch.
"""

import math

import torch
import torch.nn.functional as F

from gan_lessons._core.settings import Settings, frozen, number, setting, yes_or_no
from gan_lessons.losses.objectives import Objective
from gan_lessons.losses.step import Step


def squared_error(x: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """The sum over pixels of (x - tanh(logits / 2))^2: (..., 784) and (..., 784) -> (...).

    Up to a constant it is -2 s^2 log p(x | z) of pixels with Gaussian noise of standard deviation s."""
    return (x - (logits / 2).tanh()).square().sum(-1)


def cross_entropy(x: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """-log p(x | z) in nats of pixels that are -1 (paper) or 1 (ink), each with its own probability of ink,
    sigmoid(logits): (..., 784) and (..., 784) -> (...)."""
    return F.softplus(-x * logits).sum(-1)


def gaussian_kl(mean: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
    """KL(N(mean, exp(log_var)) | N(0, I)) in nats, (..., latent) -> (...). Kingma & Welling 2014, appendix B."""
    return (mean.square() + log_var.exp() - 1 - log_var).sum(-1) / 2


def log_normal(z: torch.Tensor, mean: torch.Tensor | float = 0.0, log_var: torch.Tensor | float = 0.0) -> torch.Tensor:
    """log N(z; mean, exp(log_var)) in nats, (..., latent) -> (...)."""
    log_var = torch.as_tensor(log_var, dtype=z.dtype)
    return ((z - mean).square() / -log_var.exp() - log_var - math.log(2 * math.pi)).sum(-1) / 2


def _reconstruction(step: Step) -> torch.Tensor:
    network = step.networks["autoencoder"]
    return (step.real - network(step.real)).square().sum(-1).mean(-1)


def _reconstructed(trainer) -> torch.Tensor:
    x = trainer.streams["autoencoder_real"].peek()[:, : trainer.view]
    return trainer.networks["autoencoder"](x)


reconstruction = Objective("reconstruction", {"autoencoder": _reconstruction}, shows=_reconstructed)


@frozen
class NegativeELBO(Settings, Objective):
    """Error plus beta times the KL of q(z | x) from the prior, for a player "autoencoder" that is a `VAE`.

    beta: the weight between the two terms. binary: whether pixels are -1 or 1, so that the error is `cross_entropy`,
    and with beta 1 the loss is an upper bound of -log p(x) in nats; else it is `squared_error`, and beta is 2 s^2 for
    Gaussian pixels of standard deviation s. One sample of z for each picture, by reparametrisation of the game's noise.
    Kingma & Welling 2014, equation 10; for beta Higgins et al. 2017. Raises ValueError for a negative beta."""

    beta: float = setting(1.0, number(0.0))
    binary: bool = setting(False, yes_or_no)

    def __post_init__(self):
        super().__post_init__()
        vars(self).update(vars(Objective("negative ELBO", {"autoencoder": self.loss}, shows=_generated)))

    def loss(self, step: Step) -> torch.Tensor:
        """(*runs,)."""
        error, kl = self.terms(step)
        return error + self.beta * kl

    def terms(self, step: Step) -> tuple[torch.Tensor, torch.Tensor]:
        """The error and the KL, means over the batch, each (*runs,)."""
        network = step.networks["autoencoder"]
        found = network.posterior(step.real)
        error = (cross_entropy if self.binary else squared_error)(step.real, network.logits(found.at(step.noise)))
        return error.mean(-1), gaussian_kl(*found).mean(-1)

    def __reduce__(self):
        return NegativeELBO, (self.beta, self.binary)


def _generated(trainer) -> torch.Tensor:
    return trainer.networks["autoencoder"].seen(trainer.viewing_noise)


# -- an adversarial autoencoder: a game of three

PULL = 4.0  # the weight of D's verdict beside the squared error of 784 pixels, as beta is the KL's in a VAE


def _encoder_loss(step: Step) -> torch.Tensor:
    codes = step.networks["encoder"](step.real)
    return _decoded(step, codes) + PULL * F.softplus(-step.networks["D"](codes)[..., 0]).mean(-1)


def _decoder_loss(step: Step) -> torch.Tensor:
    with torch.no_grad():
        codes = step.networks["encoder"](step.real)
    return _decoded(step, codes)


def _decoded(step: Step, codes: torch.Tensor) -> torch.Tensor:
    return squared_error(step.real, step.networks["decoder"](codes)).mean(-1)


def _judge_loss(step: Step) -> torch.Tensor:
    with torch.no_grad():
        codes = step.networks["encoder"](step.real)
    wanted, found = (step.networks["D"](z)[..., 0] for z in (step.noise, codes))
    return F.softplus(-wanted).mean(-1) + F.softplus(found).mean(-1)


adversarial_autoencoding = Objective(
    "adversarial autoencoding", {"encoder": _encoder_loss, "decoder": _decoder_loss, "D": _judge_loss}
)
