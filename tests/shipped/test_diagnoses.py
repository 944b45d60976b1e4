"""GANs with a hidden cause of trouble: what one sees of each is enough to tell it from all others."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from ipywidgets import Button

from gan_lessons._core import checksums
from gan_lessons.labs.diagnosis import Diagnosis, described
from gan_lessons.plots.picture import canvas
from gan_lessons.plots.symptoms import draw_symptoms
from gan_lessons.shipped import diagnoses
from gan_lessons.shipped.patients import SEEDS, SERIES, STEPS, trained

RUNS = range(len(SEEDS))


@pytest.mark.parametrize("cause", diagnoses.CAUSES)
def test_a_record_has_all_signs_of_its_cause_and_lacks_one_of_every_other(cause):
    record = diagnoses.record(cause)
    for run in RUNS:
        assert diagnoses.CAUSES[cause].missing(record, run) == []
        for other in diagnoses.CAUSES.keys() - {cause}:
            right, words = diagnoses.answer(cause, other, record, run)
            assert not right and words.startswith("No. With this, ") and words.endswith(". Here it is not so.")
        assert diagnoses.answer(cause, cause, record, run) == (True, f"Right. {diagnoses.CAUSES[cause].about}")


@pytest.mark.parametrize("cause", diagnoses.CAUSES)
def test_a_part_of_each_record_can_be_made_again(cause):
    shipped, made = diagnoses.record(cause), trained(diagnoses.CAUSES[cause].slips, steps=40)
    for name in SERIES:  # in half precision, and each processor rounds a little otherwise
        np.testing.assert_allclose(made.series[name], shipped.series[name][:4], rtol=0.02, atol=0.002)
    assert (len(shipped.steps), shipped.samples.shape, shipped.curve.shape) == (150, (4, 256), (4, 121))


def test_a_double_sigmoid_keeps_within_its_bounds():
    record = diagnoses.record("sigmoid")
    losses = record.series["d_loss"], record.series["g_loss"]
    assert losses[0].min() > 1.006 and losses[1].min() > 0.313 and losses[1].max() < 0.694  # a double sigmoid's bounds


def seen(slips, steps=STEPS):
    """What the rules ask of 16 further GANs."""
    record = trained(slips, range(100, 116), steps)
    return record, [diagnoses.Seen(record, run) for run in range(16)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("momentum", "steps", "round_", "both"), [(0.9, 1500, 15, 1), (0.5, 1500, 1, 10), (0.9, 4500, 6, None)]
)
def test_what_momentum_does_to_the_one_that_goes_round(momentum, steps, round_, both):
    cause = diagnoses.CAUSES["circling"]
    record, runs = seen(replace(cause.slips, momentum=momentum), steps)
    assert abs(sum(not cause.missing(record, run) for run in range(16)) - round_) <= 2  # processors round otherwise
    filled = sum(0.3 < (run.x < 0).mean() < 0.7 and run.off < 0.1 for run in runs)
    assert both is None or abs(filled - both) <= 2


def test_a_gradient_that_is_never_cleared_swings_as_momentum_does():
    record = diagnoses.record("kept_gradient")
    assert all(diagnoses.Seen(record, run).swings > 3 for run in RUNS)


def test_six_pictures_show_one_run_and_no_other():
    record = diagnoses.record("circling")
    axes = canvas(2, 3)[1].ravel()
    draw_symptoms(axes, record, 2)
    [mean] = axes[3].get_lines()[:1]
    np.testing.assert_array_equal(mean.get_ydata(), record.series["mean"][:, 2])
    np.testing.assert_array_equal(axes[5].get_lines()[0].get_ydata(), record.curve[2])
    assert sum(bar.get_height() for bar in axes[4].containers[1]) == 256
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in axes)


@pytest.fixture
def practice():
    lab = Diagnosis(seed=3, name="test")
    yield lab
    lab.close()


def test_the_first_answer_to_each_patient_counts(practice):
    cause, other = practice.patients[0][0], practice.patients[1][0]
    assert sorted(cause for cause, _ in practice.patients) == sorted(diagnoses.CAUSES)
    assert practice.choose(other) is False and practice.choose(cause) is True
    assert (practice.right, practice.asked) == (0, 1) and "Right." in practice._said.value
    practice.next()
    practice._buttons[other].click()
    assert (practice.right, practice.asked) == (1, 2) and "1 of 2" in practice._said.value
    for _ in diagnoses.CAUSES:
        practice.next()
    assert practice.at == 1 and repr(practice) == "Diagnosis('test': patient 2 of 15, 1 of 2 right)"


def test_its_picture_is_told_in_words_and_does_not_name_the_cause(practice):
    seen = practice._picture.value
    practice.next()
    assert practice._picture.value != seen
    for cause in diagnoses.CAUSES:
        words = described(diagnoses.record(cause), 0)
        assert words.count(";") == 9 and "nan" not in words and diagnoses.CAUSES[cause].label not in words
    labels = sorted(cause.label for cause in diagnoses.CAUSES.values())
    assert [button.description for button in practice._buttons.values()] == labels
    assert all(isinstance(button, Button) for button in practice._buttons.values())


def test_what_cannot_be_is_refused_by_name(practice):
    record = diagnoses.record("healthy")
    for action, words in (
        (lambda: diagnoses.record("flu"), "cause must be one of"),
        (lambda: practice.choose("flu"), "chosen must be one of"),
        (lambda: diagnoses.answer("healthy", "healthy", record, 4), "run must be one of the 4 runs, from 0, not 4"),
        (lambda: Diagnosis(seed=-1), "seed must be a whole number of at least 0, not -1"),
        (lambda: draw_symptoms(canvas(1, 2)[1], record), "axes must be 6 Axes, not 2"),
        (lambda: diagnoses.main(["flu"]), "cause must be one of"),
    ):
        with pytest.raises(ValueError, match=words):
            action()
    assert practice.asked == 0


def test_a_damaged_record_is_said_by_name(monkeypatch, tmp_path):
    shutil.copytree(checksums.DATA / "patients", tmp_path / "patients")
    shutil.copy(checksums.DATA / checksums.LIST, tmp_path)
    monkeypatch.setattr(checksums.read, "__defaults__", (tmp_path,))
    assert diagnoses.record("healthy").samples.shape == (4, 256)
    (tmp_path / "patients" / "healthy.npz").write_bytes(b"no record")
    with pytest.raises(ValueError, match=r"healthy.npz' is damaged: get the course's data anew"):
        diagnoses.record("healthy")
