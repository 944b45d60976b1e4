"""A lab in a page, for files that test one lab: each says its `NAME`, its cell (`CODE`), and its class (`KIND`)."""

from functools import partial

import pytest
from helpers.pages import SIZE

from benchmarks.labs import write_notebook


@pytest.fixture(scope="module", params=["subshells"])
def opened(request, jupyterlab, chromium):
    """A page with a small notebook, in JupyterLab's usual mode; a test may ask for both (`helpers.jupyter`)."""
    module, server = request.module, jupyterlab(request.param)
    folder = server.folder(module.NAME)
    write_notebook(folder / "lab.ipynb", module.CODE)
    make, how = partial(module.KIND, name=module.NAME, mode=server.mode), getattr(module, "PAGE", {"viewport": SIZE})
    with server.page(chromium, folder, lab=make, **how) as found:
        found.server, found.folder = server, folder
        yield found


@pytest.fixture
def lab(opened):
    """The lab, begun afresh by running its cell again. Afterwards no error may stand in the console."""
    opened.errors.clear()
    yield opened.fresh()
    opened.end()
