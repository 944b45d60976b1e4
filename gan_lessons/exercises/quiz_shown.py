"""The quiz of a notebook: ten questions, one after the other, each explained at once."""

from __future__ import annotations

from gan_lessons._core.pages_folder import folder
from gan_lessons.exercises import answers, folded
from gan_lessons.exercises.asked import Below, asked, button, buttons, row
from gan_lessons.exercises.judging import OPEN, RIGHT, WRONG, chosen
from gan_lessons.exercises.questions import questions


def quiz(notebook: str) -> None:
    """Shows the quiz of a notebook, "02". Raises ValueError for any other."""
    if folder():
        return folded.quiz(notebook, questions(notebook))
    return Quiz(notebook).show()


class Quiz:
    """at: which question is asked, from 0. right: how many were answered rightly at the first press."""

    def __init__(self, notebook: str):
        self.notebook, self.questions = notebook, questions(notebook)
        self.at, self.right, self.answered = 0, 0, False
        self.above, self.below = None, Below()
        self.next = button("Next question", "Goes on to the next question", self.go_on)
        self.letters = buttons(max((one.options for one in self.questions), key=len), self.answer)
        self.widget = row([*self.letters, self.next])

    def show(self) -> None:
        """In a cell."""
        from IPython.display import display

        self.above = display(self._asked(), raw=True, display_id=True)
        self._lay()
        display(self.widget)
        before = answers.known().get(f"{self.notebook}.quiz")
        self.below.say(f"Last time: {before['answer']}." if before else "Press a letter.", OPEN)

    def answer(self, letter: str) -> None:
        """A letter was pressed; the first one counts."""
        option = self.questions[self.at].options[chosen(self.questions[self.at], letter)]
        if not self.answered:
            self.answered, self.right = True, self.right + option.right
            self.next.disabled = False
        state = RIGHT if option.right else WRONG
        self.below.say(f"You chose {letter}: {state}. {option.said}", state)
        if self.at == len(self.questions) - 1:
            self.below.add(f"That was the last question. {self._result()} at the first press.")
            answers.keep(f"{self.notebook}.quiz", "done", self._result(), self.below.add)

    def go_on(self) -> None:
        """The next question; after the last one the first."""
        if not self.answered:
            return
        again = self.at == len(self.questions) - 1
        self.at, self.answered = (0, False) if again else (self.at + 1, False)
        self.right = 0 if again else self.right
        self.above.update(self._asked(), raw=True)
        self._lay()
        self.below.say("Press a letter.", OPEN)

    def _asked(self) -> dict[str, str]:
        return asked(self.questions[self.at], f"Question {self.at + 1} of {len(self.questions)}. ")

    def _lay(self) -> None:
        """The same buttons for every question, so that the keyboard stays where it is."""
        options = self.questions[self.at].options
        for i, one in enumerate(self.letters):
            one.layout.display = "" if i < len(options) else "none"
            one.tooltip = options[i].words if i < len(options) else ""
        last = self.at == len(self.questions) - 1
        self.next.description, self.next.disabled = ("From the start" if last else "Next question"), True

    def _result(self) -> str:
        return f"{self.right} of {len(self.questions)} right"
