"""Precision, recall, density and coverage: by hand, by brute force, and by the field's own package."""

import numpy as np
import pytest
import torch

from gan_lessons.metrics import precision_recall as module
from gan_lessons.metrics.precision_recall import neighbours

FIELDS = ("precision", "recall", "density", "coverage")


def normal(n, d, shift=0.0, scale=1.0, seed=0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed)) * scale + shift


def brute(real, fake, k):
    """The four by their definitions, one distance after the other, in float64."""
    real, fake = real.double().numpy(), fake.double().numpy()

    def radii(points):
        return [sorted(np.linalg.norm(points - p, axis=1))[k] for p in points]  # the first is the point itself

    near = np.linalg.norm(real[:, None] - fake[None], axis=2)
    in_real = near < np.array(radii(real))[:, None]
    in_fake = near < np.array(radii(fake))[None]
    return in_real.any(0).mean(), in_fake.any(1).mean(), in_real.sum(0).mean() / k, in_real.any(1).mean()


CASES = {
    "the same": (normal(400, 16), normal(300, 16, seed=1)),
    "shifted": (normal(400, 16), normal(300, 16, 0.5, seed=1)),
    "wider": (normal(300, 4), normal(400, 4, 0.0, 1.7, seed=1)),
    "narrower": (normal(300, 64), normal(300, 64, 0.0, 0.8, seed=1)),
    "far from zero": (normal(300, 8, 1000.0), normal(300, 8, 1000.3, seed=1)),
    "far apart": (normal(100, 3), normal(100, 3, 50.0, seed=1)),
}


def found(real, fake, k=5):
    return [getattr(neighbours(real, fake, k), name) for name in FIELDS]


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("case", CASES)
def test_the_four_are_as_defined(case, k):
    assert found(*CASES[case], k) == pytest.approx(brute(*CASES[case], k), abs=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_four_are_those_of_the_fields_own_package(case, capsys):
    prdc = pytest.importorskip("prdc")
    real, fake = CASES[case]
    theirs = prdc.compute_prdc(real.double().numpy(), fake.double().numpy(), nearest_k=5)
    assert found(real, fake) == pytest.approx([theirs[name] for name in FIELDS], abs=1e-6)


@pytest.mark.slow
def test_in_1000_dimensions_they_are_the_published_ones():
    """prdc's README: precision .4772, recall .4705, density 1.0555, coverage .9735 for two samples of one N(0, I)."""
    rng = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(10_000, 1_000, generator=rng) for _ in range(2))
    assert found(real, fake) == pytest.approx([0.4772, 0.4705, 1.0555, 0.9735], abs=0.03)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_coverage_of_real_against_real_is_1_minus_2_to_the_minus_k(k):
    rng = torch.Generator().manual_seed(k)
    real, fake = (torch.randn(3_000, 8, generator=rng) for _ in range(2))
    expected = 1 - 2.0**-k
    error = (expected * (1 - expected) / len(real)) ** 0.5
    assert neighbours(real, fake, k).coverage == pytest.approx(expected, abs=4 * error)


def line(*points):
    return torch.tensor(points, dtype=torch.float32)[:, None]


@pytest.mark.parametrize(
    ("fake", "expected"),
    [
        # real points 0, 1, 3 with k = 1: balls of radius 1, 1, 2
        (line(0.5, 0.6), (1.0, 0.0, 2.0, 2 / 3)),  # both in the balls of 0 and 1; none reaches 3's, radius 2, from 1
        (line(9.0, 10.0), (0.0, 0.0, 0.0, 0.0)),
        (line(2.5, 9.0), (0.5, 1.0, 0.5, 1 / 3)),  # 2.5 lies in 3's ball only; the fakes' balls, 6.5 wide, hold all
    ],
)
def test_points_on_a_line_by_hand(fake, expected):
    assert found(line(0.0, 1.0, 3.0), fake, 1) == pytest.approx(expected, abs=1e-6)


def test_a_set_before_itself_has_all():
    points = normal(200, 8)
    assert found(points, points.clone()) == pytest.approx([1, 1, 1, 1], abs=0.02)


def test_one_generated_point_many_times_has_precision_but_no_recall():
    real = normal(500, 8)
    precision, recall, _, coverage = found(real, real[:1].repeat(300, 1))
    assert precision == 1 and recall == 0 and coverage < 0.05


def test_pieces_make_no_difference(monkeypatch):
    whole = found(*CASES["shifted"])
    monkeypatch.setattr(module, "ROWS", 37)
    assert found(*CASES["shifted"]) == whole


def test_what_cannot_be_compared_is_refused():
    good, bad = normal(20, 4), normal(20, 4)
    bad[3, 2] = torch.nan
    for real, fake, words in (
        (normal(5, 4), good, r"real must be more than 5 points, \(n, 4\), not \(5, 4\)"),
        (good, normal(5, 4), r"fake must be more than 5 points, \(n, 4\), not \(5, 4\)"),
        (good, normal(20, 3), r"fake must be more than 5 points, \(n, 4\), not \(20, 3\)"),
        (good[:, 0], good, r"real must be more than 5 points"),
        (bad, good, "real must be finite numbers, not 'points with NaN or infinity'"),
        (good, bad / 0, "fake must be finite numbers"),
    ):
        with pytest.raises(ValueError, match=f"^{words}"):
            neighbours(real, fake)
    for k in (0, -1, 2.5, True):
        with pytest.raises(ValueError, match=r"^k must be a whole number of at least 1"):
            neighbours(good, good, k)
