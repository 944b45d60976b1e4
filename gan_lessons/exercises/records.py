"""The kinds of exercises, as records. What a learner reads stands here or in the notebook, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Option:
    """One answer of several. said: the sentence for who chooses it; it fits this answer, right or wrong."""

    words: str
    said: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question of a quiz. options: one right, two or more wrong. picture: one of `exercises.pictures`, or ""."""

    question: str
    options: tuple[Option, ...]
    picture: str = ""


@dataclass(frozen=True)
class Mistake:
    """A wrong number that is often given, from `low` to `high`, and its sentence."""

    low: float
    high: float
    said: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """name: the notebook's two digits, a dot, a word: "02.spread". hints: two, the second says more. solution: text, or
    source for what is written in code."""

    kind: ClassVar[str] = ""
    judged: ClassVar[bool] = True
    name: str
    hints: tuple[str, str]
    solution: str

    @property
    def notebook(self) -> str:
        """The two digits of its notebook."""
        return self.name.partition(".")[0]

    @property
    def refused(self) -> int:
        """How many wrong answers have a sentence of their own, which the tests hold."""
        return 0


@dataclass(frozen=True, kw_only=True)
class Read(Exercise):
    """Which of these is it? question: shown above the buttons. options: one right, three or more wrong.

    picture: one of `exercises.pictures`, or ""."""

    kind = "read"
    question: str
    options: tuple[Option, ...]
    picture: str = ""

    @property
    def refused(self) -> int:
        return sum(not option.right for option in self.options)

    @property
    def solution_index(self) -> int:
        """The place of the right option."""
        return next(i for i, option in enumerate(self.options) if option.right)


@dataclass(frozen=True, kw_only=True)
class Predict(Read):
    """An expectation before a run, compared afterwards with what the run showed; the right option is what it showed
    when the lesson was written. outcome(measured): the place of the option that a run bears out; measured: what the
    notebook gives to `compare`. example: such a value."""

    kind = "predict"
    outcome: Callable[[object], int]
    example: object


@dataclass(frozen=True, kw_only=True)
class Build(Exercise):
    """A function or a layer. judge(answer, learner): raises `Wrong` with a sentence, or the answer is right; it gives
    inputs that are not shown, from `learner.rng`, and calls the answer through `learner`. right: the sentence that adds
    something. solution: source that ends with the answer's definition. wrong: source -> a part of the sentence
    that refuses it, three or more. seconds: after which an answer is stopped."""

    kind = "build"
    judge: Callable
    right: str
    wrong: dict[str, str] = field(default_factory=dict)
    seconds: float = 5.0

    @property
    def refused(self) -> int:
        return len(self.wrong)


@dataclass(frozen=True, kw_only=True)
class Repair(Build):
    """Code or settings that fail, to be mended, judged over several seeds: judge calls `learner.report(done, of)`."""

    kind = "repair"
    seconds: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Measure(Exercise):
    """A number, accepted from `low` to `high`. mistakes: wrong numbers that are often given. too_low, too_high: the
    sentences for all others. wrong: numbers, three or more, for the tests. solution: source whose last name is it."""

    kind = "measure"
    low: float
    high: float
    right: str
    too_low: str
    too_high: str
    wrong: tuple[float, ...]
    mistakes: tuple[Mistake, ...] = ()

    @property
    def refused(self) -> int:
        return len(self.wrong)


@dataclass(frozen=True, kw_only=True)
class Explain(Exercise):
    """A text in the learner's own words. Nobody judges it: the learner compares it with the solution."""

    kind = "explain"
    judged = False
    question: str
