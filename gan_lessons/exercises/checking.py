"""`check` and `compare`: what a cell calls with an answer or with what a run showed."""

from __future__ import annotations

import inspect
import sys

from gan_lessons._core.pages_folder import folder
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.exercises import answers, folded
from gan_lessons.exercises.catalogue import named
from gan_lessons.exercises.judging import OPEN, Verdict, is_stub, judge, letters_of
from gan_lessons.exercises.learner import shorten
from gan_lessons.exercises.records import Exercise, Explain, Predict, Repair
from gan_lessons.exercises.shown import bundle, words


def check(name: str, answer: object = ..., hints: int = 0) -> None:
    """Shows the verdict on an answer. An answer that was not written yet is "not attempted", and no error.

    hints: 1 shows the first hint, 2 both, 3 the solution, too. Raises ValueError for a name or hints that are not."""
    exercise, hints = named(name), whole("hints", hints, 0)
    if hints > 3:
        refuse("hints", hints, "0, 1, 2 or 3")
    if isinstance(exercise, Predict | Explain):
        refuse("name", name, "an exercise that takes an answer in code; for this one there is gl.exercises.ask")
    if folder():
        return folded.check(exercise)
    before = answers.known()
    long = isinstance(exercise, Repair) and not is_stub(answer)
    verdict = _with_a_bar(exercise, answer) if long else judge(exercise, answer)
    if verdict.state != OPEN:
        answers.keep(name, verdict.state, _source(answer))
    show(words(exercise, verdict, hints, before.get(name)), verdict.state)


def compare(name: str, measured: object) -> None:
    """Shows what a learner expected beside what the run showed. measured: what the exercise's `outcome` takes."""
    exercise = named(name)
    if not isinstance(exercise, Predict):
        refuse("name", name, "an exercise that asks for a prediction")
    came, letters = exercise.options[exercise.outcome(measured)], letters_of(exercise)
    if folder():
        return folded.compare(exercise, came)
    expected = answers.known().get(name, {}).get("answer")
    if expected not in tuple(letters):
        text = words(exercise, Verdict(OPEN, f"The run showed: {came.words} Next time, say first what you expect."))
        return show(text, OPEN)
    mine = exercise.options[letters.index(expected)]
    state = "as expected" if mine is came else "not as expected"
    said = mine.said if mine is came else f"You expected: {mine.words} The run showed: {came.words} {mine.said}"
    answers.keep(name, state, expected)
    return show(words(exercise, Verdict(state, said)), "right" if mine is came else "wrong")


def show(text: str, state: str) -> None:
    """A text in the cell's output."""
    from IPython.display import display

    display(bundle(text, state), raw=True)


def _with_a_bar(exercise: Exercise, answer: object) -> Verdict:
    from tqdm.auto import tqdm

    at = [0, 1]

    def report(done: int, of: int) -> None:
        at[:] = done, of

    with tqdm(total=1, leave=False, desc="seeds", file=sys.stderr) as bar:

        def tick() -> None:
            bar.total, bar.n = at[1], at[0]
            bar.refresh()

        verdict = judge(exercise, answer, report=report, tick=tick)
        bar.n = bar.total  # tqdm leaves a bar on the page that is not full
        return verdict


def _source(answer: object) -> str:
    """An answer as text, for the answers file."""
    if isinstance(answer, str):
        return answer
    try:
        return inspect.getsource(answer)
    except (TypeError, OSError):
        return shorten(answer)
