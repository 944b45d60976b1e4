"""Are the shipped files as they were made? `python -m gan_lessons checksums` writes files/SHA256SUMS anew.

The list has the format of the command `sha256sum`, so that `sha256sum -c SHA256SUMS` reads it too.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "shipped" / "files"
LIST = "SHA256SUMS"


def files(folder: Path = DATA) -> dict[str, Path]:
    """All files that ship as data, by name below the folder: no code, no list of sums, nothing hidden."""
    inside = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in {".py", ".pyc"})
    names = {path.relative_to(folder).as_posix(): path for path in inside}
    return {name: path for name, path in names.items() if name != LIST and not path.name.startswith(".")}


def write(folder: Path = DATA) -> Path:
    """Writes the list of all files' sums, and returns its path."""
    lines = [f"{_sum(path)}  {name}\n" for name, path in files(folder).items()]
    (folder / LIST).write_text("".join(lines), encoding="utf-8", newline="\n")
    return folder / LIST


def faults(folder: Path = DATA) -> list[str]:
    """What differs from the list, one sentence a file; empty where all is well, also where nothing ships."""
    here, listed = files(folder), sums(folder / LIST)
    if listed is None:
        return [f"{LIST} is damaged"]
    missing = [f"{name} is missing" for name in sorted(listed.keys() - here.keys())]
    foreign = [f"{name} is not listed in {LIST}" for name in sorted(here.keys() - listed.keys())]
    common = sorted(here.keys() & listed.keys())
    return [*missing, *foreign, *(f"{name} is damaged" for name in common if _sum(here[name]) != listed[name])]


def read(name: str, folder: Path = DATA) -> bytes:
    """The content of one file. Raises ValueError, naming it and what to do, unless it is there and as it was made."""
    path, listed = folder / name, sums(folder / LIST)
    if not listed:
        raise fault(LIST, "missing or damaged", folder)
    if not path.is_file():
        raise fault(name, "missing", folder)
    content = path.read_bytes()
    if name not in listed:
        raise fault(name, f"not listed in {LIST}", folder)
    if hashlib.sha256(content).hexdigest() != listed[name]:
        raise fault(name, "damaged", folder)
    return content


def fault(name: str, wrong: str, folder: Path = DATA) -> ValueError:
    """What is said of a file that cannot be used, to be raised."""
    path = str(folder / name)
    return ValueError(f"the data file {path!r} is {wrong}: get the course's data anew (git checkout, or install again)")


def sums(path: Path) -> dict[str, str] | None:
    """Name -> sum; empty if there is no list, None if it cannot be read as one."""
    try:
        pairs = [line.split("  ", maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines()]
        return {name: digest for digest, name in pairs}
    except FileNotFoundError:
        return {}
    except ValueError:
        return None


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: Sequence[str] = ()) -> int:
    """The command: writes the list of what ships."""
    if arguments:
        print("usage: python -m gan_lessons checksums", file=sys.stderr)
        return 2
    print(f"wrote {write()}")
    return 0
