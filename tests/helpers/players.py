"""Small labs for the tests: what they show, and whether their code trains the same again."""

from dataclasses import replace

import torch

from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.plane import Ring, TwoMoons
from gan_lessons.recipes import toys as recipes
from helpers.messages import kept, replayed


def varied(recipe, g=(), d=(), **settings):
    """A recipe with other settings; g, d: those of its networks, by name."""
    networks = {"generator": replace(recipe.generator, **dict(g))}
    networks["discriminator"] = replace(recipe.discriminator, **dict(d))
    return replace(recipe, **networks, **settings)


SMALL = varied(recipes.steady, {"hidden": (4,)}, {"hidden": (6,)}, batch=8)
RING = varied(
    recipes.steady,
    {"hidden": (8,)},
    {"hidden": (8,)},
    name="ring of eight",
    data=Ring(8, 1.0, 0.1),
    noise=NormalNoise(2),
    batch=12,
    window=(-2.0, 2.0),
)
MOONS = replace(RING, name="moons", data=TwoMoons(), noise=NormalNoise(3))


def thetas(trainer):
    return [player.theta.clone() for player in (trainer.players["D"], trainer.players["G"])]


def same(some, other):
    """Bit for bit; NaN, of runs that diverged, equals NaN."""
    bits = [[theta.nan_to_num(nan=123.0) for theta in pair] for pair in (some, other)]
    return all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(*bits, strict=True))


def assert_replays(lab):
    gan = replayed(lab)
    assert gan.steps == lab.trainer.steps
    assert gan.seeds == lab.trainer.seeds
    assert same(thetas(gan), thetas(lab.trainer)), lab.code()
    gan.advance(3), lab.trainer.advance(3)  # and goes on the same: the places in the random numbers agree too
    assert same(thetas(gan), thetas(lab.trainer)), lab.code()


def values(lab, name, at=-1):
    """One array of a frame in the film, flat."""
    return kept(lab, at)[name].ravel()
