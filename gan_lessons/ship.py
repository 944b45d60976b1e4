"""Makes the networks that ship: `python -m gan_lessons.ship classifier`, then `dcgan`, then `mlp`.

Each writes its weights and a model card (NAME.json) into data/networks/, and the list of checksums anew. The
classifier comes first: the cards of the others hold what it makes of their samples. On two cores they take 5, 30 and
15 minutes; with `torchrun` several processes train one GAN.
"""

import argparse
import copy
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


def ship(name: str, seed: int = 0, steps: int | None = None, folder: Path = checksums.DATA) -> Path:
    """Makes one of the networks that ship, with its card, in a data folder; returns the card's path.

    Raises ValueError for another name."""
    if name not in checkpoints.NETWORKS:
        refuse("name", name, f"one of {list(checkpoints.NETWORKS)}")
    start, others = time.perf_counter(), together.join()
    networks, about = _classifier(seed) if name == "classifier" else _gan(name, seed, steps, others)
    path = folder / checkpoints.FOLDER / f"{name}.json"
    if others is None or others.rank == 0:
        for part, network in networks.items():
            checkpoints.save(network, folder / checkpoints.file(name, part))
        about |= {"minutes": round((time.perf_counter() - start) / 60, 1)} | _circumstances()
        with replacing(path) as file:
            file.write(json.dumps(about, indent=1).encode() + b"\n")
        checksums.write(folder)
    return path


def averaged(trainer: Trainer) -> nn.Module:
    """G with its averaged weights, where the optimizer keeps them, in `eval()`; a copy.

    Batch normalisation's running averages are those of the weights that trained: they are taken afresh, over 100
    batches of noise."""
    G = copy.deepcopy(trainer.G)
    player, optimizer = trainer.g_player, trainer.settings["g_optimizer"]
    theta = optimizer.shown(player.theta, player.state, player.updates)
    for param, piece in zip(G.parameters(), theta.split(player.sizes, 1), strict=True):
        param.data.copy_(piece.view(param.shape))
    norms = [module for module in G.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    kept = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # torch's word for a plain mean over all batches
    noise = torch.randn(100, 1, 100, G.inputs, generator=generator(0, "averages"), dtype=theta.dtype)
    with torch.no_grad():
        for batch in noise if norms else ():
            G.train()(batch.to(theta.device))
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


def _gan(name: str, seed: int, steps: int | None, others: together.Together | None) -> tuple[dict, dict]:
    recipe = RECIPES[name] if steps is None else replace(RECIPES[name], steps=steps)
    trainer = recipe.trainer(seed, together=others)
    about = {"name": name, "recipe": repr(recipe), "seed": seed, "beginning": beginning(trainer)}
    for _ in tqdm(range(BEGINNING, recipe.steps, 10), unit_scale=10, unit="step", disable=bool(others and others.rank)):
        trainer.advance(10)
    G = averaged(trainer).cpu()
    about |= {"steps": trainer.steps}
    about |= {"computed_on": str(trainer.device), "autocast": str(trainer.autocast)}
    about |= {"measured": scores(G), "floor": _plain(metrics_digits.floor())}
    return {"g": G, "d": trainer.D.cpu()}, about


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
    sums = dict(line.split("  ")[::-1] for line in (checksums.DATA / checksums.LIST).read_text().splitlines())
    return {
        "data": "MNIST's training set",
        "data_sha256": sums["mnist/train-images-idx3-ubyte.gz"],
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
    given = parser.parse_args()
    print(f"wrote {ship(given.name, given.seed, given.steps)}")


if __name__ == "__main__":
    main()
