"""The folder for a USB stick: what it holds, what stands in its way, and what its scripts say then."""

import importlib.util
import ntpath
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers.versions import LEARNER, ROOT

from gan_lessons import __version__
from gan_lessons.tools import bundle, check, wheels
from gan_lessons.tools.fresh_notebooks import Refused
from gan_lessons.tools.targets import Target

HERE = Target(".".join(map(str, sys.version_info[:2])))
WINDOWS, MAC = Target("3.12", "win_amd64"), Target("3.13", "macosx_14_0_arm64")
LINUX = Target("3.11", "manylinux_2_28_x86_64")
PIP = Path(distribution("pip").locate_file("pip"))  # `find_spec` would bring the old distutils into this process
USAGE = 'sh install.sh "FOLDER"'
needs_sh = pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")


def wheel(folder, name, *asked, content=b"x"):
    """Makes the wheel of a file name, which asks for other packages."""
    package, version, *_ = name.split("-")
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {package}",
        f"Version: {version}",
        *map("Requires-Dist: {}".format, asked),
    ]
    with zipfile.ZipFile(folder / name, "w") as file:
        file.writestr(f"{package}/__init__.py", content)
        file.writestr(f"{package}-{version}.dist-info/METADATA", "\n".join(lines) + "\n")
    return folder / name


# -- which wheels


def test_what_is_needed_depends_on_the_machine(tmp_path):
    top = wheel(tmp_path, "top-1.0-py3-none-any.whl", 'there; os_name == "nt"', 'mac; sys_platform == "darwin"')
    there = wheel(tmp_path, "there-2.0-cp312-cp312-win_amd64.whl")
    wheel(tmp_path, "there-3.0-cp311-cp311-win_amd64.whl")
    assert wheels.needed(WINDOWS, ["top"], tmp_path) == ({top, there}, [])
    assert wheels.needed(MAC, ["top"], tmp_path) == ({top}, ["mac"])
    assert wheels.needed(LINUX, ["top"], tmp_path) == ({top}, [])


def test_extras_and_versions_are_followed(tmp_path):
    wheel(tmp_path, "top-1.0-py3-none-any.whl", "other[more]>=2")
    wheel(tmp_path, "other-1.5-py3-none-any.whl")
    assert wheels.needed(HERE, ["top"], tmp_path)[1] == ["other>=2"]
    wheel(tmp_path, "other-2.1-py3-none-any.whl", 'extra_one; extra == "more"', 'no; extra == "less"')
    assert wheels.needed(HERE, ["top"], tmp_path)[1] == ["extra_one"]


@pytest.mark.parametrize(
    ("target", "fits"),
    [
        (WINDOWS, ["cp312-cp312-win_amd64", "cp310-abi3-win_amd64", "py3-none-any"]),
        (MAC, ["cp313-cp313-macosx_14_0_arm64", "cp313-cp313-macosx_11_0_arm64", "cp38-abi3-macosx_10_13_universal2"]),
        (LINUX, ["cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", "cp311-cp311-manylinux_2_28_x86_64"]),
    ],
    ids=str,
)
def test_the_wheels_of_a_machine_are_told_from_others(target, fits, tmp_path):
    for i, tags in enumerate(fits):
        wheel(tmp_path, f"p{i}-1-{tags}.whl")
    for i, tags in enumerate(["cp39-cp39-win_amd64", "cp312-cp312-win32", "cp311-cp311-manylinux_2_34_x86_64"]):
        wheel(tmp_path, f"q{i}-1-{tags}.whl")
    assert wheels._fitting(target, tmp_path).keys() == {f"p{i}" for i in range(len(fits))}


def test_a_machine_is_told_in_words():
    assert str(WINDOWS) == "Python 3.12 on Windows (AMD64)"
    assert str(MAC) == "Python 3.13 on macOS 14 or newer (arm64)"
    assert str(LINUX) == "Python 3.11 on Linux (x86_64)"


