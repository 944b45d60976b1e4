"""The player: watch a GAN learn on a line or in the plane, step it, change it while it runs, look back."""

import threading
import time

from gan_lessons import recipes
from gan_lessons.errors import refuse, whole
from gan_lessons.labs.code import Log
from gan_lessons.labs.film import Film
from gan_lessons.labs.panels import gives_scores
from gan_lessons.labs.plane import PlaneScene
from gan_lessons.labs.scenes import LineScene
from gan_lessons.labs.settings import fitting
from gan_lessons.labs.slow import SlowMotion
from gan_lessons.labs.stage import Stage
from gan_lessons.labs.words import notice, summary
from gan_lessons.models.surface import company
from gan_lessons.recipes import Recipe
from gan_lessons.schedules import InTurn
from gan_lessons.trainers import one_thread

_open: dict[str, "Player"] = {}
LONE = {"D": InTurn(1, 0), "G": InTurn(0, 1), "both": None}


class Player:
    """A lab for GANs on a line or in the plane. Put it on a cell's last line to see it; `advance` trains it headless.

    recipe: what to train. runs: how many seeds at once; one is shown, of the others the words tell (and on a line a
    band). seed: the first run's. speed: steps a frame. name: running a cell again closes the lab that had this name.
    The training is `trainer`. Callbacks may come on another thread while a cell runs, so every touch of it holds
    `lock`, which is let go between steps. Raises ValueError, naming the argument, for what cannot work.
    """

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
        self.runs, self.seed = whole("runs", runs), whole("seed", seed, 0)
        self.lock, self.epoch, self.shown, self._closed = threading.RLock(), 0, 0, False
        self._settings = {setting.name: setting for setting in fitting(recipe)}
        self.scene = _scene(recipe, self.runs)
        speeds = sorted({1, 2, 5, 10, 20, 50, whole("speed", speed)})
        self.stage = Stage(scene=self.scene.spec, settings=self._options(recipe), speeds=speeds, speed=speed)
        self.stage.on_msg(self._receive)
        self._start(recipe, self.seed)
        if name in _open:
            _open[name].close()
        _open[name] = self
        self.name = name

    # -- what a person can do, from Python as from the page ----------------------------------------------

    def advance(self, steps: int) -> None:
        """Trains and shows where it ended."""
        whole("steps", steps, 0)
        with one_thread():
            for _ in range(steps):
                with self.lock:  # let go between steps: a page may ask for frames meanwhile
                    self.slow.finish(self.trainer, self.log)
                    self.trainer.advance(1)
                    self.log.advance(1)
        self._answer()

    def step(self, who: str = "both") -> None:
        """One step of "D" alone, of "G" alone, or of "both"."""
        if who not in LONE:
            refuse("who", who, f"one of {sorted(LONE)}")
        with self.lock:
            self.slow.finish(self.trainer, self.log)
            self.trainer.advance(1, LONE[who])
            self.log.advance(1, LONE[who])
            self._answer()

    def set(self, name: str, value: float) -> None:
        """Moves a slider by name: acts on the running training, or restarts it where shapes change."""
        if name != "run" and name not in self._settings:
            refuse("name", name, f"one of {['run', *self._settings]}")
        with self.lock:
            if name == "run":
                return self._show(value)
            setting = self._settings[name]
            recipe = setting.put(self.recipe, value)
            if setting.restarts(self.recipe):
                return self._start(recipe, self.seed)
            self.slow.finish(self.trainer, self.log)
            changed = {key: getattr(recipe, key) for key in self.trainer.settings if hasattr(recipe, key)}
            changed = {key: new for key, new in changed.items() if new != self.trainer.settings[key]}
            self.trainer.change(**changed)
            self.recipe = recipe
            if changed:
                self.log.change(**changed)
            self._answer()

    def restart(self, seed: int | None = None) -> None:
        """From step 0 with the settings of now; with the same seed, or with another."""
        with self.lock:
            self._start(self.recipe, self.seed if seed is None else whole("seed", seed, 0))

    def code(self) -> str:
        """Python that trains exactly what is on screen, as `gan`."""
        with self.lock:
            return self.log.code()

    def close(self) -> None:
        """Takes the lab off the page and lets go of its memory."""
        self._closed = True
        self.stage.close()
        _open.pop(getattr(self, "name", None), None) if _open.get(getattr(self, "name", None)) is self else None

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.stage)

    # -- training and frames -----------------------------------------------------------------------------

    def _start(self, recipe: Recipe, seed: int) -> None:
        with self.lock:
            seeds = range(seed, seed + self.runs)
            trainer = recipe.trainer(seeds, view=self.scene.view)  # if this fails, the old one stays
            self.recipe, self.trainer, self.seed, self.film = recipe, trainer, seed, Film()
            self.log, self.slow = Log(recipe, seed, self.runs), SlowMotion()
            self._pair, self._still = trainer.alone(self.shown), None
            self.epoch += 1
            self.stage.send({"type": "reset", "epoch": self.epoch})
            self._answer()

    def _show(self, run: int) -> None:
        shown = whole("run", run) - 1
        if shown >= self.runs:
            refuse("run", run, f"one of 1 to {self.runs}")
        self.shown, self._pair = shown, self.trainer.alone(shown)
        self._answer()

    def _answer(self) -> None:
        """Somebody did something: frames on their way are old news, here is the new one."""
        with self.lock:
            self.epoch += 1
            self._frame(paid=False)

    def _frame(self, paid: bool, stage=None) -> None:
        with self.lock:
            snapshot = self.trainer.snapshot()
            batch = stage.batch if stage else None
            values, numbers = self.scene.frame(self.trainer, snapshot, self._pair, self.shown, batch)
            words = f"{stage.sentence} " if stage else ""
            words += summary(snapshot, numbers, self.shown, self.runs, self.seed)
            header = {"type": "frame", "epoch": self.epoch, "step": snapshot.step, "paid": paid, "summary": words}
            header |= {"notice": notice(self.trainer, self.shown), "phase": stage.name if stage else ""}
            still = self.scene.still(self.trainer, self.shown)
            self.film.add(header | {"left_out": 0}, still + values)
            if still == self._still:  # the page has it since an earlier frame
                self.stage.send(header | {"left_out": len(still) // 4}, [values])
            else:
                self._still = still
                self.stage.send(header | {"left_out": 0}, [still + values])

    # -- messages from the page --------------------------------------------------------------------------

    def _receive(self, _, message: dict, buffers) -> None:
        if self._closed:
            return
        note = ""
        try:
            with one_thread():
                note = getattr(self, f"_on_{message['type']}")(message) or ""
        except ValueError as error:  # a setting that cannot work: say so, nothing changed
            note = f"That does not work: {error}."
        finally:  # a slider waits for its answer, whatever went wrong
            if note or message["type"] in ("set", "restart", "seed"):
                self._tell_settings(message.get("name"), note)

    def _on_hello(self, message: dict) -> None:
        with self.lock:
            self.stage.send({"type": "reset", "epoch": self.epoch})
            for header, values in self.film.frames:
                self.stage.send(header | {"paid": False, "kept": True, "epoch": self.epoch}, [values])
        self._tell_settings(None, "")

    def _on_credit(self, message: dict) -> None:
        wanted, sent, epoch, start = message["n"], 0, self.epoch, time.perf_counter()
        try:
            while sent < wanted and epoch == self.epoch and not self._closed:
                self._slow_stage(epoch) if message.get("slow") else self._train_a_frame(epoch)
                sent += 1
        finally:
            spent = 1e3 * (time.perf_counter() - start) / max(1, sent)
            self.stage.send({"type": "done", "unsent": wanted - sent, "ms": spent})

    def _slow_stage(self, epoch: int) -> None:
        with self.lock:
            stage = self.slow.next(self.trainer, self.log, self.shown) if epoch == self.epoch else None
            self._frame(paid=True, stage=stage)

    def _train_a_frame(self, epoch: int) -> None:
        for _ in range(self.stage.speed):
            with self.lock:
                if epoch != self.epoch:
                    break
                self.slow.finish(self.trainer, self.log)
                self.trainer.advance(1)
                self.log.advance(1)
        self._frame(paid=True)

    def _on_pause(self, message: dict) -> None:
        self._answer()

    def _on_step(self, message: dict) -> None:
        self.step(message["who"])

    def _on_set(self, message: dict) -> str:
        name, value = message["name"], message["value"]
        self.set(name, value)
        if name in self._settings and self._settings[name].restarts(self.recipe):
            return "Another shape of network: training began again at step 0, with the same seed."
        return ""

    def _on_restart(self, message: dict) -> None:
        self.restart()

    def _on_seed(self, message: dict) -> str:
        self.restart(self.seed + self.runs)
        return f"Seeds {self.seed} to {self.seed + self.runs - 1} now." if self.runs > 1 else f"Seed {self.seed} now."

    def _on_code(self, message: dict) -> None:
        self.stage.send({"type": "code", "text": self.code()})

    # -- sliders -----------------------------------------------------------------------------------------

    def _options(self, recipe: Recipe) -> list[dict]:
        options = [setting.options(recipe) for setting in self._settings.values()]
        if self.runs > 1:
            run = {
                "name": "run",
                "label": "run shown",
                "help": "Which of the runs is drawn in full",
                "index": self.shown,
            }
            options.append(run | {"values": list(range(1, self.runs + 1))})
        return options

    def _tell_settings(self, name: str | None, note: str) -> None:
        """Puts the sliders where the training is (a refused change goes back), and says why."""
        where = {}
        for option in self.stage.settings:
            value = self.shown + 1 if option["name"] == "run" else self._settings[option["name"]].get(self.recipe)
            values = option["values"]  # Python may set what is on no slider: the nearest, then
            where[option["name"]] = min(range(len(values)), key=lambda i: abs(values[i] - value))
        self.stage.send({"type": "settings", "name": name, "index": where, "note": note})


def _scene(recipe: Recipe, runs: int) -> LineScene | PlaneScene:
    title = f"{recipe.name}: the real data and what the GAN makes"  # no numbers: sliders change them
    how = {"beside": company(recipe.discriminator(1)), "scores": gives_scores(recipe.objective)}
    if recipe.data.dim == 1:
        return LineScene(title, recipe.window, runs, recipe.features is None, **how)
    if recipe.data.dim == 2:
        return PlaneScene(title, recipe.data, recipe.noise, recipe.window, **how)
    refuse("recipe", recipe.name, "one whose data lie on a line or in the plane")
