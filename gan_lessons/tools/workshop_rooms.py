"""What was measured for a room of learners stands in `workshop/`: memory of each notebook, and the hub's load test.

`python -m gan_lessons times` writes it there, from `docs/memory.jsonl` (`python -m benchmarks memory`) and
`workshop/jupyterhub/load_test.jsonl` (`python -m benchmarks hub`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

SHARED = 0.75  # of the cores: who had less shared them with other work
FRAMES = 10  # a second, at which a moving picture is one
PART = re.compile(r"(?s)(<!-- (memory|load): written by python -m gan_lessons times -->\n).*?(<!-- end of \2 -->)")


def up_to_date(root: Path, texts: dict[Path, str]) -> dict[Path, str]:
    """Page -> its text as it should be, for the two that speak of rooms. texts: those that others have renewed."""
    memory, load = lines(root / "docs" / "memory.jsonl"), lines(root / "workshop" / "jupyterhub" / "load_test.jsonl")
    pages = {}
    for path in sorted((root / "workshop").rglob("README.md")):
        bodies = {"memory": lambda: _memory(memory), "load": lambda: _load(load)}
        text = texts.get(path) or path.read_text(encoding="utf-8")
        pages[path] = PART.sub(lambda found, bodies=bodies: found[1] + bodies[found[2]]() + "\n" + found[3], text)
    return pages


def lines(path: Path) -> list[dict]:
    """The JSON objects of a kept report; none if it is not there."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _memory(rows: list[dict]) -> str:
    head = "| notebook | MB at the end | of these its own | MB at most |\n| --- | ---: | ---: | ---: |"
    body = "".join(f"\n| `{row['notebook']}` | {row['end_mb']} | {row['own_mb']} | {row['peak_mb']} |" for row in rows)
    return head + body


def _load(rows: list[dict]) -> str:
    """A few sentences on the load test; its last row is of all learners. Raises ValueError if nobody got a lab."""
    whole = rows[-1] if rows else {}
    if not (whole.get("memory_mb") and whole.get("picture_s")):
        raise ValueError("load_test.jsonl has no load test in which a lab came: run `python -m benchmarks hub` again")
    learners, cores, memory = (whole[key] for key in ("students", "cores", "memory_mb"))
    least, middle = (whole[f"{which}_frames_per_second"] for which in ("least", "median"))
    failed = f"{whole['failures']} of them failed" if whole["failures"] else "none failed"
    carried = learners * min(1, least / FRAMES) / cores
    shared = (
        f" The machine did other work, too: hub and learners had {whole['used_cores']:.1f} cores while they played."
    )
    return (
        f"{learners} learners came at the same moment to {cores} cores, ran all of notebook 01 and played its first "
        f"lab together for {whole['play_s']} seconds, and {failed}. The lab's first picture came after at most "
        f"{whole['picture_s']:.0f} seconds, counted from the sign-in. Each lab drew {least:.1f} frames a second or "
        f"more, and the median was {middle:.1f}. A learner's server and notebook held at most "
        f"{memory} MB, and the hub itself {whole['hub_mb']} MB. With {FRAMES} frames a second for each, a core carries "
        f"{carried:.1f} learners who all play at the same moment, and 1 GB of memory carries {1000 / memory:.1f}."
        + shared
        * (whole["used_cores"] < SHARED * cores)
    )
