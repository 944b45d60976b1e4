"""Every notebook keeps the course's form: prose leads, cells are short, no output is stored that one should predict.

That the notebooks also run is nbval's part (see pyproject.toml).
"""

import ast
import re
import statistics
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
INSTALL = "colab-install"  # the tag of the one cell that may run shell commands
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
ENDING = ["key points", "exercises", "further reading"]
BADGES = "badges"

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def tags(cell):
    return set(cell.metadata.get("tags", ()))


def code_of(path):
    """The sources of the lesson's own code cells, without the Colab cell."""
    return [cell.source for cell in read(path).cells if cell.cell_type == "code" and INSTALL not in tags(cell)]


def prose_of(path):
    """The sources of the lesson's own Markdown cells, without the badges."""
    return [cell.source for cell in read(path).cells if cell.cell_type == "markdown" and BADGES not in tags(cell)]


def headings(path):
    text = re.sub(r"(?ms)^```.*?^```", "", "\n".join(prose_of(path)))
    return [heading.strip().lower() for heading in re.findall(r"(?m)^## (.+)$", text)]


def words(texts):
    return sum(len(re.findall(r"\w+", text)) for text in texts)


def lines(source):
    return sum(bool(line.strip()) for line in source.splitlines())


def test_is_valid_and_runs_on_any_python_kernel(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.nbformat == 4
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata, "widget state is an output, too: save without it"


def test_stores_no_outputs(path):
    code = [cell for cell in read(path).cells if cell.cell_type == "code"]
    stored = [cell.id for cell in code if cell.outputs or cell.execution_count]
    assert not stored, "run nbstripout on it"


def test_prose_leads(path):
    assert words(prose_of(path)) >= words(code_of(path))


def test_cells_are_short(path):
    lengths = [lines(source) for source in code_of(path)]
    assert statistics.median(lengths) <= 6
    assert max(lengths) <= 20


def test_has_one_import_cell(path):
    importing = [source for source in code_of(path) if imports(source)]
    assert len(importing) == 1, [source.splitlines()[0] for source in importing]


def imports(source):
    plain = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("%"))  # magics are no Python
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(plain)))


def test_runs_no_shell_commands(path):
    commands = re.compile(r"(?m)^\s*(!|%%(bash|sh|script|cmd)|%(pip|conda|sx|system)\b)|\b(os\.system|subprocess\.)")
    found = [source for source in code_of(path) if commands.search(source)]
    assert not found


def test_opens_with_a_picture_that_is_there_and_described(path):
    opening = prose_of(path)[0]
    assert opening.startswith("# ")
    alt, file = PICTURE.search(opening).groups()
    assert len(alt.split()) >= 5, "say in words what the picture shows"
    assert (path.parent / file).is_file(), "run `python docs/make_images.py`"


def test_all_pictures_are_described_and_there(path):
    for alt, file in PICTURE.findall("\n".join(prose_of(path))):
        assert alt.strip(), file
        assert file.startswith("https://") or (path.parent / file).is_file(), file


def test_closes_with_key_points_exercises_and_reading(path):
    assert headings(path)[-len(ENDING) :] == ENDING


def test_links_between_notebooks_lead_somewhere(path):
    targets = re.findall(r"\]\(([^):#]+\.ipynb)", "\n".join(prose_of(path)))
    missing = [target for target in targets if not (path.parent / target).is_file()]
    assert not missing


def test_hidden_answers_are_closed_and_rendered(path):
    """A <details> needs an end, and an empty line inside of it, or Markdown in it is shown as plain text."""
    for source in prose_of(path):
        assert source.count("<details>") == source.count("</details>") == source.count("</summary>")
        assert source.count("</summary>\n\n") == source.count("</summary>")
        assert source.count("\n\n</details>") == source.count("</details>")
