"""A notebook as one page of HTML for those who have no kernel and no network: films and pictures of labs."""

import base64
import html
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from gan_lessons._core.notebook_run import run
from gan_lessons._core.pages_folder import VARIABLE
from gan_lessons._core.refusals import refuse
from gan_lessons.labs.dirac import DiracLab
from gan_lessons.labs.dirac import page_of as page_of_dirac
from gan_lessons.labs.scenes.dirac import SCENE
from gan_lessons.labs.scrubber import page_of
from gan_lessons.labs.stage.html_page import save_page
from gan_lessons.labs.without_kernel import filled, framed, inside

VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
GONE = "A widget was here. Open the notebook and run its cell to use it."
PRINT = "<style>@media print { pre { white-space: pre-wrap !important; overflow-wrap: anywhere } }</style>"


def export(notebook: str | os.PathLike, path: str | os.PathLike | None = None) -> Path:
    """Writes a notebook as a page, beside it or as path, and returns where; an old page of this name makes way for it.

    What was saved in the notebook is shown: of each lab the picture and the sentence that it left, and each scrubber
    as it was live, where the notebook was saved with its widgets' state. A notebook without outputs is run first, in a
    kernel of its own, and its file stays as it is: of each lab there is a film then. Formulas alone ask for a network.
    Raises ValueError for a file that is no notebook, and as `notebook_run.run` does where it cannot be run."""
    import nbformat
    from nbconvert import HTMLExporter

    notebook = Path(notebook)
    if notebook.suffix != ".ipynb" or not notebook.is_file():
        refuse("notebook", str(notebook), "a file that is there, with a name that ends in .ipynb")
    try:
        content = nbformat.read(notebook, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError):  # what nbformat raises for other JSON, too
        refuse("notebook", str(notebook), "a notebook, which is JSON")
    cells = [cell for cell in content.cells if cell.cell_type == "code"]
    if not any(cell.outputs for cell in cells):
        _run(content, notebook, cells)
    states = content.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    for cell in cells:
        cell.outputs = list(_lasting(cell.outputs, states))
    content.metadata.pop("widgets", None)
    text, _ = HTMLExporter(embed_images=True, require_js_url="", jquery_url="").from_notebook_node(content)
    path = notebook.with_suffix(".html") if path is None else Path(path)
    save_page(path, text.replace("</head>", f"{PRINT}</head>", 1))
    return path


def main(arguments: list[str]) -> int:
    """`python -m gan_lessons export NOTEBOOK ...`; 2 with one sentence where that cannot be."""
    if not arguments:
        print("usage: python -m gan_lessons export NOTEBOOK ...", file=sys.stderr)
        return 2
    try:
        for notebook in arguments:
            print(export(notebook))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{notebook} was not exported: {error.strerror or error}.", file=sys.stderr)
        return 2
    return 0


def _run(content, notebook: Path, cells: Sequence) -> None:
    """Runs a notebook so that its labs are pages, and puts these into the outputs."""
    with TemporaryDirectory() as pages:
        run(content, notebook, notebook.parent, {VARIABLE: pages})
        for data in (output.data for cell in cells for output in cell.outputs if "data" in output):
            if "text/html" in data:
                data["text/html"] = filled(data["text/html"], Path(pages))


def _lasting(outputs: Sequence, states: Mapping) -> Iterator:
    """The outputs that a page without a kernel can show."""
    for output, following in pairwise([*outputs, {}]):
        view = output.get("data", {}).get(VIEW)
        if view is None:
            yield _html(_picture(output.data)) if _left(output) else output
        elif not _left(following):
            yield _html(_living(states.get(view["model_id"], {})) or f"<p><em>{GONE}</em></p>")


def _html(text: str):
    from nbformat.v4 import new_output

    return new_output("display_data", {"text/html": text})


def _left(output: Mapping) -> bool:
    """Whether it is the picture that a lab left."""
    return output.get("metadata", {}).get("needs_background") == "light" and "image/png" in output.get("data", {})


def _picture(data: Mapping) -> str:
    words = html.escape(data["text/plain"])
    return f'<img alt="{words}" src="data:image/png;base64,{data["image/png"]}">'


def _living(saved: Mapping) -> str:
    """What needs no kernel as a page in the page: a scrubber, and the lab of the Dirac-GAN; "" for what is neither."""
    buffers = {buffer["path"][0]: buffer["data"] for buffer in saved.get("buffers", ()) if len(buffer["path"]) == 1}
    state = saved.get("state", {})
    if state.get("_anywidget_id", "").endswith(f".{DiracLab.__name__}"):
        title, page = SCENE["title"], page_of_dirac(state["values"])
    elif "frames" in buffers and "spec" in state:
        title, page = state["spec"]["scene"]["title"], page_of(state["spec"], base64.b64decode(buffers["frames"]))
    else:
        return ""
    return framed(title, inside(page))
