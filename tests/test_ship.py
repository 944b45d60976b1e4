"""What ships is what its command makes, and as good as its card says."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from gan_lessons import checkpoints, checksums, classifying, digits, metrics_digits, ship
from gan_lessons.decays import LinearDecay
from gan_lessons.distributions_digits import Handwritten

SMALL = replace(digits.lean_dcgan, width=4, noise=8, steps=40, batch=16, data=Handwritten(first=500))


@pytest.fixture
def data(tmp_path):
    """A data folder with nothing but MNIST in it."""
    shutil.copytree(checksums.DATA / "mnist", tmp_path / "mnist")
    return tmp_path


def test_a_card_says_how_its_network_was_made(data, monkeypatch):
    monkeypatch.setitem(ship.RECIPES, "dcgan", SMALL)
    monkeypatch.setattr(ship, "SEEDS", range(2))
    monkeypatch.setattr(ship, "SAMPLES", 1000)
    path = ship.ship("dcgan", seed=3, folder=data)
    card = json.loads(path.read_text())
    assert card["seed"] == 3 and card["steps"] == 40 and card["recipe"] == repr(SMALL)
    listed = checksums.sums(checksums.DATA / checksums.LIST)
    assert card["data_sha256"] == listed["mnist/train-images-idx3-ubyte.gz"]
    assert set(card["measured"]) >= {"fid", "kid", "score", "precision", "recall", "density", "coverage", "shares"}
    assert "Inception" in card["note"] and card["floor"]["samples"] == metrics_digits.SAMPLES
    assert checksums.faults(data) == []
    G = checkpoints.load(SMALL.generator(), data / checkpoints.file("dcgan", "g"))
    first = metrics_digits.measure(metrics_digits.sample(G.eval(), 1000, 0), seed=0)
    second = metrics_digits.measure(metrics_digits.sample(G.eval(), 1000, 1), seed=1)
    assert card["measured"]["fid"]["mean"] == pytest.approx((first.fid + second.fid) / 2, rel=1e-4)


def test_only_networks_that_ship_can_be_made():
    with pytest.raises(ValueError, match=r"name must be one of .*'dcgan'.* not 'vae'"):
        ship.ship("vae")


def test_averaged_weights_have_their_own_means_of_a_batch():
    trainer = replace(SMALL, g_optimizer=replace(SMALL.g_optimizer, smoothing=0.9)).trainer(device="cpu")
    trainer.advance(20)
    before = [buffer.clone() for buffer in trainer.G.buffers()]
    G = ship.settled(trainer)
    assert all(map(torch.equal, before, trainer.G.buffers())), "the training is not touched"
    shown = trainer.settings["g_optimizer"].shown(
        trainer.g_player.theta, trainer.g_player.state, trainer.g_player.updates
    )
    assert torch.equal(torch.cat([p.detach().reshape(1, -1) for p in G.parameters()], 1), shown)
    assert not torch.equal(shown, trainer.g_player.theta)
    inside = G.body[0](torch.randn(5000, 8, 1, 1, generator=torch.Generator().manual_seed(0)))
    assert torch.allclose(G.body[1].running_mean, inside.mean((0, 2, 3)), atol=0.05 * float(inside.detach().std()))


@pytest.mark.parametrize("name", ["dcgan", "mlp"])
def test_the_beginning_of_what_ships_is_made_again(name):
    """The losses after 20 steps, as the card has them; another processor rounds otherwise, above all in bfloat16."""
    card = checkpoints.card(name)
    again = ship.beginning(ship.RECIPES[name].trainer(card["seed"], device="cpu"))
    assert again["steps"] == card["beginning"]["steps"]
    for loss in ("d_loss", "g_loss"):
        assert again[loss] == pytest.approx(card["beginning"][loss], rel=0.1)


def test_a_small_classifier_is_made_again():
    card = checkpoints.card("classifier")
    again = classifying.accuracy(classifying.train_classifier(seed=card["seed"], **ship.SMALL))
    assert again == pytest.approx(card["small_test_accuracy"], abs=0.02)


def test_the_classifier_that_ships_is_as_good_as_its_card_says():
    assert classifying.accuracy(checkpoints.classifier()) == checkpoints.card("classifier")["test_accuracy"] >= 0.992


@pytest.mark.parametrize("name", ["dcgan", "mlp"])
def test_the_card_of_what_ships_is_right(name):
    card = checkpoints.card(name)
    assert card["recipe"] == repr(ship.RECIPES[name]) and card["steps"] == ship.RECIPES[name].steps
    found = metrics_digits.measure(metrics_digits.sample(checkpoints.shipped(name)[0]))
    for key in ("score", "fid", "precision", "recall"):
        claimed = card["measured"][key]
        assert abs(getattr(found, key) - claimed["mean"]) < 5 * claimed["sd"] + 0.01 * claimed["mean"]


def test_the_dcgan_that_ships_writes_all_digits_and_writes_them_well():
    measured, floor = checkpoints.card("dcgan")["measured"], checkpoints.card("dcgan")["floor"]
    assert 8.7 <= measured["score"]["mean"] < floor["score"]
    assert np.abs(np.array(measured["shares"]["mean"]) / metrics_digits.test_set().shares - 1).max() <= 0.3
    for key in ("precision", "recall"):
        assert measured[key]["mean"] >= 0.8 * floor[key]


def test_files_that_ship_are_small():
    for name, parts in checkpoints.NETWORKS.items():
        for part in parts:
            assert (checksums.DATA / checkpoints.file(name, part)).stat().st_size < 8_000_000


def test_a_falling_rate_ends_with_the_training():
    for recipe in (digits.shipped_dcgan,):
        decay = recipe.d_optimizer.decay
        assert isinstance(decay, LinearDecay) and decay.end == recipe.steps