def test_half_a_wheel_is_swept_and_a_whole_one_stays(tmp_path):
    whole = wheel(tmp_path, "whole-1-py3-none-any.whl", content=os.urandom(5000))
    half = tmp_path / "half-1-py3-none-any.whl"
    half.write_bytes(whole.read_bytes()[:3000])
    flipped = bytearray(whole.read_bytes())
    flipped[2500] ^= 1
    (tmp_path / "flipped-1-py3-none-any.whl").write_bytes(flipped)
    wheels.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [whole]


# -- the folder, without pip


@pytest.fixture
def no_pip(monkeypatch):
    """Makes wheels out of nothing instead of downloading them; what was asked of pip is in the list."""
    asked = []

    def own_wheel(folder, root):
        wheel(folder, f"gan_lessons-{__version__}-py3-none-any.whl")

    def get(target, words, folder):
        asked.append((target, [word for word in words if "=" in word or word.isalpha()]))
        for word in asked[-1][1]:
            name, _, version = word.partition("==")
            tags = "py3-none-any"
            if name == "torch":
                tags = f"cp{target.python.replace('.', '')}-cp{target.python.replace('.', '')}-{target.platforms()[-1]}"
            if name != "gan-lessons":
                wheel(folder, f"{name}-{version or '99'}-{tags}.whl")

    monkeypatch.setattr(bundle, "own_wheel", own_wheel)
    monkeypatch.setattr(wheels, "_torch_for_cpus", lambda *words: None)
    monkeypatch.setattr(wheels, "_pip", get)
    return asked


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_has_all_that_installs(no_pip, tmp_path, capsys):
    assert bundle.main([str(tmp_path / "stick")]) == 0
    assert "is whole" in capsys.readouterr().out
    scripts = ["README.txt", "SHA256SUMS", "install.bat", "install.py", "install.sh", "requirements.txt", "wheels"]
    assert names(tmp_path / "stick") == scripts
    asked = (tmp_path / "stick" / "requirements.txt").read_text().splitlines()
    assert asked == [*(f"{name}=={version}" for name, version in LEARNER.items()), f"gan-lessons=={__version__}", "pip"]
    assert len(names(tmp_path / "stick" / "wheels")) == len(asked)
    texts = [(tmp_path / "stick" / name).read_text() for name in scripts[:1] + scripts[2:-2]]
    assert re.findall("@[A-Z]+@", "".join(texts)) == []


