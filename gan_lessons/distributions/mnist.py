"""MNIST, whole, from inside of the package: nothing is downloaded. files/mnist/README.md names authors and licence."""

import zlib
from dataclasses import dataclass
from functools import cache
from math import prod

import numpy as np

from gan_lessons._core import checksums
from gan_lessons._core.refusals import refuse

FOLDER = checksums.DATA / "mnist"
SIZES = {"train": 60_000, "test": 10_000}
SIDE = 28  # pixels
PIXELS, SHAPE = SIDE * SIDE, (1, SIDE, SIDE)
_PREFIX = {"train": "train", "test": "t10k"}
_GZIP = 31  # what zlib calls the format of gzip, with its sum and length at the end


@dataclass(frozen=True, eq=False)
class Digits:
    """images: uint8 (n, 28, 28), 0 is paper and 255 is ink. labels: uint8 (n,), 0 to 9. Neither can be written to."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def load(split: str = "train") -> Digits:
    """The 60,000 digits to train with, or the 10,000 to test with ("test"); read once, then kept (47 MB and 8 MB).

    For torch: `torch.tensor(digits.images)`, a copy, because torch knows no arrays that cannot be written to.
    Raises ValueError for another split, and for a file that is missing or not as it was made, naming it."""
    if not isinstance(split, str) or split not in SIZES:
        refuse("split", split, f"one of {list(SIZES)}")
    return _load(split)


def scaled(images: np.ndarray) -> np.ndarray:
    """Images uint8 (..., 28, 28) as float32 (..., 1, 28, 28) from -1 (paper) to 1 (ink), as tanh has it.

    Four bytes a pixel: scale batches rather than the whole set. Raises ValueError for another type or shape."""
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.shape[-2:] != (SIDE, SIDE):
        refuse("images", f"{images.dtype} of shape {images.shape}", f"uint8 of shape (..., {SIDE}, {SIDE})")
    pixels = images[..., None, :, :].astype(np.float32)
    pixels /= 127.5  # in place: a whole set would else be in memory three times
    pixels -= 1
    return pixels


@cache
def _load(split: str) -> Digits:
    n, prefix = SIZES[split], _PREFIX[split]
    images = _read(f"{prefix}-images-idx3-ubyte.gz", (n, SIDE, SIDE))
    return Digits(images, _read(f"{prefix}-labels-idx1-ubyte.gz", (n,)))


def _read(file: str, shape: tuple[int, ...]) -> np.ndarray:
    """An IDX file: two zeros, the type (8: unsigned bytes), the number of axes, their lengths, then the bytes.

    The array looks into bytes that nobody can write to."""
    name, folder = f"{FOLDER.name}/{file}", FOLDER.parent
    packed = checksums.read(name, folder)
    head = np.array([0x0800 + len(shape), *shape], ">i4").tobytes()
    size = len(head) + prod(shape)
    try:
        data = zlib.decompress(packed, _GZIP, size)
    except zlib.error:
        data = b""
    if len(data) != size or not data.startswith(head):  # its sum is right, so somebody put it there and listed it
        raise checksums.fault(name, f"not MNIST's own, a gzipped IDX file of {shape} bytes", folder)
    return np.frombuffer(data, np.uint8, offset=len(head)).reshape(shape)
