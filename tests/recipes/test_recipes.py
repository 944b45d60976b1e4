"""The named experiments: their settings are the sources', and each of them trains."""

import math
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import torch
from helpers.recipes import changed

from gan_lessons.distributions.line import Gaussian
from gan_lessons.distributions.noise import NormalNoise, StratifiedNoise, UniformNoise
from gan_lessons.distributions.plane import Grid, Line, Ring, ThreeBlobs, TwoGaussians
from gan_lessons.losses.objectives import minimax, non_saturating
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.models.mlp import Perceptron
from gan_lessons.models.whole_batch import WholeBatch
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.toys import BY_NAME, Recipe
from gan_lessons.trainers.decays import StepDecay
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.probes import DiscriminatorCurve
from gan_lessons.trainers.schedules import InTurn, Simultaneous


def found(recipe, name):
    """A setting by name; "d_hidden" is `hidden` of D's network, and so on."""
    who, _, inside = name.partition("_")
    parts = {"g": recipe.generator, "d": recipe.discriminator}
    if name == "init":
        assert recipe.generator.init == recipe.discriminator.init
    if name in ("init", "features", "minibatch"):
        return getattr(recipe.discriminator, name)
    return getattr(recipe, name) if hasattr(recipe, name) else getattr(parts[who], inside)


each = pytest.mark.parametrize("recipe", BY_NAME.values(), ids=lambda recipe: recipe.name)