def told(page):
    """The words of each bundle command that a page tells."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [line.split() for line in re.findall(r"(?m)^python -m gan_lessons bundle (.*)$", text)]


@pytest.mark.parametrize("words", [*told("README.md"), *told("workshop/README.md")], ids=" ".join)
def test_the_commands_that_are_told_make_folders(words, no_pip, tmp_path, monkeypatch):
    (tmp_path / "course").mkdir()
    monkeypatch.chdir(tmp_path / "course")
    assert bundle.main(words) == 0
    assert bundle.LIST in names(tmp_path / words[0].removeprefix("../"))


def test_both_pages_tell_it():
    assert len(told("README.md")) == 1 and len(told("workshop/README.md")) == 2


def test_torch_is_the_build_for_cpus_on_linux_alone(no_pip, tmp_path):
    bundle.make(tmp_path / "stick", [LINUX, WINDOWS])
    torch = [word for _, words in no_pip for word in words if word.startswith("torch==")]
    assert torch == [f"torch=={LEARNER['torch']}+cpu", f"torch=={LEARNER['torch']}"]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs the command sha256sum")
def test_the_sums_are_what_sha256sum_reads(no_pip, tmp_path):
    bundle.make(tmp_path / "stick", [HERE])
    command = ["sha256sum", "--check", "--strict", "--quiet", bundle.LIST]
    subprocess.run(command, cwd=tmp_path / "stick", check=True)


def test_an_interrupted_folder_is_not_whole_and_is_gone_on_with(no_pip, tmp_path, monkeypatch, capsys):
    stick = tmp_path / "stick"
    bundle.make(stick, [HERE])
    with monkeypatch.context() as patch:
        patch.setattr(wheels, "_pip", lambda *words: (_ for _ in ()).throw(KeyboardInterrupt))
        assert bundle.main([str(stick)]) == 2
    assert "Run this again" in capsys.readouterr().err and bundle.LIST not in names(stick)
    (stick / "wheels" / "numpy-0.1-py3-none-any.whl").write_bytes(b"half of one")
    wheel(stick / "wheels", "left_over-1-py3-none-any.whl")
    bundle.make(stick, [HERE])
    assert bundle.LIST in names(stick)
    assert not {"numpy-0.1-py3-none-any.whl", "left_over-1-py3-none-any.whl"} & {*names(stick / "wheels")}


def test_a_folder_of_somebody_else_is_left_alone(no_pip, tmp_path, capsys):
    (tmp_path / "README.txt").write_text("my thesis")
    assert bundle.main([str(tmp_path)]) == 2
    assert "is there already, and this command did not make it" in capsys.readouterr().err
    assert bundle.main([str(tmp_path / "README.txt")]) == 2
    assert bundle.main([str(tmp_path / "README.txt" / "below")]) == 2
    said = capsys.readouterr().err
    assert "cannot be used (Not a directory). Give a folder on another disk." in said
    assert names(tmp_path) == ["README.txt"] and (tmp_path / "README.txt").read_text() == "my thesis"


def test_a_disk_with_too_little_room(no_pip, tmp_path, monkeypatch, capsys):
    usage = shutil.disk_usage(tmp_path)._replace(free=800_000_000)
    monkeypatch.setattr(bundle.shutil, "disk_usage", lambda path: usage)
    assert bundle.main([str(tmp_path / "one")]) == 0
    assert bundle.main([str(tmp_path / "two"), "--platform", "win_amd64", "macosx_14_0_arm64"]) == 2
    assert "Only 0.80 GB are free" in (said := capsys.readouterr().err) and "1 GB for 2 kinds of machines" in said


def test_outside_of_a_checkout_it_says_where_to_get_one(tmp_path, capsys):
    assert bundle.main([str(tmp_path / "stick")], tmp_path) == 2
    assert "git clone" in capsys.readouterr().err and names(tmp_path) == []


@pytest.mark.parametrize(
    ("option", "word", "allowed"),
    [
        ("--python", "3.10", "at least 3.11"),
        ("--python", "new", "such as 3.12"),
        ("--platform", "windows", "win_amd64"),
    ],
)
def test_unknown_machines_are_refused(option, word, allowed, tmp_path, capsys):
    with pytest.raises(SystemExit):
        bundle.main([str(tmp_path / "stick"), option, word])
    said = capsys.readouterr().err
    assert f"not {word!r}" in said and allowed in said and names(tmp_path) == []


def test_pip_that_gets_nothing_comes_with_a_next_step(tmp_path, monkeypatch, capfd):
    """A real pip, which is told to look nowhere."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(Refused, match=r"for Python 3\.12 on Windows \(AMD64\).*Is there a network.*run this again"):
        wheels._pip(WINDOWS, ["numpy==1.26.4"], tmp_path)
    assert "No matching distribution" in capfd.readouterr().err and names(tmp_path) == []


def test_wheels_that_do_not_fit_are_told_and_not_asked_for_again(tmp_path, monkeypatch):
    asked = []

    def get(target, words, folder):
        asked.append(words)
        wheel(folder, f"torch-{LEARNER['torch']}-cp27-cp27-win32.whl")

    monkeypatch.setattr(wheels, "_pip", get)
    with pytest.raises(Refused, match=rf"no wheels that Python 3\.12 on Windows .*torch=={LEARNER['torch']}"):
        wheels.download(WINDOWS, [f"torch=={LEARNER['torch']}"], tmp_path)
    assert len(asked) == 2


# -- what installs


