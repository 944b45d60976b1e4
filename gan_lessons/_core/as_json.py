"""Settings as JSON can hold them, and back: an object is {"kind": name, setting: value, ...}.

The one form of settings in all files: labs' settings, saved trainings, shipped results and model cards. A kind's name
is only looked up among the kinds that are declared: nothing is evaluated, and nothing is imported.
"""

from dataclasses import MISSING, fields, is_dataclass
from numbers import Integral, Real

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import GREATEST, KINDS, Declared, Settings, declarations, unusual

LETTERS = 1000  # of a text


# -- writing


def written(name: str, value: object, own: bool = False, kind: type | None = None):
    """The value of the setting `name` as JSON has it. own: what has no name in files is named by its home, such as
    "my_module:my_schedule"; that tells whether two are the same, but cannot be read again. Raises ValueError for an
    object that has no name. kind: of what belongs there, for that refusal."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (Integral, Real)):  # NumPy's numbers too
        return int(value) if isinstance(value, Integral) else float(value)
    if isinstance(value, (tuple, list)):
        return [written(name, item, own, kind) for item in value]
    if isinstance(value, dict):
        return {key: written(key, item, own) for key, item in value.items()}
    if isinstance(value, Settings) and KINDS.get(type(value).__name__) is type(value):
        inside = {
            known: written(known, getattr(value, known), own, getattr(declared.check, "kind", None))
            for known, declared in declarations(value)
            if not (declared.later and known not in unusual(value))
        }
        return {"kind": type(value).__name__} | inside
    if KINDS.get(getattr(value, "name", None)) is value:
        return {"kind": value.name}
    if own:
        return _home(value)
    known = sorted(word for word, made in KINDS.items() if (_is(made, kind) if kind else _alike(made, value)))
    refuse(name, value, f"one of {known}, which a file can name" if known else "what JSON can hold")


def _home(value: object):
    """Where a function, or an object's class, is defined; of an objective of one's own also those of its losses."""
    if isinstance(getattr(value, "losses", None), dict):
        return {"kind": value.name, "losses": {who: _home(loss) for who, loss in value.losses.items()}}
    found = value if hasattr(value, "__qualname__") else type(value)
    return f"{found.__module__}:{found.__qualname__}"


def _is(known: object, kind: type) -> bool:
    return issubclass(known, kind) if isinstance(known, type) else isinstance(known, kind)


def _alike(known: object, value: object) -> bool:
    """Whether what has a name in files is of the kind of a value that has none."""
    bases = [base for base in type(value).__mro__ if base not in (object, Settings)]
    return (isinstance(known, type) and bool(bases) and issubclass(known, bases[-1])) or type(known) in bases


# -- reading


def read(where: str, value: object, declared: Declared):
    """A value from JSON, as it is declared. where: its place in the file, for messages.

    Raises ValueError for a kind that does not belong there, unknown or missing settings, and what is beyond limits."""
    kind = getattr(declared.check, "kind", None)
    if kind is not None and getattr(declared.check, "several", False):
        check_limits(where, listed(where, value), declared)
        return tuple(made(f"{where}[{i}]", item, kind) for i, item in enumerate(value))
    if kind is not None:
        return (
            None
            if value is None and declared.check.optional
            else made(where, value, kind, getattr(declared.check, "but", ()))
        )
    if isinstance(value, dict):
        refuse(where, value, "a number, a text or a list of numbers")
    check_limits(where, value, declared)
    return _tuple(value)


def made(where: str, value: object, base: type, but: type | tuple = ()):
    """The object that {"kind": name, setting: value, ...} speaks of, which is to be of a kind, but not of another."""
    kinds = {
        name: kind
        for name, kind in KINDS.items()
        if (issubclass(kind, base) and not issubclass(kind, but) if isinstance(kind, type) else isinstance(kind, base))
    }
    name = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in kinds:
        refuse(where, name or value, f"an object whose kind is one of {sorted(kinds)}")
    kind, rest = kinds[name], {key: item for key, item in value.items() if key != "kind"}
    known = dict(declarations(kind)) if isinstance(kind, type) and is_dataclass(kind) else {}
    given = settings(where, rest, known)
    needed = [f.name for f in fields(kind) if f.default is MISSING] if known else []
    missing = [key for key in needed if key not in given]
    if missing:
        raise ValueError(f"{where}, {name}, must have {needed}, but {missing} is not there")
    if not isinstance(kind, type):
        return kind
    try:
        return kind(**given)
    except ValueError as error:
        raise ValueError(f"{where}, {name}: {error}") from None


def settings(where: str, given: object, known: dict[str, Declared]) -> dict:
    """Settings by name, each read; only those known."""
    if not isinstance(given, dict):
        refuse(where, given, "settings by name")
    for name in given:
        if name not in known:
            raise ValueError(f"{where} has a setting {name!r}, but only {list(known)} are known")
    return {name: read(f"{where}.{name}", value, known[name]) for name, value in given.items()}


def listed(where: str, value: object) -> list:
    """A list, or ValueError."""
    return value if isinstance(value, list) else refuse(where, value, "a list")


def check_limits(where: str, value: object, declared: Declared = Declared()) -> None:
    """Raises ValueError if a value, or any number of it, or its length is beyond what is allowed in a file."""
    if isinstance(value, list):
        if len(value) > declared.longest:
            refuse(where, f"{len(value)} of them", f"a list of at most {declared.longest}")
        for item in value:
            check_limits(where, item, declared)
    elif isinstance(value, str):
        if len(value) > LETTERS or value.encode(errors="replace").decode() != value:
            refuse(where, value, f"a text of at most {LETTERS} letters")
    elif isinstance(value, (int, float)) and abs(value) > min(declared.most, GREATEST):
        refuse(where, value, f"at most {min(declared.most, GREATEST)}")


def _tuple(value: object):
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value
