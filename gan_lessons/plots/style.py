"""What all pictures share: colours, the artists that a picture returns, legends, and labels.

Each `draw_*` takes Axes and a record and returns its artists. The first call makes them; give what it returned back
as `artists=` and the same ones are moved, which is what an animation needs. Nothing is ever shown or closed, pyplot
and torch are not imported: make a `Figure(layout="constrained")`, so that legends, which stand below their axes and
never on the data, get room. A helper that draws gets the artists so far (`old`, a `Drawn` or None) and moves its own if
it is among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerTuple
from matplotlib.transforms import Bbox, ScaledTranslation

from gan_lessons._core.refusals import refuse, whole

# Okabe and Ito 2008: colours that colour-blind people can tell apart.
REAL, GENERATED, D, D_STAR = "#0072B2", "#D55E00", "#444444", "#009E73"
GOOD, BAD = "#009E73", "#AA3377"
OTHERS = "other runs, 10 to 90 %"
_ABOVE_FRAME = 3  # what moves lies above the frame (2.5), so that drawing it last gives the same pixels
X_LABEL = "x (the data's units)"


@dataclass(frozen=True)
class Drawn:
    """The artists of a picture by name. `moving` are those that a new record moves, `still` all others."""

    moving: Mapping[str, Artist]
    still: Mapping[str, Artist]

    def __getitem__(self, name: str) -> Artist:
        return self.moving[name] if name in self.moving else self.still[name]


def moved_line(ax, old, name, x, y, **style) -> Artist:
    if old and name in old.moving:
        old[name].set_data(x, y)
        return old[name]
    return ax.plot(x, y, zorder=_ABOVE_FRAME + 1, **style)[0]


def moved_band(ax, old, name, x, low, high, **style) -> Artist:
    if old and name in old.moving:
        old[name].set_data(x, low, high)
        return old[name]
    return ax.fill_between(x, low, high, alpha=0.2, lw=0, zorder=_ABOVE_FRAME, **style)


def titled(ax, words: str, side: str) -> Artist:
    weight = "bold" if side == "right" else "normal"
    return ax.set_title(words, loc=side, fontsize="medium", fontweight=weight)


class _Below(Legend):
    """A legend whose height counts in the layout, but not its width: each draw would narrow the axes once more."""

    def get_tightbbox(self, renderer=None):
        box, frame = super().get_tightbbox(renderer), self.axes.get_window_extent(renderer)
        return Bbox.from_extents(frame.x0, box.y0, frame.x1, box.y1)


def legend_below(ax, handles) -> Artist:
    """Below the axis label, a fixed distance in points away; in two columns where these fit, else in one."""
    below = ax.transAxes + ScaledTranslation(0, -34 / 72, ax.figure.dpi_scale_trans)
    labels = [(handle[0] if isinstance(handle, tuple) else handle).get_label() for handle in handles]
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "bbox_transform": below, "borderaxespad": 0}
    style = {"frameon": False, "fontsize": "small", "columnspacing": 1.2, "handlelength": 1.7}
    many = {tuple: HandlerTuple(ndivide=None, pad=0)}
    for columns in (2, 1):
        legend = _Below(ax, handles, labels, ncols=columns, handler_map=many, **place, **style)
        if legend.get_window_extent().width <= 1.1 * ax.get_window_extent().width:
            break
    ax.add_artist(legend)
    legend.set_clip_on(False)
    return legend


def label_lowest(axes, xlabel: str = X_LABEL, ylabel: str = "density") -> None:
    """Labels and numbers only where no drawn Axes stands below or to the left (`label_outer` counts hidden ones)."""
    specs = [ax.get_subplotspec() for ax in axes]
    for ax, spec in zip(axes, specs, strict=True):
        column = [other.rowspan.stop for other in specs if other and spec and other.colspan == spec.colspan]
        lowest, first = not spec or spec.rowspan.stop == max(column), not spec or spec.is_first_col()
        ax.set(xlabel=xlabel if lowest else "", ylabel=ylabel if first else "")
        ax.tick_params(labelbottom=lowest, labelleft=first)


def on_a_line(samples: np.ndarray, times: int = 0) -> np.ndarray:
    """([T,] [runs,] view, 1) -> ([T,] runs, view)."""
    samples = np.asarray(samples)
    if samples.ndim - times not in (2, 3) or samples.shape[-1] != 1:
        refuse("samples", samples.shape, "of shape ([runs,] view, 1): this picture is of a line")
    samples = samples[..., 0]
    return samples if samples.ndim - times == 2 else np.expand_dims(samples, times)


def run_of(run: int, runs: int) -> int:
    if whole("run", run, 0) >= runs:
        refuse("run", run, f"from 0 to {runs - 1}, for this record has {runs} runs")
    return run
