"""GANs that are asked for a class, or find one: each kind says what it adds to the losses, and what its networks need.

All are built on a `base` objective. In an update the generated samples are asked for the labels of the real batch.
"""

from dataclasses import fields, replace

import torch

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import Settings, frozen, number, of, setting
from gan_lessons.losses.objectives import Objective, non_saturating
from gan_lessons.losses.step import Step
from gan_lessons.models.conditioning import Conditioning


@frozen
class Conditioned(Settings, Objective, abstract=True):
    """base: the objective of D and G. A kind adds `d_term` and `g_term` to its losses; the losses that are shown count
    them. Raises ValueError for a base that is no Objective, or is conditioned itself."""

    base: Objective = setting(non_saturating, of(Objective, "an Objective of gan_lessons.losses"))

    def __post_init__(self):
        super().__post_init__()
        if isinstance(self.base, Conditioned):
            refuse("base", self.base, "an objective without labels or codes of its own")
        terms = {"D": self.d_term, "G": self.g_term}
        losses = {name: self._with(loss, terms[name]) for name, loss in self.base.losses.items()}
        made = Objective(type(self).__name__, losses, self.base.sees_real, self.base.d_needs)
        vars(self).update(vars(made))

    @staticmethod
    def _with(loss, term):
        return lambda step: loss(step) + term(step)

    def d_term(self, step: Step) -> torch.Tensor | float:
        """What D's loss has beside the base's, (*runs,)."""
        return 0.0

    def g_term(self, step: Step) -> torch.Tensor | float:
        """What G's loss has beside the base's, (*runs,)."""
        return 0.0

    @property
    def adversarial(self) -> Objective:
        """The base."""
        return self.base

    def on(self, base: Objective) -> Objective:
        """The same kind on another base, or on that of another kind."""
        return replace(self, base=base.adversarial)

    @property
    def on_samples(self) -> Objective:
        """With what of the base is a loss of samples."""
        return self if self.base.on_samples is self.base else replace(self, base=self.base.on_samples)

    def __reduce__(self):
        return type(self), tuple(getattr(self, known.name) for known in fields(self))


def _classes(data) -> int:
    return data.classes or refuse("data", data, "labelled, where G is asked for a class")


@frozen
class CGAN(Conditioned):
    """A conditional GAN: D and G are both told the class beside their input. Mirza & Osindero 2014."""

    def asks(self, data, noise) -> Conditioning:
        """See `Objective.asks`. Raises ValueError for data without labels."""
        return Conditioning(_classes(data), _classes(data))


@frozen
class ProjectionGAN(Conditioned):
    """A conditional GAN whose D is told the class at its end: see `Projection`. Miyato & Koyama 2018."""

    def asks(self, data, noise) -> Conditioning:
        """See `Objective.asks`. Raises ValueError for data without labels."""
        return Conditioning(_classes(data), _classes(data), projection=True)


@frozen
class ACGAN(Conditioned):
    """An auxiliary classifier GAN: D is told no class, but names it, by scores beside its logit; G is asked for one.

    D's loss has weight * (-log P(class | real) - log P(class | generated)), G's the last of the two, in nats. Odena et
    al. 2017, section 3. Raises ValueError for a negative weight."""

    weight: float = setting(1.0, number(0.0))

    def asks(self, data, noise) -> Conditioning:
        """See `Objective.asks`. Raises ValueError for data without labels."""
        return Conditioning(_classes(data), further=(_classes(data),))

    def d_term(self, step):
        (scores,) = step.D.groups(step.outputs)
        return self.weight * naming_error(scores, step.labels.unsqueeze(-2)).sum(-1)

    def g_term(self, step):
        (scores,) = step.D.groups(step.fake_outputs)
        return self.weight * naming_error(scores, step.labels)


@frozen
class InfoGAN(Conditioned):
    """A GAN with a code in its noise that D reads back; nobody labels anything. The noise is a `CodedNoise`.

    Both losses have weight * -log Q(category | G(z, code)) + continuous_weight * -log Q(numbers | G(z, code)), Q being
    D's further outputs: scores of the categories, and means of normal distributions of sd 1 (up to a constant). In the
    paper Q learns with G; here it learns with D, whose hidden layers it shares. Chen et al. 2016, equation 6.
    Raises ValueError for a negative weight."""

    weight: float = setting(1.0, number(0.0))
    continuous_weight: float = setting(1.0, number(0.0))

    def asks(self, data, noise) -> Conditioning:
        """See `Objective.asks`. Raises ValueError for a noise without a code."""
        if not hasattr(noise, "code"):
            refuse("noise", noise, "a CodedNoise, where D is to read a code back")
        return Conditioning(further=(noise.categories, noise.continuous))

    def d_term(self, step):
        return self._unread(step, step.outputs[..., 1, :, :])

    def g_term(self, step):
        return self._unread(step, step.fake_outputs)

    def _unread(self, step: Step, of_fake: torch.Tensor) -> torch.Tensor:
        """(*runs,), what of the code cannot be read in what D says of generated samples, (*runs, n, outputs)."""
        scores, means = step.D.groups(of_fake)
        _, one_hot, numbers = step.noise.split([step.noise.shape[-1] - sum(step.D.further), *step.D.further], -1)
        found = self.continuous_weight / 2 * (means - numbers).square().sum(-1).mean(-1)
        return found + self.weight * naming_error(scores, one_hot.argmax(-1)) if step.D.further[0] else found


def naming_error(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """-log P(label), the mean over the batch, in nats: scores (..., n, classes) and labels (..., n) -> (...)."""
    labels = labels.unsqueeze(-1).expand(*scores.shape[:-1], 1)
    return -scores.log_softmax(-1).gather(-1, labels).squeeze(-1).mean(-1)
