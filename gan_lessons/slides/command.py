"""`python -m gan_lessons slides DIR [NN ...]`: the notebooks as slides, each run first in a kernel of its own."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from gan_lessons._core.files import write_new
from gan_lessons._core.notebook_run import run
from gan_lessons.tools.fresh_notebooks import in_checkout

ROOT = Path(__file__).resolve().parents[2]


def make(folder: Path, numbers: Sequence[str] = (), root: Path = ROOT) -> list[Path]:
    """Writes a page of slides for each notebook, and returns the pages.

    numbers: of notebooks ("02"); none means all. root: of a checkout of the course. Raises ValueError, with a sentence
    that says what to do, for a notebook that is not there and for a page that is there already."""
    from gan_lessons.slides.from_notebook import deck, notes, together
    from gan_lessons.slides.page import slides_page

    chosen = _chosen(root, numbers)
    pages = [folder / f"{notebook.stem}.html" for notebook in chosen]
    for page in pages:
        if page.exists():
            raise ValueError(f"{page} is there already, and is left as it is. Rename it, or choose another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for notebook, page in zip(chosen, pages, strict=True):
        guide = (root / "workshop" / f"{notebook.stem}.md").read_text(encoding="utf-8")
        text = slides_page(deck(executed(notebook), together(guide)), notes(guide))
        write_new(page, text.encode())
        print(page, flush=True)
    return pages


def executed(notebook: Path) -> dict:
    """A notebook with its outputs, run in an empty folder, so that nobody's answers are in them.

    Raises ValueError as `notebook_run.run` does."""
    import nbformat

    content = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory() as empty:
        run(content, notebook, empty)
    return content


def _chosen(root: Path, numbers: Sequence[str]) -> list[Path]:
    there = {file.name[:2]: file for file in in_checkout(root)}
    if not there:
        raise ValueError(f"There are no notebooks in {root / 'notebooks'}: call this in a checkout of the course.")
    for number in numbers:
        if number not in there:
            raise ValueError(f"There is no notebook {number}. These are there: {', '.join(there)}.")
    return [there[number] for number in dict.fromkeys(numbers or there)]


def main(arguments: list[str]) -> int:
    """Writes the slides; 2 with one sentence where that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m gan_lessons slides", description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="DIR", type=Path, help="for the pages; it is made if need be")
    parser.add_argument("numbers", metavar="NN", nargs="*", default=(), help="notebooks, such as 02; without one all")
    asked = parser.parse_args(arguments)
    for name in ("nbconvert", "latex2mathml"):
        if find_spec(name) is None:
            install = 'python -m pip install -e ".[lab,instructor]"'
            print(f"Slides need the package {name}. Install it with: {install}", file=sys.stderr)
            return 2
    try:
        make(asked.folder, asked.numbers)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        place, why = error.filename or asked.folder, error.strerror or error
        print(f"{place} cannot be used ({why}). Give another folder.", file=sys.stderr)
        return 2
    return 0
