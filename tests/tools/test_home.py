"""A home folder that takes no file: JupyterLab still starts, and keeps its files beside the notebooks."""

import os

import pytest
from helpers.small_course import small_course

from gan_lessons.tools import check, home, start
from gan_lessons.tools.fresh_notebooks import FOLDER


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Jupyter's folders, in a home folder that is not there yet."""
    for name in home.PLACES:
        monkeypatch.setenv(name, str(tmp_path / "home" / name))


@pytest.fixture
def closed(places, tmp_path, monkeypatch):
    """A home folder that takes nothing, also from those who may write everywhere."""
    (tmp_path / "home").mkdir()
    real = os.access
    refuse = lambda path, mode: str(path) != str(tmp_path / "home") and real(path, mode)  # noqa: E731
    monkeypatch.setattr(home.os, "access", refuse)


def test_a_home_folder_that_takes_files(places):
    assert home.closed() is None and check.home().ok


def test_one_that_takes_none_is_a_warning(closed, tmp_path):
    assert home.closed() == tmp_path / "home" / "JUPYTER_RUNTIME_DIR"
    finding = check.home()
    assert not finding.ok and not finding.required
    assert str(home.closed()) in finding.text and "`python -m gan_lessons start`" in finding.text


def test_a_file_in_the_place_of_a_folder(places, tmp_path):
    (tmp_path / "home").write_text("")
    assert home.closed() == tmp_path / "home" / "JUPYTER_RUNTIME_DIR"


def test_jupyterlab_then_writes_beside_the_notebooks(closed, tmp_path, monkeypatch, capfd):
    (tmp_path / "stub" / "jupyterlab").mkdir(parents=True)
    (tmp_path / "stub" / "jupyterlab" / "__init__.py").write_text("")
    told = "from jupyter_core.paths import jupyter_runtime_dir; print(jupyter_runtime_dir())"
    (tmp_path / "stub" / "jupyterlab" / "__main__.py").write_text(told)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "stub"))
    monkeypatch.chdir(tmp_path)
    assert start.main([], small_course(tmp_path)) == 0
    said = capfd.readouterr().out
    assert f"Nothing can be written in {home.closed()}, so JupyterLab keeps its files in " in said
    assert said.splitlines()[-1] == str(tmp_path / FOLDER / home.INSTEAD / "jupyter_runtime")
