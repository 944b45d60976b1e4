"""Losses against numbers worked by hand, and their slopes against autograd."""

import math
import pickle
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from gan_lessons.losses import objectives as losses
from gan_lessons.losses.objectives import (
    FromLogits,
    cross_entropy_d,
    minimax,
    minimax_g,
    non_saturating,
    non_saturating_g,
)

FROM_LOGITS = [
    minimax,
    non_saturating,
    losses.least_squares,
    losses.hinge,
    losses.wasserstein,
    losses.LabelSmoothing(0.8),
]
OBJECTIVES = pytest.mark.parametrize("objective", FROM_LOGITS, ids=lambda o: o.name)


def logits(*shape, scale=3.0):
    return scale * torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_at_zero_logits_they_are_log_4_and_log_2():
    zeros = torch.zeros(3, 2, 5, dtype=torch.float64)
    assert cross_entropy_d(zeros).tolist() == pytest.approx([math.log(4)] * 3, abs=1e-15)
    assert non_saturating_g(zeros[:, 1]).tolist() == pytest.approx([math.log(2)] * 3, abs=1e-15)
    assert minimax_g(zeros[:, 1]).tolist() == pytest.approx([-math.log(2)] * 3, abs=1e-15)


def test_by_hand():
    # D gives real samples 3/4 and 1/2, generated ones 1/4 and 1/5; the logit of p is log(p / (1 - p))
    pair = torch.tensor([[math.log(3), 0.0], [-math.log(3), -math.log(4)]], dtype=torch.float64)
    by_hand = -(math.log(3 / 4) + math.log(1 / 2)) / 2 - (math.log(3 / 4) + math.log(4 / 5)) / 2
    assert cross_entropy_d(pair).item() == pytest.approx(by_hand, abs=1e-15)
    assert non_saturating_g(pair[1]).item() == pytest.approx(-(math.log(1 / 4) + math.log(1 / 5)) / 2, abs=1e-15)
    assert minimax_g(pair[1]).item() == pytest.approx((math.log(3 / 4) + math.log(4 / 5)) / 2, abs=1e-15)


def test_they_are_torchs_binary_cross_entropy():
    pair, ones = logits(4, 2, 12), torch.ones(12, dtype=torch.float64)
    for run in range(4):
        real, fake = pair[run]
        bce = F.binary_cross_entropy_with_logits
        expected = bce(real, ones) + bce(fake, 1 - ones)
        torch.testing.assert_close(cross_entropy_d(pair)[run], expected, rtol=0, atol=1e-12)
        torch.testing.assert_close(non_saturating_g(pair[run, 1]), bce(fake, ones), rtol=0, atol=1e-12)
        torch.testing.assert_close(minimax_g(pair[run, 1]), -bce(fake, 1 - ones), rtol=0, atol=1e-12)


@OBJECTIVES
@pytest.mark.parametrize("batch", [1, 12])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("scale", [3.0, 100.0])
def test_slopes_are_the_gradients(objective, batch, dtype, scale):
    pair = logits(3, 2, batch, scale=scale).to(dtype).requires_grad_()
    for loss, slope, x in (
        (objective.d_loss, objective.d_slope, pair),
        (objective.g_loss, objective.g_slope, pair.detach()[:, 1].requires_grad_()),
    ):
        (expected,) = torch.autograd.grad(loss(x).sum(), x)
        ours = slope(x.detach())
        assert ours.dtype == dtype
        rounding = {"rtol": 0, "atol": 1e-12} if dtype == torch.float64 else {"rtol": 2**-22, "atol": 1e-6}
        torch.testing.assert_close(ours, expected, **rounding)


@OBJECTIVES
def test_leading_axes_stay_and_are_independent(objective):
    for shape in ((2, 5), (3, 2, 5), (4, 3, 2, 5)):
        pair = logits(*shape)
        assert objective.d_loss(pair).shape == shape[:-2]
        assert objective.g_loss(pair[..., 1, :]).shape == shape[:-2]
    whole = logits(3, 2, 5)
    for run in range(3):
        for loss, x in ((objective.d_loss, whole), (objective.g_loss, whole[:, 1])):
            torch.testing.assert_close(loss(x)[run], loss(x[run]), rtol=0, atol=1e-15)


@pytest.mark.parametrize("objective", [minimax, non_saturating], ids=lambda o: o.name)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_finite_and_right_at_logits_of_a_thousand(objective, dtype):
    sure, wrong = torch.tensor([[1000.0], [-1000.0]], dtype=dtype), torch.tensor([[-1000.0], [1000.0]], dtype=dtype)
    assert objective.d_loss(sure).item() == 0 and objective.d_loss(wrong).item() == 2000
    assert objective.d_slope(sure).tolist() == [[0], [0]] and objective.d_slope(wrong).tolist() == [[-1], [1]]
    found, fooled = sure[1], wrong[1]
    if objective is non_saturating:
        assert (objective.g_loss(found).item(), objective.g_loss(fooled).item()) == (1000, 0)
        assert (objective.g_slope(found).item(), objective.g_slope(fooled).item()) == (-1, 0)
    else:
        assert (objective.g_loss(found).item(), objective.g_loss(fooled).item()) == (0, -1000)
        assert (objective.g_slope(found).item(), objective.g_slope(fooled).item()) == (0, -1)  # it saturates


