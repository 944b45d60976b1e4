"""The painter in a page: all of its words can be read, and on paper panels, ranges and ticks are where it has them."""

import io
import json

import numpy as np
import pytest
from helpers.messages import kept
from helpers.players import RING, SMALL, varied
from PIL import Image

from gan_lessons.distributions.images import Handwritten
from gan_lessons.labs.compare import Compare
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.paper import figure as paper
from gan_lessons.labs.paper import scales
from gan_lessons.labs.scenes.images import DigitScene
from gan_lessons.labs.scrubber import _SWEEP
from gan_lessons.labs.stage import source
from gan_lessons.plots.picture import Picture, canvas
from gan_lessons.recipes import digits

HEIGHT = 500
DIGITS = varied(digits.lean_dcgan, {"width": 4}, {"width": 4}, batch=8, data=Handwritten(first=500))
PAINT = f"(code, ...told) => new Function('...told', {json.dumps(source(*_SWEEP.js))} + code)(...told)"
# Draws a scene on a canvas: [each panel's box and ranges, [level words, left, right, y], where lines begin].
DRAW = """
const [scene, frame, width, height] = told, painter = new Painter(document.createElement("canvas"));
const said = [], begun = [];
painter.fit(width, height, false);
const { fillText, moveTo } = CanvasRenderingContext2D.prototype, proto = CanvasRenderingContext2D.prototype;
proto.fillText = function (words, x, y) {
  const wide = this.measureText(words).width, left = x - { left: 0, center: 0.5, right: 1 }[this.textAlign] * wide;
  if (!this.getTransform().b) said.push([words, left, left + wide, y]);
};
proto.moveTo = function (x, y) { begun.push([x, y]); };
const axes = painter.draw(scene, frame, [frame], { ink: "#000000", paper: "#ffffff", off: new Set() });
Object.assign(proto, { fillText, moveTo });
return [axes, said, begun];
"""


@pytest.fixture(scope="module")
def ask(chromium):
    """Asks the painter in a page: ask(code, *values)."""
    page = chromium.new_page()
    yield lambda code, *told: page.evaluate(f"(asked) => ({PAINT})(...asked)", [code, *told])
    page.close()


@pytest.mark.parametrize("kind", ["line", "plane", "compare"])
def test_boxes_and_ranges_are_those_of_the_canvas(ask, kind):
    make = {"line": lambda: Lab(SMALL, runs=2), "plane": lambda: Lab(RING, runs=1)}
    lab = make.get(kind, lambda: Compare(RING, {"d_lr": 0.3}, {"loss": "hinge"}))()
    for _ in range(4):
        lab.advance(3)
    spec, frames = lab.scene.spec, lab.film.frames
    lab_film = [{"step": h["step"], "values": _plain(kept(lab, i))} for i, (h, _) in enumerate(frames)]
    lab.close()
    code = """const [spec, film, width, height] = told, painter = Object.create(Painter.prototype);
    const rows = new Map(spec.panels.map((panel) => [panel.box[1], 1]));
    Object.assign(painter, { width, height, tall: false, ratio: 1, rows });
    return spec.panels.map((panel) => {
      const axes = new Axes(panel, painter.box(panel), film[film.length - 1], film, panel.y2);
      return [axes.box, axes.x, axes.y] });"""
    spec = spec | {"panels": [panel | {"title": "", "cells": None} for panel in spec["panels"]]}
    found = ask(code, {"panels": spec["panels"]}, lab_film, paper.WIDTH, HEIGHT)
    boxes, _ = paper._boxes(spec["panels"], HEIGHT, 0)
    film = {name: np.array([one["values"][name][0] for one in lab_film], float) for name in _numbers(spec)}
    for panel, box, there in zip(spec["panels"], boxes, found, strict=True):
        np.testing.assert_allclose(np.subtract(box, [paper.EDGE, 0, 0, 0]), there[0], atol=1e-9, err_msg=panel["id"])
        np.testing.assert_allclose(scales.across(panel, [h["step"] for h, _ in frames]), there[1])
        np.testing.assert_allclose(scales.upwards(panel, film), there[2], rtol=1e-6)


def _plain(values):
    return {name: value.ravel().tolist() if value.ndim else [float(value)] for name, value in values.items()}


