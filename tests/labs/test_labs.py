"""The player's kernel side: the screen can be replayed, sliders act, refusals change nothing, frames are paid for."""

import gc
import sys
import threading
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.messages import of_type, say
from helpers.players import SMALL, assert_replays, same, thetas

from gan_lessons.distributions.noise import NormalNoise, UniformNoise
from gan_lessons.labs import controls, open_labs
from gan_lessons.labs.frames import KEEP, Frames
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.scenes import sameness
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.labs.scenes.line import POINTS
from gan_lessons.labs.slow_motion import LINES
from gan_lessons.losses import objectives as losses
from gan_lessons.metrics import line as metrics
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn, Simultaneous

DEV_NAG = [recipe for name, recipe in recipes.BY_NAME.items() if name.startswith("dev_nag")]


def values(lab, name):
    """One layer of the newest frame."""
    return unpack(lab.scene.spec["arrays"]["moving"], of_type(lab, "frame")[-1]["buffers"][0])[name].ravel()


MOVES = {
    "nothing": [],
    "play": [("credit", {"n": 3})],
    "lone steps": [("step", {"who": who}) for who in ("D", "G", "both", "G", "D", "D")],
    "slow, half done": [("credit", {"n": 4, "slow": True})],
    "slow, G asks": [("credit", {"n": 6, "slow": True})],
    "slow, done": [("credit", {"n": 7, "slow": True})],
    "slow, then play": [("credit", {"n": 4, "slow": True}), ("credit", {"n": 2})],
    "slow, then a lone step": [("credit", {"n": 11, "slow": True}), ("step", {"who": "D"})],
    "slow, then a slider": [("credit", {"n": 4, "slow": True}), ("set", {"name": "d_lr", "value": 0.1})],
    "a drag of rates": [("set", {"name": "g_lr", "value": lr}) for lr in (0.1, 0.01, 0.03)] + [("credit", {"n": 1})],
    "a drag of data, there and back": [("credit", {"n": 1})]
    + [("set", {"name": "mean", "value": m}) for m in (1, 2.5, 4)]
    + [("credit", {"n": 2})],
    "several sliders": [("credit", {"n": 1})]
    + [
        ("set", {"name": k, "value": v})
        for k, v in (("mean", 1), ("batch", 5), ("d_steps", 2), ("sd", 2), ("batch", 5))
    ]
    + [("credit", {"n": 2}), ("set", {"name": "g_steps", "value": 0}), ("credit", {"n": 1})],
    "another width": [("credit", {"n": 1}), ("set", {"name": "d_width", "value": 8}), ("credit", {"n": 1})],
    "restart": [("set", {"name": "mean", "value": 1}), ("credit", {"n": 1}), ("restart", {}), ("credit", {"n": 1})],
    "restart, half done": [("credit", {"n": 4, "slow": True}), ("restart", {})],
    "there and back": [("credit", {"n": 4}), ("back", {"step": 7}), ("credit", {"n": 1}), ("undo", {}), ("undo", {})],
    "a change taken back": [
        ("credit", {"n": 1}),
        ("set", {"name": "d_lr", "value": 0.1}),
        ("credit", {"n": 1}),
        ("undo", {}),
    ],
    "new seed": [("credit", {"n": 1}), ("seed", {}), ("seed", {}), ("credit", {"n": 1})],
    "refused": [("credit", {"n": 1}), ("set", {"name": "batch", "value": 0}), ("credit", {"n": 1})],
}


@pytest.mark.parametrize("moves", MOVES.values(), ids=MOVES.keys())
@pytest.mark.parametrize("recipe", [SMALL, recipes.aylien_blog], ids=["steady", "blog"])
def test_code_replays_what_is_on_screen(opened, recipe, moves):
    lab = opened(replace(recipe, pretrain=min(recipe.pretrain, 5)), seed=7)
    for kind, more in moves:
        say(lab, kind, **more)
    if moves and moves[-1][0] == "credit" and not moves[-1][1].get("slow"):
        assert lab.trainer.steps
    assert_replays(lab)


