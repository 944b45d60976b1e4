"""Exercises in a page: answered by keyboard, told in plain text, and still there when the notebook is opened again."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.pages import SIZE

from benchmarks.browser import open_notebook, run_all
from benchmarks.labs import write_notebook

ASK = "import gan_lessons as gl\n\ngl.exercises.ask('02.fault')"
QUIZ = "gl.exercises.quiz('02')"
ENDLESS = "def endless(shares):\n    while True:\n        pass\n\n\ngl.exercises.check('02.rkl', endless)"
# the buttons of two cells come in any order
BUTTONS = """() => ['a', 'b', 'c'].every((name) =>
  [...document.querySelectorAll('.jupyter-button')].filter((one) => one.textContent === name).length === 2)"""
VERDICT = "() => [...document.querySelectorAll('.jp-OutputArea-output')].map((node) => node.innerText).join('\\n')"


@pytest.fixture
def page(jupyterlab, chromium):
    server = jupyterlab()
    with server.lab(chromium, "exercises", ASK, QUIZ, ENDLESS, viewport={"width": 1366, "height": 1600}) as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        run_all(page)
        page.wait_for_function(f"() => ({VERDICT})().includes('Press a letter.')")
        page.wait_for_function(BUTTONS)
        yield page
        assert not page.errors


def told(page, words):
    """Waits until the outputs say so."""
    page.wait_for_function("(words) => (" + VERDICT + ")().replace(/\\s+/g, ' ').includes(words)", arg=words)


def kept(page):
    """What the answers file beside the notebook has."""
    read = """async () => (await window.jupyterapp.serviceManager.contents.get(
      window.jupyterapp.shell.currentWidget.context.path.replace('lab.ipynb', 'gan_answers.json'))).content"""
    return json.loads(page.evaluate(read))["answers"]


def letter(page, name, at=0):
    return page.locator(f".jupyter-button:text-is('{name}')").nth(at)


def test_by_keyboard_and_opened_again(page):
    letter(page, "a").focus()
    page.keyboard.press("Enter")
    told(page, "02.fault: wrong. You chose a.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    told(page, "02.fault: right. You chose c.")
    page.locator(".jupyter-button:text-is('Hint')").focus()
    page.keyboard.press("Enter")
    told(page, "Hint 1.")
    assert kept(page)["02.fault"] | {"when": ""} == {"state": "right", "answer": "c", "tries": 2, "when": ""}
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    told(page, "02.fault: right. You chose c.")
    told(page, "What is its fault?")


def test_the_quiz_by_keyboard(page):
    letter(page, "a", 1).focus()
    page.keyboard.press("Enter")
    told(page, "You chose a:")
    page.locator(".jupyter-button:text-is('Next question'):enabled").focus()
    page.keyboard.press("Enter")
    told(page, "Question 2 of")


def test_an_answer_without_an_end_is_stopped_and_the_kernel_lives(page):
    told(page, "No answer came within 5 seconds")
    letter(page, "b").click()
    told(page, "02.fault: wrong. You chose b.")


def test_axe_finds_nothing_in_questions_and_verdicts(page):
    letter(page, "b").click()
    told(page, "You chose b.")
    # JupyterLab's body is 0 pixels high and hides what flows over; axe would take every text on it for hidden
    page.evaluate("() => { document.body.style.overflow = 'visible' }")
    found = Axe().run(page, context=".jp-OutputArea-output")
    assert "color-contrast" in {one["id"] for one in found.response["passes"]}
    assert found.violations_count == 0, found.generate_report()


def test_in_notebook_7(jupyterlab, chromium):
    server = jupyterlab()
    folder = server.folder("exercises")
    write_notebook(folder / "lab.ipynb", ASK)
    page = chromium.new_page(viewport=SIZE)
    try:
        open_notebook(page, server.address, f"{folder.name}/lab.ipynb", "notebooks")
        run_all(page)
        letter(page, "c").click()
        told(page, "02.fault: right. You chose c.")
    finally:
        page.close()
        server.tidy(folder)
