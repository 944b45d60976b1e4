"""A lab's film as a page: what it shows is what was kept, with no kernel and no network.

Screenshots go to tests/screenshots/.
"""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from helpers.messages import read
from PIL import Image

from gan_lessons.labs.film_page import film_page
from gan_lessons.labs.reel import Reel
from gan_lessons.labs.scenes.arrays import Arrays, unpack
from gan_lessons.labs.scenes.line import LineScene
from gan_lessons.labs.scenes.plane import PlaneScene
from gan_lessons.recipes import toys as recipes

SHOTS = Path(__file__).parents[1] / "screenshots"
CANVAS = "canvas[data-frame]"
VERMILLION = (0xD5, 0x5E, 0x00)
N = 8  # frames


def kept(recipe, scene, every, runs=1):
    """A film as a lab keeps it."""
    trainer, frames = recipe.trainer(range(runs), view=scene.view), []
    for i in range(N):
        trainer.advance(every if i else 0)
        snapshot = trainer.snapshot()
        values, _ = scene.frame(trainer, snapshot, trainer.alone(0), 0)
        header = {"step": snapshot.step, "summary": f"Step {snapshot.step}: word {i}.", "notice": ""}
        frames.append((header, (values, scene.still(trainer, 0))))
    return frames


@pytest.fixture(scope="module")
def plane():
    """A scene in the plane, and a film of it."""
    recipe = recipes.wide_ring
    scene = PlaneScene("wide_ring: what the GAN makes", recipe.data, recipe.noise, recipe.window)
    return scene, kept(recipe, scene, 40)


def unpacked(reel, data):
    """The arrays of all frames as the page reads them, (T, *shape)."""
    arrays = unpack({name: {key: one[key] for key in ("dtype", "shape")} for name, one in reel["arrays"].items()}, data)
    found = {name: one.get("from") for name, one in reel["arrays"].items()}
    return {name: arrays[usual] + arrays[name].astype(np.float32) for name, usual in found.items() if usual}


def near(values):
    """What is left of values (T, n) in a film."""
    reel = Reel(t=len(values))
    reel.add_near("x", "t", values)
    return unpacked(*reel.packed())["x"]


def made(values):
    """A scene without panels, and a film of it with values (T, n)."""
    arrays, header = Arrays(), {"summary": "", "notice": ""}
    arrays.add("x", values.shape[1])
    frames = [(header | {"step": 10 * i}, (arrays.pack({"x": row}), b"")) for i, row in enumerate(values)]
    return {"title": "", "panels": [], "arrays": {"moving": arrays.spec, "still": {}}}, frames


def parts(page):
    """What is in a page: the film that JSON holds, and the bytes."""
    film, data = re.search(r'new FilmPlayer\(root, (\{.*\}), Uint8Array.from\(atob\("([^"]*)"\)', page).groups()
    return json.loads(film), base64.b64decode(data)


# -- what is in a page


def test_numbers_keep_their_place_to_a_2048th_of_their_distance_from_a_usual_one():
    values = (400 + np.random.default_rng(0).normal(size=(9, 50)) * np.geomspace(1e-3, 1e3, 50)).astype(np.float32)
    found, usual = near(values), np.sort(values, 0)[4]
    assert (np.abs(found - values) <= np.abs(values - usual) / 2048 + 1e-4).all()
    assert (np.abs(found - values).max(0)[:10] < 2e-4).all()  # where they stay close to 400 they keep every digit


def test_what_stands_still_is_exact_and_what_runs_off_costs_the_others_nothing():
    values = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)
    values[:, 0] = 1 / 3
    values[3, 1:4] = (3e38, np.inf, np.nan)
    values[:, 4] = np.nan
    found = near(values)
    np.testing.assert_array_equal(found[:, 0], values[:, 0])
    assert found[3, 1] > 60_000 and np.isnan(found[3, 2:4]).all() and np.isnan(found[:, 4]).all()
    others = np.arange(7) != 3
    np.testing.assert_allclose(found[others, 1:4], values[others, 1:4], atol=4 / 2048)


