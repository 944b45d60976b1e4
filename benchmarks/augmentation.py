"""What augmentation does for a GAN of 200 digits: FID and recall beside digits that it has never seen, over 3 seeds.

Each arm of `recipes.small_sets` trains 2,000 steps with each of the seeds 20 to 22. All numbers are of G with averaged
weights; the FID is on the course's own features, beside MNIST's 10,000 test digits. One core takes some 15 minutes.
"""

import base64
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons._core.randomness import generator
from gan_lessons.distributions.images import Handwritten
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.metrics.precision_recall import neighbours
from gan_lessons.models.latent_space import to_bytes
from gan_lessons.recipes import small_sets
from gan_lessons.trainers.augmentation import NUMBERS
from gan_lessons.trainers.trainer import Trainer

SEEDS, EVERY = (20, 21, 22), 250  # steps between two looks
SAMPLES, NEAR, SHOWN = 2_000, 2_000, 16  # for a FID; real ones for recall; pictures that are kept
FLOOR = "real digits"


@dataclass(frozen=True)
class Row(Line):
    """One training, or with nothing else in it what the 200 digits themselves get (seed 0: "real digits", of as many
    new ones). At every 250 steps: fids; d_few, d_new, d_fake, D's mean probability for the 200 digits, for test digits
    and for generated ones, augmented where D trains so. At the end: precision and recall. pictures: 16 at the end, 784
    bytes each from 0 (paper) to 255 (ink), in base64."""

    name: str
    arm: str
    seed: int
    fids: tuple[float, ...]
    precision: float
    recall: float
    d_few: tuple[float, ...] = ()
    d_new: tuple[float, ...] = ()
    d_fake: tuple[float, ...] = ()
    pictures: str = ""


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, what real digits get, and a row for each seed and arm. repeats: seeds, instead of 3."""
    yield header()
    yield _row(FLOOR, 0, Handwritten().sample((SAMPLES,), generator(0, "floor")))
    for seed in SEEDS[:repeats]:
        for arm in small_sets.ARMS:
            row = measured(arm, seed)
            print(f"{row.name}: FID {row.fids[-1]}, recall {row.recall}", file=sys.stderr, flush=True)
            yield row


def measured(arm: str, seed: int) -> Row:
    """One training, and what it comes to."""
    recipe = small_sets.ARMS[arm]
    trainer, fids, said = recipe.trainer(seed), [], []
    while trainer.steps < recipe.steps:
        trainer.advance(EVERY)
        fids.append(fid_of(metrics_digits.sample(trainer.averaged_g(), SAMPLES)))
        said.append(verdicts(trainer))
    d = {
        name: tuple(values) for name, values in zip(("d_few", "d_new", "d_fake"), zip(*said, strict=True), strict=True)
    }
    images = metrics_digits.sample(trainer.averaged_g(), SAMPLES)
    pictures = base64.b64encode(to_bytes(images[:SHOWN]).tobytes()).decode()
    return _row(arm, seed, images, fids=tuple(fids), pictures=pictures, **d)


@torch.no_grad()
def verdicts(trainer: Trainer) -> tuple[float, float, float]:
    """D's mean probability of being real: for the few digits, for 1,000 test digits, and for as many generated ones."""
    few = trainer.settings["data"]
    real = [torch.from_numpy(few.images()).flatten(1), torch.from_numpy(_test().images()[::10]).flatten(1)]
    sets = [*(images.float() / 127.5 - 1 for images in real), metrics_digits.sample(trainer.averaged_g(), 1_000)]
    change = trainer.settings["augmentation"]
    if change is not None:
        rng = torch.Generator().manual_seed(0)
        sets = [change(images, torch.rand(len(images), NUMBERS.dim, generator=rng)) for images in sets]
    return tuple(_short(trainer.D(images[None]).sigmoid().mean().item()) for images in sets)


def fid_of(images: torch.Tensor) -> float:
    """The FID of images (n, 784) beside the test digits."""
    return _short(metrics_digits.fid(metrics_digits.look(images), metrics_digits.test_set()))


def _test() -> Handwritten:
    return Handwritten(split="test")


def _row(arm: str, seed: int, images: torch.Tensor, fids: tuple[float, ...] = (), **more) -> Row:
    near = neighbours(metrics_digits.test_set().features[:NEAR], metrics_digits.look(images[:NEAR]).features)
    name = arm if arm == FLOOR else f"{arm}, seed {seed}"
    return Row(name, arm, seed, fids or (fid_of(images),), _short(near.precision), _short(near.recall), **more)


def _short(number: float) -> float:
    """Four digits: more would pretend."""
    return float(f"{number:.4g}")
