"""The preflight: every check can fail, says what to do, and never raises."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import FrozenInstanceError
from importlib import import_module, metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from gan_lessons import __main__ as command
from gan_lessons._core import checksums
from gan_lessons.tools import check
from gan_lessons.tools.check import Finding

GOOD = Finding("this", True, "fine")
WARNING = Finding("this", False, "slow", required=False)
BAD = Finding("that", False, "do something")


shutil_which = shutil.which  # before a test replaces it


def give(finding):
    return lambda: finding


# -- Python and packages


def test_this_python_will_do():
    assert check.python().ok


def test_old_python_is_named(monkeypatch):
    monkeypatch.setattr(check.platform, "python_version", lambda: "3.10.13")
    finding = check.python()
    assert not finding.ok
    assert "3.10.13" in finding.text
    assert "3.11" in finding.text


def test_installed_packages_will_do():
    finding = check.packages()
    assert finding.ok, finding.text
    assert f"torch {metadata.version('torch')}" in finding.text


def test_windows_paths_that_are_too_long_are_a_warning(monkeypatch):
    short, long = (
        r"C:\gan_lessons\.venv",
        "C:\\Users\\someone\\OneDrive - University of Somewhere Far\\gan_lessons\\.venv",
    )
    assert check.paths(short).ok and "210 characters" in check.paths(short).text
    finding = check.paths(long)
    assert not finding.ok and not finding.required and "4 characters shorter" in finding.text
    monkeypatch.setattr(check, "long_paths_enabled", lambda: True)
    assert check.paths(long).ok


def test_nothing_is_said_of_windows_elsewhere():
    assert (check.paths in check.CHECKS) == (os.name == "nt")
    assert os.name == "nt" or not check.long_paths_enabled()


@pytest.fixture
def requires(monkeypatch):
    """Lets the course ask for other packages than it does."""

    def ask(*lines):
        monkeypatch.setattr(check.metadata, "requires", lambda name: [*lines, "unheard-of>=1; extra == 'lab'"])

    return ask


def test_missing_package_is_named_with_its_remedy(requires):
    requires("numpy>=1.26", "no-such-package>=3")
    finding = check.packages()
    assert not finding.ok
    assert 'no-such-package is not installed: python -m pip install "no-such-package>=3"' in finding.text
    assert "numpy" not in finding.text


def test_old_package_is_named_with_its_remedy(requires, monkeypatch):
    requires("numpy>=2.10")
    monkeypatch.setattr(check.metadata, "version", lambda name: "2.9.1+local")
    assert check.packages().text == 'numpy 2.9.1+local is older than 2.10: python -m pip install "numpy>=2.10"'


def test_broken_package_is_named_with_its_remedy(requires, tmp_path, monkeypatch):
    (tmp_path / "broken.py").write_text("raise OSError('libsomething.so: cannot open\\nshared object')")
    (tmp_path / "broken-1.5.dist-info").mkdir()
    (tmp_path / "broken-1.5.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.5\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    requires("broken>=1.5")
    finding = check.packages()
    assert not finding.ok
    assert "broken 1.5 does not start (OSError: libsomething.so: cannot open shared object)" in finding.text
    assert "--force-reinstall" in finding.text


def test_course_that_is_not_installed_is_a_finding(monkeypatch):
    def nothing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(check.metadata, "requires", nothing)
    assert check.packages() == Finding("packages", False, f"the course itself is not installed: {check.INSTALL}")


# -- the front end


def test_stage_is_there():
    assert check.stage().ok, check.stage().text
    files = {path.name for path in (check.PACKAGE / "labs" / "stage").iterdir() if path.suffix in (".js", ".css")}
    assert check.STAGE.keys() == files


@pytest.mark.parametrize(
    ("name", "content"), [("clock.js", None), ("share.js", ""), ("paint.js", "<html>"), ("stage.css", None)]
)
def test_missing_or_damaged_stage_is_found(name, content, tmp_path, monkeypatch):
    monkeypatch.setattr(check, "PACKAGE", tmp_path)
    (tmp_path / "labs" / "stage").mkdir(parents=True)
    for file, mark in check.STAGE.items():
        (tmp_path / "labs" / "stage" / file).write_text(f"a file with {mark}")
    assert check.stage().ok
    (tmp_path / "labs" / "stage" / name).unlink()
    if content is not None:
        (tmp_path / "labs" / "stage" / name).write_text(content)
    finding = check.stage()
    assert not finding.ok
    assert f"{name} is missing or damaged" in finding.text


def jupyterlab_at(prefix, leave_out=(), first_line=None):
    """Makes what an environment with JupyterLab and the widgets' front ends has on the disk."""
    (prefix / "bin").mkdir(parents=True)
    program = prefix / "bin" / "jupyter-lab"
    program.write_text(first_line or f"#!{prefix}/bin/python\n")
    program.chmod(0o755)
    for name in set(check.FRONT_ENDS) - set(leave_out):
        folder = prefix / "share" / "jupyter" / "labextensions" / name
        (folder / "static").mkdir(parents=True)
        (folder / "static" / "entry.js").write_text("")
        build = {"jupyterlab": {"_build": {"load": "static/entry.js"}}}
        (folder / "package.json").write_text(json.dumps(build))
    return program


