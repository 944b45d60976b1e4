"""The kept table of modes: whole, plausible, beside the published one; and the command that measures it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from helpers.recipes import changed

from benchmarks import modes
from gan_lessons.recipes import comparison
from gan_lessons.recipes.remedies import ALL, BY_NAME
from gan_lessons.shipped import modes as modes_table

HEADER, ROWS = modes_table.measured()


def test_it_says_when_and_where():
    assert set(HEADER) == {"date", "machine", "torch"} and all(HEADER.values())


def test_rows_are_of_known_remedies_and_budgets_with_ten_seeds():
    assert {row.seeds for row in ROWS} == {10}
    assert {row.steps for row in ROWS} == {modes.SHORT, modes.LONG}


@pytest.mark.parametrize("data", ["ring", "grid"])
def test_every_remedy_is_there_at_the_short_budget(data):
    short = [row.method for row in ROWS if row.data == data and row.steps == modes.SHORT]
    assert short == [remedy.label for remedy in ALL]
    assert [row.method for row in ROWS if row.data == data and row.steps == modes.LONG] == [BY_NAME[modes.BEST].label]


@pytest.mark.parametrize(("data", "covered", "hq", "rkl"), [("ring", 8.0, 95.6, 0.07), ("grid", 24.8, 93.6, 0.04)])
def test_the_best_remedy_reaches_pacgans_best_rows(data, covered, hq, rkl):
    best = next(row for row in ROWS if row.data == data and row.steps == modes.LONG)
    assert best.method == BY_NAME[modes.BEST].label
    assert best.modes >= covered and best.hq >= hq and best.rkl <= rkl and best.seconds < 900


def test_numbers_are_possible():
    for row in ROWS + modes_table.PUBLISHED:
        assert 0 <= row.modes <= (8 if row.data == "ring" else 25) and 0 <= row.hq <= 100 and 0 <= row.rkl <= 3.3
        assert min(row.modes_se, row.hq_se, row.rkl_se) >= 0


def test_published_rows_are_pacgans():
    pac4 = {row.data: row for row in modes_table.PUBLISHED if row.method == "PacGAN4"}
    assert (pac4["ring"].modes, pac4["ring"].hq, pac4["ring"].rkl) == (7.8, 95.9, 0.07)
    assert (pac4["grid"].modes, pac4["grid"].hq, pac4["grid"].rkl) == (24.8, 93.6, 0.04)


def test_a_row_is_one_json_object_with_the_agreed_keys():
    line = json.loads(ROWS[0].line())
    numbers = ["modes", "modes_se", "hq", "hq_se", "rkl", "rkl_se"]
    assert list(line)[:11] == ["data", "method", *numbers, "seeds", "steps", "seconds"]


def test_as_markdown():
    lines = modes_table.as_markdown(modes_table.PUBLISHED[:2]).splitlines()
    assert lines[2] == "| ring | GAN | 6.3 ± 0.5 | 98.2 ± 0.2 | 0.450 ± 0.090 | 10 | 400,000 |"
    assert len({line.count("|") for line in lines}) == 1


@pytest.mark.parametrize("text", ["", "nonsense", '{"date": 1}\n{"data": "ring"}'])
def test_a_damaged_file_is_refused_by_name(text, tmp_path):
    file = tmp_path / "modes.jsonl"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"file: .*modes\.jsonl' is not a whole table"):
        modes_table.measured(file)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="is not a whole table"):
        modes_table.measured(tmp_path / "none.jsonl")


def test_a_row_is_measured():
    small = changed(comparison.ring(30), g_hidden=(6,), d_hidden=(6,), batch=8)
    with ThreadPoolExecutor(2) as pool:
        row = modes.measured("ring", BY_NAME["plain"], small, (0, 1, 2), pool)
    assert (row.data, row.method, row.seeds, row.steps) == ("ring", "plain GAN", 3, 30)
    assert 0 <= row.modes <= 8 and 0 <= row.hq <= 100
