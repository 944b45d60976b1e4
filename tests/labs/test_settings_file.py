"""A settings file says exactly what was on screen, and nothing that it says can do harm."""

import copy
import json
from dataclasses import is_dataclass, replace

import pytest
import torch
from helpers.players import varied

from gan_lessons._core import as_json
from gan_lessons._core.settings import KINDS, Decay
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.drawn import drawn
from gan_lessons.distributions.line import Gaussian, Mixture, Uniform
from gan_lessons.distributions.noise import Noise, NormalNoise, UniformNoise
from gan_lessons.distributions.plane import Blobs, Grid, Line, Points, Spiral, SwissRoll, TwoMoons
from gan_lessons.labs.log_as_python import Log
from gan_lessons.labs.settings_file import LIMIT, Shared, from_json, load, save, to_json
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.penalties import R1, GradientPenalty, Penalty
from gan_lessons.models.architecture import Architecture
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.recipes import comparison, digits, remedies
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.decays import CosineDecay, ExponentialDecay, LinearDecay, StepDecay
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD, Adam, Optimizer
from gan_lessons.trainers.schedules import InTurn, Schedule, Simultaneous

RING = recipes.ring
SMALL = varied(
    recipes.steady,
    {"hidden": (3,)},
    {"hidden": (4, 3)},
    batch=6,
    penalties=(R1(0.1, LinearDecay(50)),),
    instance_noise=InstanceNoise(0.5),
    objective=losses.LabelSmoothing(0.9),
    d_optimizer=Adam(1e-2, betas=(0.0, 0.9), decay=StepDecay(10, 0.5), clip=0.3),
)
MOVES = [
    ("advance", 3, None),
    ("advance", 1, InTurn(1, 0)),
    ("change", {"batch": 4, "d_optimizer": SGD(0.1 + 0.2, decay=CosineDecay(30, 0.1))}),
    ("part", InTurn(2, 0)),
    ("advance", 2, Simultaneous()),
]


def same(shared, recipe, seed=3, runs=2, moves=()):
    """Equal, and equal in words too: 1 is no 1.0 there, and a list no tuple."""
    wanted = Shared(recipe, seed, runs, tuple(moves))
    return shared == wanted and repr(shared) == repr(wanted)


# -- there and back


@pytest.mark.parametrize("recipe", recipes.BY_NAME.values(), ids=lambda recipe: recipe.name)
def test_every_recipe_comes_back_exactly(recipe):
    assert same(from_json(to_json(recipe, 3, 2)), recipe)


@pytest.mark.parametrize("remedy", remedies.ALL, ids=lambda remedy: remedy.name)
def test_every_remedy_comes_back_exactly(remedy):
    recipe = remedy(comparison.ring(700))
    assert same(from_json(to_json(recipe, 3, 2)), recipe)


SOFT = losses.LabelSmoothing(0.8)
OTHERS = {
    "plane, drawn": replace(RING, data=drawn([[0.1, 1 / 3], [-0.2, 1e-7], [1, -1]], (-2, 2))),
    "plane, points": replace(RING, data=Points([[0, 0], [1, 1]])),
    "plane, blobs": replace(RING, data=Blobs([[0, 0], [1, 0.1]], (0.1, 0.2))),
    "plane, grid": replace(RING, data=Grid(3, 0.7), noise=UniformNoise(-1.0, 1.0, 2)),
    "plane, line": replace(RING, data=Line((0, 0), (1, 2))),
    "plane, roll": replace(RING, data=SwissRoll(), schedule=Simultaneous()),
    "plane, spiral": replace(RING, data=Spiral(3)),
    "plane, moons": replace(RING, data=TwoMoons(), noise=Gaussian(0.0, 2.0)),
    "line, drawn": replace(recipes.steady, data=drawn([[1], [2.5], [2.6]], (-2, 8))),
    "line, mixture": replace(recipes.steady, data=Mixture((0, 1, 5), (1, 2, 0.1))),
    "line, uniform": replace(recipes.steady, data=Uniform((0.0, 1.0), (2.0, 3.0))),
    "one number a run": replace(SMALL, data=Gaussian((1.0, 2.0), 0.1), d_optimizer=Adam((0.1, 0.2))),
    "all at once": varied(
        RING,
        {"norm": "batch"},
        {"pack": 2, "init": "spread"},
        unroll=3,
        penalties=(R1(1 / 3), GradientPenalty((1.0, 2.0))),
    ),
    "compared": varied(
        RING,
        d={"minibatch": Minibatch(2, 3, 0.5, 0.1)},
        d_optimizer=SGD(0.1, historical_averaging=0.1),
        g_optimizer=SGD(0.1, ema=0.9),
    ),
    "falling": replace(RING, g_optimizer=Adam(0.1, decay=ExponentialDecay(100, 0.01, 7)), objective=SOFT),
}  # fmt: skip


