"""The lab of latent planes, headless: where codes lie, what is decoded there, and what is said to the page."""

import io
import threading

import ipywidgets
import numpy as np
import pytest
import torch
from helpers.linear_coders import GAN, VAE, Autoencoder, digits, networks
from PIL import Image

from gan_lessons.distributions import mnist
from gan_lessons.distributions.strokes import digit_of
from gan_lessons.labs.latent_plane import SIDES, LatentPlane, cells, square
from gan_lessons.labs.latent_planes import REAL, LatentPlanes
from gan_lessons.labs.latent_planes_page import SIZE
from gan_lessons.labs.latent_planes_shown import STEPS, Alike
from gan_lessons.labs.scenes.arrays import unpack
from gan_lessons.plots.images import sheet

IMAGES, LABELS = digits()
SEVEN = [[(0.2, 0.15), (0.7, 0.15), (0.4, 0.85)]]


def make(given=None, **settings):
    lab = LatentPlanes(networks() if given is None else given, IMAGES, LABELS, **settings)
    lab.sent = []
    lab.send = lambda message, buffers=(): lab.sent.append((message, b"".join(buffers)))
    return lab


@pytest.fixture
def lab():
    lab = make()
    yield lab
    lab.close()


# -- one plane ---------------------------------------------------------------------------------------------


def test_places_and_codes_are_one_another_again():
    plane = LatentPlane("it", Autoencoder(), IMAGES)
    places = square(5)
    torch.testing.assert_close(plane.places(plane.codes(places)), places)
    torch.testing.assert_close(plane.decode(places), Autoencoder().decode(plane.codes(places)).flatten(1))


@pytest.mark.parametrize("kind", [VAE, GAN])
def test_the_plane_of_a_prior_reaches_as_far_to_all_sides(kind):
    plane = LatentPlane("it", kind(), IMAGES)
    assert plane.span.middle == (0, 0) and plane.span.reach == (SIDES, SIDES) and "N(0, I)" in plane.span.words
    torch.testing.assert_close(plane.codes(torch.tensor([[1.0, -1.0]])), torch.tensor([[SIDES, -SIDES]]))


def test_an_autoencoders_plane_is_where_its_codes_are_however_they_are_scaled():
    plane = LatentPlane("it", Autoencoder(), IMAGES)
    beyond = (plane.real.abs() > 1).double().mean(0)
    assert (beyond > 0).all() and (beyond <= 0.03).all()  # 1 in 100 at each end, of 300
    assert "prior" in plane.span.words and "98 %" in plane.span.words
    low, high = plane.real.min(0).values, plane.real.max(0).values
    assert (low < -0.9).all() and (high > 0.9).all()


def test_codes_that_are_all_one_have_a_plane_around_them():
    class Collapsed(GAN):
        def encode(self, images):
            return torch.full((len(images), 2), 4.0)

    assert LatentPlane("it", Collapsed(), IMAGES).span.middle == (4, 4)
    assert LatentPlane("it", Collapsed(), IMAGES).span.reach == (1, 1)


def test_the_middles_of_the_cells_are_where_the_sheet_shows_them():
    places = cells(4)
    assert places[0].tolist() == [-0.75, 0.75] and places[3].tolist() == [0.75, 0.75]
    assert places[-1].tolist() == [0.75, -0.75] and cells(SIZE)[SIZE * SIZE // 2].tolist() == pytest.approx(
        [0, 0], abs=1e-6
    )


def test_an_encoder_gives_a_digits_place_and_for_a_gan_the_nearest_picture_is_searched():
    encodes, searches = LatentPlane("one", VAE(), IMAGES), LatentPlane("other", GAN(), IMAGES)
    assert searches.real is None
    trial = square(101)  # finer than the grid that is searched first
    for image in IMAGES[:20]:
        wanted = VAE().encode(image[None])[0] / SIDES
        torch.testing.assert_close(encodes.find(image), wanted)
        place = searches.find(image)
        away = (searches.decode(trial) - image.flatten()).square().sum(-1)
        found = (searches.decode(place[None]) - image.flatten()).square().sum()
        assert found <= away.min() * 1.001


def test_the_search_finds_a_picture_of_the_plane_again():
    plane = LatentPlane("it", GAN(), IMAGES)
    for place in torch.tensor([[0.31, -0.62], [-0.87, 0.13], [1.0, 1.0]]):
        image = plane.decode(place[None]).view(1, 28, 28)
        assert (plane.find(image) - place).abs().max() <= 0.02


