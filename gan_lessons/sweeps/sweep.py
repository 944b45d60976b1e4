"""`Sweep`: a slider's whole range, at many seeds, trained at once as a few batched trainings."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from numbers import Real
from pathlib import Path

import numpy as np

from gan_lessons._core import as_json
from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import number, refuse, whole
from gan_lessons.metrics import verdicts
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.sweeps.batching import Part, cut
from gan_lessons.sweeps.executors import here, spread
from gan_lessons.sweeps.result import SweepResult
from gan_lessons.trainers.checks import whole_seeds
from gan_lessons.trainers.records import History

REAL_SAMPLES, GRID = 512, 200  # what a result keeps of the real data, for pictures
MOMENTS = 25  # snapshots of a sweep after the first, by default


class Sweep:
    """One recipe a position of a slider, each trained with the same seeds.

    label: what the slider sets. values: its positions, numbers or words, all different. recipes: one a position, all
    with data of one dimension. seeds: the same at every position, so that positions differ by nothing but the
    setting. steps: how long; every: steps between two snapshots; view: samples a snapshot shows; probes: name ->
    function of the trainer (one that pickle can send, where an executor has other processes).

    `run` trains, `result` is what is known so far. Raises ValueError, naming the argument, for what cannot work.
    """

    def __init__(
        self,
        label: str,
        values: Sequence[float | str],
        recipes: Sequence[Recipe],
        seeds: Sequence[int] = range(16),
        *,
        steps: int,
        every: int,
        view: int = 256,
        probes: Mapping[str, Callable] | None = None,
    ):
        self.label, self.values, self.recipes = label, _values(values), _recipes(recipes)
        if len(self.recipes) != len(self.values):
            refuse("recipes", len(self.recipes), f"one for each of the {len(self.values)} values")
        self.seeds = whole_seeds(seeds)
        rest = {"steps": whole("steps", steps), "every": whole("every", every), "view": whole("view", view)}
        known = {"probes": dict(sorted((probes or {}).items())), "recipes": self.recipes}
        self.settings = rest | json.loads(json.dumps(as_json.written("settings", known, own=True)))
        self.parts = cut(self.recipes, self.seeds, **rest, probes=dict(probes or {}))
        self.result: SweepResult | None = None

    def run(
        self, executor: Executor | None = None, path: str | os.PathLike | None = None, progress: bool = True
    ) -> SweepResult:
        """Trains what is not trained yet, with one progress bar, and gives the whole result.

        executor: any `concurrent.futures.Executor`, such as a `ProcessPoolExecutor` or what `dask.distributed`'s
        `Client.get_executor()` gives; None trains in this process. The numbers are the same. path: an .npz file in
        which each finished part is kept; if it is there already, it is gone on with. An interrupt keeps what is done:
        run again. Raises ValueError, and leaves the file alone, if it holds anything but this sweep."""
        from tqdm.auto import tqdm

        path = self._opened(path)
        total = sum(part.snapshots for part in self.parts)
        done = total - sum(part.snapshots for part in self.left)
        with tqdm(total=total, initial=done, desc=self.label, unit="snapshot", disable=not progress) as bar:
            for partial in self.stream(executor, bar.update):
                if path is not None:
                    partial.save(path)
        return self.result

    def stream(
        self, executor: Executor | None = None, seen: Callable[[int], object] = lambda n: None
    ) -> Iterator[SweepResult]:
        """Trains what is not trained yet and gives the result so far after each part. seen: called with the number of
        new snapshots. Stop it where you like, and call again to go on."""
        if executor is not None and not isinstance(executor, Executor):
            refuse("executor", executor, "None or a concurrent.futures.Executor")
        return self._stream(executor, seen)

    def _stream(self, executor, seen) -> Iterator[SweepResult]:
        left = self.left
        for part, film in here(left, seen) if executor is None else spread(left, executor, seen):
            self.result = self._with(part, film)
            yield self.result

    @property
    def left(self) -> list[Part]:
        """The parts that are not trained yet."""
        if self.result is None:
            return list(self.parts)
        return [part for part in self.parts if not all(self.result.trained[place] for place in part.places)]

    def _opened(self, path: str | os.PathLike | None) -> Path | None:
        """Takes over what a file has of this sweep, or gives it what it lacks. Raises ValueError for any other file."""
        if path is None:
            return None
        path = Path(path)
        if path.suffix != ".npz":
            refuse("path", path.name, "a name that ends in .npz")
        if path.exists():
            found = SweepResult.load(path)
            if (unlike := _unlike(found.header(), self._header())) is not None:
                raise ValueError(f"path: {os.fspath(path)!r} holds another sweep: its {unlike} are others than here")
            if self.result is None or found.trained.sum() >= self.result.trained.sum():
                self.result = found
                return path
        if self.result is not None:
            self.result.save(path)
        return path

    def _header(self) -> dict:
        lows, highs = zip(*(recipe.window for recipe in self.recipes), strict=True)
        return {
            "label": self.label,
            "values": list(self.values),
            "seeds": list(self.seeds),
            "window": [min(lows), max(highs)],
            "settings": self.settings,
        }

    def _with(self, part: Part, film: History) -> SweepResult:
        """The result so far and a part's film, judged against the data of each run's position."""
        good, collapsed = (np.zeros(film.p_real.shape, bool) for _ in range(2))
        owners = np.array([position for position, _ in part.places])
        for position in np.unique(owners):
            runs = owners == position
            verdict = verdicts.judge(film.samples[:, runs], self.recipes[position].data)
            good[:, runs], collapsed[:, runs] = verdict.good, verdict.collapsed
        return (self.result or self._blank(film)).with_runs(film, part.places, good, collapsed)

    def _blank(self, film: History) -> SweepResult:
        """A result of which nothing is trained yet."""
        header, front = self._header(), (len(self.values), len(film), len(self.seeds))

        def blank(like: np.ndarray) -> np.ndarray:
            return np.zeros((*front, *like.shape[2:]), like.dtype)

        arrays = {name: blank(getattr(film, name)) for name in ("samples", "p_real", "p_fake")}
        arrays |= {name: np.zeros(front, bool) for name in ("good", "collapsed")}
        return SweepResult(
            **(header | {name: tuple(header[name]) for name in ("values", "seeds", "window")}),
            **arrays,
            steps=film.steps,
            diverged=blank(film.diverged),
            trained=np.zeros((front[0], front[2]), bool),
            real=np.stack([_real(recipe) for recipe in self.recipes]),
            density=np.stack([_density(recipe, header["window"]) for recipe in self.recipes]),
            losses={name: blank(value) for name, value in film.losses.items()},
            probes={name: blank(value) for name, value in film.probes.items()},
        )


def sweep_of(
    recipe: Recipe,
    put: Callable[[Recipe, float], Recipe],
    values: Sequence[float | str],
    *,
    label: str,
    seeds: Sequence[int] = range(16),
    steps: int | None = None,
    every: int | None = None,
    view: int = 256,
    probes: Mapping[str, Callable] | None = None,
) -> Sweep:
    """A sweep of one recipe along one setting. put: (recipe, value) -> the changed recipe, for instance a lab
    setting's `put`. steps: the recipe's own by default. every: by default, so that there are 26 snapshots."""
    if not isinstance(recipe, Recipe):
        refuse("recipe", recipe, "a Recipe, such as recipes.aylien_head")
    if not callable(put):
        refuse("put", put, "a function from a recipe and a value to the changed recipe")
    values, steps = _values(values), whole("steps", recipe.steps if steps is None else steps)
    every = max(1, round(steps / MOMENTS)) if every is None else every
    changed = [put(recipe, value) for value in values]
    return Sweep(label, values, changed, seeds, steps=steps, every=every, view=view, probes=probes)


def _values(values: Sequence[float | str]) -> tuple[float | str, ...]:
    """The slider's positions. Raises ValueError unless there is one or more, all different."""
    if not isinstance(values, (Sequence, np.ndarray)) or isinstance(values, str) or not len(values):
        refuse("values", values, "a sequence of one or more numbers or words: a sweep of none is empty")
    found = tuple(value.item() if isinstance(value, np.generic) else value for value in values)
    for value in found:
        if isinstance(value, Real):
            number("values", value)
        elif not isinstance(value, str):
            refuse("values", value, "numbers or words")
    if len(set(found)) < len(found):
        refuse("values", found, "all different")
    return found


def _recipes(recipes: Sequence[Recipe]) -> tuple[Recipe, ...]:
    if not isinstance(recipes, Sequence) or not all(isinstance(recipe, Recipe) for recipe in recipes):
        refuse("recipes", recipes, "a sequence with one Recipe a position")
    dims = [recipe.data.dim for recipe in recipes]
    if len(set(dims)) > 1:
        refuse("recipes", dims, "of data of one dimension: pictures of a line and of a plane cannot share a slider")
    return tuple(recipes)


def _unlike(found: dict, own: dict) -> str | None:
    """The first thing in which two headers differ, or None."""
    flat = [{**header, **header["settings"]} for header in (found, own)]
    names = (name for name in own | own["settings"] if name != "settings")
    return next((name for name in names if flat[0].get(name) != flat[1][name]), None)


def _real(recipe: Recipe) -> np.ndarray:
    return recipe.data.sample((REAL_SAMPLES,), generator(0, "sweep")).numpy()


def _density(recipe: Recipe, window: Sequence[float]) -> np.ndarray:
    on_a_line = recipe.data.dim == 1
    return recipe.data.pdf(np.linspace(*window, GRID)).astype(np.float32) if on_a_line else np.zeros(0, np.float32)
