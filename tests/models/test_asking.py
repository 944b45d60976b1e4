"""Asking a generator for a class or for a code: it is told what was asked for, and what it cannot do is refused."""

import pytest
import torch
from helpers.asked_digits import Coded, FromTestSet

from gan_lessons.models.asking import Asking
from gan_lessons.models.conditional import Conditional
from gan_lessons.models.dcgan import dcgan_g
from gan_lessons.models.latent_space import directions

RNG = torch.Generator().manual_seed(0)


class Noise:
    """As a `CodedNoise` of two plain numbers."""

    dim, categories, continuous = 13, 10, 1


def test_a_class_comes_out_as_it_is_asked_for():
    G = FromTestSet()
    asking = Asking(G)
    assert (asking.word, asking.classes, asking.dim) == ("class", 10, 4)
    noise = asking.noise(20, RNG)
    labels = torch.arange(10).repeat(2)
    assert torch.equal(asking(noise, labels), G(noise[None], labels[None])[0])


def test_a_mixture_is_told_as_it_is_given():
    G = FromTestSet()
    asking, noise = Asking(G), torch.zeros(1, 4)
    half = torch.zeros(1, 10)
    half[0, 3] = half[0, 8] = 0.5
    three, eight = (asking(noise, torch.tensor([d])) for d in (3, 8))
    torch.testing.assert_close(asking(noise, half), (three + eight) / 2)


def test_a_code_stands_between_the_plain_noise_and_the_numbers():
    asking = Asking(Coded(), Noise())
    assert (asking.word, asking.classes, asking.dim) == ("code", 10, 3)
    noise = asking.noise(5, RNG)
    assert torch.equal(noise[:, -1], torch.zeros(5)) and (noise[:, :2] != 0).all()
    plain = asking(noise, torch.full((5,), 4))
    assert torch.equal(plain, Asking(FromTestSet())(torch.cat([noise, noise], 1)[:, :4], torch.full((5,), 4)))
    assert torch.equal(asking.ways(2), torch.tensor([[0.0, 0.0, 1.0]]))
    torch.testing.assert_close(asking(noise + 2 * asking.ways(1), torch.full((5,), 4)), (plain + 0.2).clamp(-1, 1))


def test_ways_of_a_dcgan_are_directions_of_its_noise_and_not_of_its_label():
    G = Conditional(dcgan_g(6 + 10, 4), 10)
    with torch.no_grad():
        G.inner.body[0].weight[6:] = 1e3  # a label as loud as can be: it must play no part
        G.inner.body[0].weight[2] *= 50
    ways = Asking(G).ways(2)
    assert ways.shape == (2, 6) and torch.equal(ways, directions(G, 6, 2))
    assert ways[0].abs().argmax() == 2 and ways[0, 2] > 0.99


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Asking(dcgan_g(6, 4)), "G must be a generator that takes labels, .* not 'PlainNetwork'"),
        (lambda: Asking(dcgan_g(6, 4), Noise()), "noise must be the noise of 6 numbers that G takes"),
        (lambda: Asking("dcgan"), "G must be a network"),
        (lambda: Asking(FromTestSet()).check("wanted", 10), "wanted must be one of the 10 classes .*, not 10"),
        (lambda: Asking(Coded(), Noise()).check("wanted", -1), "wanted must be a whole number of at least 0, not -1"),
        (lambda: Asking(Coded(), Noise()).check("wanted", 10), "wanted must be one of the 10 codes .*, not 10"),
    ],
)
def test_what_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
