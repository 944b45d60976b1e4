"""What ships is what its command makes, and as good as its card says."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.recipes import changed

from gan_lessons._core import as_json, checksums
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.metrics import conditional_digits
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.models import weights
from gan_lessons.models.classifier import judge
from gan_lessons.recipes import digits
from gan_lessons.recipes.stacked import stacked_dcgan
from gan_lessons.shipped import classifier as classifying
from gan_lessons.shipped import make as ship
from gan_lessons.shipped import networks as checkpoints
from gan_lessons.trainers.decays import LinearDecay

SMALL = changed(digits.lean_dcgan, width=4, noise=NormalNoise(8), steps=40, batch=16, data=Handwritten(first=500))


@pytest.fixture
def data(tmp_path):
    """A data folder with nothing but MNIST in it."""
    shutil.copytree(checksums.DATA / "mnist", tmp_path / "mnist")
    return tmp_path


def test_a_card_says_how_its_network_was_made(data, monkeypatch):
    monkeypatch.setitem(checkpoints.RECIPES, "dcgan", SMALL)
    monkeypatch.setattr(ship, "SEEDS", range(2))
    monkeypatch.setattr(ship, "SAMPLES", 1000)
    path = ship.ship("dcgan", seed=3, folder=data)
    card = json.loads(path.read_text())
    assert card["seed"] == 3 and card["steps"] == 40 and card["recipe"] == as_json.written("recipe", SMALL)
    listed = checksums.sums(checksums.DATA / checksums.LIST)
    assert card["data_sha256"] == listed["mnist/train-images-idx3-ubyte.gz"]
    assert set(card["measured"]) >= {"fid", "kid", "score", "precision", "recall", "density", "coverage", "shares"}
    assert "Inception" in card["note"] and card["floor"]["samples"] == metrics_digits.SAMPLES
    assert checksums.faults(data) == []
    G = weights.load(SMALL.generator.generator(8, 784, 1), data / weights.file("dcgan", "g"))
    first = metrics_digits.measure(metrics_digits.sample(G.eval(), 1000, 0), seed=0)
    second = metrics_digits.measure(metrics_digits.sample(G.eval(), 1000, 1), seed=1)
    assert card["measured"]["fid"]["mean"] == pytest.approx((first.fid + second.fid) / 2, rel=1e-4)


def test_only_networks_that_ship_can_be_made():
    with pytest.raises(ValueError, match=r"name must be one of .*'dcgan'.* not 'diffusion'"):
        ship.ship("diffusion")


def test_averaged_weights_have_their_own_means_of_a_batch():
    trainer = replace(SMALL, g_optimizer=replace(SMALL.g_optimizer, ema=0.9)).trainer(device="cpu")
    trainer.advance(20)
    before = [buffer.clone() for buffer in trainer.G.buffers()]
    G = ship.settled(trainer)
    assert all(map(torch.equal, before, trainer.G.buffers())), "the training is not touched"
    shown = trainer.settings["g_optimizer"].shown(
        trainer.players["G"].theta, trainer.players["G"].state, trainer.players["G"].updates
    )
    assert torch.equal(torch.cat([p.detach().reshape(1, -1) for p in G.parameters()], 1), shown)
    assert not torch.equal(shown, trainer.players["G"].theta)
    inside = G.body[0](torch.randn(5000, 8, 1, 1, generator=torch.Generator().manual_seed(0)))
    assert torch.allclose(G.body[1].running_mean, inside.mean((0, 2, 3)), atol=0.05 * float(inside.detach().std()))


@pytest.mark.parametrize("name", ["dcgan", "mlp", "conditional_dcgan", "infogan", "stacked"])
def test_the_beginning_of_what_ships_is_made_again(name):
    """Losses after the first step, as the card has them; another processor rounds otherwise, above all in bfloat16."""
    card = checkpoints.card(name)
    again = ship.beginning(checkpoints.RECIPES[name].trainer(card["seed"], device="cpu"))
    assert again["steps"] == card["beginning"]["steps"]
    for loss in ("d_loss", "g_loss"):
        assert again[loss] == pytest.approx(card["beginning"][loss], rel=0.1)


def test_a_small_classifier_is_made_again():
    card = checkpoints.card("classifier")
    again = classifying.accuracy(classifying.train_classifier(seed=card["seed"], **ship.SMALL))
    assert again == pytest.approx(card["small_test_accuracy"], abs=0.02)


def test_the_classifier_that_ships_is_as_good_as_its_card_says():
    assert classifying.accuracy(judge()) == checkpoints.card("classifier")["test_accuracy"] >= 0.992


@pytest.mark.parametrize("name", ["dcgan", "mlp", "conditional_dcgan", "infogan"])
def test_the_card_of_what_ships_is_right(name):
    card, recipe = checkpoints.card(name), checkpoints.RECIPES[name]
    assert card["recipe"] == as_json.written("recipe", recipe) and card["steps"] == recipe.steps
    found = metrics_digits.measure(metrics_digits.sample(checkpoints.shipped(name)[0], noise=recipe.noise))
    for key in ("score", "fid", "precision", "recall"):
        claimed = card["measured"][key]
        assert abs(getattr(found, key) - claimed["mean"]) < 5 * claimed["sd"] + 0.01 * claimed["mean"]


def test_the_dcgan_that_ships_writes_all_digits_and_writes_them_well():
    measured, floor = checkpoints.card("dcgan")["measured"], checkpoints.card("dcgan")["floor"]
    assert 8.7 <= measured["score"]["mean"] < floor["score"]
    assert np.abs(np.array(measured["shares"]["mean"]) / metrics_digits.test_set().shares - 1).max() <= 0.3
    for key in ("precision", "recall"):
        assert measured[key]["mean"] >= 0.8 * floor[key]


def test_a_told_network_is_measured_by_what_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(ship, "SEEDS", range(2))
    made = iter((0.5, 0.7))
    one = conditional_digits.Conditioned((0.9,) * 10, (1.0,) * 10, (1.0,) * 10, (2.0,) * 10, 60)
    monkeypatch.setattr(conditional_digits, "of_each", lambda G, seed: (seed, None))
    monkeypatch.setattr(conditional_digits, "measure", lambda *_: replace(one, accuracies=(next(made),) * 10))
    assert ship.asked(None)["accuracy"] == {"mean": 0.6, "sd": 0.14142}


def test_files_that_ship_are_small():
    for name, parts in checkpoints.NETWORKS.items():
        for part in parts:
            assert (checksums.DATA / weights.file(name, part)).stat().st_size < 8_000_000


def test_a_falling_rate_ends_with_the_training():
    for recipe in (digits.shipped_dcgan, digits.conditional_dcgan, digits.infogan_digits, stacked_dcgan):
        decay = recipe.d_optimizer.decay
        assert isinstance(decay, LinearDecay) and decay.end == recipe.steps
