"""What training leaves behind: `Snapshot` (one moment) and `History` (a film of them). NumPy only."""

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from numbers import Integral
from pathlib import Path
from typing import BinaryIO

import numpy as np

FORMAT = 1
_ARRAYS = ("steps", "samples", "d_loss", "g_loss", "p_real", "p_fake", "diverged")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One moment of a training.

    step: completed steps, int.
    samples: (*runs, view, d), what G makes of the fixed viewing noise.
    d_loss, g_loss: (*runs,), nats, on the last training batch; NaN before the first step.
    p_real, p_fake: (*runs,), mean of sigmoid(D) over the last training batch's real and generated
        halves; NaN before the first step.
    diverged: (*runs,) int, the step at which a run's numbers stopped being finite, -1 while they are.
    probes: name -> array (*runs, ...), the observations that the trainer was asked for.
    """

    step: int
    samples: np.ndarray
    d_loss: np.ndarray
    g_loss: np.ndarray
    p_real: np.ndarray
    p_fake: np.ndarray
    diverged: np.ndarray
    probes: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class History:
    """Snapshots stacked along a first axis of T moments.

    steps: (T,) int, strictly rising. samples: (T, *runs, view, d). d_loss, g_loss, p_real, p_fake:
    (T, *runs). diverged: (T, *runs) int. probes: name -> (T, *runs, ...). settings: a JSON-able dict.
    Raises ValueError if steps do not rise or the first axes differ.
    """

    steps: np.ndarray
    samples: np.ndarray
    d_loss: np.ndarray
    g_loss: np.ndarray
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
        lengths |= {f"probes[{name!r}]": len(value) for name, value in self.probes.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"all arrays must have one row a snapshot, but their lengths are {lengths}")

    @classmethod
    def of(cls, snapshots: Iterable[Snapshot], settings: Mapping[str, object] | None = None) -> "History":
        """Stacks snapshots (for example straight from `Trainer.run`) into a History."""
        rows = list(snapshots)
        if not rows:
            raise ValueError("a History of 0 snapshots: at least 1 is needed")
        stacked = {name: np.stack([getattr(row, name) for row in rows]) for name in _ARRAYS[1:]}
        probes = {name: np.stack([row.probes[name] for row in rows]) for name in rows[0].probes}
        return cls(np.array([row.step for row in rows]), **stacked, probes=probes, settings=dict(settings or {}))

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> Snapshot:
        """The snapshot at a position (negative counts from the end)."""
        arrays = {name: getattr(self, name)[index] for name in _ARRAYS[1:]}
        probes = {name: value[index] for name, value in self.probes.items()}
        return Snapshot(int(self.steps[index]), **arrays, probes=probes)

    def run(self, index: int) -> "History":
        """The film of one run alone: the runs axis is gone. Raises ValueError if there is no such run."""
        runs = self.d_loss.shape[1] if self.d_loss.ndim > 1 else 0
        if isinstance(index, bool) or not isinstance(index, Integral) or not -runs <= index < runs:
            raise ValueError(f"run {index!r} is not among the {runs} runs of this History")
        arrays = {name: getattr(self, name)[:, index] for name in _ARRAYS[1:]}
        return replace(self, **arrays, probes={name: value[:, index] for name, value in self.probes.items()})

    def select(self, runs) -> "History":
        """Only some of the runs, by position; the runs axis stays. Raises ValueError for one that is not there."""
        wanted, known = list(runs), self.d_loss.shape[1] if self.d_loss.ndim > 1 else 0
        if not all(0 <= run < known for run in wanted):
            raise ValueError(f"runs must be positions from 0 to {known - 1}, not {wanted}")
        arrays = {name: getattr(self, name)[:, wanted] for name in _ARRAYS[1:]}
        return replace(self, **arrays, probes={name: value[:, wanted] for name, value in self.probes.items()})

    def thin(self, limit: int) -> "History":
        """At most `limit` snapshots, evenly chosen, the first and the last among them. Raises ValueError below 2."""
        if limit < 2:
            raise ValueError(f"limit must be 2 or more, not {limit}")
        chosen = np.unique(np.linspace(0, len(self) - 1, min(limit, len(self))).round().astype(int))
        arrays = {name: getattr(self, name)[chosen] for name in _ARRAYS}
        return replace(self, **arrays, probes={name: value[chosen] for name, value in self.probes.items()})

    def save(self, path: str | os.PathLike) -> Path:
        """Writes one compressed .npz (format version inside) to a temporary file, then renames it.

        Raises ValueError if the name does not end in .npz, or JSON cannot hold the settings."""
        path = Path(path)
        if path.suffix != ".npz":
            raise ValueError(f"path must end in .npz, not {path.name!r}")
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays |= {f"probe/{name}": value for name, value in self.probes.items()}
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
        try:
            with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
                header = json.loads(str(file["header"]))
                if header.get("format") != FORMAT:
                    raise ValueError(f"its format is {header.get('format')}, this version reads {FORMAT}")
                arrays = {name: file[name] for name in _ARRAYS}
                rest = set(file.files) - {"header", *_ARRAYS}
                probes = {key.removeprefix("probe/"): file[key] for key in file.files if key in rest}
                if not all(key.startswith("probe/") for key in rest):
                    raise ValueError(f"it holds {sorted(rest)}, which no History has")
            return cls(**arrays, probes=probes, settings=header["settings"])
        except FileNotFoundError:
            raise ValueError(f"path: there is no file {os.fspath(path)!r}") from None
        except Exception as error:  # a damaged zip raises zlib.error, struct.error, TypeError and more
            raise ValueError(f"path: {os.fspath(path)!r} is not a whole saved History ({error})") from None


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """`with replacing(path) as file`: a binary temporary file beside `path` that takes its name at the end.

    If anything fails in between (a full disk, an interrupt), the old file stays as it was, and nothing else is left."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open_new(part) as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def open_new(path: Path) -> BinaryIO:
    """A file that was not there before, open for writing."""
    return open(path, "xb")
