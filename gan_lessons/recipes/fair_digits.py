"""A fair game on digits, by name: the tips of the guide, and a D or a G that overpowers the other.

Each arm is the lean DCGAN with half of its channels, for 300 steps. The values of remedies are those of `remedies`; the
fast D has ten times its learning rate, and the busy G is the overpowered G of `breakdowns`.
"""

from dataclasses import replace

from gan_lessons._core.refusals import refuse
from gan_lessons.losses import objectives as losses
from gan_lessons.models.dcgan import DCGAN
from gan_lessons.recipes import breakdowns, digits, remedies
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.schedules import InTurn
from gan_lessons.trainers.trainer import Trainer

STEPS = 300
HEAD_START = {"D trained before": 100}  # updates of D alone, by arm


def _small(recipe: Recipe) -> Recipe:
    """With half of the channels, and weights of G that are averaged over some 100 steps."""
    averaged = replace(recipe.g_optimizer, ema=0.99)
    return replace(recipe, generator=DCGAN(16), discriminator=DCGAN(16), g_optimizer=averaged, steps=STEPS)


def _rates(recipe: Recipe, times: float, *who: str) -> Recipe:
    """With other learning rates of D ("d_optimizer"), of G, or of both."""
    return replace(recipe, **{key: replace(getattr(recipe, key), lr=times * getattr(recipe, key).lr) for key in who})


_PLAIN, _BUSY = map(_small, (digits.lean_dcgan, breakdowns.overpowered_g))
_FAST = _rates(_PLAIN, 10, "d_optimizer")
ARMS = {
    "plain": _PLAIN,
    "D trained before": _PLAIN,
    "label smoothing": remedies.BY_NAME["label_smoothing"](_PLAIN),
    "instance noise": remedies.BY_NAME["instance_noise"](_PLAIN),
    "half the rates": _rates(_PLAIN, 0.5, "d_optimizer", "g_optimizer"),
    "fast D": _FAST,
    "fast D, minimax": replace(_FAST, objective=losses.minimax),
    "busy G": _BUSY,
    "busy G, low rate": _rates(_BUSY, 0.1, "g_optimizer"),
}


def trainer(arm: str, seed: int) -> Trainer:
    """The trainer of an arm of `ARMS` before its first step, with D's head start behind it where the arm has one.

    Raises ValueError for another arm."""
    if arm not in ARMS:
        refuse("arm", arm, f"one of {tuple(ARMS)}")
    made = ARMS[arm].trainer(seed)
    made.advance(HEAD_START.get(arm, 0), InTurn(1, 0))
    return made
