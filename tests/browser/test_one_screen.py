"""Each kind of lab is on one screen: what one presses, what one moves, and what one looks at, without scrolling."""

import pytest
from helpers.pages import STANDS, Lab, resize

from benchmarks.browser import run_all

LABS = {
    "line": "gl.labs.Lab(gl.recipes.steady, runs=100)",
    "plane": "gl.labs.Lab(gl.recipes.wide_ring, runs=8)",
    "images": "gl.labs.Lab(gl.recipes.overpowered_d)",
    "playground": "gl.labs.Playground()",
    "compare": 'gl.labs.Compare(gl.recipes.wide_ring, {"d_lr": 3e-3})',
}
SIZES = [
    (1366, 768, True),
    (1366, 768, False),
    (1280, 720, True),
]  # and whether the side bar is open, as on a first visit
TOGETHER = (".gan-bar", ".gan-scrub", ".gan-legend", "canvas", ".gan-summary", ".gan-side", ".gan-note")
BOXES = """(parts) => { const lab = document.querySelector('.gan-stage'), box = (node) => {
    const all = (node.getClientRects().length ? [node] : [...node.children]).map((one) => one.getBoundingClientRect());
    const edge = (most, name) => Math[most](...all.map((one) => one[name])); // of its parts, where it has no box
    return [edge('min', 'left'), edge('min', 'top'), edge('max', 'right'), edge('max', 'bottom')] };
  return [box(lab.closest('.jp-WindowedPanel-outer')), ...parts.map((part) => box(lab.querySelector(part)))] }"""


@pytest.fixture(scope="module", params=LABS)
def lab(request, jupyterlab, chromium):
    """A lab of each kind, that has played a little."""
    server = jupyterlab("subshells")
    cell = f"import gan_lessons as gl\n\nlab = {LABS[request.param]}\nlab"
    with server.lab(chromium, "one-screen", cell, lab=lambda page: Lab(page, f"one-screen-{request.param}")) as lab:
        run_all(lab.page)
        lab.page.wait_for_selector(".gan-stage canvas[data-step]")
        lab.play(3)
        lab.pause()
        yield lab
        lab.end()


def boxes(page, width, height, bar=False):
    """(left, top, right, bottom) of the window's part that a notebook has, and of each of `TOGETHER`."""
    resize(page, width, height)
    page.evaluate(
        "(open) => { const lab = window.jupyterapp.shell; open ? lab.expandLeft() : lab.collapseLeft(); }", bar
    )
    page.evaluate(STANDS)
    page.evaluate("() => document.querySelector('.gan-stage').scrollIntoView()")
    page.evaluate(STANDS)
    seen, *found = page.evaluate(BOXES, list(TOGETHER))
    return seen, dict(zip(TOGETHER, found, strict=True))


def test_all_is_in_sight_on_a_laptop(lab):
    for width, height, bar in SIZES:
        seen, found = boxes(lab.page, width, height, bar)
        lab.shot(f"{width}x{height}{'-bar' * bar}")
        for part, (left, top, right, bottom) in found.items():
            inside = left >= seen[0] - 1 and top >= seen[1] - 1 and right <= seen[2] + 1 and bottom <= seen[3] + 1
            assert inside, (part, found[part], seen, width, bar)
        canvas, side = found["canvas"], found[".gan-side"]
        assert canvas[2] <= side[0] and canvas[3] - canvas[1] >= 240, "the picture is beside the settings, and not tiny"
        assert found[".gan-bar"][3] <= canvas[1], "the buttons are on top"


def test_a_narrow_place_has_one_column_that_fits(lab):
    seen, found = boxes(lab.page, 390, 844)
    lab.shot("390")
    assert found[".gan-side"][1] >= found["canvas"][3], "the settings are below the picture"
    for part, (left, _, right, _) in found.items():
        assert left >= seen[0] - 1 and right <= seen[2] + 1, (part, found[part], seen)
    cut = lab.page.evaluate(
        """() => { const lab = document.querySelector('.gan-stage'), edge = lab.getBoundingClientRect().right + 1;
        return [...lab.querySelectorAll('output, button, select, input')]
          .filter((node) => node.getBoundingClientRect().right > edge).map((node) => node.outerHTML) }"""
    )
    assert cut == [], "nothing is cut off at the right"


