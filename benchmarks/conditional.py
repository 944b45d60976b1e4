"""What a label does to collapse, and the four kinds of conditional GANs at one budget: line, ring and grid, 32 seeds.

Every kind has the plain GAN's networks, rates and steps. Each row is judged at the last step on 2,500 samples a seed.
"no labels, a code in the noise" is InfoGAN's control: the same code goes into G, and nobody reads it. One core takes
some ten to twenty minutes.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from benchmarks.machine import without_tiny_numbers
from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons._core.randomness import generator
from gan_lessons.losses.conditional import InfoGAN
from gan_lessons.metrics.conditional import asked_for, matched, permuted
from gan_lessons.metrics.verdicts import judge
from gan_lessons.recipes.conditional import KINDS, PLAIN, of_kind
from gan_lessons.recipes.recipe import Recipe

SEEDS, SAMPLES, STEPS = 32, 2500, 2000
NONE, UNREAD = "no labels", "no labels, a code in the noise"


def recipe_of(kind: str, data: str) -> Recipe:
    """The recipe of a row."""
    found = PLAIN[data] if kind == NONE else of_kind("InfoGAN" if kind == UNREAD else kind, data)
    found = replace(found, objective=InfoGAN(weight=0.0)) if kind == UNREAD else found
    return replace(found, steps=STEPS)


ROWS = [(data, kind) for data in PLAIN for kind in (NONE, UNREAD, *KINDS)]


@dataclass(frozen=True)
class Row(Line):
    """One kind on one toy. good, collapsed: how many of the seeds, as `judge` has it, whatever the labels. Of each
    seed, where G is asked for classes: accuracy, within and overall (see `AskedFor`), and the accuracy with permuted
    labels; where D reads a code: its error as a classifier of real samples (see `matched`). seconds: for all seeds."""

    name: str
    data: str
    kind: str
    steps: int
    seeds: int
    good: int
    collapsed: int
    accuracy: tuple[float, ...]
    within: tuple[float, ...]
    overall: tuple[float, ...]
    permuted: tuple[float, ...]
    code_error: tuple[float, ...]
    seconds: float


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then the rows. repeats: how many seeds, instead of 32."""
    yield header()
    for data, kind in ROWS:
        with without_tiny_numbers():
            row = measured(data, kind, repeats or SEEDS)
        yield row


def measured(data: str, kind: str, seeds: int) -> Row:
    """One row: trains seeds 0, 1, ... side by side."""
    start, recipe = time.perf_counter(), recipe_of(kind, data)
    trainer = recipe.trainer(range(seeds), view=SAMPLES)
    trainer.advance(recipe.steps)
    samples = trainer.snapshot().samples
    verdict = judge(samples, recipe.data)
    counts = int(verdict.good.sum()), int(verdict.collapsed.sum())
    lists = *_of_classes(trainer, samples), _listed(code_errors(trainer))
    seconds = round(time.perf_counter() - start, 1)
    return Row(f"{data}, {kind}", data, kind, recipe.steps, seeds, *counts, *lists, seconds)


def _of_classes(trainer, samples: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """Accuracy, within, overall, and the accuracy with permuted labels; nothing where G is asked for no class."""
    data = trainer.settings["data"]
    if not trainer.settings["objective"].asks(data, trainer.settings["noise"]).generator:
        return (), (), (), ()
    labels = np.arange(SAMPLES) % data.classes  # as snapshots ask
    found, control = asked_for(samples, labels, data), asked_for(samples, permuted(labels), data)
    return tuple(map(_listed, (found.accuracy, found.within, found.overall, control.accuracy)))


def code_errors(trainer) -> np.ndarray:
    """The errors (runs,) of what D reads in 2,500 real samples as their class; none where D reads no category."""
    data, D = trainer.settings["data"], trainer.D
    if not isinstance(trainer.settings["objective"], InfoGAN):
        return np.array([])
    raw = data.draw((SAMPLES,), generator(0, "read by D"), torch.float32)
    real = data.transform(raw).expand(trainer.runs, -1, -1)
    with torch.no_grad():
        codes = D.groups(D(real))[0].argmax(-1).numpy()
    return matched(codes, data.labels(raw).numpy(), D.further[0], data.classes).error


def _listed(values: np.ndarray) -> tuple[float, ...]:
    return tuple(values.round(4).tolist())
