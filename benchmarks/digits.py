"""Digits from scratch on this machine: the lean DCGAN beside a textbook DCGAN, then what ships.

Both train on MNIST's whole training set; the clock stands still while they are measured, on 10,000 samples and the
features of the course's own classifier. `time_to_quality` is the training time until the FID that the lean one has
after three minutes; where the textbook one has not arrived after half an hour, its time is a lower bound, and so is
the ratio (its n is 0). fid_floor and the baseline of the shipped rows are what 10,000 real digits get.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import torch

from benchmarks.machine import processor
from benchmarks.measure import Row, compare, more_is_better
from benchmarks.modes import Header
from benchmarks.textbook_dcgan import BATCH, NOISE, TextbookDCGAN
from benchmarks.toy import peak_memory
from gan_lessons._core import devices
from gan_lessons._core.randomness import generator
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.models.latent_space import generate
from gan_lessons.recipes import digits
from gan_lessons.shipped import networks as checkpoints

BUDGET, LONGEST, EVERY = 180.0, 1800.0, 60.0  # seconds of training: ours, the textbook's at most, between two looks
SEED = 0
OURS = "from gan_lessons.recipes import digits; digits.lean_dcgan.trainer().advance(30)"
THEIRS = "from benchmarks.textbook_dcgan import TextbookDCGAN; TextbookDCGAN().train(30)"


@dataclass
class Side:
    """A GAN under the clock. train(steps), make: noise (1, n, dim) -> images (1, n, 784)."""

    train: Callable[[int], None]
    make: Callable[[torch.Tensor], torch.Tensor]
    noise: int
    batch: int
    seconds: float = field(default=0.0, init=False)
    steps: int = field(default=0, init=False)

    def until(self, seconds: float, piece: int = 5) -> None:
        """Trains until its clock shows so many seconds."""
        while self.seconds < seconds:
            start = time.perf_counter()
            self.train(piece), _settle()
            self.seconds += time.perf_counter() - start
            self.steps += piece

    def measure(self) -> metrics_digits.Measures:
        """What its samples get; the clock stands still."""
        noise = torch.randn(1, metrics_digits.SAMPLES, self.noise, generator=generator(0, "measured"))
        return metrics_digits.measure(generate(self.make, noise))

    def fid(self) -> float:
        """The Fréchet distance alone."""
        noise = torch.randn(1, metrics_digits.SAMPLES, self.noise, generator=generator(0, "measured"))
        images = generate(self.make, noise)
        return metrics_digits.fid(metrics_digits.look(images), metrics_digits.test_set())


def lean(seed: int = SEED) -> Side:
    """The lean DCGAN, on the best device here, with the averaged weights that a snapshot shows."""
    trainer = digits.lean_dcgan.trainer(seed)

    def make(noise: torch.Tensor) -> torch.Tensor:
        return trainer.show(noise.to(trainer.device))

    return Side(trainer.advance, make, trainer.G.inputs, trainer.settings["batch"])


def textbook(seed: int = SEED) -> Side:
    """The textbook DCGAN, on the same."""
    gan = TextbookDCGAN(seed, devices.choose("auto"))
    return Side(gan.train, gan.make, NOISE, BATCH)


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then the rows. repeats: of images_per_second and peak_mb, instead of 5."""
    n = repeats or 5
    yield Header(date.today().isoformat(), f"{os.cpu_count()} cores, {processor()}", torch.__version__)
    yield compare("images_per_second", "images/s", _speed(lean()), _speed(textbook()), n, more_is_better)
    yield compare("peak_mb", "MiB", lambda: peak_memory(OURS), lambda: peak_memory(THEIRS), 1)
    floor = metrics_digits.measures_floor()
    ours, other = lean(), textbook()
    ours.until(BUDGET), other.until(BUDGET)
    got, theirs = ours.measure(), other.measure()
    yield _row("score_3min", got.score, "of 10", theirs.score, got.score / theirs.score)
    yield _row("fid_3min", got.fid, "FID (our features)", theirs.fid, theirs.fid / got.fid)
    yield _row("fid_floor", floor.fid, "FID (our features)", got.fid, got.fid / floor.fid)
    seconds, arrived = _arrival(other, theirs.fid, got.fid)
    yield _row("time_to_quality", ours.seconds, "s of training", seconds, seconds / ours.seconds, int(arrived))
    yield from _shipped(floor)


def _arrival(side: Side, fid: float, wanted: float) -> tuple[float, bool]:
    """The seconds of training until a FID as good as wanted, or so far, and whether it was reached."""
    while fid > wanted and side.seconds < LONGEST:
        side.until(side.seconds + EVERY)
        fid = side.fid()
        print(f"textbook: FID {fid:.2f} after {side.seconds:.0f} s, wanted {wanted:.2f}", file=sys.stderr, flush=True)
    return side.seconds, fid <= wanted


def _shipped(floor: metrics_digits.Measures) -> Iterator[Row]:
    """What ships, measured here and now; the baseline is real digits."""
    found = metrics_digits.measure(metrics_digits.sample(checkpoints.shipped("dcgan")[0]))
    for name, better in (("score", True), ("fid", False), ("precision", True), ("recall", True)):
        value, real = getattr(found, name), getattr(floor, name)
        ratio = value / real if better else real / value
        yield _row(f"shipped_{name}", value, "FID (our features)" if name == "fid" else "", real, ratio)


def _row(name: str, value: float, unit: str, baseline: float, ratio: float, n: int = 1) -> Row:
    return Row(name, round(value, 3), unit, round(baseline, 3), round(ratio, 3), n)


def _speed(side: Side, steps: int = 20) -> Callable[[], float]:
    """A measure of real images trained on in a second."""

    def measure() -> float:
        start = time.perf_counter()
        side.train(steps), _settle()
        return steps * side.batch / (time.perf_counter() - start)

    return measure


def _settle() -> None:
    """Waits until a GPU, which works behind the clock's back, has done all that it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
