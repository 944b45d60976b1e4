"""The pairing game against direct quadrature, and against what every such game must be."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import log_expit

from gan_lessons import theory

X = np.linspace(-14, 16, 1001)


def normal(mean, sd):
    return stats.norm.pdf(X, mean, sd)


def played(critic, p, q):
    """The mean of log sigmoid(C(x) - C(y)) over pairs, by quadrature in both directions."""
    said = log_expit(critic[:, None] - critic[None, :]) * p[:, None] * q[None, :]
    return np.trapezoid(np.trapezoid(said, X), X)


@pytest.mark.parametrize(("mean", "sd"), [(1, 1), (2, 0.5), (0, 2), (4, 1)])
def test_the_best_value_is_the_divergence_of_the_pairs_less_log_2(mean, sd):
    p, q = normal(0, 1), normal(mean, sd)
    best = np.log(p) - np.log(q)
    value = theory.pairing_value(p, q, X)
    assert value == pytest.approx(played(best, p, q), abs=1e-8)
    assert value + math.log(2) == pytest.approx(theory.jsd_of_pairs(p, q, X), abs=1e-12)
    for other in (0.9 * best, best + 0.1 * np.sin(X), best + 0.2 * X):
        assert played(other, p, q) < value - 5e-7
    assert played(best + 3, p, q) == pytest.approx(played(best, p, q), abs=1e-9)  # only differences count


def test_equal_is_0_and_apart_is_log_2():
    p, far = normal(-4, 0.5), normal(6, 0.5)
    assert theory.jsd_of_pairs(p, p, X) == pytest.approx(0, abs=1e-12)
    assert theory.jsd_of_pairs(p, far, X) == pytest.approx(math.log(2), abs=1e-6)


def test_a_pair_tells_more_than_one_sample():
    p, others = normal(0, 1), np.stack([normal(mean, 1) for mean in (0.5, 1, 2, 3)])
    pairs, singles = theory.jsd_of_pairs(p, others, X), theory.jsd(p, others, X)
    assert pairs.shape == (4,) and (pairs > singles).all() and (np.diff(pairs) > 0).all()
    np.testing.assert_allclose(pairs, theory.jsd_of_pairs(others, p, X), atol=1e-12)
    assert pairs[2] == pytest.approx(theory.jsd_of_pairs(p, others[2], X), abs=1e-12)


def test_what_is_no_density_is_refused():
    with pytest.raises(ValueError, match="q integrates to"):
        theory.pairing_value(normal(0, 1), 2 * normal(0, 1), X)
