"""The latent lab, headless: planes and ways, the nearest training images, and what is said to the page."""

import io
import threading
from dataclasses import replace

import ipywidgets
import numpy as np
import pytest
import torch
from helpers.players import varied
from PIL import Image

from gan_lessons._core.randomness import initialize
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.labs.latent import LatentLab
from gan_lessons.labs.latent_shown import OFFSETS, SIZE, STEPS
from gan_lessons.metrics import copies
from gan_lessons.models import latent_space as latent
from gan_lessons.models.dcgan import dcgan_g
from gan_lessons.recipes import digits
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.optim import Adam

DIM = 8
WIDTH = {"width": 4}
SMALL = varied(digits.lean_dcgan, WIDTH, WIDTH, noise=NormalNoise(DIM), batch=8, data=Handwritten(first=50), fast=False)


def small_g():
    G = dcgan_g(DIM, 4)
    initialize(G, [0], "G")
    return G


def training_images(*places):
    return torch.from_numpy(mnist.scaled(mnist.load("train").images[list(places)])).flatten(1)


# -- the lab -----------------------------------------------------------------------------------------------


def make(G=None, **settings):
    lab = LatentLab(small_g() if G is None else G, **{"labels": False} | settings)
    lab.sent = []
    lab.send = lambda message, buffers=(): lab.sent.append((message, buffers))
    return lab


@pytest.fixture
def lab():
    lab = make()
    yield lab
    lab.close()


def test_what_it_shows_is_what_g_makes_of_the_plane_and_the_way(lab):
    shown = lab.shown
    assert torch.equal(shown.sheet.noise, latent.plane(DIM, 0)[0])
    torch.testing.assert_close(shown.sheet.images, small_g().eval()(latent.plane(DIM, 0))[0])
    assert shown.way.noise.shape == (STEPS, DIM) and shown.way.images.shape == (STEPS, 784)
    for end, place in ((0, shown.place.chosen), (-1, shown.place.second)):
        assert torch.equal(shown.way.noise[end], shown.sheet.noise[place])
        torch.testing.assert_close(shown.way.images[end], shown.sheet.images[place], atol=1e-6, rtol=0)
    assert torch.equal(shown.sample, shown.way.images[0])


def test_sliders_move_a_along_their_directions_and_the_way_begins_there(lab):
    lab.choose(20)
    lab.set("direction 2", 1.5)
    lab.set("direction 5", -2)
    wanted = lab.shown.sheet.noise[20] + 1.5 * lab.directions[1] - 2 * lab.directions[4]
    torch.testing.assert_close(lab.shown.way.noise[0], wanted)
    torch.testing.assert_close(lab.shown.sample, lab.source(wanted[None])[0], atol=1e-6, rtol=0)
    assert "A: row 2, column 9, moved along direction 2 by +1.5 and direction 5 by -2. " in lab.shown.summary
    lab.back()
    assert torch.equal(lab.shown.way.noise[0], lab.shown.sheet.noise[20])
    lab.set("direction 1", 1)
    lab.choose(20)
    assert not any(lab.shown.place.offsets)


def test_the_way_ends_at_b_along_the_arc_or_straight(lab):
    lab.choose(0), lab.second(143)
    a, b = lab.shown.sheet.noise[[0, 143]]
    assert torch.equal(lab.shown.way.noise, latent.interpolate(a, b, STEPS))
    assert "The spherical way from A to B passes through noise of length 2.8 to 2.8." in lab.shown.summary
    lab.set("path", "straight")
    assert torch.equal(lab.shown.way.noise, latent.straight(a, b, STEPS))
    shortest = min(lab.shown.way.lengths)
    assert shortest < 2.5 and f"length {shortest:.1f} to 2.8" in lab.shown.summary


