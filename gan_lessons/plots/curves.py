"""Pictures of a training over its steps, and of the share of good runs along a slider.

Where a record has several runs, `run` is the one that is drawn as a line; the band behind it spans the 10 to
90 % quantiles of the other runs, each for as long as it has not diverged.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from gan_lessons._core.refusals import refuse
from gan_lessons.metrics.line import moments
from gan_lessons.plots.style import (
    GENERATED,
    GOOD,
    OTHERS,
    REAL,
    D,
    Drawn,
    legend_below,
    moved_band,
    moved_line,
    on_a_line,
    run_of,
    titled,
)
from gan_lessons.theory.divergences import LOG_2
from gan_lessons.theory.optimal_d import LOG_4
from gan_lessons.trainers.records import History

GUESS = {"log 4": f"log 4 = {LOG_4:.3f}: D can only guess", "log 2": f"log 2 = {LOG_2:.3f}: G's loss then"}
_STEPS = "training steps"


def draw_losses(
    ax: Axes, history: History, run: int = 0, artists: Drawn | None = None, *, guesses: bool = True
) -> Drawn:
    """D's and G's loss over the steps, in nats. guesses: mark where D can only guess, log 4 for D and log 2 for G;
    true only of the cross-entropy with the non-saturating G, so leave it out for other losses."""
    curves = {"d_loss": (history.d_loss, D, "D's loss"), "g_loss": (history.g_loss, GENERATED, "G's loss")}
    levels = {"log 4": (LOG_4, D), "log 2": (LOG_2, GENERATED)} if guesses else {}
    drawn = _draw_curves(ax, history, run, curves, levels, artists)
    ax.set_ylabel("loss (nats)")
    return drawn


def draw_probabilities(ax: Axes, history: History, run: int = 0, artists: Drawn | None = None) -> Drawn:
    """How real D finds the real and the generated half of each batch: two means of D(x) over the steps."""
    curves = {
        "p_real": (history.p_real, REAL, "D on real data"),
        "p_fake": (history.p_fake, GENERATED, "D on generated data"),
    }
    drawn = _draw_curves(ax, history, run, curves, {"half": (0.5, D)}, artists, {"half": "0.5: D can only guess"})
    ax.set_ylim(-0.03, 1.03)
    ax.set_ylabel("mean of D(x) (probability)")
    return drawn


def draw_moments(
    axes: Sequence[Axes], history: History, real: object, run: int = 0, artists: Mapping[str, Drawn] | None = None
) -> dict[str, Drawn]:
    """Mean, sd, skewness and excess kurtosis of what G makes, over the steps, one on each of four Axes.

    real: anything with these four as attributes (a `metrics.Moments`, a distribution), drawn dashed."""
    names = {"mean": "mean (x's units)", "sd": "sd (x's units)", "skewness": "skewness", "kurtosis": "excess kurtosis"}
    axes = np.asarray(axes, dtype=object).ravel()
    if len(axes) != len(names):
        refuse("axes", len(axes), "4 Axes, one for each moment")
    samples, alive = on_a_line(history.samples, times=1), _alive(history)
    found = moments(samples[alive][..., None])
    drawn = {}
    for (name, label), ax in zip(names.items(), axes, strict=True):
        values = np.full(alive.shape, np.nan)
        values[alive] = getattr(found, name)
        curves, levels = {name: (values, GENERATED, "generated")}, {"real": (getattr(real, name), REAL)}
        drawn[name] = _draw_curves(ax, history, run, curves, levels, (artists or {}).get(name), {"real": "real data"})
        ax.set_ylabel(label)
    return drawn


def draw_shares(
    ax: Axes,
    positions: Sequence[float],
    shares: Sequence,
    label: str,
    artists: Drawn | None = None,
    *,
    of: str = "good runs",
    color: str = GOOD,
) -> Drawn:
    """The share of good runs at each position of a slider, with its interval as whiskers.

    shares: one `Share` a position. label: the slider's name, with its unit. of: which runs are counted, where
    it is not the good ones. For a logarithmic slider set the scale of `ax` before."""
    if len(positions) != len(shares):
        refuse("shares", f"{len(shares)} values", f"one for each of the {len(positions)} positions")
    values = [share.value for share in shares]
    whiskers = [[(at, share.low), (at, share.high)] for at, share in zip(positions, shares, strict=True)]
    if artists is None:
        label_of = f"its {100 * shares[0].confidence:g} % interval"
        lines, still = ax.vlines([], [], [], color=color, alpha=0.5, lw=3, label=label_of), {}
    else:
        lines, still = artists["interval"], dict(artists.still)
    lines.set_segments(whiskers)
    point = moved_line(ax, artists, "share", positions, values, color=color, marker="o", lw=1, label=f"share of {of}")
    totals = sorted({share.total for share in shares})
    total = f"{totals[0]}" if len(totals) == 1 else f"{totals[0]} to {totals[-1]}"
    ax.set(xlim=_stretch(ax, positions), ylim=(-0.03, 1.03), xlabel=label)
    ax.set_ylabel(f"share of {of} (of {total})")
    if artists is None:
        still["legend"] = legend_below(ax, [point, lines])
    return Drawn({"share": point, "interval": lines}, still)


def _draw_curves(ax, history, run, curves, levels, artists, words=GUESS) -> Drawn:
    """Curves (T, [runs]) over the steps, each with its band, and dashed levels: what three pictures share."""
    alive = _alive(history)
    run = run_of(run, alive.shape[1])
    moving, still, steps = {}, dict(artists.still) if artists else {}, history.steps
    shown = [np.array([level for level, _ in levels.values()])]
    for name, (values, colour, label) in curves.items():
        values = np.asarray(values, dtype=float).reshape(alive.shape)
        values = np.where(alive & np.isfinite(values), values, np.nan)
        low, high = _quantiles(np.delete(values, run, axis=1))
        moving[f"{name} band"] = moved_band(ax, artists, f"{name} band", steps, low, high, color=colour, label=OTHERS)
        moving[name] = moved_line(ax, artists, name, steps, values[:, run], color=colour, label=label)
        shown += [low, high, values[:, run]]
    ended = int(history.diverged.reshape(alive.shape)[-1, run])
    moving["note"] = titled(ax, f"run {run} diverged at step {ended:,}" if ended >= 0 else "", "right")
    ax.set(xlim=(steps[0], max(steps[-1], steps[0] + 1)), ylim=_limits(np.concatenate(shown)), xlabel=_STEPS)
    if artists is None:
        for name, (level, colour) in levels.items():
            still[name] = ax.axhline(level, color=colour, ls="--", lw=1, label=words[name])
        bands = [tuple(moving[f"{name} band"] for name in curves)] if alive.shape[1] > 1 else []
        handles = [moving[name] for name in curves] + bands + [still[name] for name in levels]
        still["legend"] = legend_below(ax, handles)
    return Drawn(moving, still)


def _alive(history: History) -> np.ndarray:
    """(T, runs): True while a run has not diverged."""
    return history.diverged.reshape(len(history), -1) < 0


def _quantiles(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 10 and 90 % quantiles of each row (T, runs) without its NaNs; NaN where nothing is left."""
    result, rows = np.full((2, len(values)), np.nan), np.isfinite(values).any(axis=1)
    if rows.any():
        result[:, rows] = np.nanquantile(values[rows], (0.1, 0.9), axis=1)
    return result[0], result[1]


def _limits(values: np.ndarray) -> tuple[float, float]:
    """The middle 98 % of all values, with a margin: one exploding loss must not flatten all others."""
    values = values[np.isfinite(values)]
    low, high = np.quantile(values, (0.01, 0.99)) if len(values) else (0, 1)
    margin = 0.2 * (high - low) or 0.5
    return low - margin, high + margin


def _stretch(ax, positions: Sequence[float]) -> tuple[float, float]:
    """From the first to the last position with a margin, even on the scale that the axis has (linear or log)."""
    scale = ax.xaxis.get_transform()
    at = scale.transform(np.asarray(positions, dtype=float))
    margin = 0.04 * (np.ptp(at) or 1)
    return tuple(scale.inverted().transform(np.array([at.min() - margin, at.max() + margin])))