def _numbers(spec):
    return [name for name, one in spec["arrays"]["moving"].items() if not one["shape"]]


def test_ticks_and_their_words_are_those_of_the_canvas(ask):
    draw = np.random.default_rng(0)
    spans = [(low, low + wide) for low, wide in zip(draw.normal(size=60), 10 ** draw.uniform(-2, 5, 60), strict=True)]
    spans += [(0, 1), (-2, 2), (0, 0.72), (0, 20_000), (1, 10.6), (0, 5)]
    for low, high in spans:
        count = draw.uniform(0.5, 9)
        code = "return ticks(...told).map((value) => [value, text(value)]);"
        here = [[value, scales.text(value)] for value in scales.ticks(low, high, count)]
        assert here == ask(code, low, high, count), (low, high, count)


def test_the_axis_of_steps_ends_where_that_of_the_canvas_ends(ask):
    for last in (0, 7, 10, 11, 99, 100, 119, 1201, 15_000, 79_999):
        there = ask("return Axes.steps([{ step: told[0] }]);", last)
        assert scales.across({"x": {"range": None}}, [last])[1] == pytest.approx(there)


SHEET = """
const [scene, frame] = told, canvas = document.createElement("canvas"), painter = new Painter(canvas);
painter.fit(900, 432, false);
const axes = painter.draw(scene, frame, [frame], { ink: "#000000", paper: "#ffffff", off: new Set() });
const [x, y, w, h] = axes.sheet.box, ctx = canvas.getContext("2d");
const places = Array.from({ length: 8 }, (_, i) => (i + 0.5) / 8);
const at = (right, down) => [...ctx.getImageData(x + right * w, y + down * h, 1, 1).data].slice(0, 3);
return places.flatMap((down) => places.map((right) => at(right, down)));
"""


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 32, 32), (3, 64, 64)], ids=str)
def test_pictures_stand_on_the_canvas_in_their_own_colours(ask, shape):
    scene = DigitScene("pictures", False, int(np.prod(shape)), digits=False)
    colours = np.random.default_rng(0).integers(0, 256, (64, shape[0]))
    bytes_ = np.broadcast_to(colours[:, :, None], (64, shape[0], shape[1] ** 2)).ravel().tolist()
    found = ask(SHEET, scene.spec, {"step": 0, "values": {"pixels": bytes_}, "notice": ""})
    light = colours if shape[0] == 3 else np.repeat(255 - colours, 3, 1)
    assert np.abs(np.array(found) - light).max() <= 1


# -- words and arrows on the canvas


def drawn(ask, lab, width=900, height=432, **values):
    """What DRAW gives of the newest frame of a lab, with other values if need be."""
    now = kept(lab) | {name: np.asarray(value) for name, value in values.items()}
    frame = {"step": lab.film.frames[-1][0]["step"], "values": _plain(now), "notice": ""}
    return *ask(DRAW, lab.scene.spec, frame, width, height), now


@pytest.fixture(scope="module")
def labs():
    made = {"line": Lab(SMALL, runs=2, name="line"), "plane": Lab(RING, runs=1, name="plane")}
    made["digits"] = Lab(DIGITS, name="digits")
    for lab in made.values():
        lab.advance(3)
    yield made
    for lab in made.values():
        lab.close()


@pytest.mark.parametrize("kind", ["line", "plane", "digits"])
@pytest.mark.parametrize("width", [700, 1100])
def test_no_words_are_clipped_and_none_for_a_line_lies_on_its_curves(ask, labs, kind, width):
    axes, said, _, _ = drawn(ask, labs[kind], width)
    assert all(left >= 0 and right <= width - 1 for _, left, right, _ in said), said
    beside = [(left, y) for words, left, _, y in said if words in ("log 4", "log 2", "guess", "real", "mean", "sd")]
    for left, y in beside:
        inside = [x <= left <= x + w and top <= y <= top + h for x, top, w, h in (one["box"] for one in axes.values())]
        assert not any(inside)
    assert len(beside) == {"line": 5, "plane": 3, "digits": 3}[kind]


