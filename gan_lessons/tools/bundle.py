"""The course on a USB stick: `python -m gan_lessons bundle DIR` makes a folder that installs it without a network.

The folder has the wheels of the learners' requirements and of the course itself (its notebooks are inside), scripts
that install them, and checksums. It is made on a machine with a network, from a checkout of the course.
"""

import argparse
import errno
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gan_lessons.tools import check, wheels
from gan_lessons.tools.fresh_notebooks import ROOT, Refused, fresh
from gan_lessons.tools.targets import PLATFORM, Target

SCRIPTS = Path(__file__).parent / "bundled"
LIST = "SHA256SUMS"  # written last: a folder without it is not whole
# GB for each kind of machine; measured: 0.39 with torch's build for CPUs on Linux
ROOM = 0.5


def make(folder: Path, targets: Sequence[Target], root: Path = ROOT) -> None:
    """Fills a folder, or goes on where that was interrupted. Raises Refused, with what to do, where that cannot be."""
    wanted = requirements(root)
    claim(folder, len(targets))
    (folder / LIST).unlink(missing_ok=True)
    write_scripts(folder, targets, wanted)
    inside = folder / "wheels"
    inside.mkdir(exist_ok=True)
    wheels.sweep(inside)
    own_wheel(inside, root)
    used = set()
    for target in targets:
        print(f"The wheels for {target}. This can take some minutes.", flush=True)
        used |= wheels.download(target, wanted, inside)
    for path in set(inside.iterdir()) - used:  # of an older version of the course
        path.unlink()
    write_sums(folder)


def requirements(root: Path) -> list[str]:
    """The learners' tested set, the course, and pip. Raises Refused outside of a checkout of the course."""
    fresh(root)  # refuses with what to do
    if not (root / "requirements.txt").is_file():
        raise Refused(f"There is no requirements.txt in {root}. Make the folder from a checkout of the course.")
    lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    from gan_lessons import __version__

    return [*(line for line in lines if line[:1].isalpha()), f"gan-lessons=={__version__}", "pip"]


def claim(folder: Path, kinds: int) -> None:
    """Makes the folder, unless it holds what this command did not make, or its disk has too little room."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not _is_ours(folder))):
        raise Refused(f"{folder.absolute()} is there already, and this command did not make it. Give another name.")
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free / 1e9
    if free < ROOM * kinds and not (folder / "wheels").is_dir():
        need = f"{ROOM * kinds:g} GB for {kinds} kind{'s' * (kinds > 1)} of machine{'s' * (kinds > 1)}"
        raise Refused(f"Only {free:.2f} GB are free in {folder.absolute()}, and this takes {need}. Give another disk.")


def _is_ours(folder: Path) -> bool:
    """The learner's README.txt is the first that is written."""
    first = (SCRIPTS / "README.txt").read_text(encoding="utf-8").partition("\n")[0]
    try:
        return (folder / "README.txt").read_text(encoding="utf-8").startswith(first)
    except (OSError, ValueError):
        return False


def write_scripts(folder: Path, targets: Sequence[Target], wanted: Sequence[str]) -> None:
    """The scripts that install, the learner's README.txt, and what is installed."""
    pythons = sorted({target.python for target in targets}, key=lambda python: int(python.split(".")[1]), reverse=True)
    platforms = sorted({target.system() for target in targets})
    words = {
        "@PYTHONS@": " or ".join(pythons),
        "@PLATFORMS@": " or ".join(platforms),
        "@NAMES@": " ".join(f"python{python}" for python in pythons),
        "@LAUNCHERS@": " ".join(f'"py -{python}"' for python in pythons),
    }
    for path in sorted(file for file in SCRIPTS.iterdir() if file.is_file()):
        content = path.read_text(encoding="utf-8")
        for word, meant in words.items():
            content = content.replace(word, meant)
        windows = path.suffix in (".bat", ".txt")  # a Windows of before 2018 shows a text with other line ends as one
        (folder / path.name).write_text(content, encoding="utf-8", newline="\r\n" if windows else "\n")
    (folder / "requirements.txt").write_text("".join(f"{line}\n" for line in wanted), encoding="utf-8", newline="\n")


def own_wheel(folder: Path, root: Path) -> None:
    """The wheel of the course as this checkout has it, with the notebooks as they were handed out."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place, "course")
        shutil.copytree(root / "gan_lessons", copy / "gan_lessons", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(root / name, copy)
        (copy / "notebooks").mkdir()
        for name, content in fresh(root).items():
            (copy / "notebooks" / name).write_bytes(content)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place, str(copy)]
        if subprocess.run(command).returncode:
            raise Refused(
                "The wheel of the course could not be made. What pip says of it stands above. Is there a network, and "
                "is there room on the disk? Then run this again: what is there is kept."
            )
        [made] = Path(place).glob("*.whl")
        shutil.copy(made, folder)


def write_sums(folder: Path) -> None:
    """The checksums of all files, as `sha256sum -c` reads them; not of hidden ones, which a system keeps for itself."""
    lines, names = [], sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    for name in names:
        if not any(part.startswith(".") for part in name.parts):
            with (folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            lines.append(f"{digest}  {name.as_posix()}\n")
    (folder / LIST).write_text("".join(lines), encoding="utf-8", newline="\n")


def _parser() -> argparse.ArgumentParser:
    here = ".".join(map(str, sys.version_info[:2]))
    parser = argparse.ArgumentParser("python -m gan_lessons bundle", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", metavar="DIR", type=Path, help="a new folder, or one that this command made")
    parser.add_argument("--python", nargs="+", type=_python, default=[here], help=f"their versions of Python ({here})")
    parser.add_argument(
        "--platform", nargs="+", type=_platform, default=[""], help="such as win_amd64 macosx_14_0_arm64 (this machine)"
    )
    return parser


def _python(word: str) -> str:
    major, _, minor = word.partition(".")
    if not (major.isdecimal() and minor.isdecimal() and check.OLDEST <= (int(major), int(minor)) < (4,)):
        oldest = ".".join(map(str, check.OLDEST))
        raise argparse.ArgumentTypeError(f"must be a version such as 3.12 and at least {oldest}, not {word!r}")
    return word


def _platform(word: str) -> str:
    if not PLATFORM.fullmatch(word):
        known = "win_amd64, macosx_14_0_arm64, manylinux_2_28_x86_64"
        raise argparse.ArgumentTypeError(f"must be a word of pip such as {known}, not {word!r}")
    return word


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Makes the folder; 2 with a few sentences where that cannot be."""
    asked = _parser().parse_args(arguments)
    targets = [Target(python, platform) for platform in asked.platform for python in asked.python]
    try:
        make(asked.folder, targets, root)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        why = "its disk is full" if error.errno == errno.ENOSPC else os.strerror(error.errno) if error.errno else error
        print(f"{asked.folder.absolute()} cannot be used ({why}). Give a folder on another disk.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted. Run this again: it goes on.", file=sys.stderr)
        return 2
    size = sum(path.stat().st_size for path in asked.folder.rglob("*") if path.is_file()) / 1e6
    print(f"{asked.folder.absolute()} is whole ({size:,.0f} MB). Copy it to a stick: README.txt says how to install.")
    return 0
