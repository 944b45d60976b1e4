"""A sweep is what its positions would be alone, wherever it is trained, and loses nothing that is done."""

import json
import multiprocessing
import os
import signal
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from helpers.recipes import changed
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import sweep
from gan_lessons.distributions.line import Gaussian, Mixture
from gan_lessons.metrics import verdicts
from gan_lessons.metrics.shares import share
from gan_lessons.recipes import toys as recipes
from gan_lessons.sweeps import batching as parts
from gan_lessons.sweeps import executors as spreading
from gan_lessons.sweeps.batching import Apart, cut, joined, train
from gan_lessons.sweeps.result import SweepResult
from gan_lessons.sweeps.sweep import Sweep, sweep_of
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.probes import DiscriminatorCurve
from gan_lessons.trainers.records import History

PUT = {name: control.put for name, control in recipes.aylien_head.controls.items()}
RATES = (1e-4, 1e-3, 1e-2)
RUNS = ("samples", "d_loss", "g_loss", "p_real", "p_fake", "diverged", "good", "collapsed")
ARRAYS = ("steps", *RUNS, "real", "density")
BASE = recipes.aylien_head


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(parts, "RUNS_A_PART", 4)


def small(values=RATES, setting="d_lr", seeds=range(2), steps=12, every=4, **rest):
    return sweep_of(BASE, PUT[setting], values, label=setting, seeds=seeds, steps=steps, every=every, view=32, **rest)


def same(one, other):
    assert (one.label, one.values, one.seeds, one.window) == (other.label, other.values, other.seeds, other.window)
    assert one.settings == other.settings and one.probes.keys() == other.probes.keys()
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in one.probes:
        np.testing.assert_array_equal(one.probes[name], other.probes[name], err_msg=name)


# -- joining and cutting


def test_numbers_that_differ_become_one_a_run_and_equal_ones_stay():
    some = [replace(BASE, d_optimizer=Adam(rate), data=Gaussian(mean, 0.5)) for rate, mean in ((1e-3, 4), (1e-2, 3))]
    whole = joined(some)
    assert whole == replace(BASE, d_optimizer=Adam((1e-3, 1e-2)), data=Gaussian((4.0, 3.0), 0.5))
    assert joined([some[0]] * 3) == some[0]


def test_words_about_a_recipe_do_not_keep_it_apart():
    assert joined([BASE, replace(BASE, name="other", source="mine", steps=7, window=(0.0, 9.0))]) == BASE