@pytest.mark.parametrize(
    "recipe",
    [
        replace(SMALL, name="mine", noise=UniformNoise(-1.0, 1.0)),
        replace(SMALL, noise=NormalNoise(2), g_optimizer=SGD(0.1, momentum=0.5), objective=losses.minimax),
        replace(SMALL, schedule=Simultaneous()),
        replace(SMALL, d_optimizer=Adam((0.1, 0.01, 0.001))),
    ],
)
def test_code_knows_recipes_that_a_person_changed(opened, recipe):
    lab = opened(recipe)
    say(lab, "credit", n=2, slow=isinstance(recipe.schedule, Simultaneous))
    say(lab, "step", who="G")
    assert_replays(lab)
    say(lab, "code")
    assert of_type(lab, "code")[-1]["text"] == lab.code()


def test_a_slow_step_is_an_ordinary_step(opened):
    for schedule in (InTurn(1, 1), InTurn(3, 2), InTurn(0, 1), InTurn(1, 0), Simultaneous()):
        slow, plain = (opened(replace(SMALL, schedule=schedule)) for _ in range(2))
        while slow.trainer.steps < 5:
            say(slow, "credit", n=1, slow=True)
        say(plain, "credit", n=1)  # 5 steps a frame
        assert slow.trainer.steps == plain.trainer.steps == 5
        assert same(thetas(slow.trainer), thetas(plain.trainer))
        assert slow.code() == plain.code()


def test_slow_motion_says_what_happens(opened):
    lab = opened()
    before = thetas(lab.trainer)
    moved = []
    for _ in range(7):
        say(lab, "credit", n=1, slow=True)
        after = thetas(lab.trainer)
        moved.append([not torch.equal(a, b) for a, b in zip(before, after, strict=True)])
        before = after
    assert moved == [[i == 3, i == 6] for i in range(7)]  # D, G
    frames = of_type(lab, "frame")[-7:]
    phases = ["sample", "D forward", "D gradient", "D step", "G forward", "G gradient", "G step"]
    assert [frame["phase"] for frame in frames] == phases
    assert all(frame["summary"].startswith(f"{i} of 7: ") for i, frame in enumerate(frames, 1))
    assert [frame["step"] for frame in frames] == [0] * 6 + [1]
    assert [frame["line"] for frame in frames] == [LINES[phase] for phase in phases]


def test_slow_motion_shows_the_samples_that_d_will_see(opened):
    lab = opened()
    real, noise = lab.trainer.next_batch(0)
    say(lab, "credit", n=1, slow=True)
    np.testing.assert_array_equal(values(lab, "real_dots")[: len(real)], real[:, 0])
    fake = lab.sides[0].alone(0)[0](torch.from_numpy(noise)[None])[0, :, 0].detach()
    np.testing.assert_allclose(values(lab, "fake_dots")[: len(noise)], fake)
    assert np.isnan(values(lab, "real_dots")[len(real) :]).all()


@pytest.mark.parametrize("held", ["d_steps", "g_steps"])
def test_a_network_that_is_held_still(opened, held):
    lab = opened()
    say(lab, "set", name=held, value=0)
    index = 0 if held == "d_steps" else 1
    before = thetas(lab.trainer)
    say(lab, "credit", n=2)
    say(lab, "credit", n=6, slow=True)
    after = thetas(lab.trainer)
    assert torch.equal(before[index], after[index])
    assert not torch.equal(before[1 - index], after[1 - index])
    who = "D" if held == "d_steps" else "G"
    assert any(f"{who} is held still" in frame["summary"] for frame in of_type(lab, "frame"))
    assert_replays(lab)
    other = "g_steps" if held == "d_steps" else "d_steps"
    say(lab, "set", name=other, value=0)
    assert "not both 0" in of_type(lab, "settings")[-1]["note"]
    assert getattr(lab.trainer.settings["schedule"], other) == 1


