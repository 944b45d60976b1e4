"""`Lab`: watch a GAN learn, step it, change it while it runs, look back and go back. For toys and for images."""

import contextlib
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from gan_lessons._core import devices
from gan_lessons._core.refusals import refuse, whole
from gan_lessons._core.settings import Control
from gan_lessons.labs import controls, kinds, plain_pytorch, settings_file, training_files
from gan_lessons.labs.all_or_nothing import all_or_nothing
from gan_lessons.labs.conversation import Page
from gan_lessons.labs.film_again import film_again, film_on
from gan_lessons.labs.film_page import page_of
from gan_lessons.labs.kinds import layout
from gan_lessons.labs.left_picture import display, update
from gan_lessons.labs.log_as_python import script
from gan_lessons.labs.open_labs import forget, one_of_a_name
from gan_lessons.labs.session import Session
from gan_lessons.labs.setting_traits import check_known
from gan_lessons.labs.setups import NORMAL, diagnosis, for_start, set_up
from gan_lessons.labs.slow_motion import LOOP
from gan_lessons.labs.stage import Stage
from gan_lessons.labs.stage.html_page import save_page
from gan_lessons.recipes.breakdowns import LETTERS
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.schedules import InTurn

LONE = {"D": InTurn(1, 0), "G": InTurn(0, 1), "both": None}
DRAG_SECONDS = 1.0
UNDOS = 8  # how many changes can be taken back; the oldest is forgotten, for each may hold a whole training


