"""The page of what other tools have: every test that it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file, name):
    [path] = (ROOT / "tests").rglob(file)
    assert not name or f"def {name}(" in path.read_text(encoding="utf-8")


def test_every_row_names_a_test_or_says_the_same():
    rows = [
        line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| GAN Lab |"))
    ]
    bare = [row for row in rows if "test_" not in row and "the same |" not in row and "shown by" not in row]
    assert len(rows) > 25 and bare == ['| an "epoch" is one iteration | a step is called a step | |']
