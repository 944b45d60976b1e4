"""From a `History` and a drawing function to frames, and from frames to a GIF, an MP4 or a page that plays.

Frames are fast because what stands still is drawn once and copied (blitting). A file is written beside its
name and then renamed, so a failed or interrupted write leaves the old file as it was.
"""

import base64
import html
import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gan_lessons.errors import number, refuse, whole
from gan_lessons.plots import Drawn, draw_scene
from gan_lessons.records import History, Snapshot, replacing


def frames(history: History, figure: Figure, update: Callable[[Snapshot], Iterable[Artist]]) -> Iterator[np.ndarray]:
    """One image (height, width, 4) uint8 a snapshot, drawn into `figure` by blitting.

    update(snapshot) draws a snapshot and returns the artists that it moves, for example `drawn.moving.values()`.
    All else (limits, ticks, legends) stays as the first snapshot left it."""
    canvas, still, artists = FigureCanvasAgg(figure), None, ()
    try:
        for snapshot in (history[place] for place in range(len(history))):
            artists = _in_drawing_order(figure, update(snapshot))
            for artist in artists:
                artist.set_animated(True)
            if still is None:
                canvas.draw()
                still = canvas.copy_from_bbox(figure.bbox)
            canvas.restore_region(still)
            for artist in artists:
                artist.axes.draw_artist(artist)
            yield np.array(canvas.buffer_rgba())
    finally:
        for artist in artists:
            artist.set_animated(False)


@dataclass(frozen=True, eq=False)
class Film:
    """The film of `plots.draw_scene`: densities, D and D* from snapshot to snapshot.

    real_density: (n,), the real data's density at x (n,). run: the one drawn as a line. size: inches; dpi: dots an
    inch. D is taken from the history's probe "D" on its setting "grid" = [low, high, n], where both are there.
    Raises ValueError if there is no such run."""

    history: History
    real_density: np.ndarray
    x: np.ndarray
    run: int = 0
    size: tuple[float, float] = (6.4, 4.2)
    dpi: int = 100

    def __post_init__(self):
        runs = self.history.d_loss[0].size
        if whole("run", self.run, 0) >= runs:
            refuse("run", self.run, f"from 0 to {runs - 1}, for this history has {runs} runs")
        if np.shape(self.real_density) != np.shape(self.x):
            refuse("real_density", np.shape(self.real_density), f"of the shape of x, {np.shape(self.x)}")

    def frames(self) -> Iterator[np.ndarray]:
        """One image (height, width, 4) uint8 a snapshot, on a figure of its own."""
        figure = Figure(self.size, dpi=self.dpi, layout="constrained")
        ax, drawn = figure.add_subplot(), None

        def update(snapshot: Snapshot) -> Iterable[Artist]:
            nonlocal drawn
            drawn = self.draw(ax, snapshot, drawn)
            return drawn.moving.values()

        return frames(self.history, figure, update)

    def draw(self, ax, snapshot: Snapshot, artists: Drawn | None = None) -> Drawn:
        """Draws one snapshot as this film does."""
        grid = self.history.settings.get("grid")
        grid = None if grid is None else np.linspace(grid[0], grid[1], int(grid[2]))
        return draw_scene(ax, snapshot, self.real_density, self.x, self.run, artists, grid=grid)

    def alt(self) -> str:
        """What the film shows, in words, for those who cannot see it."""
        steps, runs = self.history.steps, self.history.d_loss[0].size
        which = f"run {self.run} of {runs}" if runs > 1 else "one run"
        return (
            f"A GAN's training, {which}, from step {steps[0]:,} to {steps[-1]:,} in {len(steps)} pictures: "
            "the densities of the real and of the generated data, D's output, and D*, the best that any D could answer."
        )

    def gif(self, path: str | Path, fps: float = 12) -> Path:
        """Writes a GIF; see `save_gif`."""
        return save_gif(path, self.frames(), fps)

    def mp4(self, path: str | Path, fps: float = 24) -> Path:
        """Writes an MP4; see `save_mp4`."""
        return save_mp4(path, self.frames(), fps)

    def html(self, fps: float = 12) -> str:
        """A player to put into a page or a notebook (`IPython.display.HTML`); see `to_html`."""
        return to_html(self.frames(), fps, self.alt(), [f"step {step:,}" for step in self.history.steps])

    def page(self, path: str | Path, fps: float = 12) -> Path:
        """Writes the player as a page of its own; see `save_html`."""
        return save_html(path, self.html(fps), "A GAN's training")


def save_gif(path: str | Path, images: Iterable[np.ndarray], fps: float = 12) -> Path:
    """Writes images (height, width, 3 or 4) as a GIF that repeats for ever; equal neighbours become one longer frame.

    fps: .1 to 50; a GIF's clock counts hundredths of a second, so it plays at the nearest rate that these allow.
    Raises ValueError if path does not end in .gif, fps is outside, or there is no image."""
    path, fps, images = _named(path, ".gif"), number("fps", fps, 0.1, 50), _some(images)
    pictures = (_palette(image) for image in images)
    with replacing(path) as file:
        more = {"save_all": True, "append_images": pictures, "duration": round(100 / fps) * 10, "loop": 0}
        next(pictures).save(file, "GIF", **more)
    return path


