"""A notebook in a small room: it runs, or it is stopped; and the kept report says that all of the course fits."""

import pytest
from helpers.versions import ROOT

from benchmarks import labs, memory, room
from gan_lessons.tools.workshop_rooms import lines

KEPT = lines(ROOT / "docs" / "memory.jsonl")


def run(tmp_path, *cells, limit):
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "99_small.ipynb"
    labs.write_notebook(path, *cells)
    try:
        return memory.measured(path, memory=limit * 10**6)
    except RuntimeError as error:
        if "cannot be limited here" not in str(error):  # a kernel that dies is one, too
            raise
        pytest.skip(str(error))


def test_what_a_notebook_holds_is_measured(tmp_path):
    big = "import numpy\n\nkept = numpy.ones(10_000_000)\npassing = numpy.ones(15_000_000)\ndel passing"
    row = run(tmp_path, big, limit=500)
    assert row.passed and row.notebook == "99_small" and row.limit_mb == 500
    assert 80 < row.own_mb < row.end_mb < row.peak_mb < 350
    assert row.peak_mb - row.end_mb == pytest.approx(120, abs=15)


def test_a_notebook_that_is_too_large_is_stopped(tmp_path):
    row = run(tmp_path, "import numpy\n\nkept = numpy.ones(50_000_000)", limit=250)
    assert not row.passed and row.peak_mb == 250


def test_where_nothing_can_be_limited_it_is_said(monkeypatch):
    monkeypatch.setattr(room.os, "access", lambda *_: False)
    monkeypatch.setattr(room.shutil, "which", lambda name: None)
    with pytest.raises(RuntimeError, match="cannot be limited here: this needs root"), room.room("x", 1, 2**30):
        pass


def test_every_notebook_is_in_the_report_and_fits():
    assert [row["notebook"] for row in KEPT] == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    for row in KEPT:
        assert row["passed"] and row["cpus"] == 1 and row["limit_mb"] <= 1074
        assert row["own_mb"] < row["end_mb"] <= row["peak_mb"] < 1000, row["notebook"]
    assert KEPT[1]["own_mb"] < 450