def test_other_planes_keep_the_places_on_the_sheet(lab):
    lab.choose(7), lab.set("direction 1", 2)
    lab.other_plane()
    assert torch.equal(lab.shown.sheet.noise, latent.plane(DIM, 1)[0])
    assert torch.equal(lab.shown.way.noise[0], lab.shown.sheet.noise[7])
    lab.other_plane(40)
    lab.set("reach", 25)
    assert torch.equal(lab.shown.sheet.noise, latent.plane(DIM, 40, SIZE, 25)[0])
    assert lab.shown.summary.startswith("Plane 40, its sides 25° from its middle. A: row 1, column 8. ")


def test_the_nearest_are_those_of_a_as_it_is_moved(lab):
    first = lab.nearest()
    assert lab.nearest() is first
    lab.set("direction 1", 5)
    moved = lab.nearest()
    wanted = copies.Nearest()(lab.shown.sample[None], 5)
    np.testing.assert_array_equal(moved.indices, wanted.indices)
    assert moved.distances[0, 0] != first.distances[0, 0]


def test_the_verdict_knows_a_copy():
    images = training_images(4, 5)
    copier = make(lambda z: torch.where(z[..., :1] > 0, images[0], images[1]), inputs=3)
    label = mnist.load("train").labels[[4, 5]][0 if copier.shown.sheet.noise[copier.shown.place.chosen, 0] > 0 else 1]
    assert copier.verdict() == (
        f"A is 0.0 away from its nearest training digit, a {label}. Of the real test digits whose nearest is a "
        f"{label}, half are nearer than {copies.TYPICAL[label]} and 1 in 100 nearer than {copies.RARE[label]}: "
        "look closely, this may be a copy."
    )
    lab = make()
    assert lab.verdict().endswith("no sign of a copy.") and lab.verdict().startswith("A is ")
    copier.close(), lab.close()


def test_names_come_into_the_words():
    def name(images):
        return [8 if image.mean() > 0 else 1 for image in images]

    lab = make(labels=name)
    assert lab.shown.sheet.names == tuple(name(lab.shown.sheet.images))
    looks = {8: "looks like an 8", 1: "looks like a 1"}
    assert f"A: row 3, column 3, {looks[lab.shown.way.names[0]]}. " in lab.shown.summary
    assert f"its pictures look like {', '.join(map(str, lab.shown.way.names))}." in lab.shown.summary
    lab.close()


# -- where the pictures come from --------------------------------------------------------------------------


def trainer():
    return replace(SMALL, g_optimizer=Adam(1e-3, ema=0.9)).trainer(device="cpu")


class Live:
    """What a lab that trains looks like from outside."""

    def __init__(self):
        self.trainer, self.lock, self.taken = trainer(), self, 0

    def __enter__(self):
        self.taken += 1

    def __exit__(self, *_):
        pass


def test_a_trainer_alone_will_do_and_a_toys_will_not():
    lab = make(trainer())
    assert lab.shown.steps == 0 and lab.training
    lab.close()
    with pytest.raises(ValueError, match="G must be a generator of digits"):
        LatentLab(recipes.steady.trainer([0]), labels=False)


def test_a_live_training_is_copied_under_its_lock_and_taken_anew_when_asked():
    live = Live()
    live.trainer.advance(2)
    lab = make(live)
    plane = lab.shown.sheet.noise
    assert live.taken == 1 and lab.training and lab.shown.steps == 2
    assert lab.shown.summary.startswith("As trained to step 2. ")
    early = lab.shown.sheet.images
    torch.testing.assert_close(early, live.trainer.show(plane[None])[0], atol=1e-6, rtol=0)
    live.trainer.advance(3)
    lab.set("direction 1", 1), lab.set("reach", 50), lab.set("reach", 60)
    torch.testing.assert_close(lab.shown.sheet.images, early)  # the training goes on, the lab keeps what it took
    lab.set("direction 1", 1)
    lab.refresh()
    assert live.taken == 2 and lab.shown.steps == 5 and not any(lab.shown.place.offsets)
    late = live.trainer.show(plane[None])[0]
    torch.testing.assert_close(lab.shown.sheet.images, late, atol=1e-6, rtol=0)
    assert (late - early).abs().max() > 1e-4
    assert live.trainer.G.training
    lab.close()