@pytest.fixture
def stick(no_pip, tmp_path):
    """A folder whose wheels are empty, but for that of pip, which is this Python's own."""
    bundle.make(tmp_path / "stick", [HERE])
    with zipfile.ZipFile(tmp_path / "stick" / "wheels" / "pip-99-py3-none-any.whl", "w") as file:
        for path in [
            PIP / "__init__.py",
            PIP / "_vendor" / "__init__.py",
            *(PIP / "_vendor" / "packaging").glob("*.py"),
        ]:
            file.write(path, path.relative_to(PIP.parent).as_posix())
    bundle.write_sums(tmp_path / "stick")
    return tmp_path / "stick"


def run(stick, *words, script="install.py", **environment):
    program = [sys.executable] if script == "install.py" else ["sh"]
    env = {**os.environ, **environment}
    done = subprocess.run([*program, str(stick / script), *words], capture_output=True, text=True, env=env, timeout=60)
    return done.returncode, done.stderr


def test_a_python_that_fits_is_told_from_one_that_does_not(stick):
    assert run(stick, "--fits")[0] == 0
    [torch] = (stick / "wheels").glob("torch-*")
    torch.rename(torch.with_name(f"torch-{LEARNER['torch']}-cp27-cp27-win32.whl"))
    bundle.write_sums(stick)
    assert run(stick, "--fits")[0] == 1
    code, said = run(stick, "new")
    assert code == 2 and "do not fit Python 3" in said and "They are for: cp27-cp27-win32." in said


def test_a_python_that_is_too_old_for_pip_is_told_what_fits(stick):
    with zipfile.ZipFile(stick / "wheels" / "pip-99-py3-none-any.whl", "w") as file:
        for name in ("pip/__init__.py", "pip/_vendor/__init__.py", "pip/_vendor/packaging/__init__.py"):
            file.writestr(name, "")
        file.writestr("pip/_vendor/packaging/tags.py", "what a later Python reads")
    bundle.write_sums(stick)
    assert run(stick, "--fits")[0] == 1
    code, said = run(stick, "new")
    assert code == 2 and "do not fit Python 3" in said and "Traceback" not in said


@needs_sh
def test_no_python_that_fits_is_told_with_those_that_do(stick, tmp_path):
    (tmp_path / "bin").mkdir()
    for name in ("dirname", "uname"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    old = tmp_path / "bin" / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.6.8\nexit 1\n')
    old.chmod(0o755)
    program = [shutil.which("sh"), str(stick / "install.sh")]
    done = subprocess.run(program, env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True)
    assert done.returncode == 2 and f"They need Python {HERE.python} (64 bits) on " in done.stderr
    assert "Found: Python 3.6.8 on " in done.stderr and "PYTHON=/path/to/python sh install.sh" in done.stderr


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda stick: (stick / "SHA256SUMS").unlink(), "SHA256SUMS is missing"),
        (lambda stick: next(stick.glob("wheels/numpy-*")).unlink(), "wheels/numpy-"),
        (lambda stick: next(stick.glob("wheels/numpy-*")).write_bytes(b""), ".whl is damaged"),
        (lambda stick: next(stick.glob("wheels/pip-*")).write_bytes(b""), "pip-99-py3-none-any.whl is damaged"),
        (lambda stick: next(stick.glob("wheels/pip-*")).unlink(), "no wheel of pip"),
    ],
    ids=["no sums", "missing", "damaged", "damaged pip", "no pip"],
)
@needs_sh
def test_a_bad_stick_is_told_before_anything_is_made(do, words, stick, tmp_path):
    do(stick)
    for script in ("install.py", "install.sh"):
        code, said = run(stick, str(tmp_path / "new"), script=script, PYTHON=sys.executable)
        assert code == 2 and words in said and "Copy the whole folder again" in said and "Traceback" not in said
    assert not (tmp_path / "new").exists()


