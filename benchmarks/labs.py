"""The player in a real JupyterLab, in headless Chromium: frames a second, the first frame, the answer to a key.

All times are taken inside the page, up to the moment when the canvas has been drawn; the screen shows it with the
next display tick. Each drawn frame says on the canvas how many were drawn, of which step and of which epoch (a person's
doing raises the epoch).
"""

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import nbformat
import numpy as np

from benchmarks import browser
from benchmarks.measure import Row, compare, less_is_better, more_is_better

REPEATS, SECONDS = 3, 7  # play is watched for 3 times 7 seconds, in turn with the idle page
PLAYS, PRESSES = 9, 60
FIRST_FRAME_MS, ANSWER_MS = 300, 100  # what a person may have to wait
CODE = "from gan_lessons.labs.player import Player\n\nlab = Player({})\nlab"

TICKS = """async (seconds) => {
  const start = performance.now(); let n = 0;
  await new Promise((done) => {
    const tick = () => { n += 1; performance.now() - start < 1000 * seconds ? requestAnimationFrame(tick) : done(); };
    requestAnimationFrame(tick);
  });
  return 1000 * n / (performance.now() - start); }"""

DRAWN = """async (seconds) => {
  const canvas = document.querySelector('.gan-stage canvas');
  const start = performance.now(), before = Number(canvas.dataset.drawn);
  await new Promise((done) => setTimeout(done, 1000 * seconds));
  return 1000 * (Number(canvas.dataset.drawn) - before) / (performance.now() - start); }"""

# Waits for an event of a person, and then for the draw that differs in canvas.dataset[key]: the milliseconds between.
WATCH = """([selector, event, key]) => {
  const canvas = document.querySelector('.gan-stage canvas'), node = document.querySelector(selector);
  window.ganTime = new Promise((done, never) => {
    setTimeout(() => never(new Error(`nothing was drawn within 20 seconds of ${event}`)), 20000);
    node.addEventListener(event, (happened) => {
      const before = canvas.dataset[key];
      const eye = new MutationObserver(() => {
        if (canvas.dataset[key] === before) return;
        eye.disconnect(); done(performance.now() - happened.timeStamp);
      });
      eye.observe(canvas, { attributes: true });
    }, { once: true, capture: true });
  });
}"""


def rows(repeats: int | None = None, arguments: str = "") -> Iterator[Row]:
    """All rows. repeats: of each measurement (default: each row's own). arguments: of the `Player`, by default none."""
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder, "lab.ipynb"), CODE.format(arguments))
        with browser.jupyterlab(Path(folder)) as address, browser.page() as page:
            page.set_default_timeout(30_000)
            browser.open_notebook(page, address, "lab.ipynb")
            browser.run_all(page)
            page.wait_for_selector(".gan-stage canvas[data-step]")
            for row in (first_frame_ms, fps_1d, answer_ms_p95):
                yield row(page, repeats)


def write_notebook(path: Path, *codes: str) -> None:
    """A notebook with one cell for each piece of code. It names its kernel, or JupyterLab would ask for one."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def fps_1d(page, repeats: int | None) -> Row:
    """Frames drawn a second while training. baseline: the idle page's own display ticks a second."""

    def playing() -> float:
        play(page)
        page.wait_for_timeout(1000)
        frames = page.evaluate(DRAWN, SECONDS)
        pause(page)
        return frames

    idle = lambda: page.evaluate(TICKS, 3)  # noqa: E731
    return compare("fps_1d", "frames/s", playing, idle, repeats or REPEATS, more_is_better)


def first_frame_ms(page, repeats: int | None) -> Row:
    """From the click on Play to the first frame that trained further, median. baseline: what may be waited."""
    times = []
    for _ in range(repeats or PLAYS):
        page.evaluate(WATCH, ["[data-do=play]", "click", "step"])
        play(page)
        times.append(page.evaluate("window.ganTime"))
        pause(page)
    return _against("first_frame_ms", median(times), FIRST_FRAME_MS, len(times))


def answer_ms_p95(page, repeats: int | None) -> Row:
    """From a key on a slider, while playing, to the picture that shows it, 95th percentile. baseline: the limit."""
    pauses, times = random.Random(0), []
    page.focus("[data-set=mean]")
    play(page)
    for press in range(repeats or PRESSES):
        page.wait_for_timeout(200 + 200 * pauses.random())
        page.evaluate(WATCH, ["[data-set=mean]", "keydown", "epoch"])
        page.press("[data-set=mean]", "ArrowLeft" if press % 2 else "ArrowRight")
        times.append(page.evaluate("window.ganTime"))
        shown = page.inner_text(".gan-sliders label:has([data-set=mean]) output")
        assert f"(real {float(shown):.2f})" in page.inner_text(".gan-summary"), "the answer was not to this key"
    pause(page)
    return _against("answer_ms_p95", float(np.quantile(times, 0.95)), ANSWER_MS, len(times))


def play(page) -> None:
    page.click("[data-do=play]:has-text('Play')")


def pause(page) -> None:
    """Pauses, and waits until frames stop."""
    page.click("[data-do=play]:has-text('Pause')")
    before, deadline = None, time.monotonic() + 20
    while before != (before := page.get_attribute(".gan-stage canvas", "data-drawn")) and time.monotonic() < deadline:
        page.wait_for_timeout(300)


def _against(name: str, value: float, budget: float, n: int) -> Row:
    return Row(name, round(value, 1), "ms", float(budget), round(less_is_better(value, budget), 3), n)
