"""Is it the digit that was asked for, and in every way: on pictures of which the answers are known."""

import numpy as np
import pytest
import torch
from helpers.asked_digits import FromTestSet

from gan_lessons.metrics import conditional_digits as digits
from gan_lessons.metrics.conditional import permuted
from gan_lessons.metrics.images import fid, look

EACH = 100


@pytest.fixture(scope="module")
def real():
    return digits.within(*digits.real_digits("test", EACH))


def test_real_digits_have_the_accuracy_and_the_variance_of_real_digits(real):
    found = digits.measure(*digits.real_digits("train", EACH, seed=1), real)
    assert found.accuracy > 0.98 and found.each == EACH
    assert 0.85 < found.variance < 1.2 and 0.9 < found.pixel_variance < 1.1


def test_the_same_digits_are_at_no_distance(real):
    found = digits.measure(real.images, real.labels, real)
    assert found.variances == found.pixel_variances == (1.0,) * 10
    assert max(found.fids) < 1e-3


def test_one_picture_of_each_digit_has_the_best_accuracy_and_no_variance(real):
    """Why accuracy alone is no answer."""
    sure = [int(real.of(d).logits.softmax(-1)[:, d].argmax()) for d in range(10)]
    best = torch.stack([real.images[real.labels == d][sure[d]] for d in range(10)])
    found = digits.measure(best.repeat_interleave(EACH, 0), real.labels, real)
    assert found.accuracy == 1.0
    assert found.variance < 1e-9 and found.pixel_variance < 1e-9
    one, means = look(best).features, torch.stack([real.of(d).features.mean(0) for d in range(10)])
    away = (one - means).double().square().sum(-1) + digits.total_variance(real.seen.features, real.labels)
    assert found.fids == pytest.approx(away.tolist(), rel=1e-4), "what Fréchet's distance to a point is"


def test_with_permuted_labels_accuracy_is_chance_and_a_class_varies_as_all_digits_do(real):
    labels = torch.from_numpy(permuted(real.labels))
    assert sorted(labels.tolist()) == sorted(real.labels.tolist()) and not torch.equal(labels, real.labels)
    found = digits.measure(real.images, labels, real)
    assert 0.05 < found.accuracy < 0.15
    every = real.images.double().var(0).sum()
    assert digits.total_variance(real.images, labels).mean() == pytest.approx(every.item(), rel=0.02)
    assert found.pixel_variance > 1.2 and found.variance > 1.5


def test_fainter_ink_has_less_variance_in_pixels(real):
    found = digits.measure((real.images + 1) / 2 - 1, real.labels, real)
    assert found.pixel_variances == pytest.approx([0.25] * 10)


def test_the_total_variance_is_the_trace_of_the_covariance():
    x = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(60) % 10
    found = digits.total_variance(x, labels)
    for d in range(10):
        assert found[d].item() == pytest.approx(np.trace(np.cov(x[labels == d].numpy().T)), rel=1e-5)


def test_a_class_has_its_own_numbers(real):
    """A seven that is asked for and made as a one counts against the sevens alone."""
    images = real.images.clone()
    images[real.labels == 7] = real.images[real.labels == 1]
    found = digits.measure(images, real.labels, real)
    assert found.accuracies[7] < 0.1 and min(found.accuracies[:7] + found.accuracies[8:]) > 0.95
    assert found.fids.index(max(found.fids)) == 7
    ones, sevens = (look(real.images[real.labels == d]) for d in (1, 7))
    assert found.fids[7] == pytest.approx(fid(ones, sevens), rel=1e-6)
    assert found.fid == pytest.approx(sum(found.fids) / 10)


def test_a_generator_is_asked_for_each_digit_as_often():
    G = FromTestSet()
    images, labels = digits.of_each(G, 20)
    assert torch.bincount(labels).tolist() == [20] * 10
    named = look(images).logits.argmax(-1)
    assert (named == labels).float().mean() > 0.97
    assert not torch.equal(images, digits.of_each(G, 20, seed=1)[0])
    assert torch.equal(images, digits.of_each(G, 20)[0])


def test_what_was_measured_is_said_in_one_sentence(real):
    words = str(digits.measure(real.images, real.labels, real))
    assert "are what was asked" in words and "100% of the real variance (features) and 100% (pixels)" in words


class Unasked(torch.nn.Linear):
    runs, inputs = 1, 4


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r: digits.of_each(Unasked(4, 784)), "G must be a generator that is told a digit, not .*0 kinds"),
        (lambda r: digits.of_each(FromTestSet(), 1), "each must be .* not 1"),
        (lambda r: digits.measure(r.images[:-1], r.labels[:-1], r), "labels must be as many of each class"),
        (lambda r: digits.measure(r.images, r.labels), "labels must be as many of each class"),
        (lambda r: digits.within(r.images, r.labels + 1), "labels must be digits from 0 to 9, not 'some from 1 to 10'"),
        (lambda r: digits.within(r.images, r.labels[:5]), r"labels must be a whole number for each .* not \(5,\)"),
        (lambda r: digits.within(r.images, r.labels.float()), "labels must be a whole number for each"),
        (lambda r: digits.real_digits("test", 1000), "each must be at most 892"),
    ],
)
def test_what_is_refused(call, words, real):
    with pytest.raises(ValueError, match=words):
        call(real)
