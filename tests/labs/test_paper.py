"""A lab's picture on paper: each kind of layer lies where its numbers say, and the caption says of what it is."""

import io
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from helpers.messages import kept
from helpers.players import RING, SMALL
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from PIL import Image

from gan_lessons.distributions.drawn import drawn
from gan_lessons.labs.compare import Compare
from gan_lessons.labs.paper.figure import figure, png
from gan_lessons.labs.paper.layers import ROOM
from gan_lessons.labs.paper.of_lab import caption
from gan_lessons.labs.scenes.charts import GENERATED, REAL
from gan_lessons.labs.scenes.images import DigitScene
from gan_lessons.recipes import toys
from gan_lessons.trainers.records import Snapshot


@pytest.fixture
def compared():
    labs = []

    def make(*sides):
        labs.append(Compare(*sides, name=f"compare {len(labs)}"))
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()


def paper(lab):
    return figure(lab.scene.spec, lab.film.frames)


def lines(axes, color, style="-"):
    """The points of all lines of a colour and a style, each (n, 2)."""
    found = [line for line in axes.lines if line.get_color() == color and line.get_linestyle() == style]
    return [line.get_xydata() for line in found]


def pixels(made):
    return np.asarray(Image.open(io.BytesIO(png(made))).convert("RGB"))


def words(made):
    """All that is written."""
    return [text.get_text() for axes in (made, *made.axes) for text in axes.texts]


def digits(scores=False, **numbers):
    """A scene of digits, and a film of two frames."""
    scene, film = DigitScene("a DCGAN", scores), []
    judge = SimpleNamespace(**({"score": 7.0, "fid": 3.0, "real_score": 9.8, "real_fid": 0.2} | numbers))
    for step in (0, 40):
        ink, one = np.linspace(-1, 1, 64 * 784).reshape(1, 64, 784), np.ones(1)
        snapshot = Snapshot(step, ink, {"D": one, "G": one}, one / 2, one / 3, -np.ones(1, int))
        film.append(({"step": step, "summary": "", "notice": ""}, (scene.frame(snapshot, judge)[0], b"")))
    return scene.spec, film


# -- where things lie


@pytest.mark.parametrize("name", list(toys.BY_NAME))
def test_the_picture_of_each_recipe_is_painted_without_a_warning(opened, name):
    lab = opened(toys.BY_NAME[name], 2)
    lab.advance(2)
    made = paper(lab)
    assert len(made.axes) == 4 + any(panel.get("bar") for panel in lab.scene.spec["panels"])
    assert all(len(axes.lines) + len(axes.images) for axes in made.axes)
    assert 0.02 < (pixels(made) < 250).mean() < 0.7
    assert {panel["title"] for panel in lab.scene.spec["panels"]} & set(words(made))


