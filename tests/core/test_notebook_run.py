"""What stops the run of a notebook is told in a sentence."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from gan_lessons._core import notebook_run

FILE = Path("lessons") / "07_one.ipynb"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            CellExecutionError("a traceback", "ValueError", "no such loss"),
            "A cell of {} failed (ValueError: no such loss)",
        ),
        (CellTimeoutError("Cell timed out"), "A cell of {} took more than 1200 seconds"),
        (DeadKernelError("Kernel died"), "The kernel of {} died, as it does where memory is short"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_stops_a_run_is_told_in_a_sentence(error, words, monkeypatch, tmp_path):
    def stopped(self, **more):
        raise error

    monkeypatch.setattr(NotebookClient, "execute", stopped)
    with pytest.raises(ValueError) as told:
        notebook_run.run(new_notebook(), FILE, tmp_path)
    assert str(told.value) == words.format(FILE) + ". Run it in JupyterLab, and mend it there."


def test_a_kernel_that_is_not_here_is_named(tmp_path):
    asks = {"kernelspec": {"name": "of-another-machine", "display_name": "Other", "language": "python"}}
    content = new_notebook(cells=[new_code_cell("1")], metadata=asks)
    with pytest.raises(ValueError, match=r"07_one\.ipynb asks for a kernel 'of-another-machine', which is not here"):
        notebook_run.run(content, FILE, tmp_path)


@pytest.mark.slow
def test_a_notebook_is_run_in_the_folder_with_its_variables(tmp_path):
    code = "import os\n\nprint(os.getcwd(), os.environ['ASKED'])"
    content = nbformat.from_dict(new_notebook(cells=[new_code_cell(code)]))
    notebook_run.run(content, FILE, tmp_path, {"ASKED": "for"})
    assert content.cells[0].outputs[0].text == f"{tmp_path.resolve()} for\n"
