"""What notebook 06's table compares: each objective with its usual company, on two toys, at five learning rates."""

from collections.abc import Callable
from dataclasses import replace

from gan_lessons.losses import objectives as losses
from gan_lessons.losses.consensus import Consensus
from gan_lessons.losses.penalties import R1, R2
from gan_lessons.models.mlp import MLP
from gan_lessons.recipes import remedies
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.recipes.toys import steady, wide_ring

TOYS = {
    "Gaussian": steady,
    "ring": replace(
        wide_ring,
        name="small_ring",
        source="this course: the wide ring with networks half as wide, for tables of many trainings",
        generator=MLP((32, 32), "relu"),
        discriminator=MLP((32, 32), "relu"),
        steps=1500,
    ),
}
FACTORS = (1 / 3, 1, 3, 9, 27)  # of the recipe's two learning rates
BOTH = (R1(0.1), R2(0.1))


def _with(**fields) -> Callable[[Recipe], Recipe]:
    return lambda recipe: replace(recipe, **fields)


# By name; the weights are the package's usual ones and are not searched.
OBJECTIVES: dict[str, Callable[[Recipe], Recipe]] = {
    "minimax": _with(objective=losses.minimax),
    "non-saturating": _with(objective=losses.non_saturating),
    "least squares": _with(objective=losses.least_squares),
    "hinge": _with(objective=losses.hinge),
    "Wasserstein, clipping": remedies.BY_NAME["wgan_clipping"].change,
    "Wasserstein, gradient penalty": remedies.BY_NAME["wgan_gp"].change,
    "relativistic": _with(objective=losses.relativistic),
    "minimax, consensus": _with(objective=Consensus(0.1)),
    "non-saturating, R1": _with(penalties=BOTH[:1]),
    "non-saturating, R2": _with(penalties=BOTH[1:]),
    "non-saturating, R1 and R2": _with(penalties=BOTH),
    "relativistic, R1": _with(objective=losses.relativistic, penalties=BOTH[:1]),
    "relativistic, R1 and R2": _with(objective=losses.relativistic, penalties=BOTH),
    "relativistic, R1 and R2, lazy": _with(
        objective=losses.relativistic, penalties=tuple(replace(penalty, every=8) for penalty in BOTH)
    ),
}


def compared(toy: str, objective: str, factor: float = 1.0) -> Recipe:
    """A toy of `TOYS` with an objective of `OBJECTIVES`, both learning rates times a factor."""
    recipe = OBJECTIVES[objective](TOYS[toy])
    rates = {
        name: replace(getattr(recipe, name), lr=getattr(recipe, name).lr * factor)
        for name in ("d_optimizer", "g_optimizer")
    }
    return replace(recipe, name=f"{toy}, {objective}", **rates)