# What the sources say, as shared/numbers.md has it from them, written out a second time.
AYLIEN = {
    "data": Gaussian(4.0, 0.5),
    "noise": StratifiedNoise(reach=8.0, jitter=0.01),
    "g_hidden": (4,),
    "g_activation": "softplus",
    "d_hidden": (8, 8, 8),
    "features": None,
    "init": "normal",
    "objective": non_saturating,
    "schedule": InTurn(1, 1),
}
HEAD = AYLIEN | {
    "d_activation": "relu",
    "batch": 8,
    "d_optimizer": Adam(0.001, betas=(0.9, 0.999), eps=1e-8),
    "g_optimizer": Adam(0.001, betas=(0.9, 0.999), eps=1e-8),
    "steps": 5_000,
    "pretrain": 0,
}
BLOG = AYLIEN | {
    "d_activation": "tanh",
    "batch": 12,
    "d_optimizer": SGD(0.005, momentum=0.0, decay=StepDecay(150, 0.95)),
    "g_optimizer": SGD(0.005, momentum=0.0, decay=StepDecay(150, 0.95)),
    "steps": 1_200,
    "pretrain": 1_000,
}
DEV_NAG = {
    "data": Gaussian(4.0, 1.25),
    "noise": UniformNoise(0.0, 1.0, dim=1),
    "g_hidden": (5, 5),
    "g_activation": "tanh",
    "d_hidden": (10, 10),
    "d_activation": "sigmoid",
    "init": "torch",
    "objective": non_saturating,
    "batch": 500,
    "d_optimizer": SGD(1e-3, momentum=0.9),
    "g_optimizer": SGD(1e-3, momentum=0.9),
    "schedule": InTurn(20, 20),
    "steps": 5_000,
    "pretrain": 0,
}
FIRST = DEV_NAG | {
    "g_hidden": (50, 50),
    "d_hidden": (50, 50),
    "batch": 100,
    "d_optimizer": Adam(2e-4, betas=(0.9, 0.999)),
    "g_optimizer": Adam(2e-4, betas=(0.9, 0.999)),
    "schedule": InTurn(1, 1),
    "steps": 30_000,
    "features": "squared_differences",
    "g_activation": "elu",
    "d_activation": "elu",
}
MINIBATCH = HEAD | {"d_hidden": (8, 8), "minibatch": Minibatch(kernels=5, dim=3, self_term=1.0, sd=0.02)}
PACGAN_RING, PACGAN_GRID = Ring(n=8, radius=1.0, sd=0.01), Grid(side=5, spacing=2.0, sd=0.05)
METZ = {
    "data": PACGAN_RING,
    "noise": NormalNoise(256),
    "g_hidden": (128, 128),
    "d_hidden": (128, 128),
    "g_activation": "tanh",
    "d_activation": "tanh",
    "objective": non_saturating,
    "schedule": InTurn(1, 1),
    "batch": 512,
    "d_optimizer": Adam(1e-4, betas=(0.5, 0.999)),
    "g_optimizer": Adam(1e-3, betas=(0.5, 0.999)),
    "steps": 25_000,
    "unroll": 0,
}
LAB_GAUSSIANS = {
    "data": TwoGaussians(),
    "noise": NormalNoise(2),
    "g_hidden": (8, 8),
    "d_hidden": (8, 8),
    "g_activation": "relu",
    "d_activation": "relu",
    "objective": non_saturating,
    "batch": 150,
    "d_optimizer": SGD(0.1),
    "g_optimizer": SGD(0.03),
    "schedule": InTurn(2, 1),
}
LAB_DISJOINT = LAB_GAUSSIANS | {
    "data": ThreeBlobs(),
    "g_hidden": (10, 10, 10),
    "d_hidden": (11, 11, 11),
    "schedule": InTurn(1, 1),
}
LAB_LINE = LAB_GAUSSIANS | {
    "data": Line(),
    "noise": UniformNoise(-1.0, 1.0, 2),
    "g_hidden": (5, 5),
    "d_hidden": (6, 6),
    "d_optimizer": SGD(0.03),
    "g_optimizer": SGD(0.01),
}
LAB_RING = LAB_GAUSSIANS | {
    "data": Ring(n=8, radius=1.0, sd=0.1),
    "noise": UniformNoise(-1.0, 1.0, 2),
    "g_hidden": (10, 10),
    "d_hidden": (9, 9, 9),
    "schedule": InTurn(3, 1),
}
FACTS = {"aylien_head": HEAD, "aylien_blog": BLOG, "dev_nag_first": FIRST} | {
    f"dev_nag_{mode}": DEV_NAG | {"features": mode} for mode in ("moments", "raw", "squared_differences", "differences")
}
FACTS |= {"aylien_minibatch": MINIBATCH, "metz_ring": METZ}
FACTS |= {"gan_lab_gaussians": LAB_GAUSSIANS, "gan_lab_disjoint": LAB_DISJOINT}
FACTS |= {"gan_lab_line": LAB_LINE, "gan_lab_ring": LAB_RING}
AUTHORS = {"aylien": "AYLIEN", "dev": "Dev Nag", "metz": "Metz et al.", "gan": "GAN Lab"}
# The course's own: what they share with a source.
OWN = {
    "steady": {"data": Gaussian(4.0, 0.5)},
    "ring": {"data": PACGAN_RING, "noise": NormalNoise(2), "objective": non_saturating},
    "grid": {"data": PACGAN_GRID, "noise": NormalNoise(2), "objective": non_saturating},
    "wide_ring": {"data": Ring(n=8, radius=1.0, sd=0.1), "noise": NormalNoise(2), "objective": non_saturating},
    "aylien_minibatch_deep": MINIBATCH | {"d_hidden": (8, 8, 8)},
    "aylien_two_layers": MINIBATCH | {"minibatch": None},
}


@pytest.mark.parametrize("name", FACTS)
def test_settings_are_those_of_the_source(name):
    assert {key: found(BY_NAME[name], key) for key in FACTS[name]} == FACTS[name]
    assert AUTHORS[name.partition("_")[0]] in BY_NAME[name].source


@pytest.mark.parametrize("name", OWN)
def test_the_courses_own_say_so_and_keep_the_data_of_their_source(name):
    assert {key: found(BY_NAME[name], key) for key in OWN[name]} == OWN[name]
    assert "this course" in BY_NAME[name].source


