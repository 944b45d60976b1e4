"""Settings: frozen dataclasses whose fields are each declared once.

    @frozen
    class Momentum(Optimizer):
        momentum: float = setting(0.0, number(0, 1), controls=[Control("momentum of {who}", "...", (0.0, 0.5, 0.9))])

The declaration says what is allowed (refusals), whether it may differ from run to run (sweeps, trainers), and how a
person sets it (sliders and choices). JSON (`as_json`) and Python (`as_python`) are read from the fields themselves.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from functools import cache, partial
from numbers import Real
from typing import Any, dataclass_transform

from gan_lessons._core import refusals
from gan_lessons._core.refusals import refuse

Check = Callable[[str, object], object]  # (name, value) -> the value to keep; raises ValueError
KINDS: dict[str, Any] = {}  # name in a file -> what it stands for; see `Settings` and `name_in_files`
GREATEST = 2**53  # of any number in a file: beyond, those of a page have gaps
OTHER = "as the recipe has it"  # the word for a value that stands in no table of choices


# -- what is allowed


def number(low: float = -float("inf"), high: float = float("inf")) -> Check:
    """A finite number in [low, high]."""
    return partial(refusals.number, low=low, high=high)


def whole(low: int = 1) -> Check:
    """A whole number of at least low."""
    return partial(refusals.whole, low=low)


def each(low: float = -float("inf"), high: float = float("inf")) -> Check:
    """A finite number in [low, high], or a sequence with one a run."""
    return partial(refusals.per_run, low=low, high=high)


def of(kind: type, words: str, optional: bool = False) -> Check:
    """An object of a kind, in words for its refusal; or None, where that is optional."""

    def check(name: str, value: object) -> object:
        return value if isinstance(value, kind) or (optional and value is None) else refuse(name, value, words)

    check.kind, check.optional = kind, optional
    return check


def several(kind: type, words: str, longest: int = 10) -> Check:
    """A tuple of objects of a kind."""

    def check(name: str, value: object) -> tuple:
        if not isinstance(value, (tuple, list)) or not all(isinstance(item, kind) for item in value):
            refuse(name, value, words)
        return tuple(value)

    check.kind, check.optional, check.several = kind, False, True
    return check


def one_of(names: Sequence) -> Check:
    """One of a few words (or None, if that is among them)."""
    return lambda name, value: value if value in list(names) else refuse(name, value, f"one of {list(names)}")


def yes_or_no(name: str, value: object) -> bool:
    """True or False."""
    return value if isinstance(value, bool) else refuse(name, value, "True or False")


def text(name: str, value: object) -> str:
    """A text."""
    return value if isinstance(value, str) else refuse(name, value, "a text")


# -- declarations


@dataclass(frozen=True, eq=False)
class Control:
    """How a person sets something: a slider over numbers, or a choice among words.

    label, help: may hold {who}, the player that it belongs to. help: whole sentences, which say what it does to the GAN
    and what moving it brings. values: a slider's stops, or a table word -> value.
    name: may hold {p}, the player's prefix ("d_"); by default the field's own after it. get, put: read it from the
    object that has the field, and give the changed one; by default that field's. fits(recipe, value): whether a stop
    is worth offering. fitting(recipe): whether the control is. group: the heading that it stands under: "data",
    "training", or of a player's own setting that player, which `at` fills in. basic: offered
    in every lab, and not in the playground alone. only: the one player ("D") whose control it is, or "". field: the one
    of the recipe that it sets, "" if its put may set others."""

    label: str
    help: str
    values: Sequence | Mapping[str, object]
    name: str = ""
    group: str = "training"
    basic: bool = False
    only: str = ""
    get: Callable[[Any], Any] | None = None
    put: Callable[[Any, Any], Any] | None = None
    fits: Callable[[Any, Any], bool] = lambda recipe, value: True
    fitting: Callable[[Any], bool] = lambda recipe: True
    field: str = ""

    @property
    def kind(self) -> str:
        """ "range" for numbers, "choice" for words."""
        return "choice" if isinstance(self.values, Mapping) or isinstance(next(iter(self.values)), str) else "range"

    def of_field(self, name: str) -> "Control":
        """With what it left open taken from the field that declares it."""
        get, put = self.get or (lambda owner: getattr(owner, name)), self.put
        put = put or (lambda owner, value: replace(owner, **{name: value}))
        if isinstance(self.values, Mapping):  # a person sees words
            table, now, set_ = self.values, get, put
            get = lambda owner: _word(table, now(owner))  # noqa: E731
            put = lambda owner, word: set_(owner, _meant(self.name or name, table, word, now(owner)))  # noqa: E731
        return replace(self, name=self.name or f"{{p}}{name}", get=get, put=put, field=name if self.put is None else "")

    def at(self, field_name: str, who: str) -> "Control":
        """The same, as a control of a recipe that has the owner in one of its fields."""
        prefix, get, put = f"{who.lower()}_" if who else "", self.get, self.put

        words = {key: getattr(self, key).format(who=who, p=prefix) for key in ("label", "help", "name")}
        inside = words["name"].removeprefix(prefix)

        def put_inside(recipe, value):
            try:
                changed = put(getattr(recipe, field_name), value)
            except ValueError as error:  # what is inside does not know whose it is
                said = str(error)
                whose = prefix if words["name"] == prefix + inside and said.startswith(f"{inside} must") else ""
                raise ValueError(whose + said) from None
            return replace(recipe, **{field_name: changed})

        words["group"] = who or self.group
        inner = {"get": lambda recipe: get(getattr(recipe, field_name)), "put": put_inside, "field": field_name}
        return replace(self, **inner, **words)


def _word(table: Mapping[str, object], now: object) -> str:
    return next((word for word, value in table.items() if value == now), OTHER)


def _meant(name: str, table: Mapping[str, object], word: object, now: object) -> object:
    if word == OTHER:
        return now
    return table[word] if isinstance(word, str) and word in table else refuse(name, word, f"one of {list(table)}")


@dataclass(frozen=True)
class Declared:
    """What is declared of a field. most, longest: the greatest number, and the longest list, that a file may hold here.
    who: the player ("D") that what stands here belongs to. tells: whether it only tells of the experiment, and changes
    no training. restarts: whether a change begins the training again. later:
    whether files were written before there was such a setting: at its default it then stands in no file, so that those
    of before and of now are the same."""

    check: Check | None = None
    per_run: bool = False
    controls: tuple[Control, ...] = ()
    most: float = GREATEST
    longest: int = 10_000
    who: str = ""
    tells: bool = False
    restarts: bool = False
    later: bool = False


def setting(
    default: object = MISSING, check: Check | None = None, *, controls: Sequence[Control] = (), most=GREATEST, **rest
):
    """Declares a field: its default, what is allowed, and what else `Declared` has.

    Raises ValueError for a default, or a slider's stop, that is not allowed."""
    if check is not None and most is not GREATEST:
        check = _at_most(check, most)
    if check is not None and "longest" in rest:
        check = _no_longer(check, rest["longest"])
    if default is not MISSING and check is not None:
        check("default", default)
    for control in controls:
        for value in control.values if check is not None and control.put is None and control.kind == "range" else ():
            check("a control's value", value)
    declared = Declared(check, controls=tuple(controls), most=most, **rest)
    return field(default=default, metadata={"declared": declared})


