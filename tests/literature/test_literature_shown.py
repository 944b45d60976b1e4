"""What a cell shows holds everything it needs, and says the same as the data, also where no script runs."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import gan_lessons as gl
from gan_lessons.literature.records import OFF_THE_MAP, papers, terms, use_cases
from gan_lessons.literature.years import COLUMNS

SHOWN = {"map": gl.literature.map, "table": gl.literature.table, "uses": gl.literature.uses}
SHOWN["glossary"] = gl.literature.glossary
PACKAGE, PLACES = Path(gl.__file__).parent, ("literature/page", "labs/stage")


class Nodes(HTMLParser):
    """The start tags of a piece of HTML, and how many are open at its end."""

    def __init__(self, content):
        super().__init__()
        self.found, self.open = [], []
        self.feed(content)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in {"br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_no_lab_in_the_same_notebook_gets_its_style():
    sheets = {place: "".join(path.read_text() for path in (PACKAGE / place).glob("*.css")) for place in PLACES}
    own, labs = (set(re.findall(r"\.(gan-[a-z-]+)", sheet)) for sheet in sheets.values())
    assert own and labs and not own & labs


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_whole_and_asks_nobody_for_anything(name):
    nodes = Nodes(SHOWN[name]()._repr_html_())
    assert nodes.open == []
    asking = [attrs for tag, attrs in nodes.found if tag != "a" and {"src", "href", "data", "srcset"} & attrs.keys()]
    assert asking == [] and not re.search(r"@import|url\(|fetch\(|import\(", SHOWN[name]()._repr_html_())


@pytest.mark.parametrize("name", SHOWN)
def test_where_there_is_no_html_it_says_what_it_is(name):
    assert re.fullmatch(r"[A-Z0-9].*\d.*\.|\d.*\.", repr(SHOWN[name]()))


def test_each_paper_stands_once_on_the_map_with_its_link_and_details():
    nodes = Nodes(gl.literature.map()._repr_html_()).found
    shown = [paper for paper in papers().values() if paper.topic not in OFF_THE_MAP]
    chips = {attrs["data-key"]: attrs["href"] for tag, attrs in nodes if tag == "a" and "data-key" in attrs}
    assert chips == {paper.key: paper.link for paper in shown}
    details = [attrs["data-of"] for tag, attrs in nodes if "data-of" in attrs]
    assert details == ["", *chips]


def test_a_paper_stands_in_the_column_of_the_year_in_which_it_was_first_seen():
    rows = gl.literature.map().content.split("<tr>")[2:]
    labels = list(COLUMNS)
    for row in rows:
        for label, cell in zip(labels, row.split("<td>")[1:], strict=True):
            after = labels.index(label) + 1
            last = COLUMNS[labels[after]] if after < len(labels) else 9999
            keys = re.findall(r'data-key="(\w+)"', cell)
            assert [key for key in keys if not COLUMNS[label] <= papers()[key].posted < last] == []


def test_tables_have_a_row_for_each():
    for name, rows in (("table", papers()), ("uses", use_cases()), ("glossary", terms())):
        assert SHOWN[name]().content.count("<tr>") == len(rows) + 1