@pytest.mark.parametrize("recipe", OTHERS.values(), ids=OTHERS)
def test_other_settings_come_back_exactly(recipe):
    assert same(from_json(to_json(recipe, 3, 2)), recipe)


def test_moves_come_back_exactly_and_lead_to_the_same_weights():
    shared = from_json(to_json(SMALL, 3, 2, MOVES))
    assert same(shared, SMALL, moves=MOVES)
    trained = [replay(Shared(SMALL, 3, 2, tuple(MOVES))), replay(shared)]
    for ours, theirs in zip(*[(t.players["G"].theta, t.players["D"].theta) for t in trained], strict=True):
        assert torch.equal(ours, theirs)
    assert trained[1].steps == 6 and not torch.equal(
        trained[1].players["D"].theta, replay(Shared(SMALL, 3, 2)).players["D"].theta
    )


def replay(shared):
    gan = shared.recipe.trainer(range(shared.seed, shared.seed + shared.runs))
    for kind, first, *rest in shared.moves:
        gan.change(**first) if kind == "change" else getattr(gan, kind)(first, *rest)
    return gan


def test_the_log_of_a_lab_is_what_a_file_keeps():
    log = Log(SMALL, 3, 2)
    log.advance(2), log.advance(1, InTurn(0, 1)), log.change(batch=12), log.part(InTurn()), log.advance(3)
    shared = from_json(to_json(log.recipe, log.seed, log.runs, log.moves))
    again = Log(shared.recipe, shared.seed, shared.runs)
    again.moves = list(shared.moves)
    assert again.code() == log.code()


def test_every_public_setting_of_the_package_has_a_name_in_files():
    def offspring(base):
        return {base}.union(*(offspring(kind) for kind in base.__subclasses__()))

    for base in (Distribution, Optimizer, Penalty, Schedule, Decay, Architecture):
        public = {k for k in offspring(base) - {base} if k.__module__.startswith("gan_lessons") and is_dataclass(k)}
        abstract = {Noise, *(kind for kind in public if kind.__subclasses__() and kind not in KINDS.values())}
        named = {kind.__name__ for kind in public - abstract if not kind.__name__.startswith("_")}
        assert named and named == {
            name for name, kind in KINDS.items() if isinstance(kind, type) and issubclass(kind, base)
        }
    assert {objective.name for objective in losses.BY_NAME.values()} <= KINDS.keys()


# -- what is refused


def document(recipe=SMALL, moves=MOVES):
    return json.loads(to_json(recipe, 3, 2, moves))


def changed(path, value):
    """The document with another value at a path, as text."""
    known = document()
    place = known
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(known)


def images():
    """A file of what is no toy."""
    known = document(moves=[])
    known["recipe"] |= {key: as_json.written(key, getattr(digits.lean_dcgan, key)) for key in IMAGES}
    return json.dumps(known | {"runs": 1})


