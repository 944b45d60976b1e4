"""The lab of forgeries and the one of real or generated: what they show is what was measured, and the score is kept."""

import numpy as np
import pytest
import torch

from gan_lessons.distributions.forgeries import FORGERIES
from gan_lessons.labs.metric_lab import POSITIONS, MetricLab
from gan_lessons.labs.real_or_generated import RealOrGenerated
from gan_lessons.plots.metrics import METRICS, draw_metrics
from gan_lessons.plots.picture import canvas
from gan_lessons.shipped import tables


def grey(n, rng):
    return torch.full((n, 784), -1.0) + torch.rand(n, 784, generator=rng)


@pytest.fixture
def pairs():
    made = RealOrGenerated({"grey": grey, "white": lambda n, rng: -torch.ones(n, 784)}, pairs=6, name="test")
    yield made
    made.close()


@pytest.mark.parametrize("forgery", FORGERIES)
def test_every_forgery_has_its_rows_and_is_shown(forgery):
    lab = MetricLab(name="test")
    assert [row["strength"] for row in lab.rows] == list(POSITIONS) and lab.rows[0]["forgery"] == "real"
    before = lab._picture.value
    said = lab.choose(forgery, 1.0)
    row = tables.rows("forgeries")[f"{forgery}, 1"]
    assert f"FID {row['fid']:.3g} (real 0.23)" in said and FORGERIES[forgery].about in said
    assert lab._picture.value != before and said.split(",")[0] in lab._said.value
    lab.close()


def test_the_controls_do_what_choose_does():
    lab = MetricLab(name="test")
    lab._forgery.value, lab._strength.value = "mirrored", 0.7
    assert "At strength 0.7" in lab.said and repr(lab) == "MetricLab('test': mirrored, strength 0.7)"
    with pytest.raises(ValueError, match=r"forgery must be one of .* not 'fuzzy'"):
        lab.choose("fuzzy", 0.1)
    with pytest.raises(ValueError, match=r"strength must be one of .* not 0.3"):
        lab.choose("noisy", 0.3)
    assert "mirrored" in repr(lab)
    lab.close()


def test_what_is_drawn_is_the_rows():
    rows = [{"strength": s, **dict.fromkeys(METRICS, 0.5 + s)} for s in (0.0, 0.5)]
    _, axes = canvas(2, 4)
    draw_metrics(axes, rows, 1)
    for ax in axes.ravel():
        floor, line, dot = ax.lines
        assert list(line.get_ydata()) == [0.5, 1.0] and list(dot.get_ydata()) == [1.0] and floor.get_ydata()[0] == 0.5
        assert ax.get_ylim()[1] > 1.0
    for bad in ((axes[0], rows, 1), (axes, rows, 2)):
        with pytest.raises(ValueError, match=r"(axes|at) must be"):
            draw_metrics(*bad)


def test_each_generator_has_as_many_pairs_and_the_score_is_theirs(pairs):
    assert sorted(pairs.whose) == ["grey"] * 3 + ["white"] * 3
    for at in range(6):
        wanted = pairs.real_side[at] if pairs.whose[at] == "grey" else "left"
        assert pairs.answer(wanted) == (pairs.real_side[at] == wanted)
        assert ("Right" if pairs.answers[-1] else "Wrong") in pairs._said.value
    assert "against grey 3 of 3" in pairs.said and "That was the last pair." in pairs.said
    against_white = [side for side, whose in zip(pairs.real_side, pairs.whose, strict=True) if whose == "white"]
    assert f"against white {against_white.count('left')} of 3" in pairs.said
    assert pairs.done and pairs.answer("left") is None and all(button.disabled for button in pairs._buttons)


def test_the_buttons_answer(pairs):
    before = pairs._picture.value
    pairs._buttons[0].click()
    assert len(pairs.answers) == 1 and pairs._picture.value != before and "Pair 2 of 6" in pairs._said.value


def test_the_real_one_is_a_test_digit_on_a_side_that_chance_gives():
    from gan_lessons.distributions import mnist

    made = RealOrGenerated({"grey": grey}, pairs=40, name="test")
    rows = {bytes(image) for image in mnist.load("test").images.reshape(-1, 784)}
    assert all(bytes(image) in rows for image in ((made._real + 1) * 127.5).round().astype(np.uint8))
    assert 8 < made.real_side.count("left") < 32
    made.close()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"generators": {}}, "generators must be a dict of one generator or more"),
        ({"generators": {"a": grey}, "pairs": 0}, "pairs must be .* not 0"),
        ({"generators": {"a": grey}, "seed": -1}, "seed must be .* not -1"),
        ({"generators": {"a": lambda n, rng: torch.rand(n, 784)}}, "generators must be .* values from [0-9]"),
        ({"generators": {"a": lambda n, rng: torch.full((n, 784), torch.nan)}}, "generators must be .* from nan"),
        ({"generators": {"a": lambda n, rng: torch.zeros(n, 100)}}, r"generators must be .* \(30, 100\)"),
    ],
)
def test_what_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        RealOrGenerated(name="test", **given)


def test_a_side_is_left_or_right(pairs):
    with pytest.raises(ValueError, match=r"side must be one of \('left', 'right'\), not 'both'"):
        pairs.answer("both")
    assert not pairs.answers