def _at_most(check: Check, most: float) -> Check:
    def checked(name: str, value: object) -> object:
        value = check(name, value)
        items = value if isinstance(value, tuple) else (value,)
        return refuse(name, value, f"at most {most}") if any(isinstance(x, Real) and x > most for x in items) else value

    vars(checked).update(getattr(check, "__dict__", {}))
    return checked


def _no_longer(check: Check, longest: int) -> Check:
    def checked(name: str, value: object) -> object:
        value = check(name, value)
        return refuse(name, f"{len(value)} of them", f"a list of at most {longest}") if len(value) > longest else value

    vars(checked).update(getattr(check, "__dict__", {}))
    return checked


@dataclass_transform(frozen_default=True, field_specifiers=(setting,))
def frozen(cls: type) -> type:
    """`dataclass(frozen=True)`, with the words of `Settings.__repr__` and a name in files: the class's own, unless it
    is private or abstract, or takes a name of this package's."""
    made, name = dataclass(frozen=True, repr=False)(cls), cls.__name__
    taken = name in KINDS and getattr(KINDS[name], "__module__", "").startswith("gan_lessons.")
    if not made.abstract and not name.startswith("_") and not taken:
        KINDS[name] = made
    return made


class Settings:
    """What all settings share. A subclass is `@frozen`, and its fields are made by `setting`.

    spelled_out: whether its words name all fields, also those at their defaults."""

    spelled_out = False

    def __init_subclass__(cls, abstract: bool = False, **rest):
        super().__init_subclass__(**rest)
        cls.abstract = abstract

    def __post_init__(self):
        for name, declared in declarations(self):
            if declared.check is not None:
                object.__setattr__(self, name, declared.check(name, getattr(self, name)))
        self.runs()

    def __repr__(self) -> str:
        """Python that makes it again, without what is at its default; so a new field changes no word of what was."""
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in unusual(self).items())})"

    def runs(self) -> int | None:
        """How many runs the settings speak of; None if all runs share them. Raises ValueError if lengths differ."""
        lengths = {name: len(value) for name, value in self._each_run()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"one number a run is needed everywhere, but the lengths are {lengths}")
        return next(iter(lengths.values()), None)

    def check(self, runs: int) -> None:
        """Raises ValueError unless numbers that differ from run to run are as many as the runs."""
        for name, value in self._each_run():
            if len(value) != runs:
                refuse(name, value, f"one number, or one for each of the {runs} runs")

    def for_run(self, index: int):
        """These settings as one run has them: sequences with one number a run become that number."""
        own = {name: value[index] for name, value in self._each_run()}
        return replace(self, **own) if own else self  # thousands of points are not checked anew for each frame

    def _each_run(self) -> Iterator[tuple[str, tuple]]:
        names = (name for name, declared in declarations(self) if declared.per_run)
        return ((name, getattr(self, name)) for name in names if isinstance(getattr(self, name), tuple))


