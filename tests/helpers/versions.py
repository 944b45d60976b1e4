"""Which versions the package asks for and which are tested, as its settings files say."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name):
    """Package -> version, for the lines `package==version` of a requirements file."""
    return dict(re.findall(r"(?m)^([\w.-]+)==([\w.]+)$", text(name)))


def bounds(lines):
    """Package -> lowest version, for the lines `package>=version`."""
    return dict(re.fullmatch(r"([\w.-]+)>=([\d.]+)", line).groups() for line in lines if "[" not in line)


RUNTIME = bounds(PYPROJECT["project"]["dependencies"])
EXTRAS = {name: bounds(lines) for name, lines in PYPROJECT["project"]["optional-dependencies"].items()}
LEARNER, DEVELOPER, SITE = (pins(f"requirements{of}.txt") for of in ("", "-dev", "-site"))
