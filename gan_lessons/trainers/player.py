"""`Player`: one side of the game, as a trainer moves it."""

from typing import NamedTuple

import torch
from torch import nn

from gan_lessons._core.refusals import refuse
from gan_lessons.models import protocol
from gan_lessons.trainers.optim import Optimizer, State, Updates


class PlayerState(NamedTuple):
    """Where a player stands. theta: (runs, P), its parameters. state: its optimizer's tensors. updates: how many it has
    done, a number, or (runs, 1) where runs moved apart. buffers: what its network keeps beside its parameters."""

    theta: torch.Tensor
    state: State
    updates: Updates
    buffers: tuple[torch.Tensor, ...]


class Player:
    """A network whose parameters are views of one tensor, and its optimizer's state.

    theta: (runs, P). One tensor makes an update a handful of operations, and a copy of all a single one. buffers: what
    a network keeps beside its parameters (running averages). A copy, and one that was pickled, has a theta of its own.
    """

    def __init__(self, network: nn.Module):
        self.network, self.params, self.buffers = network, list(network.parameters()), list(network.buffers())
        self.rows = protocol.rows(network)
        self.sizes = [p.numel() // self.rows for p in self.params]  # a plain layer has no runs axis
        self.theta = protocol.flat(network, [p.detach() for p in self.params])
        self.state, self.updates = (), 0
        self._attach()

    def _attach(self) -> None:
        """Makes the network's parameters views of theta."""
        # the modules' own dictionaries, because network.parameters() takes ten times as long
        self._owners = [(m._parameters, dict(m._parameters)) for m in self.network.modules() if m._parameters]
        for param, piece in zip(self.params, self.pieces(self.theta), strict=True):
            param.data = piece
        self._places = self._where()

    def __setstate__(self, state: dict) -> None:
        vars(self).update(state)
        self._attach()

    def pieces(self, theta: torch.Tensor) -> list[torch.Tensor]:
        """A (runs, P) as tensors in the shapes of the parameters; views of it."""
        split = theta.view(self.rows, -1).split(self.sizes, 1)
        return [piece.view(param.shape) for param, piece in zip(self.params, split, strict=True)]

    def start(self, optimizer: Optimizer) -> None:
        """Begins with an optimizer that has done no update yet."""
        self.state, self.updates = optimizer.start(self.theta), 0

    def move(self, grad: torch.Tensor, optimizer: Optimizer, runs: torch.Tensor | None = None) -> None:
        """One update in the direction that the optimizer makes of a gradient. runs: (runs,) bool, which of them move;
        None: all."""
        with torch.no_grad():
            if runs is None:
                theta, self.state = optimizer.update(self.theta, grad, self.state, self.updates)
                self.theta.copy_(theta)
                self.updates = self.updates + 1
                return
            moved, updates = runs[:, None], torch.as_tensor(self.updates, device=runs.device).expand(len(runs), 1)
            theta, state = optimizer.update(self.theta, grad, self.state, updates)
            self.theta.copy_(torch.where(moved, theta, self.theta))
            self.state = tuple(torch.where(moved, new, old) for new, old in zip(state, self.state, strict=True))
            self.updates = updates + moved.long()

    def mark(self) -> PlayerState:
        """A copy of where this side stands; `back` returns to it."""
        return PlayerState(self.theta.clone(), self.state, self.updates, self.remember())

    def back(self, mark: PlayerState) -> None:
        """Returns to a `mark`."""
        for owner, own in self._owners:  # an interrupted `functional_call` may have left others in their place
            owner.update(own)
        self.theta.copy_(mark.theta)
        self.state, self.updates = mark.state, mark.updates
        self.restore(mark.buffers)

    @property
    def nbytes(self) -> int:
        """What a mark takes, in bytes."""
        return sum(x.nbytes for x in (self.theta, *self.state, *self.buffers))

    def remember(self) -> tuple[torch.Tensor, ...]:
        """A copy of the buffers."""
        return tuple(buffer.clone() for buffer in self.buffers)

    def restore(self, buffers: tuple[torch.Tensor, ...], runs: torch.Tensor | None = None) -> None:
        """Puts the buffers back as they were; runs: (runs,) bool, only for these."""
        for own, value in zip(self.buffers, buffers, strict=True):
            own.copy_(value if runs is None else torch.where(runs.view(-1, *[1] * (own.dim() - 1)), value, own))

    def check_views(self, name: str) -> None:
        """Raises ValueError if the network's parameters were replaced behind the trainer's back."""
        if self._where() != self._places:
            refuse(name, "a network moved since", "left where it is: choose dtype before, load by load_state_dict")

    def _where(self) -> list[int]:
        """Where in memory the network's parameters are now."""
        return [param.data_ptr() for owner, _ in self._owners for param in owner.values() if param is not None]
