"""The player in a real JupyterLab: what is drawn is what the kernel has, by mouse and by keyboard.

`helpers.pages` says how pixels are read.
"""

import numpy as np
import pytest
from helpers.jupyter import both_modes
from helpers.pages import BLUE, CANVAS, SIZE, VERMILLION, Lab, resize

from benchmarks.browser import open_notebook

NAME, KIND = "player", Lab
CODE = "from gan_lessons.recipes import toys as recipes\nfrom gan_lessons.labs.lab import Lab\n\n"
CODE += "lab = Lab(recipes.steady, runs=12)\nlab"


def rows_of(mask):
    """For each column with one unbroken vertical run of True: (columns, rows of its middle)."""
    columns = np.flatnonzero(mask.any(0))
    first, last, n = mask.argmax(0), mask.shape[0] - 1 - mask[::-1].argmax(0), mask.sum(0)
    columns = columns[(last - first + 1 == n)[columns]]
    return columns, ((first + last) / 2 + 0.5)[columns]


@both_modes
def test_play_moves_the_picture_and_pause_agrees_with_the_kernel(lab):
    assert lab.step == 0
    before = lab.picture()
    lab.play(100)
    first, drawn = lab.picture(), int(lab.data("drawn"))
    lab.wait(f"Number(canvas.dataset.drawn) > {drawn + 10}")
    second = lab.picture()
    lab.shot("playing")
    lab.pause()
    assert all(np.any(a.pixels != b.pixels, -1).mean() > 0.002 for a, b in ((before, first), (first, second)))
    lab.rest()
    assert lab.step == lab.ask("lab.trainer.steps") == lab.numbers[0]
    assert lab.words == lab.ask("lab.film.frames[-1][0]['summary']")
    assert lab.page.inner_text(".gan-scrub output") == f"step {lab.step:,}"


def test_a_frame_that_is_answered_twice_stays_on_the_film(lab):
    lab.ask("lab.answer()")  # the page draws step 0 again
    lab.wait(f"canvas.dataset.epoch === '{lab.ask('lab.epoch')}'")
    lab.play(20)
    lab.pause()
    lab.rest()
    assert lab.page.get_attribute("[data-do=scrub]", "max") == str(lab.ask("len(lab.film.frames)") - 1)


def test_a_film_that_is_sent_again_ends_with_the_answer_that_came_after_it(lab):
    """Of a film's frames the page shows one a display tick; here all ticks come after the answer."""
    lab.ask("[lab.advance(5) for _ in range(3)] and None")
    lab.rest()
    lab.page.evaluate(
        """() => { const ticks = [], own = window.requestAnimationFrame;
        window.requestAnimationFrame = (tick) => ticks.push(tick);
        window.ganTick = () => {
          window.requestAnimationFrame = own; ticks.forEach((tick) => tick(performance.now())); } }"""
    )
    lab.ask("lab.page.film() or lab.answer()")
    lab.page.wait_for_selector(f"{CANVAS}[data-epoch='{lab.ask('lab.epoch')}']")
    lab.page.evaluate("() => window.ganTick()")
    assert int(lab.data("epoch")) == lab.ask("lab.epoch")


def test_play_that_stops_by_itself_shows_its_last_words(lab):
    """While it plays, words come seldom; here a frame comes just after one with words, and then play stops."""
    code = "import time\ndef credit(message, ran=[]):\n    for _ in range(2 * (not ran)):\n"
    code += "        lab.train_a_step(), lab.frame(paid=True), time.sleep(0.05)\n"
    code += "    ran.append(lab.send({'type': 'stopped'}))\nlab.page._on_credit = credit"
    lab.ask(f"exec({code!r}, globals())")
    lab.press("play")
    lab.wait("canvas.dataset.step === '2' && summary.startsWith('Step 2 ')")
    lab.page.wait_for_selector("[data-do=play]:has-text('Play')")


def test_pixels_agree_with_words_and_with_matplotlib(lab):
    # early, on any machine: later the curves lie on one another, and one covers the other
    lab.ask("[lab.advance(5) for _ in range(20)] and None")
    lab.rest()
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

    for at in (mean, sd):  # where the traces have come to
        [column], [row] = picture.place("moments", [step], at)
        mask = picture.near(VERMILLION, "moments")
        found = np.argwhere(mask[:, round(column) - 5 : round(column) - 2])
        assert np.abs(found[:, 0] + 0.5 - row).min() <= 3
    assert lab.ask("lab.recipe.data.sd") == real_sd
    lab.shot("paused")


