"""Markdown of the lessons as HTML that needs no script: formulas become MathML; links and pictures, their words."""

import re

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from gan_lessons.slides.formulas import mathml


class _Still(IPythonRenderer):
    """What the lessons' Markdown becomes; nothing in it leads out of the page."""

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def block_math(self, body: str) -> str:
        """A row for each formula of several that stand side by side."""
        rows = [row.strip().rstrip(",") for row in body.split(r"\qquad") if row.strip()]
        return "".join(f'<div class="formula">{mathml(row, block=True)}</div>' for row in rows)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text


def as_html(text: str) -> str:
    """A text of several blocks as HTML; other HTML in it is shown as it is written."""
    return MarkdownWithMath(renderer=_Still(escape=True, exclude_anchor_links=True))(text)


def inline(text: str) -> str:
    """A line as HTML, for a heading. A number at its beginning makes no list."""
    return as_html(re.sub(r"^(\d+)\.", r"\1\\.", text)).strip().removeprefix("<p>").removesuffix("</p>")
