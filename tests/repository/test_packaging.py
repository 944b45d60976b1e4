"""What is installed, where it is written down, and what may import what."""

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.versions import DEVELOPER, EXTRAS, LEARNER, PYPROJECT, ROOT, RUNTIME, SITE, text

from gan_lessons.tools import check

CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}


# -- versions


def test_tested_set_holds_all_that_the_package_names():
    assert LEARNER.keys() == (RUNTIME | EXTRAS["lab"]).keys()
    assert DEVELOPER.keys() == EXTRAS["test"].keys()
    assert SITE.keys() == EXTRAS["site"].keys()


def test_tested_set_is_within_the_bounds():
    for name, lowest in (RUNTIME | EXTRAS["lab"] | EXTRAS["test"] | EXTRAS["site"]).items():
        pinned = (LEARNER | DEVELOPER | SITE)[name]
        assert check._numbers(pinned) >= check._numbers(lowest), name


def test_requirements_install_the_package_and_build_on_each_other():
    assert text("requirements.txt").splitlines()[-1] == "-e ."
    assert "-r requirements.txt" in text("requirements-site.txt").splitlines()
    assert {"-r requirements.txt", "-r requirements-site.txt"} <= set(text("requirements-dev.txt").splitlines())


def test_binder_has_the_tested_versions():
    found = dict(re.findall(r"(?m)^  - ([\w.-]+)=([\w.]+)$", text("environment.yml")))
    wanted = {CONDA_NAMES.get(name, name): version for name, version in LEARNER.items()}
    assert found == wanted | {"python": "3.12"}
    assert "  - nbgitpuller=1 #" in text("environment.yml")  # for the links that bring the notebooks
    assert check._numbers(found["ipykernel"]) >= (7, 4)
    assert text("environment.yml").rstrip().endswith("- pip:\n      - -e .")


def test_python_bound_stands_alike_everywhere():
    oldest = ".".join(map(str, check.OLDEST))
    assert PYPROJECT["project"]["requires-python"] == f">={oldest}"
    said = f"if sys.version_info < {check.OLDEST}:", f"need Python {oldest} or newer"
    assert all(one in text("gan_lessons/__init__.py") for one in said)


@pytest.fixture
def old_python(tmp_path):
    """A function that runs Python as an old one: the module that it reads first says so."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.version_info = (3, 9, 18, 'final', 0)")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    how = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True}
    return lambda *words: subprocess.run([sys.executable, *words], **how)


@pytest.mark.parametrize("command", ["check", "start", "bundle"])
def test_an_old_python_gets_a_sentence(command, old_python):
    done = old_python("-m", "gan_lessons", command)
    assert done.returncode == 1 and done.stdout == ""
    said = f"The lessons need Python 3.11 or newer, and this is 3.9 ({sys.executable})."
    assert done.stderr == f"{said} Make an environment with a newer one.\n"


def test_a_program_of_an_old_python_may_go_on_without_the_course(old_python):
    done = old_python("-c", "try: import gan_lessons\nexcept ImportError as error: print(error)")
    assert done.returncode == 0 and done.stdout.startswith("The lessons need Python 3.11 or newer")


def test_repo2docker_reads_the_environment_file():
    program = Path(sys.executable).with_name("jupyter-repo2docker")
    if not program.exists():
        pytest.skip("jupyter-repo2docker is not installed")
    command = [program, "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Building conda environment for python=3.12" in said
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"' in said


# -- what ships


def test_everything_beside_the_code_ships():
    """Each file of the package that is no Python is matched by a pattern of the package data."""
    package = ROOT / "gan_lessons"
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]["gan_lessons"]
    others = [path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()]
    others = [name for name in others if not name.endswith((".py", ".pyc"))]
    left_out = [name for name in others if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
    assert left_out == []


# -- imports

HEAVY = ("torch", "matplotlib", "ipywidgets", "anywidget", "scipy", "numpy")
LAW = [
    ("gan_lessons", HEAVY),
    ("gan_lessons.tools.check", HEAVY),
    ("gan_lessons.trainers.records", ("torch", "matplotlib", "ipywidgets", "anywidget")),
    ("gan_lessons.plots.line", ("torch", "ipywidgets", "anywidget")),
    ("gan_lessons.animation.film", ("torch", "ipywidgets", "anywidget")),
    ("gan_lessons.metrics.line", ("matplotlib", "ipywidgets", "anywidget")),
    ("gan_lessons.trainers.trainer", ("matplotlib", "ipywidgets", "anywidget")),
    ("gan_lessons.recipes.toys", ("matplotlib", "ipywidgets", "anywidget")),
]


@pytest.mark.parametrize(("module", "forbidden"), LAW, ids=[module for module, _ in LAW])
def test_import_stays_light(module, forbidden):
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert set(json.loads(done.stdout)) & set(forbidden) == set()


# -- README


def blocks():
    return re.findall(r"(?s)```bash\n(.*?)```", text("README.md"))


def test_readme_has_the_two_commands():
    start = "python -m pip install -r requirements.txt && jupyter lab notebooks/00_start_here.ipynb\n"
    tests = "python -m pip install -r requirements-dev.txt && pytest\n"
    assert [blocks().count(start), blocks().count(tests)] == [1, 1]
    assert f"<!-- the test command -->\n```bash\n{tests}```" in text("README.md")


# -- hygiene

HOSTS = {
    "colab.research.google.com",
    "creativecommons.org",
    "download.pytorch.org",
    "github.com",
    "medium.com",
    "mybinder.org",
}
SETTINGS = ("README.md", "LICENSE", "pyproject.toml", "requirements.txt", "requirements-dev.txt", "environment.yml")
SETTINGS += ("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", ".github/workflows/ci.yml", ".pre-commit-config.yaml")
SETTINGS += (".github/workflows/site.yml", "requirements-site.txt", "docs/index.md")


TOOLS = [f"gan_lessons/tools/{name}.py" for name in ("badges", "check", "wheels", "bundled/install")]


@pytest.mark.parametrize("name", [*SETTINGS, ".ci/run", *TOOLS])
def test_only_known_hosts_are_named(name):
    assert set(re.findall(r"https?://([\w-]+(?:\.[\w-]+)+)", text(name))) <= HOSTS


def test_no_file_names_a_path_of_somebodys_machine():
    own = re.compile(r"(?<![\w.~-])/(?:home|root|Users|work|mnt|opt|srv)/\w")
    folders = ("gan_lessons", "tests", "benchmarks", "notebooks", "docs", ".ci")
    files = [ROOT / name for name in SETTINGS]
    for folder in folders:
        kinds = (".py", ".js", ".md", ".ipynb", ".toml", "")
        files += [path for path in (ROOT / folder).rglob("*") if path.suffix in kinds and path.is_file()]
    files = [path for path in files if ".ipynb_checkpoints" not in path.parts and path != Path(__file__).resolve()]
    found = [str(path) for path in files if own.search(path.read_text(encoding="utf-8", errors="ignore"))]
    assert found == []


def test_ci_script_runs_readmes_command():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "pip install" not in script.read_text(encoding="utf-8")
    if bash := shutil.which("bash"):
        subprocess.run([bash, "-n", script], check=True)


def test_ruff_is_content():
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.exists():
        pytest.skip("ruff is not installed")
    command = [ruff, "check", "--quiet", "--no-cache", "--output-format=concise", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
