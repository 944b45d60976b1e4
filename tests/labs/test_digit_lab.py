"""The digit lab's kernel side: what it shows is what it trains, everything acts, and watching changes nothing."""

import errno
import gc
import json
import threading
import warnings
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.messages import kept, listened, of_type, replayed, say
from helpers.players import varied
from safetensors.torch import save as to_bytes

from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.labs import conversation, image_words, kinds, session, setups, training_files
from gan_lessons.labs import judge as judging
from gan_lessons.labs import lab as lab_module
from gan_lessons.labs.judge import Judge, score
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.labs.scenes.images import FILM_BYTES, DigitScene, pixels
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.penalties import R1
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.models import dcgan as images
from gan_lessons.models import weights
from gan_lessons.recipes import breakdowns, digits, toys
from gan_lessons.recipes.choices import LOSSES
from gan_lessons.shipped import networks as checkpoints
from gan_lessons.trainers import saving as savefile
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import Simultaneous

WIDTH = {"width": 4}
SMALL = varied(digits.lean_dcgan, WIDTH, WIDTH, batch=8, noise=NormalNoise(8), steps=40, data=Handwritten(first=500))


@pytest.fixture(autouse=True)
def few(monkeypatch, tmp_path):
    """Few digits are measured, and files go to a folder of their own."""
    monkeypatch.setattr(judging, "SAMPLES", 150)
    monkeypatch.setattr(judging, "REAL", 200)
    monkeypatch.setattr(judging, "PIECE", 50)
    monkeypatch.setattr(conversation, "SLICE", 1e9)  # no test waits for a clock
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def opened():
    """Opens labs, each with `sent`: the messages that it sent to the page; closes them in the end."""
    labs = []

    def make(recipe=SMALL, **more):
        lab = Lab(recipe, **({"name": f"test {len(labs)}"} | more))
        labs.append(listened(lab))
        return lab

    yield make
    for lab in labs:
        lab.close()


def note(lab):
    return of_type(lab, "settings")[-1]["note"]


def state(trainer):
    players = trainer.players["D"], trainer.players["G"]
    return [x.clone() for player in players for x in (player.theta, *player.state, *player.buffers)]


def same(some, other):
    return len(some) == len(other) and all(torch.equal(a, b) for a, b in zip(some, other, strict=True))


def plain(steps, recipe=SMALL, seed=0):
    trainer = recipe.trainer(seed)
    trainer.advance(steps)
    return trainer


# -- training --------------------------------------------------------------------------------------------------


def test_watching_and_measuring_change_nothing(opened):
    lab, twin = opened(), plain(6)
    before = torch.random.get_rng_state()
    for _ in range(3):
        say(lab, "credit", n=2)
        lab.measure()
        lab.advance(0)
    assert torch.equal(before, torch.random.get_rng_state())
    assert lab.trainer.steps == 6
    assert same(state(lab.trainer), state(twin))
    lab.trainer.advance(2), twin.advance(2)
    assert same(state(lab.trainer), state(twin))


def test_the_pixels_of_a_frame_are_the_samples(opened):
    lab = opened()
    lab.advance(40)  # before that all is grey
    say(lab, "credit", n=2)
    frame = of_type(lab, "frame")[-1]
    found = unpack(lab.scene.spec["arrays"]["moving"], frame["buffers"][0])["pixels"]
    samples = lab.trainer.snapshot().samples[0]
    assert frame["step"] == 42 and frame["paid"]
    assert np.abs(found / 127.5 - 1 - samples).max() <= 0.51 / 127.5
    assert np.ptp(found) > 0
    assert len(frame["buffers"][0]) < 52_000


def test_all_bytes_survive_in_a_frame():
    scene = DigitScene("all bytes", False)
    every = np.random.default_rng(0).integers(0, 256, 64 * 784).astype(np.uint8)
    frame = unpack(scene.moving.spec, scene.moving.pack({"pixels": every.reshape(64, 784), "fid": 1.5}))
    np.testing.assert_array_equal(frame["pixels"].ravel(), every)
    assert frame["fid"] == 1.5 and np.isnan(frame["score"])


def test_bytes_from_paper_to_ink():
    samples = np.array([[-1.0, 0.0, 1.0, 1.2, -3.0, np.nan]])
    np.testing.assert_array_equal(pixels(samples), [[0, 128, 255, 255, 0, 0]])


