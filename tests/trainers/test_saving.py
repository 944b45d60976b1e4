"""Saving and loading: on to the same bits, or a refusal that leaves the trainer as it was."""

import errno
import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.recipes import changed
from safetensors import safe_open
from safetensors.torch import save_file

from gan_lessons._core import files
from gan_lessons.distributions.line import Gaussian
from gan_lessons.distributions.noise import UniformNoise
from gan_lessons.losses.objectives import minimax
from gan_lessons.models.layers import normal_init
from gan_lessons.models.mlp import mlp
from gan_lessons.models.whole_batch import differences, squared_differences
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers import saving as savefile
from gan_lessons.trainers.decays import StepDecay
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn, Simultaneous
from gan_lessons.trainers.trainer import Trainer

BASE = replace(recipes.aylien_head, d_optimizer=SGD(0.01, momentum=0.9))


def where(trainer):
    """All that decides how a training goes on and what it shows, to the last bit."""
    state = trainer.mark()
    updates = {name: player.updates for name, player in state.players.items()}
    found = {"steps": state.steps, "updates": updates, "places": state.places, "diverged": trainer.diverged.tolist()}
    found |= {"who": trainer.diverged_network, "settings": {key: str(value) for key, value in trainer.settings.items()}}
    shown = trainer.snapshot()
    arrays = state.seen | {key: getattr(shown, key) for key in ("samples", "p_real", "d_loss", "g_loss")}
    for name, player in state.players.items():
        arrays |= {f"{name}{k}": tensor for k, tensor in enumerate((player.theta, *player.state, *player.buffers))}
    return found | {name: np.asarray(value).tobytes() for name, value in arrays.items()}


def toy(recipe=BASE, seeds=(3, 8), dtype=torch.float32, steps=0):
    trainer = recipe.trainer(seeds, dtype=dtype, view=20)
    trainer.advance(steps)
    return trainer


@pytest.fixture
def saved(tmp_path):
    """A file of the base toy at step 70, in the second block of random numbers."""
    path = tmp_path / "run.safetensors"
    toy(steps=70).save(path)
    return path


