"""The verdict on an answer: not attempted, wrong with its sentence, or right."""

from __future__ import annotations

import dis
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch

from gan_lessons.exercises.learner import Learner, Wrong, failure, shorten
from gan_lessons.exercises.limited import TooLong, limited
from gan_lessons.exercises.records import Build, Exercise, Measure, Question, Read

OPEN, WRONG, RIGHT = "not attempted", "wrong", "right"
LETTERS = "abcdefgh"
SECONDS = 5.0  # after which an answer is stopped that has no limit of its own
IDLE = {
    "RESUME",
    "NOP",
    "LOAD_CONST",
    "RETURN_CONST",
    "RETURN_VALUE",
    "POP_TOP",
    "CACHE",
    "MAKE_CELL",
    "COPY_FREE_VARS",
}


@dataclass(frozen=True)
class Verdict:
    """state: "not attempted", "wrong" or "right"; for what nobody judges "noted". said: a sentence or two, or ""."""

    state: str
    said: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.state == RIGHT


def judge(
    exercise: Exercise,
    answer: object,
    seconds: float | None = None,
    seed: int = 0,
    report: Callable[[int, int], None] = lambda done, of: None,
    tick: Callable[[], None] = lambda: None,
) -> Verdict:
    """The verdict on an answer, whatever it is: nothing that an answer does or raises comes through.

    answer: a letter for Read and Predict, a number for Measure, and a function, a class or an object for Build and
    Repair. seconds: in the place of the exercise's own limit. seed: of the inputs that are not shown."""
    if is_stub(answer):
        return Verdict(OPEN)
    limit = getattr(exercise, "seconds", SECONDS) if seconds is None else seconds
    try:
        return limited(lambda: _judged(exercise, answer, Learner(seed, report)), limit, tick)
    except Wrong as error:
        return Verdict(WRONG, str(error))
    except NotImplementedError:
        return Verdict(OPEN)
    except TooLong:
        return Verdict(
            WRONG, f"No answer came within {limit:g} seconds, so it was stopped. Is there a loop without an end?"
        )
    except KeyboardInterrupt:
        return Verdict(OPEN, "It was interrupted before there was a verdict.")
    except BaseException as error:  # an odd answer: one that raises when it is compared or written, SystemExit
        return Verdict(WRONG, f"This answer, a {type(answer).__name__}, cannot be judged. {failure(error, answer)}")


def _judged(exercise: Exercise, answer: object, learner: Learner) -> Verdict:
    if isinstance(exercise, Read):
        option = exercise.options[chosen(exercise, answer)]
        return Verdict(RIGHT if option.right else WRONG, option.said)
    if isinstance(exercise, Measure):
        return _measured(exercise, answer)
    if isinstance(exercise, Build):
        exercise.judge(answer, learner)
        return Verdict(RIGHT, exercise.right)
    return Verdict("noted")


def chosen(exercise: Read | Question, answer: object) -> int:
    """The place of the option that a letter names. Raises Wrong."""
    letters = letters_of(exercise)
    if not isinstance(answer, str) or answer.strip().lower() not in letters:
        given = f"{shorten(answer)!r}" if isinstance(answer, str) else f"a {type(answer).__name__}"
        raise Wrong(f"The answer is one letter, {', '.join(letters[:-1])} or {letters[-1]}, and not {given}.")
    return letters.index(answer.strip().lower())


def letters_of(exercise: Read | Question) -> str:
    """A letter for each option."""
    return LETTERS[: len(exercise.options)]


def _measured(exercise: Measure, answer: object) -> Verdict:
    if isinstance(answer, np.ndarray | np.generic | torch.Tensor) and math.prod(answer.shape) == 1:
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, Real) or not math.isfinite(answer):
        given = f"{answer}" if isinstance(answer, float) else f"a {type(answer).__name__}"
        raise Wrong(f"The answer is one finite number, and not {given}.")
    if exercise.low <= answer <= exercise.high:
        return Verdict(RIGHT, exercise.right)
    for mistake in exercise.mistakes:
        if mistake.low <= answer <= mistake.high:
            return Verdict(WRONG, mistake.said)
    return Verdict(WRONG, exercise.too_low if answer < exercise.low else exercise.too_high)


def is_stub(answer: object) -> bool:
    """Whether nothing was written yet: `...`, None, "", or a function or a class of such functions that do nothing."""
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
        return True
    if inspect.isclass(answer):
        own = [value for value in vars(answer).values() if inspect.isfunction(value)]
        return any(map(_idle, own)) if own else False
    return inspect.isfunction(answer) and _idle(answer)


def _idle(function: Callable) -> bool:
    """A function that only returns None or `...`: a constant that means something is an answer."""
    steps = list(dis.get_instructions(function))
    if any(step.opname not in IDLE for step in steps):
        return False
    given = [step.argval for step in steps if step.opname in ("RETURN_CONST", "LOAD_CONST")]
    return all(value is None or value is ... for value in given)
