"""Where remedies are compared: PacGAN's ring and grid, with one pair of networks and one budget of steps for all.

Tuned on seeds 100 to 103 with the relativistic loss, R1 and R2, and for no other remedy: that favours these.
"""

from dataclasses import replace

from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.models.mlp import MLP
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.decays import CosineDecay
from gan_lessons.trainers.optim import Adam


def ring(steps: int) -> Recipe:
    """PacGAN's ring of 8, for a training of this many steps; the learning rates end at 0 with it."""
    return _compared(recipes.ring, steps)


def grid(steps: int) -> Recipe:
    """PacGAN's grid of 25, likewise."""
    return _compared(recipes.grid, steps)


def _compared(recipe: Recipe, steps: int) -> Recipe:
    rate = Adam(3e-3, betas=(0.5, 0.99), decay=CosineDecay(steps))
    return replace(
        recipe,
        noise=NormalNoise(16),
        generator=MLP((128, 128), "relu"),  # flat plateaus, sharp steps: leaky_relu left 43 % off the modes, relu 17 %
        discriminator=MLP((128, 128), "leaky_relu", "spread"),
        d_optimizer=rate,
        g_optimizer=rate,
        steps=steps,
    )
