"""Benchmarks give lines of the promised form, compare equals with equals, and say better where it is better.

No time is asserted: times are benchmarks, never tests.
"""

import io
import json
import os
from itertools import count

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import __main__ as command
from benchmarks import browser, labs, measure, planes, textbook, toy
from benchmarks.labs_matplotlib import MatplotlibLab
from benchmarks.measure import Row, compare, less_is_better, more_is_better, timed
from gan_lessons.labs.lab import Lab
from gan_lessons.models import whole_batch
from gan_lessons.recipes import toys as recipes

KEYS = {"name": str, "value": float, "unit": str, "baseline": float, "ratio": float, "n": int}
ROW = Row("fake", 2.0, "ms", 6.0, 3.0, 5)
PAIRS = [(recipes.aylien_head, textbook.Aylien), (recipes.dev_nag_moments, textbook.DevNag)]


def fields(line):
    result = json.loads(line)
    assert {key: type(value) for key, value in result.items()} == KEYS
    assert list(result) == list(KEYS)
    return result


def test_ratio_above_1_is_better():
    assert compare("time", "ms", lambda: 2.0, lambda: 6.0, 3).ratio == 3
    assert compare("time", "ms", lambda: 6.0, lambda: 2.0, 3).ratio == pytest.approx(1 / 3, rel=1e-3)
    assert compare("speed", "frames/s", lambda: 50.0, lambda: 60.0, 3, more_is_better).ratio == 0.8333
    assert less_is_better(1.0, 2.0) == more_is_better(2.0, 1.0) == 2


def test_both_sides_warm_up_and_then_alternate_who_is_first():
    order = []
    ours, baseline = (lambda side=side: order.append(side) or 1.0 for side in "ob")
    row = compare("fake", "ms", ours, baseline, 4)
    assert "".join(order) == "ob" + "ob" + "bo" + "ob" + "bo"
    assert row.n == 4


def test_medians_without_the_warm_up():
    ours, baseline = iter([99.0, 1.0, 2.0, 50.0]), iter([99.0, 8.0, 70.0, 7.0])
    row = compare("fake", "ms", ours.__next__, baseline.__next__, 3)
    assert (row.value, row.baseline, row.ratio) == (2, 8, 4)


def test_timed_scales_to_the_unit():
    ticks = count(100.0, 0.5)
    assert timed(lambda: None, 1e6 / 10, ticks.__next__)() == 50_000  # half a second for ten steps, in microseconds


@pytest.mark.parametrize("row", [toy.one_run, toy.whole_batch_critic_100, toy.watching, toy.scene_frame, toy.import_ms])
def test_rows_have_the_form(row, monkeypatch):
    monkeypatch.setattr(toy, "BLOCK", 1)
    result = fields(row(1).line())
    assert result["name"] == row.__name__
    assert result["n"] == 1
    assert min(result["value"], result["baseline"], result["ratio"]) > 0


def test_the_suite_has_all_rows_and_gives_the_threads_back(monkeypatch):
    threads = torch.get_num_threads()
    monkeypatch.setattr(toy, "compare", lambda name, *_: name)
    for maker in ("trainer", "matplotlib_draw"):
        monkeypatch.setattr(toy.scenes, maker, lambda *_: toy.recipes.aylien_head.trainer())
    names = [
        *("one_run", "runs_100", "runs_1000", "whole_batch_critic_100", "worse_only_100", "committees_100"),
        *("watching", "scene_frame", "memory", "import_ms"),
    ]
    assert list(toy.rows()) == names
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(("recipe", "plain"), PAIRS)
def test_textbook_trains_networks_of_the_same_size(recipe, plain):
    gan, trainer = plain(), recipe.trainer()
    for ours, theirs in ((trainer.G, gan.G), (trainer.D, gan.D)):
        sizes = [[sorted(p.squeeze().shape) for p in net.parameters()] for net in (ours, theirs)]
        assert sizes[0] == sizes[1]
        assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())


@pytest.mark.parametrize(("recipe", "plain"), PAIRS)
def test_textbook_has_the_settings_of_the_recipe(recipe, plain):
    gan = plain()
    for ours, theirs in ((recipe.g_optimizer, gan.g_optimizer), (recipe.d_optimizer, gan.d_optimizer)):
        assert type(ours).__name__ == type(theirs).__name__
        for name in vars(ours).keys() & theirs.defaults:
            assert getattr(ours, name) == theirs.defaults[name]


