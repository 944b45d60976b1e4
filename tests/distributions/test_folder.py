"""Pictures of one's own: what a folder holds becomes small squares as a person sees them, and the rest is named."""

import io
import os
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from gan_lessons._core import as_json, user_cache
from gan_lessons._core.settings import Declared, of
from gan_lessons.distributions import folder, picture_files
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.folder import Folder
from gan_lessons.distributions.shapes import Shapes
from gan_lessons.models.dcgan import DCGAN
from gan_lessons.recipes.pictures import shapes_dcgan

RED, BLUE = (200, 20, 20), (20, 20, 200)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    """A cache folder of its own, and nothing in memory."""
    monkeypatch.setattr(user_cache, "folder", lambda: tmp_path / "cache")
    folder.forget()


@pytest.fixture
def place(tmp_path):
    """A folder for pictures."""
    made = tmp_path / "pictures"
    made.mkdir()
    return made


def noise(width, height, seed=0, channels=3):
    rough = np.random.default_rng(seed).integers(0, 256, (height // 8 + 1, width // 8 + 1, channels), np.uint8)
    return Image.fromarray(rough.squeeze()).resize((width, height), Image.Resampling.BICUBIC)


def halves(width, height):
    """Red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def only(place, **settings):
    """The one picture of a folder, (height, width, channels)."""
    [image] = Folder(place, **settings).images()
    return image.transpose(1, 2, 0)


# -- what a picture becomes


@pytest.mark.parametrize("name", ["a.png", "a.webp", "A.JPG"])
@pytest.mark.parametrize("size", [28, 32, 64])
def test_a_picture_is_its_middle_square_well_scaled(place, name, size):
    whole = noise(640, 400)
    whole.save(place / name, **{".webp": {"lossless": True}, ".JPG": {"quality": 100}}.get(name[1:], {}))
    middle = ImageOps.fit(whole, (size, size), Image.Resampling.LANCZOS)
    apart = np.abs(only(place, size=size).astype(float) - np.asarray(middle))
    assert apart.mean() < 2 and apart.max() < 24  # of 255: a JPEG decoded at a fraction, by another filter


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_orientation_is_turned_upright(place, orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = halves(320, 240)
    stored.save(place / f"a.{kind}", exif=exif)
    with Image.open(place / f"a.{kind}") as opened:
        upright = np.asarray(ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGB"), (32, 32)), float)
    apart = np.abs(only(place) - upright)
    assert max(apart[2:14, 2:14].max(), apart[18:30, 18:30].max()) < 12


def test_grey_is_ink(place):
    Image.new("RGB", (40, 40), "white").save(place / "a.png")
    assert (only(place, colour=False) == 0).all()
    data = Folder(place, colour=False)
    assert (data.sample((5,), torch.Generator()) == -1).all() and data.dim == 1024


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_white(place, mode):
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    clear.paste((0, 90, 200, 255), (0, 0, 64, 32))
    clear.convert(mode).save(place / "a.png")
    found = only(place)
    assert (found[20:] == 255).all() and found[:12].max() < 255


def test_sixteen_bits_keep_their_greys(place):
    grey = np.full((64, 64), 40_000, np.uint16)
    Image.fromarray(grey).save(place / "a.png")
    assert np.abs(only(place).astype(float) - 40_000 / 257).max() <= 1


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_of_a_moving_picture_the_first_frame_counts(place, kind):
    first, second = Image.new("RGB", (64, 64), RED), Image.new("RGB", (64, 64), BLUE)
    first.save(
        place / f"a.{kind}", save_all=True, append_images=[second], **({"lossless": True} if kind == "webp" else {})
    )
    assert np.abs(only(place).reshape(-1, 3).mean(0) - RED).max() < 3


def test_other_colour_spaces_become_red_green_and_blue(place):
    halves(64, 64).convert("CMYK").save(place / "a.jpg", quality=95)
    found = only(place)
    assert found[16, 4, 0] > found[16, 4, 2] + 100 and found[16, 28, 2] > found[16, 28, 0] + 100


# -- what is left out


def filled(place, n=3):
    for i in range(n):
        noise(40, 40, i).save(place / f"good {i}.png")


BAD = {
    "cut.jpg": ("broken", lambda data: data[: len(data) // 2]),
    "words.jpg": ("broken", lambda data: b"no picture at all"),
    "empty.png": ("broken", lambda data: b""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_file_is_named_and_left_out(place, name):
    filled(place)
    file = io.BytesIO()
    noise(400, 400).save(file, "JPEG")
    (place / name).write_bytes(BAD[name][1](file.getvalue()))
    data = Folder(place)
    [(left, why)] = data.left_out
    assert left == name and why.startswith("broken") and len(data.images()) == 3
    assert f"1 file is left out: {name} is broken" in data.about


def test_a_file_of_another_kind_than_its_name_is_left_out(place):
    filled(place)
    noise(40, 40).save(place / "photo.png", "JPEG")
    noise(40, 40).save(place / "moving.webp", "GIF")
    found = dict(Folder(place).left_out)
    assert found["photo.png"] == "named as PNG, but JPEG inside" and found["moving.webp"].startswith("broken")


def test_a_picture_that_is_too_small_or_a_bomb_is_left_out(place):
    filled(place)
    Image.new("RGB", (1, 1)).save(place / "dot.png")
    Image.new("1", (10_000, 10_000)).save(place / "bomb.png")
    Image.new("1", (20_000, 20_000)).save(place / "great bomb.png")
    found = dict(Folder(place).left_out)
    assert found["dot.png"] == "of 1 x 1 pixels, and 8 a side are the least"
    assert found["bomb.png"] == "of 10,000 x 10,000 pixels, which are more than 89 million"
    assert found["great bomb.png"] == "of more than 179 million pixels" and len(found) == 3
    assert Image.MAX_IMAGE_PIXELS == 89_478_485  # the learner's own limit is as it was


def test_nothing_of_the_learners_is_changed(place):
    filled(place)
    (place / "cut.jpg").write_bytes(b"x")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in place.iterdir()}
    Folder(place).images()
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in place.iterdir()} == before


# -- which files there are


def test_folders_in_folders_are_classes(place):
    for name, n in (("cats", 3), ("dogs", 2)):
        (place / name / "deep").mkdir(parents=True)
        for i in range(n):
            Image.new("RGB", (32, 32), RED if name == "cats" else BLUE).save(place / name / "deep" / f"{i}.png")
    data = Folder(place)
    assert data.names == ("cats", "dogs") and data.classes == 2
    raw = data.draw((400,), torch.Generator().manual_seed(0), torch.float32)
    reds = data.transform(raw).view(400, 3, -1).mean(-1)[:, 0] > 0
    assert torch.equal(data.labels(raw), (~reds).long()) and 0.5 < reds.double().mean() < 0.7


def test_no_classes_where_some_stand_beside_the_folders_or_all_in_one(place):
    (place / "cats").mkdir()
    noise(32, 32).save(place / "cats" / "a.png")
    assert Folder(place).classes == 0
    (place / "dogs").mkdir()
    noise(32, 32).save(place / "dogs" / "b.png"), noise(32, 32).save(place / "c.png")
    assert Folder(place).names == ()


def test_a_zip_file_is_as_the_folder_in_it(place, tmp_path):
    shapes = Shapes(20)
    for i, (image, label) in enumerate(zip(shapes.images(), shapes.pictures().labels, strict=True)):
        (place / shapes.names[label]).mkdir(exist_ok=True)
        Image.fromarray(image.transpose(1, 2, 0)).save(place / shapes.names[label] / f"{i:02}.png")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in place.rglob("*.png"):
            archive.write(path, f"top/{path.relative_to(place)}")
        archive.writestr("__MACOSX/top/._a.png", b"of a Mac"), archive.writestr("top/.hidden.png", b"hidden")
    one, other = Folder(place), Folder(tmp_path / "all.zip")
    assert np.array_equal(one.images(), other.images()) and one.names == other.names and not other.left_out
    assert sorted(map(bytes, one.images())) == sorted(map(bytes, shapes.images()))  # PNGs of that size lose nothing


def test_at_most_so_many_evenly_from_all(place):
    filled(place, 9)
    assert np.array_equal(Folder(place, most=3).images(), Folder(place).images()[[0, 4, 8]])


# -- what is kept


def test_the_second_time_nothing_is_decoded(place, monkeypatch):
    filled(place), (place / "cut.png").write_bytes(b"x")
    first = Folder(place)
    images, left_out, words = first.images(), first.left_out, first.about
    folder.forget()
    monkeypatch.setattr(folder, "_small", lambda *_: pytest.fail("decoded again"))
    again = Folder(place)
    assert np.array_equal(again.images(), images) and (again.left_out, again.about) == (left_out, words)
    assert again.pictures() is again.pictures()


@pytest.mark.parametrize("change", ["another", "newer", "fewer", "size", "colour", "path"])
def test_what_changed_is_made_anew(place, tmp_path, change):
    filled(place)
    before, settings = Folder(place).images(), {}
    if change == "another":
        noise(40, 40, 9).save(place / "good 9.png")
    elif change == "newer":
        os.utime(place / "good 0.png", ns=(1, 1))
    elif change == "fewer":
        (place / "good 0.png").unlink()
    elif change == "path":
        place = place.rename(tmp_path / "moved")
    else:
        settings = {"size": {"size": 28}, "colour": {"colour": False}}[change]
    kept = set((tmp_path / "cache").rglob("*.npz"))
    after = Folder(place, **settings).images()
    assert len(set((tmp_path / "cache").rglob("*.npz")) - kept) == 1
    if change in ("newer", "path"):
        assert np.array_equal(before, after)


def test_a_damaged_kept_file_is_made_anew(place, tmp_path):
    filled(place)
    before = Folder(place).images()
    [file] = (tmp_path / "cache").rglob("*.npz")
    file.write_bytes(file.read_bytes()[:100]), folder.forget()
    assert np.array_equal(Folder(place).images(), before)
    assert str(file) in Folder(place).about


def test_without_a_cache_it_works_and_says_so(place, tmp_path, monkeypatch):
    filled(place)
    (tmp_path / "cache").write_text("a file where the folder would be")
    assert "could not be kept for the next time: " in Folder(place).about and len(Folder(place).images()) == 3


def test_the_cache_is_where_each_system_has_it():
    home = os.path.expanduser("~")
    found = {system: user_cache.place({}, system) for system in ("linux", "darwin", "win32")}
    assert found["linux"] == user_cache.place({"XDG_CACHE_HOME": f"{home}/.cache"}, "linux")
    assert str(found["darwin"]).startswith(home) and "Caches" in found["darwin"].parts
    assert user_cache.place({"LOCALAPPDATA": "/x"}, "win32").parts[-2:] == ("x", "gan_lessons")


# -- as real data


def test_a_lean_dcgan_trains_on_it_and_its_settings_go_through_files(place):
    filled(place, 8)
    data = Folder(str(place), size=64, colour=False)
    small = {"generator": DCGAN(4), "discriminator": DCGAN(4)}
    trainer = replace(shapes_dcgan, data=data, batch=8, **small).trainer(0)
    trainer.advance(2)
    assert trainer.snapshot().samples.shape == (1, 64, 4096) and trainer.D.fold == (1, 64, 64)
    words = as_json.written("data", data)
    assert as_json.read("data", words, Declared(of(Distribution, "data"))) == data


# -- what is refused


def test_what_is_no_folder_of_pictures_is_refused(place, tmp_path):
    def refusal(path, **settings):
        with pytest.raises(ValueError) as refused:
            Folder(path, **settings).images()
        return str(refused.value)

    assert refusal("/no/such/place") == "path must be a folder, or a zip file, that is there, not '/no/such/place'"
    assert refusal(7) == "path must be the path of a folder or of a zip file, not 7"
    assert "one with a picture (JPEG, PNG or WebP) in it; this one has no file at all" in refusal(place)
    (place / "a.heic").write_bytes(b"x"), (place / "b.txt").write_bytes(b"x")
    assert "this one has 2 other files (.heic, .txt)" in refusal(place)
    assert "that can be read (File is not a zip file)" in refusal(place / "b.txt")
    (place / "c.png").write_bytes(b"x")
    assert "one with a picture that can be used; of 1 there is none (c.png is broken" in refusal(place)
    for size in (30, 32.0, "32", True):
        assert refusal(place, size=size) == f"size must be one of [28, 32, 64], not {size!r}"


def test_a_folder_that_cannot_be_read_is_refused(place, monkeypatch):
    def denied(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(picture_files.os, "listdir", denied)
    with pytest.raises(ValueError, match=r"path must be .* that can be read \(.*Permission denied"):
        Folder(place)


def test_too_few_for_a_batch_is_refused(place):
    filled(place, 5), (place / "bad.png").write_bytes(b"x")
    recipe = replace(shapes_dcgan, data=Folder(place), generator=DCGAN(4), discriminator=DCGAN(4), batch=6)
    with pytest.raises(ValueError, match="batch must be at most 5, which is how many pictures there are, not 6"):
        recipe.trainer(0)
    assert replace(recipe, batch=5).trainer(0).steps == 0