def test_a_module_is_asked_in_eval_and_trains_on():
    class Noisy(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.part = torch.nn.Dropout(0.5)

        def decode(self, z):
            return GAN().decode(self.part(z))

    network = Noisy()
    places = square(3)
    found = LatentPlane("it", network, IMAGES).decode(places)
    torch.testing.assert_close(found, GAN().decode(SIDES * places).flatten(1))
    assert network.training and not found.requires_grad


# -- the lab -----------------------------------------------------------------------------------------------


def test_it_begins_with_the_middle_a_real_digit_and_a_walk_between_two_classes(lab):
    shown = lab.shown
    assert shown.at == (0, 0) and shown.names == ["autoencoder", "VAE", "GAN"]
    torch.testing.assert_close(shown.point.images[2, 0], GAN().middle.clamp(-1, 1))
    assert torch.equal(shown.digit.image, IMAGES[0]) and shown.digit.words == f"real digit 1, a {LABELS[0]}"
    other = int((LABELS[0] != LABELS).nonzero()[0])
    torch.testing.assert_close(shown.b.places[1], VAE().encode(IMAGES[[other]])[0] / SIDES)


def test_all_planes_show_what_is_at_the_same_place(lab):
    lab.point(0.5, -0.25)
    assert lab.shown.at == (0.5, -0.25)
    for plane, image in zip(lab.planes.each, lab.shown.point.images, strict=True):
        code = torch.tensor(plane.span.middle) + torch.tensor(plane.span.reach) * torch.tensor([0.5, -0.25])
        torch.testing.assert_close(image[0], plane.network.decode(code[None]).flatten())


def test_a_drawn_digit_is_encoded_and_decoded(lab):
    lab.draw(SEVEN)
    image = torch.from_numpy(mnist.scaled(digit_of(SEVEN)))
    assert torch.equal(lab.shown.digit.image, image) and lab.shown.digit.words == "drawn by hand"
    wanted = VAE().decode(VAE().encode(image[None])).flatten()
    torch.testing.assert_close(lab.shown.remains.images[1, 0], wanted, atol=1e-5, rtol=0)
    assert lab.shown.errors[1] == pytest.approx(((wanted - image.flatten()) / 2).square().mean().item(), rel=1e-4)
    lab.draw([])
    assert lab.shown.digit.words == "empty paper" and (lab.shown.digit.image == -1).all()


def test_what_comes_back_whole_has_no_error(lab):
    picture = GAN().decode(torch.tensor([[0.5, -1.0]]))[0]
    lab.encode(picture)
    assert max(lab.shown.errors[:2]) < 1e-3 > lab.shown.errors[2]
    assert lab.shown.digit.words == "an image of your own"


def test_another_digit_is_the_next_and_after_the_last_comes_the_first():
    lab = LatentPlanes(networks(), IMAGES[:3], LABELS[:3], name="three")
    for i in (1, 2, 0, 1):
        lab.another_digit()
        assert torch.equal(lab.shown.digit.image, IMAGES[i])
        assert lab.shown.digit.words.startswith(f"real digit {i + 1}, a")
    lab.close()


def test_the_walk_is_straight_in_each_plane_and_ends_at_what_was_kept(lab):
    lab.draw(SEVEN), lab.point(0.5, 0.5)
    lab.keep("A", "digit"), lab.keep("B", "point")
    shown = lab.shown
    assert shown.way.places.shape == (3, STEPS, 2) and shown.way.images.shape == (3, STEPS, 784)
    torch.testing.assert_close(shown.way.places[:, 0], shown.remains.places[:, 0])
    assert (shown.way.places[:, -1] == 0.5).all()
    steps = shown.way.places.diff(dim=1)
    torch.testing.assert_close(steps, steps[:, :1].expand_as(steps), atol=1e-6, rtol=0)
    for k, plane in enumerate(lab.planes.each):
        torch.testing.assert_close(shown.way.images[k], plane.decode(shown.way.places[k]))
    lab.another_digit(), lab.point(0, 0)
    assert lab.shown.way is shown.way  # what is kept stays


def test_the_words_say_it_all(lab):
    lab.draw(SEVEN), lab.point(0.5, -0.25), lab.keep("B", "point")
    shown, words = lab.shown, lab.said
    assert words.startswith("The point (0.50, -0.25) is most like a")
    assert (
        f"The digit is drawn by hand. What remains of it is most like a{'n' * (shown.remains.names[0] == [8])} "
        in words
    )
    for name, error in zip(shown.names, shown.errors, strict=True):
        assert f"with an error of {error:.3f} ({name})" in words
    assert f"A is real digit 1, a {LABELS[0]}, B is the point (0.50, -0.25). " in words
    assert words.endswith(f"{' '.join(map(str, shown.way.names[2]))} (GAN).")
    assert "outside" not in words


def test_a_digit_beyond_the_sides_of_a_plane_is_said_to_be():
    class Far(VAE):
        def encode(self, images):
            return super().encode(images) + 9

    lab = make({"far": Far(), "near": VAE()}, name="far")
    assert lab.shown.outside == (True, False) and lab.said.count("outside of the plane shown") == 1
    lab.close()


def test_what_a_picture_is_like_is_the_class_of_most_of_its_neighbours():
    images, labels = torch.zeros(7, 1, 28, 28), torch.tensor([3, 3, 3, 8, 8, 9, 9])
    images += torch.tensor([0, 0.1, 0.2, 0.01, 0.02, 0.9, 1.0]).view(7, 1, 1, 1)
    alike = Alike(images, labels)
    assert alike(torch.zeros(1, 784)).tolist() == [3]  # though an 8 is among the nearest three
    assert Alike(images[-1:], labels[-1:])(torch.zeros(2, 784)).tolist() == [9, 9]
    right = Alike(*digits(5_000))(IMAGES.flatten(1)) == LABELS
    assert right.double().mean() > 0.9


def test_real_digits_come_by_themselves():
    lab = LatentPlanes({"VAE": VAE()}, name="by itself")
    test = mnist.load("test")
    assert len(lab.images) == REAL == lab.real and lab.labels.tolist() == test.labels[:REAL].tolist()
    torch.testing.assert_close(lab.images[7], torch.from_numpy(mnist.scaled(test.images[7])))
    lab.close()


# -- refusals ----------------------------------------------------------------------------------------------


class Odd:
    """A network whose decode, or encode, gives what it is told to."""

    def __init__(self, decode=None, encode=None):
        self.decode = decode or GAN().decode
        if encode:
            self.encode = encode


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, r"networks must be a dict of 1 to 4 networks by name, not \[\]"),
        ([GAN()], "networks must be a dict of 1 to 4 networks by name"),
        ({str(k): GAN() for k in range(5)}, r"1 to 4 networks by name, not \['0', '1', '2', '3', '4'\]"),
        ({1: GAN()}, r"networks must be a dict whose names are words, not \[1\]"),
        ({" ": GAN()}, "whose names are words"),
        ({"it": object()}, r"networks\['it'\] must be a network with decode: \(n, 2\) -> .*, not <object"),
        ({"it": Odd(lambda z: z @ torch.ones(3, 784))}, "one whose decode fails for"),
        ({"it": Odd(lambda z: z)}, r"not 'one whose decode gives \(2, 2\) for \(2, 2\)'"),
        ({"it": Odd(lambda z: GAN().decode(z).flatten(1))}, r"decode gives \(2, 784\)"),
        ({"it": Odd(lambda z: 2 * torch.ones(len(z), 1, 28, 28))}, "decode gives values from 2 to 2"),
        ({"it": Odd(lambda z: torch.nan * GAN().decode(z))}, "decode gives values from nan to nan"),
        ({"it": Odd(encode=lambda x: x.flatten(1)[:, :3])}, r"encode gives \(2, 3\) for \(2, 1, 28, 28\)"),
        ({"it": Odd(encode=lambda x: x.flatten(1)[:, :2] / 0)}, "encode gives values from -inf to -inf"),
        ({"it": Odd(encode=lambda x: x.missing)}, "one whose encode fails for"),
    ],
)
def test_networks_that_cannot_be_are_refused(given, words):
    with pytest.raises(ValueError, match=words):
        LatentPlanes(given, IMAGES, LABELS, name="refused")


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        ((IMAGES + 1) / 2, LABELS, "images must be a tensor of floats .* from -1 .*, not 'values from 0 to 1'"),
        ((IMAGES + 1) * 127.5, LABELS, "not 'values from 0 to 255'"),
        (IMAGES * torch.nan, LABELS, "not 'some that are not finite'"),
        (IMAGES.flatten(1), LABELS, r"not '\(300, 784\) of torch.float32'"),
        (IMAGES.byte(), LABELS, "of torch.uint8"),
        (IMAGES[:0], LABELS[:0], "images must be .*, not 'none'"),
        (IMAGES.numpy(), LABELS, "images must be a tensor of floats"),
        (None, LABELS, "images must be a tensor of floats"),
        (IMAGES, None, "labels must be a tensor of whole numbers, one for each of the 300 images, not None"),
        (IMAGES, LABELS[:5], r"labels must be .*, not \(5,\)"),
        (IMAGES, LABELS.double(), "labels must be a tensor of whole numbers"),
        (IMAGES, LABELS + 1, "labels must be digits from 0 to 9, not 'some from 1 to 10'"),
    ],
)
def test_real_digits_that_cannot_be_are_refused(images, labels, words):
    with pytest.raises(ValueError, match=words):
        LatentPlanes(networks(), images, labels, name="refused")


