"""The scrubber: what is sent is the sweep, and the page moves through it with no kernel and no network.

Screenshots go to tests/screenshots/.
"""

import base64
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from helpers.pages import BLUE, SHOTS, VERMILLION, set_theme
from PIL import Image

from benchmarks.browser import run_all
from benchmarks.labs import write_notebook
from gan_lessons.labs.scenes import sweep as sweep_scene
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.labs.scenes.sweep import DIVERGED, GOOD, LIMIT, POINTS, pack
from gan_lessons.labs.scrubber import Scrubber
from gan_lessons.metrics.shares import share
from gan_lessons.shipped import sweeps
from gan_lessons.sweeps.result import SweepResult
from gan_lessons.theory import kernel_density as theory

CANVAS = "canvas[data-drawn]"
MEANS = (0.0, 2.0, 4.0, 6.0)
WINDOW = (-3.0, 9.0)


def line_sweep(positions=4, moments=5, seeds=3, probe=True, label="data's mean"):
    """Normal samples whose mean is the position's; they move there from -2 as training goes on, and seeds differ."""
    rng, shape = np.random.default_rng(0), (positions, moments, seeds)
    means = np.resize(MEANS, positions)
    where = -2 + (means[:, None] + 2) * np.linspace(0, 1, moments)
    samples = rng.normal(size=(*shape, 256, 1)) * 0.5 + where[:, :, None, None, None]
    samples += 0.1 * np.arange(seeds)[:, None, None]
    x = np.linspace(*WINDOW, 200)
    good = np.zeros(shape, bool)
    good[:] = np.arange(seeds) < np.arange(positions)[:, None, None]  # none, one, two, three ... of the seeds
    runs = {name: np.zeros(shape, np.float32) for name in ("p_real", "p_fake")}
    losses = {name: np.zeros(shape, np.float32) for name in "DG"}
    diverged = np.full(shape, -1)
    if positions > 3 and seeds > 2:
        diverged[3, 1:, 2], samples[3, 1:, 2] = 7, np.nan
    curves = np.broadcast_to(np.linspace(0, 1, 200), (*shape, 200))
    return SweepResult(
        label, tuple(range(positions)), tuple(range(10, 10 + seeds)), WINDOW, np.arange(moments) * 100,
        samples.astype(np.float32), **runs, losses=losses, diverged=diverged, good=good,
        collapsed=np.zeros(shape, bool),
        trained=np.ones((positions, seeds), bool),
        real=(means[:, None, None] + rng.normal(size=(positions, 64, 1)) * 0.5).astype(np.float32),
        density=np.exp(-2 * (x - means[:, None]) ** 2) / (0.5 * np.sqrt(2 * np.pi)),
        probes={"D": curves} if probe else {},
    )  # fmt: skip


def plane_sweep():
    """One cluster that every position puts elsewhere: at (position, -position)."""
    rng, line = np.random.default_rng(1), line_sweep(probe=False)
    centres = np.array([[0, 0], [1, -1], [2, -2], [3, -3]], float)[:, None, None, None]
    samples = centres + 0.1 * rng.normal(size=(4, 5, 3, 256, 2))
    real = centres[:, 0, 0] + 0.1 * rng.normal(size=(4, 64, 2))
    return replace(
        line, window=(-4.0, 4.0), samples=samples, real=real, density=np.zeros((4, 0)), diverged=np.full((4, 5, 3), -1)
    )


def block(packed, name):
    """An array of the frames as the page reads it: one axis for each of its letters, then its own."""
    spec, data = packed
    known = spec["reel"]["arrays"][name]
    assert spec["reel"]["sizes"] == {"p": len(spec["values"]), "t": len(spec["steps"]), "s": len(spec["seeds"])}
    assert known["shape"][: len(known["axes"])] == [spec["reel"]["sizes"][axis] for axis in known["axes"]]
    found = unpack(spec["reel"]["arrays"], data)[name].astype(float)
    if "span" not in known:
        return found
    low, high = known["span"]
    return np.where(found == 65535, np.nan, low + (high - low) / 65534 * found)


# -- what is sent


