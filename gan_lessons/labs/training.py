"""One GAN of a lab: its recipe, its trainer, what was done to it, and moments of it to go back to."""

from dataclasses import dataclass, fields, replace

from gan_lessons.errors import refuse
from gan_lessons.labs.code import Log
from gan_lessons.labs.slow import SlowMotion, Stage
from gan_lessons.recipes import Recipe
from gan_lessons.trainers import SETTINGS

PIECE = 200  # steps that are done again without a word
KEPT_BYTES = 32_000_000  # for moments of one training; with a hundred runs in the plane that is three of them


@dataclass(frozen=True)
class Moment:
    """Where a training stood: all that it goes on from, and the moves that led there."""

    step: int
    state: tuple
    recipe: Recipe
    moves: tuple


class Training:
    """A trainer with the log of what a person did to it. recipe, seed, runs: as in a `Player`. view: samples shown."""

    def __init__(self, recipe: Recipe, seed: int, runs: int, view: int):
        self.recipe, self.seed, self.runs = recipe, seed, runs
        self.trainer = recipe.trainer(range(seed, seed + runs), view=view)
        self.log, self.slow = Log(recipe, seed, runs), SlowMotion(recipe.window)
        self._moments, self._stride, self._pair = [self.moment()], 1, (-1, None)

    def step(self, schedule=None) -> None:
        """One step, after what slow motion left half done. schedule: another one for this step only."""
        self.slow.finish(self.trainer, self.log)
        self.trainer.advance(1, schedule)
        self.log.advance(1, schedule)

    def stage(self, run: int) -> Stage:
        """One stage of slow motion."""
        return self.slow.next(self.trainer, self.log, run)

    def change(self, recipe: Recipe) -> None:
        """Goes on with a recipe that differs in settings of the trainer only. Raises ValueError and changes nothing if
        that cannot work."""
        self.slow.finish(self.trainer, self.log)
        changed = {key: getattr(recipe, key) for key in SETTINGS}
        changed = {key: new for key, new in changed.items() if new != self.trainer.settings[key]}
        self.trainer.change(**changed)
        self.recipe = recipe
        if changed:
            self.log.change(**changed)

    def alone(self, run: int) -> tuple:
        """G and D of one run, which move as it trains (`Trainer.alone`)."""
        if self._pair[0] != run:
            self._pair = run, self.trainer.alone(run)
        return self._pair[1]

    # -- going back --------------------------------------------------------------------------------------

    def moment(self) -> Moment:
        """Where it stands now."""
        return Moment(self.trainer.steps, self.trainer.keep(), self.recipe, tuple(self.log.moves))

    def keep(self) -> None:
        """Keeps this moment; when there are too many, every other one goes and they come half as often.

        Not in the middle of a step, and not after a change that more of the same drag may still add to."""
        moves = self.log.moves
        if not moves or moves[-1][0] != "advance" or self.trainer.steps < self._moments[-1].step + 10 * self._stride:
            return
        self._moments.append(self.moment())
        size = self.trainer.nbytes
        if len(self._moments) > max(3, KEPT_BYTES // size):
            self._moments, self._stride = self._moments[::2], 2 * self._stride

    def forget(self) -> None:
        """Lets go of the moments kept, but for the first: going back then does more again."""
        self._moments, self._stride = self._moments[:1], 1

    def back_to(self, step: int) -> None:
        """Goes back to a step, from where it goes on exactly as it did the first time.

        It starts from the last moment kept before it and does again what was done since."""
        if not 0 <= step <= self.trainer.steps:
            refuse("step", step, f"one of 0 to {self.trainer.steps}")
        self.slow.finish(self.trainer, self.log)
        moves = until(self.log.moves, step)
        self._moments = [moment for moment in self._moments if moment.step <= step] or self._moments[:1]
        self.restore(self._moments[-1])
        self.redo(rest(self._moments[-1].moves, moves))
        self._stride = max(1, self._stride // 2)

    def restore(self, moment: Moment) -> None:
        """Goes to a moment of this training, before or after now."""
        self.trainer.return_to(moment.state)
        self.recipe, self.log.moves, self.slow = moment.recipe, list(moment.moves), SlowMotion(moment.recipe.window)

    def redo(self, moves, tell=lambda: None) -> None:
        """Does moves of a log, one after the other. tell(): called now and then, for someone who waits."""
        for kind, *what in moves:
            while kind == "advance" and what[0] > PIECE:
                self._again(kind, PIECE, what[1])
                what[0] -= PIECE
                tell()
            self._again(kind, *what)

    def _again(self, kind: str, *what) -> None:
        if kind == "advance":
            steps, schedule = what
            self.trainer.advance(steps, schedule), self.log.advance(steps, schedule)
        elif kind == "part":
            self.trainer.part(*what), self.log.part(*what)
        else:
            self.trainer.change(**what[0])
            self.log.change(**what[0])
            own = {field.name for field in fields(self.recipe)}
            self.recipe = replace(self.recipe, **{key: value for key, value in what[0].items() if key in own})


def restarts(old: Recipe, new: Recipe) -> bool:
    """Whether a change of recipe needs other networks or other conditions at the start, so training begins again."""
    differs = {field.name for field in fields(old) if getattr(old, field.name) != getattr(new, field.name)}
    if differs - {*SETTINGS, "name", "source", "steps"}:
        return True
    if (old.data.dim, old.noise.dim) != (new.data.dim, new.noise.dim):
        return True
    return "batch" in differs and new.features not in (None, "moments")


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