@pytest.mark.parametrize(("recipe", "plain"), PAIRS)
def test_textbook_learns(recipe, plain):
    gan = plain()
    before = [p.clone() for net in (gan.G, gan.D) for p in net.parameters()]
    gan.train(3)
    after = [p for net in (gan.G, gan.D) for p in net.parameters()]
    assert all(torch.isfinite(p).all() and not torch.equal(p, old) for p, old in zip(after, before, strict=True))


def test_textbook_critic_sees_the_same_four_moments():
    batch = torch.randn(500, 1, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(textbook.moments(batch), whole_batch.batch_moments(batch[:, 0]))


def test_peak_memory_is_the_childs_own():
    bare = toy.peak_memory("")
    assert bare < 64  # this process, with torch in it, is far larger
    assert toy.peak_memory("x = bytearray(b'x' * 2**26)") - bare > 60


@pytest.mark.skipif(not browser.chromium() and os.environ.get("CI") != "true", reason="no Chromium on this machine")
def test_rows_of_the_labs(monkeypatch):
    for name in ("SECONDS", "MINUTE", "DIGIT_STEPS", "FINDING"):
        monkeypatch.setattr(labs, name, 1)
    rows = list(labs.rows(1))
    names = ["busy_digit_steps", "fps_1d", "fps_dirac", "first_frame_ms", "answer_ms_p95", "fps_2d", "scrub_ms_p95"]
    names.append("leak_mb")
    assert [row.name for row in rows] == names
    for row in rows:
        assert fields(row.line())["n"] == 1
        assert min(row.value, row.baseline, row.ratio) > 0
    units = dict.fromkeys(names, "ms") | {
        "busy_digit_steps": "steps/s",
        "fps_1d": "frames/s",
        "fps_2d": "frames/s",
        "fps_dirac": "frames/s",
        "leak_mb": "MB",
    }
    assert {row.name: row.unit for row in rows} == units


@pytest.mark.skipif(not browser.chromium() and os.environ.get("CI") != "true", reason="no Chromium on this machine")
def test_rows_of_the_planes():
    rows = list(planes.rows(1))
    assert [(row.name, row.unit, row.n) for row in rows] == [("plane_point_ms", "ms", 1), ("plane_pen_ms_p95", "ms", 1)]
    assert all(min(row.value, row.baseline, row.ratio) > 0 for row in rows)


def test_matplotlib_draws_what_the_lab_shows():
    other, lab = MatplotlibLab(recipes.ring), Lab(recipes.ring, runs=1, name="beside Matplotlib")
    before = other.image.value
    other.play(0.2)
    steps = other.trainer.steps
    assert steps >= 5 and steps % 5 == 0
    lab.advance(steps)
    np.testing.assert_array_equal(other.fake.get_offsets(), lab.trainer.snapshot().samples[0])
    pictures = [np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")) for picture in (before, other.image.value)]
    assert np.any(pictures[0] != pictures[1], -1).mean() > 0.01
    for color in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        assert (np.abs(pictures[1].astype(int) - color).max(-1) < 40).sum() > 50
    lab.close()


def test_command_lists_suites(capsys):
    assert command.main([]) == 0
    listed = capsys.readouterr().out
    assert "python -m benchmarks toy" in listed
    helpers = {"measure", "textbook", "labs_page", "labs_matplotlib"}
    assert not helpers & command.suites().keys()


@pytest.mark.parametrize("arguments", [["nothing"], ["toy", "--repeats", "0"], ["toy", "--repeats", "many"]])
def test_command_refuses(arguments, capsys):
    with pytest.raises(SystemExit) as refusal:
        command.main(arguments)
    assert refusal.value.code == 2
    assert ("toy" if arguments == ["nothing"] else "at least 1") in capsys.readouterr().err


def test_command_prints_and_appends(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(toy, "rows", lambda repeats: iter([ROW, ROW] if repeats == 3 else []))
    out = tmp_path / "rows.jsonl"
    for _ in range(2):
        assert command.main(["toy", "--repeats", "3", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert out.read_text() == printed
    for line in printed.splitlines():
        assert measure.Row(**fields(line)) == ROW


def test_a_whole_number_of_the_page_is_a_number_like_any_other():
    row = labs._against("first_frame_ms", 33, "ms", 300, 9)
    assert fields(row.line())["value"] == 33.0 and row.ratio == pytest.approx(300 / 33, abs=1e-3)
