"""Pictures of records with Matplotlib: each `draw_*` takes Axes and a record and returns its artists.

The first call makes the artists; give what it returned back as `artists=` and the same ones are moved, which is
what an animation needs. Nothing is ever shown or closed here, pyplot and torch are not imported: make a
`Figure(layout="constrained")`, so that legends, which stand below their axes and never on the data, get room.

Where a record has several runs, `run` is the one that is drawn as a line; the band behind it spans the 10 to
90 % quantiles of the other runs, each for as long as it has not diverged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerTuple
from matplotlib.transforms import Bbox, ScaledTranslation

from gan_lessons.errors import number, refuse, whole
from gan_lessons.metrics import moments
from gan_lessons.records import History, Snapshot
from gan_lessons.theory import LOG_2, LOG_4, d_star, density

# Okabe and Ito 2008: colours that colour-blind people can tell apart.
REAL, GENERATED, D, D_STAR = "#0072B2", "#D55E00", "#444444", "#009E73"
GOOD, BAD = "#009E73", "#AA3377"
OTHERS = "other runs, 10 to 90 %"
GUESS = {"log 4": f"log 4 = {LOG_4:.3f}: D can only guess", "log 2": f"log 2 = {LOG_2:.3f}: G's loss then"}
_ABOVE_FRAME = 3  # what moves lies above the frame (2.5), so that drawing it last gives the same pixels
_STEPS, _DENSITY, _X = "training steps", "density (per unit of x)", "x (the data's units)"


@dataclass(frozen=True)
class Drawn:
    """The artists of a picture by name. `moving` are those that a new record moves, `still` all others."""

    moving: Mapping[str, Artist]
    still: Mapping[str, Artist]

    def __getitem__(self, name: str) -> Artist:
        return self.moving[name] if name in self.moving else self.still[name]


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
    samples = _line_samples(snapshot.samples)
    alive = (np.atleast_1d(snapshot.diverged) < 0) & np.isfinite(samples).all(-1)
    run, real = _run(run, len(samples)), _on("real_density", real_density, x)
    top = 2 * real.max() if top is None else number("top", top, 1e-9)
    made = density(samples[run], x) if alive[run] else np.full(len(x), np.nan)
    others = alive & (np.arange(len(alive)) != run)
    low, high = np.quantile(density(samples[others], x), (0.1, 0.9), axis=0) if others.any() else (made * np.nan,) * 2
    probe = _probe(snapshot, x if grid is None else grid)

    old, right = _scene_axes(ax, x, top, artists)
    still = dict(old.still) or {"real": ax.fill_between(x, real, color=REAL, alpha=0.3, lw=0, label="real")}
    moving = {"band": _band(ax, old, "band", x, low, high, color=GENERATED, label=OTHERS)}
    style = {"color": GENERATED, "lw": 2, "label": "generated (kernel estimate)"}
    moving["generated"] = _line(ax, old, "generated", x, made, **style)
    style = {"color": D_STAR, "ls": "--", "label": "D* (from the kernel estimate)"}
    moving["d_star"] = _line(right, old, "d_star", x, d_star(real, made), **style)
    if probe is not None:
        moving["d"] = _line(right, old, "d", *_alive_only(probe, run, alive[run]), color=D, label="D")
    count = f" · run {run} of {len(samples)}" if len(samples) > 1 else ""
    moving["step"] = _title(ax, f"step {snapshot.step:,}{count}", "left")
    moving["note"] = _title(ax, _scene_note(snapshot, samples, run, x, made.max(), top), "right")
    if artists is None:
        shown = ["generated", "d", "d_star"] + ["band"] * (len(samples) > 1)
        still["legend"] = _legend(ax, [still["real"], *(moving[name] for name in shown if name in moving)])
    return Drawn(moving, still)


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
    samples, alive = _line_samples(history.samples, times=1), _alive(history)
    found = moments(samples[alive][..., None])
    drawn = {}
    for (name, label), ax in zip(names.items(), axes, strict=True):
        values = np.full(alive.shape, np.nan)
        values[alive] = getattr(found, name)
        curves, levels = {name: (values, GENERATED, "generated")}, {"real": (getattr(real, name), REAL)}
        drawn[name] = _draw_curves(ax, history, run, curves, levels, (artists or {}).get(name), {"real": "real data"})
        ax.set_ylabel(label)
    return drawn


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
    diverged says when. Densities above twice the real peak are cut off.
    Raises ValueError if a shape does not fit."""
    last, axes = history[-1], np.asarray(axes, dtype=object).ravel()
    samples, real, diverged = _line_samples(last.samples), _on("real_density", real_density, x), last.diverged
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
        _label_lowest(axes[: len(samples)])
        handles = [drawn[0]["real"], drawn[0]["generated"]]
        axes[0].figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return drawn


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
        moving = {"generated": fake, "title": _title(ax, title, "center")}
        ax.set(xlim=window, ylim=window, aspect="equal")
        drawn.append(Drawn(moving, still))
    if artists is None:
        for ax in axes[len(drawn) :]:
            ax.set_visible(False)
        _label_lowest(axes[: len(drawn)], "x", "y")
        handles = [drawn[0]["real"], drawn[0]["generated"]]
        axes[0].figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, markerscale=3)
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

    shares: one `metrics.Share` a position. label: the slider's name, with its unit. of: which runs are counted, where
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
    point = _line(ax, artists, "share", positions, values, color=color, marker="o", lw=1, label=f"share of {of}")
    totals = sorted({share.total for share in shares})
    total = f"{totals[0]}" if len(totals) == 1 else f"{totals[0]} to {totals[-1]}"
    ax.set(xlim=_stretch(ax, positions), ylim=(-0.03, 1.03), xlabel=label)
    ax.set_ylabel(f"share of {of} (of {total})")
    if artists is None:
        still["legend"] = _legend(ax, [point, lines])
    return Drawn({"share": point, "interval": lines}, still)


