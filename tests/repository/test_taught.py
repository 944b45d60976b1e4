"""What notebooks build in view is the package's, and what their labs begin with is what the text says of it."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from torch import nn

import gan_lessons as gl
from gan_lessons.recipes import toys as recipes

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NOTEBOOK = NOTEBOOKS / "01_gaussian_toy.ipynb"
STEPS = 100


@pytest.fixture
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def taught_cells():
    cells = nbformat.read(NOTEBOOK, 4).cells
    return [cell.source for cell in cells if "taught" in cell.metadata.get("tags", [])]


def weights_of(net):
    return [(layer.weight[0].detach().T.clone(), layer.bias[0, 0].detach().clone()) for layer in net.layers]


def recorded(stream):
    drawn, original = [], stream.next
    stream.next = lambda: drawn.append(original()) or drawn[-1]
    return drawn


def test_taught_gan_equals_the_package(float64):
    trainer = recipes.steady.trainer(dtype=torch.float64)
    start_G, start_D = weights_of(trainer.G), weights_of(trainer.D)
    real, d_noise, g_noise = (recorded(trainer.streams[key]) for key in ("d_real", "d_noise", "g_noise"))
    trainer.advance(STEPS)

    *definitions, loop = taught_cells()
    here = {"nn": nn, "torch": torch}
    for source in definitions:
        exec(source, here)
    for net, start in ((here["G"], start_G), (here["D"], start_D)):
        for linear, (weight, bias) in zip(net[::2], start, strict=True):
            linear.weight.data, linear.bias.data = weight, bias
    noises = iter([z[0] for pair in zip(d_noise, g_noise, strict=True) for z in pair])
    reals = iter([x[0] for x in real])
    here["R"], here["I"] = lambda n: next(reals), lambda n: next(noises)
    # the optimizers hold the parameters, whose data were set just now
    assert f"range({recipes.steady.steps})" in loop
    exec(loop.replace(f"range({recipes.steady.steps})", f"range({STEPS})"), here)

    assert next(noises, None) is None
    for net, end in ((here["G"], weights_of(trainer.G)), (here["D"], weights_of(trainer.D))):
        for linear, (weight, bias) in zip(net[::2], end, strict=True):
            torch.testing.assert_close(linear.weight.data, weight, rtol=0, atol=1e-10)
            torch.testing.assert_close(linear.bias.data, bias, rtol=0, atol=1e-10)


def test_taught_data_and_noise_are_the_recipes(float64):
    here = {"torch": torch}
    exec(taught_cells()[0], here)
    torch.manual_seed(0)
    real, noise = here["R"](100_000), here["I"](100_000)
    assert real.shape == noise.shape == (100_000, 1)
    data = recipes.steady.data
    assert abs(real.mean() - data.mean) < 5 * data.sd / 100_000**0.5
    assert abs(real.std() - data.sd) < 5 * data.sd / 200_000**0.5
    assert abs(noise.mean()) < 5 / 100_000**0.5 and abs(noise.std() - 1) < 5 / 200_000**0.5


def test_taught_gan_is_about_forty_lines():
    lines = [line for source in taught_cells() for line in source.splitlines() if line.strip()]
    assert 20 <= len(lines) <= 45


def lab_of(notebook):
    """The lab that a notebook's cell `player` makes."""
    [source] = [cell.source for cell in nbformat.read(NOTEBOOKS / notebook, 4).cells if cell.id == "player"]
    return eval(source, {"gl": gl})


def test_first_lab_is_slow_enough_to_be_watched():
    """Two hundred pictures or more from Play to where the forgeries arrive: five seconds at 40 a second."""
    lab = lab_of("00_start_here.ipynb")
    real = lab.recipe.data
    while abs(lab.trainer.snapshot().samples.mean() - real.mean) > real.sd / 2:
        lab.trainer.advance(50)
    assert 200 <= lab.trainer.steps / lab.speed <= 1000


def test_seed_of_the_lab_with_the_layer_is_typical():
    """Of the 64 seeds that ship, its width at the end is the middle one."""
    lab = lab_of("03_minibatch_discrimination.ipynb")
    sweep = gl.shipped.sweeps.load("aylien_layers")
    at = sweep.values.index("2 and minibatch")
    widths = gl.metrics.sd(sweep.samples[at, -1])
    assert lab.seed == sweep.seeds[np.argsort(widths, kind="stable")[len(widths) // 2]]
