"""The remedies for mode collapse by name: each a change of a recipe, with its source.

`BY_NAME["pack_2"](recipe)` is the recipe with the remedy. All keep the recipe's networks, batch and number of steps, so
that remedies can be compared at one budget of steps (of G: the two Wasserstein GANs take five steps of D for each).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gan_lessons.losses import objectives as losses
from gan_lessons.losses.penalties import R1, R2, GradientPenalty, Penalty
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.decays import CosineDecay, ExponentialDecay, LinearDecay
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.schedules import InTurn


@dataclass(frozen=True)
class Remedy:
    """name, label for a table, source, and change: recipe -> the recipe with the remedy."""

    name: str
    label: str
    source: str
    change: Callable[[Recipe], Recipe]

    def __call__(self, recipe: Recipe) -> Recipe:
        """The recipe with the remedy; its name says so."""
        return replace(self.change(recipe), name=f"{recipe.name}, {self.label}")


def _fields(**fields) -> Callable[[Recipe], Recipe]:
    return lambda recipe: replace(recipe, **fields)


def _in_d(**fields) -> Callable[[Recipe], Recipe]:
    """Other settings of D's network."""
    return lambda recipe: replace(recipe, discriminator=replace(recipe.discriminator, **fields))


def _d(recipe: Recipe, **fields) -> Recipe:
    """The recipe with other settings of D's optimizer."""
    return replace(recipe, d_optimizer=replace(recipe.d_optimizer, **fields))


def _averaged(recipe: Recipe, weight: float) -> Recipe:
    return replace(
        _d(recipe, historical_averaging=weight), g_optimizer=replace(recipe.g_optimizer, historical_averaging=weight)
    )


def _annealed(recipe: Recipe) -> tuple[Penalty, ...]:
    """R1 and R2 with a weight that falls tenfold; its unit is a squared length, so it goes with the data's.

    A large weight keeps all modes in play; at the end a small one lets D be steep enough to sharpen them."""
    size = (recipe.window[1] - recipe.window[0]) / 4  # 1 for PacGAN's ring
    decay = ExponentialDecay(max(1, round(0.8 * recipe.steps)), 0.1)
    return R1(0.05 * size**2, decay), R2(0.05 * size**2, decay)


def _with_ema(recipe: Recipe) -> Recipe:
    """G is judged with a running average of its weights; so learning rates need not fall to 0 for it to stand still."""
    decay = CosineDecay(recipe.steps, low=0.3)
    recipe = replace(recipe, g_optimizer=replace(recipe.g_optimizer, decay=decay, ema=0.999))
    return _d(recipe, decay=decay)


def _slower_g(recipe: Recipe, times: float) -> Recipe:
    return replace(recipe, g_optimizer=replace(recipe.g_optimizer, lr=recipe.g_optimizer.lr / times))


_SALIMANS = "Salimans et al. 2016, section 3"
_LIN = "Lin et al. 2018"
_MIYATO = "Miyato et al. 2018"
_MESCHEDER = "Mescheder et al. 2018"

ALL = (
    Remedy("plain", "plain GAN", "Goodfellow et al. 2014, non-saturating loss", lambda recipe: recipe),
    Remedy("least_squares", "least squares", "Mao et al. 2017", _fields(objective=losses.least_squares)),
    Remedy("hinge", "hinge", "Lim & Ye 2017", _fields(objective=losses.hinge)),
    Remedy("relativistic", "relativistic", "Jolicoeur-Martineau 2018", _fields(objective=losses.relativistic)),
    Remedy("label_smoothing", "label smoothing", f"{_SALIMANS}.4", _fields(objective=losses.LabelSmoothing(0.9))),
    Remedy("feature_matching", "feature matching", f"{_SALIMANS}.1", _fields(objective=losses.feature_matching)),
    Remedy("historical_averaging", "historical averaging", f"{_SALIMANS}.3", lambda recipe: _averaged(recipe, 0.01)),
    Remedy("minibatch", "minibatch discrimination", f"{_SALIMANS}.2", _in_d(minibatch=Minibatch(5, 3, sd=0.1))),
    Remedy("pack_2", "PacGAN2", _LIN, _in_d(pack=2)),
    Remedy("pack_4", "PacGAN4", _LIN, _in_d(pack=4)),
    Remedy("unrolled_5", "unrolled, 5 steps", "Metz et al. 2017", _fields(unroll=5)),
    Remedy(
        "wgan_clipping",
        "WGAN, clipping",
        "Arjovsky et al. 2017",
        lambda recipe: replace(_d(recipe, clip=0.1), objective=losses.wasserstein, schedule=InTurn(5, 1)),
    ),
    Remedy(
        "wgan_gp",
        "WGAN-GP",
        "Gulrajani et al. 2017",
        _fields(objective=losses.wasserstein, penalties=(GradientPenalty(10.0),), schedule=InTurn(5, 1)),
    ),
    Remedy(
        "spectral",
        "spectral norm, hinge",
        _MIYATO,
        lambda recipe: replace(_in_d(norm="spectral")(recipe), objective=losses.hinge),
    ),
    Remedy(
        "batch_norm",
        "batch norm in G",
        "Ioffe & Szegedy 2015; Radford et al. 2016",
        lambda recipe: replace(recipe, generator=replace(recipe.generator, norm="batch")),
    ),
    Remedy("two_rates", "two learning rates", "Heusel et al. 2017", lambda recipe: _slower_g(recipe, 4)),
    Remedy(
        "instance_noise",
        "instance noise",
        "Sønderby et al. 2017",
        lambda recipe: replace(recipe, instance_noise=InstanceNoise(0.5, LinearDecay(recipe.steps // 2))),
    ),
    Remedy("r1", "R1", _MESCHEDER, _fields(penalties=(R1(0.1),))),
    Remedy("r1_r2", "R1 and R2", _MESCHEDER, _fields(penalties=(R1(0.1), R2(0.1)))),
    Remedy(
        "annealed",
        "relativistic, R1, R2",
        f"Jolicoeur-Martineau 2018; {_MESCHEDER}; together as in Huang et al. 2024; annealed: this course",
        lambda recipe: replace(recipe, objective=losses.relativistic, penalties=_annealed(recipe)),
    ),
    Remedy(
        "ema",
        "relativistic, R1, R2, averaged G",
        f"Jolicoeur-Martineau 2018; {_MESCHEDER}; Yazıcı et al. 2019; annealed: this course",
        lambda recipe: _with_ema(replace(recipe, objective=losses.relativistic, penalties=_annealed(recipe))),
    ),
    Remedy(
        "pack_2_r1",
        "PacGAN2 and R1",
        f"{_LIN}; {_MESCHEDER}",
        lambda recipe: replace(_in_d(pack=2)(recipe), penalties=(R1(0.1),)),
    ),
)
BY_NAME = {remedy.name: remedy for remedy in ALL}
