"""The settings of the digit lab, each of which acts on the running training."""

from dataclasses import replace
from numbers import Real

from gan_lessons import losses
from gan_lessons.digits import DigitRecipe
from gan_lessons.errors import refuse, whole
from gan_lessons.labs.settings import SETTINGS, Setting
from gan_lessons.schedules import InTurn

OBJECTIVES = {
    "non-saturating": losses.non_saturating,
    "minimax": losses.minimax,
    "hinge": losses.hinge,
    "least squares": losses.least_squares,
    "Wasserstein": losses.wasserstein,
}
GROUP = "training"


class DigitSetting(Setting):
    """A setting that never begins the training again."""

    def restarts(self, recipe: DigitRecipe) -> bool:
        """No."""
        return False


def _objective(recipe: DigitRecipe) -> str:
    """The objective's name in the lab; one that is on no list has its own."""
    own = recipe.objective
    return next((name for name, objective in OBJECTIVES.items() if objective == own), own.name)


def _with_objective(recipe: DigitRecipe, name: str) -> DigitRecipe:
    if name == _objective(recipe):
        return recipe
    if name not in OBJECTIVES:
        refuse("objective", name, f"one of {list(OBJECTIVES)}")
    return replace(recipe, objective=OBJECTIVES[name])


def _of_toys(name: str, **other) -> DigitSetting:
    """The toys' setting of this name, which fits recipes of digits too."""
    [toy] = [setting for setting in SETTINGS if setting.name == name]
    return DigitSetting(**(vars(toy) | {"group": GROUP} | other))


DIGIT_SETTINGS = (
    _of_toys("d_lr"),
    _of_toys("g_lr"),
    _of_toys("d_steps", values=tuple(range(11))),
    _of_toys("g_steps", values=tuple(range(11))),
    DigitSetting(
        "batch",
        "batch size",
        "Digits of each kind at an update",
        (8, 16, 32, 64, 128, 256),
        lambda recipe: recipe.batch,
        lambda recipe, n: replace(recipe, batch=whole("batch", n, 2)),
        group=GROUP,
    ),
    DigitSetting(
        "objective",
        "loss",
        "What D and G minimise; the Wasserstein loss wants a D with spectral normalisation",
        tuple(OBJECTIVES),
        _objective,
        _with_objective,
        kind="choice",
        group=GROUP,
    ),
)


def fitting(recipe: DigitRecipe) -> list[DigitSetting]:
    """The settings that make sense for a recipe."""
    in_turn = isinstance(recipe.schedule, InTurn)
    found = [setting for setting in DIGIT_SETTINGS if in_turn or setting.name not in ("d_steps", "g_steps")]
    return [setting for setting in found if isinstance(setting.get(recipe), Real | str)]
