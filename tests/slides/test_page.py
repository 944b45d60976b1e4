"""The page of slides: formulas without a script, nothing from outside, and the notes."""

import re

import pytest

from gan_lessons.exercises.pictures import Picture
from gan_lessons.slides.from_notebook import Slide
from gan_lessons.slides.markup import as_html, inline
from gan_lessons.slides.page import slides_page

SLIDES = [
    Slide("title", "01 · A `name` of *D\\**", "what it is", Picture(b"png", 'A "ring" & <more>')),
    Slide("text", "1. First", "See [there](01_x.ipynb) & <b>this</b>: $x < 1$", section="1. First"),
    Slide("question", "Predict", "Which?", options=(("a", "$x$"), ("b", "two")), section="1. First"),
    Slide("answer", "Answer", "Because.", options=(("b", "two"),), section="1. First"),
]


@pytest.fixture(scope="module")
def page():
    return slides_page(SLIDES, {"": "Begin.", "1. First": "Say `it`."})


def test_each_slide_is_a_section_with_its_heading(page):
    assert re.findall(r'<section class="(\w+)', page) == ["title", "text", "question", "answer"]
    assert re.findall(r"<h1 tabindex.*?>(.*?)</h1>", page)[1:] == ["1. First", "Predict", "Answer"]
    assert "<title>01 · A name of D</title>" in page


def test_the_right_option_is_marked_on_the_answer_alone(page):
    vote, answer = re.findall(r'<section class="(?:question|answer).*?</section>', page, re.S)
    assert re.findall("<dt>(.)</dt>", vote) == ["a", "b"] and "Because" not in vote
    assert re.findall("<dt>(.)</dt>", answer) == ["b"] and answer.index("two") < answer.index("Because")


def test_nothing_leads_out_of_the_page(page):
    assert "default-src 'none'" in page and "unsafe-inline" not in page
    assert all(target.startswith("data:") for target in re.findall(r'(?:src|href)="([^"]+)"', page))
    assert "<a " not in page and "@import" not in page and "url(" not in page


def test_words_are_escaped(page):
    assert 'alt="A &quot;ring&quot; &amp; &lt;more&gt;"' in page
    assert "&lt;b&gt;this&lt;/b&gt;" in page and "there &amp;" in page


def test_neither_pictures_nor_links_lead_anywhere():
    text = "![A & B](http://example.org/one.png) <http://example.org> [there](javascript:alert(1))"
    assert as_html(text).strip() == "<p>A &amp; B http://example.org there</p>"


def test_html_in_a_formula_is_shown_as_it_is_written():
    shown = as_html(r"$\text{<img src=x>} < 1$")
    assert "<img" not in shown and "<mtext>&lt;img" in shown and "<mo>&#x0003C;</mo>" in shown


def test_the_notes_stand_by_section(page):
    found = re.findall(r'<article data-section="(.*?)">(?:<h3>.*?</h3>)?(.*?)\s*</article>', page, re.S)
    assert found == [("", "<p>Begin.</p>"), ("1. First", "<p>Say <code>it</code>.</p>")]


def test_formulas_are_mathml():
    assert inline("1. $a$").startswith("1. <math") and "<li>" not in inline("1. One")
    shown = as_html(r"$$a = \log D, \qquad b = \log(2).$$")
    assert shown.count('display="block"') == 2 and "$" not in shown
    assert '<mi>log</mi><mspace width="0.17em" /><mi>D</mi>' in shown and "<mspace" not in shown.split("<mi>b</mi>")[1]