def test_what_is_sent_is_the_sweep():
    result = line_sweep()
    packed = pack(result)
    spec, x = packed[0], np.linspace(*WINDOW, POINTS)
    top = spec["reel"]["arrays"]["generated"]["span"][1]
    for place in ((0, 0, 0), (2, 4, 1), (3, 0, 2)):
        wanted = theory.density(result.samples[place][:, 0], x)
        np.testing.assert_allclose(block(packed, "generated")[place], wanted, atol=top / 65534)
    assert np.isnan(block(packed, "generated")[3, 1, 2]).all()
    np.testing.assert_allclose(block(packed, "real"), result.density, atol=top / 65534)
    np.testing.assert_allclose(block(packed, "moments")[2, 4, 0, 0], result.samples[2, 4, 0].mean(), rtol=1e-6)
    np.testing.assert_allclose(block(packed, "real moments"), [(mean, 0.5) for mean in MEANS], atol=1e-3)
    state = block(packed, "state")
    assert (state[3, 1:, 2] == DIVERGED).all() and (state[2, :, :2] == GOOD).all() and (state[0] == 0).all()
    assert (spec["steps"], spec["seeds"], spec["values"]) == ([0, 100, 200, 300, 400], [10, 11, 12], [0, 1, 2, 3])


def test_the_band_holds_8_in_10_of_the_seeds_that_did_not_diverge():
    densities = np.random.default_rng(0).random((1, 1, 12, 5))
    densities[0, 0, 11] = np.nan
    low, high = sweep_scene._band(densities)
    ordered = np.sort(densities[0, 0, :11], 0)
    np.testing.assert_array_equal(low[0, 0], ordered[1])
    np.testing.assert_array_equal(high[0, 0], ordered[9])
    assert np.isnan(sweep_scene._band(densities * np.nan)[0]).all()


def test_the_curve_of_d_keeps_its_place():
    packed = pack(line_sweep())
    layer = next(layer for layer in packed[0]["scene"]["panels"][0]["layers"] if layer["label"] == "D, as learned")
    low, high = layer["x"]
    assert low == WINDOW[0] and high < WINDOW[1]
    x = np.linspace(low, high, block(packed, layer["values"]).shape[-1])
    wanted = (x - WINDOW[0]) / (WINDOW[1] - WINDOW[0])  # the probe rises from 0 to 1 over the window
    np.testing.assert_allclose(block(packed, "D")[1, 2, 0], wanted, atol=2e-5)
    assert len(x) <= 101


def test_points_in_the_plane_are_sent_and_far_ones_stay_outside():
    result = plane_sweep()
    result.samples[0, 0, 0, 0] = (1e6, 0)
    packed = pack(result)
    sent = block(packed, "fake")
    np.testing.assert_allclose(sent[1:], result.samples[1:, :, :, : sent.shape[-2]], atol=24 / 65534)
    assert sent[0, 0, 0, 0, 0] == 12  # the window ends at 4
    np.testing.assert_allclose(block(packed, "real"), result.real, atol=24 / 65534)
    assert packed[0]["note"].endswith("Of each run's 256 points 128 are drawn.")


def test_shares_are_those_of_the_result_for_all_seeds_whatever_is_kept(monkeypatch):
    result = line_sweep()
    result = replace(result, collapsed=~result.good)
    monkeypatch.setattr(sweep_scene, "LIMIT", 30_000)
    spec, _ = pack(result)
    assert len(spec["seeds"]) < 3
    for moment in range(5):
        wanted = [[s.good, s.total, round(s.low, 4), round(s.high, 4)] for s in result.shares(moment)]
        assert spec["shares"][moment] == wanted
        collapsed = [share(mask) for mask in result.collapsed[:, moment]]
        assert spec["collapsed"][moment] == [[s.good, s.total, round(s.low, 4), round(s.high, 4)] for s in collapsed]
    assert [row[0] for row in spec["shares"][-1]] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((9, 26, 16), "All 26 moments and all 16 seeds can be shown"),
        ((9, 60, 16), r"\d\d of 60 moments and all 16 seeds can be shown"),
        ((9, 60, 40), r"26 of 60 moments and \d\d of 40 seeds can be shown; the bars count all 40 seeds"),
        ((300, 60, 4), r"\d\d? of 60 moments and 1 of 4 seeds can be shown"),
    ],
)
def test_it_stays_under_4_mb_by_moments_first_then_seeds(shape, words):
    scrubber = Scrubber(line_sweep(*shape, probe=False))
    assert len(scrubber.frames) <= 1.05 * LIMIT
    assert len(scrubber.html().encode()) < 4_000_000
    assert re.match(words, scrubber.spec["note"]), scrubber.spec["note"]
    assert scrubber.spec["steps"][0] == 0 and scrubber.spec["steps"][-1] == 100 * (shape[1] - 1)


