"""A lab works in every place: JupyterLab and Notebook 7, in Chromium and in Firefox, Voila, and a phone under a finger.

The same is done in each: play, a slider, play again. What is drawn is held against the words that came with it, by
pixels: the data's curve stands at the real mean, and the trace of the generated mean has come to that mean.
"""

from contextlib import contextmanager

import numpy as np
import pytest
from helpers import firefox
from helpers.pages import BLUE, CANVAS, STANDS, VERMILLION, Lab

from benchmarks.browser import open_notebook, run_all
from benchmarks.labs import write_notebook
from gan_lessons.labs import exported_page

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
THUMB = 8  # half a slider's thumb, in CSS pixels
CELL = "import gan_lessons as gl\n\nlab = gl.labs.Lab(gl.recipes.steady, runs=12)\nlab"
DRAWN = f"() => document.querySelector('{CANVAS}')?.dataset.step"


@pytest.fixture(scope="module")
def notebook(jupyterlab):
    """A server, and a folder of it with a notebook of one lab."""
    server = jupyterlab("subshells")
    folder = server.folder("places")
    write_notebook(folder / "lab.ipynb", CELL)
    yield server.address, f"{folder.name}/lab.ipynb"
    server.tidy(folder)


@contextmanager
def in_jupyter(page, notebook, place="doc/tree", kind=Lab):
    """The lab in a page of JupyterLab or Notebook 7, its cell run."""
    open_notebook(page, *notebook, place)
    lab = kind(page)
    run_all(page)
    page.wait_for_function(DRAWN)
    yield lab
    lab.end()


@pytest.fixture(scope="module")
def fox():
    """A page in Firefox; without one a test is skipped."""
    found = firefox.firefox()
    if not found:
        pytest.skip("no Firefox on this machine: install the package `firefox-esr`")
    with firefox.page(found, LAPTOP) as page:
        yield page


@pytest.fixture
def page(chromium):
    page = chromium.new_page(viewport=LAPTOP)
    page.set_default_timeout(60_000)
    yield page
    page.close()


def differ(some, other):
    return some.pixels.shape != other.pixels.shape or np.any(some.pixels != other.pixels, -1).mean() > 0.002


def agree(lab):
    """Fails unless the picture is that of the words: where the data's curve is highest, where the mean's trace ends."""
    picture, (step, mean, real_mean, *_) = lab.picture(), lab.numbers
    assert step == lab.step
    blue = picture.near(BLUE, "densities")
    assert blue.sum() > 200
    top = np.argwhere(blue[: blue.any(1).argmax() + 3])[:, 1]
    assert picture.value("densities", top.mean() + 0.5) == pytest.approx(real_mean, abs=0.25)
    [column], [row] = picture.place("moments", [step], mean)
    trace = np.argwhere(picture.near(VERMILLION, "moments")[:, round(column) - 5 : round(column) - 2])[:, 0]
    assert np.abs(trace + 0.5 - row).min() <= 3 * picture.ratio


def by_keys(lab):
    """Moves the data's mean to 5.5."""
    lab.key("[data-set=mean]", *["ArrowRight"] * 3)


def use(lab, move=by_keys):
    """Plays, moves the data by a slider, and plays on."""
    first = lab.picture()
    lab.play(100)
    lab.pause()
    played = lab.picture()
    assert differ(first, played)
    agree(lab)
    move(lab)
    lab.wait("summary.includes('(real 5.50)')")
    moved = lab.picture()
    assert differ(played, moved)
    agree(lab)
    lab.play(lab.step + 50)
    lab.pause()
    assert differ(moved, lab.picture())
    agree(lab)


