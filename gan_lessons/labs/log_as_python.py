"""What a person did in a lab, as Python that does the same again."""

from types import ModuleType

from gan_lessons._core import as_python, devices
from gan_lessons._core.settings import declarations
from gan_lessons.recipes import breakdowns, conditional, digits, pictures, toys
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.optim import Optimizer

_HOMES: tuple[ModuleType, ...] = toys, digits, pictures, breakdowns, conditional
_DRAWING_AFRESH = {"data", "noise", "batch"}  # changing one of these goes on at another block of random numbers


class Log:
    """The moves since step 0: ("advance", steps, schedule or None), ("part", schedule), ("change", settings).

    Before them there may be ("start", name of what ships) or ("load", file, steps, images seen by then). device: on
    which it trains, where that was asked for."""

    def __init__(self, recipe: Recipe, seed: int, runs: int, device: devices.Device | None = None):
        self.recipe, self.seed, self.runs, self.device, self.moves = recipe, seed, runs, device, []

    def advance(self, steps: int, schedule=None) -> None:
        """Notes steps that were trained, and joins them to those before where they are of a kind."""
        last = self.moves[-1] if self.moves else ("", 0, None)
        if last[0] == "advance" and last[2] == schedule:
            self.moves[-1] = ("advance", last[1] + steps, schedule)
        else:
            self.moves.append(("advance", steps, schedule))

    def part(self, schedule) -> None:
        """Notes a part of a step (D's half, in slow motion)."""
        self.moves.append(("part", schedule))

    def change(self, **settings) -> None:
        """Notes changed settings. A drag along a slider counts once, where it ended, unless each change of it tells."""
        last = self.moves[-1] if self.moves else ("", {})
        if last[0] == "change" and not self._tells(last[1], settings):
            settings = self.moves.pop()[1] | settings
        self.moves.append(("change", settings))

    def _tells(self, before: dict, now: dict) -> bool:
        """Whether what came before still counts when it is changed again: other random numbers were drawn, or an
        optimizer began afresh."""
        if _DRAWING_AFRESH & (before.keys() | now.keys()):
            return True
        optimizers = {name: value for name, value in now.items() if isinstance(value, Optimizer)}
        return any(
            (type(before[name]), before[name].slots) != (type(value), value.slots)
            for name, value in optimizers.items()
            if name in before
        )

    def images(self) -> int:
        """How many real samples D has been shown, counted with repeats."""
        seen, batch, schedule = 0, self.recipe.batch, self.recipe.schedule
        for kind, first, *rest in self.moves:
            if kind == "load":
                seen = rest[1]
            elif kind == "change":
                batch, schedule = first.get("batch", batch), first.get("schedule", schedule)
            elif kind == "advance":
                seen += first * batch * getattr(rest[0] or schedule, "d_steps", 1)
        return seen

    def code(self) -> str:
        """Python whose `gan` is, weight for weight, the training on screen."""
        return script([self.lines()])

    def lines(self, suffix: str = "") -> list[str]:
        """The lines of `code` after the imports, with this added to the names `gan` and `recipe`."""
        gan, recipe = f"gan{suffix}", f"recipe{suffix}"
        name, base = _named(self.recipe)
        changed = {
            field: getattr(self.recipe, field)
            for field, _ in declarations(self.recipe)
            if getattr(self.recipe, field) != getattr(base, field)
        }
        start = f"replace(gl.recipes.{name}, {as_python.arguments(changed)})" if changed else f"gl.recipes.{name}"
        seeds = str(self.seed) if self.recipe.large else f"range({self.seed}, {self.seed + self.runs})"
        device = "" if self.device is None else f", device={str(self.device)!r}"
        lines = [f"{recipe} = {start}", f"{gan} = {recipe}.trainer({seeds}{device})"]
        return lines + [f"{_line(gan, *move)}" for move in self.moves]


def script(parts: list[list[str]]) -> str:
    """One piece of Python of several trainings' lines, with what they import."""
    text = "\n\n".join("\n".join(lines) for lines in parts)
    imports = ["from dataclasses import replace", ""] if "replace(" in text else []
    return "\n".join([*imports, "import gan_lessons as gl", "", text, ""])


def _named(recipe: Recipe) -> tuple[str, Recipe]:
    """Variable and recipe of this one's name; else of the one that it differs least from."""
    known = {name: one for module in _HOMES for name, one in vars(module).items() if isinstance(one, Recipe)}

    def apart(item: tuple[str, Recipe]) -> tuple[bool, int]:
        fields = [name for name, _ in declarations(recipe)]
        return item[1].name != recipe.name, sum(getattr(item[1], name) != getattr(recipe, name) for name in fields)

    return min(known.items(), key=apart)


def _line(gan: str, kind: str, first, *rest) -> str:
    if kind == "start":
        return f"gl.shipped.start_from({gan}, *gl.shipped.networks.shipped({first!r}))"
    if kind == "load":
        return f"{gan}.load({first!r})"
    if kind == "change":
        return f"{gan}.change({as_python.arguments(first)})"
    if kind == "part":
        return f"{gan}.part({as_python.written(first)})"
    return f"{gan}.advance({first}{f', {as_python.written(rest[0])}' if rest[0] else ''})"
