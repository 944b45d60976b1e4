"""The lab of latent planes in a real JupyterLab: one point in all planes, a digit drawn, a walk between two.

By mouse, touch and keyboard; what is on the page is what the kernel has. Screenshots go to tests/screenshots/.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
from helpers.jupyter import both_modes
from helpers.latent_labs import LAB, Latent, alike
from helpers.pages import SIZE, resize, set_theme

CODE = f"""import sys

sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from helpers.linear_coders import digits, networks

from gan_lessons.labs.latent_planes import LatentPlanes

lab = LatentPlanes(networks(), *digits())
lab"""
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.4, 0.8)]
VERMILLION, ORANGE = (0xD5, 0x5E, 0x00), (0xE6, 0x9F, 0x00)  # of the point, and of the digit's place
# The most messages that were under way at a time, in window.ganMost.
COUNT = """() => { window.ganWaiting = document.querySelector('.gan-planes').dataset.busy ? 1 : 0; window.ganMost = 0;
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  kernel.anyMessage.connect((_, {msg, direction}) => {
    const { type } = (msg.header.msg_type === 'comm_msg' && msg.content.data.content) || {};
    if (direction === 'send' && type) window.ganMost = Math.max(window.ganMost, ++window.ganWaiting);
    if (direction === 'recv' && type === 'answered') window.ganWaiting -= 1; }) }"""


class Planes(Latent):
    """The lab in a page."""

    def column(self, k, part):
        """The selector of a part of network k."""
        return f"{LAB} section:nth-child({k + 1}) {part}"

    def digits_are(self, part, shown):
        """Whether the pictures of a part of each column are the kernel's, of `lab.shown.<shown>`."""
        images = self.images(f"lab.shown.{shown}.images.flatten(0, 1)")
        columns = len(images) // 3
        for k in range(3):
            for i in range(columns) if columns == 1 else (1, columns // 2, columns - 2):
                found = self.tile(self.column(k, part), columns, i)
                assert alike(found, images[k * columns + i]), (part, k, i)

    def colored(self, k, color):
        """Where a colour is on the marks of a plane: the middle of its pixels, as a place."""
        pixels = self.rgba(self.column(k, ".gan-over"))
        height, width, _ = pixels.shape
        rows, columns = ((np.abs(pixels[..., :3] - color).max(-1) < 12) & (pixels[..., 3] > 250)).nonzero()
        return (2 * (columns.mean() + 0.5) / width - 1, 1 - 2 * (rows.mean() + 0.5) / height)

    def over(self, k, x, y):
        """Where a place of plane k is on the page."""
        box = self.page.locator(self.column(k, ".gan-over")).bounding_box()
        return box["x"] + (x + 1) / 2 * box["width"], box["y"] + (1 - y) / 2 * box["height"]

    def on_pad(self, points=SEVEN, steps=12):
        """Points of a stroke on the pad, in the page's pixels."""
        box = self.page.locator(f"{LAB} .gan-pad").bounding_box()
        between = [np.linspace(a, b, steps) for a, b in pairwise(points)]
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in np.concatenate(between)]

    def is_drawn(self):
        """Waits until the kernel has a digit that was drawn, and the page shows it and says so."""
        self.wait("The digit is drawn by hand.")
        self.rested()
        assert self.ask("lab.shown.digit.words") == "drawn by hand"
        assert alike(self.tile(f"{LAB} .gan-seen", 1, 0), self.images("lab.shown.digit.image.view(1, -1)")[0])
        self.digits_are(".gan-remains", "remains")


NAME, KIND, PAGE = "latent-planes", Planes, {"viewport": SIZE, "has_touch": True, "device_scale_factor": 2}


def at(lab):
    return np.round(lab.ask("lab.shown.at"), 2).tolist()


