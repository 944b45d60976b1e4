"""`TrunkAndHead`: a network in two parts, of which only the second may be told a label."""

import torch
from torch import nn

from gan_lessons.models import protocol


class TrunkAndHead(nn.Module):
    """(1, batch, inputs), and labels (1, batch) if the head takes them -> what the head gives, (1, batch, outputs).

    trunk: (1, batch, inputs) -> (1, batch, features), sees samples alone. head: a network on the features, such as a
    `Conditional` one."""

    runs, large = 1, True

    def __init__(self, trunk: nn.Module, head: nn.Module):
        super().__init__()
        self.trunk, self.head, self.inputs = trunk, head, trunk.inputs
        self.classes = protocol.ask(head, "classes")

    @property
    def told(self) -> dict[str, object]:
        """What its parameters do not tell of it: see `protocol.Offers`."""
        return {"head": protocol.ask(self.head, "told")}

    def forward(self, x: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        return self.head(self.trunk(x), *labels)
