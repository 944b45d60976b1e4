"""What a sample becomes on its way through a network, stage by stage: for pictures of it, and words."""

import math
from dataclasses import dataclass

import torch
from torch import nn

from gan_lessons.models import layers, protocol
from gan_lessons.models.conditional import asked
from gan_lessons.models.minibatch_discrimination import MinibatchDiscrimination
from gan_lessons.models.packed import Packed
from gan_lessons.models.whole_batch import WholeBatch

_FLAT = layers.Linear, nn.Linear, MinibatchDiscrimination
_FOLDED = nn.Conv2d, nn.ConvTranspose2d


@dataclass(frozen=True)
class Stage:
    """name: what it is, such as "hidden". shape: of one sample there, such as (64,) or (32, 14, 14)."""

    name: str
    shape: tuple[int, ...]


def stages(network: nn.Module, batch: int, first: str, last: str) -> tuple[Stage, ...]:
    """The stages of a network from its input to its output, seen by sending a batch of zeros through it.

    first, last: names of the two ends. The network stays as it was; its running averages too."""
    found: list[tuple[nn.Module, tuple, tuple]] = []

    def note(layer, given, made):
        found.append((layer, _shape(layer, given[0]), _shape(layer, made)))

    kept = {name: buffer.clone() for name, buffer in network.named_buffers()}
    hooks = [part.register_forward_hook(note) for part in network.modules() if isinstance(part, _FLAT + _FOLDED)]
    try:
        with torch.no_grad():
            asked(network, torch.zeros(network.runs, batch, network.inputs, dtype=next(network.parameters()).dtype))
    finally:
        for hook in hooks:
            hook.remove()
        for name, buffer in network.named_buffers():
            buffer.copy_(kept[name])
    labelled = math.prod(found[0][1]) > network.inputs and protocol.ask(network, "classes")
    way = [Stage(f"{first} and label" if labelled else first, found[0][1])]
    if isinstance(network, Packed):
        way = [Stage(first, (network.inputs,)), Stage(f"pack of {network.size}", found[0][1])]
    if isinstance(network, WholeBatch):
        way = [Stage(first, (network.inputs,)), Stage(f"batch of {batch}, as {network.told['features']}", found[0][1])]
    for layer, _, shape in found[:-1]:
        extra = isinstance(layer, MinibatchDiscrimination)
        way.append(Stage(f"with {layer.settings.kernels} comparisons" if extra else "hidden", shape))
    return (*way, Stage(last, found[-1][2]))


def _shape(layer: nn.Module, x: torch.Tensor) -> tuple[int, ...]:
    """Of one sample; noise that is folded into one pixel counts as flat."""
    shape = tuple(x.shape[-1:] if isinstance(layer, _FLAT) else x.shape[-3:])
    return shape[:1] if shape[1:] == (1, 1) else shape
