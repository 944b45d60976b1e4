"""The four kinds of conditional GANs: losses against torch's own, one game for all runs, and files, code, refusals."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import gan_lessons as gl
from gan_lessons._core import as_json, as_python
from gan_lessons.distributions.line import Gaussian
from gan_lessons.distributions.noise import CodedNoise, NormalNoise
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.conditional import ACGAN, CGAN, InfoGAN, ProjectionGAN, naming_error
from gan_lessons.losses.consensus import Consensus
from gan_lessons.losses.penalties import R1, GradientPenalty
from gan_lessons.metrics.conditional import asked_for, matched
from gan_lessons.models.mlp import MLP, mlp
from gan_lessons.recipes import conditional as recipes
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.trainer import Trainer

KINDS = {
    "cGAN": recipes.cgan_ring,
    "projection": recipes.projection_ring,
    "AC-GAN": recipes.acgan_ring,
    "InfoGAN": replace(recipes.infogan_ring, noise=CodedNoise(2, 8, 1), objective=InfoGAN(continuous_weight=0.5)),
}
each = pytest.mark.parametrize("recipe", KINDS.values(), ids=KINDS)


def small(recipe, **settings):
    """The recipe with networks that a test trains at once."""
    parts = {name: replace(getattr(recipe, name), hidden=(12,)) for name in ("generator", "discriminator")}
    return replace(recipe, batch=8, **parts | settings)


def trainer(recipe, seeds=(3, 5, 7)):
    return small(recipe).trainer(seeds, dtype=torch.float64, view=16)


@each
@pytest.mark.parametrize(
    "settings",
    [{}, {"penalties": (R1(0.1), GradientPenalty(0.1))}, {"unroll": 1}, {"instance_noise": InstanceNoise(0.1)}],
    ids=["plain", "penalties", "unrolled", "blurred"],
)
def test_runs_are_what_they_are_alone(recipe, settings):
    recipe = small(recipe, **settings)
    together = recipe.trainer((3, 5, 7), dtype=torch.float64, view=16)
    before = {name: player.theta.clone() for name, player in together.players.items()}
    together.advance(20)
    for run, seed in ((0, 3), (2, 7)):
        alone = recipe.trainer((seed,), dtype=torch.float64, view=16)
        alone.advance(20)
        for name, player in alone.players.items():
            torch.testing.assert_close(together.players[name].theta[run], player.theta[0], rtol=0, atol=1e-10)
            assert (player.theta[0] - before[name][run]).abs().max() > 1e-4


@each
@pytest.mark.parametrize("base", [losses.hinge, losses.relativistic, losses.LabelSmoothing(0.9), Consensus(0.1)])
def test_every_kind_is_built_on_any_objective(recipe, base):
    gan = trainer(replace(recipe, objective=replace(recipe.objective, base=base)))
    gan.advance(3)
    seen = gan.snapshot()
    assert all(np.isfinite(loss).all() for loss in seen.losses.values()) and (seen.diverged == -1).all()


def steps_of(gan, name):
    """A player's next update as its loss sees it."""
    from gan_lessons.trainers.updates import step_of

    return step_of(gan, name, gan.turn(name).batch, 0)


def test_naming_error_is_torchs_cross_entropy():
    rng = torch.Generator().manual_seed(0)
    scores, labels = torch.randn(3, 2, 5, 4, generator=rng), torch.randint(4, (3, 1, 5), generator=rng)
    wanted = F.cross_entropy(scores.movedim(-1, 1), labels.expand(3, 2, 5), reduction="none").mean(-1)
    assert torch.allclose(naming_error(scores, labels), wanted, atol=1e-6)


def named_by_torch(outputs, labels):
    return F.cross_entropy(outputs[..., 1:].movedim(-1, 1), labels, reduction="none").mean(-1)


