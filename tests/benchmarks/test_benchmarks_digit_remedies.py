"""What makes digits better: the rows have the form, and what was kept is what the notebook says."""

import json
from dataclasses import fields

import torch
from helpers.recipes import changed

from benchmarks import digit_remedies
from benchmarks.digit_remedies import ARMS, BETTER, rows
from benchmarks.measure import Row
from gan_lessons._core import checksums

KEPT = checksums.DATA / "digit_remedies.jsonl"
NAMES = [f"{arm}_{measure}" for arm in ("choice", "both") for measure in BETTER]


def test_rows_have_the_form(monkeypatch):
    monkeypatch.setattr(digit_remedies, "STEPS", 2)
    small = {name: changed(recipe, width=4, batch=8) for name, recipe in ARMS.items()}
    monkeypatch.setattr(digit_remedies, "ARMS", small)
    header, *found = rows(1)
    assert header.torch == torch.__version__ and [row.name for row in found] == NAMES
    for row in found:
        assert row.n == 1 and row.value >= 0 and row.baseline >= 0


def test_each_remedy_is_the_lean_dcgan_but_for_itself():
    lean, choice, both = ARMS.values()
    assert changed(choice, categories=0) == lean
    assert changed(both, d_hidden=0, penalties=()) == choice


def test_what_was_kept_has_all_rows_and_shows_that_both_help():
    header, *kept = map(json.loads, KEPT.read_text(encoding="utf-8").splitlines())
    assert {"date", "machine", "torch"} == header.keys() and [row["name"] for row in kept] == NAMES
    assert all(row.keys() == {field.name for field in fields(Row)} and row["n"] == 3 for row in kept)
    score = {row["name"]: row["value"] for row in kept}
    assert kept[0]["baseline"] < score["choice_score"] < score["both_score"]