def test_a_page_holds_all_frames_where_there_is_room(plane):
    scene, frames = plane
    film, data = parts(film_page(scene.spec, frames, "A film", "Ring, seed 0."))
    found = unpacked(film["reel"], data)
    assert found.keys() == {*scene.spec["arrays"]["moving"], *scene.spec["arrays"]["still"]}
    for i, (_, rows) in enumerate(frames):
        for name, values in read(scene.spec, rows).items():
            np.testing.assert_allclose(found[name][i], values, atol=4 / 2048, equal_nan=True)
    assert film["frames"] == [[40 * i, f"Step {40 * i}: word {i}.", ""] for i in range(N)]
    assert film["scene"] == json.loads(json.dumps(scene.spec))
    assert film["note"] == f"Ring, seed 0. All {N} frames are in this page."


@pytest.mark.parametrize("n", [4663, 12_000])
def test_a_page_stays_under_4_mb_and_says_what_it_left_out(plane, n):
    rows = np.random.default_rng(2).normal(size=(250, n))
    spec, frames = made(rows)
    frames = [(header | {"summary": "x" * 300}, arrays) for header, arrays in frames]
    page = film_page(spec | {"about": plane[0].spec}, frames, "A film", "")
    film, data = parts(page)
    assert 3_000_000 < len(page.encode()) < 4_000_000
    steps = [step for step, *_ in film["frames"]]
    assert steps[0] == 0 and steps[-1] == 2490 and np.ptp(np.diff(steps)) <= 10
    found = unpacked(film["reel"], data)["x"]
    np.testing.assert_allclose(found, rows[np.array(steps) // 10], atol=4 / 2048)
    whole = "All 250 frames are in this page."
    some = f"{len(steps)} of 250 frames, evenly spread, are in this page."
    assert film["note"] == (whole if n < 5000 else some) and (len(steps) == 250) == (n < 5000)


def test_what_is_no_film_is_refused():
    spec, frames = made(np.zeros((2, 3)))
    header = frames[0][0]
    for wrong, words in (
        ([], r"frames must be one frame or more, not \[\]"),
        ([*frames, (header, (b"1234", b""))], r"with all of its arrays, not .4 bytes are not the 12 of \['x'\]"),
        ([(header, (b"12345", b""))], "frames of this scene"),
        ([(header, (frames[0][1][0], b"1234"))], "frames of this scene"),
    ):
        with pytest.raises(ValueError, match=words):
            film_page(spec, wrong, "")
    for start in (2, -3, 0.5, "0"):
        with pytest.raises(ValueError, match="start must be the place of one of 2 frames"):
            film_page(spec, frames, "", start=start)


# -- the page from disk


class Page:
    """A saved page, opened from disk with no network."""

    def __init__(self, page, path):
        self.page, self.errors, self.requests = page, [], []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector(CANVAS)

    def data(self, key):
        return self.page.get_attribute(CANVAS, f"data-{key}")

    def frame(self):
        return int(self.data("frame"))

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def only(self, label):
        """Switches all layers off but one."""
        for box in self.page.query_selector_all("[data-layer]"):
            box.set_checked(label in box.get_attribute("data-layer"))

    def near(self, color, panel, reach=40):
        """Where a colour is inside of a panel: data coordinates (n, 2), and how much of them a CSS pixel is."""
        url = self.page.evaluate("() => document.querySelector('canvas').toDataURL('image/png')")
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB")).astype(int)
        axes, ratio = json.loads(self.data("axes"))[panel], float(self.data("ratio"))
        (left, top, w, h), low, high = axes["box"], *np.array([axes["x"], axes["y"]], float).T
        rows, columns = np.nonzero(np.abs(pixels - color).max(-1) < reach)
        x, y = ((columns + 0.5) / ratio - left) / w, 1 - ((rows + 0.5) / ratio - top) / h
        inside = (x > 0) & (x < 1) & (y > 0) & (y < 1)
        return low + (high - low) * np.stack([x[inside], y[inside]], -1), (high - low) / (w, h)

    def shot(self, name):
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"film-{name}.png", full_page=True)


@pytest.fixture
def saved(chromium, tmp_path):
    """A function that opens a page with no network. No error and no request may have been."""
    opened = []

    def save(text, clock=False, **how):
        path = tmp_path / "film.html"
        path.write_text(text, "utf-8")
        context = chromium.new_context(**{"viewport": {"width": 1100, "height": 900}, "offline": True} | how)
        page = context.new_page()
        if clock:
            page.clock.install(time=0)
        opened.append((context, Page(page, path)))
        return opened[-1][1]

    yield save
    for context, page in opened:
        assert page.errors == []
        assert page.requests == [(tmp_path / "film.html").as_uri()]
        context.close()


@pytest.fixture
def film(saved, plane):
    """The page of the film in the plane."""
    return saved(film_page(plane[0].spec, plane[1], "A film of a ring", "Wide ring, seed 0."))


def generated(plane, i):
    """The generated points of a frame, by the film."""
    scene, frames = plane
    layer = next(x for x in scene.spec["panels"][0]["layers"] if x.get("label", "").startswith("generated"))
    return read(scene.spec, frames[i][1])[layer["values"]]


def test_the_points_on_the_canvas_are_those_of_the_frame(film, plane):
    film.shot("plane")
    film.only("generated, ")
    film.page.focus("[data-do=scrub]")
    for keys, i in ((["Home"], 0), (["ArrowRight"] * 3, 3), (["End"], N - 1), (["ArrowLeft"], N - 2)):
        film.press(*keys)
        assert film.frame() == i and int(film.data("step")) == 40 * i
        points, (pixels, unit) = generated(plane, i), film.near(VERMILLION, "plane")
        inside = (np.abs(points) < 1.95).all(-1)
        gaps = np.abs((pixels[:, None] - points) / unit).max(-1)  # in CSS pixels
        assert inside.sum() > 200 and gaps[:, inside].min(0).max() < 1.5  # each point has its colour
        assert np.quantile(gaps.min(1), 0.999) < 3.5  # and no colour is far from a point of radius 2.2
    assert not np.allclose(generated(plane, 0), generated(plane, 3), atol=0.2)  # so frames could be told apart


def test_the_words_are_those_of_the_frame(film):
    words = "() => document.querySelector('.gan-summary').textContent"
    film.page.focus("[data-do=scrub]")
    film.press("Home", "ArrowRight", "ArrowRight")
    assert film.page.evaluate(words) == "Step 80: word 2."
    assert film.page.get_attribute("[data-do=scrub]", "aria-valuetext") == "step 80"
    film.page.wait_for_function("() => document.querySelector('[role=status]').textContent === 'Step 80: word 2.'")
    assert "Wide ring, seed 0. All 8 frames are in this page." in film.page.inner_text("main")
    assert film.page.title() == "A film of a ring"
    box = film.page.locator(CANVAS).bounding_box()
    film.page.mouse.move(box["x"] + 200, box["y"] + 200)
    assert re.match(r"x \S+, y \S+, D 0", film.page.inner_text(".gan-readout"))


def test_why_explains_the_words_and_moves_nothing(film, plane):
    boxes = """() => [...document.querySelectorAll('canvas, p.gan-summary, .gan-legend, .gan-scrub, .gan-kept')]
      .map((node) => JSON.stringify(node.getBoundingClientRect()))"""
    before, button = film.page.evaluate(boxes), film.page.locator("[data-do=why]")
    lines = film.page.locator(f"#{button.get_attribute('aria-controls')}")
    assert button.get_attribute("aria-expanded") == "false" and not lines.is_visible()
    button.focus()
    film.press("Enter")
    assert button.get_attribute("aria-expanded") == "true" and film.page.evaluate(boxes) == before
    assert lines.locator("p").all_inner_texts() == plane[0].spec["why"]
    film.shot("why")
    film.press("Escape")
    assert button.get_attribute("aria-expanded") == "false" and not lines.is_visible()
    film.press("Space")
    assert lines.is_visible()


def test_the_film_plays_and_stops_by_keyboard(saved, plane):
    film = saved(film_page(plane[0].spec, plane[1], "A film"), clock=True)
    button = "[data-do=play]"
    film.page.focus(button)
    film.page.clock.pause_at(10_000)
    film.press("Space")
    assert film.page.inner_text(button) == "❚❚ Pause" and film.frame() == 0
    film.page.clock.run_for(220)
    assert film.frame() in (3, 4)  # 20 a second
    film.press("Space")
    at = film.frame()
    film.page.clock.run_for(1000)
    assert film.frame() == at and film.page.inner_text(button) == "▶ Play"
    assert film.page.inner_text("[role=status]") == f"Step {40 * at}: word {at}."
    film.press("Tab", "ArrowUp", "ArrowUp")
    assert film.page.input_value("[data-do=rate]") == "5"
    film.press("Shift+Tab", "Enter")
    film.page.clock.run_for(450)
    assert film.frame() == at + 2
    film.page.clock.run_for(5000)
    assert film.frame() == N - 1 and film.page.inner_text(button) == "▶ Play"
    film.press("Enter")
    assert film.frame() == 0  # from the beginning again


def test_a_hand_on_the_slider_stops_the_film(saved, plane):
    film = saved(film_page(plane[0].spec, plane[1], "A film"), clock=True)
    film.page.clock.pause_at(10_000)
    film.page.click("[data-do=play]")
    film.page.clock.run_for(120)
    film.page.focus("[data-do=scrub]")
    film.press("End", "ArrowLeft")
    film.page.clock.run_for(1000)
    assert film.frame() == N - 2 and film.page.inner_text("[data-do=play]") == "▶ Play"


def test_who_asked_for_less_motion_gets_four_frames_a_second(saved, plane):
    film = saved(film_page(plane[0].spec, plane[1], "A film"), clock=True, reduced_motion="reduce")
    film.page.clock.pause_at(10_000)
    film.page.select_option("[data-do=rate]", "40")
    film.page.click("[data-do=play]")
    film.page.clock.run_for(1020)
    assert film.frame() in (3, 4)


def test_a_line_narrow_and_dark_and_words_that_are_no_code(saved):
    recipe = recipes.aylien_head
    scene = LineScene("</script><b>the real & the forged", recipe.window, 3, True)
    text = film_page(scene.spec, kept(recipe, scene, 50, 3), "</title><script>alert(1)</script>", "<i>not slanted</i>")
    film = saved(text, viewport={"width": 420, "height": 900}, color_scheme="dark")
    wide = film.page.evaluate("() => [document.body.scrollWidth, document.body.clientWidth]")
    assert wide[0] <= wide[1] + 1
    assert film.page.title() == "</title><script>alert(1)</script>" and "<i>not slanted</i>" in film.page.inner_text(
        "main"
    )
    assert film.page.get_attribute(CANVAS, "aria-label") == "</script><b>the real & the forged"
    assert len(film.near(VERMILLION, "densities")[0]) > 100
    film.shot("line-narrow-dark")
    assert not len(film.near((255, 255, 255), "densities", 10)[0])
    film.page.emulate_media(color_scheme="light")
    film.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert len(film.near((255, 255, 255), "densities", 10)[0]) > 10_000


@pytest.mark.parametrize(("start", "shown"), [(0, 0), (3, 3), (-1, N - 1)])
def test_it_opens_on_the_frame_that_was_asked_for(saved, plane, start, shown):
    film = saved(film_page(plane[0].spec, plane[1], "A film", start=start), clock=True)
    assert film.frame() == shown
    film.page.clock.pause_at(10_000)
    film.page.click("[data-do=play]")
    assert film.frame() == shown % (N - 1), "from there on, or from the beginning where it had ended"


def test_charts_tell_nothing_of_what_was_not_seen_yet(saved, plane):
    film, ends = saved(film_page(plane[0].spec, plane[1], "A film", start=0)), []
    film.page.focus("[data-do=scrub]")
    for keys in ((), ("ArrowRight",) * 3, ("End",), ("Home",)):
        film.press(*keys)
        axes = json.loads(film.data("axes"))
        [end] = {one["x"][1] for name, one in axes.items() if name != "plane"}
        ends.append(end)
    assert ends[0] < 40 and 120 <= ends[1] < 280 <= ends[2] == ends[3]


def test_one_frame_has_nothing_to_play(saved, plane):
    film = saved(film_page(plane[0].spec, plane[1][:1], "A picture"))
    assert film.page.is_disabled("[data-do=play]") and film.page.is_disabled("[data-do=scrub]") and film.frame() == 0


def test_it_is_sound_for_a_screen_reader(chromium, plane):
    from axe_playwright_python.sync_playwright import Axe

    page = chromium.new_page()  # axe is put into the page, which its own rules forbid to a page like this one
    page.set_content(re.sub("<meta http-equiv[^>]*>", "", film_page(plane[0].spec, plane[1], "A film", "A note.")))
    page.wait_for_selector(CANVAS)
    found = Axe().run(page).response["violations"]
    page.close()
    assert not found, [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]
