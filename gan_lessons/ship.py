"""Makes the networks that ship: `python -m gan_lessons.ship classifier`, then `dcgan`, then `mlp`.

Each writes its weights and a model card (NAME.json) into data/networks/, in the place of those that ship, and the list
of checksums anew; `--folder` takes another data folder. The classifier comes first: the cards of the others hold what
it makes of their samples. It takes 5 minutes on two cores; the GANs took 41 and 26 on one core of a busy machine. With
`torchrun` several processes train one GAN.
"""

import argparse
import json
import platform
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from gan_lessons import checkpoints, checksums, classifying, digits, metrics_digits, together
from gan_lessons.errors import refuse
from gan_lessons.randomness import generator
from gan_lessons.records import replacing
from gan_lessons.trainers import Trainer

SEEDS, SAMPLES = range(5), metrics_digits.SAMPLES  # what a card's numbers are measured on
BEGINNING = 20  # steps after which a card notes the losses, so that a test can make them again
SMALL = {"epochs": 1, "first": 2560}  # the classifier that a test makes again
RECIPES = {"dcgan": digits.shipped_dcgan, "mlp": digits.mlp_gan}


def ship(name: str, seed: int = 0, steps: int | None = None, folder: Path = checksums.DATA) -> Path | None:
    """Makes one of the networks that ship, with its card, in a data folder; returns the card's path (of several
    processes the first one does; the others give None).

    Raises ValueError for another name."""
    if name not in checkpoints.NETWORKS:
        refuse("name", name, f"one of {list(checkpoints.NETWORKS)}")
    start, path = time.perf_counter(), folder / checkpoints.FOLDER / f"{name}.json"
    if name == "classifier":
        networks, about = _classifier(seed)
    else:
        others = together.join()
        trainer, about = _trained(name, seed, steps, others)
        if others is not None and others.rank:  # one of the processes measures and writes for all
            return None
        networks = {"g": settled(trainer).cpu(), "d": trainer.D.cpu()}
        about |= {"measured": scores(networks["g"]), "floor": _plain(metrics_digits.floor())}
    for part, network in networks.items():
        checkpoints.save(network, folder / checkpoints.file(name, part))
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
    noise = torch.randn(100, 1, 100, G.inputs, generator=generator(0, "averages"), dtype=trainer.g_player.theta.dtype)
    with torch.no_grad():
        for batch in noise if norms else ():
            G.train()(batch.to(trainer.device))
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


def _trained(name: str, seed: int, steps: int | None, others: together.Together | None) -> tuple[Trainer, dict]:
    """A GAN at its end, and what its card says of the way there."""
    recipe = RECIPES[name] if steps is None else replace(RECIPES[name], steps=steps)
    trainer = recipe.trainer(seed, together=others)
    about = {"name": name, "recipe": repr(recipe), "seed": seed, "beginning": beginning(trainer)}
    with tqdm(total=recipe.steps, initial=trainer.steps, unit="step", disable=bool(others and others.rank)) as bar:
        while trainer.steps < recipe.steps:
            piece = min(10, recipe.steps - trainer.steps)
            trainer.advance(piece), bar.update(piece)
    about |= {"steps": trainer.steps, "computed_on": str(trainer.device), "autocast": str(trainer.autocast)}
    return trainer, about


def beginning(trainer: Trainer) -> dict[str, float]:
    """Trains the first steps; D's and G's loss after them."""
    trainer.advance(BEGINNING)
    seen = trainer.snapshot()
    return {"steps": BEGINNING, "d_loss": round(float(seen.d_loss[0]), 5), "g_loss": round(float(seen.g_loss[0]), 5)}


def scores(G: nn.Module) -> dict[str, dict]:
    """Every measure of a generator over five sampling seeds: its mean and standard deviation."""
    found = [_plain(metrics_digits.measure(metrics_digits.sample(G, SAMPLES, seed), seed=seed)) for seed in SEEDS]
    return {
        key: {"mean": np.mean([row[key] for row in found], 0).round(5).tolist()}
        | {"sd": np.std([row[key] for row in found], 0, ddof=1).round(5).tolist()}
        for key in found[0]
        if key != "samples"
    }


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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gan_lessons.ship", description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=list(checkpoints.NETWORKS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="of the GAN; by default as many as its recipe says")
    parser.add_argument("--folder", type=Path, default=checksums.DATA, help="the data folder that is written to")
    given = parser.parse_args()
    if path := ship(given.name, given.seed, given.steps, given.folder):
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
