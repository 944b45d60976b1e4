"""The GAN that notebook 01 builds in view is, step for step, the package's `recipes.steady`."""

from pathlib import Path

import nbformat
import pytest
import torch
from torch import nn

from gan_lessons import recipes

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "01_gaussian_toy.ipynb"
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
    real, d_noise, g_noise = (recorded(trainer._streams[key]) for key in ("real", "d_noise", "g_noise"))
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
