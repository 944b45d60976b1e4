"""Exercises where no kernel will answer: what a press of a button would say is there, folded; nothing is kept."""

import html
import re

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

import gan_lessons as gl
from gan_lessons._core.pages_folder import VARIABLE
from gan_lessons.exercises import answers, asked
from gan_lessons.exercises.catalogue import CHAPTERS, exercises
from gan_lessons.exercises.questions import questions
from gan_lessons.exercises.records import Explain, Predict, Read

ALL = [one for chapter in CHAPTERS for one in exercises(chapter).values()]


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """The HTML that was displayed last."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    shell, found = InteractiveShell.instance(), CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", found)

    def last():
        assert len(found.outputs) == 1, "one output, and no widget beside it"
        return found.outputs.pop()["data"]["text/html"]

    yield last
    assert not answers.path().exists()
    InteractiveShell.clear_instance()


def folds(text):
    """(summary, what unfolds), of all that fold; what is in others is told again."""
    assert text.count("<details") == text.count("</details>") and "<button" not in text and "<input" not in text
    return re.findall(r"<summary>(.*?)</summary>(.*?)(?=<details|</details>)", text, re.DOTALL)


@pytest.mark.parametrize("exercise", ALL, ids=lambda one: one.name)
def test_each_exercise_is_there_with_its_hints_one_in_the_other(shown, exercise):
    asks = isinstance(exercise, Read | Explain)
    gl.exercises.ask(exercise.name) if asks else gl.exercises.check(exercise.name, ..., hints=0)
    text = shown()
    said = folds(text)
    last = "An answer to compare yours with" if isinstance(exercise, Explain) else "Solution"
    assert [summary for summary, _ in said[-3:]] == ["Hint 1", "Hint 2", last]
    assert text.endswith("</details>" * 3) and html.escape(exercise.solution.strip()) in said[-1][1]
    assert [html.escape(hint) in inside for hint, (_, inside) in zip(exercise.hints, said[-3:], strict=False)] == [
        True
    ] * 2
    if asks:
        assert html.escape(exercise.question) in text
    if isinstance(exercise, Predict):
        assert len(said) == 3 and not any(html.escape(option.said) in text for option in exercise.options)
    elif isinstance(exercise, Read):
        assert_answered(said[:-3], exercise)


def assert_answered(said, question):
    """Each option unfolds to whether it is right, and to its own sentence."""
    assert len(said) == len(question.options)
    for (summary, inside), option in zip(said, question.options, strict=True):
        assert html.escape(option.words) in summary and html.escape(option.said) in inside
        assert inside.startswith("<p>Right. " if option.right else "<p>Wrong. ")


@pytest.mark.parametrize("exercise", [one for one in ALL if isinstance(one, Predict)], ids=lambda one: one.name)
def test_what_a_run_showed_is_told_to_whatever_was_expected(shown, exercise):
    gl.exercises.compare(exercise.name, exercise.example)
    text = shown()
    came = exercise.options[exercise.outcome(exercise.example)]
    assert html.escape(f"In this page's run: {came.words}") in text
    for option, (_, inside) in zip(exercise.options, folds(text), strict=True):
        assert html.escape(option.said) in inside


@pytest.mark.parametrize("notebook", CHAPTERS)
def test_a_quiz_has_all_of_its_questions(shown, notebook):
    gl.exercises.quiz(notebook)
    text, asking = shown(), questions(notebook)
    said = folds(text)
    for i, question in enumerate(asking, 1):
        here, said = said[: len(question.options)], said[len(question.options) :]
        assert f"Question {i} of {len(asking)}. {html.escape(question.question)}" in text
        assert_answered(here, question)
    assert said == [] and text.count("<img alt=") == sum(bool(question.picture) for question in asking)


def test_progress_speaks_of_the_notebook(shown):
    gl.exercises.progress("02")
    assert "In notebook 02" in shown()


def test_with_a_kernel_all_is_as_ever(shown, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    assert asked.asked(questions("01")[0])["text/html"].count("<details") == 0
    gl.exercises.check("02.rkl", ...)
    assert "not attempted" in shown()