def test_why_and_the_two_networks_move_nothing_and_follow_settings(lab):
    _, before = boxes(lab.page, 1366, 768)
    button, image = lab.page.locator("[data-do=why]"), lab.page.locator(".gan-networks")
    button.press("Enter")
    assert button.get_attribute("aria-expanded") == "true" and lab.page.locator(".gan-why p").count() == 3
    lab.shot("why")
    assert boxes(lab.page, 1366, 768)[1] == before
    button.press("Escape")
    assert not lab.page.locator(".gan-why").is_visible() and not image.is_visible()
    lab.page.select_option("[data-do=look]", "networks")
    lab.page.wait_for_function("() => document.querySelector('.gan-networks').alt.startsWith('G: noise')")
    assert lab.ask("lab.networks().alt") == image.get_attribute("alt") and image.is_visible()
    lab.shot("networks")
    lab.theme("JupyterLab Dark")
    lab.shot("networks-dark")
    lab.theme("JupyterLab Light")
    assert boxes(lab.page, 1366, 768)[1] == before
    if lab.page.query_selector("[data-set=g_layers]"):
        words = image.get_attribute("alt")
        lab.key("[data-set=g_layers]", "ArrowRight")
        lab.page.wait_for_function("(was) => document.querySelector('.gan-networks').alt !== was", arg=words)
        assert lab.ask("lab.networks().alt") == image.get_attribute("alt")
        lab.press("undo")
        lab.page.wait_for_function("(was) => document.querySelector('.gan-networks').alt === was", arg=words)
    lab.page.select_option("[data-do=look]", "both")
    assert not image.is_visible() and lab.page.locator("canvas").is_visible()


def test_on_a_phone_play_the_picture_and_a_setting_are_in_sight_together(lab):
    if lab.name.endswith("compare"):
        pytest.skip("two pictures, one below the other, fill a phone")
    lab.page.select_option("[data-do=look]", "picture")  # as it is there until somebody chooses
    boxes(lab.page, 390, 844)
    lab.page.evaluate(
        """() => { const lab = document.querySelector('.gan-stage'), seen = lab.closest('.jp-WindowedPanel-outer');
        const play = lab.querySelector('[data-do=play]').getBoundingClientRect();
        const canvas = lab.querySelector('canvas').getBoundingClientRect();
        seen.scrollTop += canvas.top - seen.getBoundingClientRect().top - play.height - 12; }"""
    )
    lab.page.evaluate(STANDS)
    lab.shot("390-picture")
    over, under, *found = lab.page.evaluate(
        """() => { const lab = document.querySelector('.gan-stage'), box = (node) => node.getBoundingClientRect();
        const seen = box(lab.closest('.jp-WindowedPanel-outer')), control = lab.querySelector('[data-set]');
        const parts = [lab.querySelector('[data-do=play]'), lab.querySelector('canvas'), control].map(box);
        return [seen.top, seen.bottom, ...parts.map(({ top, bottom }) => [top, bottom])] }"""
    )
    play, canvas, control = found
    assert over <= play[0] < play[1] <= canvas[0] + 1 and canvas[1] - canvas[0] >= 240
    assert control[1] <= under, "the first setting is below the picture, without scrolling"


@pytest.mark.parametrize("sweep", ["aylien_layers", "ring_rates"])
def test_a_scrubber_is_in_sight_on_a_laptop(sweep, jupyterlab, chromium):
    cell = f"import gan_lessons as gl\n\ngl.labs.Scrubber(gl.shipped.sweeps.load('{sweep}'))"
    with jupyterlab("subshells").lab(chromium, "scrubber", cell) as page:
        run_all(page)
        page.wait_for_selector(".gan-scrubber canvas[data-drawn]")
        resize(page, 1280, 720)
        page.evaluate("() => document.querySelector('.gan-scrubber').scrollIntoView()")
        page.evaluate(STANDS)
        seen = page.locator(".jp-WindowedPanel-outer").bounding_box()
        for part in (".gan-legend", "canvas[data-drawn]", ".gan-rows", ".gan-summary"):
            box = page.locator(f".gan-scrubber {part}").bounding_box()
            assert seen["y"] - 1 <= box["y"] and box["y"] + box["height"] <= seen["y"] + seen["height"] + 1, part
        assert page.locator(".gan-scrubber canvas[data-drawn]").bounding_box()["height"] >= 200


def test_slow_motion_moves_nothing(lab):
    if not lab.page.query_selector("[data-do=slow]"):
        pytest.skip("this lab has no slow motion")
    _, before = boxes(lab.page, 1366, 768)
    lab.press("slow")
    lab.page.wait_for_selector(".gan-loop [aria-current]")
    _, during = boxes(lab.page, 1366, 768)
    assert {part: during[part] for part in (".gan-bar", "canvas", ".gan-side")} == {
        part: before[part] for part in (".gan-bar", "canvas", ".gan-side")
    }
    loop = lab.page.locator(".gan-loop").bounding_box()
    side = during[".gan-side"]
    assert side[1] <= loop["y"] and loop["y"] + loop["height"] <= side[3] + 1, "the lines of the loop are in sight"
    lab.press("slow")
    lab.pause()
