"""The player's plane as Matplotlib draws it: one picture file a frame, in an `ipywidgets.Image`.

In its favour it draws the plane alone, without the small charts, keeps its artists from frame to frame, packs its
pictures fast rather than small, and waits for no page.
"""

import io
import math
import time

import numpy as np
from ipywidgets import Image
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gan_lessons._core.threads import one_thread
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.labs.scenes.charts import GENERATED, REAL
from gan_lessons.labs.scenes.plane import ARROWS, NOISE
from gan_lessons.recipes.recipe import Recipe

INCHES = 6  # at 100 pixels an inch about as large as the plane of the lab


class MatplotlibLab:
    """A recipe of the plane, trained with one run and drawn every few steps: the player's own trainer and scene.

    image: the widget that shows it. steps: of training, a frame."""

    def __init__(self, recipe: Recipe, steps: int = 5):
        lab = Lab(recipe, runs=1, name="drawn by Matplotlib")
        self.scene, self.trainer, self.steps = lab.scene, lab.trainer, steps
        self.pair, self.image = self.trainer.alone(0), Image(format="png")
        self.figure = Figure((INCHES, INCHES), dpi=100, layout="constrained")
        FigureCanvasAgg(self.figure)
        self._make_artists(recipe.window)
        self.draw()
        self.figure.set_layout_engine("none")  # made once

    def play(self, seconds: float) -> None:
        """Trains and draws for so long."""
        end = time.perf_counter() + seconds
        with one_thread():
            while time.perf_counter() < end:
                self.trainer.advance(self.steps)
                self.draw()

    def draw(self) -> None:
        """Puts where the training stands into the image."""
        heat, bent, real, fake, push = self._layers()
        self.heat.set_data(_square(heat, 1)[..., 0])
        nodes = _square(bent, 2)
        self.bent.set_segments([*nodes, *nodes.swapaxes(0, 1)])
        for cloud, points in ((self.real, real), (self.fake, fake)):
            cloud.set_offsets(points.reshape(-1, 2))
        self.push.set_offsets(fake.reshape(-1, 2)[:ARROWS])
        self.push.set_UVC(*push.reshape(-1, 2).T)
        with io.BytesIO() as file:
            self.figure.canvas.print_png(file, pil_kwargs={"compress_level": 1})
            self.image.value = file.getvalue()

    def _layers(self) -> list[np.ndarray]:
        """The numbers of surface, bent grid, real points, generated points and arrows, as the page finds them."""
        values, _ = self.scene.frame(self.trainer, self.trainer.snapshot(), self.pair, 0)
        arrays = self.scene.spec["arrays"]
        frame = unpack(arrays["moving"], values) | unpack(arrays["still"], self.scene.still(self.trainer, 0))
        found = {}
        for layer in self.scene.spec["panels"][0]["layers"]:
            found.setdefault(layer["kind"], []).append(layer["values"])
        names = [found["heat"][0], found["grid"][0], *found["cloud"][:2], found["arrows"][0]]
        return [frame[name].ravel() for name in names]

    def _make_artists(self, window: tuple[float, float]) -> None:
        ax = self.figure.subplots()
        look = {"origin": "lower", "extent": (*window, *window), "vmin": 0, "vmax": 1, "cmap": "RdBu", "alpha": 0.55}
        self.heat = ax.imshow([[0.5]], **look)
        self.bent = ax.add_collection(LineCollection([], colors=NOISE, linewidths=1))
        self.real = ax.scatter([], [], s=9, color=REAL, marker="s", linewidths=0)
        self.fake = ax.scatter([], [], s=9, color=GENERATED, linewidths=0)
        zeros = np.zeros(ARROWS)
        self.push = ax.quiver(zeros, zeros, zeros, zeros, angles="xy", scale_units="xy", scale=1, width=0.002)
        ax.set(xlim=window, ylim=window, xlabel="x", ylabel="y")


def _square(values: np.ndarray, d: int) -> np.ndarray:
    """Rows of what lies on a square, (n, n, d)."""
    n = math.isqrt(values.size // d)
    return values.reshape(n, n, d)
