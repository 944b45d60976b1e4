"""Pictures of the Dirac-GAN: the field of its two numbers, and walks through it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from gan_lessons._core.refusals import refuse
from gan_lessons.plots.style import D_STAR, GENERATED, D, Drawn, label_lowest, moved_line, titled

ARROWS = 13  # a side


def draw_walks(
    axes: Sequence[Axes],
    games: Sequence,
    walks: np.ndarray,
    titles: Sequence[str],
    window: tuple[float, float] = (-2.0, 2.0),
    artists: Sequence[Drawn] | None = None,
) -> list[Drawn]:
    """The field of each game with a walk through it, one on each of the Axes (surplus ones are hidden).

    games: `theory.DiracGAN`s. walks: (games, steps, 2), as `DiracGAN.walk` gives them. titles: one a game. window:
    (low, high), the square of theta and psi that is drawn. Arrows show the direction; long ones are shortened.
    Raises ValueError if a shape does not fit."""
    walks, axes = np.asarray(walks), np.asarray(axes, dtype=object).ravel()
    if walks.ndim != 3 or walks.shape[-1] != 2 or not len(walks) == len(games) == len(titles) <= len(axes):
        refuse(
            "walks", f"{walks.shape} for {len(games)} games", "(games, steps, 2), with a title and Axes for each game"
        )
    drawn = []
    for i, (ax, game, walk) in enumerate(zip(axes, games, walks, strict=False)):
        old = artists[i] if artists else None
        still = dict(old.still) if old else _still(ax, game, window)
        path = moved_line(ax, old, "walk", *walk.T, color=GENERATED, lw=1.2, label="walk")
        now = moved_line(ax, old, "now", *walk[-1:].T, color=GENERATED, marker="o", ls="", label="last step")
        drawn.append(Drawn({"walk": path, "now": now, "title": titled(ax, titles[i], "center")}, still))
        ax.set(xlim=window, ylim=window, aspect="equal")
    if artists is None:
        for ax in axes[len(drawn) :]:
            ax.set_visible(False)
        label_lowest(axes[: len(drawn)], "theta (G's point)", "psi (D's slope)")
    return drawn


def _still(ax: Axes, game, window: tuple[float, float]) -> dict:
    """The arrows and the solution."""
    x, y = np.meshgrid(*[np.linspace(*window, ARROWS + 2)[1:-1]] * 2)
    u, v = game.field(x, y)
    length = np.hypot(u, v)
    shown = (window[1] - window[0]) / ARROWS / (0.5 + length)
    look = {"angles": "xy", "scale_units": "xy", "scale": 1, "color": D, "alpha": 0.6, "width": 0.004}
    arrows = ax.quiver(x, y, u * shown, v * shown, **look)
    return {"field": arrows, "solution": ax.plot(0, 0, color=D_STAR, marker="s", ls="", label="solution")[0]}
