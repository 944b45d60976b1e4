"""Random walks over all that a person may do in a playground: whatever it was, and in whatever order, the picture, the
code and the settings file are those of the training, to the last bit."""

import numpy as np
import pytest
import torch
from helpers.interrupts import Interrupt
from helpers.messages import kept, listened, of_type, replayed, say
from helpers.players import same as same_weights
from helpers.players import thetas, varied
from helpers.states import same, where

from gan_lessons.labs import settings_file
from gan_lessons.labs.playground import Playground
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.labs.session import Session
from gan_lessons.recipes import toys as recipes

SET = {"start", "data", "mean", "sd", "noise", "loss", "batch", "d_lr", "g_lr", "d_steps", "g_steps", "d_layers"}
SET |= {"g_layers", "d_width", "d_optimizer", "g_optimizer", "d_norm", "pack", "minibatch", "penalties", "unroll"}
SET |= {"instance_noise", "clip", "averaging", "runs", "run", "moves", "threshold", "d_members", "g_members"}
SMALL = {"batch": (6, 12, 24), "d_width": (3, 6), "d_steps": (0, 1, 2), "g_steps": (0, 1, 2), "unroll": (0, 2)}
SMALL |= {"runs": (1, 2, 3), "d_members": (1, 2), "g_members": (1, 2)}
MOVES = ("set", "set", "set", "set", "undo", "undo", "back", "advance", "advance", "step", "slow", "slow", "draw")
MOVES += ("seed", "restart", "keep", "load")


@pytest.fixture
def opened():
    labs = []

    def make(recipe, runs=1):
        labs.append(listened(Playground(recipe, name=f"test {len(labs)}", runs=runs)))
        labs[-1]._first_still = labs[-1].still
        labs[-1].answer()
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()
    torch.set_grad_enabled(True)  # whatever a test that failed left


