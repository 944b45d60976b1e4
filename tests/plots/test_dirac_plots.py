"""Pictures of the Dirac-GAN show its walk and its field, and move."""

import numpy as np
import pytest

from gan_lessons.plots import canvas, draw_walks
from gan_lessons.theory import DiracGAN

GAMES = [DiracGAN(), DiracGAN(penalty="R1", weight=0.3)]


def walks(steps):
    return np.stack([game.walk((1, 1), 0.2, steps) for game in GAMES])


def test_walks_and_arrows_are_the_games():
    _, axes = canvas(1, 3)
    drawn = draw_walks(axes, GAMES, walks(50), ["minimax", "R1"])
    for game, one, walk in zip(GAMES, drawn, walks(50), strict=True):
        np.testing.assert_array_equal(one["walk"].get_xydata(), walk)
        x, y = one["field"].X, one["field"].Y
        u, v = game.field(x, y)
        np.testing.assert_allclose(one["field"].U * v, one["field"].V * u, atol=1e-12)  # the same direction
        assert ((one["field"].U * u + one["field"].V * v) >= 0).all()
    assert not axes[2].get_visible() and axes[0].get_xlim() == (-2, 2)


def test_the_same_artists_move():
    _, axes = canvas(1, 2)
    drawn = draw_walks(axes, GAMES, walks(50), ["a", "b"])
    moved = draw_walks(axes, GAMES, walks(80), ["c", "d"], artists=drawn)
    assert all(
        new["walk"] is old["walk"] and new["field"] is old["field"] for new, old in zip(moved, drawn, strict=True)
    )
    assert len(moved[0]["walk"].get_xydata()) == 81 and axes[0].get_title() == "c"


def test_shapes_that_do_not_fit_are_refused():
    _, axes = canvas(1, 2)
    with pytest.raises(ValueError, match="walks must be"):
        draw_walks(axes, GAMES, walks(5)[:1], ["a", "b"])
    with pytest.raises(ValueError, match="walks must be"):
        draw_walks(axes, GAMES, walks(5), ["a"])
