"""Sweeps: the seconds of a slider's whole range, and the share of the processor that training many GANs makes use of.

Everything runs in this process with one thread: sweeps use further cores by further processes. Only a quiet machine
shows what it can do: what runs beside it slows small operations more than large ones, and the share with them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import torch

from benchmarks.measure import Row, compare, more_is_better, timed
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.plane import pacgan_ring
from gan_lessons.models.mlp import MLP
from gan_lessons.recipes import toys as recipes
from gan_lessons.sweeps.sweep import Sweep, sweep_of
from gan_lessons.trainers.optim import Adam

REPEATS = 3
RATES = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2)
SEEDS, STEPS = range(16), 5000
BUDGET = 25.0  # seconds in which such a sweep must be trained
LEAST = 0.3  # share of the machine's own rate that training must reach
RUNS, BLOCK, EDGE = 64, 64, 2048
WIDE = replace(
    recipes.steady,
    name="wide",
    data=pacgan_ring,
    noise=NormalNoise(2),
    generator=MLP((64, 64), "relu"),
    discriminator=MLP((64, 64), "relu"),
    batch=128,
    d_optimizer=Adam(1e-3),
    g_optimizer=Adam(1e-3),
)


def rows(repeats: int | None = None) -> Iterator[Row]:
    """All rows, each as soon as it is measured. repeats: measurements of each, by default 3."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for row in (sweep_seconds, gemm_share):
            yield row(repeats or REPEATS)
    finally:
        torch.set_num_threads(threads)


def sweep_seconds(repeats: int) -> Row:
    """Seconds of a sweep of AYLIEN's toy over D's learning rate: 9 positions, 16 seeds, 5,000 steps.

    baseline: the 25 seconds that it may take."""
    return compare("sweep_seconds", "s", timed(lambda: sweep().run(progress=False), 1.0), lambda: BUDGET, repeats)


def gemm_share(repeats: int) -> Row:
    """The rate at which 64 GANs train (G 2-64-64-2, D 2-64-64-1, relu, batches of 128, Adam), as a share of the
    rate of this machine's own product of two matrices of 2,048 x 2,048, measured right after it.

    Counted are floating-point operations of matrix products only (`products`). baseline: the .3 it must reach."""
    trainer = WIDE.trainer(range(RUNS))
    return compare("gemm_share", "share", share(trainer), lambda: LEAST, repeats, more_is_better)


def sweep() -> Sweep:
    """The sweep that is timed."""
    put = lambda recipe, lr: recipe.put(d_lr=lr)  # noqa: E731
    return sweep_of(recipes.aylien_head, put, RATES, label="D's learning rate", seeds=SEEDS, steps=STEPS)


def share(trainer) -> Callable[[], float]:
    """A measure: the training's rate over the machine's."""
    a, b = torch.randn(2, EDGE, EDGE)
    work = products(trainer.G.sizes, trainer.D.sizes, trainer.settings["batch"]) * trainer.runs
    training, product = timed(lambda: trainer.advance(BLOCK), 1 / (BLOCK * work)), timed(lambda: a @ b, 0.5 / EDGE**3)

    def measure() -> float:
        seconds = training()  # of one operation
        return product() / seconds

    return measure


def products(g_sizes: Sequence[int], d_sizes: Sequence[int], batch: int) -> int:
    """Floating-point operations of the matrix products in one update of D and one of G, for one run.

    A layer i -> o costs 2 n i o for n samples: once forward, once for its weights' gradient, and once for the gradient
    at its input. With g and d the sums of i o over G's and D's layers, and g1 and d1 the first layers' i o:
    D's update takes G forward (n g), and D on 2n samples forward, back to all weights, and back to all inputs but
    the first layer's (2n (3d - d1)). G's takes G and D forward (n (g + d)), back through all of D to its input, but to
    none of its weights (n d), and G like D before (n (2g - g1))."""
    g, d = (sum(i * o for i, o in pairwise(sizes)) for sizes in (g_sizes, d_sizes))
    g1, d1 = g_sizes[0] * g_sizes[1], d_sizes[0] * d_sizes[1]
    return 2 * batch * (g + 2 * (3 * d - d1) + (g + d) + d + (2 * g - g1))
