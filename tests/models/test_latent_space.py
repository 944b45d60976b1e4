"""Planes and ways through the latent space, and what a generator makes there."""

import numpy as np
import pytest
import torch
from scipy.spatial import geometric_slerp

from gan_lessons._core.randomness import generator, initialize
from gan_lessons.models import latent_space as latent
from gan_lessons.models.dcgan import dcgan_g, mlp_g

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


# -- a walk of pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"G": lambda z: z}, "G must be a generator that knows how many `inputs` it takes"),
        ({"points": 1}, "points must be a whole number of at least 2"),
        ({"walkers": 0}, "walkers must be a whole number of at least 1"),
    ],
)
def test_walks_that_cannot_be_are_refused_at_once(change, words):
    with pytest.raises(ValueError, match=words):
        latent.walked(**{"G": small_g()} | change)


@pytest.mark.parametrize("images", [torch.full((1, 784), torch.nan), [0.0] * 784], ids=["NaN", "no tensor"])
def test_what_is_no_picture_becomes_no_bytes(images):
    with pytest.raises(ValueError, match="images must be a tensor of finite numbers"):
        latent.to_bytes(images)
