"""MNIST as it ships: whole, as published, and refused by name where a file is not as it was made."""

import gzip
import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gan_lessons._core import checksums
from gan_lessons.distributions import mnist
from gan_lessons.tools import check

ROOT = Path(__file__).resolve().parents[2]
# those that have been published beside the set for years, in many loaders of it

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
    """The first labels, and the mean and sd that normalise the training set in countless programs."""
    train = mnist.load()
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    counts = sum(np.bincount(part.ravel(), minlength=256) for part in np.array_split(train.images, 60))
    ink, share = np.arange(256) / 255, counts / counts.sum()
    mean = share @ ink
    assert mean == pytest.approx(0.1307, abs=5e-5)
    assert np.sqrt(share @ (ink - mean) ** 2) == pytest.approx(0.3081, abs=5e-5)


@pytest.mark.parametrize("name", MD5)
def test_the_files_are_the_original_ones(name):
    assert hashlib.md5(gzip.decompress((mnist.FOLDER / f"{name}.gz").read_bytes())).hexdigest() == MD5[name]


def test_it_is_read_once_whatever_way_it_is_asked_for():
    assert mnist.load() is mnist.load("train") is mnist.load(split="train")


def test_it_cannot_be_changed():
    digits = mnist.load("test")
    with pytest.raises(AttributeError):
        digits.labels = digits.labels[:1]
    for array in (digits.images, digits.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            array.flags.writeable = True


def test_torch_takes_a_copy():
    """As the docstring has it: no warning (which would be an error here), and nothing shared."""
    torch = pytest.importorskip("torch")
    digits = mnist.load("test")
    copy = torch.tensor(digits.images)
    copy[:] = 7
    assert digits.images[0].max() == 255
    assert torch.from_numpy(mnist.scaled(digits.images[:2])).shape == (2, 1, 28, 28)


def test_scaled():
    images = np.zeros((2, 28, 28), np.uint8)
    images[1, 3, 4], images[1, 4, 3] = 255, 51
    scaled = mnist.scaled(images)
    assert scaled.shape == (2, 1, 28, 28) and scaled.dtype == np.float32
    assert (scaled == -1).sum() == 2 * 784 - 2
    assert scaled[1, 0, 3, 4] == 1 and scaled[1, 0, 4, 3] == pytest.approx(-0.6)
    assert images[1, 3, 4] == 255
    assert mnist.scaled(images[1]).shape == (1, 28, 28) and mnist.scaled(images[None]).shape == (1, 2, 1, 28, 28)


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28)), np.zeros((2, 27, 28), np.uint8), np.zeros(28, np.uint8)])
def test_other_images_are_refused(images):
    with pytest.raises(ValueError, match="images must be uint8"):
        mnist.scaled(images)


@pytest.mark.parametrize("split", ["valid", "", "Train", None, 0, ["train"], np.array(["train", "test"])])
def test_another_split_is_refused(split):
    with pytest.raises(ValueError, match=r"split must be one of \['train', 'test'\], not "):
        mnist.load(split)


# -- files that are not as they were made

