"""`python -m gan_lessons slides`: what it writes, and that it writes over nothing."""

import errno
import io
import os

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gan_lessons._core import files
from gan_lessons.slides import command

TITLE = "# 07 · Name: about\n\n![A picture.][picture]\n\n[picture]: data:image/png;base64,AAAA"
DRAW = """import gan_lessons as gl
figure, ax = gl.plots.canvas(width=2, height=1)
gl.plots.Picture(figure, "An empty figure.")"""


@pytest.fixture
def root(tmp_path):
    """A course of two small notebooks."""
    for folder in ("notebooks", "workshop"):
        (tmp_path / folder).mkdir()
    for name in ("07_one", "08_two"):
        cells = [new_markdown_cell(TITLE.replace("07", name[:2])), new_markdown_cell("## 1. Part\n\nWords.")]
        notebook = new_notebook(cells=[*cells, new_code_cell(DRAW)])
        nbformat.write(notebook, tmp_path / "notebooks" / f"{name}.ipynb")
        guide = f"# {name}\n\nLead.\n\n<!-- minutes -->\n\n## What to say\n\n### 1. Part\n\nSay it.\n\n## More\n"
        (tmp_path / "workshop" / f"{name}.md").write_text(guide, encoding="utf-8")
    return tmp_path


@pytest.fixture
def not_run(monkeypatch):
    monkeypatch.setattr(command, "executed", lambda path: nbformat.read(path, as_version=4))


@pytest.mark.slow
def test_a_notebook_is_run_elsewhere_and_its_pictures_are_shown(root):
    before = (root / "notebooks" / "07_one.ipynb").read_bytes()
    [page] = command.make(root / "slides", ["07"], root)
    text = page.read_text(encoding="utf-8")
    assert page.name == "07_one.html" and text.count('alt="An empty figure."') == 1 and "Say it." in text
    assert (root / "notebooks" / "07_one.ipynb").read_bytes() == before
    assert len(list((root / "notebooks").iterdir())) == 2


@pytest.mark.slow
def test_a_notebook_that_fails_is_told_in_a_sentence(root):
    path = root / "notebooks" / "08_two.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    with pytest.raises(ValueError, match=r"08_two\.ipynb failed \(ZeroDivisionError: division by zero\)\. Run it in"):
        command.make(root / "slides", ["08"], root)
    assert list((root / "slides").iterdir()) == []


def test_all_notebooks_or_those_that_are_named(root, not_run):
    assert [page.name for page in command.make(root / "all", (), root)] == ["07_one.html", "08_two.html"]
    assert [page.name for page in command.make(root / "some", ["08", "08"], root)] == ["08_two.html"]


def test_what_reset_keeps_is_no_lesson(root, not_run):
    mine = root / "notebooks" / "08_two_kept_2026-11-28_09-10-36.ipynb"
    mine.write_bytes((root / "notebooks" / "08_two.ipynb").read_bytes())
    assert [page.name for page in command.make(root / "slides", (), root)] == ["07_one.html", "08_two.html"]


def test_a_page_that_is_there_is_left_as_it_is(root, not_run):
    (root / "slides").mkdir()
    own = root / "slides" / "08_two.html"
    own.write_text("mine")
    with pytest.raises(ValueError, match="is there already, and is left as it is"):
        command.make(root / "slides", (), root)
    assert own.read_text() == "mine" and list((root / "slides").iterdir()) == [own]


def test_a_full_disk_leaves_no_half_page(root, not_run, monkeypatch, capsys):
    class Full(io.BytesIO):
        def write(self, text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(command.make, "__defaults__", ((), root))
    monkeypatch.setattr(files, "open_new", lambda page: page.touch() or Full())
    assert command.main([str(root / "slides"), "07"]) == 2
    assert (
        capsys.readouterr().err == f"{root / 'slides'} cannot be used (No space left on device). Give another folder.\n"
    )
    assert list((root / "slides").iterdir()) == []


def test_a_notebook_that_is_not_there_is_refused(root, tmp_path_factory):
    with pytest.raises(ValueError, match=r"There is no notebook 99\. These are there: 07, 08"):
        command.make(root / "slides", ["99"], root)
    with pytest.raises(ValueError, match="call this in a checkout of the course"):
        command.make(root / "slides", (), tmp_path_factory.mktemp("empty"))
    assert not (root / "slides").exists()


def test_a_cell_that_takes_too_long_is_not_told_as_a_fault_of_the_folder(root, monkeypatch, capsys):
    def late(self, **more):
        raise CellTimeoutError("A cell timed out")

    monkeypatch.setattr(NotebookClient, "execute", late)
    monkeypatch.setattr(command.make, "__defaults__", ((), root))
    assert command.main([str(root / "slides"), "07"]) == 2
    said = capsys.readouterr().err
    assert "07_one.ipynb took more than 1200 seconds. Run it in JupyterLab" in said and "cannot be used" not in said


def test_the_command_says_what_is_missing_in_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "latex2mathml" else object())
    assert command.main([str(tmp_path)]) == 2
    assert 'latex2mathml. Install it with: python -m pip install -e ".[lab,instructor]"' in capsys.readouterr().err


def test_the_command_says_what_was_wrong_in_a_sentence(tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("")
    assert command.main([str(tmp_path), "99"]) == 2 and "no notebook 99" in capsys.readouterr().err
    assert command.main([str(file / "slides"), "00"]) == 2
    assert f"{file / 'slides'} cannot be used" in capsys.readouterr().err
