"""A fresh notebook is the one that was handed out, also where a learner has worked in the course's own folder."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from helpers.small_course import NOTEBOOKS, small_course, under_git
from helpers.versions import ROOT

from gan_lessons.tools import fresh_notebooks
from gan_lessons.tools.fresh_notebooks import Refused, fresh, same, told_plainly

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def test_the_courses_own_are_found_in_their_order():
    there = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    found = [name for name in fresh() if name in there]
    assert found == sorted(found) and found[0] == "00_start_here.ipynb"


def test_without_git_the_files_are_taken_and_nothing_else(tmp_path):
    root = small_course(tmp_path)
    (root / "notebooks" / "00_one_kept_2026-11-28_09-10-36.ipynb").write_text("kept")
    assert fresh(root) == NOTEBOOKS


@needs_git
def test_with_git_what_was_worked_in_is_still_fresh(tmp_path, monkeypatch):
    root = small_course(tmp_path)
    under_git(root)
    (root / "notebooks" / "00_one.ipynb").write_text("worked in")
    (root / "notebooks" / "01_two.ipynb").unlink()
    monkeypatch.setenv("GIT_DIR", str(tmp_path))  # as in a hook of another repository
    assert fresh(root) == NOTEBOOKS


@needs_git
def test_a_course_inside_of_another_repository_is_found(tmp_path):
    root = small_course(tmp_path)
    under_git(tmp_path)
    (root / "notebooks" / "00_one.ipynb").write_text("worked in")
    assert fresh(root) == NOTEBOOKS


@needs_git
def test_a_repository_that_does_not_have_them_does_no_harm(tmp_path):
    (tmp_path / "other").write_text("")
    under_git(tmp_path)
    assert fresh(small_course(tmp_path)) == NOTEBOOKS


def test_an_installed_package_says_where_the_notebooks_are(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_of_somebody.ipynb").write_text("")  # of another package
    with pytest.raises(Refused, match=r"come with its wheel\. Get the course with `git clone https://.*`"):
        fresh(tmp_path)


def test_those_that_a_wheel_brought_are_found_without_a_checkout(tmp_path, monkeypatch):
    """The wheel itself is installed by test_bundle.py."""
    brought = {"share/00_one.ipynb": "one", "share/notes.ipynb": "no lesson", "gan_lessons/__init__.py": ""}
    for name, content in brought.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    info = tmp_path / "gan_lessons-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gan-lessons\nVersion: 0.1.0\n")
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in [*brought, "share/01_gone.ipynb"]))
    found = fresh_notebooks.metadata.Distribution.at(info)
    monkeypatch.setattr(fresh_notebooks.metadata, "files", lambda name: found.files)
    monkeypatch.setattr(fresh_notebooks, "ROOT", tmp_path)
    assert fresh(tmp_path) == {"00_one.ipynb": b"one"}


def test_line_ends_are_no_change_and_what_cannot_be_read_is_one(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one\r\ntwo\r\n")
    assert same(path, b"one\ntwo\n") and not same(path, b"one\ntwo")
    assert not same(tmp_path, b"") and not same(tmp_path / "nothing", b"")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full. Make 10 MB of room and run this again"),
        (
            errno.EROFS,
            "`python -m gan_lessons start ~/gan_lessons_notebooks` copies the notebooks to a folder of your own",
        ),
        (errno.EACCES, "Nothing can be written in"),
        (errno.ENOTDIR, "is a file, or lies below one"),
        (errno.ENAMETOOLONG, "Give another folder"),
    ],
    ids=lambda value: errno.errorcode[value] if isinstance(value, int) else "",
)
def test_what_a_machine_refuses_is_told_with_a_next_step(number, words):
    with pytest.raises(Refused) as told, told_plainly(Path("mine"), " And more."):
        raise OSError(number, os.strerror(number), "a hidden name")
    assert words in str(told.value) and str(Path("mine").absolute()) in str(told.value)
    assert "hidden" not in str(told.value) and str(told.value).endswith(". And more.")
