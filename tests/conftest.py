"""What all tests share: one thread, and a JupyterLab in a browser for those that look at a page."""

import os
from contextlib import ExitStack

import pytest
import torch

from benchmarks import browser

torch.set_num_threads(1)  # operations this small lose more by waiting for a busy core than a second thread gives


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium, driven by Playwright; without one a test is skipped, but fails where CI=true.

    Closed after each module: while Playwright runs, no other test in this process may use asyncio."""
    found = browser.chromium()
    if not found:
        reason = "no Chromium on this machine: install the package `chromium` to run the browser tests"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        driven = playwright.chromium.launch(executable_path=found, args=list(browser.CHROMIUM))
        yield driven
        driven.close()


@pytest.fixture(scope="module")
def jupyterlab(chromium):
    """A function that starts a JupyterLab on a folder, as `benchmarks.browser.jupyterlab`; stopped after the module."""
    with ExitStack() as stack:
        yield lambda root, subshells=True: stack.enter_context(browser.jupyterlab(root, subshells))
