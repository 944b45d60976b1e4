"""What may import what (docs/architecture.md), beyond test_packaging's law: each module in its own interpreter."""

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "matplotlib",
    "matplotlib.pyplot",
    "scipy",
    "numpy",
    "ipywidgets",
    "anywidget",
    "IPython",
    "safetensors",
)


def loaded_by(module):
    """The heavy packages in memory after `import module`; a warning while importing is an error."""
    program = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("gan_lessons", set()),
        ("gan_lessons.trainers.records", {"numpy"}),
        ("gan_lessons.shipped.runs", {"numpy"}),
        ("gan_lessons.distributions.mnist", {"numpy"}),
        ("gan_lessons.theory.divergences", {"numpy", "scipy"}),
        ("gan_lessons.theory.optimal_d", {"numpy", "scipy"}),
        ("gan_lessons.theory.kernel_density", {"numpy"}),
        ("gan_lessons.metrics.shares", {"numpy", "scipy"}),
        ("gan_lessons.metrics.line", {"numpy"}),
        ("gan_lessons.metrics.plane", {"numpy", "scipy"}),
        ("gan_lessons.sweeps.result", {"numpy", "scipy"}),
        ("gan_lessons.plots.line", {"numpy", "scipy", "matplotlib"}),
        ("gan_lessons.plots.curves", {"numpy", "scipy", "matplotlib"}),
        ("gan_lessons.plots.plane", {"numpy", "matplotlib"}),
        ("gan_lessons.plots.images", {"numpy", "scipy", "matplotlib"}),
        ("gan_lessons.animation.film", {"numpy", "scipy", "matplotlib"}),
        ("gan_lessons.animation.writers", {"numpy"}),
        ("gan_lessons.animation.walk", {"numpy", "matplotlib"}),
    ],
)
def test_a_module_loads_only_what_its_floor_may(module, allowed):
    assert loaded_by(module) <= allowed


@pytest.mark.parametrize("module", ["gan_lessons.recipes.toys", "gan_lessons.recipes.digits"])
def test_training_loads_no_pictures_and_no_widgets(module):
    assert loaded_by(module) == {"torch", "numpy", "scipy", "safetensors"}
