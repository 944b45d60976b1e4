"""A blitted frame equals a full draw; files hold all frames; a failed write leaves the old file alone."""

import base64
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gan_lessons import animation
from gan_lessons.animation import writers
from gan_lessons.trainers.records import History

X = np.linspace(-4, 8, 61)
REAL = np.exp(-((X - 3) ** 2) / 2) / np.sqrt(2 * np.pi)
T = 6

needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None and not os.environ.get("CI"), reason="ffmpeg is not installed"
)


def made_up(runs=4):
    """A film whose generator wanders from 0 to 5, collapses at last, and whose run 1 diverges at step 25."""
    rng = np.random.default_rng(0)
    width = np.array([2, 1.5, 1, 1, 0.5, 0])[:, None, None, None]
    samples = np.arange(T)[:, None, None, None] + width * rng.normal(size=(T, runs, 50, 1))
    probe = 1 / (1 + np.exp(rng.normal(size=(T, runs, 1)) * np.linspace(-4, 8, 31)))
    diverged = np.full((T, runs), -1)
    diverged[3:, 1] = 25
    samples[3:, 1] = probe[3:, 1] = np.nan
    flat = np.full((T, runs), 0.5)
    settings = {"grid": [-4, 8, 31]}
    return History(np.arange(T) * 10, samples, {"D": flat, "G": flat}, flat, flat, diverged, {"D": probe}, settings)


def film(run=0, **more):
    return animation.Film(made_up(), REAL, X, run, **{"size": (4, 3), "dpi": 60} | more)


def full_draw(one, place):
    figure = Figure(one.size, dpi=one.dpi, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    one.draw(figure.add_subplot(), one.history[place])
    canvas.draw()
    return np.array(canvas.buffer_rgba())


@pytest.mark.slow
@pytest.mark.parametrize("run", [0, 1])
def test_each_blitted_frame_equals_a_full_draw(run):
    one = film(run)
    images = list(one.frames())
    assert len(images) == T
    assert images[0].dtype == np.uint8
    assert images[0].shape == (180, 240, 4)
    for place, image in enumerate(images):
        assert np.array_equal(image, full_draw(one, place)), place
    assert len({image.tobytes() for image in images}) == T


@pytest.mark.slow
def test_a_film_can_be_drawn_twice_and_from_one_run():
    one = film()
    assert all(np.array_equal(a, b) for a, b in zip(one.frames(), one.frames(), strict=True))
    alone = animation.Film(made_up().run(2), REAL, X)
    assert len(list(alone.frames())) == T
    assert "one run" in alone.alt()


def test_frames_takes_any_drawing_and_leaves_the_figure_drawable():
    figure = Figure((2, 2), dpi=50)
    (line,) = figure.add_subplot().plot([0, 1], [0, 1], zorder=5)
    figure.axes[0].set_ylim(-1, 7)

    def update(snapshot):
        line.set_ydata([snapshot.step / 10, 3])
        return [line]

    images = list(animation.frames(made_up(), figure, update))
    figure.canvas.draw()
    assert len(images) == T
    assert np.array_equal(images[-1], np.array(figure.canvas.buffer_rgba()))


def test_a_gif_holds_every_frame(tmp_path):
    path = film().gif(tmp_path / "film.gif", fps=20)
    with Image.open(path) as picture:
        assert picture.n_frames == T
        assert picture.info["duration"] == 50
        assert picture.info["loop"] == 0
        for place, image in enumerate(film().frames()):
            picture.seek(place)
            shown = np.asarray(picture.convert("RGB"), int)
            assert np.abs(shown - image[..., :3]).mean() < 2  # 256 colours
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.gif"]


@needs_ffmpeg
def test_an_mp4_holds_every_frame_also_of_odd_size(tmp_path):
    images = [image[:-1, :-1] for image in film().frames()]
    path = animation.save_mp4(tmp_path / "film.mp4", images, fps=10)
    assert path.read_bytes()[4:8] == b"ftyp"
    if shutil.which("ffprobe"):
        ask = ["-count_frames", "-show_entries", "stream=nb_read_frames,width,height,r_frame_rate", "-of", "json"]
        said = subprocess.run(["ffprobe", "-v", "error", *ask, path], capture_output=True, check=True).stdout
        (stream,) = json.loads(said)["streams"]
        assert stream == {"nb_read_frames": str(T), "width": 240, "height": 180, "r_frame_rate": "10/1"}


@needs_ffmpeg
def test_an_mp4_of_three_colours_has_those_colours_and_all_frames(tmp_path):
    images = [np.full((64, 64, 3), (200, 40, 40), np.uint8)] * 5
    path = animation.save_mp4(tmp_path / "film.mp4", images, fps=10)
    shown = ["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(shown, capture_output=True, check=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, 64, 64, 3)
    assert len(frames) == 5 and np.abs(frames.astype(int) - (200, 40, 40)).max() < 12


@needs_ffmpeg
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is full is at hand")
def test_a_full_disk_leaves_the_old_film(tmp_path, monkeypatch):
    class Full:
        name = "/dev/full"

    @contextlib.contextmanager
    def onto_a_full_disk(path):
        yield Full

    monkeypatch.setattr(writers, "replacing", onto_a_full_disk)
    rng = np.random.default_rng(0)
    with pytest.raises(RuntimeError, match="ffmpeg failed"):
        animation.save_mp4(tmp_path / "film.mp4", [rng.integers(0, 255, (200, 200, 4), np.uint8) for _ in range(9)])


UNLIKE = {
    "uint8.*float64": [np.zeros((4, 4, 3))],
    r"uint8.*\(4, 4\)": [np.zeros((4, 4), np.uint8)],
    r"all of one shape.*\(4, 6, 3\)": [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 6, 3), np.uint8)],
}


