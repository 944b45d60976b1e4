"""A lab's plain PyTorch: run, it is the package's training step by step, or it is refused in words."""

import random
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.messages import listened, of_type, say
from helpers.players import MOONS, RING, SMALL, varied

from gan_lessons.distributions.drawn import drawn
from gan_lessons.distributions.line import Gaussian, Mixture, Uniform
from gan_lessons.distributions.plane import Blobs
from gan_lessons.labs import controls, plain_pytorch, plain_samples
from gan_lessons.labs.playground import Playground
from gan_lessons.losses import objectives as losses
from gan_lessons.models.mlp import INITS
from gan_lessons.recipes import digits, remedies
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.choices import DATA, LOSSES, NOISES
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn, Simultaneous


@pytest.fixture
def double():
    """Double precision for what says nothing else, as the text does."""
    torch.set_default_dtype(torch.float64)
    yield torch.float64
    torch.set_default_dtype(torch.float32)


def trained(text):
    """What the text leaves, by name."""
    names, threads = {}, torch.get_num_threads()
    exec(text, names)
    torch.set_num_threads(threads)
    return names


def flat(net):
    """All weights of a plain network in the package's order: normalisation's last, and a weight the other way round."""
    layers = sorted(net, key=lambda layer: isinstance(layer, torch.nn.BatchNorm1d))
    weights = [p.detach() for layer in layers for p in layer.parameters()]
    return torch.cat([p.T.flatten() if p.dim() == 2 else p for p in weights])


def assert_equal(recipe, steps=50, seed=3, apart=1e-9):
    """Weights and losses are the same up to rounding. apart: by how much weights may differ. Where a bias cancels out
    of the loss, as before batch normalisation, rounding is all of its gradient, and Adam divides that by its size."""
    if "batch" in (recipe.discriminator.norm, recipe.generator.norm):
        apart = 1e-5
    text = plain_pytorch.written(recipe, seed, steps)
    assert "gan_lessons" not in text and max(map(len, text.splitlines())) <= 120
    plain, package = trained(text), recipe.trainer(seed, dtype=torch.get_default_dtype())
    package.advance(steps)
    for name in ("D", "G"):
        torch.testing.assert_close(flat(plain[name]), package.players[name].theta[0], rtol=apart, atol=apart)
        if name in package.seen:
            loss = plain[f"{name.lower()}_loss"].item()
            assert loss == pytest.approx(float(package.seen[name]), rel=1e-10, abs=1e-10)


REFUSED = {"aylien_blog", "aylien_minibatch", "aylien_minibatch_deep"}


@pytest.mark.parametrize("name", sorted(recipes.BY_NAME.keys() - REFUSED))
def test_each_recipe_is_trained_alike(double, name):
    recipe = recipes.BY_NAME[name]
    updates = recipe.schedule.d_steps + recipe.schedule.g_steps
    assert_equal(recipe, steps=50 if recipe.batch * updates <= 450 else 5, apart=1e-12)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_others_are_refused_in_words(name):
    needed = "D's head start" if name == "aylien_blog" else "minibatch discrimination"
    with pytest.raises(ValueError, match=f"plain PyTorch has no few lines for .*{needed}: Copy as Python writes"):
        plain_pytorch.written(recipes.BY_NAME[name], 0, 10)


@pytest.mark.parametrize("loss", [word for word in LOSSES if "consensus" not in word])
@pytest.mark.parametrize("base", [SMALL, RING], ids=["line", "plane"])
def test_each_loss(double, loss, base):
    assert_equal(replace(base, objective=LOSSES[loss]))


@pytest.mark.parametrize("word", DATA)
def test_each_kind_of_data(double, word):
    data, window = DATA[word]
    base = SMALL if data.dim == 1 else RING
    assert_equal(replace(base, data=data, window=window), steps=70)  # more than one block of random numbers


@pytest.mark.parametrize(
    "data",
    [
        Uniform(-1.0, 2.0),
        Mixture((-3.0, 0.0, 1.0), (0.5, 0.1, 1.0), (0.2, 0.5, 0.3)),
        drawn([[-2.0], [-1.5], [-1.5], [1.0], [2.25]], (-3.0, 3.0)),
        Blobs([(0.0, 1.0), (-1.0, 0.5), (2.0, 2.0)]),
        drawn(np.random.default_rng(0).uniform(-2, 2, (100, 2)), (-2.0, 2.0)),
    ],
    ids=lambda data: type(data).__name__,
)
def test_data_of_ones_own(double, data):
    assert_equal(replace(SMALL if data.dim == 1 else RING, data=data))


@pytest.mark.parametrize("word", NOISES)
def test_each_noise(double, word):
    assert_equal(replace(MOONS if NOISES[word].dim > 1 else SMALL, noise=NOISES[word]))


