"""Every shell command of README, the pages around it and `workshop/` is run here in a copy, or read by its program.

Nothing is trained, installed, served or asked of a network: what would do so is replaced (`replaced`), or its program
only reads the words. A command that no line of `TESTS` knows fails, and says so.
"""

import ast
import importlib
import re
import shutil
from types import SimpleNamespace

import nbformat
import pytest
from helpers import documents, programs
from helpers.documents import PAGES, blocks, commands
from helpers.versions import ROOT

import gan_lessons as gl
from benchmarks import __main__ as benchmarks
from gan_lessons.__main__ import COMMANDS, main
from gan_lessons.exercises import nbgrader_format
from gan_lessons.labs import exported_page
from gan_lessons.shipped import diagnoses, make, runs, slider_series, sweeps
from gan_lessons.slides import command as slides
from gan_lessons.tools import badges, check, start, times

HERE = "tests/repository/test_commands.py"
NEW = (
    "{page} names `{command}`, and no test runs it. Add what it begins with, and how it is tested, to TESTS in {here}."
)

# what a command makes, seen from the course's folder
MADE = {
    "start": "gan_lessons_notebooks/00_start_here.ipynb",
    "reset": "gan_lessons_notebooks/02_mode_collapse.ipynb",
    "export": "notebooks/02_mode_collapse.html",
    "nbgrader": f"../gan_course/{nbgrader_format.CONFIG_NAME}",
    "slides": "../gan_slides/01_gaussian_toy.html",
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of what commands read and write, as the folder that they are called in."""
    folder = tmp_path / "gan_lessons"
    for name in ("notebooks", "workshop"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".*", "gan_answers*"))
    (folder / "docs").mkdir()
    for name in ("README.md", "pyproject.toml", "docs/run_seconds.json"):
        shutil.copy(ROOT / name, folder / name)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def replaced(monkeypatch):
    """What takes long, opens a browser or writes into the package, with something that is done at once. Returns what
    was called."""
    called = []

    def trained(name, *_):
        called.append(name)
        return SimpleNamespace(save=lambda *_, **__: "a file")

    monkeypatch.setattr(check, "findings", lambda checks: [check.Finding("all", True, "fine")])
    monkeypatch.setattr(start, "open_lab", lambda *given: called.append(given))
    monkeypatch.setattr(exported_page, "_run", lambda *_: called.append("export"))
    monkeypatch.setattr(slides, "executed", lambda path: nbformat.read(path, as_version=4))
    monkeypatch.setattr(times, "measure", lambda path: times._read(ROOT / "docs" / "run_seconds.json")[path.stem])
    monkeypatch.setattr(make, "ship", lambda name, *_: called.append(name))
    monkeypatch.setattr("gan_lessons.tools.bundle.make", lambda folder, *_: folder.mkdir())
    monkeypatch.setattr(runs, "make", trained)
    monkeypatch.setattr(sweeps, "make", trained)
    monkeypatch.setattr(diagnoses, "trained", trained)
    for module in (diagnoses, slider_series):
        monkeypatch.setattr(module.checksums, "write", lambda: called.append("checksums"))
    return called


# -- our own commands


def own_command(command, course, called):
    name, *rest = command.words[3:]
    assert name in COMMANDS, f"{command.page} names a command that there is not: {command}"
    if not (rest or command.whole):
        return  # a sentence about it
    if name in ("badges", "times"):
        done = {"badges": badges, "times": times}[name].main(rest, course)
    else:
        if name == "reset":
            main(["start", "--copy-only"])
        done = main([name, *rest])
    assert done == 0
    assert name not in MADE or (course / MADE[name]).is_file()
    if name in ("ship", "runs", "sweep", "patients", "series"):
        assert [word for word in rest if word[0] != "-"] == called[: len(rest)]


def benchmark(command, course, called):
    options = benchmarks._parser(benchmarks.suites()).parse_args(command.words[3:])
    assert options.out is None or (ROOT / options.out).is_file()


def pictures(command, course, called):
    assert (ROOT / command.words[1]).is_file() and len(command.words) == 2


def training_by_several(command, course, called):
    run = pytest.importorskip("torch.distributed.run")
    given = run.get_args_parser().parse_args(command.words[1:])
    assert given.module and importlib.import_module(given.training_script) is make
    make.main(given.training_script_args)
    assert called == given.training_script_args


# What a command begins with -> how it is tested; the longest that fits is taken. Each gets the command, a copy of the
# course to call it in, and the list of what was called in the place of trainings.
TESTS = {
    "python -m gan_lessons": own_command,
    "python -m benchmarks": benchmark,
    "python docs/make_images.py": pictures,
    "torchrun": training_by_several,
    "python -m pip install": programs.pip,
    "python -m pip download": programs.pip,
    "python -m venv": programs.environment,
    "source": programs.activation,
    "git clone": programs.clone,
    "cd gan_lessons": programs.into_the_course,
    "jupyter lab": programs.opened_file,
    "jupyter nbconvert": programs.conversion,
    "voila": programs.opened_file,
    "chromium": programs.print_to_file,
    "bash .ci": programs.script,
    "pytest": programs.suite,
    "pre-commit": programs.hooks,
    "Set-ItemProperty": programs.windows,
    "sh install.sh": programs.installation,
    "sh ~/gan_lessons/start.sh": programs.opened_from_the_stick,
    "python -m sphinx": programs.site,
    "sudo": programs.on_the_hub,
    "grep": programs.search,
    "jupyter-repo2docker": programs.image,
}


def how(command):
    """The test of a command, or None."""
    fitting = [begin for begin in TESTS if f"{command} ".startswith((f"{begin} ", f"{begin}/"))]
    return TESTS[max(fitting, key=len)] if fitting else None


@pytest.mark.parametrize("command", commands(), ids=str)
def test_a_command_works_as_it_stands(command, course, replaced):
    test = how(command)
    assert test, NEW.format(page=command.page, command=command, here=HERE)
    test(command, course, replaced)


def test_an_unknown_command_is_found(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Say `python -m nothing here`.\n\n  ```bash\n  a --b \\\n    c && d  # e\n  ```\n", encoding="utf-8"
    )
    monkeypatch.setattr(documents, "PAGES", [page])
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    found = documents.commands()
    assert [(str(one), one.whole) for one in found] == [
        ("a --b c", True),
        ("d", True),
        ("python -m nothing here", False),
    ]
    assert [how(one) for one in found] == [None] * 3


@pytest.mark.parametrize("path", [path for path in PAGES if blocks(path, ["python"])], ids=lambda path: path.name)
def test_python_on_a_page_is_python_with_names_that_exist(path):
    for code in blocks(path, ["python"]):
        ast.parse(code)
        for name in re.findall(r"\bgl((?:\.\w+)+)", code):
            found = gl
            for part in name[1:].split("."):
                found = getattr(found, part)
            assert found
