"""The map and the tables of the literature: from disk without a kernel, and in JupyterLab, whose keys stay away."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.pages import set_theme

import gan_lessons as gl
from benchmarks.browser import run_all
from gan_lessons.literature.records import OFF_THE_MAP, papers

SIZES = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
SHOWN_DETAILS = ".gan-panel > :not([hidden])"
ON_THE_MAP = {paper.key for paper in papers().values() if paper.topic not in OFF_THE_MAP}
PAGE = "<!doctype html><html lang='en'><meta charset='utf-8'><title>Literature</title><body>{}</body></html>"


@pytest.fixture(params=SIZES)
def page(request, chromium):
    """A page that keeps its errors, and asks nobody for anything."""
    page = chromium.new_page(viewport=SIZES[request.param])
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith("file:") or page.faults.append(asked.url))
    yield page
    page.close()
    assert page.faults == []


def opened(page, tmp_path, *shown):
    path = tmp_path / "literature.html"
    path.write_text(PAGE.format("".join(one._repr_html_() for one in shown)), encoding="utf-8")
    page.goto(path.as_uri())


def marked(page, kind):
    return set(page.eval_on_selector_all(f".gan-years a.gan-{kind}", "(all) => all.map((chip) => chip.dataset.key)"))


def ancestors(key):
    found, todo = set(), [key]
    while todo:
        new = set(papers()[todo.pop()].built_on) - found
        found |= new
        todo += new
    return found & ON_THE_MAP


@pytest.mark.parametrize("key", ["gan", "stylegan2", "encodec"])
def test_a_click_shows_a_paper_and_marks_what_it_built_on_and_what_built_on_it(page, tmp_path, key):
    opened(page, tmp_path, gl.literature.map())
    page.click(f"[data-key={key}]")
    said = page.inner_text(SHOWN_DETAILS)
    assert papers()[key].title in said and papers()[key].says in said
    assert page.get_attribute(f"{SHOWN_DETAILS} a", "href") == papers()[key].link
    assert marked(page, "chosen") == {key} and marked(page, "back") == ancestors(key)
    assert marked(page, "ahead") == {one for one in ON_THE_MAP if key in papers()[one].built_on}
    lines = {kind: page.locator(f"path.gan-{kind}").count() for kind in ("back", "ahead")}
    assert lines == {"back": len(ON_THE_MAP & set(papers()[key].built_on)), "ahead": len(marked(page, "ahead"))}


def test_pointing_shows_and_leaving_goes_back_to_what_was_chosen(page, tmp_path):
    opened(page, tmp_path, gl.literature.map())
    page.click("[data-key=gan]")
    page.hover("[data-key=cgan]")
    assert papers()["cgan"].says in page.inner_text(SHOWN_DETAILS)
    page.mouse.move(2, 2)
    assert papers()["gan"].says in page.inner_text(SHOWN_DETAILS)


def test_one_walks_by_arrow_keys_to_every_paper_and_in_and_out_of_the_panel(page, tmp_path):
    opened(page, tmp_path, gl.literature.map())
    assert page.locator(".gan-years a[tabindex='0']").count() == 1
    page.focus("[data-key=gan]")
    seen, focused = set(), "() => document.activeElement.dataset.key"
    for down in ["ArrowDown"] * 45:
        seen.add(page.evaluate(focused))
        page.keyboard.press(down)
    assert {papers()[key].topic for key in seen} > {"theory", "conditional", "encoders"}
    page.focus("[data-key=dcgan]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) != "dcgan" and papers()[page.evaluate(focused)].posted >= papers()["dcgan"].posted
    page.focus("[data-key=cyclegan]")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.href") == papers()["cyclegan"].link
    page.focus(f"{SHOWN_DETAILS} [data-go=pix2pix]")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "pix2pix" and papers()["pix2pix"].says in page.inner_text(SHOWN_DETAILS)
    page.keyboard.press("Escape")
    assert marked(page, "chosen") == set()


def test_what_is_chosen_is_in_view(page, tmp_path):
    """Walked to by keys, a paper is not under the row of years, nor under the column of topics."""
    opened(page, tmp_path, gl.literature.map())
    for key in ("add", "gan", "ladd", "vae"):
        page.focus(f"[data-key={key}]")
        box = page.locator(f"[data-key={key}]").bounding_box()
        top = page.evaluate("([x, y]) => document.elementFromPoint(x, y).dataset.key", [box["x"] + 4, box["y"] + 6])
        assert top == key


def test_the_table_finds_and_sorts(page, tmp_path):
    opened(page, tmp_path, gl.literature.table())
    page.fill("input", "defossez 2022")
    rows = page.locator("tbody tr:visible")
    assert rows.count() == 1 and papers()["encodec"].title in rows.inner_text()
    assert page.inner_text("[role=status]") == f"1 of {len(papers())}"
    page.fill("input", "")
    for direction in ("ascending", "descending"):
        page.click("th button >> nth=0")
        assert page.get_attribute("th >> nth=0", "aria-sort") == direction
        years = [int(year) for year in page.locator("tbody td:first-child").all_inner_texts()]
        assert years == sorted(years, reverse=direction == "descending")


def test_without_a_script_the_map_is_a_table_of_links(chromium, tmp_path):
    page = chromium.new_page(java_script_enabled=False)
    opened(page, tmp_path, gl.literature.map(), gl.literature.glossary())
    chip = page.locator("[data-key=gan]")
    assert chip.get_attribute("href") == papers()["gan"].link and chip.get_attribute("title") == papers()["gan"].says
    assert page.locator(".gan-list tbody tr:visible").count() > 50
    page.close()


CELLS = ("import gan_lessons as gl\n\ngl.literature.map()", "gl.literature.table()", "gl.literature.uses()")


@pytest.fixture(scope="module")
def notebook(jupyterlab, chromium):
    """A page with a notebook that shows them all."""
    with jupyterlab().lab(chromium, "literature", *CELLS, viewport={"width": 1366, "height": 3000}) as page:
        run_all(page)
        page.wait_for_selector(".gan-list >> nth=1")
        page.evaluate("() => { document.body.style.overflow = 'visible' }")  # axe takes what flows over for hidden
        yield page


def test_jupyterlab_leaves_the_map_its_keys(notebook):
    cell = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    notebook.focus("[data-key=gan]")
    at = notebook.evaluate(cell)
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        notebook.keyboard.press(key)
    assert notebook.evaluate("() => document.activeElement.dataset.key") not in (None, "gan")
    assert notebook.evaluate(cell) == at
    cells = notebook.locator(".jp-CodeCell").count()
    notebook.locator(".gan-literature input").press_sequentially("dd")  # deletes a cell where JupyterLab gets it
    assert notebook.input_value(".gan-literature input") == "dd" and notebook.locator(".jp-CodeCell").count() == cells
    notebook.fill(".gan-literature input", "")


def test_jupyterlab_opens_the_notebook_that_a_link_names(notebook):
    """JupyterLab takes links beside the notebook as its own, which lead to its place and not to the page's."""
    links = notebook.eval_on_selector_all(".gan-panel a[href*='.ipynb']", "(all) => all.map((link) => link.href)")
    assert len(links) > 50 and all("/lab/" not in link for link in links)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("chosen", ["", "wgan_gp"])
def test_axe_finds_nothing(notebook, theme, chosen):
    set_theme(notebook, theme)
    notebook.click(f"[data-key={chosen or 'gan'}]")
    if not chosen:
        notebook.keyboard.press("Escape")
    notebook.mouse.move(2, 2)
    found = Axe().run(notebook, context={"include": [[".gan-literature"]]}, options={"resultTypes": ["violations"]})
    wrong = [(one["id"], [node["html"][:150] for node in one["nodes"]][:3]) for one in found.response["violations"]]
    assert wrong == []
