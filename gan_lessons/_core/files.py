"""Files that are written whole or not at all."""

import contextlib
import glob
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

ABANDONED = 3600  # seconds without a change after which nobody writes a temporary file any more


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """`with replacing(path) as file`: a binary temporary file beside `path` that takes its name at the end.

    If anything fails in between (a full disk, an interrupt), the old file stays as it was, and nothing else is left.
    What a process left that was killed while it wrote is swept up at the next time, an hour later at the soonest."""
    path = Path(path)
    with _told_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError):  # another process may be quicker
            if time.time() - old.stat().st_mtime > ABANDONED:
                old.unlink()
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with _told_plainly(path):
            file = open_new(part)
        with file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    """A folder in which nothing can be written is told with the file that was asked for, not with a hidden one."""
    try:
        yield
    except OSError as error:
        words = f"{path.name} cannot be written in {str(path.parent.absolute())!r} ({error.strerror or error})"
        raise OSError(error.errno, f"{words}: give a path in a folder that takes it", str(path)) from None


def open_new(path: Path) -> BinaryIO:
    """A file that was not there before, open for writing."""
    return open(path, "xb")


def write_new(path: Path, content: bytes) -> None:
    """Writes a file that was not there before: whole, or nothing of it is left."""
    file = open_new(path)
    try:
        with file:
            file.write(content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
