"""What follows from other files: badges and Colab cell from the address in pyproject.toml, a table from the titles.

`python -m gan_lessons badges` rewrites README.md and the hub's README between their markers, the second and third cell
of every notebook, and the table of notebooks in 00; with `--check` it changes nothing and names the files that differ.
It works on a checkout of the course.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from gan_lessons.tools.fresh_notebooks import in_checkout

ROOT = Path(__file__).resolve().parents[2]
TAGS = ("badges", "colab-install")

COLAB_CELL = """\
# For Colab only, elsewhere this cell does nothing. Colab keeps its own torch and numpy (--no-deps).
import sys

if "google.colab" in sys.modules:
    %pip install -q --no-deps git+{address} torchmetrics lightning-utilities
    %pip install -q anywidget safetensors"""


def address(root: Path = ROOT) -> str:
    """The repository's public address. Raises ValueError if it is not of the form https://github.com/OWNER/NAME."""
    found = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", found) or found.endswith(".git"):
        raise ValueError(f"Repository must look like https://github.com/OWNER/NAME, not {found!r}")
    return found


def colab_badge(address: str, notebook: str) -> str:
    """The Markdown of the badge that opens notebooks/`notebook` in Colab."""
    target = address.replace("https://github.com", "https://colab.research.google.com/github")
    picture = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Open in Colab]({picture})]({target}/blob/main/notebooks/{notebook})"


def binder_badge(address: str, notebook: str) -> str:
    """The Markdown of the badge that opens notebooks/`notebook` on Binder, in JupyterLab."""
    target = address.replace("https://github.com", "https://mybinder.org/v2/gh")
    picture = "https://mybinder.org/badge_logo.svg"
    return f"[![Launch on Binder]({picture})]({target}/main?urlpath=lab/tree/notebooks/{notebook})"


def pull_link(address: str, notebook: str = "00_start_here.ipynb") -> str:
    """The link that brings the course's notebooks to a learner of a hub and opens one; HUB stands for its address.

    nbgitpuller makes a copy of the repository in the learner's home, and merges what is new into it later."""
    return f"https://HUB/hub/user-redirect/{_pull(address, notebook)}"


def binder_pull_link(address: str, notebook: str = "00_start_here.ipynb") -> str:
    """The same for Binder: it builds the environment of ENVIRONMENT, a tag or branch, and pulls today's notebooks."""
    target = address.replace("https://github.com", "https://mybinder.org/v2/gh")
    return f"{target}/ENVIRONMENT?{urlencode({'urlpath': _pull(address, notebook)})}"


def _pull(address: str, notebook: str) -> str:
    path = f"lab/tree/{address.rsplit('/', 1)[1]}/notebooks/{notebook}"
    return f"git-pull?{urlencode({'repo': address, 'branch': 'main', 'urlpath': path})}"


def hub_with_links(text: str, address: str) -> str:
    """The text of workshop/jupyterhub/README.md, renewed between its markers."""
    links = {"on your hub": pull_link(address), "on Binder": binder_pull_link(address)}
    where = "workshop/jupyterhub/README.md"
    table = "\n\n".join(f"{place}:\n\n```text\n{link}\n```" for place, link in links.items())
    return _between(_between(text, "links", table, where), "clone", _clone(address), where)


def _clone(address: str) -> str:
    return f"```bash\ngit clone {address}\ncd {address.rsplit('/', 1)[1]}\n```"


def readme_with_badges(text: str, address: str, notebooks: list[str]) -> str:
    """README's text, renewed between the markers `badges` and `clone`. Raises ValueError if a marker is missing."""
    rows = [f"| `{name}` | {colab_badge(address, name)} | {binder_badge(address, name)} |" for name in notebooks]
    table = ["| notebook | in Colab | on Binder |", "| --- | --- | --- |", *rows]
    text = _between(text, "badges", "\n".join(table))
    return _between(text, "clone", _clone(address))


