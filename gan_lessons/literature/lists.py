"""Tables to search and sort: bibliography, uses, glossary. Where no script runs they are plain tables."""

from collections.abc import Iterable

from gan_lessons.literature.records import TOPICS, papers, terms, use_cases
from gan_lessons.literature.shown import Shown, link, notebook, text


def table() -> Shown:
    """The course's bibliography: every paper of the map, and what notebooks and code cite besides."""
    rows = [
        (
            str(paper.year),
            f"{link(paper, paper.title)}<br>{text(paper.authors)}{'' if paper.checked else ' (link not checked)'}",
            text(paper.says),
            TOPICS[paper.topic],
            " ".join(map(notebook, paper.notebooks)),
        )
        for paper in papers().values()
    ]
    return _table(("year", "paper", "what it added", "topic", "notebook"), rows, f"{len(rows)} papers and articles")


def uses() -> Shown:
    """What GANs are used for, by the beginner's guide, and what became of each use."""
    known = papers()
    rows = [
        (
            text(use.use),
            text(use.then),
            text(use.since),
            ", ".join(link(known[key], known[key].name) for key in use.papers),
        )
        for use in use_cases()
    ]
    return _table(("use", "by GANs", "what became of it", "papers"), rows, f"{len(rows)} uses of GANs", searched=False)


def glossary() -> Shown:
    """The terms of the course, each with the notebook that explains it."""
    rows = [(f"<b>{text(one.term)}</b>", text(one.means), notebook(one.notebook)) for one in terms().values()]
    return _table(("term", "meaning", "notebook"), rows, f"{len(rows)} terms")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], words: str, searched: bool = True) -> Shown:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    names = "".join(f'<th scope="col">{head}</th>' for head in heads)
    search = '<p><label>Search <input type="search"></label> <span role="status"></span></p>' if searched else ""
    whole = f'<table class="gan-list"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'
    return Shown(f'{search}<div class="gan-scroll">{whole}</div>', f"{words}.", "table.js" if searched else "")
