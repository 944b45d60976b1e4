"""The quizzes: ten questions a notebook, every option explained, answered by the keyboard's order of buttons."""

import pytest

from gan_lessons.exercises import answers, quiz_shown
from gan_lessons.exercises.catalogue import CHAPTERS
from gan_lessons.exercises.judging import letters_of
from gan_lessons.exercises.pictures import DRAWN, picture
from gan_lessons.exercises.questions import questions


@pytest.mark.parametrize("notebook", CHAPTERS)
def test_ten_questions_and_each_option_explained(notebook):
    asked = questions(notebook)
    assert len({one.question for one in asked}) == len(asked) == 10
    for one in asked:
        assert 3 <= len(one.options) <= 4 and sum(option.right for option in one.options) == 1
        assert len({option.said for option in one.options}) == len({option.words for option in one.options})
        assert all(option.said.endswith((".", "!", "?")) for option in one.options), one.question


def test_the_right_letter_is_not_always_the_same():
    for notebook in CHAPTERS:
        right = [[option.right for option in one.options].index(True) for one in questions(notebook)]
        assert max(right.count(place) for place in range(4)) <= 5, (notebook, right)


def test_pictures_are_drawn_and_told():
    for notebook in CHAPTERS:
        questions(notebook)
    for name in DRAWN:
        shown = picture(name)
        assert shown.png.startswith(b"\x89PNG") and len(shown.words.split()) >= 5, name


def test_a_whole_quiz_counts_the_first_presses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quiz = quiz_shown.Quiz("02")
    quiz.show()
    for n, one in enumerate(quiz.questions):
        right = letters_of(one)[[option.right for option in one.options].index(True)]
        wrong = next(letter for letter in letters_of(one) if letter != right)
        first = wrong if n < 2 else right
        quiz.letters["abcd".index(first)].click()
        quiz.letters["abcd".index(right)].click()  # the second press explains, and does not count
        assert "right" in quiz.below.text
        if n < len(quiz.questions) - 1:
            quiz.next.click()
    assert answers.known()["02.quiz"]["answer"] == f"{len(quiz.questions) - 2} of {len(quiz.questions)} right"
