"""The lab of the Dirac-GAN in Python: its settings, what it refuses, its page. The page itself is in tests/browser."""

import numpy as np
import pytest

from gan_lessons.labs.dirac import ORDERS, SETTINGS, START, DiracLab
from gan_lessons.theory import DiracGAN


def test_its_game_and_its_walk_are_the_theorys():
    lab = DiracLab(penalty="R1", weight=0.5, order=ORDERS[1], theta=-1.0, name="walks")
    assert lab.game == DiracGAN("minimax", "R1", 0.5)
    np.testing.assert_array_equal(lab.walk(20), lab.game.walk((-1.0, 1.0), 0.2, 20, alternating=True))


def test_every_stop_of_every_slider_is_allowed():
    lab = DiracLab(name="stops")
    for setting in SETTINGS:
        for value in setting["values"]:
            lab.values = START | {setting["name"]: value}
            assert len(lab.walk(1)) == 2
    assert {setting["name"] for setting in SETTINGS} == START.keys()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"step": 0}, "step must be a finite number above 0, not 0"),
        ({"step": float("nan"), "penalty": "gradient penalty"}, "step must be a finite number"),
        ({"order": "D first"}, "order must be one of"),
        ({"theta": float("inf")}, "theta must be a finite number"),
        ({"penalty": "R3"}, "penalty must be one of"),
        ({"weight": -1}, "weight must be a finite number of at least 0"),
        ({"speed": 3}, "values must be a value for each of"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(values, words):
    with pytest.raises(ValueError, match=words):
        DiracLab(name="refused", **values)
    lab = DiracLab(name="refused")
    with pytest.raises(ValueError, match=words):
        lab.values = START | values
    assert lab.values == START


def test_a_cell_that_is_run_again_closes_the_lab_before():
    first, again = DiracLab(name="one"), DiracLab(name="one")
    assert first.comm is None and again.comm is not None


def test_its_page_is_written_whole(tmp_path):
    lab = DiracLab(name="page", penalty="consensus")
    page = lab.html(tmp_path / "dirac.html")
    assert (tmp_path / "dirac.html").read_text() == page and '"penalty": "consensus"' in page
    with pytest.raises(ValueError, match=r"ends in \.html"):
        lab.html(tmp_path / "dirac.txt")
