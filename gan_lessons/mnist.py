"""MNIST, whole, from inside of the package: nothing is downloaded. data/mnist/README.md names authors and licence."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from gan_lessons import checksums
from gan_lessons.errors import refuse

FOLDER = checksums.DATA / "mnist"
SIZES = {"train": 60_000, "test": 10_000}
_PREFIX = {"train": "train", "test": "t10k"}
SIDE = 28  # pixels


@dataclass(frozen=True, eq=False)
class Digits:
    """images: uint8 (n, 28, 28), 0 is paper and 255 is ink. labels: uint8 (n,), 0 to 9. Both cannot be written to."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@lru_cache(maxsize=len(SIZES))
def load(split: str = "train") -> Digits:
    """The 60,000 digits to train with, or the 10,000 to test with ("test"); read once, then kept.

    Raises ValueError for another split, and for a file that is missing or not as it was made, naming it."""
    if split not in SIZES:
        refuse("split", split, f"one of {list(SIZES)}")
    n, prefix = SIZES[split], _PREFIX[split]
    images = _read(f"{prefix}-images-idx3-ubyte.gz", (n, SIDE, SIDE))
    return Digits(images, _read(f"{prefix}-labels-idx1-ubyte.gz", (n,)))


def scaled(images: np.ndarray) -> np.ndarray:
    """Images uint8 (..., 28, 28) as float32 (..., 1, 28, 28) from -1 (paper) to 1 (ink), as tanh has it.

    Raises ValueError for another type or shape."""
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.shape[-2:] != (SIDE, SIDE):
        refuse("images", f"{images.dtype} of shape {images.shape}", f"uint8 of shape (..., {SIDE}, {SIDE})")
    return images[..., None, :, :].astype(np.float32) / 127.5 - 1


def _read(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """An IDX file: two zeros, the type (8: unsigned bytes), the number of axes, their lengths, then the bytes."""
    checksums.check(f"mnist/{name}", FOLDER.parent)
    data = gzip.decompress(Path(FOLDER, name).read_bytes())
    head = np.frombuffer(data, ">i4", 1 + len(shape))
    assert tuple(head) == (0x0800 + len(shape), *shape), name  # its sum was right
    return np.frombuffer(data, np.uint8, offset=head.nbytes).reshape(shape)
