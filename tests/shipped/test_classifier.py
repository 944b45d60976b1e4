"""The judge of digits: trained on the training set alone, the same for a seed, and good."""

import numpy as np
import pytest
import torch
from helpers.judge import trained

from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten
from gan_lessons.models.classifier import FEATURES, Classifier
from gan_lessons.shipped import classifier as classifying
from gan_lessons.shipped.classifier import accuracy, batches, train_classifier


@pytest.fixture
def few(monkeypatch):
    """A test set of 1,500 digits; what trains is trained before it."""
    trained()
    digits = mnist.load("test")
    some = mnist.Digits(digits.images[:1500], digits.labels[:1500])
    monkeypatch.setattr(mnist, "load", lambda split="train": {"test": some}[split])
    return some


def test_after_a_short_training_nine_of_ten_digits_are_right(few):
    network = trained()
    with torch.no_grad():
        named = network(torch.from_numpy(mnist.scaled(few.images))).argmax(-1).numpy()
    share = (named == few.labels).mean()
    assert share > 0.9
    assert accuracy(network, "test") == share


def test_it_is_handed_over_in_eval():
    assert not trained().training
    assert all(not module.training for module in trained().modules())


def test_a_seed_decides_it_whatever_torchs_own_seed_is():
    found = []
    with torch.random.fork_rng(devices=[]):
        for globally, seed in ((1, 0), (2, 0), (1, 5)):
            torch.manual_seed(globally)
            before = torch.random.get_rng_state()
            network = train_classifier(epochs=2, seed=seed, first=256)
            assert torch.equal(torch.random.get_rng_state(), before)
            found.append(torch.cat([tensor.flatten().double() for tensor in network.state_dict().values()]))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_progress_counts_every_image_that_was_learnt_from():
    done = []
    train_classifier(epochs=9, first=300, seen=done.append)
    assert done == [8 * 128, 8 * 128, 2 * 128]  # whole batches, two an epoch, and some at a time
    done.clear()
    train_classifier(epochs=1, first=50, seen=done.append)
    assert done == [50]


def test_moved_images_are_shifted_copies():
    data = Handwritten(first=400, shift=classifying.SHIFT)
    raw = data.draw((400,), torch.Generator().manual_seed(0), torch.float32)
    which = (raw[:, 0] * 400).long().numpy()
    moved = data.transform(raw)
    assert moved.shape == (400, 784) and moved.dtype == torch.float32
    np.testing.assert_array_equal(data.labels(raw), mnist.load().labels[which])
    shifts = []
    for image, found in zip(data.images()[which], moved.unflatten(-1, (28, 28)).numpy(), strict=True):
        wide = np.zeros((32, 32), np.uint8)
        wide[2:30, 2:30] = image
        # a wide frame of paper, looked at through a window of 28 x 28
        fits = {
            (down, right)
            for down in range(5)
            for right in range(5)
            if np.array_equal(mnist.scaled(wide[down : down + 28, right : right + 28])[0], found)
        }
        assert len(fits) == 1
        shifts.append(fits.pop())
    assert set(shifts) == {(down, right) for down in range(5) for right in range(5)}


def test_the_network_takes_flat_and_square_images_and_has_the_features_that_it_names():
    network = trained()
    images = torch.from_numpy(mnist.scaled(mnist.load().images[:7]))
    convolutions = 9 * (16 + 16 * 32 + 32 * 64 + 64 * 64) + 2 * (16 + 32 + 64 + 64)
    assert sum(p.numel() for p in network.parameters()) == convolutions + 64 * 49 * 128 + 2 * 128 + 1290
    with torch.no_grad():
        features = network.features(images)
        assert features.shape == (7, FEATURES) and features.min() >= 0
        torch.testing.assert_close(network(images.flatten(1)), network(images))
        torch.testing.assert_close(network.last(features), network(images))


def test_pieces_are_all_rows_in_order():
    assert [piece.tolist() for piece in batches(np.arange(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]


@pytest.mark.parametrize(
    ("name", "value", "low"),
    [("epochs", 0, 1), ("epochs", 1.5, 1), ("seed", -1, 0), ("seed", "0", 0), ("first", 1, 2), ("first", True, 2)],
)
def test_what_makes_no_sense_is_refused(name, value, low):
    with pytest.raises(ValueError, match=f"^{name} must be a whole number of at least {low}, not {value!r}"):
        train_classifier(**{name: value})


def test_another_split_is_refused():
    with pytest.raises(ValueError, match=r"split must be one of \['train', 'test'\], not 'validation'"):
        accuracy(Classifier(), "validation")
