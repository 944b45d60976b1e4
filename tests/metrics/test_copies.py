"""The nearest training images are those that a plain search finds, and copies are told from real digits."""

import numpy as np
import pytest
import torch

from benchmarks.toy import peak_memory
from gan_lessons.distributions import mnist
from gan_lessons.metrics import copies


def training_images(*places):
    return torch.from_numpy(mnist.scaled(mnist.load("train").images[list(places)])).flatten(1)


@pytest.fixture(scope="module")
def nearest():
    return copies.Nearest()


def test_the_nearest_are_those_that_a_plain_search_finds(nearest):
    rng = np.random.default_rng(0)
    images = torch.from_numpy(np.concatenate([
        mnist.scaled(mnist.load("test").images[[3, 4]]).reshape(2, -1),
        rng.uniform(-1, 1, (1, 784)).astype(np.float32),
    ]))  # fmt: skip
    rows = mnist.load("train").images.reshape(60_000, -1)
    far = np.concatenate([
        np.stack([np.linalg.norm(piece / 127.5 - 1 - image, axis=1) for image in images.double().numpy()], 1)
        for piece in np.split(rows, 12)
    ])  # fmt: skip
    found = nearest(images, 7)
    np.testing.assert_array_equal(found.indices, far.argsort(0)[:7].T)
    np.testing.assert_allclose(found.distances, np.sort(far, 0)[:7].T, rtol=1e-12)
    np.testing.assert_array_equal(found.labels, mnist.load("train").labels[found.indices])
    np.testing.assert_array_equal(found.images, mnist.load("train").images[found.indices])


def test_a_copy_is_found_at_no_distance_wherever_it_stands(nearest):
    places = [0, 4_999, 5_000, 59_999]
    found = nearest(training_images(*places).view(4, 1, 28, 28), 2)
    assert found.indices[:, 0].tolist() == places
    assert found.distances[:, 0].max() < 1e-4 < found.distances[:, 1].min()


def test_many_images_are_searched_in_pieces(nearest, monkeypatch):
    images = training_images(*range(0, 60_000, 5_000))
    whole = nearest(images, 3)
    monkeypatch.setattr(copies, "QUERY_PIECE", 5)
    monkeypatch.setattr(copies, "TRAIN_PIECE", 7_777)
    pieces = nearest(images, 3)
    np.testing.assert_array_equal(pieces.indices, whole.indices)


def test_a_search_needs_little_memory():
    program = "import torch, gan_lessons as gl; torch.set_num_threads(1); search = gl.metrics.Nearest(); "
    one, many = (peak_memory(program + f"search(torch.zeros({n}, 784))") for n in (1, 510))
    assert many - one < 200 and many < 1000


def test_distances_tell_copies_from_real_digits():
    copied = copies.distances(training_images(*range(40)), real=100)
    assert copied.copies == 1 and copied.generated.max() < 1e-4 and copied.real.shape == (100,)
    test = torch.from_numpy(mnist.scaled(mnist.load("test").images[50:250])).flatten(1)
    real = copies.distances(test, real=100)
    assert real.copies < 0.1 and abs(np.median(real.generated) - real.floor) < 1
    assert "half of the 200 samples are nearer than" in str(real) and f"nearer than {real.floor:.1f};" in str(real)


def test_the_floors_that_are_spoken_of_are_those_of_the_test_digits(nearest):
    found = nearest(torch.from_numpy(mnist.scaled(mnist.load("test").images[::10])), 1)
    labels, away = found.labels[:, 0], found.distances[:, 0]
    rare = away < np.array(copies.RARE)[labels]
    assert 0.002 <= rare.mean() <= 0.02  # 1 in 100 of all 10,000
    for digit in range(10):
        assert abs(np.mean(away[labels == digit] < copies.TYPICAL[digit]) - 0.5) < 0.15
        assert rare[labels == digit].mean() < 0.05


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((1, 784)), "images must be a tensor of floats"),
        (torch.zeros(0, 784), "images must be a tensor of floats"),
        (torch.zeros(784), "images must be a tensor of floats"),
        (torch.zeros(1, 783), r"images must be of shape \(n, 784\)"),
        (torch.full((1, 784), 2.0), "images must be from -1"),
        (torch.full((1, 784), float("nan")), "images must be from -1"),
    ],
)
def test_images_that_cannot_be_searched_for_are_refused(nearest, images, words):
    with pytest.raises(ValueError, match=words):
        nearest(images)


def test_other_searches_that_cannot_be_are_refused(nearest):
    with pytest.raises(ValueError, match=r"split must be one of \['train', 'test'\], not 'all'"):
        copies.Nearest("all")
    for k in (0, 101):
        with pytest.raises(ValueError, match="k must be a whole number"):
            nearest(torch.zeros(1, 784), k)
    with pytest.raises(ValueError, match="real must be a whole number from 1 to 10,000, not 10001"):
        copies.distances(torch.zeros(1, 784), real=10_001)
