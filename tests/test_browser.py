"""The player in a real JupyterLab: what is drawn is what the kernel has, by mouse and by keyboard.

Pixels are read back from the canvas; Matplotlib's transData on axes of the same box says where they belong.
Screenshots go to tests/screenshots/.
"""

import base64
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.browser import open_notebook, run_all
from benchmarks.labs import write_notebook

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "tests" / "screenshots"
CODE = "from gan_lessons import recipes\nfrom gan_lessons.labs.player import Player\n\n"
CODE += "lab = Player(recipes.steady, runs=12)\nlab"
BLUE, VERMILLION = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)
SIZE = {"width": 1400, "height": 1000}
PLAYER = ".gan-stage:has([data-do=play])"  # and not a scrubber
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
    """A player in a page, and questions to its kernel."""

    def __init__(self, page):
        self.page, self.errors = page, []
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
        self.page.click(f"[data-do={name}]")

    def key(self, selector, *keys):
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
        self.page.click("[data-do=play]:has-text('Play')")
        self.page.wait_for_function(f"() => Number(document.querySelector('{CANVAS}').dataset.step) >= {step}")

    def pause(self):
        epoch = self.data("epoch")
        self.page.click("[data-do=play]:has-text('Pause')")
        self.wait(f"canvas.dataset.epoch !== '{epoch}'")

    def wait(self, condition):
        self.page.wait_for_function(
            f"() => {{ const canvas = document.querySelector('{CANVAS}'), summary ="
            f" document.querySelector('{SUMMARY}').textContent; return {condition} }}"
        )

    def settled(self, condition):
        """Waits until a Python expression is true in the kernel, and its newest epoch is on the screen.

        A control's message may wait for an answer that is on its way: what the kernel has at once may be the old."""
        for _ in range(150):
            if self.ask(f"bool({condition})") and self.data("epoch") == str(self.ask("lab.epoch")):
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"not within 30 s: {condition}")

    @property
    def words(self):
        return self.page.inner_text(SUMMARY)

    @property
    def numbers(self):
        """What the summary says: the step; mean and real mean; sd and real sd."""
        found = re.search(r"Step ([\d,]+).*mean (\S+) \(real (\S+)\), sd (\S+) \(real (\S+)\)", self.words)
        return [float(number.replace(",", "")) for number in found.groups()]

    def ask(self, expression):
        """The value of a Python expression in the kernel."""
        code = "__import__('json').dumps(" + expression + ")"
        found = self.page.evaluate(
            """async (code) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const asked = kernel.requestExecute({code: '', user_expressions: {it: code}, store_history: false});
            const reply = await asked.done;
            return reply.content.user_expressions.it }""",
            code,
        )
        assert found["status"] == "ok", found
        return json.loads(eval(found["data"]["text/plain"]))

    def layer(self, name, places="places"):
        """One layer of the frame that the kernel sent last. places: the attribute of the scene that knows where."""
        frame = self.ask("__import__('base64').b64encode(lab.film.frames[-1][1]).decode()")
        at = f"lab.scene.{places}._at[{name!r}]"
        place = self.ask(f"[{at}.start, {at}.stop]")
        return np.frombuffer(base64.b64decode(frame), np.float32)[slice(*place)]

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
        """Counts the widget messages that the page sends, in window.ganSent."""
        self.page.evaluate(
            """() => { window.ganSent = 0;
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            kernel.anyMessage.connect((_, {msg, direction}) => {
              if (direction === 'send' && msg.header.msg_type === 'comm_msg') window.ganSent += 1; }) }"""
        )

    @property
    def sent(self):
        return self.page.evaluate("window.ganSent")

    def shot(self, name):
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")


@pytest.fixture(scope="module", params=[True, False], ids=["subshells", "no subshells"])
def opened(request, jupyterlab, chromium, tmp_path_factory):
    """A page with a small notebook, widget messages over subshells or not."""
    root = tmp_path_factory.mktemp("notebooks")
    write_notebook(root / "lab.ipynb", CODE)
    address = jupyterlab(root, request.param)
    page = chromium.new_page(viewport=SIZE)
    page.set_default_timeout(30_000)
    lab = Lab(page)
    open_notebook(page, address, "lab.ipynb")
    lab.mode, lab.address = "subshells" if request.param else "main-thread", address
    yield lab
    page.close()


@pytest.fixture
def lab(opened):
    """The player, begun afresh by running its cell again. Afterwards no error may stand in the console."""
    opened.errors.clear()
    yield opened.fresh()
    if opened.page.is_visible("[data-do=play]:has-text('Pause')"):
        opened.press("play")
    ours = [error for error in opened.errors if "Failed to load resource" not in error]
    assert not ours


