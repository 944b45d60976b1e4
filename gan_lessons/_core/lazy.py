"""A folder's public names, each loaded from its file when first asked for (PEP 562), so that `import` costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

SHOWN = 8  # names in a refusal

Table = Mapping[str, str]  # file -> which of its names the folder offers, with spaces between


def offer(folder: str, table: Table) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a folder's `__init__.py`: its files and their names, as the table has them.

    A name that two files have is offered by neither: one says which, `gl.metrics.line.is_good`. Nothing is kept here,
    so what one gets is what the file has now."""
    found = homes(table)

    def get(name: str) -> object:
        if name in table:
            return import_module(f"{folder}.{name}")
        if len(found.get(name, ())) != 1:
            raise AttributeError(_refusal(folder, name, table, found))
        return getattr(import_module(f"{folder}.{found[name][0]}"), name)

    return get, lambda: sorted({*table, *(name for name, files in found.items() if len(files) == 1)})


def homes(table: Table) -> dict[str, list[str]]:
    """Name -> the files that have it."""
    found: dict[str, list[str]] = {}
    for file, names in table.items():
        for name in names.split():
            found.setdefault(name, []).append(file)
    return found


def _refusal(folder: str, name: str, table: Table, found: Mapping[str, list[str]]) -> str:
    if name in found:
        return f"{folder} has two: say " + " or ".join(f"{folder}.{file}.{name}" for file in found[name])
    from difflib import get_close_matches

    words = f"{folder} has no name {name!r}"
    if near := get_close_matches(name, [*found, *table], n=1):
        return f"{words}: did you mean {near[0]!r}?"
    there = sorted([*found, *table], key=str.lower)
    return f"{words}. It has {', '.join(there[:SHOWN])}" + f" and {len(there) - SHOWN} more" * (len(there) > SHOWN)
