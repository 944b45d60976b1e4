"""Pictures that exercises and quizzes ask about, drawn from what ships with the package. Each comes with its words."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable
from typing import NamedTuple

from gan_lessons._core.refusals import refuse


class Picture(NamedTuple):
    """png: the bytes. words: what is seen, which does not tell the answer."""

    png: bytes
    words: str


DRAWN: dict[str, Callable[[], Picture]] = {}


def picture(name: str) -> Picture:
    """The picture of a name. Raises ValueError for a name that is not."""
    if name not in DRAWN:
        refuse("name", name, f"one of {list(DRAWN)}")
    return DRAWN[name]()


def as_html(name: str) -> str:
    """The picture of a name, with its words."""
    shown = picture(name)
    source = base64.b64encode(shown.png).decode()
    return f'<img alt="{html.escape(shown.words)}" src="data:image/png;base64,{source}" style="max-width:100%">'


def drawn(draw: Callable) -> Callable:
    """A decorator: `draw(ax)` draws on one pair of axes and returns the words; the function's name is the picture's."""

    def make() -> Picture:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure((5, 2.8), layout="constrained")
        words, file = draw(figure.subplots()), io.BytesIO()
        FigureCanvasAgg(figure).print_png(file)
        return Picture(file.getvalue(), words)

    DRAWN[draw.__name__] = make
    return draw
