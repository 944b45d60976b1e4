"""The second run, with Colab's versions: what it installs goes together with what the package and the tests ask for.

The run itself is `.ci/colab`.
"""

import re
import shutil
import subprocess

import pytest
from helpers.versions import DEVELOPER, LEARNER, ROOT, RUNTIME, pins, text

from gan_lessons.tools import check

COLAB = pins("requirements-colab.txt")
COLABS_OWN = {"numpy", "matplotlib", "ipywidgets", "anywidget", "ipykernel", "ipython"}


def test_all_that_the_package_needs_is_pinned_within_its_bounds():
    assert RUNTIME.keys() <= COLAB.keys()
    for name, lowest in RUNTIME.items():
        assert check._numbers(COLAB[name]) >= check._numbers(lowest), name


def test_what_is_not_colabs_is_as_in_the_tested_set():
    ours = {name: version for name, version in COLAB.items() if name not in COLABS_OWN}
    assert ours == {name: (LEARNER | DEVELOPER)[name] for name in ours}
    assert text("requirements-colab.txt").splitlines()[-1] == "-e ."


def test_widgets_are_older_than_in_the_tested_set():
    for name in ("numpy", "ipywidgets", "anywidget", "ipykernel"):
        assert check._numbers(COLAB[name]) < check._numbers(LEARNER[name]), name


def test_the_run_reads_these_versions_and_ci_starts_it():
    script = ROOT / ".ci" / "colab"
    written = script.read_text(encoding="utf-8")
    assert re.findall(r"-r (\S+)", written) == ["requirements-colab.txt"]
    assert " notebooks tests/labs " in written.splitlines()[-1]
    assert "bash .ci/colab" in text(".ci/run").splitlines()
    assert script.stat().st_mode & 0o111
    if not (bash := shutil.which("bash")):
        pytest.skip("no bash to read the script")
    subprocess.run([bash, "-n", script], check=True)
