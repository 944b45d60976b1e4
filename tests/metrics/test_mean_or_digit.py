"""A picture that is the mean of the digits, the mean of one kind, or a digit, is found to be that."""

import numpy as np
import pytest
import torch

from gan_lessons.distributions import mnist
from gan_lessons.metrics.mean_or_digit import nearness


@pytest.fixture(scope="module")
def digits():
    return mnist.scaled(mnist.load("test").images).reshape(10_000, -1).astype(float), mnist.load("test").labels


def twice(image):
    return torch.tensor(image).repeat(2, 1)


def test_the_mean_of_all_is_at_no_distance_from_itself_alone(digits):
    images, _ = digits
    found = nearness(twice(images.mean(0)))
    assert found.pixels[0] == pytest.approx(0, abs=1e-6) and found.pixels[1] > 1 and found.pixels[2] > 1
    assert found.apart == 0


def test_the_mean_of_one_kind_and_a_digit_are_found(digits):
    images, labels = digits
    assert nearness(twice(images[labels == 3].mean(0))).pixels[1] == pytest.approx(0, abs=1e-6)
    digit = nearness(twice(images[7]))
    assert digit.pixels[2] == pytest.approx(0, abs=1e-6) and digit.features[2] == pytest.approx(0, abs=1e-3)
    assert min(*digit.pixels[:2], *digit.features[:2]) > 1


def test_distances_are_those_that_a_plain_search_finds(digits):
    images, labels = digits
    others = mnist.scaled(mnist.load("train").images[:3]).reshape(3, -1).astype(float)
    means = np.stack([images[labels == kind].mean(0) for kind in range(10)])
    plain = [np.median([np.linalg.norm(places - x, axis=1).min() for x in others]) for places in (means, images)]
    found = nearness(torch.tensor(others))
    assert found.pixels == pytest.approx((np.median(np.linalg.norm(others - images.mean(0), axis=1)), *plain))
    apart = [np.linalg.norm(others[i] - others[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert found.apart == pytest.approx(np.median(apart))


def test_one_picture_alone_is_refused():
    with pytest.raises(ValueError, match="images must be two or more, not '1 picture'"):
        nearness(torch.zeros(1, 784) - 1)
