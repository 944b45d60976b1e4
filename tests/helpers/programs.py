"""How commands of other programs are tested that pages of the repository name (`tests/repository/test_commands.py`).

Each function gets the command, a copy of the course as the folder in which it is called, and a list that it may ignore.
A program that would install, serve or ask a network only reads its words.
"""

import argparse
import json
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.config import get_config

from gan_lessons.tools import badges
from helpers.versions import DEVELOPER, EXTRAS, LEARNER, ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pip(command, course, called):
    """pip reads the words. Then each file, extra and version is one of the course's, and each address PyTorch's."""
    options, wanted = pip_reads(command.words[command.words.index("pip") + 1 :])
    assert all((ROOT / name).is_file() or name == "/dev/stdin" for name in options["requirements"])
    for one in options.get("editables", []):
        path, extras = re.fullmatch(r"(\.)(?:\[([\w,]+)\])?", one).groups()
        assert path == "." and set((extras or "lab").split(",")) <= EXTRAS.keys()
    for one in set(wanted) - {"."}:
        name, _, version = one.partition("==")
        assert version == (LEARNER | DEVELOPER).get(name, ""), one
    assert options["index_url"] in ("https://download.pytorch.org/whl/cpu", pip_reads(["install", "x"])[0]["index_url"])


# in a process of its own, for pip loads an old distutils, which setuptools would find in this one
READ = """import json, sys
from pip._internal.commands import create_command
options, wanted = create_command(sys.argv[1]).parser.parse_args(sys.argv[2:])
print(json.dumps([vars(options), wanted], default=str))"""


def pip_reads(words):
    """The options by name, and the other words."""
    done = subprocess.run([sys.executable, "-c", READ, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def environment(command, course, called):
    made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", *command.words[3:]], check=True, timeout=120)
    assert made.returncode == 0 and (course / command.words[3] / "pyvenv.cfg").is_file()


def activation(command, course, called):
    if sys.platform == "win32":
        pytest.skip("Windows has another script")
    folder = Path(command.words[1]).parents[1]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    script = f"source {command.words[1]} && command -v python"
    done = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, check=True, timeout=60)
    assert Path(done.stdout.strip()).is_relative_to(course / folder)


def clone(command, course, called):
    assert command.words[2:] == (badges.address(),)


def into_the_course(command, course, called):
    assert command.words[1:] == (badges.address().rpartition("/")[2],)


def opened_file(command, course, called):
    assert pytest.importorskip(command.words[0].replace("jupyter", "jupyterlab"))
    assert (ROOT / command.words[-1]).is_file() and command.words[-1].startswith("notebooks/")


def conversion(command, course, called):
    parser = argparse.ArgumentParser()
    parser.add_argument("--to")
    exporters = pytest.importorskip("nbconvert.exporters").get_export_names()
    assert parser.parse_args(command.words[2:]).to in exporters


def print_to_file(command, course, called):
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    *words, page = command.words[1:]
    (course / page).write_text("<title>A lesson</title><p>A page.</p>", encoding="utf-8")
    subprocess.run([CHROMIUM, "--no-sandbox", *words, page], check=True, timeout=120, capture_output=True)
    [made] = [word.partition("=")[2] for word in words if word.startswith("--print-to-pdf")]
    assert (course / made).read_bytes().startswith(b"%PDF")


def script(command, course, called):
    subprocess.run(["bash", "-n", ROOT / command.words[1]], check=True, timeout=60)
    pytest_words(command.words[2:])


def suite(command, course, called):
    pytest_words(command.words[1:])


def pytest_words(words):
    """pytest itself reads the words; this run shows that it works."""
    config = get_config()
    config.pluginmanager.load_setuptools_entrypoints("pytest11")
    found = config._parser.parse(list(words))
    assert all((ROOT / name).exists() for name in found.file_or_dir)


def hooks(command, course, called):
    assert command.words == ("pre-commit", "install") and (ROOT / ".pre-commit-config.yaml").is_file()


def windows(command, course, called):
    """It needs Windows and an administrator. Its name and its words are Microsoft's."""
    assert command.words[2:] == ("LongPathsEnabled", "1")
    assert command.words[1] == r"HKLM:\SYSTEM\CurrentControlSet\Control\FileSystem"


def installation(command, course, called):
    """It lies in the folder that `bundle` makes."""
    [script] = (ROOT / "gan_lessons" / "tools" / "bundled").rglob(command.words[1])
    subprocess.run(["sh", "-n", script], check=True, timeout=60)


def opened_from_the_stick(command, course, called):
    """The script that the installation writes into the folder that it makes."""
    install = runpy.run_path(str(ROOT / "gan_lessons" / "tools" / "bundled" / "install.py"))
    script = Path(command.words[1]).expanduser()
    assert script.parent == Path(install["default_folder"](0))
    assert install["start_script"](str(course)) == f"sh {course / script.name}"
    subprocess.run(["sh", "-n", course / script.name], check=True, timeout=60)


def site(command, course, called):
    reads = pytest.importorskip("sphinx.cmd.build").get_parser()
    given = reads.parse_args(command.words[3:])
    assert (ROOT / given.confdir / "conf.py").is_file() and (ROOT / given.sourcedir).is_dir()


def on_the_hub(command, course, called):
    """On a server of its own, as an administrator: pip reads its words, what is copied exists, and settings have the
    form that tljh-config takes."""
    program, *rest = [word for word in command.words[1:] if word != "-E"]
    if program == "pip":
        return pip(command, course, called)
    if program == "cp":
        *_, source, target = rest
        assert (ROOT / source).exists() and target.startswith("/")
        return None
    assert program == "tljh-config" and len(rest) == {"set": 3, "add-item": 3, "reload": 1}[rest[0]]
    return None


def search(command, course, called):
    assert (ROOT / command.words[-1]).is_file()
    assert subprocess.run(command.words, cwd=ROOT, capture_output=True, timeout=60).stdout


def image(command, course, called):
    reads = pytest.importorskip("repo2docker.__main__").get_argparser()
    words = [word.replace("REGISTRY", "registry.example.org") for word in command.words[1:]]
    assert reads.parse_args(words).repo == "."
