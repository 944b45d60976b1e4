"""Results that take too long for a class: they ship with the package, and this remakes them.

    python -m gan_lessons runs dev_nag_moments

trains again, with the seeds and settings written inside the file, and puts the result in place of the old one.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from gan_lessons._core import as_json
from gan_lessons._core.refusals import refuse
from gan_lessons.trainers.records import History

FOLDER = Path(__file__).parent / "files"
ROUNDS_A_SNAPSHOT = 200
SEEDS = {
    "dev_nag_moments": range(100),
    "dev_nag_raw": range(20),
    "dev_nag_squared_differences": range(20),
    "dev_nag_differences": range(20),
}


def load(name: str) -> History:
    """A shipped result, one of `SEEDS`: the recipe of that name for its whole length, samples (T, runs, 256, 1)."""
    return History.load(FOLDER / f"{_known(name)}.npz")


def make(name: str, snapshots: int | None = None) -> History:
    """Trains the recipe for its whole length, or for a number of snapshots after the first.

    A hundred runs of Dev Nag's 200,000 updates take one core some twenty minutes."""
    from tqdm.auto import tqdm

    from gan_lessons.recipes import toys as recipes

    recipe, seeds = recipes.BY_NAME[_known(name)], SEEDS[name]
    steps = recipe.steps if snapshots is None else snapshots * ROUNDS_A_SNAPSHOT
    film = recipe.trainer(seeds).run(steps, every=ROUNDS_A_SNAPSHOT)
    rows = list(tqdm(film, total=steps // ROUNDS_A_SNAPSHOT + 1, desc=name, unit="snapshot"))
    history = History.of(
        rows, {"recipe": name, "settings": as_json.written("recipe", recipe), "seeds": list(seeds), "steps": steps}
    )
    # half precision is ample for pictures and for moments to three digits, and halves the download
    return replace(history, samples=history.samples.astype(np.float16))


def _known(name: str) -> str:
    return name if name in SEEDS else refuse("name", name, f"one of {tuple(SEEDS)}")


def main(names: list[str]) -> None:
    """Makes and saves each result named. Raises ValueError for none, and for an unknown one before any is made."""
    names = names or [""]
    for name in [_known(name) for name in names]:
        print("wrote", make(name).save(FOLDER / f"{name}.npz"))
