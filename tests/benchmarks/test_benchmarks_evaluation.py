"""The tables of notebook 08: what was kept is whole, and a part of each is made again."""

from dataclasses import fields

import pytest
import torch

from benchmarks import forgeries, parzen, power, usefulness
from gan_lessons.distributions.forgeries import FORGERIES, STRENGTHS
from gan_lessons.shipped import tables

SUITES = {"forgeries": forgeries, "power": power, "parzen": parzen, "usefulness": usefulness}


@pytest.mark.parametrize("name", SUITES)
def test_kept_rows_have_the_suites_form(name):
    wanted = {field.name for field in fields(SUITES[name].Row)}
    assert all(row.keys() == wanted for row in tables.rows(name).values())


def test_every_row_was_kept():
    names = {f"{name}, {strength:g}" for name in FORGERIES for strength in STRENGTHS} | {"real, 0"}
    assert tables.rows("forgeries").keys() == names
    assert tables.rows("power").keys() == {f"{test}, {of}" for test in power.TESTS for of in (power.REAL, *FORGERIES)}
    assert tables.rows("parzen").keys() == parzen.POINTS.keys()
    assert tables.rows("usefulness").keys() == usefulness.SOURCES.keys()


def test_the_tests_of_real_digits_err_as_seldom_as_they_say():
    for row in tables.rows("power").values():
        if row["forgery"] == power.REAL:
            assert max(row["found"]) <= 7  # of 40 at .05: more in one of a thousand
        assert row["pairs"] == 40 and len(row["found"]) == len(row["sizes"]) == 4


@pytest.mark.slow
def test_a_row_of_the_forgeries_is_made_again():
    kept, again = tables.rows("forgeries")["mirrored, 0.7"], forgeries.measured("mirrored", 0.7)
    for name in ("fid", "kid", "score", "precision", "recall", "density", "coverage", "copies", "samples"):
        assert getattr(again, name) == pytest.approx(kept[name], rel=1e-2), name


@pytest.mark.slow
def test_a_row_of_the_power_is_made_again(monkeypatch):
    monkeypatch.setattr(power, "SIZES", (25, 50))
    again = power.measured("MMD", "shifted", 40)
    assert again.found == tuple(tables.rows("power")["MMD, shifted"]["found"][:2])


@pytest.mark.slow
def test_a_row_of_the_likelihoods_is_made_again(monkeypatch):
    kept = tables.rows("parzen")["1,000 real digits"]
    held_out, test = parzen.digits("train")[parzen.TRAINED :][:200], parzen.digits("test")[::20]
    again = parzen.measured("again", parzen.real(1_000), held_out, test)
    assert again.bandwidth == kept["bandwidth"] and again.nats == pytest.approx(kept["nats"], abs=5 * again.error)


def test_k_means_lowers_the_distances():
    centres = parzen.k_means(20, 3)
    some = parzen.digits("train")[:1000]
    assert torch.cdist(some, centres).min(1).values.mean() < torch.cdist(some, parzen.real(20)).min(1).values.mean()


@pytest.mark.slow
def test_a_row_of_the_usefulness_is_made(monkeypatch):
    monkeypatch.setattr(usefulness, "DIGITS", 1_000)
    judge = usefulness.trained(*usefulness.drawn(usefulness.REAL, 0), 0)
    row = usefulness.measured("MLP GAN", [judge], 1_000)
    kept = tables.rows("usefulness")["MLP GAN"]
    assert row.seeds == 1 and 0.5 < row.accuracy <= kept["accuracy"] + 0.05 and 0.5 < row.told <= 1
