"""The minutes in `workshop/` follow those of the notebooks: `python -m gan_lessons times` writes them there, too.

A page has a table of its notebook's sections, the first page one of all notebooks, and plans for a class. A row of a
plan that names a page takes the minutes of the sections that it names. Its last "Reserve" takes what is then left of
the plan's total, which stands in the plan's heading.
"""

from __future__ import annotations

import re
from pathlib import Path

from gan_lessons.tools.times import CUT, Section, left_out, sections

TABLE = re.compile(r"(?s)(<!-- (minutes|pages): [^\n]*-->\n).*?(<!-- end of \2 -->)")
PLAN = re.compile(r"(?m)^(### [^\n]*?(\d+) minutes\n\n(?:[^|\n][^\n]*\n\n)?)((?:\|[^\n]*\n)+)")
PAGE = re.compile(r"\[(\d\d)\]")


def up_to_date(root: Path, notebooks: dict[str, dict], seconds: dict[str, dict[str, float]]) -> dict[Path, str]:
    """Page -> its text as it should be. notebooks: name -> its JSON. Raises ValueError where a plan does not fit."""
    there = {name: sections(notebook, seconds.get(name, {})) for name, notebook in notebooks.items()}
    texts = {}
    for path in sorted((root / "workshop").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if path.stem in there:
            body = _page(text, there[path.stem], "".join(notebooks[path.stem]["cells"][0]["source"]))
        else:
            body, text = _pages(there, notebooks), PLAN.sub(lambda found: _plan(found, there), text)
        texts[path] = TABLE.sub(lambda found, body=body: found[1] + body + "\n" + found[3], text)
    return texts


def total(of: list[Section]) -> int:
    """Minutes of some sections in class."""
    return sum(one.minutes for one in of if one.counted)


def label(section: Section) -> str:
    """A section as it stands in the tables, "3. Play with it"."""
    return f"{section.number}. {section.title}" if section.number else section.title


def chosen(there: list[Section], words: str) -> list[Section]:
    """The sections that a row of a plan names, "sections 1, 2 and the key points" or "all sections"."""
    return [one for one in there if one.counted] if words == "all sections" else left_out(there, words)


def _page(text: str, there: list[Section], opening: str) -> str:
    before = dict(re.findall(r"(?m)^\| (.+?) \| \d+ \| [\d.]+ \| (?:(.+) )?\|$", text))
    lines = ["| section | minutes | seconds of running | run before |", "| --- | ---: | ---: | --- |"]
    counted = [one for one in there if one.counted]
    for one in counted:
        lines.append(_line([label(one), str(one.minutes), f"{one.seconds:.1f}", before.get(label(one), "")]).rstrip())
    lines.append(f"| **in class** | **{total(there)}** | **{sum(one.seconds for one in counted):.1f}** | |")
    if said := CUT.search(opening):
        left = total(there) - total(left_out(there, said[1]))
        lines.append(f"\nShort of time? Leave out {said[1]}: {left} minutes are left.")
    return "\n".join(lines)


def _pages(there: dict[str, list[Section]], notebooks: dict[str, dict]) -> str:
    lines = ["| page | minutes in class | seconds of running |", "| --- | ---: | ---: |"]
    for name, found in there.items():
        title = "".join(notebooks[name]["cells"][0]["source"]).split("\n")[0].removeprefix("# ").split(":")[0]
        ran = sum(one.seconds for one in found if one.counted)
        lines.append(f"| [{title}]({name}.md) | {total(found)} | {ran:.1f} |")
    return "\n".join(lines)


def _plan(found: re.Match, there: dict[str, list[Section]]) -> str:
    head, whole = found[1], int(found[2])
    top, rule, *rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in found[3].splitlines()]
    by_number = {name[:2]: of for name, of in there.items()}
    for row in rows:
        if page := PAGE.match(row[2]):
            if page[1] not in by_number:
                raise ValueError(f"the plan of {whole} minutes names notebook {page[1]}, which is not there")
            of = by_number[page[1]]
            row[1] = str(total(chosen(of, row[3])))
            row[4] = re.sub(r"^(.+): \d+ minutes$", lambda cut, of=of: _cut(cut[1], of), row[4])
    *rows, end = rows
    reserve = next((row for row in reversed(rows) if row[3].startswith("Reserve")), None)
    if reserve is None:
        raise ValueError(f"the plan of {whole} minutes has no row that begins with Reserve")
    reserve[1] = str(int(reserve[1]) + whole - sum(int(row[1]) for row in rows))
    if int(reserve[1]) < 0:
        raise ValueError(f"the plan of {whole} minutes is {-int(reserve[1])} minutes too long: leave something out")
    at = 0
    for row in rows:
        row[0], at = f"{at // 60}:{at % 60:02}", at + int(row[1])
    end[0] = f"{at // 60}:{at % 60:02}"
    return head + "".join(_line(row) for row in (top, rule, *rows, end))


def _cut(words: str, of: list[Section]) -> str:
    return f"{words}: {total(left_out(of, words))} minutes"


def _line(cells: list[str]) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells) + "\n"
