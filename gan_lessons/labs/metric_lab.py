"""`MetricLab`: digits with one fault under a slider of its strength, and what every metric says of them."""

import html
from functools import lru_cache

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.forgeries import FORGERIES, STRENGTHS, forged
from gan_lessons.labs import open_labs
from gan_lessons.labs.series_page import Place, Series, series_page
from gan_lessons.plots.images import draw_sheet
from gan_lessons.plots.metrics import METRICS, draw_metrics
from gan_lessons.plots.picture import Picture
from gan_lessons.shipped import tables

SHOWN = 48  # of the digits that were measured
POSITIONS = (0.0, *STRENGTHS)


class MetricLab(widgets.VBox):
    """Buttons for forgeries and a slider of strength. The numbers are those of `gl.shipped.tables.rows("forgeries")`.

    name: running the cell again closes the lab of this name. `choose` does from Python what the controls do."""

    def __init__(self, name: str = "metrics"):
        self.name = name
        # buttons: in a list that drops down JupyterLab takes the arrow keys for its own
        self._forgery = widgets.ToggleButtons(options=list(FORGERIES), style={"button_width": "auto"})
        self._strength = widgets.SelectionSlider(
            options=POSITIONS, value=0.4, description="Strength", continuous_update=False
        )
        self._picture, self._said, self._shown = widgets.HTML(), widgets.HTML(), None
        for control in (self._forgery, self._strength):
            control.observe(lambda _: self._show(), "value")
        super().__init__([self._forgery, self._strength, self._picture, self._said])
        open_labs.one_of_a_name(self, "metric lab", name)
        self._show()

    def choose(self, forgery: str, strength: float) -> str:
        """Shows a forgery at a strength; returns what is shown in words. Raises ValueError for others than offered."""
        if forgery not in FORGERIES:
            refuse("forgery", forgery, f"one of {list(FORGERIES)}")
        if strength not in POSITIONS:
            refuse("strength", strength, f"one of {list(POSITIONS)}")
        with self._forgery.hold_trait_notifications(), self._strength.hold_trait_notifications():
            self._forgery.value, self._strength.value = forgery, strength
        return self.said

    def without_kernel(self) -> tuple[str, str]:
        """A page of every forgery at every strength, and what is shown now, in words."""
        shown, said = (self._forgery.value, self._strength.value), self.said
        series, strengths = [], sorted({*STRENGTHS, shown[1]})  # of none all charts show the same
        for forgery in FORGERIES:
            places = [Place(f"{s:g}", self._see(forgery, s), self.said) for s in strengths]
            series.append(Series(f"{forgery}: strength", places, strengths.index(shown[1])))
        self.choose(*shown)
        return series_page("What each metric says of forged digits", series), said

    def _see(self, *chosen) -> str:
        self.choose(*chosen)
        return self._picture.value

    @property
    def rows(self) -> list[dict]:
        """What was measured of this forgery: real digits, then each strength."""
        return measured(self._forgery.value)

    @property
    def said(self) -> str:
        """What is shown, in words."""
        row, floor = self.rows[self._at], self.rows[0]
        parts = [f"{title} {row[name]:.3g} (real {floor[name]:.3g})" for name, (title, _) in METRICS.items()]
        about = FORGERIES[self._forgery.value].about
        return f"At full strength: {about}. At strength {self._strength.value:g}: {', '.join(parts)}."

    @property
    def _at(self) -> int:
        return POSITIONS.index(self._strength.value)

    def _show(self) -> None:
        shown = self._forgery.value, self._strength.value
        if shown == self._shown:
            return
        figure = Figure(figsize=(12.0, 3.8))  # places are given: to find them takes matplotlib seconds for so many axes
        around = {"left": 0.005, "right": 0.99, "top": 0.86, "bottom": 0.12, "wspace": 0.5, "hspace": 0.75}
        grid = figure.add_gridspec(2, 7, **around)
        draw_sheet(figure.add_subplot(grid[:, :3]), _digits(*shown), 8)
        charts = [figure.add_subplot(grid[row, column]) for row in range(2) for column in range(3, 7)]
        draw_metrics(charts, self.rows, self._at)
        self._picture.value, self._shown = Picture(figure, self.said)._repr_html_(), shown
        self._said.value = f'<p role="status">{html.escape(self.said)}</p>'

    def close(self) -> None:
        """Closes it and all its parts."""
        open_labs.forget(self)
        super().close()

    def __repr__(self) -> str:
        return f"MetricLab({self.name!r}: {self._forgery.value}, strength {self._strength.value:g})"


def measured(forgery: str) -> list[dict]:
    """The rows of a forgery by rising strength; the first one is that of real digits."""
    rows = tables.rows("forgeries").values()
    return [row for row in rows if row["forgery"] in ("real", forgery)]


@lru_cache(maxsize=64)
def _digits(forgery: str, strength: float) -> np.ndarray:
    return forged(forgery, strength, 5_000)[:SHOWN].numpy()
