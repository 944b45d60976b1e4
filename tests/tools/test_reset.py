"""`reset` gives one notebook fresh, and whatever happens the learner's own is there afterwards."""

import contextlib
import errno
import os
import random
import shutil
from datetime import datetime

import pytest
from helpers.small_course import NOTEBOOKS, small_course, under_git

from gan_lessons._core import files
from gan_lessons.tools import reset, start
from gan_lessons.tools.fresh_notebooks import FOLDER, Refused

WHEN = datetime(2026, 11, 28, 9, 10, 36)
KEPT = "01_two_kept_2026-11-28_09-10-36"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return small_course(tmp_path)


@pytest.fixture
def mine(root, tmp_path):
    """A learner's folder, in which 01 was worked in."""
    start.copy(tmp_path / FOLDER, root)
    (tmp_path / FOLDER / "01_two.ipynb").write_bytes(b"worked in")
    return tmp_path / FOLDER


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["01", "1", "01_two", "01_two.ipynb"])
def test_a_notebook_is_fresh_and_the_learners_lies_beside_it(name, mine, root):
    said = reset.reset(name, mine, root, WHEN)
    assert said.startswith(f"01_two.ipynb is fresh again. Yours is kept beside it: {KEPT}.ipynb\n")
    assert contents(mine) == NOTEBOOKS | {f"{KEPT}.ipynb": b"worked in"}


def test_a_kept_one_is_never_written_over(mine, root):
    for i in range(4):
        (mine / "01_two.ipynb").write_text(f"work {i}")
        reset.reset("01", mine, root, WHEN)
    kept = {f"{KEPT}{again}.ipynb": f"work {i}".encode() for i, again in enumerate(("", "_2", "_3", "_4"))}
    assert contents(mine) == NOTEBOOKS | kept


def test_the_command_takes_the_folder_that_start_makes(mine, root, capsys):
    assert reset.main(["01"], root) == 0
    [kept] = contents(mine).keys() - NOTEBOOKS.keys()
    assert kept in capsys.readouterr().out and abs(datetime.now() - _when(kept)).total_seconds() < 60
    assert reset.main(["01", FOLDER], root) == 0
    assert "is fresh already" in capsys.readouterr().out and len(contents(mine)) == 4


def _when(name):
    return datetime.strptime(name, "01_two_kept_%Y-%m-%d_%H-%M-%S.ipynb")


def test_one_that_is_missing_comes_again(mine, root):
    (mine / "01_two.ipynb").unlink()
    assert "was not there" in reset.reset("01", mine, root)
    assert contents(mine) == NOTEBOOKS


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_courses_own_folder_is_made_fresh_from_git_alone(root, capsys):
    (root / "notebooks" / "01_two.ipynb").write_bytes(b"worked in")
    assert reset.main(["01", str(root / "notebooks")], root) == 2
    assert "without git there is no other copy" in capsys.readouterr().err
    (root / "notebooks" / "01_two.ipynb").write_bytes(NOTEBOOKS["01_two.ipynb"])
    under_git(root)
    (root / "notebooks" / "01_two.ipynb").write_bytes(b"worked in")
    reset.reset("01", root / "notebooks", root, WHEN)
    assert contents(root / "notebooks").items() >= (NOTEBOOKS | {f"{KEPT}.ipynb": b"worked in"}).items()


# -- what stands in the way


def refused(arguments, root, capsys):
    assert reset.main(arguments, root) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("wrong", [[], ["--all"], ["01", "--force"], ["01", "a", "b"], [""], ["01", ""]], ids=str)
def test_unknown_words_are_answered_with_the_usage(wrong, mine, root, capsys):
    assert refused(wrong, root, capsys).startswith("usage: python -m gan_lessons reset NAME [FOLDER]")


@pytest.mark.parametrize("name", ["44", "two", "../01_two", "notes", "*"])
def test_another_name_is_answered_with_those_there_are(name, mine, root, capsys):
    before = contents(mine)
    assert "Give a number or a name of these: 00_one, 01_two, 02_six." in refused([name], root, capsys)
    assert contents(mine) == before


