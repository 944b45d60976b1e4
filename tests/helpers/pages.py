"""A lab in a page: its pixels, its words, its keys, and questions to its kernel.

Pixels are read back from the canvas; Matplotlib's transData on axes of the same box says where they belong.
Screenshots go to tests/screenshots/, each named after the lab or the notebook that it shows.
"""

import base64
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.browser import run_all
from helpers.messages import read

SHOTS = Path(__file__).parents[1] / "screenshots"
BLUE, VERMILLION = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)
SIZE = {"width": 1400, "height": 1000}
PLAYER = ".gan-stage:has([data-do=play])"  # and not a scrubber
BRING_OUT = """(selector) => { const node = document.querySelector(selector), box = node && node.closest('details');
  if (box && node.tagName !== 'SUMMARY' && !box.open) { box.open = true; box.firstChild.focus(); } }"""
STANDS = """() => new Promise((done, fail) => { // once all is where it was, for 15 display ticks in a row
  const all = '.jp-WindowedPanel-outer, .gan-stage, .gan-stage *, .jp-OutputArea-output img';
  const where = () => [innerWidth, ...[...document.querySelectorAll(all)].flatMap((node) => {
    const { x, y, width, height } = node.getBoundingClientRect(); return [x, y, width, height] })].join();
  let before = '', ticks = 0, left = 1000;
  const tick = () => { const now = where(); ticks = now === before ? ticks + 1 : 0; before = now;
    if (ticks === 15) return done();
    left-- ? requestAnimationFrame(tick) : fail(Error('it does not stand still')); };
  requestAnimationFrame(tick) })"""
CANVAS, SUMMARY = f"{PLAYER} canvas", f"{PLAYER} .gan-summary"


@dataclass
class Picture:
    """The canvas as it was read back. pixels: (height, width, 3); axes: the panels' boxes and ranges, in CSS pixels."""

    pixels: np.ndarray
    axes: dict
    ratio: float

    def near(self, color, panel, reach=40):
        """Where a colour is, bool (height, width), inside of a panel only."""
        x, y, w, h = (round(edge * self.ratio) for edge in self.axes[panel]["box"])
        mask = np.zeros(self.pixels.shape[:2], bool)
        inside = self.pixels[y + 2 : y + h - 2, x + 2 : x + w - 2].astype(int)
        mask[y + 2 : y + h - 2, x + 2 : x + w - 2] = np.abs(inside - color).max(-1) < reach
        return mask

    def place(self, panel, x, y):
        """Where Matplotlib puts points: columns and rows, in the canvas' pixels."""
        height, width = self.pixels.shape[:2]
        figure, axes = Figure((width / 100, height / 100), dpi=100), self.axes[panel]
        left, top, w, h = (edge * self.ratio for edge in axes["box"])
        ax = figure.add_axes((left / width, 1 - (top + h) / height, w / width, h / height))
        ax.set(xlim=axes["x"], ylim=axes["y"])
        at = ax.transData.transform(np.column_stack(np.broadcast_arrays(x, y)))
        return at[:, 0], height - at[:, 1]

    def value(self, panel, columns):
        """The x that a column of pixels stands for."""
        left, _, w, _ = self.axes[panel]["box"]
        low, high = self.axes[panel]["x"]
        return low + (np.asarray(columns) / self.ratio - left) / w * (high - low)


