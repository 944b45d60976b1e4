"""Slow motion: one step of the game in four stages, each with a sentence."""

from dataclasses import dataclass

import numpy as np
import torch

from gan_lessons.labs.panels import DOTS
from gan_lessons.schedules import InTurn


@dataclass(frozen=True)
class Stage:
    """One stage: its name, its sentence, and the samples to show as dots (real, generated), each (n, d)."""

    name: str
    sentence: str
    batch: tuple[np.ndarray, np.ndarray] | None = None


class SlowMotion:
    """Walks a trainer through one step after the other. Between D's move and G's, a step is half done."""

    def __init__(self):
        self._stage, self._half, self._noted, self._batch = 0, None, False, None

    def next(self, trainer, log, run: int) -> Stage:
        """Goes one stage on, and says what happened. run: whose samples are shown."""
        schedule = trainer.settings["schedule"]
        if not isinstance(schedule, InTurn):
            trainer.advance(1), log.advance(1)
            return Stage("both", "D and G moved at the same moment.")
        stage = (self._look, self._d_moves, self._g_asks, self._g_moves)[self._stage]
        self._stage = (self._stage + 1) % 4
        return stage(trainer, log, run, schedule)

    def finish(self, trainer, log) -> None:
        """Completes a half-done step with G's move; the two halves are one ordinary step."""
        if self._half:
            trainer.advance(1, self._half)
            if self._noted:
                log.moves.pop()
            log.advance(1)
        self._stage, self._half, self._noted = 0, None, False

    def _look(self, trainer, log, run, schedule) -> Stage:
        real, noise = trainer.next_batch(run)
        G, _ = trainer.alone(run)
        with torch.no_grad():
            self._batch = real, G(torch.from_numpy(noise)[None])[0].numpy()
        n, some = len(real), f"; {DOTS} of each are drawn" if len(real) > DOTS else ""
        words = f"1 of 4: a batch for D, {n} real samples (squares) and {n} forgeries (dots){some}."
        return Stage("look", words, self._batch)

    def _d_moves(self, trainer, log, run, schedule) -> Stage:
        if not schedule.g_steps:
            trainer.advance(1), log.advance(1)
        else:
            if schedule.d_steps:
                d_part = InTurn(schedule.d_steps, 0)
                trainer.part(d_part), log.part(d_part)
            self._half, self._noted = InTurn(0, schedule.g_steps), schedule.d_steps > 0
        how = (
            "to tell the squares from the dots"
            if _whole(trainer)
            else f"its {_shape(trainer)} up at the squares and down at the dots"
        )
        moved = f"D moved {_times(schedule.d_steps)}, {how}"
        return Stage("D", f"2 of 4: {moved}." if schedule.d_steps else "2 of 4: D is held still.", self._batch)

    def _g_asks(self, trainer, log, run, schedule) -> Stage:
        words = "3 of 4: G asks D about its forgeries. D's slope at each dot says which way would fool it more."
        return Stage("ask", words, (self._batch[0][:0], self._batch[1]))

    def _g_moves(self, trainer, log, run, schedule) -> Stage:
        self.finish(trainer, log)
        where = "to what D takes for real more" if _whole(trainer) else f"to where D's {_shape(trainer)} was higher"
        moved = f"G moved {_times(schedule.g_steps)}, its forgeries {where}"
        return Stage("G", f"4 of 4: {moved}." if schedule.g_steps else "4 of 4: G is held still.")


def _shape(trainer) -> str:
    """What D's verdicts over all places make."""
    return "surface" if trainer.settings["data"].dim == 2 else "curve"


def _whole(trainer) -> bool:
    """Whether D judges samples together, so that no curve or surface says it all."""
    return getattr(trainer.D, "looks_at", "samples") != "samples"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"