def rows_of(mask):
    """For each column with one unbroken vertical run of True: (columns, rows of its middle)."""
    columns = np.flatnonzero(mask.any(0))
    first, last, n = mask.argmax(0), mask.shape[0] - 1 - mask[::-1].argmax(0), mask.sum(0)
    columns = columns[(last - first + 1 == n)[columns]]
    return columns, ((first + last) / 2 + 0.5)[columns]


def test_play_moves_the_picture_and_pause_agrees_with_the_kernel(lab):
    assert lab.step == 0
    before = lab.picture()
    lab.play(100)
    first, drawn = lab.picture(), int(lab.data("drawn"))
    lab.wait(f"Number(canvas.dataset.drawn) > {drawn + 10}")
    second = lab.picture()
    lab.shot(f"playing-{lab.mode}")
    lab.pause()
    assert all(np.any(a.pixels != b.pixels, -1).mean() > 0.002 for a, b in ((before, first), (first, second)))
    lab.page.wait_for_timeout(300)
    assert lab.step == lab.ask("lab.trainer.steps") == lab.numbers[0]
    assert lab.words == lab.ask("lab.film.frames[-1][0]['summary']")
    assert lab.page.inner_text(".gan-scrub output") == f"step {lab.step:,}"


def test_pixels_agree_with_words_and_with_matplotlib(lab):
    lab.play(400)
    lab.pause()
    picture, (step, mean, real_mean, sd, real_sd) = lab.picture(), lab.numbers
    x = np.linspace(*picture.axes["densities"]["x"], 200)

    blue = picture.near(BLUE, "densities")
    assert blue.sum() > 200
    top = np.argwhere(blue[: blue.any(1).argmax() + 3])
    assert picture.value("densities", top[:, 1].mean() + 0.5) == pytest.approx(real_mean, abs=0.25)
    box = picture.axes["densities"]["box"]
    middle = picture.pixels[round((box[1] + box[3] * 0.9) * picture.ratio)]
    column = round(picture.place("densities", [real_mean], 0)[0][0])
    assert middle[column, 2] > middle[column, 0] or picture.near(VERMILLION, "densities")[:, column].any()  # bluish

    for layer, color in (("real", BLUE), ("generated", VERMILLION)):
        columns, rows = rows_of(picture.near(color, "densities"))
        assert len(columns) > 50
        at_x, at_y = picture.place("densities", x, lab.layer(layer))
        expected, slope = (np.interp(columns + 0.5, at_x, y) for y in (at_y, np.abs(np.gradient(at_y, at_x))))
        off = np.abs(rows - expected) / np.hypot(1, slope)  # across the curve
        assert np.median(off) <= 1
        assert (off <= 2).mean() > 0.9  # other curves cross it here and there
    weights = np.maximum(box[1] + box[3] - rows / picture.ratio, 0)
    assert np.average(picture.value("densities", columns + 0.5), weights=weights) == pytest.approx(mean, abs=0.35)

    for name, at, color in (("moments", mean, BLUE), ("moments", sd, VERMILLION)):  # where the traces have come to
        [column], [row] = picture.place(name, [step], at)
        mask = picture.near(color, name)
        found = np.argwhere(mask[:, round(column) - 5 : round(column) - 2])
        assert np.abs(found[:, 0] + 0.5 - row).min() <= 3
    assert lab.ask("lab.recipe.data.sd") == real_sd
    lab.shot(f"paused-{lab.mode}")


def test_steps_by_mouse_and_by_keyboard(lab):
    for name in ("D", "G", "both"):
        lab.press(name)
    lab.wait("canvas.dataset.step === '3'")
    lab.key("[data-do=play]", "Tab", "Enter", "Tab", "Space", "Tab", "Enter")
    lab.wait("canvas.dataset.step === '6'")
    code = lab.ask("lab.code()")
    moves = [
        "gan.advance(1, InTurn(d_steps=1, g_steps=0))",
        "gan.advance(1, InTurn(d_steps=0, g_steps=1))",
        "gan.advance(1)",
    ]
    assert [line for line in code.splitlines() if "advance" in line] == moves * 2
    assert lab.ask("lab.trainer.steps") == 6
    lab.key("[data-do=play]", "Space")
    lab.wait("Number(canvas.dataset.step) > 20")
    lab.key("[data-do=play]", "Enter")
    lab.page.wait_for_selector("[data-do=play]:has-text('Play')")


