"""Several processes that train one GAN: each takes its share of every batch, and all move by the mean gradient.

`torchrun` starts the processes; `join` is called in each. torch's DistributedDataParallel gathers gradients as
`backward` leaves them on the parameters, and does not see those that `torch.autograd.grad` gives (its documentation
says so). Here a network's gradient is one flat tensor, so one `all_reduce` does the same.
"""

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist

from gan_lessons._core.refusals import refuse


@dataclass(frozen=True)
class Together:
    """One of `world` processes, the number `rank`.

    What a network learns of a whole batch (batch normalisation's means, minibatch discrimination, the batch that
    unrolling looks ahead on) each process learns of its own share, as in torch's DistributedDataParallel. Without
    such layers the training is that of one process.
    """

    rank: int
    world: int

    def each(self, batch: int) -> int:
        """How many samples of a batch each process takes. Raises ValueError unless that is a whole number."""
        if batch % self.world:
            refuse("batch", batch, f"a multiple of the {self.world} processes that share it")
        return batch // self.world

    def share(self, batch: torch.Tensor, dim: int = -2) -> torch.Tensor:
        """This process's part of a batch, (*runs, batch, d) -> (*runs, batch / world, d). dim: the batch's axis."""
        return batch.chunk(self.world, dim)[self.rank]

    def mean(self, tensor: torch.Tensor) -> torch.Tensor:
        """The mean over all processes, in place."""
        dist.all_reduce(tensor)
        return tensor.div_(self.world)

    def gathered(self, part: torch.Tensor) -> torch.Tensor:
        """All processes' parts, (..., n) each, side by side in the batch's order, (..., n * world)."""
        parts = [torch.empty_like(part) for _ in range(self.world)]
        dist.all_gather(parts, part.contiguous())
        return torch.cat(parts, -1)


def join() -> Together | None:
    """Joins the processes that `torchrun` started, by NCCL on GPUs and gloo on CPUs; None where it started none."""
    if "WORLD_SIZE" not in os.environ:
        return None
    if not dist.is_initialized():
        dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    return Together(dist.get_rank(), dist.get_world_size())
