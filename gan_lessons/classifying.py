"""Training the judge of digits. `python -m gan_lessons.ship classifier` makes the one that ships."""

from collections.abc import Callable

import torch
import torch.nn.functional as F

from gan_lessons import mnist
from gan_lessons.errors import whole
from gan_lessons.models.classifier import Classifier
from gan_lessons.randomness import block_seed, generator

BATCH, RATE, SHIFT = 128, 4e-3, 2  # SHIFT: pixels that a digit is moved at most


def train_classifier(
    epochs: int = 10, seed: int = 0, first: int = 60_000, seen: Callable[[int], object] = lambda _: None
) -> Classifier:
    """A classifier trained on MNIST's training set, in `eval()`; only the training set is looked at.

    first: how many images, from the beginning, two or more. seen: called with each number of images done. Digits are
    moved by up to two pixels each way; AdamW, with the rate going up and down once (Smith & Topin 2019); cross-entropy.
    """
    whole("epochs", epochs), whole("seed", seed, 0), whole("first", first, 2)
    digits = mnist.load("train")
    images, labels = torch.tensor(digits.images[:first]), torch.tensor(digits.labels[:first]).long()
    rng = generator(seed, "classifier")
    with torch.random.fork_rng(devices=[]):  # torch's own first weights and dropout know no other generator
        torch.default_generator.manual_seed(block_seed(seed, "classifier", 1))
        network = Classifier()
        steps = epochs * max(1, len(images) // BATCH)
        optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
        for _ in range(epochs):
            for batch in torch.randperm(len(images), generator=rng)[: steps // epochs * BATCH].split(BATCH):
                loss = F.cross_entropy(network(_moved(images[batch], rng)), labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step(), schedule.step()
                seen(len(batch))
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


def _moved(images: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """A batch uint8 (n, 28, 28), each image moved by its own whole number of pixels, as floats from -1 to 1."""
    wide = F.pad(images, [SHIFT] * 4).unfold(1, mnist.SIDE, 1).unfold(2, mnist.SIDE, 1)  # (n, 5, 5, 28, 28)
    down, right = torch.randint(2 * SHIFT + 1, (2, len(images)), generator=rng)
    return wide[torch.arange(len(images)), down, right].float().div_(127.5).sub_(1)