FILES = [f"{name}.gz" for name in MD5]
SPLIT = {name: split for split, prefix in [("train", "train"), ("test", "t10k")] for name in FILES if prefix in name}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The digits and a list of their sums, copied, and read from there; nothing is kept from before or for later."""
    shutil.copytree(mnist.FOLDER, tmp_path / "mnist")
    checksums.write(tmp_path)
    monkeypatch.setattr(mnist, "FOLDER", tmp_path / "mnist")
    monkeypatch.setattr(mnist, "_load", mnist._load.__wrapped__)
    return tmp_path


def flipped(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncated(path):
    path.write_bytes(path.read_bytes()[:-9])


def emptied(path):
    path.write_bytes(b"")


def replaced(path):
    """Another file of the set, whole in itself, in the place of this one."""
    shutil.copy(path.with_name(FILES[FILES.index(path.name) - 1]), path)


def removed(path):
    path.unlink()


def made_a_folder(path):
    path.unlink()
    path.mkdir()


def test_a_whole_copy_is_read(folder):
    assert len(mnist.load("test")) == 10_000


@pytest.mark.parametrize(
    ("how", "wrong"),
    [(how, "damaged") for how in (flipped, truncated, emptied, replaced)]
    + [(how, "missing") for how in (removed, made_a_folder)],
)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_as_it_was_made_is_named(folder, name, how, wrong):
    how(folder / "mnist" / name)
    with pytest.raises(
        ValueError, match=rf"the data file .*{name}' is {wrong}: get .* anew \(git checkout, or install"
    ):
        mnist.load(SPLIT[name])
    finding = check.data(folder)
    assert not finding.ok and f"mnist/{name} is {wrong}" in finding.text


def plain(path):
    path.write_bytes(gzip.decompress(path.read_bytes()))


def shortened(path):
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-1], 1))


def lengthened(path):
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"0", 1))


def of_signed_bytes(path):
    data = bytearray(gzip.decompress(path.read_bytes()))
    data[2] = 9
    path.write_bytes(gzip.compress(data, 1))


@pytest.mark.parametrize("how", [emptied, truncated, replaced, plain, shortened, lengthened, of_signed_bytes])
@pytest.mark.parametrize("name", [name for name in FILES if SPLIT[name] == "test"])
def test_a_foreign_file_is_named_even_if_its_sum_was_listed(folder, name, how):
    how(folder / "mnist" / name)
    checksums.write(folder)
    with pytest.raises(ValueError, match=f"the data file .*{name}' is not MNIST's own, a gzipped IDX file of .10000,"):
        mnist.load("test")


@pytest.mark.parametrize("how", [removed, emptied, lambda path: path.write_text("nonsense\n")])
def test_a_list_of_sums_that_cannot_be_read_is_named(folder, how):
    how(folder / checksums.LIST)
    with pytest.raises(ValueError, match=r"the data file .*SHA256SUMS' is missing or damaged: get .* anew"):
        mnist.load("test")


def test_a_file_that_is_not_listed_is_named(folder):
    path = folder / checksums.LIST
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "t10k-labels" not in line))
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte.gz' is not listed in SHA256SUMS: get .* anew"):
        mnist.load("test")


# -- how it ships


PACKED = """import setuptools
distribution = setuptools.Distribution()
distribution.parse_config_files()
distribution.include_package_data = False  # the patterns alone
command = distribution.get_command_obj("build_py")
command.ensure_finalized()
print(*(name for *_, names in command.data_files for name in names), sep="\\n")"""


def test_the_wheel_has_every_file():
    """What setuptools itself makes of the patterns of pyproject.toml, in a process that has no other distutils yet."""
    if importlib.util.find_spec("setuptools") is None:
        pytest.skip("setuptools is not installed here")
    done = subprocess.run([sys.executable, "-c", PACKED], cwd=ROOT, capture_output=True, text=True, check=True)
    shipped = {Path(name).as_posix().partition("files/")[2] for name in done.stdout.splitlines()}
    assert {f"mnist/{name}" for name in [*FILES, "README.md"]} | {checksums.LIST} <= shipped


def test_authors_and_licence_stand_beside_it():
    for text in ((mnist.FOLDER / "README.md").read_text("utf-8"), (ROOT / "LICENSE").read_text("utf-8")):
        assert all(name in text for name in ("Yann LeCun", "Corinna Cortes", "Burges"))
        assert "https://creativecommons.org/licenses/by-sa/3.0/" in text


def test_reading_loads_nothing_heavier_than_numpy():
    heavy = {"numpy", "torch", "torchvision", "scipy", "matplotlib", "IPython", "ipywidgets"}
    code = "import sys; from gan_lessons.distributions import mnist; mnist.load('test')"
    code += f"; print(*({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["numpy"]
