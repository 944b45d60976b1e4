"""Exercises and quizzes in a page without a kernel: what a press of a button would say is there, folded.

It works with no JavaScript, by keyboard and on a phone."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from gan_lessons.exercises.judging import OPEN, RIGHT, WRONG, letters_of
from gan_lessons.exercises.pictures import as_html
from gan_lessons.exercises.records import Exercise, Explain, Option, Predict, Question, Read
from gan_lessons.exercises.shown import box
from gan_lessons.labs.without_kernel import show_html

IN_CODE = "Write this in the notebook, where a check answers it, or on paper. The last hint unfolds a solution."
RESULT = "In this page's run:"


def ask(exercise: Read | Explain) -> None:
    """A question with all that can be answered, and its hints."""
    if isinstance(exercise, Explain):
        text = box(f"{exercise.name}: {exercise.question}", OPEN) + _hints(exercise, "An answer to compare yours with")
    elif isinstance(exercise, Predict):
        text = _question(exercise, f"{exercise.name}: ") + _hints(exercise)
    else:
        text = _answered(exercise, f"{exercise.name}: ") + _hints(exercise)
    show_html(text, f"{exercise.name}: {exercise.question}")


def check(exercise: Exercise) -> None:
    """In the place of a verdict on code: where it is written, and its hints."""
    show_html(box(f"{exercise.name}. {IN_CODE}", OPEN) + _hints(exercise), f"{exercise.name}. {IN_CODE}")


def compare(exercise: Predict, came: Option) -> None:
    """What a run showed, and what there is to say to whoever expected it or something else."""
    folds = [(f"If you expected {letter}) {option.words}", option.said) for letter, option in _options(exercise)]
    words = f"{exercise.name}. {RESULT} {came.words}"
    show_html(box(words, RIGHT) + _folds(folds), words)


def progress(notebook: str) -> None:
    """In the place of what a learner has done."""
    words = f"In notebook {notebook} this line tells you which of its exercises you have done."
    show_html(box(words, OPEN), words)


def quiz(notebook: str, questions: Sequence[Question]) -> None:
    """All questions, one below the other."""
    numbered = [f"Question {i} of {len(questions)}. " for i in range(1, len(questions) + 1)]
    text = "".join(_answered(one, before) for one, before in zip(questions, numbered, strict=True))
    show_html(text, f"The quiz of notebook {notebook}: {len(questions)} questions.")


def _answered(question: Read | Question, before: str) -> str:
    """A question whose options unfold to what there is to say to who chose them."""
    said = ((f"{letter}) {option.words}", _verdict(option)) for letter, option in _options(question))
    return _picture(question) + box(before + question.question, "question") + _folds(said)


def _question(question: Read, before: str) -> str:
    """A question before the run that answers it."""
    options = "\n".join(f"{letter}) {option.words}" for letter, option in _options(question))
    return _picture(question) + box(f"{before}{question.question}\n{options}", "question")


def _options(question: Read | Question) -> Iterable[tuple[str, Option]]:
    return zip(letters_of(question), question.options, strict=True)


def _verdict(option: Option) -> str:
    return f"{(RIGHT if option.right else WRONG).capitalize()}. {option.said}"


def _picture(question: Read | Question) -> str:
    return as_html(question.picture) if question.picture else ""


def _hints(exercise: Exercise, last: str = "Solution") -> str:
    """One in the other: who unfolds a hint finds the next."""
    solution = html.escape(exercise.solution.strip())
    text = _fold(last, f'<pre style="white-space:pre-wrap">{solution}</pre>')
    for i, hint in reversed(list(enumerate(exercise.hints, 1))):
        text = _fold(f"Hint {i}", f"<p>{html.escape(hint)}</p>{text}")
    return text


def _folds(folds: Iterable[tuple[str, str]]) -> str:
    return "".join(_fold(label, f"<p>{html.escape(said)}</p>") for label, said in folds)


def _fold(label: str, inside: str) -> str:
    style = "margin:.3em 0 .3em 1em;max-width:46em"
    return f'<details style="{style}"><summary>{html.escape(label)}</summary>{inside}</details>'