def save_mp4(path: str | Path, images: Iterable[np.ndarray], fps: float = 24) -> Path:
    """Writes images (height, width, 4) as an MP4 with the program ffmpeg; an odd width or height is padded by 1 pixel.

    Raises ValueError if path does not end in .mp4, fps is not from .1 to 120, or there is no image; RuntimeError if
    ffmpeg is missing or fails."""
    path, fps, images = _named(path, ".mp4"), number("fps", fps, 0.1, 120), _some(images)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise RuntimeError(
            "an MP4 needs the program ffmpeg, which is not on the PATH: install it (Debian and Ubuntu: apt install "
            "ffmpeg; macOS: brew install ffmpeg; conda install ffmpeg), or write a GIF or a page instead"
        )
    first = next(images)
    shape = f"{first.shape[1]}x{first.shape[0]}"
    source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", shape, "-r", f"{fps:g}", "-i", "pipe:0"]
    target = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4"]
    with replacing(path) as file, tempfile.TemporaryFile() as said:
        command = [ffmpeg, "-y", "-loglevel", "error", *source, *target, file.name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said) as process:
            try:
                for image in chain([first], images):
                    process.stdin.write(image.tobytes())
            except BrokenPipeError:
                pass  # ffmpeg gave up; its exit code and words follow
            process.communicate()
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"ffmpeg failed with code {process.returncode}: {said.read().decode(errors='replace')}")
    return path


def to_html(images: Iterable[np.ndarray], fps: float = 12, alt: str = "", labels: Sequence[str] | None = None) -> str:
    """A player as one piece of HTML with everything inside: play, pause, slider, keyboard; it starts paused.

    alt: what is shown, in words. labels: one text an image, "frame 1" and so on if not given. Space plays and
    pauses, the arrows, Home and End move. Raises ValueError if alt is empty, fps is not from .1 to 120, the labels
    are not as many as the images, or there is no image."""
    fps = number("fps", fps, 0.1, 120)
    if not alt.strip():
        refuse("alt", alt, "a text that says what is shown")
    pictures = [_png(image) for image in _some(images)]
    labels = [f"frame {place + 1}" for place in range(len(pictures))] if labels is None else list(labels)
    if len(labels) != len(pictures):
        refuse("labels", f"{len(labels)} texts", f"one for each of the {len(pictures)} images")
    data = json.dumps({"fps": fps, "labels": labels, "frames": pictures}).replace("<", "\\u003c")
    return _PLAYER.format(alt=html.escape(alt), first=pictures[0], last=len(pictures) - 1, data=data)


def save_html(path: str | Path, player: str, title: str) -> Path:
    """Writes what `to_html` made as a page of its own. Raises ValueError if path does not end in .html."""
    path = _named(path, ".html")
    title = html.escape(title)
    head = f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>'
    body = f'<main style="font-family:sans-serif">\n<h1>{title}</h1>\n{player}</main>'
    with replacing(path) as file:
        file.write(f"{head}\n{body}\n</html>\n".encode())
    return path


# The script finds its player as its own parent, so that any number of players can stand on one page.
_PLAYER = """<div class="gan-film" role="group" aria-label="{alt}" tabindex="0"
  style="width:fit-content;max-width:100%">
<img alt="{alt}" src="data:image/png;base64,{first}" style="display:block;max-width:100%">
<button type="button" style="min-width:5em">Play</button>
<input type="range" min="0" max="{last}" value="0" aria-label="frame" style="width:50%;vertical-align:middle">
<span aria-hidden="true"></span>
<script>
(() => {{
  const root = document.currentScript.parentElement, film = {data};
  const [image, button, slider, label] = root.children, last = film.frames.length - 1;
  let timer = null;
  const show = (place) => {{
    slider.value = Math.max(0, Math.min(last, place));
    image.src = "data:image/png;base64," + film.frames[slider.value];
    label.textContent = film.labels[slider.value];
    slider.setAttribute("aria-valuetext", label.textContent);
  }};
  const pause = () => {{ clearInterval(timer); timer = null; button.textContent = "Play"; }};
  const tick = () => {{
    if (!root.isConnected || +slider.value === last) pause(); else show(+slider.value + 1);
  }};
  const toggle = () => {{
    if (timer) return pause();
    if (+slider.value === last) show(0);
    timer = setInterval(tick, 1000 / film.fps);
    button.textContent = "Pause";
  }};
  button.onclick = toggle;
  slider.oninput = () => {{ pause(); show(+slider.value); }};
  root.onkeydown = (event) => {{
    const to = {{ArrowLeft: +slider.value - 1, ArrowRight: +slider.value + 1, Home: 0, End: last}}[event.key];
    if (event.key === " " && event.target !== button) toggle();
    else if (to !== undefined) {{ pause(); show(to); }}
    else return;
    event.preventDefault();
    event.stopPropagation();  // in a notebook these keys would also move between cells
  }};
  show(0);
}})();
</script>
</div>
"""


def _in_drawing_order(figure: Figure, artists: Iterable[Artist]) -> list[Artist]:
    """The order of a full draw: axes by axes (a twin comes after its sister), inside of each by zorder."""
    order = {ax: place for place, ax in enumerate(sorted(figure.axes, key=lambda ax: ax.zorder))}
    return sorted(artists, key=lambda artist: (order[artist.axes], artist.zorder))


def _palette(image: np.ndarray) -> Image.Image:
    """A picture in 256 colours: a third of the bytes, nearly the same colours. (Pillow's default, the median cut, was
    measured to be 4 times slower and 4 times further off on such pictures.)"""
    return Image.fromarray(image[..., :3]).quantize(256, Image.Quantize.FASTOCTREE)


def _png(image: np.ndarray) -> str:
    buffer = io.BytesIO()
    _palette(image).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def _named(path: str | Path, suffix: str) -> Path:
    path = Path(path)
    if path.suffix.lower() != suffix:
        refuse("path", path.name, f"a name that ends in {suffix}")
    return path


def _some(images: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The images, after making sure that there is a first one."""
    images = iter(images)
    first = next(images, None)
    if first is None:
        refuse("images", "none", "at least one image")
    return chain([first], images)