ACTS = {
    "d_lr": (0.02, lambda t: t.settings["d_optimizer"].lr),
    "g_lr": (0.03, lambda t: t.settings["g_optimizer"].lr),
    "d_steps": (3, lambda t: t.settings["schedule"].d_steps),
    "g_steps": (3, lambda t: t.settings["schedule"].g_steps),
    "batch": (24, lambda t: t.next_batch(0)[0].shape[0]),
    "d_width": (3, lambda t: t.D(torch.zeros(3, 1, 1)) is not None and t.players["D"].params[0].shape[-1]),
    "g_width": (3, lambda t: t.players["G"].params[0].shape[-1]),
    "mean": (-1, lambda t: round(float(np.mean([t.next_batch(i)[0].mean() for i in range(3)])))),
    "sd": (3, lambda t: t.settings["data"].sd),
}


def test_every_slider_is_tried():
    assert controls.basic(SMALL).keys() == ACTS.keys()


@pytest.mark.parametrize("name", ACTS)
def test_a_slider_acts_on_training(opened, name):
    lab = opened(replace(SMALL, batch=200 if name == "mean" else 8))
    twin = opened(lab.recipe)
    for each in (lab, twin):
        say(each, "credit", n=1)
    value, look = ACTS[name]
    option = next(option for option in lab.controls if option["name"] == name)
    assert value in option["values"] and value != option["values"][option["index"]]
    say(lab, "set", name=name, value=value)
    restarts = "(restarts)" in option["label"]
    assert restarts == (name in ("d_width", "g_width"))
    assert lab.trainer.steps == (0 if restarts else 5)
    assert look(lab.trainer) == value
    answer = of_type(lab, "settings")[-1]
    assert option["values"][answer["index"][name]] == value
    assert ("began again" in answer["note"]) == restarts
    say(lab, "credit", n=1), say(twin, "credit", n=1)
    assert not same(thetas(lab.trainer), thetas(twin.trainer)) if not restarts else lab.trainer.steps == 5


def test_a_batch_slider_restarts_where_a_critic_takes_the_whole_batch(opened):
    lab = opened(replace(recipes.dev_nag_raw, batch=8))
    say(lab, "credit", n=1)
    option = next(option for option in lab.controls if option["name"] == "batch")
    assert "(restarts)" in option["label"]
    say(lab, "set", name="batch", value=12)
    assert (lab.trainer.steps, lab.trainer.settings["batch"]) == (0, 12)
    assert "began again" in of_type(lab, "settings")[-1]["note"]


def test_sliders_stay_in_the_picture():
    for recipe in (recipe for recipe in recipes.BY_NAME.values() if recipe.data.dim == 1):  # in the plane there is none
        option = controls.options(recipe.controls["mean"], recipe)
        low, high = recipe.window
        assert all(low < mean < high for mean in option["values"])
        assert option["values"][option["index"]] == recipe.data.mean


