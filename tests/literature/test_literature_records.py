"""The data have their form: keys are unique, links of a known form, and nothing builds on what came later."""

import json
import re
from collections import Counter
from dataclasses import replace

import pytest

import gan_lessons as gl
from gan_lessons.literature.records import FILES, LONGEST, NOTEBOOKS, OFF_THE_MAP, TOPICS, papers, terms, use_cases

PAPERS = list(papers().values())
ARTICLES = {"guide", "aylien", "devnag"}
ARXIV = r"https://arxiv\.org/abs/\d{4}\.\d{4,5}"
DOI = r"https://doi\.org/10\.\d{4,9}/\S+"


def lines(name):
    return [json.loads(line) for line in (FILES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("name", "field"), [("papers", "key"), ("papers", "title"), ("papers", "link")])
def test_no_two_papers_share(name, field):
    counts = Counter(row[field].lower() for row in lines(name))
    assert [value for value, n in counts.items() if n > 1] == []


def test_no_two_terms_or_uses_are_alike():
    for name, field in (("glossary", "term"), ("uses", "use")):
        counts = Counter(row[field].lower() for row in lines(name))
        assert [value for value, n in counts.items() if n > 1] == []


def test_the_names_on_the_map_tell_papers_apart():
    counts = Counter(paper.name for paper in PAPERS if paper.topic not in OFF_THE_MAP)
    assert [name for name, n in counts.items() if n > 1] == []


def test_every_paper_has_the_form():
    for paper in PAPERS:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", paper.key)
        assert re.fullmatch(rf"{ARXIV}|{DOI}|https?://(?!arxiv|doi|dx\.doi)\S+", paper.link), paper.key
        assert paper.says[0].isupper() and paper.says[-1] in ".?" and len(paper.says) <= LONGEST, paper.key
        assert set(paper.notebooks) <= NOTEBOOKS.keys() and set(paper.listed_in) <= ARTICLES, paper.key
        assert not paper.arxiv or -1 <= paper.year - int(paper.posted) <= 3, (
            paper.key
        )  # some are posted after a meeting


def test_papers_build_on_known_older_ones():
    pairs = [(paper, key) for paper in PAPERS for key in paper.built_on]
    assert [(paper.key, key) for paper, key in pairs if key not in papers()] == []
    younger = [(paper.key, key) for paper, key in pairs if papers()[key].posted > paper.posted or key == paper.key]
    assert younger == []


def test_when_a_paper_was_first_seen_and_how_it_is_cited():
    assert papers()["gan"].posted == pytest.approx(2014 + 5 / 12) and papers()["gan"].cited == "Goodfellow et al. 2014"
    assert papers()["nash"].posted > 1950 and papers()["nash"].cited == "Nash 1950"
    assert papers()["beat_gans"].cited == "Dhariwal & Nichol 2021"
    assert papers()["cogan"].cited == "Liu & Tuzel 2016"
    assert papers()["vqvae"].cited == "van den Oord, Vinyals & Kavukcuoglu 2017"


def test_the_founding_articles_lists_are_there():
    """The guide names some ninety papers and projects, AYLIEN recommends four papers."""
    assert sum("guide" in paper.listed_in for paper in PAPERS) >= 90
    recommended = {"gan", "dcgan", "infogan", "improved"}
    assert recommended <= {paper.key for paper in PAPERS if "aylien" in paper.listed_in}


def test_what_came_since_is_there():
    since = "progressive stylegan stylegan2 stylegan3 biggan sagan cyclegan pix2pix srgan vqgan gigagan r3gan ddpm add"
    assert set(since.split()) <= papers().keys()


def test_nearly_all_links_were_checked():
    """What is not is said in the table."""
    unchecked = [paper.title for paper in PAPERS if not paper.checked]
    assert len(unchecked) <= 5
    shown = gl.literature.table().content
    assert shown.count("link not checked") == len(unchecked)


def test_terms_are_explained_in_a_sentence_or_two():
    for term in terms().values():
        assert term.means.endswith(".") and 20 <= len(term.means) <= 200 and term.notebook in NOTEBOOKS, term.term


def test_uses_name_papers_that_are_there():
    assert len(use_cases()) == 6
    for use in use_cases():
        assert len(use.papers) >= 3 and set(use.papers) <= papers().keys()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("topic", "cats", "topic of 'gan'"), ("link", "arxiv", "link of 'gan'"), ("says", "x" * 161, "says of 'gan'")],
)
def test_a_wrong_paper_is_refused(field, value, words):
    with pytest.raises(ValueError, match=words):
        replace(papers()["gan"], **{field: value})


def test_every_topic_has_papers():
    assert {paper.topic for paper in PAPERS} == TOPICS.keys()