def test_what_cannot_be_done_is_refused_and_all_stays(lab):
    before = lab.shown
    for action, words in [
        (lambda: lab.point(1.5, 0), "x must be a finite number from -1 to 1, not 1.5"),
        (lambda: lab.point(0, float("nan")), "y must be a finite number from -1 to 1"),
        (lambda: lab.draw([[(2, 2)]]), "strokes must be strokes"),
        (lambda: lab.encode((IMAGES[0] + 1) / 2), "image must be .*, not 'values from 0 to 1'"),
        (lambda: lab.encode(IMAGES), "image must be"),
        (lambda: lab.encode("7"), "image must be .*, not '7'"),
        (lambda: lab.keep("C", "digit"), 'end must be "A" or "B", not \'C\''),
        (lambda: lab.keep("A", "plane"), 'what must be "digit" or "point"'),
    ]:
        with pytest.raises(ValueError, match=words):
            action()
    assert lab.shown is before and lab.sent == []


# -- a widget ----------------------------------------------------------------------------------------------


def test_a_cell_run_again_closes_the_lab_of_its_name_and_a_closed_one_says_so():
    first, other, again = make(name="a"), make(name="b"), make(name="a")
    actions = [first.another_digit, lambda: first.point(0, 0), lambda: first.draw(SEVEN), first.picture_png]
    for action in [*actions, lambda: first.keep("A", "digit")]:
        with pytest.raises(ValueError, match="the lab 'a' is closed: run its cell again"):
            action()
    first.page.receive(None, {"type": "another"}, [])
    assert first.sent == [] and repr(first) == "<LatentPlanes 'a': closed>"
    again.another_digit(), other.another_digit()
    first.close(), again.close(), other.close()