REFUSED = [
    ("batch", 0), ("batch", 2.5), ("batch", None), ("batch", "many"), ("d_lr", -1), ("g_lr", float("nan")),
    ("d_lr", None), ("d_steps", -1), ("g_steps", 1.5), ("d_width", 0), ("g_width", True), ("sd", 0), ("sd", -1),
    ("mean", float("inf")),
    ("mean", [1, 2, 3]), ("run", 0), ("run", 4), ("run", "first"), ("nothing", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_refused_values_change_nothing(opened, name, value):
    lab = opened()
    say(lab, "credit", n=1)
    before = thetas(lab.trainer), lab.recipe, dict(lab.trainer.settings), lab.code(), lab.shown, lab.epoch
    where = {option["name"]: option["index"] for option in lab.controls}
    say(lab, "set", name=name, value=value)
    after = thetas(lab.trainer), lab.recipe, dict(lab.trainer.settings), lab.code(), lab.shown, lab.epoch
    assert same(before[0], after[0]) and before[1:] == after[1:]
    answer = of_type(lab, "settings")[-1]
    assert answer["name"] == name and answer["index"] == where
    assert "That does not work" in answer["note"] and repr(name if name == "nothing" else value) in answer["note"]
    say(lab, "credit", n=1)
    assert lab.trainer.steps == 10
    with pytest.raises(ValueError, match="name" if name == "nothing" else name):
        lab.set(name, value)


def test_refused_seed_and_step(opened):
    lab = opened(seed=3)
    for call in (lambda: lab.restart(-1), lambda: lab.step("E"), lambda: lab.advance(-1), lambda: lab.advance(1.5)):
        with pytest.raises(ValueError):
            call()
    assert lab.seed == 3 and lab.trainer.steps == 0


@pytest.mark.parametrize(
    "bad", [{"runs": 0}, {"runs": 1.5}, {"seed": -1}, {"speed": 0}, {"speed": "fast"}, {"recipe": "aylien_head"}]
)
def test_refused_arguments(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} must be .*{next(iter(bad.values()))!r}"):
        Lab(**bad)


def test_python_may_set_what_no_slider_has(opened):
    lab = opened()
    lab.set("mean", 1.3)
    assert lab.trainer.settings["data"].mean == 1.3
    say(lab, "hello")
    option = next(option for option in lab.controls if option["name"] == "mean")
    assert option["values"][of_type(lab, "settings")[-1]["index"]["mean"]] == 1.3


def test_n_credits_are_n_frames_and_a_done(opened):
    lab = opened()
    lab.speed = 2
    for n in (1, 4, 7):
        lab.sent.clear()
        say(lab, "credit", n=n)
        frames = of_type(lab, "frame")
        assert [frame["paid"] for frame in frames] == [True] * n
        assert of_type(lab, "done")[0]["unsent"] == 0 and of_type(lab, "done")[0]["ms"] > 0
        assert lab.sent[-1]["type"] == "done" and len(lab.sent) == n + 1
    assert [frame["step"] for frame in of_type(lab, "frame")] == list(range(12, 25, 2))
    assert lab.trainer.steps == 24


def test_an_input_on_another_thread_stops_a_batch_of_credits(opened):
    lab = opened()
    lab.speed = 10_000
    step, at = lab.trainer.advance, []

    def advance(steps=1, schedule=None):
        step(steps, schedule)
        if lab.trainer.steps == 3:
            thread = threading.Thread(target=say, args=(lab, "set"), kwargs={"name": "d_lr", "value": 0.1})
            thread.start(), at.append(thread)

    lab.trainer.advance = advance
    epoch = lab.epoch
    changed = lab.trainer.change
    lab.trainer.change = lambda **settings: (changed(**settings), at.append(lab.trainer.steps))
    say(lab, "credit", n=5)
    thread, changed_at = at
    thread.join(10)
    assert lab.epoch > epoch
    assert lab.trainer.steps - changed_at <= 1
    done = of_type(lab, "done")[-1]
    assert len([frame for frame in of_type(lab, "frame") if frame["paid"]]) + done["unsent"] == 5
    assert done["unsent"] >= 3
    del lab.trainer.advance, lab.trainer.change
    assert_replays(lab)


def test_a_cell_and_credits_at_the_same_time(opened):
    lab = opened()
    cell = threading.Thread(target=lab.advance, args=(150,))
    cell.start()
    for n in range(6):
        say(lab, "credit", n=4, slow=n == 3)
    cell.join(30)
    assert not cell.is_alive()
    assert lab.trainer.steps > 150  # by how many depends on when the cell's end stopped a batch of credits
    assert of_type(lab, "frame")[-1]["step"] <= lab.trainer.steps
    lab.sides[0].slow.finish(lab.trainer, lab.sides[0].log)
    assert_replays(lab)


def test_the_trainer_that_a_lab_hands_out_may_be_trained_while_the_lab_plays(opened):
    lab = opened()
    failed, playing = [], threading.Event()

    def play():
        try:
            while not playing.is_set():
                say(lab, "credit", n=1)
        except Exception as error:
            failed.append(error)

    switched = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # threads meet as often as they can
    page = threading.Thread(target=play)
    try:
        page.start()
        lab.trainer.advance(300)
    finally:
        playing.set()
        page.join()
        sys.setswitchinterval(switched)
    alone = SMALL.trainer(range(3))
    alone.advance(lab.trainer.steps)
    assert not failed and lab.trainer.steps > 300 and same(thetas(lab.trainer), thetas(alone))


@pytest.mark.parametrize("recipe", [*DEV_NAG, recipes.aylien_blog, recipes.aylien_head], ids=lambda recipe: recipe.name)
def test_every_recipe_plays(opened, recipe):
    lab = opened(replace(recipe, batch=min(recipe.batch, 20), pretrain=min(recipe.pretrain, 5)), runs=2)
    lab.speed = 1
    say(lab, "credit", n=2)
    say(lab, "credit", n=5, slow=True)
    say(lab, "step", who="D")
    assert lab.trainer.steps == 4
    kinds = {layer.get("label", "") for layer in lab.scene.spec["panels"][0]["layers"]}
    assert any("best D" in label for label in kinds) == (recipe.discriminator.features is None)
    assert np.isfinite(values(lab, "generated")).all()
    assert_replays(lab)


def test_a_run_that_diverges_is_named_and_the_others_go_on(opened):
    wild = replace(SMALL, g_optimizer=SGD((1e30, 0.01, 0.01)), d_optimizer=SGD(0.01))
    lab, calm = opened(wild), opened(replace(wild, g_optimizer=SGD((0.01, 0.01, 0.01))))
    for each in (lab, calm):
        say(each, "credit", n=4)
    frame = of_type(lab, "frame")[-1]
    assert "diverged at step" in frame["notice"] and frame["notice"].startswith("Run 1 ")
    assert "1 diverged" in frame["summary"]
    assert same([theta[1:] for theta in thetas(lab.trainer)], [theta[1:] for theta in thetas(calm.trainer)])
    assert np.isnan(values(lab, "generated")).all()
    band, others = values(lab, "high"), calm.trainer.snapshot().samples[1:, :, 0]
    assert np.isfinite(band).all()
    inside = np.linspace(*lab.scene.window, POINTS // 2)
    assert abs(np.average(inside, weights=band + 1e-9) - others.mean()) < 2  # it is where the others are
    say(lab, "set", name="run", value=2)
    assert of_type(lab, "frame")[-1]["notice"] == ""
    assert "1 diverged" in of_type(lab, "frame")[-1]["summary"]
    assert_replays(lab)


@pytest.mark.slow
@pytest.mark.parametrize("loss", [losses.non_saturating, losses.hinge])
def test_a_run_that_has_stopped_learning_is_told_in_words(opened, loss):
    lab = opened(replace(SMALL, objective=loss), runs=2)
    lab.advance(5)

    def said():
        return "stopped learning" in lab.film.frames[-1][0]["summary"]

    assert not said()
    lab.trainer.players["D"].theta[1] = 0.0  # D of the second run says one half everywhere
    lab.answer()
    assert not said()
    lab.set("run", 2)
    assert said() is (loss is losses.non_saturating)  # scores are no probabilities


@pytest.mark.parametrize(("where", "same"), [(3.4, False), (5.9, False), (2.1, False), (0.0, True), (6.5, True)])
def test_whether_d_tells_samples_apart_is_seen_where_samples_lie(where, same):
    x = np.linspace(-8, 8, 1601)
    d = 0.5 + 0.01 * (np.abs(x - where) < 0.05)
    samples = np.concatenate([np.linspace(3, 5, 226), np.full(15, -8.0), np.full(15, 8.0)])
    assert (sameness.spread(x, d, samples, 4.0, 1.0) <= sameness.SAME) is same
    assert np.isnan(sameness.spread(x, d, samples * np.nan, 4.0, 1.0))


def test_the_words_say_how_old_ds_verdict_is(opened):
    lab = opened(runs=2)

    def judged():
        words = lab.film.frames[-1][0]["summary"]
        return words[words.index("On its last batch") :].split("D called")[0]

    lab.advance(5)
    assert judged() == "On its last batch "
    lab.step("G")
    assert judged() == "On its last batch, 1 step ago, "
    for _ in range(2):
        lab.step("G")
    assert judged() == "On its last batch, 3 steps ago, "
    lab.back_to(6)
    assert judged() == "On its last batch, 1 step ago, "
    lab.step("D")
    assert judged() == "On its last batch "


def test_the_summary_counts_as_metrics_does(opened):
    lab = opened(replace(recipes.steady, batch=16), runs=30)
    lab.advance(600)
    samples, data = lab.trainer.snapshot().samples, lab.recipe.data
    good, narrow = metrics.is_good(samples, data.quantile, data.sd).sum(), metrics.is_narrow(samples, data.sd).sum()
    assert good + narrow > 0
    assert f"Of 30 runs {good} are good, {narrow} narrow, 0 diverged." in of_type(lab, "frame")[-1]["summary"]


def test_watching_changes_nothing(opened):
    lab, plain = opened(), SMALL.trainer(range(3))
    say(lab, "credit", n=6), say(lab, "hello"), say(lab, "pause")
    plain.advance(30)
    assert same(thetas(lab.trainer), thetas(plain))


@pytest.mark.parametrize("n", [1, 10, KEEP, KEEP + 1, 3 * KEEP, 2222])
def test_a_film_keeps_the_first_and_the_newest(n):
    film = Frames()
    for step in range(0, 5 * n, 5):
        film.add({"step": step, "old": True}, (b"", b""))
        film.add({"step": step, "old": False}, (b"", b""))  # the same step again takes its place
        assert len(film.frames) <= KEEP + 1
        assert film.frames[-1][0] == {"step": step, "old": False}
    steps = [header["step"] for header, _ in film.frames]
    assert steps[0] == 0 and all(np.diff(steps) > 0)
    assert len(steps) >= min(n, KEEP // 2)
    if n > 1:
        assert max(np.diff(steps[:-1]), default=0) <= 2 * 5 * max(1, n / (KEEP // 2))  # evenly thinned


def test_a_page_that_comes_later_gets_the_film(opened):
    lab = opened()
    say(lab, "credit", n=5)
    shown = [frame["step"] for frame in of_type(lab, "frame")]
    lab.sent.clear()
    say(lab, "hello")
    assert lab.sent[0]["type"] == "reset" and lab.sent[-1]["type"] == "settings"
    frames = of_type(lab, "frame")
    assert [frame["step"] for frame in frames] == [0, *shown]
    assert all(frame["kept"] and not frame["paid"] and frame["epoch"] == lab.epoch for frame in frames)
    assert [tuple(frame["buffers"]) for frame in frames] == [arrays for _, arrays in lab.film.frames]
    lab.restart()
    lab.sent.clear()
    say(lab, "hello")
    assert [frame["step"] for frame in of_type(lab, "frame")] == [0]


def test_pause_answers_with_where_the_training_is(opened):
    lab = opened()
    say(lab, "credit", n=2)
    say(lab, "pause")
    frame = of_type(lab, "frame")[-1]
    assert (frame["step"], frame["paid"], frame["epoch"]) == (lab.trainer.steps, False, lab.epoch)


def test_a_name_has_one_lab(opened):
    first = Lab(SMALL, runs=1, name="one")
    second = Lab(SMALL, runs=1, name="one")
    assert open_labs._open["lab", "one"] is second
    sent = []
    first.send = lambda *message: sent.append(message)
    say(first, "credit", n=3)
    assert not sent and not first.sides and first.comm is None
    first.close()
    assert open_labs._open["lab", "one"] is second
    second.close()
    assert ("lab", "one") not in open_labs._open


def test_a_lab_whose_settings_fail_leaves_the_one_before(opened):
    lab = Lab(SMALL, runs=2, name="kept")
    with pytest.raises(ValueError):
        Lab(replace(SMALL, d_optimizer=Adam((0.1, 0.2, 0.3))), runs=2, name="kept")
    assert open_labs._open["lab", "kept"] is lab and not lab.closed
    lab.close()


def test_a_closed_lab_has_let_go_of_its_training(opened):
    lab = opened()
    lab.advance(3)
    lab.set("d_width", 5)
    trainer = weakref.ref(lab.trainer)
    lab.close()
    gc.collect()
    assert trainer() is None
    with pytest.raises(ValueError, match="the lab 'test 0' is closed"):
        _ = lab.trainer
    lab.receive(None, {"type": "credit", "n": 3}, [])  # from a page that has not heard of it yet
