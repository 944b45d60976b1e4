"""The playground: every control of GAN Lab acts on the training, drawings are trained on, files give the same again."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.messages import listened

from gan_lessons.distributions.noise import NormalNoise, UniformNoise
from gan_lessons.distributions.plane import Line, Points, Ring, ThreeBlobs, TwoGaussians
from gan_lessons.labs import controls
from gan_lessons.labs.controls import STARTS
from gan_lessons.labs.playground import Playground
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.penalties import R1
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.choices import DATA, LOSSES, NOISES
from gan_lessons.recipes.toys import BY_NAME
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import WorseOnly

SQUARE = [(-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (0.0, 0.5)]


@pytest.fixture
def opened():
    """Opens playgrounds, each with `sent`: the messages that it sent to the page; closes them in the end."""
    labs = []

    def make(recipe=recipes.gan_lab_gaussians, **more):
        lab = Playground(recipe, name=f"test {len(labs)}", **more)
        labs.append(listened(lab))
        return lab

    yield make
    for lab in labs:
        lab.close()


def say(lab, kind, **more):
    lab.receive(None, {"type": kind, **more}, [])
    return [message for message in lab.sent if message["type"] == "settings"][-1:]


def thetas(lab):
    return [player.theta.clone() for player in (lab.trainer.players["D"], lab.trainer.players["G"])]


def same(some, other):
    return all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(some, other, strict=True))


def option(lab, name):
    return next(option for option in lab.controls if option["name"] == name)


def hidden(player):
    return [tuple(layer.weight.shape[-2:]) for layer in player.network.layers[:-1]]


# GAN Lab's controls: what is moved, to what, and what must then be true of the training
GAN_LAB = [
    ("data", "line", lambda t: isinstance(t.settings["data"], Line)),
    ("data", "ring of 8", lambda t: isinstance(t.settings["data"], Ring)),
    ("data", "three blobs", lambda t: isinstance(t.settings["data"], ThreeBlobs)),
    ("noise", "Gaussian, 1-D", lambda t: t.settings["noise"] == NormalNoise(1)),
    ("noise", "uniform, 1-D", lambda t: t.settings["noise"] == UniformNoise(-1.0, 1.0, 1)),
    ("noise", "uniform, 2-D", lambda t: t.settings["noise"] == UniformNoise(-1.0, 1.0, 2)),
    ("g_layers", 0, lambda t: hidden(t.players["G"]) == []),
    ("g_layers", 5, lambda t: hidden(t.players["G"]) == [(2, 8), *[(8, 8)] * 4]),
    ("d_layers", 1, lambda t: hidden(t.players["D"]) == [(2, 8)]),
    ("d_layers", 5, lambda t: len(hidden(t.players["D"])) == 5),
    ("g_width", 100, lambda t: hidden(t.players["G"]) == [(2, 100), (100, 100)]),
    ("d_width", 1, lambda t: hidden(t.players["D"]) == [(2, 1), (1, 1)]),
    ("d_steps", 10, lambda t: t.settings["schedule"].d_steps == 10),
    ("d_steps", 0, lambda t: t.settings["schedule"].d_steps == 0),
    ("g_steps", 10, lambda t: t.settings["schedule"].g_steps == 10),
    ("g_steps", 0, lambda t: t.settings["schedule"].g_steps == 0),
    ("loss", "least squares", lambda t: t.settings["objective"] is losses.least_squares),
    ("d_optimizer", "Adam", lambda t: isinstance(t.settings["d_optimizer"], Adam)),
    ("g_optimizer", "Adam", lambda t: isinstance(t.settings["g_optimizer"], Adam)),
    *((f"{who}_lr", lr, None) for who in "dg" for lr in (0.001, 0.003, 0.01, 0.3, 1)),
    ("batch", 64, lambda t: t.settings["batch"] == 64),
]


@pytest.mark.parametrize(("name", "value", "true"), GAN_LAB, ids=lambda part: None if callable(part) else str(part))
def test_every_control_of_gan_lab_acts_on_training(opened, name, value, true):
    lab, twin = opened(), opened()
    assert value in option(lab, name)["values"]
    lab.advance(4), twin.advance(4)
    say(lab, "set", name=name, value=value)
    shown = option(lab, name)
    [told] = [message for message in lab.sent if message["type"] == "settings"][-1:]
    assert shown["values"][told["index"][name]] == value
    assert true is None or true(lab.trainer)
    if name.endswith("_lr"):
        assert lab.trainer.settings[f"{name[0]}_optimizer"].lr == value
    lab.advance(12 - lab.trainer.steps), twin.advance(8)
    assert not same(thetas(lab), thetas(twin))


def test_its_defaults_are_gan_labs():
    lab = Playground(name="defaults")
    recipe = lab.recipe
    assert isinstance(recipe.data, TwoGaussians) and recipe.noise == NormalNoise(2)
    assert (recipe.generator.hidden, recipe.discriminator.hidden, recipe.batch) == ((8, 8), (8, 8), 150)
    assert (recipe.d_optimizer, recipe.g_optimizer) == (SGD(0.1), SGD(0.03))
    assert (recipe.schedule.d_steps, recipe.schedule.g_steps) == (2, 1)
    lab.close()


MORE = [
    *(("data", word) for word in DATA),
    *(("noise", word) for word in NOISES),
    *(("loss", word) for word in LOSSES),
    *(("start", word) for word in STARTS),
    ("penalties", "R1, weight .1"),
    ("penalties", "WGAN-GP, weight 10"),
    ("minibatch", "5 kernels of 3"),
    ("pack", 3),
    ("unroll", 2),
    ("d_norm", "spectral"),
    ("g_norm", "batch"),
    ("instance_noise", "sd 0.5, gone at step 2,000"),
    ("clip", 0.1),
    ("averaging", 0.1),
    ("moves", "both at once"),
    ("moves", "only the worse"),
    ("d_members", 3),
    ("g_members", 2),
    ("runs", 4),
]


@pytest.mark.parametrize(("name", "value"), MORE)
def test_every_other_choice_can_be_made_plays_and_can_be_taken_back(opened, name, value):
    lab = opened()
    lab.advance(3)
    before, recipe = thetas(lab), lab.recipe
    [told] = say(lab, "set", name=name, value=value)
    assert option(lab, name)["values"][told["index"][name]] == value
    lab.advance(2)
    frame = [message for message in lab.sent if message["type"] == "frame"][-1]
    assert np.isfinite(np.frombuffer(frame["buffers"][0], np.float32)).sum() > 500
    if lab.recipe != recipe or name == "runs":
        say(lab, "undo")
        assert lab.recipe == recipe and lab.runs == 1
        if lab.trainer.steps == 3:  # it had begun again: what was there is back
            assert same(thetas(lab), before)


def test_every_setting_is_tried():
    tried = {name for name, *_ in GAN_LAB} | {name for name, _ in MORE}
    assert {*controls.everything(recipes.ring), *controls.everything(recipes.steady)} - tried == {
        "mean",
        "sd",
    }  # sliders of the player, tried there


def test_what_cannot_work_together_is_said_and_changes_nothing(opened):
    lab = opened()
    lab.set("minibatch", "5 kernels of 3")
    lab.advance(2)
    before, recipe = thetas(lab), lab.recipe
    [told] = say(lab, "set", name="penalties", value="R1, weight .1")
    assert told["note"].startswith("That does not work: penalties: R1 asks for the slope")
    assert same(thetas(lab), before) and lab.recipe == recipe
    assert option(lab, "penalties")["values"][told["index"]["penalties"]] == "none"


def test_an_answer_that_an_interrupt_cut_off_is_given_with_the_next_message(opened, monkeypatch):
    lab = opened()

    def interrupted():
        raise KeyboardInterrupt

    def offered():
        return {shown["name"] for shown in lab.controls}

    with monkeypatch.context() as patch:
        patch.setattr(lab.page, "offer_settings", interrupted)
        with pytest.raises(KeyboardInterrupt):
            say(lab, "set", name="moves", value="only the worse")
    assert lab.trainer.settings["schedule"] == WorseOnly() and "threshold" not in offered()
    say(lab, "pause")
    assert "threshold" in offered() and lab.sent[-1]["type"] == "settings"
    say(lab, "pause")
    assert lab.sent[-1]["type"] != "settings"  # once is enough


@pytest.mark.parametrize(
    "name", [name for name, one in controls.everything(recipes.ring).items() if one.kind == "choice"]
)
def test_an_unknown_word_is_refused_by_name(opened, name):
    lab = opened()
    with pytest.raises(ValueError, match=f"{name}.* must be one of .*, not 'nonsense'"):
        lab.set(name, "nonsense")


def test_undo_goes_back_step_by_step(opened):
    lab = opened()
    lab.advance(5)
    start = lab.recipe
    lab.set("d_lr", 0.3)
    lab.advance(2)
    lab.set("g_width", 16)
    lab.advance(4)
    lab.back_to(2)
    assert [lab.undo(), lab.trainer.steps] == ["going back", 4]
    assert [lab.undo(), lab.trainer.steps, lab.recipe.generator.hidden] == ["width of G", 7, (8, 8)]
    assert lab.undo() == "D's learning rate" and lab.recipe == start and lab.trainer.steps == 7
    assert lab.undo() == ""
    told = say(lab, "undo")[0]
    assert told["note"] == "There is nothing to take back." and told["undo"] == ""


def test_the_film_follows_undo_and_going_back(opened):
    lab = opened()
    for _ in range(6):
        lab.advance(1)
    steps = lambda: [header["step"] for header, _ in lab.film.frames]  # noqa: E731
    assert steps() == [0, 1, 2, 3, 4, 5, 6]
    lab.back_to(3)
    assert steps() == [0, 1, 2, 3]
    lab.undo()
    assert steps() == [0, 1, 2, 3, 4, 5, 6]
    lab.restart()
    assert steps() == [0]
    lab.undo()
    assert steps() == [0, 1, 2, 3, 4, 5, 6]


# -- drawing


def test_a_drawing_is_trained_on_and_kept(opened):
    lab = opened()
    say(lab, "draw", points=SQUARE)
    data = lab.trainer.settings["data"]
    assert isinstance(data, Points) and data.points == tuple(SQUARE) and lab.drawn.tolist() == [list(p) for p in SQUARE]
    assert option(lab, "data")["values"][option(lab, "data")["index"]] == "drawn by you"
    lab.advance(20)
    names = {}
    exec(lab.code(), names)
    assert same(thetas(lab), [p.theta for p in (names["gan"].players["D"], names["gan"].players["G"])])


def test_a_drawing_on_a_line(opened):
    lab = opened(recipes.steady)
    say(lab, "draw", points=[[1.0], [1.5], [5.0]])
    assert lab.trainer.settings["data"].dim == 1 and lab.drawn.shape == (3, 1)
    lab.advance(5)


@pytest.mark.parametrize(
    "points", [[], [[0.0, 0.0]], [[0.5, 0.5]] * 4, [[float("inf"), 0.0], [0.0, 0.0]], [[0.0], [float("nan")]]]
)
def test_a_drawing_that_cannot_be_trained_on_is_said_and_changes_nothing(opened, points):
    lab = opened()
    lab.advance(3)
    before = thetas(lab)
    [told] = say(lab, "draw", points=points)
    assert told["note"].startswith("That does not work: ") and "Traceback" not in told["note"]
    assert same(thetas(lab), before) and lab.drawn is None


def test_own_data_of_any_scale_are_trained_on_from_an_array_or_a_file(opened, tmp_path):
    lab, given = opened(recipes.ring), np.random.default_rng(0).normal((3.5, 71.0), (1.1, 13.5), (3000, 2))
    said = lab.draw(given)
    assert said.startswith("3,000 points of your own, less (") and said.endswith(", by ring.")
    assert len(lab.trainer.settings["data"].points) == 3000 and (lab.drawn == given).all()
    np.savetxt(tmp_path / "geyser.csv", given[:50], delimiter=",", header="minutes,wait", comments="")
    assert lab.draw(tmp_path / "geyser.csv").startswith("50 points of geyser.csv, less (")
    lab.advance(2)
    assert "geyser.csv: the real data" in lab.scene.title


def test_a_page_names_the_data_that_it_shows(opened):
    lab = opened(recipes.ring)
    assert recipes.ring.source in lab.page_text() and "<title>ring, seed 0" in lab.page_text()
    lab.draw(SQUARE)
    lab.advance(1)
    for _ in range(2):  # also after the same was done again
        page = lab.page_text()
        assert "What is trained: 5 points of your own, by ring." in page and "<title>your own data, seed 0" in page
        assert recipes.ring.source not in page and "your own data: the real data" in page
        lab.load_text(lab.settings_text())
    lab.set("data", "two moons")
    assert "What is trained: two moons, by ring." in lab.page_text() and recipes.ring.source not in lab.page_text()


# -- files


def test_a_settings_file_gives_the_very_state_again(opened, tmp_path):
    lab = opened(runs=2, seed=5)
    lab.advance(7), lab.set("d_lr", 0.03), lab.step("G"), lab.advance(4)
    lab.save(tmp_path / "mine.json")
    other = opened()
    other.load(tmp_path / "mine.json")
    assert (other.recipe, other.seed, other.runs) == (lab.recipe, 5, 2) and same(thetas(lab), thetas(other))
    lab.advance(3), other.advance(3)
    assert same(thetas(lab), thetas(other)) and lab.code() == other.code()
    assert other.undo() == "loading" and other.trainer.steps == 0


def test_the_page_saves_and_loads(opened):
    lab = opened()
    lab.advance(5)
    say(lab, "keep"), say(lab, "page")
    files = [message for message in lab.sent if message["type"] == "file"]
    assert [file["name"] for file in files] == ["gan_settings.json", "gan.html"]
    settings, page = (file["buffers"][0].decode() for file in files)
    assert page.startswith("<!doctype html>") and "://" not in page
    other = opened()
    say(other, "load", text=settings)
    assert same(thetas(lab), thetas(other))


@pytest.mark.parametrize(
    "text", ["", "{}", "[1, 2]", "not json", '{"format": "another"}', '{"format": "gan_lessons settings"}']
)
def test_a_foreign_file_is_said_and_changes_nothing(opened, text):
    lab = opened()
    lab.advance(3)
    before = thetas(lab)
    [told] = say(lab, "load", text=text)
    assert told["note"].startswith("That does not work: ") and same(thetas(lab), before)


@pytest.mark.parametrize(("call", "name"), [("save", "mine.txt"), ("save_page", "mine.htm")])
def test_files_have_the_endings_of_what_they_are(opened, tmp_path, call, name):
    with pytest.raises(ValueError, match=f"path must be a name that ends in .*, not '{name}'"):
        getattr(opened(), call)(tmp_path / name)
    assert not any(tmp_path.iterdir())


# -- a run that diverges


def test_a_run_that_diverges_stops_and_can_be_rescued(opened):
    wild = SGD(1e6)
    lab = opened(replace(recipes.ring, objective=losses.wasserstein, g_optimizer=wild, d_optimizer=wild))
    lab.speed = 1
    lab.sent.clear()
    say(lab, "credit", n=200)
    kinds = [message["type"] for message in lab.sent]
    assert "stopped" in kinds and lab.trainer.diverged[0] > 0 and lab.trainer.steps < 200
    frame = [message for message in lab.sent if message["type"] == "frame"][-1]
    assert frame["notice"].startswith(f"Run 1 diverged at step {lab.trainer.diverged[0]}: ")
    first = lab.trainer.diverged[0]
    [told] = say(lab, "back")
    assert lab.trainer.steps == first - 1 and lab.trainer.diverged[0] == -1
    assert told["note"].startswith(f"Back at step {first - 1:,}")
    assert [header["step"] for header, _ in lab.film.frames][-1] == first - 1


def test_choices_name_their_own_values():
    lab = Playground(name="values")
    for choice in lab.settings.values():
        now = choice.get(lab.recipe)
        assert now in controls.options(choice, lab.recipe)["values"]
        assert choice.put(lab.recipe, now) == lab.recipe
    lab.close()


def test_what_stands_in_no_list_is_kept(opened):
    odd = replace(recipes.ring, name="odd", penalties=(R1(0.37),), noise=NormalNoise(5))
    lab = opened(odd)
    assert option(lab, "penalties")["values"][option(lab, "penalties")["index"]] == "as the recipe has it"
    lab.set("penalties", "as the recipe has it")
    assert lab.recipe == odd


def test_starts_are_recipes():
    assert all(name in BY_NAME for name in STARTS)


def test_settings_stay_when_others_change(opened):
    """GAN Lab's loss fell back when its layers changed."""
    lab = opened()
    for name, value in (
        ("loss", "least squares"),
        ("d_lr", 0.03),
        ("noise", "uniform, 2-D"),
        ("d_layers", 3),
        ("g_width", 12),
    ):
        lab.set(name, value)
    lab.set("data", "spiral")
    recipe = lab.recipe
    assert (recipe.objective, recipe.d_optimizer, recipe.noise) == (
        losses.least_squares,
        SGD(0.03),
        NOISES["uniform, 2-D"],
    )
    assert (recipe.discriminator.hidden, recipe.generator.hidden) == ((8, 8, 8), (12, 12))
    assert hidden(lab.trainer.players["D"]) == [(2, 8), (8, 8), (8, 8)]


