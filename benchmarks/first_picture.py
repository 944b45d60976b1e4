"""From nothing to the first picture that moves: seconds from a fresh clone, and from a bundle without a network.

The wheels are there before, as pip's cache has them or as a stick brings them. The picture is that of the first lab of
notebook 00 in headless Chromium, after all of its cells were run; it has moved when Play has drawn a frame of a later
step. A row for each phase, and one for all of them, each against two minutes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import browser
from benchmarks.cut_off import cut_off, why_not
from benchmarks.labs_page import play
from benchmarks.measure import Row, less_is_better

ROOT = Path(__file__).parents[1]
LIMIT = 120.0  # seconds
FIRST = "00_start_here.ipynb"
# a lab out of sight does not train, and what stands above it may still grow
MOVED = """() => {
    const canvas = document.querySelector('.gan-stage canvas');
    canvas.scrollIntoView({block: 'center'});
    return Number(canvas.dataset.step) > 0;
}"""
Seconds = dict[str, float]


def rows(repeats: int | None = None) -> Iterator[Row]:
    """All rows. repeats: is not used, each way is gone once."""
    with tempfile.TemporaryDirectory() as folder:
        stick = Path(folder, "stick")
        _quietly([sys.executable, "-m", "gan_lessons", "bundle", str(stick)], ROOT)
        shutil.copytree(stick / "wheels", Path(folder, "cached"))
        more = [sys.executable, "-m", "pip", "download", "--quiet", "setuptools", "--dest", str(Path(folder, "cached"))]
        _quietly(more, ROOT)  # it builds what a clone installs
        for way in ("clone", "bundle"):
            yield from _rows(way, measured(way, Path(folder)))


def measured(way: str, folder: Path) -> Seconds:
    """The seconds of each phase of one way, in a process of its own; that of the bundle has no network."""
    command = [sys.executable, "-m", "benchmarks.first_picture", way, str(folder)]
    if way == "bundle":
        if fault := why_not():
            raise RuntimeError(f"the bundle cannot be measured without a network: {fault}")
        command = cut_off(command)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _rows(way: str, seconds: Seconds) -> Iterator[Row]:
    for phase, value in {**seconds, "all": sum(seconds.values())}.items():
        value = round(value, 1)
        yield Row(f"{way}_{phase}", value, "s", LIMIT, float(f"{less_is_better(max(value, 0.1), LIMIT):.3g}"), 1)


def from_clone(folder: Path) -> Seconds:
    """README's commands in a fresh clone, with pip told where the wheels are."""
    found, course = {}, folder / "course"
    python = course / ".venv" / "bin" / "python"
    with _timed(found, "clone"):
        _quietly(["git", "clone", "--quiet", str(ROOT), str(course)], folder)
    with _timed(found, "environment"):
        _quietly([sys.executable, "-m", "venv", ".venv"], course)
    with _timed(found, "install"):
        cached = ["--no-index", "--find-links", str(folder / "cached")]
        _quietly([str(python), "-m", "pip", "install", "--quiet", *cached, "-r", "requirements.txt"], course)
    return found | moving(course / "notebooks", python)


def from_bundle(folder: Path) -> Seconds:
    """The script on the stick, which also copies the notebooks and runs the check."""
    found, place = {}, folder / "learner"
    with _timed(found, "install"):
        _quietly(["sh", str(folder / "stick" / "install.sh"), str(place)], folder)
    return found | moving(place / "notebooks", place / "env" / "bin" / "python")


def moving(notebooks: Path, python: Path) -> Seconds:
    """Opens the first notebook with an environment's JupyterLab, runs it, and plays its lab."""
    found: Seconds = {}
    with ExitStack() as stack:
        with _timed(found, "jupyterlab"):
            address = stack.enter_context(browser.jupyterlab(notebooks, python=str(python)))
        page = stack.enter_context(browser.page())
        with _timed(found, "notebook"):
            browser.open_notebook(page, address, FIRST)
        with _timed(found, "picture"):
            browser.run_all(page, timeout=600)
            play(page)
            page.wait_for_function(MOVED, timeout=60_000)
    return found


@contextmanager
def _timed(found: Seconds, phase: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    found[phase] = time.perf_counter() - start


def _quietly(command: list[str], folder: Path) -> None:
    """Runs a command; what it says comes only if it fails. The installed course is used, and not the one around us."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stdout[-2000:]}")


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)  # of the kernels that are started from here
    way, place = sys.argv[1:]
    print(json.dumps({"clone": from_clone, "bundle": from_bundle}[way](Path(place))))
