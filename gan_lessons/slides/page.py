"""Slides as one page of HTML: no network, no other file, one slide at a time, and one a page on paper."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from gan_lessons.exercises.pictures import Picture
from gan_lessons.slides.fitting import ROOM, lines
from gan_lessons.slides.from_notebook import Slide
from gan_lessons.slides.markup import as_html, inline

# Nothing may be loaded, and no other script may run.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main id="slides">
{slides}
</main>
<nav aria-label="Slides">
<button type="button" id="back" aria-label="Previous slide">&#8592;</button>
<output id="number"></output>
<button type="button" id="on" aria-label="Next slide">&#8594;</button>
<button type="button" id="speak" aria-pressed="false" title="Key N">Notes</button>
<button type="button" id="dark" aria-pressed="false" title="Key D">Dark</button>
</nav>
<section id="notes" aria-label="What to say" tabindex="0">
<h2>What to say</h2>
{notes}
</section>
<script>{script}</script>
</body>
</html>
"""
_FOLDER = Path(__file__).parent


def slides_page(slides: Sequence[Slide], said: Mapping[str, str]) -> str:
    """The page. said: section -> the speaker's notes; "" for the title."""
    style, script = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("slides.css", "slides.js"))
    return _PAGE.format(
        title=html.escape(re.sub(r"[*`\\]", "", slides[0].heading)),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        slides="\n".join(_slide(slide) for slide in slides),
        notes="\n".join(_note(section, text) for section, text in said.items()),
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _slide(slide: Slide) -> str:
    long = lines("\n\n".join([slide.text, *(words for _, words in slide.options)])) > ROOM
    kind = slide.kind + " with-picture" * bool(slide.picture and slide.options) + " long" * long
    body = as_html(slide.text) if slide.text else ""
    options = "".join(f"<dt>{letter}</dt><dd>{inline(words)}</dd>" for letter, words in slide.options)
    parts = [body, _image(slide.picture), f"<dl>{options}</dl>" if options else ""]
    if slide.kind == "answer":
        parts.reverse()
    heading = f'<h1 tabindex="-1">{inline(slide.heading)}</h1>'
    return f'<section class="{kind}" data-section="{html.escape(slide.section)}">{heading}{"".join(parts)}</section>'


def _image(picture: Picture | None) -> str:
    if picture is None:
        return ""
    data = base64.b64encode(picture.png).decode()
    return f'<figure><img alt="{html.escape(picture.words)}" src="data:image/png;base64,{data}"></figure>'


def _note(section: str, text: str) -> str:
    heading = f"<h3>{inline(section)}</h3>" if section else ""
    return f'<article data-section="{html.escape(section)}">{heading}{as_html(text)}</article>'
