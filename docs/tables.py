"""What the site's pages have in place of {{ words }}, as Markdown: the lessons, the glossary, the papers."""

import json
import re
from collections.abc import Iterable

from gan_lessons.literature import records
from gan_lessons.tools import badges
from gan_lessons.tools.fresh_notebooks import in_checkout

BADGE = re.compile(r"\[!\[([^\]]+)\]\(https://[^)]+\.svg\)\]")


def in_words(text: str) -> str:
    """A text whose badges are words, for their pictures would come from the network."""
    return BADGE.sub(r"[\1]", text)


def all_tables() -> dict[str, str]:
    """Word -> what stands there."""
    files = in_checkout(badges.ROOT)
    notebooks = {path.name: json.loads(path.read_text("utf-8")) for path in files}
    first, address = files[0].name, badges.address()
    return {
        "elsewhere": in_words(f"{badges.colab_badge(address, first)} {badges.binder_badge(address, first)}"),
        "lessons": badges.contents(notebooks).replace("](", "](../notebooks/"),
        "glossary": _table(("term", "meaning", "lesson"), map(_term, records.terms().values())),
        "papers": _table(("paper", "what it added", "lesson"), map(_paper, _by_year())),
    }


def _by_year() -> list[records.Paper]:
    return sorted(records.papers().values(), key=lambda paper: paper.year)


def _term(one: records.Term) -> tuple[str, ...]:
    return f"**{_just(one.term)}**", _just(one.means), _lessons(one.notebook)


def _paper(one: records.Paper) -> tuple[str, ...]:
    title = f"[{_just(one.title)}](<{one.link}>), {_just(one.authors)} {one.year}"
    return title, _just(one.says), _lessons(*one.notebooks)


def _just(text: str) -> str:
    """A text as Markdown that says just this."""
    return re.sub(r"([\\`*_\[\]<>|$])", r"\\\1", text)


def _lessons(*numbers: str) -> str:
    return " ".join(f"[{number}](../notebooks/{records.NOTEBOOKS[number]}.ipynb)" for number in numbers)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, ("---",) * len(heads), *rows])