KINDS = {
    "aylien_head": BASE,
    "aylien_blog": replace(recipes.aylien_blog, pretrain=5, d_optimizer=SGD((0.01, 0.02), decay=StepDecay(20, 0.5))),
    "steady": replace(recipes.steady, schedule=Simultaneous(), data=Gaussian((1.0, 2.0), 0.5)),
    "dev_nag_moments": replace(recipes.dev_nag_moments, schedule=InTurn(2, 1), batch=300),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_loaded_trainer_goes_on_bit_for_bit(kind, dtype, tmp_path):
    path = tmp_path / "a folder" / "run.safetensors"
    first = toy(KINDS[kind], dtype=dtype, steps=70)
    first.save(path)
    assert where(first) == where(toy(KINDS[kind], dtype=dtype, steps=70))  # saving changed nothing
    second = toy(KINDS[kind], dtype=dtype, steps=3)
    second.load(path)
    assert where(second) == where(first)
    first.advance(70), second.advance(70)
    assert where(second) == where(first)


def test_saved_before_the_first_step(tmp_path):
    toy().save(tmp_path / "run")
    trainer = toy(steps=5)
    trainer.load(tmp_path / "run")
    assert where(trainer) == where(toy()) and [s.step for s in trainer.run(1)] == [0, 1]


def test_marks_of_divergence_are_kept(tmp_path):
    recipe = replace(BASE, g_optimizer=SGD((1e-3, 1e14)))
    first, second = toy(recipe, steps=70), toy(recipe)
    assert first.diverged[0] == -1 and 1 < first.diverged[1] < 70
    first.save(tmp_path / "run")
    second.load(tmp_path / "run")
    assert second.diverged.tolist() == first.diverged.tolist()
    assert second.diverged_network == first.diverged_network
    second.advance(70)
    assert second.diverged.tolist() == first.diverged.tolist()


def test_a_trainer_whose_settings_were_changed_goes_on_too(tmp_path):
    changes = {"noise": UniformNoise(-1, 1), "batch": 11, "d_optimizer": Adam(1e-2), "objective": minimax}

    def changed(steps):
        trainer = toy(steps=steps)
        trainer.change(**changes)
        return trainer

    first, second = changed(10), changed(1)
    first.advance(5)
    first.save(tmp_path / "run")
    second.load(tmp_path / "run")
    first.advance(70), second.advance(70)
    assert where(second) == where(first)


def test_a_file_of_before_that_says_not_when_d_was_asked_is_read(tmp_path):
    first, second = toy(steps=5), toy()
    del first.seen["asked"]
    first.save(tmp_path / "run")
    second.load(tmp_path / "run")
    assert where(second) == where(first) and math.isnan(second.asked(0))
    second.advance(1)
    assert second.asked(0) == 6


def test_a_file_is_made_of_plain_tensors(saved):
    with safe_open(saved, framework="np") as file:
        names = {"D/theta", "G/theta", "D/state/0", "G/state/0", "G/state/1", "D/updates", "seen/D", "seen/asked"}
        assert set(file.keys()) > names
        np.testing.assert_array_equal(file.get_tensor("G/theta"), toy(steps=70).players["G"].theta.numpy())


# -- refusals


def refused(trainer, path, words):
    before = where(trainer)
    with pytest.raises(ValueError, match=words):
        trainer.load(path)
    assert where(trainer) == before


OTHERS = {  # the word for what differs, and another trainer
    "seeds": ("seeds", lambda: toy(seeds=(3, 9))),
    "more runs": ("seeds", lambda: toy(seeds=(3, 8, 9))),
    "dtype": ("networks", lambda: toy(dtype=torch.float64)),
    "hidden": ("networks", lambda: toy(changed(BASE, d_hidden=(8, 8)))),
    "width": ("networks", lambda: toy(changed(BASE, g_hidden=(5,)))),
    "activation": (r"\w+", lambda: toy(changed(BASE, d_activation="tanh"))),
    "batch": ("batch", lambda: toy(replace(BASE, batch=9))),
    "data": ("data", lambda: toy(replace(BASE, data=Gaussian(4.0, 0.6)))),
    "noise": ("noise", lambda: toy(replace(BASE, noise=UniformNoise(-8, 8)))),
    "objective": ("objective", lambda: toy(replace(BASE, objective=minimax))),
    "optimizer": ("d_optimizer", lambda: toy(replace(BASE, d_optimizer=Adam(0.01)))),
    "rate": ("g_optimizer", lambda: toy(replace(BASE, g_optimizer=Adam(0.0011)))),
    "schedule": ("schedule", lambda: toy(replace(BASE, schedule=InTurn(2, 1)))),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_file_of_another_trainer_is_refused_with_what_differs(other, saved):
    word, make = OTHERS[other]
    refused(make(), saved, rf"(?s)^path: .*run.safetensors' was saved with another {word}: .* there and .* here$")


def test_critics_that_look_at_batches_of_one_width_in_two_ways_are_told_apart(tmp_path):
    a, b = (changed(recipes.dev_nag_differences, features=f.__name__) for f in (differences, squared_differences))
    toy(a).save(tmp_path / "run")
    refused(toy(b), tmp_path / "run", r"was saved with another \w+: D is .*\bdifferences.* there and .*squared_differ")


def test_a_schedule_that_no_file_can_name_is_refused_when_saved(tmp_path):
    trainer = toy(replace(BASE, schedule=lambda trainer: trainer.update("D")), steps=2)
    before = where(trainer)
    with pytest.raises(ValueError, match=r"^schedule must be what a file can name"):
        trainer.save(tmp_path / "run")
    assert where(trainer) == before and not list(tmp_path.iterdir())


def test_equal_settings_are_equal_however_they_were_given(saved):
    recipe = replace(
        BASE,
        batch=np.int64(8),
        data=Gaussian(np.float64(4), np.float32(0.5)),
        d_optimizer=SGD(np.float64(0.01), momentum=np.float64(0.9)),
        schedule=InTurn(np.int64(1), 1),
    )
    trainer = toy(recipe, seeds=np.array([3, 8]))
    trainer.load(saved)
    assert trainer.steps == 70


def test_weights_that_were_drawn_otherwise_do_not_matter(saved):
    nets = {"D": mlp([1, 8, 8, 8, 1], runs=2, init=normal_init(3.0))}
    nets["G"] = mlp([1, 4, 1], torch.nn.functional.softplus, 2)
    options = {key: getattr(BASE, key) for key in ("batch", "objective", "d_optimizer", "g_optimizer", "schedule")}
    trainer = Trainer(nets, BASE.data, BASE.noise, seeds=(3, 8), view=20, **options)
    trainer.load(saved)
    trainer.advance(3)
    assert where(trainer) == where(toy(steps=73))


@pytest.mark.parametrize("keep", [0, 1, 7, 8, 100, 0.5, 0.9, -1])
def test_a_truncated_file_is_refused(saved, keep):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(keep * len(whole)) if isinstance(keep, float) else keep])
    refused(toy(steps=2), saved, "^path: .*run.safetensors' is damaged or no safetensors file")


