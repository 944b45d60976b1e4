"""What stands in a page without a kernel where a notebook has a widget: HTML that works by itself.

Who makes such a page sets `GAN_LESSONS_PAGES` to a folder before the notebook is run. Films and other pages of labs are
written into it, and the notebook's page shows them from `../films/`."""

import hashlib
import html
import re
import sys
from pathlib import Path

from gan_lessons._core.pages_folder import folder

PLACE = "../films/"
HEIGHT = 640  # pixels, until the page says how high it is
BARS = "TqdmHBox"  # of tqdm: of no use when the work is done
_AROUND = Path(__file__).parent / "stage" / "around.js"


def take_over() -> None:
    """From now on each widget that a cell shows is shown as a page without a kernel can show it."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if folder() and shell:
        formatter = shell.display_formatter.ipython_display_formatter
        formatter.for_type_by_name("ipywidgets.widgets.widget", "Widget", show)


def show(widget) -> None:
    """Shows a widget: a lab by its method `without_kernel`, which gives a page and the same in words; `interact` by
    what it shows along its sliders; and others by a sentence."""
    if type(widget).__name__ == BARS:
        return
    if getattr(widget, "closed", False):
        return show_html(f"<p>{html.escape(repr(widget))}</p>", repr(widget))
    if hasattr(widget, "without_kernel"):
        return _show_page(*widget.without_kernel())
    from gan_lessons.labs import plain_widgets

    if hasattr(widget, "kwargs_widgets"):
        return _show_page(*plain_widgets.interactive_page(widget))
    words = plain_widgets.described(widget)
    return show_html(f"<p><em>{html.escape(words)}</em></p>", words)


def show_html(text: str, words: str) -> None:
    """Shows HTML in a cell's output. words: the same as plain text."""
    from IPython.display import display

    display({"text/html": text, "text/plain": words}, raw=True)


def _show_page(page: str, words: str) -> None:
    title = html.unescape(re.search("<title>(.*?)</title>", page, re.DOTALL)[1])
    said = f"<details><summary>In words</summary><p>{html.escape(words)}</p></details>"
    show_html(framed(title, f'loading="lazy" src="{PLACE}{written(page, title)}"') + said, f"{title}. {words}")


def framed(title: str, source: str) -> str:
    """A page in a page. source: the attribute that says where it is, or what."""
    style = f"width: 100%; height: {HEIGHT}px; border: 0"
    frame = f'<iframe class="gan-page" title="{html.escape(title)}" style="{style}" {source}></iframe>'
    return f"{frame}\n<script>\n{_AROUND.read_text('utf-8')}</script>\n"


def filled(text: str, pages: Path) -> str:
    """HTML that holds the pages which it shows, so that it needs no other file. pages: the folder with them."""
    there = re.compile(f'loading="lazy" src="{re.escape(PLACE)}([a-z0-9-]+[.]html)"')
    return there.sub(lambda found: inside((pages / found[1]).read_text("utf-8")), text)


def inside(page: str) -> str:
    """The attribute of a frame that holds a page."""
    return f'srcdoc="{html.escape(page)}"'


def written(page: str, title: str) -> str:
    """Writes a page into the folder, and returns its file's name, which depends on nothing but title and page."""
    words = re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-")
    file = f"{words or 'lab'}-{hashlib.sha256(page.encode()).hexdigest()[:8]}.html"
    (folder() / file).write_text(page, "utf-8")
    return file
