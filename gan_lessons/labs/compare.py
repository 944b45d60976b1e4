"""Two to four GANs side by side: the same seed and data, one thing different, and one clock for all."""

from dataclasses import fields, replace

from gan_lessons.errors import refuse, whole
from gan_lessons.labs.choices import CHOICES
from gan_lessons.labs.compare_scene import NAMES, CompareScene, differing, joined
from gan_lessons.labs.player import Player, scene_of
from gan_lessons.labs.settings import Setting, fitting
from gan_lessons.labs.words import generated, notice
from gan_lessons.recipes import Recipe

_OF_DATA = ("start", "data", "mean", "sd")  # the sides have their data in common
_SLIDERS = ("d_width", "g_width", "d_steps", "g_steps", "d_lr", "g_lr", "batch")


class Compare(Player):
    """A lab with several GANs, A to D, which share data, seed and clock.

    recipe: that of A. others: one to three more, each a Recipe or a dictionary of settings by which it differs from A,
    by their names in the lab, such as {"d_lr": 0.003} or {"loss": "hinge"}. runs, seed, speed, name: as in `Player`.
    `sides` has the trainings. `set` acts on the side that `set("side", "B")` chose, `step` and `restart` on all.
    Raises ValueError for fewer than two sides or more than four, other data, and settings that are not there."""

    abilities = ()

    def __init__(
        self,
        recipe: Recipe,
        *others: Recipe | dict,
        runs: int = 1,
        seed: int = 0,
        speed: int = 5,
        name: str = "compare",
    ):
        if not isinstance(recipe, Recipe):
            refuse("recipe", recipe, "a Recipe, such as recipes.ring")
        if not 1 <= len(others) <= len(NAMES) - 1:
            refuse("others", f"{len(others)} of them", "1 to 3 recipes, or dictionaries of settings")
        chosen = (recipe, *(_with(recipe, other) for other in others))
        self._begin(chosen, whole("runs", runs), whole("seed", seed, 0), whole("speed", speed), name)

    @property
    def settings(self) -> dict[str, Setting]:
        """The settings of the side chosen, without those of the data."""
        return _settings(self.recipe)

    def _own_settings(self) -> dict:
        own = super()._own_settings()
        names, n = list(NAMES[: len(self.sides)]), len(self.sides)
        side = {"name": "side", "label": "settings of", "help": "Whose settings are shown and changed"}
        more = {"name": "sides", "label": "sides (restarts)", "help": "A new one begins as a copy of the last"}
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
        self._start(chosen, self.seed, self.runs, self._scene_of(chosen, self.runs), "the number of sides")

    def _put(self, recipe: Recipe, what: str) -> None:
        super()._put(recipe, f"{what} (side {NAMES[self.at]})")  # or one setting of two sides would pass for one drag

    def code(self) -> str:
        """Python that trains all sides to what is on screen, as `gan_a`, `gan_b` and so on."""
        with self.lock:
            parts = [side.log.parts(f"_{name.lower()}") for side, name in zip(self.sides, NAMES, strict=False)]
        imports = list(dict.fromkeys(line for lines, _ in parts for line in lines))
        return "\n".join([*imports, "", *("\n".join(lines) + "\n" for _, lines in parts)])

    def _scene_of(self, chosen: tuple[Recipe, ...], runs: int) -> CompareScene:
        for recipe in chosen[1:]:
            if (recipe.data, recipe.window) != (chosen[0].data, chosen[0].window):
                refuse("others", recipe.data, f"GANs on the data of A, which are {chosen[0].data!r}")
        return CompareScene([scene_of(recipe, runs) for recipe in chosen])

    def _picture(self, stage) -> tuple[dict, bytes, bytes]:
        values, words, notices, run = [], [], [], self.shown
        for name, side, scene in zip(NAMES, self.sides, self.scene.scenes, strict=False):
            snapshot = side.trainer.snapshot()
            frame, numbers = scene.frame(side.trainer, snapshot, side.alone(run), run)
            values.append(frame)
            differs = _apart(self.sides[0].recipe, side.recipe)
            words.append(f"{name}{f' ({differs})' if differs else ''}: {generated(numbers)}")
            notices.append(notice(side.trainer, run).replace(f"Run {run + 1}", f"Side {name}"))
        step = max(side.trainer.steps for side in self.sides)
        begins = f"Step {step:,} (seed {self.seed + run}). "
        header = {"step": step, "summary": begins + " ".join(words), "notice": " ".join(filter(None, notices))}
        still = [scene.still(side.trainer, run) for side, scene in zip(self.sides, self.scene.scenes, strict=True)]
        return header | {"phase": "", "line": -1}, joined(still), joined(values)


def _settings(recipe: Recipe) -> dict[str, Setting]:
    player = {setting.name for setting in fitting(recipe)}
    return {
        choice.name: choice
        for choice in CHOICES
        if choice.name not in _OF_DATA and (choice.name in player or choice.name not in _SLIDERS)
    }


def _values(recipe: Recipe) -> dict[str, object]:
    return {setting.label: setting.get(recipe) for setting in _settings(recipe).values()}


def _apart(first: Recipe, other: Recipe) -> str:
    """In words, by what a side differs from A: by settings of the lab, or if none of them tells by fields."""
    names = (field.name for field in fields(other) if field.name not in ("name", "source", "steps"))
    differ = [f"another {name}" for name in names if getattr(first, name) != getattr(other, name)]
    return differing(_values(first), _values(other)) or ", ".join(differ)


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
        changed = _settings(changed)[name].put(changed, value)
    return changed
