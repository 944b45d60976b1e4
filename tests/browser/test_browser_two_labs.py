"""Two labs in one notebook, in a real JupyterLab: they leave each other alone, and rest while nobody sees them."""

import pytest

from benchmarks.browser import run_all

ONE = "from gan_lessons.recipes import toys as recipes\nfrom gan_lessons.labs.lab import Lab\n"
ONE += "from gan_lessons.labs.playground import Playground\n\none = Lab(recipes.steady, runs=4, name='one')\none"
OTHER = "other = Playground(name='other')\nother"
SPACE = "from IPython.display import HTML\n\nHTML('<div style=\"height: 2500px\">far</div>')"
# Until the browser has told the labs which of them are in sight: an observer that begins now is told after theirs.
SEEN = """(i) => new Promise((done, fail) => {
  setTimeout(fail, 60000, Error('it does not come in sight'));
  new IntersectionObserver((entries) => entries.at(-1).isIntersecting && done())
    .observe(document.querySelectorAll('.gan-stage .gan-picture')[i]) })"""
ASK = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const reply = await kernel.requestExecute({code, user_expressions: {it: 'str(it)'}, store_history: false}).done;
  return reply.content.user_expressions.it.data['text/plain'] }"""


@pytest.fixture(scope="module")
def page(jupyterlab, chromium):
    with jupyterlab().lab(chromium, "two-labs", ONE, SPACE, OTHER) as page:
        run_all(page)
        page.wait_for_function("() => document.querySelectorAll('.gan-stage canvas[data-step]').length === 2")
        yield page


def step(page, i):
    return page.evaluate("(i) => Number(document.querySelectorAll('.gan-stage canvas')[i].dataset.step)", i)


def see(page, i):
    page.evaluate("(i) => document.querySelectorAll('.gan-stage')[i].scrollIntoView()", i)
    page.evaluate(SEEN, i)


def press(page, i, name):
    page.evaluate(f"(i) => document.querySelectorAll('.gan-stage')[i].querySelector('[data-do={name}]').click()", i)


def plays(page, i):
    """Waits until a lab goes on."""
    before = step(page, i)
    page.wait_for_function(
        "([i, step]) => Number(document.querySelectorAll('.gan-stage canvas')[i].dataset.step) > step", arg=[i, before]
    )


def rests(look, page):
    """Waits until what is looked at stays as it is for more than a second: frames that are on their way may come."""
    seen = [look()]
    for _ in range(40):
        page.wait_for_timeout(1200)
        seen.append(look())
        if seen[-1] == seen[-2]:
            return
    raise AssertionError(f"it does not rest: {seen}")


def test_each_plays_by_itself_and_rests_out_of_sight(page):
    see(page, 0)
    press(page, 0, "play")
    plays(page, 0)
    assert step(page, 1) == 0
    see(page, 1)
    rests(lambda: step(page, 0), page)  # it is scrolled out of sight
    press(page, 1, "play")
    plays(page, 1)
    rests(lambda: step(page, 0), page)
    see(page, 0)
    plays(page, 0)  # seen again, it goes on by itself
    rests(lambda: step(page, 1), page)
    press(page, 0, "play")
    rests(lambda: step(page, 0), page)
    press(page, 1, "play")


def test_the_kernel_rests_too(page):
    see(page, 0)
    press(page, 0, "play")
    plays(page, 0)
    see(page, 1)
    rests(lambda: page.evaluate(ASK, "it = one.trainer.steps"), page)
    see(page, 0)
    press(page, 0, "play")


def test_a_kernel_that_is_busy_is_said_until_it_answers(page):
    """Here the kernel's thread of widget messages itself is held up; then a click has to wait. An answer to what the
    page asked before does not count for it."""
    see(page, 0)
    hold = "import threading\nfree = threading.Event()\ndef hold():\n    with one.lock:\n        free.wait(120)\n"
    hold += "held = threading.Thread(target=hold)\nheld.start()\n"
    hold += "threading.Timer(2, one.send, [{'type': 'rested'}]).start()\nit = held.is_alive()"
    assert page.evaluate(ASK, hold) == "'True'"
    press(page, 0, "both")
    said = "(busy) => document.querySelector('.gan-note').textContent.includes('has not answered') === busy"
    page.wait_for_function(said, arg=True)
    page.evaluate(ASK, "free.set()\nit = True")
    page.wait_for_function(said, arg=False)


def test_a_closed_lab_leaves_the_page_and_the_memory_and_the_other_stays(page):
    code = "import gc, weakref\ngone = weakref.ref(one.trainer)\none.close()\ngc.collect()\nit = gone() is None"
    assert page.evaluate(ASK, code) == "'True'"
    page.wait_for_function("() => document.querySelectorAll('.gan-stage').length === 1")
    see(page, 0)
    press(page, 0, "play")
    plays(page, 0)
    press(page, 0, "play")
