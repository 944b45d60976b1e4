"""The settings of a game: their defaults, the random numbers they need, its start, and changes while it runs."""

from collections.abc import Mapping

import numpy as np
import torch

from gan_lessons._core.randomness import Stream, initialize
from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.noise import NormalNoise, UniformNoise
from gan_lessons.losses.objectives import non_saturating
from gan_lessons.trainers import checks, gradients
from gan_lessons.trainers.augmentation import NUMBERS
from gan_lessons.trainers.optim import Adam
from gan_lessons.trainers.player import Player
from gan_lessons.trainers.schedules import InTurn, OneByOne

OPTIONAL = {"objective": non_saturating, "schedule": None, "penalties": (), "unroll": 0, "instance_noise": None}
OPTIONAL |= {"augmentation": None}


def complete(trainer, data, noise, given: Mapping[str, object]) -> dict[str, object]:
    """All settings by name, in one order. Raises ValueError for names that are not those of this game, and without a
    batch size."""
    optimizers = {f"{name.lower()}_optimizer": Adam(1e-3) for name in trainer.networks}
    known = {"data": data, "noise": noise, "batch": None, **optimizers, **OPTIONAL}
    for name in given:
        if name not in known:
            refuse("setting", name, f"one of {tuple(known)}")
    found = known | dict(given)
    if found["schedule"] is None:
        found["schedule"] = InTurn() if trainer.networks.keys() == {"D", "G"} else OneByOne(tuple(trainer.networks))
    for name, other in trainer.draws.items():
        if name not in trainer.networks or not isinstance(other, str):
            refuse("draws", trainer.draws, f"names by players' names, which are {list(trainer.networks)}")
    return found


def begin(trainer) -> None:
    """Draws the first weights, and stands at step 0."""
    for name, network in trainer.networks.items():
        initialize(network, trainer.seeds, trainer.draws.get(name, name))
        network.to(trainer.device)
    trainer.players = {name: Player(network) for name, network in trainer.networks.items()}
    for name, player in trainer.players.items():
        player.start(trainer.settings[f"{name.lower()}_optimizer"])
    trainer.dtype = next(iter(trainer.players.values())).theta.dtype
    trainer.streams = {
        key: Stream(source, trainer.seeds, word, n, trainer.dtype, trainer.device)
        for key, (source, n, word) in _sources(trainer, trainer.settings).items()
    }
    trainer.viewing_noise = _viewing_noise(trainer)
    _choose_gradients(trainer)
    trainer.steps, trainer.moved, trainer.seen, trainer.sums = 0, 0, {}, []
    trainer.recipe = None  # that it was built by, if a recipe built it
    trainer.lost_at, trainer.lost_by = np.full(trainer.runs, -1), np.full(trainer.runs, -1)


def change(trainer, settings: Mapping[str, object]) -> None:
    """See `Trainer.change`."""
    for name in settings:
        if name not in trainer.settings:
            refuse("setting", name, f"one of {tuple(trainer.settings)}")
    old, new = trainer.settings, checks.check_settings(trainer, trainer.settings | dict(settings))
    trainer.settings = new
    _choose_gradients(trainer)
    before = _sources(trainer, old)
    for key, source in _sources(trainer, new).items():
        if source != before[key]:
            trainer.streams[key] = trainer.streams[key].changed(*source[:2])
    for name, player in trainer.players.items():
        own, was = new[f"{name.lower()}_optimizer"], old[f"{name.lower()}_optimizer"]
        if (type(own), own.slots) != (type(was), was.slots):
            player.start(own)
    if new["noise"] != old["noise"]:
        trainer.viewing_noise = _viewing_noise(trainer)


def _choose_gradients(trainer) -> None:
    settings = trainer.settings
    trainer.written_out = (
        gradients.can_be_written_out(trainer.networks, settings["objective"], settings["penalties"])
        and settings["augmentation"] is None
    )


def _sources(trainer, settings: Mapping) -> dict[str, tuple]:
    """The random numbers that a game uses: key -> (distribution, how many at a time, the name they are drawn by)."""
    data, noise, batch = settings["data"], settings["noise"], settings["batch"]
    found = {"mix": (UniformNoise(), batch, "mix")}
    for name in trainer.networks:
        key, word = name.lower(), trainer.draws.get(name, name).lower()
        found[f"{key}_real"] = data, batch, "real" if word == "d" else f"{word}_real"
        found[f"{key}_blur"] = NormalNoise(data.dim), 2 * batch, f"{word}_blur"  # of the real and the generated batch
        found[f"{key}_changes"] = NUMBERS, 2 * batch, f"{word}_changes"  # by an augmentation, of both
        if noise is not None:
            found[f"{key}_noise"] = noise, batch, f"{word}_noise"
    return found


def _viewing_noise(trainer) -> torch.Tensor | None:
    noise = trainer.settings["noise"]
    if noise is None:
        return None
    return Stream(noise, trainer.seeds, "view", trainer.view, trainer.dtype, trainer.device).next()
