"""Labs among widgets in a real JupyterLab: shown twice, linked, in the whole window, and when the kernel is gone."""

import nbformat
import pytest
from helpers.pages import SHOTS, STANDS, resize

from benchmarks.browser import run_all
from benchmarks.labs import write_notebook

LAB = "import gan_lessons as gl\nimport ipywidgets as widgets\n\n"
LAB += "lab = gl.labs.Lab(gl.recipes.wide_ring, runs=2, show=['d_lr', 'batch'])\nlab"
BOX = "own = widgets.FloatSlider(value=0.005, min=0.001, max=0.01, step=0.001)\n"
BOX += "widgets.jslink((own, 'value'), (lab, 'g_lr'))\nwidgets.VBox([own, lab])"
ROW = "widgets.HBox([gl.labs.Lab(runs=1, name='left'), gl.labs.Lab(runs=1, name='right')])"
ASK = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const reply = await kernel.requestExecute({code: "", user_expressions: {it: code}, store_history: false}).done;
  return reply.content.user_expressions.it.data["text/plain"] }"""
LEFT = """(words) => window.jupyterapp.shell.currentWidget.content.model.cells.get(0).outputs.toJSON()
  .at(-1)?.data['text/plain'].startsWith(words)"""
SCROLLED = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"


@pytest.fixture(scope="module")
def page(jupyterlab, chromium):
    with jupyterlab("subshells").lab(chromium, "widgets", LAB, BOX, ROW) as page:
        resize(page, 1366, 768)
        run_all(page)
        page.wait_for_function("() => document.querySelectorAll('.gan-stage canvas[data-step]').length === 4")
        yield page


def see(page, i):
    page.evaluate("(i) => document.querySelectorAll('.gan-stage')[i].scrollIntoView()", i)
    page.evaluate(STANDS)
    return page.locator(".gan-stage").nth(i)


def test_two_views_of_a_lab_have_one_clock(page):
    views = [see(page, 1), see(page, 0)]
    views[0].locator("[data-do=play]").click()
    page.wait_for_function("() => document.querySelectorAll('.gan-stage canvas')[1].dataset.step > 20")
    assert [view.locator("[data-do=play]").inner_text() for view in views] == ["❚❚ Pause"] * 2
    epoch = views[0].locator("canvas").get_attribute("data-epoch")
    views[0].locator("[data-do=play]").click()
    page.wait_for_function(
        "(was) => [0, 1].every((i) => document.querySelectorAll('.gan-stage canvas')[i].dataset.epoch !== was)",
        arg=epoch,
    )
    steps = [int(view.locator("canvas").get_attribute("data-step")) for view in views]
    assert steps[0] == steps[1] == int(page.evaluate(ASK, "lab.trainer.steps"))
    page.wait_for_timeout(1500)
    assert int(page.evaluate(ASK, "lab.trainer.steps")) == steps[0], "nothing trains after a pause"


def test_a_slider_that_is_linked_in_the_page_drives_the_lab(page):
    see(page, 1)
    page.locator(".widget-hslider .noUi-handle").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        """() => document.querySelectorAll('.gan-stage')[1]
          .querySelector('[data-set=g_lr] ~ output').textContent === '0.006'"""
    )
    assert page.evaluate(ASK, "round(lab.trainer.settings['g_optimizer'].lr, 6)") == "0.006"


def test_labs_side_by_side_keep_their_width(page):
    lab = see(page, 2)
    boxes = [page.locator(".gan-stage").nth(i).bounding_box()["width"] for i in (2, 3)]
    assert boxes[0] == pytest.approx(boxes[1], abs=2) and boxes[0] > 400
    lab.locator("[data-do=play]").click()
    for _ in range(5):
        page.wait_for_timeout(300)
        assert [page.locator(".gan-stage").nth(i).bounding_box()["width"] for i in (2, 3)] == boxes


def test_the_whole_window_has_larger_letters_and_leads_back(page):
    lab = see(page, 0)
    before, size = page.evaluate(SCROLLED), lab.locator("canvas").bounding_box()
    lab.locator("[data-do=play]").focus()
    page.keyboard.press("f")
    page.wait_for_function("() => document.querySelector('.gan-stage').classList.contains('gan-whole')")
    page.evaluate(STANDS)
    page.screenshot(path=SHOTS / "whole_window.png")
    whole = lab.bounding_box()
    assert (whole["width"], whole["height"]) == (1366, 768)
    assert float(lab.locator(".gan-summary").evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")) >= 18
    for part in (".gan-bar", "canvas", ".gan-summary"):
        box = lab.locator(part).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 768, part
    canvas = lab.locator("canvas").bounding_box()
    page.mouse.move(canvas["x"] + canvas["width"] / 4, canvas["y"] + canvas["height"] / 2)
    assert lab.locator(".gan-readout").inner_text().startswith("x ")
    lab.locator("[data-do=window]").click()
    page.wait_for_function("() => !document.querySelector('.gan-stage').classList.contains('gan-whole')")
    page.evaluate(STANDS)
    assert page.evaluate(SCROLLED) == before and lab.locator("canvas").bounding_box() == size


def test_what_is_drawn_is_chosen_and_nothing_else_moves(page):
    lab = see(page, 0)
    size = lab.locator("canvas").bounding_box()
    panels = "(node) => Object.keys(JSON.parse(node.dataset.axes)).sort().join()"
    for look, shown in (
        ("charts", "chances,losses,quality"),
        ("picture", "plane"),
        ("both", "chances,losses,plane,quality"),
    ):
        lab.locator("[data-do=look]").select_option(look)
        assert lab.locator("canvas").evaluate(panels) == shown
        assert lab.locator("canvas").bounding_box() == size


def test_a_kernel_that_is_shut_down_while_a_lab_plays_is_told(page):
    lab = see(page, 0)
    lab.locator("[data-do=play]").click()
    page.wait_for_timeout(500)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.wait_for_function("() => document.querySelector('.gan-note').textContent.startsWith('The kernel behind')")
    assert lab.locator("[data-do=play]").is_disabled() and lab.locator("[data-do=play]").inner_text() == "▶ Play"
    assert lab.locator("canvas").is_visible()


def test_a_notebook_that_is_opened_again_shows_what_its_labs_left(jupyterlab, chromium):
    server = jupyterlab("subshells")
    folder = server.folder("left")
    write_notebook(folder / "lab.ipynb", LAB)
    with server.page(chromium, folder) as page:
        run_all(page)
        page.wait_for_selector(".gan-stage canvas[data-step]")
        page.locator("[data-do=both]").click()
        page.wait_for_function(LEFT, arg="Step 1 ")
        assert page.locator(".jp-OutputArea-child img").count() == 1
        assert not page.locator(".jp-OutputArea-child img").is_visible(), "the lab lives, so the picture hides"
        page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
        kept = nbformat.read(folder / "lab.ipynb", 4).cells[0].outputs[-1].data
        assert kept["text/plain"].startswith("Step 1 ") and "Run its cell" in kept["text/plain"]
    with server.page(chromium, folder) as page:
        page.wait_for_selector(".jp-OutputArea-child img")
        assert page.locator(".jp-OutputArea-child img").is_visible()
        page.screenshot(path=SHOTS / "reopened.png")


def test_until_a_kernel_has_answered_a_lab_says_so_and_its_buttons_are_off(jupyterlab, chromium):
    cell = LAB.removesuffix("lab") + "display(lab)\nimport time; time.sleep(20)"
    with jupyterlab("main-thread").lab(chromium, "silent", cell) as page:
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")  # and waits for none
        page.wait_for_selector(".gan-stage [data-do=play]")
        assert page.locator("[data-do=play]").is_disabled() and page.inner_text(".gan-note") == "", "from the beginning"
        page.wait_for_function("() => document.querySelector('.gan-note')?.textContent.startsWith('No kernel has')")
        assert page.locator("[data-do=play]").is_disabled() and page.locator("[data-do=seed]").is_disabled()
        assert page.locator(".jp-OutputArea-child img").is_visible(), "the picture that it left is there meanwhile"
        page.wait_for_selector(".gan-stage canvas[data-step]")
        page.wait_for_selector("[data-do=play]:enabled")
        assert not page.locator(".jp-OutputArea-child img").is_visible()
