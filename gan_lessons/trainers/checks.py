"""What works together in a training, and what is refused, each with its reason."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from gan_lessons._core.refusals import refuse, whole
from gan_lessons._core.settings import Settings
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.picture_shapes import SHAPES
from gan_lessons.losses.objectives import FromLogits, Objective
from gan_lessons.losses.penalties import Penalty
from gan_lessons.models import protocol
from gan_lessons.models.layers import SpectralLinear
from gan_lessons.models.protocol import ask
from gan_lessons.trainers.augmentation import Augmentation
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import Optimizer
from gan_lessons.trainers.watching import watching


def check_players(networks: object, seeds, same_seeds: bool) -> tuple[int, ...]:
    """The seeds, one a run. Raises ValueError for what are no networks by player's name, each with as many runs."""
    if not isinstance(networks, Mapping) or not networks or not all(isinstance(name, str) for name in networks):
        refuse("networks", networks, 'a dictionary with the network of each player, such as {"D": D, "G": G}')
    for name, network in networks.items():
        if not name.isidentifier():
            refuse("networks", name, "names of players, such as D or encoder")
        protocol.check(name, network)
    owners = {id(param): name for name, network in networks.items() for param in network.parameters()}
    for name, network in networks.items():
        for param in network.parameters():
            if owners[id(param)] != name:
                refuse("networks", f"{name} and {owners[id(param)]} with weights in common", "networks of their own")
    first = next(iter(networks.values()))
    seeds = whole_seeds(range(first.runs) if seeds is None else seeds, same_seeds)
    for name, network in networks.items():
        if network.runs != len(seeds):
            refuse("seeds", seeds, f"one for each of the {network.runs} runs of {name}")
    return seeds


def check_settings(trainer, settings: dict) -> dict:
    """The settings, if they can work with the networks. Raises ValueError for what cannot."""
    batch = whole("batch", settings["batch"])
    settings = settings | {"batch": batch}
    share = batch if trainer.together is None else trainer.together.each(batch)
    runs, networks = trainer.runs, trainer.networks
    for name in ("data", "noise"):
        if name == "noise" and settings[name] is None and "G" not in networks:
            continue
        if not isinstance(settings[name], Distribution):
            refuse(name, settings[name], "a distribution of gan_lessons.distributions")
        if settings[name].runs() not in (None, runs):
            refuse(name, settings[name], f"the same for all runs, or with one number for each of the {runs}")
    for name in networks:
        optimizer = settings[f"{name.lower()}_optimizer"]
        if not isinstance(optimizer, Optimizer):
            refuse(f"{name.lower()}_optimizer", optimizer, "an optimizer of gan_lessons.trainers")
    if not isinstance(settings["objective"], Objective):
        refuse("objective", settings["objective"], "an Objective of gan_lessons.losses")
    if settings["objective"].losses.keys() != networks.keys():
        losses = sorted(settings["objective"].losses)
        refuse("objective", settings["objective"], f"one with a loss for each of {sorted(networks)}; it has {losses}")
    if not callable(settings["schedule"]):
        refuse("schedule", settings["schedule"], "a schedule of gan_lessons.trainers")
    for name in getattr(settings["schedule"], "players", ()):
        if name not in networks:
            refuse("schedule", settings["schedule"], f"one that moves players of this game, {sorted(networks)}")
    if not isinstance(settings["penalties"], (tuple, list)):
        refuse("penalties", settings["penalties"], "a tuple of penalties, such as (R1(1.0),)")
    if not isinstance(settings["instance_noise"], InstanceNoise | None):
        refuse("instance_noise", settings["instance_noise"], "None or an InstanceNoise")
    if not isinstance(settings["augmentation"], Augmentation | None):
        refuse("augmentation", settings["augmentation"], "None or an Augmentation")
    if settings["augmentation"] is not None and settings["data"].dim not in SHAPES:
        refuse("augmentation", settings["augmentation"], "None where the data are no pictures")
    settings |= {"penalties": tuple(settings["penalties"]), "unroll": whole("unroll", settings["unroll"], 0)}
    for name in ("penalties", "unroll", "instance_noise", "augmentation") if not {"D", "G"} <= networks.keys() else ():
        if settings[name]:
            refuse(name, settings[name], f"left out in a game of {sorted(networks)}: it is for D and G")
    if "D" in networks and "G" in networks:
        _check_remedies(networks["D"], settings)
        _check_committees(networks, settings)
    for value in settings.values():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Settings) and not isinstance(item, Distribution):
                item.check(runs)
    _check_networks(trainer, settings, share)
    _check_conditioning(networks, settings)
    return settings


def _check_conditioning(networks: Mapping[str, nn.Module], settings: dict) -> None:
    """Raises ValueError unless D and G are told what the objective asks for, and D says as much."""
    if not {"D", "G"} <= networks.keys():
        return
    asks = settings["objective"].asks(settings["data"], settings["noise"])
    for name, classes in (("D", asks.discriminator), ("G", asks.generator)):
        if classes and ask(networks[name], "classes") != classes:
            refuse(name, networks[name], f"told {classes} labels, as {settings['objective']!r} asks for")
    if asks.further and ask(networks["D"], "further") != asks.further:
        words = f"with further outputs in groups of {asks.further}, as {settings['objective']!r} asks for"
        refuse("D", networks["D"], words)


