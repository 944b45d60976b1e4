"""The measured table of remedies on PacGAN's ring and grid, beside the published one.

`python -m benchmarks modes` measures it. The file `files/modes.jsonl` has one JSON object a line: first when and where
it was measured, then the rows.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).parent / "files" / "modes.jsonl"


@dataclass(frozen=True)
class Row:
    """One method on one data set: means over seeds, each with its standard error.

    modes: covered. hq: share of high quality, in percent. rkl: reverse KL, in nats. All by PacGAN's definitions, on
    2,500 samples at the last step.
    seconds: for all seeds together, on two processes; None for published rows. good, collapsed: runs of `seeds`, by
    this course's definitions; None where they are not known."""

    data: str
    method: str
    modes: float
    modes_se: float
    hq: float
    hq_se: float
    rkl: float
    rkl_se: float
    seeds: int
    steps: int
    seconds: float | None = None
    good: int | None = None
    collapsed: int | None = None

    def line(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self))


def _published(data: str, rows: dict[str, tuple[float, ...]]) -> list[Row]:
    return [Row(data, method, *numbers, seeds=10, steps=400_000) for method, numbers in rows.items()]


# Lin et al. 2018 (PacGAN), Table 1: 10 trials; 4 hidden layers of 400 with batch norm in G, 3 of 200 with maxout in D,
# noise of 2 dimensions, batch 100, 400 epochs of 100,000 fixed samples, Adam 1e-4, simultaneous updates.
PUBLISHED = _published(
    "ring",
    {
        "GAN": (6.3, 0.5, 98.2, 0.2, 0.45, 0.09),
        "PacGAN2": (7.9, 0.1, 95.6, 2.0, 0.07, 0.03),
        "PacGAN3": (7.8, 0.1, 97.7, 0.3, 0.10, 0.02),
        "PacGAN4": (7.8, 0.1, 95.9, 1.4, 0.07, 0.02),
    },
) + _published(
    "grid",
    {
        "GAN": (17.3, 0.8, 94.8, 0.7, 0.70, 0.07),
        "PacGAN2": (23.8, 0.7, 91.3, 0.8, 0.13, 0.04),
        "PacGAN3": (24.6, 0.4, 94.2, 0.4, 0.06, 0.02),
        "PacGAN4": (24.8, 0.2, 93.6, 0.6, 0.04, 0.01),
    },
)


def measured(file: Path = FILE) -> tuple[dict, list[Row]]:
    """Where and when the kept table was measured, and its rows. Raises ValueError for a damaged file."""
    try:
        header, *lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        return header, [Row(**line) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"file: {str(file)!r} is not a whole table of modes ({error})") from None


def as_markdown(rows: list[Row]) -> str:
    """The rows as a Markdown table, in their order."""
    lines = ["| data | method | modes | HQ % | reverse KL | seeds | steps |", "| --- " * 7 + "|"]
    for row in rows:
        pairs = ((row.modes, row.modes_se, 1), (row.hq, row.hq_se, 1), (row.rkl, row.rkl_se, 3))
        numbers = " | ".join(f"{value:.{digits}f} ± {error:.{digits}f}" for value, error, digits in pairs)
        lines.append(f"| {row.data} | {row.method} | {numbers} | {row.seeds} | {row.steps:,} |")
    return "\n".join(lines)