def _draw_final(ax, samples, diverged, real, x, run, good, old) -> Drawn:
    made = density(samples, x) if diverged < 0 else np.full(len(x), np.nan)
    verdict = "" if good is None else " ✓ good" if good else " ✗ not good"
    still = dict(old.still) if old else {"real": ax.fill_between(x, real, color=REAL, alpha=0.3, lw=0, label="real")}
    line = _line(ax, old, "generated", x, made, color=GENERATED, lw=2, label="generated (kernel estimate)")
    words = f"run {run}{verdict}" if diverged < 0 else f"run {run} ✗ diverged\nat step {diverged:,}"
    title = ax.set_title(words, fontsize="medium")
    if good is not None or diverged >= 0:
        ax.spines[:].set(color=GOOD if good and diverged < 0 else BAD, linewidth=2)
    ax.set(xlim=(x[0], x[-1]), ylim=(-0.06 * real.max(), 2 * real.max()))
    return Drawn({"generated": line, "title": title}, still)


def _label_lowest(axes, xlabel: str = _X, ylabel: str = "density") -> None:
    """Labels and numbers only where no drawn Axes stands below or to the left (`label_outer` counts hidden ones)."""
    specs = [ax.get_subplotspec() for ax in axes]
    for ax, spec in zip(axes, specs, strict=True):
        column = [other.rowspan.stop for other in specs if other and spec and other.colspan == spec.colspan]
        lowest, first = not spec or spec.rowspan.stop == max(column), not spec or spec.is_first_col()
        ax.set(xlabel=xlabel if lowest else "", ylabel=ylabel if first else "")
        ax.tick_params(labelbottom=lowest, labelleft=first)


def _cloud(ax, old, name, points, **style) -> Artist:
    return _line(ax, old, name, points[:, 0], points[:, 1], ls="", mew=0, label=name, **style)


