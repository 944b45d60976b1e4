"""The Dirac-GAN against the paper's laws, autograd, and the radii of its known walks."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan_lessons.theory import DiracGAN

GAMES = {
    "minimax": DiracGAN(),
    "non-saturating": DiracGAN("non-saturating"),
    "clipping": DiracGAN("Wasserstein", "clipping", 1.0),
    "instance noise": DiracGAN(noise=0.7),
    "R1": DiracGAN(penalty="R1", weight=0.3),
    "consensus": DiracGAN(penalty="consensus", weight=1.0),
}
# The eigenvalue above the real axis; the distance after 500 steps of .2 from (1, 1), both at once and in turn.
KNOWN = {
    "minimax": (0.5j, 3.097, 1.421),
    "non-saturating": (0.5j, 0.640, 0.284),
    "clipping": (1j, 1.002, 1.024),
    "instance noise": (-0.1225 + 0.4848j, 5.7e-5, 4.0e-6),
    "R1": (-0.15 + 0.477j, 2.6e-6, 2.3e-7),
    "consensus": (-0.25 + 0.5j, 2.6e-10, 1.7e-11),
}


def radius(game, start=(1, 1), step=0.2, steps=500, alternating=False):
    return np.hypot(*game.walk(start, step, steps, alternating)[-1])


@pytest.mark.parametrize("name", KNOWN)
def test_known_walks_and_eigenvalues(name):
    eigenvalue, at_once, in_turn = KNOWN[name]
    np.testing.assert_allclose(GAMES[name].eigenvalues(), [eigenvalue, np.conj(eigenvalue)], atol=5e-5)
    digits = 5e-4 if at_once > 0.1 else 0.02 * at_once
    assert radius(GAMES[name]) == pytest.approx(at_once, abs=digits)
    digits = 5e-4 if in_turn > 0.1 else 0.02 * in_turn
    assert radius(GAMES[name], alternating=True) == pytest.approx(in_turn, abs=digits)


def by_autograd(game, theta, psi):
    """The field as gradients of the paper's payoff, noise by many equal steps of its quantiles."""
    t, p = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (theta, psi))
    quantiles = torch.special.ndtri((torch.arange(40_000, dtype=torch.float64) + 0.5) / 40_000)
    blur = game.noise * quantiles if game.noise else torch.zeros(1, dtype=torch.float64)
    f = (lambda s: s) if game.objective == "Wasserstein" else F.logsigmoid
    payoff = f(p * (t + blur)).mean() + f(-p * blur).mean()
    g_loss = -f(-p * (t + blur)).mean() if game.objective == "non-saturating" else payoff
    of_g = -torch.autograd.grad(g_loss, t, create_graph=True)[0]
    of_d = torch.autograd.grad(payoff, p, create_graph=True)[0]
    if game.penalty == "R1":
        of_d = of_d - torch.autograd.grad(game.weight / 2 * p**2, p)[0]
    elif game.penalty == "gradient penalty":
        of_d = of_d - torch.autograd.grad(game.weight / 2 * (p.abs() - 1) ** 2, p)[0]
    elif game.penalty == "consensus":
        down = torch.autograd.grad(game.weight * (of_g**2 + of_d**2) / 2, (t, p))
        of_g, of_d = of_g - down[0], of_d - down[1]
    return of_g.item(), of_d.item()


