"""A lab's settings as a small JSON file and back: what is trained, from which seeds, and all that was done to it."""

import json
import os
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path

from gan_lessons.errors import refuse, whole
from gan_lessons.labs.settings_limits import check_limits, check_size
from gan_lessons.labs.settings_parts import listed, read, settings, written
from gan_lessons.recipes import Recipe
from gan_lessons.records import replacing
from gan_lessons.trainers import SETTINGS

FORMAT, VERSION = "gan_lessons settings", 1
LIMIT = 1_000_000  # letters of a file, as share.js has it
_KEYS = ("format", "version", "recipe", "seed", "runs", "moves")
_MOVES = '["advance", steps, schedule or null], ["part", schedule] or ["change", {setting: value}]'


@dataclass(frozen=True)
class Shared:
    """What a file says. moves: as in `code.Log`, all that was done since step 0."""

    recipe: Recipe
    seed: int
    runs: int
    moves: tuple[tuple, ...] = ()


def to_json(recipe: Recipe, seed: int, runs: int, moves=()) -> str:
    """The settings as text, from which `from_json` makes them again exactly.

    Raises ValueError for what a file cannot hold: objects that are not this package's own, and sizes that it refuses.
    """
    known = {"format": FORMAT, "version": VERSION, "recipe": written("recipe", recipe), "seed": seed, "runs": runs}
    text = json.dumps(known | {"moves": [written("moves", move) for move in moves]}, indent=1)
    from_json(text)  # what could not be read again must not be written
    return text


def from_json(text: str) -> Shared:
    """Reads what `to_json` wrote.

    Raises ValueError, saying what is wrong and what is allowed, for a text that is foreign, broken, of another version
    or too large, and for settings that are unknown or cannot work."""
    try:
        return _shared(_document(text))
    except RecursionError:
        raise ValueError("a settings file must not have lists in lists in lists without end, as this one has") from None
    except ValueError as error:
        raise ValueError(_short(str(error))) from None


def save(path: str | os.PathLike, recipe: Recipe, seed: int, runs: int, moves=()) -> Path:
    """Writes the settings as a file that ends in .json. An old file of this name stays until the new one is whole, and
    then makes way for it, as with all files that this package saves. Raises ValueError as `to_json`."""
    path = Path(path)
    if path.suffix != ".json":
        refuse("path", path.name, "a name that ends in .json")
    text = to_json(recipe, seed, runs, moves)
    with replacing(path) as file:
        file.write(text.encode())
    return path


def load(path: str | os.PathLike) -> Shared:
    """Reads what `save` wrote. Raises ValueError as `from_json`, with the file's name."""
    try:
        with open(path, encoding="utf-8") as file:
            return from_json(file.read(LIMIT + 1))
    except (OSError, ValueError) as error:
        raise ValueError(f"path: {os.fspath(path)!r}: {error}") from None


def _document(text: str) -> dict:
    """The whole text, checked from outside: its size, that it is JSON, its format and version, its keys."""
    if not isinstance(text, str):
        refuse("text", text, "the text of a settings file")
    if len(text) > LIMIT:
        raise ValueError(f"a settings file must be at most {LIMIT:,} letters long, but this one is longer")
    try:
        known = json.loads(text.removeprefix("\ufeff"), parse_constant=_no_constant)
    except ValueError as error:
        raise ValueError(f"a settings file must be whole JSON, which this is not: {error}") from None
    if not isinstance(known, dict) or known.get("format") != FORMAT:
        raise ValueError(f"a settings file must say that its format is {FORMAT!r}, which this one does not")
    if known.get("version") != VERSION:
        refuse("version", known.get("version"), f"{VERSION}, which is the one that this gan_lessons reads")
    if set(known) != set(_KEYS):
        raise ValueError(f"a settings file must have {list(_KEYS)}, but this one has {list(known)}")
    return known


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _shared(known: dict) -> Shared:
    for name, low in (("seed", 0), ("runs", 1)):
        check_limits(name, name, whole(name, known[name], low))
    recipe = read("recipe", "recipe", known["recipe"])
    moves = tuple(_move(f"move {i}", move) for i, move in enumerate(listed("moves", known["moves"]), 1))
    check_limits("all steps together", "all steps", sum(move[1] for move in moves if move[0] == "advance"))
    shared = Shared(recipe, known["seed"], known["runs"], moves)
    _rehearse(shared)
    return shared


def _move(where: str, move: object) -> tuple:
    kind, *rest = listed(where, move) or [None]
    if kind == "advance" and len(rest) == 2:
        schedule = None if rest[1] is None else read(where, "schedule", rest[1])
        return kind, whole(f"{where}: steps", rest[0], 0), schedule
    if kind == "part" and len(rest) == 1:
        return kind, read(where, "schedule", rest[0])
    if kind == "change" and len(rest) == 1:
        return kind, settings(where, rest[0], SETTINGS)
    refuse(where, move, _MOVES)


def _rehearse(shared: Shared) -> None:
    """Does all that a file says but the training. Raises ValueError for settings that cannot work together."""
    recipe, runs = shared.recipe, shared.runs if _one_a_run((shared.recipe, shared.moves)) else 1  # one speaks for all
    check_size(recipe, shared.runs)
    if recipe.pretrain and (recipe.data.dim > 1 or not hasattr(recipe.data, "log_prob")):
        refuse("recipe.pretrain", recipe.pretrain, "0 where the data are not on a line: D has no density to learn")
    trainer = replace(recipe, pretrain=0).trainer(range(shared.seed, shared.seed + runs), view=1)
    for i, (kind, what, *_) in enumerate(shared.moves, 1):
        if kind != "change":
            continue
        try:
            recipe = replace(recipe, **what)
            check_size(recipe, shared.runs)
            trainer.change(**what)
        except ValueError as error:
            raise ValueError(f"move {i}: {error}") from None


def _one_a_run(value: object) -> bool:
    """Whether a number somewhere in settings differs from run to run."""
    if isinstance(value, (tuple, dict)):
        return any(_one_a_run(item) for item in (value.values() if isinstance(value, dict) else value))
    if any(isinstance(getattr(value, name), tuple) for name in getattr(value, "_per_run", ())):
        return True
    return is_dataclass(value) and any(_one_a_run(getattr(value, field.name)) for field in fields(value))


def _short(words: str) -> str:
    """A sentence that may hold a value as long as a file, by its beginning and its end."""
    return words if len(words) <= 400 else f"{words[:300]} ... {words[-60:]}"
