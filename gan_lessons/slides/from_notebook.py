"""What stands on the slides of a notebook: taken by rule from it, from its exercises, and from its page in `workshop/`.

A section gives a slide with its opening and its first formula, a slide for each question that a room answers together
and one for its answer, and a slide for each picture that its cells made. The title, the aims and the key points have
slides, too. What is for at home, the exercises at the end and further reading have none.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gan_lessons.exercises.catalogue import named
from gan_lessons.exercises.judging import letters_of
from gan_lessons.exercises.pictures import Picture, picture
from gan_lessons.exercises.records import Exercise, Predict, Read
from gan_lessons.slides.fitting import blocks, first_words, fitted, is_list, is_prose, items, last_question

LEFT_OUT = ("at home", "exercises", "further reading")
CALL = re.compile(r"""gl\.exercises\.(ask|check|compare)\(["']([\w.]+)["']""")
PREDICT = re.compile(r"(?m)^> \*\*Predict\.\*\* (.*(?:\n>.*)*)")
TASK = re.compile(r"(?m)^> \*\*Exercise\.\*\* (.*(?:\n>.*)*)")
FORMULA = re.compile(r"(?s)\$\$.+?\$\$")
FIGURE = re.compile(r'<img class="gan-paper" src="data:image/png;base64,([^"]+)" alt="([^"]*)"')
TITLE_PICTURE = re.compile(r"(?s)!\[([^\]]+)\]\[picture\].*^\[picture\]: data:image/png;base64,(\S+)", re.M)
AIMS = re.compile(r"\*\*(You will [a-z ]+ to)\*\*\n\n((?:- .+\n(?:  .+\n)*)+)")
LIVE = "In the notebook this picture is live."


@dataclass(frozen=True)
class Slide:
    """kind: "title", "text", "question", "answer" or "picture". heading, text: Markdown. options: letter and words of
    each answer. section: the heading under which the speaker's notes stand."""

    kind: str
    heading: str
    text: str = ""
    picture: Picture | None = None
    options: tuple[tuple[str, str], ...] = ()
    section: str = ""


def deck(notebook: dict, done_together: Sequence[str] = ()) -> list[Slide]:
    """The slides of a notebook, as its JSON. Cells that have run give pictures; done_together: exercises, by name."""
    (_, opening), *sections = _sections(notebook)
    compared = {name for _, there in sections for piece in there for call, name in _calls(piece) if call == "compare"}
    slides = list(_opening(opening[0]))
    for title, pieces in sections:
        if title.lower() == "key points":
            slides += _pages(title, "\n\n".join(_texts(pieces)))
        elif title.lower() not in LEFT_OUT:
            slides += _section(title, pieces, set(done_together), compared)
    return slides


def together(guide: str) -> list[str]:
    """The exercises that a page of `workshop/` names as done together."""
    found = re.search(r"(?m)^- Together: (.+)$", guide)
    return re.findall(r"`(\d\d\.\w+)`", found[1]) if found else []


def notes(guide: str) -> dict[str, str]:
    """Section -> what to say there, as a page of `workshop/` has it; under "" what the page begins with."""
    lead = re.sub(r"(?m)^(#|This page goes with).*\n", "", guide.split("\n<!-- ")[0]).strip()
    said = re.split(r"(?m)^### (.+)\n", guide.partition("\n## What to say\n")[2].partition("\n## ")[0])
    return {"": lead} | {title: text.strip() for title, text in zip(said[1::2], said[2::2], strict=True)}


# -- a notebook in pieces


def _sections(notebook: dict) -> list[tuple[str, list]]:
    """(heading, its pieces) in order, the opening under "". A piece is a text, or a cell of code as it is."""
    found: list[tuple[str, list]] = [("", [])]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            found[-1][1].append(cell)
            continue
        before, *rest = re.split(r"(?m)^## (?=\S)", "".join(cell["source"]))
        found[-1][1].append(before)
        for text in rest:
            title, _, body = text.partition("\n")
            found.append((title.strip(), [body]))
    return [(title, [_plain(piece) if isinstance(piece, str) else piece for piece in there]) for title, there in found]


def _plain(text: str) -> str:
    """Without the time, and without what is folded."""
    return re.sub(r"(?s)<details>.*?</details>", "", re.sub(r"(?m)^\*About \d+ minutes?\.\*$", "", text))


def _texts(pieces: Sequence) -> list[str]:
    return [piece for piece in pieces if isinstance(piece, str)]


def _calls(piece: str | dict) -> list[tuple[str, str]]:
    return [] if isinstance(piece, str) else CALL.findall("".join(piece["source"]))


def _quoted(text: str) -> str:
    """A block quotation's words."""
    return re.sub(r"\n> ?", "\n", text).strip()


# -- the slides of each piece


def _opening(text: str) -> Iterator[Slide]:
    heading, about = text.partition("\n")[0].removeprefix("# ").split(": ", 1)
    shown = TITLE_PICTURE.search(text)
    yield Slide("title", heading, about, Picture(base64.b64decode(shown[2]), shown[1]) if shown else None)
    if aims := AIMS.search(text):
        yield from (Slide("text", aims[1], one) for one in fitted(items(aims[2])))


def _section(title: str, pieces: Sequence, room: set[str], compared: set[str]) -> Iterator[Slide]:
    yield from _pages(title, first_words(pieces[0]), FORMULA.search("\n\n".join(_texts(pieces))))
    for i, piece in enumerate(pieces):
        before, after = pieces[i - 1] if i else "", pieces[i + 1] if i + 1 < len(pieces) else ""
        if isinstance(piece, str):
            found = [_quoted(text) for text in PREDICT.findall(piece)]
            own = found[:-1] if any(call == "ask" for call, _ in _calls(after)) else found
            yield from (Slide("question", "Predict", text, section=title) for text in own)
            continue
        for call, name in _calls(piece):
            if name in room:
                yield from _asked(named(name), call, before, title, name in compared)
        if not any(call == "ask" for call, _ in _calls(piece)):
            yield from _pictures(piece.get("outputs", ()), title, before)


def _asked(exercise: Exercise, call: str, before: str | dict, section: str, later: bool) -> Iterator[Slide]:
    """The question, or its answer: at once, or where the notebook compares it with what came."""
    heading = "Predict" if isinstance(exercise, Predict) else "Question"
    if call != "compare":
        yield Slide("question", heading, *_question(exercise, before), section=section)
    if call == "compare" or not later:
        yield Slide("answer", "Answer", *_answer(exercise), section=section)


def _question(exercise: Exercise, before: str | dict) -> tuple:
    if isinstance(exercise, Read):
        words = [option.words for option in exercise.options]
        shown = picture(exercise.picture) if exercise.picture else None
        return exercise.question, shown, tuple(zip(letters_of(exercise), words, strict=True))
    tasks = TASK.findall(before) if isinstance(before, str) else []
    return (_quoted(tasks[-1]) if tasks else getattr(exercise, "question", ""),)


def _answer(exercise: Exercise) -> tuple:
    if isinstance(exercise, Read):
        at = exercise.solution_index
        right = exercise.options[at]
        return right.said, None, ((list(letters_of(exercise))[at], right.words),)
    short = f"`{exercise.solution}`\n\n" if "\n" not in exercise.solution else ""
    return (short + getattr(exercise, "right", ""),)


def _pictures(outputs: Sequence, section: str, before: str | dict) -> Iterator[Slide]:
    """A slide for each figure, and for each picture that a lab left; above it the question that the text ended with."""
    asked = last_question(before) if isinstance(before, str) else ""
    for output in outputs:
        data = output.get("data", {})
        if output.get("metadata", {}).get("needs_background") and "image/png" in data:
            left = Picture(base64.b64decode(data["image/png"]), "".join(data["text/plain"]))
            yield Slide("picture", section, asked or LIVE, left, section=section)
        for content, words in FIGURE.findall("".join(data.get("text/html", ""))):
            drawn = Picture(base64.b64decode(content), html.unescape(words))
            yield Slide("picture", section, asked, drawn, section=section)


def _pages(heading: str, text: str, formula: re.Match | None = None) -> Iterator[Slide]:
    """One slide or more under a heading. formula: stands on the last of them."""
    pieces = [item for block in blocks(text) if is_list(block) or is_prose(block) for item in items(block)]
    found = fitted([*pieces, formula[0]] if formula else pieces) or [""]
    yield from (Slide("text", heading, text, section=heading) for text in found)