def test_restart_keeps_settings_and_drawing(opened):
    lab = opened()
    lab.draw(SQUARE), lab.set("d_lr", 0.03), lab.advance(5)
    recipe = lab.recipe
    say(lab, "restart")
    assert lab.recipe == recipe and lab.trainer.steps == 0 and lab.drawn.tolist() == [list(point) for point in SQUARE]
    first = thetas(lab)
    say(lab, "seed")
    assert lab.recipe == recipe and lab.seed == 1 and not same(thetas(lab), first)


def test_what_the_picture_shows_stays_when_another_picture_comes(opened):
    lab = opened()
    say(lab, "set", name="heat", value="D*"), say(lab, "set", name="metric", value="JSD")
    say(lab, "set", name="g_layers", value=3)
    say(lab, "set", name="data", value="ring of 8")
    chosen = {name: look["values"][look["index"]] for name, look in lab.scene.looks.items()}
    assert chosen == {"heat": "D*", "metric": "JSD"} and "JSD" in lab.spec["panels"][-1]["title"]


def test_loading_shows_how_far_it_is_and_fills_the_film(opened, tmp_path):
    lab, other = opened(), opened()
    lab.advance(650), lab.set("d_lr", 0.03), lab.advance(30)
    lab.save(tmp_path / "long.json")
    other.sent.clear()
    other.load(tmp_path / "long.json")
    steps = [message["step"] for message in other.sent if message["type"] == "frame"]
    assert steps[-4:] == [200, 400, 600, 680] and same(thetas(lab), thetas(other)) and lab.code() == other.code()
    assert [header["step"] for header, _ in other.film.frames] == [0, 200, 400, 600, 680]


def test_loading_what_changed_its_picture_on_the_way(opened, tmp_path):
    lab, other = opened(), opened()
    lab.advance(250), lab.set("loss", "hinge"), lab.advance(10)
    lab.save(tmp_path / "changed.json")
    other.load(tmp_path / "changed.json")
    assert other.spec == lab.spec and [header["step"] for header, _ in other.film.frames] == [260]
    assert same(thetas(lab), thetas(other))


# -- anything, in any order
