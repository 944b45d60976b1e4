"""What may import what (design.md), beyond the law in test_packaging: each module in an interpreter of its own."""

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
        ("gan_lessons.records", {"numpy"}),
        ("gan_lessons.saved", {"numpy"}),
        ("gan_lessons.mnist", {"numpy"}),
        ("gan_lessons.theory", {"numpy", "scipy"}),
        ("gan_lessons.metrics", {"numpy", "scipy"}),
        ("gan_lessons.metrics_2d", {"numpy", "scipy"}),
        ("gan_lessons.sweep_records", {"numpy", "scipy"}),
        ("gan_lessons.plots", {"numpy", "scipy", "matplotlib"}),
        ("gan_lessons.plots_digits", {"numpy", "scipy", "matplotlib"}),
        ("gan_lessons.animation", {"numpy", "scipy", "matplotlib"}),
    ],
)
def test_a_module_loads_only_what_its_floor_may(module, allowed):
    assert loaded_by(module) <= allowed


@pytest.mark.parametrize("module", ["gan_lessons.recipes", "gan_lessons.digits"])
def test_training_loads_no_pictures_and_no_widgets(module):
    assert loaded_by(module) == {"torch", "numpy", "scipy", "safetensors"}