def test_with_the_curve_of_d_it_stays_under_4_mb_too():
    assert len(Scrubber(line_sweep(9, 26, 40)).html().encode()) < 4_000_000


def test_a_cell_run_again_closes_the_scrubber_of_its_name():
    first, other = Scrubber(line_sweep(), name="a"), Scrubber(line_sweep(), name="b")
    again = Scrubber(line_sweep(), name="a")
    assert first.comm is None and again.comm is not None and other.comm is not None


def test_what_cannot_be_scrubbed_is_refused(tmp_path):
    result = line_sweep()
    half = result.trained & (np.arange(3) > 0)
    with pytest.raises(ValueError, match="result must be a sweep that is finished, not '8 runs of 12'"):
        Scrubber(replace(result, trained=half))
    with pytest.raises(ValueError, match=r"result must be a SweepResult, .* not 'sweep.npz'"):
        Scrubber("sweep.npz")
    with pytest.raises(ValueError, match=r"path must be a name that ends in .html, not 'page.txt'"):
        Scrubber(result).html(tmp_path / "page.txt")
    assert list(tmp_path.iterdir()) == []


# -- the page from disk


class Page:
    """A saved page, opened from disk with no network."""

    def __init__(self, page):
        self.page, self.errors, self.requests = page, [], []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path):
        self.page.goto(path.as_uri())
        self.page.wait_for_selector(CANVAS)
        self.settle()  # the canvas gets its height after the first layout
        return self

    def data(self, key, of=CANVAS):
        return self.page.get_attribute(of, f"data-{key}")

    def settle(self):
        """Until what was asked for is drawn."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def key(self, axis, *keys):
        self.page.focus(f"[data-scrub={axis}]")
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def place(self):
        return tuple(int(self.data(key)) for key in ("position", "moment", "seed"))

    def seen(self, selector=CANVAS):
        """A canvas' pixels, and what it says of itself at that moment."""
        read = "(selector) => { const canvas = document.querySelector(selector);"
        read += " return [canvas.toDataURL('image/png'), { ...canvas.dataset }]; }"
        url, about = self.page.evaluate(read, selector)
        image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB")
        return np.asarray(image).astype(int), about

    def pixels(self, selector=CANVAS):
        return self.seen(selector)[0]

    def near(self, color, reach=40):
        """Where a colour is: data coordinates (n, 2), inside of the picture's first panel."""
        pixels, about = self.seen()
        axes = next(iter(json.loads(about["axes"]).values()))
        (left, top, w, h), ratio = axes["box"], float(about["ratio"])
        rows, columns = np.nonzero(np.abs(pixels - color).max(-1) < reach)
        x, y = columns / ratio, rows / ratio
        inside = (x > left + 2) & (x < left + w - 2) & (y > top + 2) & (y < top + h - 2)
        x, y = (x[inside] - left) / w, 1 - (y[inside] - top) / h
        spans = axes["x"], axes["y"]
        return np.stack([low + part * (high - low) for part, (low, high) in zip((x, y), spans, strict=True)], -1)

    def peak(self):
        """The x of the highest point of the generated curve."""
        points = self.near(VERMILLION)
        return float(np.mean(points[points[:, 1] > points[:, 1].max() - 0.01, 0]))

    def shot(self, name):
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"scrubber-{name}.png", full_page=True)


@pytest.fixture
def saved(chromium, tmp_path):
    """A function that saves a result's page and opens it with no network. No error and no request may have been."""
    context = chromium.new_context(viewport={"width": 1100, "height": 900}, offline=True)
    opened = []

    def save(result):
        Scrubber(result).html(tmp_path / "page.html")
        opened.append(Page(context.new_page()).open(tmp_path / "page.html"))
        return opened[-1]

    yield save
    for page in opened:
        assert page.errors == []
        assert page.requests == [(tmp_path / "page.html").as_uri()]
    context.close()


def curve_of(result, place, x):
    return theory.density(result.samples[place][:, 0], np.linspace(*WINDOW, POINTS))[
        np.rint((np.asarray(x) - WINDOW[0]) / (WINDOW[1] - WINDOW[0]) * (POINTS - 1)).astype(int)
    ]


