"""What all tests share: one Chromium at a time, and one JupyterLab for each mode, both started when first asked for."""

import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from helpers.jupyter import MODES, Server

from benchmarks import browser

BROWSER = Path(__file__).parent / "browser"
_driven = ExitStack()  # Playwright and the Chromium that it drives; it holds `_chromium`'s
_chromium = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Ends Playwright before a test that is not the browser's: while it runs, no other test here may use asyncio."""
    done = yield
    if _chromium and (nextitem is None or BROWSER not in nextitem.path.parents):
        _chromium.clear()
        _driven.close()
    return done


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium, driven by Playwright; without one a test is skipped, but fails where CI=true."""
    found = browser.chromium()
    if not found:
        reason = "no Chromium on this machine: install the package `chromium` to run the browser tests"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    from playwright.sync_api import sync_playwright

    if not _chromium:
        playwright = _driven.enter_context(sync_playwright())
        driven = playwright.chromium.launch(executable_path=found, args=list(browser.CHROMIUM))
        _driven.callback(driven.close)
        _chromium.append(driven)
    return _chromium[0]


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """A function that gives the JupyterLab of a mode, "subshells" or "main-thread": one server for all who ask."""
    with ExitStack() as stack:

        @cache
        def server(mode="subshells"):
            root = tmp_path_factory.mktemp(mode)
            return Server(stack.enter_context(browser.jupyterlab(root, MODES[mode])), root, mode)

        yield server
