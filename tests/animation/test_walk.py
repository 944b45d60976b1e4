"""The walk through a latent space as a GIF: what is in it, and what is left when it fails."""

import numpy as np
import pytest
import torch
from PIL import Image

from gan_lessons._core.randomness import initialize
from gan_lessons.animation.walk import frame, walk_gif
from gan_lessons.models import latent_space as latent
from gan_lessons.models.dcgan import dcgan_g

DIM = 8


def small_g():
    G = dcgan_g(DIM, 4)
    initialize(G, [0], "G")
    return G


def test_a_sheet_has_each_digit_in_its_place():
    images = torch.stack([torch.full((784,), value) for value in (1.0, 0.0, -1.0)])
    page = frame(images, 2, 3)
    assert page.shape == (3 * (2 * 29 + 1), 3 * (2 * 29 + 1), 3) and page.dtype == np.uint8
    assert (page[3:87, 3:87] == 0).all() and (page[:3] == 255).all()
    assert (page[3:87, 90:174] == 128).all()
    assert (page[90:] == 255).all()


def test_the_gif_shows_the_walk(tmp_path):
    G = small_g()
    path = walk_gif(tmp_path / "walk.gif", latent.walked(G, 3, 4, 1, 4), columns=2, scale=2)
    with Image.open(path) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (12, (118, 118), 0)
        for place in (0, 5, 11):
            film.seek(place)
            moment = latent.walk(DIM, 3, 4, 1, 4)[place]
            wanted = frame(latent.generate(G, moment[None]), 2, 2)
            assert abs(np.asarray(film.convert("RGB")).astype(int) - wanted).max() <= 16  # of a GIF's fewer greys
    assert G.training


def test_a_gif_that_fails_leaves_the_old_one(tmp_path):
    path = tmp_path / "walk.gif"
    path.write_bytes(b"old")

    class Breaks:
        inputs, seen = DIM, 0

        def __call__(self, noise):
            self.seen += 1
            if self.seen > 3:
                raise KeyboardInterrupt
            return torch.zeros(1, noise.shape[1], 784)

    with pytest.raises(KeyboardInterrupt):
        walk_gif(path, latent.walked(Breaks(), walkers=4), columns=2)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"path": "walk.png"}, "path must be a name that ends in .gif, not 'walk.png'"),
        ({"columns": 0}, "columns must be a whole number of at least 1"),
        ({"scale": 0}, "scale must be a whole number of at least 1"),
        ({"fps": 0}, "fps must be a finite number from 0.1 to 50"),
    ],
)
def test_gifs_that_cannot_be_are_refused(change, words, tmp_path):
    arguments = {"path": "walk.gif", "moments": np.zeros((2, 16, 784))} | change
    arguments["path"] = tmp_path / arguments["path"]
    with pytest.raises(ValueError, match=words):
        walk_gif(**arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_of_something_else_is_refused():
    with pytest.raises(ValueError, match=r"images must be of shape \(n, 784\), \(n, 28, 28\), .*, not \(2, 3\)"):
        frame(torch.zeros(2, 3), 2)
