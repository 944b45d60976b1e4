"""A fair game on digits: the arms differ in what they say, what was kept is whole, and a part of it is made again."""

import json
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
import torch
from helpers.recipes import changed

from benchmarks import fair_digits
from gan_lessons._core import checksums
from gan_lessons.losses import objectives as losses
from gan_lessons.recipes import fair_digits as recipes
from gan_lessons.shipped import tables

LOOKS = 1 + recipes.STEPS // fair_digits.LOOKS
SERIES = ("d_length", "g_length", "p_real", "p_fake", "sure")


def test_rows_have_the_form(monkeypatch):
    monkeypatch.setattr(recipes, "ARMS", {"plain": changed(recipes.ARMS["plain"], width=2, batch=4)})
    for name, few in (("SAMPLES", 1000), ("EVERY", 2), ("LOOKS", 1)):
        monkeypatch.setattr(fair_digits, name, few)
    monkeypatch.setattr(recipes, "STEPS", 4)
    header, floor, row = fair_digits.rows(1)
    assert header.torch == torch.__version__ and floor.arm == fair_digits.FLOOR and floor.end.fid < row.end.fid
    assert row.name == "plain, seed 10" and len(row.fids) == 2 and row.best in (2, 4)
    assert all(len(getattr(row, name)) == 5 for name in SERIES)


def test_what_was_kept_is_whole():
    header, *kept = map(json.loads, (checksums.DATA / "fair_digits.jsonl").read_text("utf-8").splitlines())
    assert {"date", "machine", "torch"} == header.keys()
    names = [f"{arm}, seed {seed}" for seed in fair_digits.SEEDS for arm in recipes.ARMS]
    assert [row["name"] for row in kept] == [fair_digits.FLOOR, *names]
    for row in kept:
        assert row.keys() == {field.name for field in fields(fair_digits.Row)}
        assert row["end"].keys() == {field.name for field in fields(fair_digits.Judged)}
        assert tables.picture(row).shape == (28, 28)
        if row["arm"] != fair_digits.FLOOR:
            assert all(len(row[name]) == LOOKS and np.isfinite(row[name]).all() for name in SERIES)
            assert len(row["fids"]) == 6 and row["fids"][row["best"] // 50 - 1] == min(row["fids"])
            assert row["best_fid"] == row["end"]["fid"] or row["best"] < recipes.STEPS


def test_the_arms_are_read_with_their_seeds():
    arms = tables.fair_digits()
    assert list(arms) == [fair_digits.FLOOR, *recipes.ARMS]
    for arm, found in list(arms.items())[1:]:
        assert [(row["arm"], row["seed"]) for row in found] == [(arm, seed) for seed in fair_digits.SEEDS]


@pytest.mark.slow
@pytest.mark.parametrize("arm", ["D trained before", "instance noise", "fast D, minimax"])
def test_it_begins_as_the_kept_one_did(arm):
    """The same networks, data and noise, and the head start. After 25 steps another processor, which rounds otherwise,
    already has other numbers: D's gradient of "fast D, minimax" was 0.73 long on one and 1.15 on another."""
    row, trainer = tables.fair_digits()[arm][0], recipes.trainer(arm, 10)
    for name, value in fair_digits.signs_of(trainer).items():
        assert value == pytest.approx(row[name][0], rel=0.02, abs=0.002)


def test_arms_differ_from_the_plain_one_in_what_they_say():
    plain = recipes.ARMS["plain"]
    same = {"name": plain.name}
    assert recipes.ARMS["D trained before"] is plain and recipes.trainer("plain", 10).steps == 0
    assert recipes.trainer("D trained before", 10).steps == recipes.HEAD_START["D trained before"]
    assert changed(recipes.ARMS["label smoothing"], objective=plain.objective, **same) == plain
    assert changed(recipes.ARMS["instance noise"], instance_noise=None, **same) == plain
    assert changed(recipes.ARMS["fast D, minimax"], objective=losses.non_saturating) == recipes.ARMS["fast D"]
    for arm, times in (("half the rates", (0.5, 0.5)), ("fast D", (10, 1)), ("busy G, low rate", (0.1, 0.1))):
        for key, factor in zip(("d_optimizer", "g_optimizer"), times, strict=True):
            found, usual = getattr(recipes.ARMS[arm], key), getattr(plain, key)
            assert found.lr == pytest.approx(factor * usual.lr) and replace(found, lr=usual.lr) == usual
    with pytest.raises(ValueError, match="arm must be one of"):
        recipes.trainer("weak D", 10)


def test_what_judges_gives_the_floor_again():
    again = fair_digits.judged(fair_digits.real_digits())
    floor = tables.fair_digits()[fair_digits.FLOOR][0]["end"]
    for name, value in asdict(again).items():
        assert floor[name] == value if name == "picture" else floor[name] == pytest.approx(value, rel=0.01)
