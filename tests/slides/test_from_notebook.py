"""What stands on slides: rules on a small notebook, and their counts on the course's own."""

import base64
import json
import re

import pytest
from helpers.versions import ROOT

from gan_lessons.exercises.catalogue import named
from gan_lessons.exercises.records import Read
from gan_lessons.plots.picture import as_html
from gan_lessons.slides import from_notebook
from gan_lessons.slides.fitting import ROOM, lines
from gan_lessons.slides.from_notebook import deck, notes, together

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PNG = b"\x89PNG and so on"
OPENING = """# 02 · Modes: what is lost

![A ring.][picture]

**You will be able to**

- say it;
- measure
  it.

**Time**: 5 minutes. **Needs** nothing.

[picture]: data:image/png;base64,""" + base64.b64encode(PNG).decode()
FIRST = """## 1. A ring

*About 3 minutes.*

A sentence of three. And $x$ another.

$$y = \\log D$$

<details><summary>Answer</summary>

A secret.

</details>

> **Predict.** How many,
> and why?

Look at the picture. Which blob is lost?"""
MIDDLE = "Some text.\n\n> **Predict.** Which number? Press a letter."
SECOND = "Between.\n\n## At home\n\nNothing here.\n\n## Key points\n\n- One.\n- Two.\n\n## Exercises\n\nMore."


def markdown(text):
    return {"cell_type": "markdown", "source": text, "metadata": {}}


def code(source, *outputs):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": list(outputs)}


def shown(words):
    return {"output_type": "execute_result", "data": {"text/html": as_html(PNG, words)}, "metadata": {}}


LAB = {
    "output_type": "display_data",
    "data": {"image/png": base64.b64encode(PNG).decode(), "text/plain": "Step 0."},
    "metadata": {"needs_background": "light"},
}
SMALL = {
    "cells": [
        markdown(OPENING),
        markdown(FIRST),
        code("draw()", shown('A "ring" & more.')),
        markdown(MIDDLE),
        code('gl.exercises.ask("02.strays")', shown("The question's picture.")),
        code("lab", LAB),
        code('gl.exercises.compare("02.strays", 3)'),
        code('gl.exercises.ask("02.fault")'),
        markdown(SECOND),
        code('gl.exercises.ask("02.fault")'),
    ]
}


def test_a_small_notebook_gives_these_slides_in_this_order():
    found = deck(SMALL, ["02.strays"])
    assert [(slide.kind, slide.heading) for slide in found] == [
        ("title", "02 · Modes"),
        ("text", "You will be able to"),
        ("text", "1. A ring"),
        ("question", "Predict"),
        ("picture", "1. A ring"),
        ("question", "Predict"),
        ("picture", "1. A ring"),
        ("answer", "Answer"),
        ("text", "Key points"),
    ]
    title, aims, ring, alone, drawn, asked, live, answer, key = found
    assert (title.text, title.picture) == ("what is lost", (PNG, "A ring."))
    assert aims.text == "- say it;\n\n- measure\n  it."
    assert ring.text == "A sentence of three. And $x$ another.\n\n$$y = \\log D$$"
    assert alone.text == "How many,\nand why?"
    assert drawn.text == "Which blob is lost?" and drawn.picture == (PNG, 'A "ring" & more.')
    strays = named("02.strays")
    assert asked.text == strays.question and [words for _, words in asked.options] == [o.words for o in strays.options]
    assert [letter for letter, _ in asked.options] == list("abcd")
    assert live.text == from_notebook.LIVE and live.picture == (PNG, "Step 0.")
    assert answer.options == (("c", strays.options[2].words),) and answer.text == strays.options[2].said
    assert key.text == "- One.\n\n- Two."


def test_what_is_not_done_together_is_not_asked():
    assert [slide.text for slide in deck(SMALL) if slide.kind == "question"] == ["How many,\nand why?"]


def test_a_section_that_begins_with_a_list_shows_it():
    *_, last = deck({"cells": [markdown(OPENING), markdown("## 1. A list\n\n*About 1 minute.*\n\n- One\n- Two")]})
    assert last.text == "- One\n\n- Two"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def course(request):
    """A notebook that has not run, its page, and its slides."""
    notebook = json.loads(request.param.read_text(encoding="utf-8"))
    guide = (ROOT / "workshop" / f"{request.param.stem}.md").read_text(encoding="utf-8")
    return notebook, guide, deck(notebook, together(guide))


def test_each_part_of_a_notebook_has_its_slides(course):
    notebook, _, slides = course
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    headings = [one for one in re.findall(r"(?m)^## (.+)$", text) if one.lower() not in from_notebook.LEFT_OUT]
    kinds = [slide.kind for slide in slides]
    assert kinds[0] == "title" and slides[0].picture.png.startswith(b"\x89PNG") and slides[0].picture.words
    assert slides[1].heading.startswith("You will")
    assert list(dict.fromkeys(slide.section for slide in slides if slide.section)) == headings
    first = {slide.section: slide for slide in reversed(slides)}
    assert all(first[one].kind == "text" and first[one].heading == one and first[one].text for one in headings)


def test_every_question_done_together_is_asked_and_answered_on_a_later_slide(course):
    _, guide, slides = course
    names = together(guide)
    assert names and sum(slide.kind == "answer" for slide in slides) == len(names)
    for name in names:
        exercise = named(name)
        if isinstance(exercise, Read):
            options = [option.words for option in exercise.options]
            [asked] = [i for i, slide in enumerate(slides) if [words for _, words in slide.options] == options]
            right = exercise.options[exercise.solution_index]
            [told] = [i for i, slide in enumerate(slides) if slide.kind == "answer" and slide.text == right.said]
            assert asked < told and slides[asked].text == exercise.question
            assert bool(slides[asked].picture) == bool(exercise.picture)
            assert all(right.said not in slide.text for slide in slides[:told])


def test_nothing_that_is_folded_or_left_out_stands_on_a_slide(course):
    notebook, _, slides = course
    told = "\n".join(slide.text for slide in slides)
    folded = re.findall(
        r"(?s)<details>.*?</summary>\s*(.*?)</details>", "\n".join("".join(c["source"]) for c in notebook["cells"])
    )
    assert all(line not in told for text in folded for line in text.splitlines() if len(line) > 30)
    assert "<" not in re.sub(r"(?s)`[^`]*`|\$.*?\$", "", told) and "*About" not in told


def test_a_slide_of_text_holds_what_fits(course):
    assert [slide.heading for slide in course[2] if slide.kind == "text" and lines(slide.text) > ROOM] == []


def test_there_is_something_to_say_at_every_slide(course):
    _, guide, slides = course
    said = notes(guide)
    assert {slide.section for slide in slides} <= said.keys() and all(said.values())
    assert not any("<!--" in text or "##" in text for text in said.values())
