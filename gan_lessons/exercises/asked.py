"""Questions that are answered by a button, with the mouse or with Tab and Enter.

Only the buttons are a widget: the question and the verdict are plain outputs, which a reopened notebook still has."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gan_lessons._core.pages_folder import folder
from gan_lessons._core.refusals import refuse
from gan_lessons.exercises import answers, folded
from gan_lessons.exercises.catalogue import named
from gan_lessons.exercises.judging import LETTERS, OPEN, Verdict, judge, letters_of
from gan_lessons.exercises.pictures import as_html, picture
from gan_lessons.exercises.records import Explain, Option, Predict, Question, Read
from gan_lessons.exercises.shown import bundle, words

ROWS = 4  # of the box for a text
HINT = "Shows a hint, then a second, then the solution"


def ask(name: str, buttons: bool = True) -> None:
    """Shows a question with its buttons, and below them what was answered before.

    name: of an exercise of the kinds read, predict and explain; for all others there is `check`. Raises ValueError.
    buttons: without them the question stands alone, for a graded copy, where the answer is written in a cell."""
    exercise = named(name)
    if not isinstance(exercise, Read | Explain):
        refuse("name", name, "an exercise to be answered by a button; for this one there is gl.exercises.check")
    if not buttons:
        return _show_question(exercise)
    if folder():
        return folded.ask(exercise)
    if isinstance(exercise, Explain):
        return _Text(exercise).show()
    return _Choice(exercise).show()


def _show_question(exercise: Read | Explain) -> None:
    from IPython.display import display

    text = bundle(f"{exercise.name}: {exercise.question}", OPEN) if isinstance(exercise, Explain) else asked(exercise)
    display(text, raw=True)


class Below:
    """What stands below the buttons: one output that is replaced."""

    def __init__(self):
        self.handle, self.text, self.state = None, "", ""

    def say(self, text: str, state: str = "") -> None:
        """Shows a text in the place of the one before."""
        from IPython.display import display

        self.text, self.state = text, state
        if self.handle is None:
            self.handle = display(bundle(text, state), raw=True, display_id=True)
        else:
            self.handle.update(bundle(text, state), raw=True)

    def add(self, text: str) -> None:
        """Shows a text below the one that stands there."""
        self.say(f"{self.text}\n{text}", self.state)


class _Choice:
    """A question with a button for each option, and one for hints."""

    def __init__(self, exercise: Read):
        self.exercise, self.below, self.hints, self.verdict = exercise, Below(), 0, Verdict(OPEN)
        hint = button("Hint", HINT, self.hint)
        self.row = row([*buttons(exercise.options, self.answer), hint])

    def show(self) -> None:
        from IPython.display import display

        _show_question(self.exercise)
        display(self.row)
        before = answers.known().get(self.exercise.name)
        if before and before["answer"] in tuple(letters_of(self.exercise)):
            return self._decide(before["answer"])
        self._tell()

    def answer(self, letter: str) -> None:
        """A button was pressed."""
        self._decide(letter)
        answers.keep(self.exercise.name, self.verdict.state, letter, self.below.add)

    def hint(self) -> None:
        """One hint more; in the end the solution."""
        self.hints = min(self.hints + 1, 3)
        self._tell()

    def _decide(self, letter: str) -> None:
        if isinstance(self.exercise, Predict):
            self.verdict = Verdict(
                "noted", f"You expect {letter}. Run the cells that follow: they compare it with what comes."
            )
        else:
            said = judge(self.exercise, letter)
            self.verdict = Verdict(said.state, f"You chose {letter}. {said.said}")
        self._tell()

    def _tell(self) -> None:
        self.below.say(words(self.exercise, self.verdict, self.hints), self.verdict.state)


class _Text:
    """A box for one's own words, and the answer to compare them with."""

    def __init__(self, exercise: Explain):
        from ipywidgets import Layout, Textarea, VBox

        self.exercise, self.below, self.hints, self.kept = exercise, Below(), 0, False
        self.box = Textarea(
            placeholder="Your answer, in a sentence or two", rows=ROWS, layout=Layout(width="46em", max_width="100%")
        )
        keep = button("Keep, and show an answer", "Keeps your text, and shows one to compare", self.keep)
        self.widget = VBox([self.box, row([keep, button("Hint", HINT, self.hint)])])

    def show(self) -> None:
        from IPython.display import display

        _show_question(self.exercise)
        before = answers.known().get(self.exercise.name)
        if before:
            self.box.value, self.kept = before["answer"], True
        display(self.widget)
        self._tell()

    def keep(self) -> None:
        """Keeps the text, if there is one."""
        text = self.box.value.strip()
        if not text:
            return self._tell(f"Write a sentence first: it is kept in {answers.NAME}.")
        self.kept = True
        self._tell()
        return answers.keep(self.exercise.name, "noted", text, self.below.add)

    def hint(self) -> None:
        """One hint more; in the end the answer."""
        self.hints = min(self.hints + 1, 3)
        self._tell()

    def _tell(self, said: str = "") -> None:
        verdict = Verdict(OPEN, said)
        if self.kept:
            verdict = Verdict("noted", f"Compare your answer with this one:\n{self.exercise.solution.strip()}")
        self.below.say(words(self.exercise, verdict, min(self.hints, 2) if self.kept else self.hints), verdict.state)


def asked(question: Read | Question, before: str = "") -> dict[str, str]:
    """A question with its options, for `IPython.display` with `raw=True`. before: stands in front of it."""
    lines = [f"{letter}) {option.words}" for letter, option in zip(letters_of(question), question.options, strict=True)]
    found = bundle("\n".join([before + question.question, *lines]), "question")
    if question.picture:
        found["text/html"] = as_html(question.picture) + found["text/html"]
        found["text/plain"] = f"[{picture(question.picture).words}]\n" + found["text/plain"]
    return found


def buttons(options: Sequence[Option], press: Callable[[str], None]) -> list:
    """A button for each option; press: gets the letter."""
    pairs = zip(LETTERS, options, strict=False)
    return [button(letter, option.words, lambda letter=letter: press(letter)) for letter, option in pairs]


def row(found: list):
    """Buttons beside each other, in as many lines as they need."""
    from ipywidgets import HBox, Layout

    return HBox(found, layout=Layout(flex_flow="row wrap"))


def button(label: str, means: str, press: Callable[[], None]):
    """A button. means: what it does, for who rests on it or hears it."""
    from ipywidgets import Button, Layout

    made = Button(description=label, tooltip=means, layout=Layout(width="3.5em" if len(label) == 1 else "auto"))
    made.on_click(lambda _: press())
    return made
