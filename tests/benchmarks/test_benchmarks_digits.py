"""The digits' benchmark: its rows have the form, and its baseline is the network that the tutorials train."""

import json
import re
from pathlib import Path

import pytest
import torch

from benchmarks import digits
from benchmarks.textbook_dcgan import BATCH, NOISE, TextbookDCGAN
from gan_lessons._core import checksums
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.shipped import networks as checkpoints

ROWS = ["images_per_second", "peak_mb", "score_3min", "fid_3min", "fid_floor", "time_to_quality"]
SHIPPED = ["shipped_score", "shipped_fid", "shipped_precision", "shipped_recall"]


def test_the_baseline_has_the_tutorials_size():
    gan = TextbookDCGAN()
    channels = [layer.out_channels for layer in gan.G if isinstance(layer, torch.nn.Conv2d)]
    assert channels == [128, 64, 1] and gan.G[0].out_features == 128 * 8 * 8
    assert gan.G.eval()(torch.zeros(1, NOISE)).shape == (1, 1, 32, 32)
    for optimizer in (gan.g_optimizer, gan.d_optimizer):
        assert optimizer.defaults["lr"] == 2e-4 and optimizer.defaults["betas"] == (0.5, 0.999)


def test_the_baseline_learns_what_it_sees():
    gan = TextbookDCGAN()
    gan.images = torch.full_like(gan.images, 255)  # nothing but ink
    gan.train(30)
    assert gan.make(torch.randn(1, 8, NOISE)).mean() > 0.3
    assert gan.make(torch.randn(1, 8, NOISE)).shape == (1, 8, 784)


def test_the_clock_stands_still_while_it_is_measured(monkeypatch):
    side = digits.Side(lambda steps: None, lambda noise: torch.rand(1, noise.shape[1], 784), 4, BATCH)
    side.until(0.01, piece=1)
    seconds = side.seconds
    monkeypatch.setattr(metrics_digits, "SAMPLES", 1000)
    assert side.fid() > metrics_digits.measures_floor().fid
    assert side.seconds == seconds


@pytest.mark.parametrize(("fids", "arrived"), [((5.0, 3.0), True), ((9.0,) * 40, False)])
def test_the_baseline_gets_half_an_hour_at_most(fids, arrived, monkeypatch):
    side, left = digits.Side(lambda steps: None, None, 4, BATCH), iter(fids)
    monkeypatch.setattr(side, "until", lambda seconds: setattr(side, "seconds", seconds))
    monkeypatch.setattr(side, "fid", lambda: next(left))
    side.seconds = digits.BUDGET
    seconds, there = digits._arrival(side, 10.0, 4.0)
    assert there is arrived
    assert seconds == (digits.BUDGET + 2 * digits.EVERY if arrived else digits.LONGEST)


def test_rows_have_the_form(monkeypatch):
    monkeypatch.setattr(digits, "BUDGET", 0.2)
    monkeypatch.setattr(digits, "LONGEST", 0.3)
    monkeypatch.setattr(digits, "EVERY", 0.1)
    monkeypatch.setattr(digits, "peak_memory", lambda code: 400.0 if code == digits.OURS else 500.0)
    monkeypatch.setattr(digits, "_speed", lambda side: lambda: float(side.noise))
    header, *rows = digits.rows(1)
    assert header.torch == torch.__version__
    assert [row.name for row in rows] == ROWS + SHIPPED
    by_name = {row.name: row for row in rows}
    assert by_name["peak_mb"].ratio == 1.25 and by_name["images_per_second"].baseline == NOISE
    assert by_name["time_to_quality"].n in (0, 1) and by_name["time_to_quality"].ratio > 0
    assert by_name["fid_floor"].baseline == by_name["fid_3min"].value
    card = checkpoints.card("dcgan")["measured"]  # over other noise
    assert by_name["shipped_score"].value == pytest.approx(card["score"]["mean"], abs=5 * card["score"]["sd"])
    assert by_name["shipped_fid"].value == pytest.approx(card["fid"]["mean"], abs=5 * card["fid"]["sd"])


def test_readme_says_what_was_kept():
    _, *kept = map(json.loads, (checksums.DATA / "digits.jsonl").read_text(encoding="utf-8").splitlines())
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert [row["name"] for row in kept] == ROWS + SHIPPED
    for row in kept:
        said = re.search(rf"(?m)^\| `{row['name']}` \| .* \| ([\d.,]+)[^|]* \| ([\d.,]+) \| ([\d.]+) \|$", readme)
        numbers = [float(number.replace(",", "")) for number in said.groups()]
        assert numbers == pytest.approx([row["value"], row["baseline"], row["ratio"]], rel=5e-3), row["name"]
