"""What benchmarks measured and the lessons quote, row by row.

A file has one JSON object a line: first when and where it was measured, then the rows.
"""

import base64
import json

import numpy as np

from gan_lessons._core import checksums
from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.mnist import SIDE
from gan_lessons.metrics.shares import Share, share_of

TABLES = (
    "digits",
    "digit_remedies",
    "objectives",
    "grids",
    "fair_digits",
    "forgeries",
    "power",
    "parzen",
    "usefulness",
    "stacked",
    "autoencoders",
    "conditional",
    "conditional_digits",
    "augmentation",
)
TOYS = ("Gaussian", "ring")  # of the table of objectives


def rows(name: str) -> dict[str, dict]:
    """The rows of a table, one of `TABLES`, by their name.

    Those of digits have `value`, `unit`, `baseline`, `ratio` and `n`; of the others see the `Row` of the benchmark of
    that name, such as `benchmarks.grids`. Raises ValueError for an unknown table and for a damaged file."""
    if name not in TABLES:
        refuse("name", name, f"one of {TABLES}")
    lines = checksums.read(f"{name}.jsonl").decode().splitlines()[1:]
    return {row["name"]: row for row in map(json.loads, lines)}


def fair_digits() -> dict[str, list[dict]]:
    """The trainings of the table of a fair game on digits, by arm, each with its seeds in order; see
    `benchmarks.fair_digits`. The arm "real digits", one row, is the floor."""
    arms: dict[str, list[dict]] = {}
    for row in rows("fair_digits").values():
        arms.setdefault(row["arm"], []).append(row)
    return arms


def picture(row: dict) -> np.ndarray:
    """The picture that a row of a fair game on digits keeps: uint8 (28, 28), 0 is paper and 255 is ink."""
    return np.frombuffer(base64.b64decode(row["end"]["picture"]), np.uint8).reshape(SIDE, SIDE)


def pictures(row: dict) -> np.ndarray:
    """The pictures that a row of the table of augmentation keeps: uint8 (16, 28, 28), 0 is paper and 255 is ink."""
    return np.frombuffer(base64.b64decode(row["pictures"]), np.uint8).reshape(-1, SIDE, SIDE)


def objectives(toy: str) -> dict[str, dict]:
    """The rows of the table of objectives on one toy of `TOYS`, by objective. Raises ValueError for another toy."""
    if toy not in TOYS:
        refuse("toy", toy, f"one of {TOYS}")
    return {row["objective"]: row for row in rows("objectives").values() if row["data"] == toy}


def good(row: dict) -> Share:
    """The share of good runs of a row of the table of objectives, with its interval."""
    return share_of(row["good"], row["seeds"])


def objectives_as_markdown(toy: str) -> str:
    """The table of objectives on one toy, in Markdown: at as many steps for all, and in as much time for all."""
    heads = "objective|rates ×|good|95 % interval|collapsed|searched|cost of a step|steps in equal time|good then"
    lines = [f"| {heads.replace('|', ' | ')} |", "| --- " * 9 + "|"]
    for name, row in objectives(toy).items():
        known = good(row)
        cells = [name, _times(row["factor"]), f"{row['good']} of {row['seeds']}"]
        cells += [f"{100 * known.low:.0f} to {100 * known.high:.0f} %", str(row["collapsed"])]
        cells += [" ".join(map(str, row["search"])), f"{row['cost']:.1f}", f"{row['equal_steps']:,}"]
        cells.append(f"{row['equal_good']} of {row['seeds']}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _times(factor: float) -> str:
    return "1/3" if factor < 1 else f"{factor:.0f}"
