"""Every lab of every notebook, in a real JupyterLab, as a learner has it: run all, then by mouse and by keyboard.

Pixels are read back from each canvas: a picture that is blank, or does not move, fails. Screenshots go to
tests/screenshots/.
"""

import base64
import io
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from helpers.pages import SHOTS
from PIL import Image

from benchmarks.browser import run_all

ROOT = Path(__file__).parents[2]
LAB = re.compile(r"\b(Lab|Playground|Compare|Scrubber|LatentLab|LatentPlanes|DiracLab)\(")
STAGE = "(i) => window.jupyterapp.shell.currentWidget.content.widgets[i].node.querySelector('.gan-stage, .gan-latent')"


def labs(path):
    """(cell's index, kind of lab) of a notebook's labs."""
    found = [
        (i, LAB.search(cell.source)) for i, cell in enumerate(nbformat.read(path, 4).cells) if cell.cell_type == "code"
    ]
    return [(i, match[1]) for i, match in found if match]


NOTEBOOKS = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if labs(path)]


def test_there_are_labs_to_test():
    kinds = {kind for path in NOTEBOOKS for _, kind in labs(path)}
    assert kinds == USED.keys()


# Each lab's own file tests what the two modes may do differently. One notebook shows that running all cells, and then
# playing, works in the other mode, too.
RUNS = [(path, "subshells") for path in NOTEBOOKS] + [(NOTEBOOKS[1], "main-thread")]


@pytest.mark.parametrize(("path", "mode"), RUNS, ids=lambda part: getattr(part, "stem", part))
def test_every_lab_of_a_notebook(path, mode, jupyterlab, chromium):
    server = jupyterlab(mode)
    folder = server.folder(path.stem)
    shutil.copy(path, folder)  # alone: what others keep in their folder comes and goes while their tests run
    errors = []
    with server.page(chromium, folder, path.name) as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        run_all(page, timeout=240)
        for i, kind in labs(path):
            USED[kind](page, seen(page, i, kind))
            SHOTS.mkdir(exist_ok=True)
            page.screenshot(path=SHOTS / f"{path.stem}-{i}-{kind.lower()}-{mode}.png")
    assert not errors


def test_the_opening_picture_is_there_where_a_notebook_lies_alone(jupyterlab, chromium):
    server = jupyterlab("subshells")
    folder = server.folder("alone")
    shutil.copy(NOTEBOOKS[0], folder)
    with server.page(chromium, folder, NOTEBOOKS[0].name) as page:
        page.wait_for_function("() => document.querySelector('.jp-MarkdownOutput img')?.naturalWidth === 1200")


def seen(page, i, kind):
    """The lab of a cell, scrolled into sight, with its first picture."""
    page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", i)
    ready = "dataset.rested" if kind.startswith("Latent") else "querySelector('canvas')?.dataset.drawn"
    page.wait_for_function(f"(i) => ({STAGE})(i)?.{ready}", arg=i)
    stage = page.evaluate_handle(STAGE, i).as_element()
    stage.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    return stage


def pixels(stage, selector="canvas"):
    data = stage.query_selector(selector).evaluate("(canvas) => canvas.toDataURL('image/png')")
    image = np.asarray(Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2]))).convert("RGB"))
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 30, "the canvas is blank"
    return image


def differ(some, other):
    return some.shape != other.shape or (some != other).any(-1).mean() > 0.001


def number(stage, key):
    return int(stage.query_selector("canvas").get_attribute(f"data-{key}"))


def until(page, stage, key, more_than):
    page.wait_for_function(
        "([stage, key, n]) => Number(stage.querySelector('canvas').dataset[key]) > n", arg=[stage, key, more_than]
    )


def paused(page, stage, press):
    """Presses Pause, and waits for its answer, which is the last frame."""
    epoch = number(stage, "epoch")
    press()
    until(page, stage, "epoch", epoch)


def played(page, stage):
    button, before, start = stage.query_selector("[data-do=play]"), pixels(stage), number(stage, "step")
    button.click()
    until(page, stage, "step", start + 10)
    paused(page, stage, button.click)
    middle, step = pixels(stage), number(stage, "step")
    assert differ(before, middle)
    button.focus()
    page.keyboard.press("Enter")
    until(page, stage, "step", step + 10)
    paused(page, stage, lambda: page.keyboard.press("Enter"))
    assert differ(middle, pixels(stage))
    assert stage.query_selector(".gan-summary").inner_text().startswith(f"Step {number(stage, 'step'):,} ")
    stage.query_selector("[data-do=scrub]").focus()
    page.keyboard.press("Home")
    assert differ(middle, pixels(stage))
    page.keyboard.press("End")


def scrubbed(page, stage):
    slider, before = stage.query_selector("[data-scrub=p]"), pixels(stage)
    there = "(stage) => stage.querySelector('canvas').dataset.position === stage.querySelector('[data-scrub=p]').value"
    slider.focus()
    page.keyboard.press("End" if slider.input_value() != slider.get_attribute("max") else "Home")
    page.wait_for_function(there, arg=stage)
    middle = pixels(stage)
    assert differ(before, middle)
    slider.click()  # in its middle
    page.wait_for_function(there, arg=stage)
    assert differ(middle, pixels(stage))


def walked(page, stage):
    """The latent lab: another digit by mouse, and one more by keyboard."""
    before, version = pixels(stage), stage.get_attribute("data-version")
    cell = stage.query_selector("[data-cell='7']")
    cell.click()
    rested(page, stage, version)
    middle = pixels(stage)
    assert differ(before, middle)
    version = stage.get_attribute("data-version")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    rested(page, stage, version)
    assert differ(middle, pixels(stage))


def rested(page, stage, before):
    """Waits until another version than the one before is all there, no newer one is asked for, and it is drawn."""
    page.wait_for_function(
        "([{ dataset: { version, rested, busy } }, before]) => version !== before && version === rested && !busy",
        arg=[stage, before],
    )
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def pointed(page, stage):
    """The latent planes: the point is moved by mouse and by keyboard, and the digit below the plane is another."""
    before, version = pixels(stage, ".gan-point"), stage.get_attribute("data-version")
    stage.query_selector(".gan-over").click(position={"x": 25, "y": 25})
    rested(page, stage, version)
    middle, version = pixels(stage, ".gan-point"), stage.get_attribute("data-version")
    assert differ(before, middle)
    page.keyboard.press("Shift+ArrowRight")
    rested(page, stage, version)
    assert differ(middle, pixels(stage, ".gan-point"))


def went(page, stage):
    """The Dirac-GAN: it walks by mouse and stops by keyboard; a slider bends the field."""
    before, button, start = pixels(stage), stage.query_selector("[data-do=play]"), number(stage, "step")
    button.click()
    until(page, stage, "step", start + 30)
    button.focus()
    page.keyboard.press("Enter")
    middle, drawn = pixels(stage), number(stage, "drawn")
    assert differ(before, middle)
    stage.query_selector("[data-set=noise]").focus()
    page.keyboard.press("End")
    until(page, stage, "drawn", drawn)
    assert differ(middle, pixels(stage))
    assert stage.query_selector(".gan-summary").inner_text().startswith(f"Step {number(stage, 'step'):,}: theta ")


USED = {
    "Lab": played,
    "Playground": played,
    "Compare": played,
    "Scrubber": scrubbed,
    "LatentLab": walked,
    "LatentPlanes": pointed,
    "DiracLab": went,
}
