"""A bundle is made, installed and used on a machine whose network is cut off. Nothing in here is a stand-in."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from benchmarks.cut_off import cut_off, why_not
from gan_lessons.tools import bundle
from gan_lessons.tools.fresh_notebooks import Refused, fresh
from gan_lessons.tools.targets import Target

FIRST = "00_start_here.ipynb"
INTERFACES = "import socket; print([name for _, name in socket.if_nameindex()])"
# Starts the lessons, fetches the address that is told, and ends JupyterLab. It tells the address before it listens.
SERVED = """import os, re, signal, subprocess, sys, time, urllib.request
server = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True, start_new_session=True)
try:
    address = next(found[0] for line in server.stderr if (found := re.search(r"http://127\\S+token=\\w+", line)))
    for trial in range(600):
        try:
            answer = urllib.request.urlopen(address, timeout=60)
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    print(answer.status, answer.url.partition("?")[0], b"jupyter-config-data" in answer.read())
finally:
    os.killpg(server.pid, signal.SIGTERM)  # JupyterLab is a child of the command
server.communicate(timeout=60)"""


@pytest.fixture(scope="module")
def stick(tmp_path_factory):
    """A bundle for this machine. Without a network it cannot be made, and CI has one."""
    if fault := why_not():
        pytest.skip(fault)
    folder = tmp_path_factory.mktemp("bundle") / "stick"
    try:
        bundle.make(folder, [Target(".".join(map(str, sys.version_info[:2])))])
    except Refused as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"no bundle can be made here: {error}")
    yield folder
    shutil.rmtree(folder)


def offline(learner, *command, timeout=600):
    """What a command says that the learner runs without a network; it must end well."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JUPYTER", "PIP_"))}
    env |= {"HOME": str(learner), "PYTHON": sys.executable}
    said = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(cut_off(command), cwd=learner, env=env, timeout=timeout, **said)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.slow
def test_the_course_is_installed_and_used_without_a_network(stick, tmp_path):
    course = tmp_path / "gan_lessons"
    assert offline(tmp_path, sys.executable, "-c", INTERFACES) == "['lo']\n"
    said = offline(tmp_path, "sh", str(stick / "install.sh"))
    assert "Ready.\n" in said and said.endswith(f"on any other day: sh {course / 'start.sh'}\n")
    assert {path.name: path.read_bytes() for path in (course / "notebooks").iterdir()} == fresh()

    start = ["sh", str(course / "start.sh"), "--no-browser", "--allow-root"]
    served = offline(tmp_path, sys.executable, "-c", SERVED, *start)
    assert f"/lab/tree/{FIRST} True" in served and "\n200 http://127.0.0.1:" in served

    notebook = json.loads((course / "notebooks" / FIRST).read_text(encoding="utf-8"))
    upto = [cell["id"] for cell in notebook["cells"]].index("check-assert")
    few = notebook | {"cells": notebook["cells"][: upto + 1]}
    (course / "notebooks" / FIRST).write_text(json.dumps(few), encoding="utf-8")
    command = [str(course / "env" / "bin" / "jupyter-execute"), "--inplace", str(course / "notebooks" / FIRST)]
    offline(tmp_path, *command)
    ran = (course / "notebooks" / FIRST).read_bytes()
    assert b"Ready." in ran

    again = offline(tmp_path, "sh", str(stick / "install.sh"))
    assert "are installed already" in again and f"Kept, for they differ from the course's: {FIRST}\n" in again
    assert (course / "notebooks" / FIRST).read_bytes() == ran
