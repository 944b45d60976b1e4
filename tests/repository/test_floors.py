"""What may import what: the floors that pyproject.toml declares for import-linter, and their report where one breaks.

That a module is as light in memory as it should be is `test_imports`' part; here are the imports that are written.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def test_the_floors_hold():
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter is not installed")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [program, "--no-cache", "--config", "pyproject.toml"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in done.stdout


def test_every_folder_has_its_floor():
    named = " ".join(CONTRACTS[0]["layers"]).replace("|", " ").split()
    assert sorted(named) == sorted(path.parent.name for path in (ROOT / "gan_lessons").glob("*/__init__.py"))
