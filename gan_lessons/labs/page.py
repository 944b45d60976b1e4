"""What a lab and its page say to each other: credits and frames, settings and notes, files."""

import math
import time

# after these the page waits to hear where the settings are
ASKED = ("set", "restart", "seed", "undo", "back", "draw", "load")


class Page:
    """A lab's side of the conversation. Any message that cannot be followed is answered with a plain sentence."""

    def __init__(self, lab):
        self.lab = lab

    def receive(self, message: dict) -> None:
        """A message from the page."""
        note = ""
        try:
            with self.lab.threads():
                note = getattr(self, f"_on_{message['type']}")(message) or ""
        except (ValueError, MemoryError) as error:  # something that cannot work: say so, nothing changed
            note = f"That does not work: {error}."
        finally:  # a slider waits for its answer, whatever went wrong
            if note or message["type"] in ASKED:
                self.tell_settings(message.get("name"), note)

    def film(self) -> None:
        """Gives the page what was kept, in the place of all that it has."""
        lab = self.lab
        with lab.lock:
            lab.epoch, lab._still = lab.epoch + 1, None
            self.offer_settings()
            self._send_film(None)

    def _send_film(self, to: str | None) -> None:
        """to: the name that a page gave itself, if the others have the film already."""
        lab = self.lab
        about = {"epoch": lab.epoch, "to": to}
        lab.stage.send({"type": "reset"} | about)
        for header, values in lab.film.frames:
            lab.stage.send(header | {"paid": False, "kept": True} | about, [values])

    def _on_hello(self, message: dict) -> None:
        with self.lab.lock:
            self._send_film(message.get("id"))
        self.tell_settings(None, "")

    # -- training ----------------------------------------------------------------------------------------

    def _on_credit(self, message: dict) -> str:
        lab, wanted, sent, start = self.lab, message["n"], 0, time.perf_counter()
        epoch, over = lab.epoch, ""
        try:
            while sent < wanted and epoch == lab.epoch and not lab._closed and not over:
                self._slow_stage(epoch) if message.get("slow") else self._train_a_frame(epoch)
                sent += 1
                over = self._over()
        finally:
            spent = 1e3 * (time.perf_counter() - start) / max(1, sent)
            lab.stage.send({"type": "done", "unsent": wanted - sent, "ms": spent})
        if over:
            lab.stage.send({"type": "stopped"})
        return over

    def _over(self) -> str:
        """Why play stops by itself now, or ""."""
        if all((side.trainer.diverged >= 0).all() for side in self.lab.sides):
            return "Training stopped: no run has finite numbers any more. Go back to the last good frame, or restart."
        return ""

    def _slow_stage(self, epoch: int) -> None:
        lab = self.lab
        with lab.lock:
            stage = lab.sides[0].stage(lab.shown) if epoch == lab.epoch else None
            lab._frame(paid=True, stage=stage)

    def _train_a_frame(self, epoch: int) -> None:
        lab = self.lab
        for _ in range(lab.stage.speed):
            with lab.lock:
                if epoch != lab.epoch:
                    break
                lab._step()
        lab._frame(paid=True)

    def _on_pause(self, message: dict) -> None:
        self.lab._answer()

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
        return f"Back at step {step:,}: training goes on from here. Undo returns to where it was."

    # -- settings ----------------------------------------------------------------------------------------

    def _on_set(self, message: dict) -> str:
        lab, before = self.lab, self.lab.sides
        lab.set(message["name"], message["value"])
        if lab.sides is not before:
            return "Training began again at step 0, with the same seed. Undo brings back what was there."
        return ""

    def _on_undo(self, message: dict) -> str:
        what = self.lab.undo()
        return f"Taken back: {what}." if what else "There is nothing to take back."

    def _on_code(self, message: dict) -> None:
        self.lab.stage.send({"type": "code", "text": self.lab.code()})

    # -- drawings and files, where the lab has them ------------------------------------------------------

    def _on_draw(self, message: dict) -> str:
        self.lab.draw(message["points"])
        n = len(message["points"])
        return f"Training began again at step 0, on your {n} points. Undo brings back what was there."

    def _on_keep(self, message: dict) -> None:
        self._file("gan_settings.json", "application/json", self.lab.settings_text())

    def _on_page(self, message: dict) -> None:
        self._file("gan.html", "text/html", self.lab.page_text())

    def _file(self, name: str, kind: str, text: str) -> None:
        self.lab.stage.send({"type": "file", "name": name, "kind": kind, "text": text})

    def _on_load(self, message: dict) -> str:
        self.lab.load_text(message["text"])
        return f"Trained again as the file says, to step {self.lab.trainer.steps:,}."

    # -- where the settings are --------------------------------------------------------------------------

    def offer_settings(self) -> None:
        """Gives the page the settings that make sense now, if they are others than before."""
        lab = self.lab
        options = [setting.options(lab.recipe) for setting in lab.settings.values()]
        options += [shown for shown, _ in lab._own_settings().values()]
        options.sort(key=lambda option: option.get("group") != "compare")  # whose settings they are comes first
        if _shape(options) != _shape(lab.stage.settings):
            lab.stage.settings = options

    def tell_settings(self, name: str | None, note: str) -> None:
        """Puts the sliders where the training is (a refused change goes back), and says why."""
        lab, where, settings, own = self.lab, {}, self.lab.settings, self.lab._own_settings()
        self.offer_settings()
        for option in lab.stage.settings:
            key, values = option["name"], option["values"]
            if key in own:
                where[key] = own[key][0]["index"]
            elif option["kind"] == "choice":
                where[key] = values.index(settings[key].get(lab.recipe))
            else:  # Python may set what is on no slider: the nearest, then
                value = settings[key].get(lab.recipe)
                where[key] = min(range(len(values)), key=lambda i: abs(values[i] - value))
        undo = lab._undo[-1][0] if lab._undo else ""
        lab.stage.send({"type": "settings", "name": name, "index": where, "note": note, "undo": undo})


def _shape(options: list[dict]) -> list[dict]:
    return [{key: value for key, value in option.items() if key != "index"} for option in options]
