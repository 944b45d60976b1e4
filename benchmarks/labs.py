"""The player in a real JupyterLab, in headless Chromium: frames a second, first frame, answers, looking back, memory.

On a line it trains 100 runs of AYLIEN's toy; in the plane one run of a ring of eight, at five steps a frame. A row
without a scene in its name gives the worse of the two. `labs_page` says how times are taken.
"""

import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import nbformat
import numpy as np

from benchmarks import browser
from benchmarks.labs_page import DRAWN, SHOWN, TICKS, ask, memory, pause, play, play_on, time_of
from benchmarks.measure import Row, compare, less_is_better, more_is_better
from gan_lessons.recipes import digits

REPEATS, SECONDS = 3, 7  # play on a line is watched for 3 times 7 seconds, in turn with the idle page
MINUTE, MINUTES = 60, 9  # of play in the plane; memory is watched for nine minutes after the first
PLAYS, PRESSES = 9, 60
BUSY, DIGIT_STEPS, FINDING = 5, 40, 20  # times so many steps beside a busy core, and steps to find the threads before
FIRST_FRAME_MS, ANSWER_MS, SCRUB_MS = 300, 100, 1000 / 60  # what a person may have to wait; the last is a display tick
LEAK_MB = 50
LINE = "from gan_lessons.labs.lab import Lab\n\nlab = Lab()\nlab"
PLANE = """from gan_lessons.recipes import toys as recipes
from gan_lessons.labs.lab import Lab

lab = Lab(recipes.ring, runs=1, speed=5)
lab"""
DIRAC = "from gan_lessons.labs.dirac import DiracLab\n\nDiracLab()"
MATPLOTLIB = f"""import sys

sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from benchmarks.labs_matplotlib import MatplotlibLab

other = MatplotlibLab(recipes.ring, steps=5)
other.image"""


def rows(repeats: int | None = None) -> Iterator[Row]:
    """All rows. repeats: of each measurement, and minutes after the first for `leak_mb` (default: each row's own)."""
    yield busy_digit_steps(repeats)
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder, "line.ipynb"), LINE)
        write_notebook(Path(folder, "plane.ipynb"), PLANE, MATPLOTLIB)
        write_notebook(Path(folder, "dirac.ipynb"), DIRAC)
        with browser.jupyterlab(Path(folder)) as address, browser.page() as page:
            page.set_default_timeout(30_000)
            open_lab(page, address, "line.ipynb")
            first, answer = [first_frames(page, repeats)], [answers(page, "mean", repeats)]
            yield fps_1d(page, repeats)
            open_lab(page, address, "dirac.ipynb")
            yield fps_dirac(page, repeats)
            open_lab(page, address, "plane.ipynb")
            first.append(first_frames(page, repeats)), answer.append(answers(page, "sd", repeats))
            yield _against("first_frame_ms", max(map(median, first)), "ms", FIRST_FRAME_MS, len(first[0]))
            yield _against("answer_ms_p95", max(map(_p95, answer)), "ms", ANSWER_MS, len(answer[0]))
            for row in (fps_2d, scrub_ms_p95, leak_mb):
                yield row(page, repeats)


def busy_digit_steps(repeats: int | None) -> Row:
    """Steps a second of the lean DCGAN while another process keeps a core busy. baseline: with one thread alone."""
    finding, alone = digits.lean_dcgan.trainer(), digits.lean_dcgan.trainer()
    alone.paying = None  # it takes one, then
    finding.advance(FINDING)
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        ours, one = lambda: _rate(finding), lambda: _rate(alone)
        return compare("busy_digit_steps", "steps/s", ours, one, repeats or BUSY, more_is_better)
    finally:
        busy.kill(), busy.wait()


def _rate(trainer) -> float:
    start = time.perf_counter()
    trainer.advance(DIGIT_STEPS)
    return DIGIT_STEPS / (time.perf_counter() - start)


