"""The player in the plane, in a real JupyterLab: every layer's pixels are the kernel's numbers, and can be switched.

`helpers.pages` says how pixels are read.
"""

import numpy as np
import pytest
from helpers.pages import BLUE, CANVAS, SIZE, VERMILLION, Lab, resize

from benchmarks.browser import open_notebook
from gan_lessons.labs.paper.layers import ROOM
from gan_lessons.labs.scenes.arrows import ARROWS
from gan_lessons.labs.scenes.heat import CELLS
from gan_lessons.labs.scenes.noise import LATTICE
from gan_lessons.labs.scenes.plane import NOISE

CODE = """from dataclasses import replace
from gan_lessons.recipes import toys as recipes
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.plane import Ring
from gan_lessons.labs.lab import Lab

ring = replace(recipes.steady, name="my ring", data=Ring(8, 1.0, 0.1), noise=NormalNoise(2), window=(-2.0, 2.0))
lab = Lab(ring, runs=4)
lab"""
NAME = "plane"
PAGE = {"viewport": {"width": 1700, "height": 1100}}  # so large that points stand apart
PURPLE = tuple(int(NOISE[i : i + 2], 16) for i in (1, 3, 5))
STRENGTH = 0.55  # as in paint.js
D, BENT, REAL, FAKE, PUSH = range(5)  # the layers, as the legend has them


class Plane(Lab):
    """A lab in the plane: its switches, and its points."""

    def only(self, *layers):
        """Leaves only these layers on."""
        boxes = self.page.locator(".gan-legend input")
        for i in range(boxes.count()):
            boxes.nth(i).set_checked(i in layers)
        return self.picture()

    def points(self, name):
        """A layer's points (n, 2)."""
        return self.layer(name).reshape(-1, 2).astype(float)


KIND = Plane


def mask(picture, *colors, reach=40):
    return np.any([picture.near(color, "plane", reach) for color in colors], 0)


def in_view(points):
    return points[(np.abs(points) < 1.9).all(-1)]


def assert_heat(lab, picture):
    """The heat map's pixels are the numbers of the newest frame."""
    middle = -2 + (np.arange(CELLS) + 0.5) * 4 / CELLS
    columns, rows = picture.place("plane", *(grid.ravel() for grid in np.meshgrid(middle, middle)))
    found = picture.pixels[np.floor(rows).astype(int), np.floor(columns).astype(int)].astype(float)
    p = lab.layer("D").astype(float)
    assert np.ptp(p) > 0.3
    end, share = np.where(p[:, None] > 0.5, BLUE, VERMILLION), STRENGTH * np.abs(2 * p - 1)[:, None]
    off = np.abs(found - (255 + share * (end - 255))).max(-1)
    assert np.quantile(off, 0.95) <= 6  # where D is steep, a cell's middle is half a pixel away
    return off


def test_the_heat_map_is_what_the_kernel_says(lab):
    lab.ask("lab.advance(150)")  # as many on any machine: later D is so steep that more cells change within a pixel
    lab.rest()
    off = assert_heat(lab, lab.only(D))
    assert np.quantile(off, 0.98) <= 4 and off.max() <= 25
    blank = lab.only()
    assert (mask(blank, (255, 255, 255), reach=2).sum()) == mask(blank, (0, 0, 0), reach=256).sum()