@pytest.mark.parametrize("words", UNLIKE)
@pytest.mark.parametrize("save", [animation.save_gif, animation.save_mp4])
def test_images_that_are_none_or_unlike_are_refused(save, words, tmp_path):
    path = tmp_path / ("film.gif" if save is animation.save_gif else "film.mp4")
    with pytest.raises(ValueError, match=rf"^images must be .*{words}"):
        save(path, UNLIKE[words])
    assert not path.exists()


@needs_ffmpeg
def test_a_film_writes_an_mp4(tmp_path):
    assert film().mp4(tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.seen = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def of(self, name):
        return [attrs for tag, attrs in self.seen if tag == name]


def _film_data(text):
    return json.loads(re.search(r"film = ({.*});", text)[1])


def test_the_player_holds_everything_and_links_to_nothing():
    text = film().html(fps=8)
    data = _film_data(text)
    assert data["labels"] == [f"step {step}" for step in range(0, 60, 10)]
    assert data["fps"] == 8
    assert len(data["frames"]) == T
    for frame, image in zip(data["frames"], film().frames(), strict=True):
        shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(frame))).convert("RGB"), int)
        assert np.abs(shown - image[..., :3]).mean() < 2
    bare = re.sub(r"[A-Za-z0-9+/=]{200,}", "", text)  # chance may write any short word in base64
    assert len(bare) < 4000
    assert "http" not in bare
    assert "//" not in re.sub(r"//  ?\w", "", bare)


def test_the_player_can_be_used_without_seeing_it():
    tags = Tags(film().html())
    (image,), (slider,), (group,) = tags.of("img"), tags.of("input"), tags.of("div")
    assert "4" in image["alt"]
    assert "D*" in image["alt"]
    assert group["aria-label"] == image["alt"]
    assert slider["type"] == "range"
    assert slider["max"] == str(T - 1)
    assert slider["aria-label"]
    assert group["tabindex"] == "0"
    assert image["src"].startswith("data:image/png;base64,")


def test_words_from_outside_stay_words(tmp_path):
    images, bad = list(film().frames())[:1], '"><script>alert(1)</script>'
    text = animation.to_html(images, alt=bad, labels=[bad])
    tags = Tags(text)
    assert len(tags.of("script")) == 1
    assert tags.of("img")[0]["alt"] == bad
    assert _film_data(text)["labels"] == [bad]
    page = animation.save_html(tmp_path / "page.html", text, bad).read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert len(Tags(page).of("script")) == 1


def test_a_film_writes_a_page(tmp_path):
    assert _film_data(film().page(tmp_path / "film.html", fps=5).read_text(encoding="utf-8"))["fps"] == 5


def _broken():
    yield from list(film().frames())[:2]
    raise OSError("the disk is full")


@pytest.mark.parametrize("suffix", ["gif", pytest.param("mp4", marks=needs_ffmpeg)])
def test_a_failed_write_leaves_the_old_file(tmp_path, suffix):
    path = tmp_path / f"film.{suffix}"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="disk is full"):
        getattr(animation, f"save_{suffix}")(path, _broken())
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_missing_ffmpeg_is_named_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"ffmpeg.*apt install ffmpeg"):
        film().mp4(tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for ffmpeg")
def test_a_failing_ffmpeg_says_why_and_leaves_the_old_file(tmp_path, monkeypatch):
    programs, path = tmp_path / "bin", tmp_path / "film.mp4"
    programs.mkdir()
    (programs / "ffmpeg").write_text("#!/bin/sh\necho no such encoder >&2\nexit 3\n")
    (programs / "ffmpeg").chmod(0o755)
    path.write_bytes(b"old")
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(RuntimeError, match="code 3: no such encoder"):
        animation.save_mp4(path, [np.zeros((900, 900, 4), np.uint8)] * 3)
    assert path.read_bytes() == b"old"


REFUSED = {
    "run must be from 0 to 3.*not 4": lambda: film(4),
    "run must be a whole number.*not -1": lambda: film(-1),
    "run must be a whole number.*not True": lambda: film(True),
    "real_density must be of the shape of x": lambda: animation.Film(made_up(), REAL[1:], X),
    "fps must be.*0.1 to 50, not 0": lambda: film().gif("film.gif", 0),
    "fps must be.*0.1 to 50, not 60": lambda: film().gif("film.gif", 60),
    "fps must be.*not nan": lambda: film().mp4("film.mp4", float("nan")),
    "fps must be.*not -3": lambda: film().html(-3),
    "fps must be.*not '12'": lambda: film().html("12"),
    "path must be a name that ends in .gif, not 'film.mp4'": lambda: film().gif("film.mp4"),
    "path must be a name that ends in .mp4, not 'film'": lambda: film().mp4("film"),
    "path must be a name that ends in .html, not 'film.gif'": lambda: film().page("film.gif"),
    "images must be at least one": lambda: animation.save_gif("film.gif", []),
    "images must be at least one image": lambda: animation.to_html([], alt="a film"),
    "alt must be a text": lambda: animation.to_html(film().frames(), alt=" "),
    "labels must be one for each of the 6": lambda: animation.to_html(film().frames(), alt="a film", labels=["a"]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_bad_input_is_refused_by_name(message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        REFUSED[message]()
    assert not list(tmp_path.iterdir())
