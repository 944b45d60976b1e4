"""GANs side by side: each side is the training that it would be alone, and its frame is where the spec says."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.messages import kept, listened, say
from helpers.players import varied

from gan_lessons.labs.compare import Compare
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.scenes.compare import COLORS
from gan_lessons.losses import objectives as losses
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.optim import SGD, Adam

RING = varied(recipes.gan_lab_ring, {"hidden": (6,)}, {"hidden": (7,)}, batch=16)
LINE = varied(recipes.steady, {"hidden": (4,)}, {"hidden": (6,)}, batch=8)


@pytest.fixture
def opened():
    """Opens labs, each with `sent`: the messages that it sent to the page; closes them in the end."""
    labs = []

    def make(*sides, kind=Compare, **more):
        lab = kind(*sides, name=f"test {len(labs)}", **more)
        labs.append(listened(lab))
        return lab

    yield make
    for lab in labs:
        lab.close()


def thetas(trainer):
    return [player.theta.clone() for player in (trainer.players["D"], trainer.players["G"])]


def same(some, other):
    return all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(some, other, strict=True))


def frame(lab):
    return kept(lab)


@pytest.mark.parametrize(
    ("recipe", "others"),
    [
        (RING, [{"d_lr": 0.3}]),
        (RING, [{"loss": "least squares"}, {"g_layers": 2}, {"pack": 2, "d_lr": 0.01}]),
        (LINE, [{"d_steps": 3}, replace(LINE, objective=losses.hinge)]),
    ],
)
def test_each_side_is_what_it_would_be_alone(opened, recipe, others):
    lab = opened(recipe, *others, runs=2, seed=3)
    say(lab, "credit", n=2), say(lab, "step", who="G")
    for side in lab.sides:
        alone = opened(side.recipe, kind=Lab, runs=2, seed=3)
        say(alone, "credit", n=2), say(alone, "step", who="G")
        assert same(thetas(side.trainer), thetas(alone.trainer))


def test_equal_sides_give_equal_frames(opened):
    lab = opened(RING, RING)
    lab.advance(7)
    one, other = (panel["layers"] for panel in lab.scene.spec["panels"][:2])
    values = frame(lab)
    for a, b in zip(one, other, strict=True):
        assert a["values"] != b["values"]
        np.testing.assert_array_equal(values[a["values"]], values[b["values"]])


@pytest.mark.parametrize("recipe", [RING, LINE], ids=["plane", "line"])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_arrays_are_each_sides_own(opened, recipe, n):
    lab = opened(recipe, *[{"d_lr": 0.1 / k} for k in range(1, n)])
    lab.advance(9)
    values, taken = frame(lab), []
    for panel, side in zip(lab.scene.spec["panels"], lab.sides, strict=False):
        assert panel["title"] == "ABCD"[lab.sides.index(side)]
        taken += {layer["values"] for layer in panel["layers"]}
    assert len(set(taken)) == len(taken) and values.keys() >= set(taken)
    assert len({len({name for name in values if name.startswith(side)}) for side in "ABCD"[:n]}) == 1
    if recipe is RING:
        for panel, side in zip(lab.scene.spec["panels"], lab.sides, strict=False):
            name = next(x["values"] for x in panel["layers"] if str(x.get("label")).startswith("generated"))
            np.testing.assert_array_equal(values[name], side.trainer.snapshot().samples[0])


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("shape", ["box", "tall"])
def test_panels_do_not_overlap_and_fill_the_picture(opened, n, shape):
    boxes = [panel[shape] for panel in opened(RING, *[{"d_lr": 0.3}] * (n - 1)).scene.spec["panels"]]
    cells = np.zeros((600, 600), int)
    for x, y, w, h in boxes:
        cells[round(600 * y) : round(600 * (y + h)), round(600 * x) : round(600 * (x + w))] += 1
    assert cells.max() == 1 and cells.mean() >= (0.8 if n == 3 else 0.99)


def test_charts_have_the_lines_of_all_sides(opened):
    lab = opened(RING, {"d_lr": 0.3}, {"d_lr": 0.01})
    lab.advance(5)
    values = frame(lab)
    for chart in lab.scene.spec["panels"][3:]:
        traces = [layer for layer in chart["layers"] if layer["kind"] == "trace"]
        assert [traces[i]["color"] for i in range(0, len(traces), len(traces) // 3)] == list(COLORS[:3])
        assert np.isfinite([values[trace["at"]] for trace in traces]).all()
        assert len({trace["at"] for trace in traces}) == len(traces)


@pytest.mark.parametrize(("others", "units"), [(["hinge"], 2), (["hinge", "Wasserstein"], 2), (["log (minimax)"], 1)])
def test_charts_of_probabilities_and_scores_say_so(opened, others, units):
    lab = opened(RING, *[{"loss": loss} for loss in others])
    losses_of, chances = lab.scene.spec["panels"][len(lab.sides) : len(lab.sides) + 2]
    assert losses_of["y"]["label"] == " or ".join(["nats", "loss"][:units])
    assert chances["y"]["label"] == " or ".join(["probability", "sigmoid of score"][:units])
    notes = [layer["note"] for panel in (losses_of, chances) for layer in panel["layers"] if layer["kind"] == "line"]
    assert notes == ([] if units == 2 else ["log 4", "log 2", "guess"])


def test_words_say_how_the_sides_differ(opened):
    lab = opened(RING, {"d_lr": 0.3, "loss": "hinge"})
    words = lab.film.frames[-1][0]["summary"]
    assert words.startswith("Step 0 (seed 0). A: Generated: ")
    assert " B (D's learning rate 0.3, loss hinge): Generated: " in words


def test_titles_say_how_the_sides_differ_and_follow_settings(opened):
    lab = opened(RING, {"d_lr": 0.3})
    assert lab.film.frames[-1][0]["titles"]["side B"] == "B: D's learning rate 0.3"
    assert lab.film.frames[-1][0]["titles"]["side A"].startswith("A: ")
    lab.set("side", "B"), lab.advance(1), lab.set("loss", "hinge")
    assert lab.film.frames[-1][0]["titles"]["side B"] == "B: D's learning rate 0.3, loss hinge"
    for name, value in (("batch", 8), ("g_lr", 0.1), ("d_steps", 3)):
        lab.set(name, value)
    title = lab.film.frames[-1][0]["titles"]["side B"]
    assert title.startswith("B: ") and title.endswith(" …") and len(title) <= 60


def test_words_name_the_field_where_no_setting_tells(opened):
    lab = opened(replace(RING, d_optimizer=Adam(0.01)), replace(RING, d_optimizer=Adam(0.01, betas=(0.9, 0.99))))
    assert " B (another d_optimizer): Generated: " in lab.film.frames[-1][0]["summary"]


def test_one_setting_of_two_sides_is_two_changes(opened):
    lab = opened(RING, RING)
    for side, rate in (("B", 0.3), ("A", 0.2)):  # at once, as a drag would be
        lab.set("side", side), lab.set("d_lr", rate)
    assert lab.undo() == "D's learning rate (side A)"
    assert [side.recipe.d_optimizer.lr for side in lab.sides] == [0.1, 0.3]
    assert lab.undo() == "D's learning rate (side B)"
    assert [side.recipe.d_optimizer.lr for side in lab.sides] == [0.1, 0.1]


def test_settings_are_of_the_side_chosen_and_undo_returns(opened):
    lab = opened(RING, RING)
    lab.advance(5)
    say(lab, "set", name="side", value="B")
    say(lab, "set", name="d_lr", value=0.3)
    assert [side.recipe.d_optimizer for side in lab.sides] == [SGD(0.1), SGD(0.3)] and lab.trainer.steps == 5
    say(lab, "set", name="g_width", value=5)
    assert [side.recipe.generator.hidden for side in lab.sides] == [(6,), (5,)] and lab.trainer.steps == 0
    say(lab, "set", name="side", value="A")
    say(lab, "undo")
    assert [side.recipe.generator.hidden for side in lab.sides] == [(6,), (6,)] and lab.trainer.steps == 5
    say(lab, "undo")
    assert [side.recipe.d_optimizer for side in lab.sides] == [SGD(0.1), SGD(0.1)]


def test_a_new_side_is_a_copy_and_can_be_taken_back(opened):
    lab = opened(RING, {"d_lr": 0.3})
    lab.advance(4)
    say(lab, "set", name="sides", value=3)
    assert len(lab.sides) == 3 and lab.sides[2].recipe == lab.sides[1].recipe
    assert {side.trainer.steps for side in lab.sides} == {0}
    say(lab, "set", name="side", value="C")
    say(lab, "set", name="sides", value=2)
    assert len(lab.sides) == 2 and lab.at == 1
    say(lab, "undo"), say(lab, "undo")
    assert len(lab.sides) == 2 and lab.trainer.steps == 4


def test_as_many_sides_as_there_are_begin_nothing_again(opened):
    lab = opened(RING, {"d_lr": 0.3})
    lab.advance(4), lab.set("sides", 2)
    assert lab.trainer.steps == 4 and lab.undo() == ""


def test_new_seed_and_restart_are_of_all_sides(opened):
    lab = opened(RING, {"d_lr": 0.3})
    lab.advance(3)
    say(lab, "seed")
    assert [(side.seed, side.trainer.steps) for side in lab.sides] == [(1, 0), (1, 0)]
    assert torch.equal(lab.sides[0].trainer.players["D"].theta, lab.sides[1].trainer.players["D"].theta)


def test_going_back_is_of_all_sides(opened):
    lab, twin = opened(RING, {"d_lr": 0.3}), opened(RING, {"d_lr": 0.3})
    for _ in range(8):
        lab.advance(5)
    twin.advance(15)
    say(lab, "back", step=15)
    for side, other in zip(lab.sides, twin.sides, strict=True):
        assert same(thetas(side.trainer), thetas(other.trainer))
    say(lab, "undo")
    assert {side.trainer.steps for side in lab.sides} == {40}


def test_code_trains_all_sides(opened):
    lab = opened(RING, {"d_lr": 0.3}, {"minibatch": "5 kernels of 3"}, runs=2)
    lab.advance(4), lab.set("side", "B"), lab.set("g_lr", 0.2), lab.advance(3)
    names = {}
    exec(lab.code(), names)
    for name, side in zip("abc", lab.sides, strict=True):
        assert same(thetas(names[f"gan_{name}"]), thetas(side.trainer)), lab.code()


def test_a_side_that_diverges_is_named(opened):
    wild = replace(RING, objective=losses.wasserstein, d_optimizer=SGD(1e6), g_optimizer=SGD(1e6))
    lab = opened(RING, wild)
    lab.advance(60)
    assert lab.film.frames[-1][0]["notice"].startswith("Side B diverged at step ")


def test_looks_are_of_all_sides(opened):
    lab = opened(RING, {"d_lr": 0.3})
    lab.advance(3)
    say(lab, "set", name="metric", value="sliced W1")
    assert "sliced W1" in lab.scene.spec["panels"][-1]["title"]
    lab.advance(2)
    traces = [layer for layer in lab.scene.spec["panels"][-1]["layers"] if layer["kind"] == "trace"]
    assert np.isfinite([frame(lab)[trace["at"]] for trace in traces]).all() and len(traces) == 2


@pytest.mark.parametrize("recipe", [RING, LINE], ids=["plane", "line"])
@pytest.mark.parametrize("what", ["restart", "back"])
def test_frames_that_come_back_are_read_where_they_were_written(opened, recipe, what):
    lab = opened(recipe, {"d_lr": 0.3})
    lab.advance(5), lab.advance(5)
    before = [arrays for _, arrays in lab.film.frames]
    lab.restart() if what == "restart" else lab.back_to(5)
    layers = lab.scene.spec["panels"][1]["layers"]
    lab.set("metric", list(lab.scene.looks["metric"]["values"])[2])
    assert lab.undo() and lab.scene.spec["panels"][1]["layers"] == layers
    assert [header["step"] for header, _ in lab.film.frames] == [0, 5, 10]
    assert [arrays for _, arrays in lab.film.frames][:2] == before[:2]
    assert {tuple(map(len, arrays)) for _, arrays in lab.film.frames} == {tuple(map(len, before[0]))}
    assert kept(lab).keys() == {*lab.scene.spec["arrays"]["moving"], *lab.scene.spec["arrays"]["still"]}


@pytest.mark.parametrize(
    ("sides", "message"),
    [
        ((RING,), "others must be 1 to 3 recipes"),
        ((RING, *[{"d_lr": 0.1}] * 4), "others must be 1 to 3 recipes"),
        (("ring", {"d_lr": 0.1}), "recipe must be a Recipe"),
        ((RING, {}), "others must be Recipes or dictionaries"),
        ((RING, {"rate": 0.1}), "others must be settings by their names"),
        ((RING, {"data": "spiral"}), "others must be settings by their names"),
        ((RING, recipes.grid), "others must be GANs on the data of A"),
        ((RING, {"d_lr": -1.0}), "d_lr must be"),
    ],
)
def test_what_cannot_be_compared_is_refused(sides, message):
    with pytest.raises(ValueError, match=message):
        Compare(*sides, name="refused")


@pytest.mark.parametrize(("name", "value"), [("side", "C"), ("sides", 1), ("sides", 5), ("data", "spiral")])
def test_refused_settings_change_nothing(opened, name, value):
    lab = opened(RING, {"d_lr": 0.3})
    before = thetas(lab.trainer), len(lab.sides), lab.at
    with pytest.raises(ValueError, match=f"{name}|name must be"):
        lab.set(name, value)
    assert same(before[0], thetas(lab.trainer)) and (len(lab.sides), lab.at) == before[1:]
