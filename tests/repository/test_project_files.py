"""What stands around the course, for those who cite it, change it or run its tests elsewhere, is true."""

import re
import shlex

import pytest
from helpers.versions import DEVELOPER, PYPROJECT, ROOT, text

import gan_lessons
from gan_lessons.tools import check

yaml = pytest.importorskip("yaml")  # JupyterLab brings it
WORKFLOW, HOOKS = ".github/workflows/ci.yml", ".pre-commit-config.yaml"
# what schema 1.2.0 of the format asks for, and what else it allows
ASKED = {"cff-version", "message", "title", "authors"}
ALLOWED = "abstract commit contact date-released doi identifiers keywords license license-url preferred-citation"
ALLOWED += " references repository repository-artifact repository-code type url version"


def read(name):
    return yaml.safe_load(text(name))


def test_the_citation_is_one():
    cited = read("CITATION.cff")
    assert cited.keys() >= ASKED and cited.keys() <= ASKED | set(ALLOWED.split())
    assert cited["cff-version"] == "1.2.0" and cited["type"] == "software"
    assert all(word and isinstance(word, str) for word in [cited["message"], cited["title"], *cited["keywords"]])


def test_the_citation_agrees_with_the_licence():
    cited = read("CITATION.cff")
    [author] = cited["authors"]
    assert author.keys() == {"name"} and re.search(rf"(?m)^Copyright .*, {author['name']}$", text("LICENSE"))
    code, *others = PYPROJECT["project"]["license"].split(" AND ")
    assert cited["license"] == code and all(other in cited["abstract"] for other in others)


def test_the_version_is_the_same_everywhere():
    assert PYPROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "gan_lessons.__version__"}
    newest = re.search(r"(?m)^## (\S+)", text("CHANGELOG.md"))[1]
    assert newest == read("CITATION.cff")["version"] == gan_lessons.__version__


def test_the_change_log_names_what_is_there():
    log = text("CHANGELOG.md")
    assert int(re.search(r"(\d+) notebooks", log)[1]) == len(list((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")))
    from gan_lessons.__main__ import COMMANDS

    assert set(re.findall(r"`python -m gan_lessons (\w+)", log)) <= COMMANDS.keys()
    for name in re.findall(r"`([\w.-]+/[\w./-]*|\w+\.(?:md|cff|txt|yaml))`", log):
        assert (ROOT / name).exists(), name


def test_the_workflow_runs_what_a_contributor_runs():
    [job] = read(WORKFLOW)["jobs"].values()
    assert job["runs-on"].startswith("ubuntu-")
    [python] = [step["with"]["python-version"] for step in job["steps"] if "setup-python" in step.get("uses", "")]
    assert python == ".".join(map(str, check.OLDEST))
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    assert read(WORKFLOW)["permissions"] == {"contents": "read"}


def test_the_hooks_use_the_tested_tools():
    [repository] = read(HOOKS)["repos"]
    assert repository["repo"] == "local"
    used = [shlex.split(hook["entry"])[0] for hook in repository["hooks"]]
    assert set(used) == {"ruff", "nbstripout"} and set(used) <= DEVELOPER.keys()
    assert all(hook["language"] == "system" for hook in repository["hooks"])


def test_the_hook_leaves_a_clean_notebook_as_it_is():
    nbstripout = pytest.importorskip("nbstripout")
    nbformat = pytest.importorskip("nbformat")
    [hook] = [hook for hook in read(HOOKS)["repos"][0]["hooks"] if hook["id"] == "nbstripout"]
    assert "--keep-id" in shlex.split(hook["entry"])  # exercises and times know cells by their names
    path = ROOT / "notebooks" / "00_start_here.ipynb"
    assert re.search(hook["files"], path.relative_to(ROOT).as_posix())
    before = nbformat.read(path, as_version=4)
    after = nbstripout.strip_output(nbformat.read(path, as_version=4), False, False, keep_id=True)
    assert after == before
