"""Pictures of one's own, from a folder or a zip file, as real data: each becomes a small square, made once and kept."""

import hashlib
import json
import os
import threading
import warnings
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from gan_lessons._core import user_cache
from gan_lessons._core.files import replacing
from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import frozen, one_of, setting, whole, yes_or_no
from gan_lessons.distributions.picture_files import Found, find, kind_of, reading
from gan_lessons.distributions.picture_shapes import SIZES
from gan_lessons.distributions.pictures import Pictures, PictureSet

FORMAT = 1  # of what is kept: another number, and all is made anew
HELD = 4  # folders in memory at once
_held: OrderedDict[str, "Made"] = OrderedDict()
_lock = threading.Lock()  # of two threads that ask for the same pictures one makes them, and the other waits


@dataclass(frozen=True, eq=False)
class Made:
    """pictures: what a folder came to. left_out: (name, why) of each file that is none of them. kept: where the small
    pictures are kept, "" for nowhere. trouble: why they could not be kept, or ""."""

    pictures: Pictures
    left_out: tuple[tuple[str, str], ...]
    kept: str
    trouble: str


def _path(name: str, value: object) -> str:
    if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        refuse(name, value, "the path of a folder or of a zip file")
    return os.fspath(value)


def _size(name: str, value: object) -> int:
    return one_of(SIZES)(name, value) if type(value) is int else refuse(name, value, f"one of {list(SIZES)}")


@frozen
class Folder(PictureSet):
    """Your own JPEG, PNG and WebP pictures as real data: those of a folder and of all folders in it, or of a zip file.

    Each is turned upright, its middle square cut out and scaled to `size` pixels a side: 28, 32 or 64. colour: three
    channels; False is one, of ink, white -1 and black 1, as digits have it. most: how many at most, evenly from all.
    What is transparent is put on white; of an animated file the first frame counts. A file that cannot be used is left
    out, and named in `left_out`. Where all pictures stand in two or more folders, these are their classes, by `names`.

    Your files stay as they are. The small pictures, which is all that is copied, are kept in your cache folder
    (`about` says where), so that the next time takes no time: until a file is added, changed or removed.
    Raises ValueError for a path that is not there, cannot be read or holds no picture, and for another size."""

    path: str = setting(check=_path)
    size: int = setting(32, _size)
    colour: bool = setting(True, yes_or_no)
    most: int = setting(20_000, whole(), most=200_000)

    def __post_init__(self):
        super().__post_init__()
        found = find(self.path)
        if len(found.files) > self.most:
            every = np.linspace(0, len(found.files) - 1, self.most).round().astype(int)
            found = Found(found.place, tuple(found.files[i] for i in every), found.names)
        object.__setattr__(self, "found", found)  # no setting: what the path held when this was made

    @property
    def dim(self) -> int:
        """Numbers a picture."""
        return self.size**2 * (3 if self.colour else 1)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes' names, those of their folders; none where there are no classes."""
        return self.found.names

    @property
    def classes(self) -> int:
        """How many classes there are, or 0."""
        return len(self.names)

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """The files that could not be used: the name of each, and why."""
        return self._made().left_out

    @property
    def about(self) -> str:
        """What there is, what was left out, and where the small pictures are kept, in sentences."""
        made, how = self._made(), f"{self.size} x {self.size} pixels in {'colour' if self.colour else 'grey'}"
        words = f"{len(made.pictures):,} pictures of {self.found.place}, {how}"
        words += f", in {self.classes} classes ({_some(self.names)})." if self.classes else "."
        if made.left_out:
            n = len(made.left_out)
            few = "; ".join(f"{name} is {why}" for name, why in made.left_out[:3])
            words += f" {n} file{' is' if n == 1 else 's are'} left out: {few}{'; and so on' if n > 3 else ''}."
        if made.kept:
            return f"{words} The small pictures are kept in {made.kept}."
        return f"{words} The small pictures could not be kept for the next time: {made.trouble}."

    def pictures(self) -> Pictures:
        """See `PictureSet.pictures`. The first call makes them, or reads what was kept.

        Raises ValueError where not one of the files can be used."""
        return self._made().pictures

    def _made(self) -> Made:
        key = _key(self.found, self.size, self.colour)
        with _lock:
            if key not in _held:
                _held[key] = _kept(key, self.found) or _make(key, self)
                while len(_held) > HELD:
                    _held.popitem(last=False)
            return _held[key]