def test_what_macos_puts_on_a_stick_does_no_harm(stick):
    """A hidden file beside each that it copies, and it takes them away again when the folder is copied to a disk."""
    before = (stick / "SHA256SUMS").read_text().count("\n")
    (stick / ".Trashes").mkdir()
    for path in [stick / ".Trashes" / "one", stick / "README.txt", *(stick / "wheels").iterdir()]:
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import install; install.verify(install.fitting())"
    subprocess.run([sys.executable, "-B", "-c", code, str(stick)], check=True)
    bundle.write_sums(stick)
    after = (stick / "SHA256SUMS").read_text()
    assert after.count("\n") == before > 10 and "/._" not in after and ".Trashes" not in after


@needs_sh
def test_a_stick_is_found_from_the_folder_above(stick, tmp_path):
    """Also where CDPATH is exported: then `cd` says where it goes."""
    env = {**os.environ, "PYTHON": sys.executable, "CDPATH": ".:/"}
    done = subprocess.run(["sh", "stick/install.sh", "a", "b"], cwd=tmp_path, capture_output=True, text=True, env=env)
    assert done.stderr.startswith("Give one folder, or none")


def test_a_folder_with_other_things_is_left_alone(stick, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    for where in ("mine", "mine/thesis.txt"):
        code, said = run(stick, str(tmp_path / where))
        assert code == 2 and "is there already, and this script did not make it. Give another folder." in said
    code, said = run(stick, str(tmp_path / "mine" / "thesis.txt" / "below"))
    assert code == 2 and "cannot be used (Not a directory)" in said
    assert names(tmp_path / "mine") == ["thesis.txt"]


@pytest.mark.parametrize("words", [["a", "b"], ["--help"], [""]], ids=str)
def test_other_words_are_answered_with_the_usage(words, stick):
    assert run(stick, *words) == (2, f"Give one folder, or none for gan_lessons in your home folder: {USAGE}\n")


def loaded(path):
    spec = importlib.util.spec_from_file_location("install", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@needs_sh
def test_a_stick_without_its_script_is_not_whole(stick):
    (stick / "install.py").unlink()
    code, said = run(stick, script="install.sh", PYTHON=sys.executable)
    assert code == 2 and "install.py is missing. Copy the whole folder again" in said


@pytest.fixture
def install():
    return loaded(bundle.SCRIPTS / "install.py")


def test_the_check_knows_the_mark_of_the_script(install):
    assert install.MARK == check.STICK_MARK


@pytest.mark.parametrize("fault", ["", "no environment", "a package"])
def test_what_is_installed_and_whole_is_kept_and_else_made_anew(fault, install, tmp_path, monkeypatch, capsys):
    """lessons: 0 if all is well, as the course's commands say."""
    folder, made, whole = tmp_path / "gan_lessons", [], fault != "a package"

    def environment(folder):
        nonlocal whole
        whole = True
        made.append(folder)

    monkeypatch.setattr(install, "fitting", list)
    monkeypatch.setattr(install, "verify", lambda names: None)
    monkeypatch.setattr(install, "unpacked", lambda names: (0, 0))
    monkeypatch.setattr(install, "digest", lambda path: "sums")
    monkeypatch.setattr(install, "environment", environment)
    monkeypatch.setattr(install, "lessons", lambda folder, *words: int(not whole))
    folder.mkdir()
    (folder / install.MARK).write_text("sums")
    if fault != "no environment":
        Path(install.python(str(folder))).parent.mkdir(parents=True)
        Path(install.python(str(folder))).touch()
    install.install([str(folder)])
    assert made == ([str(folder)] if fault else [])
    assert (folder / install.MARK).read_text() == "sums" and "start." in capsys.readouterr().out


def test_a_disk_with_too_little_room_for_the_installation(install, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=10**9)
    monkeypatch.setattr(install.shutil, "disk_usage", lambda path: usage)
    install.room(str(tmp_path / "new"), 0.5e9)
    with pytest.raises(install.Refused, match=r"Only 1\.0 GB are free for .*, and the installation takes 1\.3 GB"):
        install.room(str(tmp_path / "new"), 1e9)
    assert names(tmp_path) == []


@needs_sh
@pytest.mark.parametrize("name", ["lessons", "my lessons", "o'brien", "a $HOME (1)"])
def test_the_lessons_are_opened_from_any_folder(name, install, tmp_path):
    """By the Python of the environment, which is the first in PATH then, so that a terminal has it, too."""
    place = tmp_path / name
    (place / "env" / "bin").mkdir(parents=True)
    program = place / "env" / "bin" / "python"
    program.write_text('#!/bin/sh\necho "$PWD" "$@"\n')
    program.chmod(0o755)
    command = install.start_script(str(place))
    said = subprocess.run(["sh", "-c", f"{command} --no-browser"], cwd="/", capture_output=True, text=True)
    assert said.stdout == f"{os.path.realpath(place)} -m gan_lessons start notebooks --no-browser\n"


# -- Windows, where nothing of this was tried


def test_scripts_have_the_line_ends_of_their_system(stick):
    for name in ("install.bat", "README.txt"):
        content = (stick / name).read_bytes()
        assert content.count(b"\r\n") == content.count(b"\n") > 5
    assert b"\r" not in (stick / "install.sh").read_bytes() + (stick / "install.py").read_bytes()
    assert all((stick / name).read_bytes().isascii() for name in names(stick) if name != "wheels")


def test_the_launcher_of_windows_is_asked_for_each_python(no_pip, tmp_path):
    bundle.make(tmp_path / "stick", [WINDOWS, Target("3.13", "win_amd64")])
    script = (tmp_path / "stick" / "install.bat").read_text()
    assert 'for %%p in ("py -3.13" "py -3.12" "python" "python3") do (' in script
    assert "They need Python 3.13 or 3.12 (64 bits) on Windows (AMD64)." in script


def test_paths_on_windows_stay_within_its_limit(install):
    assert install.WINDOWS_PATH == check.WINDOWS_PATH
    folder = "C:\\Users\\somebody\\gan_lessons"
    assert install.too_long(folder, check.LONGEST) == len(folder) - 65
    exact = "C:\\" + "x" * 62
    assert install.too_long(exact, check.LONGEST) == 0
    assert len(exact + "\\env\\Lib\\site-packages\\") + check.LONGEST == check.WINDOWS_PATH


def test_a_long_home_folder_gives_way_to_the_drives_first_on_windows(install, monkeypatch):
    monkeypatch.setattr(install, "WINDOWS", True)
    monkeypatch.setenv("SYSTEMDRIVE", "D:")
    long = "C:/" + "x" * 90
    for home, folder in (("C:/me", os.path.join("C:/me", "gan_lessons")), (long, "D:\\gan_lessons")):
        monkeypatch.setattr(install.os.path, "expanduser", lambda path, home=home: home)
        assert install.default_folder(check.LONGEST) == folder
    with pytest.raises(install.Refused, match=r"28 characters too long for Windows\. Give a folder with a shorter one"):
        install.claim(long, check.LONGEST)


def test_on_windows_a_double_click_opens_the_lessons(install, tmp_path, monkeypatch):
    monkeypatch.setattr(install, "WINDOWS", True)
    assert install.start_script(str(tmp_path)) == str(tmp_path / "start.bat")
    lines = (tmp_path / "start.bat").read_text().splitlines()
    assert lines[1] == 'cd /d "%~dp0"' and "%~dp0env\\Scripts;" in lines[-3] and lines[-1] == "pause"


def test_a_drive_that_is_not_there_ends_the_search_for_room(install, monkeypatch):
    path = SimpleNamespace(exists=lambda path: False, dirname=ntpath.dirname)
    monkeypatch.setattr(install, "os", SimpleNamespace(path=path))
    with pytest.raises(OSError):
        install.room("Z:\\lessons\\here", 1e9)


def test_an_old_python_can_read_what_installs():
    """The newest syntax that is used is that of Python 3.6."""
    import ast

    ast.parse((bundle.SCRIPTS / "install.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    ast.parse((ROOT / "gan_lessons" / "__init__.py").read_text(encoding="utf-8"), feature_version=(3, 6))
