"""What makes a small DCGAN write better digits: a choice in its noise, and a D that judges whole digits, over 3 seeds.

The lean DCGAN is the baseline. "choice" gives its noise a categorical code (`images.CategoricalCode`); "both" gives D a
hidden layer and R1 too. All take 3,000 steps; each number is the mean over the seeds of 10,000 samples each.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from statistics import mean

import torch

from benchmarks.machine import processor
from benchmarks.measure import Row, less_is_better, more_is_better
from benchmarks.modes import Header
from gan_lessons.losses.penalties import R1
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.recipes import digits
from gan_lessons.recipes.recipe import Recipe

STEPS, SEEDS = 3_000, (1, 2, 3)
CHOICE = replace(digits.lean_dcgan, generator=replace(digits.lean_dcgan.generator, categories=32))
ARMS = {
    "lean": digits.lean_dcgan,
    "choice": CHOICE,
    "both": replace(CHOICE, discriminator=replace(CHOICE.discriminator, hidden=256), penalties=(R1(0.1),)),
}
BETTER = {
    "score": more_is_better,
    "fid": less_is_better,
    "precision": more_is_better,
    "recall": more_is_better,
}


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then four rows for each remedy, whose ratio is 0 where a number is. repeats: seeds, instead of 3."""
    seeds = SEEDS if repeats is None else range(1, repeats + 1)
    yield Header(date.today().isoformat(), f"{os.cpu_count()} cores, {processor()}", torch.__version__)
    found = {name: [measured(recipe, seed) for seed in seeds] for name, recipe in ARMS.items()}
    for arm in list(ARMS)[1:]:
        for measure, better in BETTER.items():
            value, baseline = (mean(getattr(one, measure) for one in found[name]) for name in (arm, "lean"))
            ratio = round(better(value, baseline), 3) if value and baseline else 0.0
            yield Row(f"{arm}_{measure}", round(value, 3), "", round(baseline, 3), ratio, len(seeds))


def measured(recipe: Recipe, seed: int) -> metrics_digits.Measures:
    """What the samples get after all steps, with the averaged weights that a snapshot shows."""
    trainer = recipe.trainer(seed)
    trainer.advance(STEPS)
    found = metrics_digits.measure(metrics_digits.sample(trainer.averaged_g()))
    arm = f"{recipe.generator.categories} categories, {recipe.discriminator.hidden} hidden units, seed {seed}"
    print(f"{arm}: {found}", file=sys.stderr, flush=True)
    return found
