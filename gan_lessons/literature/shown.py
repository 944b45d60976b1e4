"""What a cell shows: a piece of HTML that carries its own style and script, so it needs no kernel and no network."""

import html
from dataclasses import dataclass
from pathlib import Path

from gan_lessons._core.pages_folder import folder
from gan_lessons.literature.records import NOTEBOOKS, Paper

PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True)
class Shown:
    """HTML for a notebook, and a sentence for where there is none."""

    content: str
    words: str
    script: str = ""  # a file in `page/`, run inside of the piece

    def _repr_html_(self) -> str:
        style = (PAGE / "literature.css").read_text(encoding="utf-8")
        script = self.script and f"<script>{(PAGE / self.script).read_text(encoding='utf-8')}</script>"
        keys = 'data-lm-suppress-shortcuts="true"'  # JupyterLab must leave us the keys
        return f'<div class="gan-literature" {keys}><style>{style}</style>{self.content}{script}</div>'

    def __repr__(self) -> str:
        return self.words


def text(value: str) -> str:
    """A text as HTML, also inside of quotation marks."""
    return html.escape(value)


def link(paper: Paper, words: str) -> str:
    """A link to a paper, in a tab of its own."""
    return f'<a href="{text(paper.link)}" target="_blank" rel="noopener">{text(words)}</a>'


def notebook(number: str) -> str:
    """A link to a notebook beside this one, or to its page."""
    return f'<a href="{NOTEBOOKS[number]}.{"html" if folder() else "ipynb"}">{number}</a>'
