"""`start` gives the notebooks that are missing, keeps those that are there, and opens JupyterLab on the first."""

import errno
import os
import random
import shlex
import signal
import sys
import threading
from importlib import metadata

import pytest
from helpers.small_course import NOTEBOOKS, small_course
from helpers.versions import EXTRAS

from gan_lessons._core import files
from gan_lessons.tools import check, start
from gan_lessons.tools.fresh_notebooks import FOLDER


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return small_course(tmp_path)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """Makes `python -m jupyterlab` run this code instead, in a process that is started."""

    def put(code):
        (tmp_path / "stub" / "jupyterlab").mkdir(parents=True)
        (tmp_path / "stub" / "jupyterlab" / "__init__.py").write_text("")
        (tmp_path / "stub" / "jupyterlab" / "__main__.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "stub"))

    return put


# -- the copy


def test_all_are_copied_to_the_folder_that_is_told(root, tmp_path, capsys):
    assert start.main(["--copy-only"], root) == 0
    assert contents(tmp_path / FOLDER) == NOTEBOOKS
    assert capsys.readouterr().out == f"3 of 3 notebooks copied to {tmp_path / FOLDER}\n"


@pytest.mark.parametrize("name", ["my own", "o'brien's"])
def test_what_is_there_is_kept_and_named_and_what_is_missing_is_added(name, root, tmp_path, capsys):
    mine = tmp_path / name
    assert start.main([name, "--copy-only"], root) == 0
    (mine / "01_two.ipynb").write_text("worked in")
    (mine / "02_six.ipynb").unlink()
    (mine / "gan_answers.json").write_text("{}")
    capsys.readouterr()
    assert start.main(["--copy-only", name], root) == 0
    said = capsys.readouterr().out
    assert "1 of 3 notebooks copied" in said and "Kept, for they differ from the course's: 01_two.ipynb\n" in said
    assert shlex.split(said.splitlines()[-1])[-6:] == ["python", "-m", "gan_lessons", "reset", "01", name]
    assert contents(mine) == NOTEBOOKS | {"01_two.ipynb": b"worked in", "gan_answers.json": b"{}"}
    assert start.main([name, "--copy-only"], root) == 0
    assert capsys.readouterr().out.startswith(f"All 3 notebooks are there already: {mine}\nKept")


def test_who_installed_from_the_stick_is_told_what_works_in_jupyterlab(root, tmp_path, capsys, monkeypatch):
    (tmp_path / check.STICK_MARK).touch()
    monkeypatch.setattr(check.sys, "prefix", str(tmp_path / "env"))
    assert start.main(["mine", "--copy-only"], root) == 0
    (tmp_path / "mine" / "01_two.ipynb").write_text("worked in")
    assert start.main(["mine", "--copy-only"], root) == 0
    said = capsys.readouterr().out
    assert "choose File, New, Terminal in JupyterLab, and type python -m gan_lessons reset 01 .\n" in said


def test_the_courses_own_folder_is_left_as_it_is(root, capsys):
    before = contents(root / "notebooks")
    assert start.main([str(root / "notebooks"), "--copy-only"], root) == 0
    assert contents(root / "notebooks") == before and "Kept" not in capsys.readouterr().out


def test_whatever_is_there_is_never_written_over(root, tmp_path):
    """Folders, links to nothing and files under the notebooks' names, in any mixture."""
    seed = random.randrange(10**6)
    print("seed", seed)
    rng = random.Random(seed)
    kinds = {
        "none": lambda path: None,
        "file": lambda path: path.write_bytes(rng.randbytes(9)),
        "empty": lambda path: path.write_bytes(b""),
        "folder": lambda path: path.mkdir(),
        "link": lambda path: path.symlink_to("nowhere"),
    }
    if os.name == "nt":
        del kinds["link"]
    for i in range(30):
        mine = tmp_path / f"mine{i}"
        mine.mkdir()
        chosen = {name: rng.choice(list(kinds)) for name in NOTEBOOKS}
        for name, kind in chosen.items():
            kinds[kind](mine / name)
        before = {name: (mine / name).read_bytes() for name, kind in chosen.items() if kind in ("file", "empty")}
        done = start.copy(mine, root)
        assert set(done.added) == {name for name, kind in chosen.items() if kind == "none"}
        assert set(done.kept) == NOTEBOOKS.keys() - set(done.added)
        assert all((mine / name).read_bytes() == before.get(name, NOTEBOOKS[name]) for name in [*before, *done.added])
        assert not [name for name, kind in chosen.items() if kind == "link" and (mine / name).exists()]


# -- what stands in the way


def refused(arguments, root, capsys):
    capsys.readouterr()
    assert start.main(arguments, root) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize("wrong", [["--browser"], ["one", "two"], [""], ["-h"]], ids=str)
def test_unknown_words_are_answered_with_the_usage(wrong, root, tmp_path, capsys):
    assert refused(wrong, root, capsys).startswith("usage: python -m gan_lessons start [FOLDER]")
    assert [path.name for path in tmp_path.iterdir()] == ["course"]


def test_a_file_is_no_folder(root, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    for folder in ("file", os.path.join("file", "below")):
        assert "is a file, or lies below one. Give a folder" in refused([folder], root, capsys)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "to a folder of your own"), (errno.EROFS, "to a folder of your own"), (errno.ENOSPC, "is full")],
    ids=["no permission", "read-only", "full"],
)
def test_a_folder_that_takes_nothing(number, words, root, tmp_path, capsys, monkeypatch):
    written = []

    def closed(path):
        if len(written) == 1:  # the first still has room
            raise OSError(number, os.strerror(number), str(path))
        written.append(path)
        return open(path, "xb")

    monkeypatch.setattr(files, "open_new", closed)
    assert words in refused(["--copy-only"], root, capsys)
    assert contents(tmp_path / FOLDER) == {"00_one.ipynb": NOTEBOOKS["00_one.ipynb"]}


