"""The playground: every setting of a toy GAN in one lab, data that one draws oneself, and files to share."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from gan_lessons import recipes
from gan_lessons.errors import refuse, whole
from gan_lessons.labs import settings_file
from gan_lessons.labs.choices import CHOICES
from gan_lessons.labs.drawing import drawn
from gan_lessons.labs.film import Film
from gan_lessons.labs.film_page import film_page
from gan_lessons.labs.player import Player, layout
from gan_lessons.labs.settings import Setting, fitting
from gan_lessons.recipes import Recipe
from gan_lessons.records import replacing

RUNS = (1, 2, 4, 8, 16, 32, 64, 100)


class Playground(Player):
    """A player in which all can be changed. recipe, seed, speed, name: as in `Player`; runs: how many seeds at once.

    `drawn` is what a person drew, (n, 2) or (n, 1), or None. `save(path)` and `load(path)`: settings with all that was
    done, as a small JSON file. `save_page(path)`: what was kept of the training, as a page that needs no kernel."""

    abilities = ("slow", "draw", "share")

    def __init__(
        self,
        recipe: Recipe = recipes.gan_lab_gaussians,
        *,
        runs: int = 1,
        seed: int = 0,
        speed: int = 5,
        name: str = "playground",
    ):
        self.drawn: np.ndarray | None = None
        super().__init__(recipe, runs=runs, seed=seed, speed=speed, name=name)

    @property
    def settings(self) -> dict[str, Setting]:
        """Those of `choices` that make sense now, by name."""
        player = {setting.name for setting in fitting(self.recipe)}
        sliders = {"mean", "sd", "d_width", "g_width", "d_steps", "g_steps", "d_lr", "g_lr", "batch"}
        return {choice.name: choice for choice in CHOICES if choice.name in player or choice.name not in sliders}

    def _own_settings(self) -> dict:
        own = super()._own_settings()
        values = sorted({*RUNS, self.runs})
        runs = {"name": "runs", "label": "seeds at once (restarts)", "help": "One is drawn, the others are counted"}
        runs |= {"values": values, "index": values.index(self.runs), "kind": "range", "group": "learning"}
        return own | {"runs": (runs, self._set_runs)}

    def _set_runs(self, runs: int) -> None:
        chosen = tuple(side.recipe for side in self.sides)
        runs = whole("runs", runs)
        self._start(chosen, self.seed, runs, self._scene_of(chosen, runs), "seeds at once")

    def draw(self, points) -> None:
        """Trains on points that a person drew: (n, 2) in the plane, or (n, 1) on a line, within the window."""
        with self.lock:
            data = drawn(points, self.recipe.window)
            self._put(replace(self.recipe, data=data), "the drawing")
            self.drawn = np.asarray(points, dtype=float)

    # -- files -------------------------------------------------------------------------------------------

    def settings_text(self) -> str:
        """Settings, seed, runs and what was done, as JSON."""
        with self.lock:
            return settings_file.to_json(*self._shared())

    def save(self, path: str | os.PathLike) -> None:
        """Writes `settings_text` as a file that ends in .json; an old one of this name makes way for it."""
        with self.lock:
            settings_file.save(path, *self._shared())

    def load(self, path: str | os.PathLike) -> None:
        """Trains again what a saved file says, to the very state. Raises ValueError for a file that is no such one."""
        self._begin_again(settings_file.load(path))

    def load_text(self, text: str) -> None:
        """As `load`, from the text of such a file."""
        self._begin_again(settings_file.from_json(text))

    def _shared(self) -> tuple:
        side = self.sides[0]
        side.slow.finish(side.trainer, side.log)
        return side.log.recipe, side.seed, side.runs, side.log.moves

    def _begin_again(self, shared: settings_file.Shared) -> None:
        chosen = (shared.recipe,)
        with self.lock:
            self._start(chosen, shared.seed, shared.runs, self._scene_of(chosen, shared.runs), "loading")
            self.sides[0].redo(shared.moves, lambda: self._frame(paid=False))
            if layout(self.recipe) != layout(shared.recipe):  # something that was done changed the picture
                self._stand(self.sides, Film(), self._scene_of((self.recipe,), self.runs), self.at)
                self.page.film()
            self._answer()

    def page_text(self) -> str:
        """What was kept of the training as one page of HTML that needs neither kernel nor network."""
        with self.lock:
            title = f"{self.recipe.name}, seed {self.seed + self.shown}"
            return film_page(self.scene.spec, self.film.frames, title, f"What is trained: {self.recipe.source}.")

    def save_page(self, path: str | os.PathLike) -> None:
        """Writes `page_text` as a file that ends in .html; an old one of this name makes way for it."""
        if Path(path).suffix != ".html":
            refuse("path", Path(path).name, "a name that ends in .html")
        with replacing(path) as file:
            file.write(self.page_text().encode())
