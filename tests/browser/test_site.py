"""The course as a site: built with no network, and read from disk with no kernel and no network.

The build runs every notebook, so it takes minutes. Screenshots of all pages go to tests/screenshots/.
"""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.versions import ROOT

from benchmarks.cut_off import cut_off, why_not
from gan_lessons.tools import badges

SHOTS = Path(__file__).parents[1] / "screenshots"
NOTEBOOKS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
PAGES = ["docs/index", "docs/glossary", "docs/papers", "docs/architecture", "docs/parity", "README", "CONTRIBUTING"]
PAGES += ["CHANGELOG", "search", *(f"notebooks/{name}" for name in NOTEBOOKS)]
PAGES += [f"workshop/{path.stem}" for path in sorted((ROOT / "workshop").glob("*.md"))]
SIZES = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
COMMAND = "python -m sphinx -W -c docs . build/site"
FRAME = "iframe.gan-page"
LOADS = {"img": "src", "script": "src", "iframe": "src", "link": "href", "source": "src", "video": "src"}


class Page(HTMLParser):
    """What tests ask of a page: each tag with its attributes, and all ids."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.ids, self.text = [], set(), path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids |= {found[key] for key in ("id", "name") if found.get(key)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of a new site, built without a network where this machine can take it away."""
    folder = tmp_path_factory.mktemp("site") / "site"
    command = [folder if part == "build/site" else part for part in [sys.executable, *COMMAND.split()[1:]]]
    command = command if why_not() else cut_off(command)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def pages(site):
    """Name -> each page of the site, those of labs too."""
    found = {path.relative_to(site).with_suffix("").as_posix(): path for path in site.glob("**/*.html")}
    return {name: Page(path) for name, path in found.items() if not name.startswith("_static/")}


@pytest.fixture
def opened(site, chromium):
    """A function that opens a page from disk. Afterwards nothing was asked of a network, and no error came."""
    contexts, faults = [], []

    def open_page(name, size="desktop", theme="light"):
        context = chromium.new_context(viewport=SIZES[size])
        contexts.append(context)
        context.add_init_script(f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')")
        context.route(re.compile("^(?!file:|data:|blob:)"), lambda route: route.abort())
        context.on(
            "request", lambda asked: asked.url.startswith(("file:", "data:", "blob:")) or faults.append(asked.url)
        )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{site.as_uri()}/{name}.html")
        page.wait_for_load_state()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


# -- what was built


def test_all_pages_are_there(pages):
    assert set(PAGES) <= pages.keys()


def test_the_command_is_the_one_that_is_told():
    places = ["README.md", "CONTRIBUTING.md", "docs/conf.py", ".github/workflows/site.yml"]
    assert [name for name in places if COMMAND not in (ROOT / name).read_text(encoding="utf-8")] == []


def test_no_page_loads_anything_from_a_network(pages):
    loads = {(name, found.get(LOADS[tag])) for name, page in pages.items() for tag, found in page.tags if tag in LOADS}
    loads = {(name, target) for name, target in loads if target and not target.startswith("data:")}
    assert {(name, target) for name, target in loads if urlsplit(target).netloc} == set()


def test_every_picture_is_described(pages):
    pictures = [(name, found) for name, page in pages.items() for tag, found in page.tags if tag == "img"]
    assert len(pictures) > len(NOTEBOOKS)
    assert [(name, found.get("src", "")[:60]) for name, found in pictures if not (found.get("alt") or "").strip()] == []
    frames = [(name, found) for name, page in pages.items() for tag, found in page.tags if tag == "iframe"]
    assert [(name, found["src"]) for name, found in frames if not found.get("title")] == []


def test_every_link_leads_to_a_file_and_a_place_in_it(site, pages):
    lost = []
    for name, page in pages.items():
        for tag, found in page.tags:
            target = found.get("href") or found.get("src") or ""
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or name.startswith("films/") or tag == "base":
                continue
            path = ((site / name).parent / unquote(parts.path)) if parts.path else site / f"{name}.html"
            path = path.resolve()
            other = pages.get(path.relative_to(site.resolve()).with_suffix("").as_posix())
            if not path.exists() or (parts.fragment and other and unquote(parts.fragment) not in other.ids):
                lost.append((name, target))
    assert lost == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_has_its_badges_and_its_download(site, pages, name):
    page, address, file = pages[f"notebooks/{name}"], badges.address(), f"{name}.ipynb"
    links = [found.get("href") for tag, found in page.tags if tag == "a"]
    for badge in (badges.colab_badge(address, file), badges.binder_badge(address, file)):
        target = re.search(r"\]\((?!.*\]\()(.+)\)$", badge)[1]
        assert links.count(target) == 2, "in the text, and under the rocket"
    [download] = {link for link in links if link and link.endswith(file) and "_sources" in link}
    there = (site / "notebooks" / download).resolve().read_bytes()
    assert there == (ROOT / "notebooks" / file).read_bytes()


def test_nothing_waits_for_a_kernel(pages):
    for name in NOTEBOOKS:
        text = pages[f"notebooks/{name}"].text
        assert not re.search(r"Run its cell|vnd\.jupyter|google\.colab|Press a letter", text), name


def test_formulas_are_drawn_by_the_browser(pages):
    assert pages["notebooks/06_objectives"].text.count("<math") > 10
    assert not [name for name, page in pages.items() if re.search(r"\\\(|\\\[|MathJax", page.text)]


# -- in a browser


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window(opened, name, size):
    page = opened(name, size)
    page.wait_for_timeout(300)  # for what a script would ask of a network
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"site-{name.replace('/', '-')}-{size}.png")
    assert wide <= 0