def test_a_training_that_takes_other_noise_by_now_is_refused_and_all_stays():
    live = Live()
    lab, recipe = make(live), replace(SMALL, noise=NormalNoise(5))
    before = lab.shown
    live.trainer = recipe.trainer(device="cpu")
    with pytest.raises(ValueError, match="G takes 5 numbers now, not 8: run the lab's cell again"):
        lab.refresh()
    assert lab.shown is before
    lab.choose(1)
    lab.close()


def test_a_training_that_has_diverged_is_refused_and_all_stays():
    live = Live()
    lab = make(live)
    before, directions, source = lab.shown, lab.directions, lab.source
    with torch.no_grad():
        live.trainer.players["G"].theta.fill_(torch.nan)
    with pytest.raises(ValueError, match=r"^G must be (one|a generator of digits)"):
        lab.refresh()
    assert lab.shown is before and lab.directions is directions and lab.source is source
    lab.set("direction 1", 1.0)  # and goes on with the weights it has
    assert torch.isfinite(lab.shown.way.images).all()
    lab.close()


def test_new_weights_may_come_with_a_choice_and_then_it_is_told(monkeypatch):
    monkeypatch.setattr("gan_lessons.labs.latent.SLIDERS", 4)
    live = Live()
    lab = make(live)
    assert "choose" not in lab.about
    recipe = varied(SMALL, {"categories": 3})
    live.trainer = recipe.trainer(device="cpu")
    lab.refresh()
    assert "choose one of 3" in lab.about and lab.directions.shape == (4, 8)
    live.trainer = varied(recipe, {"categories": 5}).trainer(device="cpu")
    with pytest.raises(ValueError, match="G has 3 directions now, and there are 4 sliders: run the lab's cell again"):
        lab.refresh()
    assert "choose one of 3" in lab.about and lab.directions.shape == (4, 8)
    lab.close()


def test_a_choice_is_told_and_no_slider_moves_it():
    G = dcgan_g(10, 4, 7)
    initialize(G, (0,), "G")
    lab = make(G.eval())
    assert "The first 7 numbers of the noise do nothing but choose one of 7" in lab.about
    assert lab.directions.shape == (3, 10) and not lab.directions[:, :7].any()
    lab.set("direction 3", 1.5)
    moved = lab.shown.way.noise[0] - lab.shown.sheet.noise[lab.shown.place.chosen]
    torch.testing.assert_close(moved, 1.5 * lab.directions[2])
    lab.close()


def test_a_function_may_make_the_pictures():
    lab = make(lambda z: z[..., :1].tanh().expand(-1, -1, 784), inputs=3)
    assert torch.equal(lab.directions, torch.eye(3)) and not lab.training
    assert "first coordinates" in lab.about
    torch.testing.assert_close(lab.shown.sheet.images[:, 0], latent.plane(3, 0)[0, :, 0].tanh())
    lab.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"G": "dcgan"}, "G must be a generator of digits, .*, not 'dcgan'"),
        ({"G": lambda z: z}, "inputs must be given for a function"),
        ({"G": lambda z: z, "inputs": 0}, "inputs must be a whole number of at least 1"),
        ({"G": lambda z: z, "inputs": 5}, r"G must be .*, not 'one that gives \(1, 2, 5\)'"),
        ({"G": lambda z: z.expand(-1, -1, 784) + 9, "inputs": 1}, "not 'one that gives values from 9 to 9'"),
        ({"G": lambda z: z.view(3, 3), "inputs": 5}, "with 5 inputs this one fails"),
        ({"G": small_g(), "inputs": 5}, "inputs must be what this G takes, 8, or left out, not 5"),
        ({"G": dcgan_g(2, 4)}, "noise_dim must be a whole number of at least 3, not 2"),
        ({"G": small_g(), "labels": "names"}, "labels must be a function that names digits"),
        ({"G": small_g(), "labels": lambda images: [1]}, "labels must be a function that names each"),
        ({"G": small_g(), "seed": -1}, "seed must be a whole number of at least 0"),
    ],
)
def test_labs_that_cannot_be_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        LatentLab(**{"labels": False} | arguments)


