"""Pictures of samples in the plane."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gan_lessons._core.refusals import refuse
from gan_lessons.plots.style import GENERATED, REAL, Drawn, label_lowest, moved_line, titled


def draw_planes(
    axes: Sequence[Axes],
    samples: np.ndarray,
    real: np.ndarray,
    window: tuple[float, float],
    titles: Sequence[str],
    artists: Sequence[Drawn] | None = None,
) -> list[Drawn]:
    """Samples in the plane on real ones, a run on each of the Axes (surplus ones are hidden, surplus runs left out).

    samples: (runs, n, 2). real: (m, 2). window: (low, high), the square that is drawn. titles: one a run.
    Raises ValueError if a shape does not fit."""
    samples, axes = np.asarray(samples), np.asarray(axes, dtype=object).ravel()
    if samples.ndim != 3 or samples.shape[-1] != 2 or len(titles) != len(samples):
        refuse("samples", f"{samples.shape} with {len(titles)} titles", "(runs, n, 2), with one title a run")
    olds, drawn = artists or [None] * len(axes), []
    for ax, run, title, old in zip(axes, samples, titles, olds, strict=False):
        still = dict(old.still) if old else {"real": _cloud(ax, None, "real", real, color=REAL, marker="s", ms=2)}
        fake = _cloud(ax, old, "generated", run, color=GENERATED, marker=".", ms=3)
        moving = {"generated": fake, "title": titled(ax, title, "center")}
        ax.set(xlim=window, ylim=window, aspect="equal")
        drawn.append(Drawn(moving, still))
    if artists is None:
        for ax in axes[len(drawn) :]:
            ax.set_visible(False)
        label_lowest(axes[: len(drawn)], "x", "y")
        handles = [drawn[0]["real"], drawn[0]["generated"]]
        axes[0].figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, markerscale=3)
    return drawn


def _cloud(ax, old, name, points, **style) -> Artist:
    return moved_line(ax, old, name, points[:, 0], points[:, 1], ls="", mew=0, label=name, **style)
