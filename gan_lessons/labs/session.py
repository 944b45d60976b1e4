"""One GAN of a lab: its recipe, its trainer, what was done to it, how fast it is, and moments of it to go back to."""

import contextlib
import copy
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gan_lessons._core import devices
from gan_lessons._core.refusals import refuse
from gan_lessons.labs.judge import judge_of
from gan_lessons.labs.log_as_python import Log
from gan_lessons.labs.slow_motion import Phase, SlowMotion
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.shipped import networks
from gan_lessons.trainers.watching import modes_kept

PIECE = 200  # steps that are done again without a word
# bytes for moments of one training (with a hundred runs in the plane three of them, of the lean DCGAN 12), and how many
# are kept of any
KEPT_BYTES, KEPT_BYTES_LARGE, LEAST, LEAST_LARGE = 32_000_000, 64_000_000, 3, 4
PACE = 64  # steps over which the pace is measured


@dataclass(frozen=True)
class Moment:
    """Where a training stood: all that it goes on from, and the moves that led there."""

    step: int
    state: tuple
    recipe: Recipe
    moves: tuple


class Session:
    """A trainer with the log of what a person did to it.

    recipe, seed, runs, device, start: as in a `Lab`. view: samples shown. Steps of large networks take long, so their
    going back does none again: it goes to a moment that was kept."""

    def __init__(
        self,
        recipe: Recipe,
        seed: int,
        runs: int,
        view: int,
        device: devices.Device | None = None,
        start: str | None = None,
    ):
        self.recipe, self.seed, self.runs, self.start = recipe, seed, runs, start
        self.trainer = recipe.trainer(range(seed, seed + runs), view=view, device=device)
        self.log, self.slow = Log(recipe, seed, runs, device), SlowMotion(recipe.window)
        self.judge = judge_of(recipe.noise.dim, recipe.data) if recipe.large else None
        if start is not None:
            networks.start_from(self.trainer, *networks.shipped(start))
            self.log.moves.append(("start", start))
        self._pace, self._size = deque(maxlen=PACE), len(recipe.data.images()) if recipe.large else 0
        self._moments, self._stride, self._pair = [self.moment()], 1, (-1, None)

    @classmethod
    def loaded(cls, path: str | os.PathLike, recipe: Recipe, seed: int, view: int, device: devices.Device | None):
        """A training that goes on from a saved file; the images seen until then are counted in batches of now.

        Raises ValueError if the file is not of this recipe and seed."""
        session = cls(recipe, seed, 1, view, device)
        trainer = session.trainer
        trainer.load(path)
        seen = int(trainer.players["D"].updates) * recipe.batch
        session.log.moves.append(("load", str(path), trainer.steps, seen))
        session._moments = [session.moment()]
        return session

    def step(self, schedule=None) -> None:
        """One step, after what slow motion left half done, and its part of the measuring. schedule: another one for
        this step only."""
        start = time.perf_counter()
        self._whole_or_not(lambda: (self._finish(), self._advance(1, schedule)))
        if self.judge:
            with self.trainer.paying.best():
                self.judge.tick(self.trainer, time.perf_counter() - start)
            self._pace.append(time.perf_counter() - start)

    def measure(self) -> None:
        """Measures what there is now, all at once."""
        self.judge.finish(self.trainer)

    def phase(self, run: int) -> Phase:
        """One phase of slow motion."""
        return self._whole_or_not(lambda: self.slow.next(self.trainer, self.log, run))

    def change(self, recipe: Recipe) -> None:
        """Goes on with a recipe that differs in settings of the trainer only. Raises ValueError and changes nothing if
        that cannot work."""
        changed = {key: new for key, new in recipe.trained_by().items() if new != self.trainer.settings[key]}
        self._whole_or_not(lambda: (self._finish(), self._change(recipe, changed)))
        if changed:
            self._pace.clear()

    def _finish(self) -> None:
        self.slow.finish(self.trainer, self.log)

    def _advance(self, steps: int, schedule) -> None:
        self.trainer.advance(steps, schedule)
        self.log.advance(steps, schedule)

    def _change(self, recipe: Recipe, changed: dict) -> None:
        self.trainer.change(**changed)
        self.recipe = recipe
        if changed:
            self.log.change(**changed)

    def finish(self) -> None:
        """Completes a step that slow motion left half done."""
        self._whole_or_not(self._finish)

    def _whole_or_not(self, action: Callable):
        """Does an action on the training and its log wholly, or, where it raises anything (an interrupt too), not at
        all."""
        before = self.mark()
        with modes_kept(self.trainer.networks):
            try:
                return action()
            except BaseException:
                self.back(before)
                raise

    def mark(self) -> tuple:
        """All that it is now, to go `back` to."""
        return self.moment(), copy.copy(self.slow), list(self._moments), self._stride

    def back(self, mark: tuple) -> None:
        """Goes back to a `mark`."""
        moment, slow, moments, self._stride = mark
        self.trainer.return_to(moment.state)
        self.recipe, self.log.moves = moment.recipe, list(moment.moves)
        self.slow, self._moments = copy.copy(slow), list(moments)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Whatever is trained within it, afterwards all is as it was, bit for bit. Within it there is no pace yet."""
        mark, pace, judged = self.mark(), self._pace, dict(vars(self.judge)) if self.judge else {}
        self._pace = deque(maxlen=PACE)
        try:
            yield
        finally:
            self.back(mark)
            self._pace = pace
            if self.judge:
                vars(self.judge).update(judged)

    def alone(self, run: int) -> tuple:
        """G and D of one run, which move as it trains (`Trainer.alone`)."""
        if self._pair[0] != run:
            self._pair = run, self.trainer.alone(run)
        return self._pair[1]

    # -- progress ----------------------------------------------------------------------------------------

    @property
    def images(self) -> int:
        """Real images that D was shown."""
        return self.log.images()

    @property
    def images_a_step(self) -> int:
        """How many of them a step has."""
        return self.recipe.batch * getattr(self.recipe.schedule, "d_steps", 1)

    @property
    def epochs(self) -> float:
        """How often D was shown the whole data."""
        return self.images / self._size

    @property
    def seconds(self) -> float:
        """What a step takes, measuring included; NaN before the first."""
        return sum(self._pace) / len(self._pace) if self._pace else float("nan")

    def drawn(self, seconds: float) -> None:
        """Counts the making of a frame into the pace."""
        if self._pace:
            self._pace[-1] += seconds

    # -- going back --------------------------------------------------------------------------------------

    def moment(self) -> Moment:
        """Where it stands now."""
        return Moment(self.trainer.steps, self.trainer.keep(), self.recipe, tuple(self.log.moves))

    def keep(self) -> None:
        """Keeps this moment; when there are too many, every other one goes and they come half as often.

        Not in the middle of a step, and not after a change that more of the same drag may still add to."""
        moves, large = self.log.moves, self.recipe.large
        if not moves or moves[-1][0] != "advance" or self.trainer.steps < self._moments[-1].step + 10 * self._stride:
            return
        self._moments.append(self.moment())
        room, least = (KEPT_BYTES_LARGE, LEAST_LARGE) if large else (KEPT_BYTES, LEAST)
        if len(self._moments) > max(least, room // self.trainer.nbytes):
            self._moments, self._stride = self._moments[::2], 2 * self._stride

    def forget(self) -> None:
        """Lets go of the moments kept, but for the first: going back then does more again."""
        self._moments, self._stride = self._moments[:1], 1

    def back_to(self, step: int) -> None:
        """Goes back to a step, from where it goes on exactly as it did the first time.

        It starts from the last moment kept before it and does again what was done since; large networks stay there."""
        if not 0 <= step <= self.trainer.steps:
            refuse("step", step, f"one of 0 to {self.trainer.steps}")
        self._whole_or_not(lambda: self._back_to(step))

    def _back_to(self, step: int) -> None:
        self._finish()
        moves = until(self.log.moves, step)
        self._moments = [moment for moment in self._moments if moment.step <= step] or self._moments[:1]
        self.restore(self._moments[-1])
        if not self.recipe.large:
            self.redo(rest(self._moments[-1].moves, moves))
            self._stride = max(1, self._stride // 2)

    def restore(self, moment: Moment) -> None:
        """Goes to a moment of this training, before or after now."""
        self._whole_or_not(lambda: self._restore(moment))
        if self.judge:
            self.judge.forget()

    def begin_again(self) -> None:
        """Goes back to where it began. `back` returns from there; it keeps no moment of this."""
        self.restore(self._moments[0])

    def redo(self, moves, tell=lambda: None) -> None:
        """Does moves of a log, one after the other. tell(): called now and then, for someone who waits."""
        for kind, *what in moves:
            while kind == "advance" and what[0] > PIECE:
                self._again(kind, PIECE, what[1])
                what[0] -= PIECE
                tell()
            self._again(kind, *what)

    def _restore(self, moment: Moment) -> None:
        self.trainer.return_to(moment.state)
        self.recipe, self.log.moves, self.slow = moment.recipe, list(moment.moves), SlowMotion(moment.recipe.window)

    def _again(self, kind: str, *what) -> None:
        if kind == "advance":
            self._whole_or_not(lambda: self._advance(*what))
        elif kind == "part":
            self._whole_or_not(lambda: (self.trainer.part(*what), self.log.part(*what)))
        else:
            self._whole_or_not(lambda: self._change(replace(self.recipe, **what[0]), what[0]))


def until(moves: list[tuple], step: int) -> list[tuple]:
    """The moves that led to a step, from all of them; changes made when it was reached are among them."""
    led, at = [], 0
    for move in moves:
        steps = move[1] if move[0] == "advance" else 0
        if at + steps > step:
            return [*led, ("advance", step - at, move[2])] if step > at else led
        if at == step and move[0] == "part":
            return led
        led.append(move)
        at += steps
    return led


def rest(done: tuple, moves: list[tuple]) -> list[tuple]:
    """What is left of moves after those done, of which the last may have been a part of a longer advance."""
    if not done:
        return list(moves)
    n = len(done) - 1
    left = list(moves[n:])
    if left and left[0] != done[-1]:
        left[0] = ("advance", left[0][1] - done[-1][1], left[0][2])
        return left
    return left[1:]
