"""What metrics say as a forgery grows stronger, each on its own Axes beside the floor of real digits."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from gan_lessons._core.refusals import refuse
from gan_lessons.plots.style import GENERATED, REAL

# name in a row -> (title, which end is better)
METRICS = {
    "fid": ("FID", "low"),
    "kid": ("KID", "low"),
    "score": ("score", "high"),
    "precision": ("precision", "high"),
    "recall": ("recall", "high"),
    "density": ("density", "high"),
    "coverage": ("coverage", "high"),
    "copies": ("copies", "low"),
}


def draw_metrics(axes: Sequence[Axes], rows: Sequence[dict], at: int) -> None:
    """rows: of the table of forgeries, by rising strength, the first one real digits, the floor. at: the row that is
    marked. Raises ValueError unless axes are as many as `METRICS`, and for an `at` that is no row."""
    axes = np.asarray(axes, dtype=object).ravel()
    if len(axes) != len(METRICS):
        refuse("axes", len(axes), f"{len(METRICS)} Axes")
    if at not in range(len(rows)):
        refuse("at", at, f"from 0 to {len(rows) - 1}")
    strengths = [row["strength"] for row in rows]
    for ax, (name, (title, better)) in zip(axes, METRICS.items(), strict=True):
        values = [row[name] for row in rows]
        ax.axhline(values[0], color=REAL, linestyle="--", linewidth=1)
        ax.plot(strengths, values, ".-", color=GENERATED, linewidth=1)
        ax.plot(strengths[at], values[at], "o", color=GENERATED, markersize=9)
        low, high = (1, 10) if name == "score" else (0, 1)
        ax.set_ylim(low - 0.05 * (high - low), max(high * (name not in ("fid", "kid")), *values) * 1.08)
        ax.set_title(f"{title} {values[at]:.3g}\n({better} is good)", fontsize="small")
        ax.tick_params(labelsize="x-small")
        ax.locator_params(nbins=3)  # ticks take matplotlib most of its time
    for ax in axes[len(axes) // 2 :]:
        ax.set_xlabel("strength", fontsize="small")
