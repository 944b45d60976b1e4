"""The linear probe against scikit-learn's logistic regression, and its draws of labels."""

import numpy as np
import pytest
import torch

from gan_lessons.metrics.linear_probe import accuracies, balanced, fit, scaled

RNG = torch.Generator().manual_seed(0)
LABELS = torch.randint(10, (300,), generator=RNG)
FEATURES = torch.randn(300, 6, generator=RNG) + torch.nn.functional.one_hot(LABELS, 10)[:, :6]


@pytest.mark.parametrize("l2", [0.3, 0.01])
def test_it_is_scikit_learns_optimum(l2):
    linear_model = pytest.importorskip("sklearn.linear_model")
    theirs = linear_model.LogisticRegression(C=1 / (l2 * len(FEATURES)), tol=1e-10, max_iter=5000)
    theirs.fit(FEATURES.double().numpy(), LABELS.numpy())
    ours = fit(FEATURES, LABELS, l2)
    np.testing.assert_allclose(ours.weight.numpy(), theirs.coef_, atol=1e-3)
    assert ours.accuracy(FEATURES, LABELS) == pytest.approx(theirs.score(FEATURES.numpy(), LABELS.numpy()), abs=0.005)


def test_each_digit_is_drawn_as_often_and_draws_differ():
    first, second = balanced(LABELS, 50, 0), balanced(LABELS, 50, 1)
    assert np.bincount(LABELS[first]).tolist() == [5] * 10 and len(set(first.tolist())) == 50
    assert set(first.tolist()) != set(second.tolist()) and torch.equal(first, balanced(LABELS, 50, 0))


def test_more_labels_help():
    test = FEATURES[150:], LABELS[150:]
    few, many = (np.mean(accuracies(FEATURES[:150], LABELS[:150], test, n, range(5), 0.1)) for n in (10, 80))
    assert many > few > 0.1


def test_scaled_features_have_mean_0_and_mean_square_1():
    found = scaled(FEATURES * 7 + 3, FEATURES * 7 + 3)
    assert found.mean(0).abs().max() < 1e-5 and found.square().mean().item() == pytest.approx(1)
    torch.testing.assert_close(
        found.std(0) / found.std(), FEATURES.std(0) / found.std() / (FEATURES - FEATURES.mean(0)).square().mean().sqrt()
    )


@pytest.mark.parametrize(
    ("features", "labels", "words"),
    [
        (FEATURES[0], LABELS, r"features must be of shape \(n, d\), not \(6,\)"),
        (FEATURES * torch.nan, LABELS, "features must be finite numbers"),
        (FEATURES, LABELS[:9], r"labels must be one for each of the 300 features, not \(9,\)"),
        (FEATURES, LABELS + 1, "labels must be whole numbers, digits from 0 to 9, not 'values from 1 to 10'"),
    ],
)
def test_it_refuses(features, labels, words):
    with pytest.raises(ValueError, match=words):
        fit(features, labels)


def test_too_many_or_uneven_labels_are_refused():
    with pytest.raises(ValueError, match="n must be a multiple of 10"):
        balanced(LABELS, 25)
    with pytest.raises(ValueError, match="n must be at most"):
        balanced(LABELS, 1000)
