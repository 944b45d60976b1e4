"""GANs that are ill, each with one hidden cause, and the records of what one may see of them.

A plain loop as people write it, because most of these causes are slips in such a loop that the package's trainer
refuses or cannot make. `python -m gan_lessons patients` trains them all again, in about three minutes.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons._core.files import replacing
from gan_lessons._core.randomness import generator, initialize
from gan_lessons._core.threads import one_thread
from gan_lessons.distributions.line import Mixture
from gan_lessons.models.mlp import leaky_relu, mlp

FOLDER = "patients"  # of the data folder
DATA = Mixture((-0.5, 0.5), (0.1, 0.1))  # two bells between -1 and 1, where a G that ends in a tanh can go
STEPS, EVERY, BATCH, SEEDS, SHOWN = 1500, 10, 64, (0, 1, 2, 3), 256
GRID = np.linspace(-1.5, 1.5, 121)
SERIES = ("d_loss", "g_loss", "p_real", "p_fake", "d_slope", "g_slope", "mean", "sd")


@dataclass(frozen=True)
class Slips:
    """What is done otherwise than in the healthy GAN.

    rates: of D and G. momentum: Adam's first beta, of both. steps_of_d: updates of D for each of G. saturating: G
    minimises log(1 - D). sigmoids: how many D's output goes through before a loss of logits. unit_data: data in 0 to 1.
    swapped: D's labels. keep_d: gradients of before are kept (no zero_grad). attached: D's loss reaches G, whose
    gradient is not cleared after it. test_noise: the noise's width when samples are shown. norm: batch normalisation in
    D, which G meets in `eval()`."""

    rates: tuple[float, float] = (2e-3, 2e-3)
    momentum: float = 0.5
    steps_of_d: int = 1
    d_hidden: tuple[int, ...] = (32, 32)
    g_hidden: tuple[int, ...] = (32, 32)
    saturating: bool = False
    sigmoids: int = 0
    unit_data: bool = False
    swapped: bool = False
    keep_d: bool = False
    attached: bool = False
    test_noise: float = 1.0
    norm: str | None = None


@dataclass(frozen=True, eq=False)
class Record:
    """What one may see of ill GANs of one cause, for each seed. series: name in `SERIES` -> (T, seeds) at `steps`; mean
    and sd are those of the samples that G learns from. samples, real: (seeds, n), and curve: D's probability on `GRID`,
    (seeds, points), at the end."""

    steps: np.ndarray
    series: Mapping[str, np.ndarray]
    samples: np.ndarray
    real: np.ndarray
    curve: np.ndarray

    def save(self, path: Path) -> None:
        """Writes it as one compressed .npz, in half precision."""
        arrays = {"samples": self.samples, "real": self.real, "curve": self.curve, **self.series}
        with replacing(path) as file:
            np.savez_compressed(file, steps=self.steps, **{name: a.astype(np.float16) for name, a in arrays.items()})

    @classmethod
    def of(cls, content: bytes) -> "Record":
        """Reads the bytes that `save` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            found = {name: file[name].astype(np.float32) for name in file.files}
        return cls(found.pop("steps").astype(int), {name: found.pop(name) for name in SERIES}, **found)


def trained(slips: Slips, seeds=SEEDS, steps: int = STEPS) -> Record:
    """Trains a GAN with its slips, all seeds side by side."""
    with one_thread():
        return _Loop(slips, tuple(seeds)).trained(steps)


class _Loop:
    def __init__(self, slips: Slips, seeds: tuple[int, ...]):
        self.slips, self.runs = slips, len(seeds)
        self.D = mlp([1, *slips.d_hidden, 1], leaky_relu, self.runs, norm=slips.norm)
        self.G = mlp([2, *slips.g_hidden, 1], F.relu, self.runs)
        for name, network in (("D", self.D), ("G", self.G)):
            initialize(network, seeds, name)
        betas = (slips.momentum, 0.99)
        self.d_moves = torch.optim.Adam(self.D.parameters(), slips.rates[0], betas)
        self.g_moves = torch.optim.Adam(self.G.parameters(), slips.rates[1], betas)
        self.random = [generator(seed, "patient") for seed in seeds]
        self.seen = {name: [] for name in SERIES}

    def real(self, n: int = BATCH) -> torch.Tensor:
        x = torch.stack([DATA.sample((n,), rng) for rng in self.random])
        return (x + 1) / 2 if self.slips.unit_data else x

    def noise(self, n: int = BATCH) -> torch.Tensor:
        return torch.stack([torch.randn(n, 2, generator=rng) for rng in self.random])

    def fake(self, noise: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.G(noise))

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        out = self.D(x).squeeze(-1)
        for _ in range(self.slips.sigmoids):
            out = out.sigmoid()
        return out

    def d_step(self) -> None:
        fake = self.fake(self.noise())
        real, fake = self.logits(self.real()), self.logits(fake if self.slips.attached else fake.detach())
        sign = -1 if self.slips.swapped else 1
        loss = F.softplus(-sign * real).mean(-1) + F.softplus(sign * fake).mean(-1)
        if not self.slips.keep_d:
            self.d_moves.zero_grad()
        loss.sum().backward()
        self.now = {"d_loss": loss, "d_slope": _length(self.D)}
        self.now |= {"p_real": real.sigmoid().mean(-1), "p_fake": fake.sigmoid().mean(-1)}
        self.d_moves.step()

    def g_step(self) -> None:
        if not self.slips.attached:
            self.g_moves.zero_grad()
        self.D.train(not self.slips.norm)  # the slip: D as G meets it is in eval()
        fake = self.fake(self.noise())
        logits = self.logits(fake)
        self.D.train()
        loss = -F.softplus(logits).mean(-1) if self.slips.saturating else F.softplus(-logits).mean(-1)
        loss.sum().backward()
        self.now |= {"g_loss": loss, "g_slope": _length(self.G)}
        self.now |= {"mean": fake.mean((-1, -2)), "sd": fake.flatten(1).std(-1)}
        self.g_moves.step()
        if self.slips.attached:
            self.g_moves.zero_grad()

    def trained(self, steps: int) -> Record:
        at = range(0, steps, EVERY)
        for step in range(steps):
            for _ in range(self.slips.steps_of_d):
                self.d_step()
            self.g_step()
            if step in at:
                self._note()
        return self._record(np.array(at))

    @torch.no_grad()
    def _note(self) -> None:
        if self.slips.norm:  # as it is judged: in eval()
            self.D.eval()
            for name, x in (("p_real", self.real()), ("p_fake", self.fake(self.noise()))):
                self.now[name] = self.logits(x).sigmoid().mean(-1)
            self.D.train()
        for name, values in self.now.items():
            self.seen[name].append(values.detach().numpy().copy())

    @torch.no_grad()
    def _record(self, steps: np.ndarray) -> Record:
        self.D.eval()
        samples = self.fake(self.slips.test_noise * self.noise(SHOWN)).squeeze(-1).numpy()
        grid = torch.tensor(GRID, dtype=torch.float32)[:, None].expand(self.runs, -1, 1)
        series = {name: np.stack(rows) for name, rows in self.seen.items()}
        return Record(steps, series, samples, self.real(SHOWN).squeeze(-1).numpy(), self.logits(grid).sigmoid().numpy())


def _length(network: nn.Module) -> torch.Tensor:
    """The gradient's length over all weights, (runs,)."""
    return sum(p.grad.flatten(1).square().sum(1) for p in network.parameters()).sqrt()
