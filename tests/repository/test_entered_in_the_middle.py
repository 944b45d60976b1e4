"""A notebook can be entered at each section: the import cell and what its page names as *run before* are enough.

Only sections are tried that leave something out; all others run in their order with the whole notebook. What a page
names is held against the code by `test_workshop.py`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.sections_needed import needed
from helpers.versions import ROOT

from gan_lessons.tools import times

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ENTERED = Path(__file__).parents[1] / "helpers" / "entered.py"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot copy a process")


def leaving_out(notebook):
    """Section -> the sections that must run before it, where these are not all that stand before it."""
    found = needed(notebook)
    order = [one.title for one in times.sections(notebook, {})]
    return {title: found[title] for i, title in enumerate(order) if found[title] != order[:i]}


def entered(notebook, needs, folder):
    """What `entered.py` says of each section."""
    for name, content in (("notebook", notebook), ("needs", needs)):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    command = [sys.executable, ENTERED, "notebook.json", "needs.json", "out.jsonl"]
    own = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "IPYTHONDIR": str(folder)}  # one thread: it is copied
    done = subprocess.run(command, cwd=folder, env=os.environ | own, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_section_runs_after_what_it_needs_alone(path, tmp_path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    needs = leaving_out(notebook)
    found = entered(notebook, needs, tmp_path)
    assert len(needs) >= 3 and {one["section"]: one["after"] for one in found} == needs
    assert [one for one in found if one["error"]] == []


def test_a_section_that_needs_more_is_found(tmp_path):
    texts = [
        "## A",
        "import gan_lessons as gl",
        "a = [1]",
        "## B",
        "a.append(2)\nb = 3",
        "## C",
        "print(a[1], b)",
        "## D",
    ]
    kinds = ["markdown", "code", "code", "markdown", "code", "markdown", "code", "markdown"]
    cells = [
        {"cell_type": kind, "id": f"c{i}", "metadata": {}, "source": text, "outputs": []}
        for i, (kind, text) in enumerate(zip(kinds, texts, strict=True))
    ]
    found = entered({"cells": cells}, {"B": ["A"], "C": ["A"], "D": ["A", "B"]}, tmp_path)
    assert sorted((one["section"], one["error"]) for one in found) == [
        ("B", ""),
        ("C", "c6: IndexError('list index out of range')"),
        ("D", ""),
    ]
