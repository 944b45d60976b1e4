"""Each notebook within one processor and 1 GB, as a small hub gives them: does it run, how much memory, how long.

A kernel with these limits, and with the environment of the hub's configurations, runs the whole notebook.
Kept in `docs/memory.jsonl`.
"""

import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from benchmarks.measure import Line
from benchmarks.room import TOLD, room
from gan_lessons.tools.fresh_notebooks import in_checkout

CPUS, MEMORY = 1, 2**30
TIMEOUT = 900  # seconds for a cell
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Row(Line):
    """One notebook. passed: whether all of its cells ran. end_mb, peak_mb: what the kernel's process holds after the
    last cell, and at most: resident, with all libraries, in MB of 10^6 bytes. own_mb: what of end_mb is no page of a
    file, for those, such as PyTorch's, are shared by all learners of a machine. seconds: with the kernel's start."""

    notebook: str
    passed: bool
    end_mb: int
    own_mb: int
    peak_mb: int
    seconds: int
    cpus: float = CPUS
    limit_mb: int = MEMORY // 10**6


def rows(repeats: int | None = None) -> Iterator[Row]:
    """A row for each notebook, in order. repeats: runs of each; the one with the highest peak counts (default: one)."""
    for path in in_checkout(ROOT):
        yield max((measured(path) for _ in range(repeats or 1)), key=lambda row: row.peak_mb)


def measured(path: Path, cpus: float = CPUS, memory: int = MEMORY) -> Row:
    """A notebook run in a kernel with so many processors and bytes. Raises RuntimeError as `room` does."""
    start, notebook = time.monotonic(), nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as home, room(f"notebook-{path.stem[:2]}", cpus, memory) as within:
        shutil.copytree(path.parent, Path(home, "notebooks"))  # answers are written beside the notebook
        _offer_kernel(Path(home), within, cpus)
        resources = {"metadata": {"path": f"{home}/notebooks"}}
        client = NotebookClient(notebook, timeout=TIMEOUT, kernel_name="limited", resources=resources)
        client.km = client.create_kernel_manager()
        client.km.kernel_spec_manager.kernel_dirs = [f"{home}/kernels"]
        with client.setup_kernel():
            held = _run(client)
    limit = memory // 10**6
    return Row(path.stem, bool(held), *(held or (limit, limit, limit)), round(time.monotonic() - start), cpus, limit)


def _offer_kernel(home: Path, within: list[str], cpus: float) -> None:
    start = [*within, sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    environment = TOLD | {"CPU_LIMIT": str(float(cpus)), "IPYTHONDIR": str(home)}
    spec = {"argv": start, "display_name": "limited", "language": "python", "env": environment}
    (home / "kernels" / "limited").mkdir(parents=True)
    (home / "kernels" / "limited" / "kernel.json").write_text(json.dumps(spec))


def _run(client: NotebookClient) -> tuple[int, int, int] | None:
    """Runs all cells: (resident, own, peak) in MB, or None if a cell failed or the kernel was killed."""
    try:
        for index, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, index)
    except (CellExecutionError, DeadKernelError) as error:
        print(str(error)[-2000:], file=sys.stderr)
        return None
    kernel = client.km.provisioner.pid
    said = Path(f"/proc/{kernel}/status").read_text()
    return tuple(
        round(1024 * int(re.search(rf"{what}:\s+(\d+) kB", said)[1]) / 1e6) for what in ("VmRSS", "RssAnon", "VmHWM")
    )
