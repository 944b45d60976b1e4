"""Snapshots and histories: what is saved comes back, and what is damaged does not."""

import errno
import json
import random
import stat
import zipfile

import numpy as np
import pytest

from gan_lessons._core.files import replacing
from gan_lessons.trainers import records
from gan_lessons.trainers.records import History, Snapshot

ARRAYS = ("steps", "samples", "d_loss", "g_loss", "p_real", "p_fake", "diverged")
PLAIN = tuple(name for name in ARRAYS if name not in ("d_loss", "g_loss"))


def snapshot(step, runs=3, seed=0):
    rng = np.random.default_rng([step, seed])
    shape = () if runs is None else (runs,)
    d, g, p_real, p_fake = (rng.normal(size=shape).astype(np.float32) for _ in range(4))
    probes = {"curve": rng.normal(size=(*shape, 7)), "a/b c": rng.normal(size=shape)}
    samples = rng.normal(size=(*shape, 5, 1)).astype(np.float16)
    return Snapshot(step, samples, {"D": d, "G": g}, p_real, p_fake, diverged=np.full(shape, -1), probes=probes)


def film(steps=(0, 2, 5), runs=3):
    return History.of([snapshot(step, runs) for step in steps], {"seeds": [1, 2], "recipe": "x", "lr": 0.1})


def same(a, b):
    assert a.settings == b.settings and a.probes.keys() == b.probes.keys()
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        assert getattr(a, name).dtype == getattr(b, name).dtype
    for name in a.probes:
        np.testing.assert_array_equal(a.probes[name], b.probes[name])


def test_a_history_is_its_snapshots_in_a_row():
    rows = [snapshot(step) for step in (0, 2, 5)]
    history = History.of(iter(rows), {"n": 1})
    assert len(history) == 3 and history.steps.tolist() == [0, 2, 5] and history.settings == {"n": 1}
    assert history.samples.shape == (3, 3, 5, 1) and history.probes["curve"].shape == (3, 3, 7)
    for k, row in enumerate(rows):
        for one in (history[k], history[k - 3], list(history)[k]):
            assert one.step == row.step and type(one.step) is int
            for name in ARRAYS[1:]:
                np.testing.assert_array_equal(getattr(one, name), getattr(row, name))
            for name, value in row.probes.items():
                np.testing.assert_array_equal(one.probes[name], value)


def test_one_run_alone():
    history = film()
    for index in (0, 2, -1, np.int64(1)):
        one = history.run(index)
        assert one.samples.shape == (3, 5, 1) and one.settings == history.settings
        np.testing.assert_array_equal(one.d_loss, history.d_loss[:, index])
        np.testing.assert_array_equal(one.probes["curve"], history.probes["curve"][:, index])
        np.testing.assert_array_equal(one[1].samples, history.samples[1, index])


@pytest.mark.parametrize("index", [3, -4, 1.0, 0.5, "0", None, True])
def test_a_run_that_is_not_there_is_refused(index):
    with pytest.raises(ValueError, match=f"run {index!r} is not among the 3 runs"):
        film().run(index)


def test_a_film_of_one_run_has_no_runs_to_choose_from():
    with pytest.raises(ValueError, match="run 0 is not among the 0 runs"):
        film().run(1).run(0)


def test_nothing_and_steps_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match="History of 0 snapshots"):
        History.of([])
    for steps in ((0, 0), (2, 1), (0, 5, 5)):
        with pytest.raises(ValueError, match="steps must rise"):
            film(steps)


@pytest.mark.parametrize("name", [*PLAIN, "losses", "probes"])
def test_arrays_of_other_lengths_are_refused(name):
    fields = dict(vars(film()))
    value = fields[name]
    if isinstance(value, dict):
        last = list(value)[-1]
        fields[name] = value | {last: value[last][:-1]}
    else:
        fields[name] = value[:-1]
    with pytest.raises(ValueError, match=r"all arrays must have one row a snapshot.*: 2"):
        History(**fields)


def test_records_are_frozen_and_compared_by_who_they_are():
    history, row = film(), snapshot(0)
    for record, name in ((history, "steps"), (row, "step")):
        with pytest.raises(AttributeError):
            setattr(record, name, 3)
    assert history != film() and row != snapshot(0) and len({history, film()}) == 2


# -- files


@pytest.mark.parametrize("runs", [None, 1, 3])
def test_what_is_saved_comes_back(tmp_path, runs):
    history = film(runs=runs)
    path = history.save(tmp_path / "a" / "film.npz")
    assert path == tmp_path / "a" / "film.npz"
    same(History.load(path), history)
    same(History.load(str(path)), history)


def test_nan_and_infinity_come_back(tmp_path):
    history = film()
    history.d_loss[0], history.samples[1, 1] = np.nan, np.inf
    same(History.load(history.save(tmp_path / "film.npz")), history)


