"""The player: watch a GAN learn on a line or in the plane, step it, change it while it runs, look back and go back."""

import threading
import time

from gan_lessons import recipes
from gan_lessons.errors import refuse, whole
from gan_lessons.labs.film import Film
from gan_lessons.labs.loop import LOOP
from gan_lessons.labs.page import Page
from gan_lessons.labs.panels import gives_scores
from gan_lessons.labs.plane import PlaneScene
from gan_lessons.labs.scenes import LineScene
from gan_lessons.labs.settings import Setting, fitting
from gan_lessons.labs.stage import Stage
from gan_lessons.labs.training import Training, restarts
from gan_lessons.labs.words import notice, summary
from gan_lessons.models.surface import company
from gan_lessons.recipes import Recipe
from gan_lessons.schedules import InTurn
from gan_lessons.threads import one_thread

_open: dict[str, "Player"] = {}
LONE = {"D": InTurn(1, 0), "G": InTurn(0, 1), "both": None}
DRAG_SECONDS = 1.0
UNDOS = 8  # how many changes can be taken back; the oldest is forgotten, for each may hold a whole training


class Player:
    """A lab for GANs on a line or in the plane. Put it on a cell's last line to see it; `advance` trains it headless.

    recipe: what to train. runs: how many seeds at once; one is shown, of the others the words tell (and on a line a
    band). seed: the first run's. speed: steps a frame. name: running a cell again closes the lab that had this name.
    The training is `trainer`. Callbacks may come on another thread while a cell runs, so every touch of it holds
    `lock`, which is let go between steps. Raises ValueError, naming the argument, for what cannot work.
    """

    abilities = ("slow",)  # what the page offers beside play and steps
    speeds = (1, 2, 5, 10, 20, 50)  # steps a frame
    page_kind, film_kind = Page, Film
    threads = staticmethod(one_thread)  # in which training runs

    def __init__(
        self,
        recipe: Recipe = recipes.aylien_head,
        *,
        runs: int = 100,
        seed: int = 0,
        speed: int = 5,
        name: str = "player",
    ):
        if not isinstance(recipe, Recipe):
            refuse("recipe", recipe, "a Recipe, such as recipes.aylien_head")
        self._begin((recipe,), whole("runs", runs), whole("seed", seed, 0), whole("speed", speed), name)

    def _begin(self, chosen: tuple[Recipe, ...], runs: int, seed: int, speed: int, name: str) -> None:
        self.lock, self.epoch, self.shown, self._closed = threading.RLock(), 0, 0, False
        self.sides: list[Training] = []
        self.film, self._undo, self._still = self.film_kind(), [], None
        self.at = 0  # the side that the settings are of, where there are several
        scene = self._scene_of(chosen, runs)
        speeds = sorted({*self.speeds, speed})
        self.stage = Stage(speeds=speeds, speed=speed, abilities=list(self.abilities), loop=list(LOOP))
        self.page = self.page_kind(self)
        self.stage.on_msg(self._receive)
        self._start(chosen, seed, runs, scene)
        if name in _open:
            _open[name].close()
        _open[name] = self
        self.name = name

    @property
    def trainer(self):
        """The `Trainer` at work (of the side that the settings are of)."""
        return self._side.trainer

    @property
    def _side(self):
        if self._closed:
            raise ValueError(f"the lab {self.name!r} is closed: run its cell again for a new one")
        return self.sides[self.at]

    @property
    def recipe(self) -> Recipe:
        """The recipe as it is now."""
        return self._side.recipe

    @property
    def seed(self) -> int:
        """The first run's seed."""
        return self.sides[0].seed

    @property
    def runs(self) -> int:
        """How many seeds are trained at once."""
        return self.sides[0].runs

    # -- what a person can do, from Python as from the page ----------------------------------------------

    def advance(self, steps: int) -> None:
        """Trains and shows where it ended."""
        whole("steps", steps, 0)
        with self.threads():
            for _ in range(steps):
                with self.lock:  # let go between steps: a page may ask for frames meanwhile
                    self._step()
        self._answer()

    def step(self, who: str = "both") -> None:
        """One step of "D" alone, of "G" alone, or of "both"."""
        if who not in LONE:
            refuse("who", who, f"one of {sorted(LONE)}")
        with self.lock:
            self._step(LONE[who])
            self._answer()

    def set(self, name: str, value) -> None:
        """Moves a slider, or chooses from a list, by name: acts on the running training, or restarts it where other
        networks are needed. `undo` takes it back."""
        with self.lock:
            own = self._own_settings()
            if name in own:
                own[name][1](value)
                return self._answer()
            settings = self.settings
            if name not in settings:
                refuse("name", name, f"one of {[*own, *settings]}")
            before = self.recipe
            self._put(settings[name].put(before, value), settings[name].label)

    def undo(self) -> str:
        """Takes back the last change of a setting, restart or going back; returns what that was, or ""."""
        with self.lock:
            if not self._undo:
                return ""
            words, back, _ = self._undo.pop()
            back()
            self._answer()
            return words

    def restart(self, seed: int | None = None) -> None:
        """From step 0 with the settings of now; with the same seed, or with another."""
        seed = self.seed if seed is None else whole("seed", seed, 0)
        with self.lock:
            self._start(tuple(side.recipe for side in self.sides), seed, self.runs, self.scene, "the restart")

    def back_to(self, step: int) -> None:
        """Goes back to a step that was trained, and goes on from there exactly as the first time; `undo` returns."""
        with self.lock:
            moments, frames = [side.moment() for side in self.sides], list(self.film.frames)
            whole("step", step, 0)
            for side in self.sides:
                side.back_to(min(step, side.trainer.steps))
            self.film.cut(max(side.trainer.steps for side in self.sides))

            def forward():
                for side, moment in zip(self.sides, moments, strict=True):
                    side.restore(moment)
                self.film.put(frames)
                self.page.film()

            self._note("going back", forward)
            self.page.film()
            self._answer()

    def code(self) -> str:
        """Python that trains exactly what is on screen, as `gan`."""
        with self.lock:
            return self.sides[self.at].log.code()

    def close(self) -> None:
        """Takes the lab off the page and lets go of its memory; there is no `trainer` then."""
        with self.lock:
            self._closed = True
            self.stage.close()
            self._undo, self.film, self.sides, self.scene = [], Film(), [], None
        if _open.get(getattr(self, "name", None)) is self:
            del _open[self.name]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.stage)

    # -- training ----------------------------------------------------------------------------------------

    def _step(self, schedule=None) -> None:
        for side in self.sides:
            side.step(schedule)

    def _start(self, chosen: tuple[Recipe, ...], seed: int, runs: int, scene, why: str = "") -> None:
        """From step 0, and if this fails all stays as it was. why: what a person did, where it can be taken back."""
        with self.lock:
            sides = [self._training(recipe, seed, runs, scene.view) for recipe in chosen]
            before, shown = (self.sides, self.film, getattr(self, "scene", None), self.at), self.shown
            self._stand(sides, self.film_kind(), scene, min(self.at, len(sides) - 1))
            self.shown = min(shown, runs - 1)
            if why:
                for side in before[0]:  # it may be wanted back, but need not be at hand
                    side.forget()
                self._note(why, lambda: (self._stand(*before), self.page.film()))
            self.page.film()
            self._answer()

    def _training(self, recipe: Recipe, seed: int, runs: int, view: int) -> Training:
        return Training(recipe, seed, runs, view)

    def _stand(self, sides: list[Training], film: Film, scene, at: int) -> None:
        """Puts other trainings with their film in the place of those that are shown."""
        if self.sides and scene is not self.scene and not film.frames:  # a film fits the picture that it was made for
            _as_chosen(self.scene.looks, scene)
        self.sides, self.film, self.scene, self.at, self._still = sides, film, scene, at, None
        self.shown = min(self.shown, sides[0].runs - 1)
        if self.stage.scene != scene.spec:
            self.stage.scene = scene.spec

    def _put(self, recipe: Recipe, what: str) -> None:
        """Goes on with a changed recipe, or begins again with it."""
        before, at = self.recipe, self.at
        chosen = tuple(recipe if i == at else side.recipe for i, side in enumerate(self.sides))
        scene = self.scene if layout(before) == layout(recipe) else self._scene_of(chosen, self.runs)
        if restarts(before, recipe):
            return self._start(chosen, self.seed, self.runs, scene, what)
        self.sides[at].change(recipe)
        if recipe == before:
            return self._answer()
        if scene is not self.scene:
            self._stand(self.sides, Film(), scene, at)
            self.page.film()
        self._note_change(what, lambda: self._change_back(at, before))
        self._answer()

    def _change_back(self, at: int, recipe: Recipe) -> None:
        same = layout(recipe) == layout(self.sides[at].recipe)
        self.sides[at].change(recipe)
        if not same:
            chosen = tuple(side.recipe for side in self.sides)
            self._stand(self.sides, Film(), self._scene_of(chosen, self.runs), at)
            self.page.film()

    def _note_change(self, what: str, back) -> None:
        """Keeps how to take back what a slider did; of one drag only where it began."""
        last = self._undo[-1] if self._undo else ("", None, 0.0)
        if last[0] != what or time.monotonic() - last[2] > DRAG_SECONDS:
            self._note(what, back)

    def _note(self, what: str, back) -> None:
        """Keeps how to take a change back."""
        self._undo = [*self._undo, (what, back, time.monotonic())][-UNDOS:]

    def _scene_of(self, chosen: tuple[Recipe, ...], runs: int):
        return scene_of(chosen[0], runs)

    # -- frames ------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        """Somebody did something: frames on their way are old news, here is the new one."""
        with self.lock:
            self.epoch += 1
            self._frame(paid=False)

    def _frame(self, paid: bool, stage=None) -> None:
        with self.lock:
            header, still, values = self._picture(stage)
            header |= {"type": "frame", "epoch": self.epoch, "paid": paid}
            self.film.add(header | {"left_out": 0}, still + values)
            if still == self._still:  # the page has it since an earlier frame
                self.stage.send(header | {"left_out": len(still) // 4}, [values])
            else:
                self._still = still
                self.stage.send(header | {"left_out": 0}, [still + values])
            for side in self.sides:
                side.keep()

    def _picture(self, stage) -> tuple[dict, bytes, bytes]:
        """The header of a frame, what stands still, and the frame's numbers."""
        [side], run = self.sides, self.shown
        snapshot = side.trainer.snapshot()
        shown = (stage.batch, stage.arrows) if stage else ()
        values, numbers = self.scene.frame(side.trainer, snapshot, side.alone(run), run, *shown)
        words = f"{stage.sentence} " if stage else ""
        words += summary(snapshot, numbers, run, side.runs, side.seed)
        header = {"step": snapshot.step, "summary": words, "notice": notice(side.trainer, run)}
        header |= {"phase": stage.name if stage else "", "line": stage.line if stage else -1}
        return header, self.scene.still(side.trainer, run), values

    # -- the page and its settings -----------------------------------------------------------------------

    def _receive(self, _, message: dict, buffers) -> None:
        if not self._closed:
            self.page.receive(message)

    @property
    def settings(self) -> dict[str, Setting]:
        """The settings of a recipe that make sense now, by name."""
        return {setting.name: setting for setting in fitting(self.recipe)}

    def _own_settings(self) -> dict[str, tuple[dict, object]]:
        """What is set in the lab and not in the recipe: name -> (what the page shows, a function that sets it)."""
        own = {}
        if self.runs > 1:
            run = {"label": "run shown", "help": "Which of the runs is drawn in full", "index": self.shown}
            own["run"] = run | {"values": list(range(1, self.runs + 1))}, self._show
        for name, look in self.scene.looks.items():
            own[name] = look | {"kind": "choice", "group": "picture"}, lambda value, name=name: self._look(name, value)
        return {name: ({"name": name, **shown}, action) for name, (shown, action) in own.items()}

    def _show(self, run: int) -> None:
        shown = whole("run", run) - 1
        if shown >= self.runs:
            refuse("run", run, f"one of 1 to {self.runs}")
        self.shown = shown

    def _look(self, name: str, value: str) -> None:
        if self.scene.look(name, value):  # other panels: what was kept does not fit them
            self._stand(self.sides, Film(), self.scene, self.at)
            self.page.film()


def _as_chosen(looks: dict, scene) -> None:
    """A new scene shows what was chosen in the one before, as far as it can."""
    for name, look in looks.items():
        word = look["values"][look["index"]]
        if word in scene.looks.get(name, {"values": ()})["values"]:
            scene.look(name, word)


def scene_of(recipe: Recipe, runs: int) -> LineScene | PlaneScene:
    """The scene that fits a recipe's data."""
    title = f"{recipe.name}: the real data and what the GAN makes"  # no numbers: sliders change them
    how = {"beside": company(recipe.discriminator(1)), "scores": gives_scores(recipe.objective)}
    if recipe.data.dim == 1:
        return LineScene(title, recipe.window, runs, recipe.features is None, **how)
    if recipe.data.dim == 2:
        return PlaneScene(title, recipe.data, recipe.noise, recipe.window, **how)
    refuse("recipe", recipe.name, "one whose data lie on a line or in the plane")


def layout(recipe: Recipe) -> tuple:
    """What of a recipe decides how its scene is laid out."""
    judging = recipe.features, recipe.pack, recipe.minibatch, recipe.d_norm, gives_scores(recipe.objective)
    many = len(getattr(recipe.data, "modes", ()))
    density = hasattr(recipe.data, "log_prob")
    noise = type(recipe.noise), recipe.noise.dim
    return recipe.name, recipe.window, recipe.data.dim, type(recipe.data), many, density, *noise, *judging