def loaded(trainer, path):
    """None, or the words of a refusal; nothing else may happen."""
    try:
        return trainer.load(path)
    except ValueError as refusal:
        return str(refusal)


def test_a_file_with_any_byte_of_its_head_changed_is_refused_or_says_the_same(saved):
    whole, trainer = saved.read_bytes(), toy(steps=2)
    head = 8 + int.from_bytes(whole[:8], "little")
    before, there, refusals = where(trainer), where(toy(steps=70)), 0
    for place in random.Random(0).sample(range(head), 150):
        broken = bytearray(whole)
        broken[place] ^= 1 << place % 7
        saved.write_bytes(broken)
        refusal = loaded(trainer, saved)
        if refusal is None:
            assert where(trainer) == there, place
            trainer = toy(steps=2)
        else:
            assert refusal.startswith("path: ") and where(trainer) == before, place
            refusals += 1
    assert refusals > 100


def test_a_file_with_a_byte_of_its_numbers_changed_is_refused(saved):
    whole = saved.read_bytes()
    head, trainer = 8 + int.from_bytes(whole[:8], "little"), toy(steps=2)
    for place in random.Random(0).sample(range(head, len(whole)), 20):
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :])
        refused(trainer, saved, "^path: .*run.safetensors' is damaged")


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x80\x04K\x01.", b"PK\x03\x04" + bytes(100), bytes(1000)])
def test_a_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    refused(toy(), path, "^path: .*notes.txt' is damaged or no safetensors file")


def test_a_safetensors_file_of_somebody_else_is_refused(tmp_path):
    for header in (None, {"format": "pt"}, {"format": "gan_lessons trainer 0"}):
        save_file({"weight": torch.zeros(3)}, tmp_path / "other", header)
        refused(toy(), tmp_path / "other", "is not a saved trainer of this version")


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_no_file_is_refused(tmp_path, path):
    refused(toy(), tmp_path / path, "^path: there is no file")


def rewritten(saved, tensors=None, **header):
    """The file with parts of it replaced, or left out where they are None, and otherwise in order."""
    with safe_open(saved, framework="pt") as file:
        own = {name: file.get_tensor(name) for name in file.keys()} | (tensors or {})  # noqa: SIM118
        head = file.metadata() | header
    own = {name: value for name, value in own.items() if value is not None}
    head = {name: value for name, value in head.items() if value is not None}
    save_file(own, saved, head | {"digest": savefile.digest(own, head)})


COUNTERS = {
    "steps": 70,
    "places": {"d_real": [1, 6], "d_noise": [1, 6], "g_noise": [1, 6]}
    | {"g_real": [0, 0], "d_blur": [0, 0], "g_blur": [0, 0], "mix": [0, 0]},
}


