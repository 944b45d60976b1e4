"""Consensus optimisation against the Dirac-GAN, which is worked by hand, and against finite differences."""

import pickle

import numpy as np
import pytest
import torch
from torch import nn

from gan_lessons._core import as_json
from gan_lessons.labs.scenes.charts import gives_scores
from gan_lessons.losses import Consensus, Step, minimax, non_saturating, relativistic, squared_field
from gan_lessons.recipes import toys as recipes
from gan_lessons.theory import DiracGAN
from gan_lessons.trainers import gradients

PLACES = [(1.0, 1.0), (-0.7, 2.0), (0.3, -1.5)]


class Number(nn.Module):
    """One weight a run: G puts every sample there, D multiplies by it."""

    def __init__(self, values, times):
        super().__init__()
        self.weight, self.times, self.runs = (
            nn.Parameter(torch.tensor(values, dtype=torch.float64)[:, None, None]),
            times,
            len(values),
        )

    def forward(self, x):
        return x * self.weight if self.times else x * 0 + self.weight


def dirac(learner):
    """A step of the Dirac-GAN at three places, one a run. Here real samples get high logits, so psi changes sign."""
    theta, psi = zip(*PLACES, strict=True)
    networks = {"D": Number([-p for p in psi], True), "G": Number(list(theta), False)}
    zeros = torch.zeros(len(PLACES), 4, 1, dtype=torch.float64)
    return Step(networks, learner, zeros, zeros)


@pytest.mark.parametrize("base", [minimax, non_saturating], ids=lambda base: base.name)
def test_both_players_move_as_in_the_dirac_gan(base):
    game = DiracGAN({"minimax": "minimax", "non_saturating": "non-saturating"}[base.name], "consensus", 0.7)
    moves = {name: -gradients.by_autograd(Consensus(0.7, base), (), dirac(name))[2][:, 0].numpy() for name in "DG"}
    theta, psi = np.array(PLACES).T
    of_g, of_d = game.field(theta, psi)
    np.testing.assert_allclose(moves["G"], of_g, atol=1e-12)
    np.testing.assert_allclose(-moves["D"], of_d, atol=1e-12)


def test_the_term_is_the_length_of_both_gradients():
    theta, psi = np.array(PLACES).T
    of_g, of_d = DiracGAN().field(theta, psi)
    for learner in "DG":
        found = squared_field(minimax, dirac(learner)).detach().numpy()
        np.testing.assert_allclose(found, of_g**2 + of_d**2, atol=1e-12)


def test_weight_0_is_the_base():
    plain, with_it = (recipes.steady.trainer(range(3)) for _ in range(2))
    plain.change(objective=minimax), with_it.change(objective=Consensus(0.0))
    for trainer in (plain, with_it):
        trainer.advance(20)
    for name in "DG":
        torch.testing.assert_close(plain.players[name].theta, with_it.players[name].theta, rtol=1e-4, atol=1e-5)


def test_no_sample_is_pushed_by_the_term():
    for base in (minimax, relativistic):
        pushes = [gradients.push(loss, dirac("G"))[1] for loss in (Consensus(0.7, base), base)]
        assert torch.equal(*pushes) and pushes[0].abs().min() > 0
        assert Consensus(0.7, base).on_samples is base.on_samples is base


def test_scores_stay_scores():
    assert gives_scores(Consensus(0.1, relativistic)) and not gives_scores(Consensus(0.1))


def test_an_unrolled_one_is_refused():
    with pytest.raises(ValueError, match=r"unroll: .* with consensus asks for third derivatives"):
        recipes.steady.trainer(0).change(objective=Consensus(0.1), unroll=2)


def test_it_has_a_form_in_files_and_processes():
    made = Consensus(0.25, non_saturating)
    assert pickle.loads(pickle.dumps(made)) == made != Consensus(0.25)
    assert as_json.written("objective", made) == {
        "kind": "Consensus",
        "weight": 0.25,
        "base": {"kind": "non_saturating"},
    }


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="weight must be a finite number of at least 0, not -1"):
        Consensus(-1)
    with pytest.raises(ValueError, match=r"base must be an Objective of gan_lessons.losses, not 'minimax'"):
        Consensus(1.0, "minimax")
