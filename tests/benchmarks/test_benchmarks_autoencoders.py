"""The table of autoencoders: what was kept is whole, and parts of it are made again."""

import json
from dataclasses import fields

import numpy as np
import pytest
import torch

from benchmarks import autoencoders
from gan_lessons._core import checksums
from gan_lessons.distributions import mnist
from gan_lessons.metrics.detail import relative_detail
from gan_lessons.metrics.linear_probe import accuracies
from gan_lessons.shipped import tables


def kept():
    header, *rows = map(json.loads, (checksums.DATA / "autoencoders.jsonl").read_text("utf-8").splitlines())
    assert {"date", "machine", "torch"} == header.keys()
    return rows


def labels():
    return [torch.tensor(mnist.load(split).labels.astype(np.int64)) for split in ("train", "test")]


def test_every_row_is_there_and_its_numbers_are_possible():
    rows = kept()
    sides, probes = ([row for row in rows if key in row] for key in ("detail", "accuracies"))
    assert [row["name"] for row in sides] == list(autoencoders.PICTURES) and len(sides) + len(probes) == len(rows)
    known = [(name, n) for name in autoencoders.REPRESENTATIONS for n in autoencoders.LABELS]
    assert [(row["representation"], row["labels"]) for row in probes] == known
    for kind, found in ((autoencoders.Side, sides), (autoencoders.Probe, probes)):
        assert all(row.keys() == {field.name for field in fields(kind)} for row in found)
    for row in sides:
        assert row["samples"] == 10_000 and row["fid"] > 0 and min(row["precision"], row["recall"]) >= 0
    for row in probes:
        assert len(row["accuracies"]) == 10 and min(row["accuracies"]) > 0.1 and max(row["accuracies"]) < 1
        assert row["width"] == (784 if row["representation"] == "raw pixels" else 64)


@pytest.mark.parametrize("name", ["DCGAN, noise of 2", "VAE", "VAE of binarised digits"])
def test_detail_is_measured_again(name):
    found = relative_detail(autoencoders.PICTURES[name](10_000))
    assert found == pytest.approx(tables.rows("autoencoders")[name]["detail"], rel=0.01)


def test_probes_are_fitted_again():
    """Of principal components with 10 labels: three draws."""
    row, (y, y_test) = tables.rows("autoencoders")["principal components, 10 labels"], labels()
    train, test = autoencoders.scaled(autoencoders.REPRESENTATIONS["principal components"])
    pool = slice(autoencoders.POOL)
    again = accuracies(train[pool], y[pool], (test, y_test), 10, range(3), row["weight"])
    assert again == pytest.approx(row["accuracies"][:3], abs=0.005)


def test_rows_have_the_form(monkeypatch):
    monkeypatch.setattr(autoencoders, "PICTURES", {"real digits": autoencoders.PICTURES["real digits"]})
    monkeypatch.setattr(autoencoders, "side", lambda name, make: autoencoders.Side(name, 1, 0, 1, 1, 1, len(make(9))))
    monkeypatch.setattr(autoencoders, "REPRESENTATIONS", {"raw pixels": lambda x: x[:, 300:310]})
    monkeypatch.setattr(autoencoders, "LABELS", (10,))
    header, side, probe = autoencoders.rows(2)
    assert header.torch == torch.__version__ and json.loads(side.line())["samples"] == 9
    assert len(probe.accuracies) == 2 and probe.width == 10 and probe.weight in autoencoders.WEIGHTS
