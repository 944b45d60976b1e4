"""Files of trainings saved by a lab: names that are still free, the newest, and which recipe a file is of."""

import json
import re
from pathlib import Path

from gan_lessons._core import as_json
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers import saving

_NAME = re.compile(r"digits_(\d{4,})\.safetensors")


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


def recipe_in(path: Path) -> tuple[Recipe, int]:
    """The recipe that a file is of, with the settings that it was saved with, and its seed.

    Raises ValueError for a file that is missing, damaged or of another kind."""
    _, header = saving.read(path)
    try:
        recipe = as_json.made("recipe", json.loads(header["recipe"]), Recipe)
        [seed] = json.loads(header["identity"])["seeds"]
        if not recipe.large:
            raise ValueError(f"{recipe.name} is of no images")
        return recipe, seed
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"path: {str(path)!r} is of no GAN of digits that this version knows ({error})") from None
