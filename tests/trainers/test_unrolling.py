"""G's gradient through updates of D that it looks ahead on, held against finite differences, with every penalty."""

from dataclasses import replace

import pytest
import torch

from gan_lessons.losses.penalties import R1, R2, GradientPenalty
from gan_lessons.models.mlp import MLP
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers import updates


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize(
    "penalties", [(R1(0.3),), (R2(0.3),), (GradientPenalty(1.0),), (R1(0.2), R2(0.3))], ids=["R1", "R2", "mix", "both"]
)
def test_the_gradient_is_that_of_the_loss(penalties, k):
    """A penalty's slope is D's at a sample; that D's weights depend on the sample too is no part of it."""
    networks = {"generator": MLP((5,), "tanh"), "discriminator": MLP((6,), "tanh")}
    recipe = replace(recipes.ring, penalties=penalties, unroll=k, batch=12, **networks)
    gan = recipe.trainer(0, dtype=torch.float64)
    gan.advance(3)
    batch, theta = updates.draw(gan, "G", "G", use_up=False), gan.players["G"].theta

    def look():
        return updates.gradient(gan, updates.step_of(gan, "G", batch, gan.steps))

    found, size = look().grad[0], 1e-5
    for i in range(0, theta.shape[1], 4):
        losses = []
        for side in (size, -2 * size):  # a step to one side, then to the other
            theta[0, i] += side
            losses.append(look().loss[0])
        theta[0, i] += size
        assert found[i] == pytest.approx(
            float((losses[0] - losses[1]) / (2 * size)), abs=1e-7 * float(found.abs().max())
        )