def test_it_is_a_widget_and_leaves_its_newest_picture_and_words(lab, monkeypatch):
    shown = []
    for name in ("display", "update_display"):
        monkeypatch.setattr(f"IPython.display.{name}", lambda data, **more: shown.append((data, more)))
    assert ipywidgets.VBox([lab]).children == (lab,)
    lab._ipython_display_()
    (widget, _), (kept, _) = shown
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.model_id
    assert kept["text/plain"].startswith(lab.said) and "Run its cell" in kept["text/plain"]
    lab.draw(SEVEN)
    assert ask(lab, type="leave").keys() == {"answered"}
    newer, _ = shown[2]
    assert "drawn by hand" in newer["text/plain"] and newer["image/png"] != kept["image/png"]


def test_its_planes_are_on_paper_with_the_points_where_they_are_asked_for(lab):
    def grey():
        with Image.open(io.BytesIO(lab.picture_png("Two words."))) as picture:
            return np.asarray(picture.convert("L")).astype(float)

    plain = grey()
    side = (900 - 56 - 20) // 3 - 10
    assert plain.shape[1] == 900
    for k in range(3):  # of the whole plane, its marks too: a pixel aside it would be less than .93
        left = 10 + k * (side + 10)
        drawn = 255 - plain[26 : 26 + side, left : left + side]
        whole = Image.fromarray(sheet(lab.page.sheets[k].numpy(), SIZE).astype(np.float32))
        wanted = np.asarray(whole.resize((side, side), Image.Resampling.HAMMING))
        assert np.corrcoef(drawn.ravel(), wanted.ravel())[0, 1] > 0.95
    lab.points = True
    changed = np.abs(grey() - plain)[26 : 26 + side].mean(0)
    for k, has_points in enumerate([True, True, False]):
        left = 10 + k * (side + 10)
        assert (changed[left : left + side].max() > 1) == has_points


