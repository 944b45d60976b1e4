"""`import gan_lessons as gl` gives every public name, loads it when it is asked for, and says what it has not."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import gan_lessons as gl
from gan_lessons._core.lazy import SHOWN, homes, offer

PACKAGE = Path(gl.__file__).parent
FOLDERS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py") if path.parent.name != "_core")
HEAVY = ("numpy", "scipy", "torch", "matplotlib", "ipywidgets", "anywidget", "IPython", "difflib")


def table(folder):
    return import_module(f"gan_lessons.{folder}").OFFERED


def test_the_package_offers_its_folders():
    assert sorted(gl.OFFERED) == FOLDERS == dir(gl)
    assert all(getattr(gl, folder) is import_module(f"gan_lessons.{folder}") for folder in FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_offers_its_files_and_their_names(folder):
    found, package = homes(table(folder)), getattr(gl, folder)
    for file, names in table(folder).items():
        module = import_module(f"gan_lessons.{folder}.{file}")
        assert getattr(package, file) is module
        for name in names.split():
            assert not name.startswith("_") and hasattr(module, name), f"{file} has no {name}"
            if len(found[name]) == 1:
                assert getattr(package, name) is getattr(module, name)
    once = {name for name, files in found.items() if len(files) == 1}
    assert dir(package) == sorted({*table(folder), *once})


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_name_is_a_files_name(folder):
    """The import of a file sets it on its folder, so which of the two one gets would depend on what was imported."""
    files = {path.stem for path in (PACKAGE / folder).glob("*.py")}
    assert not files & homes(table(folder)).keys()


@pytest.mark.parametrize("folder", ["toys", "digits", "breakdowns", "conditional"])
def test_every_recipe_is_offered(folder):
    module = getattr(gl.recipes, folder)
    made = {name: value for name, value in vars(module).items() if isinstance(value, gl.recipes.toys.Recipe)}
    made |= {name: value for name, value in vars(module).items() if isinstance(value, gl.recipes.Recipe)}
    own = {name: recipe for name, recipe in made.items() if recipe in module.BY_NAME.values()}
    assert own and all(getattr(gl.recipes, name) is recipe for name, recipe in own.items())


def test_what_two_files_have_must_be_said_in_full():
    assert gl.metrics.line.is_good is not gl.metrics.plane.is_good
    words = "gan_lessons.metrics has two: say gan_lessons.metrics.line.is_good or gan_lessons.metrics.plane.is_good"
    with pytest.raises(AttributeError) as refusal:
        _ = gl.metrics.is_good
    assert str(refusal.value) == words and "is_good" not in dir(gl.metrics)


def test_a_wrong_name_is_answered_with_the_nearest():
    with pytest.raises(AttributeError) as refusal:
        _ = gl.metrics.shar
    assert str(refusal.value) == "gan_lessons.metrics has no name 'shar': did you mean 'share'?"
    with pytest.raises(AttributeError, match="gan_lessons has no name 'metric': did you mean 'metrics'"):
        _ = gl.metric
    assert not hasattr(gl.metrics, "__wrapped__")


def test_a_name_like_no_other_is_answered_with_what_there_is():
    get, _ = offer("house", {"room": "Chair table", "attic": ""})
    with pytest.raises(AttributeError) as refusal:
        get("zzz")
    assert str(refusal.value) == "house has no name 'zzz'. It has attic, Chair, room, table"
    get, _ = offer("house", {f"room{number}": "" for number in range(SHOWN + 3)})
    with pytest.raises(AttributeError, match=" and 3 more"):
        get("zzz")


def test_importing_the_package_and_its_folders_is_light():
    """Nothing heavy until a name is asked for, and then only what that name's file needs."""
    folders = "".join(f"gl.{folder}; dir(gl.{folder}); " for folder in FOLDERS)
    heavy = f"print(*(name for name in {HEAVY!r} if name in sys.modules))"
    program = f"import sys, gan_lessons as gl; {folders}{heavy}; gl.trainers.History; {heavy}"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["", "numpy"]