IMAGES = ("data", "generator", "discriminator", "penalties")
G_HIDDEN, D_HIDDEN = ["recipe", "generator", "hidden"], ["recipe", "discriminator", "hidden"]
NOTHING = {"kind": "Nothing"}
REFUSED = [
    ("", "whole JSON"),
    ("{} {}", "whole JSON"),
    ("[]", "its format is 'gan_lessons settings'"),
    ('{"cells": [], "nbformat": 4}', "its format is 'gan_lessons settings'"),
    (changed(["version"], 1), "version must be 2, which is the one that this gan_lessons reads, not 1"),
    (changed(["hello"], 2), r"must have \['format', .*but this one has .*'hello'"),
    (json.dumps({"format": "gan_lessons settings", "version": 2}), "must have .*'recipe'"),
    (to_json(SMALL, 3, 2).replace('"seed": 3', '"seed": NaN'), "NaN is not a number"),
    (to_json(SMALL, 3, 2).replace('"seed": 3', '"seed": 1e999'), "seed must be a whole number .*, not inf"),
    (changed(["seed"], -1), "seed must be a whole number of at least 0, not -1"),
    (changed(["seed"], 2**60), f"seed must be at most {2**53}"),
    (changed(["runs"], 2.0), "runs must be a whole number of at least 1, not 2.0"),
    (changed(["runs"], 10_001), "runs must be at most 10000, not 10001"),
    (changed(["recipe"], None), r"recipe must be an object whose kind is one of \['Recipe'\], not None"),
    (changed(["recipe", "name"], 3), "recipe, Recipe: name must be a text, not 3"),
    (changed(["recipe", "name"], "x" * 1001), "recipe.name must be a text of at most 1000 letters"),
    (changed(["recipe", "name"], "\ud800"), "recipe.name must be a text"),
    (changed(["recipe", "batch"], 100_001), "recipe.batch must be at most 100000, not 100001"),
    (changed(["recipe", "batch"], True), "recipe, Recipe: batch must be a whole number of at least 1, not True"),
    (changed(["recipe", "batch"], [6]), "recipe, Recipe: batch must be a whole number of at least 1, not .6,."),
    (changed(["recipe", "batch"], {}), "recipe.batch must be a number, a text or a list of numbers, not {}"),
    (changed(G_HIDDEN, [4097]), "recipe.generator.hidden must be at most 4096, not 4097"),
    (changed(G_HIDDEN, [2] * 21), "recipe.generator.hidden must be a list of at most 20, not '21 of them'"),
    (changed(D_HIDDEN, [4096] * 9), r"networks' size must be at most 5e\+08 numbers .*, not 'about 1"),
    (changed(["recipe", "discriminator", "pack"], 4), "batch of 6 cannot be"),
    (changed(["recipe", "bathc"], 4), r"recipe has a setting 'bathc', but only \['name', 'source', 'data'"),
    (changed(["recipe", "data"], {"kind": "NormalNoise"}), "recipe.data must be an object whose kind is one of"),
    (changed(["recipe", "data"], {"kind": "DrawnLine", "jitter": 1.0}), r"must have .*, but \['points'\] is not"),
    (changed(["recipe", "noise"], NOTHING), "recipe.noise must be an object whose kind is one of .*, not 'Nothing'"),
    (changed(["recipe", "noise", "kind"], ["NormalNoise"]), "recipe.noise must be an object whose kind"),
    (changed(["recipe", "d_optimizer"], {"kind": "Optimizer", "lr": 1}), r"one of \['Adam', 'SGD'\], not 'Optimizer'"),
    (changed(["recipe", "d_optimizer", "lr"], -1), "recipe.d_optimizer, Adam: lr must be a finite number of at"),
    (changed(["recipe", "d_optimizer", "lr"], [0.1] * 3), "lr must be one number, or one for each of the 2 runs"),
    (changed(["recipe", "d_optimizer", "lr"], "0.1"), "lr must be a finite number, or a flat sequence"),
    (changed(["recipe", "d_optimizer", "decay"], {"kind": "InTurn"}), "decay must be an object whose kind is one of"),
    (changed(["recipe", "schedule"], None), r"schedule must be .*\['InTurn', 'OneByOne', .*, 'WorseOnly'\], not None"),
    (changed(["recipe", "schedule", "d_steps"], 1001), "recipe.schedule.d_steps must be at most 1000, not 1001"),
    (changed(["recipe", "penalties"], {"kind": "R1"}), "recipe.penalties must be a list"),
    (changed(["recipe", "penalties", 0], {"kind": "Penalty"}), r"recipe.penalties\[0\] must be an object whose kind"),
    (changed(["recipe", "objective"], "hinge"), "recipe.objective must be an object whose kind is one of"),
    (changed(["recipe", "objective"], {"kind": "hinge", "d": "x"}), "has a setting 'd', but only"),
    (changed(["recipe", "objective"], {"kind": "smoothed"}), "recipe.objective must be an object .*, not 'smoothed'"),
    (changed(["recipe", "objective"], {"kind": "LabelSmoothing", "real": 0.4}), "LabelSmoothing: real must be a"),
    (changed(["recipe", "generator"], {"kind": "MLP", "pack": 2}), "pack must be left out in a network for G"),
    (changed(["recipe", "generator"], {"kind": "Architecture"}), "recipe.generator must be an object whose kind"),
    (to_json(SMALL, 3, 2).replace('"kind": "MLP"', '"kind": "DCGAN"'), "has a setting"),
    (images(), "recipe must be one whose data lie on a line or in the plane"),
    (changed([*D_HIDDEN[:2], "minibatch"], {"kind": "Minibatch"}), "R1 asks for the slope of D at single samples"),
    (changed(["moves"], {}), "moves must be a list, not {}"),
    (changed(["moves", 0], ["advance", 3]), r"move 1 must be \[\"advance\", steps, schedule or null\], .*, not \['adv"),
    (changed(["moves", 0], []), "move 1 must be"),
    (changed(["moves", 0], "advance"), "move 1 must be a list, not 'advance'"),
    (changed(["moves", 0], ["advance", 0.5, None]), "move 1: steps must be a whole number of at least 0, not 0.5"),
    (changed(["moves", 0], ["advance", 10**7, None]), "all steps together must be at most 10000000, not 10000003"),
    (changed(["moves", 2], ["change", {"generator": {"kind": "MLP"}}]), "move 3 has a setting 'generator', but only"),
    (changed(["moves", 2], ["change", {"batch": 0}]), "move 3: batch must be a whole number of at least 1, not 0"),
    (changed(["moves", 2], ["change", {"noise": {"kind": "NormalNoise", "dim": 2}}]), "move 3: noise of 2 dimensions"),
    (changed(["moves", 2], ["change", {"g_optimizer": {"kind": "SGD", "lr": [1, 2, 3]}}]), "move 3: lr .* the 2 runs"),
    (changed(["moves", 3], ["part", None]), "move 4 must be an object whose kind is one of"),
    (changed(["moves", 3], ["__class__", 1]), "move 4 must be"),
    ("[" * 100_000, "lists in lists"),
    (changed(G_HIDDEN, "TOO DEEP").replace('"TOO DEEP"', "[" * 900 + "]" * 900), "lists in lists|whole"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_is_refused_in_a_plain_sentence(text, words):
    with pytest.raises(ValueError, match=words) as caught:
        from_json(text)
    assert len(str(caught.value)) < 500


def test_data_without_a_density_cannot_be_learned_in_advance():
    for data in (recipes.ring.data, Points([[0, 0], [1, 1]])):
        known = document(replace(RING, data=data), [])
        known["recipe"]["pretrain"] = 5
        with pytest.raises(ValueError, match=r"recipe\.pretrain must be 0 where the data are not on a line"):
            from_json(json.dumps(known))


def test_a_text_that_is_too_long_is_refused_and_one_with_a_mark_at_its_beginning_is_read():
    with pytest.raises(ValueError, match="at most 1,000,000 letters long"):
        from_json(" " * (LIMIT + 1))
    with pytest.raises(ValueError, match="text must be the text of a settings file, not b'x'"):
        from_json(b"x")
    assert same(from_json("\ufeff" + to_json(SMALL, 3, 2)), SMALL)


def test_settings_that_a_file_left_out_are_at_their_defaults():
    known = document(recipes.steady, [])
    for name in ("pretrain", "penalties", "schedule", "objective", "unroll"):
        del known["recipe"][name]
    assert same(from_json(json.dumps(known)), recipes.steady)


def test_what_a_file_cannot_name_is_not_written(tmp_path):
    class Mine(InTurn):
        pass

    mine = losses.Objective("mine", losses.hinge.losses)
    for recipe, words in (
        (
            replace(SMALL, schedule=Mine()),
            r"schedule must be one of \['InTurn', 'OneByOne', 'Simultaneous', 'WorseOnly'\], which a file can name",
        ),
        (replace(SMALL, objective=mine), "objective must be one of .*'hinge'.* not losses.mine"),
        (replace(SMALL, d_optimizer=Adam(0.1, decay=lambda updates: 1.0)), "decay must be one of .*'CosineDecay'"),
        (replace(SMALL, name="x" * 1001), "recipe.name must be a text of at most 1000 letters"),
    ):
        with pytest.raises(ValueError, match=words):
            save(tmp_path / "mine.json", recipe, 3, 2)
    with pytest.raises(ValueError, match="runs must be at most 10000"):
        save(tmp_path / "mine.json", SMALL, 0, 20_000)
    assert list(tmp_path.iterdir()) == []


# -- fuzz


def test_a_text_cut_off_anywhere_is_refused():
    text = to_json(SMALL, 3, 2, MOVES)
    for end in range(0, len(text) - 1, 37):
        with pytest.raises(ValueError, match="whole JSON"):
            from_json(text[:end])


def places(value, path=()):
    """All paths in a document."""
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*path, key))


