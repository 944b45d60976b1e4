"""What is done and measured in the page of a lab: play, pause, questions to the kernel, frames, answers, memory.

All times are taken inside the page, up to the moment when the canvas has been drawn; the screen shows it with the
next display tick. Each drawn frame says on the canvas how many were drawn, of which step and of which epoch (a person's
doing raises the epoch).
"""

import json
import time

TICKS = """async (seconds) => {
  const start = performance.now(); let n = 0;
  await new Promise((done) => {
    const tick = () => { n += 1; performance.now() - start < 1000 * seconds ? requestAnimationFrame(tick) : done(); };
    requestAnimationFrame(tick);
  });
  return 1000 * n / (performance.now() - start); }"""

DRAWN = """async (seconds) => {
  const canvas = document.querySelector('.gan-stage canvas');
  const start = performance.now(), before = Number(canvas.dataset.drawn);
  await new Promise((done) => setTimeout(done, 1000 * seconds));
  return 1000 * (Number(canvas.dataset.drawn) - before) / (performance.now() - start); }"""

# Pictures a second in an ipywidgets.Image while the kernel runs some code: those that are there at a display tick.
SHOWN = """async ([code, seconds]) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const image = document.querySelector('img.widget-image'), running = kernel.requestExecute({ code });
  await new Promise((done) => setTimeout(done, 1000));
  const start = performance.now(); let n = 0, last = image.src;
  await new Promise((done) => {
    const tick = () => {
      if (image.complete && image.src !== last) { n += 1; last = image.src; }
      performance.now() - start < 1000 * seconds ? requestAnimationFrame(tick) : done(); };
    requestAnimationFrame(tick);
  });
  const rate = 1000 * n / (performance.now() - start), reply = await running.done;
  if (reply.content.status !== 'ok') throw new Error(reply.content.evalue);
  return rate; }"""

# Waits for an event of a person, and then for the draw that differs in canvas.dataset[key]: the milliseconds between.
WATCH = """([selector, event, key]) => {
  const canvas = document.querySelector('.gan-stage canvas'), node = document.querySelector(selector);
  window.ganTime = new Promise((done, never) => {
    setTimeout(() => never(new Error(`nothing was drawn within 20 seconds of ${event}`)), 20000);
    node.addEventListener(event, (happened) => {
      const before = canvas.dataset[key];
      const eye = new MutationObserver(() => {
        if (canvas.dataset[key] === before) return;
        eye.disconnect(); done(performance.now() - happened.timeStamp);
      });
      eye.observe(canvas, { attributes: true });
    }, { once: true, capture: true });
  });
}"""

ASK = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const asked = kernel.requestExecute({ code: '', user_expressions: { it: code }, store_history: false });
  const { status, data, evalue } = (await asked.done).content.user_expressions.it;
  if (status !== 'ok') throw new Error(evalue);
  return data['text/plain']; }"""

RESIDENT = "[__import__('gc').collect(), __import__('psutil').Process().memory_info().rss][1]"


def play(page) -> None:
    page.click("[data-do=play]:has-text('Play')")


def play_on(page) -> None:
    """Plays, and waits for a frame that trained further: what was said to the kernel before has been answered then."""
    step = page.get_attribute(".gan-stage canvas", "data-step")
    play(page)
    page.wait_for_function("(step) => document.querySelector('.gan-stage canvas').dataset.step !== step", arg=step)


def pause(page) -> None:
    """Pauses, and waits until frames stop."""
    page.click("[data-do=play]:has-text('Pause')")
    before, deadline = None, time.monotonic() + 20
    while before != (before := page.get_attribute(".gan-stage canvas", "data-drawn")) and time.monotonic() < deadline:
        page.wait_for_timeout(300)


def time_of(page, selector: str, event: str, key: str, action) -> float:
    """Milliseconds from an event of a person, which `action` causes, to the draw that shows a new `key`."""
    page.evaluate(WATCH, [selector, event, key])
    action()
    return page.evaluate("window.ganTime")


def ask(page, expression: str) -> float:
    """The value of a Python expression in the kernel, a number."""
    return json.loads(page.evaluate(ASK, expression))


def memory(page) -> float:
    """MB that kernel and page hold, after both have collected their garbage."""
    resident = ask(page, RESIDENT)
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    heap = tools.send("Runtime.getHeapUsage")
    tools.detach()
    return (resident + heap["usedSize"] + heap["backingStorageSize"]) / 1e6  # frames lie in the backing storage
