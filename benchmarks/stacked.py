"""A thousand modes: a DCGAN of three digits in one picture, by pairs with R1 and R2, and what becomes of it without.

Modes and KL are of 26,000 samples with averaged weights, as the course's classifier reads them; the baseline of `modes`
and `kl` is what as many real pictures get by their labels. `minutes` are those of one core, against an hour. Of the
others one has the usual loss, and one is a plain DCGAN, which mixes the colours from its first layer on; their baseline
is the first arm at as many steps, before its rates begin to fall. Half an hour on one core for one seed.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

import torch

from benchmarks.measure import Row, less_is_better, more_is_better
from benchmarks.modes import Header, header
from gan_lessons._core.randomness import generator
from gan_lessons.distributions.images import CHANNELS, Stacked
from gan_lessons.metrics import stacked
from gan_lessons.metrics.images import sample
from gan_lessons.models.dcgan import DCGAN
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.recipes.stacked import stacked_dcgan, stacked_usual
from gan_lessons.shipped.make import settled
from gan_lessons.trainers.trainer import Trainer

SEEDS, COMPARED, BUDGET = 1, 1_000, 60.0  # trainings of each arm, steps of the others, minutes
OTHERS = {
    "usual_loss": stacked_usual,
    "mixed_colours": replace(  # a plain DCGAN, of the same cost a step with batches twice as large
        stacked_dcgan,
        generator=DCGAN(24, categories=32, codes=CHANNELS),
        discriminator=DCGAN(24, hidden=256),
        batch=64,
        g_optimizer=replace(stacked_dcgan.g_optimizer, ema=0.999),
    ),
}


@dataclass(frozen=True)
class Looked:
    """What was found at a step of a training. modes: of 1,000. kl: in nats. minutes: of one core until then."""

    modes: int
    kl: float
    minutes: float


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then the rows. repeats: trainings of each arm, instead of one."""
    yield header()
    seeds = range(repeats or SEEDS)
    ours = [trained(stacked_dcgan, seed, (COMPARED, stacked_dcgan.steps)) for seed in seeds]
    others = {name: [trained(recipe, seed, (COMPARED,))[0] for seed in seeds] for name, recipe in OTHERS.items()}
    yield from table(real(), ours, others)


def table(floor: Looked, ours: Sequence[Sequence[Looked]], others: Mapping[str, Sequence[Looked]]) -> Iterator[Row]:
    """The rows. floor: of real pictures. ours: for each seed, early and at the end. others: an arm's, one a seed."""
    early, end = (_mean(looks) for looks in zip(*ours, strict=True))
    n = len(ours)
    yield _row("modes", end.modes, "of 1,000", floor.modes, n, more_is_better)
    yield _row("kl", end.kl, "nats", floor.kl, n)
    yield _row("minutes", end.minutes, "minutes of one core", BUDGET, n)
    for name, looks in others.items():
        yield _row(f"modes_{name}", _mean(looks).modes, "of 1,000", early.modes, len(looks), more_is_better)
        yield _row(f"kl_{name}", _mean(looks).kl, "nats", early.kl, len(looks))
    yield _row("kl_floor", stacked.kl_floor(), "nats", floor.kl, 1)


def trained(recipe: Recipe, seed: int, stops: Sequence[int]) -> list[Looked]:
    """What a training has come to at each of some steps."""
    trainer, seconds, found = recipe.trainer(seed), 0.0, []
    for stop in stops:
        start = time.process_time()
        trainer.advance(stop - trainer.steps)
        seconds += time.process_time() - start
        found.append(looked(trainer, seconds / 60))
        print(f"{recipe.name}, seed {seed}, step {stop}: {found[-1]}", file=sys.stderr, flush=True)
    return found


def looked(trainer: Trainer, minutes: float) -> Looked:
    """What its G is worth now."""
    found = stacked.stacked_modes(sample(settled(trainer), stacked.SAMPLES))
    return Looked(found.covered, found.kl, minutes)


def real() -> Looked:
    """What as many real pictures get, by their labels."""
    raw = Stacked().draw((stacked.SAMPLES,), generator(0, "real"), torch.float32)
    found = stacked.counted(Stacked().labels(raw).numpy(), stacked.real_shares())
    return Looked(found.covered, found.kl, 0.0)


def _mean(looks: Sequence[Looked]) -> Looked:
    return Looked(*(mean(getattr(look, key) for look in looks) for key in ("modes", "kl", "minutes")))


def _row(name: str, value: float, unit: str, baseline: float, n: int, better=less_is_better) -> Row:
    return Row(name, round(value, 4), unit, round(baseline, 4), round(better(value, baseline), 3), n)
