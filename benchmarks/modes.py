"""Modes covered on PacGAN's ring and grid: the plain GAN and every remedy at one budget of steps, ten seeds each.

Each row trains its ten seeds on two processes of one thread each, evaluates the last step on 2,500 samples, and gives
means with standard errors. Remedies were tuned on seeds 100 and above; the rows report seeds 0 to 9. The first rows are
of the best remedy at a long budget; the rest are of all of them at a short one.
"""

import datetime
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import torch

from benchmarks.machine import processor
from benchmarks.measure import Line
from gan_lessons.metrics import plane as metrics_2d
from gan_lessons.metrics.verdicts import judge
from gan_lessons.recipes import comparison, remedies
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.recipes.remedies import Remedy
from gan_lessons.shipped.modes import Row
from gan_lessons.sweeps.batching import Part, train

SEEDS, SAMPLES, WORKERS = tuple(range(10)), 2500, 2
DATA = {"ring": comparison.ring, "grid": comparison.grid}
SHORT, LONG = 4_000, 36_000  # steps of the table of all remedies, and of the best one
BEST = "ema"


@dataclass(frozen=True)
class Header(Line):
    """When and where the rows below it were measured."""

    date: str
    machine: str
    torch: str


def header() -> Header:
    """Of what is measured here and now."""
    return Header(datetime.date.today().isoformat(), f"{os.cpu_count()} cores, {processor()}", torch.__version__)


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then every method on the ring and on the grid. repeats: how many seeds, instead of ten."""
    seeds = SEEDS if repeats is None else tuple(range(repeats))
    yield header()
    # units of relu that are off for long leave numbers too small for the processor's fast path in Adam's state
    flushed = {"initializer": torch.set_flush_denormal, "initargs": (True,)}
    with ProcessPoolExecutor(WORKERS, get_context("spawn"), **flushed) as pool:
        list(pool.map(abs, range(WORKERS)))  # the processes are there before any clock starts
        for data, recipe in DATA.items():
            yield measured(data, remedies.BY_NAME[BEST], recipe(LONG), seeds, pool)
        for data, recipe in DATA.items():
            for remedy in remedies.ALL:
                yield measured(data, remedy, recipe(SHORT), seeds, pool)


def measured(data: str, remedy: Remedy, recipe: Recipe, seeds: tuple[int, ...], pool: ProcessPoolExecutor) -> Row:
    """One row: trains the seeds, some in each process of the pool, and evaluates where they end."""
    start, recipe = time.perf_counter(), remedy(recipe)
    shares = [seeds[worker::WORKERS] for worker in range(min(WORKERS, len(seeds)))]
    parts = [Part(recipe, share, _places(share), recipe.steps, every=recipe.steps, view=SAMPLES) for share in shares]
    samples = np.concatenate([film.samples[-1] for film in pool.map(train, parts)])
    seconds = time.perf_counter() - start
    modes = metrics_2d.modes_of(samples, recipe.data.modes, recipe.data.mode_sd)
    verdict = judge(samples, recipe.data)
    numbers = [number for values in (modes.covered, 100 * modes.hq, modes.rkl) for number in _mean_se(values)]
    counts = int(verdict.good.sum()), int(verdict.collapsed.sum())
    return Row(data, remedy.label, *numbers, len(seeds), recipe.steps, round(seconds, 1), *counts)


def _places(seeds: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((0, column) for column in range(len(seeds)))


def _mean_se(values: np.ndarray) -> tuple[float, float]:
    """The mean and its standard error; a run that diverged makes both NaN."""
    error = values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return round(float(np.mean(values)), 4), round(float(error), 4)
