"""Optimizers whose learning rate may differ from run to run; else the semantics of `torch.optim`.

Why not torch's own: they take one learning rate for all, and unrolled GANs need an update that can be
differentiated through. Here an update is a pure function of (parameters, gradients, state): nothing is
changed in place. `theta` holds a network's parameters, (*runs, P) flat or any other shape with runs first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from gan_lessons.errors import number, per_run, refuse, whole

State = tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class StepDecay:
    """Step-wise decay: the learning rate is multiplied by `factor` after every `every` updates.

    Source: `tf.train.exponential_decay(staircase=True)`, as AYLIEN's first code used it."""

    every: int
    factor: float

    def __post_init__(self):
        object.__setattr__(self, "every", whole("every", self.every))
        object.__setattr__(self, "factor", number("factor", self.factor, 0.0, 1.0))

    def __call__(self, updates: int) -> float:
        return self.factor ** (updates // self.every)


@dataclass(frozen=True)
class Optimizer:
    """lr: a positive learning rate (0 holds a network still), or a sequence with one a run. decay: None or a
    function from the number of updates done to a factor."""

    lr: float | Sequence[float]
    decay: StepDecay | None = None

    def __post_init__(self):
        object.__setattr__(self, "lr", per_run("lr", self.lr, low=0.0))
        if self.decay is not None and not callable(self.decay):
            refuse("decay", self.decay, "None or a function of the number of updates, such as StepDecay(150, .95)")

    def rate(self, theta: torch.Tensor, updates: int) -> float | torch.Tensor:
        """The learning rate of the next update, a float or a tensor (*runs, 1, ...) that broadcasts on theta."""
        factor = 1.0 if self.decay is None else self.decay(updates)
        if not isinstance(self.lr, tuple):
            return self.lr * factor
        if len(self.lr) != theta.shape[0]:
            refuse("lr", self.lr, f"one number, or one for each of the {theta.shape[0]} runs")
        return (theta.new_tensor(self.lr) * factor).view(-1, *[1] * (theta.dim() - 1))

    def start(self, theta: torch.Tensor) -> State:
        """The state before the first update: one tensor like theta for each of `slots`."""
        return tuple(torch.zeros_like(theta) for _ in range(self.slots))

    @property
    def slots(self) -> int:
        """How many tensors like theta the state holds."""
        return 0


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent with momentum: m' = momentum m + g, theta' = theta - lr m'. Source: torch.optim.SGD."""

    lr: float | Sequence[float] = 1e-2
    momentum: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "momentum", number("momentum", self.momentum, 0.0, 1.0))

    @property
    def slots(self) -> int:
        return 1 if self.momentum else 0

    def update(self, theta: torch.Tensor, grad: torch.Tensor, state: State, updates: int):
        """One update -> (new theta, new state). updates: how many were done before."""
        if self.momentum:
            grad = state[0] * self.momentum + grad
            state = (grad,)
        return theta - grad * self.rate(theta, updates), state


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015), with bias correction as in torch.optim.Adam."""

    lr: float | Sequence[float] = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8

    @property
    def slots(self) -> int:
        return 2

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.betas, (tuple, list)) or len(self.betas) != 2:
            refuse("betas", self.betas, "two numbers from 0 to just under 1")
        object.__setattr__(self, "betas", tuple(number("betas", beta, 0.0, 1 - 1e-9) for beta in self.betas))
        object.__setattr__(self, "eps", number("eps", self.eps, 0.0))

    def update(self, theta: torch.Tensor, grad: torch.Tensor, state: State, updates: int):
        """One update -> (new theta, new state). updates: how many were done before."""
        (beta1, beta2), (mean, square), t = self.betas, state, updates + 1
        mean = torch.lerp(mean, grad, 1 - beta1)
        square = torch.addcmul(square * beta2, grad, grad, value=1 - beta2)
        scale = (square / (1 - beta2**t)).sqrt() + self.eps
        return theta - mean / scale * (self.rate(theta, updates) / (1 - beta1**t)), (mean, square)