@both_modes
def test_playing_while_a_cell_runs(lab):
    """Over subshells it trains on beside the cell; else messages wait for the cell to end, and then it goes on."""
    cell = "import time\nsteps = [lab.trainer.steps]\ntime.sleep(6)\nsteps.append(lab.trainer.steps)"
    lab.play(20)
    lab.page.evaluate(
        f"""() => {{ window.ganStep = null;
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        kernel.requestExecute({{code: {cell!r}, store_history: false}}).done.then(() => {{
          window.ganStep = Number(document.querySelector('{CANVAS}').dataset.step); }}); }}"""
    )
    lab.page.wait_for_function("() => window.ganStep !== null")
    late, (before, after) = lab.page.evaluate("window.ganStep"), lab.ask("steps")
    assert late > before < after if lab.mode == "subshells" else before == after
    lab.wait(f"Number(canvas.dataset.step) > {after}")


@both_modes
def test_steps_by_mouse_and_by_keyboard(lab):
    for name in ("D", "G", "both"):
        lab.press(name)
    lab.wait("canvas.dataset.step === '3'")
    lab.key("[data-do=play]", "Tab", "Enter", "Tab", "Space", "Tab", "Enter")
    lab.wait("canvas.dataset.step === '6'")
    code = lab.ask("lab.code()")
    moves = [
        "gan.advance(1, gl.trainers.InTurn(d_steps=1, g_steps=0))",
        "gan.advance(1, gl.trainers.InTurn(d_steps=0, g_steps=1))",
        "gan.advance(1)",
    ]
    assert [line for line in code.splitlines() if "advance" in line] == moves * 2
    assert lab.ask("lab.trainer.steps") == 6
    lab.key("[data-do=play]", "Space")
    lab.wait("Number(canvas.dataset.step) > 20")
    lab.key("[data-do=play]", "Enter")
    lab.page.wait_for_selector("[data-do=play]:has-text('Play')")


@both_modes
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
    lab.shot("slow")
    lines = []
    for phase in range(2, 8):
        lab.press("next")
        lab.wait(f"summary.startsWith('{phase} of 7: ')")
        lines.append(lab.page.inner_text(".gan-loop [aria-current=step]").strip())
    assert len(set(lines)) == 6 and lines[2] == "d_optimizer.step()" and lines[-1] == "g_optimizer.step()"
    lab.press("slow")
    lab.pause()
    lab.page.wait_for_selector(".gan-loop", state="hidden")
    assert lab.ask("lab.trainer.steps") >= 1


@both_modes
def test_a_slider_by_keyboard_moves_the_data(lab):
    for layer in lab.page.locator(".gan-legend input").all():  # what is trained for long covers the data's curve
        layer.set_checked(layer.get_attribute("data-layer") == "real data")
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
    lab.rest()
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
    lab.rest()
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
    assert "trainer(range(12, 24))" in lab.page.input_value(".gan-code")
    lab.shot("code")


@both_modes
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
    wanted = float(lab.page.get_attribute("[data-set=mean]", "aria-valuetext"))
    lab.settled(f"lab.recipe.data.mean == {wanted}")
    assert lab.numbers[2] == wanted
    assert events > 200 and lab.sent < events
    lab.pause()
    lab.rest()
    sent = lab.sent
    lab.page.wait_for_timeout(700)
    assert lab.sent == sent
    assert int(lab.data("epoch")) == lab.ask("lab.epoch") and lab.step == lab.ask("lab.trainer.steps")


def test_a_page_that_comes_later_shows_the_film(lab):
    lab.play(100)
    lab.pause()
    lab.rest()
    words, frames = lab.words, int(lab.page.get_attribute("[data-do=scrub]", "max"))
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
    second = lab.page.context.browser.new_page(viewport=SIZE)
    second.set_default_timeout(60_000)
    try:
        other = Lab(second)
        open_notebook(second, lab.server.address, f"{lab.folder.name}/lab.ipynb")
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

    size = lab.page.viewport_size
    try:
        lab.theme("JupyterLab Dark")
        corner = lab.picture().pixels[0, 0]
        assert corner.max() < 80  # paused, and yet drawn again
        assert lab.picture().near(BLUE, "densities").sum() > 200
        lab.shot("dark")
        lab.theme("JupyterLab Light")
        assert lab.picture().pixels[0, 0].min() > 200
        resize(lab.page, 700, 1000)
        stage = lab.page.evaluate(
            "() => { const lab = document.querySelector('.gan-stage'); return [lab.scrollWidth, lab.clientWidth] }"
        )
        assert stage[0] <= stage[1] + 1
        lab.shot("narrow")
    finally:
        lab.theme("JupyterLab Light")
        lab.page.set_viewport_size(size)


def test_a_connection_that_is_cut_for_a_moment_does_not_stop_play(lab):
    lab.play(20)
    kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    for _ in range(6):
        lab.page.evaluate(f"() => {{ window.ganCut = {kernel}._ws; window.ganCut.close(); }}")
        lab.page.wait_for_timeout(700)
        lab.page.wait_for_function(f"() => {kernel}._ws !== window.ganCut && {kernel}.connectionStatus === 'connected'")
    step = lab.step
    lab.page.wait_for_timeout(2000)
    lab.wait(f"Number(canvas.dataset.step) > {step + 200}")
    lab.pause()
    lab.rest()
