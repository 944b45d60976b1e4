"""What D and G minimise. Losses are pure functions of one training step and reduce its last axis only.

Logits are D's output before a sigmoid (where an objective has no sigmoid they are D's scores). D's loss gets a pair of
them, (*runs, 2, batch): row 0 on real samples, row 1 on generated ones. A loss is (*runs,), in nats where it is a
logarithm. A step (see `steps.Step`) also carries D and G and the real and generated batches, for objectives that need
more than logits.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from gan_lessons.errors import number

Loss = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, repr=False)
class Objective:
    """A pair of losses: `d(step) -> (*runs,)` for D, `g(step) -> (*runs,)` for G.

    g_sees_real: whether G's loss looks at a real batch, too. d_needs: what of D it asks for beside logits, such as
    "penultimate" (its last hidden layer)."""

    name: str
    d: Callable[..., torch.Tensor]
    g: Callable[..., torch.Tensor]
    g_sees_real: bool = False
    d_needs: str = ""

    def __repr__(self) -> str:
        return f"losses.{self.name}"

    def __reduce__(self):
        """Recipes go to other processes: there, an objective of this module is that module's own again."""
        if BY_NAME.get(self.name) is self:
            return self.name
        return Objective, (self.name, self.d, self.g, self.g_sees_real, self.d_needs)


class FromLogits(Objective):
    """An objective that needs nothing but logits.

    d_loss: (*runs, 2, batch) -> (*runs,). g_loss: (*runs, batch) -> (*runs,). d_slope, g_slope: the gradients
    of their sums over runs with respect to the logits, in the logits' shape (they spare autograd the work).
    """

    def __init__(self, name: str, d_loss: Loss, d_slope: Loss, g_loss: Loss, g_slope: Loss):
        super().__init__(name, lambda step: d_loss(step.logits), lambda step: g_loss(step.fake_logits))
        vars(self).update(d_loss=d_loss, d_slope=d_slope, g_loss=g_loss, g_slope=g_slope)

    def __reduce__(self):
        """As `Objective`'s."""
        if BY_NAME.get(self.name) is self:
            return self.name
        return FromLogits, (self.name, self.d_loss, self.d_slope, self.g_loss, self.g_slope)


# real, generated; exact in any precision, so a product keeps the logits' own
_SIGNS = torch.tensor([[-1.0], [1.0]])
_LABELS = torch.tensor([[1.0], [0.0]])


def cross_entropy_d(logits: torch.Tensor) -> torch.Tensor:
    """-log D(x) - log(1 - D(G(z))), the mean over the batch: (*runs, 2, batch) -> (*runs,).

    log 4 = 1.386 where D can only guess. Goodfellow et al. 2014, equation 1 (with the sign turned)."""
    return F.logsigmoid(logits * -_SIGNS.to(logits.device)).sum((-1, -2)) / -logits.shape[-1]


def _cross_entropy_d_slope(logits: torch.Tensor) -> torch.Tensor:
    signs = _SIGNS.to(logits.device)
    return torch.sigmoid(logits * signs) * signs / logits.shape[-1]


def minimax_g(fake: torch.Tensor) -> torch.Tensor:
    """log(1 - D(G(z))), the saturating loss: (*runs, batch) -> (*runs,). -log 2 where D can only guess.

    Its gradient vanishes where D is sure. Goodfellow et al. 2014, equation 1."""
    return F.logsigmoid(-fake).mean(-1)


def _minimax_g_slope(fake: torch.Tensor) -> torch.Tensor:
    return torch.sigmoid(fake) / -fake.shape[-1]


def non_saturating_g(fake: torch.Tensor) -> torch.Tensor:
    """-log D(G(z)): (*runs, batch) -> (*runs,). log 2 = .693 where D can only guess.

    Goodfellow et al. 2014, section 3, last paragraph."""
    return -F.logsigmoid(fake).mean(-1)


def _non_saturating_g_slope(fake: torch.Tensor) -> torch.Tensor:
    return torch.sigmoid(-fake) / -fake.shape[-1]


# Objectives of one batch of scores that are no logarithm: least squares, hinge, Wasserstein.


def least_squares_d(scores: torch.Tensor) -> torch.Tensor:
    """(D(x) - 1)^2 / 2 + D(G(z))^2 / 2: (*runs, 2, batch) -> (*runs,); 1/4 where D says 1/2 to all.

    Mao et al. 2017, equation 9 (labels 0 and 1). D's output is the score itself, no sigmoid follows."""
    return ((scores - _LABELS.to(scores.device)) ** 2).sum((-1, -2)) / (2 * scores.shape[-1])


def _least_squares_d_slope(scores: torch.Tensor) -> torch.Tensor:
    return (scores - _LABELS.to(scores.device)) / scores.shape[-1]


def least_squares_g(fake: torch.Tensor) -> torch.Tensor:
    """(D(G(z)) - 1)^2 / 2: (*runs, batch) -> (*runs,). Mao et al. 2017, equation 9."""
    return ((fake - 1) ** 2).mean(-1) / 2


def _least_squares_g_slope(fake: torch.Tensor) -> torch.Tensor:
    return (fake - 1) / fake.shape[-1]