@pytest.mark.parametrize("scores", [False, True])
def test_digits_lie_in_their_rows_and_charts_have_the_floor(scores):
    spec, film = digits(scores)
    made = figure(spec, film)
    [sheet] = made.axes[0].images
    ink = 1 - np.asarray(sheet.get_array())[::-1].mean(-1)  # from the uppermost row
    assert ink.shape == (8 * 29 + 1,) * 2
    for digit in (0, 9, 63):
        top, left = 1 + 29 * (digit // 8), 1 + 29 * (digit % 8)
        expected = np.linspace(0, 1, 64 * 784)[784 * digit : 784 * (digit + 1)].reshape(28, 28)
        np.testing.assert_allclose(ink[top : top + 28, left : left + 28], expected * ink.max(), atol=0.01)
    np.testing.assert_allclose(lines(made.axes[3], GENERATED)[0], [[0, 7], [40, 7]])
    assert words(made).count("real") == 2
    assert ("log 4" in words(made)) is not scores


def test_what_was_not_measured_is_no_line():
    spec, film = digits(score=np.nan, fid=np.nan, real_score=np.nan, real_fid=np.nan)
    made = figure(spec, film)
    assert "real" not in words(made) and not np.isfinite(np.concatenate(lines(made.axes[3], GENERATED))).any()


def test_curves_and_lines_over_time_are_the_numbers_of_the_frames(opened):
    lab = opened(SMALL, 3)
    for _ in range(4):
        lab.advance(5)
    made, now = paper(lab), kept(lab)
    x = np.linspace(*SMALL.window, 200)
    np.testing.assert_allclose(lines(made.axes[0], GENERATED)[0], np.column_stack([x, now["generated"]]))
    top = now["top"] if "top" in now else made.axes[0].get_ylim()[1]
    d = lines(made.axes[0], "#767676")[0]
    np.testing.assert_allclose(d, np.column_stack([x, now["D"] * top]), rtol=1e-6)  # its axis is on the right, 0 to 1
    losses = lines(made.axes[1], "#767676")[0]
    expected = [[step, kept(lab, i)["d_loss"]] for i, step in enumerate((0, 5, 10, 15, 20)) if i]
    np.testing.assert_allclose(losses, expected, rtol=1e-6)


def test_mean_and_sd_of_generated_samples_have_their_colour_and_the_datas_have_theirs(opened):
    lab = opened(SMALL, 1)
    lab.advance(5)
    made, now = paper(lab), kept(lab)
    chart = made.axes[3]
    np.testing.assert_allclose(lines(chart, GENERATED)[0][-1], [5, now["mean"]], rtol=1e-6)
    blue = [line.get_ydata()[0] for line in chart.lines if line.get_color() == REAL]
    np.testing.assert_allclose(blue, [now["real_mean"], now["real_sd"]], rtol=1e-6)


def test_the_plane_has_its_points_and_its_heat_map_where_they_belong(opened):
    lab = opened(RING, 1)
    lab.advance(20)
    made, now = paper(lab), kept(lab)
    plane, seen = made.axes[0], pixels(paper(lab))
    for name, color in (("real", REAL), ("fake", GENERATED)):
        points = now[name][(np.abs(now[name]) < 4).all(-1)]
        np.testing.assert_allclose(lines(plane, color, "None")[0], points)
    inside = now["fake"][(np.abs(now["fake"]) < 1.9).all(-1)]
    columns, rows = plane.transData.transform(inside).T.round().astype(int)
    near = np.abs(seen[seen.shape[0] - 1 - rows, columns] - 255 * np.array(to_rgb(GENERATED))).max(-1) < 12
    assert near.mean() > 0.8  # some lie below others, or below an arrow
    heat, p = np.asarray(plane.images[0].get_array()), now["D"].reshape(40, 40)
    sure = np.abs(p - 0.5) > 0.01
    assert ((heat[..., 2] > heat[..., 0]) == (p > 0.5))[sure].all() and sure.any()


def test_in_a_clump_stands_one_arrow(opened):
    lab = opened(RING, 1)
    lab.advance(20)
    made, spec = paper(lab), lab.scene.spec
    now = kept(lab)
    width = made.axes[0].get_window_extent().width
    [arrows] = [
        found for found in made.axes[0].collections if isinstance(found, LineCollection) and found.get_alpha() is None
    ][:1]
    starts = np.array([path.vertices[0] for path in arrows.get_paths()[::2]])
    places = {tuple(place) for place in ((starts + 2) * width / 4 // ROOM).astype(int)}
    assert len(places) == len(starts) > 0
    long = np.hypot(*now["push"].T) * width / 4 > 0.5
    wanted = {tuple(place) for place in ((now["fake"][:100][long] + 2) * width / 4 // ROOM).astype(int)}
    assert places == wanted and spec["panels"][0]["id"] == "plane"


@pytest.mark.parametrize(("peak", "said"), [(40, ["peak 40 is cut off"]), (0.1, [])])
def test_a_peak_that_is_cut_off_is_told(opened, peak, said):
    lab = opened(SMALL, 1)
    header, (_, still) = lab.film.frames[-1]
    values = kept(lab) | {"generated": np.where(np.arange(200) == 50, peak, 0)}
    made = figure(lab.scene.spec, [(header, (lab.scene.moving.pack(values), still))])
    assert [text for text in words(made) if "peak" in text] == said


@pytest.mark.parametrize("recipe", [RING, SMALL])
def test_a_frame_without_numbers_is_painted_with_its_notice(opened, recipe):
    lab = opened(recipe, 1)
    header, (_, still) = lab.film.frames[-1]
    nothing = lab.scene.moving.pack({"top": 1.0} if recipe is SMALL else {})
    made = figure(lab.scene.spec, [(header | {"notice": "Run 1 diverged"}, (nothing, still))])
    assert "Run 1 diverged" in words(made)
    pixels(made)


# -- files


def test_a_small_picture_and_files(opened, tmp_path):
    lab = opened(RING, 1)
    for _ in range(30):
        lab.advance(2)
    small = lab.picture_png()
    image = Image.open(io.BytesIO(small))
    assert image.width == 900 and len(small) < 150_000
    assert image.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    old = tmp_path / "ring.png"
    old.write_text("an old one")
    assert lab.save_picture(old) == old
    with Image.open(old) as file:
        assert file.width == 1800 and file.info["Title"] == caption(lab)
    drawing = lab.save_picture(tmp_path / "ring.svg").read_bytes()
    assert len(drawing) < 500_000
    said = [node.text for node in ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")]
    assert caption(lab) in said and "loss of D (solid) and of G (dashed)" in said
    assert lab.save_picture(tmp_path / "ring.svg").read_bytes() == drawing
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ring.png", "ring.svg"]


def test_drawings_of_several_threads_are_what_they_are_alone_and_matplotlibs_settings_stay(opened, monkeypatch):
    labs, known = [opened(RING, 1), opened(SMALL, 1)], dict(matplotlib.rcParams)
    alone = [lab.picture_file(".svg") for lab in labs]
    with ThreadPoolExecutor(4) as pool:
        together = [list(pool.map(lambda lab: lab.picture_file(".svg"), 2 * labs)) for _ in range(2)]
    assert together == 2 * [2 * alone] and dict(matplotlib.rcParams) == known
    draw, width = FigureCanvasSVG.print_svg, matplotlib.rcParams["lines.linewidth"]

    def meanwhile(self, *given, **more):  # a cell sets something of its own while a lab draws
        matplotlib.rcParams["lines.linewidth"] = 7.0
        return draw(self, *given, **more)

    monkeypatch.setattr(FigureCanvasSVG, "print_svg", meanwhile)
    monkeypatch.setitem(matplotlib.rcParams, "lines.linewidth", width)
    labs[0].picture_file(".svg")
    assert matplotlib.rcParams["lines.linewidth"] == 7.0
    assert matplotlib.rcParams["svg.fonttype"] == known["svg.fonttype"]


@pytest.mark.parametrize("name", ["ring.pdf", "ring", "ring.png.jpg"])
def test_other_kinds_of_files_are_refused(opened, tmp_path, name):
    with pytest.raises(ValueError, match=rf"path must be a name that ends in .png or .svg, not .*{name}"):
        opened(RING, 1).save_picture(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_closed_lab_has_no_picture(opened, tmp_path):
    lab = opened(RING, 1)
    lab.close()
    for ask in (lab.picture_png, lambda: lab.save_picture(tmp_path / "ring.png")):
        with pytest.raises(ValueError, match="is closed"):
            ask()


def test_no_frame_is_no_picture(opened):
    with pytest.raises(ValueError, match="frames must be one frame or more"):
        figure(opened(RING, 1).scene.spec, [])


# -- captions


def test_the_caption_names_seed_step_and_what_differs(opened):
    lab = opened(toys.ring, 1, seed=7)
    lab.advance(3)
    assert caption(lab) == "ring: seed 7, step 3."
    lab = opened(replace(toys.ring, d_optimizer=replace(toys.ring.d_optimizer, lr=0.25)), 3)
    lab.set("run", 2)
    assert caption(lab) == "ring with D's learning rate 0.25: run 2 of 3, seed 1, step 0."
    lab.advance(12)
    lab.set("g_lr", 0.125)
    assert caption(lab) == (
        "ring with D's learning rate 0.25, G's learning rate 0.125: run 2 of 3, seed 1, step 12. "
        "These are the settings of now: some were changed on the way."
    )


def test_the_caption_of_a_drawing_and_of_what_no_slider_sets(opened):
    points = [[0.0, 0.0], [1.0, 1.0]] * 4
    assert caption(opened(replace(RING, name="ring", data=drawn(points, RING.window)), 1)).startswith("ring with ")
    own = replace(toys.ring, window=(-3.0, 3.0))
    assert caption(opened(own, 1)) == "ring with another window: seed 0, step 0."
    assert caption(opened(replace(own, name="mine"), 1)) == "mine: seed 0, step 0."


def test_sides_are_titled_by_what_differs(compared):
    lab = compared(toys.ring, {"d_lr": 0.25}, {"loss": "hinge"}, toys.ring)
    lab.advance(2)
    assert caption(lab) == "ring: seed 0, step 2. A: ring. B: D's learning rate 0.25. C: loss hinge. D: as A."
    made = Image.open(io.BytesIO(lab.picture_png()))
    assert made.width == 900 and len(lab.picture_png()) < 400_000
    lab.set("side", "A")
    lab.set("g_lr", 0.125)
    assert "A: G's learning rate 0.125. B: " in caption(lab)
