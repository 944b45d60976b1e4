"""The quiz of each notebook: ten questions in a file of lines of JSON, `files/quiz_02.jsonl`.

A line has "question", "options" ([[words, sentence], ...]), "right" (the place of the right one) and, if it is about a
picture, "picture"."""

from __future__ import annotations

import json
from pathlib import Path

from gan_lessons.exercises.catalogue import exercises
from gan_lessons.exercises.records import Option, Question

FILES = Path(__file__).parent / "files"


def questions(notebook: str) -> tuple[Question, ...]:
    """The questions of a notebook, "02". Raises ValueError for any other."""
    exercises(notebook)  # their pictures serve the quiz, too
    text = (FILES / f"quiz_{notebook}.jsonl").read_text(encoding="utf-8")
    return tuple(_question(json.loads(line)) for line in text.splitlines() if line.strip())


def _question(line: dict) -> Question:
    options = (Option(words, said, right=i == line["right"]) for i, (words, said) in enumerate(line["options"]))
    return Question(line["question"], tuple(options), line.get("picture", ""))
