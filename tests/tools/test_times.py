"""The times in the notebooks: sums of their sections', and a way to 45 minutes for those that are longer."""

import json
from pathlib import Path

import nbformat
import pytest

from gan_lessons.tools import times

TOP = "# 99 · A lesson: about nothing\n\n**Time** unknown. **Needs** nothing.{more}\n\n"
TOP += "![a][picture]\n\n[picture]: data:xyz"


def lesson(*cells, more=""):
    """A notebook of Markdown texts, and of code where a text begins with `code:`."""
    made = [{"cell_type": "markdown", "id": "top", "metadata": {}, "source": TOP.format(more=more)}]
    for i, text in enumerate(cells):
        kind = "code" if text.startswith("code:") else "markdown"
        made.append({"cell_type": kind, "id": f"c{i}", "metadata": {}, "source": text.removeprefix("code:")})
    return {"cells": made}


def texts(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_a_section_is_reading_tasks_and_running():
    words = "word " * 400
    made = lesson(
        f"## 1. First\n\n{words}",
        "code:gl.exercises.ask('02.strays')",
        "1. Press.\n2. Look.\n\n<details><summary>Answers</summary>\n\n" + words + "\n\n</details>",
        "## 2. Second\n\nshort",
        "code:def rkl(shares):\n    return ...\n\n\ngl.exercises.check('02.rkl', rkl, hints=0)",
        "## Key points\n\nNone.\n\n## Exercises\n\nNone.",
        "code:gl.exercises.quiz('02')",
        f"## Further reading\n\n{words}",
    )
    found = {one.title: one for one in times.sections(made, {"Second": 90.0})}
    assert found["First"].minutes == 2 + 1 + 2  # two minutes of words, a prediction, two numbered tasks
    assert found["Second"].minutes == 8  # a function to build, and a minute and a half of running, with two words
    assert (found["Key points"].minutes, found["Exercises"].minutes) == (1, 5)
    times.timed(made, {"Second": 90.0})
    after = texts(made)
    assert "**Time**: 19 minutes in class" in after[0] and "**Needs** nothing." in after[0]
    assert after[1].startswith("## 1. First\n\n*About 5 minutes.*\n\nword")
    assert "## Key points\n\n*About 1 minute.*\n\nNone.\n\n## Exercises\n\n*About 5 minutes.*\n\nNone." in after[6]
    assert "*About" not in after[8]


def test_to_write_twice_changes_nothing():
    made = lesson("## 1. First\n\nword", "## Exercises\n\nNone.", "## At home\n\n" + "word " * 40_000)
    times.timed(made, {})
    once = json.dumps(made)
    times.timed(made, {})
    assert json.dumps(made) == once


def test_a_long_lesson_says_what_to_leave_out():
    long = ["## 1. First\n\n" + "word " * 6000, "## 2. Second\n\n" + "word " * 6000, "## Exercises\n\nNone."]
    with pytest.raises(ValueError, match=r"61 minutes, and does not say"):
        times.timed(lesson(*long), {})
    with pytest.raises(ValueError, match="has no section 7"):
        times.timed(lesson(*long, more=" **Short of time?** Leave out section 7."), {})
    with pytest.raises(ValueError, match="still takes 60 minutes"):
        times.timed(lesson(*long, more=" **Short of time?** Leave out the exercises."), {})
    made = lesson(*long, more=" **Short of time?** Leave out section 2 and the exercises.")
    times.timed(made, {})
    times.timed(made, {})
    assert "Leave out section 2 and the exercises: 30 minutes are left.\n" in texts(made)[0]


def test_a_notebook_is_measured_in_an_empty_folder(tmp_path, monkeypatch):
    """So that it writes over nobody's answers and pictures."""
    path, seen = tmp_path / "99_lesson.ipynb", []
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    made.cells.insert(0, nbformat.v4.new_markdown_cell("## 1. First"))
    nbformat.write(made, path)

    def run(content, notebook, folder):
        seen.extend([notebook, *Path(folder).iterdir()])
        assert Path(folder).resolve() != tmp_path.resolve()
        when = {"iopub.status.busy": "2026-11-28T09:10:36+00:00", "iopub.status.idle": "2026-11-28T09:10:38.04+00:00"}
        content.cells[1].metadata["execution"] = when

    monkeypatch.setattr(times, "run", run)
    assert times.measure(path) == {"First": 2.0} and seen == [path]


@pytest.fixture
def course(tmp_path):
    """A checkout with one short lesson, and what somebody keeps beside it."""
    for folder in ("notebooks", "docs", "workshop"):
        (tmp_path / folder).mkdir()
    for name in ("99_lesson", "99_lesson_kept_2026-11-28_09-10-36", "Untitled"):
        text = json.dumps(lesson("## 1. First\n\nword"))
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return tmp_path


def test_what_somebody_keeps_beside_the_lessons_is_left_alone(course, capsys):
    before = {path.name: path.read_bytes() for path in (course / "notebooks").iterdir()}
    assert times.main([], course) == 0 and capsys.readouterr().out == "99_lesson.ipynb: written\n"
    after = {path.name: path.read_bytes() for path in (course / "notebooks").iterdir()}
    assert {name for name in before if after[name] != before[name]} == {"99_lesson.ipynb"}


def test_one_that_cannot_be_measured_is_named(course, monkeypatch, capsys):
    def fails(path):
        raise ValueError("A cell failed")

    monkeypatch.setattr(times, "measure", fails)
    assert times.main(["--measure"], course) == 1
    assert capsys.readouterr().err == "99_lesson.ipynb: A cell failed\n"


def test_the_course_has_its_times(capsys):
    assert times.main(["--check"]) == 0, capsys.readouterr().err


def test_other_words_are_refused(capsys):
    assert times.main(["--fast"]) == 2 and "usage" in capsys.readouterr().err
