"""axe, the accessibility checker, finds nothing to mend in any lab, in JupyterLab's light and in its dark theme.

It looks at the lab's own element, so that no fault of JupyterLab or ipywidgets has to be excused.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from benchmarks.browser import open_notebook, run_all
from benchmarks.labs import write_notebook

PLAYER = "from gan_lessons import recipes\nfrom gan_lessons.labs.player import Player\n\n"
COMPARE = "from gan_lessons import recipes\nfrom gan_lessons.labs.compare import Compare\n\n"
SWEEP = "from gan_lessons import saved_sweeps\nfrom gan_lessons.labs.scrubber import Scrubber\n\n"
# A line a lab: its cell, and what is pressed (by data-do) so that all it has is on the page.
LABS = {
    "player on a line": (PLAYER + "Player(recipes.steady, runs=3)", ["both", "code"]),
    "player in the plane": (PLAYER + "Player(recipes.ring, runs=1)", ["both", "code"]),
    "playground": (
        "from gan_lessons.labs.playground import Playground\n\nPlayground()",
        ["slow", "next", "code", "draw"],
    ),
    "compare": (COMPARE + "Compare(recipes.wide_ring, {'d_lr': 0.003})", ["both", "code"]),
    "scrubber on a line": (SWEEP + "Scrubber(saved_sweeps.load('aylien_layers'))", []),
    "scrubber in the plane": (SWEEP + "Scrubber(saved_sweeps.load('ring_rates'))", []),
    "latent": (
        "from gan_lessons import checkpoints\nfrom gan_lessons.labs.latent import LatentLab\n\n"
        "LatentLab(checkpoints.shipped('dcgan')[0])",
        [],
    ),
}
THEMES = ("JupyterLab Light", "JupyterLab Dark")


PLANTED = {"select-name": "<select></select>", "color-contrast": "<p style='color: #777; background: #555'>pale</p>"}


@pytest.fixture(scope="module", params=LABS)
def page(request, jupyterlab, chromium, tmp_path_factory):
    """A page with one lab, all of it open and in view."""
    root = tmp_path_factory.mktemp("notebooks")
    cell, presses = LABS[request.param]
    write_notebook(root / "lab.ipynb", cell)
    page = chromium.new_page(viewport={"width": 1400, "height": 2400})
    page.set_default_timeout(30_000)
    open_notebook(page, jupyterlab(root), "lab.ipynb")
    run_all(page)
    page.wait_for_selector(".gan-stage canvas[data-drawn], .gan-latent[data-rested]")
    for name in presses:
        page.click(f"[data-do={name}]")
    if "code" in presses:
        page.wait_for_selector(".gan-code")
    page.evaluate("() => document.querySelectorAll('.gan-stage details').forEach((group) => { group.open = true; })")
    # JupyterLab's body is 0 pixels high and hides what flows over; axe would take every text on it for hidden
    page.evaluate("() => { document.body.style.overflow = 'visible' }")
    yield page
    page.close()


def look(page):
    """What axe finds in the lab: rule -> its advice and the elements. Fails unless it looked at labels and colours."""
    options = {"resultTypes": ["violations", "incomplete"]}
    found = Axe().run(page, context=".gan-stage", options=options).response
    assert {"label", "color-contrast"} <= {one["id"] for one in found["passes"]}
    told = found["violations"] + found["incomplete"]  # what axe cannot tell by itself would be for us to look at
    return {one["id"]: (one["help"], [node["html"][:200] for node in one["nodes"]]) for one in told}


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(page, theme):
    page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str('Light' in theme).lower()}'")
    page.wait_for_timeout(500)
    assert look(page) == {}


@pytest.mark.parametrize("rule", PLANTED)
def test_axe_finds_a_planted_fault(page, rule):
    add = "(html) => document.querySelector('.gan-stage').insertAdjacentHTML('beforeend', html)"
    page.evaluate(add, PLANTED[rule])
    found = look(page)
    page.evaluate("() => document.querySelector('.gan-stage').lastElementChild.remove()")
    assert found.keys() == {rule}
