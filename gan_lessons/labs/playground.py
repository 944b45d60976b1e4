"""The playground: every setting of a toy GAN in one lab, data that one draws oneself, and files to share."""

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gan_lessons._core.refusals import whole
from gan_lessons._core.settings import Control
from gan_lessons.distributions import points_file
from gan_lessons.distributions.drawn import drawn
from gan_lessons.labs import controls, settings_file
from gan_lessons.labs.all_or_nothing import all_or_nothing
from gan_lessons.labs.film_page import source_of
from gan_lessons.labs.lab import Lab
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.recipe import Recipe

RUNS = (1, 2, 4, 8, 16, 32, 64, 100)


class Playground(Lab):
    """A lab in which all can be changed. recipe, seed, speed, name, show: as in `Lab`; runs: how many seeds at once.

    `drawn` is what a person drew or gave, (n, 2) or (n, 1), before any scaling, or None. `save(path)`, `load(path)`:
    settings with all that was done, as a small JSON file."""

    offers = ("slow", "draw", "share")
    shows = ("data", "d_lr", "g_lr", "loss")

    def __init__(
        self,
        recipe: Recipe = recipes.gan_lab_gaussians,
        *,
        runs: int = 1,
        seed: int = 0,
        speed: int = 5,
        name: str = "playground",
        show: Sequence[str] | None = None,
    ):
        self.drawn: np.ndarray | None = None
        super().__init__(recipe, runs=runs, seed=seed, speed=speed, name=name, show=show)

    @property
    def settings(self) -> dict[str, Control]:
        """All controls of the recipe, by name."""
        return controls.everything(self.recipe)

    def own_settings(self) -> dict:
        own = super().own_settings()
        values = sorted({*RUNS, self.runs})
        about = "How many seeds train side by side. One is drawn, the others are counted: so luck is told from a rule."
        runs = {"name": "runs", "label": "seeds at once (restarts)", "help": about}
        runs |= {"values": values, "index": values.index(self.runs), "kind": "range", "group": "training"}
        return own | {"runs": (runs, self._set_runs)}

    def _set_runs(self, runs: int) -> None:
        chosen = tuple(side.recipe for side in self.sides)
        runs = whole("runs", runs)
        self._start(chosen, self.seed, runs, self.scene_of(chosen, runs), "seeds at once")

    def draw(self, points) -> str:
        """Trains on points of one's own, and says on which: (n, 2) in the plane, (n, 1) on a line, or a CSV file.

        Those that do not lie in the window are moved and divided to fit, and the sentence says by what: see `drawn`."""
        points, name = points_file.read(points) if isinstance(points, str | os.PathLike) else (points, "")
        with self.lock, all_or_nothing(self):
            data = drawn(points, self.recipe.window, name)
            chosen = (replace(self.recipe, data=data),)
            self._start(chosen, self.seed, self.runs, self.scene_of(chosen, self.runs), "the drawing")
            self.drawn = np.asarray(points, dtype=float)
            return f"{source_of(self.recipe)}."

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
        side, steps = self.sides[0], self.trainer.steps
        side.finish()
        if self.trainer.steps != steps:  # a step was half done: the picture is to show all that the file says
            self.answer()
        return side.log.recipe, side.seed, side.runs, side.log.moves

    def _begin_again(self, shared: settings_file.Shared) -> None:
        chosen = (shared.recipe,)
        with self.lock, all_or_nothing(self):
            self._start(chosen, shared.seed, shared.runs, self.scene_of(chosen, shared.runs), "loading")
            self.sides[0].redo(shared.moves, lambda: self.frame(paid=False))
            self._fit_scene()  # something that was done may have changed the picture
            self.answer()
