"""The networks that ship: what they are, their weights, and their model cards. `python -m gan_lessons ship` makes them.

A card (NAME.json) lies beside the files.
"""

import json

import torch
from torch import nn

from gan_lessons._core import checksums
from gan_lessons._core.refusals import refuse
from gan_lessons.models import weights
from gan_lessons.models.autoencoder import Autoencoder, FromNoise
from gan_lessons.models.classifier import Classifier
from gan_lessons.recipes import digits, stacked
from gan_lessons.shipped import autoencoders
from gan_lessons.trainers import saving

RECIPES = {"dcgan": digits.shipped_dcgan, "mlp": digits.mlp_gan, "gan_2d": digits.plane_gan}
RECIPES |= {
    "conditional_dcgan": digits.conditional_dcgan,
    "infogan": digits.infogan_digits,
    "stacked": stacked.stacked_dcgan,
}
TOLD = ("conditional_dcgan",)  # whose G takes a label beside its noise
CODERS = autoencoders.RECIPES
NETWORKS = dict.fromkeys(RECIPES, ("g", "d")) | dict.fromkeys(("classifier", *CODERS), ("",))  # files' parts


def built(name: str, part: str) -> nn.Module:
    """A network like one that ships, before its weights are read."""
    if name == "classifier":
        return Classifier()
    if name in CODERS:
        return CODERS[name].network()
    return RECIPES[name].networks()[part.upper()]


def shipped(name: str) -> tuple[nn.Module, nn.Module]:
    """G and D of a GAN that ships, one of `RECIPES`, in `eval()`. Raises ValueError, naming the file, if damaged."""
    if name not in RECIPES:
        refuse("name", name, " or ".join(f'"{known}"' for known in RECIPES))
    return _shipped(name, "g"), _shipped(name, "d")


def coder(name: str) -> Autoencoder | FromNoise:
    """What has codes, in `eval()`: an autoencoder that ships, one of `CODERS`, or a GAN's G, whose noise is its code
    and which only decodes. Raises ValueError for another name (a G that takes labels decodes no noise alone), and
    naming the file, if damaged."""
    alone = [known for known in RECIPES if known not in TOLD]
    if name not in alone and name not in CODERS:
        refuse("name", name, f"one of {[*alone, *CODERS]}")
    return FromNoise(_shipped(name, "g")) if name in RECIPES else _shipped(name, "")


def card(name: str) -> dict:
    """The model card of what ships: how it was made, from what, and what it scored. Raises ValueError for no such."""
    if name not in NETWORKS:
        refuse("name", name, f"one of {list(NETWORKS)}")
    return json.loads(checksums.read(f"{weights.FOLDER}/{name}.json"))


def start_from(trainer, G: nn.Module, D: nn.Module) -> None:
    """Lets a trainer go on from the weights of two networks like its own; its optimizers start afresh.

    Raises ValueError, and leaves the trainer as it was, if they are other networks."""
    given = {"G": G, "D": D}
    for name, other in given.items():
        own = trainer.networks[name]
        if saving.parameters(own) != saving.parameters(other):
            refuse(name, _short(other), f"a network like the trainer's own, {_short(own)}")

    def begin() -> None:
        for name, other in given.items():
            trainer.networks[name].load_state_dict(other.state_dict())
            trainer.players[name].start(trainer.settings[f"{name.lower()}_optimizer"])

    trainer.whole_or_not(begin)


def _shipped(name: str, part: str) -> nn.Module:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which the file then replaces
        network = built(name, part)
    return weights.shipped(network, name, part)


def _short(network: nn.Module) -> str:
    return f"{type(network).__name__} with {sum(p.numel() for p in network.parameters()):,} parameters"
