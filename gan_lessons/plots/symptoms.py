"""What one may see of a GAN in trouble, on six Axes.

Losses, verdicts, gradients; where the samples went; and at the end the samples and D's curve."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from gan_lessons._core.refusals import refuse
from gan_lessons.plots.style import GENERATED, REAL, D
from gan_lessons.theory.divergences import LOG_2
from gan_lessons.theory.optimal_d import LOG_4


def draw_symptoms(axes: Sequence[Axes], record, run: int = 0) -> None:
    """Draws one run of a record of `gl.shipped.diagnoses.record`. Raises ValueError unless axes are six."""
    axes = np.asarray(axes, dtype=object).ravel()
    if len(axes) != 6:
        refuse("axes", len(axes), "6 Axes")
    losses, verdicts, gradients, places, samples, curve = axes
    said = {"d_loss": (D, "D's loss"), "g_loss": (GENERATED, "G's loss")}
    _lines(losses, record, run, said, "loss (nats)", (LOG_4, LOG_2))
    said = {"p_real": (REAL, "D on real"), "p_fake": (GENERATED, "on generated")}
    _lines(verdicts, record, run, said, "D(x) (probability)", (0.5,))
    verdicts.set_ylim(-0.03, 1.03)
    said = {"d_slope": (D, "D's gradient"), "g_slope": (GENERATED, "G's gradient")}
    _lines(gradients, record, run, said, "length (log scale)")
    gradients.set_yscale("log")
    _places(places, record, run)
    _samples(samples, record, run)
    _curve(curve, record, run)


def _lines(ax: Axes, record, run: int, curves: dict, label: str, levels: Sequence[float] = ()) -> None:
    """levels: where the curves would be if D could only guess."""
    for name, (color, words) in curves.items():
        style = "--" if color == REAL else "-"  # where the two lie on each other both are seen
        ax.plot(record.steps, record.series[name][:, run], style, color=color, label=words, linewidth=1.2, zorder=3)
    for level in levels:
        ax.axhline(level, color="#999999", linestyle=":", linewidth=1)
    ax.set_xlabel("training steps"), ax.set_ylabel(label), _legend_above(ax)


def _legend_above(ax: Axes) -> None:
    """Never on the data."""
    place = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.98), "borderaxespad": 0.1}
    ax.legend(fontsize="small", frameon=False, ncols=2, **place)


def _places(ax: Axes, record, run: int) -> None:
    """Where the generated samples are, from the first step to the last."""
    mean, sd = (record.series[name][:, run] for name in ("mean", "sd"))
    ax.fill_between(record.steps, mean - sd, mean + sd, color=GENERATED, alpha=0.3, linewidth=0, label="± sd")
    _lines(ax, record, run, {"mean": (GENERATED, "generated, mean")}, "x", (record.real[run].mean(),))
    ax.set_ylim(-1.5, 1.5)


def _samples(ax: Axes, record, run: int) -> None:
    bins = np.linspace(-1.5, 1.5, 61)
    for x, color, words in ((record.real, REAL, "real"), (record.samples, GENERATED, "generated, at the end")):
        ax.hist(x[run].clip(-1.49, 1.49), bins, color=color, alpha=0.6, label=words)
    ax.set_xlabel("x"), ax.set_ylabel("samples of 256"), _legend_above(ax)


def _curve(ax: Axes, record, run: int) -> None:
    places = np.linspace(-1.5, 1.5, record.curve.shape[1])
    ax.plot(places, record.curve[run], color=D, linewidth=1.2, label="D's curve, at the end")
    ax.axhline(0.5, color="#999999", linestyle=":", linewidth=1)
    ax.set_ylim(-0.03, 1.03), ax.set_xlabel("x"), ax.set_ylabel("D(x) (probability)"), _legend_above(ax)
