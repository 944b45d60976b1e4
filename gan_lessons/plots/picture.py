"""Figures for notebooks, with words for those who cannot see them."""

import base64
import html
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_DARK = """[data-jp-theme-light="false"] .gan-paper, [theme="dark"] .gan-paper, .vscode-dark .gan-paper {
  filter: invert(0.93) hue-rotate(180deg); }"""


class Picture:
    """A figure with alternative text; put it on a cell's last line. Raises ValueError if the text is empty."""

    def __init__(self, figure: Figure, alt: str):
        if not alt.strip():
            raise ValueError(f"alt must say in words what the figure shows, not {alt!r}")
        self.alt, buffer = alt, io.BytesIO()
        FigureCanvasAgg(figure).print_png(buffer)
        self.png = buffer.getvalue()

    def _repr_html_(self) -> str:
        return as_html(self.png, self.alt)


def as_html(png: bytes, alt: str) -> str:
    """A PNG on light paper for a cell's output; where the notebook is dark, dark too: light and dark change places,
    and hues stay. alt: what it shows, in words."""
    data = base64.b64encode(png).decode()
    image = (
        f'<img class="gan-paper" src="data:image/png;base64,{data}" alt="{html.escape(alt)}" style="max-width: 100%">'
    )
    return f"<style>{_DARK}</style>{image}"


def canvas(rows: int = 1, columns: int = 1, width: float = 9.0, height: float = 3.2):
    """A new figure and its axes, without pyplot: nothing is kept when the notebook lets go of it. Inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns)