def test_the_slider_moves_by_keyboard(saved):
    result = line_sweep()
    page = saved(result)
    assert page.place() == (0, 4, 0)
    seen = [page.peak()]
    for position in (1, 2):
        page.key("p", "ArrowRight")
        assert page.place() == (position, 4, 0)
        seen.append(page.peak())
    assert np.abs(np.array(seen) - MEANS[:3]).max() < 0.35  # a kernel estimate's peak of 256 samples
    page.key("p", "End")
    assert page.place() == (3, 4, 0)
    page.key("p", "ArrowRight")
    assert page.place() == (3, 4, 0) and abs(page.peak() - 6) < 0.35
    page.key("p", "Home")
    assert page.place() == (0, 4, 0) and abs(page.peak() - seen[0]) < 0.02
    page.shot("line")


def test_the_axes_told_are_those_of_the_canvas_at_every_moment(saved):
    page = saved(line_sweep())
    page.page.evaluate(
        """() => { window.ganSeen = [];
        const canvas = document.querySelector('canvas[data-drawn]'), look = () => {
          window.ganSeen.push([canvas.width / canvas.dataset.ratio, JSON.parse(canvas.dataset.axes).densities.box[2]]);
          requestAnimationFrame(look); };
        look(); }"""
    )
    for width in (1000, 900, 1050):
        page.page.set_viewport_size({"width": width, "height": 900})
        page.page.wait_for_function(f"() => Math.abs(window.ganSeen[window.ganSeen.length - 1][0] - {width}) < 40")
    margins = {round(whole - box) for whole, box in page.page.evaluate("window.ganSeen")}
    assert len(margins) == 1, margins


def test_the_curve_drawn_is_the_one_of_its_place(saved):
    result = line_sweep(probe=False)
    page = saved(result)
    for axis, keys, place in (("p", ["End"], (3, 4, 0)), ("s", ["ArrowRight"], (3, 4, 1)), ("t", ["Home"], (3, 0, 1))):
        page.key(axis, *keys)
        assert page.place() == place
        page.page.uncheck("[data-layer^='generated, 8 in 10']")
        page.settle()
        points = page.near(VERMILLION)
        steep = np.abs(np.gradient(curve_of(result, place, np.linspace(*WINDOW, POINTS)), 12 / (POINTS - 1)))
        calm = steep[np.rint((points[:, 0] + 3) / 12 * (POINTS - 1)).astype(int)] < 0.2
        gaps = np.abs(points[calm, 1] - curve_of(result, place, points[calm, 0]))
        assert calm.sum() > 40 and np.quantile(gaps, 0.98) < 0.02  # 1.3 high on 460 pixels: a line 2.5 thick


def test_training_time_and_seeds_are_scrubbed_too(saved):
    page = saved(line_sweep())
    page.key("p", "End")
    page.key("t", "Home")
    assert page.place() == (3, 0, 0) and abs(page.peak() + 2) < 0.35
    page.key("t", "ArrowRight", "ArrowRight")
    assert page.place() == (3, 2, 0) and abs(page.peak() - 2) < 0.35
    assert page.data("step") == "200"
    page.key("s", "ArrowRight", "ArrowRight")
    assert page.place() == (3, 2, 2)
    words = "() => document.querySelector('.gan-summary').textContent"
    page.page.wait_for_function(words + ".includes('seed 12. This run diverged')")
    assert np.all(page.near(VERMILLION)[:, 0] > 100) or len(page.near(VERMILLION)) == 0  # it has no curve


def test_words_say_what_is_shown_and_are_spoken_when_it_rests(saved):
    page = saved(line_sweep())
    page.key("p", "ArrowRight", "ArrowRight")
    page.page.wait_for_function("() => document.querySelector('.gan-summary').textContent.includes('mean: 2,')")
    words = page.page.inner_text(".gan-summary")
    found = re.fullmatch(
        r"data's mean: 2, step 400, seed 10\. Generated: mean (\S+) \(real 4\.00\), sd (\S+) \(real 0\.50\)\. "
        r"This run is good\. 2 of 3 seeds here are good \(67\u00a0%, 95\u00a0% interval 21\u00a0% to 94\u00a0%\)\.",
        words,
    )
    assert found and abs(float(found[1]) - 4) < 0.15 and abs(float(found[2]) - 0.5) < 0.1
    page.page.wait_for_function("(words) => document.querySelector('[role=status]').textContent === words", arg=words)
    assert page.page.get_attribute("[data-scrub=p]", "aria-valuetext") == "2"
    assert page.page.get_attribute("[data-scrub=t]", "aria-valuetext") == "step 400"
    label = page.page.get_attribute(".gan-strip", "aria-label")
    assert label == "Share of good seeds at step 400. 0: 0 of 3; 1: 1 of 3; 2: 2 of 3; 3: 3 of 3"


