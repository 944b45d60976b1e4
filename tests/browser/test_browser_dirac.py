"""The lab of the Dirac-GAN: the page walks as Python does, from disk without a kernel and in JupyterLab with one."""

import json

import numpy as np
import pytest
from helpers.pages import SHOTS, STANDS, resize

from benchmarks.browser import run_all
from gan_lessons.labs.dirac import ORDERS, START, DiracLab

CANVAS = ".gan-stage canvas[data-drawn]"
STEPS = 40
CASES = {
    "minimax": {},
    "non-saturating, in turn": {"objective": "non-saturating", "order": ORDERS[1]},
    "clipping": {"objective": "Wasserstein", "penalty": "clipping", "weight": 0.5},
    "gradient penalty": {"objective": "Wasserstein", "penalty": "gradient penalty", "weight": 1.0},
    "R1 and noise": {"penalty": "R1", "weight": 0.3, "noise": 0.7},
    "consensus": {"penalty": "consensus", "weight": 1.0, "noise": 0.3, "objective": "non-saturating"},
}


@pytest.fixture
def page(chromium):
    """A page that keeps its errors, and asks nobody for anything."""
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("request", lambda request: request.url.startswith("file:") or page.faults.append(request.url))
    yield page
    page.close()
    assert page.faults == []


def opened(page, tmp_path, **values):
    lab = DiracLab(name="from disk", **values)
    lab.html(tmp_path / "dirac.html")
    page.goto((tmp_path / "dirac.html").as_uri())
    page.wait_for_selector(CANVAS)
    page.evaluate(STANDS)
    return lab


def at(page):
    return [float(page.get_attribute(CANVAS, f"data-{name}")) for name in ("theta", "psi")]


def stepped(page, n):
    page.evaluate("(n) => { for (let k = 0; k < n; k++) document.querySelector('[data-do=step]').click(); }", n)


@pytest.mark.parametrize("name", CASES)
def test_the_page_walks_as_python_does(page, tmp_path, name):
    lab = opened(page, tmp_path, **CASES[name])
    stepped(page, STEPS)
    np.testing.assert_allclose(at(page), lab.walk(STEPS)[-1], rtol=1e-9, atol=1e-12)
    words = page.inner_text(".gan-summary").replace("\u2212", "-")
    assert words.startswith(f"Step {STEPS}: theta ")
    if name == "gradient penalty":
        return
    first = lab.game.eigenvalues()[0]
    assert f"{float(f'{first.real:.3f}'):g} ± {float(f'{first.imag:.3f}'):g}i" in words
    largest = abs(lab.game.multipliers(0.2, lab.values["order"] == ORDERS[1])).max()
    assert f"multiplies the distance by {float(f'{largest:.3f}'):g}." in words


def test_where_there_are_no_eigenvalues_the_page_says_so(page, tmp_path):
    opened(page, tmp_path, **CASES["gradient penalty"])
    assert "There are no eigenvalues" in page.inner_text(".gan-summary")


def test_play_pause_and_restart_by_keyboard(page, tmp_path):
    opened(page, tmp_path, penalty="R1")
    page.focus("[data-do=play]")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => Number(document.querySelector('{CANVAS}').dataset.step) > 30")
    page.keyboard.press("Enter")
    step = page.get_attribute(CANVAS, "data-step")
    page.wait_for_timeout(200)
    assert page.get_attribute(CANVAS, "data-step") == step
    page.focus("[data-do=restart]")
    page.keyboard.press("Enter")
    assert at(page) == [START["theta"], START["psi"]] and page.get_attribute(CANVAS, "data-step") == "0"


def test_a_click_and_a_key_choose_where_it_starts(page, tmp_path):
    opened(page, tmp_path)
    axes, box = json.loads(page.get_attribute(CANVAS, "data-axes"))["field"], page.query_selector(CANVAS).bounding_box()
    left, top, w, h = axes["box"]
    page.mouse.click(box["x"] + left + 0.25 * w, box["y"] + top + 0.25 * h)
    assert at(page) == pytest.approx([-1.25, 1.25], abs=0.06)
    stepped(page, 3)
    page.focus("[data-set=theta]")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute(CANVAS, "data-step") == "0" and at(page)[0] == pytest.approx(-1.1, abs=0.11)


def test_a_walk_that_leaves_all_numbers_stops(page, tmp_path):
    opened(page, tmp_path, penalty="R1", weight=3.0, step=1.0)
    page.click("[data-do=play]")
    page.wait_for_function("() => document.querySelector('.gan-summary').textContent.includes('left all numbers')")
    assert "Play" in page.inner_text("[data-do=play]")


def test_it_fits_a_phone_and_a_laptop(page, tmp_path):
    opened(page, tmp_path, penalty="R1")
    assert page.evaluate("() => document.querySelector('.gan-stage').getBoundingClientRect().bottom") < 700
    resize(page, 390, 800)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / "dirac-phone.png")


def test_page_and_python_follow_each_other(jupyterlab, chromium):
    cells = "import gan_lessons as gl\n\nlab = gl.labs.DiracLab()\nlab", "lab.values = {**lab.values, 'penalty': 'R1'}"
    with jupyterlab("subshells").lab(chromium, "dirac", *cells) as page:
        run_all(page)
        page.wait_for_selector(CANVAS)
        page.wait_for_function("() => document.querySelector('[data-set=penalty]').selectedOptions[0].text === 'R1'")
        page.focus("[data-set=weight]")
        page.keyboard.press("Home")
        asked = """async () => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          const asked = kernel.requestExecute({code: '', user_expressions: {it: 'lab.values["weight"]'}});
          return (await asked.done).content.user_expressions.it.data['text/plain'] }"""
        for _ in range(50):
            if page.evaluate(asked) == "0.0":
                break
            page.wait_for_timeout(100)
        assert page.evaluate(asked) == "0.0"
        page.screenshot(path=SHOTS / "dirac-jupyterlab.png")
