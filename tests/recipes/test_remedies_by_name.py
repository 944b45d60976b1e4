"""Remedies by name: each is one change of a recipe, works on ring, grid and a line, and says where it comes from."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.recipes import changed

from gan_lessons.recipes import comparison
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.remedies import ALL, BY_NAME

each = pytest.mark.parametrize("remedy", ALL, ids=lambda remedy: remedy.name)
SMALL = {"g_hidden": (6, 6), "d_hidden": (6, 6), "batch": 8, "steps": 20}


def test_names_and_labels_are_all_different_and_all_have_a_source():
    assert len(BY_NAME) == len(ALL) == len({remedy.label for remedy in ALL})
    assert all(remedy.source for remedy in ALL)


@each
def test_it_keeps_networks_data_batch_and_budget(remedy):
    base = comparison.ring(1000)
    cured = remedy(base)
    for name in ("batch", "steps", "data", "noise"):
        assert getattr(cured, name) == getattr(base, name)
    for part in ("generator", "discriminator"):
        for name in ("hidden", "activation", "init"):
            assert getattr(getattr(cured, part), name) == getattr(getattr(base, part), name)
    assert (replace(cured, name=base.name) == base) == (remedy.name == "plain")
    assert remedy.label in cured.name


@each
@pytest.mark.parametrize("base", [comparison.ring(20), recipes.steady], ids=lambda r: r.name)
def test_it_trains(remedy, base):
    trainer = remedy(changed(base, **SMALL)).trainer(range(2), view=20)
    before = trainer.players["G"].theta.clone()
    trainer.advance(5)
    assert (trainer.players["G"].theta != before).any(-1).all() and (trainer.diverged == -1).all()
    assert np.isfinite(trainer.snapshot().samples).all()


def test_penalties_go_with_the_size_of_the_data():
    ring, grid = (BY_NAME["annealed"](base(100)) for base in (comparison.ring, comparison.grid))
    scale = (np.diff(grid.window) / np.diff(ring.window)).item()
    assert grid.penalties[0].weight == pytest.approx(ring.penalties[0].weight * scale**2)


def test_learning_rates_end_with_the_training():
    assert comparison.ring(500).d_optimizer.decay(500) == 0 and comparison.ring(500).d_optimizer.decay(250) == 0.5
