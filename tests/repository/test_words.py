"""The words say what the picture shows: on which side generated points lie, how wide, how far, and how sure D is."""

import numpy as np
import pytest

from gan_lessons.labs.words import summary
from gan_lessons.trainers.records import Snapshot

LINE = {"mean": 1.0, "sd": 0.5, "real_mean": 4.0, "real_sd": 0.5, "p_real": 0.92, "p_fake": 0.08, "scores": False}
PLANE = {"covered": 3.0, "hq": 0.5, "modes": 8, "p_real": 0.92, "p_fake": 0.08, "scores": False}


def said(numbers, runs=1, step=40, **more):
    nothing = np.zeros(runs)
    snapshot = Snapshot(step, nothing, {}, nothing, nothing, np.full(runs, -1))
    return summary(snapshot, {"shift": (0.0, 0.0), "width": 1.0} | numbers | more, 0, runs, 7)


@pytest.mark.parametrize(
    ("shift", "width", "words"),
    [
        ((-6.0,), 1.0, "They lie left of the data."),
        ((0.3, 0.0), 1.2, "They lie right of the data."),
        ((0.0, 0.3), 1.0, "They lie above the data."),
        ((-0.3, -0.3), 0.8, "They lie left of and below the data."),
        ((0.1, -2.0), 0.5, "They lie below the data, and are less spread out."),
        ((0.2, 0.2), 1.5, "They are more spread out than the data."),
        ((0.0,), 0.7, "They are less spread out than the data."),
        ((0.2, -0.2), 1.2, ""),
    ],
)
def test_where_generated_points_lie(shift, width, words):
    found = said(PLANE if len(shift) > 1 else LINE, shift=shift, width=width)
    assert words in found and ("They" in found) == bool(words)


def test_a_whole_summary():
    assert said(PLANE, shift=(-1.0, 0.0)) == (
        "Step 40 (seed 7). Generated: 3 of 8 modes covered, 50% of samples near one. They lie left of the data. "
        "On its last batch D called real samples real with 92% and generated ones with 8%; 50% each is guessing."
    )
    assert "mean 1.00 (real 4.00), sd 0.50 (real 0.50)." in said(LINE)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sliced_w1": 0.25, "floor": 0.05}, "sliced W1 0.250 (real samples: 0.050)."),
        ({"jsd": 0.3, "jsd_floor": 0.04}, "JSD 0.300 (real samples: 0.040)."),
        ({"rkl": 1.0, "fkl": np.inf, "rkl_floor": 0.01}, "KL of its modes 1.000 (real samples: 0.010)."),
    ],
)
def test_the_chosen_metric_is_said_with_its_floor(more, words):
    assert words in said(PLANE, **more) and words not in said(PLANE)


def test_what_is_said_is_said_once():
    words = said({"sliced_w1": 0.25, "floor": 0.05, "p_real": np.nan, "p_fake": np.nan, "scores": False})
    assert words.count("sliced W1") == 1 and "D called" not in words


def test_other_runs_and_when_they_were_judged():
    counts = {"good": 1, "collapsed": 2, "judged": 40}
    assert said(PLANE, runs=4, **counts).endswith("Of 4 runs 1 are good, 2 collapsed, 0 diverged.")
    old = said(PLANE, runs=4, **counts | {"judged": 1200}, step=1205)
    assert old.endswith("Of 4 runs at step 1,200 1 were good, 2 collapsed; 0 diverged.")
    narrow = {"good": 0, "narrow": 3, "judged": 40}
    assert said(LINE, runs=4, **narrow).endswith("Of 4 runs 0 are good, 3 narrow, 0 diverged.")


def test_a_run_that_diverged_lies_nowhere():
    words = said(PLANE, hq=np.nan, covered=np.nan, shift=(np.nan, np.nan), width=np.nan)
    assert "nothing that is a number any more." in words and "They" not in words
