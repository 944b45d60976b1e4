"""A thousand modes: the rows have the form, what was kept is whole, and what ships is counted again."""

import json
from dataclasses import fields, replace

import pytest
import torch
from helpers.recipes import changed

from benchmarks import stacked as suite
from benchmarks.measure import Row
from gan_lessons._core import as_json, checksums
from gan_lessons.metrics import stacked
from gan_lessons.metrics.images import sample
from gan_lessons.recipes.stacked import stacked_dcgan, stacked_usual
from gan_lessons.shipped import networks, tables

NAMES = ["modes", "kl", "minutes", *(f"{what}_{arm}" for arm in suite.OTHERS for what in ("modes", "kl")), "kl_floor"]


@pytest.fixture
def small(monkeypatch):
    """Arms that are trained in no time."""
    monkeypatch.setattr(suite, "COMPARED", 1)
    monkeypatch.setattr(stacked, "SAMPLES", 40)
    monkeypatch.setattr(suite, "stacked_dcgan", changed(stacked_dcgan, g_width=3, d_width=3, batch=4, steps=2))
    others = {name: changed(recipe, g_width=3, d_width=3, batch=4) for name, recipe in suite.OTHERS.items()}
    monkeypatch.setattr(suite, "OTHERS", others)


def test_rows_have_the_form(small):
    header, *found = suite.rows(2)
    assert header.torch == torch.__version__ and [row.name for row in found] == NAMES
    assert [row.n for row in found] == [2] * (len(NAMES) - 1) + [1]
    at = {row.name: row for row in found}
    assert 0 < at["modes"].value <= 40 and at["minutes"].value > 0
    assert at["modes_usual_loss"].baseline == at["modes_mixed_colours"].baseline


def test_rows_are_means_and_ratios_above_one_are_better():
    ours = [[suite.Looked(100, 2.0, 1.0), suite.Looked(900, 0.5, 20.0)]] * 2
    other = [suite.Looked(50, 3.0, 1.0), suite.Looked(150, 5.0, 1.0)]
    found = {row.name: row for row in suite.table(suite.Looked(1000, 0.02, 0.0), ours, {"usual_loss": other})}
    assert found["modes"] == Row("modes", 900, "of 1,000", 1000, 0.9, 2)
    assert found["kl"] == Row("kl", 0.5, "nats", 0.02, 0.04, 2)
    assert found["minutes"] == Row("minutes", 20.0, "minutes of one core", 60.0, 3.0, 2)
    assert found["modes_usual_loss"] == Row("modes_usual_loss", 100, "of 1,000", 100, 1.0, 2)
    assert found["kl_usual_loss"] == Row("kl_usual_loss", 4.0, "nats", 2.0, 0.5, 2)


def test_the_other_arms_differ_in_one_thing():
    assert replace(stacked_usual, objective=stacked_dcgan.objective, **_names(stacked_dcgan)) == stacked_dcgan
    same = ("data", "noise", "objective", "penalties", "d_optimizer")
    assert all(getattr(suite.OTHERS["mixed_colours"], name) == getattr(stacked_dcgan, name) for name in same)


def _names(recipe):
    return {"name": recipe.name, "source": recipe.source}


def test_what_was_kept_is_whole():
    header, *kept = map(json.loads, (checksums.DATA / "stacked.jsonl").read_text("utf-8").splitlines())
    assert {"date", "machine", "torch"} == header.keys() and [row["name"] for row in kept] == NAMES
    assert all(row.keys() == {field.name for field in fields(Row)} for row in kept)
    floor = tables.rows("stacked")["kl_floor"]
    assert floor["value"] == round(stacked.kl_floor(), 4) == pytest.approx(floor["baseline"], rel=0.1)


def test_the_rows_are_those_of_the_network_that_ships():
    card, kept = networks.card("stacked"), tables.rows("stacked")
    assert card["recipe"] == as_json.written("recipe", stacked_dcgan) and card["steps"] == stacked_dcgan.steps
    assert kept["modes"]["value"] == card["measured"]["modes"]
    assert kept["kl"]["value"] == round(card["measured"]["kl"], 4)
    assert kept["minutes"]["value"] == pytest.approx(card["of_one_core"], abs=0.1)


@pytest.mark.slow
def test_what_ships_is_counted_again_and_is_what_the_row_says():
    """On fewer samples, each KL less what chance adds."""
    kept, n = tables.rows("stacked"), 6_000
    found = stacked.stacked_modes(sample(networks.shipped("stacked")[0], n))
    assert found.kl - stacked.kl_floor(n) == pytest.approx(kept["kl"]["value"] - stacked.kl_floor(), abs=0.02)