def test_the_heat_map_shows_the_best_d_and_the_difference(lab):
    lab.ask("lab.advance(150)")
    lab.rest()
    said = lab.layer("D").astype(float)
    first = lab.page.locator(".gan-legend label").first
    lab.only(D)
    try:
        for look, bar in (("D*", "D*: probability"), ("D - D*", "D - D*: by how much")):
            lab.page.select_option("[data-set=heat]", label=look)
            number = lab.ask("lab.scene.heat.looks").index(look)
            lab.settled(f"lab.scene.looks['heat']['index'] == {number}")
            lab.page.wait_for_function(
                "(look) => document.querySelector('.gan-legend label').textContent.startsWith(look)", arg=look[:4]
            )
            assert lab.layer("look")[0] == number and first.inner_text().startswith(look)
            assert_heat(lab, lab.picture())
            assert lab.page.locator(".gan-legend li").count() == 5
            assert bar in lab.ask(f"lab.scene.spec['panels'][0]['layers'][{number}]['bar']['label']")
            lab.shot(f"{['', 'best', 'difference'][number]}")
        best = lab.ask("lab.scene.heat.best(lab.trainer.snapshot().samples[0], lab.trainer.settings['data']).tolist()")
        np.testing.assert_allclose(lab.layer("D"), (1 + said - best) / 2, atol=1e-5)
        box, (left, top, w, h) = lab.page.locator(CANVAS).bounding_box(), lab.picture().axes["plane"]["box"]
        middle = (CELLS // 2 + 0.5) / CELLS  # of a cell, and not its border
        lab.page.mouse.move(box["x"] + left + middle * w, box["y"] + top + (1 - middle) * h)
        words = lab.page.inner_text(".gan-readout")
        cell = lab.layer("D").reshape(CELLS, CELLS)[CELLS // 2, CELLS // 2]
        assert float(words.split("D - D* ")[1].split(",")[0]) == pytest.approx(2 * cell - 1, abs=0.01)
        first.locator("input").uncheck()
        assert not mask(lab.picture(), BLUE, VERMILLION).any()
    finally:
        first.locator("input").check()
        lab.page.select_option("[data-set=heat]", label="D")
        lab.page.wait_for_selector('.gan-legend [data-layer^="D\'s verdict"]')
        lab.only(D, BENT, REAL, FAKE, PUSH)


def test_the_chart_shows_the_metric_that_was_chosen(lab):
    lab.play(60)
    lab.pause()
    for name, words in (("JSD", "JSD of generated"), ("KL of modes", "KL of its modes"), ("modes", "modes covered")):
        lab.page.select_option("[data-set=metric]", label=name)
        lab.settled(f"lab.scene.spec['panels'][3]['title'].startswith({words!r})")
        lab.play(lab.step + 60)
        lab.pause()
        lab.rest()
        assert mask_of_chart(lab.picture(), "quality").sum() > 50
        assert name == "modes" or f"{words.split(' of gen')[0]} " in lab.words
        lab.shot(f"{name.replace(' ', '-')}")


def mask_of_chart(picture, panel):
    """Where a chart has the colour of a line."""
    return picture.near(VERMILLION, panel, 60) | picture.near((0x00, 0x9E, 0x73), panel, 60)


def test_the_morph_carries_noise_to_data(lab):
    lab.play(150)
    lab.pause()
    lab.rest()
    whole = lab.picture()
    lab.count_messages()
    for keys, share in ((["Home"], 0.0), (["PageUp"] * 5, 0.5)):
        lab.only(FAKE)
        lab.key("[data-do=morph]", *keys)
        at = int(lab.page.input_value("[data-do=morph]")) / 100
        assert at == pytest.approx(share, abs=0.02)
        t = at * at * (3 - 2 * at)
        points = (1 - t) * lab.points("noise") + t * lab.points("fake")
        picture = lab.picture()
        for column, row in zip(*picture.place("plane", *in_view(points).T), strict=True):
            spot = picture.pixels[int(row) - 2 : int(row) + 3, int(column) - 2 : int(column) + 3].astype(int)
            assert np.abs(spot - VERMILLION).max(-1).min() < 90
        assert not (lab.only(PUSH).near((0, 0, 0), "plane", 150)).any()  # arrows belong to the end
        bent, nodes = lab.only(BENT), (1 - t) * lab.points("noise lattice") + t * lab.points("lattice")
        for column, row in zip(*bent.place("plane", *in_view(nodes).T), strict=True):
            assert (bent.pixels[int(row) - 2 : int(row) + 3, int(column) - 2 : int(column) + 3] < 225).any()
    lab.only(D, BENT, REAL, FAKE, PUSH)
    lab.shot("morph")
    lab.page.evaluate(
        """() => { const morph = document.querySelector('[data-do=morph]'); window.ganShares = [];
        new MutationObserver(() => window.ganShares.push(Number(morph.value)))
          .observe(morph, { attributes: true, attributeFilter: ['aria-valuetext'] }) }"""
    )
    lab.key("[data-do=play-morph]", "Enter")
    lab.page.wait_for_function("() => window.ganShares.at(-1) === 100")
    # it says 100 % from 99.5 on, and the display tick after that is the end
    lab.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shares = lab.page.evaluate("window.ganShares")
    assert len(shares) > 4 and shares == sorted(shares)
    np.testing.assert_array_equal(lab.picture().pixels, whole.pixels)
    lab.page.emulate_media(reduced_motion="reduce")
    for end in ("0", "100"):
        lab.page.click("[data-do=play-morph]")
        assert lab.page.input_value("[data-do=morph]") == end
    lab.page.emulate_media(reduced_motion="no-preference")
    assert lab.sent == 0


@pytest.mark.parametrize(("layer", "name", "color"), [(REAL, "real", BLUE), (FAKE, "fake", VERMILLION)])
def test_points_lie_where_matplotlib_puts_them(lab, layer, name, color):
    lab.ask("lab.advance(300)")  # as many on any machine: after 30 they lie so close that few are alone
    lab.rest()
    picture = lab.only(layer)
    columns, rows = picture.place("plane", *lab.points(name).T)
    apart = np.hypot(columns[:, None] - columns, rows[:, None] - rows) + 1e9 * np.eye(len(columns))
    inside = (np.abs(lab.points(name)) < 1.9).all(-1)
    alone = np.flatnonzero((apart.min(1) > 12) & inside)
    assert len(alone) >= 5
    found = mask(picture, color, reach=60)
    for i in alone:
        row, column = int(rows[i]), int(columns[i])
        spots = np.argwhere(found[row - 6 : row + 7, column - 6 : column + 7]) + (row - 6, column - 6) + 0.5
        assert len(spots) >= 9
        assert np.hypot(*(spots.mean(0) - (rows[i], columns[i]))) < 1
    assert not mask(picture, VERMILLION if color == BLUE else BLUE).any()


def test_the_bent_grid_passes_through_its_nodes(lab):
    lab.play(30)
    lab.pause()
    picture = lab.only(BENT)
    assert mask(picture, PURPLE).any()
    found, nodes = (picture.pixels < 225).any(-1), lab.points("lattice")  # a thin line's pixels are paler than itself
    assert len(nodes) == LATTICE**2
    for column, row in zip(*picture.place("plane", *in_view(nodes).T), strict=True):
        assert found[int(row) - 2 : int(row) + 3, int(column) - 2 : int(column) + 3].any()


def test_arrows_start_at_samples_and_end_at_their_tips(lab):
    lab.play(30)
    lab.pause()
    picture = lab.only(PUSH)
    start, offset = lab.points("fake")[:ARROWS], lab.points("push")
    left, top, w, h = picture.axes["plane"]["box"]
    columns, rows = (np.array(picture.place("plane", *start.T)).T / picture.ratio).T
    seen = np.hypot(*offset.T) * w / np.ptp(picture.axes["plane"]["x"]) > 0.5
    places = np.column_stack([(columns - left) // ROOM, (top + h - rows) // ROOM, ~seen])
    first = np.isin(np.arange(len(start)), np.unique(places, axis=0, return_index=True)[1])
    long = first & (np.hypot(*offset.T) > 0.03)
    assert long.sum() > 10
    ink = mask(picture, tuple(int(v) for v in lab.page.evaluate(INK)), reach=140)
    for share in (0, 0.5, 1):
        for column, row in zip(*picture.place("plane", *in_view((start + share * offset)[long]).T), strict=True):
            assert ink[int(row) - 2 : int(row) + 3, int(column) - 2 : int(column) + 3].any(), share


INK = "() => getComputedStyle(document.querySelector('.gan-stage')).color.match(/\\d+/g).slice(0, 3)"


def test_a_layer_goes_and_comes_by_mouse_and_by_keyboard(lab):
    lab.play(60)
    lab.pause()
    lab.rest()
    before = lab.picture()
    assert lab.page.locator(".gan-legend input:checked").count() == 5
    lab.count_messages()
    generated = "[data-layer^='generated']"
    lab.page.click(f".gan-legend label:has({generated})")
    lab.key("[data-layer^='where G']", "Space")
    gone = lab.picture()
    assert lab.page.locator(".gan-legend input:checked").count() == 3
    assert mask(before, VERMILLION).sum() > 300 and mask(gone, VERMILLION).sum() == 0
    assert mask(gone, BLUE).sum() >= mask(before, BLUE).sum()
    lab.key("[data-layer^='D']", "Space")
    bare, (left, _, w, _) = lab.picture(), before.axes["plane"]["box"]
    column = round((left + w + 18) * before.ratio)
    assert (before.pixels[:, column] != before.pixels[0, column]).any(), "the colour bar is here"
    assert (bare.pixels[:, column] == bare.pixels[0, column]).all(), "and goes with the heat map"
    lab.key("[data-layer^='D']", "Space")
    lab.key(generated, "Space")
    lab.page.click(".gan-legend label:has([data-layer^='where G'])")
    np.testing.assert_array_equal(lab.picture().pixels, before.pixels)
    assert lab.sent == 0
    sizes = lab.page.eval_on_selector_all(
        ".gan-legend label", "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 24
    lab.page.click(f".gan-legend label:has({generated})")
    lab.play(lab.step + 30)  # a switch stays where it is while frames come
    lab.pause()
    assert mask(lab.picture(), VERMILLION).sum() == 0
    lab.page.click(f".gan-legend label:has({generated})")


def test_the_pointer_reads_place_and_d(lab):
    lab.play(60)
    lab.pause()
    lab.rest()
    box = lab.page.locator(CANVAS).bounding_box()
    layout = lab.page.locator(".gan-summary").bounding_box()
    left, top, w, h = lab.picture().axes["plane"]["box"]
    cell_x, cell_y = 29, 21  # a cell's middle, near the blob on the right
    lab.page.mouse.move(box["x"] + left + (cell_x + 0.5) / CELLS * w, box["y"] + top + h - (cell_y + 0.5) / CELLS * h)
    words = [reading.rsplit(" ", 1) for reading in lab.page.inner_text(".gan-readout").split(", ")]
    assert [name for name, _ in words] == ["x", "y", "D", "real density"]
    x, y, p, density = (float(value) for _, value in words)
    assert density > 0.1
    assert density == pytest.approx(lab.layer("density").reshape(CELLS, CELLS)[cell_y, cell_x], rel=0.01)
    assert (x, y) == pytest.approx((-2 + 2.95, -2 + 2.15), abs=0.01)
    assert p == pytest.approx(lab.layer("D").reshape(CELLS, CELLS)[cell_y, cell_x], rel=0.01)
    assert lab.page.locator(".gan-summary").bounding_box() == layout
    lab.page.mouse.move(box["x"] + left + w / 2, box["y"] - 30)
    assert "Point at the picture" in lab.page.inner_text(".gan-readout")
    assert lab.page.locator(".gan-summary").bounding_box() == layout


def test_slow_motion_in_the_plane(lab):
    lab.press("slow")
    lab.wait("summary.startsWith('1 of 7: ')")
    picture = lab.only()
    for name, color in (("real_dots", BLUE), ("fake_dots", VERMILLION)):
        columns, rows = picture.place("plane", *in_view(lab.points(name)).T)
        assert len(columns) > 20
        hits = [
            np.abs(picture.pixels[int(r), int(c)].astype(int) - color).max() < 60
            for c, r in zip(columns, rows, strict=True)
        ]
        assert np.mean(hits) > 0.8  # one dot may lie on another
    lab.shot("slow")
    for phase in (2, 3, 4):
        lab.press("next")
        lab.wait(f"summary.startsWith('{phase} of 7: ')")
    lab.wait("summary.includes('surface has changed')")
    lab.press("slow")
    lab.pause()
    lab.only(D, BENT, REAL, FAKE, PUSH)


def test_all_controls(lab):
    for name in ("D", "G", "both"):
        lab.press(name)
    lab.wait("canvas.dataset.step === '3'")
    lab.play(60)
    lab.pause()
    lab.rest()
    assert lab.step == lab.ask("lab.trainer.steps")
    assert lab.words == lab.ask("lab.film.frames[-1][0]['summary']")
    real = mask(lab.only(REAL), BLUE)
    lab.key("[data-set=sd]", "Home")
    lab.settled("lab.recipe.data.sd == 0.01")
    assert mask(lab.picture(), BLUE).sum() < real.sum() / 3  # the blobs have shrunk
    lab.key("[data-do=scrub]", "Home")
    assert lab.step == 0
    np.testing.assert_array_equal(mask(lab.picture(), BLUE), real)  # and looking back, they had not yet
    lab.key("[data-do=scrub]", "End")
    lab.key("[data-set=run]", "ArrowRight")
    lab.wait("summary.includes('run 2 of 4, seed 1')")
    lab.press("restart")
    lab.wait("canvas.dataset.step === '0'")
    lab.press("seed")
    lab.wait("summary.includes('seed 5)')")
    lab.press("code")
    lab.page.wait_for_function("() => document.querySelector('.gan-code').value.includes('gl.distributions.Ring(')")
    assert lab.page.input_value(".gan-code") == lab.ask("lab.code()")
    lab.only(D, BENT, REAL, FAKE, PUSH)


def test_a_run_that_diverges_says_so_in_the_picture(lab):
    lab.play(20)
    lab.pause()
    lab.ask("[lab.set('g_lr', 1e38), lab.advance(3)]")
    lab.wait("summary.includes('1 diverged') || summary.includes('4 diverged')")
    picture = lab.picture()
    assert not mask(picture, VERMILLION).any() and mask(picture, BLUE).any()
    x, y, w, _ = picture.axes["plane"]["box"]
    border = picture.pixels[int(y + 8), int(x + w / 2)].astype(int)
    assert border.max() < 150
    lab.shot("diverged")


def test_a_page_that_comes_later_has_the_real_points(lab):
    lab.play(60)
    lab.pause()
    lab.rest()
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
    second = lab.page.context.browser.new_page(viewport=SIZE)
    second.set_default_timeout(60_000)
    try:
        other = Plane(second)
        open_notebook(second, lab.server.address, f"{lab.folder.name}/lab.ipynb")
        second.wait_for_selector(f"{CANVAS}[data-step='{lab.step}']")
        assert other.words == lab.words
        assert mask(other.picture(), BLUE).sum() > 300
        step = lab.step
        lab.press("both")
        lab.wait(f"canvas.dataset.step === '{step + 1}'")
        second.wait_for_selector(f"{CANVAS}[data-step='{lab.step}']")
        assert mask(other.picture(), BLUE).sum() > 300
        assert not other.errors
    finally:
        second.close()


def test_light_dark_and_narrow(lab):
    lab.play(300)
    lab.pause()
    size = lab.page.viewport_size
    try:
        lab.shot("light")
        lab.theme("JupyterLab Dark")
        assert lab.picture().pixels[0, 0].max() < 80 and mask(lab.picture(), BLUE, VERMILLION).sum() > 500
        lab.shot("dark")
        lab.theme("JupyterLab Light")
        resize(lab.page, 700, 1600)
        boxes = {name: axes["box"] for name, axes in lab.picture().axes.items()}
        assert boxes["plane"][1] + boxes["plane"][3] < boxes["losses"][1] < boxes["chances"][1] < boxes["quality"][1]
        assert boxes["plane"][2] == boxes["plane"][3] > 300
        wide = (
            "() => { const lab = document.querySelector('.gan-stage'); return lab.scrollWidth <= lab.clientWidth + 1 }"
        )
        assert lab.page.evaluate(wide)
        lab.shot("narrow")
    finally:
        lab.theme("JupyterLab Light")
        lab.page.set_viewport_size(size)
