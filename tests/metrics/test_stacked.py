"""Stacked digits: the data are three digits each, and modes and KL are counted as defined, with their floor."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan_lessons.distributions.images import Handwritten, Stacked
from gan_lessons.metrics.stacked import counted, kl_floor, read, stacked_modes
from gan_lessons.models.dcgan import DCGAN
from gan_lessons.recipes.digits import lean_dcgan


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_picture_is_three_digits_and_its_label_their_number():
    raw = Stacked().draw((50,), rng(), torch.float32)
    images, numbers = Stacked().transform(raw), Stacked().labels(raw)
    assert images.shape == (50, 3 * 784) and Stacked().classes == 1000
    for i, channel in enumerate(raw.split(1, -1)):
        assert torch.equal(images[:, 784 * i : 784 * (i + 1)], Handwritten().transform(channel))
        assert torch.equal(numbers // 10 ** (2 - i) % 10, Handwritten().labels(channel))


@pytest.mark.slow
def test_the_classifier_reads_what_they_are():
    raw = Stacked(split="test").draw((400,), rng(), torch.float32)
    right = read(Stacked(split="test").transform(raw)) == Stacked(split="test").labels(raw).numpy()
    assert right.mean() > 0.97


def test_modes_and_kl_are_as_defined():
    real = np.full(1000, 1 / 1000)
    one, all_of_them, half = np.full(500, 123), np.arange(1000), np.arange(0, 1000, 2)
    assert (counted(one, real).covered, counted(one, real).kl) == (1, pytest.approx(np.log(1000)))
    assert (counted(all_of_them, real).covered, counted(all_of_them, real).kl) == (1000, pytest.approx(0, abs=1e-12))
    assert (counted(half, real).covered, counted(half, real).kl) == (500, pytest.approx(np.log(2)))


def test_the_floor_is_what_a_perfect_sampler_has():
    draws = np.random.default_rng(0)
    found = [counted(draws.integers(1000, size=26_000), np.full(1000, 1 / 1000)) for _ in range(20)]
    assert np.mean([one.kl for one in found]) == pytest.approx(kl_floor(), rel=0.03) and kl_floor() == 999 / 52_000
    assert min(one.covered for one in found) >= 999


def test_networks_have_the_datas_channels_and_a_step_trains_them():
    trainer = replace(lean_dcgan, data=Stacked(), batch=8).trainer(0)
    assert trainer.networks["D"].fold == (3, 28, 28) and trainer.networks["G"].body[-2].out_channels == 3
    before = [p.clone() for p in trainer.networks["G"].parameters()]
    trainer.advance(1)
    assert any(not torch.equal(a, b) for a, b in zip(before, trainer.networks["G"].parameters(), strict=True))


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"images must be of shape \(n, 2352\), not \(4, 784\)"):
        stacked_modes(torch.zeros(4, 784))
    with pytest.raises(ValueError, match=r"data must be pictures of 28, 32 or 64 pixels a side .* not 'in 100"):
        DCGAN().generator(64, 100, 1)
    with pytest.raises(ValueError, match="values from"):
        stacked_modes(torch.full((4, 2352), 2.0))
