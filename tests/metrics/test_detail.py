"""Fine detail: waves of known energy, blur and grain, and bad input that is refused and not measured."""

import math

import pytest
import torch
import torch.nn.functional as F

from gan_lessons.distributions import mnist
from gan_lessons.metrics.detail import compare_sets, detail_energy, energies, relative_detail, spectrum

TEST = torch.from_numpy(mnist.scaled(mnist.load("test").images[:1500]))


def test_energy_is_kept():
    """Parseval: the sum over frequencies is the sum over pixels."""
    torch.testing.assert_close(energies(TEST[:50]).sum((-1, -2)), TEST[:50].double().square().sum((1, 2, 3)))


def test_a_wave_has_its_energy_at_its_frequency():
    x = torch.arange(28.0)
    for cycles in (3, 9):
        wave = (2 * math.pi * cycles * x / 28).cos().expand(1, 1, 28, 28)
        assert detail_energy(wave).item() == pytest.approx(28 * 28 / 2 if cycles > 7 else 0, abs=1e-4)
        assert spectrum(wave).argmax() == cycles


def test_blur_has_less_and_grain_has_more_than_real_digits():
    blurred = F.avg_pool2d(TEST, 3, 1, 1, count_include_pad=False)
    grain = (TEST + 0.3 * torch.randn(TEST.shape, generator=torch.Generator().manual_seed(0))).clamp(-1, 1)
    assert relative_detail(blurred) < 0.3 < 0.9 < relative_detail(TEST) < 1.1 < 1.5 < relative_detail(grain)


@pytest.mark.parametrize("images", [(TEST + 1) / 2, (TEST + 1) * 127.5, TEST * torch.nan, (TEST + 1.1) / 2.2])
def test_pictures_of_another_scale_are_refused_by_name_and_value(images):
    with pytest.raises(ValueError, match=r"images must be from -1 \(paper\) to 1 \(ink\).*not 'values from"):
        detail_energy(images)
    with pytest.raises(ValueError, match=r"sets\['VAE'\]: images must be from -1"):
        compare_sets({"real": TEST, "VAE": images})


def test_sets_of_different_sizes_are_refused():
    with pytest.raises(ValueError, match=r"sets must be of one size.* not \{'real': 1500, 'VAE': 1400\}"):
        compare_sets({"real": TEST, "VAE": TEST[:1400]})
    with pytest.raises(ValueError, match="sets must be a dictionary"):
        compare_sets({})


def test_real_digits_beside_their_blur():
    rows = compare_sets({"real": TEST, "blurred": F.avg_pool2d(TEST, 3, 1, 1, count_include_pad=False)})
    assert rows["real"].fid < rows["blurred"].fid and rows["real"].detail > rows["blurred"].detail
    assert rows["real"].precision > 0.8
