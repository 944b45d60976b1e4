"""Series of autoencoders that sliders show: one network for each position, what it makes of a few digits, its measures.

`python -m gan_lessons series NAME` trains them; on one core of a busy machine it takes some ten minutes each.
"""

import argparse
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from gan_lessons._core import checksums
from gan_lessons._core.files import replacing
from gan_lessons._core.refusals import refuse
from gan_lessons.distributions import mnist
from gan_lessons.metrics.detail import compare_sets
from gan_lessons.models.principal_components import PrincipalComponents
from gan_lessons.recipes import autoencoders as recipes
from gan_lessons.recipes.autoencoders import AutoencoderRecipe
from gan_lessons.shipped.autoencoders import drawn, measured, test_digits, trained

SHOWN = 12  # digits, or samples, that a position of a slider shows
DRAWN = 5_000  # samples that a VAE of a position is measured by
SIZES, BETAS = (1, 2, 4, 8, 16, 32, 64), (0.01, 0.1, 1.0, 10.0, 100.0)


def at_size(size: int) -> AutoencoderRecipe:
    """The autoencoder of a position of the slider "bottleneck"."""
    return _short(replace(recipes.autoencoder, latent=size, name=f"autoencoder, codes of {size}"))


def at_beta(beta: float) -> AutoencoderRecipe:
    """The VAE of a position of the slider "beta"."""
    return _short(replace(recipes.vae, latent=16, beta=beta, name=f"VAE, codes of 16, beta {beta:g}"))


def _short(recipe: AutoencoderRecipe) -> AutoencoderRecipe:
    return replace(recipe, hidden=(256,), steps=800, optimizer=recipes.falling(800, 2e-3))


def components(most: int) -> PrincipalComponents:
    """So many principal components of the training digits."""
    return PrincipalComponents.of(torch.from_numpy(mnist.scaled(mnist.load().images)).flatten(1), most)


def linear_errors(sizes: Sequence[int]) -> list[float]:
    """Squared errors a picture over the test digits of as many principal components."""
    pca, x = components(max(sizes)), test_digits()
    codes = pca.encode(x)
    kept = (pca.first(size).decode(codes[:, :size]) for size in sizes)
    return [(made - x).square().sum(-1).mean().item() for made in kept]


@torch.no_grad()
def bottleneck(sizes: Sequence[int] = SIZES, steps: int | None = None) -> dict[str, np.ndarray]:
    """For each size: pictures (2, SHOWN, 784), what principal components and the autoencoder keep of the first test
    digits; their squared errors a picture over all test digits, (2,)."""
    pca, x, found = components(max(sizes)), test_digits(), {"pictures": [], "errors": []}
    for size, linear in zip(sizes, linear_errors(sizes), strict=True):
        recipe = at_size(size) if steps is None else replace(at_size(size), steps=steps)
        with torch.enable_grad():
            network, _ = trained(recipe, 0)
        first, shown = pca.first(size), x[:SHOWN]
        kept = first.decode(first.encode(shown)).clamp(-1, 1), network(shown)
        found["pictures"].append(torch.stack(kept))
        found["errors"].append(torch.tensor([linear, measured(network)["squared_error"]]))
    return _packed("bottleneck", sizes, found)


@torch.no_grad()
def beta(betas: Sequence[float] = BETAS, steps: int | None = None, n: int = DRAWN) -> dict[str, np.ndarray]:
    """For each beta: pictures (2, SHOWN, 784), what the VAE keeps of the first test digits and what it makes of codes
    from the prior; `measures`: squared error, KL, numbers of the code in use, then of n samples detail, FID, precision
    and recall."""
    x, found = test_digits(), {"pictures": [], "measures": []}
    for weight in betas:
        recipe = at_beta(weight) if steps is None else replace(at_beta(weight), steps=steps)
        with torch.enable_grad():
            network, _ = trained(recipe, 0)
        made = drawn(network, n)
        row = compare_sets({"samples": made})["samples"]
        found["pictures"].append(torch.stack([network(x[:SHOWN]), made[:SHOWN]]))
        numbers = [*measured(network).values(), row.detail, row.fid, row.precision, row.recall]
        found["measures"].append(torch.tensor(numbers, dtype=torch.float64))
    return _packed("beta", betas, found)


def _packed(name: str, positions: Sequence[float], found: dict[str, list]) -> dict[str, np.ndarray]:
    """Pictures as bytes, 0 for paper and 255 for ink."""
    arrays = {key: torch.stack(values).numpy() for key, values in found.items()}
    arrays["pictures"] = np.round((arrays["pictures"] + 1) * 127.5).astype(np.uint8)
    return {name: np.array(positions)} | arrays


SERIES = {"bottleneck": bottleneck, "beta": beta}


def load(name: str) -> dict[str, np.ndarray]:
    """A series that ships, "bottleneck" or "beta": the positions of the slider under its own name, and what its maker
    gives. Raises ValueError for another name and for a damaged file."""
    with np.load(io.BytesIO(checksums.read(_file(name)))) as held:
        return {key: held[key] for key in held.files}


def _file(name: str) -> str:
    return f"autoencoders/{name}.npz" if name in SERIES else refuse("name", name, f"one of {list(SERIES)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Trains series that sliders show, all or those named, and puts them in the place of those that ship."""
    parser = argparse.ArgumentParser("python -m gan_lessons series", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(SERIES)}; by default all")
    for name in parser.parse_args(arguments).names or SERIES:
        path = checksums.DATA / _file(name)
        path.parent.mkdir(exist_ok=True)
        made = SERIES[name]()
        with replacing(path) as file:
            np.savez_compressed(file, **made)
        print("wrote", path)
    checksums.write()
