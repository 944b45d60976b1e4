"""A latent lab in a page: its digits read back from the canvases, and questions to its kernel.

Screenshots go to tests/screenshots/.
"""

import base64
import io
import json

import numpy as np
from PIL import Image

from benchmarks.browser import run_all
from helpers.pages import SHOTS

LAB = ".gan-latent"
INK = 33  # the light theme's text, .87 of black on white
READ = "(selector) => document.querySelector(selector).toDataURL('image/png')"


class Latent:
    """The lab in a page, and questions to its kernel."""

    def __init__(self, page, name, mode):
        self.page, self.name, self.mode, self.errors = page, name, mode, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))

    def fresh(self):
        """Runs all cells, and waits for a page at rest."""
        self.page.evaluate("() => document.querySelectorAll('.gan-latent').forEach((lab) => { lab.dataset.old = ''; })")
        run_all(self.page)
        self.page.wait_for_selector(f"{LAB}:not([data-old])[data-rested]")
        self.page.wait_for_selector(f"{LAB}[data-old]", state="detached")
        self.page.mouse.move(0, 0)
        self.drawn()
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

    def until(self, condition):
        """Waits until a Python expression is true in the kernel: what the page says may still be on its way."""
        for _ in range(150):
            if self.ask(f"bool({condition})"):
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"not within 30 s: {condition}")

    def place(self):
        return self.ask("vars(lab.shown.place)")

    def wait(self, words):
        self.page.wait_for_function(
            f"(words) => document.querySelector('{LAB} .gan-summary').textContent.includes(words)", arg=words
        )

    def rested(self):
        """Until nothing is asked any more, names and nearest of what is shown are there, and it is drawn."""
        data = f"document.querySelector('{LAB}').dataset"
        self.page.wait_for_function(f"() => !{data}.busy && {data}.version === {data}.rested")
        self.drawn()

    def drawn(self):
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def rgba(self, selector):
        """A canvas as (height, width, 4), from 0 to 255."""
        data = self.page.evaluate(READ, selector).partition(",")[2]
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")).astype(float)

    def pixels(self, selector):
        """(height, width) grey of a canvas, from 0 to 255."""
        return self.rgba(selector)[..., :3].mean(-1)

    def tile(self, selector, columns, i):
        """One digit of a canvas as 28 x 28 shares of ink, as far as its colours allow to tell."""
        pixels = self.pixels(selector)
        cell = pixels.shape[1] / columns
        top, left = cell * (i // columns), cell * (i % columns)
        whole = Image.fromarray(pixels.astype(np.float32))
        right, bottom = min(left + cell, whole.width), min(top + cell, whole.height)  # a canvas has whole pixels
        tile = whole.resize((28, 28), Image.Resampling.BOX, (left, top, right, bottom))
        return (255 - np.asarray(tile)) / (255 - INK)

    def images(self, what):
        """Images of the kernel, uint8 (n, 28, 28)."""
        space = "__import__('gan_lessons.models.latent_space', fromlist=['to_bytes'])"
        return np.array(self.ask(f"{space}.to_bytes({what}).tolist()"))

    def cell(self, i):
        return f"{LAB} [data-cell='{i}']"

    def shot(self, name):
        SHOTS.mkdir(exist_ok=True)
        self.page.locator(LAB).screenshot(path=SHOTS / f"{self.name}-{name}-{self.mode}.png")

    def end(self):
        assert [error for error in self.errors if "Failed to load resource" not in error] == []


def alike(found, wanted):
    """Whether a tile shows an image, but for the smoothing of scaling, and the lines between tiles."""
    return np.corrcoef(found[2:-2, 2:-2].ravel(), wanted[2:-2, 2:-2].ravel())[0, 1] > 0.95