class Touched(Lab):
    """A lab under a finger."""

    def _tap(self, selector):
        self.page.tap(selector)

    def drag(self, selector, position):
        """A finger takes a slider's thumb to one of its positions."""
        slider = self.page.locator(selector)
        slider.scroll_into_view_if_needed()
        last = int(slider.get_attribute("max"))
        box, touch = slider.bounding_box(), self.page.context.new_cdp_session(self.page)
        for moved, at in enumerate(np.linspace(int(slider.input_value()), position, 9)):
            x = box["x"] + THUMB + at / last * (box["width"] - 2 * THUMB)
            point, kind = {"x": x, "y": box["y"] + box["height"] / 2}, "touchMove" if moved else "touchStart"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        touch.detach()


def by_finger(lab):
    """Moves the data's mean to 5.5."""
    lab.drag(
        "[data-set=mean]", lab.ask("next(one['values'] for one in lab.controls if one['name'] == 'mean').index(5.5)")
    )


def test_notebook_7(page, notebook):
    pytest.importorskip("notebook", reason="Notebook 7 is not installed")
    with in_jupyter(page, notebook, "notebooks") as lab:
        use(lab)
        lab.rest()


def test_voila(page, notebook):
    pytest.importorskip("voila", reason="Voila is not installed")
    (address, name), errors = notebook, []
    page.on("pageerror", lambda error: errors.append(str(error)))  # its console tells of JupyterLab's extensions
    page.goto(f"{address}/voila/render/{name}")
    page.wait_for_selector(f"{CANVAS}[data-step]")
    lab = Lab(page)
    use(lab)
    assert page.locator("img.jp-needs-light-background:visible").count() == 0, "the lab lives, so its picture hides"
    assert not errors


@pytest.mark.parametrize("place", ["doc/tree", "notebooks"])
def test_firefox(fox, notebook, place):
    if place == "notebooks":
        pytest.importorskip("notebook", reason="Notebook 7 is not installed")
    with in_jupyter(fox, notebook, place) as lab:
        use(lab)
        lab.rest()


def test_a_phone_under_a_finger(chromium, notebook):
    page = chromium.new_page(**TOUCH)
    page.set_default_timeout(60_000)
    try:
        with in_jupyter(page, notebook, kind=Touched) as lab:
            page.evaluate(STANDS)
            assert "moments" not in lab.picture().axes, "the picture alone, or the settings were out of sight"
            page.locator("[data-do=look]").select_option("both")
            use(lab, by_finger)
            lab.rest()
            assert not cut(page), "nothing is cut off at the right"
            lab.shot("phone")
    finally:
        page.close()


def cut(page):
    """What of the lab goes beyond the window's right edge."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.gan-stage, .gan-stage *')].filter((node) => node.checkVisibility())
          .filter((node) => node.getBoundingClientRect().right > 391).map((node) => node.outerHTML)"""
    )


@pytest.mark.parametrize("place", ["doc/tree", "notebooks"])
def test_a_page_that_is_loaded_again_has_the_lab_its_film_and_play(page, notebook, place):
    with in_jupyter(page, notebook, place) as lab:
        lab.play(100)
        lab.pause()
        lab.rest()
        step, words, frames = lab.step, lab.words, page.get_attribute("[data-do=scrub]", "max")
        page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
        page.reload()
        page.wait_for_selector(f"{CANVAS}[data-step='{step}']")
        lab.errors.clear()  # Notebook 7 has some of its own while it opens
        assert (lab.words, page.get_attribute("[data-do=scrub]", "max")) == (words, frames)
        agree(lab)
        lab.play(lab.step + 100)
        lab.pause()
        lab.rest()
        agree(lab)


def test_an_exported_page_on_paper_has_its_lines_whole(page, tmp_path):
    path = tmp_path / "long.ipynb"
    write_notebook(path, "words = '" + "to be read " * 20 + "'\nprint(words)")
    page.set_viewport_size({"width": 720, "height": 1000})  # about what A4 has between its margins
    page.goto(exported_page.export(path).as_uri())
    cut_off = (
        "() => [...document.querySelectorAll('pre')].filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length"
    )
    assert page.evaluate(cut_off), "on the screen one can scroll"
    page.emulate_media(media="print")
    assert not page.evaluate(cut_off)
