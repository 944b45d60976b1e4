"""Results that take too long for a class: they ship with the package, and this remakes them.

    python -m gan_lessons.saved dev_nag_moments

trains again, with the seeds and settings written inside the file, and puts the result in place of the old one.
"""

import sys
from pathlib import Path

import numpy as np

from gan_lessons.errors import refuse
from gan_lessons.records import History

FOLDER = Path(__file__).parent / "data"
SEEDS, ROUNDS_A_SNAPSHOT = range(100), 200
NAMES = ("dev_nag_moments", "dev_nag_raw", "dev_nag_squared_differences", "dev_nag_differences")


def load(name: str) -> History:
    """A shipped result, one of `NAMES`: a hundred runs of the recipe of that name, samples (T, 100, 256, 1)."""
    if name not in NAMES:
        refuse("name", name, f"one of {NAMES}")
    return History.load(FOLDER / f"{name}.npz")


def make(name: str, seeds=SEEDS, snapshots: int | None = None) -> History:
    """Trains the recipe for its whole length, or for a number of snapshots; about a quarter of an hour on two cores."""
    from tqdm.auto import tqdm

    from gan_lessons import recipes

    recipe = recipes.BY_NAME[name]
    steps = recipe.steps if snapshots is None else snapshots * ROUNDS_A_SNAPSHOT
    film = recipe.trainer(seeds).run(steps, every=ROUNDS_A_SNAPSHOT)
    rows = list(tqdm(film, total=steps // ROUNDS_A_SNAPSHOT + 1, desc=name, unit="snapshot"))
    settings = {"recipe": name, "source": recipe.source, "seeds": list(seeds), "steps": steps}
    return _small(History.of(rows, settings))


def _small(history: History) -> History:
    """Half precision is ample for pictures and for moments to three digits, and halves the download."""
    from dataclasses import replace

    return replace(history, samples=history.samples.astype(np.float16))


def main(names: list[str]) -> None:
    for name in names:
        if name not in NAMES:
            refuse("name", name, f"one of {NAMES}")
    for name in names:
        print("wrote", make(name).save(FOLDER / f"{name}.npz"))


if __name__ == "__main__":
    main(sys.argv[1:])
