"""GANs of three digits in one picture, 1,000 modes: with pairs and both penalties, and with the usual loss instead."""

from dataclasses import replace

from gan_lessons import losses
from gan_lessons.distributions.images import CHANNELS, Stacked
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.losses.penalties import R1, R2
from gan_lessons.models.dcgan import DCGAN
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.decays import LinearDecay
from gan_lessons.trainers.optim import Adam

_slowing = LinearDecay(5_000, low=0.02, start=1_500)
stacked_dcgan = Recipe(
    name="a DCGAN of stacked digits",
    source="ours, after Huang et al. 2024: their loss of pairs with R1 and R2, in a DCGAN small enough for one core, "
    "with three choices in its noise",
    data=Stacked(),
    noise=NormalNoise(128),
    generator=DCGAN(48, categories=32, codes=CHANNELS, groups=CHANNELS),
    discriminator=DCGAN(48, hidden=256, groups=CHANNELS),
    batch=32,
    d_optimizer=Adam(1e-3, betas=(0.5, 0.99), decay=_slowing),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99), decay=_slowing, ema=0.998),
    objective=losses.relativistic,
    penalties=(R1(0.1), R2(0.1)),
    steps=5_000,
)

stacked_usual = replace(
    stacked_dcgan,
    name="a DCGAN of stacked digits, usual loss",
    source="ours: the same, but for its loss",
    objective=losses.non_saturating,
)

BY_NAME = {recipe.name: recipe for recipe in (stacked_dcgan, stacked_usual)}
