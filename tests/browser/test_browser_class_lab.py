"""The lab of classes in a real JupyterLab: it does what mouse and keyboard ask for, and axe finds nothing of ours."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.pages import set_theme

from benchmarks.browser import run_all

CELL = "import gan_lessons as gl\n\n"
CELL += "lab = gl.labs.ClassLab(gl.shipped.networks.shipped('conditional_dcgan')[0])\nlab"
LAB = ".jp-OutputArea-output .widget-vbox"
SAID = f"{LAB} [role=status]"


@pytest.fixture(scope="module")
def page(jupyterlab, chromium):
    with jupyterlab().lab(chromium, "classes", CELL, viewport={"width": 1366, "height": 1200}) as page:
        run_all(page)
        page.wait_for_selector(f"{LAB} img")
        yield page


def wait(page, words):
    """Until the lab says so, and its picture's description with it."""
    page.wait_for_selector(f"{SAID}:has-text('{words}')")
    page.wait_for_selector(f"{LAB} img[alt*='{words}']")


def row(page, name):
    """The buttons of a row."""
    return page.locator(f"{LAB} .widget-toggle-buttons").filter(has_text=name).get_by_role("button")


def test_a_class_and_a_noise_are_chosen_by_mouse(page):
    row(page, "Class").nth(7).click()
    row(page, "Noise").nth(3).click()
    wait(page, "Asked for class 7, noise 4: the classifier takes it for a")


def test_a_mixture_is_made_by_keyboard(page):
    row(page, "Mixed with").nth(2).focus()
    page.keyboard.press("Enter")
    page.locator(f"{LAB} [role=slider]").first.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    wait(page, "mixed with 40 % of 2")
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == 1


def test_other_noise_is_another_picture(page):
    before = page.get_attribute(f"{LAB} img", "src")
    page.get_by_role("button", name="Other noise").click()
    page.wait_for_function("([at, was]) => document.querySelector(at).src !== was", arg=[f"{LAB} img", before])


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(page, theme):
    set_theme(page, theme)
    page.evaluate("() => { document.body.style.overflow = 'visible' }")  # see test_axe.py
    found = Axe().run(page, context=LAB, options={"resultTypes": ["violations", "incomplete"]}).response
    assert {"image-alt", "color-contrast", "button-name"} <= {one["id"] for one in found["passes"]}
    told = [node | {"rule": one["id"]} for one in found["violations"] + found["incomplete"] for node in one["nodes"]]
    # ipywidgets gives its sliders' handles no name; what they set is said below, and `mix` and `move` set it, too
    ours = [node for node in told if (node["rule"], "noUi-handle" in node["html"]) != ("aria-input-field-name", True)]
    assert [(node["rule"], node["html"][:200]) for node in ours] == []
