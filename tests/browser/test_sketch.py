"""Drawing data on a picture, in a page from disk: by mouse, touch, pen and keys.

Screenshots go to tests/screenshots/.
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_lessons.distributions import drawn as drawing
from gan_lessons.labs import stage
from gan_lessons.labs.stage import source, styles

LABS = Path(stage.__file__).parent
SHOTS = Path(__file__).parents[1] / "screenshots"
BLUE = (0x00, 0x72, 0xB2)
GAP = 8  # CSS pixels between two points of a stroke
WINDOW = (-3.0, 5.0)
AXIS = {"label": "x", "range": WINDOW}
SHARES = {"label": "y", "range": (0, 1)}
SIDE = {"id": "side", "title": "a chart", "x": AXIS, "y": SHARES, "layers": []}
PLANE = [
    {"id": "plane", "title": "the plane", "box": [0, 0, 0.54, 1], "square": True, "x": AXIS, "y": AXIS}
    | {
        "layers": [{"kind": "cloud", "label": "real", "color": "#D55E00", "size": 3, "mark": "dot", "values": "points"}]
    },
    SIDE | {"box": [0.54, 0, 0.46, 1]},
]
LINE = [
    {"id": "densities", "title": "the line", "box": [0, 0, 1, 0.62], "x": AXIS, "y": {"label": "density", "top": "top"}}
    | {"layers": [{"kind": "area", "label": "real", "color": "#D55E00", "x": WINDOW, "values": "points"}]},
    SIDE | {"box": [0, 0.62, 1, 0.38]},
]
HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>drawing</title><link rel="icon" href="data:,">
<style>{css} body {{ margin: 0; height: 3000px; }}</style></head>
<body><main><h1>Drawing</h1><div id="root"></div></main>
<script>
"use strict";
(() => {{
{js}
const root = document.getElementById("root");
const picture = new Picture(root, {{ title: "a picture to draw on", panels: {panels} }});
const values = {{ points: Float32Array.of(-1, 2, 3, -1), top: Float32Array.of(2.5) }};
root.append(...picture.parts);
picture.draw({{ step: 7, values, notice: "", summary: "Two points." }}, []);
const open = (start) => {{
  const done = (points) => window.said.push(["done", points]), cancel = () => window.said.push(["cancel"]);
  window.sketch = new Sketch(picture, {{ panel: "{panel}", done, cancel, start }});
  root.append(...window.sketch.parts);
}};
Object.assign(window, {{ said: [], open, picture }});
}})();
</script></body></html>
"""


