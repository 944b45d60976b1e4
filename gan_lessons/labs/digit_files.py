"""Files of a digit lab: names that are still free, the newest, and which recipe a file belongs to.

A file is what `Trainer.save` wrote. It says in words which settings it belongs to; here they are read again. Names in
it are only looked up in a fixed list: nothing is evaluated.
"""

import ast
import json
import re
from dataclasses import is_dataclass, replace
from pathlib import Path

from safetensors import SafetensorError, safe_open

from gan_lessons import decays, digits, instance_noise, losses, optim, penalties, schedules
from gan_lessons.distributions_digits import Handwritten
from gan_lessons.labs import breakdowns

_NAME = re.compile(r"digits_(\d{4,})\.safetensors")
_MODULES = decays, instance_noise, optim, penalties, schedules
KINDS = {
    name: kind
    for module in _MODULES
    for name, kind in vars(module).items()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
} | {"Handwritten": Handwritten}
_SETTINGS = (*("batch", "objective", "d_optimizer", "g_optimizer", "schedule", "penalties", "instance_noise", "data"),)


def saved(folder: Path) -> list[Path]:
    """The files of digit labs in a folder, the newest first."""
    found = [(int(match[1]), path) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))]
    return [path for _, path in sorted(found, reverse=True)]


def free(folder: Path) -> Path:
    """The next name that nobody has taken: digits_0001.safetensors, and so on."""
    newest = saved(folder)[:1]
    number = int(_NAME.fullmatch(newest[0].name)[1]) if newest else 0
    return folder / f"digits_{number + 1:04}.safetensors"


def save(trainer, path: Path) -> Path:
    """Writes a trainer's state to a file that was not there before.

    Raises ValueError for another ending and a name that is taken, and where it cannot be written."""
    if path.suffix != ".safetensors":
        raise ValueError(f"path must be a name that ends in .safetensors, not {str(path)!r}")
    if path.exists():
        raise ValueError(f"path: {str(path)!r} is there already, and nothing is ever overwritten: take another name")
    try:
        trainer.save(path)
    except OSError as error:
        reason = error.strerror or error
        raise ValueError(f"path: {str(path)!r} could not be written ({reason}); training is as it was") from None
    return path


def recipes_for(path: Path, own: list[digits.DigitRecipe]) -> tuple[list[digits.DigitRecipe], int]:
    """Recipes that a file may be of, one for each kind of networks, with the settings that it names; and its seed.

    own: the lab's recipes, which come before others that fit as well. Raises ValueError for a file that is missing,
    damaged or of another kind."""
    identity = _identity(path)
    try:
        settings = {name: _read(identity[name]) for name in _SETTINGS}
        [seed] = _read(identity["seeds"])
        known = [*own, *digits.BY_NAME.values(), *breakdowns.BY_NAME.values()]
        return [replace(recipe, **settings) for recipe in _likely(known, settings)], seed
    except (KeyError, TypeError, ValueError, AttributeError, SyntaxError, RecursionError):
        raise ValueError(f"path: {str(path)!r} is of no GAN of digits that this version knows") from None


def _likely(known: list[digits.DigitRecipe], settings: dict) -> list[digits.DigitRecipe]:
    """For each kind of networks the recipe that differs from a file in the fewest settings; of equals, the first."""
    ordered = sorted(known, key=lambda one: sum(getattr(one, name) != value for name, value in settings.items()))
    networks = [tuple(getattr(one, name) for name in digits.NETWORKS) for one in ordered]
    return [one for i, one in enumerate(ordered) if networks[i] not in networks[:i]]


def _identity(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise ValueError(f"path: there is no file {str(path)!r}")
    try:
        with safe_open(path, framework="pt") as file:
            return dict(json.loads((file.metadata() or {})["identity"]))
    except (SafetensorError, OSError, ValueError, TypeError):
        raise ValueError(f"path: {str(path)!r} is damaged or no safetensors file") from None
    except KeyError:
        raise ValueError(f"path: {str(path)!r} is not a saved trainer") from None


def _read(words: str):
    """The value that a repr stands for."""
    return _value(ast.parse(words, mode="eval").body)


def _value(node: ast.expr):
    if isinstance(node, ast.Tuple):
        return tuple(_value(item) for item in node.elts)
    if isinstance(node, ast.Attribute):
        return losses.BY_NAME[_of_losses(node)]
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)
    arguments = [_value(item) for item in node.args], {item.arg: _value(item.value) for item in node.keywords}
    if isinstance(node.func, ast.Attribute):
        return {"smoothed": losses.smoothed}[_of_losses(node.func)](*arguments[0], **arguments[1])
    return KINDS[node.func.id](*arguments[0], **arguments[1])


def _of_losses(node: ast.Attribute) -> str:
    if not isinstance(node.value, ast.Name) or node.value.id != "losses":
        raise KeyError(ast.unparse(node))
    return node.attr