@pytest.mark.parametrize("name", ["film", "film.npy", "film.npz.txt"])
def test_only_npz_is_written(tmp_path, name):
    with pytest.raises(ValueError, match=rf"path must end in .npz, not '{name}'"):
        film().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_settings_that_json_does_not_know_are_refused_before_anything_is_written(tmp_path):
    history = History.of([snapshot(0)], {"seeds": range(3)})
    with pytest.raises(ValueError, match=r"settings must be .*range\(0, 3\)"):
        history.save(tmp_path / "film.npz")
    assert list(tmp_path.iterdir()) == []


def refused(path, words="is not a whole saved History"):
    with pytest.raises(ValueError, match=r"^path: .*") as refusal:
        History.load(path)
    assert words in str(refusal.value) and repr(str(path)) in str(refusal.value)


def loaded(path):
    """The history, or the refusal to give one; nothing else may happen."""
    try:
        return History.load(path)
    except ValueError as refusal:
        return refusal


def test_a_truncated_file_is_refused(tmp_path):
    path = film().save(tmp_path / "film.npz")
    whole = path.read_bytes()
    for keep in (0, 1, 4, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        path.write_bytes(whole[:keep])
        refused(path)


def test_a_file_with_any_byte_changed_is_refused_or_says_the_same(tmp_path):
    history = film()
    path = history.save(tmp_path / "film.npz")
    whole, refusals = path.read_bytes(), 0
    for place in random.Random(0).sample(range(len(whole)), 300):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        found = loaded(path)
        if isinstance(found, ValueError):
            refusals += 1
            assert str(found).startswith("path: ")
        else:
            same(found, history)
    assert refusals > 100


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x80\x04K\x01.", b"PK\x03\x04" + bytes(100), bytes(1000)])
def test_a_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / "film.npz"
    path.write_bytes(content)
    refused(path)


def test_arrays_of_somebody_else_are_refused(tmp_path):
    path = tmp_path / "film.npz"
    np.savez(path, x=np.zeros(3))
    refused(path)
    np.save(tmp_path / "one.npy", np.zeros(3))
    refused(tmp_path / "one.npy")
    np.savez(path, header=np.array({"format": 1}, dtype=object), allow_pickle=True)  # pickled: never read
    refused(path)


def test_no_file_and_a_folder_are_refused(tmp_path):
    refused(tmp_path / "nowhere.npz", "there is no file")
    refused(tmp_path, "")


def rewritten(path, header=None, **arrays):
    with np.load(path) as file:
        own = {name: file[name] for name in file.files} | arrays
        own["header"] = np.array(json.dumps(json.loads(str(own["header"])) | (header or {})))
    np.savez(path, **{name: value for name, value in own.items() if value is not None})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"header": {"format": 3}}, "its format is 3, this version reads 2"),
        ({"header": {"format": None}}, "its format is None, this version reads 2"),
        ({"p_real": None}, "p_real"),
        ({"loss/D": np.zeros((3, 3))}, "which no History has"),
        ({"losses/D": np.zeros((2, 3))}, "all arrays must have one row a snapshot"),
        ({"steps": np.array([0, 5, 2])}, "steps must rise"),
    ],
    ids=["newer", "no format", "array missing", "array unknown", "array short", "steps"],
)
def test_a_newer_or_incomplete_file_is_refused(tmp_path, change, words):
    path = film().save(tmp_path / "film.npz")
    rewritten(path)
    same(History.load(path), film())
    rewritten(path, **change)
    refused(path, words)


def test_a_file_is_a_zip_of_plain_arrays_and_says_its_format(tmp_path):
    path = film().save(tmp_path / "film.npz")
    with zipfile.ZipFile(path) as file:
        assert {f"{name}.npy" for name in (*PLAIN, "losses/D", "losses/G", "header")} < set(file.namelist())
    with np.load(path) as file:
        assert json.loads(str(file["header"])) == {"format": 2, "settings": {"seeds": [1, 2], "recipe": "x", "lr": 0.1}}


# -- replacing


def test_replacing_writes_beside_and_then_renames(tmp_path):
    path = tmp_path / "new folder" / "x.bin"
    with replacing(path) as file:
        file.write(b"one")
        assert not path.exists() and len(list(path.parent.iterdir())) == 1
    assert path.read_bytes() == b"one" and [p.name for p in path.parent.iterdir()] == ["x.bin"]
    (tmp_path / "plain").touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()], ids=["full disk", "interrupt"])
@pytest.mark.parametrize("existed", [True, False])
def test_replacing_leaves_the_old_file_and_nothing_else_where_it_fails(tmp_path, error, existed):
    path = tmp_path / "x.bin"
    if existed:
        path.write_bytes(b"old")

    def write():
        with replacing(path) as file:
            file.write(b"new")
            raise error

    with pytest.raises(type(error)):
        write()
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == ({"x.bin": b"old"} if existed else {})


def test_a_history_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = film().save(tmp_path / "film.npz")
    old = path.read_bytes()

    def full(file, **arrays):
        file.write(b"PK half of it")
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(records.np, "savez_compressed", full)
    with pytest.raises(OSError, match="full"):
        film((0, 1)).save(path)
    assert path.read_bytes() == old and [p.name for p in tmp_path.iterdir()] == ["film.npz"]
