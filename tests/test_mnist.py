"""MNIST as it ships: whole, as published, and refused by name where a file is not as it was made."""

import gzip
import hashlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from gan_lessons import checksums, mnist

MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
COUNTS = {
    "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}


@pytest.mark.parametrize("split", ["train", "test"])
def test_it_is_whole(split):
    digits = mnist.load(split)
    assert digits.images.shape == (mnist.SIZES[split], 28, 28) and digits.images.dtype == np.uint8
    assert np.bincount(digits.labels).tolist() == COUNTS[split] and len(digits) == mnist.SIZES[split]


def test_it_is_as_published():
    train = mnist.load()
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    inked = train.images.astype(np.float32) / 255
    assert inked.mean() == pytest.approx(0.1307, abs=5e-5) and inked.std() == pytest.approx(0.3081, abs=5e-5)


@pytest.mark.parametrize("name", MD5)
def test_the_files_are_the_original_ones(name):
    assert hashlib.md5(gzip.decompress((mnist.FOLDER / f"{name}.gz").read_bytes())).hexdigest() == MD5[name]


def test_it_is_read_once_and_cannot_be_changed():
    digits = mnist.load("test")
    assert mnist.load("test") is digits
    for array in (digits.images, digits.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_scaled():
    images = np.zeros((2, 28, 28), np.uint8)
    images[1, 3, 4] = 255
    scaled = mnist.scaled(images)
    assert scaled.shape == (2, 1, 28, 28) and scaled.dtype == np.float32
    assert scaled.min() == -1 and scaled[1, 0, 3, 4] == 1 and (scaled == -1).sum() == 2 * 784 - 1


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28)), np.zeros((2, 27, 28), np.uint8), np.zeros(28, np.uint8)])
def test_other_images_are_refused(images):
    with pytest.raises(ValueError, match="images must be uint8"):
        mnist.scaled(images)


def test_another_split_is_refused():
    with pytest.raises(ValueError, match=r"split must be one of .*, not 'valid'"):
        mnist.load("valid")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The package's data, copied, and read from there."""
    shutil.copytree(mnist.FOLDER, tmp_path / "mnist")
    shutil.copy(checksums.DATA / checksums.LIST, tmp_path)
    monkeypatch.setattr(mnist, "FOLDER", tmp_path / "mnist")
    mnist.load.cache_clear()
    yield tmp_path / "mnist"
    mnist.load.cache_clear()


def flipped(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGE = {
    "damaged": [flipped, lambda path: path.write_bytes(path.read_bytes()[:-9]), lambda path: path.write_bytes(b"")],
    "missing": [lambda path: path.unlink()],
}


@pytest.mark.parametrize(("wrong", "how"), [(wrong, how) for wrong, hows in DAMAGE.items() for how in hows])
@pytest.mark.parametrize("name", ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_a_file_that_is_not_as_it_was_made_is_named(copied, wrong, how, name):
    how(copied / name)
    with pytest.raises(ValueError, match=f"the data file .*{name}' is {wrong}: install the package again"):
        mnist.load("test")


def test_a_whole_copy_is_read(copied):
    assert len(mnist.load("test")) == 10_000


def test_reading_needs_no_torch():
    code = "import sys; from gan_lessons import mnist; mnist.load('test'); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
