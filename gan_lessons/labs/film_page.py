"""The run that a lab has kept as one page: a film that plays, and is scrubbed, with no kernel and no network."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gan_lessons.errors import refuse
from gan_lessons.labs.film import Frame
from gan_lessons.labs.html_page import literal, literal_bytes, page
from gan_lessons.labs.stage import source

LIMIT = 3_900_000  # bytes of a page: it is to stay under 4 MB
_HALF = float(np.finfo(np.float16).max)
_CSS = (Path(__file__).parent / "stage.css").read_text(encoding="utf-8")
_JS = source("paint", "picture", "film")


def film_page(spec: dict, frames: Sequence[Frame], title: str, note: str = "") -> str:
    """The page as text.

    spec: a scene's. frames: (header, values) as `film.Film` keeps them, each whole. title: of the page. note: below the
    picture, such as where the run comes from; after it the page says how many of the frames it has, where all of them
    are too much. Raises ValueError if there is no frame, or they are not float32 numbers, equally many in each."""
    values, headers = _whole(frames), [header for header, _ in frames]
    rows = [[header["step"], header["summary"], header["notice"]] for header in headers]
    kept = _kept(spec, rows, values.shape[1])
    words = (
        f"All {len(rows)} frames" if len(kept) == len(rows) else f"{len(kept)} of {len(rows)} frames, evenly spread,"
    )
    words = f"{note} {words} that the lab has kept are in this page.".strip()
    film = {"scene": spec, "note": words, "frames": [rows[i] for i in kept]}
    start = f"new FilmPlayer(root, {literal(film)}, {literal_bytes(pack(values[kept]))})"
    return page(title, _CSS, _JS, start)


def pack(values: np.ndarray) -> bytes:
    """Frames (T, n) in about half the bytes: a usual value of each of the n numbers in float32, and then of each frame
    how far they are from it in float16, whose error is 1 / 2048 of that distance at most.

    So what stands still is exact, and one frame that runs off costs the others nothing: what is more than 65,504 away
    is put there. What is not finite is NaN."""
    middle = np.sort(np.where(np.isfinite(values), values, np.nan), 0)  # NaN last
    count = np.isfinite(middle).sum(0)
    usual = np.take_along_axis(middle, np.maximum(count - 1, 0)[None] // 2, 0)[0]
    usual = np.where(count > 0, usual, 0).astype("<f4")
    apart = np.where(np.isfinite(values), values.astype(float) - usual, np.nan)
    return usual.tobytes() + np.clip(apart, -_HALF, _HALF).astype("<f2").tobytes()


def _whole(frames: Sequence[Frame]) -> np.ndarray:
    """The values of all frames, (T, n)."""
    if not len(frames):
        refuse("frames", frames, "one frame or more")
    sizes = {len(values) for _, values in frames}
    if len(sizes) > 1 or min(sizes) % 4 or any(header["left_out"] for header, _ in frames):
        refuse("frames", f"frames of {sorted(sizes)} bytes", "whole frames of float32 numbers, equally many in each")
    return np.stack([np.frombuffer(values, "<f4") for _, values in frames])


def _kept(spec: dict, rows: list[list], n: int) -> np.ndarray:
    """Which frames there is room for, spread evenly, with the first and the last. n: numbers in a frame."""
    around = len(page("", _CSS, _JS, literal(spec))) + 6 * n
    one = 8 * n / 3 + max(len(literal(row)) for row in rows) + 2
    room = max(2, int((LIMIT - around) / one))
    return np.unique(np.linspace(0, len(rows) - 1, min(len(rows), room)).round().astype(int))
