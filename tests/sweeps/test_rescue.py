"""The five patients of notebook 05: each fails as it is, and the rescue that is told helps on other seeds."""

import pytest

from gan_lessons.sweeps.rescue import PATIENTS, rescue


@pytest.mark.parametrize("name", PATIENTS)
def test_a_patient_fails_and_the_rescue_that_is_told_helps(name):
    ill = rescue(name)
    assert ill.good.good <= 6
    if not PATIENTS[name].best:
        return
    rescued = rescue(name, **PATIENTS[name].best)
    assert rescued.good.good >= ill.good.good + 2
    assert (ill.changed, rescued.changed) == ({}, PATIENTS[name].best)
    assert str(rescued).startswith(f"good: {rescued.good}") and "changed 1: " in str(rescued)


def test_what_must_stay_and_what_there_is_not_are_refused_by_name():
    for action, words in (
        (lambda: rescue("flu"), "patient must be one of"),
        (lambda: rescue("busy G", g_steps=1), r"changes must be other settings than \('g_steps', 'moves'\), which"),
        (lambda: rescue("busy G", d_leers=1), "name must be one of"),
        (lambda: rescue("busy G", d_lr=-1), "d_lr must be"),
    ):
        with pytest.raises(ValueError, match=words):
            action()
