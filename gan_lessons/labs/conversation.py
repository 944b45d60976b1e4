"""What a lab and its page say to each other: credits and frames, settings and notes, files."""

import base64
import math
import threading
import time
from collections.abc import Sequence

from gan_lessons._core.refusals import refuse
from gan_lessons._core.threads import limit_threads
from gan_lessons.labs import controls
from gan_lessons.labs.setting_traits import follow

HANDOVER = 2e-4  # seconds between two long steps: else the thread that lets go of the lock gets it again
SLICE = 0.05  # seconds, at most, that one message trains for where steps take long, but for a step that takes longer
# after these the page waits to hear where the settings are
ASKED = ("set", "restart", "seed", "undo", "back", "draw", "load")


class Page:
    """A lab's side of the conversation. Any message that cannot be followed is answered with a plain sentence."""

    def __init__(self, lab):
        self.lab = lab
        self._within = 0  # the thread that follows a message now
        self._told = True  # the page has heard where the settings are
        self._drawn = None, None  # of which networks there is a picture, and the picture
        self._part, self._rested = (-1, 0), None  # (epoch, steps of the frame under way); the play that has ended

    def receive(self, message: dict) -> None:
        """A message from the page."""
        note, self._within = "", threading.get_ident()
        self._told = self._told and message["type"] not in ASKED
        if self.lab.kind.patient:
            limit_threads()  # each thread has its own number
        try:
            with self.lab.kind.threads():
                note = getattr(self, f"_on_{message['type']}")(message) or ""
        except (ValueError, MemoryError) as error:  # something that cannot work: say so, nothing changed
            note = f"That does not work: {error}."
        finally:  # a slider waits for its answer, whatever went wrong
            self._within = 0
            if note or not self._told:  # an interrupt may have come before an answer was told
                self.tell_settings(message.get("name"), note)

    def follow(self) -> None:
        """Shows settings that Python changed; those that a message changed are shown in answer to it."""
        if self._within != threading.get_ident():
            self.tell_settings(None, "")

    def film(self) -> None:
        """Gives the page what was kept, in the place of all that it has."""
        lab = self.lab
        with lab.lock:
            lab.epoch, lab.still = lab.epoch + 1, None
            self.offer_settings()
            self._send_film(None)

    def _send_film(self, to: str | None) -> None:
        """to: the name that a page gave itself, if the others have the film already."""
        lab = self.lab
        about = {"epoch": lab.epoch, "to": to}
        lab.send({"type": "reset"} | about)
        for header, arrays in lab.film.frames:
            lab.send(header | {"paid": False, "kept": True} | about, list(arrays))

    def _on_hello(self, message: dict) -> None:
        with self.lab.lock:
            self._send_film(message.get("id"))
        self.tell_settings(None, "")

    def _on_ping(self, message: dict) -> None:
        self.lab.send({"type": "pong", "to": message["id"], "due": message["due"]})

    # -- training ----------------------------------------------------------------------------------------

    def _on_credit(self, message: dict) -> str:
        lab, wanted, sent, over, start = self.lab, message["n"], 0, "", time.perf_counter()
        epoch, play = lab.epoch, message.get("play")
        try:
            while sent < wanted and epoch == lab.epoch and not lab.closed and not over:
                if play is not None and play == self._rested:  # credits of a play that has ended
                    break
                full = self._slow_phase(epoch) if message.get("slow") else self._train(epoch)
                sent += full
                over = self._over() if full else ""
                if lab.kind.patient:
                    if time.perf_counter() - start > SLICE:
                        break
                    time.sleep(HANDOVER)
        except Exception:  # such as a GPU that is full: play would only meet it again
            lab.send({"type": "stopped"})
            raise
        finally:
            spent = 1e3 * (time.perf_counter() - start) / max(1, sent)
            lab.send({"type": "done", "unsent": wanted - sent, "ms": spent})
        if over:
            self._rested = play
            lab.send({"type": "stopped"})
        return over

    def _over(self) -> str:
        """Why play stops by itself now, or ""."""
        if all((side.trainer.diverged >= 0).all() for side in self.lab.sides):
            return "Training stopped: no run has finite numbers any more. Go back to the last good frame, or restart."
        if self.lab.kind.patient and not self.lab.closed and self.lab.trainer.steps == self.lab.until:
            return f"Step {self.lab.until:,} is reached, and training rests. Play goes on beyond it."
        return ""

    def _slow_phase(self, epoch: int) -> bool:
        lab = self.lab
        with lab.lock:
            phase = lab.sides[0].phase(lab.shown) if epoch == lab.epoch else None
            lab.frame(paid=True, phase=phase)
        return True

    def _train(self, epoch: int) -> bool:
        """Steps, all of a frame's or where they take long one of them, and a frame if it is complete. True if there was
        one."""
        lab = self.lab
        for _ in range(1 if lab.kind.patient else lab.speed):
            with lab.lock:
                if epoch != lab.epoch or lab.closed:
                    break
                lab.train_a_step()
                if lab.kind.patient:
                    return self._count(epoch)
        if not lab.kind.patient:
            lab.frame(paid=True)
        return not lab.kind.patient

    def _count(self, epoch: int) -> bool:
        """Counts a step of a frame that takes several messages, and sends it when it is complete."""
        lab = self.lab
        done, at_goal = 1 + (self._part[1] if self._part[0] == epoch else 0), lab.trainer.steps == lab.until
        full = done >= lab.speed or at_goal
        self._part = epoch, 0 if full else done
        if at_goal:
            lab.sides[0].measure()
        if full:
            lab.frame(paid=True)
        return full

    def _on_pause(self, message: dict) -> None:
        self.lab.answer()

    def _on_step(self, message: dict) -> None:
        self.lab.step(message["who"])

    def _on_restart(self, message: dict) -> None:
        self.lab.restart()

    def _on_seed(self, message: dict) -> str:
        lab = self.lab
        lab.restart(lab.seed + lab.runs)
        return f"Seeds {lab.seed} to {lab.seed + lab.runs - 1} now." if lab.runs > 1 else f"Seed {lab.seed} now."

    def _on_back(self, message: dict) -> str:
        """Back to a step; without one, to the last frame before a run diverged."""
        lab, step = self.lab, message.get("step")
        if step is None:
            first = min((s for side in lab.sides for s in side.trainer.diverged if s >= 0), default=math.inf)
            kept = [header["step"] for header, _ in lab.film.frames if header["step"] < first]
            step = kept[-1] if kept else 0
        lab.back_to(step)
        if lab.kind.patient:
            step = lab.trainer.steps
            return f"Back at step {step:,}, the last that was kept up to there: training goes on from it. Undo returns."
        return f"Back at step {step:,}: training goes on from here. Undo returns to where it was."

    # -- settings ----------------------------------------------------------------------------------------

    def _on_set(self, message: dict) -> str:
        lab, before, shown = self.lab, self.lab.sides, self.lab.shown
        lab.set(message["name"], message["value"])
        if lab.sides is before and lab.shown != shown:
            whole = len(lab.film.frames) > 1 or not lab.trainer.steps
            why = (
                "." if whole else ". Charts and looking back begin here: to train all of it again would take too long."
            )
            return f"Run {lab.shown + 1} is drawn now{why}"
        if lab.sides is not before:
            return "Training began again at step 0, with the same seed. Undo brings back what was there."
        return ""

    def _on_undo(self, message: dict) -> str:
        what = self.lab.undo()
        return f"Taken back: {what}." if what else "There is nothing to take back."

    def _on_code(self, message: dict) -> None:
        self.lab.send({"type": "code", "text": self.lab.code()})

    def _on_plain(self, message: dict) -> None:
        self.lab.send({"type": "code", "text": self.lab.plain_code()})

    # -- drawings and files, where the lab has them ------------------------------------------------------

    def _on_draw(self, message: dict) -> str:
        said = self.lab.draw(message["points"])
        return f"Training began again at step 0. The real data are {said} Undo brings back what was there."

    def _on_keep(self, message: dict) -> None:
        self._file("gan_settings.json", "application/json", self.lab.settings_text().encode())

    def _on_page(self, message: dict) -> None:
        self._file("gan.html", "text/html", self.lab.page_text().encode())

    def _on_picture(self, message: dict) -> None:
        kinds = {".png": "image/png", ".svg": "image/svg+xml"}
        kind = message["format"]
        if kind not in kinds:
            refuse("format", kind, f"one of {list(kinds)}")
        self._file(f"gan{kind}", kinds[kind], self.lab.picture_file(kind))

    def _file(self, name: str, kind: str, content: bytes) -> None:
        self.lab.send({"type": "file", "name": name, "kind": kind}, [content])

    def _on_networks(self, message: dict) -> None:
        recipe = self.lab.recipe
        of = recipe.generator, recipe.discriminator, recipe.noise, recipe.data, recipe.batch
        if self._drawn[0] != of:
            self._drawn = of, self.lab.networks()
        words, png = self._drawn[1].alt, base64.b64encode(self._drawn[1].png).decode()
        self.lab.send({"type": "networks", "words": words, "png": png})

    def _on_rest(self, message: dict) -> None:
        self.lab.leave_picture()
        self.lab.send({"type": "rested"})

    def _on_load(self, message: dict) -> str:
        self.lab.load_text(message["text"])
        return f"Trained again as the file says, to step {self.lab.trainer.steps:,}."

    def _on_setup(self, message: dict) -> str:
        return self.lab.setup(message["name"])

    def _on_diagnosis(self, message: dict) -> str:
        return self.lab.diagnosis()

    def _on_save(self, message: dict) -> str:
        path = self.lab.save()
        return f"Saved to {path.name}, in {path.parent}: weights, optimizers and places in the random numbers."

    def _on_resume(self, message: dict) -> str:
        path = self.lab.load()
        return f"Going on from {path.name}, at step {self.lab.trainer.steps:,}. Undo brings back what was there."

    # -- where the settings are --------------------------------------------------------------------------

    def offer_settings(self) -> None:
        """Gives the page the settings that make sense now, if they are others than before."""
        lab = self.lab
        options = lab.options() + [shown for shown, _ in lab.own_settings().values()]
        view = lab.in_view or ()
        options = [option | {"group": ""} if option["name"] in view else option for option in options]
        options.sort(key=lambda option: _place(option, view))
        if _shape(options) != _shape(lab.controls):
            lab.controls = options

    def tell_settings(self, name: str | None, note: str) -> None:
        """Puts the sliders where the training is (a refused change goes back), and says why."""
        lab, where, settings, own = self.lab, {}, self.lab.settings, self.lab.own_settings()
        self.offer_settings()
        for option in lab.controls:
            key, values = option["name"], option["values"]
            if key in own:
                where[key] = own[key][0]["index"]
            elif option["kind"] == "choice":
                where[key] = values.index(settings[key].get(lab.recipe))
            else:  # Python may set what is on no slider: the nearest, then
                value = settings[key].get(lab.recipe)
                where[key] = min(range(len(values)), key=lambda i: abs(values[i] - value))
        undo = lab.done[-1][0] if lab.done else ""
        lab.send({"type": "settings", "name": name, "index": where, "note": note, "undo": undo})
        follow(lab)
        self._told = True


def _place(option: dict, view: Sequence[str]) -> tuple:
    """Whose settings they are comes first, then those in view in their order; the rest stays as it is."""
    group, name = option.get("group"), option["name"]
    below = controls.GROUPS.index(group) if group in controls.GROUPS else len(controls.GROUPS) * bool(group)
    return group != "compare", bool(group), below, view.index(name) if name in view else len(view)


def _shape(options: list[dict]) -> list[dict]:
    return [{key: value for key, value in option.items() if key != "index"} for option in options]
