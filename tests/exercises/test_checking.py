"""What a cell shows: verdicts in plain text, hints, what was answered before, and progress."""

import numpy as np
import pytest
import torch
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

import gan_lessons as gl
from gan_lessons.exercises import answers, asked
from gan_lessons.exercises.catalogue import named
from gan_lessons.exercises.judging import OPEN, is_stub, judge, letters_of


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """The texts that are displayed, oldest first."""
    monkeypatch.chdir(tmp_path)
    shell, found = InteractiveShell.instance(), CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", found)
    yield lambda: [one["data"]["text/plain"] for one in found.outputs]
    InteractiveShell.clear_instance()


def test_nothing_written_is_no_error_and_leaves_no_file(shown):
    gl.exercises.check("02.rkl", lambda shares: ..., hints=0)
    gl.exercises.check("02.half")
    gl.exercises.compare("02.strays", (8, 0.99, 2.0))
    assert [text.split(".")[1].split(": ")[1] for text in shown()] == ["not attempted"] * 3
    assert not answers.path().exists()


def test_hints_come_one_by_one_and_then_the_solution(shown):
    for hints in range(4):
        gl.exercises.check("02.rkl", ..., hints=hints)
    texts, one = shown(), named("02.rkl")
    assert [("Hint 1" in text, "Hint 2" in text, "Solution" in text) for text in texts] == [
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
    assert "np.log(len(shares))" in texts[3] and one.hints[0].split()[0] in texts[1]


def test_a_verdict_is_kept_and_known_again(shown):
    gl.exercises.check("02.half", 0.69)
    gl.exercises.check("02.half", ...)
    gl.exercises.check("02.half", 0.41)
    first, again, last = shown()
    assert first.startswith("02.half: wrong. ") and "Your last answer was wrong" in again
    assert last.startswith("02.half: right. ")
    assert answers.known()["02.half"] | {"when": ""} == {"state": "right", "answer": "0.41", "tries": 2, "when": ""}


def test_a_prediction_is_compared_with_the_run(shown):
    asking = asked._Choice(named("02.strays"))
    asking.show()
    asking.row.children[0].click()
    gl.exercises.compare("02.strays", (8, 0.99, 2.0))
    assert "not as expected. You expected: Modes covered." in " ".join(shown()[-1].split())
    asking.row.children[2].click()
    gl.exercises.compare("02.strays", (8, 0.99, 2.0))
    assert shown()[-1].startswith("02.strays: as expected.")


def test_buttons_answer_and_hint_and_a_new_cell_knows_the_answer(shown):
    asking = asked._Choice(named("02.fault"))
    asking.show()
    *letters, hint = asking.row.children
    assert [one.description for one in letters] == list(letters_of(named("02.fault"))) and "[Eight small" in shown()[0]
    letters[0].click()
    assert asking.below.text.startswith("02.fault: wrong. You chose a.")
    hint.click()
    assert "Hint 1" in asking.below.text and asking.below.text.startswith("02.fault: wrong.")
    letters[2].click()
    again = asked._Choice(named("02.fault"))
    again.show()
    assert again.below.text.startswith("02.fault: right. You chose c.")


def test_a_graded_copy_asks_without_buttons(shown):
    gl.exercises.ask("02.fault", buttons=False)
    gl.exercises.ask("02.minimax", buttons=False)
    picture, text = shown()
    assert picture.startswith("[Eight small") and "c) It is inaccurate." in picture and "not attempted" not in picture
    assert text.startswith("02.minimax: G's minimax loss") and not answers.path().exists()


def test_a_text_is_kept_and_compared_by_its_writer(shown):
    writing = asked._Text(named("02.minimax"))
    writing.show()
    writing.hint()
    assert "Hint 1. " in writing.below.text and "Hint 2. " not in writing.below.text
    writing.keep()
    assert "Write a sentence first" in writing.below.text and not answers.path().exists()
    writing.box.value = "Both move G little."
    writing.keep()
    again = asked._Text(named("02.minimax"))
    again.show()
    assert again.box.value == "Both move G little." and "Compare your answer" in again.below.text


def test_progress(shown):
    gl.exercises.check("02.half", 0.41)
    gl.exercises.check("02.seeds", 12)
    asking, writing = asked._Choice(named("02.strays")), asked._Text(named("02.minimax"))
    asking.answer("a")  # a prediction counts once it is compared
    writing.box.value = "Both move G little."
    writing.keep()
    gl.exercises.progress("02")
    text = shown()[-1]
    assert text.startswith("Notebook 02: 2 of ") and "02.half (measure): right" in text
    assert "02.seeds (measure): wrong" in text and "02.rkl (build): not attempted" in text


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gl.exercises.check("02.rlk", 1), "did you mean '02.rkl'"),
        (lambda: gl.exercises.check("rkl", 1), 'such as "02.spread"'),
        (lambda: gl.exercises.check(7, 1), "not 7"),
        (lambda: gl.exercises.check("02.rkl", 1, hints=4), "hints must be 0, 1, 2 or 3, not 4"),
        (lambda: gl.exercises.check("02.rkl", 1, hints=-1), "hints must be"),
        (lambda: gl.exercises.check("02.rkl", 1, hints=True), "hints must be"),
        (lambda: gl.exercises.check("02.strays", "a"), "gl.exercises.ask"),
        (lambda: gl.exercises.ask("02.rkl"), "gl.exercises.check"),
        (lambda: gl.exercises.compare("02.rkl", 1), "asks for a prediction"),
        (lambda: gl.exercises.quiz("2"), "notebook must be one of"),
        (lambda: gl.exercises.progress(2), "notebook must be one of"),
    ],
)
def test_what_cannot_be_is_refused_with_its_value(shown, call, words):
    with pytest.raises(ValueError) as refused:
        call()
    assert words in str(refused.value)


def test_stubs():
    class Layer:
        def forward(self, x):
            return ...

    class Written:
        def forward(self, x):
            return x

    def documented(x):
        """What it does."""

    assert all(map(is_stub, (None, ..., " ", Layer, documented, lambda x: ...)))
    assert not any(map(is_stub, (0, False, float("nan"), Written, lambda x: x, lambda x: 0, int, [])))


def test_a_stub_that_raises_is_not_attempted_either():
    def raises(shares):
        raise NotImplementedError

    assert judge(named("02.rkl"), raises).state == OPEN


@pytest.mark.parametrize(
    "number", [np.float32(0.41), np.array([0.41]), torch.tensor(0.41), torch.tensor([[0.41]]), 0.41]
)
def test_one_number_of_any_kind_is_a_number(number):
    assert judge(named("02.half"), number).right


def test_a_file_that_takes_no_answer_does_not_hide_the_verdict(shown):
    answers.path().write_text("mine")
    asking = asked._Choice(named("02.fault"))
    asking.show()
    asking.row.children[2].click()
    assert asking.below.text.startswith("02.fault: right.") and "is left as it is" in asking.below.text
    assert answers.path().read_text() == "mine"


def test_an_interrupted_answer_has_no_verdict_and_is_not_kept(shown, monkeypatch):
    def interrupted(*inputs):
        raise KeyboardInterrupt

    monkeypatch.setattr("gan_lessons.exercises.limited._wait", interrupted)
    gl.exercises.check("02.rkl", lambda shares: shares.sum())
    assert shown()[-1].startswith("02.rkl: not attempted. It was interrupted") and not answers.path().exists()