class Lab:
    """A player in a page, and questions to its kernel. name, mode: stand in its screenshots' names."""

    def __init__(self, page, name="lab", mode="subshells"):
        self.page, self.name, self.mode, self.errors = page, name, mode, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))

    def fresh(self):
        """Runs all cells, and waits for the first picture."""
        self.page.evaluate("() => document.querySelectorAll('.gan-stage').forEach((lab) => { lab.dataset.old = ''; })")
        run_all(self.page)
        self.page.wait_for_selector(".gan-stage:not([data-old]) canvas[data-step]")
        self.page.wait_for_selector(".gan-stage[data-old]", state="detached")
        self.page.evaluate("() => { const lab = document.querySelector('.gan-stage'); lab.scrollIntoView(); }")
        return self

    def press(self, name):
        """Presses a button; one that is folded away is brought out first."""
        self.page.evaluate(BRING_OUT, f"[data-do={name}]")
        self.page.click(f"[data-do={name}]")

    def key(self, selector, *keys):
        """Keys for an element, once it can take them; one that is folded away is brought out first."""
        able = "(one) => { const node = document.querySelector(one); return node && !node.disabled }"
        self.page.wait_for_function(able, arg=selector)
        self.page.evaluate(BRING_OUT, selector)
        self.page.focus(selector)
        for key in keys:
            self.page.keyboard.press(key)

    def data(self, key):
        return self.page.get_attribute(CANVAS, f"data-{key}")

    @property
    def step(self):
        return int(self.data("step"))

    def play(self, step):
        """Plays until a step is on screen."""
        self._switch("Play")
        self.page.wait_for_function(f"() => Number(document.querySelector('{CANVAS}').dataset.step) >= {step}")

    def pause(self):
        epoch = self.data("epoch")
        self._switch("Pause")
        self.wait(f"canvas.dataset.epoch !== '{epoch}'")

    def _switch(self, word):
        """Presses Play or Pause, once that is what the button says."""
        button = "document.querySelector('[data-do=play]')"
        self.page.wait_for_function(f"() => {button}.textContent.includes('{word}') && !{button}.disabled")
        self._tap("[data-do=play]")

    def _tap(self, selector):
        self.page.click(selector)

    def wait(self, condition):
        self.page.wait_for_function(
            f"() => {{ const canvas = document.querySelector('{CANVAS}'), summary ="
            f" document.querySelector('{SUMMARY}').textContent; return {condition} }}"
        )

    def settled(self, condition):
        """Waits until a Python expression is true in the kernel, and its newest epoch is on the screen.

        A control's message may wait for an answer that is on its way: what the kernel has at once may be the old."""
        for _ in range(150):
            met, epoch = self.ask(f"[bool({condition}), lab.epoch]", whole=True)
            if met and self.data("epoch") == str(epoch):
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"not within 30 s: {condition}")

    def rest(self):
        """Waits until the page shows the very state that the kernel has: after a pause the last frame is on its way."""
        for _ in range(300):
            steps, epoch = self.ask("[max(side.trainer.steps for side in lab.sides), lab.epoch]", whole=True)
            if (self.data("step"), self.data("epoch")) == (str(steps), str(epoch)):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the kernel is at step {steps}, the page at {self.step}")

    @property
    def words(self):
        return self.page.inner_text(SUMMARY)

    @property
    def numbers(self):
        """What the summary says: the step; mean and real mean; sd and real sd."""
        found = re.search(r"Step ([\d,]+).*mean (\S+) \(real (\S+)\), sd (\S+) \(real (\S+)\)", self.words)
        return [float(number.replace(",", "")) for number in found.groups()]

    def ask(self, expression, whole=False):
        """The value of a Python expression in the kernel. whole: not while a message is followed on another thread, or
        half of what it does might be seen."""
        code = "__import__('json').dumps(" + expression + ")"
        found = self.page.evaluate(
            """async ([before, code]) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const asked = kernel.requestExecute({code: before, user_expressions: {it: code}, store_history: false});
            const reply = await asked.done;
            return reply.content.user_expressions.it }""",
            [f"with lab.lock: _asked = {code}", "_asked"] if whole else ["", code],
        )
        assert found["status"] == "ok", found
        return json.loads(eval(found["data"]["text/plain"]))

    def layer(self, name, index=-1):
        """One array, flat, of a frame that the kernel keeps, by default of the one that it sent last."""
        rows = self.ask(f"[__import__('base64').b64encode(row).decode() for row in lab.film.frames[{index}][1]]")
        return read(self.ask("lab.scene.spec"), [base64.b64decode(row) for row in rows])[name].ravel()

    def picture(self):
        read = self.page.evaluate(
            f"""() => {{ const canvas = document.querySelector('{CANVAS}'), copy = document.createElement('canvas');
            const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            copy.width = canvas.width; copy.height = canvas.height; copy.getContext('2d').putImageData(all, 0, 0);
            return [copy.toDataURL('image/png'), canvas.dataset.axes, canvas.dataset.ratio] }}"""
        )
        image = Image.open(io.BytesIO(base64.b64decode(read[0].partition(",")[2]))).convert("RGB")
        return Picture(np.asarray(image), json.loads(read[1]), float(read[2]))

    def count_messages(self):
        """Counts in window.ganSent what the page sends for a person, and not what it sends at rest."""
        self.page.evaluate(
            """() => { window.ganSent = 0;
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            kernel.anyMessage.connect((_, {msg, direction}) => {
              const said = msg.content.data && msg.content.data.content;
              if (direction === 'send' && msg.header.msg_type === 'comm_msg' && !(said && said.type === 'rest'))
                window.ganSent += 1; }) }"""
        )

    @property
    def sent(self):
        return self.page.evaluate("window.ganSent")

    def shot(self, name):
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{self.name}-{name}-{self.mode}.png")

    def theme(self, name):
        set_theme(self.page, name)

    def end(self):
        """What is due after each test: the player rests, and no error stands in the console."""
        if self.page.evaluate("() => document.querySelector('[data-do=play]')?.textContent.includes('Pause')"):
            self.press("play")
        assert not [error for error in self.errors if "Failed to load resource" not in error]


def set_theme(page, name):
    """JupyterLab's light or dark theme, and labs drawn in it.

    JupyterLab hides all for some frames. A lab draws 300 ms later, and its words a moment after that: these are timers
    of the page, so they come before one of the page that is longer, however slow the page is."""
    page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    light, seen = str("Dark" not in name).lower(), "document.getElementById('main').offsetWidth"
    page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{light}' && {seen}")
    drawn = "requestAnimationFrame(() => requestAnimationFrame(done))"
    page.evaluate(f"() => new Promise((done) => setTimeout(() => {drawn}, 500))")
    page.evaluate(STANDS)


def resize(page, width, height):
    """Gives the window another size, and waits until all stands where it belongs."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("(width) => innerWidth === width", arg=width)
    page.evaluate(STANDS)
