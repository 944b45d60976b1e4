"""The digit lab in a real JupyterLab: the sheet's pixels are the kernel's samples, and every control acts on training.

As in `test_browser`, pixels are read back from the canvas. Screenshots go to tests/screenshots/.
"""

import base64

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from test_browser import SIZE, Lab

from benchmarks.browser import open_notebook
from benchmarks.labs import write_notebook

CODE = """from dataclasses import replace
from gan_lessons import digits
from gan_lessons.distributions_digits import Handwritten
from gan_lessons.labs.digits import DigitLab

small = replace(digits.lean_dcgan, width=4, batch=16, data=Handwritten(first=500))
lab = DigitLab(small, until=30)
lab"""
ROWS, SIDE = 8, 28
CELLS = ROWS * (SIDE + 1) + 1
NOTE = ".gan-stage .gan-note"


class Digits(Lab):
    """A digit lab in a page."""

    def theme(self, name):
        self.page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        light = str("Dark" not in name).lower()
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{light}'")
        self.page.wait_for_timeout(500)

    def sheet(self):
        """How much ink each pixel on screen has, from 0 to 1, (64, 28, 28): between the page's two colours."""
        picture = self.picture()
        x, y, w, h = picture.axes["sheet"]["box"]
        middle = (np.arange(CELLS) + 0.5) / CELLS
        columns, rows = ((a + b * middle) * picture.ratio for a, b in ((x, w), (y, h)))
        found = picture.pixels[np.ix_(np.floor(rows).astype(int), np.floor(columns).astype(int))].astype(float).mean(-1)
        paper, ink = found[0, 0], float(self.ink())
        cells = (found - paper) / (ink - paper)
        return (
            cells[1:, 1:].reshape(ROWS, SIDE + 1, ROWS, SIDE + 1)[:, :SIDE, :, :SIDE].swapaxes(1, 2).reshape(-1, 28, 28)
        )

    def ink(self):
        """The colour of ink on the page's paper, with its transparency."""
        style = self.page.evaluate(
            "() => { const c = document.createElement('canvas').getContext('2d');"
            " const style = getComputedStyle(document.querySelector('.gan-stage'));"
            " c.fillStyle = style.getPropertyValue('--gan-paper').trim(); c.fillRect(0, 0, 1, 1);"
            " c.fillStyle = style.color; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data] }"
        )
        return np.mean(style[:3])

    def frame(self, index=-1):
        """The pixels of a frame that the kernel keeps, from 0 to 1, (64, 28, 28)."""
        coded = self.ask(f"__import__('base64').b64encode(lab.film.frames[{index}][1]).decode()")
        return np.frombuffer(base64.b64decode(coded), np.uint8)[: 64 * 784].reshape(-1, 28, 28) / 255

    def assert_sheet(self, index=-1):
        assert np.abs(self.sheet() - self.frame(index)).max() < 0.03

    def noted(self, words):
        self.page.wait_for_function(
            f"(words) => document.querySelector('{NOTE}').textContent.includes(words)", arg=words
        )


@pytest.fixture(scope="module")
def opened(jupyterlab, chromium, tmp_path_factory):
    root = tmp_path_factory.mktemp("notebooks")
    write_notebook(root / "digits.ipynb", CODE)
    page = chromium.new_page(viewport=SIZE)
    page.set_default_timeout(60_000)
    lab = Digits(page)
    lab.root = root
    open_notebook(page, jupyterlab(root), "digits.ipynb")
    yield lab
    page.close()


@pytest.fixture
def lab(opened):
    opened.errors.clear()
    yield opened.fresh()
    if opened.page.is_visible("[data-do=play]:has-text('Pause')"):
        opened.press("play")
    assert not [error for error in opened.errors if "Failed to load resource" not in error]


def test_pixels_are_the_kernels_samples(lab):
    lab.play(12)
    lab.pause()
    lab.page.wait_for_timeout(300)
    assert lab.step == lab.ask("lab.trainer.steps")
    samples = np.array(lab.ask("lab.trainer.snapshot().samples[0].tolist()")).reshape(-1, 28, 28)
    assert np.ptp(samples) > 0.1
    assert np.abs(lab.sheet() - (samples + 1) / 2).max() < 0.03
    assert lab.words == lab.ask("lab.film.frames[-1][0]['summary']")
    lab.shot("digits-small")


def test_looking_back_needs_no_kernel(lab):
    lab.play(12)
    lab.pause()
    n = lab.ask("len(lab.film.frames)")
    lab.page.wait_for_function(f"() => Number(document.querySelector('[data-do=scrub]').max) === {n - 1}")
    lab.count_messages()
    lab.key("[data-do=scrub]", "Home", "ArrowRight", "ArrowRight", "ArrowRight")
    lab.wait("canvas.dataset.step === '3'")
    assert lab.sent == 0
    lab.assert_sheet(3)
    lab.press("back")
    lab.noted("Back at step 0")
    lab.wait("canvas.dataset.step === '0'")
    assert lab.ask("lab.trainer.steps") == 0


