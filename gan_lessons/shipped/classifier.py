"""Training the judge of digits. `python -m gan_lessons ship classifier` makes the one that ships."""

from collections.abc import Callable

import torch
import torch.nn.functional as F

from gan_lessons._core.refusals import whole
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten
from gan_lessons.losses.objectives import Objective
from gan_lessons.models.classifier import Classifier
from gan_lessons.trainers.decays import OneCycle
from gan_lessons.trainers.optim import Adam
from gan_lessons.trainers.trainer import Trainer

BATCH, RATE, SHIFT = 128, 4e-3, 2  # SHIFT: pixels that a digit is moved at most
PIECE = 8  # steps between two calls of `seen`


def cross_entropy(step) -> torch.Tensor:
    """-log of the probability that the classifier gives to the label, the mean over the batch -> (*runs,)."""
    logits = step.networks["classifier"](step.real)
    return F.cross_entropy(logits.movedim(-1, 1), step.labels, reduction="none").mean(-1)


naming = Objective("naming", {"classifier": cross_entropy})


def train_classifier(
    epochs: int = 10, seed: int = 0, first: int = 60_000, seen: Callable[[int], object] = lambda _: None
) -> Classifier:
    """A classifier trained on MNIST's training set, in `eval()`: a game of one player. Only the training set is looked
    at.

    epochs: as many images are drawn, with replacement, as would be seen in them. first: how many images, from the
    beginning, two or more. seen: called now and then with the number of images done since. Digits are moved by up to
    two pixels each way; Adam with decoupled weight decay, and the rate going up and down once (Smith & Topin 2019)."""
    whole("epochs", epochs), whole("seed", seed, 0), whole("first", first, 2)
    steps = epochs * max(1, first // BATCH)
    optimizer = Adam(RATE, weight_decay=0.02, decay=OneCycle(steps))
    data, network = Handwritten(first=first, shift=SHIFT), Classifier()
    game = Trainer(
        {"classifier": network},
        data,
        batch=min(BATCH, first),
        objective=naming,
        classifier_optimizer=optimizer,
        seeds=seed,
        view=1,
    )
    for done in range(0, steps, PIECE):
        game.advance(min(PIECE, steps - done))
        seen(min(PIECE, steps - done) * min(BATCH, first))
    return network.eval()


@torch.no_grad()
def accuracy(network: Classifier, split: str = "test") -> float:
    """The share of a split's digits that the classifier names rightly."""
    digits = mnist.load(split)
    right = 0
    for images, labels in zip(batches(digits.images), batches(digits.labels), strict=True):
        right += (network(torch.from_numpy(mnist.scaled(images))).argmax(-1).numpy() == labels).sum()
    return int(right) / len(digits)


def batches(rows, size: int = 1000):
    """Consecutive pieces of an array, to keep memory low."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
