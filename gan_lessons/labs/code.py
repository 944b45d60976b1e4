"""What a person did in a lab, as Python that does the same again."""

from dataclasses import fields

from gan_lessons.recipes import BY_NAME, Recipe

_HEAD = """from dataclasses import replace

from gan_lessons import recipes
from gan_lessons.distributions import Gaussian
from gan_lessons.optim import SGD, Adam, StepDecay
from gan_lessons.schedules import InTurn
"""


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
        """Notes changed settings; a drag along a slider counts once, where it ended."""
        if self.moves and self.moves[-1][0] == "change":
            settings = self.moves.pop()[1] | settings
        self.moves.append(("change", settings))

    def code(self) -> str:
        """Python whose `gan` is, weight for weight, the training on screen."""
        lines = [f"gan = recipe.trainer(seeds=range({self.seed}, {self.seed + self.runs}))"]
        for kind, first, *rest in self.moves:
            if kind == "change":
                lines.append(f"gan.change({_arguments(first)})")
            elif kind == "part":
                lines.append(f"gan.part({first!r})")
            else:
                lines.append(f"gan.advance({first}{f', {rest[0]!r}' if rest[0] else ''})")
        return "\n".join([_HEAD, f"recipe = {_recipe(self.recipe)}", *lines, ""])


def _recipe(recipe: Recipe) -> str:
    base = BY_NAME[recipe.name]
    changed = {f.name: getattr(recipe, f.name) for f in fields(recipe) if getattr(recipe, f.name) != getattr(base, f.name)}
    return f"replace(recipes.{recipe.name}, {_arguments(changed)})" if changed else f"recipes.{recipe.name}"


def _arguments(values: dict) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in values.items())