def _draw_curves(ax, history, run, curves, levels, artists, words=GUESS) -> Drawn:
    """Curves (T, [runs]) over the steps, each with its band, and dashed levels: what three pictures share."""
    alive = _alive(history)
    run = _run(run, alive.shape[1])
    moving, still, steps = {}, dict(artists.still) if artists else {}, history.steps
    shown = [np.array([level for level, _ in levels.values()])]
    for name, (values, colour, label) in curves.items():
        values = np.asarray(values, dtype=float).reshape(alive.shape)
        values = np.where(alive & np.isfinite(values), values, np.nan)
        low, high = _quantiles(np.delete(values, run, axis=1))
        moving[f"{name} band"] = _band(ax, artists, f"{name} band", steps, low, high, color=colour, label=OTHERS)
        moving[name] = _line(ax, artists, name, steps, values[:, run], color=colour, label=label)
        shown += [low, high, values[:, run]]
    ended = int(history.diverged.reshape(alive.shape)[-1, run])
    moving["note"] = _title(ax, f"run {run} diverged at step {ended:,}" if ended >= 0 else "", "right")
    ax.set(xlim=(steps[0], max(steps[-1], steps[0] + 1)), ylim=_limits(np.concatenate(shown)), xlabel=_STEPS)
    if artists is None:
        for name, (level, colour) in levels.items():
            still[name] = ax.axhline(level, color=colour, ls="--", lw=1, label=words[name])
        bands = [tuple(moving[f"{name} band"] for name in curves)] if alive.shape[1] > 1 else []
        handles = [moving[name] for name in curves] + bands + [still[name] for name in levels]
        still["legend"] = _legend(ax, handles)
    return Drawn(moving, still)


def _scene_axes(ax, x, top, artists) -> tuple[Drawn, Axes]:
    """The picture so far and the right-hand axis; limits leave the frame free, where moving and still would meet."""
    if artists is not None:
        return artists, artists["d_star"].axes
    margin = 0.02 * (x[-1] - x[0])
    ax.set(xlim=(x[0] - margin, x[-1] + margin), ylim=(-0.03 * top, 1.03 * top), xlabel=_X, ylabel=_DENSITY)
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


def _line(ax, old, name, x, y, **style) -> Artist:
    if old and name in old.moving:
        old[name].set_data(x, y)
        return old[name]
    return ax.plot(x, y, zorder=_ABOVE_FRAME + 1, **style)[0]


def _band(ax, old, name, x, low, high, **style) -> Artist:
    if old and name in old.moving:
        old[name].set_data(x, low, high)
        return old[name]
    return ax.fill_between(x, low, high, alpha=0.2, lw=0, zorder=_ABOVE_FRAME, **style)


def _title(ax, words: str, side: str) -> Artist:
    weight = "bold" if side == "right" else "normal"
    return ax.set_title(words, loc=side, fontsize="medium", fontweight=weight)


class _Below(Legend):
    """A legend whose height counts in the layout, but not its width: each draw would narrow the axes once more."""

    def get_tightbbox(self, renderer=None):
        box, frame = super().get_tightbbox(renderer), self.axes.get_window_extent(renderer)
        return Bbox.from_extents(frame.x0, box.y0, frame.x1, box.y1)


def _legend(ax, handles) -> Artist:
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


def _line_samples(samples: np.ndarray, times: int = 0) -> np.ndarray:
    """([T,] [runs,] view, 1) -> ([T,] runs, view)."""
    samples = np.asarray(samples)
    if samples.ndim - times not in (2, 3) or samples.shape[-1] != 1:
        refuse("samples", samples.shape, "of shape ([runs,] view, 1): this picture is of a line")
    samples = samples[..., 0]
    return samples if samples.ndim - times == 2 else np.expand_dims(samples, times)


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


def _run(run: int, runs: int) -> int:
    if whole("run", run, 0) >= runs:
        refuse("run", run, f"from 0 to {runs - 1}, for this record has {runs} runs")
    return run


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
