"""Augmentation of a small set: the arms differ in it alone, what was kept is whole, and a part of it is made again."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from helpers.recipes import changed

from benchmarks import augmentation
from gan_lessons._core import checksums
from gan_lessons.recipes import small_sets
from gan_lessons.shipped import tables

LOOKS = small_sets.STEPS // augmentation.EVERY
SERIES = ("fids", "d_few", "d_new", "d_fake")
KEPT = tables.rows("augmentation")


def of(arm, name):
    return np.array([KEPT[f"{arm}, seed {seed}"][name] for seed in augmentation.SEEDS])


def test_rows_have_the_form(monkeypatch):
    small = {arm: changed(recipe, width=2, batch=4, steps=2) for arm, recipe in small_sets.ARMS.items()}
    monkeypatch.setattr(small_sets, "ARMS", small)
    monkeypatch.setattr(augmentation, "EVERY", 1)
    monkeypatch.setattr(augmentation, "SAMPLES", 500)
    header, floor, *found = augmentation.rows(1)
    assert header.torch == torch.__version__ and floor.name == augmentation.FLOOR
    assert [row.name for row in found] == [f"{arm}, seed 20" for arm in small]
    assert all(len(getattr(row, name)) == 2 for row in found for name in SERIES)
    assert all(row.fids[-1] > floor.fids[0] for row in found)


def test_the_arms_differ_in_augmentation_alone():
    plain, augmented = small_sets.ARMS.values()
    assert replace(augmented, augmentation=None, name=plain.name) == plain and len(plain.data.images()) == 200


def test_what_was_kept_is_whole():
    lines = (checksums.DATA / "augmentation.jsonl").read_text("utf-8").splitlines()
    assert {"date", "machine", "torch"} == json.loads(lines[0]).keys()
    names = [f"{arm}, seed {seed}" for seed in augmentation.SEEDS for arm in small_sets.ARMS]
    assert list(KEPT) == [augmentation.FLOOR, *names]
    for row in list(KEPT.values())[1:]:
        assert row.keys() == {field.name for field in fields(augmentation.Row)}
        assert all(len(row[name]) == LOOKS for name in SERIES) and tables.pictures(row).shape == (16, 28, 28)


def test_what_the_lesson_says_of_it():
    plain, augmented = small_sets.ARMS
    assert (of(plain, "d_few")[:, -1] > 0.84).all() and (
        of(plain, "d_new")[:, -1] < 0.07
    ).all()  # D knows them by heart
    assert (np.abs(of(augmented, "d_few") - of(augmented, "d_new")) < 0.04).all()
    assert (of(augmented, "recall") > of(plain, "recall")).all()
    assert (of(augmented, "precision") < of(plain, "precision")).all()
    fids = of(plain, "fids"), of(augmented, "fids")
    assert (fids[0][:, -1] > fids[0].min(1) + 1).all()  # it had been better before
    assert (fids[1].argmin(1) == LOOKS - 1).sum() == 3  # it is still getting better
    assert (fids[1][:, -1] < fids[0][:, -1]).sum() == 2 and (fids[0].min(1) < fids[1][:, -1]).sum() == 2


def test_the_floor_is_measured_again():
    _, floor = (next(made) for made in [augmentation.rows()] for _ in range(2))
    assert floor.fids[0] == pytest.approx(KEPT[augmentation.FLOOR]["fids"][0], rel=0.01)
    assert floor.recall == pytest.approx(KEPT[augmentation.FLOOR]["recall"], abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("arm", small_sets.ARMS)
def test_the_first_look_is_made_again(arm):
    """D's verdicts after 250 steps; later ones drift, as another processor rounds otherwise."""
    trainer, kept = small_sets.ARMS[arm].trainer(20), KEPT[f"{arm}, seed 20"]
    trainer.advance(augmentation.EVERY)
    for name, found in zip(SERIES[1:], augmentation.verdicts(trainer), strict=True):
        assert found == pytest.approx(kept[name][0], abs=0.1)
