"""The digit lab's side of its conversation with the page: steps take long, so a message is answered after a few."""

import time

from gan_lessons.labs.page import Page
from gan_lessons.threads import limit_threads

HANDOVER = 2e-4  # seconds between two steps: else the thread that lets go of the lock is the one that gets it again
SLICE = 0.05  # seconds, at most, that one message trains for, but for a step that takes longer


class DigitPage(Page):
    """As `Page`. A frame may take several messages, so that what a person does never waits for more than a step or
    two. Play stops at the lab's `until`; credits of that play that come later give nothing."""

    def __init__(self, lab):
        super().__init__(lab)
        self._part, self._rested = (-1, 0), None  # (epoch, steps of the frame under way); the play that has ended

    def receive(self, message: dict) -> None:
        limit_threads()  # each thread has its own number
        super().receive(message)

    def _on_credit(self, message: dict) -> str:
        lab, wanted, sent, over, start = self.lab, message["n"], 0, "", time.perf_counter()
        epoch, play = lab.epoch, message.get("play")
        try:
            while play is None or play != self._rested:
                full = self._a_step(epoch)
                sent += full
                over = self._over() if full else ""
                if over or sent == wanted or epoch != lab.epoch or lab._closed or time.perf_counter() - start > SLICE:
                    break
                time.sleep(HANDOVER)
        except Exception:  # such as a GPU that is full: play would only meet it again
            lab.stage.send({"type": "stopped"})
            raise
        finally:
            spent = 1e3 * (time.perf_counter() - start) / max(1, sent)
            lab.stage.send({"type": "done", "unsent": wanted - sent, "ms": spent})
        if over:
            self._rested = play
            lab.stage.send({"type": "stopped"})
        return over

    def _a_step(self, epoch: int) -> bool:
        """One step, and a frame if it is complete. True if there was one."""
        lab = self.lab
        with lab.lock:
            if epoch != lab.epoch or lab._closed:
                return False
            lab._step()
            done = 1 + (self._part[1] if self._part[0] == epoch else 0)
            at_goal = lab.trainer.steps == lab.until
            full = done >= lab.stage.speed or at_goal
            self._part = epoch, 0 if full else done
            if at_goal:
                lab.sides[0].measure()
            if full:
                lab._frame(paid=True)
        return full

    def _over(self) -> str:
        lab, why = self.lab, super()._over()
        if why or lab._closed or lab.trainer.steps != lab.until:
            return why
        return f"Step {lab.until:,} is reached, and training rests. Play goes on beyond it."

    def _on_back(self, message: dict) -> str:
        super()._on_back(message)
        step = self.lab.trainer.steps
        return f"Back at step {step:,}, the last that was kept up to there: training goes on from it. Undo returns."

    def _on_setup(self, message: dict) -> str:
        return self.lab.setup(message["name"])

    def _on_save(self, message: dict) -> str:
        path = self.lab.save()
        return f"Saved to {path.name}, in {path.parent}: weights, optimizers and places in the random numbers."

    def _on_resume(self, message: dict) -> str:
        path = self.lab.load()
        return f"Going on from {path.name}, at step {self.lab.trainer.steps:,}. Undo brings back what was there."