def write_notebook(path: Path, *codes: str) -> None:
    """A notebook with one cell for each piece of code. It names its kernel, or JupyterLab would ask for one."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def open_lab(page, address: str, name: str) -> None:
    """Runs a notebook with one lab, and waits for its first picture."""
    browser.open_notebook(page, address, name)
    browser.run_all(page)
    page.wait_for_selector(".gan-stage canvas[data-step]")


def fps_1d(page, repeats: int | None) -> Row:
    """Frames drawn a second while training on a line. baseline: the idle page's own display ticks a second."""
    playing, idle = lambda: frames(page, SECONDS), lambda: page.evaluate(TICKS, 3)
    return compare("fps_1d", "frames/s", playing, idle, repeats or REPEATS, more_is_better)


def fps_dirac(page, repeats: int | None) -> Row:
    """Frames drawn a second of the Dirac-GAN, which the page computes. baseline: the idle page's own display ticks."""
    playing, idle = lambda: frames(page, SECONDS), lambda: page.evaluate(TICKS, 3)
    return compare("fps_dirac", "frames/s", playing, idle, repeats or REPEATS, more_is_better)


def fps_2d(page, repeats: int | None) -> Row:
    """Frames drawn a second in the plane, over a minute. baseline: Matplotlib's pictures of the same that are shown."""
    code = f"other.play({SECONDS + 2})"  # a second before and one after those that count
    playing, pictures = lambda: frames(page, MINUTE), lambda: _shown(page, code)
    return compare("fps_2d", "frames/s", playing, pictures, repeats or 1, more_is_better)


def frames(page, seconds: float) -> float:
    """Frames drawn a second while it trains."""
    page.locator(".gan-stage canvas").scroll_into_view_if_needed()
    play(page)
    page.wait_for_timeout(1000)
    rate = page.evaluate(DRAWN, seconds)
    pause(page)
    return rate


def _shown(page, code: str) -> float:
    page.locator("img.widget-image").scroll_into_view_if_needed()
    return page.evaluate(SHOWN, [code, SECONDS])


def first_frames(page, repeats: int | None) -> list[float]:
    """Milliseconds from the click on Play to the first frame that trained further."""
    times = []
    for _ in range(repeats or PLAYS):
        times.append(time_of(page, "[data-do=play]", "click", "step", lambda: play(page)))
        pause(page)
    return times


def answers(page, setting: str, repeats: int | None) -> list[float]:
    """Milliseconds from a key on a slider of the data, while it plays, to the picture that shows what it did."""
    pauses, times, slider = random.Random(0), [], f"[data-set={setting}]"
    page.focus(slider)
    play_on(page)
    for press in range(repeats or PRESSES):
        page.wait_for_timeout(200 + 200 * pauses.random())
        key = "ArrowLeft" if press % 2 else "ArrowRight"
        times.append(time_of(page, slider, "keydown", "epoch", lambda key=key: page.press(slider, key)))
        shown = float(page.get_attribute(slider, "aria-valuetext"))
        assert math.isclose(ask(page, f"lab.recipe.data.{setting}"), shown), "the answer was not to this key"
    pause(page)
    return times


def scrub_ms_p95(page, repeats: int | None) -> Row:
    """From a key's input event on the slider that looks back, to the picture, 95th percentile. baseline: one tick."""
    keys, slider, times = ("Home", "ArrowRight", "End", "ArrowLeft"), "[data-do=scrub]", []
    page.focus(slider)
    for press in range(repeats or PRESSES):
        key = keys[press % len(keys)]
        times.append(time_of(page, slider, "input", "drawn", lambda key=key: page.press(slider, key)))
    page.press(slider, "End")
    return _against("scrub_ms_p95", _p95(times), "ms", SCRUB_MS, len(times))


def leak_mb(page, repeats: int | None) -> Row:
    """What kernel and page hold more after minutes of play in the plane than after the first. baseline: the limit."""
    minutes = repeats or MINUTES
    frames(page, MINUTE)
    before = memory(page)
    frames(page, minutes * MINUTE)
    return _against("leak_mb", memory(page) - before, "MB", LEAK_MB, minutes)


def _p95(times: list[float]) -> float:
    return float(np.quantile(times, 0.95))


def _against(name: str, value: float, unit: str, budget: float, n: int) -> Row:
    value = max(0.1, round(float(value), 1))  # less than can be told counts as that; a page may give a whole number
    return Row(name, value, unit, round(float(budget), 1), round(less_is_better(value, budget), 3), n)
