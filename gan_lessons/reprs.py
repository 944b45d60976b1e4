"""The words of settings: Python that makes them again. They stand in saved files and in copied code."""

from dataclasses import fields


def without_unused(settings: object, optional: tuple[str, ...]) -> str:
    """A dataclass' repr that leaves out optional fields at their defaults.

    So a new optional field changes no word of what was saved before there was one."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    unused = {field.name for field in fields(settings) if values[field.name] == field.default} & set(optional)
    words = ", ".join(f"{name}={value!r}" for name, value in values.items() if name not in unused)
    return f"{type(settings).__name__}({words})"
