"""The lab of latent planes in a real JupyterLab, in headless Chromium: a pointer and a pen, to the picture.

Its networks are untrained ones: what is measured does not depend on weights.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import browser
from benchmarks.labs import _against, write_notebook
from benchmarks.measure import Row

MOVES, PAUSE = 60, 150  # measured moves, and milliseconds between them
POINT_MS, PEN_MS = 50, 100  # what a person may have to wait
CELL = """import torch
from torch import nn

from gan_lessons.labs.latent_planes import LatentPlanes
from gan_lessons.models.dcgan import dcgan_g


class Coder(nn.Module):
    def __init__(self):
        super().__init__()
        self.there = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU())
        self.code, self.back = nn.Linear(128, 2), nn.Sequential(nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 256))
        self.picture = nn.Sequential(nn.ReLU(), nn.Linear(256, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))

    def encode(self, images):
        return self.code(self.there(images))

    def decode(self, codes):
        return self.picture(self.back(codes))


class GAN(nn.Module):
    def __init__(self):
        super().__init__()
        self.G = dcgan_g(2, 16)

    def decode(self, codes):
        return self.G(codes[None])[0].view(-1, 1, 28, 28)


lab = LatentPlanes({"autoencoder": Coder(), "VAE": Coder(), "GAN": GAN()})
lab"""
# Waits for a pointer's next move on an element, and then for a picture that answers: the milliseconds between.
WATCH = """(selector) => {
  const lab = document.querySelector('.gan-planes'), before = lab.dataset.drawn;
  window.ganTime = new Promise((done, never) => {
    setTimeout(() => never(new Error('nothing was drawn within 20 seconds')), 20000);
    document.querySelector(selector).addEventListener('pointermove', (happened) => {
      const eye = new MutationObserver(() => {
        if (lab.dataset.drawn === before) return;
        eye.disconnect(); done(performance.now() - happened.timeStamp);
      });
      eye.observe(lab, { attributes: true });
    }, { once: true, capture: true });
  }); }"""


def rows(repeats: int | None = None) -> Iterator[Row]:
    """All rows. repeats: measured moves (default: 60)."""
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder, "planes.ipynb"), CELL)
        with browser.jupyterlab(Path(folder)) as address, browser.page() as page:
            page.set_default_timeout(30_000)
            browser.open_notebook(page, address, "planes.ipynb")
            browser.run_all(page)
            page.wait_for_selector(".gan-planes[data-rested]")
            times = moves(page, ".gan-over", repeats or MOVES, lambda: None)
            yield _against("plane_point_ms", median(times), "ms", POINT_MS, len(times))
            times = moves(page, ".gan-pad", repeats or MOVES, page.mouse.down)
            yield _against("plane_pen_ms_p95", float(np.quantile(times, 0.95)), "ms", PEN_MS, len(times))


def moves(page, selector: str, n: int, begin: Callable[[], None]) -> list[float]:
    """Milliseconds from each of n moves of the mouse on an element to the picture. begin: done before the first."""
    box, times = page.locator(selector).first.bounding_box(), []
    turn = np.linspace(0, 2 * np.pi, n + 1, endpoint=False)  # each spot another one: else nothing moves
    x, y = (box["x"] + box["width"] * (0.5 + 0.3 * np.cos(turn)), box["y"] + box["height"] * (0.5 + 0.3 * np.sin(turn)))
    page.mouse.move(x[0], y[0])
    begin()
    for spot in zip(x[1:], y[1:], strict=True):
        page.wait_for_timeout(PAUSE)
        page.evaluate(WATCH, selector)
        page.mouse.move(*spot)
        times.append(page.evaluate("window.ganTime"))
    page.mouse.up()
    return times
