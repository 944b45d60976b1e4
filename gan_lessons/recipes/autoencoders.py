"""Autoencoders of digits by name: frozen settings with their source. A variation is `replace(vae, latent=8)`."""

from collections.abc import Sequence

import torch

from gan_lessons._core import devices
from gan_lessons._core.settings import Settings, frozen, number, of, setting, text, whole, yes_or_no
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.binarised import Binarised
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.losses.autoencoding import NegativeELBO, adversarial_autoencoding, reconstruction
from gan_lessons.models.autoencoder import VAE, Autoencoder, perceptron
from gan_lessons.trainers.decays import CosineDecay
from gan_lessons.trainers.optim import Adam, Optimizer
from gan_lessons.trainers.trainer import Trainer


@frozen
class AutoencoderRecipe(Settings):
    """All settings of one autoencoder: a game of one player, "autoencoder".

    latent: numbers a code. hidden: units of the encoder's hidden layers. variational: whether it is a VAE, with weight
    beta on the KL; its pixels are binary where the data are `Binarised`. Raises ValueError for what makes no sense."""

    name: str = setting(check=text, tells=True)
    source: str = setting(check=text, tells=True)
    latent: int = setting(check=whole(), most=4096)
    hidden: tuple[int, ...] = setting((300,), lambda name, value: tuple(whole()(name, size) for size in value))
    variational: bool = setting(False, yes_or_no)
    beta: float = setting(1.0, number(0.0))
    data: Distribution = setting(Handwritten(), of(Handwritten, "digits of gan_lessons.distributions"))
    batch: int = setting(128, whole(), most=100_000)
    optimizer: Optimizer = setting(Adam(1e-3), of(Optimizer, "an Optimizer of gan_lessons.trainers"))
    steps: int = setting(6_000, whole(), tells=True)

    def network(self) -> Autoencoder:
        """The network, before its weights are drawn."""
        return (VAE if self.variational else Autoencoder)(self.latent, self.hidden)

    def trainer(
        self,
        seeds: Sequence[int] | int = 0,
        *,
        dtype: torch.dtype = torch.float32,
        view: int = 64,
        device: devices.Device = "auto",
    ) -> Trainer:
        """A trainer at step 0. view: pictures that a snapshot shows."""
        return Trainer(
            {"autoencoder": self.network().to(dtype)},
            self.data,
            NormalNoise(self.latent) if self.variational else None,
            seeds=seeds,
            view=view,
            device=device,
            batch=self.batch,
            objective=NegativeELBO(self.beta, isinstance(self.data, Binarised)) if self.variational else reconstruction,
            autoencoder_optimizer=self.optimizer,
        )


def falling(steps: int, lr: float = 1e-3) -> Adam:
    """Adam whose rate falls along half a cosine."""
    return Adam(lr, decay=CosineDecay(steps, low=0.02))


def _made(name: str, latent: int, hidden: tuple[int, ...], steps: int, **rest) -> AutoencoderRecipe:
    source = "ours: fully connected, as Hinton & Salakhutdinov 2006, and smaller; the rate falls along half a cosine"
    rest = {"optimizer": falling(steps)} | rest
    return AutoencoderRecipe(name=name, source=source, latent=latent, hidden=hidden, steps=steps, **rest)


autoencoder = _made("autoencoder, codes of 2", 2, (256, 128), 6_000)
vae = _made("VAE, codes of 2", 2, (256, 128), 6_000, variational=True)
wide_autoencoder = _made("autoencoder, codes of 64", 64, (320,), 5_000)
wide_vae = _made("VAE, codes of 64", 64, (320,), 5_000, variational=True)
binary_vae = _made(
    "VAE of binarised digits",
    *(40, (320, 320), 12_000),
    variational=True,
    data=Binarised(),
    optimizer=falling(12_000, 2e-3),
)

BY_NAME = {recipe.name: recipe for recipe in (autoencoder, vae, wide_autoencoder, wide_vae, binary_vae)}


def adversarial_autoencoder(
    latent: int = 2, hidden: tuple[int, ...] = (400, 200), seed: int = 0, batch: int = 128
) -> Trainer:
    """An adversarial autoencoder's trainer: a game of three, "encoder", "decoder" and "D", which tells codes from
    N(0, I). Makhzani et al. 2016, section 2, with both of the encoder's aims in one update.

    latent: numbers a code. hidden: units of the encoder's hidden layers."""
    coder = Autoencoder(latent, hidden)
    with torch.random.fork_rng(devices=[]):
        networks = {"encoder": coder.encoder, "decoder": coder.decoder, "D": perceptron((latent, 100, 100, 1))}
    rates = {f"{name.lower()}_optimizer": Adam(1e-3, betas=(0.5, 0.99)) for name in networks}
    return Trainer(
        networks,
        Handwritten(),
        NormalNoise(latent),
        seeds=seed,
        batch=batch,
        objective=adversarial_autoencoding,
        **rates,
    )