def test_n_credits_are_n_frames_of_so_many_steps(opened):
    lab = opened()
    lab.speed = 5
    say(lab, "credit", n=3)
    assert [frame["step"] for frame in of_type(lab, "frame")] == [5, 10, 15]
    assert of_type(lab, "done")[-1]["unsent"] == 0


def test_a_message_takes_a_step_or_so_and_the_next_goes_on(opened, monkeypatch):
    monkeypatch.setattr(conversation, "SLICE", 0.0)
    lab = opened()
    lab.speed = 5
    for steps in range(1, 11):
        say(lab, "credit", n=2)
        assert lab.trainer.steps == steps
        assert of_type(lab, "done")[-1]["unsent"] == (1 if steps % 5 == 0 else 2)
    assert [frame["step"] for frame in of_type(lab, "frame")] == [5, 10]
    say(lab, "credit", n=2)
    say(lab, "pause")
    assert of_type(lab, "frame")[-1]["step"] == 11


def test_an_input_on_another_thread_is_answered_within_a_step(opened):
    lab, started = opened(), threading.Event()
    lab.speed, train = 20, lab.trainer.advance

    def advance(*what):
        started.set()
        train(*what)

    lab.trainer.advance = advance
    thread = threading.Thread(target=lambda: say(lab, "credit", n=2))
    thread.start()
    assert started.wait(20)
    say(lab, "set", name="d_lr", value=0.001)
    thread.join(60)
    assert not thread.is_alive()
    assert lab.trainer.steps < 20 and lab.trainer.settings["d_optimizer"].lr == 0.001
    assert of_type(lab, "done")[-1]["unsent"] == 2


def test_play_stops_at_until_and_a_further_play_goes_on(opened):
    lab = opened(until=7)
    lab.speed = 5
    say(lab, "credit", n=3, play="a 1")
    assert lab.trainer.steps == 7 and "Step 7 is reached" in note(lab)
    assert [frame["step"] for frame in of_type(lab, "frame")][-2:] == [5, 7]
    assert of_type(lab, "stopped") and of_type(lab, "done")[-1]["unsent"] == 1
    assert lab.sides[0].judge.at == 7
    say(lab, "credit", n=3, play="a 1")  # was on its way
    assert lab.trainer.steps == 7 and of_type(lab, "done")[-1]["unsent"] == 3
    say(lab, "credit", n=1, play="a 2")
    assert lab.trainer.steps == 12
    assert "beyond 7" in of_type(lab, "frame")[-1]["summary"]


def test_a_gpu_that_is_full_stops_play_and_says_so(opened):
    lab = opened()

    def full(*what):
        raise MemoryError("cuda has too little memory for a batch of 8: take a smaller batch")

    lab.trainer.advance = full
    say(lab, "credit", n=2)
    assert of_type(lab, "stopped") and of_type(lab, "done")[-1]["unsent"] == 2
    assert "too little memory" in note(lab)


def test_until_is_the_recipes_steps_unless_a_person_says_so(opened):
    assert opened().until == 40
    lab = opened(until=9)
    lab.set("d_lr", 0.001)
    assert lab.until == 9
    lab.setup("trash images")
    assert lab.until == breakdowns.STEPS


def test_lone_steps_restart_seed_and_undo(opened):
    lab = opened()
    for who in ("D", "G", "both"):
        say(lab, "step", who=who)
    assert lab.trainer.steps == 3 and lab.code().count("InTurn") == 2
    assert same(state(replayed(lab)), state(lab.trainer))
    say(lab, "restart")
    assert lab.trainer.steps == 0 and lab.seed == 0
    say(lab, "seed")
    assert lab.seed == 1 and note(lab) == "Seed 1 now."
    say(lab, "undo"), say(lab, "undo")
    assert lab.trainer.steps == 3 and lab.seed == 0


# -- settings --------------------------------------------------------------------------------------------------

ACTS = {
    "d_lr": (0.02, lambda t: t.settings["d_optimizer"].lr),
    "g_lr": (0.03, lambda t: t.settings["g_optimizer"].lr),
    "d_steps": (3, lambda t: t.settings["schedule"].d_steps),
    "g_steps": (3, lambda t: t.settings["schedule"].g_steps),
    "batch": (32, lambda t: t.next_batch(0)[0].shape[0]),
    "loss": ("hinge", lambda t: {losses.hinge: "hinge"}[t.settings["objective"]]),
}


