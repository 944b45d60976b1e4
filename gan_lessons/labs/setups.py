"""How a lab of images begins: with the weights that ship, or with a scene that breaks down."""

from dataclasses import replace

from gan_lessons._core.refusals import refuse
from gan_lessons.recipes import breakdowns, digits, toys
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.shipped import networks

NORMAL = "normal"
FROM = {"dcgan": digits.going_on, "mlp": digits.mlp_gan}  # how what ships goes on, unless a person says otherwise


def for_start(recipe: Recipe | None, start: str | None) -> Recipe:
    """The recipe with the networks of what ships under this name, and where it has no penalties with theirs too.

    Raises ValueError for a name that is not there, and for a recipe of the other kind of network."""
    if start is None:
        return recipe or toys.aylien_head
    if start not in FROM:
        refuse("start", start, 'None, "dcgan" or "mlp"')
    own = FROM[start]
    if recipe is None:
        return own
    if type(recipe.generator) is not type(own.generator):
        kind = type(networks.RECIPES[start].generator).__name__
        refuse("recipe", recipe.name, f"left out, or a recipe whose networks are {kind}s, to start from {start!r}")
    known = {name: getattr(own, name) for name in ("generator", "discriminator", "noise")}
    return replace(recipe, penalties=recipe.penalties or own.penalties, **known)


def set_up(name: str, normal: Recipe) -> tuple[Recipe, str]:
    """The recipe of a scene that breaks down, or of "normal", and a sentence on what to do."""
    if name == NORMAL:
        return normal, "As the lab was opened, from the same seed. Undo brings back what was there."
    if name not in breakdowns.BY_NAME:
        refuse("name", name, f"one of {[*breakdowns.BY_NAME, NORMAL]}")
    return breakdowns.BY_NAME[name], "Press Play. What goes wrong, and why? Say it first; then press What is it?"


def diagnosis(name: str) -> str:
    """What breaks in a scene, and by which signs one sees it. Raises ValueError for a name that is none of them."""
    if name not in breakdowns.BY_NAME:
        raise ValueError("diagnosis: no scene that breaks down is set up")
    return breakdowns.LOOK_FOR[breakdowns.BY_NAME[name]]