def test_an_objective_of_logits_reads_them_from_the_step():
    step = SimpleNamespace(logits=logits(3, 2, 5), fake_logits=logits(3, 7))
    for objective, g_loss in ((minimax, minimax_g), (non_saturating, non_saturating_g)):
        assert torch.equal(objective.losses["D"](step), cross_entropy_d(step.logits))
        assert torch.equal(objective.losses["G"](step), g_loss(step.fake_logits))


@pytest.mark.parametrize("objective", losses.BY_NAME.values(), ids=lambda o: o.name)
def test_an_objective_comes_back_from_another_process_as_itself(objective):
    assert pickle.loads(pickle.dumps(objective)) is objective
    assert losses.BY_NAME[objective.name] is objective


def test_an_objective_of_ones_own_can_be_pickled_too():
    mine = FromLogits("mine", cross_entropy_d, minimax.d_slope, minimax_g, minimax.g_slope)
    copy = pickle.loads(pickle.dumps(mine))
    assert copy.name == "mine" and copy.g_loss is minimax_g


def test_smoothing_comes_back_from_another_process_and_from_its_words():
    smoothed = losses.LabelSmoothing(0.8)
    assert (
        pickle.loads(pickle.dumps(smoothed))
        == smoothed
        == eval(repr(smoothed), {"LabelSmoothing": losses.LabelSmoothing})
    )
    assert smoothed != losses.LabelSmoothing(0.9)
    assert hash(smoothed) == hash(losses.LabelSmoothing(0.8))


def test_scores_by_hand():
    # scores 2 and 0 on real samples, -1 and 3 on generated ones
    pair = torch.tensor([[2.0, 0.0], [-1.0, 3.0]], dtype=torch.float64)
    assert losses.least_squares_d(pair).item() == ((1 + 1) + (1 + 9)) / 4
    assert losses.least_squares_g(pair[1]).item() == (4 + 4) / 4
    assert losses.hinge_d(pair).item() == ((0 + 1) + (0 + 4)) / 2
    assert losses.wasserstein_d(pair).item() == (-1 + 3) / 2 - (2 + 0) / 2
    assert losses.wasserstein_g(pair[1]).item() == -1.0


def test_at_a_draw_scores_cost_what_the_papers_say():
    halves, zeros = torch.full((2, 5), 0.5), torch.zeros(2, 5)
    assert losses.least_squares_d(halves).item() == 0.25
    assert losses.hinge_d(zeros).item() == 2 and losses.wasserstein_d(zeros).item() == 0


def test_smoothing_is_cross_entropy_with_a_soft_label():
    pair = logits(2, 7)
    real, fake = pair
    soft = F.binary_cross_entropy_with_logits(real, torch.full_like(real, 0.8))
    expected = soft + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    torch.testing.assert_close(losses.LabelSmoothing(0.8).d_loss(pair), expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(losses.LabelSmoothing(1.0).d_loss(pair), cross_entropy_d(pair), rtol=0, atol=1e-12)


def test_a_smoothed_d_is_best_below_1():
    # the slope at a real sample is 0 where D says exactly the label
    pair = torch.tensor([[math.log(0.8 / 0.2)], [0.0]], dtype=torch.float64)
    assert losses.LabelSmoothing(0.8).d_slope(pair)[0].item() == pytest.approx(0, abs=1e-12)


def test_relativistic_looks_at_pairs():
    real, fake = logits(3, 2, 5).unbind(-2)
    step = SimpleNamespace(logits=torch.stack([real, fake], -2), real_logits=real, fake_logits=fake)
    expected = -torch.sigmoid(real - fake).log().mean(-1)
    torch.testing.assert_close(losses.relativistic_d(step), expected, rtol=0, atol=1e-12)
    shifted = SimpleNamespace(logits=step.logits + 7, real_logits=real + 7, fake_logits=fake + 7)
    torch.testing.assert_close(losses.relativistic_d(shifted), expected, rtol=0, atol=1e-12)  # only gaps count
    expected = -torch.sigmoid(fake - real).log().mean(-1)
    torch.testing.assert_close(losses.relativistic_g(step), expected, rtol=0, atol=1e-12)


def test_feature_matching_by_hand():
    doubled = SimpleNamespace(penultimate=lambda x: torch.cat([x, 2 * x], -1))
    step = SimpleNamespace(D=doubled, real=torch.tensor([[[1.0], [3.0]]]), fake=torch.tensor([[[0.0], [1.0]]]))
    assert losses.feature_matching_g(step).tolist() == [1.5**2 + 3.0**2]


@pytest.mark.parametrize("real", [0.5, 1.1, math.nan, "0.9", True])
def test_smoothing_refuses_labels(real):
    with pytest.raises(ValueError, match=r"real must be a finite number from 0\.5 to 1, not"):
        losses.LabelSmoothing(real)
