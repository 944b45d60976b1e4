"""Two labs in one notebook, in a real JupyterLab: they leave each other alone, and rest while nobody sees them."""

import pytest
from test_browser import SIZE

from benchmarks.browser import open_notebook, run_all
from benchmarks.labs import write_notebook

ONE = "from gan_lessons import recipes\nfrom gan_lessons.labs.player import Player\n"
ONE += "from gan_lessons.labs.playground import Playground\n\none = Player(recipes.steady, runs=4, name='one')\none"
OTHER = "other = Playground(name='other')\nother"
SPACE = "from IPython.display import HTML\n\nHTML('<div style=\"height: 2500px\">far</div>')"
ASK = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const reply = await kernel.requestExecute({code, user_expressions: {it: 'str(it)'}, store_history: false}).done;
  return reply.content.user_expressions.it.data['text/plain'] }"""


@pytest.fixture(scope="module")
def page(jupyterlab, chromium, tmp_path_factory):
    root = tmp_path_factory.mktemp("two")
    write_notebook(root / "lab.ipynb", ONE, SPACE, OTHER)
    page = chromium.new_page(viewport=SIZE)
    page.set_default_timeout(30_000)
    open_notebook(page, jupyterlab(root), "lab.ipynb")
    run_all(page)
    page.wait_for_function("() => document.querySelectorAll('.gan-stage canvas[data-step]').length === 2")
    yield page
    page.close()


def step(page, i):
    return page.evaluate("(i) => Number(document.querySelectorAll('.gan-stage canvas')[i].dataset.step)", i)


def see(page, i):
    page.evaluate("(i) => document.querySelectorAll('.gan-stage')[i].scrollIntoView()", i)
    page.wait_for_timeout(700)


def press(page, i, name):
    page.evaluate(f"(i) => document.querySelectorAll('.gan-stage')[i].querySelector('[data-do={name}]').click()", i)


def plays(page, i):
    before = step(page, i)
    page.wait_for_timeout(1200)
    return step(page, i) > before


def test_each_plays_by_itself_and_rests_out_of_sight(page):
    see(page, 0)
    press(page, 0, "play")
    assert plays(page, 0) and step(page, 1) == 0
    see(page, 1)
    assert not plays(page, 0)  # it is scrolled out of sight
    press(page, 1, "play")
    assert plays(page, 1) and not plays(page, 0)
    see(page, 0)
    assert plays(page, 0) and not plays(page, 1)  # seen again, it goes on by itself
    press(page, 0, "play")
    page.wait_for_timeout(500)
    assert not plays(page, 0)
    press(page, 1, "play")


def test_the_kernel_rests_too(page):
    see(page, 0)
    press(page, 0, "play")
    page.wait_for_timeout(1000)
    see(page, 1)
    page.wait_for_timeout(500)
    trained = [page.evaluate(ASK, "it = one.trainer.steps") for _ in range(2) if page.wait_for_timeout(800) is None]
    assert trained[0] == trained[1]
    see(page, 0)
    press(page, 0, "play")


def test_a_kernel_that_is_busy_is_said_until_it_answers(page):
    """Here the kernel's thread of widget messages itself is held up; then a click has to wait."""
    see(page, 0)
    hold = "import threading, time\ndef hold():\n    with one.lock:\n        time.sleep(12)\n"
    hold += "held = threading.Thread(target=hold)\nheld.start()\nit = held.is_alive()"
    assert page.evaluate(ASK, hold) == "'True'"
    press(page, 0, "both")
    said = "(busy) => document.querySelector('.gan-note').textContent.includes('has not answered') === busy"
    page.wait_for_function(said, arg=True)
    page.wait_for_function(said, arg=False)


def test_a_closed_lab_leaves_the_page_and_the_memory_and_the_other_stays(page):
    code = "import gc, weakref\ngone = weakref.ref(one.trainer)\none.close()\ngc.collect()\nit = gone() is None"
    assert page.evaluate(ASK, code) == "'True'"
    page.wait_for_function("() => document.querySelectorAll('.gan-stage').length === 1")
    see(page, 0)
    press(page, 0, "play")
    assert plays(page, 0)
    press(page, 0, "play")
