"""What all tests share: one thread, and a JupyterLab in a browser for those that look at a page."""

import os
from contextlib import ExitStack

import pytest
import torch

from benchmarks import browser

torch.set_num_threads(1)  # operations this small lose more by waiting for a busy core than a second thread gives


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium; without one a test is skipped, but fails where CI=true."""
    found = browser.chromium()
    if not found:
        reason = "no Chromium on this machine: install the package `chromium` to run the browser tests"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return found


@pytest.fixture(scope="module")
def jupyterlab(chromium):
    """A function that starts a JupyterLab on a folder, as `benchmarks.browser.jupyterlab`; stopped after the module."""
    with ExitStack() as stack:
        yield lambda root, subshells=True: stack.enter_context(browser.jupyterlab(root, subshells))


@pytest.fixture
def page(chromium):
    """A page of a fresh browser. What Playwright waits for it waits for at most 30 seconds."""
    with browser.page() as page:
        page.set_default_timeout(30_000)
        yield page
