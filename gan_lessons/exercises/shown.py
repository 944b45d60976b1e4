"""A verdict in a cell's output: plain text, which survives without a kernel and can be read aloud."""

from __future__ import annotations

import html
import textwrap

from gan_lessons.exercises.judging import OPEN, RIGHT, WRONG, Verdict
from gan_lessons.exercises.records import Exercise

COLOURS = {RIGHT: "#009e73", WRONG: "#d55e00", OPEN: "#888888"}
WIDTH = 88
STYLE = "border-left:4px solid {colour};padding:.2em .8em;white-space:pre-wrap;max-width:46em"


def words(exercise: Exercise, verdict: Verdict, hints: int = 0, before: dict | None = None) -> str:
    """The text. hints: 0 to 2 hints, 3 with the solution. before: what the answers file knows of this exercise."""
    parts = [f"{exercise.name}: {verdict.state}." + f" {verdict.said}" * bool(verdict.said)]
    if before and verdict.state == OPEN:
        parts.append(f"Your last answer was {before['state']}, on {str(before.get('when', ''))[:10]}.")
    parts += [f"Hint {i}. {hint}" for i, hint in enumerate(exercise.hints[:hints], 1)]
    if hints > len(exercise.hints):
        parts.append(f"Solution.\n{exercise.solution.strip()}")
    return "\n".join(parts)


def bundle(text: str, state: str) -> dict[str, str]:
    """What `IPython.display` takes, with `raw=True`."""
    plain = "\n".join(textwrap.fill(line, WIDTH, replace_whitespace=False) for line in text.split("\n"))
    return {"text/plain": plain, "text/html": box(text, state)}


def box(text: str, state: str) -> str:
    """The text as HTML, with a coloured line beside it."""
    style = STYLE.format(colour=COLOURS.get(state, "#0072b2"))
    return f'<div style="{style}">{html.escape(text)}</div>'
