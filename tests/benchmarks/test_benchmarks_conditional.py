"""The table of conditional GANs: what was kept is whole and possible, says what the lesson says, and is made again."""

import json
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
import torch

from benchmarks import conditional
from gan_lessons._core import checksums
from gan_lessons.recipes.conditional import KINDS
from gan_lessons.shipped import tables

ASKED = ("cGAN", "projection", "AC-GAN")


def kept():
    header, *rows = map(json.loads, (checksums.DATA / "conditional.jsonl").read_text("utf-8").splitlines())
    assert {"date", "machine", "torch"} == header.keys()
    return rows


def row(data, kind):
    return tables.rows("conditional")[f"{data}, {kind}"]


def test_every_kind_is_there_on_every_toy():
    assert [(row["data"], row["kind"]) for row in kept()] == conditional.ROWS
    assert {data for data, _ in conditional.ROWS} == {"line", "ring", "grid"}
    for row in kept():
        assert row.keys() == {field.name for field in fields(conditional.Row)}
        assert (row["seeds"], row["steps"]) == (32, 2000) and row["good"] + row["collapsed"] <= 32
        for name in ("accuracy", "within", "overall", "permuted"):
            assert len(row[name]) == 32 * (row["kind"] in ASKED)
        assert len(row["code_error"]) == 32 * (row["kind"] in ("InfoGAN", conditional.UNREAD))


def test_labels_end_collapse_on_the_ring_and_so_does_a_code_that_is_read():
    collapsed = {kind: row("ring", kind)["collapsed"] for kind in (conditional.NONE, conditional.UNREAD, *KINDS)}
    assert collapsed == {conditional.NONE: 12, conditional.UNREAD: 11} | dict.fromkeys(KINDS, 0)
    assert all(row("grid", kind)["collapsed"] == 0 for kind in collapsed)
    assert row("grid", conditional.NONE)["good"] == 0 and row("grid", "cGAN")["good"] == 31


def test_accuracy_is_near_1_where_most_of_the_variance_within_a_class_is_gone():
    for kind in ASKED:
        found = row("ring", kind)
        assert np.median(found["accuracy"]) > 0.99 and np.median(found["within"]) < 0.3


def test_permuted_labels_are_at_chance():
    for data, classes in (("line", 3), ("ring", 8), ("grid", 25)):
        for kind in ASKED:
            assert np.mean(row(data, kind)["permuted"]) == pytest.approx(1 / classes, abs=0.01)


def test_acgan_gives_a_bell_up_and_infogan_joins_two():
    accuracy = np.array(row("line", "AC-GAN")["accuracy"])
    assert (accuracy < 0.7).sum() == 13 and (accuracy > 0.99).sum() == 19
    assert [(np.array(row(data, "InfoGAN")["code_error"]) < 0.05).sum() for data in ("line", "ring", "grid")] == [
        21,
        32,
        31,
    ]


@pytest.mark.slow
def test_a_part_is_made_again():
    """Other processors round otherwise, so that single runs may end elsewhere."""
    with conditional.without_tiny_numbers():
        again = conditional.measured("line", "cGAN", 4)
    before = row("line", "cGAN")
    assert np.allclose(again.accuracy, before["accuracy"][:4], atol=0.02)
    assert again.good >= 3 and before["good"] == 32
    assert np.allclose(again.permuted, before["permuted"][:4], atol=0.01)


def test_rows_have_the_form(monkeypatch):
    small = {kind: replace(conditional.recipe_of(kind, "line"), batch=8) for _, kind in conditional.ROWS}
    monkeypatch.setattr(conditional, "recipe_of", lambda kind, data: replace(small[kind], steps=3))
    monkeypatch.setattr(conditional, "ROWS", [("line", kind) for kind in small])
    threads = torch.get_num_threads()
    header, *rows = conditional.rows(2)
    assert header.torch == torch.__version__ and torch.get_num_threads() == threads
    assert [row.name for row in rows] == [f"line, {kind}" for kind in small]
    assert all(json.loads(row.line()).keys() == asdict(row).keys() and row.seeds == 2 for row in rows)
