"""The latent lab in a real JupyterLab: what is on the page is what the kernel has, by mouse, touch and keyboard.

Screenshots go to tests/screenshots/.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.browser import open_notebook, run_all
from benchmarks.labs import write_notebook

SHOTS = Path(__file__).parent / "screenshots"
LAB, SHEET = ".gan-latent", ".gan-latent .gan-sheet"
CODE = """import torch

from gan_lessons.distributions_digits import Handwritten
from gan_lessons.labs.latent import LatentLab

digits = torch.tensor(Handwritten(first=8).images()).flatten(1) / 127.5 - 1
names = [5, 0, 4, 1, 9, 2, 1, 3]  # of MNIST's first


def G(noise):  # a mixture of 8 digits, mostly of one
    return (3 * noise).softmax(-1) @ digits


def look(images):
    return [names[k] for k in torch.cdist(images, digits).argmin(1)]


lab = LatentLab(G, inputs=8, labels=look)
lab"""
INK = 33  # the light theme's text, .87 of black on white
READ = """(selector) => {
  const canvas = document.querySelector(selector), copy = document.createElement('canvas'), ctx = copy.getContext('2d');
  const { width, height } = Object.assign(copy, { width: canvas.width, height: canvas.height });
  ctx.drawImage(canvas, 0, 0);
  return [width, height, ...ctx.getImageData(0, 0, width, height).data] }"""
# How many sliders' messages are under way: in window.ganMost the most at a time.
COUNT = """() => { window.ganWaiting = window.ganMost = 0;
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  kernel.anyMessage.connect((_, {msg, direction}) => {
    const { type, name } = (msg.header.msg_type === 'comm_msg' && msg.content.data.content) || {};
    if (direction === 'send' && type === 'set') window.ganMost = Math.max(window.ganMost, ++window.ganWaiting);
    if (direction === 'recv' && type === 'answered' && name) window.ganWaiting -= 1; }) }"""


class Lab:
    """The lab in a page, and questions to its kernel."""

    def __init__(self, page):
        self.page, self.errors = page, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))

    def fresh(self):
        """Runs all cells, and waits for a page at rest."""
        self.page.evaluate("() => document.querySelectorAll('.gan-latent').forEach((lab) => { lab.dataset.old = ''; })")
        run_all(self.page)
        self.page.wait_for_selector(f"{LAB}:not([data-old])[data-rested]")
        self.page.wait_for_selector(f"{LAB}[data-old]", state="detached")
        self.page.mouse.move(0, 0)
        return self

    def ask(self, expression):
        """The value of a Python expression in the kernel."""
        found = self.page.evaluate(
            """async (code) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const asked = kernel.requestExecute({code: '', user_expressions: {it: code}, store_history: false});
            return (await asked.done).content.user_expressions.it }""",
            f"__import__('json').dumps({expression})",
        )
        assert found["status"] == "ok", found
        return json.loads(eval(found["data"]["text/plain"]))

    def place(self):
        return self.ask("vars(lab.shown.place)")

    def wait(self, words):
        self.page.wait_for_function(
            f"(words) => document.querySelector('{LAB} .gan-summary').textContent.includes(words)", arg=words
        )

    def rested(self):
        """Until names and nearest of what is shown are there, and it is drawn."""
        data = f"document.querySelector('{LAB}').dataset"
        self.page.wait_for_function(f"() => {data}.version === {data}.rested")
        self.drawn()

    def drawn(self):
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def pixels(self, selector):
        """(height, width) grey of a canvas, from 0 to 255."""
        width, height, *data = self.page.evaluate(READ, selector)
        return np.reshape(data, (height, width, 4))[..., :3].mean(-1)

    def tile(self, selector, columns, i):
        """One digit of a canvas as 28 x 28 shares of ink, as far as its colours allow to tell."""
        pixels = self.pixels(selector)
        cell = pixels.shape[1] / columns
        top, left = cell * (i // columns), cell * (i % columns)
        at = ((np.arange(28) + 0.5) / 28 * cell).astype(int)
        ink = pixels[np.ix_((top + at).astype(int), (left + at).astype(int))]
        return (255 - ink) / (255 - INK)

    def images(self, what):
        """Images of the kernel, uint8 (n, 28, 28)."""
        return np.array(self.ask(f"__import__('gan_lessons.latent').latent.to_bytes({what}).tolist()"))

    def cell(self, i):
        return f"{LAB} [data-cell='{i}']"

    def shot(self, name):
        SHOTS.mkdir(exist_ok=True)
        self.page.locator(LAB).screenshot(path=SHOTS / f"latent-{name}.png")


@pytest.fixture(scope="module", params=[True, False], ids=["subshells", "no subshells"])
def opened(request, jupyterlab, chromium, tmp_path_factory):
    """A page with a small notebook, widget messages over subshells or not."""
    root = tmp_path_factory.mktemp("notebooks")
    write_notebook(root / "lab.ipynb", CODE)
    page = chromium.new_page(viewport={"width": 1400, "height": 1500}, has_touch=True)
    page.set_default_timeout(30_000)
    lab = Lab(page)
    open_notebook(page, jupyterlab(root, request.param), "lab.ipynb")
    yield lab
    page.close()


@pytest.fixture
def lab(opened):
    """The lab, begun afresh by running its cell again. Afterwards no error may stand in the console."""
    opened.errors.clear()
    yield opened.fresh()
    assert [error for error in opened.errors if "Failed to load resource" not in error] == []


def alike(found, wanted):
    """Whether a tile shows an image, but for the smoothing of scaling, and the lines between tiles."""
    return np.corrcoef(found[2:-2, 2:-2].ravel(), wanted[2:-2, 2:-2].ravel())[0, 1] > 0.95


def test_the_pictures_are_the_kernels(lab):
    sheet, way = lab.images("lab.shown.sheet.images"), lab.images("lab.shown.way.images")
    for i in (0, 40, 143):
        assert alike(lab.tile(SHEET, 12, i), sheet[i])
    for i in (1, 4, 8):
        assert alike(lab.tile(f"{LAB} .gan-way", 10, i), way[i])
    large = lab.tile(f"{LAB} .gan-large", 1, 0)
    assert np.abs(large - way[0] / 255).max() < 0.02  # drawn in whole pixels
    nearest = np.array(lab.ask("lab.nearest().images[0].tolist()"))
    for i in range(5):
        assert alike(lab.tile(f"{LAB} .gan-nearest", 5, i), nearest[i])
    lab.shot("light")


def test_pointing_at_a_digit_shows_it_large(lab):
    sheet = lab.images("lab.shown.sheet.images")
    for i in (17, 130):
        lab.page.hover(lab.cell(i))
        lab.drawn()
        assert np.abs(lab.tile(f"{LAB} .gan-large", 1, 0) - sheet[i] / 255).max() < 0.02
        words = lab.page.inner_text(f"{LAB} .gan-caption")
        assert words.startswith(f"Row {i // 12 + 1}, column {i % 12 + 1}: looks like a ")
    lab.page.mouse.move(0, 0)
    lab.page.wait_for_selector(f"{LAB} [data-large=A]")


def test_digits_are_chosen_by_mouse(lab):
    lab.page.click(lab.cell(5))
    lab.wait("A: row 1, column 6")
    lab.page.click(lab.cell(50), modifiers=["Shift"])
    lab.wait("B: row 5, column 3")
    lab.page.check(f"{LAB} [data-do=ends]")
    lab.page.click(lab.cell(80))
    lab.wait("B: row 7, column 9")
    place = lab.place()
    assert (place["chosen"], place["second"]) == (5, 80)
    chosen = lab.page.locator(f"{LAB} [aria-selected=true]")
    lab.rested()
    names = [chosen.nth(i).get_attribute("aria-label") for i in range(2)]
    assert names[0].startswith("row 1, column 6: looks like") and names[0].endswith("(A)") and names[1].endswith("(B)")


def test_digits_are_chosen_by_touch(lab):
    lab.page.tap(lab.cell(30))
    lab.wait("A: row 3, column 7")
    lab.page.tap(f"{LAB} [data-do=ends]")
    lab.page.tap(lab.cell(31))
    lab.wait("B: row 3, column 8")


def test_digits_are_chosen_by_keyboard_and_the_notebook_leaves_the_keys_alone(lab):
    page = lab.page
    page.focus(f"{LAB} [role=gridcell][tabindex='0']")  # one stop for Tab: where A is
    for key in ("ArrowUp", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    lab.wait("A: row 2, column 5")
    for key in ("Home", "PageDown", "Shift+Enter"):
        page.keyboard.press(key)
    lab.wait("B: row 12, column 1")
    for key in ("Control+Home", "ArrowLeft", "ArrowUp", "ArrowDown", "End", "ArrowRight", "Space"):
        page.keyboard.press(key)
    lab.wait("A: row 2, column 12")
    assert page.evaluate("() => document.activeElement.dataset.cell") == "23"
    assert page.locator(f"{LAB} [role=gridcell][tabindex='0']").count() == 1
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == 1


def test_sliders_move_a_and_the_picture_follows(lab):
    page, before = lab.page, lab.tile(f"{LAB} .gan-large", 1, 0)
    page.focus(f"{LAB} [data-set='direction 2']")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    lab.wait("moved along direction 2 by +1.5")
    lab.rested()
    sample = lab.images("lab.shown.sample[None]")[0]
    after = lab.tile(f"{LAB} .gan-large", 1, 0)
    assert np.abs(after - sample / 255).max() < 0.02 and np.abs(after - before).max() > 0.1
    assert page.get_attribute(f"{LAB} [data-set='direction 2']", "aria-valuetext") == "1.5"
    assert page.inner_text(f"{LAB} .gan-verdict") == lab.ask("lab.verdict()")
    page.click(f"{LAB} [data-do=back]")
    lab.wait("A: row 3, column 3, looks like")
    assert page.get_attribute(f"{LAB} [data-set='direction 2']", "aria-valuetext") == "0"


def test_a_drag_has_one_message_under_way_and_ends_where_the_hand_did(lab):
    page, slider = lab.page, f"{LAB} [data-set='direction 3']"
    page.evaluate(COUNT)
    box = page.locator(slider).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for share in np.linspace(0.5, 0.95, 60):
        page.mouse.move(box["x"] + share * box["width"], y)
    page.mouse.up()
    shown = page.get_attribute(slider, "aria-valuetext")
    assert float(shown) > 3
    lab.wait(f"moved along direction 3 by +{shown}")
    assert lab.place()["offsets"][2] == float(shown)
    assert page.evaluate("window.ganMost") == 1


def test_the_way_may_be_straight_and_the_lengths_say_so(lab):
    page = lab.page
    lengths = page.locator(f"{LAB} .gan-lengths li").all_inner_texts()
    assert lengths == ["2.8"] * 10
    page.select_option(f"{LAB} [data-set=path]", label="straight")
    lab.wait("The straight way")
    lengths = [float(length) for length in page.locator(f"{LAB} .gan-lengths li").all_inner_texts()]
    assert lengths == [round(length, 1) for length in lab.ask("lab.shown.way.lengths")] and min(lengths) < 2


def test_another_plane_and_another_reach(lab):
    page, before = lab.page, lab.pixels(SHEET)
    page.click(f"{LAB} [data-do=plane]")
    lab.wait("Plane 1, its sides 60°")
    page.focus(f"{LAB} [data-set=reach]")
    page.keyboard.press("ArrowLeft")
    lab.wait("Plane 1, its sides 55°")
    lab.rested()
    assert np.abs(lab.pixels(SHEET) - before).max() > 20
    assert alike(lab.tile(SHEET, 12, 100), lab.images("lab.shown.sheet.images")[100])


def test_what_a_cell_does_is_shown_and_the_words_are_spoken(lab):
    lab.ask("lab.choose(11)")
    lab.wait("A: row 1, column 12")
    spoken = f"{LAB} .gan-spoken"
    lab.page.wait_for_function(f"() => document.querySelector('{spoken}').textContent.includes('A: row 1, column 12')")
    assert lab.page.inner_text(f"{LAB} .gan-summary") == lab.ask("lab.shown.summary")


def test_what_does_not_work_is_said(lab):
    lab.ask("setattr(lab, 'set', lambda name, value: lab.choose(999))")
    lab.page.focus(f"{LAB} [data-set=reach]")
    lab.page.keyboard.press("ArrowRight")
    lab.page.wait_for_selector(f"{LAB} .gan-note:has-text('That does not work: i must be a place on the sheet')")
    lab.page.wait_for_selector(f"{LAB} [data-set=reach][aria-valuetext='60']")


def test_it_fits_a_narrow_page_and_a_dark_theme(lab):
    page, theme = lab.page, "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
    light = lab.pixels(f"{LAB} .gan-large")
    page.evaluate(theme, "JupyterLab Dark")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_timeout(500)
    dark = lab.pixels(f"{LAB} .gan-large")
    assert np.corrcoef(light.ravel(), dark.ravel())[0, 1] < -0.95 and dark.min() < 30 < 200 < light.max()
    lab.shot("dark")
    page.set_viewport_size({"width": 700, "height": 1500})
    page.wait_for_timeout(500)
    wide = page.evaluate(
        f"() => {{ const lab = document.querySelector('{LAB}'); return [lab.scrollWidth, lab.clientWidth] }}"
    )
    assert wide[0] <= wide[1] and alike(-lab.tile(SHEET, 12, 40), lab.images("lab.shown.sheet.images")[40])
    lab.shot("narrow")
    page.evaluate(theme, "JupyterLab Light")
    page.set_viewport_size({"width": 1400, "height": 1500})