STRANGE = [
    None,
    True,
    -1,
    0,
    0.5,
    10**400,
    1e300,
    "x",
    "",
    [],
    [None],
    [[1, 2], [3]],
    [{}],
    {},
    {"kind": "Adam", "lr": 1},
]


def test_swapped_types_are_refused_or_settings_that_can_be_written_again():
    known = document()
    paths, refused = [path for path in places(known) if path], 0
    for path in paths:
        for strange in STRANGE:
            other = copy.deepcopy(known)
            place = other
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = strange
            try:
                shared = from_json(json.dumps(other))
            except ValueError:  # any other error fails here
                refused += 1
            else:
                assert to_json(shared.recipe, shared.seed, shared.runs, shared.moves)
    assert refused > 0.7 * len(paths) * len(STRANGE)


# -- files


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "lab.json"
    assert save(path, SMALL, 3, 2, MOVES) == path
    assert same(load(path), SMALL, moves=MOVES)
    with pytest.raises(ValueError, match="schedule must be one of"):
        save(path, replace(SMALL, schedule=lambda trainer: None), 3, 2)
    assert same(load(path), SMALL, moves=MOVES)
    save(path, RING, 0, 1)
    assert load(path) == Shared(RING, 0, 1)
    assert [file.name for file in path.parent.iterdir()] == ["lab.json"]


def test_a_file_that_is_none_is_refused_by_its_name(tmp_path):
    (tmp_path / "picture.json").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    (tmp_path / "long.json").write_text(" " * (LIMIT + 5))
    for name, words in (
        ("none.json", "No such file"),
        ("", "s a directory"),
        ("picture.json", "utf-8"),
        ("long.json", "at most 1,000,000 letters"),
    ):
        with pytest.raises(ValueError, match=f"path: .*{name}.*{words}"):
            load(tmp_path / name)
    with pytest.raises(ValueError, match=r"path must be a name that ends in .json, not 'lab.py'"):
        save(tmp_path / "lab.py", SMALL, 3, 2)


def test_noise_of_many_dimensions_is_too_much_for_many_runs():
    recipe = replace(SMALL, noise=NormalNoise(4096))
    assert from_json(to_json(recipe, 0, 2)).recipe == recipe
    with pytest.raises(ValueError, match=r"the networks' size must be at most 5e\+08 numbers"):
        to_json(recipe, 0, 1000)
