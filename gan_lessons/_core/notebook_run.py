"""A whole notebook run in a kernel of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

SECONDS = 1200  # that a cell may take


def run(content, notebook: Path, folder: str | os.PathLike, more: Mapping[str, str] | None = None) -> None:
    """Runs a notebook as nbformat has read it, and puts what its cells show into it.

    notebook: its file, for what is told. folder: that it runs in. more: environment variables. Raises ValueError, with
    a sentence that says what to do, for a cell that fails or takes too long, and for a kernel that dies or is not here.
    """
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(content, timeout=SECONDS, resources={"metadata": {"path": str(folder)}})
    try:
        client.execute(env=os.environ | (more or {}))
    except CellExecutionError as error:
        why = f"A cell of {notebook} failed ({error.ename}: {error.evalue})"
    except CellTimeoutError:
        why = f"A cell of {notebook} took more than {SECONDS} seconds"
    except DeadKernelError:
        why = f"The kernel of {notebook} died, as it does where memory is short"
    except NoSuchKernel as error:
        why = f"{notebook} asks for a kernel {error.name!r}, which is not here"
    else:
        return
    raise ValueError(f"{why}. Run it in JupyterLab, and mend it there.")