def test_a_reader_may_count_the_collapsed(saved):
    result = line_sweep()
    result = replace(result, collapsed=~result.good)
    counts = result.collapsed[:, -1].sum(-1)
    page = saved(result)
    page.page.select_option("[data-do=count]", "collapsed")
    page.settle()
    bars = np.array(json.loads(page.data("bars", ".gan-strip")))
    assert bars[:, 3] - bars[:, 1] == pytest.approx(64 * counts / 3)
    label = page.page.get_attribute(".gan-strip", "aria-label")
    assert label.startswith("Share of collapsed seeds at step 400. 0: ") and f"3: {counts[3]} of 3" in label
    words = f"'{counts[0]} of 3 seeds here are collapsed ('"
    page.page.wait_for_function(f"() => document.querySelector('.gan-summary').textContent.includes({words})")
    page.shot("collapsed")
    page.page.select_option("[data-do=count]", "good")
    page.settle()
    assert page.page.get_attribute(".gan-strip", "aria-label").startswith("Share of good seeds")


@pytest.mark.parametrize(("name", "words"), [("aylien_layers", "0.25 times the data's sd"), ("ring_rates", "8 modes")])
def test_a_sweep_that_ships_says_what_is_good(name, words):
    assert words in " ".join(pack(sweeps.load(name))[0]["scene"]["why"])


def test_bars_are_as_high_as_shares_and_stand_under_the_sliders_positions(saved):
    page = saved(line_sweep())
    bars = np.array(json.loads(page.data("bars", ".gan-strip")))
    heights = bars[:, 3] - bars[:, 1]
    np.testing.assert_allclose(heights, np.array([0, 1, 2, 3]) / 3 * heights[3])
    for position in range(4):  # the thumb's middle, as the browser draws it, is over the bar's
        page.key("p", "Home", *["ArrowRight"] * position)
        x = page.page.evaluate("() => document.querySelector('.gan-strip').getBoundingClientRect().left")
        middle = x + (bars[position, 0] + bars[position, 2]) / 2
        shot = Image.open(io.BytesIO(page.page.locator("[data-scrub=p]").screenshot())).convert("RGB")
        box = page.page.locator("[data-scrub=p]").bounding_box()
        blue = np.nonzero((np.abs(np.asarray(shot).astype(int) - BLUE).max(-1) < 30).sum(0) > 8)[0]
        thumb = blue[(blue > 5) & (blue < box["width"] - 5)]  # the ring of the focus is at the edges
        assert abs(box["x"] + thumb.mean() - middle) < 3


def test_a_bar_that_is_clicked_is_shown(saved):
    page = saved(line_sweep())
    bars = json.loads(page.data("bars", ".gan-strip"))
    page.page.locator(".gan-strip").click(position={"x": bars[2][0] + 3, "y": 40})
    page.settle()
    assert page.place() == (2, 4, 0) and page.page.input_value("[data-scrub=p]") == "2"


def test_one_draw_a_display_tick(saved):
    page = saved(line_sweep())
    drawn = page.page.evaluate(
        """async () => {
        const canvas = document.querySelector('canvas[data-drawn]'), input = document.querySelector('[data-scrub=t]');
        const tick = () => new Promise((done) => requestAnimationFrame(done)), seen = [];
        await tick(); await tick();
        for (let i = 0; i < 20; i++) {
          for (let k = 0; k < 5; k++) { input.value = (i + k) % 5; input.dispatchEvent(new Event('input')); }
          const before = Number(canvas.dataset.drawn);
          await tick();
          seen.push([Number(canvas.dataset.drawn) - before, Number(canvas.dataset.moment) === Number(input.value)]);
        }
        return seen; }"""
    )
    assert drawn == [[1, True]] * 20


