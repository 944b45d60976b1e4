"""The autoencoders that ship: their recipes, how one is trained, and what its card says.

`python -m gan_lessons ship NAME` makes one.
"""

from collections.abc import Callable
from dataclasses import asdict

import torch

from gan_lessons._core import as_json
from gan_lessons._core.randomness import generator
from gan_lessons.distributions import mnist
from gan_lessons.distributions.binarised import Binarised, binarised
from gan_lessons.losses.autoencoding import gaussian_kl
from gan_lessons.metrics.images import SAMPLES
from gan_lessons.metrics.likelihood import log_p
from gan_lessons.models.autoencoder import VAE, Autoencoder
from gan_lessons.recipes import autoencoders as recipes
from gan_lessons.recipes.autoencoders import AutoencoderRecipe

RECIPES = {
    "autoencoder": recipes.autoencoder,
    "vae": recipes.vae,
    "autoencoder_64": recipes.wide_autoencoder,
    "vae_64": recipes.wide_vae,
    "vae_binary": recipes.binary_vae,
}
WEIGHTS = 100  # importance weights a digit
BINARISATION = "each grey level g is ink with probability g / 255; drawn anew in training, once by seed 0 for the test"


def trained(
    recipe: AutoencoderRecipe, seed: int, seen: Callable[[int], object] = lambda _: None
) -> tuple[Autoencoder, float]:
    """A network at the end of its training, in `eval()`, and its loss after the first step. seen: called with the
    number of steps done since, now and then."""
    trainer = recipe.trainer(seed, device="cpu")
    trainer.advance()
    first = float(trainer.snapshot().losses["autoencoder"][0])
    while trainer.steps < recipe.steps:
        piece = min(100, recipe.steps - trainer.steps)
        trainer.advance(piece), seen(piece)
    return trainer.networks["autoencoder"].eval(), first


def about(name: str, network: Autoencoder, recipe: AutoencoderRecipe, seed: int, first: float) -> dict:
    """What a card says of a trained network: its recipe, and what it measures on the test digits."""
    said = {"name": name, "recipe": as_json.written("recipe", recipe), "seed": seed, "steps": recipe.steps}
    said |= {"beginning": {"steps": 1, "loss": round(first, 4)}}
    if isinstance(recipe.data, Binarised):
        found = {key: round(value, 3) for key, value in asdict(log_p(network, binarised(), WEIGHTS)).items()}
        return said | {"binarisation": BINARISATION, "measured": found}
    return said | {"measured": measured(network)}


@torch.no_grad()
def measured(network: Autoencoder) -> dict[str, float]:
    """On the test digits: squared error a picture between the digit and what its code (of a VAE the mean) keeps; of a
    VAE also the KL of a code in nats, and how many of its numbers carry more than a hundredth of a nat."""
    x = test_digits()
    found = {"squared_error": round((network(x) - x).square().sum(-1).mean().item(), 3)}
    if isinstance(network, VAE):
        mean, log_var = network.posterior(x)
        each = torch.stack([gaussian_kl(mean[:, [at]], log_var[:, [at]]).mean() for at in range(network.latent)])
        found |= {"kl": round(each.sum().item(), 3), "in_use": int((each > 0.01).sum())}
    return found


def test_digits() -> torch.Tensor:
    """MNIST's test digits, (10,000, 784) from -1 to 1."""
    return torch.from_numpy(mnist.scaled(mnist.load("test").images)).flatten(1)


@torch.no_grad()
def drawn(network: VAE, n: int = SAMPLES, seed: int = 0) -> torch.Tensor:
    """n pictures (n, 784) of codes drawn from the prior N(0, I)."""
    noise = torch.randn(n, network.latent, generator=generator(seed, "measured"))
    return torch.cat([network.seen(piece) for piece in noise.split(1000)])
