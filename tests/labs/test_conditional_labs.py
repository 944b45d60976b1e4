"""Labs of GANs that are asked for a class, or find one: they train, show, replay, and keep their kind."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.players import assert_replays, values

from gan_lessons.labs.lab import Lab
from gan_lessons.labs.scenes.charts import gives_scores
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.conditional import ACGAN
from gan_lessons.models.surface import company, surface
from gan_lessons.recipes import conditional as recipes
from gan_lessons.recipes.conditional import KINDS, of_kind

each = pytest.mark.parametrize("recipe", [of_kind(kind, data) for kind in KINDS for data in ("line", "ring")])


@each
def test_it_trains_and_its_code_does_it_again(recipe):
    lab = Lab(recipe, runs=2)
    lab.advance(3)
    lab.d_lr = 0.003
    lab.advance(2)
    assert lab.trainer.steps == 5
    assert np.isfinite(values(lab, "D")).all()
    assert_replays(lab)
    lab.close()


@pytest.mark.parametrize("recipe", [recipes.cgan_ring, recipes.projection_ring], ids=lambda recipe: recipe.name)
def test_d_judges_a_point_as_of_the_class_that_suits_it_best(recipe):
    gan = recipe.trainer((0, 1))
    x = torch.rand(2, 7, 2)
    with torch.no_grad():
        each = torch.stack([gan.D(x, torch.full((2, 7), k)).squeeze(-1) for k in range(8)])
    assert torch.allclose(surface(gan.D, x, x), each.amax(0).sigmoid(), atol=1e-6)
    assert company(gan.D) == "told the class that suits each point best"


def test_a_d_of_further_outputs_is_drawn_by_its_verdict():
    gan = recipes.acgan_ring.trainer((0, 1))
    x = torch.rand(2, 7, 2)
    with torch.no_grad():
        assert torch.allclose(surface(gan.D, x, x), gan.D(x)[..., 0].sigmoid(), atol=1e-6)
    assert company(gan.D) == ""


def test_another_loss_keeps_the_kind():
    recipe = replace(recipes.acgan_ring, objective=ACGAN(weight=0.5))
    other = recipe.put(loss="hinge")
    assert other.objective == ACGAN(losses.hinge, weight=0.5) and not recipe.restarts(other)
    assert gives_scores(other.objective) and not gives_scores(recipe.objective)
    assert recipe.controls["loss"].get(recipe) == "log (non-saturating)"
    assert other.controls["loss"].get(other) == "hinge"


def test_what_cannot_be_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="data must be labelled, where G is asked for a class, not Spiral"):
        recipes.cgan_ring.put(data="spiral").trainer()
    lab = Lab(recipes.cgan_ring, runs=1)
    with pytest.raises(ValueError, match="plain PyTorch has no few lines for the loss CGAN"):
        lab.plain_code()
    lab.close()
