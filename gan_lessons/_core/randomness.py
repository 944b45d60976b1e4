"""Reproducible draws: every run has its own numbers, whichever runs are trained beside it.

A *block* is what one `torch.Generator` gives after being seeded from (run's seed, name, block's number).
So the whole state of the randomness is two counters, a save file needs no generator's insides, and a
step that failed is taken back by setting the counters back. No global seed is ever touched.
"""

import hashlib
from collections.abc import Iterator, Sequence

import torch

_VALUES_A_BLOCK = 4096


def block_seed(seed: int, name: str, block: int) -> int:
    """A well-mixed 63-bit seed for one block of one named stream of one run."""
    digest = hashlib.blake2b(f"{seed}/{name}/{block}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def generator(seed: int, name: str, block: int = 0) -> torch.Generator:
    """A fresh CPU generator for a block."""
    return torch.Generator().manual_seed(block_seed(seed, name, block))


class Stream:
    """An endless row of batches from one distribution, for every run its own: `next()` -> (*runs, batch, d).

    seeds: one a run. Batches are drawn many steps at a time (per run about 4,096 numbers), which costs
    .1 ms a step at 1,000 runs; always on the CPU, so that every device sees the same numbers. `place` is
    (block, position in it) and may be set.
    """

    def __init__(self, distribution, seeds: Sequence[int], name: str, batch: int, dtype: torch.dtype, device="cpu"):
        self.distribution, self.seeds, self.name, self.batch, self.dtype = distribution, seeds, name, batch, dtype
        self.device = torch.device(device)
        self.length = max(1, min(64, _VALUES_A_BLOCK // batch))
        self.place = (0, 0)
        self._filled, self._block, self._labels = -1, (), ()

    def next(self) -> torch.Tensor:
        """The next batch, (*runs, batch, d)."""
        batch, (block, position) = self.peek(), self.place
        self.place = (block, position + 1) if position + 1 < self.length else (block + 1, 0)
        return batch

    def labels(self) -> torch.Tensor | None:
        """The labels of the batch that `next` will give, (*runs, batch) whole numbers; None for data without."""
        self.peek()
        return self._labels[self.place[1]] if self._labels else None

    def peek(self) -> torch.Tensor:
        """The batch that `next` will give; the place stays."""
        block, position = self.place
        if block != self._filled:
            self._fill(block)
        return self._block[position]

    def _fill(self, block: int) -> None:
        self._filled = -1  # nothing is trusted until the block is whole
        shape, draws, rng = (self.length, self.batch), [], torch.Generator()
        for seed in self.seeds:
            rng.manual_seed(block_seed(seed, self.name, block))
            draws.append(self.distribution.draw(shape, rng, self.dtype))
        raw = torch.stack(draws, 1).to(self.device)  # (length, runs, batch, width)
        self._block = self.distribution.transform(raw).unbind(0)
        self._labels = self.distribution.labels(raw).unbind(0) if self.distribution.classes else ()
        self._filled = block

    def __getstate__(self) -> dict:
        """A copy, here or in another process, draws its block afresh."""
        return vars(self) | {"_filled": -1, "_block": (), "_labels": ()}

    def changed(self, distribution, batch: int) -> "Stream":
        """A stream of another distribution or batch size that goes on at this one's next block."""
        other = Stream(distribution, self.seeds, self.name, batch, self.dtype, self.device)
        other.place = (self.place[0] + 1, 0)
        return other


def initialize(network: torch.nn.Module, seeds: Sequence[int], name: str) -> None:
    """Draws every layer's weights, each run's from its own seed. name: sets networks of one seed apart."""
    layers = list(_with_weights(network))
    for run, seed in enumerate(seeds):
        rng = generator(seed, name)
        for layer in layers:
            layer.reset(run, rng)


def _with_weights(module: torch.nn.Module) -> Iterator[torch.nn.Module]:
    """The modules that draw weights; a committee draws those of all its members itself."""
    if hasattr(module, "reset"):
        yield module
    for child in () if getattr(module, "weights", ()) else module.children():
        yield from _with_weights(child)