def begun(opened, seed):
    """A small playground, on a line or in the plane."""
    recipe = (recipes.ring, recipes.steady)[seed % 2]
    return opened(varied(recipe, {"hidden": (6,)}, {"hidden": (6,)}, batch=12), runs=1 + seed // 2 % 2)


def chosen(lab, rng, files):
    """One thing that a person may do, as the page says it; what is refused is a thing too. files: saved so far."""

    def one(words):
        return words[rng.integers(len(words))]

    kind = one(MOVES)
    if kind == "set":
        own = {name: option["values"] for name, (option, _) in lab.own_settings().items()}
        known = own | {name: tuple(control.values) for name, control in lab.settings.items()}
        name = one(sorted(known.keys() & (SET | lab.scene.looks.keys())))
        return kind, {"name": name, "value": one(SMALL.get(name, known[name]))}
    if kind == "back":
        return kind, {"step": int(rng.integers(lab.trainer.steps + 1))}
    if kind in ("advance", "slow"):
        return "credit", {"n": int(rng.integers(1, 7)), "slow": kind == "slow"}
    if kind == "step":
        return kind, {"who": one(["D", "G", "both"])}
    if kind == "draw":
        return kind, {"points": rng.uniform(*lab.recipe.window, (5, lab.recipe.data.dim)).tolist()}
    if kind == "load":
        return (kind, {"text": one(files)}) if files else ("undo", {})
    return kind, {}


def done(lab, rng, files):
    """Does one such thing, now and then until an interrupt comes; what it was, in words."""
    kind, how = chosen(lab, rng, files)
    k = int(2 ** rng.uniform(0, 13)) if rng.random() < 0.25 else 10**9
    print(kind, how, f"interrupted at line {k}" if k < 10**9 else "", flush=True)
    if k == 10**9:
        say(lab, kind, **how)
    else:
        try:
            with Interrupt(k, lines=True) as interrupt:
                say(lab, kind, **how)
        except KeyboardInterrupt:
            print("at", interrupt.seen)
        say(lab, "pause")  # the page asks where the training is
    files += [message["buffers"][0].decode() for message in of_type(lab, "file") if kind == "keep"][-1:]
    return kind, how


def settled(lab):
    """What must be true of a lab whenever nothing is under way."""
    side, state = lab.sides[0], where(lab.trainer)
    assert torch.is_grad_enabled() and all(network.training for network in lab.trainer.networks.values())
    assert same(where(replayed(lab)), state), lab.code()
    text = settings_file.to_json(side.log.recipe, side.seed, side.runs, side.log.moves)
    shared = settings_file.from_json(text)
    again = Session(shared.recipe, shared.seed, shared.runs, 4)
    again.redo(shared.moves)
    assert same(where(again.trainer), state) and again.recipe == lab.recipe, text
    assert lab.trainer.settings == lab.recipe.trained_by() and lab.trainer.seeds == replayed(lab).seeds
    _shown(lab)


def _shown(lab):
    """The picture, the film and the settings on the page are those of the training."""
    fresh = lab.scene_of((lab.recipe,), lab.runs)
    for name, look in lab.scene.looks.items():
        fresh.look(name, look["values"][look["index"]])
    assert (lab.spec == lab.scene.spec == fresh.spec) is True
    for at, (header, rows) in enumerate(lab.film.frames):
        assert header["step"] <= lab.trainer.steps
        assert kept(lab, at).keys() == (fresh.spec["arrays"]["moving"] | fresh.spec["arrays"]["still"]).keys(), rows
    steps = [header["step"] for header, _ in lab.film.frames]
    assert steps == sorted(set(steps)) and steps[-1] == lab.trainer.steps
    _, still, values = lab.picture(None)
    frames = of_type(lab, "frame")
    stills = [lab._first_still] + [frame["buffers"][1] for frame in frames if len(frame["buffers"]) > 1]
    on_page = frames[-1]["buffers"][0], stills[-1]
    assert (frames[-1]["step"], on_page[1]) == (lab.trainer.steps, still)
    assert lab.film.frames[-1][1] == on_page
    if not frames[-1]["phase"]:
        moving = [unpack(fresh.spec["arrays"]["moving"], rows) for rows in (on_page[0], values)]
        assert all(np.array_equal(moving[0][name], moving[1][name], equal_nan=True) for name in moving[0])
    assert {shown["name"] for shown in lab.controls} == {*lab.settings, *lab.own_settings()}


def walk(opened, seed, moves=12):
    print("seed", seed)
    rng, lab, files = np.random.default_rng(seed), begun(opened, seed), []
    for _ in range(moves):
        done(lab, rng, files)
        settled(lab)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_person_does_code_file_and_picture_are_those_of_the_training(opened, seed):
    walk(opened, seed)


@pytest.mark.slow
@pytest.mark.parametrize("tens", range(2, 52))
def test_and_so_they_are_in_five_hundred_walks(opened, tens):
    for seed in range(10 * tens, 10 * tens + 10):
        walk(opened, seed)


@pytest.mark.parametrize("seed", range(500, 503))
def test_undo_of_all_that_can_be_taken_back_leads_to_where_it_was(opened, seed):
    rng, lab, files = np.random.default_rng(seed), begun(opened, seed), []
    lab.advance(7)
    print("seed", seed)
    for _ in range(25):
        before, spec, sides = (lab.recipe, thetas(lab.trainer), lab.code()), lab.scene.spec, lab.sides
        frames, steps, lab.done = list(lab.film.frames), lab.trainer.steps, []
        kind, _ = done(lab, rng, files)
        if not lab.done:  # nothing that can be taken back
            continue
        lab.advance(3)
        whole = lab.sides is not sides or kind == "back"
        assert lab.undo()
        assert lab.recipe == before[0] and (lab.scene.spec == spec) is True
        assert [arrays for _, arrays in lab.film.frames[: len(frames) - 1]] == [arrays for _, arrays in frames[:-1]]
        if whole:  # else training stays where it is, and goes on with the setting of before
            assert lab.sides is sides and same_weights(thetas(lab.trainer), before[1])
            assert (lab.code(), lab.trainer.steps) == (before[2], steps)
            assert [header["step"] for header, _ in lab.film.frames] == [header["step"] for header, _ in frames]
        settled(lab)
