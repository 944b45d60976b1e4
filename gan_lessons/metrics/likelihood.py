"""How probable a model with codes finds data: the ELBO, and log p(x) by importance weights.

log p(x) = log E_q[p(x | z) p(z) / q(z | x)]. The mean of k such weights gives a bound below log p(x) that is the ELBO
at k = 1, rises with k and becomes exact. Burda et al. 2016, equation 8.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions.mnist import PIXELS
from gan_lessons.losses.autoencoding import cross_entropy, log_normal
from gan_lessons.models.autoencoder import VAE

ROWS = 5_000  # decoded pictures at a time: 16 MB


@dataclass(frozen=True)
class Likelihood:
    """Means over n pictures, in nats: elbo, of one code each (all k of them averaged), and log_p, from k weights; each
    with its standard error over pictures."""

    elbo: float
    elbo_se: float
    log_p: float
    log_p_se: float
    k: int
    n: int


def log_weights(
    posterior: Callable, log_likelihood: Callable, x: torch.Tensor, k: int, rng: torch.Generator
) -> torch.Tensor:
    """log of p(x | z) p(z) / q(z | x) at k codes from q, (k, n), for x (n, d).

    posterior(x): a `Posterior`, each (n, latent). log_likelihood(x, z): log p(x | z), (k, n), for z (k, n, latent)."""
    found = posterior(x)
    noise = torch.randn((whole("k", k), *found.mean.shape), generator=rng, dtype=found.mean.dtype)
    z = found.at(noise)
    return log_likelihood(x, z) + log_normal(z) - log_normal(z, *found)


def bound(weights: torch.Tensor) -> torch.Tensor:
    """log of the mean of k weights, whose logs are (k, n) -> (n,)."""
    return weights.logsumexp(0) - math.log(len(weights))


@torch.no_grad()
def log_p(vae: VAE, x: torch.Tensor, k: int = 100, seed: int = 0) -> Likelihood:
    """What a VAE of binary pixels finds of pictures x, (n, 784), each pixel -1 or 1.

    Raises ValueError for other shapes and other pixels: a density of grey levels is no probability."""
    if x.dim() != 2 or x.shape[1] != PIXELS or len(x) < 2:
        refuse("x", tuple(x.shape), f"two pictures or more, (n, {PIXELS})")
    if not (x.abs() == 1).all():
        refuse("x", f"values from {x.min():.3g} to {x.max():.3g}, not all -1 or 1", "binarised: each pixel -1 or 1")
    rng, elbos, bounds = generator(whole("seed", seed, 0), "importance weights"), [], []
    for piece in x.split(max(1, ROWS // whole("k", k))):
        found = log_weights(vae.posterior, lambda x, z: -cross_entropy(x, vae.logits(z)), piece, k, rng)
        elbos.append(found.mean(0)), bounds.append(bound(found))
    return Likelihood(*_mean(torch.cat(elbos)), *_mean(torch.cat(bounds)), k, len(x))


def _mean(values: torch.Tensor) -> tuple[float, float]:
    values = values.double()
    return values.mean().item(), (values.std() / len(values) ** 0.5).item()