def forget() -> None:
    """Lets go of all pictures in memory; those kept in files stay."""
    with _lock:
        _held.clear()


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:5]) + (" and so on" if len(names) > 5 else "")


def _key(found: Found, size: int, colour: bool) -> str:
    text = json.dumps([FORMAT, found.place, found.files, size, colour])
    return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=12).hexdigest()


def _file(key: str) -> Path:
    return user_cache.folder() / "pictures" / f"{key}.npz"


def _kept(key: str, found: Found) -> Made | None:
    """What was made before, or None where nothing is, or nothing that can be read."""
    try:
        with open(_file(key), "rb") as file, np.load(file) as held:
            left_out = tuple((name, why) for name, why in json.loads(held["left_out"].tobytes()))
            return Made(Pictures(held["images"], held["labels"]), left_out, str(_file(key)), "")
    except Exception:  # a damaged file may raise anything, and is made anew
        return None


def _make(key: str, data: Folder) -> Made:
    """The small pictures from the files, with a bar, and kept if that can be."""
    images, left_out = _all_small(data)
    if not images:
        n, (name, why) = len(left_out), left_out[0]
        refuse("path", data.path, f"one with a picture that can be used; of {n} there is none ({name} is {why})")
    labels = np.array([data.found.labels[i] for i in images], np.int64)
    pictures, kept, trouble = Pictures(np.stack(list(images.values())), labels), "", ""
    try:
        with replacing(_file(key)) as file:
            words = np.frombuffer(json.dumps(left_out).encode(), np.uint8)
            np.savez(file, images=pictures.images, labels=labels, left_out=words)
        kept = str(_file(key))
    except OSError as error:  # a home in which nothing can be written, or a full disk
        trouble = str(error.strerror or error)
        print(f"The small pictures could not be kept for the next time: {trouble}.")
    return Made(pictures, tuple(left_out), kept, trouble)


def _all_small(data: Folder) -> tuple[dict[int, np.ndarray], list[tuple[str, str]]]:
    """The small pictures by their place among the files, and (name, why) of those left out."""
    from PIL import Image  # it takes a while to load
    from tqdm.auto import tqdm

    names, images, left_out = [name for name, _, _ in data.found.files], {}, []
    with reading(data.found) as open_, warnings.catch_warnings(), ThreadPoolExecutor(_workers()) as pool:
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # it is left out, and named
        found = pool.map(partial(_small, open_, data.size, data.colour), names)
        bar = tqdm(found, total=len(names), desc=f"small pictures, to keep in {_file('').parent}", unit="picture")
        for i, (name, result) in enumerate(zip(names, bar, strict=True)):
            if isinstance(result, str):
                left_out.append((name, result))
            else:
                images[i] = result
    return images, left_out


def _small(open_, size: int, colour: bool, name: str) -> np.ndarray | str:
    """A small picture, or why there is none."""
    from gan_lessons.distributions.thumbnails import Unfit, thumbnail

    try:
        with open_(name) as file:
            return thumbnail(file, kind_of(name), size, colour)
    except Unfit as error:
        return str(error)
    except Exception as error:  # a broken file may raise anything
        return f"broken ({str(error) or type(error).__name__})"


def _workers() -> int:
    """Threads: Pillow lets others work while it decodes."""
    with_affinity = getattr(os, "sched_getaffinity", None)
    return len(with_affinity(0)) if with_affinity else os.cpu_count() or 1
