"""The settings of a lab: what each is called, which values it takes, and what it does to a recipe."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from numbers import Real

from gan_lessons.distributions import Gaussian
from gan_lessons.errors import number, whole
from gan_lessons.labs.training import restarts
from gan_lessons.recipes import Recipe
from gan_lessons.schedules import InTurn

RATES = (*(float(f"{m}e{e}") for e in range(-5, 0) for m in (1, 1.5, 2, 3, 5, 7)), 1.0)


@dataclass(frozen=True)
class Setting:
    """A slider, or a list to choose from.

    get reads its value from a recipe, put gives the changed recipe. fits(recipe, value): whether the picture has room
    for it. kind: "range" (numbers) or "choice" (words). group: the heading under which it stands."""

    name: str
    label: str
    help: str
    values: tuple
    get: Callable[[Recipe], float | str]
    put: Callable[[Recipe, float | str], Recipe]
    fits: Callable[[Recipe, float | str], bool] = lambda recipe, value: True
    kind: str = "range"
    group: str = ""

    def options(self, recipe: Recipe) -> dict:
        """What the Stage needs to draw it. A recipe's own value is always among those it takes."""
        now, values = self.get(recipe), [value for value in self.values if self.fits(recipe, value)]
        values = sorted({*values, now}) if self.kind == "range" else values + [now] * (now not in values)
        label = self.label + (" (restarts)" if self.restarts(recipe) else "")
        shown = {"name": self.name, "label": label, "help": self.help, "values": values, "index": values.index(now)}
        return shown | {"kind": self.kind, "group": self.group}

    def restarts(self, recipe: Recipe) -> bool:
        """Whether some change of it begins the training again."""
        return any(restarts(recipe, other) for other in self._others(recipe))

    def _others(self, recipe: Recipe) -> Iterator[Recipe]:
        for value in self.values if self.kind == "choice" else (self.values[0], self.values[-1]):
            with contextlib.suppress(ValueError):  # what cannot work is refused when it is asked for
                yield self.put(recipe, value)


def _rate(who: str) -> dict:
    key, name = f"{who.lower()}_optimizer", f"{who.lower()}_lr"
    return {
        "values": RATES,
        "get": lambda recipe: getattr(recipe, key).lr,
        "put": lambda recipe, lr: replace(recipe, **{key: replace(getattr(recipe, key), lr=number(name, lr, 0.0))}),
    }


def _steps(key: str) -> dict:
    def put(recipe: Recipe, n: float) -> Recipe:
        return replace(recipe, schedule=replace(recipe.schedule, **{key: whole(key, n, 0)}))

    return {"values": tuple(range(21)), "get": lambda recipe: getattr(recipe.schedule, key), "put": put}


def _width(key: str, name: str) -> dict:
    def put(recipe: Recipe, n: float) -> Recipe:
        return replace(recipe, **{key: (whole(name, n),) * len(getattr(recipe, key))})

    get = lambda recipe: max(getattr(recipe, key))  # noqa: E731
    return {"values": (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 100), "get": get, "put": put}


def _data(key: str, values: tuple[float, ...]) -> dict:
    def put(recipe: Recipe, value: float) -> Recipe:
        return replace(recipe, data=replace(recipe.data, **{key: number(key, value)}))

    return {"values": values, "get": lambda recipe: getattr(recipe.data, key), "put": put}


BATCHES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 500)
_D_RATE, _G_RATE = _rate("D"), _rate("G")

SETTINGS = (
    Setting("d_lr", "D's learning rate", "How far D moves at each of its steps", **_D_RATE),
    Setting("g_lr", "G's learning rate", "How far G moves at each of its steps", **_G_RATE),
    Setting("d_steps", "D steps a step", "D's updates in each step; 0 holds D still", **_steps("d_steps")),
    Setting("g_steps", "G steps a step", "G's updates in each step; 0 holds G still", **_steps("g_steps")),
    Setting(
        "batch",
        "batch size",
        "Samples of each kind at an update",
        BATCHES,
        lambda recipe: recipe.batch,
        lambda recipe, n: replace(recipe, batch=whole("batch", n)),
        lambda recipe, n: n % recipe.pack == 0,
    ),
    Setting("d_width", "width of D", "Units in each hidden layer of D", **_width("d_hidden", "d_width")),
    Setting("g_width", "width of G", "Units in each hidden layer of G", **_width("g_hidden", "g_width")),
    Setting(
        "mean",
        "data's mean",
        "Where the real data lie",
        **_data("mean", tuple(i / 2 for i in range(-24, 25))),
        fits=lambda recipe, mean: recipe.window[0] + 1 <= mean <= recipe.window[1] - 1,
    ),
    Setting(
        "sd",
        "data's sd",
        "How wide the real data are, in the plane around their shape",
        **_data("sd", (0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.25, 1.5, 2, 3)),
        fits=lambda recipe, sd: sd <= 0.5 if recipe.data.dim == 2 else sd >= 0.1,
    ),
)


def fitting(recipe: Recipe) -> list[Setting]:
    """The settings that make sense for a recipe."""
    gaussian = isinstance(recipe.data, Gaussian)
    fits = {"mean": gaussian, "sd": gaussian or (recipe.data.dim == 2 and hasattr(recipe.data, "sd"))}
    fits |= {name: isinstance(recipe.schedule, InTurn) for name in ("d_steps", "g_steps")}
    fits |= {"d_width": bool(recipe.d_hidden), "g_width": bool(recipe.g_hidden)}
    found = [setting for setting in SETTINGS if fits.get(setting.name, True)]
    return [setting for setting in found if isinstance(setting.get(recipe), Real)]  # not where each run has its own
