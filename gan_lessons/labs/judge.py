"""How good the digits are, measured now and then while they are trained, a piece at a time; training sees none of it.

All numbers are on the features and verdicts of the course's own classifier; see `metrics_digits`. A piece is measured
whenever training has gone on for so long that all measuring stays within `SHARE` of its time.
"""

import math
import time
from collections.abc import Generator, Iterator
from dataclasses import replace

import torch

from gan_lessons._core.randomness import generator
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.metrics.images import Seen
from gan_lessons.models.classifier import judge
from gan_lessons.models.latent_space import generate

SAMPLES = 1_000  # generated, and real ones for the floor
REAL = 2_000  # test digits that both are compared to
PIECE = 100  # images at a time
SHARE = 0.12  # of the time that training takes


def score(seen: Seen) -> float:
    """exp of the mean KL from p(digit | image) to p(digit), from 1 to 10, over all images at once.

    Salimans et al. 2016, section 4; `metrics_digits` takes the mean over ten parts, which 1,000 images are too few
    for."""
    logs = seen.logits.double().log_softmax(-1)
    p = logs.exp()
    return math.exp((p * (logs - p.mean(0).log())).sum(-1).mean().item())


class Judge:
    """Measures one training. noise: how many numbers go into G. data: the real digits.

    score, fid: the last numbers, NaN before the first; at: the step that they are of. real_score, real_fid: what as
    many real training digits get. trouble: why nothing can be measured, or ""."""

    def __init__(self, noise: int, data: Handwritten):
        import torchmetrics.image.fid  # noqa: F401  # seconds and 60 MB: not while a person watches, nor for a toy

        self.data, self.noise = data, torch.randn(1, SAMPLES, noise, generator=generator(0, "judged"))
        self.real_score = self.real_fid = math.nan
        self._owed = 0.0
        self.forget()

    def forget(self) -> None:
        """Forgets what was measured, for the training is another one now."""
        self.score = self.fid = math.nan
        self.at, self.trouble, self._work = -1, "", None

    def tick(self, trainer, seconds: float) -> None:
        """Does a piece, if it is time for one. seconds: what training took since the last call."""
        self._owed -= SHARE * seconds
        if self._owed <= 0 and not self.trouble:
            self._owed += self._piece(trainer)

    def finish(self, trainer) -> None:
        """Measures the trainer of now to the end."""
        self._work = None
        while self.at != trainer.steps and not self.trouble:
            self._piece(trainer)

    def _piece(self, trainer) -> float:
        """The next piece of the work, begun again when it is done; the seconds that it took."""
        start = time.perf_counter()
        self._work = self._work or self._pieces(trainer)
        try:
            if next(self._work, "done") == "done":
                self._work = None
        except ValueError as error:  # the classifier's file is damaged, or samples are not finite any more
            self.trouble, self._work = str(error), None
        return time.perf_counter() - start

    def _pieces(self, trainer) -> Iterator[None]:
        classifier = judge()
        test, train = yield from _real_ones(classifier, self.data)
        self.real_score, self.real_fid = score(train), metrics_digits.fid(train, test)
        yield
        G, step, found = trainer.averaged_g(), trainer.steps, []
        for noise in self.noise.split(PIECE, 1):
            found.append(metrics_digits.look(generate(G, noise), classifier))
            yield
        fake = pooled(found)
        self.score, self.fid, self.at = score(fake), metrics_digits.fid(fake, test), step


class NoJudge:
    """Measures nothing: there is no classifier that knows these pictures. As a `Judge` that has found nothing yet."""

    score = fid = real_score = real_fid = math.nan
    at, trouble = -1, "the course's only judge is a classifier of digits, and these pictures have none: look at them"

    def forget(self) -> None:
        """Nothing is known."""

    def tick(self, trainer, seconds: float) -> None:
        """Takes no time."""

    def finish(self, trainer) -> None:
        """Finds nothing."""


def judge_of(noise: int, data) -> Judge | NoJudge:
    """Who measures a training on these data."""
    return Judge(noise, data) if isinstance(data, Handwritten) else NoJudge()


def pooled(pieces: list[Seen]) -> Seen:
    """Several looks as one."""
    return Seen(torch.cat([piece.features for piece in pieces]), torch.cat([piece.logits for piece in pieces]))


_known: dict[tuple, list[Seen]] = {}


def _real_ones(classifier, data: Handwritten) -> Generator[None, None, list[Seen]]:
    """What the classifier sees in the real digits, [of the test set, of the training set]; once, a piece at a time."""
    key = classifier, data
    if key not in _known:
        found = []
        for images in _real_images(data):
            pieces = []
            for piece in images.split(PIECE):
                pieces.append(metrics_digits.look(piece, classifier))
                yield
            found.append(pooled(pieces))
        _known[key] = found
    return _known[key]


def _real_images(data: Handwritten) -> tuple[torch.Tensor, torch.Tensor]:
    """The real digits (n, 784): those of the test set that all is compared to, and those for the floor."""
    of_test = replace(data, split="test", first=mnist.SIZES["test"]).images()
    test = torch.from_numpy(mnist.scaled(of_test[:: max(1, len(of_test) // REAL)][:REAL])).flatten(1)
    return test, data.sample((SAMPLES,), generator(0, "floor"))
