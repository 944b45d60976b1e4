"""From a `History` and a drawing function to frames, and the film of a GAN on a line.

Frames are fast because what stands still is drawn once and copied (blitting).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.animation.writers import save_gif, save_html, save_mp4, to_html
from gan_lessons.plots.line import draw_scene
from gan_lessons.plots.style import Drawn
from gan_lessons.trainers.records import History, Snapshot


def frames(history: History, figure: Figure, update: Callable[[Snapshot], Iterable[Artist]]) -> Iterator[np.ndarray]:
    """One image (height, width, 4) uint8 a snapshot, drawn into `figure` by blitting.

    update(snapshot) draws a snapshot and returns the artists that it moves, for example `drawn.moving.values()`.
    All else (limits, ticks, legends) stays as the first snapshot left it."""
    canvas, still, artists = FigureCanvasAgg(figure), None, ()
    try:
        for snapshot in (history[place] for place in range(len(history))):
            artists = _in_drawing_order(figure, update(snapshot))
            for artist in artists:
                artist.set_animated(True)
            if still is None:
                canvas.draw()
                still = canvas.copy_from_bbox(figure.bbox)
            canvas.restore_region(still)
            for artist in artists:
                artist.axes.draw_artist(artist)
            yield np.array(canvas.buffer_rgba())
    finally:
        for artist in artists:
            artist.set_animated(False)


@dataclass(frozen=True, eq=False)
class Film:
    """The film of `plots.draw_scene`: densities, D and D* from snapshot to snapshot.

    real_density: (n,), the real data's density at x (n,). run: the one drawn as a line. size: inches; dpi: dots an
    inch. D is taken from the history's probe "D" on its setting "grid" = [low, high, n], where both are there.
    Raises ValueError if there is no such run."""

    history: History
    real_density: np.ndarray
    x: np.ndarray
    run: int = 0
    size: tuple[float, float] = (6.4, 4.2)
    dpi: int = 100

    def __post_init__(self):
        runs = self.history.d_loss[0].size
        if whole("run", self.run, 0) >= runs:
            refuse("run", self.run, f"from 0 to {runs - 1}, for this history has {runs} runs")
        if np.shape(self.real_density) != np.shape(self.x):
            refuse("real_density", np.shape(self.real_density), f"of the shape of x, {np.shape(self.x)}")

    def frames(self) -> Iterator[np.ndarray]:
        """One image (height, width, 4) uint8 a snapshot, on a figure of its own."""
        figure = Figure(self.size, dpi=self.dpi, layout="constrained")
        ax, drawn = figure.add_subplot(), None

        def update(snapshot: Snapshot) -> Iterable[Artist]:
            nonlocal drawn
            drawn = self.draw(ax, snapshot, drawn)
            return drawn.moving.values()

        return frames(self.history, figure, update)

    def draw(self, ax, snapshot: Snapshot, artists: Drawn | None = None) -> Drawn:
        """Draws one snapshot as this film does."""
        grid = self.history.settings.get("grid")
        grid = None if grid is None else np.linspace(grid[0], grid[1], int(grid[2]))
        return draw_scene(ax, snapshot, self.real_density, self.x, self.run, artists, grid=grid)

    def alt(self) -> str:
        """What the film shows, in words, for those who cannot see it."""
        steps, runs = self.history.steps, self.history.d_loss[0].size
        which = f"run {self.run} of {runs}" if runs > 1 else "one run"
        return (
            f"A GAN's training, {which}, from step {steps[0]:,} to {steps[-1]:,} in {len(steps)} pictures: "
            "the densities of the real and of the generated data, D's output, and D*, the best that any D could answer."
        )

    def gif(self, path: str | Path, fps: float = 12) -> Path:
        """Writes a GIF; see `save_gif`."""
        return save_gif(path, self.frames(), fps)

    def mp4(self, path: str | Path, fps: float = 24) -> Path:
        """Writes an MP4; see `save_mp4`."""
        return save_mp4(path, self.frames(), fps)

    def html(self, fps: float = 12) -> str:
        """A player to put into a page or a notebook (`IPython.display.HTML`); see `to_html`."""
        return to_html(self.frames(), fps, self.alt(), [f"step {step:,}" for step in self.history.steps])

    def page(self, path: str | Path, fps: float = 12) -> Path:
        """Writes the player as a page of its own; see `save_html`."""
        return save_html(path, self.html(fps), "A GAN's training")


def _in_drawing_order(figure: Figure, artists: Iterable[Artist]) -> list[Artist]:
    """The order of a full draw: axes by axes (a twin comes after its sister), inside of each by zorder."""
    order = {ax: place for place, ax in enumerate(sorted(figure.axes, key=lambda ax: ax.zorder))}
    return sorted(artists, key=lambda artist: (order[artist.axes], artist.zorder))