@pytest.mark.parametrize(
    "changes",
    [
        {"batch": 1},
        {"batch": 5000},
        {"schedule": InTurn(3, 2)},
        {"schedule": InTurn(1, 0)},
        {"schedule": InTurn(0, 1)},
        {"d_optimizer": SGD(0.1), "g_optimizer": SGD(0.05, momentum=0.9)},
        {"d_optimizer": SGD(0.05, clip=0.1), "objective": losses.wasserstein, "schedule": InTurn(5, 1)},
        {"d_optimizer": Adam(1e-2, eps=1e-3, clip=0.3), "g_optimizer": Adam(1e-2, weight_decay=0.1)},
        {"objective": losses.LabelSmoothing(0.85)},
        {"d": {"pack": 2}},
        {"d": {"pack": 4, "norm": "batch"}, "g": {"norm": "batch"}},
        {"d": {"pack": 2}, "objective": losses.feature_matching},
        {"d": {"hidden": ()}, "g": {"hidden": ()}},
        {"d": {"hidden": (5, 3, 4)}, "g": {"init": "spread", "activation": "elu"}},
        *({"d": {"init": init}} for init in INITS),
    ],
    ids=str,
)
def test_other_settings(double, changes):
    assert_equal(varied(RING, **changes), steps=5 if changes.get("batch") == 5000 else 50)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schedule": Simultaneous()}, "the schedule Simultaneous"),
        ({"instance_noise": InstanceNoise(0.5)}, "instance noise"),
        ({"objective": LOSSES["minimax, consensus .1"]}, "the loss consensus"),
        ({"objective": losses.FromLogits("hinge", *[abs] * 4)}, "the loss hinge"),
        ({"data": Blobs([(i, 0) for i in range(2000)])}, r"data of 2,000 points \(200 at most\)"),
        (
            {"data": drawn([[0.01 * i, 0.0] for i in range(201)], (-2.0, 3.0))},
            r"data of 201 points \(200 at most\)",
        ),
    ],
)
def test_what_has_no_few_lines_is_named(changes, words):
    with pytest.raises(ValueError, match=f"plain PyTorch has no few lines for {words}: Copy as Python writes"):
        plain_pytorch.written(replace(RING, **changes), 0, 10)


def test_images_are_refused():
    with pytest.raises(ValueError, match="no few lines for networks of images: "):
        plain_pytorch.written(digits.lean_dcgan, 0, 10)


def test_data_of_a_class_of_ones_own_are_refused():
    class Mine(Gaussian):
        pass

    with pytest.raises(ValueError, match="samples of the kind Mine"):
        plain_pytorch.written(replace(SMALL, data=Mine(1.0, 2.0)), 0, 10)


@pytest.mark.parametrize("name", remedies.BY_NAME)
def test_each_remedy_is_trained_alike_or_refused(double, name):
    recipe = remedies.BY_NAME[name](RING)
    if plain_pytorch.refused(recipe):
        with pytest.raises(ValueError, match="plain PyTorch has no few lines for "):
            plain_pytorch.written(recipe, 0, 10)
    else:
        assert_equal(recipe, steps=20)


EQUAL = {"plain", "least_squares", "hinge", "relativistic", "label_smoothing", "feature_matching", "pack_2", "pack_4"}
EQUAL |= {"wgan_clipping", "batch_norm", "two_rates"}


def test_which_remedies_can_be_written():
    assert {name for name, remedy in remedies.BY_NAME.items() if not plain_pytorch.refused(remedy(RING))} == EQUAL


@pytest.mark.parametrize("seed", range(2))
def test_a_walk_over_all_controls_trains_alike_or_is_refused(double, seed):
    print("seed", seed)
    rng, recipe, written = random.Random(seed), replace(RING, batch=8), 0
    for _ in range(50):
        control = rng.choice([*controls.everything(recipe).values()])
        values = [value for value in control.values if control.fits(recipe, value)]
        # else rounding does not stay small: batch normalisation of samples nearly alike divides it by their spread
        values = [value for value in values if value != "batch" and ("_lr" not in control.name or value <= 0.03)]
        try:
            changed = controls.changed(control, recipe, rng.choice(values))
            changed.trainer(0)
        except ValueError:  # settings that cannot stand together
            continue
        if plain_pytorch.refused(changed):
            recipe = changed if rng.random() < 0.2 else recipe
            continue
        recipe = changed
        assert_equal(recipe, steps=3)
        written += 1
    assert written > 10


def test_numbers_that_differ_from_run_to_run_are_those_of_the_run(double):
    recipe = replace(SMALL, data=Gaussian((1.0, 4.0), (0.5, 2.0)), d_optimizer=SGD((0.1, 0.2)))
    plain, package = trained(plain_pytorch.written(recipe, 6, 20, run=1)), recipe.trainer((5, 6), dtype=double)
    package.advance(20)
    torch.testing.assert_close(flat(plain["G"]), package.players["G"].theta[1], rtol=1e-12, atol=1e-12)


@pytest.fixture
def lab():
    lab = listened(Playground(RING, runs=3, seed=4, name="plain"))
    yield lab
    lab.close()


def test_a_lab_gives_the_run_shown_with_the_settings_of_now(lab):
    lab.advance(3), lab.set("run", 2), lab.set("d_lr", 0.003), lab.advance(37)
    names, now = trained(lab.plain_code()), lab.recipe.trainer(5)
    now.advance(40)
    assert (names["seed"], names["steps"]) == (5, 40)
    torch.testing.assert_close(flat(names["G"]), now.players["G"].theta[0], rtol=1e-4, atol=1e-5)
    assert (flat(names["G"]) - lab.trainer.players["G"].theta[1]).abs().max() > 1e-4  # which had another rate at first


def test_a_page_gets_the_text_or_a_sentence(lab):
    say(lab, "plain")
    assert of_type(lab, "code")[-1]["text"] == lab.plain_code()
    assert "steps = 4, 12, 1500" in lab.plain_code()  # none was done yet: the recipe's own length
    lab.set("unroll", 5)
    say(lab, "plain")
    assert len(of_type(lab, "code")) == 1
    said = "That does not work: plain PyTorch has no few lines for unrolled steps: Copy as Python writes all settings."
    assert of_type(lab, "settings")[-1]["note"] == said


def test_a_name_from_a_file_is_no_line_of_code(lab):
    text = plain_pytorch.written(replace(SMALL, name="x\nraise SystemExit #"), 0, 1)
    assert re.search(r"^# 'x\\nraise SystemExit #'", text) and trained(text)


def test_every_kind_that_is_listed_is_one_of_the_package():
    assert all(kind.__module__.startswith("gan_lessons.distributions") for kind in plain_samples.LINES)