@pytest.mark.parametrize(
    "part",
    [
        {"identity": None},
        {"identity": "nonsense"},
        {"identity": "[1]"},
        {"counters": None},
        {"counters": "nonsense"},
        {"counters": "[]"},
        {"counters": "{}"},
        {"counters": json.dumps(COUNTERS | {"steps": -1})},
        {"counters": json.dumps(COUNTERS | {"steps": "70"})},
        {"tensors": {"D/updates": None}},
        {"tensors": {"D/updates": torch.tensor(1.5)}},
        {"tensors": {"D/updates": torch.tensor(-1)}},
        {"tensors": {"G/updates": torch.tensor([[70], [70], [70]])}},
        {"counters": json.dumps(COUNTERS | {"places": {"d_real": [1, 6], "d_noise": [1, 6]}})},
        {"counters": json.dumps(COUNTERS | {"places": COUNTERS["places"] | {"d_real": [1]}})},
        {"counters": json.dumps(COUNTERS | {"places": COUNTERS["places"] | {"d_real": [1, 64]}})},
        {"counters": json.dumps(COUNTERS | {"places": COUNTERS["places"] | {"d_real": [1, -1]}})},
        {"tensors": {"D/theta": None}},
        {"tensors": {"D/theta": torch.zeros(2, 3)}},
        {"tensors": {"G/theta": torch.zeros(2, 13, dtype=torch.float64)}},
        {"tensors": {"G/state/1": None}},
        {"tensors": {"G/state/1": torch.zeros(1, 13)}},
        {"tensors": {"diverged": None}},
        {"tensors": {"diverged": torch.zeros(3)}},
        {"tensors": {"diverged_by": torch.zeros(3, dtype=torch.long)}},
        {"tensors": {"seen/D": torch.zeros(3)}},
        {"tensors": {"seen/logits": torch.zeros(2, 3, 8)}},
        {"tensors": {"seen/other": torch.zeros(2)}},
    ],
    ids=lambda part: str(part).replace("\n", "")[:90],
)
def test_a_file_of_the_right_kind_with_a_part_that_is_wrong_is_refused(saved, part):
    trainer = toy(steps=2)
    rewritten(saved, counters=json.dumps(COUNTERS))
    trainer.load(saved)  # in order, as long as nothing is wrong
    assert where(trainer) == where(toy(steps=70))
    rewritten(saved, **part)
    refused(toy(steps=2), saved, "^path: .*run.safetensors' is not a whole saved trainer")


# -- writing


class FullDisk:
    """A file on a disk that is full; that shows when something is written, or when the file is closed."""

    def __init__(self, file, when):
        self.file, self.when = file, when

    def write(self, data):
        if self.when == "write":
            self.file.write(data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(data)

    def close(self):
        self.file.close()
        if self.when == "close":
            raise OSError(errno.ENOSPC, "No space left on device")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.mark.parametrize("when", ["write", "close"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(saved, monkeypatch, when):
    old, trainer = saved.read_bytes(), toy(steps=5)
    before, make = where(trainer), files.open_new
    monkeypatch.setattr(files, "open_new", lambda path: FullDisk(make(path), when))
    with pytest.raises(OSError, match="No space left"):
        trainer.save(saved)
    assert saved.read_bytes() == old and [p.name for p in saved.parent.iterdir()] == [saved.name]
    assert where(trainer) == before


def test_a_rename_that_fails_leaves_the_old_file_and_nothing_else(saved, monkeypatch):
    def no(*_):
        raise PermissionError("not allowed")

    old = saved.read_bytes()
    monkeypatch.setattr(files.os, "replace", no)
    with pytest.raises(PermissionError):
        toy(steps=5).save(saved)
    assert saved.read_bytes() == old and [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_saving_replaces_the_old_file(saved):
    toy(steps=5).save(saved)
    trainer = toy()
    trainer.load(saved)
    assert trainer.steps == 5 and [p.name for p in saved.parent.iterdir()] == [saved.name]
