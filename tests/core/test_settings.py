"""A setting is declared once, and all that is made of it follows: limits, sliders, files, code, sweeps."""

from dataclasses import fields, replace

import pytest

from gan_lessons._core import as_json, as_python
from gan_lessons._core.settings import KINDS, Control, each, frozen, number, setting
from gan_lessons.losses.penalties import R1
from gan_lessons.models.mlp import MLP
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.sweeps.batching import joined
from gan_lessons.trainers.optim import SGD


@pytest.fixture
def own():
    """A recipe and an optimizer of one's own, each with a setting more; their names are taken back."""
    before = dict(KINDS)

    @frozen
    class Mine(Recipe):
        warmth: float = setting(
            0.5, number(0, 1), tells=True, controls=[Control("warmth", "How warm", (0.0, 0.5, 1.0))]
        )

    @frozen
    class Pushed(SGD):
        push: float = setting(0.0, each(0.0, 2.0), per_run=True, controls=[Control("push of {who}", "", (0.0, 1.0))])

    yield Mine, Pushed
    KINDS.clear()
    KINDS.update(before)


def made(Mine, **others):
    base = recipes.steady
    return Mine(**{known.name: getattr(base, known.name) for known in fields(Recipe)} | others)


def test_a_setting_is_a_control_by_its_declaration_alone(own):
    Mine, Pushed = own
    recipe = made(Mine, d_optimizer=Pushed(0.1))
    assert recipe.controls["warmth"].values == (0.0, 0.5, 1.0) and recipe.controls["warmth"].kind == "range"
    assert recipe.put(warmth=1.0) == replace(recipe, warmth=1.0) != recipe
    assert recipe.controls["d_push"].label == "push of D" and "g_push" not in recipe.controls
    assert recipe.put(d_push=1.0).d_optimizer == Pushed(0.1, push=1.0)
    assert "warmth" not in recipes.steady.controls


def test_it_stands_in_files_and_comes_back(own):
    Mine, Pushed = own
    recipe = made(Mine, warmth=0.25, d_optimizer=Pushed(0.1, push=0.5))
    words = as_json.written("recipe", recipe)
    assert words["kind"] == "Mine" and words["warmth"] == 0.25 and words["d_optimizer"]["push"] == 0.5
    assert as_json.made("recipe", words, Recipe) == recipe
    with pytest.raises(ValueError, match=r"^recipe, Mine: warmth must be a finite number from 0 to 1, not 3"):
        as_json.made("recipe", words | {"warmth": 3}, Recipe)


def test_it_stands_in_the_code(own):
    Mine, Pushed = own
    assert "warmth=0.25" in as_python.written(made(Mine, warmth=0.25))
    assert "warmth" not in as_python.written(made(Mine))
    assert as_python.written(Pushed(0.1, push=0.5)) == "Pushed(lr=0.1, push=0.5)"
    assert repr(Pushed(0.1, push=0.5)) == "Pushed(lr=0.1, push=0.5)"


def test_a_sweep_joins_it_one_a_run(own):
    Mine, Pushed = own
    three = [made(Mine, d_optimizer=Pushed(0.1, push=push), warmth=push / 2) for push in (0.0, 1.0, 2.0)]
    assert joined(three).d_optimizer == Pushed(0.1, push=(0.0, 1.0, 2.0))


def test_it_is_refused_by_name(own):
    Mine, Pushed = own
    with pytest.raises(ValueError, match=r"^warmth must be a finite number from 0 to 1, not 2"):
        made(Mine, warmth=2)
    with pytest.raises(ValueError, match=r"^push must be .* not -1"):
        Pushed(0.1, push=-1)
    with pytest.raises(ValueError, match=r"^push must be one number, or one for each of the 2 runs"):
        Pushed(0.1, push=(0.1, 0.2, 0.3)).check(2)


def test_a_default_or_a_stop_that_is_not_allowed_is_refused_when_declared():
    with pytest.raises(ValueError, match=r"^default must be a finite number from 0 to 1, not 2"):
        setting(2.0, number(0, 1))
    with pytest.raises(ValueError, match=r"^a control's value must be a finite number from 0 to 1, not 3"):
        setting(0.5, number(0, 1), controls=[Control("warmth", "How warm", (0.0, 3.0))])
    with pytest.raises(ValueError, match=r"^default must be at most 10, not 20"):
        setting(20.0, number(0), most=10)


def test_a_setting_of_later_stands_in_files_only_where_it_is_used():
    for plain, used, name in ((MLP(), MLP(members=(1.0, 2.0)), "members"), (R1(), R1(every=8), "every")):
        assert name not in as_json.written("it", plain) and name in as_json.written("it", used)
        for settings in (plain, used):
            assert as_json.made("it", as_json.written("it", settings), type(settings)) == settings
