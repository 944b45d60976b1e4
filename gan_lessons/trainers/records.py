"""What training leaves behind: `Snapshot` (one moment) and `History` (a film of them). NumPy only."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral
from pathlib import Path

import numpy as np

from gan_lessons._core.files import replacing

FORMAT = 2
_ARRAYS = ("steps", "samples", "p_real", "p_fake", "diverged")
_TABLES = ("losses", "probes")  # arrays by name


class OfAGan:
    """The losses of a record, where it is one of D and G."""

    losses: Mapping[str, np.ndarray]

    @property
    def d_loss(self) -> np.ndarray:
        return self.losses["D"]

    @property
    def g_loss(self) -> np.ndarray:
        return self.losses["G"]


@dataclass(frozen=True, eq=False)
class Snapshot(OfAGan):
    """One moment of a training.

    step: completed steps, int.
    samples: (*runs, view, d), what G makes of the fixed viewing noise.
    losses: player's name -> (*runs,), nats where it is a logarithm, on the last training batch; NaN before the first
        step. d_loss, g_loss: those of D and G.
    p_real, p_fake: (*runs,), mean of sigmoid(D) over the last training batch's real and generated
        halves; NaN before the first step.
    diverged: (*runs,) int, the step at which a run's numbers stopped being finite, -1 while they are.
    probes: name -> array (*runs, ...), the observations that the trainer was asked for.
    """

    step: int
    samples: np.ndarray
    losses: Mapping[str, np.ndarray]
    p_real: np.ndarray
    p_fake: np.ndarray
    diverged: np.ndarray
    probes: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class History(OfAGan):
    """Snapshots stacked along a first axis of T moments.

    steps: (T,) int, strictly rising. samples: (T, *runs, view, d). p_real, p_fake: (T, *runs). losses: player's name ->
    (T, *runs); d_loss, g_loss: those of D and G. diverged: (T, *runs) int. probes: name -> (T, *runs, ...). settings: a
    JSON-able dict.
    Raises ValueError if steps do not rise or the first axes differ.
    """

    steps: np.ndarray
    samples: np.ndarray
    losses: Mapping[str, np.ndarray]
    p_real: np.ndarray
    p_fake: np.ndarray
    diverged: np.ndarray
    probes: Mapping[str, np.ndarray] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self):
        if len(self.steps) == 0:
            raise ValueError("a History of 0 snapshots: at least 1 is needed")
        if np.any(np.diff(self.steps) <= 0):
            raise ValueError(f"steps must rise from snapshot to snapshot, not {self.steps.tolist()}")
        lengths = {name: len(getattr(self, name)) for name in _ARRAYS}
        lengths |= {f"{of}[{name!r}]": len(value) for of in _TABLES for name, value in getattr(self, of).items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"all arrays must have one row a snapshot, but their lengths are {lengths}")

    @classmethod
    def of(cls, snapshots: Iterable[Snapshot], settings: Mapping[str, object] | None = None) -> "History":
        """Stacks snapshots (for example straight from `Trainer.run`) into a History."""
        rows = list(snapshots)
        if not rows:
            raise ValueError("a History of 0 snapshots: at least 1 is needed")
        stacked = {name: np.stack([getattr(row, name) for row in rows]) for name in _ARRAYS[1:]}
        tables = {
            of: {name: np.stack([getattr(row, of)[name] for row in rows]) for name in getattr(rows[0], of)}
            for of in _TABLES
        }
        return cls(np.array([row.step for row in rows]), **stacked, **tables, settings=dict(settings or {}))

    def _each(self, change: Callable[[np.ndarray], np.ndarray], arrays: Iterable[str] = _ARRAYS[1:]) -> dict:
        """All arrays, changed alike."""
        tables = {of: {name: change(value) for name, value in getattr(self, of).items()} for of in _TABLES}
        return {name: change(getattr(self, name)) for name in arrays} | tables

    @property
    def _runs(self) -> int:
        return self.p_real.shape[1] if self.p_real.ndim > 1 else 0

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> Snapshot:
        """The snapshot at a position (negative counts from the end)."""
        return Snapshot(int(self.steps[index]), **self._each(lambda array: array[index]))

    def run(self, index: int) -> "History":
        """The film of one run alone: the runs axis is gone. Raises ValueError if there is no such run."""
        runs = self._runs
        if isinstance(index, bool) or not isinstance(index, Integral) or not -runs <= index < runs:
            raise ValueError(f"run {index!r} is not among the {runs} runs of this History")
        return replace(self, **self._each(lambda array: array[:, index]))

    def select(self, runs) -> "History":
        """Only some of the runs, by position; the runs axis stays. Raises ValueError for one that is not there."""
        wanted = list(runs)
        if not all(0 <= run < self._runs for run in wanted):
            raise ValueError(f"runs must be positions from 0 to {self._runs - 1}, not {wanted}")
        return replace(self, **self._each(lambda array: array[:, wanted]))

    def thin(self, limit: int) -> "History":
        """At most `limit` snapshots, evenly chosen, the first and the last among them. Raises ValueError below 2."""
        if limit < 2:
            raise ValueError(f"limit must be 2 or more, not {limit}")
        chosen = np.unique(np.linspace(0, len(self) - 1, min(limit, len(self))).round().astype(int))
        return replace(self, **self._each(lambda array: array[chosen], _ARRAYS))

    def save(self, path: str | os.PathLike) -> Path:
        """Writes one compressed .npz (format version inside) to a temporary file, then renames it.

        Raises ValueError if the name does not end in .npz, or JSON cannot hold the settings."""
        path = Path(path)
        if path.suffix != ".npz":
            raise ValueError(f"path must end in .npz, not {path.name!r}")
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays |= {f"{of}/{name}": value for of in _TABLES for name, value in getattr(self, of).items()}
        try:
            header = json.dumps({"format": FORMAT, "settings": self.settings})
        except (TypeError, ValueError) as error:
            raise ValueError(f"settings must be what JSON can hold, not {self.settings!r} ({error})") from None
        with replacing(path) as file:
            np.savez_compressed(file, header=np.array(header), **arrays)
        return path

    @classmethod
    def load(cls, path: str | os.PathLike) -> "History":
        """Reads what `save` wrote. Raises ValueError if the file is damaged, foreign or of a newer format."""
        if not isinstance(path, str | os.PathLike):  # open() takes numbers, too, and would close what they stand for
            raise ValueError(f"path must be the name of a file, not {path!r}")
        try:
            with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
                header = json.loads(str(file["header"]))
                if header.get("format") != FORMAT:
                    raise ValueError(f"its format is {header.get('format')}, this version reads {FORMAT}")
                arrays = {name: file[name] for name in _ARRAYS}
                rest = set(file.files) - {"header", *_ARRAYS}
                tables = {of: {} for of in _TABLES}
                for of, _, name in (key.partition("/") for key in rest):
                    if of not in tables:
                        raise ValueError(f"it holds {sorted(rest)}, which no History has")
                    tables[of][name] = file[f"{of}/{name}"]
            return cls(**arrays, **tables, settings=header["settings"])
        except FileNotFoundError:
            raise ValueError(f"path: there is no file {os.fspath(path)!r}") from None
        except Exception as error:  # a damaged zip raises zlib.error, struct.error, TypeError and more
            raise ValueError(f"path: {os.fspath(path)!r} is not a whole saved History ({error})") from None
