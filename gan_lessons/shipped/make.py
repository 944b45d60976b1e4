"""Makes the networks that ship: `python -m gan_lessons ship classifier`, then `dcgan`, `mlp` and the others.

Each writes its weights and a model card (NAME.json) into files/networks/, in the place of those that ship, and the list
of checksums anew; `--folder` takes another data folder. The classifier comes first: the cards of the others hold what
it makes of their samples. It takes 5 minutes on two cores; the GANs took 41 and 26 on one core of a busy machine. With
`torchrun` several processes train one GAN.
"""

import argparse
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from gan_lessons._core import as_json, checksums
from gan_lessons._core.files import replacing
from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.base import Distribution
from gan_lessons.metrics import conditional_digits, stacked
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.models import conditional as told
from gan_lessons.models import protocol, weights
from gan_lessons.shipped import autoencoders
from gan_lessons.shipped import classifier as classifying
from gan_lessons.shipped import networks as checkpoints
from gan_lessons.trainers import distributed as together
from gan_lessons.trainers.trainer import Trainer

SEEDS, SAMPLES = range(5), metrics_digits.SAMPLES  # what a card's numbers are measured on
BEGINNING = 1  # step after which a card notes the losses, so that a test can make them again
SMALL = {"epochs": 1, "first": 2560}  # the classifier that a test makes again


def ship(name: str, seed: int = 0, steps: int | None = None, folder: Path = checksums.DATA) -> Path | None:
    """Makes one of the networks that ship, with its card, in a data folder; returns the card's path (of several
    processes the first one does; the others give None).

    Raises ValueError for another name."""
    if name not in checkpoints.NETWORKS:
        refuse("name", name, f"one of {list(checkpoints.NETWORKS)}")
    start, path = time.perf_counter(), folder / weights.FOLDER / f"{name}.json"
    if name == "classifier":
        networks, about = _classifier(seed)
    elif name in checkpoints.CODERS:
        networks, about = _coder(name, seed, steps)
    else:
        others = together.join()
        trainer, about = _trained(name, seed, steps, others)
        if others is not None and others.rank:  # one of the processes measures and writes for all
            return None
        networks = {"g": settled(trainer).cpu(), "d": trainer.D.cpu()}
        ours = modes(networks["g"]) if name == "stacked" else measured(networks["g"], trainer.settings["noise"])
        about |= ours
    for part, network in networks.items():
        weights.save(network, folder / weights.file(name, part))
    about |= {"minutes": round((time.perf_counter() - start) / 60, 1)} | _circumstances()
    with replacing(path) as file:
        file.write(json.dumps(about, indent=1).encode() + b"\n")
    checksums.write(folder)
    return path


