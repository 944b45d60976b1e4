"""Points of one's own from a CSV file."""

import csv
import os
from pathlib import Path

import numpy as np

from gan_lessons._core.refusals import refuse


def read(path: str | os.PathLike) -> tuple[np.ndarray, str]:
    """The points in a CSV file, (n, 2) or (n, 1), and its name, with those of their columns if it has more.

    They are the first two columns that hold a number in every row; on a line, the one. Commas, semicolons or tabs stand
    between columns; with semicolons a number may have a decimal comma. A first row of names is none of the points.
    Raises ValueError, naming the file, if it is not there, is no text, or has no such column."""
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"path: there is no file {os.fspath(path)!r}")
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        refuse("path", path.name, "a CSV file in UTF-8")
    mark = max(",;\t", key=lines[0].count) if lines else ","
    rows = [[_number(cell, mark) for cell in row] for row in csv.reader(lines, delimiter=mark)]
    names = []
    if rows and not any(np.isfinite(cell) for cell in rows[0]):
        names, rows = next(csv.reader(lines, delimiter=mark)), rows[1:]
    width = max(map(len, rows), default=0)
    table = np.array([row + [np.nan] * (width - len(row)) for row in rows]).reshape(len(rows), width)
    found = np.flatnonzero(np.isfinite(table).all(0))[:2]
    if not len(rows) or not len(found):
        refuse("path", path.name, "a CSV file with a column that holds a number in every row")
    words = [names[i].strip() if i < len(names) else f"column {i + 1}" for i in found]
    called = path.name.encode(errors="replace").decode()[:60]
    return table[:, found], called if width == len(found) else f"{called} ({', '.join(words)})"[:120]


def _number(cell: str, mark: str) -> float:
    """A cell's number; NaN for what is none."""
    try:
        return float(cell.replace(",", ".") if mark == ";" else cell)
    except ValueError:
        return np.nan
