"""A lab's settings as a small JSON file and back: what is trained, from which seeds, and all that was done to it."""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from gan_lessons._core import as_json
from gan_lessons._core.files import replacing
from gan_lessons._core.refusals import refuse, whole
from gan_lessons._core.settings import GREATEST, Declared, Settings, declarations, parts
from gan_lessons.recipes.recipe import Recipe

FORMAT, VERSION = "gan_lessons settings", 2
LIMIT = 1_000_000  # letters of a file, as share.js has it
RUNS, STEPS = 10_000, 10_000_000  # at most
DRAWN = 4096  # samples that are drawn in advance
HELD = 500_000_000  # numbers that a step may hold: 2 GB in float32
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
    known = {
        "format": FORMAT,
        "version": VERSION,
        "recipe": as_json.written("recipe", recipe),
        "seed": seed,
        "runs": runs,
    }
    text = json.dumps(known | {"moves": [as_json.written("moves", move) for move in moves]}, indent=1)
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
    for name, low, most in (("seed", 0, GREATEST), ("runs", 1, RUNS)):
        as_json.check_limits(name, whole(name, known[name], low), Declared(most=most))
    recipe = as_json.made("recipe", known["recipe"], Recipe)
    if recipe.large or recipe.data.dim > 2:  # those are saved with their weights
        refuse("recipe", recipe.name, "one whose data lie on a line or in the plane")
    moves = tuple(_move(f"move {i}", move) for i, move in enumerate(as_json.listed("moves", known["moves"]), 1))
    trained = sum(move[1] for move in moves if move[0] == "advance")
    as_json.check_limits("all steps together", trained, Declared(most=STEPS))
    shared = Shared(recipe, known["seed"], known["runs"], moves)
    _rehearse(shared)
    return shared


_DECLARED = dict(declarations(Recipe))
_CHANGES = {name: known for name, known in _DECLARED.items() if not (known.tells or known.restarts)}


def _move(where: str, move: object) -> tuple:
    kind, *rest = as_json.listed(where, move) or [None]
    if kind == "advance" and len(rest) == 2:
        schedule = None if rest[1] is None else as_json.read(where, rest[1], _DECLARED["schedule"])
        return kind, whole(f"{where}: steps", rest[0], 0), schedule
    if kind == "part" and len(rest) == 1:
        return kind, as_json.read(where, rest[0], _DECLARED["schedule"])
    if kind == "change" and len(rest) == 1:
        return kind, as_json.settings(where, rest[0], _CHANGES)
    refuse(where, move, _MOVES)


def _rehearse(shared: Shared) -> None:
    """Does all that a file says but the training. Raises ValueError for settings that cannot work together."""
    recipe, changes = shared.recipe, [move[1] for move in shared.moves if move[0] == "change"]
    said = [*parts(recipe), *(part for what in changes for value in what.values() for part in _parts_of(value))]
    runs = shared.runs if any(part.runs() for part in said) else 1  # else one speaks for all
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


def _parts_of(value: object) -> list[Settings]:
    found = [item for item in (value if isinstance(value, tuple) else (value,)) if isinstance(item, Settings)]
    return [part for item in found for part in parts(item)]


def check_size(recipe: Recipe, runs: int) -> None:
    """Raises ValueError for too many runs, or if their networks, with their batches, are too much to train here."""
    as_json.check_limits("runs", runs, Declared(most=RUNS))
    drawn = max(DRAWN, recipe.batch) * (recipe.noise.dim + recipe.data.dim)
    held = recipe.generator.held(recipe.noise.dim, recipe.data.dim, recipe.batch)
    numbers = runs * (drawn + held + recipe.discriminator.held(recipe.data.dim, 1, recipe.batch))
    if numbers > HELD:
        allowed = f"at most {HELD:.0e} numbers for widths, batch and runs together"
        refuse("the networks' size", f"about {numbers:.1e} numbers", allowed)


def _short(words: str) -> str:
    """A sentence that may hold a value as long as a file, by its beginning and its end."""
    return words if len(words) <= 400 else f"{words[:300]} ... {words[-60:]}"
