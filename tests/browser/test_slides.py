"""Slides on a projector: keys, clicks and swipes move, a reload stays, nothing overflows or is asked of a network.

Screenshots go to tests/screenshots/.
"""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.pages import SHOTS
from helpers.versions import ROOT

from gan_lessons.slides.command import executed
from gan_lessons.slides.from_notebook import deck, notes, together
from gan_lessons.slides.page import slides_page

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
RUN = "03_minibatch_discrimination"  # the one that takes least
PROJECTORS = {"wide": {"width": 1366, "height": 768}, "old": {"width": 1024, "height": 768}}
SHOWN = "main > section.shown"
FITS = """(slides) => slides.map((slide) => {
  slide.classList.add("shown");
  const inside = slide.getBoundingClientRect();
  const texts = [...slide.querySelectorAll("h1, p, li, dt, dd, code, math")];
  return {over: slide.scrollHeight - slide.clientHeight, letters: Math.min(...texts.map(
    (text) => parseFloat(getComputedStyle(text).fontSize))), wide: texts.filter(
    (text) => text.getBoundingClientRect().right > inside.right).length,
    picture: slide.querySelector("img") ? slide.querySelector("img").clientHeight : 999};
})"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The course's slides. One notebook has run, so that its figures and a lab's picture are there."""
    made = tmp_path_factory.mktemp("slides")
    for path in NOTEBOOKS:
        notebook = executed(path) if path.stem == RUN else json.loads(path.read_text(encoding="utf-8"))
        guide = (ROOT / "workshop" / f"{path.stem}.md").read_text(encoding="utf-8")
        page = slides_page(deck(notebook, together(guide)), notes(guide))
        (made / f"{path.stem}.html").write_text(page, encoding="utf-8")
    return made


@pytest.fixture
def opened(chromium, folder):
    """A function that opens a notebook's slides; afterwards no page has an error or has asked for anything."""
    pages, faults = [], []

    def open_slides(name=RUN, **how):
        page = chromium.new_page(**{"viewport": PROJECTORS["old"]} | how)
        pages.append(page)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.on("request", lambda asked: asked.url.startswith(("file:", "data:")) or faults.append(asked.url))
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield open_slides
    for page in pages:
        page.close()
    assert faults == []


def at(page):
    """Which slide is shown, from 1; one alone is."""
    [found] = page.eval_on_selector_all(
        "main > section", "(all) => all.flatMap((one, i) => one.checkVisibility() ? [i + 1] : [])"
    )
    assert page.inner_text("#number").startswith(f"{found} / ")
    return found


def wait_for(page, number):
    page.locator("#number", has_text=re.compile(rf"^{number} /")).wait_for()


def count(page):
    return page.locator("main > section").count()


@pytest.mark.parametrize("size", PROJECTORS)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_slide_fits_and_can_be_read_from_the_last_row(opened, path, size):
    page = opened(path.stem, viewport=PROJECTORS[size])
    found = page.eval_on_selector_all("main > section", FITS)
    assert len(found) == count(page) > 15
    for number, slide in enumerate(found, 1):
        assert slide["over"] <= 0 and slide["wide"] == 0 and slide["letters"] >= 24 and slide["picture"] > 200, number


def test_keys_move(opened):
    page, moves = opened(), []
    last = count(page)
    for key in ("ArrowRight", "ArrowDown", "PageDown", " ", "ArrowLeft", "ArrowUp", "PageUp", "Shift+ ", "PageUp"):
        page.keyboard.press(key.replace(" ", "Space"))
        moves.append(at(page))
    assert moves == [2, 3, 4, 5, 4, 3, 2, 1, 1]
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert at(page) == last
    page.keyboard.press("Home")
    assert at(page) == 1


def test_the_mouse_and_the_buttons_move(opened):
    page = opened()
    page.click(f"{SHOWN} h1")
    page.click("#on")
    assert at(page) == 3
    page.keyboard.press("Space")  # the button that has the focus of the click would be pressed, and no slide left out
    assert at(page) == 4
    page.click("#back")
    assert at(page) == 3


def test_a_swipe_moves_by_one_and_leaves_the_page_open(opened):
    page = opened(has_touch=True, viewport={"width": 390, "height": 844})
    touch = page.context.new_cdp_session(page)
    for begin, end, there in ((300, 100, 2), (300, 100, 3), (100, 300, 2)):
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": begin, "y": 400}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": end, "y": 405}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        wait_for(page, there)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_reload_stays_and_an_address_leads_to_its_slide(opened):
    page = opened()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("location.hash") == "#5" and page.title().startswith("5. ")
    page.reload()
    assert at(page) == 5
    for wrong, there in (("#7", 7), ("#9999", count(page)), ("#x", 1)):
        page.evaluate(f"location.hash = '{wrong}'")
        wait_for(page, there)


def test_the_notes_are_those_of_the_section_and_only_when_asked_for(opened):
    page = opened()
    assert not page.is_visible("#notes")
    page.keyboard.press("End")
    page.keyboard.press("n")
    said = notes((ROOT / "workshop" / f"{RUN}.md").read_text(encoding="utf-8"))
    assert page.inner_text("#notes").strip() == said["Key points"]
    page.screenshot(path=SHOTS / "slides_notes.png")
    page.keyboard.press("N")
    assert not page.is_visible("#notes")


def test_the_answer_is_not_on_the_page_before_its_slide(opened):
    page = opened()
    answers = page.eval_on_selector_all("main > section", "(all) => all.map((one) => one.className)")
    first = next(i for i, kind in enumerate(answers) if kind.startswith("answer"))
    words = page.locator("main > section").nth(first).locator("p").text_content()
    for _ in range(first):
        assert words not in page.inner_text("body")
        page.keyboard.press("ArrowRight")
    assert words in page.inner_text("body")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, scheme):
    page = opened(color_scheme=scheme)
    dark = page.eval_on_selector("html", "(root) => root.classList.contains('dark')")
    assert dark == (scheme == "dark")
    page.keyboard.press("n")
    for _ in range(7):
        assert Axe().run(page).response["violations"] == []
        page.keyboard.press("ArrowRight")
    page.screenshot(path=SHOTS / f"slides_{scheme}.png")
    page.keyboard.press("d")
    assert page.eval_on_selector("html", "(root) => root.classList.contains('dark')") != dark


def test_one_slide_a_page_on_paper_and_the_notes_after_them(opened):
    page = opened()
    page.emulate_media(media="print")
    assert page.locator("main > section:visible").count() == count(page)
    assert page.is_visible("#notes") and not page.is_visible("nav")
    heights = page.eval_on_selector_all(
        "main > section", "(all) => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert set(heights) == {720}  # 7.5 inches
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert count(page) < pages <= count(page) + 5
