"""A page in the system's Firefox, driven over WebDriver BiDi, which Firefox speaks by itself.

Playwright drives only a build of its own. Here are those of its page's verbs that the tests of places use.
"""

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import websocket

LISTENS = "WebDriver BiDi listening on "
KEYS = {"ArrowRight": "\ue014", "ArrowLeft": "\ue012", "Home": "\ue011", "End": "\ue010", "Enter": "\ue007"}
FOUND = """(selector) => { const node = document.querySelector(selector);
  if (!node) return null;
  node.scrollIntoView({ block: 'center' });
  const { left, top, width, height } = node.getBoundingClientRect(), x = left + width / 2, y = top + height / 2;
  const over = document.elementFromPoint(x, y);
  return over && (node.contains(over) || over.contains(node)) ? [Math.round(x), Math.round(y)] : null }"""


def firefox():
    """Where the system's Firefox is, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@contextmanager
def page(path, size):
    """A page of a Firefox of its own. path: of its program; size: {width, height}."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        log = open(Path(profile, "log"), "w+")  # noqa: SIM115
        command = [path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            address = _address(process, Path(log.name))  # it refuses whoever names an origin
            with closing(websocket.create_connection(address, timeout=120, suppress_origin=True)) as socket:
                yield Page(socket, size)
        finally:
            process.terminate()
            process.wait(30)
            log.close()


def _address(process, log, seconds=60):
    for _ in range(seconds * 10):
        found = [line for line in log.read_text().splitlines() if line.startswith(LISTENS)]
        if found:
            return found[0].removeprefix(LISTENS) + "/session"
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"Firefox did not listen: {log.read_text()}")


class Page:
    """The verbs of Playwright's page that tests use, with its names and meanings."""

    def __init__(self, socket, size):
        self._socket, self._numbers, self.keyboard, self._hear = socket, itertools.count(1), self, print
        self.version = self._send("session.new", capabilities={})["capabilities"]["browserVersion"]
        self._send("session.subscribe", events=["log.entryAdded"])
        self._at = {"context": self._send("browsingContext.create", type="tab")["context"]}  # the first never has focus
        self._send("browsingContext.setViewport", viewport=dict(size), **self._at)

    def _send(self, method, **params):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self._hear(message["params"]["text"])
            if message.get("id") == number:
                assert message["type"] == "success", (method, message)
                return message["result"]

    def goto(self, address):
        self._send("browsingContext.navigate", url=address, wait="complete", **self._at)

    def evaluate(self, function, value=None):
        """What a function of JavaScript gives for a value, both as JSON."""
        code = f"async (value) => JSON.stringify(await ({function})(JSON.parse(value)) ?? null)"
        given = [{"type": "string", "value": json.dumps(value)}]
        call = {"functionDeclaration": code, "arguments": given, "awaitPromise": True, "target": self._at}
        found = self._send("script.callFunction", userActivation=True, **call)
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        return json.loads(found["result"]["value"])

    def wait_for_function(self, function, arg=None, timeout=60_000):
        for _ in range(timeout // 100):
            found = self.evaluate(function, arg)
            if found:
                return found
            self.wait_for_timeout(100)
        raise AssertionError(f"not within {timeout} ms: {function}")

    def wait_for_timeout(self, ms):
        time.sleep(ms / 1000)

    def on(self, event, hear):
        """hear(words): is told of errors of the page and of its console, as "pageerror"; no other event is known."""
        if event == "pageerror":
            self._hear = hear

    def inner_text(self, selector):
        return self.evaluate("(selector) => document.querySelector(selector).innerText", selector)

    def get_attribute(self, selector, name):
        return self.evaluate("([one, name]) => document.querySelector(one).getAttribute(name)", [selector, name])

    def focus(self, selector):
        self.evaluate("(selector) => document.querySelector(selector).focus()", selector)

    def click(self, selector):
        x, y = self.wait_for_function(FOUND, selector)
        moves = [{"type": "pointerMove", "x": x, "y": y}, {"type": "pointerDown", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "actions": [*moves, {"type": "pointerUp", "button": 0}]})

    def press(self, key):
        actions = [{"type": way, "value": KEYS.get(key, key)} for way in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": actions})

    def _act(self, source):
        self._send("input.performActions", actions=[source], **self._at)

    def screenshot(self, path):
        Path(path).write_bytes(base64.b64decode(self._send("browsingContext.captureScreenshot", **self._at)["data"]))
