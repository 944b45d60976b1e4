"""What a person did in a lab, as Python that does the same again."""

from dataclasses import fields, is_dataclass

from gan_lessons import losses
from gan_lessons.recipes import BY_NAME, Recipe, aylien_head

_DRAWING_AFRESH = {"data", "noise", "batch"}  # changing one of these goes on at another block of random numbers


class Log:
    """The moves since step 0: ("advance", steps, schedule or None), ("part", schedule), ("change", settings)."""

    def __init__(self, recipe: Recipe, seed: int, runs: int):
        self.recipe, self.seed, self.runs, self.moves = recipe, seed, runs, []

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
        if last[0] == "change" and not _DRAWING_AFRESH & (last[1].keys() | settings.keys()):
            settings = self.moves.pop()[1] | settings
        self.moves.append(("change", settings))

    def code(self) -> str:
        """Python whose `gan` is, weight for weight, the training on screen."""
        imports, lines = self.parts()
        return "\n".join([*imports, "", *lines, ""])

    def parts(self, suffix: str = "") -> tuple[list[str], list[str]]:
        """The import lines of `code`, and the rest, with this added to the names `gan` and `recipe`."""
        gan, recipe = f"gan{suffix}", f"recipe{suffix}"
        lines = [f"{gan} = {recipe}.trainer(seeds=range({self.seed}, {self.seed + self.runs}))"]
        for kind, first, *rest in self.moves:
            if kind == "change":
                lines.append(f"{gan}.change({arguments(first)})")
            elif kind == "part":
                lines.append(f"{gan}.part({first!r})")
            else:
                lines.append(f"{gan}.advance({first}{f', {rest[0]!r}' if rest[0] else ''})")
        base = BY_NAME.get(self.recipe.name, aylien_head)
        changed = {key: value for key, value in shallow(self.recipe).items() if value != getattr(base, key)}
        start = f"recipes.{base.name}"
        start = f"replace({start}, {arguments(changed)})" if changed else start
        return imports({("gan_lessons", "recipes")}, [changed, *self.moves]), [f"{recipe} = {start}", *lines]


def shallow(settings) -> dict:
    """The fields of a dataclass, as they are."""
    return {field.name: getattr(settings, field.name) for field in fields(settings)}


def arguments(values: dict) -> str:
    """Settings as a call's keyword arguments."""
    return ", ".join(f"{key}={value!r}" for key, value in values.items())


def imports(named: set[tuple[str, str]], values: list) -> list[str]:
    """The import lines for these (module, name), and for what is written out in the code."""
    found, waiting = set(named), list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, losses.Objective):
            found.add(("gan_lessons", "losses"))
        elif is_dataclass(value):
            found.add((type(value).__module__, type(value).__name__))
            waiting += shallow(value).values()
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, (tuple, list)):
            waiting += value
    modules = {module: ", ".join(sorted(name for of, name in found if of == module)) for module, _ in sorted(found)}
    return ["from dataclasses import replace", "", *(f"from {m} import {names}" for m, names in modules.items())]
