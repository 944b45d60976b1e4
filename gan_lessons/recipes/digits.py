"""GANs of digits by name: frozen settings with their source. A variation is `replace(lean_dcgan, batch=128)`."""

from dataclasses import replace

from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import CodedNoise, NormalNoise
from gan_lessons.losses.conditional import CGAN, InfoGAN
from gan_lessons.losses.penalties import R1
from gan_lessons.models.dcgan import DCGAN, LEAN, TUTORIAL, DigitMLP
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.decays import LinearDecay
from gan_lessons.trainers.optim import Adam

mlp_gan = Recipe(
    name="MLP GAN",
    source="A Beginner's Guide to GANs: its listing (that of Keras-GAN), batch 32 and Adam 2e-4 with beta1 .5",
    data=Handwritten(),
    noise=NormalNoise(100),
    generator=DigitMLP(),
    discriminator=DigitMLP(),
    fast=True,
    batch=32,
    d_optimizer=Adam(2e-4, betas=(0.5, 0.999)),
    g_optimizer=Adam(2e-4, betas=(0.5, 0.999)),
    steps=30_000,
)

tutorial_dcgan = Recipe(
    name="the tutorials' DCGAN",
    source="Radford et al. 2016, section 4: batch 128, Adam 2e-4 with beta1 .5, batch normalisation in both",
    data=Handwritten(),
    noise=NormalNoise(100),
    generator=DCGAN(TUTORIAL),
    discriminator=DCGAN(TUTORIAL, norm="batch"),
    fast=True,
    batch=128,
    d_optimizer=Adam(2e-4, betas=(0.5, 0.999)),
    g_optimizer=Adam(2e-4, betas=(0.5, 0.999)),
    steps=25 * 469,
)

lean_dcgan = Recipe(
    name="lean DCGAN",
    source="ours: half of the tutorials' channels, tuned for good pictures after three minutes on two cores",
    data=Handwritten(),
    noise=NormalNoise(64),
    generator=DCGAN(LEAN),
    discriminator=DCGAN(LEAN),
    fast=True,
    batch=64,
    d_optimizer=Adam(1e-3, betas=(0.5, 0.99)),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99), ema=0.998),
    steps=5_000,
)

_slowing = LinearDecay(16_000, low=0.02, start=4_000)
shipped_dcgan = Recipe(
    name="the DCGAN that ships",
    source="ours: the lean one, half as wide again, with a choice in its noise, a hidden layer in D and R1, for longer "
    "and with rates that fall",
    data=Handwritten(),
    noise=NormalNoise(64),
    generator=DCGAN(48, categories=32),
    discriminator=DCGAN(48, hidden=256),
    fast=True,
    batch=64,
    d_optimizer=Adam(1e-3, betas=(0.5, 0.99), decay=_slowing),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99), decay=_slowing, ema=0.999),
    penalties=(R1(0.1),),
    steps=16_000,
)

going_on = replace(
    shipped_dcgan,
    name="the DCGAN that ships, going on",
    source="ours: for the weights that ship, a tenth of the rates that they began with",
    d_optimizer=Adam(1e-4, betas=(0.5, 0.99)),
    g_optimizer=Adam(2e-4, betas=(0.5, 0.99), ema=0.999),
    steps=2_000,
)

plane_gan = replace(
    lean_dcgan,
    name="a DCGAN of two noise inputs",
    source="ours: the lean one at half its width, with noise that can be seen whole",
    noise=NormalNoise(2),
    generator=DCGAN(16),
    discriminator=DCGAN(16),
    steps=3_000,
)

_slowing_sooner = LinearDecay(5_000, low=0.02, start=2_000)
conditional_dcgan = replace(
    shipped_dcgan,
    name="the conditional DCGAN that ships",
    source="ours: the DCGAN that ships at two thirds of its width, told the digit in both networks (Mirza & Osindero "
    "2014); R1 at every eighth step, eight times as heavy (Karras et al. 2020)",
    generator=DCGAN(32),
    discriminator=DCGAN(32, hidden=256),
    objective=CGAN(),
    d_optimizer=Adam(1e-3, betas=(0.5, 0.99), decay=_slowing_sooner),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99), decay=_slowing_sooner, ema=0.999),
    penalties=(R1(0.1, every=8),),
    steps=5_000,
)

_slowing_soonest = LinearDecay(4_000, low=0.02, start=1_500)
infogan_digits = replace(
    conditional_dcgan,
    name="InfoGAN, digits",
    source="Chen et al. 2016, section 7.2: ten categories and two numbers from -1 to 1 beside 62 of plain noise; the "
    "networks are this course's",
    noise=CodedNoise(62, 10, 2),
    objective=InfoGAN(),
    d_optimizer=Adam(1e-3, betas=(0.5, 0.99), decay=_slowing_soonest),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99), decay=_slowing_soonest, ema=0.999),
    steps=4_000,
)

BY_NAME = {
    recipe.name: recipe
    for recipe in (
        lean_dcgan,
        tutorial_dcgan,
        shipped_dcgan,
        going_on,
        mlp_gan,
        plane_gan,
        conditional_dcgan,
        infogan_digits,
    )
}
