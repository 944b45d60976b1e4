"""What notebooks, code and README cite is in the bibliography; terms that notebooks set in bold are in the glossary.

A term is bold text of one to three words without a closing mark, each word in small or in all capital letters: **mode
collapse**, **FID**. A single letter is a symbol. Bold text of that form that is no term is in `NO_TERMS`.
"""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

from gan_lessons.literature.records import NOTEBOOKS, papers, terms

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEXTS = [
    *(ROOT / "gan_lessons").rglob("*.py"),
    *(ROOT / "benchmarks").glob("*.py"),
    *(ROOT / "docs").glob("*.md"),
    ROOT / "README.md",
]
NO_TERMS = {
    *(
        "boundary",
        "distributed",
        "predict",
        "data's mean",
        "arrows",
        "held",
        "covered",
        "all of them",
        "neither",
        "AYLIEN",
    ),
    *("concatenate", "combination", "D trained before", "A missing class", "theta", "psi", "test"),
}
NO_TERMS |= {"no labels", "not"}
NAME = r"[A-ZÅÄÖŠ][a-zà-ÿ’'-]+(?:-?[A-Z][a-z]+)*"
CITED = re.compile(rf"\b({NAME})(?:(?:, {NAME})*,? (?:&|and) {NAME}| et al\.| and others)?,? \(?((?:1[89]|20)\d\d)\b")
NO_AUTHORS = {
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
}
NO_AUTHORS |= {
    "December",
    "Regulation",
    "Review",
    "Deeptrace",
    "Networks",
    "In",
    "Since",
    "By",
    "From",
    "Until",
    "Before",
    "After",
}


@cache
def prose(path):
    """A notebook's Markdown in one line, without the bytes of its picture."""
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    return re.sub(r"\s+", " ", re.sub(r"(?m)^\[picture\]: data:.*$", "", "\n".join(cells)))


def text(path):
    return re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))


def unknown_citations(words):
    """What a text cites and the bibliography lacks: names with years, arXiv numbers, DOIs."""
    known = {(paper.cited.split(" ")[0].rstrip(","), year) for paper in papers().values() for year in years(paper)}
    pairs = [(name, int(year)) for name, year in CITED.findall(words) if name not in NO_AUTHORS]
    links = {paper.link for paper in papers().values()}
    numbers = re.findall(r"(?:arXiv:\s?|arxiv\.org/(?:abs|pdf)/)(\d{4}\.\d{4,5})", words)
    dois = re.findall(r"(?:doi:\s?|doi\.org/)(10\.\d+/(?:\([^)]*\)|[^\s)\],;])*[^\s)\],;.])", words)
    found = [f"{name} {year}" for name, year in pairs if (name, year) not in known]
    found += [f"arXiv:{number}" for number in numbers if f"https://arxiv.org/abs/{number}" not in links]
    return found + [f"doi:{doi}" for doi in dois if f"https://doi.org/{doi}" not in links]


def years(paper):
    """Texts cite a paper by the year of its meeting or journal, or by that of its first version."""
    return {paper.year, int(paper.posted)}


def unknown_terms(words):
    """What a text sets in bold as a term and the glossary lacks."""
    known = set().union(*map(ways_to_say, terms()))
    bold = [part for found in re.findall(r"\*\*(.+?)\*\*", words) for part in found.split(" and ")]
    found = [part for part in bold if is_term(part) and part not in NO_TERMS]
    return [part for part in found if not {part.lower(), part.lower().removesuffix("s")} & known]


def ways_to_say(term):
    """A term, and its first word alone: **consensus** for consensus optimisation."""
    return {term.lower(), term.lower().split()[0]}


def is_term(bold):
    words = bold.split()
    plain = all(word[0].islower() or re.fullmatch(r"[A-Z]+\d?", word) for word in words)
    return 1 <= len(words) <= 3 and len(bold) > 1 and plain and bold[-1] not in ".?!:"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_a_notebook_cites_is_in_the_bibliography(path):
    assert unknown_citations(prose(path)) == []


def test_what_code_and_pages_cite_is_in_the_bibliography():
    found = {path.relative_to(ROOT).as_posix(): unknown_citations(text(path)) for path in TEXTS}
    assert {name: missing for name, missing in found.items() if missing} == {}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_terms_in_bold_are_in_the_glossary(path):
    assert unknown_terms(prose(path)) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_term_stands_in_the_notebook_that_the_glossary_names(path):
    named = [term.term for term in terms().values() if NOTEBOOKS[term.notebook] == path.stem]
    assert [term for term in named if not re.search(rf"\b{re.escape(term)}(s|es)?\b", prose(path), re.I)] == []


def test_the_notebooks_have_the_names_that_the_data_link_to():
    assert {path.stem for path in PATHS} <= set(NOTEBOOKS.values())


def test_what_is_no_term_is_still_set_in_bold_somewhere():
    if len(PATHS) < len(NOTEBOOKS):
        pytest.skip("a notebook is in preparation")
    everywhere = " ".join(map(prose, PATHS))
    assert [words for words in NO_TERMS if f"**{words}" not in everywhere] == []


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("as Nobody et al. 2017 say", ["Nobody 2017"]),
        ("(Nobody & Knows 2017, section 3)", ["Nobody 2017"]),
        ("Goodfellow et al. (2014), and Goodfellow and others 2015", ["Goodfellow 2015"]),
        ("[x](https://arxiv.org/abs/1406.2661), arXiv:9999.12345.", ["arXiv:9999.12345"]),
        ("doi:10.1016/0893-6080(89)90014-2. [y](https://doi.org/10.1000/nothing)", ["doi:10.1000/nothing"]),
        ("measured in November 2026", []),
    ],
)
def test_a_planted_citation_is_found(words, missing):
    assert unknown_citations(words) == missing


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("a **gizmo** and **Predict.**", ["gizmo"]),
        ("**XYZ2** and **modes**", ["XYZ2"]),
        ("**Time** to **play on.**", []),
    ],
)
def test_a_planted_term_is_found(words, missing):
    assert unknown_terms(words) == missing
