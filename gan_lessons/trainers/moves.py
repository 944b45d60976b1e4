"""The moves of a game: what a schedule calls."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from gan_lessons.trainers import checks, updates

Schedule = Callable[[Any], None]


class Moving:
    """What a trainer offers its schedule: updates of one player, or of several from the same point."""

    def update(self, name: str, runs: torch.Tensor | None = None) -> None:
        """One update of a player on a fresh batch; the others stay. runs: (runs,) bool, those whose player moves, by
        default all; the batch is drawn for all, so that a run's numbers never depend on the others."""
        self._move({name: name}, runs)

    def update_together(self, *names: str, runs: torch.Tensor | None = None) -> None:
        """One update of each, from gradients at the same point and on the same noise, that of the last. runs: as in
        `update`."""
        self._move(dict.fromkeys(names, names[-1] if names else ""), runs)

    def _move(self, noise_of: Mapping[str, str], runs: torch.Tensor | None) -> None:
        checks.check_move(self, noise_of, runs)
        self.moved += 1
        if runs is not None and not runs.any():  # the batches are used up all the same
            for name, whose in noise_of.items():
                updates.draw(self, name, whose)
            return
        undone = self.players if runs is not None or len(noise_of) > 1 else {}
        before, grads = {name: player.remember() for name, player in undone.items()}, {}
        for i, (name, whose) in enumerate(noise_of.items(), 1):
            stream = self.streams.get(f"{whose.lower()}_noise")
            place = stream and stream.place
            batch = updates.draw(self, name, whose)
            found = updates.gradient(self, updates.step_of(self, name, batch, self.steps))
            if i < len(noise_of):  # the others are to see the same noise, and the same running averages
                stream.place = place
                self._restore(before)
            self._see(name, found, runs)
            grads[name] = self.mean(found.grad)
        for name, grad in grads.items():
            self.players[name].move(grad, self.settings[f"{name.lower()}_optimizer"], runs)
        if runs is not None:
            self._restore(before, ~runs)

    def _restore(self, buffers: Mapping[str, tuple], runs: torch.Tensor | None = None) -> None:
        for name, kept in buffers.items():
            self.players[name].restore(kept, runs)

    def _see(self, name: str, found: updates.Gradient, runs: torch.Tensor | None) -> None:
        """Keeps the loss, D's logits, and in which step they were said, for snapshots."""
        news = {name: self.mean(found.loss)}
        if name == "D" and found.logits is not None:
            news["logits"] = found.logits if self.together is None else self.together.gathered(found.logits)
            news["asked"] = torch.full_like(news[name], self.steps + 1)
        for key, new in news.items():
            old = self.seen.get(key)
            if runs is not None:
                shape = runs.view(-1, *[1] * (new.dim() - 1))
                new = torch.where(shape, new, torch.nan if old is None or old.shape != new.shape else old)
            self.seen[key] = new

    def part(self, schedule: Schedule) -> None:
        """One part of a step, such as D's half of it, InTurn(1, 0): networks move, but no step is counted."""
        self.whole_or_not(lambda: schedule(self))

    def share(self, batch: torch.Tensor, dim: int = -2) -> torch.Tensor:
        """This process's share of a batch, all of it where there is but one process."""
        return batch if self.together is None else self.together.share(batch, dim)

    def mean(self, tensor: torch.Tensor) -> torch.Tensor:
        """The mean over all processes."""
        return tensor if self.together is None else self.together.mean(tensor)
