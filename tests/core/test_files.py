"""What a killed process left beside a file goes at the next save, and what somebody may still be writing stays."""

import errno
import io
import os
import time

import pytest

from gan_lessons._core import files
from gan_lessons._core.files import ABANDONED, replacing, write_new


def test_old_leftovers_are_swept_up_and_young_ones_and_others_stay(tmp_path):
    path = tmp_path / "film [1].npz"
    old, young, other = (
        tmp_path / f".{name}.part" for name in (f"{path.name}.aa", f"{path.name}.bb", "another.npz.aa")
    )
    for left in (old, young, other):
        left.write_bytes(b"half")
    before = time.time() - ABANDONED - 60
    os.utime(old, (before, before)), os.utime(other, (before, before))
    with replacing(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"
    assert sorted(tmp_path.iterdir()) == sorted([path, young, other])


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS], ids=["no permission", "read-only"])
def test_a_folder_that_takes_nothing_is_told_by_the_name_of_the_file(tmp_path, monkeypatch, number):
    def closed(path):
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(files, "open_new", closed)
    said = r"film\.mp4 cannot be written in '.*: give a path in a folder"
    with pytest.raises(OSError, match=said) as told, replacing(tmp_path / "film.mp4"):
        pass
    assert ".part" not in str(told.value) and told.value.errno == number and not list(tmp_path.iterdir())


def test_a_new_file_is_written_whole_or_not_at_all_and_never_over_another(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    write_new(path, b"one")
    with pytest.raises(FileExistsError):
        write_new(path, b"two")
    assert path.read_bytes() == b"one"

    class Full(io.BytesIO):
        def write(self, content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "open_new", lambda path: path.touch() or Full())
    with pytest.raises(OSError, match="No space left"):
        write_new(tmp_path / "other.html", b"one")
    assert list(tmp_path.iterdir()) == [path]
