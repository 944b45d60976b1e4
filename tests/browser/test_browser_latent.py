"""The latent lab in a real JupyterLab: what is on the page is what the kernel has, by mouse, touch and keyboard.

Screenshots go to tests/screenshots/.
"""

import numpy as np
from helpers.jupyter import both_modes
from helpers.latent_labs import LAB, Latent, alike
from helpers.pages import resize, set_theme

SHEET = ".gan-latent .gan-sheet"
CODE = """import torch

from gan_lessons.distributions.images import Handwritten
from gan_lessons.labs.latent import LatentLab

digits = torch.tensor(Handwritten(first=8).images()).flatten(1) / 127.5 - 1
names = [5, 0, 4, 1, 9, 2, 1, 3]  # of MNIST's first


def G(noise):  # a mixture of 8 digits, mostly of one
    return (3 * noise).softmax(-1) @ digits


def look(images):
    return [names[k] for k in torch.cdist(images, digits).argmin(1)]


lab = LatentLab(G, inputs=8, labels=look)
lab"""
# How many sliders' messages are under way: in window.ganMost the most at a time.
COUNT = """() => { window.ganWaiting = window.ganMost = 0;
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  kernel.anyMessage.connect((_, {msg, direction}) => {
    const { type, name } = (msg.header.msg_type === 'comm_msg' && msg.content.data.content) || {};
    if (direction === 'send' && type === 'set') window.ganMost = Math.max(window.ganMost, ++window.ganWaiting);
    if (direction === 'recv' && type === 'answered' && name) window.ganWaiting -= 1; }) }"""


NAME, KIND, PAGE = "latent", Latent, {"viewport": {"width": 1400, "height": 1500}, "has_touch": True}


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


def test_a_picture_of_now_stays_in_the_notebook_and_hides_while_the_lab_lives(lab):
    left = lab.page.locator("img.jp-needs-light-background")
    left.wait_for(state="attached")
    assert left.count() == 1 and not left.is_visible()
    before = left.get_attribute("src")
    lab.page.click(lab.cell(5))
    lab.page.wait_for_function(
        "(was) => document.querySelector('img.jp-needs-light-background').src !== was", arg=before
    )
    assert not left.is_visible()


def test_pointing_at_a_digit_shows_it_large(lab):
    sheet = lab.images("lab.shown.sheet.images")
    for i in (17, 130):
        lab.page.hover(lab.cell(i))
        lab.page.wait_for_selector(f"{LAB} [data-large='{i}']")
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


@both_modes
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


@both_modes
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


@both_modes
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
    page = lab.page
    light = lab.pixels(f"{LAB} .gan-large")
    set_theme(page, "JupyterLab Dark")
    dark = lab.pixels(f"{LAB} .gan-large")
    assert np.corrcoef(light.ravel(), dark.ravel())[0, 1] < -0.95 and dark.min() < 30 < 200 < light.max()
    lab.shot("dark")
    resize(page, 700, 1500)
    wide = page.evaluate(
        f"() => {{ const lab = document.querySelector('{LAB}'); return [lab.scrollWidth, lab.clientWidth] }}"
    )
    assert wide[0] <= wide[1] and alike(-lab.tile(SHEET, 12, 40), lab.images("lab.shown.sheet.images")[40])
    lab.shot("narrow")
    set_theme(page, "JupyterLab Light")
    resize(page, 1400, 1500)
