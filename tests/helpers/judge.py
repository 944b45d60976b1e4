"""A judge of digits for the tests, trained once for all of them in a process."""

from functools import cache

import pytest

from gan_lessons.distributions import mnist
from gan_lessons.shipped.classifier import train_classifier


@cache
def trained():
    """A judge after a few seconds of training, which never asked for the test set."""
    load = mnist.load

    def guarded(split="train"):
        assert split == "train", "training looked at the test set"
        return load(split)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mnist, "load", guarded)
        return train_classifier(epochs=1, first=6000)
