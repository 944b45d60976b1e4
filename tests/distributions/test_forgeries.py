"""Forgeries of digits: nothing at strength 0, and at any other strength what is said and nothing else."""

import numpy as np
import pytest
import torch

from gan_lessons.distributions import mnist
from gan_lessons.distributions.forgeries import FEW, FORGERIES, forged

N = 400


@pytest.fixture(scope="module")
def real():
    return forged("noisy", 0.0, N)


@pytest.mark.parametrize("name", FORGERIES)
def test_without_strength_they_are_the_same_real_digits(name, real):
    assert torch.equal(forged(name, 0.0, N), real)
    rows = {bytes(image) for image in mnist.load("train").images.reshape(-1, 784)}
    assert all(bytes(image) in rows for image in ((real[:20] + 1) * 127.5).round().to(torch.uint8).numpy())


@pytest.mark.parametrize("name", FORGERIES)
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_they_are_pictures_and_the_same_from_the_same_seed(name, strength, real):
    images = forged(name, strength, N)
    assert images.shape == (N, 784) and images.min() >= -1 - 1e-5 and images.max() <= 1 + 1e-5
    assert not torch.equal(images, real) and torch.equal(images, forged(name, strength, N))
    assert not torch.equal(images, forged(name, strength, N, seed=1))


def test_a_share_is_that_share(real):
    for name in ("mirrored", "mean picture", "one a class"):
        changed = (forged(name, 0.3, N) != real).any(-1).float().mean()
        assert changed == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / N) + 0.01)


def test_mirrored_twice_is_real(real):
    pictures = forged("mirrored", 1.0, N).reshape(N, 28, 28)
    assert torch.equal(pictures.flip(-1).flatten(1), real)


def test_the_mean_picture_is_the_mean(real):
    images = forged("mean picture", 1.0, N)
    torch.testing.assert_close(images, real.mean(0).expand(N, -1))


def test_there_are_few_different_pictures_and_ten_of_one_a_class():
    assert len(forged("few pictures", 1.0, N).unique(dim=0)) == FEW
    assert len(forged("one a class", 1.0, N).unique(dim=0)) == 10


def test_ones_are_missing_and_the_rest_stays(real):
    labels = mnist.load("train").labels[torch.randperm(60_000, generator=torch.Generator().manual_seed(0))[:N].numpy()]
    changed = (forged("class missing", 1.0, N) != real).any(-1).numpy()
    assert changed[labels == 1].all() and not changed[labels != 1].any()


def test_ink_stays_where_a_picture_is_blurred_or_moved_by_little(real):
    frame = real.reshape(N, 28, 28).clone()
    frame[:, 2:-2, 2:-2] = -1
    inside = (frame == -1).flatten(1).all(-1)
    assert inside.float().mean() > 0.8
    for name in ("blurred", "shifted"):
        images = forged(name, 0.2, N)[inside]
        torch.testing.assert_close((images + 1).sum(-1), (real[inside] + 1).sum(-1), rtol=1e-3, atol=0.01)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "fuzzy", "strength": 0.5}, "name must be one of .* not 'fuzzy'"),
        ({"name": "noisy", "strength": 1.5}, "strength must be .* not 1.5"),
        ({"name": "noisy", "strength": float("nan")}, "strength must be .* not nan"),
        ({"name": "noisy", "strength": 0.5, "n": 60_001}, "n must be .* not 60001"),
        ({"name": "noisy", "strength": 0.5, "n": 0}, "n must be .* not 0"),
    ],
)
def test_what_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        forged(**given)
