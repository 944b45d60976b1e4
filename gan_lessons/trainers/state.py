"""`State`: where a training stands, in one named tuple; to mark it, to go back to it, to leave it whole."""

import contextlib
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

import numpy as np
import torch

from gan_lessons.trainers import saving
from gan_lessons.trainers.player import PlayerState
from gan_lessons.trainers.watching import modes_kept

CHECK_EVERY = 64  # steps between two looks for runs that diverged; the step found is exact all the same


class State(NamedTuple):
    """steps: done so far. players: name -> where each stands. places: stream -> (block, position) in the random
    numbers. seen: what was last seen of losses and logits, and in which step D was asked. sums: (step, each player's
    sum of theta), not looked at yet. diverged: (runs,) int, the step after which a run was not finite any more, -1
    while it is; diverged_by: (runs,) int, which of the players it was, in their order."""

    steps: int
    players: Mapping[str, PlayerState]
    places: Mapping[str, tuple[int, int]]
    seen: Mapping[str, torch.Tensor]
    sums: tuple[tuple[int, list[torch.Tensor]], ...]
    diverged: np.ndarray
    diverged_by: np.ndarray


class Stateful:
    """What a trainer has to mark where it stands, to return there, and to save it. lock: held by each of its steps and
    by whoever looks at it, where several threads use it; a copy has none."""

    lock: AbstractContextManager = contextlib.nullcontext()

    def __getstate__(self) -> dict:
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def mark(self) -> State:
        """Where the training stands, to go `back` to (the settings are not part of it)."""
        players = {name: player.mark() for name, player in self.players.items()}
        places = {name: stream.place for name, stream in self.streams.items()}
        return State(self.steps, players, places, dict(self.seen), tuple(self.sums), self.lost_at, self.lost_by)

    def back(self, mark: State) -> None:
        """Goes back to a `mark` of this trainer. Optimizers must be of the kind they were then."""
        self.steps, self.seen, self.sums = mark.steps, dict(mark.seen), list(mark.sums)
        for name, player in mark.players.items():
            self.players[name].back(player)
        for name, place in mark.places.items():
            self.streams[name].place = place
        self.lost_at, self.lost_by = mark.diverged, mark.diverged_by

    def keep(self) -> tuple:
        """All that it goes on from, settings too, to `return_to` whatever was changed since."""
        return self.settings, dict(self.streams), self.viewing_noise, self.written_out, self.mark()

    def return_to(self, kept: tuple) -> None:
        """Returns to what `keep` gave."""
        self.settings, streams, self.viewing_noise, self.written_out, mark = kept
        self.streams = dict(streams)
        self.back(mark)

    def whole_or_not(self, action: Callable[[], None]) -> None:
        """Does an action on this trainer wholly, or, where it raises anything (an interrupt too), not at all."""
        with self.lock, modes_kept(self.networks):
            before = self.keep()
            try:
                action()
            except BaseException:
                self.return_to(before)
                raise

    @property
    def nbytes(self) -> int:
        """What the state that `keep` copies takes, in bytes."""
        return sum(player.nbytes for player in self.players.values())

    def save(self, path: str | os.PathLike) -> None:
        """Writes all that goes on from here (weights, optimizers, places in the random numbers) with safetensors.

        Raises ValueError for settings that have no name in files, such as a schedule made in a cell."""
        saving.save(self, path)

    def load(self, path: str | os.PathLike) -> None:
        """Goes on from a saved file, bit for bit on the CPU.

        Raises ValueError, and leaves the trainer as it was, for a damaged or foreign file and for one of a
        trainer with other networks, seeds or settings."""
        saving.load(self, path)

    # -- runs whose numbers are not finite any more

    @property
    def diverged(self) -> np.ndarray:
        """(runs,) int: the step after which a run's parameters were not finite any more, -1 while they are."""
        self._look()
        return self.lost_at

    @property
    def diverged_network(self) -> list[str]:
        """For each run the player that stopped being finite first (of several the first in their order), or ""."""
        names = list(self.players)
        return ["" if step < 0 else names[by] for step, by in zip(self.diverged, self.lost_by, strict=True)]

    def _note(self) -> None:
        """Notes what tells after a step whether a run is finite; looks at it only now and then."""
        self.sums.append((self.steps, [player.theta.sum(-1) for player in self.players.values()]))
        if len(self.sums) >= CHECK_EVERY:
            self._look()

    def _look(self) -> None:
        """Finds the runs that stopped being finite since the last look, at which step, and whose numbers they were."""
        if not self.sums:
            return
        steps = np.array([step for step, _ in self.sums])
        sums = torch.stack([torch.stack(sums) for _, sums in self.sums])  # (steps, players, runs)
        bad = ~torch.isfinite(sums).cpu().numpy()
        new = bad.any((0, 1)) & (self.lost_at < 0)
        if new.any():
            first, runs = bad.any(1).argmax(0), np.arange(bad.shape[-1])
            # in this order an interrupt between two of the three does no harm: looking again gives the same
            self.lost_by = np.where(new, bad[first, :, runs].argmax(-1), self.lost_by)
            self.lost_at = np.where(new, steps[first], self.lost_at)
        self.sums = []
