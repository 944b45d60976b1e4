"""Five GANs that fail, each with a setting that must stay, and the judge of what a person changes to rescue them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gan_lessons._core.refusals import refuse
from gan_lessons.metrics.shares import Share, share
from gan_lessons.metrics.verdicts import judge
from gan_lessons.recipes import toys
from gan_lessons.recipes.recipe import Recipe

SEEDS = range(16)


@dataclass(frozen=True)
class Patient:
    """recipe: that fails. fixed: the settings that must stay as they are, by name. best: the best rescue by
    one change that is known, found on seeds 100 to 115; {}
    where none is known."""

    recipe: Recipe
    fixed: tuple[str, ...]
    best: Mapping[str, object]


PATIENTS = {
    "busy G": Patient(toys.steady.put(g_steps=10), ("g_steps", "moves"), {"g_lr": 1e-4}),
    "weak D": Patient(toys.steady.put(d_width=4), ("d_width", "d_layers", "d_members"), {"d_steps": 5}),
    "hasty G": Patient(toys.steady.put(g_lr=0.01), ("g_lr", "g_optimizer"), {"d_steps": 5}),
    "slow D": Patient(toys.steady.put(d_lr=1e-4), ("d_lr", "d_optimizer"), {"d_width": 64}),
    "fast D": Patient(toys.steady.put(d_lr=0.1), ("d_lr", "d_optimizer"), {}),
}


@dataclass(frozen=True)
class Rescue:
    """good: the share of good runs. changed: what was changed, by name. diverged: how many runs did."""

    good: Share
    changed: Mapping[str, object]
    diverged: int

    def __str__(self) -> str:
        changes = ", ".join(f"{name}={value!r}" for name, value in self.changed.items()) or "nothing"
        lost = f"; {self.diverged} diverged" if self.diverged else ""
        return f"good: {self.good}{lost}; changed {len(self.changed)}: {changes}"


def rescue(patient: str, seeds: Sequence[int] = SEEDS, **changes) -> Rescue:
    """Trains a patient with some settings changed, by the names of a lab's controls, and counts its good runs.

    Raises ValueError for another patient, a setting that must stay, and what `Recipe.put` refuses."""
    if patient not in PATIENTS:
        refuse("patient", patient, f"one of {list(PATIENTS)}")
    known = PATIENTS[patient]
    for name in changes:
        if name in known.fixed:
            refuse("changes", name, f"other settings than {known.fixed}, which must stay in this patient")
    recipe = known.recipe.put(**changes)
    trainer = recipe.trainer(seeds)
    trainer.advance(recipe.steps)
    seen = trainer.snapshot()
    diverged = seen.diverged >= 0
    return Rescue(share(judge(seen.samples, recipe.data).good & ~diverged), dict(changes), int(diverged.sum()))
