"""A notebook as a page: labs leave pictures, scrubbers live, and other widgets are told of."""

import base64
import errno
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gan_lessons.labs.dirac import DiracLab
from gan_lessons.labs.exported_page import GONE, STATE, VIEW, export, main
from gan_lessons.labs.scrubber import Scrubber
from gan_lessons.shipped import sweeps

LAB = "import gan_lessons as gl\n\nlab = gl.labs.Lab(gl.recipes.steady, runs=2)\nlab.advance(30)\nlab"


def saved(path, *outputs, widgets=None):
    cell = new_code_cell("lab", outputs=list(outputs))
    notebook = new_notebook(cells=[new_markdown_cell("# A lesson"), cell, new_code_cell("silent = 1")])
    if widgets:
        notebook.metadata["widgets"] = {STATE: {"state": widgets}}
    nbformat.write(notebook, path)
    return path


def view(model):
    return new_output("display_data", {VIEW: {"model_id": model}, "text/plain": "<Lab>"})


@pytest.fixture(scope="module")
def picture():
    return base64.b64encode(b"\x89PNG and so on").decode()


def test_a_lab_leaves_its_picture_and_other_widgets_a_sentence(tmp_path, picture):
    left = new_output(
        "display_data", {"image/png": picture, "text/plain": "Step 30"}, metadata={"needs_background": "light"}
    )
    page = export(saved(tmp_path / "lesson.ipynb", view("a"), left, view("slider"))).read_text()
    assert page.count(f'<img alt="Step 30" src="data:image/png;base64,{picture}"') == 1
    assert page.count(GONE) == 1 and "A lesson" in page


def test_a_scrubber_lives_in_the_page(tmp_path):
    scrubber = Scrubber(sweeps.load("ring_d_rates"), name="exported")
    state = {
        "state": {"spec": scrubber.spec},
        "buffers": [{"path": ["frames"], "data": base64.b64encode(scrubber.frames).decode(), "encoding": "base64"}],
    }
    page = export(
        saved(tmp_path / "lesson.ipynb", view("a"), widgets={"a": state}), tmp_path / "other.html"
    ).read_text()
    assert "<iframe" in page and "new Scrubber(root" in page and GONE not in page
    assert "require.min.js" not in page and "embed-amd" not in page, "it asks no network for widgets"


def test_the_lab_of_the_dirac_gan_lives_in_the_page(tmp_path):
    lab = DiracLab(name="exported", penalty="R1", theta=-0.5)
    path = saved(tmp_path / "lesson.ipynb", view("a"), widgets={"a": {"state": lab.get_state()}})
    page = export(path).read_text()
    assert "<iframe" in page and "new DiracView(root" in page and GONE not in page
    assert "&quot;theta&quot;: -0.5" in page


@pytest.mark.slow
def test_a_notebook_without_outputs_is_run_and_stays_as_it_is(tmp_path):
    path = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(LAB)]), path)
    before = path.read_bytes()
    page = export(path).read_text()
    assert page.count("<iframe") == 1 and "new FilmPlayer(root" in page and "../films/" not in page and GONE not in page
    assert "Step 1,526 (run 1 of 2" in page  # it goes on from step 30
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["none.ipynb", "lesson.txt"])
def test_what_is_no_notebook_is_refused(tmp_path, name):
    (tmp_path / "lesson.txt").write_text("words")
    with pytest.raises(ValueError, match="notebook must be a file"):
        export(tmp_path / name)
    for content in (
        "words",
        "[]",
        "{}",
        "3",
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        '{"nbformat": "x"}',
    ):
        (tmp_path / "broken.ipynb").write_text(content)
        with pytest.raises(ValueError, match="notebook must be a notebook"):
            export(tmp_path / "broken.ipynb")


def test_a_page_of_another_name_is_refused(tmp_path, picture):
    with pytest.raises(ValueError, match=r"ends in \.html"):
        export(saved(tmp_path / "lesson.ipynb", view("a")), tmp_path / "page.txt")


def test_what_stands_in_the_way_is_told_in_a_sentence(tmp_path, picture, capsys):
    path = saved(tmp_path / "lesson.ipynb", view("a"))
    path.with_suffix(".html").mkdir()
    assert main([str(path)]) == 2
    said = capsys.readouterr().err
    assert said == f"{path} was not exported: {os.strerror(errno.EISDIR)}.\n"
    asks = {"kernelspec": {"name": "of-another-machine", "display_name": "Other", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell("1")], metadata=asks), path)
    assert main([str(path)]) == 2
    assert "asks for a kernel 'of-another-machine', which is not here. Run it in" in capsys.readouterr().err


def test_the_command_says_what_it_wants(tmp_path, capsys):
    assert main([]) == 2
    assert "export NOTEBOOK" in capsys.readouterr().err
    assert main([str(tmp_path / "not_there.ipynb")]) == 2
    assert "a file that is there" in (said := capsys.readouterr().err) and "Traceback" not in said
