"""`Player`: one side of the game, as a trainer moves it."""

from collections.abc import Sequence

import torch
from torch import nn

from gan_lessons.errors import refuse
from gan_lessons.optim import Optimizer


class Player:
    """A network whose parameters are views of one tensor, and its optimizer's state.

    theta: (runs, P). One tensor makes an update a handful of operations, and a copy of all a single one. buffers: what
    a network keeps beside its parameters (running averages).
    """

    def __init__(self, network: nn.Module):
        self.network, self.params, self.buffers = network, list(network.parameters()), list(network.buffers())
        self.sizes = [p.numel() // network.runs for p in self.params]  # of one run; a plain layer has no runs axis
        self.theta = self.flat([p.detach() for p in self.params])
        self._owners = [module._parameters for module in network.modules() if module._parameters]
        for param, piece in zip(self.params, self.theta.split(self.sizes, 1), strict=True):
            param.data = piece.view(param.shape)
        self._places = self._where()
        self.state, self.updates = (), 0

    def flat(self, tensors: Sequence[torch.Tensor]) -> torch.Tensor:
        """Tensors shaped as the parameters, such as their gradients, as one (runs, P)."""
        return torch.cat([tensor.reshape(self.network.runs, -1) for tensor in tensors], 1)

    def start(self, optimizer: Optimizer) -> None:
        """Begins with an optimizer that has done no update yet."""
        self.state, self.updates = optimizer.start(self.theta), 0

    def move(self, grad: torch.Tensor, optimizer: Optimizer) -> None:
        """One update in the direction that the optimizer makes of a gradient."""
        with torch.no_grad():
            theta, self.state = optimizer.update(self.theta, grad, self.state, self.updates)
            self.theta.copy_(theta)
        self.updates += 1

    def mark(self) -> tuple:
        """A copy of where this side stands; `back` returns to it."""
        return self.theta.clone(), self.state, self.updates, self.remember()

    def back(self, mark: tuple) -> None:
        """Returns to a `mark`."""
        theta, self.state, self.updates, buffers = mark
        self.theta.copy_(theta)
        self.restore(buffers)

    def remember(self) -> tuple[torch.Tensor, ...]:
        """A copy of the buffers."""
        return tuple(buffer.clone() for buffer in self.buffers)

    def restore(self, buffers: tuple[torch.Tensor, ...]) -> None:
        """Puts the buffers back as they were."""
        for own, value in zip(self.buffers, buffers, strict=True):
            own.copy_(value)

    def check_views(self, name: str) -> None:
        """Raises ValueError if the network's parameters were replaced behind the trainer's back."""
        if self._where() != self._places:
            refuse(name, "a network moved since", "left where it is: choose dtype before, load by load_state_dict")

    def _where(self) -> list[int]:
        """Where in memory the network's parameters are now."""
        # the modules' own dictionaries, because network.parameters() takes ten times as long
        return [param.data_ptr() for owner in self._owners for param in owner.values() if param is not None]
