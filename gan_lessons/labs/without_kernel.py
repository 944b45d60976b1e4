"""What stands in a page without a kernel where a notebook has a widget: HTML that works by itself.

Who makes such a page sets `GAN_LESSONS_PAGES` to a folder before the notebook is run. Films and other pages of labs are
written into it, and the notebook's page shows them from `../films/`."""

import hashlib
import html
import os
import re
from pathlib import Path

from gan_lessons._core.refusals import refuse

VARIABLE, PLACE = "GAN_LESSONS_PAGES", "../films/"
_AROUND = Path(__file__).parent / "stage" / "around.js"
HEIGHT = 640  # pixels, until the page says how high it is


def folder() -> Path | None:
    """Where the pages are written, or None where a kernel will be behind what is shown."""
    name = os.environ.get(VARIABLE)
    if name and not Path(name).is_dir():
        refuse(VARIABLE, name, "a folder that is there")
    return Path(name) if name else None


def show(lab) -> None:
    """Shows a lab's page. lab: has a `name`, and a method `without_kernel` that gives a page and the same in words."""
    page, words = lab.without_kernel()
    title = html.unescape(re.search("<title>(.*?)</title>", page, re.DOTALL)[1])
    show_html(_frame(written(page, lab.name), title, words), f"{title}. {words}")


def show_html(text: str, words: str) -> None:
    """Shows HTML in a cell's output. words: the same as plain text."""
    from IPython.display import display

    display({"text/html": text, "text/plain": words}, raw=True)


def written(text: str, name: str) -> str:
    """Writes a page into the folder, and returns its file's name, which depends on nothing but name and text."""
    word = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-") or "lab"
    file = f"{word}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.html"
    (folder() / file).write_text(text, "utf-8")
    return file


def _frame(file: str, title: str, words: str) -> str:
    about = f'title="{html.escape(title)}" style="width: 100%; height: {HEIGHT}px; border: 0"'
    frame = f'<iframe class="gan-page" loading="lazy" src="{PLACE}{file}" {about}></iframe>'
    script = _AROUND.read_text(encoding="utf-8")
    said = f"<details><summary>In words</summary><p>{html.escape(words)}</p></details>"
    return f"{frame}\n{said}\n<script>\n{script}</script>"
