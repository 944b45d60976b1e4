"""Settings as JSON can hold them, and back: an object is {"kind": name, setting: value, ...}.

Which kinds may stand where is a fixed list, made of the public classes of the modules that belong there. A name from a
file is only looked up in it: nothing is evaluated, and nothing is imported.
"""

from dataclasses import MISSING, fields, is_dataclass
from types import ModuleType

from gan_lessons import decays, distributions, distributions_2d, losses, optim, penalties, schedules
from gan_lessons.distributions import Distribution, NormalNoise, StratifiedNoise, UniformNoise
from gan_lessons.errors import refuse
from gan_lessons.instance_noise import InstanceNoise
from gan_lessons.labs import drawing
from gan_lessons.labs.settings_limits import check_limits
from gan_lessons.models.minibatch import Minibatch
from gan_lessons.recipes import Recipe


def _public(module: ModuleType, base: type = object) -> dict[str, type]:
    """The settings that a module offers, by name: its own public dataclasses, without the base that they share."""
    classes = {name: kind for name, kind in vars(module).items() if isinstance(kind, type) and name[0] != "_"}
    own = {name: kind for name, kind in classes.items() if kind.__module__ == module.__name__ and is_dataclass(kind)}
    return {name: kind for name, kind in own.items() if issubclass(kind, base) and kind is not base}


_NO_DENSITY = NormalNoise, UniformNoise, StratifiedNoise  # they only ever go into G
_ANY = {
    name: kind
    for module in (distributions, distributions_2d, drawing)
    for name, kind in _public(module, Distribution).items()
}
_OPTIMIZERS = _public(optim, optim.Optimizer)
KINDS = {
    "recipe": {"Recipe": Recipe},
    "data": {name: kind for name, kind in _ANY.items() if not issubclass(kind, _NO_DENSITY)},
    "noise": _ANY,
    "d_optimizer": _OPTIMIZERS,
    "g_optimizer": _OPTIMIZERS,
    "decay": _public(decays),
    "schedule": _public(schedules),
    "penalties": _public(penalties, penalties.Penalty),
    "minibatch": {"Minibatch": Minibatch},
    "instance_noise": {"InstanceNoise": InstanceNoise},
    "objective": {**losses.BY_NAME, "smoothed": losses.smoothed},
}
_CLASSES = {kind for kinds in KINDS.values() for kind in kinds.values() if isinstance(kind, type)}
_TEXTS = ("name", "source")
_OR_NONE = ("decay", "minibatch", "instance_noise")


# -- writing -------------------------------------------------------------------------------------------------


def written(name: str, value: object):
    """The value of the setting `name` as JSON has it. Raises ValueError for an object that has no name in a file."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (tuple, list)):
        return [written(name, item) for item in value]
    if isinstance(value, dict):
        return {key: written(key, item) for key, item in value.items()}
    if isinstance(value, losses.Objective):
        return _objective(value)
    if type(value) not in _CLASSES:
        known = sorted(KINDS.get(name, {}))
        refuse(name, value, f"one of {known}, which a file can name" if known else "what JSON can hold")
    return {"kind": type(value).__name__} | {f.name: written(f.name, getattr(value, f.name)) for f in fields(value)}


def _objective(value: losses.Objective) -> dict:
    if losses.BY_NAME.get(value.name) is value:
        return {"kind": value.name}
    real = getattr(value, "real", None)
    if real is None or losses.smoothed(real) != value:
        refuse("objective", value, f"one of {sorted(KINDS['objective'])}, which a file can name")
    return {"kind": "smoothed", "real": real}


# -- reading -------------------------------------------------------------------------------------------------


def read(where: str, name: str, value: object):
    """The value of the setting `name`, from JSON. where: the place in the file, for messages.

    Raises ValueError for a kind that does not belong there, unknown or missing settings, and what is beyond limits."""
    if name == "penalties":
        check_limits(where, name, listed(where, value))
        return tuple(_made(f"{where}[{i}]", KINDS[name], item) for i, item in enumerate(value))
    if name in KINDS:
        return None if value is None and name in _OR_NONE else _made(where, KINDS[name], value)
    if isinstance(value, dict):
        refuse(where, value, "a number, a text or a list of numbers")
    if name in _TEXTS and not isinstance(value, str):
        refuse(where, value, "a text")
    check_limits(where, name, value)
    return _tuple(value)


def settings(where: str, given: object, known: tuple[str, ...]) -> dict:
    """Settings by name, each read; only those known."""
    if not isinstance(given, dict):
        refuse(where, given, "settings by name")
    for name in given:
        if name not in known:
            raise ValueError(f"{where} has a setting {name!r}, but only {list(known)} are known")
    return {name: read(f"{where}.{name}", name, value) for name, value in given.items()}


def listed(where: str, value: object) -> list:
    """A list, or ValueError."""
    return value if isinstance(value, list) else refuse(where, value, "a list")


def _made(where: str, kinds: dict, value: object):
    """The object that {"kind": name, setting: value, ...} speaks of."""
    name = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in kinds:
        refuse(where, name or value, f"an object whose kind is one of {sorted(kinds)}")
    kind = kinds[name]
    known, needed = _fields(kind)
    given = settings(where, {key: item for key, item in value.items() if key != "kind"}, known)
    missing = [key for key in needed if key not in given]
    if missing:
        raise ValueError(f"{where}, {name}, must have {list(needed)}, but {missing} is not there")
    if isinstance(kind, losses.Objective):
        return kind
    try:
        return kind(**given)
    except ValueError as error:
        raise ValueError(f"{where}, {name}: {error}") from None


def _fields(kind) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The settings that a kind has, and those of them that it needs."""
    if kind is losses.smoothed:
        return ("real",), ("real",)
    if isinstance(kind, losses.Objective):
        return (), ()
    return tuple(f.name for f in fields(kind)), tuple(f.name for f in fields(kind) if f.default is MISSING)


def _tuple(value: object):
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value
