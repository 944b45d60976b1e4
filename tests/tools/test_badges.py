"""Every badge follows the one address in pyproject.toml, and every notebook opens in the same way."""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from gan_lessons.tools import badges

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EMPTY = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def source(cell):
    return "".join(cell["source"])


@pytest.fixture
def course(tmp_path):
    """A small course: README, pyproject, and one notebook with a single cell."""
    shutil.copy(ROOT / "README.md", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "workshop" / "jupyterhub").mkdir(parents=True)
    shutil.copy(ROOT / "workshop" / "jupyterhub" / "README.md", tmp_path / "workshop" / "jupyterhub")
    (tmp_path / "notebooks").mkdir()
    cell = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# 07 · σ: what it is\n", "text"]}
    (tmp_path / "notebooks" / "07_x.ipynb").write_text(json.dumps(EMPTY | {"cells": [cell]}), encoding="utf-8")
    return tmp_path


def test_badges_are_up_to_date():
    stale = [str(path.relative_to(ROOT)) for path, old, new in badges.renewed() if old != new]
    assert not stale, "run `python -m gan_lessons badges`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_title_first_then_badges_and_one_folded_install_cell(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert source(cells[0]).startswith("# ")
    opening = source(cells[1])
    assert re.findall(r"\[!\[(.*?)\]", opening) == ["Open in Colab", "Launch on Binder"]
    assert opening.count("colab.research.google.com/github") == opening.count("mybinder.org/v2") == 1
    assert opening.count(f"notebooks/{path.name}") == 2
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    commands = [cell for cell in code if re.search(r"(?m)^\s*(!|%+(pip|conda|sh|bash|system)\b)", source(cell))]
    assert commands == [cells[2]] and cells[2]["metadata"]["jupyter"] == {"source_hidden": True}


def test_install_cell_is_short_guarded_and_leaves_torch_alone():
    lines = badges.COLAB_CELL.splitlines()
    assert len(lines) <= 6
    guard = lines.index('if "google.colab" in sys.modules:')
    installs = [line for line in lines if "%pip" in line]
    assert installs == lines[guard + 1 :]
    assert all(line.startswith("    ") for line in installs)
    assert [line for line in installs if "{address}" in line] == [line for line in installs if "--no-deps" in line]
    assert not re.search(r"\b(torch|numpy)\b", "".join(installs))


def test_address_stands_in_one_place():
    """Outside of pyproject.toml the address occurs only in what the command writes."""
    owner_and_name = badges.address().removeprefix("https://github.com/")
    kinds = {".py", ".md", ".yml", ".toml", ".txt", ".js", ".ipynb", ".cff", ""}
    folders = [
        ROOT,
        *(ROOT / name for name in ("gan_lessons", "notebooks", "tests", "docs", "benchmarks", "workshop", ".ci")),
    ]
    found = {}
    for folder in folders:
        for path in folder.glob("*" if folder == ROOT else "**/*"):
            if path.is_file() and path.suffix in kinds and not {"data", ".ipynb_checkpoints"} & set(path.parts):
                count = path.read_text(encoding="utf-8", errors="ignore").count(owner_and_name)
                found |= {path: count} if count else {}
    one, readme = ROOT / "pyproject.toml", ROOT / "README.md"
    assert found.pop(one) == 1
    assert found.pop(readme) == 1 + 2 * len(NOTEBOOKS)
    assert found.pop(ROOT / "workshop" / "jupyterhub" / "README.md") == 2
    assert found == dict.fromkeys(NOTEBOOKS, 3)


def test_a_new_address_reaches_everything(course):
    assert badges.main([], course) == 0
    pyproject = course / "pyproject.toml"
    new = pyproject.read_text(encoding="utf-8").replace(badges.address(course), "https://github.com/someone/else.where")
    pyproject.write_text(new, encoding="utf-8")
    assert badges.main(["--check"], course) == 1
    assert badges.main([], course) == 0
    notebook = (course / "notebooks" / "07_x.ipynb").read_text(encoding="utf-8")
    readme = (course / "README.md").read_text(encoding="utf-8")
    assert notebook.count("someone/else.where") == readme.count("someone/else.where") == 3
    assert "cd else.where\n" in readme


def test_links_bring_the_notebooks_to_a_hub_and_to_binder():
    address = "https://github.com/someone/else.where"
    hub = urlsplit(badges.pull_link(address, "01_x.ipynb"))
    assert (hub.scheme, hub.netloc, hub.path) == ("https", "HUB", "/hub/user-redirect/git-pull")
    asked = {"repo": [address], "branch": ["main"], "urlpath": ["lab/tree/else.where/notebooks/01_x.ipynb"]}
    assert parse_qs(hub.query, strict_parsing=True) == asked
    binder = urlsplit(badges.binder_pull_link(address, "01_x.ipynb"))
    assert (binder.netloc, binder.path) == ("mybinder.org", "/v2/gh/someone/else.where/ENVIRONMENT")
    [inner] = parse_qs(binder.query, strict_parsing=True)["urlpath"]
    assert inner.partition("?")[0] == "git-pull" and parse_qs(inner.partition("?")[2]) == asked


