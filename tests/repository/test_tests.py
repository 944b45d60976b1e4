"""The tests themselves: each stands by itself, lies where one looks for it, and the quick loop can be started."""

import ast
import shutil
import subprocess

import pytest
from helpers.versions import ROOT

TESTS = ROOT / "tests"
FILES = sorted(TESTS.rglob("test_*.py"))
OF_THE_PACKAGE = {path.name.lstrip("_") for path in (ROOT / "gan_lessons").iterdir() if path.is_dir()}
OTHERS = {"benchmarks", "browser", "repository"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_no_test_file_imports_another():
    names = {path.stem for path in FILES}
    assert [(path.name, name) for path in FILES for name in imported(path) if name.split(".")[-1] in names] == []


def test_a_test_lies_in_the_folder_of_what_it_tests():
    assert {path.parent.name for path in FILES} <= OF_THE_PACKAGE | OTHERS
    assert len({path.name for path in FILES}) == len(FILES)  # pytest tells files apart by their names


def test_the_quick_loop_can_be_started():
    script = ROOT / ".ci" / "quick"
    assert script.stat().st_mode & 0o111
    if not (bash := shutil.which("bash")):
        pytest.skip("no bash to read the script")
    subprocess.run([bash, "-n", script], check=True)