def test_every_setting_is_tried(opened):
    assert opened().settings.keys() == ACTS.keys()
    fixed = opened(replace(SMALL, schedule=Simultaneous(), d_optimizer=Adam((0.1,))))
    assert fixed.settings.keys() == ACTS.keys() - {"d_steps", "g_steps", "d_lr"}


@pytest.mark.parametrize("name", ACTS)
def test_a_setting_acts_on_the_running_training(opened, name):
    lab, twin = opened(), plain(4)
    lab.advance(2)
    value, look = ACTS[name]
    option = next(option for option in lab.controls if option["name"] == name)
    assert value in option["values"] and "restarts" not in option["label"]
    frames = len(lab.film.frames)
    say(lab, "set", name=name, value=value)
    assert lab.trainer.steps == 2 and look(lab.trainer) == value
    assert len(lab.film.frames) == frames
    answer = of_type(lab, "settings")[-1]
    assert next(o for o in lab.controls if o["name"] == name)["values"][answer["index"][name]] == value
    lab.advance(2)
    assert not same(state(lab.trainer), state(twin))
    assert same(state(replayed(lab)), state(lab.trainer))
    say(lab, "undo")
    assert lab.recipe == SMALL


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_trains(opened, name):
    lab = opened()
    say(lab, "set", name="loss", value=name)
    lab.advance(2)
    assert np.isfinite(lab.trainer.snapshot().d_loss).all()
    assert lab.scene.scores == (name in ("hinge", "least squares", "Wasserstein", "relativistic"))
    assert ("The sigmoid of D's score" in lab.film.frames[-1][0]["summary"]) == lab.scene.scores


def test_a_drag_is_taken_back_as_one(opened, monkeypatch):
    lab = opened()
    monkeypatch.setattr(lab_module, "DRAG_SECONDS", 1e9)  # it may take long between two of its values
    for value in (0.001, 0.002, 0.003):
        say(lab, "set", name="g_lr", value=value)
    say(lab, "undo")
    assert lab.recipe == SMALL and not lab.done


@pytest.mark.parametrize(
    ("name", "value"),
    [("d_lr", -1), ("g_lr", "fast"), ("batch", 1), ("batch", 2.5), ("d_steps", -1), ("loss", "luck"), ("x", 1)],
)
def test_refused_settings_change_nothing(opened, name, value):
    lab = opened()
    say(lab, "set", name=name, value=value)
    assert "That does not work" in note(lab) and name in note(lab)
    assert lab.recipe == SMALL and lab.code() == opened().code()


# -- scores ----------------------------------------------------------------------------------------------------


