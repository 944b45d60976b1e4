"""The course's notebooks as they were handed out, and how they get into a folder of the learner's.

They lie in a checkout of the course. Where git has them they are taken from there, for the files themselves may be what
a learner has worked in. A wheel of the course brings its own copies.
"""

import errno
import io
import os
import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from gan_lessons._core.files import replacing

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "gan_lessons_notebooks"  # where a learner's copies lie, unless they say otherwise
NAME = re.compile(r"\d\d_\w+\.ipynb")
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_FOLDER = (errno.EEXIST, errno.ENOTDIR)


class Refused(Exception):
    """What was asked cannot be done: why, and what to do, in a few sentences for the learner."""


def fresh(root: Path = ROOT) -> dict[str, bytes]:
    """File name -> content of all notebooks of the course, sorted. Raises Refused where they are not to be found."""
    found = {}
    if (root / "pyproject.toml").is_file():
        found = from_git(root) or _from_files(in_checkout(root))
    elif root == ROOT:
        found = _from_files(_installed())
    if not found:
        raise Refused(
            "The notebooks are not here: they lie in a checkout of the course, or come with its wheel. "
            f"Get the course with `git clone{_address()}`, go into its folder, install it with "
            "`python -m pip install -r requirements.txt`, and run this again."
        )
    return dict(sorted(found.items()))


def in_checkout(root: Path) -> list[Path]:
    """The files of the course's notebooks in their order, without what somebody keeps beside them."""
    return sorted(path for path in (root / "notebooks").glob("*.ipynb") if NAME.fullmatch(path.name))


def from_git(root: Path) -> dict[str, bytes]:
    """As the newest commit has them; nothing where there is no git, or it knows nothing of this folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(root), "archive", "--format=tar", "HEAD", "notebooks"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60, env=own)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            files = [member for member in archive if member.isfile()]
            return {Path(one.name).name: archive.extractfile(one).read() for one in files if _is_one(one.name)}
    except (OSError, subprocess.SubprocessError, tarfile.TarError):
        return {}


def _is_one(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder == "notebooks" and bool(NAME.fullmatch(name))


def _from_files(paths: Iterable[Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths if NAME.fullmatch(path.name) and path.is_file()}


def _installed() -> Iterator[Path]:
    """Those that a wheel of the course brought."""
    try:
        files = metadata.files("gan-lessons") or ()
    except metadata.PackageNotFoundError:
        files = ()
    return (Path(file.locate()) for file in files if file.suffix == ".ipynb")


def _address() -> str:
    """Of the repository, after a space; nothing where it is not known."""
    try:
        addresses = metadata.metadata("gan-lessons").get_all("Project-URL") or ()
    except metadata.PackageNotFoundError:
        return ""
    return next((f" {one.partition(', ')[2]}" for one in addresses if one.startswith("Repository, ")), "")


def same(path: Path, content: bytes) -> bool:
    """Is this what the file holds? Windows' line ends count as others do; what cannot be read is not the same."""
    try:
        return path.read_bytes().replace(b"\r\n", b"\n") == content.replace(b"\r\n", b"\n")
    except OSError:
        return False


def write(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def told_plainly(folder: Path, more: str = "") -> Iterator[None]:
    """What the machine refuses in a folder becomes a Refused that says what to do, with `more` at its end."""
    try:
        yield
    except OSError as error:
        raise Refused(_why(error, folder.absolute()) + more) from None


def _why(error: OSError, folder: Path) -> str:
    if error.errno in FULL:
        return f"The disk of {folder} is full. Make 10 MB of room and run this again, or give a folder on another disk."
    if error.errno in CLOSED:
        said = f"Nothing can be written in {folder} ({os.strerror(error.errno)})."
        return f"{said} `python -m gan_lessons start ~/{FOLDER}` copies the notebooks to a folder of your own."
    if error.errno in NO_FOLDER:
        return f"{folder} is a file, or lies below one. Give a folder, or a name that is not taken."
    return f"{folder} cannot be used ({os.strerror(error.errno) if error.errno else error}). Give another folder."