@pytest.fixture
def only_lab(monkeypatch, tmp_path):
    """Makes `jupyter-lab` the program at a path, and hides every front end outside of its environment."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "nothing"))
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    monkeypatch.setattr("jupyter_core.paths.SYSTEM_JUPYTER_PATH", [])
    monkeypatch.setattr(check, "serving_environment", lambda: None)

    def use(program, here=True):
        monkeypatch.setattr(check.shutil, "which", lambda name: program and str(program))
        if here:
            monkeypatch.setattr(check.sys, "prefix", str(program.parent.parent))

    return use


def test_front_ends_are_found(only_lab, tmp_path):
    only_lab(jupyterlab_at(tmp_path / "env"))
    assert check.jupyterlab().ok, check.jupyterlab().text


@pytest.mark.parametrize(("name", "package"), list(zip(check.FRONT_ENDS, ("anywidget", "ipywidgets"), strict=True)))
def test_missing_front_end_is_named_with_its_remedy(name, package, only_lab, tmp_path):
    only_lab(jupyterlab_at(tmp_path / "env", leave_out=[name]))
    finding = check.jupyterlab()
    assert not finding.ok
    assert finding.required
    assert f"lacks the front end of {name}: " in finding.text
    assert f"install --force-reinstall {package}" in finding.text


@pytest.mark.parametrize("damage", ["package.json", "static/entry.js"])
def test_damaged_front_end_is_found(damage, only_lab, tmp_path):
    only_lab(jupyterlab_at(tmp_path / "env"))
    (tmp_path / "env/share/jupyter/labextensions/anywidget" / damage).unlink()
    assert "lacks the front end of anywidget" in check.jupyterlab().text


def test_jupyterlab_of_another_environment_is_a_warning(only_lab, tmp_path):
    only_lab(jupyterlab_at(tmp_path / "other"), here=False)
    finding = check.jupyterlab()
    assert not finding.ok
    assert not finding.required
    assert "belongs to another Python" in finding.text


@pytest.mark.skipif(os.name == "nt", reason="the program is a script for a Unix")
def test_an_environment_need_not_be_activated(only_lab, tmp_path, monkeypatch):
    only_lab(jupyterlab_at(tmp_path / "env"))
    monkeypatch.setattr(check.shutil, "which", shutil_which)
    monkeypatch.setenv("PATH", "")
    assert check.jupyterlab().ok, check.jupyterlab().text


@pytest.mark.parametrize(("version", "ok"), [("3.6.8", False), ("4.1.9", False), ("4.2.0", True), ("4.10.0", True)])
def test_an_old_jupyterlab_is_named_with_its_remedy(version, ok, only_lab, tmp_path):
    only_lab(jupyterlab_at(tmp_path / "env"))
    info = tmp_path / "env" / "lib" / "python3.11" / "site-packages" / f"jupyterlab-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: jupyterlab\nVersion: {version}\n")
    finding = check.jupyterlab()
    assert finding.ok is ok and finding.required
    assert ok or f"is {version}, which is older than 4.2: " in finding.text
    assert ok or finding.text.endswith('-m pip install "jupyterlab>=4.2"')


def test_no_jupyterlab_is_a_warning(monkeypatch):
    monkeypatch.setattr(check, "serving_environment", lambda: None)
    monkeypatch.setattr(check.shutil, "which", lambda name, path=None: None)
    finding = check.jupyterlab()
    assert not finding.ok
    assert not finding.required
    assert check.INSTALL in finding.text


@pytest.mark.parametrize("fault", ["missing", "broken"])
def test_who_installed_from_the_stick_is_sent_back_to_it(fault, tmp_path, monkeypatch):
    def broken(name):
        raise ImportError(name)

    (tmp_path / check.STICK_MARK).touch()
    monkeypatch.setattr(check.sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(check.importlib, "import_module", broken)
    text, _ = check.package("torch", "2.0") if fault == "broken" else check.package("no-such-package", "1.0")
    script = "install.bat" if os.name == "nt" else "sh install.sh"
    assert text.endswith(f'type {script} "{tmp_path}"') and "pip" not in text


ASK = "from gan_lessons.tools import check; print(check.jupyterlab())"


@pytest.mark.skipif(os.name == "nt", reason="the program is a script for a Unix")
def test_what_serves_it_is_looked_at_and_not_what_would_be_started(tmp_path):
    """As a kernel has it whose Jupyter was started by its full path, with no environment activated."""
    server = tmp_path / "jupyter-lab"
    server.write_text(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ASK!r}], check=True)")
    environment = {"PATH": "", "PYTHONPATH": str(check.PACKAGE.parent)}
    program = [sys.executable, str(server)]
    said = subprocess.run(program, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "ok=True" in said and "is not found" not in said


@pytest.mark.parametrize(
    ("words", "serves"),
    [
        (["/env/bin/python3.12", "/env/bin/jupyter-lab", "--no-browser"], True),
        (["Python", "-m", "jupyterlab"], True),  # of a framework of macOS
        (["/env/bin/jupyter-lab.exe"], True),
        (["bash", "jupyter_on_the_cluster.sh"], False),
        (["vim", "jupyter_notes.md"], False),
        (["python", "train.py"], False),
        ([], False),
    ],
    ids=str,
)
def test_a_shell_or_an_editor_serves_nothing(words, serves, monkeypatch):
    """Whatever its file is called. Its folder would be taken for an environment that lacks the widgets."""
    parent = SimpleNamespace(cmdline=lambda: words)
    monkeypatch.setattr("psutil.Process", lambda: SimpleNamespace(parents=lambda: [parent]))
    monkeypatch.setattr(check.shutil, "which", lambda name: f"/env/bin/{Path(name).name}")
    assert check.serving_environment() == (Path("/env") if serves else None)


def test_the_serving_environment_needs_no_activation_and_lacks_what_it_lacks(only_lab, tmp_path, monkeypatch):
    only_lab(None, here=False)
    for name, left_out in (("whole", []), ("damaged", ["anywidget"])):
        jupyterlab_at(tmp_path / name, leave_out=left_out)
        monkeypatch.setattr(check, "serving_environment", lambda name=name: tmp_path / name)
        finding = check.jupyterlab()
        assert finding.ok == (not left_out), finding.text
    assert "lacks the front end of anywidget" in finding.text


def test_colab_needs_no_jupyterlab(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    assert check.jupyterlab().ok


def test_environment_of_a_command(tmp_path):
    own = jupyterlab_at(tmp_path / "own")
    long = jupyterlab_at(tmp_path / "long", first_line='#!/bin/sh\n\'\'\'exec\' "/a b/bin/python3" "$0" "$@"\n')
    shim = jupyterlab_at(tmp_path / "shim", first_line="#!/usr/bin/env bash\n")
    program = jupyterlab_at(tmp_path / "program", first_line="MZ\x00")
    assert check.environment_of(own) == tmp_path / "own"
    assert check.environment_of(long) == Path("/a b")
    assert check.environment_of(shim) == Path(sys.prefix)
    assert check.environment_of(program) == tmp_path / "program"


# -- data


def test_shipped_data_is_intact():
    assert "files are intact" in check.data().text, (
        f"{check.data().text}\n(after a wanted change: python -m gan_lessons checksums)"
    )


def test_no_data_is_fine(tmp_path):
    assert check.data(tmp_path).ok


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "one.bin").write_bytes(b"one")
    (tmp_path / "sub" / "two words.txt").write_bytes(b"two")
    (tmp_path / "__init__.py").write_text("")
    checksums.write(tmp_path)
    return tmp_path


def test_intact_data_is_counted(folder):
    assert check.data(folder) == Finding("data", True, "all 2 files are intact")


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda folder: (folder / "sub" / "two words.txt").write_bytes(b"twO"), "sub/two words.txt is damaged"),
        (lambda folder: (folder / "one.bin").unlink(), "one.bin is missing"),
        (lambda folder: (folder / "new").write_bytes(b""), "new is not listed in SHA256SUMS"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), "one.bin is not listed in SHA256SUMS"),
        (lambda folder: (folder / "SHA256SUMS").write_text("nonsense\n"), "SHA256SUMS is damaged"),
        (lambda folder: (folder / "SHA256SUMS").write_bytes(b"\xff"), "SHA256SUMS is damaged"),
    ],
)
def test_damaged_data_is_named(do, words, folder):
    do(folder)
    finding = check.data(folder)
    assert not finding.ok
    assert words in finding.text


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs the command sha256sum")
def test_list_is_what_sha256sum_reads(folder):
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", checksums.LIST], cwd=folder, check=True)


# -- the machine


def test_device_says_what_and_why(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", "12.6")
    assert check.device().text.startswith("cpu: torch sees no GPU")
    monkeypatch.setattr(torch.version, "cuda", None)
    assert check.device().text.startswith("cpu: this torch is the build for CPUs")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Big One")
    assert check.device() == Finding("device", True, "cuda: torch can use Big One")


@pytest.mark.parametrize("limit", ["1", "0.5", None])
def test_good_core_limit(limit, monkeypatch):
    if limit is None:
        monkeypatch.delenv("CPU_LIMIT", raising=False)
    else:
        monkeypatch.setenv("CPU_LIMIT", limit)
    assert check.cores().ok
    assert limit is None or f"CPU_LIMIT={limit}" in check.cores().text


@pytest.mark.parametrize("limit", ["0", "-1", "two", "nan", ""])
def test_senseless_core_limit_is_a_warning(limit, monkeypatch):
    monkeypatch.setenv("CPU_LIMIT", limit)
    finding = check.cores()
    assert not finding.ok
    assert not finding.required
    assert f"CPU_LIMIT={limit!r}" in finding.text


def test_memory_here_is_read():
    assert check.free_memory() > 0


def test_memory_limit_of_a_container_counts(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:    8000000 kB\n")
    assert check.free_memory(tmp_path) == pytest.approx(8.192)
    group = tmp_path / "sys" / "fs" / "cgroup"
    group.mkdir(parents=True)
    (group / "memory.current").write_text("1500000000\n")
    (group / "memory.stat").write_text("anon 5\ninactive_file 300000000\n")
    (group / "memory.max").write_text("2000000000\n")
    assert check.free_memory(tmp_path) == pytest.approx(0.8)
    (group / "memory.max").write_text("max\n")
    assert check.free_memory(tmp_path) == pytest.approx(8.192)


@pytest.mark.parametrize(("free", "ok"), [(8.0, True), (0.3, False), (None, False)])
def test_little_memory_is_a_warning(free, ok, monkeypatch):
    monkeypatch.setattr(check, "free_memory", lambda: free)
    assert check.memory().ok is ok
    assert ok or not check.memory().required


def test_memory_is_unknown_where_nothing_tells(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert check.free_memory(tmp_path) is None


def room(free, of=None):
    """shutil.disk_usage with so many GB free; `of`: the same for some paths."""
    return lambda path: SimpleNamespace(free=(of or {}).get(str(path), free) * 1e9)


@pytest.mark.parametrize(("free", "ok"), [(8.0, True), (0.51, True), (0.49, False), (0.0, False)])
def test_little_room_on_the_disk_is_a_warning(free, ok, monkeypatch, tmp_path):
    monkeypatch.setattr(check.shutil, "disk_usage", room(free))
    finding = check.disk(tmp_path)
    assert finding.ok is ok and finding.required is ok
    assert ok or f"only {free:.2f} GB free in {tmp_path}, and lessons need 0.5 GB: make room" in finding.text


@pytest.mark.parametrize(("free", "ok"), [(2.1, True), (1.9, False)])
def test_before_the_installation_its_room_counts(free, ok, monkeypatch):
    monkeypatch.setattr(check.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(check.shutil, "disk_usage", room(9.0, {"env": free}))
    finding = check.disk(prefix="env")
    assert finding.ok is ok and finding.required is ok
    assert ok or "only 1.9 GB free for env: the installation takes 2 GB" in finding.text


def test_the_disk_here_is_read():
    assert check.disk().text.endswith("GB free") or not check.disk().ok


# -- the trial training


def test_trial_training_trains():
    advance = check.trial()
    advance(3)
    assert check.training(seconds=0.05).text.endswith(("a second", "kernels"))


def test_slow_training_is_a_warning(monkeypatch):
    clock = iter(range(0, 1000, 3))
    monkeypatch.setattr(check, "trial", lambda: lambda steps: None)
    monkeypatch.setattr(check.time, "perf_counter", lambda: next(clock))
    finding = check.training(5.0)
    assert finding == Finding("training", False, finding.text, required=False)
    assert finding.text.startswith("50 steps in 6 s, 8 a second: the labs will not be smooth")


def test_training_that_fails_is_a_finding(monkeypatch):
    def broken():
        raise RuntimeError("no\nrecipe")

    monkeypatch.setattr(check, "trial", broken)
    [finding] = check.findings([check.training])
    assert not finding.ok
    assert "RuntimeError: no recipe" in finding.text


# -- the command


def test_finding_is_frozen():
    with pytest.raises(FrozenInstanceError):
        GOOD.ok = False


@pytest.mark.parametrize(("found", "code"), [([GOOD], 0), ([GOOD, WARNING], 0), ([BAD, GOOD], 1)])
def test_exit_code_and_lines(found, code, capsys):
    assert check.main(checks=[give(finding) for finding in found]) == code
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(found) + 1
    assert all(finding.text in line for finding, line in zip(found, lines, strict=False))
    assert lines[-1].startswith("Ready" if code == 0 else "Not ready")


@pytest.mark.parametrize(("found", "code"), [([GOOD], 0), ([GOOD, WARNING], 0), ([BAD, GOOD], 1)])
def test_json_has_the_same_findings_and_exit_code(found, code, capsys):
    def talkative():
        print("a package greets")
        return found[0]

    assert check.main(["--json"], [talkative, *(give(finding) for finding in found[1:])]) == code
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert [Finding(**finding) for finding in answer["findings"]] == found
    assert answer["ready"] is (code == 0) and said.err == "a package greets\n"


@pytest.mark.parametrize("wrong", [["--jsn"], ["--json", "--json"], ["--json", "me"]], ids=str)
def test_check_refuses_other_words(wrong, capsys):
    assert check.main(wrong, [give(GOOD)]) == 2
    said = capsys.readouterr()
    assert said.err == "usage: python -m gan_lessons check [--json]\n" and said.out == ""


def test_marks(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert check.line(GOOD) == "\N{CHECK MARK} this: fine"
    assert check.line(GOOD, colour=True).startswith("\033[32m\N{CHECK MARK}\033[0m")
    assert check.line(BAD, "ascii") == "X that: do something"
    assert check.line(Finding("path", False, "/h\u00e9", False), "ascii") == "! path: /h?"
    monkeypatch.setenv("NO_COLOR", "1")
    assert check.line(WARNING, colour=True) == "! this: slow"


@pytest.mark.parametrize("arguments", [[], ["chek"], ["check", "me"]])
def test_wrong_command_prints_usage(arguments, capsys):
    assert command.main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: python -m gan_lessons ")


def test_every_command_is_there_and_told_of():
    for name, (file, what) in command.COMMANDS.items():
        assert callable(import_module(f"gan_lessons.{file}").main) and f"{name:11}{what}" in command.USAGE


@pytest.mark.parametrize("name", ["ship", "runs", "sweep"])
def test_a_command_hands_on_what_it_is_given(name):
    with pytest.raises((SystemExit, ValueError)):  # nothing of that name ships
        command.main([name, "nothing"])


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["in words", "as JSON"])
def test_command_says_what_is_wrong_without_any_package(words, tmp_path):
    """With no installed package at all the preflight still answers, check by check, and without a traceback."""
    left_out = shutil.ignore_patterns("files", "__pycache__")
    shutil.copytree(check.PACKAGE, tmp_path / "gan_lessons", ignore=left_out)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from gan_lessons.__main__ import main; "
        "sys.exit(main(['check', *sys.argv[2:]]))"
    )
    environment = {"PATH": "", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    program = [sys.executable, "-I", "-S", "-c", code, str(tmp_path), *words]
    done = subprocess.run(program, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 1
    assert done.stderr == ""
    said = json.loads(done.stdout)["findings"] if words else done.stdout.splitlines()[:-1]
    assert len(said) == len(check.CHECKS)
    assert "the course itself is not installed" in done.stdout
    assert "No module named 'torch'" in done.stdout