def _between(text: str, marker: str, new: str, where: str = "README.md") -> str:
    start, end = f"<!-- {marker}: written by python -m gan_lessons badges -->", f"<!-- end of {marker} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"{where} must hold {start!r} and {end!r} once each")
    head, rest = text.split(start)
    return f"{head}{start}\n{new}\n{end}{rest.split(end)[1]}"


def title(notebook: dict, name: str) -> tuple[str, str]:
    """A notebook's number and name, and what it is about, from its first line: "# 01 · The toy: a whole GAN".

    Raises ValueError, naming the notebook, if that line has another form."""
    first = next(("".join(cell["source"]).partition("\n")[0] for cell in _own(notebook)), "")
    found = re.fullmatch(rf"# ({re.escape(name[:2])} · [^:]+): (.+)", first)
    if not found:
        form = f"# {name[:2]} · Name: what it is about"
        raise ValueError(f"{name} must begin with a title such as {form!r}, not {first!r}")
    return found[1], found[2]


def _own(notebook: dict) -> list[dict]:
    """The cells that this command does not write whole."""
    return [dict(cell) for cell in notebook["cells"] if not set(TAGS) & set(cell["metadata"].get("tags", ()))]


def contents(notebooks: dict[str, dict]) -> str:
    """The table of the notebooks that are there, by file name: each name a link, and what it is about."""
    titles = {name: title(notebook, name) for name, notebook in notebooks.items()}
    rows = [f"| [{of}]({name}) | {about} |" for name, (of, about) in titles.items()]
    return "\n".join(["| notebook | what it is about |", "| --- | --- |", *rows])


def notebook_with_badges(notebook: dict, address: str, name: str, table: str) -> dict:
    """A notebook in the house's order: its title, the badges, the folded install cell for Colab, and all the rest.

    A cell tagged `contents` gets the table of notebooks between its markers."""
    own = _own(notebook)
    badges = f"{colab_badge(address, name)} {binder_badge(address, name)}"
    shown = {"cell_type": "markdown", "source": badges}
    install = {"cell_type": "code", "source": COLAB_CELL.format(address=address)}
    install |= {"outputs": [], "execution_count": None}
    for cell, tag in zip((shown, install), TAGS, strict=True):
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"] = {"tags": [tag]}
        if (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5):  # cells have names from 4.5 on
            cell["id"] = tag
    install["metadata"]["jupyter"] = {"source_hidden": True}
    for cell in own:
        if "contents" in cell["metadata"].get("tags", ()):
            cell["source"] = _between("".join(cell["source"]), "contents", table, name).splitlines(keepends=True)
    return notebook | {"cells": [*own[:1], shown, install, *own[1:]]}


def written(notebook: dict) -> str:
    """A notebook's JSON as Jupyter itself writes it."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def renewed(root: Path = ROOT) -> Iterator[tuple[Path, str, str]]:
    """README.md and each notebook below `root`: its path, its text, and the text that it should have."""
    where = address(root)
    texts = {path: path.read_text(encoding="utf-8") for path in in_checkout(root)}
    readme = (root / "README.md").read_text(encoding="utf-8")
    yield root / "README.md", readme, readme_with_badges(readme, where, [path.name for path in texts])
    if (hub := root / "workshop" / "jupyterhub" / "README.md").exists():
        text = hub.read_text(encoding="utf-8")
        yield hub, text, hub_with_links(text, where)
    table = contents({path.name: json.loads(text) for path, text in texts.items()})
    for path, text in texts.items():
        new = notebook_with_badges(json.loads(text), where, path.name, table)
        yield path, text, written(new)


def main(arguments: list[str], root: Path = ROOT) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: python -m gan_lessons badges [--check]", file=sys.stderr)
        return 2
    stale = [(path, new) for path, old, new in renewed(root) if old != new]
    for path, new in stale:
        if not arguments:
            path.write_text(new, encoding="utf-8", newline="\n")
        print(f"{'differs' if arguments else 'rewritten'}: {path.relative_to(root)}")
    return 1 if arguments and stale else 0