def test_what_cannot_be_done_is_refused_and_all_stays(lab):
    before = lab.shown
    for action, words in [
        (lambda: lab.choose(144), "i must be a place on the sheet, from 0 to 143, not 144"),
        (lambda: lab.choose(-1), "i must be a whole number of at least 0"),
        (lambda: lab.second(1.5), "j must be a whole number"),
        (lambda: lab.set("zoom", 1), r"name must be one of \['reach', 'path', 'direction 1', .*'direction 8'\]"),
        (lambda: lab.set("reach", 5), "reach must be a finite number from 10 to 120"),
        (lambda: lab.set("path", "crooked"), r"path must be one of \['spherical', 'straight'\], not 'crooked'"),
        (lambda: lab.set("direction 1", 6), "direction 1 must be a finite number from -5 to 5"),
        (lambda: lab.other_plane(-1), "seed must be a whole number of at least 0"),
    ]:
        with pytest.raises(ValueError, match=words):
            action()
    assert lab.shown is before and lab.sent == []


def test_a_cell_run_again_closes_the_lab_of_its_name_and_a_closed_one_says_so():
    first, other, again = make(name="a"), make(name="b"), make(name="a")
    for action in (lambda: first.choose(0), first.nearest, first.refresh, lambda: first.set("reach", 50)):
        with pytest.raises(ValueError, match="the lab 'a' is closed: run its cell again"):
            action()
    first.page.receive(None, {"type": "plane"}, [])
    assert first.sent == []
    again.choose(0), other.choose(0)
    first.close(), again.close(), other.close()


def test_it_is_a_widget_and_leaves_its_newest_picture_and_words(lab, monkeypatch):
    shown = []
    for name in ("display", "update_display"):
        monkeypatch.setattr(f"IPython.display.{name}", lambda data, **more: shown.append((data, more)))
    assert ipywidgets.VBox([lab]).children == (lab,)
    ask(lab, type="leave")
    assert not shown  # in a box there is no place for a picture
    lab._ipython_display_()  # as IPython does
    (widget, _), (kept, more) = shown
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.model_id == more["display_id"]
    assert kept["text/plain"].startswith(lab.shown.summary) and "Run its cell" in kept["text/plain"]
    lab.choose(3)
    assert len(shown) == 2 and ask(lab, type="leave").keys() == {"answered"}
    newer, again = shown[2]
    assert "A: row 1, column 4" in newer["text/plain"] and newer["image/png"] != kept["image/png"]
    assert again["display_id"] == lab.model_id
    lab.close()
    lab._ipython_display_()
    assert shown[-1][0] == {"text/plain": "<LatentLab 'latent': closed>"} and "closed" in repr(lab)