def test_slow_motion_says_and_shows_each_stage(lab):
    lab.press("slow")
    lab.wait("summary.startsWith('1 of 7: ')")
    assert lab.page.get_attribute("[data-do=slow]", "aria-pressed") == "true"
    picture = lab.picture()
    for name, color in (("real_dots", BLUE), ("fake_dots", VERMILLION)):
        y = lab.layer("dots_y" if name == "real_dots" else "dots_y2")
        columns, rows = picture.place("densities", lab.layer(name)[:8], y)
        for column, row in zip(columns, rows, strict=True):
            spot = picture.pixels[round(row) - 1 : round(row) + 2, round(column) - 1 : round(column) + 2].mean((0, 1))
            assert np.abs(spot - color).max() < 110, (name, spot)
    lab.shot(f"slow-{lab.mode}")
    lines = []
    for stage in range(2, 8):
        lab.press("next")
        lab.wait(f"summary.startsWith('{stage} of 7: ')")
        lines.append(lab.page.inner_text(".gan-loop [aria-current=step]").strip())
    assert len(set(lines)) == 6 and lines[2] == "d_optimizer.step()" and lines[-1] == "g_optimizer.step()"
    lab.press("slow")
    lab.pause()
    lab.page.wait_for_selector(".gan-loop", state="hidden")
    assert lab.ask("lab.trainer.steps") >= 1


def test_a_slider_by_keyboard_moves_the_data(lab):
    lab.play(50)
    before = lab.picture()
    lab.key("[data-set=mean]", *["ArrowRight"] * 3)
    lab.wait("summary.includes('(real 5.50)')")
    lab.pause()
    assert lab.ask("lab.trainer.settings['data'].mean") == 5.5
    assert lab.page.get_attribute("[data-set=mean]", "aria-valuetext") == "5.5"
    tops = []
    for picture in (before, lab.picture()):
        blue = picture.near(BLUE, "densities")
        top = np.argwhere(blue[: blue.any(1).argmax() + 3])
        tops.append(picture.value("densities", top[:, 1].mean() + 0.5))
    assert tops == pytest.approx([4, 5.5], abs=0.25)


def test_a_curve_is_switched_off_and_the_pointer_reads_the_others(lab):
    lab.play(100)
    lab.pause()
    lab.page.wait_for_timeout(300)
    before = lab.picture()
    lab.key("[data-layer='real data']", "Space")
    assert before.near(BLUE, "densities").sum() > 200 and not lab.picture().near(BLUE, "densities").any()
    x, y, w, h = before.axes["densities"]["box"]
    box = lab.page.locator(CANVAS).bounding_box()
    lab.page.mouse.move(box["x"] + x + 0.6 * w, box["y"] + y + h / 2)
    words = lab.page.inner_text(".gan-readout")
    read = dict(part.rsplit(" ", 1) for part in words.split(", "))
    assert read.keys() == {"value x", "generated density", "D"}
    at = round(0.6 * 199)
    assert float(read["value x"]) == pytest.approx(-2 + 0.6 * 10, abs=0.02)
    assert float(read["D"]) == pytest.approx(lab.layer("D")[at], rel=0.02)
    lab.page.click(".gan-legend label:has([data-layer='real data'])")
    lab.page.mouse.move(0, 0)
    np.testing.assert_array_equal(lab.picture().pixels, before.pixels)


def test_a_refused_slider_goes_back_and_says_why(lab):
    lab.key("[data-set=d_steps]", "Home")
    lab.page.wait_for_function(
        "() => document.querySelector('[data-set=d_steps]').getAttribute('aria-valuetext') === '0'"
    )
    lab.key("[data-set=g_steps]", "Home")
    lab.page.wait_for_function("() => document.querySelector('.gan-note').textContent.includes('not both 0')")
    assert lab.page.input_value("[data-set=g_steps]") == "1"
    assert lab.ask("lab.recipe.schedule.g_steps") == 1


def test_a_restarting_slider_restarts(lab):
    lab.play(30)
    lab.pause()
    lab.key("[data-set=g_width]", "ArrowLeft")
    lab.wait("canvas.dataset.step === '0'")
    lab.page.wait_for_function("() => document.querySelector('.gan-note').textContent.includes('began again')")
    assert lab.ask("lab.trainer.G.inputs") == 1 and lab.ask("lab.trainer.steps") == 0


