"""A JupyterLab that many tests share: each opens its notebook in a folder of its own and leaves nothing behind."""

import json
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.browser import open_notebook
from benchmarks.labs import write_notebook
from helpers.pages import SIZE

# How widget messages come: on a thread of their own, even while a cell runs (JupyterLab's default), or after the cell.
MODES = {"subshells": True, "main-thread": False}
THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"

# For tests of what the two modes do differently: messages that come while a cell or a training runs, and their order.
# What is drawn, the pointer, themes, files and looking back are the page's alone, and run in one mode.
both_modes = pytest.mark.parametrize("opened", MODES, indirect=True, scope="module")


@dataclass(frozen=True)
class Server:
    """A JupyterLab on a folder. mode: one of `MODES`."""

    address: str
    root: Path
    mode: str

    def folder(self, name):
        """A new folder, named after what is tested in it."""
        made = self.root / f"{name}-{len(list(self.root.iterdir()))}"
        made.mkdir()
        return made

    @contextmanager
    def page(self, chromium, folder, file="lab.ipynb", lab=lambda page: page, **how):
        """A page with a notebook of a folder, as `lab` wraps it. Afterwards its kernel is gone, and the theme light."""
        page = chromium.new_page(**{"viewport": SIZE} | how)
        page.set_default_timeout(60_000)
        try:
            wrapped = lab(page)
            open_notebook(page, self.address, f"{folder.name}/{file}")
            yield wrapped
        finally:
            page.close()
            self.tidy(folder)

    @contextmanager
    def lab(self, chromium, name, *cells, **how):
        """A page with a new notebook of these cells."""
        folder = self.folder(name)
        write_notebook(folder / "lab.ipynb", *cells)
        with self.page(chromium, folder, **how) as found:
            yield found

    def tidy(self, folder):
        """Ends the kernels of a folder's notebooks, and sets the theme back."""
        for session in json.loads(self._ask("api/sessions")):
            if session["path"].startswith(f"{folder.name}/"):
                self._ask(f"api/sessions/{session['id']}", "DELETE")
        self._ask(THEMES, "PUT", b'{"raw": "{}"}')

    def _ask(self, path, method="GET", data=None):
        request = urllib.request.Request(
            f"{self.address}/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