@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_acgan_adds_the_errors_in_naming_real_and_generated_samples(weight):
    gan = trainer(replace(recipes.acgan_ring, objective=ACGAN(weight=weight)))
    d, g = steps_of(gan, "D"), steps_of(gan, "G")
    objective = gan.settings["objective"]
    with torch.no_grad():
        fake = gan.G(d.noise, d.labels)
        out, of_fake = gan.D(d.real), gan.D(fake)
        base = F.softplus(-out[..., 0]).mean(-1) + F.softplus(of_fake[..., 0]).mean(-1)
        named = [
            F.cross_entropy(x[..., 1:].movedim(-1, 1), d.labels, reduction="none").mean(-1) for x in (out, of_fake)
        ]
        assert torch.allclose(objective.losses["D"](d), base + weight * sum(named), atol=1e-12)
        out = gan.D(gan.G(g.noise, g.labels))
        named = F.cross_entropy(out[..., 1:].movedim(-1, 1), g.labels, reduction="none").mean(-1)
        assert torch.allclose(objective.losses["G"](g), F.softplus(-out[..., 0]).mean(-1) + weight * named, atol=1e-12)


def test_infogan_adds_what_cannot_be_read_of_the_code():
    gan = trainer(KINDS["InfoGAN"])
    objective = gan.settings["objective"]
    for name in ("D", "G"):
        step = steps_of(gan, name)
        with torch.no_grad():
            out = gan.D(gan.G(step.noise))
            read = F.cross_entropy(out[..., 1:9].movedim(-1, 1), step.noise[..., 2:10].argmax(-1), reduction="none")
            error = read.mean(-1) + 0.5 * ((out[..., 9] - step.noise[..., 10]) ** 2).mean(-1) / 2
            plain = objective.base.losses[name](step)
            assert torch.allclose(objective.losses[name](step), plain + error, atol=1e-12)


def test_one_half_of_a_code_may_be_missing():
    for noise in (CodedNoise(1, 4, 0), CodedNoise(1, 0, 2), CodedNoise(0, 2, 0)):
        gan = trainer(replace(recipes.infogan_ring, noise=noise))
        gan.advance(2)
        assert np.isfinite(gan.snapshot().losses["G"]).all()


@pytest.mark.parametrize("kind", ["cGAN", "projection"])
def test_labels_change_no_loss_of_a_d_and_g_that_are_told_them(kind):
    gan = trainer(KINDS[kind])
    step = steps_of(gan, "D")
    with torch.no_grad():
        logits = torch.stack([gan.D(x, step.labels)[..., 0] for x in (step.real, gan.G(step.noise, step.labels))], -2)
        assert torch.allclose(gan.settings["objective"].losses["D"](step), losses.cross_entropy_d(logits), atol=1e-12)


def test_coded_noise_is_normal_numbers_then_one_of_the_categories_then_uniform_ones():
    noise, rng = CodedNoise(3, 4, 2), torch.Generator().manual_seed(0)
    raw = noise.draw((5, 4000), rng, torch.float64)
    z, labels = noise.transform(raw), noise.labels(raw)
    assert z.shape == (5, 4000, 9) and (noise.dim, noise.code, noise.classes) == (9, 6, 4)
    assert torch.equal(z[..., 3:7], F.one_hot(labels, 4).double())
    assert (labels.flatten().bincount() / 20_000 - 0.25).abs().max() < 0.015
    assert z[..., :3].std() == pytest.approx(1, abs=0.02) and z[..., 7:].abs().max() <= 1
    assert z[..., 7:].std() == pytest.approx(3**-0.5, abs=0.01)


@each
def test_files_and_code_make_the_recipe_again(recipe, tmp_path):
    recipe = small(recipe)
    words = as_json.written("recipe", recipe)
    assert as_json.made("recipe", words, Recipe) == recipe
    again = eval(as_python.written(recipe), {"gl": gl})
    assert again == recipe and pickle.loads(pickle.dumps(recipe)) == recipe
    gan, other = trainer(recipe), trainer(recipe)
    gan.advance(5)
    gan.save(tmp_path / "gan.safetensors")
    other.load(tmp_path / "gan.safetensors")
    gan.advance(3), other.advance(3)
    for name in gan.players:
        assert torch.equal(gan.players[name].theta, other.players[name].theta)


def test_a_saved_trainer_goes_into_none_of_another_kind(tmp_path):
    path = tmp_path / "gan.safetensors"
    trainer(recipes.cgan_ring).save(path)
    with pytest.raises(ValueError, match="was saved with another"):
        trainer(recipes.projection_ring).load(path)


def test_another_kind_begins_the_training_again_and_another_weight_does_not():
    plain = recipes.PLAIN["ring"]
    assert all(plain.restarts(recipe) for recipe in KINDS.values())
    assert not recipes.acgan_ring.restarts(replace(recipes.acgan_ring, objective=ACGAN(weight=0.5)))
    assert not recipes.cgan_ring.restarts(replace(recipes.cgan_ring, objective=CGAN(losses.hinge)))


