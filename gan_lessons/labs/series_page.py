"""Pictures along a slider as one page: what a lab that needs a kernel shows where there is none."""

import html
import io
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gan_lessons._core.refusals import refuse
from gan_lessons.labs.stage.html_page import Program

_SERIES = Program("SeriesView", js=("page", "series"), css=("stage", "series"))
_PNG = re.compile("data:image/png;base64,([^\"']+)")
QUALITY = 80  # of 100, of a picture in such a page: lines and digits look the same, and take a third


@dataclass(frozen=True)
class Place:
    """A place on the slider. value: how it is called there. html: what is seen. words: below it. folds: (label, what
    unfolds under it), such as answers."""

    value: str
    html: str
    words: str
    folds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Series:
    """What one slider moves through. start: the place, from 0, where it stands at first."""

    label: str
    places: Sequence[Place]
    start: int = 0


def series_page(title: str, series: Sequence[Series], note: str = "") -> str:
    """The page as text. note: below the picture. Raises ValueError where there is nothing to show."""
    if not series or not all(one.places for one in series):
        refuse("series", series, "one or more, each with a place or more")
    known = [
        {"label": one.label, "start": one.start, "places": [_place(place) for place in one.places]} for one in series
    ]
    return _SERIES.page(title, {"note": note, "series": known}, b"")


def along(lab, label: str, values: Sequence[float | str], go: Callable, start: int = 0) -> Series:
    """What a lab shows on paper as `go(value)` moves it. lab: has `picture_png` and `said`."""
    places = []
    for value in values:
        go(value)
        seen = image(lab.picture_png(), lab.said)
        places.append(Place(value if isinstance(value, str) else f"{value:g}", seen, lab.said))
    return Series(label, places, start)


def image(png: bytes, words: str) -> str:
    """A picture for such a page. words: what it shows."""
    return f'<img class="gan-paper" alt="{html.escape(words)}" src="data:image/png;base64,{b64encode(png).decode()}">'


def _place(place: Place) -> dict:
    return vars(place) | {"html": _PNG.sub(lambda found: _small(found[1]), place.html), "folds": list(place.folds)}


def _small(png: str) -> str:
    """A picture in fewer bytes."""
    from PIL import Image

    file = io.BytesIO()
    Image.open(io.BytesIO(b64decode(png))).convert("RGB").save(file, "webp", quality=QUALITY, method=2)
    return f"data:image/webp;base64,{b64encode(file.getvalue()).decode()}"