def _check_networks(trainer, settings: dict, batch: int) -> None:
    """Raises ValueError unless the networks fit each other, the data, the noise and the batch."""
    networks, data, noise = trainer.networks, settings["data"], settings["noise"]
    data.check_batch(settings["batch"])
    first = next(iter(networks))
    dtype = next(networks[first].parameters()).dtype
    for name, network in networks.items():
        if next(network.parameters()).dtype != dtype:
            refuse(name, next(network.parameters()).dtype, f"of the same dtype as {first}, {dtype}")
        if ask(network, "classes") not in (0, data.classes):
            found = f"have {data.classes}" if data.classes else "have none"
            raise ValueError(f"{name} takes labels of {ask(network, 'classes')} kinds, but the data {found}")
        protocol.check_batch(network, batch)
    if not {"D", "G"} <= networks.keys():
        return
    D, G = networks["D"], networks["G"]
    if G.inputs != noise.dim:
        raise ValueError(f"noise of {noise.dim} dimensions does not fit a generator that takes {G.inputs}")
    with watching(G, D), torch.no_grad():
        like = next(G.parameters())
        labels = like.new_zeros(G.runs, batch, dtype=torch.long)
        x = _applied(G, like.new_zeros(G.runs, batch, noise.dim), labels)
        if x.shape[-1] != data.dim:
            raise ValueError(f"G makes samples of {x.shape[-1]} dimensions, but the data have {data.dim}")
        if D.inputs != data.dim:
            raise ValueError(f"D takes samples of {D.inputs} dimensions, but the data have {data.dim}")
        out = _applied(D, x, labels)
        if out.shape[-1] != (ask(D, "outputs") or 1):
            refuse("D", D, f"a network with one logit at its end, this one has {out.shape[-1]}")
        if any(word in _last_operation(D, x, labels) for word in ("Sigmoid", "Softmax")):
            refuse("D", D, "a network that ends in logits: leave out the last sigmoid, the losses have it")


def _check_remedies(D: nn.Module, settings: dict) -> None:
    """Raises ValueError, naming both sides, for remedies that make no sense together."""
    for penalty in settings["penalties"]:
        if not isinstance(penalty, Penalty):
            refuse("penalties", penalty, "a tuple of penalties of gan_lessons.losses")
        if ask(D, "looks_at") == "batches":
            raise ValueError(
                f"penalties: {type(penalty).__name__} asks for the slope of D at single samples or packs, but this D "
                "compares the samples of a batch, so a sample moves the verdict on others: leave one of the two out"
            )
    needs = settings["objective"].d_needs
    if needs and not hasattr(D, needs):
        objective = settings["objective"]
        raise ValueError(f"objective {objective!r} needs a D with a {needs} layer, which {type(D).__name__} has not")
    if settings["unroll"] and settings["objective"].on_samples is not settings["objective"]:
        raise ValueError(
            f"unroll: to look through D's updates with {settings['objective'].name} asks for third derivatives, as its "
            "loss holds gradients: leave one of the two out"
        )
    if settings["d_optimizer"].clip is not None and any(_spectral(part) for part in D.modules()):
        raise ValueError(
            f"d_optimizer: clip={settings['d_optimizer'].clip} cannot be combined with spectral normalisation, which "
            "divides by the weights' size and so takes no notice of it: use one of the two"
        )


def _check_committees(networks: Mapping[str, nn.Module], settings: dict) -> None:
    """Raises ValueError for what the sum over adversaries is not defined for."""
    if not any(ask(networks[name], "weights") for name in ("D", "G")):
        return
    if not isinstance(settings["objective"], FromLogits):
        refuse("objective", settings["objective"], "a loss of logits alone, where D or G is a committee")
    for name in ("penalties", "unroll"):
        if settings[name]:
            refuse(name, settings[name], "left out where D or G is a committee")


def check_move(trainer, names: Mapping[str, str], runs: object) -> None:
    """Raises ValueError for moves of nobody or of a player that is not there, and for `runs` of another form."""
    for name in names or [None]:
        if name not in trainer.players:
            refuse("name", name, f"one of {list(trainer.players)}")
    if runs is None:
        return
    if not isinstance(runs, torch.Tensor) or runs.dtype != torch.bool or runs.shape != (trainer.runs,):
        refuse("runs", runs, f"None or a tensor of {trainer.runs} bools, one for each run")


def whole_seeds(seeds: Sequence[int] | int, same_seeds: bool = False) -> tuple[int, ...]:
    """The seeds as a tuple; a whole number is the one seed. Raises ValueError unless they are whole numbers from 0, at
    least one, and all different (where not `same_seeds`)."""
    if isinstance(seeds, (int, np.integer)) and not isinstance(seeds, bool):
        seeds = (seeds,)
    if not isinstance(seeds, (Sequence, np.ndarray)) or isinstance(seeds, str) or not len(seeds):
        refuse("seeds", seeds, "a sequence with one whole number a run")
    seeds = tuple(whole("seeds", seed, 0) for seed in seeds)
    if len(set(seeds)) < len(seeds) and not same_seeds:
        refuse("seeds", seeds, "all different: two runs of one seed are one run")
    return seeds


def check_probes(probes: object) -> dict:
    """Probes by name. Raises ValueError for anything else."""
    if not isinstance(probes or {}, Mapping) or not all(callable(probe) for probe in (probes or {}).values()):
        refuse("probes", probes, "a dictionary of functions of the trainer")
    return dict(probes or {})


def _spectral(part: nn.Module) -> bool:
    return isinstance(part, SpectralLinear) or hasattr(part, "parametrizations")


def _applied(network: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return network(x, labels) if ask(network, "classes") else network(x)


def _last_operation(D: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> str:
    """Autograd's name of what D does last, but for operations that only rearrange or clip."""
    with torch.enable_grad():
        node = _applied(D, x, labels).grad_fn
    while node is not None and any(word in node.name() for word in ("View", "queeze", "Reshape", "Clamp", "Alias")):
        node = node.next_functions[0][0]
    return "" if node is None else node.name()