def test_a_folder_that_has_all_and_takes_nothing(root, capsys, monkeypatch):
    start.main(["--copy-only"], root)
    monkeypatch.setattr(start.os, "access", lambda path, mode: False)
    assert "Nothing can be written in" in refused(["--copy-only"], root, capsys)


def test_notebooks_that_are_nowhere(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "git clone" in refused(["--copy-only"], tmp_path, capsys)
    assert list(tmp_path.iterdir()) == []


# -- JupyterLab


def test_the_bound_is_that_of_the_package():
    assert EXTRAS["lab"]["jupyterlab"] == check.OLDEST_LAB


@pytest.mark.parametrize(
    ("options", "more"), [([], []), (["--allow-root", "--no-browser"], ["--no-browser", "--allow-root"])]
)
def test_jupyterlab_opens_on_the_first_notebook(options, more, root, tmp_path, stub, capfd):
    stub("import os, sys; print(os.getcwd(), *sys.argv[1:], sep='|')")
    start.copy(tmp_path / FOLDER, root)
    (tmp_path / FOLDER / "jupyterlab.py").write_text("raise SystemExit('a file of the learner')")
    assert start.main(options, root) == 0
    where = str(tmp_path / FOLDER)
    asked = ["--LabApp.default_url=/lab/tree/00_one.ipynb", f"--ServerApp.root_dir={where}", *more]
    assert capfd.readouterr().out.splitlines()[-1].split("|") == [os.path.realpath(where), *asked]


def test_jupyterlab_that_fails_is_told(root, stub, capfd):
    stub("import sys; sys.exit('no port is free')")
    assert start.main([], root) == 2
    said = capfd.readouterr().err
    assert said.startswith("no port is free") and "(exit status 1). What it says of it stands above." in said


@pytest.mark.skipif(os.name == "nt", reason="signals of a Unix")
def test_control_c_is_left_to_jupyterlab():
    """It asks whether to end, so the command waits for its answer."""
    own, command = os.getpid(), [sys.executable, "-c", "print(flush=True); input()"]
    (runs, said), (asked, answer) = os.pipe(), os.pipe()

    def press():
        os.read(runs, 1)
        os.kill(own, signal.SIGINT)
        os.write(answer, b"\n")

    threading.Thread(target=press).start()
    assert start._run(command, stdout=said, stdin=asked) == 0
    for end in (runs, said, asked, answer):
        os.close(end)


@pytest.mark.skipif(os.name == "nt", reason="signals of a Unix")
def test_who_ends_the_command_ends_jupyterlab_too():
    own, command = os.getpid(), [sys.executable, "-c", "print(flush=True); import time; time.sleep(600)"]
    read, write = os.pipe()

    def end():
        os.read(read, 1)  # it runs
        os.kill(own, signal.SIGTERM)

    threading.Thread(target=end).start()
    before = signal.getsignal(signal.SIGTERM)
    assert start._run(command, stdout=write) == -signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
    os.close(read)
    os.close(write)


def test_jupyterlab_that_is_missing_or_too_old_comes_with_its_remedy(root, tmp_path, capsys, monkeypatch):
    def nothing(name):
        raise metadata.PackageNotFoundError(name)

    for version, words in (
        (lambda name: "3.6.1", "jupyterlab 3.6.1 is older than 4.2: "),
        (nothing, "is not installed: "),
    ):
        monkeypatch.setattr(check.metadata, "version", version)
        said = refused([], root, capsys)
        assert f'{words}python -m pip install "jupyterlab>=4.2". Then run this again.' in said
    assert contents(tmp_path / FOLDER) == NOTEBOOKS
    monkeypatch.setattr(start.metadata, "distribution", nothing)
    assert f"the course itself is not installed: {check.INSTALL}. Then run this again." in refused([], root, capsys)
