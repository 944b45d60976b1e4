"""From frames to a GIF, an MP4, or a page that plays.

A file is written beside its name and then renamed, so a failed or interrupted write leaves the old file as it was.
"""

import base64
import html
import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image

from gan_lessons._core.files import replacing
from gan_lessons._core.refusals import number, refuse


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
    """Writes images (height, width, 3 or 4) as an MP4 with the program ffmpeg; an odd width or height is padded by 1.

    Raises ValueError if path does not end in .mp4, fps is not from .1 to 120, or images are none or unlike each other;
    RuntimeError if ffmpeg is missing or fails, also on a full disk."""
    path, fps, images = _named(path, ".mp4"), number("fps", fps, 0.1, 120), _some(images)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise RuntimeError(
            "an MP4 needs the program ffmpeg, which is not on the PATH: install it (Debian and Ubuntu: apt install "
            "ffmpeg; macOS: brew install ffmpeg; conda install ffmpeg), or write a GIF or a page instead"
        )
    first = next(images)
    shape = f"{first.shape[1]}x{first.shape[0]}"
    colors = {3: "rgb24", 4: "rgba"}[first.shape[2]]
    source = ["-f", "rawvideo", "-pix_fmt", colors, "-s", shape, "-r", f"{fps:g}", "-i", "pipe:0"]
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
        said.seek(0)
        words = said.read().decode(errors="replace")
        if process.returncode or words:  # on a full disk it ends with 0, but it says so
            raise RuntimeError(f"ffmpeg failed with code {process.returncode}: {words}")
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
    """The images, after making sure that there is a first one. Each is looked at when its turn comes."""
    images = iter(images)
    first = next(images, None)
    if first is None:
        refuse("images", "none", "at least one image")
    shape = np.shape(first)
    return (_image(image, shape) for image in chain([first], images))


def _image(image: object, shape: tuple[int, ...]) -> np.ndarray:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        is_now = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        refuse("images", is_now, "arrays of uint8, (height, width, 3 or 4)")
    if image.shape != shape:
        refuse("images", image.shape, f"all of one shape, that of the first, {shape}")
    return image
