"""The autoencoders that ship are as their cards and series say, and parts of both are made again."""

import numpy as np
import pytest
import torch

from gan_lessons._core import as_json, checksums
from gan_lessons.distributions.binarised import binarised
from gan_lessons.metrics.likelihood import log_p
from gan_lessons.models import weights
from gan_lessons.shipped import autoencoders, slider_series
from gan_lessons.shipped.networks import CODERS, card, coder
from gan_lessons.shipped.slider_series import BETAS, SHOWN, SIZES

GREY = [name for name in CODERS if name != "vae_binary"]


@pytest.mark.parametrize("name", CODERS)
def test_a_card_tells_how_it_was_made_and_its_beginning_is_made_again(name):
    said, recipe = card(name), CODERS[name]
    assert said["recipe"] == as_json.written("recipe", recipe) and said["steps"] == recipe.steps
    trainer = recipe.trainer(said["seed"], device="cpu")
    trainer.advance()
    assert trainer.snapshot().losses["autoencoder"][0] == pytest.approx(said["beginning"]["loss"], rel=1e-3)


@pytest.mark.parametrize("name", [*CODERS, "gan_2d"])
def test_files_are_below_four_megabytes(name):
    for part in ("g", "d") if name == "gan_2d" else ("",):
        assert (checksums.DATA / weights.file(name, part)).stat().st_size < 4_000_000


@pytest.mark.parametrize("name", GREY)
def test_the_numbers_of_a_card_are_measured_again(name):
    assert autoencoders.measured(coder(name)) == pytest.approx(card(name)["measured"], rel=1e-3)


def test_log_p_of_the_binarised_vae_is_as_its_card_says_and_at_least_minus_100():
    """On a part of the test digits: within five standard errors of the whole."""
    said = card("vae_binary")["measured"]
    assert said["log_p"] >= -100 and said["elbo"] < said["log_p"] and said["n"] == 10_000 and said["k"] == 100
    found = log_p(coder("vae_binary"), binarised()[::50], 50)
    assert abs(found.elbo - said["elbo"]) < 5 * found.elbo_se and abs(found.log_p - said["log_p"]) < 5 * found.log_p_se


@pytest.mark.parametrize("name", ["autoencoder", "vae", "gan_2d"])
def test_a_plane_is_decoded_and_but_for_the_gan_a_digit_has_its_place(name):
    network, z = coder(name), torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    made = network.decode(z)
    assert made.shape == (5, 1, 28, 28) and made.abs().max() <= 1 and made.requires_grad
    assert hasattr(network, "encode") == (name != "gan_2d")
    if name != "gan_2d":
        assert network.encode(made).shape == (5, 2)
    with pytest.raises(ValueError, match=r"z must be .* of shape \(\.\.\., 2\), not \(5, 3\)"):
        network.decode(torch.zeros(5, 3))


def test_another_name_is_refused():
    with pytest.raises(ValueError, match=r"name must be one of \['dcgan'.*'vae_binary'\], not 'vea'"):
        coder("vea")
    with pytest.raises(ValueError, match=r"name must be one of \['bottleneck', 'beta'\], not 'size'"):
        slider_series.load("size")


# -- series for sliders


def test_of_the_bottleneck_a_wider_code_keeps_more_and_the_linear_part_is_made_again():
    held = slider_series.load("bottleneck")
    assert tuple(held["bottleneck"]) == SIZES and held["pictures"].shape == (len(SIZES), 2, SHOWN, 784)
    assert (np.diff(held["errors"][:, 0]) < 0).all()
    again = slider_series.linear_errors(SIZES[:4])
    np.testing.assert_allclose(held["errors"][:4, 0], again, rtol=1e-4)


def test_of_beta_the_kl_falls_and_the_error_rises():
    held = slider_series.load("beta")
    assert tuple(held["beta"]) == BETAS and held["pictures"].shape == (len(BETAS), 2, SHOWN, 784)
    error, kl, used, *_ = held["measures"].T
    assert (np.diff(kl) < 0).all() and error[-1] > error[0] and (np.diff(used) <= 0).all()


@pytest.mark.slow
def test_positions_of_both_series_are_trained_again():
    """Other processors round otherwise."""
    network, _ = autoencoders.trained(slider_series.at_size(2), 0)
    error = autoencoders.measured(network)["squared_error"]
    assert error == pytest.approx(slider_series.load("bottleneck")["errors"][1, 1], rel=0.05)


def test_makers_give_what_is_loaded():
    made = slider_series.bottleneck((1, 3), steps=5)
    assert made["errors"].shape == (2, 2) and made["pictures"].dtype == np.uint8
    made = slider_series.beta((0.5,), steps=5, n=1000)
    assert made["measures"].shape == (1, 7) and np.isfinite(made["measures"]).all()