def test_points_of_the_plane_move(saved):
    page = saved(plane_sweep())
    for position in range(3):
        middle = np.median(page.near(VERMILLION), 0)
        np.testing.assert_allclose(middle, (position, -position), atol=0.15)
        page.key("p", "ArrowRight")
    page.shot("plane")


def test_a_single_position_and_a_word_for_a_value(saved):
    result = replace(line_sweep(1, 1, 1), values=("the <plain> GAN",), label="</script><b>remedy")
    page = saved(result)
    assert page.page.is_disabled("[data-scrub=p]") and page.place() == (0, 0, 0)
    assert "</script><b>remedy: the <plain> GAN, step 0" in page.page.inner_text(".gan-summary")


def test_narrow_and_dark_and_sound_for_a_screen_reader(chromium, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    Scrubber(line_sweep()).html(tmp_path / "page.html")
    context = chromium.new_context(viewport={"width": 420, "height": 900}, color_scheme="dark", offline=True)
    page = Page(context.new_page()).open(tmp_path / "page.html")
    wide = page.page.evaluate("() => [document.body.scrollWidth, document.body.clientWidth]")
    assert wide[0] <= wide[1] + 1
    assert page.pixels()[0, 0].max() < 80 and len(page.near(VERMILLION)) > 100
    page.shot("narrow-dark")
    context.close()
    page = chromium.new_page()  # axe is put into the page, which its own rules forbid to a page like this one
    loose = re.sub("<meta http-equiv[^>]*>", "", (tmp_path / "page.html").read_text("utf-8"))
    page.set_content(loose)
    page.wait_for_selector(CANVAS)
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]
    page.close()


def test_saving_replaces_the_page_as_a_whole(tmp_path):
    scrubber, path = Scrubber(line_sweep()), tmp_path / "new" / "page.html"
    path.parent.mkdir()
    path.write_text("old")
    page = scrubber.html(path)
    assert path.read_text("utf-8") == page == scrubber.html() and [file.name for file in path.parent.iterdir()] == [
        "page.html"
    ]


# -- in JupyterLab


def test_in_jupyterlab_it_sends_nothing_and_outlives_its_kernel(jupyterlab, chromium):
    server = jupyterlab()
    folder = server.folder("scrubber")
    line_sweep().save(folder / "sweep.npz")
    code = "from gan_lessons.labs.scrubber import Scrubber\nfrom gan_lessons.sweeps.result import SweepResult\n\n"
    write_notebook(folder / "lab.ipynb", code + "Scrubber(SweepResult.load('sweep.npz'))")
    with server.page(chromium, folder, lab=Page) as page:
        assert_it_needs_no_kernel(page)


def assert_it_needs_no_kernel(page):
    run_all(page.page)
    page.page.evaluate("() => document.querySelector('.gan-scrubber').scrollIntoView()")
    page.page.wait_for_selector(CANVAS)
    page.page.wait_for_timeout(500)
    page.page.evaluate(
        """() => { window.ganSent = [];
        window.ganKernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        window.ganKernel.anyMessage.connect((_, {msg, direction}) => {
          const kind = msg.header.msg_type; // others are JupyterLab's own
          if (direction === 'send' && kind.startsWith('comm_')) window.ganSent.push(kind); }) }"""
    )
    page.key("p", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft")
    page.key("t", "Home", "End")
    page.key("s", "End", "Home")
    assert page.place() == (2, 4, 0) and abs(page.peak() - 4) < 0.35
    page.page.wait_for_timeout(500)
    assert page.page.evaluate("() => window.ganSent") == []
    page.page.evaluate("() => window.ganKernel.requestCommInfo({})")
    assert page.page.evaluate("() => window.ganSent") == ["comm_info_request"]  # so it would have been noticed
    page.shot("jupyterlab")
    page.page.evaluate("() => window.ganKernel.shutdown()")
    page.page.wait_for_timeout(500)
    page.key("p", "End", "ArrowLeft", "ArrowLeft")
    assert page.place() == (1, 4, 0) and abs(page.peak() - 2) < 0.35
    set_theme(page.page, "JupyterLab Dark")
    assert page.pixels()[0, 0].max() < 80 and page.pixels(".gan-strip")[0, 0].max() < 80
    page.shot("jupyterlab-dark")
