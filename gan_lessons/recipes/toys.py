"""Experiments on a line and in the plane by name: frozen settings with their source.

A variation is `replace(aylien_head, batch=16)`, or by the names of a lab `aylien_head.put(d_lr=0.003)`.
"""

from dataclasses import replace

from gan_lessons.distributions.line import Gaussian
from gan_lessons.distributions.noise import NormalNoise, StratifiedNoise, UniformNoise
from gan_lessons.distributions.plane import Line, ThreeBlobs, TwoGaussians, pacgan_grid, pacgan_ring
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.models.mlp import MLP
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.decays import StepDecay
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn

_AYLIEN = "AYLIEN, An introduction to Generative Adversarial Networks (2016)"
_DEV_NAG = "Dev Nag, Generative Adversarial Networks in 50 lines of code (2017)"

aylien_head = Recipe(
    name="aylien_head",
    source=f"{_AYLIEN}: its code, gan-intro, at head",
    data=Gaussian(4.0, 0.5),
    noise=StratifiedNoise(8.0, 0.01),
    batch=8,
    d_optimizer=Adam(1e-3),
    g_optimizer=Adam(1e-3),
    steps=5000,
    generator=MLP((4,), "softplus", init="normal"),
    discriminator=MLP((8, 8, 8), "relu", init="normal"),
)

_BLOG_SGD = SGD(0.005, decay=StepDecay(every=150, factor=0.95))

aylien_blog = replace(
    aylien_head,
    name="aylien_blog",
    source=f"{_AYLIEN}: the post, and its first public code",
    batch=12,
    d_optimizer=_BLOG_SGD,
    g_optimizer=_BLOG_SGD,
    steps=1200,
    pretrain=1000,
    discriminator=replace(aylien_head.discriminator, activation="tanh"),
)

_LAYER = Minibatch(kernels=5, dim=3, self_term=1.0, sd=0.02)

# His minibatch layer takes the place of the third hidden layer, so a comparison of the two differs in depth as well.
aylien_minibatch = replace(
    aylien_head,
    name="aylien_minibatch",
    source=f"{_AYLIEN}: its code at head, with minibatch discrimination in place of the third hidden layer",
    discriminator=replace(aylien_head.discriminator, hidden=(8, 8), minibatch=_LAYER),
)
aylien_minibatch_deep = replace(
    aylien_head,
    name="aylien_minibatch_deep",
    source=f"{_AYLIEN}: its code at head, with minibatch discrimination after the third hidden layer (this course)",
    discriminator=replace(aylien_head.discriminator, minibatch=_LAYER),
)
aylien_two_layers = replace(
    aylien_head,
    name="aylien_two_layers",
    source=f"{_AYLIEN}: its code at head, with the third hidden layer left out (this course)",
    discriminator=replace(aylien_head.discriminator, hidden=(8, 8)),
)

dev_nag_moments = Recipe(
    name="dev_nag_moments",
    source=f"{_DEV_NAG}: the post, and its code at head (four moments, its default)",
    data=Gaussian(4.0, 1.25),
    noise=UniformNoise(0.0, 1.0),
    batch=500,
    d_optimizer=SGD(1e-3, momentum=0.9),
    g_optimizer=SGD(1e-3, momentum=0.9),
    schedule=InTurn(20, 20),
    steps=5000,
    window=(-4.0, 12.0),
    generator=MLP((5, 5), "tanh"),
    discriminator=MLP((10, 10), "sigmoid", features="moments"),
)


def _mode(features: str) -> Recipe:
    return replace(
        dev_nag_moments,
        name=f"dev_nag_{features}",
        source=f"{_DEV_NAG}: its code at head, input mode {features!r}",
        discriminator=replace(dev_nag_moments.discriminator, features=features),
    )


dev_nag_raw = _mode("raw")
dev_nag_squared_differences = _mode("squared_differences")
dev_nag_differences = _mode("differences")

_FIRST_ADAM = Adam(2e-4, betas=(0.9, 0.999))

dev_nag_first = replace(
    dev_nag_squared_differences,
    name="dev_nag_first",
    source=f"{_DEV_NAG}: an earlier public version of its code (its G: elu then sigmoid, its D: elu; here elu)",
    batch=100,
    d_optimizer=_FIRST_ADAM,
    g_optimizer=_FIRST_ADAM,
    schedule=InTurn(1, 1),
    steps=30_000,
    generator=MLP((50, 50), "elu"),
    discriminator=MLP((50, 50), "elu", features="squared_differences"),
)

steady = Recipe(
    name="steady",
    source="this course: tuned on seeds 1000 to 1047 so that most runs succeed; judge it on other seeds",
    data=Gaussian(4.0, 0.5),
    noise=NormalNoise(1),
    batch=32,
    d_optimizer=Adam(1e-2, betas=(0.0, 0.9)),
    g_optimizer=Adam(1e-3, betas=(0.0, 0.9)),
    steps=1500,
    window=(-2.0, 8.0),
    generator=MLP((16,), "tanh"),
    discriminator=MLP((24, 24), "relu"),
)