def test_the_pictures_are_the_kernels(lab):
    for k in range(3):
        sheet = lab.images(f"lab.page.sheets[{k}]")
        for i in (0, 50, 168):
            assert alike(lab.tile(lab.column(k, ".gan-sheet"), 13, i), sheet[i])
    for part, shown in ((".gan-point", "point"), (".gan-remains", "remains"), (".gan-walk", "way")):
        lab.digits_are(part, shown)
    assert lab.page.inner_text(f"{LAB} .gan-summary") == lab.ask("lab.said")
    errors = lab.page.locator(f"{LAB} output").all_inner_texts()
    assert errors == [f"{error:.3f}" for error in lab.ask("lab.shown.errors")]
    about = [lab.page.inner_text(lab.column(k, ".gan-help")) for k in range(3)]
    assert about == lab.ask("lab.about") and "searched" in about[2] and "searched" not in about[0] + about[1]
    lab.shot("light")


@both_modes
def test_the_pointer_over_one_plane_moves_the_point_in_all(lab):
    before = [lab.tile(lab.column(k, ".gan-point"), 1, 0) for k in range(3)]
    for k, place in ((0, (0.5, -0.25)), (2, (-0.8, 0.6))):
        lab.page.mouse.move(*lab.over(k, *place), steps=5)
        lab.rested()
        assert np.abs(np.array(lab.ask("lab.shown.at")) - place).max() < 0.01
        lab.digits_are(".gan-point", "point")
        for other in range(3):
            assert np.abs(np.array(lab.colored(other, VERMILLION)) - place).max() < 0.03
            assert np.abs(lab.tile(lab.column(other, ".gan-point"), 1, 0) - before[other]).max() > 0.1


def test_a_click_holds_the_point_still_and_another_lets_it_go(lab):
    page = lab.page
    page.mouse.click(*lab.over(1, 0.4, 0.4))
    page.mouse.move(*lab.over(1, -0.5, 0.1), steps=5)
    lab.rested()
    held = lab.ask("lab.shown.at")
    assert np.abs(np.array(held) - 0.4).max() < 0.01
    page.mouse.click(*lab.over(1, -0.5, -0.5))
    page.mouse.move(*lab.over(1, 0.2, -0.2), steps=5)
    lab.rested()
    assert np.abs(np.array(lab.ask("lab.shown.at")) - (0.2, -0.2)).max() < 0.01


def test_many_moves_have_one_message_under_way_and_end_where_the_hand_did(lab):
    page = lab.page
    page.evaluate(COUNT)
    for x in np.linspace(-0.9, 0.7, 80):
        page.mouse.move(*lab.over(0, x, 0.3))
    lab.rested()
    assert np.abs(np.array(lab.ask("lab.shown.at")) - (0.7, 0.3)).max() < 0.01
    assert page.evaluate("window.ganMost") == 1


def test_a_digit_is_drawn_by_mouse(lab):
    page, path = lab.page, lab.on_pad()
    page.mouse.move(*path[0])
    page.mouse.down()
    for spot in path[1:]:
        page.mouse.move(*spot)
    lab.wait("The digit is drawn by hand.")  # while the pen is still down
    page.mouse.up()
    lab.is_drawn()
    codes = lab.ask("lab.shown.remains.places[:, 0].tolist()")
    for k, code in enumerate(codes):
        assert np.abs(np.array(lab.colored(k, ORANGE)) - np.clip(code, -0.96, 0.96)).max() < 0.05
    lab.shot("drawn")
    page.click(f"{LAB} [data-do=clear]")
    lab.wait("The digit is empty paper.")


def test_a_digit_is_drawn_by_touch_and_the_page_does_not_scroll(lab):
    page, path = lab.page, lab.on_pad()
    touch = page.context.new_cdp_session(page)
    scrolled = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    before = page.evaluate(scrolled)
    for i, (x, y) in enumerate(path):
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    lab.is_drawn()
    assert page.evaluate(scrolled) == before
    page.touchscreen.tap(*lab.over(2, 0.5, 0.5))
    lab.rested()
    assert np.abs(np.array(lab.ask("lab.shown.at")) - 0.5).max() < 0.01