class Lab(Stage):
    """A lab for one GAN: a widget. Put it on a cell's last line to see it; `advance` trains it headless.

    Each setting is a trait, by its name in the lab: `lab.d_lr = 0.003` moves the slider, `lab.observe` hears of it, and
    `ipywidgets.link` and `jslink` join it to a slider of your own. Another public name is an AttributeError.

    recipe: what to train; None is AYLIEN's toy, or what goes on from start. runs: how many seeds at once (toys: 100;
    images train one); one is shown, of the others the words tell (and on a line a band). seed: the first run's. speed:
    steps a frame. name: running a cell again closes the lab that had this name. device: see `Recipe.trainer`. start:
    None, or "dcgan" or "mlp" to begin with the weights that ship; the networks are then theirs, and the optimizers
    start afresh. until: of images, the step at which play stops by itself (by default the recipe's `steps`); playing
    again goes on beyond. show: the names of the settings to have in view, such as ("d_lr", "batch"); the others fold
    under their headings. None: all of them, where they are few.

    The training is `trainer`. Callbacks may come on another thread while a cell runs, so every touch of it holds
    `lock`, which is let go between steps. Raises ValueError, naming the argument, for what cannot work.
    """

    def __init__(
        self,
        recipe: Recipe | None = None,
        *,
        runs: int | None = None,
        seed: int = 0,
        speed: int | None = None,
        name: str | None = None,
        device: devices.Device | None = None,
        start: str | None = None,
        until: int | None = None,
        show: Sequence[str] | None = None,
    ):
        if not isinstance(recipe, Recipe | None):
            refuse("recipe", recipe, "None or a Recipe, such as recipes.aylien_head")
        self.normal, self._normal_start, self.start_from = for_start(recipe, start), start, start
        self.device, self._until = device and devices.choose(device), None if until is None else whole("until", until)
        self._file, self._show = None, show
        self._begin((self.normal,), runs, seed, speed, name)

    def _begin(self, chosen: tuple[Recipe, ...], runs, seed, speed, name: str | None) -> None:
        if not isinstance(self._show, list | tuple | None):
            refuse("show", self._show, "a list of names of settings, such as ['d_lr', 'batch']")
        self.kind = kind = kinds.of(chosen[0])
        runs, speed = (
            whole("runs", kind.runs if runs is None else runs),
            whole("speed", kind.speed if speed is None else speed),
        )
        seed, name = whole("seed", seed, 0), name or kind.name
        self.lock, self.epoch, self.shown = threading.RLock(), 0, 0
        self._now = threading.local()  # sent: when the message was sent that a thread follows
        self.sides: list[Session] = []
        self.film, self.done, self.still = kind.frames(), [], None
        self.at = 0  # the side that the settings are of, where there are several
        scene = self.scene_of(chosen, runs)
        speeds = sorted({*kind.speeds, speed})
        offered = list(kind.offers if self.offers is None else self.offers)
        super().__init__(speeds=speeds, speed=speed, abilities=offered, loop=list(LOOP))
        self.page = Page(self)
        self.on_msg(self.receive)
        self._start(chosen, seed, runs, scene)
        self._check_show()
        one_of_a_name(self, "lab", name)
        self.name = name

    offers: tuple[str, ...] | None = None  # what the page offers beside play and steps; None: what the kind has
    shows: tuple[str, ...] | None = None  # the settings in view where nobody says which; None: all
    closed = following = leaves = False
    heard = 0.0  # when the newest message was sent that has been followed, in ms of the page's clock

    @property
    def trainer(self):
        """The `Trainer` at work (of the side that the settings are of). Each of its steps holds `lock`, so it may be
        used while the lab plays; but only `advance` and `step` of the lab are in `code` and in its files."""
        return self.side.trainer

    @property
    def side(self) -> Session:
        """The session that the settings are of."""
        self._check_open()
        return self.sides[self.at]

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError(f"the lab {self.name!r} is closed: run its cell again for a new one")

    @property
    def recipe(self) -> Recipe:
        """The recipe as it is now."""
        return self.side.recipe

    @property
    def seed(self) -> int:
        """The first run's seed."""
        return self.side.seed

    @property
    def runs(self) -> int:
        """How many seeds are trained at once; set where the lab has a slider for it."""
        return self.side.runs

    @runs.setter
    def runs(self, runs: int) -> None:
        self.set("runs", runs)

    @property
    def until(self) -> int:
        """The step at which play stops by itself, of images."""
        own = self.recipe.name == self.normal.name
        return self._until if own and self._until is not None else self.recipe.steps

    # -- what a person can do, from Python as from the page ----------------------------------------------

    def advance(self, steps: int) -> None:
        """Trains and shows where it ended."""
        whole("steps", steps, 0)
        try:
            with self.kind.threads():
                for _ in range(steps):
                    with self.lock:  # let go between steps: a page may ask for frames meanwhile
                        self.train_a_step()
        finally:  # an interrupt too ends with a look at where it ended
            self.answer()

    def step(self, who: str = "both") -> None:
        """One step of "D" alone, of "G" alone, or of "both"."""
        if who not in LONE:
            refuse("who", who, f"one of {sorted(LONE)}")
        with self.lock, all_or_nothing(self):
            self.train_a_step(LONE[who])
            self.answer()

    def set(self, name: str, value) -> None:
        """Moves a slider, or chooses from a list, by name: acts on the running training, or restarts it where other
        networks are needed. `undo` takes it back."""
        with self.lock, all_or_nothing(self):
            own = self.own_settings()
            if name in own:
                own[name][1](value)
                return self.answer()
            settings = self.settings
            if name not in settings:
                refuse("name", name, f"one of {[*own, *settings]}")
            before = self.recipe
            self.put(controls.changed(settings[name], before, value), settings[name].label)

    def undo(self) -> str:
        """Takes back the last change of a setting, restart or going back; returns what that was, or ""."""
        with self.lock, all_or_nothing(self):
            if not self.done:
                return ""
            words, back, _ = self.done.pop()
            back()
            self.answer()
            return words

    def restart(self, seed: int | None = None) -> None:
        """From where it began, with the settings of now; with the same seed, or with another. After `load` that is the
        first weights of the file's seed."""
        seed = self.seed if seed is None else whole("seed", seed, 0)
        with self.lock, all_or_nothing(self):
            self.start_from = self.side.start
            self._start(tuple(side.recipe for side in self.sides), seed, self.runs, self.scene, "the restart")

    def back_to(self, step: int) -> None:
        """Goes back to a step that was trained, and goes on from there exactly as the first time; `undo` returns."""
        with self.lock, all_or_nothing(self):
            moments, shown = [side.moment() for side in self.sides], (list(self.film.frames), self.scene)
            whole("step", step, 0)
            for side in self.sides:
                side.back_to(min(step, side.trainer.steps))
            self.film.cut(max(side.trainer.steps for side in self.sides))

            def forward():
                for side, moment in zip(self.sides, moments, strict=True):
                    side.restore(moment)
                film = self.kind.frames()
                film.put(shown[0])
                self._stand(self.sides, film, shown[1], self.at)
                self.page.film()

            self._note("going back", forward)
            self._fit_scene()
            self.page.film()
            self.answer()

    def code(self) -> str:
        """Python that trains exactly what is on screen, as `gan`."""
        with self.lock:
            return script([self.side.log.lines()])

    def plain_code(self) -> str:
        """The run shown in plain PyTorch, without this package: with the settings of now, from step 0 to where it is.

        Raises ValueError, naming them, for settings that would need more than a few lines."""
        with self.lock:
            return plain_pytorch.written(self.recipe, self.seed + self.shown, self.trainer.steps, self.shown)

    def setup(self, name: str) -> str:
        """Begins images again with a scene that breaks down, one of `breakdowns.BY_NAME`, or with "normal", from the
        same seed; returns a sentence on what to do. `undo` brings back what was there."""
        recipe, words = set_up(name, self.normal)
        with self.lock, all_or_nothing(self):
            self.start_from = self._normal_start if name == NORMAL else None
            why = "going back to normal" if name == NORMAL else f"the scene {LETTERS[name]}"
            self._start((recipe,), self.seed, self.runs, self.scene_of((recipe,), self.runs), why)
        return words

    def diagnosis(self) -> str:
        """What breaks in the scene that is set up, and how one sees it. Raises ValueError where there is none."""
        return diagnosis(self.recipe.name)

    def measure(self) -> tuple[float, float]:
        """Score and FID of what G makes now, of 1,000 samples; not Inception numbers. Training stays as it is.

        Raises ValueError where they cannot be measured."""
        with self.lock:
            if self.side.judge is None:
                raise ValueError("measure: only images are scored here; toys have their chart of quality")
            self.side.measure()
            self.answer()
            judge = self.side.judge
            if judge.trouble:
                raise ValueError(judge.trouble)
            return judge.score, judge.fid

    def networks(self):
        """The two networks as they are set now, as a picture with words; see `gl.plots.networks`."""
        from gan_lessons.plots.diagram import networks  # Matplotlib takes a second to load

        return networks(self.recipe)

    def save_picture(self, path: str | os.PathLike) -> Path:
        """Writes what is shown now, on light paper with a caption, as a file that ends in .png or .svg (with text as
        text); an old one of this name makes way for it. Raises ValueError for another name."""
        from gan_lessons.labs.paper import figure, of_lab  # Matplotlib takes a second to load

        self._check_open()
        with self.lock:
            return figure.save(path, *of_lab.picture(self))

    def picture_file(self, kind: str) -> bytes:
        """What such a file holds. kind: ".png" or ".svg"."""
        from gan_lessons.labs.paper import figure, of_lab

        self._check_open()
        with self.lock:
            paper, about = of_lab.picture(self)
            return figure.file_of(paper, kind, about)

    def page_text(self) -> str:
        """What was kept of the training as one page of HTML, a film that needs neither kernel nor network."""
        self._check_open()
        with self.lock:
            return page_of(self, self.film.frames)

    def save_page(self, path: str | os.PathLike) -> None:
        """Writes `page_text` as a file that ends in .html; an old one of this name makes way for it."""
        save_page(path, self.page_text())

    def without_kernel(self) -> tuple[str, str]:
        """Such a page for where no kernel will be, with what would come if one played; and how it ends, in words. It
        begins where the lab stands, and the lab stays as it is."""
        frames = film_on(self)
        return page_of(self, frames, max(0, len(self.film.frames) - 1)), frames[-1][0]["summary"]

    def picture_png(self, words: str = "") -> bytes:
        """The same picture as a small PNG, 900 pixels wide. words: below it, after the caption."""
        from gan_lessons.labs.paper import figure, of_lab

        self._check_open()
        with self.lock:
            return figure.png(of_lab.picture(self, words)[0])

    def close(self) -> None:
        """Takes the lab off the page and lets go of its memory; there is no `trainer` then."""
        with self.lock:
            self.closed = True
            super().close()
            vars(self).pop("_ipython_display_", None)  # ipywidgets 7 puts None there: no words would be shown
            self.done, self.film, self.sides, self.scene = [], self.kind.frames(), [], None
        forget(self)

    def __setattr__(self, name: str, value) -> None:
        check_known(self, name)
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        what = f"{self.recipe.name}, seed {self.seed}, step {self.trainer.steps:,}" if not self.closed else "closed"
        return f"<{type(self).__name__} {self.name!r}: {what}>"

    def _ipython_display_(self) -> None:
        display(self)

    @property
    def said(self) -> str:
        """What is shown, in words."""
        return self.film.frames[-1][0]["summary"]

    def leave_picture(self) -> None:
        """Leaves the newest picture and sentence in the notebook, for when it is opened without a kernel."""
        update(self)

    def __del__(self) -> None:
        super().close()  # of a lab that was refused, too

    def set_state(self, sync_data: dict) -> None:
        """What the page's own links set. What cannot work is said there, and the trait goes back."""
        try:
            super().set_state(sync_data)
        except (ValueError, MemoryError) as error:
            self.page.tell_settings(None, f"That does not work: {error}.")
            self.send_state(list(sync_data))

    # -- files -------------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike | None = None) -> Path:
        """Writes all that training goes on from, and returns where: a name that ends in .safetensors, by default the
        next free one of digits_0001.safetensors, ... in the working folder. Nothing is overwritten.

        Raises ValueError for a name that is taken, and where it cannot be written; training is then as it was."""
        with self.lock:
            path = training_files.free(Path.cwd()) if path is None else Path(path)
            training_files.save(self.trainer, path)
            self._file = path.absolute()
            self.page.offer_settings()  # the list of files is one of them
            return path

    def load(self, path: str | os.PathLike | None = None) -> Path:
        """Goes on from a saved file, by default the one chosen in the lab or saved by it last, or the newest; with the
        settings and the seed that it was saved with. Returns which it was; `undo` brings back what was there.

        Raises ValueError, and leaves all as it was, for a file that is missing, damaged, or of no GAN of digits."""
        self._check_open()
        path = self._chosen_file() if path is None else Path(path)
        recipe, seed = training_files.recipe_in(path)
        with self.lock, all_or_nothing(self):
            side = Session.loaded(path, recipe, whole("seed", seed, 0), self.scene.view, self.device)
            before, self.start_from = (self.sides, self.film, self.scene, self.at), None
            self._stand([side], self.kind.frames(), self.scene_of((recipe,), 1), 0)
            before[0][0].forget()
            self._note("going on from a file", lambda: (self._stand(*before), self.page.film()))
            self.page.film()
            self.answer()
        return path

    def _chosen_file(self) -> Path:
        files = list(self._files().values())
        if not files:
            raise ValueError(f"path: there is no file digits_0001.safetensors or a later one in {str(Path.cwd())!r}")
        return self._file if self._file in files else files[0]

    def _files(self) -> dict[str, Path]:
        """Name -> file, the newest first, of those in the working folder; before them one that was saved elsewhere."""
        found = {file.name: file for file in training_files.saved(Path.cwd())}
        if self._file and self._file.is_file() and self._file not in found.values():
            found = {f"{self._file.name}, in {self._file.parent}": self._file} | found
        return found

    def _choose_file(self, name: str) -> None:
        files = self._files()
        if name not in files:
            refuse("file", name, f"one of {list(files)}")
        self._file = files[name]

    # -- training ----------------------------------------------------------------------------------------

    def train_a_step(self, schedule=None) -> None:
        """One step of all sides; shows nothing. Hold `lock`."""
        with all_or_nothing(self) if len(self.sides) > 1 else contextlib.nullcontext():
            for side in self.sides:
                side.step(schedule)

    def _start(self, chosen: tuple[Recipe, ...], seed: int, runs: int, scene, why: str = "") -> None:
        """From step 0, and if this fails all stays as it was. why: what a person did, where it can be taken back."""
        with self.lock:
            for recipe in chosen:
                if not recipe.large:  # networks of images are of a size that was chosen in code
                    settings_file.check_size(recipe, runs)
            sides = [Session(recipe, seed, runs, scene.view, self.device, self.start_from) for recipe in chosen]
            before, shown = (self.sides, self.film, getattr(self, "scene", None), self.at), self.shown
            self._stand(sides, self.kind.frames(), scene, min(self.at, len(sides) - 1))
            self.shown = min(shown, runs - 1)
            if why:
                for side in before[0]:  # it may be wanted back, but need not be at hand
                    side.forget()
                self._note(why, lambda: (self._stand(*before), self.page.film()))
            self.page.film()
            self.answer()

    def _stand(self, sides: list[Session], film, scene, at: int) -> None:
        """Puts other trainings with their film in the place of those that are shown."""
        if self.sides and scene is not self.scene and not film.frames:  # a film fits the picture that it was made for
            _as_chosen(self.scene.looks, scene)
        self.sides, self.film, self.scene, self.at, self.still = sides, film, scene, at, None
        self._layout = [layout(side.recipe) for side in sides]
        for side in sides:
            side.trainer.lock = self.lock  # a cell may train it while the lab plays
        self.shown = min(self.shown, sides[0].runs - 1)
        if self.spec != scene.spec:
            self.spec = scene.spec

    def put(self, recipe: Recipe, what: str) -> None:
        """Goes on with a changed recipe, or begins again with it. what: was changed, in words."""
        before, at = self.recipe, self.at
        if before.restarts(recipe):
            chosen = tuple(recipe if i == at else side.recipe for i, side in enumerate(self.sides))
            same = layout(before) == layout(recipe)
            return self._start(
                chosen, self.seed, self.runs, self.scene if same else self.scene_of(chosen, self.runs), what
            )
        shown = self.film, self.scene
        self.sides[at].change(recipe)
        if recipe != before:
            self._fit_scene()
            self._note_change(what, lambda: self._change_back(at, before, *shown))
        self.answer()

    def _change_back(self, at: int, recipe: Recipe, film, scene) -> None:
        """Goes on with the recipe of before, and with its picture and film where the change brought others."""
        self.sides[at].change(recipe)
        if scene is not self.scene:
            patient = self.kind.patient
            self._stand(self.sides, self.film if patient else film, scene, self.at)
            if not patient:
                self.page.film()

    def _fit_scene(self) -> None:
        """Draws another scene where the recipes of now need one. Of images the film stays: it has the same panels."""
        if [layout(side.recipe) for side in self.sides] == self._layout:
            return
        scene = self.scene_of(tuple(side.recipe for side in self.sides), self.runs)
        patient = self.kind.patient
        self._stand(self.sides, self.film if patient else self.kind.frames(), scene, self.at)
        if not patient:
            self.page.film()

    def _note_change(self, what: str, back) -> None:
        """Keeps how to take back what a slider did; of one drag only where it began."""
        last = self.done[-1] if self.done else ("", None, 0.0)
        if last[0] != what or time.monotonic() - last[2] > DRAG_SECONDS:
            self._note(what, back)
        else:
            self.done[-1] = (*last[:2], time.monotonic())

    def _note(self, what: str, back) -> None:
        """Keeps how to take a change back."""
        self.done = [*self.done, (what, back, time.monotonic())][-UNDOS:]

    def scene_of(self, chosen: tuple[Recipe, ...], runs: int):
        """The scene of these recipes."""
        return self.kind.scene(chosen[0], runs)

    # -- frames ------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """Somebody did something: frames on their way are old news, here is the new one."""
        with self.lock:
            self.epoch += 1
            self.frame(paid=False)
            self.page.follow()

    def frame(self, paid: bool, phase=None) -> None:
        """Sends a frame. paid: whether the page asked for it. phase: of slow motion."""
        with self.lock, all_or_nothing(self):
            header, still, values = self.looked(paid, phase)
            self.film.add(header, (values, still))
            self.send(header, [values] if still == self.still else [values, still])
            self.still = still  # the page has it from now on
            for side in self.sides:
                side.keep()

    def looked(self, paid: bool, phase=None) -> tuple[dict, bytes, bytes]:
        """A look at where the trainings are now, as `picture` gives it, with a header for the page."""
        header, still, values = self.picture(phase)
        return header | {"type": "frame", "epoch": self.epoch, "paid": paid}, still, values

    def picture(self, phase) -> tuple[dict, bytes, bytes]:
        """The header of a frame, what stands still, and the frame's numbers."""
        return self.kind.picture(self, self.sides[0], phase)

    # -- the page and its settings -----------------------------------------------------------------------

    def receive(self, _, message: dict, buffers) -> None:
        """A message from the page."""
        if not self.closed:
            self._now.sent = message.get("sent", 0.0)
            try:
                self.page.receive(message)
            finally:
                self.heard = max(self.heard, self._now.sent)
                self._now.sent = 0.0

    def send(self, content: dict, buffers=None) -> None:
        """A message to the page. It says up to when it has heard the page, so that this knows what is unanswered; what
        this thread follows now counts, and not what waits in another one."""
        super().send(content | {"heard": max(self.heard, getattr(self._now, "sent", 0.0))}, buffers)

    @property
    def settings(self) -> dict[str, Control]:
        """The controls of the recipe that this lab offers now, by name."""
        return controls.basic(self.recipe, self._show or ())

    def options(self) -> list[dict]:
        """What the page needs to draw the controls."""
        return [controls.options(one, self.recipe, self._heading(one)) for one in self.settings.values()]

    @property
    def in_view(self) -> tuple[str, ...] | None:
        """The names of the settings that fold under no heading, in their order; None: all."""
        return self.shows if self._show is None else tuple(self._show)

    def _heading(self, control: Control) -> str:
        return "" if self.in_view is None or control.name in self.in_view else control.group

    def _check_show(self) -> None:
        known = [*self.own_settings(), *self.settings]
        if any(name not in known for name in self._show or ()):
            known = [*self.own_settings(), *self.recipe.controls]
            self.close()
            refuse("show", self._show, f"a list of some of {known}")

    def own_settings(self) -> dict[str, tuple[dict, object]]:
        """What is set in the lab and not in the recipe: name -> (what the page shows, a function that sets it)."""
        own = {}
        if self.runs > 1:
            about = "Which of the runs is drawn in full. They differ in nothing but their seeds."
            run = {"label": "run shown", "help": about, "index": self.shown}
            own["run"] = run | {"values": list(range(1, self.runs + 1))}, self._show_run
        for name, look in self.scene.looks.items():
            own[name] = look | {"kind": "choice", "group": "picture"}, lambda value, name=name: self._look(name, value)
        if self.kind.patient and (files := self._files()):
            known = {
                "label": "file to go on from",
                "help": "Those saved in this folder, the newest first; before them one that was saved elsewhere.",
                "values": list(files),
                "index": list(files.values()).index(self._chosen_file()),
            }
            own["file"] = known | {"kind": "choice", "group": "saved trainings"}, self._choose_file
        return {name: ({"name": name, **shown}, action) for name, (shown, action) in own.items()}

    def _show_run(self, run: int) -> None:
        shown = whole("run", run) - 1
        if shown >= self.runs:
            refuse("run", run, f"one of 1 to {self.runs}")
        if shown != self.shown:  # what was kept is of another run
            steps = [header["step"] for header, _ in self.film.frames]
            self.shown = shown
            self._stand(self.sides, self.kind.frames(), self.scene, self.at)
            film_again(self, steps)
            self.page.film()

    def _look(self, name: str, value: str) -> None:
        if self.scene.look(name, value):  # other panels: what was kept does not fit them
            self._stand(self.sides, self.kind.frames(), self.scene, self.at)
            self.page.film()


def _as_chosen(looks: dict, scene) -> None:
    """A new scene shows what was chosen in the one before, as far as it can."""
    for name, look in looks.items():
        word = look["values"][look["index"]]
        if word in scene.looks.get(name, {"values": ()})["values"]:
            scene.look(name, word)
