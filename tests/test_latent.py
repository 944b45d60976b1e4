"""Planes and ways through the latent space, the nearest training images, the walk as a GIF, and the lab, headless."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.spatial import geometric_slerp

from benchmarks.toy import peak_memory
from gan_lessons import animation_digits, digits, latent, mnist, recipes
from gan_lessons.distributions_digits import Handwritten
from gan_lessons.labs.latent import LatentLab
from gan_lessons.labs.latent_shown import OFFSETS, SIZE, STEPS
from gan_lessons.models.images import dcgan_g, mlp_g
from gan_lessons.models.layers import initialize
from gan_lessons.optim import Adam
from gan_lessons.randomness import generator

DIM = 8


def noise(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=generator(seed, "test"), dtype=dtype)


def small_g():
    G = dcgan_g(DIM, 4)
    initialize(G, [0], "G")
    return G


def degrees(a, b):
    """The angle between vectors (..., dim)."""
    return torch.nn.functional.cosine_similarity(a.double(), b.double(), -1).clamp(-1, 1).acos().rad2deg()


def training_images(*places):
    return torch.from_numpy(mnist.scaled(mnist.load("train").images[list(places)])).flatten(1)


# -- planes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dim", "reach"), [(3, 60.0), (64, 20.0), (100, 120.0)])
def test_a_plane_lies_on_the_sphere_of_noise_at_its_angles_from_the_middle(dim, reach):
    sheet = latent.plane(dim, 5, 7, reach)
    assert sheet.shape == (1, 49, dim) and sheet.dtype == torch.float32
    torch.testing.assert_close(sheet.norm(dim=-1), torch.full((1, 49), dim**0.5))
    square = sheet[0].view(7, 7, dim)
    y, x = torch.meshgrid(*[torch.linspace(-reach, reach, 7)] * 2, indexing="ij")
    torch.testing.assert_close(degrees(square, square[3, 3]).float(), torch.hypot(x, y), atol=0.05, rtol=0)
    assert torch.linalg.matrix_rank(sheet[0], tol=1e-3) == 3


def test_a_planes_rows_and_columns_are_two_right_angled_directions():
    square = latent.plane(64, 0, 5, 40.0)[0].view(5, 5, 64)
    across, down = square[2, 4] - square[2, 0], square[4, 2] - square[0, 2]
    assert degrees(across, down) == pytest.approx(90, abs=1e-3)
    assert degrees(square[2, 0], square[2, 2]) == pytest.approx(40, abs=1e-3)


def test_a_plane_comes_from_its_seed_alone():
    torch.manual_seed(0)
    first = latent.plane(16, 3)
    torch.manual_seed(1)
    assert torch.equal(first, latent.plane(16, 3)) and first.shape == (1, 144, 16)
    assert (degrees(first, latent.plane(16, 4)) > 10).float().mean() > 0.9


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, 0), "noise_dim must be a whole number of at least 3, not 2"),
        ((8, -1), "seed must be a whole number of at least 0"),
        ((8, 0, 1), "size must be a whole number of at least 2"),
        ((8, 0, 12, 0.5), "reach must be a finite number from 1 to 120"),
        ((8, 0, 12, float("nan")), "reach must be a finite number"),
    ],
)
def test_planes_that_cannot_be_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        latent.plane(*arguments)


# -- ways --------------------------------------------------------------------------------------------------


def test_the_arc_is_scipys():
    a, b = (torch.nn.functional.normalize(noise(20, seed=seed, dtype=torch.float64), dim=0) for seed in (1, 2))
    wanted = geometric_slerp(a.numpy(), b.numpy(), np.linspace(0, 1, 9))
    np.testing.assert_allclose(latent.interpolate(a, b, 9), wanted, atol=1e-12)


def test_the_arc_keeps_the_length_and_goes_in_even_steps_and_the_line_does_not():
    a, b = latent.plane(64, 0)[0, [0, 143]]
    arc, line = latent.interpolate(a, b, 10), latent.straight(a, b, 10)
    torch.testing.assert_close(arc.norm(dim=-1), torch.full((10,), 8.0))
    steps = degrees(arc[1:], arc[:-1])
    torch.testing.assert_close(steps, (degrees(a, b) / 9).expand(9), atol=1e-2, rtol=0)
    longer = latent.interpolate(a, 2 * b, 10)
    torch.testing.assert_close(longer.norm(dim=-1), torch.linspace(8, 16, 10))
    torch.testing.assert_close(degrees(longer, arc), torch.zeros(10).double(), atol=0.05, rtol=0)
    torch.testing.assert_close(line[1:] - line[:-1], ((b - a) / 9).expand(9, -1))
    assert line.norm(dim=-1).min() < 0.75 * 8


@pytest.mark.parametrize("way", [latent.interpolate, latent.straight])
def test_the_ends_are_exact_and_every_vector_of_a_batch_goes_its_own_way(way):
    a, b = noise(3, 50, DIM, seed=1), noise(3, 50, DIM, seed=2)
    ways = way(a, b, 6)
    assert ways.shape == (6, 3, 50, DIM) and torch.equal(ways[0], a) and torch.equal(ways[-1], b)
    torch.testing.assert_close(ways[:, 1, 7], way(a[1, 7], b[1, 7], 6))


@pytest.mark.parametrize("factor", [1.0, 2.5, -1.0, 0.0])
def test_vectors_on_one_line_have_the_straight_way(factor):
    a = noise(DIM)
    assert torch.equal(latent.interpolate(a, factor * a, 5), latent.straight(a, factor * a, 5))
    assert torch.isfinite(latent.interpolate(factor * a, a, 5)).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"a": [1.0, 2.0]}, "a must be a tensor of floats"),
        ({"a": torch.tensor([1, 2])}, "a must be a tensor of floats"),
        ({"b": torch.tensor([1.0, float("inf")])}, "b must be a tensor of finite numbers"),
        ({"b": torch.zeros(3)}, r"b must be like a, \(2,\) of torch.float32, not '\(3,\)"),
        ({"b": torch.zeros(2, dtype=torch.float64)}, "b must be like a"),
        ({"n": 1}, "n must be a whole number of at least 2"),
    ],
)
@pytest.mark.parametrize("way", [latent.interpolate, latent.straight])
def test_ways_that_cannot_be_are_refused(way, change, words):
    with pytest.raises(ValueError, match=words):
        way(**{"a": torch.ones(2), "b": torch.zeros(2), "n": 3} | change)


def test_a_walk_is_closed_and_stops_at_random_noise():
    stops = latent.walk(64, 5, 1, 7, walkers=3)
    moments = latent.walk(64, 5, 4, 7, walkers=3)
    assert moments.shape == (20, 3, 64)
    assert torch.equal(moments[::4], stops)
    assert abs(stops.mean()) < 0.15 and abs(stops.std() - 1) < 0.1
    steps = degrees(moments, moments.roll(-1, 0))  # the last is that from the last moment to the first
    for leg in range(5):
        torch.testing.assert_close(steps[4 * leg : 4 * leg + 4], steps[4 * leg].expand(4, 3), atol=0.05, rtol=0)
    assert (degrees(stops[0, 0], stops[0, 1:]) > 30).all()
    assert torch.equal(moments, latent.walk(64, 5, 4, 7, walkers=3))
    assert not torch.equal(stops, latent.walk(64, 5, 1, 8, walkers=3))


@pytest.mark.parametrize("name", ["dim", "points", "steps_between", "walkers"])
def test_walks_that_cannot_be_are_refused(name):
    arguments = {"dim": 4, "points": 3, "steps_between": 2, "seed": 0} | {name: 0}
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least"):
        latent.walk(**arguments)
    with pytest.raises(ValueError, match="points must be a whole number of at least 2"):
        latent.walk(4, 1, 2, 0)


@pytest.mark.parametrize("G", [small_g(), mlp_g(20)], ids=["dcgan", "mlp"])
def test_directions_are_those_that_the_first_layer_answers_to_most(G):
    found = latent.directions(G, G.inputs, 5)
    torch.testing.assert_close(found @ found.T, torch.eye(5), atol=1e-5, rtol=0)
    layer = next(iter(G.body))

    def answer(directions):
        zero = torch.zeros(1, G.inputs)
        fold = (lambda z: z[:, :, None, None]) if isinstance(layer, torch.nn.ConvTranspose2d) else (lambda z: z)
        return (layer(fold(directions)) - layer(fold(zero))).flatten(1).norm(dim=1)

    with torch.no_grad():
        answers = answer(found)
        assert (answers[:-1] >= answers[1:] - 1e-5).all()
        others = torch.nn.functional.normalize(noise(200, G.inputs), dim=1)
        assert answer(others).max() < answers[0]


def test_directions_leave_a_choice_as_it_is():
    G = dcgan_g(10, 4, 6)
    initialize(G, (0,), "G")
    found = latent.directions(G, 10, 8)
    assert found.shape == (4, 10) and latent.choosing(G) == 6 and latent.choosing(small_g()) == 0
    torch.testing.assert_close(found @ found.T, torch.eye(4), atol=1e-5, rtol=0)
    assert not found[:, :6].any()
    assert latent.directions(dcgan_g(4, 4, 4), 4).shape == (0, 4)
    answers = (found @ G.body[1].weight.flatten(1)).norm(dim=1)
    assert (answers[:-1] >= answers[1:] - 1e-5).all()


def test_directions_of_what_is_no_network_are_coordinates():
    assert torch.equal(latent.directions(lambda z: z, 3, 8), torch.eye(3))


# -- does it copy? -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nearest():
    return latent.Nearest()


def test_the_nearest_are_those_that_a_plain_search_finds(nearest):
    rng = np.random.default_rng(0)
    images = torch.from_numpy(np.concatenate([
        mnist.scaled(mnist.load("test").images[[3, 4]]).reshape(2, -1),
        rng.uniform(-1, 1, (1, 784)).astype(np.float32),
    ]))  # fmt: skip
    rows = mnist.load("train").images.reshape(60_000, -1)
    far = np.concatenate([
        np.stack([np.linalg.norm(piece / 127.5 - 1 - image, axis=1) for image in images.double().numpy()], 1)
        for piece in np.split(rows, 12)
    ])  # fmt: skip
    found = nearest(images, 7)
    np.testing.assert_array_equal(found.indices, far.argsort(0)[:7].T)
    np.testing.assert_allclose(found.distances, np.sort(far, 0)[:7].T, rtol=1e-12)
    np.testing.assert_array_equal(found.labels, mnist.load("train").labels[found.indices])
    np.testing.assert_array_equal(found.images, mnist.load("train").images[found.indices])


def test_a_copy_is_found_at_no_distance_wherever_it_stands(nearest):
    places = [0, 4_999, 5_000, 59_999]
    found = nearest(training_images(*places).view(4, 1, 28, 28), 2)
    assert found.indices[:, 0].tolist() == places
    assert found.distances[:, 0].max() < 1e-4 < found.distances[:, 1].min()


def test_many_images_are_searched_in_pieces(nearest, monkeypatch):
    images = training_images(*range(0, 60_000, 5_000))
    whole = nearest(images, 3)
    monkeypatch.setattr(latent, "QUERY_PIECE", 5)
    monkeypatch.setattr(latent, "TRAIN_PIECE", 7_777)
    pieces = nearest(images, 3)
    np.testing.assert_array_equal(pieces.indices, whole.indices)


def test_a_search_needs_little_memory():
    program = "import torch; torch.set_num_threads(1)\nfrom gan_lessons import latent\nsearch = latent.Nearest()\n"
    one, many = (peak_memory(program + f"search(torch.zeros({n}, 784))") for n in (1, 510))
    assert many - one < 200 and many < 1000


def test_distances_tell_copies_from_real_digits():
    copied = latent.distances(training_images(*range(40)), real=100)
    assert copied.copies == 1 and copied.generated.max() < 1e-4 and copied.real.shape == (100,)
    test = torch.from_numpy(mnist.scaled(mnist.load("test").images[50:250])).flatten(1)
    real = latent.distances(test, real=100)
    assert real.copies < 0.1 and abs(np.median(real.generated) - real.floor) < 1
    assert "half of the 200 samples are nearer than" in str(real) and f"nearer than {real.floor:.1f};" in str(real)


def test_the_floors_that_are_spoken_of_are_those_of_the_test_digits(nearest):
    found = nearest(torch.from_numpy(mnist.scaled(mnist.load("test").images[::10])), 1)
    labels, away = found.labels[:, 0], found.distances[:, 0]
    rare = away < np.array(latent.RARE)[labels]
    assert 0.002 <= rare.mean() <= 0.02  # 1 in 100 of all 10,000
    for digit in range(10):
        assert abs(np.mean(away[labels == digit] < latent.TYPICAL[digit]) - 0.5) < 0.15
        assert rare[labels == digit].mean() < 0.05


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((1, 784)), "images must be a tensor of floats"),
        (torch.zeros(0, 784), "images must be a tensor of floats"),
        (torch.zeros(784), "images must be a tensor of floats"),
        (torch.zeros(1, 783), r"images must be of shape \(n, 784\)"),
        (torch.full((1, 784), 2.0), "images must be from -1"),
        (torch.full((1, 784), float("nan")), "images must be from -1"),
    ],
)
def test_images_that_cannot_be_searched_for_are_refused(nearest, images, words):
    with pytest.raises(ValueError, match=words):
        nearest(images)


def test_other_searches_that_cannot_be_are_refused(nearest):
    with pytest.raises(ValueError, match=r"split must be one of \['train', 'test'\], not 'all'"):
        latent.Nearest("all")
    for k in (0, 101):
        with pytest.raises(ValueError, match="k must be a whole number"):
            nearest(torch.zeros(1, 784), k)
    with pytest.raises(ValueError, match="real must be a whole number from 1 to 10,000, not 10001"):
        latent.distances(torch.zeros(1, 784), real=10_001)


# -- the walk as a GIF -------------------------------------------------------------------------------------


def test_a_sheet_has_each_digit_in_its_place():
    images = torch.stack([torch.full((784,), value) for value in (1.0, 0.0, -1.0)])
    page = animation_digits.frame(images, 2, 3)
    assert page.shape == (3 * (2 * 29 + 1), 3 * (2 * 29 + 1), 3) and page.dtype == np.uint8
    assert (page[3:87, 3:87] == 0).all() and (page[:3] == 255).all()
    assert (page[3:87, 90:174] == 128).all()
    assert (page[90:] == 255).all()


def test_the_gif_shows_the_walk(tmp_path):
    G = small_g()
    path = animation_digits.walk_gif(G, tmp_path / "walk.gif", columns=2, points=3, steps_between=4, seed=1, scale=2)
    with Image.open(path) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (12, (118, 118), 0)
        for place in (0, 5, 11):
            film.seek(place)
            moment = latent.walk(DIM, 3, 4, 1, 4)[place]
            wanted = animation_digits.frame(animation_digits.generate(G, moment[None]), 2, 2)
            assert abs(np.asarray(film.convert("RGB")).astype(int) - wanted).max() <= 16  # of a GIF's fewer greys
    assert G.training


def test_a_gif_that_fails_leaves_the_old_one(tmp_path):
    path = tmp_path / "walk.gif"
    path.write_bytes(b"old")

    class Breaks:
        inputs, seen = DIM, 0

        def __call__(self, noise):
            self.seen += 1
            if self.seen > 3:
                raise KeyboardInterrupt
            return torch.zeros(1, noise.shape[1], 784)

    with pytest.raises(KeyboardInterrupt):
        animation_digits.walk_gif(Breaks(), path, columns=2)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"path": "walk.png"}, "path must be a name that ends in .gif, not 'walk.png'"),
        ({"G": lambda z: z}, "G must be a generator that knows how many `inputs` it takes"),
        ({"columns": 0}, "columns must be a whole number of at least 1"),
        ({"scale": 0}, "scale must be a whole number of at least 1"),
        ({"points": 1}, "points must be a whole number of at least 2"),
        ({"fps": 0}, "fps must be a finite number from 0.1 to 50"),
    ],
)
def test_gifs_that_cannot_be_are_refused(change, words, tmp_path):
    arguments = {"G": small_g(), "path": "walk.gif"} | change
    arguments["path"] = tmp_path / arguments["path"]
    with pytest.raises(ValueError, match=words):
        animation_digits.walk_gif(**arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_of_something_else_is_refused():
    with pytest.raises(ValueError, match=r"images must be of shape \(n, 784\) or \(n, 28, 28\), not \(2, 3\)"):
        animation_digits.frame(torch.zeros(2, 3), 2)


# -- the lab -----------------------------------------------------------------------------------------------


def make(G=None, **settings):
    lab = LatentLab(small_g() if G is None else G, **{"labels": False} | settings)
    lab.sent = []
    lab.page.stage.send = lambda message, buffers=(): lab.sent.append((message, buffers))
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
    wanted = latent.Nearest()(lab.shown.sample[None], 5)
    np.testing.assert_array_equal(moved.indices, wanted.indices)
    assert moved.distances[0, 0] != first.distances[0, 0]


def test_the_verdict_knows_a_copy():
    images = training_images(4, 5)
    copier = make(lambda z: torch.where(z[..., :1] > 0, images[0], images[1]), inputs=3)
    label = mnist.load("train").labels[[4, 5]][0 if copier.shown.sheet.noise[copier.shown.place.chosen, 0] > 0 else 1]
    assert copier.verdict() == (
        f"A is 0.0 away from its nearest training digit, a {label}. Of the real test digits whose nearest is a "
        f"{label}, half are nearer than {latent.TYPICAL[label]} and 1 in 100 nearer than {latent.RARE[label]}: "
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
    recipe = replace(digits.lean_dcgan, noise=DIM, width=4, batch=8, data=Handwritten(first=50), fast=False)
    return replace(recipe, g_optimizer=Adam(1e-3, smoothing=0.9)).trainer(device="cpu")


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
    assert lab.shown.steps == 0 and lab.page.stage.training
    lab.close()
    with pytest.raises(ValueError, match="G must be a generator of digits"):
        LatentLab(recipes.steady.trainer([0]), labels=False)


def test_a_live_training_is_copied_under_its_lock_and_taken_anew_when_asked():
    live = Live()
    live.trainer.advance(2)
    lab = make(live)
    plane = lab.shown.sheet.noise
    assert live.taken == 1 and lab.page.stage.training and lab.shown.steps == 2
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
    lab, recipe = make(live), replace(digits.lean_dcgan, noise=5, width=4, batch=8, data=Handwritten(first=50))
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
        live.trainer.g_player.theta.fill_(torch.nan)
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
    assert "choose" not in lab.page.stage.about
    recipe = replace(digits.lean_dcgan, noise=8, categories=3, width=4, batch=8, data=Handwritten(first=50))
    live.trainer = recipe.trainer(device="cpu")
    lab.refresh()
    assert "choose one of 3" in lab.page.stage.about and lab.directions.shape == (4, 8)
    live.trainer = replace(recipe, categories=5).trainer(device="cpu")
    with pytest.raises(ValueError, match="G has 3 directions now, and there are 4 sliders: run the lab's cell again"):
        lab.refresh()
    assert "choose one of 3" in lab.page.stage.about and lab.directions.shape == (4, 8)
    lab.close()


def test_a_choice_is_told_and_no_slider_moves_it():
    G = dcgan_g(10, 4, 7)
    initialize(G, (0,), "G")
    lab = make(G.eval())
    assert "The first 7 numbers of the noise do nothing but choose one of 7" in lab.page.stage.about
    assert lab.directions.shape == (3, 10) and not lab.directions[:, :7].any()
    lab.set("direction 3", 1.5)
    moved = lab.shown.way.noise[0] - lab.shown.sheet.noise[lab.shown.place.chosen]
    torch.testing.assert_close(moved, 1.5 * lab.directions[2])
    lab.close()


def test_a_function_may_make_the_pictures():
    lab = make(lambda z: z[..., :1].tanh().expand(-1, -1, 784), inputs=3)
    assert torch.equal(lab.directions, torch.eye(3)) and not lab.page.stage.training
    assert "first coordinates" in lab.page.stage.about
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
    first.page._receive(None, {"type": "plane"}, [])
    assert first.sent == []
    again.choose(0), other.choose(0)
    first.close(), again.close(), other.close()


# -- what is said to the page ------------------------------------------------------------------------------


def ask(lab, **message):
    """What the page is sent for a message: by type, with the bytes of each."""
    lab.sent.clear()
    lab.page._receive(None, message, [])
    return {sent["type"]: (sent, b"".join(buffers)) for sent, buffers in lab.sent}


def test_a_new_page_gets_all_and_a_slider_only_the_way(lab):
    shown, digits_sent = ask(lab, type="hello")["shown"]
    assert shown["rows"] == ["sheet", "way"] and len(digits_sent) == (144 + STEPS) * 784
    sent = np.frombuffer(digits_sent, np.uint8).reshape(-1, 784)
    wanted = (torch.cat([lab.shown.sheet.images, lab.shown.way.images]).numpy() + 1) * 127.5
    assert np.abs(sent - wanted).max() <= 0.501
    answers = ask(lab, type="set", name="direction 3", value=OFFSETS[5])
    shown, digits_sent = answers["shown"]
    assert shown["rows"] == ["way"] and len(digits_sent) == STEPS * 784 and shown["moved"]
    answered, _ = answers["answered"]
    assert (answered["name"], answered["note"], answered["index"]["direction 3"]) == ("direction 3", "", 5)
    assert lab.shown.place.offsets[2] == OFFSETS[5]
    shown, digits_sent = ask(lab, type="plane")["shown"]
    assert shown["rows"] == ["sheet", "way"] and shown["index"]["direction 3"] == OFFSETS.index(0)


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