def test_a_folder_that_is_none(mine, root, tmp_path, capsys, monkeypatch):
    (tmp_path / "file").write_text("mine")
    assert "is a file, or lies below one" in refused(["01", "file"], root, capsys)
    assert "`python -m gan_lessons start` makes it" in refused(["01", "nowhere"], root, capsys)
    assert not (tmp_path / "nowhere").exists()
    monkeypatch.chdir(mine)
    assert "For the notebooks that are here: python -m gan_lessons reset 01 ." in refused(["01"], root, capsys)
    (mine / "01_two.ipynb").unlink()
    (mine / "01_two.ipynb").mkdir()
    assert "is a folder, and not a notebook" in refused(["01", "."], root, capsys)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES], ids=["full", "no permission"])
def test_what_cannot_be_written_changes_nothing(number, mine, root, capsys, monkeypatch):
    def closed(path):
        raise OSError(number, os.strerror(number), str(path))

    before = contents(mine)
    for module in (reset, files):  # before it is renamed, and when the fresh one is written
        with monkeypatch.context() as patch:
            patch.setattr(module, "open_new", closed)
            assert refused(["01"], root, capsys).endswith("Nothing was changed.\n")
        assert contents(mine) == before


def test_one_that_cannot_be_given_back_is_told_where_it_is(mine, root, capsys, monkeypatch):
    def fails(*paths):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(reset, "write", fails)
    monkeypatch.setattr(reset.os, "rename", fails)
    said = refused(["01"], root, capsys)
    [kept] = contents(mine).keys() - NOTEBOOKS.keys()
    assert said == f"01_two.ipynb could not be written. Yours is kept: {mine / kept}\n"


def test_what_another_program_saves_meanwhile_is_not_written_over(mine, root, capsys, monkeypatch):
    def meanwhile(path, content):
        path.write_bytes(b"saved by an open page")
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(reset, "write", meanwhile)
    assert "could not be written. Yours is kept: " in refused(["01"], root, capsys)
    assert sorted(set(contents(mine).values()) - set(NOTEBOOKS.values())) == [b"saved by an open page", b"worked in"]


class Killed(BaseException):
    """What no code catches to go on."""


def test_nothing_is_lost_wherever_it_is_interrupted(mine, root, monkeypatch):
    """A walk of work, resets and starts, each of which may end before or after any step on the disk."""
    seed = random.randrange(10**6)
    print("seed", seed)
    rng, works = random.Random(seed), {b"worked in"}

    def shaky(call):
        def may_fail(*words, **more):
            if rng.random() < 0.15:
                raise rng.choice([Killed(), KeyboardInterrupt(), OSError(errno.ENOSPC, "full")])
            value = call(*words, **more)
            if rng.random() < 0.15:
                if hasattr(value, "close"):
                    value.close()
                raise rng.choice([Killed(), KeyboardInterrupt(), OSError(errno.EIO, "broken")])
            return value

        return may_fail

    for i in range(150):
        if rng.random() < 0.5:
            (mine / "01_two.ipynb").write_bytes(b"work %d" % i)
            works = {one for one in works if _there(one, mine)} | {b"work %d" % i}
        with monkeypatch.context() as patch:
            opened = shaky(files.open_new)
            patch.setattr(files, "open_new", opened)
            patch.setattr(reset, "open_new", opened)
            for name in ("replace", "rename"):
                patch.setattr(os, name, shaky(getattr(os, name)))
            move = rng.choice([lambda: reset.reset("01", mine, root, WHEN), lambda: start.copy(mine, root)])
            with contextlib.suppress(Refused, Killed, KeyboardInterrupt):
                move()
        assert all(_there(work, mine) for work in works), f"lost at move {i}"
    reset.reset("01", mine, root, WHEN)
    assert contents(mine).items() >= NOTEBOOKS.items()


def _there(work, folder):
    return work in contents(folder).values()
