"""Every notebook keeps the course's form: prose leads, cells are short, no output is stored that one should predict.

That the notebooks also run is nbval's part (see pyproject.toml).
"""

import ast
import io
import re
import statistics
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
INSTALL = "colab-install"  # the tag of the one cell that may run shell commands
PICTURE = re.compile(r"!\[([^\]]*)\]([(\[][^)\]\s]+)")
DATA = re.compile(r"(?m)^\[picture\]: data:image/png;base64,(\S+)$")
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
    """The sources of the lesson's own Markdown cells, without the badges and without the bytes of pictures."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "markdown" and BADGES not in tags(cell)]
    return [DATA.sub("", cell.source) for cell in cells]


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


def test_imports_the_package_as_gl_and_nothing_else_of_it(path):
    lines = [line for source in code_of(path) for line in source.splitlines() if "gan_lessons" in line]
    assert lines == ["import gan_lessons as gl"]
    assert "gan_lessons." not in "\n".join(prose_of(path)), "say gl."


def test_runs_no_shell_commands(path):
    commands = re.compile(r"(?m)^\s*(!|%%(bash|sh|script|cmd)|%(pip|conda|sx|system)\b)|\b(os\.system|subprocess\.)")
    found = [source for source in code_of(path) if commands.search(source)]
    assert not found


def test_opens_with_its_title_and_a_described_picture_that_it_holds_itself(path):
    title, badges, install = read(path).cells[:3]
    assert title.source.startswith(f"# {path.name[:2]} · ")
    alt, target = PICTURE.search(title.source).groups()
    assert target == "[picture" and len(alt.split()) >= 5, "say in words what the picture shows"
    shown = Image.open(io.BytesIO(b64decode(DATA.search(title.source)[1])))
    assert shown.format == "PNG" and shown.width == 1200, "run `python docs/make_images.py`"
    assert (tags(badges), tags(install)) == ({BADGES}, {INSTALL})
    assert title.source.endswith(DATA.search(title.source)[0]), "the bytes come last, after all that one reads"


def test_names_no_file_beside_itself(path):
    """It may be opened alone. Links to other notebooks are for reading on, and no picture needs another file."""
    for source in prose_of(path):
        assert [target for _, target in PICTURE.findall(source) if target != "[picture"] == []
        beside = [target for target in re.findall(r"\]\(([^)\s]+)\)", source) if not target.startswith(("https:", "#"))]
        assert [target for target in beside if not target.endswith(".ipynb")] == []
        assert not re.search(r"<img|\.\./", source)


def test_answers_that_are_asserted_are_folded(path):
    """An assert tells the answer, so its cell is folded. JupyterLab shows the first line of such a cell: a comment."""
    code = [cell for cell in read(path).cells if cell.cell_type == "code"]
    folded = [cell for cell in code if cell.metadata.get("jupyter", {}).get("source_hidden")]
    telling = [cell for cell in code if re.search(r"(?m)^ *assert\b", cell.source)]
    assert [cell.id for cell in telling if cell not in folded] == []
    assert [cell.id for cell in folded if not cell.source.startswith("# ")] == []


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
