"""Conditional GANs on toys by name, "kind, data": a class is which bell or blob. The plain GAN is beside each.

A kind is its objective: `replace(ring, objective=losses.ACGAN())` is all that makes an AC-GAN of the plain one.
"""

from dataclasses import replace

from gan_lessons.distributions.line import Mixture
from gan_lessons.distributions.noise import CodedNoise, NormalNoise
from gan_lessons.distributions.plane import Grid
from gan_lessons.losses.conditional import ACGAN, CGAN, InfoGAN, ProjectionGAN
from gan_lessons.models.mlp import MLP
from gan_lessons.recipes import toys
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.optim import Adam

bells = Recipe(
    name="bells",
    source="this course: three bells on a line",
    data=Mixture((-4.0, 0.0, 4.0), (0.5, 0.5, 0.5)),
    noise=NormalNoise(1),
    batch=64,
    d_optimizer=Adam(5e-3, betas=(0.5, 0.99)),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99)),
    steps=2000,
    window=(-8.0, 8.0),
    generator=MLP((32,), "tanh"),
    discriminator=MLP((32, 32), "relu"),
)
wide_grid = replace(
    toys.wide_ring,
    name="wide_grid",
    source="this course: a grid of 25 wide blobs, for the networks and rates of the wide ring",
    data=Grid(side=5, spacing=2.0, sd=0.2),
    window=(-5.5, 5.5),
    discriminator=replace(toys.wide_ring.discriminator, init="spread"),
)
PLAIN = {"line": bells, "ring": toys.wide_ring, "grid": wide_grid}
KINDS = {
    "cGAN": (CGAN(), "Mirza & Osindero 2014: labels beside the input of both"),
    "projection": (ProjectionGAN(), "Miyato & Koyama 2018: a projection D"),
    "AC-GAN": (ACGAN(), "Odena et al. 2017: D names the class"),
    "InfoGAN": (InfoGAN(), "Chen et al. 2016: a code that nobody labelled"),
}


def of_kind(kind: str, data: str) -> Recipe:
    """The recipe of a kind, a name in `KINDS`, on "line", "ring" or "grid". InfoGAN's code has a category a class."""
    plain, (objective, source) = PLAIN[data], KINDS[kind]
    noise = CodedNoise(plain.noise.dim, plain.data.classes) if kind == "InfoGAN" else plain.noise
    name, source = f"{kind}, {data}", f"{source}; on the networks and rates of this course's {plain.name}"
    return replace(plain, name=name, source=source, objective=objective, noise=noise)


cgan_line, cgan_ring, cgan_grid = (of_kind("cGAN", data) for data in PLAIN)
projection_line, projection_ring, projection_grid = (of_kind("projection", data) for data in PLAIN)
acgan_line, acgan_ring, acgan_grid = (of_kind("AC-GAN", data) for data in PLAIN)
infogan_line, infogan_ring, infogan_grid = (of_kind("InfoGAN", data) for data in PLAIN)

BY_NAME = {recipe.name: recipe for recipe in (of_kind(kind, data) for kind in KINDS for data in PLAIN)}
BY_NAME |= {recipe.name: recipe for recipe in (bells, wide_grid)}
