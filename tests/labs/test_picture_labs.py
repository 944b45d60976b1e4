"""Labs of pictures that are no digits: live, saved, measured in words, walked through, in grey and in colours."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.messages import listened, of_type, say
from PIL import Image

import gan_lessons as gl
from gan_lessons._core import user_cache
from gan_lessons.distributions import folder
from gan_lessons.distributions.folder import Folder
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.shapes import Shapes
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.latent import LatentLab
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.labs.scenes.images import pixels
from gan_lessons.models import latent_space
from gan_lessons.models.dcgan import DCGAN, dcgan_d, dcgan_g
from gan_lessons.recipes.pictures import shapes_dcgan
from gan_lessons.recipes.stacked import stacked_dcgan

SMALL = replace(
    shapes_dcgan, data=Shapes(40), batch=8, noise=NormalNoise(8), generator=DCGAN(4), discriminator=DCGAN(4), steps=20
)
SHAPES = [(1, 28, 28), (3, 28, 28), (1, 32, 32), (3, 32, 32), (1, 64, 64), (3, 64, 64)]


@pytest.fixture(params=SHAPES[:1] + SHAPES[2:], ids=str)
def recipe(request, monkeypatch, tmp_path):
    """A GAN of a folder with pictures of each shape."""
    monkeypatch.setattr(user_cache, "folder", lambda: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)
    folder.forget()
    place = tmp_path / "pictures"
    place.mkdir()
    for i, image in enumerate(Shapes(12).images()):
        Image.fromarray(image.transpose(1, 2, 0)).save(place / f"{i:02}.png")
    channels, size, _ = request.param
    return replace(SMALL, data=Folder(place, size=size, colour=channels == 3))


@pytest.fixture
def opened():
    """Opens labs, and closes them in the end."""
    labs = []

    def make(recipe, **more):
        labs.append(listened(Lab(recipe, name=f"pictures {len(labs)}", **more)))
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_networks_go_from_noise_to_a_picture_and_back_to_a_verdict(shape):
    G, D = dcgan_g(8, 4, shape=shape), dcgan_d(4, shape=shape)
    made = G(torch.randn(1, 3, 8))
    assert made.shape == (1, 3, np.prod(shape)) and D(made).shape == (1, 3, 1)
    sides = [layer.out_channels for layer in D.body if isinstance(layer, torch.nn.Conv2d)]
    assert sides == [4 * 2**i for i in range(4 if shape[-1] == 64 else 3)]
    with pytest.raises(ValueError, match="shape must be one of"):
        dcgan_g(8, 4, shape=(2, 32, 32))


def test_a_lab_draws_what_it_trains_and_says_that_nothing_judges(opened, recipe):
    lab = opened(recipe)
    lab.advance(1), say(lab, "credit", n=1)
    header = of_type(lab, "frame")[-1]
    sheet = lab.scene.spec["panels"][0]["layers"][0]
    channels, side, _ = lab.scene.shape
    assert (sheet["side"], sheet["inks"]) == (side, "colour" if channels == 3 else "grey")
    found = unpack(lab.scene.moving.spec, header["buffers"][0])["pixels"]
    assert np.array_equal(found, pixels(lab.trainer.snapshot().samples[0]))
    assert [panel["id"] for panel in lab.scene.spec["panels"]] == ["sheet", "losses", "chances"]
    assert "real pictures" in header["summary"] and "digits" not in header["summary"] + lab.scene.spec["title"]
    assert "No score and no FID: the course's only judge is a classifier of digits" in lab.scene.spec["why"][1]
    with pytest.raises(ValueError, match="the course's only judge is a classifier of digits, and these pictures have"):
        lab.measure()
    assert lab.picture_png("words").startswith(b"\x89PNG")


def test_a_saved_training_goes_on_as_if_it_had_never_stopped(opened, recipe):
    lab, other = opened(recipe), opened(recipe)
    lab.advance(2), lab.save(), lab.advance(1)
    other.load(), other.advance(1)
    assert torch.equal(lab.trainer.players["G"].theta, other.trainer.players["G"].theta)
    names = {"gl": gl, "replace": replace}
    exec(lab.code(), names)
    assert torch.equal(names["gan"].players["G"].theta, lab.trainer.players["G"].theta)


def test_the_latent_lab_walks_names_nothing_and_finds_the_nearest(opened, recipe):
    lab = opened(recipe)
    lab.advance(1)
    walk = listened(LatentLab(lab, name="walk of pictures"))
    channels, side, _ = walk.source.shape
    assert (walk.shape, walk.digits) == ([channels, side, side], False)
    walk.sent.clear()
    walk.page.receive(None, {"type": "choose", "i": 3}, []), walk.page.receive(None, {"type": "rest"}, [])
    shown, rest = (of_type(walk, kind)[-1] for kind in ("shown", "rest"))
    assert shown["names"] == (None,) * 10 or set(shown["names"]) == {None}
    assert len(rest["distances"]) == 5 and "How near is too near is not known" in rest["words"]
    real, a = torch.tensor(recipe.data.images()).flatten(1) / 127.5 - 1, walk.shown.sample
    assert rest["distances"] == pytest.approx((real - a).norm(dim=1).sort().values[:5].tolist(), rel=1e-4)
    assert walk.picture_png().startswith(b"\x89PNG")
    walk.close()


def test_a_g_alone_says_that_its_training_pictures_are_not_known():
    walk = listened(LatentLab(dcgan_g(8, 4, shape=(3, 32, 32)), name="of G alone"))
    walk.page.receive(None, {"type": "rest"}, [])
    rest = of_type(walk, "rest")[-1]
    assert rest["distances"] == [] and "are not known here" in rest["words"]
    walk.close()


def test_colours_travel_as_they_are_and_films_show_them(tmp_path):
    G = dcgan_g(8, 4, shape=(3, 32, 32))
    images = latent_space.generate(G, torch.randn(1, 4, 8))
    assert np.array_equal(latent_space.to_bytes(images).reshape(4, -1), pixels(images.numpy()))
    page = gl.plots.sheet(latent_space.to_bytes(images), columns=2, gap=1)
    assert page.shape == (67, 67, 3) and (page[0] == 1).all()
    assert np.allclose(page[1:33, 34:66] * 255, latent_space.to_bytes(images)[1].transpose(1, 2, 0))
    path = gl.animation.walk_gif(tmp_path / "a.gif", gl.models.walked(G, 2, 2, walkers=4), columns=2)
    with Image.open(path) as film:
        assert film.size == (67 * 3, 67 * 3)


@pytest.mark.parametrize("recipe", [(1, 28, 28)], indirect=True, ids=str)
def test_digits_of_a_folder_are_not_taken_for_mnists(opened, recipe):
    lab = opened(recipe)
    lab.advance(1)
    walk = LatentLab(lab, name="grey and small")
    assert walk.digits is False and set(walk.shown.way.names) == {None}
    walk.close()
    other = opened(replace(recipe, data=Handwritten(first=50)))
    assert [panel["id"] for panel in other.scene.spec["panels"]][-1] == "fid"


def test_the_digits_measures_have_nothing_to_say_of_other_pictures():
    with pytest.raises(ValueError, match="the judge knows digits, and others have none"):
        gl.metrics.images.measure(Shapes(10).sample((10,), torch.Generator()))


def test_three_digits_in_one_picture_train_in_a_lab_too(opened):
    small = {"generator": DCGAN(6, groups=3), "discriminator": DCGAN(6, groups=3), "batch": 4}
    lab = opened(replace(stacked_dcgan, **small))
    lab.advance(1)
    assert lab.trainer.steps == 1 and lab.scene.shape == (3, 28, 28) and "0.0 epochs" in lab.said
