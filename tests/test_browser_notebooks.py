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
from PIL import Image

from benchmarks.browser import open_notebook, run_all

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "tests" / "screenshots"
LAB = re.compile(r"\b(Player|Playground|Compare|Scrubber|DigitLab|LatentLab)\(")
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


@pytest.mark.parametrize("subshells", [True, False], ids=["subshells", "main-thread"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_lab_of_a_notebook(path, subshells, jupyterlab, chromium, tmp_path):
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    page, errors = chromium.new_page(viewport={"width": 1400, "height": 1000}), []
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_notebook(page, jupyterlab(tmp_path / "notebooks", subshells), path.name)
    run_all(page, timeout=240)
    for i, kind in labs(path):
        USED[kind](page, seen(page, i, kind))
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{path.stem}-{i}-{kind.lower()}.png")
    assert not errors
    page.close()


def seen(page, i, kind):
    """The lab of a cell, scrolled into sight, with its first picture."""
    page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", i)
    ready = "dataset.rested" if kind == "LatentLab" else "querySelector('canvas')?.dataset.drawn"
    page.wait_for_function(f"(i) => ({STAGE})(i)?.{ready}", arg=i)
    stage = page.evaluate_handle(STAGE, i).as_element()
    stage.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    return stage


def pixels(stage):
    data = stage.query_selector("canvas").evaluate("(canvas) => canvas.toDataURL('image/png')")
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


def played(page, stage, words="Step {:,} ("):
    button, before, start = stage.query_selector("[data-do=play]"), pixels(stage), number(stage, "step")
    button.click()
    until(page, stage, "step", start + 10)
    button.click()
    page.wait_for_timeout(500)
    middle, step = pixels(stage), number(stage, "step")
    assert differ(before, middle)
    page.wait_for_timeout(500)
    assert number(stage, "step") == step  # paused
    button.focus()
    page.keyboard.press("Enter")
    until(page, stage, "step", step + 10)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert differ(middle, pixels(stage))
    assert stage.query_selector(".gan-summary").inner_text().startswith(words.format(number(stage, "step")))
    stage.query_selector("[data-do=scrub]").focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    assert differ(middle, pixels(stage))
    page.keyboard.press("End")


def scrubbed(page, stage):
    slider, before = stage.query_selector("input[type=range]"), pixels(stage)
    slider.focus()
    drawn = number(stage, "drawn")
    page.keyboard.press("End" if slider.input_value() != slider.get_attribute("max") else "Home")
    until(page, stage, "drawn", drawn)
    middle, drawn = pixels(stage), number(stage, "drawn")
    assert differ(before, middle)
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, stage, "drawn", drawn)
    assert differ(middle, pixels(stage))


def walked(page, stage):
    """The latent lab: another digit by mouse, and one more by keyboard."""
    before = pixels(stage)
    cell = stage.query_selector("[data-cell='7']")
    cell.click()
    rested(page, stage)
    middle = pixels(stage)
    assert differ(before, middle)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    rested(page, stage)
    assert differ(middle, pixels(stage))


def rested(page, stage):
    page.wait_for_timeout(300)
    page.wait_for_function("(lab) => lab.dataset.version === lab.dataset.rested", arg=stage)
    page.wait_for_timeout(300)


def written(page, stage):
    """A lab of digits, whose summary begins with how much is left."""
    played(page, stage, "Step {:,} of ")


TOYS = dict.fromkeys(("Player", "Playground", "Compare"), played)
USED = TOYS | {"Scrubber": scrubbed, "DigitLab": written, "LatentLab": walked}