def test_a_new_kind_is_one_class():
    """D is told the class at its input, and G is told nothing."""

    class OnlyD(CGAN):
        def asks(self, data, noise):
            return CGAN.asks(self, data, noise)._replace(generator=0)

    gan = trainer(replace(recipes.cgan_ring, objective=OnlyD()))
    gan.advance(2)
    assert gan.D.classes == 8 and not hasattr(gan.G, "classes")


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [recipes.cgan_line, recipes.projection_line], ids=lambda recipe: recipe.name)
def test_one_can_ask_for_a_bell(recipe):
    gan = recipe.trainer(range(4), view=600)
    gan.advance(recipe.steps)
    labels = torch.arange(600) % 3
    found = asked_for(gan.show(gan.viewing_noise, labels).numpy(), labels.numpy(), recipe.data)
    assert found.accuracy.min() > 0.95 and np.median(found.within) > 0.5


def test_a_read_code_is_a_classifier_of_real_samples():
    gan = recipes.infogan_ring.trainer(range(2))
    real, labels = gan.streams["d_real"].peek(), gan.streams["d_real"].labels()
    with torch.no_grad():
        codes = gan.D.groups(gan.D(real))[0].argmax(-1)
    before = matched(codes.numpy(), labels.numpy(), 8, 8).error
    assert before.shape == (2,) and before.min() > 0.2  # nothing learned yet


MLP8 = MLP((8,))
REFUSED = {
    "weight": (lambda: ACGAN(weight=-1), "weight must be a finite number of at least 0, not -1"),
    "code's weight": (lambda: InfoGAN(continuous_weight=-1), "continuous_weight must be .* not -1"),
    "base": (lambda: CGAN("hinge"), "base must be an Objective of gan_lessons.losses, not 'hinge'"),
    "two kinds": (lambda: CGAN(ACGAN()), "base must be an objective without labels or codes of its own"),
    "no labels": (
        lambda: replace(recipes.cgan_line, data=Gaussian()).networks(),
        r"data must be labelled, where G is asked for a class, not Gaussian",
    ),
    "no code": (
        lambda: replace(recipes.infogan_line, noise=NormalNoise(2)).networks(),
        "noise must be a CodedNoise, where D is to read a code back, not NormalNoise",
    ),
    "packs": (
        lambda: replace(recipes.acgan_ring, discriminator=MLP((8,), pack=2)).networks(),
        "inner must be a D with a last hidden layer for each sample, not 'Packed'",
    ),
    "committee": (
        lambda: replace(recipes.cgan_ring, discriminator=MLP((8,), members=(1, 1))).networks(),
        "inner must be a single network",
    ),
    "head start": (lambda: replace(recipes.cgan_line, pretrain=5), "pretrain must be 0 with CGAN"),
    "one category": (lambda: CodedNoise(2, 1), "categories must be 0 for none, or 2 or more"),
    "no code at all": (lambda: CodedNoise(2), "categories must be 2 or more, where no continuous"),
    "plain networks": (
        lambda: Trainer(
            {"D": mlp([2, 8, 1]), "G": mlp([2, 8, 2])},
            recipes.cgan_ring.data,
            NormalNoise(2),
            batch=8,
            objective=ProjectionGAN(),
        ),
        "D must be told 8 labels, as ProjectionGAN",
    ),
    "no scores": (
        lambda: Trainer(
            {"D": mlp([2, 8, 1]), "G": recipes.acgan_ring.networks()["G"]},
            recipes.acgan_ring.data,
            NormalNoise(2),
            batch=8,
            objective=ACGAN(),
        ),
        r"D must be with further outputs in groups of \(8,\), as ACGAN",
    ),
    "an unknown class": (
        lambda: trainer(recipes.cgan_ring).show(torch.zeros(3, 2, 2).double(), [0, 8]),
        "labels must be a class that the network knows, from 0 to 7, not 8",
    ),
    "a class of a plain G": (
        lambda: trainer(recipes.PLAIN["ring"]).show(torch.zeros(3, 1, 2).double(), [0]),
        "labels must be left out",
    ),
}


@pytest.mark.parametrize(("act", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals(act, words):
    with pytest.raises(ValueError, match=words):
        act()
