"""The autoencoder and the VAE that notebook 07 builds in view are the package's."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
import torch
from torch import nn

from gan_lessons.distributions.images import Handwritten
from gan_lessons.recipes.autoencoders import autoencoder, vae
from gan_lessons.trainers.optim import Adam

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07_autoencoders_vae_gan.ipynb"
STEPS = 30


def taught_cells():
    cells = nbformat.read(NOTEBOOK, 4).cells
    return [cell.source for cell in cells if "taught" in cell.metadata.get("tags", [])]


def recorded(stream):
    drawn, original = [], stream.next
    stream.next = lambda: drawn.append(original()[0]) or drawn[-1][None]
    return drawn


@pytest.fixture
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("recipe", "at", "steps"), [(autoencoder, 0, 500), (vae, 2, 600)], ids=["autoencoder", "vae"])
def test_a_taught_network_equals_the_package(recipe, at, steps, float64):
    recipe = replace(recipe, latent=16, hidden=(256,), data=Handwritten(first=500), optimizer=Adam(1e-3))
    trainer = recipe.trainer(dtype=torch.float64, device="cpu")
    network = trainer.networks["autoencoder"]
    pairs = [network.encoder.body, network.decoder.body]
    start = [{name: tensor.clone() for name, tensor in body.state_dict().items()} for body in pairs]
    drawn = {
        key: recorded(trainer.streams[key])
        for key in trainer.streams
        if key in ("autoencoder_real", "autoencoder_noise")
    }
    trainer.advance(STEPS)

    here, taught = {"nn": nn, "torch": torch}, taught_cells()
    exec(taught[0], here)
    if at:
        exec(taught[at], here)
    for name, weights in zip(("encoder", "decoder"), start, strict=True):
        here[name].load_state_dict(weights)
    reals, noises = iter(drawn["autoencoder_real"]), iter(drawn.get("autoencoder_noise", []))
    here["R"], here["noise"] = lambda n: next(reals), lambda n: next(noises)
    assert f"range({steps})" in taught[at + 1]
    exec(taught[at + 1].replace(f"range({steps})", f"range({STEPS})"), here)

    assert next(reals, None) is None and next(noises, None) is None
    for name, body in zip(("encoder", "decoder"), pairs, strict=True):
        for mine, theirs in zip(here[name].parameters(), body.parameters(), strict=True):
            torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-10)
