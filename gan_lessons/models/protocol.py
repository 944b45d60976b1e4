"""What a trainer asks of a network: declared once here, with what holds for a network that does not say.

Any `torch.nn.Module` will do that has `runs` and `inputs` and gives (*runs, batch, outputs) for (*runs, batch, inputs).
The rest of `Network` it has only where it differs from the defaults.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

import torch
from torch import nn

from gan_lessons._core.refusals import refuse


@runtime_checkable
class Network(Protocol):
    """runs: how many copies train side by side. inputs: numbers that a sample (or its noise) has."""

    runs: int
    inputs: int


class Offers:
    """What a network may say of itself beside `runs` and `inputs`, with the default.

    outputs: how many numbers it gives for a sample, None if that is to be seen: of a D the first is the logit, the
    rest are further outputs (a class, a code). further: how many of these in each group. classes: how many labels
    there are that it takes as `network(x, labels)` with labels (*runs, batch), 0 if it takes none. looks_at: what
    counts for a verdict: "samples", each by itself, "packs", or "batches", where a sample's company counts. pack:
    how many samples it judges together. large: whether it is worth more than one thread. weights: of a committee
    what each member counts in its adversaries' sums, 1 in all; () for a single network. told: what names and shapes
    of parameters do not tell (an activation), for saved files, as JSON has it.

    Methods that it may have: check(batch), which raises ValueError for a batch that it cannot take; reset(run,
    rng), of each of its layers, which draws that run's first weights; both(real, fake), the logits (*runs, 2, n) of
    both, in one pass where that is the same; penultimate(x), what its last layer sees; verdict(h), what that layer
    makes of it; judge(points, companions), its verdict on points in stated company."""

    outputs: int | None = None
    further: tuple[int, ...] = ()
    classes: int = 0
    looks_at: str = "samples"
    pack: int = 1
    large: bool = False
    weights: tuple[float, ...] = ()
    told: Mapping[str, object] = {}


def ask(network: nn.Module, name: str):
    """What a network offers under a name of `Offers`, or the default."""
    return getattr(network, name, getattr(Offers, name))


def rows(network: nn.Module) -> int:
    """How many networks its parameters hold side by side: its runs, or the members of all its runs."""
    return network.runs * max(1, len(ask(network, "weights")))


def flat(network: nn.Module, tensors: Iterable[torch.Tensor]) -> torch.Tensor:
    """Tensors shaped as the network's parameters, such as their gradients, as one (runs, P)."""
    return torch.cat([tensor.reshape(rows(network), -1) for tensor in tensors], 1).view(network.runs, -1)


def check(name: str, network: object) -> None:
    """Raises ValueError unless a network is one that a trainer can train."""
    if not isinstance(network, nn.Module) or not isinstance(network, Network):
        refuse(name, network, "a network that knows its `runs` and `inputs` and ends in a number, as `mlp` makes")
    if next(network.parameters(), None) is None:
        refuse(name, type(network).__name__, "a network with parameters: there is nothing in it to train")
    if next(network.parameters()).dtype not in (torch.float32, torch.float64):
        refuse(name, next(network.parameters()).dtype, "a network in float32 or float64")


def check_batch(network: nn.Module, batch: int) -> None:
    """Raises ValueError if the network cannot take a batch of this size."""
    if hasattr(network, "check"):
        network.check(batch)
