"""`docs/make_images.py` writes a picture into a notebook, and changes nothing else of it."""

import importlib.util
import json
from base64 import b64encode
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def make_images():
    spec = importlib.util.spec_from_file_location("make_images", ROOT / "docs" / "make_images.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_notebook_has_its_picture_drawn(make_images):
    assert list(make_images.PICTURES) == [path.stem for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_another_picture_takes_the_place_of_the_first_and_nothing_else(path, make_images):
    text = path.read_text(encoding="utf-8")
    other = make_images.with_picture(text, b"another")
    assert other != text and make_images.with_picture(other, b"another") == other
    old, new = (json.loads(one) for one in (text, other))
    assert new["cells"][0]["source"][-1] == make_images.PICTURE + b64encode(b"another").decode()
    for notebook in (old, new):
        notebook["cells"][0]["source"].pop()
    assert old == new


def test_one_command_redraws_it(make_images, tmp_path, capsys):
    """The one that needs no training: the first digits of the network that ships."""
    path = tmp_path / "04_mnist_dcgan.ipynb"
    text = (ROOT / "notebooks" / path.name).read_text(encoding="utf-8")
    path.write_text(make_images.with_picture(text, b"none"), encoding="utf-8")
    make_images.main(["04_mnist_dcgan"], tmp_path)
    line = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"][-1]
    assert line.startswith(make_images.PICTURE) and 20_000 < len(line) < 100_000
    assert "kB" in capsys.readouterr().out


def test_a_notebook_without_a_place_for_it_is_refused(make_images):
    cell = {"cell_type": "markdown", "metadata": {}, "source": ["# A title"]}
    with pytest.raises(ValueError, match="A title"):
        make_images.with_picture(json.dumps({"cells": [cell]}), b"")