def test_the_numbers_of_an_axis_leave_room_for_its_name(ask, labs):
    axes, said, _, _ = drawn(ask, labs["digits"], 700, fid_top=2000.0)
    x, _, _, _ = axes["fid"]["box"]
    [left] = [left for words, left, right, _ in said if words == "2000" and right < x]
    assert left > x - 50 + 7  # the name is around x - 50, half of its letters to the right


def test_in_a_clump_the_canvas_has_one_arrow(ask, labs):
    middle = np.full(900, 0.5)
    axes, _, begun, now = drawn(ask, labs["plane"], fake=middle, push=np.full(200, 0.3), lattice=np.full(800, np.nan))
    x, y, w, h = axes["plane"]["box"]
    at = [x + w * 2.5 / 4, y + h * 1.5 / 4]
    shafts = [start for start in begun if np.allclose(start, at)]
    assert len(shafts) == 1 and np.isfinite(now["fake"]).all()


@pytest.mark.parametrize(("peak", "said"), [(40.0, ["peak 40 is cut off"]), (0.1, [])])
def test_the_canvas_tells_a_peak_that_is_cut_off(ask, labs, peak, said):
    values = np.where(np.arange(200) == 50, peak, 0)
    _, words, _, _ = drawn(ask, labs["line"], generated=values)
    assert [text for text, *_ in words if "peak" in text] == said


def test_titles_of_a_frame_take_the_place_of_the_scenes(ask):
    lab = Compare(RING, {"d_lr": 0.3})
    frame = {"step": 0, "values": _plain(kept(lab)), "summary": "", **lab.film.frames[-1][0]}
    spec = lab.scene.spec
    lab.close()
    code = """const [scene, frame] = told, picture = new Picture(document.body, scene);
    document.body.append(...picture.parts);
    const said = [], { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (words) { said.push(words); };
    picture.draw(frame, [frame]);
    picture.draw({ ...frame, titles: { ...frame.titles, "side B": "B: as A" } }, [frame]);
    CanvasRenderingContext2D.prototype.fillText = fillText;
    picture.close(); document.body.replaceChildren();
    return said;"""
    said = ask(code, spec, frame)
    assert "B: D's learning rate 0.3" in said and said.index("B: as A") > said.index("B: D's learning rate 0.3")
    assert "B" not in said


def test_letters_are_13_pixels(ask):
    assert ask("return FONT;").startswith("13px")


@pytest.mark.parametrize(("word", "of"), [("good", "shares"), ("collapsed", "collapsed")])
@pytest.mark.parametrize("width", [500, 900])
def test_all_bars_with_words_have_their_label(ask, width, word, of):
    names = [f"remedy number {i}{', with more words' * (i % 3)}" for i in range(11)]
    spec = {"values": names, "steps": [0], of: [[[1, 2, 0.1, 0.9]] * 11]}
    code = """const [spec, width, p, word] = told, strip = new Strip(spec, () => 0);
    strip.draw({ p, t: 0 }, width - 90, width, { ink: "#000000", paper: "#ffffff" }, word);
    return [JSON.parse(strip.canvas.dataset.told), strip.canvas.height];"""
    for p in (0, 5, 10):
        told, height = ask(code, spec, width, p, word)
        assert sorted(told) == list(range(11)) and height == ask(code, spec, width, 0, word)[1]
    told, height = ask(code, spec | {"values": [10.0**i for i in range(-11, 0)]}, width, 3, word)
    assert 3 in told and height == 98


# -- figures of Matplotlib in a dark notebook


@pytest.mark.parametrize(("theme", "paper"), [("true", (240, 255)), ("false", (0, 40))])
def test_figures_are_as_light_as_the_notebook(chromium, theme, paper):
    figure, ax = canvas()
    ax.plot([0, 1], color="#D55E00", lw=40)
    page = chromium.new_page()
    page.set_content(f"<body data-jp-theme-light={theme}>{Picture(figure, 'a line')._repr_html_()}</body>")
    page.locator("img").evaluate("(image) => image.decode()")
    seen = np.asarray(Image.open(io.BytesIO(page.locator("img").screenshot())).convert("RGB")).astype(int)
    page.close()
    assert paper[0] <= seen[5, 5].min() <= seen[5, 5].max() <= paper[1]
    middle = seen[seen.shape[0] // 2, seen.shape[1] // 2]
    assert middle[0] > middle[1] > middle[2], "the line is orange"