def test_play_rests_at_until_and_goes_on(lab):
    lab.page.select_option("[data-do=speed]", label="20")
    lab.play(30)
    lab.noted("Step 30 is reached")
    lab.page.wait_for_selector("[data-do=play]:has-text('Play')")
    assert lab.ask("lab.trainer.steps") == 30
    assert "score" in lab.words.lower() and "not Inception" in lab.words
    lab.page.focus("[data-do=play]")
    lab.page.keyboard.press("Enter")
    lab.wait("Number(canvas.dataset.step) > 30")
    assert "beyond 30" in lab.words


def test_a_long_training_goes_on_out_of_sight(lab):
    lab.play(2)
    lab.page.evaluate("() => { document.querySelector('.gan-picture').style.display = 'none'; }")
    lab.noted("Step 30 is reached")
    assert lab.ask("lab.trainer.steps") == 30
    lab.page.evaluate("() => { document.querySelector('.gan-picture').style.display = ''; }")
    lab.wait("canvas.dataset.step === '30'")
    lab.assert_sheet()


def test_every_control_moves_the_training(lab):
    for name in ("D", "G", "both"):
        lab.press(name)
    lab.wait("canvas.dataset.step === '3'")
    before = lab.ask("[lab.recipe.d_optimizer.lr, lab.recipe.g_optimizer.lr]")
    for name in ("d_lr", "g_lr", "d_steps", "g_steps", "batch"):
        lab.key(f"[data-set={name}]", "ArrowRight")
    lab.page.select_option("[data-set=objective]", label="hinge")
    lab.page.wait_for_function("() => document.querySelector('[data-do=undo]').title === 'Takes back: loss'")
    at = "lab.trainer.settings"
    assert lab.ask(f"{at}['d_optimizer'].lr") > before[0] and lab.ask(f"{at}['g_optimizer'].lr") > before[1]
    assert lab.ask(f"[{at}['schedule'].d_steps, {at}['schedule'].g_steps, {at}['batch']]") == [2, 2, 32]
    assert lab.ask(f"{at}['objective'].name") == "hinge" and lab.ask("lab.trainer.steps") == 3
    lab.press("both")
    lab.wait("canvas.dataset.step === '4' && summary.includes('sigmoid of D')")
    lab.assert_sheet()
    lab.press("undo")
    lab.noted("Taken back: loss")
    assert lab.ask(f"{at}['objective'].name") == "non_saturating"
    lab.press("restart")
    lab.wait("canvas.dataset.step === '0'")
    lab.press("seed")
    lab.noted("Seed 1 now.")
    lab.press("code")
    lab.page.wait_for_function("() => document.querySelector('.gan-code').value.includes('recipe.trainer(1)')")


def test_breakdowns_by_mouse_and_by_keyboard(lab):
    lab.press("both")
    lab.wait("canvas.dataset.step === '1'")
    lab.page.click("[data-setup='overpowered D']")
    lab.noted("D is never wrong")
    lab.page.wait_for_selector("[data-setup='overpowered D'][aria-pressed=true]")
    assert lab.ask("[lab.recipe.name, lab.trainer.steps, lab.seed]") == ["overpowered D", 0, 0]
    lab.shot("digits-setup")
    lab.key("[data-setup='normal']", "Enter")
    lab.noted("As the lab was opened")
    lab.page.wait_for_selector("[data-setup='overpowered D'][aria-pressed=false]")
    assert lab.ask("lab.recipe == small")
    lab.assert_sheet()


def test_saving_and_going_on(lab):
    for path in lab.root.glob("*.safetensors"):
        path.unlink()
    lab.press("both")
    lab.wait("canvas.dataset.step === '1'")
    lab.press("save")
    lab.noted("Saved to digits_0001.safetensors")
    lab.page.wait_for_selector("[data-set=file]")
    lab.press("both")
    lab.wait("canvas.dataset.step === '2'")
    lab.key("[data-do=save]", "Enter")
    lab.noted("Saved to digits_0002.safetensors")
    assert sorted(path.name for path in lab.root.glob("*.safetensors")) == [
        "digits_0001.safetensors",
        "digits_0002.safetensors",
    ]
    lab.page.select_option("[data-set=file]", label="digits_0001.safetensors")
    lab.press("resume")
    lab.noted("Going on from digits_0001")
    lab.wait("canvas.dataset.step === '1'")
    (lab.root / "digits_0001.safetensors").write_text("no such thing")
    lab.press("resume")
    lab.noted("is damaged")
    assert lab.ask("lab.trainer.steps") == 1


def test_light_dark_narrow_and_axe(lab):
    lab.play(20)
    lab.pause()
    size = lab.page.viewport_size
    try:
        lab.assert_sheet()
        lab.theme("JupyterLab Dark")
        assert lab.picture().pixels[0, 0].max() < 80
        lab.assert_sheet()
        lab.shot("digits-small-dark")
        lab.theme("JupyterLab Light")
        found = Axe().run(lab.page, context=".gan-stage").response["violations"]
        assert not [one["id"] for one in found]
        lab.page.set_viewport_size({"width": 700, "height": 1400})
        lab.page.wait_for_timeout(500)
        wide = "() => { const lab = document.querySelector('.gan-stage'); return [lab.scrollWidth, lab.clientWidth] }"
        scroll, client = lab.page.evaluate(wide)
        assert scroll <= client + 1
        lab.shot("digits-small-narrow")
    finally:
        lab.page.set_viewport_size(size)
        lab.theme("JupyterLab Light")
