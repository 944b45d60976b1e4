"""What D and G minimise. Losses are pure functions of one training step and reduce its last axis only.

Logits are D's output before a sigmoid (where an objective has no sigmoid they are D's scores). D's loss gets a pair of
them, (*runs, 2, batch): row 0 on real samples, row 1 on generated ones. A loss is (*runs,), in nats where it is a
logarithm. A step (see `steps.Step`) also carries D and G and the real and generated batches, for objectives that need
more than logits.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
import torch.nn.functional as F

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import KINDS, Settings, frozen, name_in_files, number, setting
from gan_lessons.models.conditioning import Conditioning

Loss = Callable[[torch.Tensor], torch.Tensor]


class Objective:
    """What each player of a game minimises.

    name: of the objective. losses: player's name -> function of a `Step` that gives (*runs,). sees_real: players whose
    loss looks at a real batch; in a GAN D always does, so only "G" needs to be named. d_needs: what of D it asks for
    beside logits, such as "penultimate" (its last hidden layer). shows: None, or a function of the trainer that gives
    what a snapshot shows, (*runs, n, d), where there is no G that makes samples.
    Raises ValueError for losses that are no functions by name."""

    def __init__(
        self,
        name: str,
        losses: Mapping[str, Callable[..., torch.Tensor]],
        sees_real: Sequence[str] = (),
        d_needs: str = "",
        shows: Callable[..., torch.Tensor] | None = None,
    ):
        if not isinstance(losses, Mapping) or not losses or not all(callable(loss) for loss in losses.values()):
            refuse("losses", losses, "a dictionary of functions, one for each player")
        self.name, self.losses, self.sees_real = name, dict(losses), tuple(sees_real)
        self.d_needs, self.shows = d_needs, shows

    def asks(self, data, noise) -> Conditioning:
        """What it needs of D's and G's networks beside samples, with these data and this noise: nothing by default."""
        return Conditioning()

    @property
    def adversarial(self) -> "Objective":
        """What D and G play for, without what a kind of conditional GAN adds."""
        return self

    def on(self, base: "Objective") -> "Objective":
        """The same kind of GAN, played for another objective."""
        return base

    @property
    def on_samples(self) -> "Objective":
        """What of it is a loss of samples: all, but for a term of the players' own gradients."""
        return self

    def __repr__(self) -> str:
        return f"losses.{self.name}"

    def __reduce__(self):
        """Recipes go to other processes: there, an objective with a name in files is that module's own again."""
        if KINDS.get(self.name) is self:
            return _named, (self.name,)
        return Objective, (self.name, self.losses, self.sees_real, self.d_needs, self.shows)


def _named(name: str) -> Objective:
    return KINDS[name]


class FromLogits(Objective):
    """An objective of D and G that needs nothing but logits.

    d_loss: (*runs, 2, batch) -> (*runs,). g_loss: (*runs, batch) -> (*runs,). d_slope, g_slope: the gradients
    of their sums over runs with respect to the logits, in the logits' shape (they spare autograd the work).
    """

    def __init__(self, name: str, d_loss: Loss, d_slope: Loss, g_loss: Loss, g_slope: Loss):
        super().__init__(name, {"D": lambda step: d_loss(step.logits), "G": lambda step: g_loss(step.fake_logits)})
        self.d_loss, self.d_slope, self.g_loss, self.g_slope = d_loss, d_slope, g_loss, g_slope

    def __reduce__(self):
        """As `Objective`'s."""
        if KINDS.get(self.name) is self:
            return _named, (self.name,)
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
relativistic = Objective("relativistic", {"D": relativistic_d, "G": relativistic_g}, sees_real=("G",))
feature_matching = Objective(
    "feature_matching",
    {"D": lambda step: cross_entropy_d(step.logits), "G": feature_matching_g},
    sees_real=("G",),
    d_needs="penultimate",
)


@frozen
class LabelSmoothing(Settings, FromLogits):
    """One-sided label smoothing: D is to give real samples the label `real` instead of 1; G's loss is non-saturating.

    D's loss is -real log D(x) - (1 - real) log(1 - D(x)) - log(1 - D(G(z))). Salimans et al. 2016, section 3.4.
    Raises ValueError unless real is above 0.5 and at most 1."""

    real: float = setting(0.9, number(0.5 + 1e-9, 1.0))

    def __post_init__(self):
        super().__post_init__()
        labels = torch.tensor([[self.real], [0.0]], dtype=torch.float64)

        def d_loss(logits):  # -y log D - (1 - y) log(1 - D), where log D = l + log(1 - D)
            return (F.logsigmoid(-logits) + labels.to(logits) * logits).sum((-1, -2)) / -logits.shape[-1]

        def d_slope(logits):
            return (torch.sigmoid(logits) - labels.to(logits)) / logits.shape[-1]

        made = FromLogits("label_smoothing", d_loss, d_slope, non_saturating_g, _non_saturating_g_slope)
        vars(self).update(vars(made))

    def __reduce__(self):
        return LabelSmoothing, (self.real,)


BY_NAME = {
    objective.name: objective
    for objective in (minimax, non_saturating, least_squares, hinge, wasserstein, relativistic, feature_matching)
}
for _name, _objective in BY_NAME.items():
    name_in_files(_name, _objective)
