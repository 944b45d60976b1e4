"""Pictures of a line: the densities of real and generated data, and D between them, at one moment or for many runs.

Where a record has several runs, `run` is the one that is drawn as a line; the band behind it spans the 10 to
90 % quantiles of the other runs, each for as long as it has not diverged.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from gan_lessons._core.refusals import number, refuse
from gan_lessons.plots.style import (
    BAD,
    D_STAR,
    GENERATED,
    GOOD,
    OTHERS,
    REAL,
    X_LABEL,
    D,
    Drawn,
    label_lowest,
    legend_below,
    moved_band,
    moved_line,
    on_a_line,
    run_of,
    titled,
)
from gan_lessons.theory.kernel_density import density
from gan_lessons.theory.optimal_d import d_star
from gan_lessons.trainers.records import History, Snapshot

_DENSITY = "density (per unit of x)"


def draw_scene(
    ax: Axes,
    snapshot: Snapshot,
    real_density: np.ndarray,
    x: np.ndarray,
    run: int = 0,
    artists: Drawn | None = None,
    *,
    grid: np.ndarray | None = None,
    top: float | None = None,
) -> Drawn:
    """One moment on the line: the densities of the real data and of what G makes, D, and the D* for these two.

    snapshot: samples ([runs,] view, 1). x: (n,), where densities are drawn. real_density: (n,), the real one at x.
    grid: where `snapshot.probes["D"]` ([runs,] len(grid)), probabilities, was observed; x if not given. Without
    that probe D is left out. top: the highest density shown, twice the real peak if not given; what lies above
    is cut off, and the picture says so. Raises ValueError if run or a shape does not fit."""
    samples = on_a_line(snapshot.samples)
    alive = (np.atleast_1d(snapshot.diverged) < 0) & np.isfinite(samples).all(-1)
    run, real = run_of(run, len(samples)), _on("real_density", real_density, x)
    top = 2 * real.max() if top is None else number("top", top, 1e-9)
    made = density(samples[run], x) if alive[run] else np.full(len(x), np.nan)
    others = alive & (np.arange(len(alive)) != run)
    low, high = np.quantile(density(samples[others], x), (0.1, 0.9), axis=0) if others.any() else (made * np.nan,) * 2
    probe = _probe(snapshot, x if grid is None else grid)

    old, right = _scene_axes(ax, x, top, artists)
    still = dict(old.still) or {"real": ax.fill_between(x, real, color=REAL, alpha=0.3, lw=0, label="real")}
    moving = {"band": moved_band(ax, old, "band", x, low, high, color=GENERATED, label=OTHERS)}
    style = {"color": GENERATED, "lw": 2, "label": "generated (kernel estimate)"}
    moving["generated"] = moved_line(ax, old, "generated", x, made, **style)
    style = {"color": D_STAR, "ls": "--", "label": "D* (from the kernel estimate)"}
    moving["d_star"] = moved_line(right, old, "d_star", x, d_star(real, made), **style)
    if probe is not None:
        moving["d"] = moved_line(right, old, "d", *_alive_only(probe, run, alive[run]), color=D, label="D")
    count = f" · run {run} of {len(samples)}" if len(samples) > 1 else ""
    moving["step"] = titled(ax, f"step {snapshot.step:,}{count}", "left")
    moving["note"] = titled(ax, _scene_note(snapshot, samples, run, x, made.max(), top), "right")
    if artists is None:
        shown = ["generated", "d", "d_star"] + ["band"] * (len(samples) > 1)
        still["legend"] = legend_below(ax, [still["real"], *(moving[name] for name in shown if name in moving)])
    return Drawn(moving, still)


def draw_final_densities(
    axes: Sequence[Axes],
    history: History,
    real_density: np.ndarray,
    x: np.ndarray,
    good: Sequence[bool] | None = None,
    artists: Sequence[Drawn] | None = None,
) -> list[Drawn]:
    """Where each run ended, one on each of the Axes (surplus ones are hidden, surplus runs left out).

    real_density: (n,) at x. good: (runs,), said in words, by a sign and by the frame's colour; a run that
    diverged says when. Densities above twice the real peak are cut off, and the title says so.
    Raises ValueError if a shape does not fit."""
    last, axes = history[-1], np.asarray(axes, dtype=object).ravel()
    samples, real, diverged = on_a_line(last.samples), _on("real_density", real_density, x), last.diverged
    diverged = np.atleast_1d(diverged)
    if good is not None and len(good) != len(samples):
        refuse("good", f"{len(good)} values", f"one value for each of the {len(samples)} runs")
    drawn = []
    for run, ax in enumerate(axes[: len(samples)]):
        verdict = None if good is None else bool(good[run])
        old = artists[run] if artists is not None else None
        drawn.append(_draw_final(ax, samples[run], int(diverged[run]), real, x, run, verdict, old))
    if artists is None:
        for ax in axes[len(samples) :]:
            ax.set_visible(False)
        label_lowest(axes[: len(samples)])
        handles = [drawn[0]["real"], drawn[0]["generated"]]
        axes[0].figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return drawn


def _draw_final(ax, samples, diverged, real, x, run, good, old) -> Drawn:
    made = density(samples, x) if diverged < 0 else np.full(len(x), np.nan)
    verdict = "" if good is None else " ✓ good" if good else " ✗ not good"
    still = dict(old.still) if old else {"real": ax.fill_between(x, real, color=REAL, alpha=0.3, lw=0, label="real")}
    line = moved_line(ax, old, "generated", x, made, color=GENERATED, lw=2, label="generated (kernel estimate)")
    words = f"run {run}{verdict}" if diverged < 0 else f"run {run} ✗ diverged\nat step {diverged:,}"
    if made.max() > 2 * real.max():  # false of NaN
        words += f"\npeak {made.max():.2g} is cut off"
    title = ax.set_title(words, fontsize="medium")
    if good is not None or diverged >= 0:
        ax.spines[:].set(color=GOOD if good and diverged < 0 else BAD, linewidth=2)
    ax.set(xlim=(x[0], x[-1]), ylim=(-0.06 * real.max(), 2 * real.max()))
    return Drawn({"generated": line, "title": title}, still)


def _scene_axes(ax, x, top, artists) -> tuple[Drawn, Axes]:
    """The picture so far and the right-hand axis; limits leave the frame free, where moving and still would meet."""
    if artists is not None:
        return artists, artists["d_star"].axes
    margin = 0.02 * (x[-1] - x[0])
    ax.set(xlim=(x[0] - margin, x[-1] + margin), ylim=(-0.03 * top, 1.03 * top), xlabel=X_LABEL, ylabel=_DENSITY)
    right = ax.twinx()
    right.set(ylim=(-0.03, 1.03), ylabel="D(x) (probability of real)")
    right.spines[["left", "top", "bottom"]].set_visible(False)
    return Drawn({}, {}), right


def _scene_note(snapshot, samples, run, x, peak, top) -> str:
    """What the curves alone would hide: a run that ended, samples beside the picture, a peak above it."""
    ended = int(np.atleast_1d(snapshot.diverged)[run])
    if ended >= 0:
        return f"diverged at step {ended:,}"
    outside = np.mean((samples[run] < x[0]) | (samples[run] > x[-1]))
    notes = [f"{100 * outside:.0f} % is outside"] if outside >= 0.01 else []
    notes += [f"peak {peak:.2g} is cut off"] if peak > 1.03 * top else []
    return ", ".join(notes)


def _on(name: str, values: np.ndarray, x: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.shape != np.shape(x):
        refuse(name, f"an array of shape {values.shape}", f"of the shape of x, {np.shape(x)}")
    return values


def _probe(snapshot: Snapshot, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """(grid, D on it (runs, n)), or None if D was not observed."""
    if "D" not in snapshot.probes:
        return None
    values = np.asarray(snapshot.probes["D"])
    if values.shape[-1] != len(grid):
        refuse("grid", f"{len(grid)} points", f"the {values.shape[-1]} points at which D was observed")
    return np.asarray(grid), values.reshape(-1, len(grid))


def _alive_only(probe, run: int, alive: bool) -> tuple[np.ndarray, np.ndarray]:
    grid, values = probe
    return grid, values[run] if alive else np.full(len(grid), np.nan)
