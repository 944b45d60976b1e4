"""Two to four GANs side by side: the same seed and data, one thing different, and one clock for all."""

from collections.abc import Sequence
from dataclasses import replace
from textwrap import shorten

from gan_lessons._core.refusals import refuse, whole
from gan_lessons._core.settings import Control
from gan_lessons.labs import controls
from gan_lessons.labs.controls import apart
from gan_lessons.labs.kinds import scene_of
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.log_as_python import script
from gan_lessons.labs.scenes.compare import NAMES, CompareScene, side_by_side
from gan_lessons.labs.words import generated, notice
from gan_lessons.recipes.recipe import Recipe

TITLE = 60  # letters of a panel's title; two lines of them fit on a laptop
_OF_DATA = ("start", "data", "mean", "sd")  # the sides have their data in common


class Compare(Lab):
    """A lab with several GANs, A to D, which share data, seed and clock.

    recipe: that of A. others: one to three more, each a Recipe or a dictionary of settings by which it differs from A,
    by their names in the lab, such as {"d_lr": 0.003} or {"loss": "hinge"}. runs, seed, speed, name: as in `Lab`.
    show: as in `Lab`. `sides` has the trainings. `set` acts on the side that `set("side", "B")` chose, `step` and
    `restart` on all.
    Raises ValueError for fewer than two sides or more than four, other data, and settings that are not there."""

    offers = ()
    shows = ("d_lr", "g_lr")

    def __init__(
        self,
        recipe: Recipe,
        *others: Recipe | dict,
        runs: int = 1,
        seed: int = 0,
        speed: int = 5,
        name: str = "compare",
        show: Sequence[str] | None = None,
    ):
        if not isinstance(recipe, Recipe):
            refuse("recipe", recipe, "a Recipe, such as recipes.ring")
        if not 1 <= len(others) <= len(NAMES) - 1:
            refuse("others", f"{len(others)} of them", "1 to 3 recipes, or dictionaries of settings")
        chosen = (recipe, *(_with(recipe, other) for other in others))
        if any(one.large for one in chosen):
            refuse("recipe", recipe.name, "one whose data lie on a line or in the plane")
        self.device = self.start_from = self._until = self._file = None
        self.normal, self._show = recipe, show
        self._begin(chosen, runs, seed, speed, name)

    @property
    def settings(self) -> dict[str, Control]:
        """The settings of the side chosen, without those of the data."""
        return _settings(self.recipe)

    def own_settings(self) -> dict:
        own = super().own_settings()
        names, n = list(NAMES[: len(self.sides)]), len(self.sides)
        whose = "Whose settings are shown and changed here; the other GANs stay as they are."
        many = "How many GANs train side by side. A new one begins as a copy of the last: change one thing in it."
        side = {"name": "side", "label": "settings of", "help": whose}
        more = {"name": "sides", "label": "sides (restarts)", "help": many}
        side |= {"values": names, "index": self.at, "kind": "choice", "group": "compare"}
        more |= {"values": [2, 3, 4], "index": n - 2, "kind": "range", "group": "compare"}
        return {"side": (side, self._choose), "sides": (more, self._set_sides)} | own

    def _choose(self, side: str) -> None:
        if side not in list(NAMES[: len(self.sides)]):
            refuse("side", side, f"one of {list(NAMES[: len(self.sides)])}")
        self.at = NAMES.index(side)

    def _set_sides(self, n: int) -> None:
        n = whole("sides", n, 2)
        if n > len(NAMES):
            refuse("sides", n, f"2 to {len(NAMES)}")
        if n == len(self.sides):
            return
        chosen = [side.recipe for side in self.sides]
        chosen = tuple((chosen + chosen[-1:] * n)[:n])
        self._start(chosen, self.seed, self.runs, self.scene_of(chosen, self.runs), "the number of sides")

    def put(self, recipe: Recipe, what: str) -> None:
        super().put(recipe, f"{what} (side {NAMES[self.at]})")  # or one setting of two sides would pass for one drag

    def code(self) -> str:
        """Python that trains all sides to what is on screen, as `gan_a`, `gan_b` and so on."""
        with self.lock:
            sides = zip(self.sides, NAMES, strict=False)
            return script([side.log.lines(f"_{name.lower()}") for side, name in sides])

    def scene_of(self, chosen: tuple[Recipe, ...], runs: int) -> CompareScene:
        for recipe in chosen[1:]:
            if (recipe.data, recipe.window) != (chosen[0].data, chosen[0].window):
                refuse("others", recipe.data, f"GANs on the data of A, which are {chosen[0].data!r}")
        return CompareScene([scene_of(recipe, runs) for recipe in chosen])

    def picture(self, phase) -> tuple[dict, bytes, bytes]:
        values, words, notices, titles, run = [], [], [], {}, self.shown
        told = controls.sides([side.recipe for side in self.sides], self.normal)
        for name, side, scene, own in zip(NAMES, self.sides, self.scene.scenes, told, strict=False):
            titles[f"side {name}"] = shorten(f"{name}: {own}", TITLE, placeholder=" …")
            snapshot = side.trainer.snapshot()
            frame, numbers = scene.frame(side.trainer, snapshot, side.alone(run), run)
            values.append(frame)
            differs = apart(self.sides[0].recipe, side.recipe)
            words.append(f"{name}{f' ({differs})' if differs else ''}: {generated(numbers)}")
            notices.append(notice(side.trainer, run).replace(f"Run {run + 1}", f"Side {name}"))
        step = max(side.trainer.steps for side in self.sides)
        begins = f"Step {step:,} (seed {self.seed + run}). "
        header = {"step": step, "summary": begins + " ".join(words), "notice": " ".join(filter(None, notices))}
        still = [scene.still(side.trainer, run) for side, scene in zip(self.sides, self.scene.scenes, strict=True)]
        return header | {"titles": titles, "phase": "", "line": -1}, side_by_side(still), side_by_side(values)


def _settings(recipe: Recipe) -> dict[str, Control]:
    return {name: control for name, control in controls.everything(recipe).items() if name not in _OF_DATA}


def _with(recipe: Recipe, other: Recipe | dict) -> Recipe:
    """Another side's recipe, from itself or from the settings by which it differs."""
    if isinstance(other, Recipe):
        return other
    if not isinstance(other, dict) or not other:
        refuse("others", other, "Recipes or dictionaries of settings, such as {'d_lr': 0.003}")
    changed = replace(recipe)
    for name, value in other.items():
        if name not in _settings(changed):
            refuse("others", name, f"settings by their names, {[*_settings(changed)]}")
        changed = controls.changed(_settings(changed)[name], changed, value)
    return changed
