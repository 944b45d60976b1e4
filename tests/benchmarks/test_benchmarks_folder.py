"""The benchmark of a folder: its rows have the form, and both ways make the same number of pictures."""

import pytest

from benchmarks import folder

NAMES = ["folder_first", "folder_first_cpu", "folder_again", "folder_again_2", "folder_memory"]


def test_rows_have_the_form(monkeypatch):
    for name, few in (("N", 6), ("BASELINE", 2), ("SIZE", (400, 300))):
        monkeypatch.setattr(folder, name, few)
    found = list(folder.rows())
    assert [row.name for row in found] == NAMES
    for row in found:
        assert row.n == 1 and row.value > 0 and row.ratio == pytest.approx(row.baseline / row.value, rel=0.05, abs=0.01)
    assert found[1].value == pytest.approx(6 * found[0].value / 1000, abs=0.01)  # of six pictures, in seconds