def test_the_score_is_torchmetrics(opened):
    from torchmetrics.image.inception import InceptionScore

    logits = 3 * torch.randn(300, 10, generator=torch.Generator().manual_seed(0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torchmetrics says that it keeps all, and that one part has no spread
        metric = InceptionScore(metrics_digits._Given(), splits=1)
        metric.update(logits)
        expected = metric.compute()[0].item()
    assert score(metrics_digits.Seen(torch.zeros(300, 128), logits)) == pytest.approx(expected, rel=1e-4)
    sure = 50 * torch.eye(10).repeat(3, 1)
    assert score(metrics_digits.Seen(torch.zeros(30, 128), sure)) == pytest.approx(10)


def test_measures_are_of_the_shown_weights(opened):
    lab = opened(replace(SMALL, g_optimizer=Adam(5e-3, ema=0.9)))
    lab.advance(5)
    trainer = lab.trainer
    made = metrics_digits.generate(trainer.averaged_g(), trainer.viewing_noise)
    np.testing.assert_allclose(made, trainer.snapshot().samples[0], atol=1e-5)
    assert not torch.equal(trainer.averaged_g().body[0].weight, trainer.G.body[0].weight)
    found = lab.measure()
    judge = lab.sides[0].judge
    images = metrics_digits.generate(trainer.averaged_g(), judge.noise)
    seen = metrics_digits.look(images)
    assert found == pytest.approx((score(seen), judge.fid), rel=1e-3) and len(seen.logits) == 150
    frame = kept(lab)
    assert frame["score"] == np.float32(found[0]) and frame["real_fid"] == np.float32(judge.real_fid)
    assert judge.real_score > 6 and judge.real_fid < judge.fid


def test_measuring_keeps_to_its_share_of_the_time(monkeypatch):
    trainer, now, took = plain(1), [0.0], []
    judge = Judge(8, SMALL.data)
    monkeypatch.setattr(judging.time, "perf_counter", lambda: now[0])
    pieces = judge._pieces(trainer)

    def slow(trainer):
        for piece in pieces:
            now[0] += 0.3
            took.append(0.3)
            yield piece

    judge._pieces = slow
    for _ in range(400):
        judge.tick(trainer, 0.02)
    assert len(took) > 2
    assert sum(took) <= judging.SHARE * 400 * 0.02 + 0.3


def test_scores_come_while_it_plays(opened, monkeypatch):
    monkeypatch.setattr(judging, "SHARE", 1e9)
    lab = opened()
    say(lab, "credit", n=20)
    assert lab.sides[0].judge.at > 0
    words = of_type(lab, "frame")[-1]["summary"]
    assert "not Inception numbers" in words and f"at step {lab.sides[0].judge.at}" in words
    labels = [panel["y"]["label"] for panel in lab.scene.spec["panels"][-2:]]
    assert all("1,000 samples, not Inception" in label for label in labels)
    lab.back_to(0)
    assert lab.sides[0].judge.at == -1


def test_a_classifier_that_is_damaged_stops_no_training(opened, monkeypatch):
    monkeypatch.setattr(judging, "SHARE", 1e9)

    def damaged():
        raise ValueError("the data file 'networks/classifier.safetensors' is damaged")

    monkeypatch.setattr(judging, "judge", damaged)
    lab = opened()
    say(lab, "credit", n=3)
    assert lab.trainer.steps == 3
    assert "Nothing could be scored: the data file" in of_type(lab, "frame")[-1]["summary"]
    with pytest.raises(ValueError, match="damaged"):
        lab.measure()


def test_training_that_diverges_says_so_and_can_be_rescued(opened):
    lab = opened(replace(SMALL, d_optimizer=SGD(1e-3), g_optimizer=SGD(1e-3)))
    say(lab, "credit", n=12)
    say(lab, "set", name="d_lr", value=1.0)
    lab.trainer.players["D"].theta.fill_(torch.nan)
    say(lab, "credit", n=5)
    assert of_type(lab, "stopped") and "finite" in note(lab)
    assert "diverged at step 13: D" in of_type(lab, "frame")[-1]["notice"]
    say(lab, "back")
    assert lab.trainer.steps <= 12 and np.isfinite(lab.trainer.snapshot().samples).all()
    assert "Back at step" in note(lab)


# -- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [losses.non_saturating, losses.hinge])
def test_the_words_say_how_old_ds_verdict_is(opened, loss):
    lab = opened(replace(SMALL, objective=loss))
    lab.advance(2)
    assert " ago" not in lab.film.frames[-1][0]["summary"]
    lab.step("G"), lab.step("G")
    words = lab.film.frames[-1][0]["summary"]
    assert ", 2 steps ago" in words and (" was " in words or "D called " in words)
    assert " is " not in words.split("ago")[0]


def test_words_count_images_epochs_and_time(opened):
    lab = opened()
    lab.advance(3)
    lab.set("d_steps", 2), lab.set("batch", 16)
    lab.advance(4)
    assert lab.sides[0].images == 3 * 8 + 4 * 2 * 16
    assert lab.sides[0].epochs == pytest.approx((3 * 8 + 128) / 500)
    lab.sides[0]._pace.clear()
    lab.sides[0]._pace.append(2.0)
    lab.advance(0)
    words = lab.film.frames[-1][0]["summary"]
    assert words.startswith("Step 7 of 40, 0.3 epochs (152 images at 16 a second).")
    assert "D calls real digits real with" in words and words.endswith("About 70 s left.")


def test_time_left_in_the_unit_that_fits():
    found = [image_words.time_left(s) for s in (3, 44, 119, 3000, 9000)]
    assert found == ["A few seconds", "About 40 s", "About 2 min", "About 50 min", "About 2.5 h"]


# -- breakdowns ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", breakdowns.BY_NAME)
def test_a_breakdown_is_set_up_from_the_same_seed_and_taken_back(opened, name):
    lab = opened(seed=5)
    lab.advance(2)
    say(lab, "setup", name=name)
    recipe = breakdowns.BY_NAME[name]
    assert lab.recipe == recipe and lab.seed == 5 and lab.trainer.steps == 0
    assert lab.spec["setup"] == name and note(lab).endswith("What is it?")
    shown = [lab.spec["title"], lab.spec["panels"][0]["title"], of_type(lab, "settings")[-1]["undo"], note(lab)]
    shown += [one[key] for one in lab.spec["setups"] for key in ("label", "help")]
    assert not any(word in " ".join(shown).lower() for word in ("overpowered", "trash", "learn"))  # it is to be guessed
    say(lab, "diagnosis")
    assert note(lab) == breakdowns.LOOK_FOR[recipe]
    assert same(state(lab.trainer), state(recipe.trainer(5)))
    assert f"gl.recipes.{name.replace(' ', '_').lower()}" in lab.code()
    say(lab, "setup", name="normal")
    assert lab.recipe == SMALL and lab.trainer.steps == 0 and lab.spec["setup"] == "normal"
    say(lab, "undo"), say(lab, "undo")
    assert lab.recipe == SMALL and lab.trainer.steps == 2


def test_breakdown_code_trains_the_same(opened):
    lab = opened()
    lab.setup("overpowered D")
    lab.set("batch", 8)
    lab.advance(1)
    assert same(state(replayed(lab)), state(lab.trainer))


def test_there_is_a_button_for_each(opened):
    lab = opened()
    assert [one["name"] for one in lab.spec["setups"]] == [*breakdowns.BY_NAME, "normal"]
    assert [one["label"] for one in lab.spec["setups"]] == ["A", "B", "C", "Back to normal"]
    say(lab, "diagnosis")
    assert "no scene that breaks down is set up" in note(lab)
    with pytest.raises(ValueError, match="name must be one of"):
        lab.setup("peace")


# -- files -----------------------------------------------------------------------------------------------------


def test_saving_and_going_on_equals_never_stopping(opened):
    lab = opened(seed=3)
    lab.set("d_lr", 0.001)
    lab.set("loss", "hinge")
    lab.advance(3)
    path = lab.save()
    assert path.name == "digits_0001.safetensors" and path.parent == Path.cwd()
    lab.advance(4)
    other = opened()
    assert other.load() == path
    assert other.trainer.steps == 3 and other.seed == 3
    assert other.recipe == replace(SMALL, d_optimizer=replace(SMALL.d_optimizer, lr=0.001), objective=losses.hinge)
    assert other.sides[0].images == 24
    other.advance(4)
    assert same(state(other.trainer), state(lab.trainer))
    assert same(state(replayed(other)), state(lab.trainer))
    assert other.undo() == "going on from a file" and other.trainer.steps == 0


def test_files_are_never_overwritten_and_the_newest_or_a_chosen_one_is_taken(opened):
    lab = opened()
    assert "file" not in [option["name"] for option in lab.controls]
    for steps in (1, 2, 3):
        lab.advance(1)
        say(lab, "save")
        assert f"digits_000{steps}.safetensors" in note(lab)
    contents = {path.name: path.read_bytes() for path in Path.cwd().iterdir()}
    option = next(option for option in lab.controls if option["name"] == "file")
    assert option["values"] == [f"digits_000{n}.safetensors" for n in (3, 2, 1)]
    say(lab, "resume")
    assert lab.trainer.steps == 3 and "Going on from digits_0003" in note(lab)
    say(lab, "set", name="file", value="digits_0001.safetensors")
    say(lab, "resume")
    assert lab.trainer.steps == 1
    say(lab, "set", name="file", value="../secret")
    assert "file must be one of" in note(lab)
    with pytest.raises(ValueError, match="nothing is ever overwritten"):
        lab.save("digits_0002.safetensors")
    with pytest.raises(ValueError, match="a name that ends in"):
        lab.save("digits.pt")
    assert contents == {path.name: path.read_bytes() for path in Path.cwd().iterdir()}


def test_a_file_saved_elsewhere_is_the_one_that_is_taken_and_offered(opened, tmp_path):
    lab, there = opened(), tmp_path / "elsewhere"
    there.mkdir()
    lab.advance(1)
    lab.save()
    lab.advance(1)
    path = lab.save(there / "digits_0001.safetensors")
    option = next(option for option in lab.controls if option["name"] == "file")
    assert (
        option["values"] == [f"digits_0001.safetensors, in {there}", "digits_0001.safetensors"] and option["index"] == 0
    )
    lab.advance(1)
    assert lab.load() == path and lab.trainer.steps == 2
    say(lab, "set", name="file", value="digits_0001.safetensors")
    assert lab.load() == tmp_path / "digits_0001.safetensors" and lab.trainer.steps == 1


@pytest.mark.parametrize(
    "change", [{"g": {"categories": 3}}, {"d": {"hidden": 5}, "penalties": (R1(0.1),)}, {"g": {"width": 5}}]
)
def test_a_lab_takes_up_what_it_saved_whatever_was_changed_since(opened, change):
    """Its networks are no known recipe's, and a known one may be nearer to the file in everything else."""
    lab = opened(varied(SMALL, noise=NormalNoise(64), **change))
    lab.advance(1)
    path = lab.save()
    wanted = state(lab.trainer)
    lab.advance(1)
    say(lab, "set", name="d_lr", value=0.002)
    lab.load(path)
    assert same(state(lab.trainer), wanted)
    lab.setup("trash images")
    lab.load(path)
    assert same(state(lab.trainer), wanted)


def test_code_names_a_device_that_auto_would_not_take(opened):
    lab = opened()
    assert "device" not in lab.code()
    lab.sides[0].log.device = torch.device("cuda")
    assert ".trainer(0, device='cuda')" in lab.code()


def test_training_from_the_page_keeps_to_what_a_hub_grants(opened, monkeypatch):
    lab, seen = opened(), []
    monkeypatch.setenv("CPU_LIMIT", "1")

    def press():  # on a thread of its own, which has its own number
        torch.set_num_threads(2)
        say(lab, "credit", n=1)
        seen.append(torch.get_num_threads())

    thread = threading.Thread(target=press)
    thread.start(), thread.join(60)
    assert seen == [1] and lab.trainer.steps > 0


def test_a_closed_lab_says_so(opened):
    lab = opened()
    lab.close()
    for call in (lambda: lab.recipe, lab.measure, lab.load):
        with pytest.raises(ValueError, match="is closed: run its cell again"):
            call()


def test_breakdowns_and_other_networks_can_be_saved_and_taken_up(opened):
    lab = opened(replace(digits.mlp_gan, batch=4, objective=losses.LabelSmoothing(0.9)))
    lab.advance(1)
    lab.save("mlp.safetensors")
    other = opened()
    other.load("mlp.safetensors")
    assert other.recipe == lab.recipe and other.recipe.objective == losses.LabelSmoothing(0.9)
    assert same(state(other.trainer), state(lab.trainer))


def corrupt(path):
    data = bytearray(path.read_bytes())
    data[-100] ^= 255
    path.write_bytes(bytes(data))


def foreign(path):
    weights.save(images.dcgan_g(8, 4), path)


FAULTS = {
    "corrupt": (corrupt, "damaged"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:500]), "damaged"),
    "no such": (lambda path: path.write_text("hello"), "damaged"),
    "foreign": (foreign, "not a saved trainer"),
    "missing": (lambda path: path.unlink(), "there is no file"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_file_is_refused_and_nothing_is_lost(opened, fault):
    lab = opened()
    lab.advance(1)
    path = lab.save()
    harm, words = FAULTS[fault]
    harm(path)
    lab.advance(1)
    before, undo = state(lab.trainer), list(lab.done)
    say(lab, "resume")
    assert "That does not work: path" in note(lab) and words in note(lab)
    assert same(before, state(lab.trainer)) and lab.done == undo and lab.trainer.steps == 2
    with pytest.raises(ValueError, match=words):
        lab.load(path)


def test_a_file_of_unknown_networks_is_refused(opened):
    path = Path("digits_0001.safetensors")
    by_hand = plain(1)
    by_hand.recipe = None
    for trainer in (by_hand, toys.steady.trainer(0), toys.steady.trainer(range(2))):
        trainer.save(path)
        other = opened()
        with pytest.raises(ValueError, match="is of no GAN of digits that this version knows"):
            other.load(path)
        assert other.recipe == SMALL and not other.done


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_takes_nothing_is_told(opened, monkeypatch, number):
    lab = opened()

    def refuses(path):
        raise OSError(number, "No space left on device" if number == errno.ENOSPC else "Permission denied")

    monkeypatch.setattr("gan_lessons._core.files.open_new", refuses)
    lab.advance(1)
    before = state(lab.trainer)
    say(lab, "save")
    assert "could not be written (" in note(lab) and "training is as it was" in note(lab)
    assert same(before, state(lab.trainer)) and not list(Path.cwd().iterdir())


def rewritten(path, change):
    """A saved file with another recipe in it, whole all the same."""
    tensors, header = savefile.read(path)
    recipe = json.loads(header["recipe"])
    change(recipe)
    header |= {"recipe": json.dumps(recipe)}
    header |= {"digest": savefile.digest(tensors, header)}
    path.write_bytes(to_bytes(tensors, header))


EVIL = ("__import__('os').getcwd()", "open('x')", "losses.__dict__", "(lambda: 1)()", "Adam.__init__", "optim.Adam")


@pytest.mark.parametrize("words", EVIL)
@pytest.mark.parametrize("place", ["d_optimizer", "schedule", "objective", "data", "generator"])
def test_what_a_file_says_is_looked_up_and_never_run(opened, words, place):
    lab = opened()
    path = lab.save()
    for value in (words, {"kind": words}, {"kind": "SGD", "lr": words}):
        rewritten(path, lambda recipe, value=value: recipe.update({place: value}))
        with pytest.raises(ValueError, match="is of no GAN of digits that this version knows"):
            training_files.recipe_in(path)
    assert list(Path.cwd().iterdir()) == [path]


def test_a_file_whose_recipe_is_of_other_networks_or_settings_is_refused(opened):
    lab = opened()
    path = lab.save()
    assert training_files.recipe_in(path) == (SMALL, 0)
    for name, value in (("generator", {"kind": "DCGAN", "width": 5}), ("batch", 9)):
        rewritten(path, lambda recipe, name=name, value=value: recipe.update({name: value}))
        before = state(lab.trainer)
        with pytest.raises(ValueError, match="was saved with another"):
            lab.load(path)
        assert lab.recipe == SMALL and same(before, state(lab.trainer)) and not lab.done


# -- the film, going back, closing -----------------------------------------------------------------------------


def test_the_film_stays_small_and_keeps_both_ends():
    film, frame = kinds.IMAGES.frames(), bytes(50_212)
    for step in range(1000):
        film.add({"step": step}, (frame, b""))
        assert sum(len(moving) for _, (moving, _) in film.frames) <= FILM_BYTES
    steps = [header["step"] for header, _ in film.frames]
    assert steps[0] == 0 and steps[-1] == 999 and len(steps) > 70
    assert DigitScene("x", False).spec["keep"] == FILM_BYTES // len(frame)


def test_going_back_takes_a_moment_that_was_kept_and_goes_on_exactly(opened):
    lab = opened()
    for _ in range(4):
        say(lab, "credit", n=9)
    after = state(lab.trainer)
    say(lab, "back", step=33)
    step = lab.trainer.steps
    assert 20 <= step <= 33 and f"Back at step {step}" in note(lab)
    assert lab.film.frames[-1][0]["step"] == step
    assert same(state(lab.trainer), state(plain(step)))
    lab.advance(36 - step)
    assert same(after, state(lab.trainer))
    say(lab, "undo")
    assert lab.trainer.steps == 36 and same(after, state(lab.trainer))


def test_moments_stay_few(opened, monkeypatch):
    monkeypatch.setattr(session, "KEPT_BYTES_LARGE", 0)
    lab = opened()
    say(lab, "credit", n=39)
    say(lab, "credit", n=39)
    moments = lab.sides[0]._moments
    assert len(moments) <= 4 and moments[0].step == 0
    say(lab, "back", step=70)
    assert lab.trainer.steps == moments[-1].step


def test_a_page_that_comes_later_gets_the_film(opened):
    lab = opened()
    say(lab, "credit", n=3)
    lab.sent.clear()
    say(lab, "hello", id="later")
    assert [message["step"] for message in of_type(lab, "frame")] == [0, 1, 2, 3]
    assert all(message["to"] == "later" for message in of_type(lab, "frame"))


def test_a_second_lab_of_the_name_closes_the_first_and_close_frees(opened):
    first = opened(name="digits of mine")
    first.advance(1)
    gone = weakref.ref(first.trainer)
    second = opened(name="digits of mine")
    with pytest.raises(ValueError, match="is closed"):
        _ = first.trainer
    gc.collect()
    assert gone() is None
    say(first, "credit", n=1)
    assert second.trainer.steps == 0


# -- what ships ------------------------------------------------------------------------------------------------


@pytest.fixture
def shipping(monkeypatch):
    """What ships, small: networks of a training of 3 steps."""
    trainer = plain(3, replace(SMALL, noise=NormalNoise(6)))
    monkeypatch.setitem(setups.FROM, "dcgan", replace(SMALL, noise=NormalNoise(6), penalties=(R1(0.1),)))
    monkeypatch.setattr(checkpoints, "shipped", lambda name: (trainer.G.eval(), trainer.D.eval()))
    return trainer


def test_it_starts_from_what_ships_with_fresh_optimizers(opened, shipping):
    lab = opened(varied(SMALL, d={"norm": "batch"}), start="dcgan")
    assert lab.recipe == replace(
        SMALL, noise=NormalNoise(6), penalties=(R1(0.1),)
    )  # the networks, and the penalty, of what ships
    assert torch.equal(lab.trainer.players["G"].theta, shipping.players["G"].theta)
    assert lab.trainer.players["G"].updates == 0 and lab.trainer.steps == 0
    words = "It began with the weights of the DCGAN that ships; its optimizers began afresh."
    assert words in lab.film.frames[-1][0]["summary"]
    lab.advance(2)
    assert same(state(replayed(lab)), state(lab.trainer))
    lab.setup("trash images")
    assert words not in lab.film.frames[-1][0]["summary"] and "start_from" not in lab.code()
    lab.restart()
    assert "start_from" not in lab.code()
    lab.setup("normal")
    assert torch.equal(lab.trainer.players["G"].theta, shipping.players["G"].theta)
    lab.advance(1)
    lab.restart()
    assert torch.equal(lab.trainer.players["G"].theta, shipping.players["G"].theta)


def test_the_mlp_that_ships_has_its_own_recipe(opened, monkeypatch):
    pair = images.mlp_g(), images.mlp_d()
    monkeypatch.setattr(checkpoints, "shipped", lambda name: pair)
    lab = opened(None, start="mlp")
    assert lab.recipe == digits.mlp_gan
    np.testing.assert_array_equal(lab.trainer.G.body[0].weight.detach(), pair[0].body[0].weight.detach())


def test_without_a_recipe_it_is_the_toy_or_what_goes_on_from_the_start():
    for start, recipe in ((None, toys.aylien_head), ("dcgan", digits.going_on), ("mlp", digits.mlp_gan)):
        lab, names = Lab(start=start, device="cpu", name="test"), {}
        exec(lab.code().split("gan = ")[0], names)
        assert lab.recipe == names["recipe"] == recipe
        lab.close()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"recipe": "lean"}, "recipe must be None or a Recipe"),
        ({"seed": -1}, "seed must be"),
        ({"device": "abacus"}, "device must be"),
        ({"start": "gpt"}, "start must be"),
        (
            {"start": "mlp"},
            "recipe must be left out, or a recipe whose networks are DigitMLPs, to start from 'mlp'",
        ),
        ({"until": 0}, "until must be"),
        ({"until": 2.5}, "until must be"),
    ],
)
def test_refused_arguments(bad, words):
    with pytest.raises(ValueError, match=words):
        Lab(**({"recipe": SMALL} | bad))


