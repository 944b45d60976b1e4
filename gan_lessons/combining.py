"""What works together in a training, and what is refused, each with its reason."""

import torch
from torch import nn

from gan_lessons.errors import refuse
from gan_lessons.models.layers import SpectralLinear
from gan_lessons.penalties import Penalty


def check_networks(G: nn.Module, D: nn.Module, data, noise, batch: int) -> None:
    """Raises ValueError unless the networks fit each other, the data, the noise and the batch."""
    if G.inputs != noise.dim:
        raise ValueError(f"noise of {noise.dim} dimensions does not fit a generator that takes {G.inputs}")
    for network in (G, D):
        if hasattr(network, "check"):
            network.check(batch)
    with watching(G, D), torch.no_grad():
        like = next(G.parameters())
        if next(D.parameters()).dtype != like.dtype:
            refuse("D", next(D.parameters()).dtype, f"of the same dtype as G, {like.dtype}")
        x = G(like.new_zeros(G.runs, batch, noise.dim))
        if x.shape[-1] != data.dim:
            raise ValueError(f"G makes samples of {x.shape[-1]} dimensions, but the data have {data.dim}")
        if D.inputs != data.dim:
            raise ValueError(f"D takes samples of {D.inputs} dimensions, but the data have {data.dim}")
        if D(x).shape[-1] != 1:
            refuse("D", D, f"a network with one logit at its end, this one has {D(x).shape[-1]}")
        if any(word in _last_operation(D, x) for word in ("Sigmoid", "Softmax")):
            refuse("D", D, "a network that ends in logits: leave out the last sigmoid, the losses have it")


def check_remedies(D: nn.Module, settings: dict) -> None:
    """Raises ValueError, naming both sides, for remedies that make no sense together."""
    for penalty in settings["penalties"]:
        if not isinstance(penalty, Penalty):
            refuse("penalties", penalty, "a tuple of penalties of gan_lessons.penalties")
        if getattr(D, "looks_at", "samples") == "batches":
            raise ValueError(
                f"penalties: {type(penalty).__name__} asks for the slope of D at single samples or packs, but this D "
                "compares the samples of a batch, so a sample moves the verdict on others: leave one of the two out"
            )
    needs = settings["objective"].d_needs
    if needs and not hasattr(D, needs):
        objective = settings["objective"]
        raise ValueError(f"objective {objective!r} needs a D with a {needs} layer, which {type(D).__name__} has not")
    if settings["d_optimizer"].clip is not None and any(_spectral(part) for part in D.modules()):
        raise ValueError(
            f"d_optimizer: clip={settings['d_optimizer'].clip} cannot be combined with spectral normalisation, which "
            "divides by the weights' size and so takes no notice of it: use one of the two"
        )


def _spectral(part: nn.Module) -> bool:
    return isinstance(part, SpectralLinear) or hasattr(part, "parametrizations")


class watching:
    """`with watching(G, D)`: networks in eval mode, where looking at them changes no buffer; afterwards as before."""

    def __init__(self, *networks: nn.Module):
        # most toys have no buffers, and a change of mode costs as much as a forward pass of theirs
        self.networks = [net for net in networks if net.training and next(net.buffers(), None) is not None]

    def __enter__(self) -> None:
        for network in self.networks:
            network.eval()

    def __exit__(self, *_) -> None:
        for network in self.networks:
            network.train()


def _last_operation(D: nn.Module, x: torch.Tensor) -> str:
    """Autograd's name of what D does last, but for operations that only rearrange or clip."""
    with torch.enable_grad():
        node = D(x).grad_fn
    while node is not None and any(word in node.name() for word in ("View", "queeze", "Reshape", "Clamp", "Alias")):
        node = node.next_functions[0][0]
    return "" if node is None else node.name()
