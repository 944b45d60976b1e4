"""Every control says in whole sentences what it does, and no two that do different things say the same."""

import re

import pytest

from gan_lessons._core.settings import KINDS, declarations
from gan_lessons.labs import controls, latent_page
from gan_lessons.labs.compare import Compare
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.latent import LatentLab
from gan_lessons.labs.playground import Playground
from gan_lessons.models.dcgan import dcgan_g
from gan_lessons.recipes import breakdowns, digits, toys
from gan_lessons.recipes.recipe import Recipe

LONGEST = 160
RECIPES = toys.BY_NAME | digits.BY_NAME | breakdowns.BY_NAME


def assert_whole(words):
    assert re.match(r"[A-Z]", words) and words.endswith(".") and len(words.split()) >= 8 and len(words) <= LONGEST, (
        words
    )
    assert "{" not in words and "  " not in words, words


@pytest.mark.parametrize("name", RECIPES)
def test_each_control_of_each_recipe_has_a_help(name):
    found = controls.everything(RECIPES[name])
    for control in found.values():
        assert_whole(control.help)
    told = [control.help for control in found.values()]
    assert len(set(told)) == len(told)


def test_no_declared_control_is_left_out():
    """Also those that fit none of the recipes by name, such as one in a class that none of them uses."""
    declared = [
        control.help.format(who="D", p="d_")
        for kind in (Recipe, *KINDS.values())
        if isinstance(kind, type)
        for _, known in declarations(kind)
        for control in known.controls
    ]
    assert len(declared) > 20
    for words in declared:
        assert_whole(words)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Lab(toys.steady, runs=2),
        lambda: Playground(toys.ring, runs=2),
        lambda: Playground(toys.steady),
        lambda: Compare(toys.ring, {"d_lr": 0.003}),
        lambda: Lab(digits.lean_dcgan),
    ],
    ids=["line", "plane", "one run", "compare", "digits"],
)
def test_each_setting_on_a_page_has_a_help(make):
    lab = make()
    settings = lab.controls
    lab.close()
    assert len(settings) > 3
    for option in settings:
        assert_whole(option["help"])


def test_each_setting_of_the_latent_lab_has_a_help():
    lab = LatentLab(dcgan_g(8, 4), labels=False)
    settings = latent_page._settings(lab.shown.place)
    lab.close()
    assert len(settings) > 3
    for option in settings:
        assert_whole(option["help"])
