"""The controls of a lab: which of a recipe's are offered, in which order, and what the page needs to draw one."""

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import fields

import numpy as np

from gan_lessons._core.refusals import number, refuse
from gan_lessons._core.settings import OTHER, Control
from gan_lessons.recipes import breakdowns, digits, pictures, toys
from gan_lessons.recipes.recipe import Recipe

STARTS = ("gan_lab_gaussians", "gan_lab_line", "gan_lab_ring", "gan_lab_disjoint")
STARTS += ("ring", "grid", "wide_ring", "steady", "aylien_head", "aylien_minibatch")
KNOWN = toys.BY_NAME | digits.BY_NAME | pictures.BY_NAME | breakdowns.BY_NAME
GROUPS = ("data", "D", "G", "training")  # the headings, in order
FIRST = ("start", "data", "d_lr", "g_lr", "d_steps", "g_steps", "batch")  # of a lab, or a group; the rest follows


def _started(recipe: Recipe, word: str) -> Recipe:
    if word != OTHER and word not in STARTS:
        refuse("start", word, f"one of {STARTS}")
    return recipe if word == OTHER else toys.BY_NAME[word]


START = Control(
    "start from",
    "A known experiment to begin with. Its data, networks, rates and loss take the place of all that is set here.",
    STARTS,
    "start",
    "data",
    get=lambda recipe: recipe.name if recipe.name in STARTS else OTHER,
    put=_started,
)


def basic(recipe: Recipe, more: Collection[str] = ()) -> dict[str, Control]:
    """The controls that every lab offers, by name: those that act on what one looks at; and others, by name."""
    wanted = {name: control for name, control in recipe.controls.items() if control.basic or name in more}
    if recipe.large:  # of images the loss too: it is what breaks them
        wanted["loss"] = recipe.controls["loss"]
    return dict(sorted(wanted.items(), key=lambda item: _place(item[0])))


def everything(recipe: Recipe) -> dict[str, Control]:
    """All controls, by name, under their headings."""
    found = {"start": START, **recipe.controls}
    return dict(sorted(found.items(), key=lambda item: (GROUPS.index(item[1].group), _place(item[0]))))


def _place(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def options(control: Control, recipe: Recipe, group: str = "") -> dict:
    """What the page needs to draw a control. A recipe's own value is always among those it takes. group: the heading
    that it folds under; "" for none."""
    now = control.get(recipe)
    values = [value for value in control.values if control.fits(recipe, value)]
    values = sorted({*values, now}) if control.kind == "range" else values + [now] * (now not in values)
    label = control.label + (" (restarts)" if restarts(control, recipe) else "")
    shown = {"name": control.name, "label": label, "help": control.help, "values": values, "index": values.index(now)}
    return shown | {"kind": control.kind, "group": group}


def changed(control: Control, recipe: Recipe, value) -> Recipe:
    """The recipe with what a person set by a control: a slider gives one number, which counts for all runs."""
    if control.kind == "range":
        number(control.name, value)
    return control.put(recipe, value)


def restarts(control: Control, recipe: Recipe) -> bool:
    """Whether some change by it begins the training again."""
    known = control.field and not recipe.may_restart(control.field)
    return not known and any(recipe.restarts(other) for other in _others(control, recipe))


def _others(control: Control, recipe: Recipe) -> list[Recipe]:
    """The recipes that some of its values make; what cannot work is refused when it is asked for."""
    values, found = list(control.values), []
    for value in values if control.kind == "choice" else (values[0], values[-1]):
        with contextlib.suppress(ValueError):
            found.append(control.put(recipe, value))
    return found


def apart(first: Recipe, other: Recipe) -> str:
    """In words, by what a recipe differs from the first: by settings of a lab, or if none of them tells by fields."""
    names = (field.name for field in fields(other) if field.name not in ("name", "source", "steps"))
    differ = [f"another {name}" for name in names if getattr(first, name) != getattr(other, name)]
    before, now = _values(first), _values(other)
    told = [f"{label} {_short(value)}" for label, value in now.items() if before.get(label) != value]
    return ", ".join(told or differ)


def sides(recipes: Sequence[Recipe], normal: Recipe) -> list[str]:
    """What each of several GANs is, in words: the first by how it differs from the recipe of its name, or else from
    normal, the others by how they differ from the first."""
    first = recipes[0]
    words = [apart(KNOWN.get(first.name, normal), first) or first.name]
    return words + [apart(first, recipe) or "as A" for recipe in recipes[1:]]


def _values(recipe: Recipe) -> dict[str, object]:
    return {known.label: known.get(recipe) for name, known in everything(recipe).items() if name != "start"}


def _short(value: object) -> str:
    if isinstance(value, int | float | np.number):
        return f"{value:g}"
    return "of one's own" if value == OTHER else str(value)