def settled(trainer: Trainer) -> nn.Module:
    """A copy of G with averaged weights (`Trainer.averaged_g`) and batch normalisation's averages to fit them.

    The trainer's own are those of the weights that trained, and in several processes those of the first one's share of
    each batch. So they are taken afresh, over 100 batches of noise."""
    G = trainer.averaged_g()
    norms = [module for module in G.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    kept = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # torch's word for a plain mean over all batches
    noise = trainer.settings["noise"].sample((100, 1, 100), generator(0, "averages"), trainer.dtype)
    with torch.no_grad():
        for batch in noise if norms else ():
            told.asked(G.train(), batch.to(trainer.device))
    for norm, momentum in zip(norms, kept, strict=True):
        norm.momentum = momentum
    return G.eval()


def _classifier(seed: int) -> tuple[dict[str, nn.Module], dict]:
    epochs = 10
    with tqdm(total=epochs * 468 * classifying.BATCH, unit="img", unit_scale=True) as bar:
        network = classifying.train_classifier(epochs, seed, seen=bar.update)
    about = {"name": "classifier", "seed": seed, "epochs": epochs, "test_accuracy": classifying.accuracy(network)}
    about |= {"small_test_accuracy": classifying.accuracy(classifying.train_classifier(seed=seed, **SMALL))}
    return {"": network}, about


def _coder(name: str, seed: int, steps: int | None) -> tuple[dict[str, nn.Module], dict]:
    recipe = checkpoints.CODERS[name] if steps is None else replace(checkpoints.CODERS[name], steps=steps)
    start, busy = time.perf_counter(), time.process_time()
    with tqdm(total=recipe.steps, initial=1, unit="step") as bar:
        network, first = autoencoders.trained(recipe, seed, bar.update)
    minutes = {"minutes_of_training": round((time.perf_counter() - start) / 60, 1)}
    minutes |= {"of_one_core": round((time.process_time() - busy) / 60, 1)}  # the machine may be busy with other work
    return {"": network}, autoencoders.about(name, network, recipe, seed, first) | minutes


def _trained(name: str, seed: int, steps: int | None, others: together.Together | None) -> tuple[Trainer, dict]:
    """A GAN at its end, and what its card says of the way there."""
    recipe = checkpoints.RECIPES[name] if steps is None else replace(checkpoints.RECIPES[name], steps=steps)
    trainer, busy = recipe.trainer(seed, together=others), time.process_time()
    about = {"name": name, "recipe": as_json.written("recipe", recipe), "seed": seed, "beginning": beginning(trainer)}
    with tqdm(total=recipe.steps, initial=trainer.steps, unit="step", disable=bool(others and others.rank)) as bar:
        while trainer.steps < recipe.steps:
            piece = min(10, recipe.steps - trainer.steps)
            trainer.advance(piece), bar.update(piece)
    about |= {"of_one_core": round((time.process_time() - busy) / 60, 1)}
    about |= {"steps": trainer.steps, "computed_on": str(trainer.device), "autocast": str(trainer.autocast)}
    return trainer, about


def beginning(trainer: Trainer) -> dict[str, float]:
    """Trains the first steps; D's and G's loss after them."""
    trainer.advance(BEGINNING)  # later losses depend on how a processor rounds
    seen = trainer.snapshot()
    return {"steps": BEGINNING, "d_loss": round(float(seen.d_loss[0]), 5), "g_loss": round(float(seen.g_loss[0]), 5)}


def measured(G: nn.Module, noise: Distribution) -> dict[str, dict]:
    """What a card says that a generator is worth, beside real digits: of one that is told labels also what it makes of
    the digits that it is asked for."""
    about = {"measured": scores(G, noise), "floor": _plain(metrics_digits.measures_floor())}
    if protocol.ask(G, "classes"):
        about |= {"asked": asked(G), "asked_floor": _short(conditional_digits.floor())}
    return about


def modes(G: nn.Module) -> dict[str, dict]:
    """The same of a generator of stacked digits: how many of 1,000 modes, and KL; what a perfect one gets."""
    found = stacked.stacked_modes(metrics_digits.sample(G, stacked.SAMPLES))
    floor = {"modes": stacked.MODES, "kl": round(stacked.kl_floor(), 5), "samples": stacked.SAMPLES}
    return {"measured": {"modes": found.covered, "kl": round(found.kl, 5)}, "floor": floor}


def scores(G: nn.Module, noise: Distribution) -> dict[str, dict]:
    """Every measure of a generator over five sampling seeds: its mean and standard deviation."""
    sets = (metrics_digits.sample(G, SAMPLES, seed, noise) for seed in SEEDS)
    found = [_plain(metrics_digits.measure(images, seed=seed)) for seed, images in zip(SEEDS, sets, strict=True)]
    return {
        key: {"mean": np.mean([row[key] for row in found], 0).round(5).tolist()}
        | {"sd": np.std([row[key] for row in found], 0, ddof=1).round(5).tolist()}
        for key in found[0]
        if key != "samples"
    }


def asked(G: nn.Module) -> dict[str, dict]:
    """What a generator makes of the digits that it is asked for, over five sampling seeds: means and deviations."""
    found = [_short(conditional_digits.measure(*conditional_digits.of_each(G, seed=seed))) for seed in SEEDS]
    return {
        key: {"mean": round(float(np.mean([row[key] for row in found])), 5)}
        | {"sd": round(float(np.std([row[key] for row in found], ddof=1)), 5)}
        for key in found[0]
    }


def _short(found: conditional_digits.Conditioned) -> dict[str, float]:
    return {key: round(getattr(found, key), 5) for key in ("accuracy", "variance", "pixel_variance", "fid")}


def _plain(measures: metrics_digits.Measures) -> dict:
    return {key: np.round(value, 5).tolist() for key, value in vars(measures).items()}


def _circumstances() -> dict:
    """What else a card says: the data that were trained on, the versions, the day."""
    listed = checksums.sums(checksums.DATA / checksums.LIST)
    return {
        "data": "MNIST's training set",
        "data_sha256": listed["mnist/train-images-idx3-ubyte.gz"],
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "date": str(date.today()),
        "note": metrics_digits.LABEL,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gan_lessons ship", description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=list(checkpoints.NETWORKS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="of the training; by default as many as its recipe says")
    parser.add_argument("--folder", type=Path, default=checksums.DATA, help="the data folder that is written to")
    given = parser.parse_args(arguments)
    if path := ship(given.name, given.seed, given.steps, given.folder):
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
