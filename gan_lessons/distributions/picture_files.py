"""Which pictures a folder or a zip file holds: their names, sizes and dates, before any of them is opened."""

import io
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from gan_lessons._core.refusals import refuse

KINDS = {".jpg": "JPEG", ".jpeg": "JPEG", ".jfif": "JPEG", ".png": "PNG", ".webp": "WEBP"}
LARGEST = 200_000_000  # bytes of one file


@dataclass(frozen=True)
class Found:
    """place: the folder or zip file, whole. files: of each picture its name in there, its bytes, and when it changed.
    names: of the classes, the folders in which the pictures stand; none where some stand in no folder, or all in one.
    """

    place: str
    files: tuple[tuple[str, int, int], ...]
    names: tuple[str, ...]

    @property
    def labels(self) -> list[int]:
        """The class of each picture, the place of its name; 0 where there are no classes."""
        names = _classes([name for name, _, _ in self.files])
        return [self.names.index(name) for name in names] if self.names else [0] * len(self.files)


def find(path: str) -> Found:
    """All pictures below a folder, or in a zip file, in the order of their names; hidden ones are passed over.

    Raises ValueError, naming `path`, for what is not there or cannot be read, and where there is no picture."""
    place = os.path.abspath(os.path.expanduser(path))
    if not os.path.exists(place):
        refuse("path", path, "a folder, or a zip file, that is there")
    try:
        every = list(_in_folder(place) if os.path.isdir(place) else _in_zip(place))
    except (OSError, zipfile.BadZipFile) as error:
        refuse("path", path, f"a folder, or a zip file, that can be read ({error})")
    shown = sorted(one for one in every if not any(part.startswith((".", "__MACOSX")) for part in one[0].split("/")))
    files = tuple(one for one in shown if _ending(one[0]) in KINDS)
    if not files:
        refuse("path", path, f"one with a picture (JPEG, PNG or WebP) in it; this one has {_others(shown)}")
    names = sorted(set(_classes([name for name, _, _ in files])))
    return Found(place, files, tuple(names) if len(names) > 1 and "" not in names else ())


@contextmanager
def reading(found: Found) -> Iterator[Callable[[str], BinaryIO]]:
    """A function that opens one of the files by its name, in any thread. It raises ValueError for one that is too
    large, and whatever reading raises."""
    sizes = {name: size for name, size, _ in found.files}

    def checked(name: str) -> str:
        if sizes[name] > LARGEST:
            raise ValueError(f"of {sizes[name]:,} bytes, which are more than {LARGEST:,}")
        return name

    if os.path.isdir(found.place):
        yield lambda name: open(os.path.join(found.place, *checked(name).split("/")), "rb")  # noqa: SIM115 (who reads it closes it)
    else:
        with zipfile.ZipFile(found.place) as archive:
            yield lambda name: io.BytesIO(archive.read(checked(name)))


def kind_of(name: str) -> str:
    """The kind that a name promises."""
    return KINDS[_ending(name)]


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _in_folder(place: str) -> Iterator[tuple[str, int, int]]:
    os.listdir(place)  # a folder that cannot be read is told at once
    for folder, _, names in os.walk(place):
        for name in names:
            path = Path(folder, name)
            if path.is_file():  # no link to nowhere
                known = path.stat()
                yield path.relative_to(place).as_posix(), known.st_size, known.st_mtime_ns


def _in_zip(place: str) -> Iterator[tuple[str, int, int]]:
    with zipfile.ZipFile(place) as archive:
        changed = os.stat(place).st_mtime_ns
        for one in archive.infolist():
            if not one.is_dir():
                yield one.filename, one.file_size, changed


def _classes(names: Sequence[str]) -> list[str]:
    """For each file the first folder in which not all of them stand, "" for one that stands in none."""
    ways = [PurePosixPath(name).parts[:-1] for name in names]
    shared = next((i for i, parts in enumerate(zip(*ways, strict=False)) if len(set(parts)) > 1), min(map(len, ways)))
    return [way[shared] if len(way) > shared else "" for way in ways]


def _others(files: Sequence[tuple]) -> str:
    if not files:
        return "no file at all"
    endings = Counter(_ending(name) or "no ending" for name, _, _ in files).most_common(3)
    return f"{len(files)} other file{'s' * (len(files) > 1)} ({', '.join(ending for ending, _ in endings)})"