class Pad:
    """A page with a picture that is drawn on. Places are in data coordinates, spots in CSS pixels of the page."""

    def __init__(self, page, panels, path):
        self.page, self.panel, self.errors = page, panels[0]["id"], []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text))
        css = styles("stage", "sketch")
        js = source("page", "paint", "picture", "sketch")
        path.write_text(HTML.format(css=css, js=js, panels=json.dumps(panels), panel=self.panel), "utf-8")
        page.goto(path.as_uri())

    def open(self, start=()):
        self.page.evaluate("(start) => open(start)", list(start))
        self.settle()
        return self

    def settle(self):
        """Until what was asked for is drawn."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def box(self):
        return json.loads(self.page.get_attribute("canvas", "data-axes"))[self.panel]["box"]

    def on_canvas(self, *place):
        """Where a place lies on the canvas, by the linear map of its axes; on a line in the middle of the height."""
        left, top, w, h = self.box()
        shares = [(value - WINDOW[0]) / (WINDOW[1] - WINDOW[0]) for value in place]
        return left + shares[0] * w, top + h * (1 - (shares[1] if len(place) > 1 else 0.5))

    def spot(self, *place):
        canvas, (x, y) = self.page.locator("canvas").bounding_box(), self.on_canvas(*place)
        return canvas["x"] + x, canvas["y"] + y

    def click(self, *place):
        self.page.mouse.click(*self.spot(*place))

    def drag(self, *places, steps=1):
        self.page.mouse.move(*self.spot(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.spot(*place), steps=steps)
        self.page.mouse.up()

    def keys(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def points(self):
        return np.array(self.page.evaluate("() => sketch.points"))

    def said(self):
        return self.page.evaluate("() => said")

    def words(self):
        return self.page.inner_text(".gan-sketch-count")

    def button(self, name):
        return self.page.locator(f"[data-sketch={name}]")

    def heard(self, words):
        self.page.wait_for_function("(w) => document.querySelector('[role=status]').textContent === w", arg=words)

    def attributes(self):
        """All that the canvas is to a person, but for what the picture notes on it."""
        script = """() => {
        const canvas = document.querySelector('canvas'), { touchAction, cursor } = getComputedStyle(canvas);
        const told = (name) => !name.startsWith('data-') || name.startsWith('data-lm');
        const all = [...canvas.attributes].map(({ name, value }) => [name, value]);
        const kept = all.filter(([name, value]) => told(name) && value).sort();
        return [touchAction, cursor, canvas.tabIndex, ...kept]; }"""
        return self.page.evaluate(script)

    def pixels(self):
        self.settle()
        url = self.page.evaluate("() => document.querySelector('canvas').toDataURL('image/png')")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB")).astype(int)

    def blue(self):
        """Where drawn points are on the canvas: the middles of their pixels (n, 2), in CSS pixels."""
        rows, columns = np.nonzero(np.abs(self.pixels() - BLUE).max(-1) < 40)
        return (np.stack([columns, rows], -1) + 0.5) / float(self.page.get_attribute("canvas", "data-ratio"))

    def shot(self, name):
        SHOTS.mkdir(exist_ok=True)
        self.settle()
        self.page.screenshot(path=SHOTS / f"sketch-{name}.png")

    def assert_near(self, points, wanted, pixels=2.0):
        """Points are where they were put, each within some CSS pixels."""
        assert np.shape(points) == np.shape(wanted)
        gaps = np.abs(np.array(points) - np.array(wanted)) * self.box()[2] / (WINDOW[1] - WINDOW[0])
        assert gaps.max() < pixels


@pytest.fixture
def pad(chromium, tmp_path):
    """A function that opens a page; no error may have been, and nothing asked for from outside."""
    opened = []

    def make(panels=PLANE, start=(), **how):
        context = chromium.new_context(viewport={"width": 1000, "height": 720}, offline=True, **how)
        opened.append((context, Pad(context.new_page(), panels, tmp_path / "page.html")))
        return opened[-1][1].open(start)

    yield make
    for context, one in opened:
        assert one.errors == []
        context.close()


# -- mouse, touch and pen


def test_a_click_puts_a_point_where_it_was(pad):
    page = pad()
    wanted = [(-2.5, -2.5), (0.0, 1.0), (4.9, 4.9), (1.3, -0.7)]
    for place in wanted:
        page.click(*place)
    page.assert_near(page.points(), wanted, 1)
    page.button("done").click()
    [(word, points)] = page.said()
    assert word == "done" and points == page.points().tolist()
    assert drawing.drawn(points, WINDOW).points == tuple(map(tuple, points))
    assert max(len(str(value)) for point in points for value in point) <= 6  # short in code: -2.503


@pytest.mark.parametrize("steps", [1, 7, 60])
def test_a_drag_drops_points_along_the_way_however_seldom_the_mouse_tells(pad, steps):
    page = pad()
    page.drag((-2.0, -1.0), (4.0, 2.0), steps=steps)
    points = page.points()
    spots = np.array([page.on_canvas(*point) for point in points])
    gaps = np.hypot(*np.diff(spots, axis=0).T)
    long = np.hypot(*np.subtract(page.on_canvas(4.0, 2.0), page.on_canvas(-2.0, -1.0)))
    assert len(points) == int(long / GAP) + 1 > 30
    assert np.abs(gaps - GAP).max() < 0.5
    page.assert_near(points[:, 1], points[:, 0] / 2, 1)  # all lie on the segment
    page.button("undo").click()
    assert len(page.points()) == 0  # a stroke is one undo


def test_only_the_main_button_draws_and_only_while_it_is_down(pad):
    page = pad()
    page.page.mouse.click(*page.spot(0, 0), button="right")
    page.page.mouse.move(*page.spot(2, 2), steps=5)
    assert len(page.points()) == 0
    page.drag((0, 0), (1, 0))
    n = len(page.points())
    page.page.mouse.move(*page.spot(4, 4), steps=5)
    assert len(page.points()) == n > 5


def test_what_is_out_of_the_panel_draws_nothing(pad):
    page = pad()
    left, top, w, h = page.box()
    canvas = page.page.locator("canvas").bounding_box()
    for x, y in ((left - 10, top + 50), (left + w + 120, top + 100), (left + 50, top + h + 12)):
        page.page.mouse.click(canvas["x"] + x, canvas["y"] + y)
    assert len(page.points()) == 0 and page.button("undo").is_disabled()
    page.drag((4.0, 0.0), (7.0, 0.0), (7.0, 2.0), (4.0, 2.0), steps=4)  # out of the panel and back again
    points = page.points()
    assert points.max() <= WINDOW[1] and (points[:, 1] > 1.9).any() and (points[:, 1] < 0.1).any()
    assert not ((points[:, 1] > 0.1) & (points[:, 1] < 1.9)).any()


def test_a_finger_draws_and_does_not_scroll(pad):
    page = pad(has_touch=True)
    page.page.touchscreen.tap(*page.spot(-2.0, 3.0))
    page.assert_near(page.points(), [(-2.0, 3.0)], 1)
    cdp = page.page.context.new_cdp_session(page.page)
    assert swipe(cdp, page, (1.0, -2.0), (1.0, 4.0)) == 0
    stroke = page.points()[1:]
    assert len(stroke) == int(6 / 8 * page.box()[3] / GAP) + 1
    page.assert_near(stroke[:, 0], np.ones(len(stroke)), 1)
    page.button("undo").tap()
    page.page.wait_for_function("() => sketch.points.length === 1")
    page.assert_near(page.points(), [(-2.0, 3.0)], 1)
    page.button("cancel").tap()
    page.page.wait_for_function("() => said.length === 1")
    swipe(cdp, page, (1.0, -2.0), (1.0, 4.0))
    page.page.wait_for_function("() => window.scrollY > 50")  # closed, a finger scrolls the page again
    assert len(page.points()) == 1


def swipe(cdp, page, start, end):
    """By finger from one place to another; gives how far the page has scrolled."""
    (x0, y0), (x1, y1) = page.spot(*start), page.spot(*end)
    for i in range(11):
        where = [{"x": x0 + (x1 - x0) * i / 10, "y": y0 + (y1 - y0) * i / 10}]
        cdp.send("Input.dispatchTouchEvent", {"type": "touchMove" if i else "touchStart", "touchPoints": where})
    page.page.wait_for_timeout(200)  # the finger rests: a tap just after a fling only stops it
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.settle()
    return page.page.evaluate("() => window.scrollY")


def test_a_second_finger_does_not_draw(pad):
    page = pad(has_touch=True)
    cdp = page.page.context.new_cdp_session(page.page)
    first, second = ([*page.spot(*place)] for place in ((-1.0, 0.0), (3.0, 3.0)))
    touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate((first, second))]
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": touches[:1]})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": touches})
    moved = [touches[0], touches[1] | {"y": second[1] + 60}]
    cdp.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": moved})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.assert_near(page.points(), [(-1.0, 0.0)], 1)


def test_a_pen_draws(pad):
    page = pad()
    page.page.evaluate(
        "() => document.addEventListener('pointerdown', (event) => { window.kind = event.pointerType; })"
    )
    cdp = page.page.context.new_cdp_session(page.page)
    pen = {"button": "left", "buttons": 1, "pointerType": "pen", "clickCount": 1, "force": 0.5}
    for kind, place in (
        ("Pressed", (-1.0, 0.0)),
        ("Moved", (1.0, 0.0)),
        ("Moved", (3.0, 0.0)),
        ("Released", (3.0, 0.0)),
    ):
        x, y = page.spot(*place)
        cdp.send("Input.dispatchMouseEvent", pen | {"type": f"mouse{kind}", "x": x, "y": y})
    points = page.points()
    assert page.page.evaluate("() => kind") == "pen"
    assert len(points) == int(page.box()[2] / 2 / GAP) + 1
    page.assert_near(points[[0, -1]], [(-1.0, 0.0), (3.0, 0.0)], GAP)
    page.assert_near(points[:, 1], np.zeros(len(points)), 1)


# -- keys


def test_all_of_it_by_keys_alone(pad):
    page = pad()
    assert page.page.evaluate("() => document.activeElement.tagName") == "CANVAS"
    page.keys("Space", *["ArrowRight"] * 5, "Space", *["Shift+ArrowUp"] * 2, "ArrowLeft", "ArrowDown", "Space")
    assert page.points().tolist() == [[1, 1], [1.8, 1], [1.64, 2.44]]  # steps of .16 and .8 from the middle
    page.heard("3 points. The cross is at x 1.64, y 2.44")
    page.keys("Backspace")
    page.heard("2 points. The cross is at x 1.64, y 2.44")
    page.keys("ArrowUp")
    page.heard("The cross is at x 1.64, y 2.6. 2 points")
    page.keys("Space", "Control+z", "Enter")
    assert page.said() == [["done", [[1, 1], [1.8, 1]]]]


def test_the_cross_stays_in_the_panel(pad):
    page = pad()
    page.keys(*["Shift+ArrowLeft"] * 7, *["Shift+ArrowUp"] * 7, "Space")
    assert page.points().tolist() == [[-3, 5]]
    assert page.page.evaluate("() => window.scrollY") == 0  # the arrows are ours


def test_escape_leaves_from_the_picture_and_from_a_button(pad):
    page = pad()
    page.keys("Space", "Escape")
    assert page.said() == [["cancel"]] and page.points().tolist() == [[1, 1]]  # nothing is lost
    page.open(page.points().tolist())
    assert page.points().tolist() == [[1, 1]]
    page.keys("Space", "Tab", "Enter")  # Undo, by its button
    assert page.points().tolist() == [[1, 1]]
    page.keys("Escape")
    assert page.said() == [["cancel"]] * 2


def test_keys_with_a_meaning_elsewhere_are_left_alone(pad):
    page = pad()
    page.page.evaluate(
        """() => { window.passed = [];
        document.addEventListener('keydown', (e) => { if (!e.defaultPrevented) passed.push(e.key); }); }"""
    )
    page.keys("Space", "ArrowLeft", "Control+z", "Control+Enter", "Alt+ArrowLeft", "a", "F2")
    assert page.page.evaluate("() => passed") == ["Control", "Control", "Enter", "Alt", "ArrowLeft", "a", "F2"]
    assert page.said() == []


def test_a_button_that_goes_out_gives_the_focus_to_the_picture(pad):
    page = pad()
    page.keys("Space", "Tab", "Enter")
    assert page.button("undo").is_disabled()
    assert page.page.evaluate("() => document.activeElement.tagName") == "CANVAS"


# -- undo, clear, counts


def test_undo_and_clear(pad):
    page = pad()
    page.click(0, 0)
    page.drag((-2, -2), (2, -2))
    drawn = page.points()
    page.click(3, 3)
    page.button("undo").click()
    assert page.points().tolist() == drawn.tolist()
    page.button("clear").click()
    assert len(page.points()) == 0 and page.button("clear").is_disabled() and page.words().startswith("No points;")
    page.button("undo").click()
    assert page.points().tolist() == drawn.tolist()  # clearing by mistake loses nothing
    for left in (1, 0):
        page.button("undo").click()
        assert len(page.points()) == left
    assert page.button("undo").is_disabled() and len(page.blue()) == 0


def test_training_waits_for_two_places(pad):
    page = pad()
    seen = [(page.words(), page.button("done").is_disabled())]
    for keys in (["Space"], ["Space"], ["ArrowUp", "Space"]):
        page.keys(*keys)
        seen.append((page.words(), page.button("done").is_disabled()))
        page.keys(*([] if len(seen) > 3 else ["Enter"]))
    assert seen == [
        ("No points; at least 2 are needed", True),
        ("1 point; at least 2 are needed", True),
        ("2 points, all in one place; at least 2 places are needed", True),
        ("3 points", False),
    ]
    assert page.said() == []


def test_it_is_full_at_as_many_points_as_data_may_have(pad):
    most = drawing.MOST
    start = [[-3 + 8 * i / most, 0.5] for i in range(most - 2)]
    page = pad(start=start)
    assert page.words() == "1,998 points, of which 1,998 are from before (Clear takes them away)"
    page.drag((0, 0), (3, 3))
    assert page.words() == "2,000 points: no more fit" and len(page.points()) == most
    page.keys("Space")
    assert len(page.points()) == most
    page.keys("Backspace")
    assert len(page.points()) == most - 2  # the stroke that filled it, not the press that did nothing
    page.keys("Space", "Space", "Enter")
    assert len(drawing.drawn(page.said()[0][1], WINDOW).points) == most


def test_points_that_were_there_are_undone_one_at_a_time_and_those_that_do_not_fit_are_left_out(pad):
    page = pad(start=[[0, 0], [9, 0], [1, 2], [3]])
    assert page.points().tolist() == [[0, 0], [1, 2]]
    page.button("undo").click()
    assert page.points().tolist() == [[0, 0]]


# -- what is seen


@pytest.mark.parametrize("ratio", [1, 2])
def test_drawn_points_are_seen_where_they_are(pad, ratio):
    page = pad(device_scale_factor=ratio)
    wanted = [(-2.0, -1.0), (0.5, 3.5), (4.0, 1.0)]
    for place in wanted:
        page.click(*place)
    blue = page.blue()
    for place in wanted:
        spot = np.array(page.on_canvas(*place))
        near = blue[np.abs(blue - spot).max(1) < 8]
        assert len(near) > 20 * ratio**2 and np.abs(near.mean(0) - spot).max() < 1
    assert all(np.abs(blue[:, None] - [page.on_canvas(*place) for place in wanted]).max(-1).min(-1) < 8)


def test_the_cross_is_seen_where_it_is_and_the_picture_steps_back(pad):
    page = pad()
    page.keys(*["ArrowRight"] * 10)
    x, y = (round(value) for value in page.on_canvas(2.6, 1.0))
    left, top, *_ = (round(value) for value in page.box())
    pixels = page.pixels()
    assert pixels[top + 20, x - 1 : x + 2].min() < 150 and pixels[y - 1 : y + 2, left + 20].min() < 150
    pale = pixels[tuple(round(value) for value in page.on_canvas(-1, 2))[::-1]]
    assert pale[0] > 225 and pale[2] > 130  # what was #D55E00 is paler by .6
    page.keys("Escape")
    assert page.pixels()[tuple(round(value) for value in page.on_canvas(-1, 2))[::-1]].tolist() == [0xD5, 0x5E, 0x00]


def test_on_a_line_only_x_counts(pad):
    page = pad(LINE)
    page.click(-2.0)
    page.drag((0.0,), (2.0,))
    points = page.points()
    assert points.shape == (1 + int(page.box()[2] / 4 / GAP) + 1, 1)
    page.assert_near(points[[0, 1]], [[-2.0], [0.0]], 1)
    x, y = page.spot(4.0)
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x, y + 60, steps=6)  # up and down is no way on a line
    page.page.mouse.up()
    page.assert_near(page.points()[len(points) :], [[4.0]], 1)
    page.keys("ArrowUp", "ArrowRight", "Space")
    assert page.points()[-1, 0] == pytest.approx(4 + 8 / 50, abs=0.02)
    _, top, _, h = page.box()
    blue = page.blue()
    assert blue[:, 1].min() > top + h - 16 and blue[:, 1].max() < top + h + 1  # marks on the bottom edge
    for place in (-2.0, 0.0, 4.0):
        spot = page.on_canvas(place)[0]
        assert abs(blue[np.abs(blue[:, 0] - spot) < 3, 0].mean() - spot) < 1
    page.heard(page.words() + ". The cross is at x 4.16")
    page.shot("line")
    page.keys("Enter")
    [(word, points)] = page.said()
    assert word == "done" and drawing.drawn(points, WINDOW).points == tuple(x for (x,) in points)


# -- opened and closed


def test_closed_all_is_as_it_was(pad):
    page = pad()
    page.keys("Escape")
    before, picture = page.attributes(), page.pixels()
    page.open()
    during = page.attributes()
    assert during[:3] == ["none", "crosshair", 0] and ["role", "application"] in during
    assert ["data-lm-suppress-shortcuts", "true"] in during and ["role", "img"] in before
    page.click(0, 0), page.click(1, 1)
    page.button("done").click()
    page.click(2, 2), page.keys("Space", "Escape")
    assert len(page.said()) == 2 and len(page.points()) == 2
    assert page.attributes() == before and (page.pixels() == picture).all()
    assert page.page.locator("[data-sketch], [role=status]").count() == 0
    assert page.page.evaluate("() => picture.marks === undefined")
    page.page.evaluate("() => sketch.close()")  # once more does no harm
    assert page.attributes() == before


def test_marks_that_were_there_come_back(pad):
    page = pad()
    page.keys("Escape")
    page.page.evaluate("() => { window.mine = () => {}; picture.marks = mine; }")
    page.open().keys("Escape")
    assert page.page.evaluate("() => picture.marks === mine")


def test_wide_narrow_and_dark_and_sound_for_a_screen_reader(pad):
    from axe_playwright_python.sync_playwright import Axe

    page = pad()
    turns = np.linspace(0, 4 * np.pi, 60)
    spiral = [(1 + 0.25 * t * np.cos(t), 1 + 0.25 * t * np.sin(t)) for t in turns]
    page.drag(*spiral)
    page.shot("plane")
    found = Axe().run(page.page).response["violations"]
    assert not found, [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]
    page.page.set_viewport_size({"width": 400, "height": 720})
    page.settle()
    page.page.add_style_tag(
        content=":root { --jp-layout-color0: #111; --jp-layout-color2: #333; --jp-ui-font-color1: #e6e6e6; }"
        " body { background: #111; }"
    )
    page.page.evaluate("() => picture.redraw()")
    page.drag((-2, 4), (4, 4))
    page.assert_near(page.points()[-1:], [(4, 4)], GAP)
    assert page.page.evaluate("() => document.body.scrollWidth <= document.body.clientWidth")
    page.shot("narrow-dark")