def test_all_is_done_by_keyboard_and_the_notebook_leaves_the_keys_alone(lab):
    page = lab.page
    page.focus(lab.column(0, ".gan-over"))
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    lab.rested()
    assert at(lab) == [-0.15, -0.2]
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    lab.rested()
    assert at(lab) == [1.0, -0.2]
    walk = lab.pixels(lab.column(1, ".gan-walk"))
    for name in ("another", "digit-A", "point-B"):
        page.focus(f"{LAB} [data-do={name}]")
        page.keyboard.press("Enter")
        lab.rested()
    lab.wait("A is real digit 2, ")
    lab.wait("B is the point (1.00, -0.20).")
    lab.rested()
    lab.digits_are(".gan-walk", "way")
    assert np.abs(lab.pixels(lab.column(1, ".gan-walk")) - walk).max() > 50
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == 1


def test_real_digits_are_points_in_each_plane_but_the_gans(lab):
    page = lab.page
    before = [lab.pixels(lab.column(k, ".gan-sheet")) for k in range(3)]
    page.check(f"{LAB} [data-do=points]")
    lab.drawn()
    changed = [np.abs(lab.pixels(lab.column(k, ".gan-sheet")) - before[k]).max() > 50 for k in range(3)]
    assert changed == [True, True, False]
    lab.until("lab.points")
    lab.shot("points")
    lab.ask("lab.set_trait('points', False)")
    page.wait_for_function(f"() => !document.querySelector('{LAB} [data-do=points]').checked")


@both_modes
def test_what_a_cell_does_is_shown_and_the_words_are_spoken(lab):
    lab.ask("lab.point(0.25, 0.75)")
    lab.wait("The point (0.25, 0.75)")
    lab.rested()
    assert "The point (0.25, 0.75)" in lab.page.inner_text(f"{LAB} .gan-spoken")
    label = lab.page.get_attribute(lab.column(2, ".gan-over"), "aria-label")
    name = lab.ask("lab.shown.point.names[2][0]")
    assert label == f"Plane of GAN, the point at 0.25, 0.75, most like {name}"


def test_what_does_not_work_is_said_and_the_page_goes_on(lab):
    lab.ask("setattr(lab, 'another_digit', lambda: lab.point(9, 9))")
    lab.page.click(f"{LAB} [data-do=another]")
    lab.page.wait_for_selector(f"{LAB} .gan-note:has-text('That does not work: x must be a finite number')")
    lab.page.mouse.move(*lab.over(0, 0.5, 0.5))
    lab.rested()
    assert np.abs(np.array(lab.ask("lab.shown.at")) - 0.5).max() < 0.01


def test_it_is_on_one_screen_of_a_laptop_and_in_one_column_of_a_phone_in_both_themes(lab):
    page = lab.page
    light = lab.pixels(lab.column(0, ".gan-sheet"))
    set_theme(page, "JupyterLab Dark")
    dark = lab.pixels(lab.column(0, ".gan-sheet"))
    assert np.corrcoef(light.ravel(), dark.ravel())[0, 1] < -0.95
    edges = f"""() => {{ const lab = document.querySelector('{LAB}'), seen = lab.closest('.jp-WindowedPanel-outer');
      lab.scrollIntoView();
      const right = (node) => node.getBoundingClientRect().right;
      const parts = 'canvas, button, figcaption, p:not(.gan-spoken)';
      const over = [...lab.querySelectorAll(parts)].filter((node) => right(node) > right(lab) + 1).length;
      return [lab.getBoundingClientRect().height, seen.clientHeight, over] }}"""
    for width, height in ((1366, 768), (1280, 720), (390, 844)):
        resize(page, width, height)
        high, room, over = page.evaluate(edges)
        assert over == 0 and (high <= room or width == 390), (width, high, room, over)
        lab.shot(f"dark-{width}")
    set_theme(page, "JupyterLab Light")
    resize(page, *SIZE.values())


def test_a_picture_of_now_stays_in_the_notebook_and_hides_while_the_lab_lives(lab):
    left = lab.page.locator("img.jp-needs-light-background")
    left.wait_for(state="attached")
    assert left.count() == 1 and not left.is_visible()
    before = left.get_attribute("src")
    lab.page.click(f"{LAB} [data-do=another]")
    lab.page.wait_for_function(
        "(was) => document.querySelector('img.jp-needs-light-background').src !== was", arg=before
    )
    assert not left.is_visible()