ring = Recipe(
    name="ring",
    source="this course: PacGAN's ring of 8 (Lin et al. 2018) with networks small enough to train while one watches",
    data=pacgan_ring,
    noise=NormalNoise(2),
    batch=64,
    d_optimizer=Adam(1e-3, betas=(0.5, 0.99)),
    g_optimizer=Adam(1e-3, betas=(0.5, 0.99)),
    steps=3000,
    window=(-2.0, 2.0),
    generator=MLP((64, 64), "leaky_relu"),
    discriminator=MLP((64, 64), "leaky_relu"),
)
grid = replace(
    ring,
    name="grid",
    source="this course: PacGAN's grid of 25 (Lin et al. 2018) with networks small enough to train while one watches",
    data=pacgan_grid,
    window=(-5.5, 5.5),
)

# Blobs ten times as wide, so that the bridges which a smooth G must lay between them hold few of its samples. With
# equal learning rates some seeds are good and some collapse; D's rate tips the balance either way.
wide_ring = replace(
    ring,
    name="wide_ring",
    source="this course: a ring of 8 wide blobs, tuned on seeds 100 and above so that G can win, lose, or collapse",
    data=replace(pacgan_ring, sd=0.1),
    generator=replace(ring.generator, activation="relu"),
    discriminator=replace(ring.discriminator, activation="relu"),
)

metz_ring = replace(
    ring,
    name="metz_ring",
    source="Metz et al. 2017, Unrolled GANs: their public notebook (whose eighth mode repeats the first)",
    noise=NormalNoise(256),
    batch=512,
    d_optimizer=Adam(1e-4, betas=(0.5, 0.999)),
    g_optimizer=Adam(1e-3, betas=(0.5, 0.999)),
    steps=25_000,
    generator=MLP((128, 128), "tanh"),
    discriminator=MLP((128, 128), "tanh"),
)

# Its four starts. Its "1 hidden layer" is two. What is ours: where the blobs lie (its own lie in [0, 1]), a G
# whose output is not squeezed by a tanh, and torch's own weights, .58 times as wide as its.
_GAN_LAB = "Kahng et al. 2018, GAN Lab: the networks, rates and steps of its start {!r}, on blobs of this course"

gan_lab_gaussians = replace(
    ring,
    name="gan_lab_gaussians",
    source=_GAN_LAB.format("two Gaussians"),
    data=TwoGaussians(),
    batch=150,
    d_optimizer=SGD(0.1),
    g_optimizer=SGD(0.03),
    schedule=InTurn(2, 1),
    steps=4000,
    window=(-2.5, 2.5),
    generator=MLP((8, 8), "relu"),
    discriminator=MLP((8, 8), "relu"),
)
gan_lab_disjoint = replace(
    gan_lab_gaussians,
    name="gan_lab_disjoint",
    source=_GAN_LAB.format("disjoint"),
    data=ThreeBlobs(),
    schedule=InTurn(1, 1),
    generator=replace(gan_lab_gaussians.generator, hidden=(10, 10, 10)),
    discriminator=replace(gan_lab_gaussians.discriminator, hidden=(11, 11, 11)),
)

gan_lab_line = replace(
    gan_lab_gaussians,
    name="gan_lab_line",
    source=_GAN_LAB.format("line"),
    data=Line(),
    noise=UniformNoise(-1.0, 1.0, 2),
    d_optimizer=SGD(0.03),
    g_optimizer=SGD(0.01),
    generator=replace(gan_lab_gaussians.generator, hidden=(5, 5)),
    discriminator=replace(gan_lab_gaussians.discriminator, hidden=(6, 6)),
)
gan_lab_ring = replace(
    gan_lab_gaussians,
    name="gan_lab_ring",
    source=_GAN_LAB.format("ring") + " (its ring is whole, ours has 8 blobs)",
    data=replace(pacgan_ring, sd=0.1),
    noise=UniformNoise(-1.0, 1.0, 2),
    schedule=InTurn(3, 1),
    window=(-2.0, 2.0),
    generator=replace(gan_lab_gaussians.generator, hidden=(10, 10)),
    discriminator=replace(gan_lab_gaussians.discriminator, hidden=(9, 9, 9)),
)

BY_NAME = {
    recipe.name: recipe
    for recipe in (
        steady,
        ring,
        grid,
        wide_ring,
        metz_ring,
        gan_lab_gaussians,
        gan_lab_line,
        gan_lab_ring,
        gan_lab_disjoint,
        aylien_head,
        aylien_blog,
        aylien_minibatch,
        aylien_minibatch_deep,
        aylien_two_layers,
        dev_nag_moments,
        dev_nag_raw,
        dev_nag_squared_differences,
        dev_nag_differences,
        dev_nag_first,
    )
}
