"""Which runs of a sweep train together: as few trainings as the shapes allow, cut into parts of a fixed size.

Recipes that differ only in numbers which may differ from run to run become one recipe with one number a run. What is
joined is then cut into parts by a rule that knows nothing of workers: in float32 the company that a run trains in
changes the last digits of its sums, so equal parts are what makes a sweep the same wherever it is trained.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import Settings, declarations, parts
from gan_lessons._core.threads import one_thread
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.records import History

RUNS_A_PART = 80  # more gain little: a step of a small toy costs 24 us a run in parts of 29, 14 in 72, 12 in 144
Place = tuple[int, int]  # (position of the slider, which of the seeds)


class Apart(ValueError):
    """Recipes that differ in more than numbers one a run."""


@dataclass(frozen=True)
class Part:
    """What one worker trains at a time. recipe: joined, with one number a run where positions differ. seeds: one a
    run. places: where each run belongs in the sweep. steps, every, view, probes: as the trainer takes them."""

    recipe: Recipe
    seeds: tuple[int, ...]
    places: tuple[Place, ...]
    steps: int
    every: int
    view: int = 256
    probes: Mapping[str, Callable] = field(default_factory=dict)

    @property
    def snapshots(self) -> int:
        """How many snapshots its training gives, the one at step 0 among them."""
        return 1 + math.ceil(self.steps / self.every)

    def __str__(self) -> str:
        positions = sorted({position for position, _ in self.places})
        return f"the part with {len(self.seeds)} runs of positions {positions[0] + 1} to {positions[-1] + 1}"


def train(part: Part, seen: Callable[[], object] = lambda: None) -> History:
    """Trains a part and nothing else: the same part gives the same numbers in any process of a machine.

    seen: called after each snapshot."""
    snapshots = []
    with one_thread():
        trainer = part.recipe.trainer(part.seeds, view=part.view, probes=part.probes, same_seeds=True)
        for snapshot in trainer.run(part.steps, part.every):
            snapshots.append(snapshot)
            seen()
    return History.of(snapshots)


def cut(recipes: Sequence[Recipe], seeds: Sequence[int], **rest) -> tuple[Part, ...]:
    """The parts of a sweep, each of at most RUNS_A_PART runs. recipes: one a position. rest: see `Part`.

    Raises ValueError for a recipe that has numbers one a run of its own."""
    for recipe in recipes:
        _refuse_one_a_run(recipe)
    found = []
    for group in _groups(recipes):
        places = [(position, column) for position in group for column in range(len(seeds))]
        for some in np.array_split(places, math.ceil(len(places) / RUNS_A_PART)):
            here = tuple((int(position), int(column)) for position, column in some)
            recipe = joined([recipes[position] for position, _ in here])
            found.append(Part(recipe, tuple(seeds[column] for _, column in here), here, **rest))
    return tuple(found)


def joined(recipes: Sequence[Recipe]) -> Recipe:
    """One recipe that trains all of these side by side, one a run. Raises Apart if they differ in more than numbers."""
    words = {name: getattr(recipes[0], name) for name, declared in declarations(recipes[0]) if declared.tells}
    return _join([replace(recipe, **words) for recipe in recipes])


def _groups(recipes: Sequence[Recipe]) -> list[list[int]]:
    """Positions that can be trained together."""
    groups = []
    for position, recipe in enumerate(recipes):
        for group in groups:
            try:
                joined([recipes[group[0]], recipe])
            except Apart:
                continue
            group.append(position)
            break
        else:
            groups.append([position])
    return groups


def _join(settings: Sequence) -> object:
    first = settings[0]
    if all(other is first or other == first for other in settings):
        return first
    if any(type(other) is not type(first) for other in settings):
        raise Apart(f"{first!r} and others of another kind")
    if isinstance(first, tuple) and all(len(other) == len(first) for other in settings):
        return tuple(_join(items) for items in zip(*settings, strict=True))
    if not isinstance(first, Settings):
        raise Apart(f"{first!r} and others")
    changes = {}
    for name, declared in declarations(first):
        values = [getattr(other, name) for other in settings]
        changes[name] = tuple(values) if declared.per_run and len(set(values)) > 1 else _join(values)
    return replace(first, **changes)


def _refuse_one_a_run(settings) -> None:
    """Positions are told apart by the sweep; a recipe whose runs already differ has no place for it."""
    for part in parts(settings):
        for name, declared in declarations(part):
            if declared.per_run and isinstance(getattr(part, name), tuple):
                refuse(name, getattr(part, name), "one number for all runs: a sweep gives each position its own recipe")
