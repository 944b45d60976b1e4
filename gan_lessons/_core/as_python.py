"""Settings as Python that makes them again, by the public names of `import gan_lessons as gl`."""

from gan_lessons._core.settings import KINDS, Settings, unusual


def written(value: object) -> str:
    """The Python of a value: `gl.trainers.Adam(lr=0.01)`; a class of one's own stands with its bare name."""
    if isinstance(value, Settings):
        return f"{home(type(value))}{type(value).__name__}({arguments(unusual(value))})"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' * (len(value) == 1)})"
    if value is not None and KINDS.get(getattr(value, "name", None)) is value:
        return f"{home(type(value))}{value.name}"
    return repr(value)


def arguments(values: dict[str, object]) -> str:
    """Settings as a call's keyword arguments."""
    return ", ".join(f"{name}={written(value)}" for name, value in values.items())


def home(kind: type) -> str:
    """Where a kind's public name is found, with its dot; "" for a class that is not the package's."""
    package, _, rest = kind.__module__.partition(".")
    return f"gl.{rest.partition('.')[0]}." if package == "gan_lessons" else ""
