"""`SweepResult`: what a sweep leaves behind, whole or as far as it came. No torch; one .npz file."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gan_lessons._core.files import replacing
from gan_lessons.metrics.shares import Share, share
from gan_lessons.trainers.records import History, OfAGan

FORMAT = "gan_lessons sweep 2"
_SEEN = ("samples", "p_real", "p_fake", "diverged")  # of a History, positions put in front
_RUNS = (*_SEEN, "good", "collapsed")
_ARRAYS = ("steps", *_RUNS, "trained", "real", "density")
_TABLES = ("losses", "probes")  # arrays by name
_HEADER = ("label", "values", "seeds", "window", "settings")


@dataclass(frozen=True, eq=False)
class SweepResult(OfAGan):
    """A slider's whole range, trained: P positions, T moments, S seeds, the same seeds at each position.

    label: what the slider sets; values: (P,) numbers or words. seeds: (S,). steps: (T,) int.
    samples: (P, T, S, view, d). p_real, p_fake, diverged: (P, T, S), as in `Snapshot`.
    losses: player's name -> (P, T, S); d_loss, g_loss: those of D and G.
    good, collapsed: (P, T, S) bool, by `verdicts.judge` against that position's data.
    probes: name -> (P, T, S, ...). trained: (P, S) bool, False where nothing is known yet (an unfinished sweep).
    real: (P, n, d), real samples; density: (P, m), for data on a line their density on an even grid of `window`,
    (P, 0) in the plane. window: (low, high), the stretch worth drawing. settings: a JSON-able dict.
    Raises ValueError if shapes do not agree.
    """

    label: str
    values: tuple[float | str, ...]
    seeds: tuple[int, ...]
    window: tuple[float, float]
    steps: np.ndarray
    samples: np.ndarray
    p_real: np.ndarray
    p_fake: np.ndarray
    diverged: np.ndarray
    good: np.ndarray
    collapsed: np.ndarray
    trained: np.ndarray
    real: np.ndarray
    density: np.ndarray
    losses: Mapping[str, np.ndarray]
    probes: Mapping[str, np.ndarray] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self):
        shape = (len(self.values), len(self.steps), len(self.seeds))
        if min(shape) == 0 or np.any(np.diff(self.steps) <= 0):
            raise ValueError(f"a sweep needs values, seeds and steps that rise, not {shape} of them: {self.steps}")
        wanted = {name: (getattr(self, name), shape) for name in _RUNS}
        for of in _TABLES:
            wanted |= {f"{of}[{name!r}]": (value, shape) for name, value in getattr(self, of).items()}
        wanted |= {"trained": (self.trained, shape[::2])}
        wanted |= {name: (getattr(self, name), shape[:1]) for name in ("real", "density")}
        for name, (array, front) in wanted.items():
            if array.shape[: len(front)] != front:
                raise ValueError(f"{name} must begin with the axes {front}, not {array.shape}")
        if self.samples.ndim != 5 or self.real.ndim != 3 or self.samples.shape[-1] != self.real.shape[-1]:
            raise ValueError(f"samples {self.samples.shape} and real {self.real.shape} must end in (n, d)")
        if not {array.dtype for array in (self.good, self.collapsed, self.trained)} == {np.dtype(bool)}:
            raise ValueError("good, collapsed and trained must be bool")

    @property
    def dim(self) -> int:
        """The width d of a sample: 1 on a line, 2 in the plane."""
        return self.samples.shape[-1]

    @property
    def whole(self) -> bool:
        """Whether every run is trained."""
        return bool(self.trained.all())

    def shares(self, moment: int = -1) -> list[Share | None]:
        """The share of good runs at each position, with its interval; None where nothing is trained yet.

        moment: which of the T moments, the last by default."""
        if not -len(self.steps) <= moment < len(self.steps):
            raise ValueError(f"moment must be from {-len(self.steps)} to {len(self.steps) - 1}, not {moment!r}")
        masks = (good[moment][trained] for good, trained in zip(self.good, self.trained, strict=True))
        return [share(mask) if mask.size else None for mask in masks]

    def with_runs(self, film: History, places: Sequence[tuple[int, int]], good, collapsed) -> "SweepResult":
        """This, and what a part's training gave. film: (T, runs, ...); places: (position, seed) of each run;
        good, collapsed: (T, runs) bool. The arrays are new, so this one stays as it is."""
        positions, columns = np.array(places).T
        found = {name: getattr(film, name) for name in _SEEN} | {"good": good, "collapsed": collapsed}

        def put(old: np.ndarray, new: np.ndarray) -> np.ndarray:
            out = old.copy()
            out[positions, :, columns] = np.moveaxis(new, 1, 0)
            return out

        changed = {name: put(getattr(self, name), new) for name, new in found.items()}
        for of in _TABLES:
            changed[of] = {name: put(getattr(self, of)[name], new) for name, new in getattr(film, of).items()}
        trained = self.trained.copy()
        trained[positions, columns] = True
        return SweepResult(**(vars(self) | changed | {"trained": trained}))

    def save(self, path: str | os.PathLike, half: bool = False) -> Path:
        """Writes one compressed .npz (format version, settings and seeds inside); an old file stays until it is whole.

        half: samples in half precision, ample for pictures and half the size. Raises ValueError if the name does not
        end in .npz, or JSON cannot hold the settings."""
        path = Path(path)
        if path.suffix != ".npz":
            raise ValueError(f"path must end in .npz, not {path.name!r}")
        try:
            header = json.dumps({"format": FORMAT} | self.header())
        except (TypeError, ValueError) as error:
            raise ValueError(f"settings must be what JSON can hold, not {self.settings!r} ({error})") from None
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays |= {f"{of}/{name}": value for of in _TABLES for name, value in getattr(self, of).items()}
        if half:
            with np.errstate(over="ignore"):  # what is beyond half precision has diverged
                arrays["samples"] = self.samples.astype(np.float16)
        with replacing(path) as file:
            np.savez_compressed(file, header=np.array(header), **arrays)
        return path

    def header(self) -> dict:
        """Which sweep this is, in what JSON can hold: label, values, seeds, window and settings."""
        found = {name: getattr(self, name) for name in _HEADER}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}

    @classmethod
    def load(cls, path: str | os.PathLike) -> "SweepResult":
        """Reads what `save` wrote, samples in single precision.

        Raises ValueError if the file is damaged, foreign or of another format."""
        try:
            with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
                header = json.loads(str(file["header"]))
                if header.pop("format", None) != FORMAT:
                    raise ValueError(f"it is not of the format {FORMAT!r}")
                arrays = {name: file[name] for name in _ARRAYS}
                tables = {
                    of: {key.partition("/")[2]: file[key] for key in file.files if key.startswith(f"{of}/")}
                    for of in _TABLES
                }
                if len(file.files) != 1 + len(arrays) + sum(map(len, tables.values())):
                    raise ValueError(f"it holds {file.files}, and more than a sweep has")
            arrays["samples"] = arrays["samples"].astype(np.float32)
            tuples = {name: tuple(header.pop(name)) for name in ("values", "seeds", "window")}
            return cls(**arrays, **header, **tuples, **tables)
        except FileNotFoundError:
            raise ValueError(f"path: there is no file {os.fspath(path)!r}") from None
        except Exception as error:  # a damaged zip raises zlib.error, struct.error, TypeError and more
            raise ValueError(f"path: {os.fspath(path)!r} is not a whole saved sweep ({error})") from None
