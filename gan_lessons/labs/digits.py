"""The digit lab: watch samples sharpen while a GAN of digits trains, change it, break it, save it and go on."""

import contextlib
import os
import time
from pathlib import Path

from gan_lessons import devices
from gan_lessons.digits import DigitRecipe
from gan_lessons.errors import refuse, whole
from gan_lessons.labs import breakdowns, digit_files, digit_words
from gan_lessons.labs.digit_page import DigitPage
from gan_lessons.labs.digit_scene import NORMAL, DigitFilm, DigitScene
from gan_lessons.labs.digit_settings import DigitSetting, fitting
from gan_lessons.labs.digit_training import DigitTraining, for_start
from gan_lessons.labs.panels import gives_scores
from gan_lessons.labs.player import Player


class DigitLab(Player):
    """A player for one GAN of digits. Put it on a cell's last line to see it; `advance` trains it headless.

    recipe: what to train; None is the lean DCGAN, or what goes on from start. seed, name: as in `Player`. device: see
    `devices.choose`. start: None, or "dcgan" or "mlp" to begin with the weights that ship; the networks are then theirs
    (see `for_start`), and the optimizers start afresh.
    until: the step at which play stops by itself (default: the recipe's `steps`); playing again goes on beyond.
    Scores are measured beside the training, which they never change. Raises ValueError, naming the argument, for what
    cannot work.
    """

    abilities = ("digits",)
    speeds = (1, 2, 5, 10, 20)
    page_kind, film_kind = DigitPage, DigitFilm
    threads = staticmethod(contextlib.nullcontext)  # networks of this size want every core

    def __init__(
        self,
        recipe: DigitRecipe | None = None,
        *,
        seed: int = 0,
        device: devices.Device = "auto",
        start: str | None = None,
        until: int | None = None,
        name: str = "digits",
    ):
        if not isinstance(recipe, DigitRecipe | None):
            refuse("recipe", recipe, "None or a DigitRecipe, such as digits.lean_dcgan")
        self.normal, self._normal_start, self._start_from = for_start(recipe, start), start, start
        self.device, self._until = devices.choose(device), None if until is None else whole("until", until)
        self._file: Path | None = None
        self._begin((self.normal,), 1, whole("seed", seed, 0), 1, name)

    @property
    def until(self) -> int:
        """The step at which play stops by itself."""
        own = self.recipe.name == self.normal.name
        return self._until if own and self._until is not None else self.recipe.steps

    # -- what a person can do, from Python as from the page ----------------------------------------------

    def setup(self, name: str) -> str:
        """Begins again with a scene that breaks down, one of `breakdowns.BY_NAME`, or with "normal", from the same
        seed; returns a sentence on what to look for. `undo` brings back what was there."""
        if name == NORMAL:
            self._afresh(self.normal, self._normal_start, "going back to normal")
            return "As the lab was opened, from the same seed. Undo brings back what was there."
        if name not in breakdowns.BY_NAME:
            refuse("name", name, f"one of {[*breakdowns.BY_NAME, NORMAL]}")
        recipe = breakdowns.BY_NAME[name]
        self._afresh(recipe, None, f"the scene {name!r}")
        return f"{breakdowns.LOOK_FOR[recipe]} Press Play."

    def restart(self, seed: int | None = None) -> None:
        """From where it began, with the settings of now; with the same seed, or with another. After `load` that is the
        first weights of the file's seed."""
        self._start_from = self.sides[0].start
        super().restart(seed)

    def measure(self) -> tuple[float, float]:
        """Score and FID of what G makes now, of 1,000 samples; not Inception numbers. Training stays as it is.

        Raises ValueError where they cannot be measured."""
        with self.lock:
            self._side.measure()
            self._answer()
            judge = self._side.judge
            if judge.trouble:
                raise ValueError(judge.trouble)
            return judge.score, judge.fid

    def save(self, path: str | os.PathLike | None = None) -> Path:
        """Writes all that training goes on from, and returns where: a name that ends in .safetensors, by default the
        next free one of digits_0001.safetensors, ... in the working folder. Nothing is overwritten.

        Raises ValueError for a name that is taken, and where it cannot be written; training is then as it was."""
        with self.lock:
            path = digit_files.free(Path.cwd()) if path is None else Path(path)
            digit_files.save(self.trainer, path)
            self._file = path.absolute()
            self.page.offer_settings()  # the list of files is one of them
            return path

    def load(self, path: str | os.PathLike | None = None) -> Path:
        """Goes on from a saved file, by default the one chosen in the lab or saved by it last, or the newest; with the
        settings and the seed that it was saved with. Returns which it was; `undo` brings back what was there.

        Raises ValueError, and leaves all as it was, for a file that is missing, damaged, or of no GAN of digits."""
        own = [self.recipe, self.normal]
        path = self._chosen_file() if path is None else Path(path)
        tried, seed = digit_files.recipes_for(path, own)
        with self.lock:
            side = self._loaded(path, tried, whole("seed", seed, 0))
            before, self._start_from = (self.sides, self.film, self.scene, self.at), None
            self._stand([side], self.film_kind(), self._scene_of((side.recipe,), 1), 0)
            before[0][0].forget()
            self._note("going on from a file", lambda: (self._stand(*before), self.page.film()))
            self.page.film()
            self._answer()
        return path

    def _loaded(self, path: Path, tried: list[DigitRecipe], seed: int) -> DigitTraining:
        """The training in a file, which is of the first of these recipes that has its networks."""
        refused = None
        for recipe in tried:
            try:
                return DigitTraining.loaded(path, recipe, seed, self.scene.view, self.device)
            except ValueError as error:
                refused = refused or error
        raise refused

    def _chosen_file(self) -> Path:
        files = list(self._files().values())
        if not files:
            raise ValueError(f"path: there is no file digits_0001.safetensors or a later one in {str(Path.cwd())!r}")
        return self._file if self._file in files else files[0]

    def _files(self) -> dict[str, Path]:
        """Name -> file, the newest first, of those in the working folder; before them one that was saved elsewhere."""
        found = {file.name: file for file in digit_files.saved(Path.cwd())}
        if self._file and self._file.is_file() and self._file not in found.values():
            found = {f"{self._file.name}, in {self._file.parent}": self._file} | found
        return found

    # -- training ----------------------------------------------------------------------------------------

    def _afresh(self, recipe: DigitRecipe, start: str | None, why: str) -> None:
        with self.lock:
            self._start_from = start
            self._start((recipe,), self.seed, 1, self._scene_of((recipe,), 1), why)

    def _training(self, recipe: DigitRecipe, seed: int, runs: int, view: int) -> DigitTraining:
        return DigitTraining(recipe, seed, view, self.device, self._start_from)

    def _put(self, recipe: DigitRecipe, what: str) -> None:
        """Goes on with a changed recipe."""
        before = self.recipe
        self._changed(recipe)
        if recipe != before:
            self._note_change(what, lambda: self._changed(before))
        self._answer()

    def _changed(self, recipe: DigitRecipe) -> None:
        self.sides[0].change(recipe)
        scene = self._scene_of((recipe,), 1)
        if scene.spec != self.scene.spec:  # other words on the same panels, so the film stays
            self._stand(self.sides, self.film, scene, 0)

    def _scene_of(self, chosen: tuple[DigitRecipe, ...], runs: int) -> DigitScene:
        return DigitScene(chosen[0].name, gives_scores(chosen[0].objective))

    def _picture(self, stage) -> tuple[dict, bytes, bytes]:
        side, start = self.sides[0], time.perf_counter()
        snapshot = side.trainer.snapshot()
        values, numbers = self.scene.frame(snapshot, side.judge)
        words = digit_words.summary(side, numbers, self.until, self.scene.scores)
        side.drawn(time.perf_counter() - start)
        header = {"step": snapshot.step, "summary": words, "notice": digit_words.notice(side.trainer)}
        return header | {"phase": "", "line": -1}, b"", values

    # -- settings ----------------------------------------------------------------------------------------

    @property
    def settings(self) -> dict[str, DigitSetting]:
        """The settings of a recipe that make sense now, by name; all act on the running training."""
        return {setting.name: setting for setting in fitting(self.recipe)}

    def _own_settings(self) -> dict[str, tuple[dict, object]]:
        files = self._files()
        if not files:
            return {}
        known = {
            "name": "file",
            "label": "file to go on from",
            "help": "Saved trainings in this folder, newest first; before them one saved elsewhere",
        }
        index = list(files.values()).index(self._chosen_file())
        known |= {"values": list(files), "index": index, "kind": "choice", "group": "saved trainings"}
        return {"file": (known, self._choose_file)}

    def _choose_file(self, name: str) -> None:
        files = self._files()
        if name not in files:
            refuse("file", name, f"one of {list(files)}")
        self._file = files[name]
