"""How long a lesson takes: `python -m gan_lessons times` writes it under each section's heading, and their sum on top.

A section's time is reading (its prose, at 200 words a minute), tasks (`MINUTES`, and one for each numbered task) and
running (measured with `--measure`, which runs the notebooks: `docs/run_seconds.json`). What comes before the first
section counts to it, and further reading is not counted. A section called "At home" is no part of the class. With
`--check` nothing is changed, and the notebooks that differ are named. The tables in `workshop/`
follow (`workshop_minutes.py`, `workshop_rooms.py`). It works on a checkout of the course.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from math import floor
from pathlib import Path

from gan_lessons._core.notebook_run import run
from gan_lessons.tools.fresh_notebooks import in_checkout

ROOT = Path(__file__).resolve().parents[2]
WORDS = 200  # that are read in a minute
MINUTES = {"predict": 1, "read": 1, "measure": 3, "explain": 3, "build": 6, "repair": 5}
QUIZ = 5  # minutes
LONG = 45  # minutes; a lesson that is longer says what to leave out
UNCOUNTED = ("further reading", "at home")
ASKED = re.compile(r"""gl\.exercises\.(?:ask|check)\(["']([\w.]+)["']""")
TIME = re.compile(r"(?m)^\*About [\d.]+ minutes?\.\*\n\n?")
TOP = re.compile(r"\*\*Time\*\*:? .*?(?= \*\*Needs\*\*)")
CUT = re.compile(r"\*\*Short of time\?\*\* Leave out (.+?)(?:: \d+ minutes are left)?\.(?=\s|$)")


@dataclass
class Section:
    """title: without its number. number: "" if it has none. at: (cell, where its text begins after the heading)."""

    title: str
    number: str
    cell: int
    words: int = 0
    tasks: float = 0
    seconds: float = 0
    ids: list[str] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """Rounded to whole minutes, one at least."""
        return max(1, floor(self.words / WORDS + self.tasks + self.seconds / 60 + 0.5))

    @property
    def counted(self) -> bool:
        """Whether it is part of the class."""
        return self.title.lower() not in UNCOUNTED


def sections(notebook: dict, seconds: dict[str, float]) -> list[Section]:
    """The `##` sections of a notebook. seconds: section's title -> measured running time."""
    found: list[Section] = []
    before = Section("", "", 0)
    for i, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        here = found[-1] if found else before
        if cell["cell_type"] == "code":
            here.tasks += _tasks_of_code(source)
            here.ids.append(cell.get("id", ""))
            continue
        if "badges" in cell.get("metadata", {}).get("tags", ()):
            continue
        head, *rest = re.split(r"(?m)^## (?=\S)", _plain(source))
        _count(here, head)
        for text in rest:
            title, _, body = text.partition("\n")
            number, _, name = title.partition(". ") if re.match(r"\d+\. ", title) else ("", "", title)
            found.append(Section(name.strip(), number, i))
            _count(found[-1], body)
    if found:
        found[0].words, found[0].tasks = found[0].words + before.words, found[0].tasks + before.tasks
        found[0].ids = before.ids + found[0].ids
    for one in found:
        one.seconds = seconds.get(one.title, 0.0)
    return found


def _plain(source: str) -> str:
    """Without pictures' bytes, earlier times, and what is folded."""
    source = re.sub(r"(?m)^\[picture\]: \S+$", "", TIME.sub("", source))
    return re.sub(r"(?s)<details>.*?</details>", "", source)


def _count(section: Section, text: str) -> None:
    section.words += len(re.findall(r"\w+", text))
    section.tasks += len(re.findall(r"(?m)^\d+\. ", text))


def _tasks_of_code(source: str) -> float:
    from gan_lessons.exercises.catalogue import named

    minutes = sum(MINUTES[named(name).kind] for name in ASKED.findall(source))
    return minutes + QUIZ * ("gl.exercises.quiz(" in source)


def timed(notebook: dict, seconds: dict[str, float]) -> None:
    """Writes the times into a notebook. Raises ValueError if it is too long and does not say what to leave out, or if
    what is left is too long."""
    there = sections(notebook, seconds)
    for one in there:
        if one.counted:
            _write(notebook["cells"][one.cell], one)
    total, top = sum(one.minutes for one in there if one.counted), notebook["cells"][0]
    text = "".join(top["source"])
    if not TOP.search(text):
        raise ValueError("its first cell has no line that begins with **Time** and has **Needs**")
    text = TOP.sub(f"**Time**: {total} minutes in class, the sum of its sections' times.", text, count=1)
    if total > LONG:
        said = CUT.search(text)
        if not said:
            raise ValueError(f"it takes {total} minutes, and does not say **Short of time?** Leave out section ...")
        left = total - sum(one.minutes for one in left_out(there, said[1]))
        if left > LONG:
            raise ValueError(f"without {said[1]} it still takes {left} minutes, more than {LONG}")
        text = CUT.sub(f"**Short of time?** Leave out {said[1]}: {left} minutes are left.", text, count=1)
    top["source"] = text.splitlines(keepends=True)


def left_out(there: list[Section], words: str) -> list[Section]:
    """The sections that such words as "sections 4, 7 and the exercises" name. Raises ValueError for one that is not."""
    numbers = re.findall(r"\d+", words)
    missing = set(numbers) - {one.number for one in there}
    if missing:
        raise ValueError(f"it has no section {', '.join(sorted(missing))}")
    return [
        one
        for one in there
        if one.counted and (one.number in numbers if one.number else one.title.lower() in words.lower())
    ]


def _write(cell: dict, section: Section) -> None:
    text = "".join(cell["source"])
    full = f"{section.number}. {section.title}" if section.number else section.title
    head, tail = re.split(rf"(?m)^## {re.escape(full)}\s*$\n*", text, maxsplit=1)
    words = f"*About {section.minutes} minute{'s' * (section.minutes > 1)}.*"
    tail = TIME.sub("", tail, count=1) if TIME.match(tail) else tail
    text = f"{head}## {full}\n\n{words}\n\n{tail}".rstrip("\n")
    cell["source"] = text.splitlines(keepends=True)


def measure(path: Path) -> dict[str, float]:
    """Section's title -> seconds that its cells took, by running the whole notebook in an empty folder.

    Raises ValueError as `notebook_run.run` does."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as empty:  # nobody's answers or pictures are written over
        run(notebook, path, empty)
    took = {}
    for cell in notebook.cells:
        when = cell.metadata.get("execution", {})
        if "iopub.status.busy" in when and "iopub.status.idle" in when:
            begun, ended = (datetime.fromisoformat(when[f"iopub.status.{key}"]) for key in ("busy", "idle"))
            took[cell.id] = (ended - begun).total_seconds()
    return {
        one.title: round(sum(took.get(name, 0.0) for name in one.ids), 1)
        for one in sections(_read(path), {})
        if one.counted
    }


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Returns 1 if a notebook cannot be timed, or with `--check` if one differs."""
    if not set(arguments) <= {"--check", "--measure"}:
        print("usage: python -m gan_lessons times [--measure] [--check]", file=sys.stderr)
        return 2
    file, faults, notebooks = root / "docs" / "run_seconds.json", 0, {}
    known = _read(file) if file.exists() else {}
    paths = in_checkout(root)
    for path in paths:
        before, notebook = path.read_text(encoding="utf-8"), _read(path)
        try:
            if "--measure" in arguments:
                known[path.stem] = measure(path)
                text = json.dumps(known, indent=1, ensure_ascii=False) + "\n"
                file.write_text(text, encoding="utf-8", newline="\n")
            timed(notebook, known.get(path.stem, {}))
        except ValueError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            faults += 1
            continue
        notebooks[path.stem] = notebook
        after = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        faults += _brought(path, before, after, "--check" in arguments)
    if len(notebooks) == len(paths):
        faults += _workshop(root, notebooks, known, "--check" in arguments)
    return bool(faults)


def _workshop(root: Path, notebooks: dict, known: dict, check: bool) -> int:
    from gan_lessons.tools import workshop_minutes, workshop_rooms

    try:
        texts = workshop_minutes.up_to_date(root, notebooks, known)
        texts |= workshop_rooms.up_to_date(root, texts)
    except ValueError as error:
        print(f"workshop: {error}", file=sys.stderr)
        return 1
    return sum(_brought(path, path.read_text(encoding="utf-8"), text, check) for path, text in texts.items())


def _brought(path: Path, before: str, after: str, check: bool) -> int:
    """Writes what has changed. Returns 1 if it has, and may not be written."""
    if after != before and check:
        print(f"{path.name}: its times are not up to date. Run `python -m gan_lessons times`.", file=sys.stderr)
    elif after != before:
        path.write_text(after, encoding="utf-8", newline="\n")
        print(f"{path.name}: written")
    return int(check and after != before)