@pytest.mark.parametrize(
    "change",
    [
        {"batch": 16},
        {"d_hidden": (4, 4)},
        {"d_hidden": (8, 8, 9)},
        {"d_activation": "tanh"},
        {"d_optimizer": SGD(1e-3)},
        {"d_optimizer": Adam(1e-3, betas=(0.0, 0.9))},
        {"data": Mixture([3.0, 5.0], [0.5, 0.5])},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_changes_more_than_a_number_a_run_stays_apart(change):
    with pytest.raises(Apart):
        joined([BASE, changed(BASE, **change)])


@pytest.mark.parametrize(("positions", "seeds"), [(1, 1), (3, 2), (9, 16), (5, 7)])
def test_parts_hold_every_run_once_and_are_even(monkeypatch, positions, seeds):
    monkeypatch.setattr(parts, "RUNS_A_PART", 10)
    some = [replace(BASE, batch=8 + position % 2) for position in range(positions)]
    found = cut(some, range(100, 100 + seeds), steps=1, every=1)
    places = [place for part in found for place in part.places]
    assert sorted(places) == [(position, column) for position in range(positions) for column in range(seeds)]
    assert all(len(part.seeds) == len(part.places) <= 10 for part in found)
    for part in found:
        assert part.seeds == tuple(100 + column for _, column in part.places)
        assert {some[position].batch for position, _ in part.places} == {part.recipe.batch}
    for batch in (8, 9):
        sizes = [len(part.seeds) for part in found if part.recipe.batch == batch]
        assert not sizes or max(sizes) - min(sizes) <= 1


def test_as_few_parts_as_the_shapes_allow(monkeypatch):
    monkeypatch.setattr(parts, "RUNS_A_PART", 80)
    assert [len(part.seeds) for part in small(np.geomspace(1e-5, 1e-1, 9), seeds=range(16)).parts] == [72, 72]
    assert len(small((3, 4, 5), "mean").parts) == 1
    assert len(small((4, 8, 16), "batch").parts) == 3


def test_a_number_that_a_class_does_not_list_as_one_a_run_makes_parts_of_its_own():
    assert len(cut([replace(BASE, g_optimizer=Adam(eps=eps)) for eps in (1e-8, 1e-4)], (0,), steps=1, every=1)) == 2


# -- what a sweep gives


def test_each_position_is_what_its_recipe_gives_alone():
    result = small(probes={"bias": last_bias}).run(progress=False)
    assert result.steps.tolist() == [0, 4, 8, 12] and result.whole
    for position, rate in enumerate(RATES):
        trainer = PUT["d_lr"](BASE, rate).trainer(range(2), view=32, probes={"bias": last_bias})
        film = History.of(trainer.run(12, 4))
        for name in ("samples", "d_loss", "g_loss", "p_real", "p_fake"):
            np.testing.assert_allclose(getattr(result, name)[position], getattr(film, name), rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(result.probes["bias"][position], film.probes["bias"], rtol=1e-3, atol=1e-6)
        assert (result.diverged[position] == -1).all()


def test_shapes_that_differ_are_swept_too():
    result = small((2, 8), "d_width").run(progress=False)
    alone = PUT["d_width"](BASE, 2).trainer(range(2), view=32)
    alone.advance(12)
    np.testing.assert_allclose(result.samples[0, -1], alone.snapshot().samples, rtol=1e-3, atol=1e-5)


def test_positions_share_their_luck():
    result = small((1e-4, 1e-2)).run(progress=False)
    np.testing.assert_array_equal(result.samples[0, 0], result.samples[1, 0])
    assert not np.array_equal(result.samples[0, -1], result.samples[1, -1])
    assert not np.array_equal(result.samples[0, 0, 0], result.samples[0, 0, 1])


def test_runs_are_judged_against_the_data_of_their_position():
    result = small((-2.0, 0.0, 4.0), "mean").run(progress=False)
    for position, mean in enumerate(result.values):
        verdict = verdicts.judge(result.samples[position], Gaussian(mean, 0.5))
        np.testing.assert_array_equal(result.good[position], verdict.good)
        np.testing.assert_array_equal(result.collapsed[position], verdict.collapsed)
        assert abs(result.real[position].mean() - mean) < 0.15  # 512 samples: the mean's sd is .022
        peak = np.linspace(*result.window, result.density.shape[1])[result.density[position].argmax()]
        assert abs(peak - mean) < 0.1


def test_shares_are_those_of_good_runs_at_a_moment():
    result = blank(positions=2, seeds=8)
    result.good[1, -1, :6] = True
    result.good[0, 0] = True
    assert result.shares() == [share(np.zeros(8, bool)), share(np.arange(8) < 6)]
    assert [share.good for share in result.shares(0)] == [8, 0]
    with pytest.raises(ValueError, match="moment must be from -3 to 2, not 3"):
        result.shares(3)


def test_what_is_not_trained_yet_has_no_share():
    sweep = small()
    first = next(sweep.stream())
    assert not first.whole and first.trained.sum() == len(sweep.parts[0].places) == 3
    assert first.shares()[0].total == 2 and first.shares()[1].total == 1 and first.shares()[2] is None
    rest = list(sweep.stream())
    assert len(rest) == 1 and rest[0] is sweep.result and rest[0].whole and not first.whole


def test_the_bar_counts_snapshots(capsys):
    sweep = small()
    sweep.run()
    assert "d_lr: 100%" in capsys.readouterr().err
    sweep.run(progress=False)
    assert capsys.readouterr().err == ""


# -- other processes


class Deadly:
    """A probe that kills a worker process the first time it is asked there."""

    def __init__(self, mark, signal=None):
        self.mark, self.home, self.signal = str(mark), os.getpid(), signal

    def __call__(self, trainer):
        if os.getpid() != self.home and trainer.steps and self.first():
            os.kill(os.getpid(), self.signal) if self.signal else os._exit(3)
        return torch.zeros(trainer.runs)

    def first(self):
        """Whether nobody made the mark before: of two workers that ask at once, one is told so."""
        try:
            open(self.mark, "x").close()
        except FileExistsError:
            return False
        return True


def last_bias(trainer):
    return list(trainer.D.parameters())[-1].flatten(1)


@pytest.fixture(scope="module")
def cluster():
    """dask.distributed's own cluster on this machine, two worker processes with a thread each."""
    distributed = pytest.importorskip("distributed")
    local = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**local) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def pool():
    """Two processes. The test that kills one of them comes last: it breaks the pool."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_processes_give_the_same_bits(pool):
    wanted = small(seeds=range(4), steps=100, every=50, probes={"bias": last_bias}).run(progress=False)
    sweep = small(seeds=range(4), steps=100, every=50, probes={"bias": last_bias})
    assert len(sweep.parts) == 3
    same(sweep.run(pool, progress=False), wanted)


def in_a_cell(trainer):
    return last_bias(trainer)


@pytest.mark.parametrize("kind", ["spawn", "forkserver"])
def test_a_probe_from_a_notebooks_cell_is_refused_by_a_pool_with_the_cause(kind, monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.delattr(main, "__file__", raising=False)  # as in a kernel
    monkeypatch.setattr(in_a_cell, "__module__", "__main__")
    monkeypatch.setattr(main, "in_a_cell", in_a_cell, raising=False)
    with ProcessPoolExecutor(2, multiprocessing.get_context(kind)) as pool:
        for probe in (in_a_cell, lambda trainer: last_bias(trainer)):
            with pytest.raises(ValueError, match="functions that stand in a module: a pool's processes cannot"):
                small(probes={"bias": probe}).run(pool, progress=False)
    assert small(probes={"bias": in_a_cell}).run(progress=False).probes["bias"].any()  # this process has it


def test_dask_gives_the_same_bits(cluster):
    wanted = small(seeds=range(4), steps=100, every=50, probes={"bias": last_bias}).run(progress=False)
    sweep = small(seeds=range(4), steps=100, every=50, probes={"bias": last_bias})
    same(sweep.run(cluster.get_executor(), progress=False), wanted)


def test_a_dead_worker_of_a_pool_is_reported_and_its_part_done_again(pool, tmp_path):
    wanted = small(probes={"deadly": Deadly(tmp_path)}).run(progress=False)  # the mark is there: harmless
    sweep = small(probes={"deadly": Deadly(tmp_path / "mark")})
    with pytest.warns(RuntimeWarning, match=r"the part with 3 runs of positions \d to \d was lost .*BrokenProcessPool"):
        result = sweep.run(pool, tmp_path / "kept.npz", progress=False)
    assert (tmp_path / "mark").exists()
    same(result, wanted)
    same(SweepResult.load(tmp_path / "kept.npz"), wanted)


def test_dask_starts_a_dead_workers_part_again(cluster, tmp_path):
    wanted = small(probes={"deadly": Deadly(tmp_path)}).run(progress=False)
    sweep = small(probes={"deadly": Deadly(tmp_path / "mark", signal.SIGKILL)})
    same(sweep.run(cluster.get_executor(), progress=False), wanted)
    assert (tmp_path / "mark").exists()


def test_what_dask_gives_up_is_reported_and_done_again(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster.cluster.scheduler, "allowed_failures", 0)
    wanted = small(probes={"deadly": Deadly(tmp_path)}).run(progress=False)
    sweep = small(probes={"deadly": Deadly(tmp_path / "mark")})
    with pytest.warns(RuntimeWarning, match="was lost by its worker .*KilledWorker"):
        same(sweep.run(cluster.get_executor(), progress=False), wanted)


class Scripted(Executor):
    """An executor that keeps what it was given, and does or fails it at once where it is told to."""

    def __init__(self, answer):
        self.answer, self.given, self.futures = answer, [], []

    def submit(self, function, *arguments):
        future = Future()
        self.given.append(arguments[0]), self.futures.append(future)
        self.answer(self, future, lambda: function(*arguments))
        return future


def test_a_part_that_every_worker_dies_of_is_done_in_this_process():
    wanted = small().run(progress=False)
    executor = Scripted(lambda self, future, work: future.set_exception(BrokenProcessPool("gone")))
    sweep = small()
    with pytest.warns(RuntimeWarning, match="gone") as said:
        same(sweep.run(executor, progress=False), wanted)
    assert len(said) == 4 and sorted(map(str, executor.given)) == sorted(map(str, sweep.parts * 2))


def test_an_executor_that_takes_nothing_more_is_reported():
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.warns(RuntimeWarning, match="RuntimeError: cannot schedule new futures after shutdown"):
        same(small().run(executor, progress=False), small().run(progress=False))


def test_an_error_of_the_training_is_not_a_dead_worker():
    with ThreadPoolExecutor(2) as executor, pytest.raises(ZeroDivisionError):
        small(probes={"bad": lambda trainer: 1 / (trainer.steps - 8)}).run(executor, progress=False)


def test_parts_that_have_not_begun_are_called_off_when_the_caller_stops():
    first_only = Scripted(lambda self, future, work: len(self.given) == 1 and future.set_result(work()))
    stream = small(seeds=range(4)).stream(first_only)
    assert next(stream).trained.sum() == 4
    stream.close()
    assert [future.cancelled() for future in first_only.futures] == [False, True, True]


# -- stopping and going on


def trained(monkeypatch):
    """The parts that are trained in this process from now on."""
    seen = []
    monkeypatch.setattr(spreading, "train", lambda part, *rest: seen.append(part) or train(part, *rest))
    return seen


class Interrupted:
    """A probe that interrupts the training of a part whose last run has this seed, once."""

    def __init__(self, seed):
        self.seed, self.done = seed, False

    def __call__(self, trainer):
        if trainer.seeds[-1] == self.seed and trainer.steps == 8 and not self.done:
            self.done = True
            raise KeyboardInterrupt
        return torch.zeros(trainer.runs)


@pytest.mark.parametrize("kept", ["in the object", "in a file"])
def test_an_interrupted_sweep_goes_on_with_what_is_left(kept, tmp_path, monkeypatch):
    wanted = small(seeds=range(6), probes={"p": Interrupted(99)}).run(progress=False)
    path = tmp_path / "sweep.npz" if kept == "in a file" else None
    probe = Interrupted(5)
    sweep = small(seeds=range(6), probes={"p": probe})
    assert [part.seeds[-1] for part in sweep.parts] == [3, 1, 5, 2, 5]
    with pytest.raises(KeyboardInterrupt):
        sweep.run(path=path, progress=False)
    assert sweep.left == list(sweep.parts[2:])
    if path is not None:
        sweep = small(seeds=range(6), probes={"p": probe})
    seen = trained(monkeypatch)
    same(sweep.run(path=path, progress=False), wanted)
    assert seen == list(sweep.parts[2:])
    assert [file.name for file in tmp_path.iterdir()] == (["sweep.npz"] if path else [])


def test_a_finished_sweep_is_not_trained_again(tmp_path, monkeypatch):
    path = tmp_path / "sweep.npz"
    wanted = small().run(path=path, progress=False)
    seen = trained(monkeypatch)
    same(small().run(path=path, progress=False), wanted)
    assert not seen


def test_a_sweep_trained_before_it_had_a_file_is_saved_all_the_same(tmp_path):
    sweep = small()
    wanted = sweep.run(progress=False)
    sweep.run(path=tmp_path / "late.npz", progress=False)
    same(SweepResult.load(tmp_path / "late.npz"), wanted)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (lambda: small(values=(1e-4, 1e-3, 2e-2)), "values"),
        (lambda: small(seeds=(0, 2)), "seeds"),
        (lambda: small(steps=16), "steps"),
        (lambda: small(setting="g_lr"), "label"),
        (lambda: sweep_of(replace(BASE, batch=9), PUT["d_lr"], RATES, label="d_lr", seeds=range(2), steps=12, every=4,
                          view=32), "recipes"),
    ],
)  # fmt: skip
def test_a_file_of_another_sweep_is_refused_and_left_alone(tmp_path, other, what, monkeypatch):
    path = tmp_path / "sweep.npz"
    small().run(path=path, progress=False)
    before, seen = path.read_bytes(), trained(monkeypatch)
    with pytest.raises(ValueError, match=f"path: .*sweep.npz' holds another sweep: its {what} are others"):
        other().run(path=path, progress=False)
    assert path.read_bytes() == before and not seen


def test_a_file_of_other_probes_of_the_same_name_is_refused(tmp_path):
    wide, narrow = DiscriminatorCurve(-8, 8), DiscriminatorCurve(0, 1)
    path = tmp_path / "sweep.npz"
    small(probes={"D": wide}).run(path=path, progress=False)
    before = path.read_bytes()
    for other in (narrow, last_bias):
        with pytest.raises(ValueError, match="holds another sweep: its probes are others"):
            small(probes={"D": other}).run(path=path, progress=False)
    assert path.read_bytes() == before
    assert small(probes={"D": DiscriminatorCurve(-8.0, 8.0)}).run(path=path, progress=False).whole


def test_a_foreign_file_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "film.npz"
    History.of(BASE.trainer([0]).run(1)).save(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"path: .*film.npz' is not a whole saved sweep"):
        small().run(path=path, progress=False)
    assert path.read_bytes() == before
    with pytest.raises(ValueError, match=r"path must be a name that ends in .npz, not 'sweep.txt'"):
        small().run(path=tmp_path / "sweep.txt", progress=False)


# -- files


def blank(positions=2, moments=3, seeds=4, view=5, dim=1):
    shape, rng = (positions, moments, seeds), np.random.default_rng(0)
    runs = {name: rng.normal(size=shape).astype(np.float32) for name in ("D", "G", "p_real", "p_fake")}
    losses = {name: runs.pop(name) for name in "DG"}
    bools = {name: np.zeros(shape, bool) for name in ("good", "collapsed")}
    return SweepResult(
        "lr", tuple(range(positions)), tuple(range(seeds)), (-1.0, 2.5), np.arange(moments) * 10,
        rng.normal(size=(*shape, view, dim)).astype(np.float32), **runs, **bools, losses=losses,
        diverged=np.full(shape, -1), trained=np.ones((positions, seeds), bool),
        real=rng.normal(size=(positions, 7, dim)).astype(np.float32), density=np.zeros((positions, 9), np.float32),
        probes={"D": rng.normal(size=(*shape, 6))}, settings={"why": ["so"]},
    )  # fmt: skip


def test_saved_and_loaded_it_is_the_same(tmp_path):
    result = replace(blank(), values=(0.1, "plain"))
    assert result.save(tmp_path / "new" / "sweep.npz") == tmp_path / "new" / "sweep.npz"
    found = SweepResult.load(tmp_path / "new" / "sweep.npz")
    same(found, result)
    np.testing.assert_array_equal(found.trained, result.trained)
    assert found.dim == 1 and found.values == (0.1, "plain")


def test_half_precision_halves_the_samples(tmp_path):
    result = blank(view=300)
    whole, half = result.save(tmp_path / "whole.npz"), result.save(tmp_path / "half.npz", half=True)
    assert half.stat().st_size < 0.6 * whole.stat().st_size
    found = SweepResult.load(half).samples
    assert found.dtype == np.float32
    assert (np.abs(found - result.samples) <= np.abs(result.samples) * 2.0**-11 + 1e-6).all()


def refused(path, words):
    with pytest.raises(ValueError, match=r"^path: ") as refusal:
        SweepResult.load(path)
    assert words in str(refusal.value) and repr(str(path)) in str(refusal.value)


def test_damaged_and_foreign_files_are_refused(tmp_path):
    path = blank().save(tmp_path / "sweep.npz")
    whole = path.read_bytes()
    for keep in (0, 4, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:keep])
        refused(path, "is not a whole saved sweep")
    path.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
    refused(path, "is not a whole saved sweep")
    refused(tmp_path / "nowhere.npz", "there is no file")
    np.savez(path, x=np.zeros(3))
    refused(path, "is not a whole saved sweep")


@pytest.mark.parametrize(
    ("header", "arrays", "words"),
    [
        ({"format": "gan_lessons sweep 3"}, {}, "it is not of the format 'gan_lessons sweep 2'"),
        ({"seeds": [1, 2, 3]}, {}, "samples must begin with the axes (2, 3, 3)"),
        ({}, {"p_real": None}, "p_real"),
        ({}, {"steps": np.array([0, 5, 2])}, "steps that rise"),
        ({}, {"good": np.zeros((2, 3, 4))}, "good, collapsed and trained must be bool"),
        ({}, {"weights": np.zeros(2)}, "and more than a sweep has"),
    ],
    ids=["newer", "seeds", "array missing", "steps", "not bool", "more"],
)
def test_a_newer_or_incomplete_file_is_refused(tmp_path, header, arrays, words):
    path = blank().save(tmp_path / "sweep.npz")
    with np.load(path) as file:
        own = {name: file[name] for name in file.files} | arrays
    own["header"] = np.array(json.dumps(json.loads(str(own["header"])) | header))
    np.savez(path, **{name: value for name, value in own.items() if value is not None})
    refused(path, words)


def test_what_cannot_be_saved_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"path must end in .npz, not 'sweep.txt'"):
        blank().save(tmp_path / "sweep.txt")
    with pytest.raises(ValueError, match=r"settings must be .*range\(0, 3\)"):
        replace(blank(), settings={"seeds": range(3)}).save(tmp_path / "sweep.npz")
    assert list(tmp_path.iterdir()) == []


# -- bad input


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": ()}, r"values must be a sequence of one or more .* not \(\)"),
        ({"values": "1e-3"}, "values must be a sequence of one or more"),
        ({"values": (1e-3, float("nan"))}, "values must be a finite number, not nan"),
        ({"values": (1e-3, None)}, "values must be numbers or words, not None"),
        ({"values": (1e-3, 1e-2, 1e-3)}, "values must be all different"),
        ({"seeds": ()}, r"seeds must be a sequence with one whole number a run, not \(\)"),
        ({"seeds": (1, 1)}, "seeds must be all different"),
        ({"steps": 0}, "steps must be a whole number of at least 1, not 0"),
        ({"every": 0}, "every must be a whole number of at least 1, not 0"),
        ({"values": (-1.0,)}, "d_lr must be a finite number of at least 0, not -1.0"),
    ],
)
def test_settings_that_make_no_sweep_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        small(**change)


def test_recipes_that_make_no_sweep_are_refused():
    class Plane(Gaussian):
        dim = 2

    plain = {"steps": 1, "every": 1}
    with pytest.raises(ValueError, match="recipes must be one for each of the 2 values, not 1"):
        Sweep("x", (1, 2), [BASE], **plain)
    with pytest.raises(ValueError, match=r"recipes must be of data of one dimension.* not \[1, 2\]"):
        Sweep("x", (1, 2), [BASE, replace(BASE, data=Plane())], **plain)
    with pytest.raises(ValueError, match="recipes must be a sequence with one Recipe a position"):
        Sweep("x", (1,), ["aylien_head"], **plain)
    with pytest.raises(ValueError, match=r"lr must be one number for all runs.*\(0.1, 0.2\)"):
        Sweep("x", (1,), [replace(BASE, d_optimizer=Adam((0.1, 0.2)))], range(2), **plain)
    with pytest.raises(ValueError, match=r"recipe must be a Recipe, .* not 'aylien'"):
        sweep_of("aylien", PUT["d_lr"], (1,), label="x")
    with pytest.raises(ValueError, match=r"put must be a function .* not 'd_lr'"):
        sweep_of(BASE, "d_lr", (1,), label="x")


@pytest.mark.parametrize("executor", ["dask", 2, map])
def test_what_is_no_executor_is_refused(executor):
    with pytest.raises(ValueError, match=r"executor must be None or a concurrent.futures.Executor, not"):
        small().run(executor, progress=False)


# -- its benchmark


def test_products_are_counted_as_torch_counts_them():
    g_sizes, d_sizes, batch = (2, 7, 5, 3), (3, 6, 4, 1), 8

    def net(sizes):
        layers = [torch.nn.Linear(i, o) for i, o in pairwise(sizes)]
        return torch.nn.Sequential(*[part for layer in layers for part in (layer, torch.nn.Tanh())][:-1])

    G, D, z = net(g_sizes), net(d_sizes), torch.randn(batch, 2)
    with FlopCounterMode(display=False) as counter:
        D(torch.cat([torch.randn(batch, 3), G(z).detach()])).sum().backward()
        D.requires_grad_(False)
        D(G(z)).sum().backward()
    assert sweep.products(g_sizes, d_sizes, batch) == counter.get_total_flops()


def test_the_benchmark_is_the_sweep_it_names_and_its_rows_have_the_form(monkeypatch):
    named = sweep.sweep()
    assert (len(named.values), len(named.seeds), named.settings["steps"]) == (9, 16, 5000)
    assert {part.recipe.batch for part in named.parts} == {8} and named.recipes[3] == BASE
    for name, value in {"STEPS": 2, "RUNS": 2, "BLOCK": 1, "EDGE": 16}.items():
        monkeypatch.setattr(sweep, name, value)
    found = list(sweep.rows(1))
    assert [(row.name, row.unit, row.baseline, row.n) for row in found] == [
        ("sweep_seconds", "s", 25.0, 1),
        ("gemm_share", "share", 0.3, 1),
    ]
    assert all(row.value > 0 for row in found)
    assert found[0].ratio == pytest.approx(25 / found[0].value, rel=1e-2)
    assert found[1].ratio == pytest.approx(found[1].value / 0.3, rel=1e-2)
