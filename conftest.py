"""Which marks a test gets from its folder, and which tests stay together in one process."""

from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parent
torch.set_num_threads(1)  # operations this small lose more by waiting for a busy core than a second thread gives


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Marks by folder. The browser's tests and the notebooks begin first, for they take longest."""
    for item in items:
        folder, *rest = item.path.relative_to(ROOT).parts
        if folder == "notebooks":
            item.add_marker("notebook")
        elif rest[:1] == ["browser"]:
            item.add_marker("browser")
    items.sort(key=lambda item: (not item.get_closest_marker("browser"), not item.get_closest_marker("notebook")))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """All browser tests go to one process, the rest goes file by file.

    Two browsers at once would leave each of them half a core. A notebook's cells stay in order, and a file's fixtures
    are made once. (xdist's own groups do nothing under pytest 9.2: they go into a field that it no longer reads.)"""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return "browser" if nodeid.startswith("tests/browser/") else nodeid.split("::", 1)[0]

    return ByFile(config, log)
