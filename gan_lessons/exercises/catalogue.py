"""All exercises, by name. Each notebook has its file in `chapters/`."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from gan_lessons._core.refusals import refuse
from gan_lessons.exercises.records import Exercise

CHAPTERS = {
    "00": "start_here",
    "01": "gaussian_toy",
    "02": "mode_collapse",
    "03": "minibatch_discrimination",
    "04": "mnist_dcgan",
    "05": "fair_game",
    "06": "objectives",
    "07": "autoencoders_vae_gan",
    "08": "evaluating_gans",
    "09": "conditional_gans",
    "10": "playground",
}


def exercises(notebook: str) -> dict[str, Exercise]:
    """Name -> exercise, in the notebook's order. notebook: two digits, "02". Raises ValueError for any other."""
    if not isinstance(notebook, str) or notebook not in CHAPTERS:
        refuse("notebook", notebook, f"one of {list(CHAPTERS)}")
    found = import_module(f"gan_lessons.exercises.chapters.{CHAPTERS[notebook]}").EXERCISES
    return {one.name: one for one in found}


def named(name: str) -> Exercise:
    """The exercise of a name, "02.spread". Raises ValueError, with the names of its notebook."""
    number = name.partition(".")[0] if isinstance(name, str) else None
    if number not in CHAPTERS:
        refuse("name", name, 'the name of an exercise, such as "02.spread"')
    there = exercises(number)
    if name not in there:
        near = get_close_matches(name, there, n=1)
        refuse("name", name, f"one of {list(there)}" + (f" (did you mean {near[0]!r}?)" if near else ""))
    return there[name]