def test_refused_calls(opened):
    lab = opened()
    for call in (lambda: lab.advance(-1), lambda: lab.step("both of them"), lambda: lab.back_to(-1)):
        with pytest.raises(ValueError):
            call()
    assert lab.trainer.steps == 0


@pytest.mark.parametrize("name", breakdowns.BY_NAME)
def test_breakdowns_are_the_lean_dcgan_on_all_digits(name):
    recipe = breakdowns.BY_NAME[name]
    assert recipe.name == name and (recipe.generator, recipe.data) == (digits.lean_dcgan.generator, Handwritten())
    assert recipe != digits.lean_dcgan and recipe in breakdowns.LOOK_FOR


@pytest.mark.slow
def test_an_overpowered_d_is_never_wrong_and_the_usual_one_is():
    said = {}
    for recipe in (breakdowns.overpowered_d, digits.lean_dcgan):
        snapshot = plain(
            40, varied(recipe, {"width": 8}, {"width": 8}, batch=16, data=Handwritten(first=500))
        ).snapshot()
        said[recipe.name] = snapshot.p_real[0] - snapshot.p_fake[0]
    assert said["overpowered D"] > 0.97
    assert said["lean DCGAN"] < 0.9


@pytest.mark.slow
def test_an_overpowered_g_makes_one_picture_that_d_believes():
    recipe = varied(breakdowns.overpowered_g, {"width": 8}, {"width": 8}, batch=16, data=Handwritten(first=500))
    snapshot = plain(40, recipe).snapshot()
    assert snapshot.p_fake[0] > snapshot.p_real[0]
