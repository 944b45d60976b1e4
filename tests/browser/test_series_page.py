"""Pages of pictures along a slider, and pages of labs in a page: opened from disk, by keyboard, with no network.

Screenshots go to tests/screenshots/."""

import pytest
from helpers.pages import SHOTS

from gan_lessons.labs import without_kernel
from gan_lessons.labs.dirac import DiracLab
from gan_lessons.labs.series_page import Place, Series, image, series_page
from gan_lessons.plots.picture import Picture, canvas

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


def drawn(x):
    figure, ax = canvas(width=6, height=2)
    ax.plot([0, x])
    return Picture(figure, f"a line up to {x}").png


def places(label):
    return [
        Place(str(x), image(drawn(x), f"a line up to {x}"), f"{label} at {x}.", (("Why?", f"It is {x}."),))
        for x in range(3)
    ]


@pytest.fixture
def opened(chromium, tmp_path):
    """A function that opens HTML from disk with no network. No error and no request may have been but for the page."""
    contexts, seen = [], []

    def save(text, size=DESK, **how):
        path = tmp_path / "page.html"
        path.write_text(text, "utf-8")
        context = chromium.new_context(viewport=size, offline=True, **how)
        page = context.new_page()
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on("console", lambda message: seen.append(message.text))
        page.on("request", lambda request: request.url.startswith("http") and seen.append(request.url))
        page.goto(path.as_uri())
        contexts.append(context)
        return page

    yield save
    for context in contexts:
        context.close()
    assert seen == []


PAGE = series_page("Two sliders", [Series("first", places("first"), 1), Series("second", places("second"))], "A note.")


def shown(page):
    """Picture, words, and where the slider stands, as a person has them."""
    return page.evaluate(
        "() => [document.querySelector('.gan-seen img').alt, document.querySelector('.gan-seen + p').textContent,"
        " document.querySelector('[data-do=place]').getAttribute('aria-valuetext')]"
    )


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_slider_moves_pictures_and_words_by_keyboard(opened, size):
    page = opened(PAGE, size)
    assert shown(page) == ["a line up to 1", "first at 1.", "1"]
    before = page.locator(".gan-seen img").screenshot()
    page.keyboard.press("Tab"), page.keyboard.press("Tab"), page.keyboard.press("ArrowRight")
    assert shown(page) == ["a line up to 2", "first at 2.", "2"]
    assert page.locator(".gan-seen img").screenshot() != before
    page.keyboard.press("Home")
    assert shown(page) == ["a line up to 0", "first at 0.", "0"]
    page.wait_for_function("() => document.querySelector('[role=status]').textContent === '0. first at 0.'")
    page.keyboard.press("Tab"), page.keyboard.press("Enter")
    assert page.locator("details p").inner_text() == "It is 0."
    page.select_option("[data-do=series]", label="second")
    assert shown(page) == ["a line up to 0", "second at 0.", "0"]
    page.select_option("[data-do=series]", label="first")
    assert shown(page)[1] == "first at 0.", "each keeps its place"
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"series-{size['width']}.png")


def test_a_dark_reader_has_a_dark_page(opened):
    page = opened(PAGE, color_scheme="dark")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(17, 17, 17)"
    assert "invert" in page.evaluate("() => getComputedStyle(document.querySelector('.gan-seen img')).filter")


# -- in a page around it


def around(text, theme="light"):
    """A page as a site makes it, which has a page of a lab in it."""
    frame = without_kernel.framed("A page", without_kernel.inside(text))
    return f'<!doctype html><html lang="en" data-theme="{theme}"><title>A site</title><body>{frame}</body></html>'


def inside(page):
    frame = page.query_selector("iframe").content_frame()
    frame.wait_for_function("() => document.querySelector('.gan-stage')")
    return frame


DIRAC = DiracLab(name="framed").html()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("text", [PAGE, DIRAC], ids=["series", "dirac"])
def test_a_page_in_a_page_has_all_of_its_height_and_no_more(opened, text, size):
    page = opened(around(text), size)
    frame = inside(page)
    needed = "() => Math.ceil(document.body.getBoundingClientRect().height)"
    frame.wait_for_function(f"() => window.frameElement.clientHeight === ({needed})()")
    page.wait_for_timeout(300)  # it would go on growing if the one followed the other
    high = page.locator("iframe").bounding_box()["height"]
    assert high == frame.evaluate(needed) and 150 < high < 1600
    assert frame.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_the_page_around_decides_whether_it_is_dark(opened):
    page = opened(around(PAGE, "dark"))
    frame, colour = inside(page), "(rgb) => getComputedStyle(document.body).backgroundColor === rgb"
    frame.wait_for_function(colour, arg="rgb(17, 17, 17)")
    page.evaluate("() => { document.documentElement.dataset.theme = 'light'; }")
    frame.wait_for_function(colour, arg="rgb(255, 255, 255)")