def hinge_d(scores: torch.Tensor) -> torch.Tensor:
    """max(0, 1 - D(x)) + max(0, 1 + D(G(z))): (*runs, 2, batch) -> (*runs,); 2 where D says 0 to all.

    Lim & Ye 2017; Miyato et al. 2018, equation 16."""
    return F.relu(1 + scores * _SIGNS.to(scores.device)).sum((-1, -2)) / scores.shape[-1]


def _hinge_d_slope(scores: torch.Tensor) -> torch.Tensor:
    signs = _SIGNS.to(scores)
    return torch.where(1 + scores * signs > 0, signs, 0.0) / scores.shape[-1]


def wasserstein_d(scores: torch.Tensor) -> torch.Tensor:
    """D(G(z)) - D(x): (*runs, 2, batch) -> (*runs,). Minus this is W1, if D is the best of slope 1 at most.

    Arjovsky et al. 2017, equation 3. D must be kept from steep slopes: by clipping, a penalty or spectral norm."""
    return (scores * _SIGNS.to(scores.device)).sum((-1, -2)) / scores.shape[-1]


def _wasserstein_d_slope(scores: torch.Tensor) -> torch.Tensor:
    return (_SIGNS.to(scores) / scores.shape[-1]).expand(scores.shape)


def wasserstein_g(fake: torch.Tensor) -> torch.Tensor:
    """-D(G(z)), for the Wasserstein and the hinge loss: (*runs, batch) -> (*runs,)."""
    return -fake.mean(-1)


def _wasserstein_g_slope(fake: torch.Tensor) -> torch.Tensor:
    return torch.full_like(fake, -1 / fake.shape[-1])


# Objectives that need more than one batch of logits.


def relativistic_d(step) -> torch.Tensor:
    """-log sigmoid(D(x) - D(G(z))), each real sample paired with a generated one -> (*runs,); log 2 at a draw.

    Jolicoeur-Martineau 2018, equation 11 (RpGAN) with the logistic loss."""
    real, fake = step.logits.unbind(-2)
    return -F.logsigmoid(real - fake).mean(-1)


def relativistic_g(step) -> torch.Tensor:
    """-log sigmoid(D(G(z)) - D(x)), over the same kind of pairs -> (*runs,); log 2 at a draw."""
    return -F.logsigmoid(step.fake_logits - step.real_logits).mean(-1)


def feature_matching_g(step) -> torch.Tensor:
    """|mean of f(x) - mean of f(G(z))|^2 with f the last hidden layer of D -> (*runs,).

    Salimans et al. 2016, section 3.1. It asks for means only: many a G with little variety has them."""
    real, fake = step.D.penultimate(step.real).detach(), step.D.penultimate(step.fake)
    return (real.mean(-2) - fake.mean(-2)).square().sum(-1)


minimax = FromLogits("minimax", cross_entropy_d, _cross_entropy_d_slope, minimax_g, _minimax_g_slope)
non_saturating = FromLogits(
    "non_saturating", cross_entropy_d, _cross_entropy_d_slope, non_saturating_g, _non_saturating_g_slope
)

least_squares = FromLogits(
    "least_squares", least_squares_d, _least_squares_d_slope, least_squares_g, _least_squares_g_slope
)
hinge = FromLogits("hinge", hinge_d, _hinge_d_slope, wasserstein_g, _wasserstein_g_slope)
wasserstein = FromLogits("wasserstein", wasserstein_d, _wasserstein_d_slope, wasserstein_g, _wasserstein_g_slope)
relativistic = Objective("relativistic", relativistic_d, relativistic_g, g_sees_real=True)
feature_matching = Objective(
    "feature_matching",
    lambda step: cross_entropy_d(step.logits),
    feature_matching_g,
    g_sees_real=True,
    d_needs="penultimate",
)


def smoothed(real: float = 0.9) -> FromLogits:
    """One-sided label smoothing: D is to give real samples the label `real` instead of 1; G's loss is non-saturating.

    D's loss is -real log D(x) - (1 - real) log(1 - D(x)) - log(1 - D(G(z))). Salimans et al. 2016, section 3.4.
    Raises ValueError unless real is above 0.5 and at most 1."""
    real = number("real", real, 0.5 + 1e-9, 1.0)
    labels = torch.tensor([[real], [0.0]], dtype=torch.float64)

    def d_loss(logits):  # -y log D - (1 - y) log(1 - D), where log D = l + log(1 - D)
        return (F.logsigmoid(-logits) + labels.to(logits) * logits).sum((-1, -2)) / -logits.shape[-1]

    def d_slope(logits):
        return (torch.sigmoid(logits) - labels.to(logits)) / logits.shape[-1]

    return _Smoothed(f"smoothed({real})", d_loss, d_slope, non_saturating_g, _non_saturating_g_slope, real)


class _Smoothed(FromLogits):
    """What `smoothed` makes: equal, and rebuilt in another process, by its label."""

    def __init__(self, name, d_loss, d_slope, g_loss, g_slope, real):
        super().__init__(name, d_loss, d_slope, g_loss, g_slope)
        vars(self)["real"] = real

    def __eq__(self, other) -> bool:
        return isinstance(other, _Smoothed) and other.real == self.real

    def __hash__(self) -> int:
        return hash(self.name)

    def __reduce__(self):
        return smoothed, (self.real,)


BY_NAME = {
    objective.name: objective
    for objective in (minimax, non_saturating, least_squares, hinge, wasserstein, relativistic, feature_matching)
}