def test_the_hubs_page_has_the_links_of_the_address(course):
    text = (ROOT / "workshop" / "jupyterhub" / "README.md").read_text(encoding="utf-8")
    assert f"```text\n{badges.pull_link(badges.address())}\n```" in text
    assert f"```text\n{badges.binder_pull_link(badges.address())}\n```" in text
    assert (ROOT / "notebooks" / "00_start_here.ipynb").is_file()
    with pytest.raises(ValueError, match=r"workshop/jupyterhub/README\.md must hold"):
        badges.hub_with_links(text.replace("end of links", ""), badges.address())


def test_command_is_idempotent_and_keeps_the_rest(course, capsys):
    path = course / "notebooks" / "07_x.ipynb"
    assert badges.main([], course) == 0
    once = path.read_text(encoding="utf-8")
    capsys.readouterr()
    assert badges.main([], course) == badges.main(["--check"], course) == 0
    assert capsys.readouterr().out == ""
    assert path.read_text(encoding="utf-8") == once
    cells = json.loads(once)["cells"]
    assert [cell["id"] for cell in cells] == ["title", "badges", "colab-install"]
    assert source(cells[0]) == "# 07 · σ: what it is\ntext"


def test_what_somebody_keeps_beside_the_lessons_is_left_alone(course):
    mine = {name: course / "notebooks" / name for name in ("07_x_kept_2026-11-28_09-10-36.ipynb", "Untitled.ipynb")}
    for path in mine.values():
        path.write_text(notebook("of my own"), encoding="utf-8")
    assert badges.main([], course) == 0
    assert {path.read_text(encoding="utf-8") for path in mine.values()} == {notebook("of my own")}
    assert not [name for name in mine if name in (course / "README.md").read_text(encoding="utf-8")]


def test_written_notebook_is_valid_and_as_jupyter_writes_it(course):
    nbformat = pytest.importorskip("nbformat")
    badges.main([], course)
    path = course / "notebooks" / "07_x.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook) + "\n" == path.read_text(encoding="utf-8")


def notebook(title, tags=()):
    cell = {"cell_type": "markdown", "id": "title", "metadata": {"tags": [*tags]}, "source": [title]}
    return json.dumps(EMPTY | {"cells": [cell]})


def test_table_of_notebooks_is_made_from_those_that_are_there(course):
    markers = "<!-- contents: written by python -m gan_lessons badges -->\nold\n<!-- end of contents -->"
    start = course / "notebooks" / "00_start.ipynb"
    start.write_text(notebook(f"# 00 · Start: here\n{markers}", ["contents"]), encoding="utf-8")
    assert badges.main([], course) == 0
    table = "".join(json.loads(start.read_text(encoding="utf-8"))["cells"][0]["source"])
    assert "| [00 · Start](00_start.ipynb) | here |\n| [07 · σ](07_x.ipynb) | what it is |\n" in table
    assert "old" not in table
    (course / "notebooks" / "08_y.ipynb").write_text(notebook("# 08 · Y: another"), encoding="utf-8")
    assert badges.main(["--check"], course) == 1 and badges.main([], course) == 0
    assert "| [08 · Y](08_y.ipynb) | another |" in start.read_text(encoding="utf-8")


def test_the_courses_own_table_names_every_notebook_with_a_link():
    start = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    [table] = [source(cell) for cell in start["cells"] if "contents" in cell["metadata"].get("tags", ())]
    assert re.findall(r"\| \[.*?\]\((.*?)\) \|", table) == [path.name for path in NOTEBOOKS]
    assert "planned" not in table


@pytest.mark.parametrize("title", ["", "No title", "# No number: about", "# 06 · Of another file: about", "# 08 · Y"])
def test_title_of_another_form_is_refused(title, course):
    (course / "notebooks" / "08_y.ipynb").write_text(notebook(title), encoding="utf-8")
    with pytest.raises(ValueError, match=r"08_y\.ipynb must begin with a title such as '# 08 · Name"):
        badges.main([], course)


@pytest.mark.parametrize("wrong", ["http://github.com/a/b", "https://github.com/a", "https://github.com/a/b.git"])
def test_wrong_address_is_refused(course, wrong):
    pyproject = course / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8").replace(badges.address(course), wrong)
    pyproject.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(wrong)):
        badges.address(course)


def test_missing_marker_and_wrong_argument_are_refused(course, capsys):
    with pytest.raises(ValueError, match="clone"):
        badges.readme_with_badges(
            (course / "README.md").read_text(encoding="utf-8").replace("end of clone", ""), "https://github.com/a/b", []
        )
    assert badges.main(["--chekc"], course) == 2
    assert "usage" in capsys.readouterr().err
