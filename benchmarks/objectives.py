"""Every objective on two toys, each at its own best learning rate: shares of good and of collapsed seeds.

The rate is searched on other seeds than the table's. A row has the shares after as many steps for all, and after as
much time for all: as many steps as fit into what the non-saturating loss needs. Nothing decays, so the second is a
moment of the same training. One core takes some 40 minutes.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.machine import without_tiny_numbers
from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons.recipes.objective_table import FACTORS, OBJECTIVES, TOYS, compared
from gan_lessons.sweeps.result import SweepResult
from gan_lessons.sweeps.sweep import Sweep

SEEDS, SEARCH = range(32), range(100, 112)
EVERY = 50  # steps between two judgements
FIRST = "non-saturating"  # whose time is the budget
TIMED, REPEATS = 20, 7  # steps that are timed, and how often; the quickest counts


@dataclass(frozen=True)
class Row(Line):
    """One objective on one toy. factor: the best one, of FACTORS. good, collapsed: of `seeds` runs after `steps`.
    search: good runs of the search at each factor, then. cost: time of a step, in that of the non-saturating loss.
    equal_*: the same training at the moment when the non-saturating loss has done `steps`."""

    name: str
    data: str
    objective: str
    seeds: int
    factor: float
    steps: int
    good: int
    collapsed: int
    search: tuple[int, ...]
    cost: float
    equal_steps: int
    equal_good: int
    equal_collapsed: int


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, then every objective on each toy. repeats: how many seeds, and half as many to search, instead."""
    seeds = SEEDS if repeats is None else range(repeats)
    search = SEARCH if repeats is None else SEARCH[: max(1, repeats // 2)]
    yield header()
    for toy in TOYS:
        for objective in OBJECTIVES:
            with without_tiny_numbers():
                row = measured(toy, objective, seeds, search)
            yield row


def measured(toy: str, objective: str, seeds, search) -> Row:
    """One row: the search, then the table's seeds."""
    steps = TOYS[toy].steps
    tried = run(toy, objective, FACTORS, search)
    best = _best(tried)
    found = run(toy, objective, (FACTORS[best],), seeds)
    relative = cost(toy, objective)
    equal = min(steps, max(EVERY, round(steps / relative / EVERY) * EVERY))
    at = list(found.steps).index(equal)
    good, collapsed = ([int(mask[0, moment].sum()) for moment in (-1, at)] for mask in (found.good, found.collapsed))
    names = f"{toy}, {objective}", toy, objective, len(seeds), round(FACTORS[best], 4), steps
    counts = good[0], collapsed[0], tuple(tried.good[:, -1].sum(-1).tolist()), relative
    return Row(*names, *counts, equal, good[1], collapsed[1])


def run(toy: str, objective: str, factors: tuple[float, ...], seeds) -> SweepResult:
    """A toy with an objective at some learning rates."""
    recipes = [compared(toy, objective, factor) for factor in factors]
    steps = TOYS[toy].steps
    return Sweep("learning rates", factors, recipes, seeds, steps=steps, every=EVERY).run(progress=False)


def cost(toy: str, objective: str, runs: int = len(SEEDS)) -> float:
    """The time of a step, in that of the non-saturating loss, to a half: both in turn, of each the quickest try."""
    if objective == FIRST:
        return 1.0
    trainers = [compared(toy, name).trainer(range(runs)) for name in (objective, FIRST)]
    times = [[_seconds(trainer) for trainer in trainers] for _ in range(REPEATS)]
    ours, first = np.min(times[1:], 0)
    return max(1.0, round(2 * float(ours / first)) / 2)  # a shared machine knows no more


def _seconds(trainer) -> float:
    start = time.perf_counter()
    trainer.advance(TIMED)
    return time.perf_counter() - start


def _best(result: SweepResult) -> int:
    """The factor with the most good runs; of equal ones that with the fewest collapsed, and then the lowest."""
    good, collapsed = (mask[:, -1].sum(-1) for mask in (result.good, result.collapsed))
    return int(np.lexsort((collapsed, -good))[0])