def declarations(settings) -> tuple[tuple[str, Declared], ...]:
    """Name and declaration of each field of settings, or of their class; none of a class of one's own without any."""
    return _declarations(settings if isinstance(settings, type) else type(settings))


@cache  # asked for at each move of a slider
def _declarations(of: type) -> tuple[tuple[str, Declared], ...]:
    return tuple((known.name, known.metadata.get("declared", Declared())) for known in _fields(of))


def _fields(settings) -> tuple[Field, ...]:
    return fields(settings) if is_dataclass(settings) else ()


def unusual(settings) -> dict[str, object]:
    """The fields that are not at their default, with their values; all of them, where a few numbers say it best."""
    return {
        known.name: getattr(settings, known.name)
        for known in _fields(settings)
        if settings.spelled_out or known.default is MISSING or getattr(settings, known.name) != known.default
    }


def parts(settings) -> Iterator[object]:
    """Settings themselves, and all that stand inside of them."""
    yield settings
    for value in (getattr(settings, name) for name, _ in declarations(settings)):
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Settings):
                yield from parts(item)


def controls(recipe) -> dict[str, Control]:
    """All controls of a recipe that make sense now, by name, in the order of their declarations."""
    found = []
    for name, known in declarations(recipe):
        found += [_of_recipe(control, name) for control in known.controls]
    for name, known in declarations(recipe):
        inside = getattr(recipe, name)
        for inner, declared in declarations(inside) if isinstance(inside, Settings) else ():
            found += [_inside(c, inner, name, known.who) for c in declared.controls if c.only in ("", known.who)]
    # not where each run has its own number
    return {c.name: c for c in found if c.fitting(recipe) and isinstance(c.get(recipe), Real | str)}


@cache  # declarations are few and stay, and a lab asks again at each move of a slider
def _of_recipe(control: Control, name: str) -> Control:
    made = control.of_field(name)
    return replace(made, **{key: getattr(made, key).format(who="", p="") for key in ("label", "help", "name")})


@cache
def _inside(control: Control, inner: str, name: str, who: str) -> Control:
    return control.of_field(inner).at(name, who)


class Decay(Settings, abstract=True):
    """A function from a count of updates (or steps) done to a factor: see `trainers.decays`."""

    def __call__(self, updates: int) -> float:
        raise NotImplementedError


def decay(words: str):
    """Declares a decay: None, or a function of a count, of which only a `Decay` has a name in files."""

    def check(name: str, value: object) -> object:
        allowed = f"None or a function of the number of {words}"
        return value if value is None or callable(value) else refuse(name, value, allowed)

    check.kind, check.optional = Decay, True
    return setting(None, check)


def name_in_files(name: str, value: object) -> object:
    """Gives an object, such as a loss, its name in files. Returns the object."""
    KINDS[name] = value
    return value