@pytest.mark.parametrize(
    "name", ["ring", "grid", "wide_ring", "metz_ring", *(x for x in FACTS if x.startswith("gan_lab"))]
)
def test_a_window_in_the_plane_shows_the_data(name):
    recipe = BY_NAME[name]
    low, high = recipe.data.window
    assert recipe.window[0] <= low and high <= recipe.window[1]


def test_every_recipe_is_one_of_the_articles_or_the_courses_own():
    assert set(BY_NAME) == {*FACTS, *OWN}
    for name, recipe in BY_NAME.items():
        assert recipe.name == name and getattr(recipes, name) is recipe


@each
def test_networks_have_the_stated_widths(recipe):
    trainer = recipe.trainer(range(3)) if not recipe.pretrain else replace(recipe, pretrain=0).trainer(range(3))
    G, D, described = trainer.G, trainer.D, recipe.discriminator
    assert G.sizes == (recipe.noise.dim, *recipe.generator.hidden, recipe.data.dim)
    inner = D.inner if described.features else D
    width = {None: recipe.data.dim, "raw": recipe.batch, "moments": 4}.get(described.features, 2 * recipe.batch)
    assert type(inner) is Perceptron and inner.sizes == (width, *described.hidden, 1)
    assert isinstance(D, WholeBatch) == (described.features is not None)
    assert G.runs == D.runs == 3


@each
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_it_trains(recipe, dtype):
    recipe = replace(recipe, pretrain=min(recipe.pretrain, 3), schedule=InTurn(1, 1))
    trainer = recipe.trainer(range(2), dtype=dtype, view=9)
    first, *_, last = trainer.run(2)
    assert last.step == 2 and last.samples.shape == (2, 9, recipe.data.dim)
    assert last.samples.dtype == last.d_loss.dtype == {torch.float32: np.float32, torch.float64: np.float64}[dtype]
    assert np.isfinite(last.samples).all() and np.isfinite(last.d_loss).all() and np.isfinite(last.g_loss).all()
    assert not np.array_equal(first.samples, last.samples) and (last.diverged == -1).all()


@each
def test_a_trainer_has_all_of_the_recipes_settings(recipe):
    trainer = replace(recipe, pretrain=min(recipe.pretrain, 1)).trainer(
        (7, 5), view=3, probes={"x": lambda t: np.zeros(2)}
    )
    assert trainer.settings == {key: getattr(recipe, key) for key in trainer.settings}
    assert trainer.seeds == (7, 5) and trainer.view == 3 and set(trainer.probes) == {"x"}


def test_pretraining_teaches_d_the_density_and_nothing_else():
    untaught, taught = (replace(recipes.aylien_blog, pretrain=n).trainer(range(20)) for n in (0, 1000))
    assert torch.equal(untaught.players["G"].theta, taught.players["G"].theta)
    assert taught.steps == taught.players["D"].updates == 0
    assert all((slot == 0).all() for slot in taught.players["D"].state)
    x = torch.linspace(-5, 5, 201)
    density = taught.settings["data"].log_prob(x[:, None]).exp()

    def error(trainer):
        with torch.no_grad():
            return ((trainer.D(x.expand(20, -1)[..., None]).sigmoid() - density) ** 2).mean((-1, -2))

    assert (error(taught) < error(untaught)).float().mean() > 0.9 and error(taught).median() < 0.03
    seen = taught.snapshot()
    assert seen.step == 0 and np.isnan(seen.d_loss).all()


def test_a_variation_is_another_recipe_and_the_base_stays():
    variation = replace(recipes.aylien_head, batch=16, schedule=Simultaneous(), objective=minimax)
    assert (variation.batch, recipes.aylien_head.batch) == (16, 8)
    assert variation != recipes.aylien_head and replace(variation, batch=8).data is recipes.aylien_head.data
    assert replace(recipes.aylien_head, batch=8) == recipes.aylien_head


@each
def test_recipes_are_frozen_hashable_and_can_go_to_another_process(recipe):
    with pytest.raises(FrozenInstanceError):
        recipe.batch = 3
    assert hash(recipe) == hash(replace(recipe)) and recipe == replace(recipe)
    copy = pickle.loads(pickle.dumps(recipe))
    assert copy == recipe and copy.objective is recipe.objective
    assert len(set(BY_NAME.values())) == len(BY_NAME)