def live(page, at=0):
    """A lab's page in the page, brought into view, once it has drawn."""
    frame = page.locator(FRAME).nth(at)
    frame.scroll_into_view_if_needed()
    inside = frame.element_handle().content_frame()
    inside.wait_for_selector("#root :is(canvas, img, svg, input)")  # what a slider of text moves has no picture
    return inside


def scrubbed(page, inside, key):
    """Whether a key on the slider of training time changes the picture and what is said of it."""
    slider = inside.locator("[data-do=scrub], input[type=range]").last
    picture = "document.querySelector('canvas').toDataURL()"
    before, said = inside.evaluate(picture), slider.get_attribute("aria-valuetext")
    slider.focus()
    page.keyboard.press(key)
    inside.wait_for_function(f"(before) => {picture} !== before", arg=before)
    return slider.get_attribute("aria-valuetext") != said


@pytest.mark.parametrize("size", SIZES)
def test_the_scene_of_the_first_page_lives(opened, size):
    page = opened("docs/index", size)
    assert scrubbed(page, live(page), "End"), "it opens at its beginning"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_lab_of_a_notebook_lives(opened, name):
    page = opened(f"notebooks/{name}")
    labs = page.locator(FRAME).count()
    assert labs, "each notebook has one"
    for at in range(labs):
        live(page, at)


def test_the_top_leads_to_the_first_page(opened):
    page = opened("index")
    page.wait_for_url("**/docs/index.html")
    assert page.inner_text("h1").startswith("GAN lessons")


def test_next_and_previous_go_through_the_lessons_in_order(opened):
    page = opened("docs/index")
    for name in NOTEBOOKS:
        page.click(".prev-next-footer a.right-next")
        page.wait_for_url(f"**/notebooks/{name}.html")
    page.click(".prev-next-footer a.left-prev")
    page.wait_for_url(f"**/notebooks/{NOTEBOOKS[-2]}.html")


def test_search_works_from_disk(opened):
    page = opened("docs/index")
    page.keyboard.press("Control+k")
    page.keyboard.type("mode collapse")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li > a[href*='02_mode_collapse.html']")  # they come one by one


def test_in_the_dark_nothing_glares(opened):
    page = opened("notebooks/02_mode_collapse", theme="dark")
    inside = live(page)
    inside.wait_for_selector("body[data-jp-theme-light=false]")
    light = """(all) => all.filter((one) => {
      for (let node = one; node; node = node.parentElement) {
        if (getComputedStyle(node).filter.includes('invert')) return false;
        const [r, g, b, a] = getComputedStyle(node).backgroundColor.match(/[\\d.]+/g).map(Number);
        if (a !== 0) return r + g + b > 382 || one.tagName === 'IMG';
      } }).map((one) => one.outerHTML.slice(0, 200))"""
    assert page.locator(".bd-article *:not(iframe)").evaluate_all(light) == []
    page.screenshot(path=SHOTS / "site-dark.png")


DARK = ["docs/index", "notebooks/00_start_here", "notebooks/06_objectives", "workshop/README"]


@pytest.mark.parametrize(
    ("name", "theme"), [(name, "light") for name in PAGES if name != "search"] + [(name, "dark") for name in DARK]
)
def test_axe_finds_nothing_grave(opened, name, theme):
    page = opened(name, theme=theme)
    found = Axe().run(page, context=".bd-article", options={"resultTypes": ["violations"], "iframes": False}).response
    assert found["passes"], "it has looked"
    grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert {one["id"]: [node["html"][:160] for node in one["nodes"]] for one in grave} == {}
