"""How large what a settings file asks for may be: files come from others, and a lab must not freeze on one."""

from itertools import pairwise

from gan_lessons.errors import refuse
from gan_lessons.models.whole_batch import FEATURES, feature_width
from gan_lessons.recipes import Recipe

GREATEST = 2**53  # of any number: beyond, those of a page have gaps
# The most that a setting of this name may be; of a list, each of its numbers.
MOST = {"runs": 10_000, "batch": 100_000, "g_hidden": 4096, "d_hidden": 4096, "dim": 4096, "kernels": 4096}
MOST |= {"n": 1000, "side": 30, "arms": 1000, "d_steps": 1000, "g_steps": 1000, "unroll": 100, "pack": 1000}
MOST |= {"pretrain": 100_000, "all steps": 10_000_000}
LONGEST = {"g_hidden": 20, "d_hidden": 20, "penalties": 10, "points": 2000, "centres": 2000, "means": 2000}
LONG = 10_000  # any other list: one number a run
LETTERS = 1000  # of a text
VIEW, DRAWN = 450, 4096  # samples that a scene shows at most, and that are drawn in advance
HELD = 500_000_000  # numbers that a step may hold: 2 GB in float32


def check_limits(where: str, name: str, value: object) -> None:
    """Raises ValueError if the value of a setting, or any number of it, or its length is beyond what is allowed."""
    if isinstance(value, list):
        longest = LONGEST.get(name, LONG)
        if len(value) > longest:
            refuse(where, f"{len(value)} of them", f"a list of at most {longest}")
        for item in value:
            check_limits(where, name, item)
    elif isinstance(value, str):
        if len(value) > LETTERS or value.encode(errors="replace").decode() != value:
            refuse(where, value, f"a text of at most {LETTERS} letters")
    elif isinstance(value, (int, float)) and abs(value) > MOST.get(name, GREATEST):
        refuse(where, value, f"at most {MOST.get(name, GREATEST)}")


def check_size(recipe: Recipe, runs: int) -> None:
    """Raises ValueError if the networks of all runs, with their batches, are too much to train here."""
    numbers = runs * held(recipe)
    if numbers > HELD:
        refuse(
            "the networks' size",
            f"about {numbers:.1e} numbers",
            f"at most {HELD:.0e} numbers for widths, batch and runs together",
        )


def held(recipe: Recipe) -> int:
    """About how many numbers one run's step holds: weights with gradients and Adam's two means, numbers drawn in
    advance, activations of a batch, and the comparisons of minibatch discrimination."""
    wide = recipe.data.dim * recipe.pack
    if recipe.features is not None:
        wide = feature_width(FEATURES[recipe.features], recipe.batch)
    samples, numbers = max(VIEW, recipe.batch), max(DRAWN, recipe.batch) * (recipe.noise.dim + recipe.data.dim)
    for sizes in ((recipe.noise.dim, *recipe.g_hidden, recipe.data.dim), (wide, *recipe.d_hidden, 1)):
        numbers += 4 * sum(a * b for a, b in pairwise(sizes)) + samples * sum(sizes)
    if recipe.minibatch is not None:
        compared = recipe.minibatch.kernels * recipe.minibatch.dim
        numbers += compared * (recipe.batch**2 + 4 * recipe.d_hidden[-1] if recipe.d_hidden else 0)
    return numbers
