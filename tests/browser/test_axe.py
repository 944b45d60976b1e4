"""axe, the accessibility checker, finds nothing to mend in any lab, in JupyterLab's light and in its dark theme.

It looks at the lab's own element, so that no fault of JupyterLab or ipywidgets has to be excused.
"""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.pages import BRING_OUT, set_theme

from benchmarks.browser import run_all

PLAYER = "from gan_lessons.recipes import toys as recipes\nfrom gan_lessons.labs.lab import Lab\n\n"
COMPARE = "from gan_lessons.recipes import toys as recipes\nfrom gan_lessons.labs.compare import Compare\n\n"
SWEEP = "from gan_lessons.shipped import sweeps as saved_sweeps\nfrom gan_lessons.labs.scrubber import Scrubber\n\n"
# A line a lab: its cell, and what is pressed (by data-do) so that all it has is on the page.
LABS = {
    "player on a line": (PLAYER + "Lab(recipes.steady, runs=3)", ["both", "code"]),
    "player in the plane": (PLAYER + "Lab(recipes.ring, runs=1)", ["both", "code"]),
    "playground": (
        "from gan_lessons.labs.playground import Playground\n\nPlayground()",
        ["slow", "next", "code", "draw"],
    ),
    "compare": (COMPARE + "Compare(recipes.wide_ring, {'d_lr': 0.003})", ["both", "code"]),
    "scrubber on a line": (SWEEP + "Scrubber(saved_sweeps.load('aylien_layers'))", []),
    "scrubber in the plane": (SWEEP + "Scrubber(saved_sweeps.load('ring_rates'))", []),
    "Dirac-GAN": ("from gan_lessons.labs.dirac import DiracLab\n\nDiracLab()", []),
    "latent": (
        "from gan_lessons.shipped import networks as checkpoints\nfrom gan_lessons.labs.latent import LatentLab\n\n"
        "LatentLab(checkpoints.shipped('dcgan')[0])",
        [],
    ),
}
PLANES = "import sys\n\nsys.path.insert(0, {path!r})\nfrom helpers.linear_coders import digits, networks\n"
PLANES += "from gan_lessons.labs.latent_planes import LatentPlanes\n\nLatentPlanes(networks(), *digits(), points=True)"
LABS["latent planes"] = (PLANES.format(path=str(Path(__file__).parents[1])), [])
THEMES = ("JupyterLab Light", "JupyterLab Dark")


PLANTED = {"select-name": "<select></select>", "color-contrast": "<p style='color: #777; background: #555'>pale</p>"}


@pytest.fixture(scope="module", params=LABS)
def page(request, jupyterlab, chromium):
    """A page with one lab, all of it open and in view."""
    cell, presses = LABS[request.param]
    with jupyterlab().lab(chromium, "axe", cell, viewport={"width": 1400, "height": 2400}) as page:
        unfold(page, presses)
        yield page


def unfold(page, presses):
    """Runs the cell, presses its buttons, and opens whatever can be opened."""
    run_all(page)
    page.wait_for_selector(".gan-stage canvas[data-drawn], .gan-latent[data-rested]")
    epoch = page.get_attribute(".gan-stage canvas", "data-epoch")
    for name in presses:
        page.evaluate(BRING_OUT, f"[data-do={name}]")
        page.click(f"[data-do={name}]")
    if "code" in presses:
        page.wait_for_selector(".gan-code")
        # the step's answer, or that to Pause, which drawing presses: afterwards nothing changes while axe looks
        page.wait_for_function(f"() => document.querySelector('.gan-stage canvas').dataset.epoch !== '{epoch}'")
    # but for the buttons that lie over the rest while they are open: of what is covered axe cannot tell the colours
    folded = ".gan-stage details:not(.gan-more)"
    page.evaluate(f"() => document.querySelectorAll('{folded}').forEach((group) => {{ group.open = true; }})")
    page.add_style_tag(
        content=".gan-side.gan-side { height: auto } .gan-side .gan-settings { overflow: visible; flex: none }"
    )
    # JupyterLab's body is 0 pixels high and hides what flows over; axe would take every text on it for hidden
    page.evaluate("() => { document.body.style.overflow = 'visible' }")


def look(page):
    """What axe finds in the lab: rule -> its advice and the elements. Fails unless it looked at labels and colours."""
    options = {"resultTypes": ["violations", "incomplete"]}
    found = Axe().run(page, context=".gan-stage", options=options).response
    assert {"label", "color-contrast"} <= {one["id"] for one in found["passes"]}
    told = found["violations"] + found["incomplete"]  # what axe cannot tell by itself would be for us to look at
    return {one["id"]: (one["help"], [node["html"][:200] for node in one["nodes"]]) for one in told}


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(page, theme):
    set_theme(page, theme)
    assert look(page) == {}


@pytest.mark.parametrize("rule", PLANTED)
def test_axe_finds_a_planted_fault(page, rule):
    add = "(html) => document.querySelector('.gan-stage').insertAdjacentHTML('beforeend', html)"
    page.evaluate(add, PLANTED[rule])
    found = look(page)
    page.evaluate("() => document.querySelector('.gan-stage').lastElementChild.remove()")
    assert found.keys() == {rule}
