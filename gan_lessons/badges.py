"""The badges and the Colab cell, written from the one public address in pyproject.toml.

`python -m gan_lessons.badges` rewrites README.md between its markers and the first two cells of every notebook;
with `--check` it changes nothing and names the files that differ. It works on a checkout of the course.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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


def readme_with_badges(text: str, address: str, notebooks: list[str]) -> str:
    """README's text, renewed between the markers `badges` and `clone`. Raises ValueError if a marker is missing."""
    rows = [f"| `{name}` | {colab_badge(address, name)} | {binder_badge(address, name)} |" for name in notebooks]
    table = ["| notebook | in Colab | on Binder |", "| --- | --- | --- |", *rows]
    text = _between(text, "badges", "\n".join(table))
    folder = address.rsplit("/", 1)[1]
    return _between(text, "clone", f"```bash\ngit clone {address}\ncd {folder}\n```")


def _between(text: str, marker: str, new: str) -> str:
    start, end = f"<!-- {marker}: written by python -m gan_lessons.badges -->", f"<!-- end of {marker} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"README.md must hold {start!r} and {end!r} once each")
    head, rest = text.split(start)
    return f"{head}{start}\n{new}\n{end}{rest.split(end)[1]}"


def notebook_with_badges(text: str, address: str, name: str) -> str:
    """A notebook's JSON, its first two cells renewed: the badges, and the install cell for Colab."""
    notebook = json.loads(text)
    rest = [cell for cell in notebook["cells"] if not set(TAGS) & set(cell["metadata"].get("tags", ()))]
    badges = f"{colab_badge(address, name)} {binder_badge(address, name)}"
    first = {"cell_type": "markdown", "source": badges}
    second = {"cell_type": "code", "source": COLAB_CELL.format(address=address), "outputs": [], "execution_count": None}
    for cell, tag in zip((first, second), TAGS, strict=True):
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"] = {"tags": [tag]}
        if (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5):  # cells have names from 4.5 on
            cell["id"] = tag
    notebook["cells"] = [first, second, *rest]
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"  # as Jupyter itself writes


def renewed(root: Path = ROOT) -> Iterator[tuple[Path, str, str]]:
    """README.md and each notebook below `root`: its path, its text, and the text that it should have."""
    where = address(root)
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    readme = (root / "README.md").read_text(encoding="utf-8")
    yield root / "README.md", readme, readme_with_badges(readme, where, [path.name for path in notebooks])
    for path in notebooks:
        text = path.read_text(encoding="utf-8")
        yield path, text, notebook_with_badges(text, where, path.name)


def main(arguments: list[str], root: Path = ROOT) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: python -m gan_lessons.badges [--check]", file=sys.stderr)
        return 2
    stale = [(path, new) for path, old, new in renewed(root) if old != new]
    for path, new in stale:
        if not arguments:
            path.write_text(new, encoding="utf-8", newline="\n")
        print(f"{'differs' if arguments else 'rewritten'}: {path.relative_to(root)}")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