def test_lists_become_tuples():
    recipe = changed(recipes.aylien_head, g_hidden=[3, np.int64(4)], window=[0, 1], batch=np.int64(8))
    assert recipe.generator.hidden == (3, 4) and recipe.window == (0.0, 1.0)
    assert isinstance(hash(recipe), int) and "int64" not in repr(recipe)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"g_activation": "swish"}, "activation must be one of .*relu.* not 'swish'"),
        ({"d_activation": torch.tanh}, "activation must be one of .*tanh"),
        ({"d_activation": ["relu"]}, r"activation must be one of .* not \['relu'\]"),
        ({"init": "zeros"}, "init must be one of .* not 'zeros'"),
        ({"features": "variance"}, "features must be one of .* not 'variance'"),
        ({"g_hidden": (0,)}, "hidden must be a whole number of at least 1, not 0"),
        ({"g_hidden": (4.0,)}, "hidden must be a whole number of at least 1, not 4.0"),
        ({"d_hidden": 8}, "hidden must be a tuple .* not 8"),
        ({"d_hidden": "88"}, "hidden must be a tuple .* not '88'"),
        ({"batch": 0}, "batch must be a whole number of at least 1, not 0"),
        ({"batch": math.nan}, "batch must be a whole number of at least 1, not nan"),
        ({"steps": 0}, "steps must be a whole number of at least 1, not 0"),
        ({"pretrain": -1}, "pretrain must be a whole number of at least 0, not -1"),
        ({"pretrain": 5, "features": "moments"}, "pretrain must be 0 where D looks at whole batches.* not 5"),
        ({"data": "gaussian"}, "data must be a Distribution of gan_lessons.distributions, not 'gaussian'"),
        ({"noise": 1.0}, "noise must be a Distribution of gan_lessons.distributions, not 1.0"),
        ({"d_optimizer": 1e-3}, "d_optimizer must be an Optimizer of gan_lessons.trainers, not 0.001"),
        ({"g_optimizer": None}, "g_optimizer must be an Optimizer of gan_lessons.trainers, not None"),
        ({"objective": "minimax"}, "objective must be an Objective of gan_lessons.losses, not 'minimax'"),
        ({"window": (1.0, 1.0)}, r"window must be two numbers that rise, not \(1.0, 1.0\)"),
        ({"window": (2.0, math.nan)}, r"window must be finite numbers, not \(2.0, nan\)"),
        ({"window": 8.0}, "window must be .* not 8.0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        changed(recipes.aylien_head, **changes)


@pytest.mark.parametrize("seeds", [3.0, None, "0", (), [0.5], [1, 1], [-1], {1, 2}])
def test_seeds_that_make_no_sense_are_refused(seeds):
    with pytest.raises(ValueError, match="seeds must be "):
        recipes.aylien_head.trainer(seeds)


def test_a_whole_batch_critic_is_built_for_the_recipes_batch():
    recipe = replace(recipes.dev_nag_raw, batch=7)
    assert recipe.trainer(range(1)).D.inner.inputs == 7 and isinstance(recipe, Recipe)
    with pytest.raises(ValueError, match="batch of 1 has no moments"):
        replace(recipes.dev_nag_moments, batch=1).trainer()


@pytest.mark.slow
def test_many_seeds_of_steady_stop_learning_when_they_play_on():
    """What notebook 00 says: by step 6,000 about half of the seeds have a D without a slope where numbers fall."""
    trainer = recipes.steady.trainer(seeds=range(32), probes={"D": DiscriminatorCurve(2, 6)})
    flat = []
    for steps in (1000, 5000):
        trainer.advance(steps)
        curve = trainer.snapshot().probes["D"]
        flat.append(np.mean(curve.max(-1) - curve.min(-1) < 0.005))
    assert flat[0] < 0.1 and 0.25 < flat[1] < 0.75
