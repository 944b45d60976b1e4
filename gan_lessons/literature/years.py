"""The map of the literature: topics as rows, years to the right, and lines from a paper to what it built on."""

from gan_lessons.literature.records import OFF_THE_MAP, TOPICS, Paper, papers
from gan_lessons.literature.shown import Shown, link, notebook, text

COLUMNS = {"to 2014": 0, "2015": 2015, "2016": 2016, "2017": 2017, "2018": 2018, "2019–20": 2019, "2021–22": 2021}
COLUMNS |= {"since 2023": 2023}  # label: its first year
HOW = (
    "Point at a paper, click it, or walk with the arrow keys: its line, its link and its notebook stand here. Blue "
    "lines lead to what it built on, orange ones to what built on it."
)
SUMMARY = "Each paper in a sentence"  # seen only where a site takes style and script away: then this list is folded


def map() -> Shown:
    """The map of the literature, to be explored by mouse, touch and keyboard; it needs no kernel and no network.

    A paper stands where it was first seen, which may be a year before it was published. Where no script runs it is a
    table of links."""
    shown = {key: paper for key, paper in papers().items() if paper.topic not in OFF_THE_MAP}
    heads = "".join(f'<th scope="col">{label}</th>' for label in COLUMNS)
    rows = "".join(_row(topic, shown) for topic in TOPICS if topic not in OFF_THE_MAP)
    details = "".join(_details(paper, shown) for paper in shown.values())
    chart = f'<table class="gan-years"><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    content = f"""<p class="gan-key"><span class="gan-ours">bold</span> in a notebook of this course
<span class="gan-listed">underlined</span> named by an article that the course grew out of</p>
<div class="gan-scroll"><div class="gan-chart">{chart}<svg aria-hidden="true"></svg></div></div>
<details class="gan-panel" aria-live="polite"><summary>{SUMMARY}</summary><p data-of="">{HOW}</p>{details}</details>"""
    return Shown(content, f"A map of {len(shown)} papers on GANs and what they built on.", "map.js")


def _row(topic: str, shown: dict[str, Paper]) -> str:
    cells: dict[str, list[str]] = {label: [] for label in COLUMNS}
    for paper in shown.values():
        if paper.topic == topic:
            cells[_column(paper)].append(_chip(paper))
    filled = "".join(f"<td>{' <i>·</i> '.join(chips)}</td>" for chips in cells.values())
    return f'<tr><th scope="row">{TOPICS[topic]}</th>{filled}</tr>'


def _column(paper: Paper) -> str:
    return next(label for label, first in reversed(COLUMNS.items()) if paper.posted >= first)


def _chip(paper: Paper) -> str:
    kind = " ".join(["gan-ours"] * bool(paper.notebooks) + ["gan-listed"] * bool(paper.listed_in))
    return (
        f'<a class="{kind}" data-key="{paper.key}" data-on="{" ".join(paper.built_on)}" href="{text(paper.link)}" '
        f'title="{text(paper.says)}">{text(paper.name)}</a>'
    )


def _details(paper: Paper, shown: dict[str, Paper]) -> str:
    """What the panel says of a paper."""
    parts = [link(paper, paper.link.split("//")[1][:40])]
    if paper.notebooks:
        parts.append("notebook " + ", ".join(notebook(number) for number in paper.notebooks))
    after = [other.key for other in shown.values() if paper.key in other.built_on]
    for words, keys in (("built on", [key for key in paper.built_on if key in shown]), ("led to", after)):
        if keys:
            parts.append(f"{words} " + ", ".join(_go(shown[key]) for key in keys))
    return (
        f'<div data-of="{paper.key}" hidden><p><b>{text(paper.title)}</b> {text(paper.authors)} {paper.year}</p>'
        f"<p>{text(paper.says)}</p><p>{' · '.join(parts)}</p></div>"
    )


def _go(paper: Paper) -> str:
    return f'<button type="button" data-go="{paper.key}">{text(paper.name)}</button>'