def test_looking_back_needs_no_kernel(lab):
    lab.play(200)
    lab.pause()
    lab.page.wait_for_timeout(500)
    lab.count_messages()
    newest, picture = lab.step, lab.picture()
    lab.key("[data-do=scrub]", *["ArrowLeft"] * 5)
    earlier = lab.step
    assert earlier < newest and lab.numbers[0] == earlier
    assert np.any(lab.picture().pixels != picture.pixels, -1).mean() > 0.001
    lab.key("[data-do=scrub]", "Home")
    assert lab.step == 0
    lab.key("[data-do=scrub]", "End")
    assert lab.step == newest
    np.testing.assert_array_equal(lab.picture().pixels, picture.pixels)
    assert lab.sent == 0
    lab.press("both")
    lab.wait(f"canvas.dataset.step === '{newest + 1}'")
    assert lab.sent == 1


def test_restart_new_seed_and_code(lab):
    lab.play(60)
    lab.pause()
    lab.press("restart")
    lab.wait("canvas.dataset.step === '0' && summary.includes('seed 0')")
    first = lab.picture()
    lab.press("seed")
    lab.wait("summary.includes('seed 12)')")
    lab.page.wait_for_function("() => document.querySelector('.gan-note').textContent === 'Seeds 12 to 23 now.'")
    assert np.any(lab.picture().pixels != first.pixels, -1).mean() > 0.001
    lab.press("both")
    lab.wait("canvas.dataset.step === '1'")
    lab.press("code")
    lab.page.wait_for_function("() => document.querySelector('.gan-code').value.includes('gan.advance(1)')")
    assert lab.page.input_value(".gan-code") == lab.ask("lab.code()")
    assert "seeds=range(12, 24)" in lab.page.input_value(".gan-code")
    lab.shot(f"code-{lab.mode}")


def test_a_wild_drag_leaves_no_backlog(lab):
    lab.play(20)
    lab.count_messages()
    events = lab.page.evaluate(
        """async () => {
        const slider = document.querySelector('[data-set=mean]'), start = performance.now(); let n = 0;
        while (performance.now() - start < 5000) {
          for (let burst = 0; burst < 4; burst++, n++) { // faster than any kernel answers
            slider.value = Math.floor(Math.random() * (Number(slider.max) + 1));
            slider.dispatchEvent(new Event('input'));
          }
          await new Promise((done) => setTimeout(done, 4));
        }
        slider.value = 3; slider.dispatchEvent(new Event('input')); return n }"""
    )
    lab.page.wait_for_timeout(1000)
    wanted = float(lab.page.get_attribute("[data-set=mean]", "aria-valuetext"))
    assert lab.ask("lab.recipe.data.mean") == wanted
    assert lab.numbers[2] == wanted
    assert events > 200 and lab.sent < events
    lab.pause()
    lab.page.wait_for_timeout(300)
    sent = lab.sent
    lab.page.wait_for_timeout(700)
    assert lab.sent == sent
    assert int(lab.data("epoch")) == lab.ask("lab.epoch") and lab.step == lab.ask("lab.trainer.steps")


def test_a_page_that_comes_later_shows_the_film(lab):
    lab.play(100)
    lab.pause()
    lab.page.wait_for_timeout(300)
    words, frames = lab.words, int(lab.page.get_attribute("[data-do=scrub]", "max"))
    lab.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    lab.page.wait_for_timeout(1500)
    second = lab.page.context.browser.new_page(viewport=SIZE)
    try:
        other = Lab(second)
        open_notebook(second, lab.address, "lab.ipynb")
        second.wait_for_selector(f"{CANVAS}[data-step='{lab.step}']")
        assert other.words == words
        assert int(second.get_attribute("[data-do=scrub]", "max")) == frames
        other.key("[data-do=scrub]", "Home")
        assert other.step == 0
        assert other.picture().near(BLUE, "densities").sum() > 200
    finally:
        second.close()


def test_dark_and_narrow(lab):
    lab.play(200)
    lab.pause()

    def theme(name):
        lab.page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        dark = "Dark" in name
        lab.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str(not dark).lower()}'")
        lab.page.wait_for_timeout(500)

    size = lab.page.viewport_size
    try:
        theme("JupyterLab Dark")
        corner = lab.picture().pixels[0, 0]
        assert corner.max() < 80  # paused, and yet drawn again
        assert lab.picture().near(BLUE, "densities").sum() > 200
        lab.shot(f"dark-{lab.mode}")
        theme("JupyterLab Light")
        assert lab.picture().pixels[0, 0].min() > 200
        lab.page.set_viewport_size({"width": 700, "height": 1000})
        lab.page.wait_for_timeout(500)
        stage = lab.page.evaluate(
            "() => { const lab = document.querySelector('.gan-stage'); return [lab.scrollWidth, lab.clientWidth] }"
        )
        assert stage[0] <= stage[1] + 1
        lab.shot(f"narrow-{lab.mode}")
    finally:
        theme("JupyterLab Light")
        lab.page.set_viewport_size(size)