# -- what is said to the page ------------------------------------------------------------------------------


def ask(lab, **message):
    """What the page is sent for a message, by type; arrays are unpacked."""
    lab.sent.clear()
    lab.page.receive(None, message, [])
    return {one["type"]: one | {"values": unpack(one["arrays"], row) if row else {}} for one, row in lab.sent}


def test_a_new_page_gets_all_and_a_move_only_what_moved(lab):
    shown = ask(lab, type="hello")["shown"]
    values = shown["values"]
    assert {*values} == {"sheets", "real", "labels", "point", "remains", "way", "digit"}
    sheets = values["sheets"].reshape(3, SIZE * SIZE, 784)
    wanted = (lab.planes.each[1].decode(cells(SIZE)).numpy() + 1) * 127.5
    assert np.abs(sheets[1] - wanted).max() <= 0.501
    assert np.isnan(values["real"][2]).all() and np.array_equal(values["real"][1], lab.planes.each[1].real.numpy())
    assert values["labels"].tolist() == LABELS.tolist()
    answers = ask(lab, type="point", x=0.25, y=-0.5)
    moved = answers["shown"]
    assert {*moved["values"]} == {"point"} and moved["at"] == (0.25, -0.5) and moved["version"] > shown["version"]
    assert answers["answered"]["note"] == "" and lab.shown.at == (0.25, -0.5)
    assert {*ask(lab, type="draw", strokes=SEVEN)["shown"]["values"]} == {"digit", "remains"}
    assert {*ask(lab, type="keep", end="B", what="digit")["shown"]["values"]} == {"way"}


def test_drawing_and_buttons_do_what_the_methods_do(lab):
    shown = ask(lab, type="draw", strokes=SEVEN)["shown"]
    assert shown["drawn"] and np.array_equal(shown["values"]["digit"][0], digit_of(SEVEN))
    assert np.allclose(shown["codes"], lab.shown.remains.places[:, 0])
    shown = ask(lab, type="another")["shown"]
    assert not shown["drawn"] and shown["words"] == f"real digit 2, a {LABELS[1]}"
    shown = ask(lab, type="keep", end="A", what="digit")["shown"]
    assert np.allclose(shown["ends"][0], shown["codes"]) and lab.shown.a.words == shown["words"]


def test_at_rest_the_page_gets_the_words_of_what_it_shows(lab):
    version = ask(lab, type="point", x=0.5, y=0.5)["shown"]["version"]
    rest = ask(lab, type="rest")["rest"]
    assert rest["version"] == version and rest["summary"] == lab.said
    assert rest["names"] == {kind: getattr(lab.shown, kind).names for kind in ("point", "remains", "way")}


def test_a_message_that_cannot_be_followed_is_answered_in_words(lab):
    answer = ask(lab, type="point", x=7, y=0)
    assert answer.keys() == {"answered"}
    assert answer["answered"]["note"].startswith("That does not work: x must be a finite number from -1 to 1, not 7")


def test_a_page_and_a_cell_may_act_at_once(lab):
    failed = []

    def act(actions):
        try:
            for k in range(40):
                actions[k % len(actions)](k)
        except Exception as error:
            failed.append(error)

    page = [lambda k: ask(lab, type="point", x=k / 40, y=0), lambda k: ask(lab, type="another")]
    cell = [lambda k: lab.draw(SEVEN), lambda k: lab.keep("A", "digit"), lambda k: lab.keep("B", "point")]
    threads = [threading.Thread(target=act, args=(actions,)) for actions in (page, cell)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    shown = lab.shown
    assert failed == [] and shown.at[0] == pytest.approx(38 / 40)
    for k, plane in enumerate(lab.planes.each):
        for one in (shown.point, shown.remains, shown.way):
            torch.testing.assert_close(one.images[k], plane.decode(one.places[k]))
        torch.testing.assert_close(shown.way.places[k, [0, -1]], torch.stack([shown.a.places[k], shown.b.places[k]]))