def test_its_digits_are_on_paper_where_they_are_on_the_page():
    digits = training_images(*range(8))
    lab = make(lambda noise: (3 * noise).softmax(-1) @ digits, inputs=8)  # mostly one of them
    with Image.open(io.BytesIO(lab.picture_png("Two words."))) as picture:
        grey = np.asarray(picture.convert("L")).astype(float)
    assert grey.shape[1] == 900
    side = 504 // SIZE
    for i in (30, 77, 100):  # neither A nor B, whose frames are of their own
        top, left = 10 + side * (i // SIZE), (900 - 504) // 2 + side * (i % SIZE)
        at = ((np.arange(28) + 0.5) / 28 * side).astype(int)
        found = 255 - grey[np.ix_(top + at, left + at)]
        assert np.corrcoef(found.ravel(), lab.shown.sheet.images[i].numpy())[0, 1] > 0.95
    lab.close()


# -- what is said to the page ------------------------------------------------------------------------------


def ask(lab, **message):
    """What the page is sent for a message: by type, with the bytes of each."""
    lab.sent.clear()
    lab.page.receive(None, message, [])
    return {sent["type"]: (sent, b"".join(buffers)) for sent, buffers in lab.sent}


def test_a_new_page_gets_all_and_a_slider_only_the_way(lab):
    shown, digits_sent = ask(lab, type="hello")["shown"]
    assert [*shown["arrays"]] == ["sheet", "way"] and len(digits_sent) == (144 + STEPS) * 784
    sent = np.frombuffer(digits_sent, np.uint8).reshape(-1, 784)
    wanted = (torch.cat([lab.shown.sheet.images, lab.shown.way.images]).numpy() + 1) * 127.5
    assert np.abs(sent - wanted).max() <= 0.501
    answers = ask(lab, type="set", name="direction 3", value=OFFSETS[5])
    shown, digits_sent = answers["shown"]
    assert [*shown["arrays"]] == ["way"] and len(digits_sent) == STEPS * 784 and shown["moved"]
    answered, _ = answers["answered"]
    assert (answered["name"], answered["note"], answered["index"]["direction 3"]) == ("direction 3", "", 5)
    assert lab.shown.place.offsets[2] == OFFSETS[5]
    shown, digits_sent = ask(lab, type="plane")["shown"]
    assert [*shown["arrays"]] == ["sheet", "way"] and shown["index"]["direction 3"] == OFFSETS.index(0)


def test_clicks_and_buttons_do_what_the_methods_do(lab):
    ask(lab, type="choose", i=3), ask(lab, type="second", i=77)
    assert (lab.shown.place.chosen, lab.shown.place.second) == (3, 77)
    ask(lab, type="set", name="direction 1", value=1), ask(lab, type="back")
    assert not any(lab.shown.place.offsets)
    answer = ask(lab, type="refresh")
    assert answer["shown"][0]["chosen"] == 3 and answer["answered"][0]["note"] == ""


def test_at_rest_the_page_gets_names_and_nearest_of_what_it_shows():
    lab = make(labels=lambda images: [3] * len(images))
    version = ask(lab, type="choose", i=9)["shown"][0]["version"]
    rest, pictures = ask(lab, type="rest")["rest"]
    assert rest["version"] == version and rest["names"] == (3,) * 144 and rest["words"] == lab.verdict()
    found = lab.nearest()
    assert pictures == found.images.tobytes() and rest["distances"] == found.distances[0].tolist()
    assert rest["labels"] == found.labels[0].tolist()
    lab.close()


def test_a_message_that_cannot_be_followed_is_answered_in_words(lab):
    answer = ask(lab, type="set", name="reach", value=500)
    assert answer.keys() == {"answered"}
    assert answer["answered"][0]["note"].startswith("That does not work: reach must be a finite number from 10 to 120")


def test_a_page_and_a_cell_may_act_at_once(lab):
    failed = []

    def act(actions):
        try:
            for k in range(40):
                actions[k % len(actions)](k)
        except Exception as error:
            failed.append(error)

    page = [lambda k: ask(lab, type="set", name="direction 1", value=k / 10), lambda k: ask(lab, type="plane")]
    cell = [lambda k: lab.choose(k), lambda k: lab.set("direction 2", k / 10), lambda k: lab.back()]
    threads = [threading.Thread(target=act, args=(actions,)) for actions in (page, cell)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    place, shown = lab.shown.place, lab.shown
    assert failed == [] and place.seed == 20
    assert torch.equal(shown.sheet.noise, latent.plane(DIM, 20)[0])
    wanted = shown.sheet.noise[place.chosen] + torch.tensor(place.offsets) @ lab.directions
    torch.testing.assert_close(shown.way.noise[0], wanted)
