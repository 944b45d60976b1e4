"""The digit lab in a real JupyterLab: the sheet's pixels are the kernel's samples, and every control acts on training.

`helpers.pages` says how pixels are read.
"""

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from helpers.jupyter import both_modes
from helpers.pages import Lab, resize

CODE = """from dataclasses import replace
import gan_lessons as gl

tiny = gl.models.DCGAN(4)
small = replace(gl.recipes.lean_dcgan, generator=tiny, discriminator=tiny, batch=16)
small = replace(small, data=gl.distributions.Handwritten(first=500))
lab = gl.labs.Lab(small, until=30)
lab"""
NAME = "digits"
ROWS, SIDE = 8, 28
CELLS = ROWS * (SIDE + 1) + 1
NOTE = ".gan-stage .gan-note"


class Digits(Lab):
    """A digit lab in a page."""

    def sheet(self):
        """How much ink each pixel on screen has, from 0 to 1, (64, 28, 28): between the page's two colours."""
        picture = self.picture()
        x, y, w, h = picture.axes["sheet"]["box"]
        middle = (np.arange(CELLS) + 0.5) / CELLS
        columns, rows = ((a + b * middle) * picture.ratio for a, b in ((x, w), (y, h)))
        found = picture.pixels[np.ix_(np.floor(rows).astype(int), np.floor(columns).astype(int))].astype(float).mean(-1)
        paper, ink = self.colors()
        cells = (found - paper) / (ink - paper)
        return (
            cells[1:, 1:].reshape(ROWS, SIDE + 1, ROWS, SIDE + 1)[:, :SIDE, :, :SIDE].swapaxes(1, 2).reshape(-1, 28, 28)
        )

    def colors(self):
        """The page's paper, and the colour of ink on it, with its transparency."""
        style = self.page.evaluate(
            "() => { const c = document.createElement('canvas').getContext('2d');"
            " const style = getComputedStyle(document.querySelector('.gan-stage'));"
            " c.fillStyle = style.getPropertyValue('--gan-paper').trim(); c.fillRect(0, 0, 2, 1);"
            " c.fillStyle = style.color; c.fillRect(1, 0, 1, 1); return [...c.getImageData(0, 0, 2, 1).data] }"
        )
        return np.mean(style[:3]), np.mean(style[4:7])

    def frame(self, index=-1):
        """The pixels of a frame that the kernel keeps, from 0 to 1, (64, 28, 28)."""
        return self.layer("pixels", index).reshape(-1, 28, 28) / 255

    def assert_sheet(self, index=-1):
        assert np.abs(self.sheet() - self.frame(index)).max() < 0.03

    def noted(self, words):
        self.page.wait_for_function(
            f"(words) => document.querySelector('{NOTE}').textContent.includes(words)", arg=words
        )


KIND = Digits


@both_modes
def test_pixels_are_the_kernels_samples(lab):
    lab.ask("lab.advance(30)")  # beyond it no step ends play before the test does
    lab.rest()
    lab.play(42)
    lab.pause()
    lab.rest()
    assert lab.step == lab.ask("lab.trainer.steps")
    samples = np.array(lab.ask("lab.trainer.snapshot().samples[0].tolist()")).reshape(-1, 28, 28)
    assert np.ptp(samples) > 0.1
    assert np.abs(lab.sheet() - (samples + 1) / 2).max() < 0.03
    assert lab.words == lab.ask("lab.film.frames[-1][0]['summary']")
    lab.shot("small")


def test_looking_back_needs_no_kernel(lab):
    lab.ask("[lab.step() for _ in range(12)] and None")
    lab.rest()
    assert lab.page.get_attribute("[data-do=scrub]", "max") == "12"
    lab.count_messages()
    lab.key("[data-do=scrub]", "Home", "ArrowRight", "ArrowRight", "ArrowRight")
    lab.wait("canvas.dataset.step === '3'")
    assert lab.sent == 0
    lab.assert_sheet(3)
    lab.press("back")
    lab.noted("Back at step 0")
    lab.wait("canvas.dataset.step === '0'")
    assert lab.ask("lab.trainer.steps") == 0


@both_modes
def test_play_rests_at_until_and_goes_on(lab):
    lab.page.select_option("[data-do=speed]", label="20")
    lab.play(30)
    lab.noted("Step 30 is reached")
    lab.page.wait_for_selector("[data-do=play]:has-text('Play')")
    assert lab.ask("lab.trainer.steps") == 30
    assert lab.words == lab.ask("lab.film.frames[-1][0]['summary']")
    assert "score" in lab.words.lower() and "not Inception" in lab.words
    lab.page.focus("[data-do=play]")
    lab.page.keyboard.press("Enter")
    lab.wait("Number(canvas.dataset.step) > 30 && summary.includes('beyond 30')")


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
    lab.page.select_option("[data-set=loss]", label="hinge")
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
    lab.noted("Say it first")
    assert "verpowered" not in lab.page.inner_text(".gan-stage")
    lab.page.wait_for_selector("[data-setup='overpowered D'][aria-pressed=true]")
    assert lab.ask("[lab.recipe.name, lab.trainer.steps, lab.seed]") == ["overpowered D", 0, 0]
    lab.press("diagnosis")
    lab.noted("D is never wrong")
    lab.shot("setup")
    lab.key("[data-setup='normal']", "Enter")
    lab.noted("As the lab was opened")
    lab.page.wait_for_selector("[data-do=diagnosis]:disabled")
    lab.page.wait_for_selector("[data-setup='overpowered D'][aria-pressed=false]")
    assert lab.ask("lab.recipe == small")
    lab.assert_sheet()


def test_saving_and_going_on(lab):
    for path in lab.folder.glob("*.safetensors"):
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
    assert sorted(path.name for path in lab.folder.glob("*.safetensors")) == [
        "digits_0001.safetensors",
        "digits_0002.safetensors",
    ]
    lab.page.select_option("[data-set=file]", label="digits_0001.safetensors")
    lab.press("resume")
    lab.noted("Going on from digits_0001")
    lab.wait("canvas.dataset.step === '1'")
    (lab.folder / "digits_0001.safetensors").write_text("no such thing")
    lab.press("resume")
    lab.noted("is damaged")
    assert lab.ask("lab.trainer.steps") == 1


def test_light_dark_narrow_and_axe(lab):
    lab.ask("lab.advance(20)")
    lab.rest()
    size = lab.page.viewport_size
    try:
        lab.assert_sheet()
        lab.theme("JupyterLab Dark")
        assert lab.picture().pixels[0, 0].max() < 80
        lab.assert_sheet()
        lab.shot("small-dark")
        lab.theme("JupyterLab Light")
        found = Axe().run(lab.page, context=".gan-stage").response["violations"]
        assert not [one["id"] for one in found]
        resize(lab.page, 700, 1400)
        wide = "() => { const lab = document.querySelector('.gan-stage'); return [lab.scrollWidth, lab.clientWidth] }"
        scroll, client = lab.page.evaluate(wide)
        assert scroll <= client + 1
        lab.shot("small-narrow")
    finally:
        lab.page.set_viewport_size(size)
        lab.theme("JupyterLab Light")