@pytest.mark.parametrize("objective", ["minimax", "non-saturating", "Wasserstein"])
@pytest.mark.parametrize("penalty", ["none", "R1", "gradient penalty", "consensus"])
@pytest.mark.parametrize("noise", [0.0, 0.7])
def test_the_field_is_the_payoffs_gradient(objective, penalty, noise):
    game = DiracGAN(objective, penalty, 0.4, noise)
    for theta, psi in ((1.0, 1.0), (-0.7, 2.0), (0.3, -1.5)):
        np.testing.assert_allclose(game.field(theta, psi), by_autograd(game, theta, psi), atol=2e-4 if noise else 1e-12)


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)
def test_the_jacobian_is_the_fields_slope_at_the_solution(game):
    h = 1e-5
    columns = [np.subtract(game.field(*(h * e)), game.field(*(-h * e))) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(game.jacobian(), np.transpose(columns), atol=1e-8)


@pytest.mark.parametrize("name", ["instance noise", "R1", "consensus"])
@pytest.mark.parametrize("alternating", [False, True])
def test_a_walk_shrinks_at_the_rate_of_the_multipliers(name, alternating):
    walk = GAMES[name].walk((0.01, 0), 0.2, 400, alternating)
    rate = (np.hypot(*walk[400]) / np.hypot(*walk[200])) ** (1 / 200)
    assert rate == pytest.approx(abs(GAMES[name].multipliers(0.2, alternating)[0]), abs=1e-3)


def test_laws_of_the_multipliers():
    for game in GAMES.values():
        np.testing.assert_allclose(game.multipliers(0.3), 1 + 0.3 * game.eigenvalues(), atol=1e-12)
    assert abs(DiracGAN().multipliers(0.2)[0]) == pytest.approx(math.hypot(1, 0.1))  # both at once it leaves
    assert abs(DiracGAN().multipliers(0.2, alternating=True)[0]) == pytest.approx(1)  # in turn it goes round


@pytest.mark.parametrize("weight", [0.2, 0.6, 1.0, 1.4])
def test_r1_has_the_eigenvalues_of_the_papers(weight):
    root = np.sqrt(complex(weight**2 / 4 - 1 / 4))  # f'(0) = 1/2
    found = DiracGAN("non-saturating", "R1", weight).eigenvalues()
    np.testing.assert_allclose(sorted(found, key=str), sorted([-weight / 2 + root, -weight / 2 - root], key=str))


def test_at_once_and_with_a_fixed_step_the_non_saturating_game_ends_on_a_circle():
    """Its radius goes with the root of the step, so smaller steps help, and in turn it goes on shrinking."""
    game = GAMES["non-saturating"]
    large, small = (radius(game, step=step, steps=8_000) for step in (0.2, 0.05))
    assert 0.61 < large < 0.65 and large / small == pytest.approx(2, abs=0.1)
    assert radius(game, steps=8_000, alternating=True) < 0.08


def test_the_gradient_penalty_does_not_bring_it_home():
    assert radius(DiracGAN("Wasserstein", "gradient penalty", 1.0), steps=2000) > 0.1


def test_clipping_keeps_d_within_its_weight():
    walk = DiracGAN("Wasserstein", "clipping", 0.5).walk((1, 0), 0.2, 100)
    assert abs(walk[:, 1]).max() == 0.5


def test_a_walk_that_leaves_all_numbers_goes_on():
    walk = DiracGAN(penalty="R1", weight=50.0).walk((1, 1), 1.0, 2000)
    assert walk.shape == (2001, 2) and not np.isfinite(walk[-1]).all()


@pytest.mark.parametrize("step", [0, -0.1, math.nan, math.inf, "0.2", True])
def test_a_step_must_be_above_0(step):
    with pytest.raises(ValueError, match="step must be a finite number"):
        DiracGAN().walk((1, 1), step, 10)
    with pytest.raises(ValueError, match="step must be a finite number"):
        DiracGAN().multipliers(step)


@pytest.mark.parametrize("start", [(1,), (1, 2, 3), (1, math.nan), "ab", 1.0, (True, 1)])
def test_a_start_must_be_two_numbers(start):
    with pytest.raises(ValueError, match="start must be"):
        DiracGAN().walk(start, 0.1, 10)


def test_other_refusals():
    with pytest.raises(ValueError, match=r"penalty must be one with a derivative at psi = 0, .*, not 'gr"):
        DiracGAN(penalty="gradient penalty", weight=1.0).eigenvalues()
    with pytest.raises(ValueError, match=r"objective must be one of \['minimax', .*, not 'hinge'"):
        DiracGAN("hinge")
    with pytest.raises(ValueError, match="penalty must be one of"):
        DiracGAN(penalty="R3")
    for name in ("weight", "noise"):
        with pytest.raises(ValueError, match=f"{name} must be a finite number of at least 0"):
            DiracGAN(**{name: -1.0})
    with pytest.raises(ValueError, match="steps must be a whole number"):
        DiracGAN().walk((1, 1), 0.1, -1)
