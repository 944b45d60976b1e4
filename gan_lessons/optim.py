"""Optimizers whose learning rate may differ from run to run; else the semantics of `torch.optim`.

Why not torch's own: they take one learning rate for all, and unrolled GANs need an update that can be
differentiated through. Here an update is a pure function of (parameters, gradients, state): nothing is
changed in place. `theta` holds a network's parameters, (*runs, P) flat or any other shape with runs first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from gan_lessons.errors import number, per_run, refuse
from gan_lessons.reprs import without_unused

State = tuple[torch.Tensor, ...]


@dataclass(frozen=True, repr=False)
class Optimizer:
    """What every optimizer has.

    lr: a positive learning rate (0 holds a network still), or a sequence with one a run. decay: None or a
    function from the number of updates done to a factor (see `decays`). clip: None, or the size that no weight may
    exceed after an update (Arjovsky et al. 2017, WGAN). averaging: the weight of historical averaging, one number or
    one a run: adds the gradient of averaging * |theta - mean of all theta so far|^2 (Salimans et al. 2016, section
    3.3); the loss that is shown does not count it. smoothing: 0, or the share of a running average of theta that stays
    at each update, such as .999: what is shown of G is then made with these averaged weights, which training itself
    never uses (Yazıcı et al. 2019).
    """

    lr: float | Sequence[float]
    decay: Callable[[int], float] | None = None
    clip: float | None = None
    averaging: float | Sequence[float] = 0.0
    smoothing: float = 0.0
    _per_run = ("lr", "averaging")

    def __post_init__(self):
        object.__setattr__(self, "lr", per_run("lr", self.lr, low=0.0))
        object.__setattr__(self, "averaging", per_run("averaging", self.averaging, low=0.0))
        object.__setattr__(self, "smoothing", number("smoothing", self.smoothing, 0.0, 1 - 1e-9))
        if self.clip is not None:
            object.__setattr__(self, "clip", number("clip", self.clip, low=1e-12))
        if self.decay is not None and not callable(self.decay):
            refuse("decay", self.decay, "None or a function of the number of updates, such as StepDecay(150, .95)")

    def __repr__(self) -> str:
        return without_unused(self, ("clip", "averaging", "smoothing"))

    def check(self, runs: int) -> None:
        """Raises ValueError unless numbers that differ from run to run are as many as the runs."""
        for name in self._per_run:
            _each(name, getattr(self, name), torch.empty(runs, 1))

    def rate(self, theta: torch.Tensor, updates: int) -> float | torch.Tensor:
        """The learning rate of the next update, a float or a tensor (*runs, 1, ...) that broadcasts on theta."""
        factor = 1.0 if self.decay is None else self.decay(updates)
        return _each("lr", self.lr, theta) * factor

    def start(self, theta: torch.Tensor) -> State:
        """The state before the first update: one tensor like theta for each of `slots`."""
        return tuple(torch.zeros_like(theta) for _ in range(self.slots))

    @property
    def slots(self) -> int:
        """How many tensors like theta the state holds: those of the method, then the means of theta that are needed."""
        return self._own_slots + bool(self.averaging) + bool(self.smoothing)

    @property
    def _own_slots(self) -> int:
        return 0

    def update(self, theta: torch.Tensor, grad: torch.Tensor, state: State, updates: int) -> tuple[torch.Tensor, State]:
        """One update -> (new theta, new state). updates: how many were done before."""
        own, means = state[: self._own_slots], list(state[self._own_slots :])
        if self.averaging:
            means[0] = means[0] + (theta - means[0]) / (updates + 1)  # of theta before this update and all before
            grad = grad + 2 * _each("averaging", self.averaging, theta) * (theta - means[0])
        theta, own = self._method(theta, grad, own, updates)
        if self.clip is not None:
            theta = theta.clamp(-self.clip, self.clip)
        if self.smoothing:  # at first a plain mean: a start that is long gone must not linger
            stays = min(self.smoothing, updates / (updates + 10))
            means[-1] = torch.lerp(theta, means[-1], stays)
        return theta, (*own, *means)

    def shown(self, theta: torch.Tensor, state: State, updates: int) -> torch.Tensor:
        """The parameters to make pictures with: the running average, or theta itself where there is none."""
        return state[-1] if self.smoothing and updates else theta

    def _method(self, theta: torch.Tensor, grad: torch.Tensor, state: State, updates: int):
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class SGD(Optimizer):
    """Gradient descent with momentum: m' = momentum m + g, theta' = theta - lr m'. Source: torch.optim.SGD."""

    lr: float | Sequence[float] = 1e-2
    momentum: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "momentum", number("momentum", self.momentum, 0.0, 1.0))

    @property
    def _own_slots(self) -> int:
        return 1 if self.momentum else 0

    def _method(self, theta, grad, state, updates):
        if self.momentum:
            grad = state[0] * self.momentum + grad
            state = (grad,)
        return theta - grad * self.rate(theta, updates), state


@dataclass(frozen=True, repr=False)
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015), with bias correction as in torch.optim.Adam."""

    lr: float | Sequence[float] = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8

    @property
    def _own_slots(self) -> int:
        return 2

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.betas, (tuple, list)) or len(self.betas) != 2:
            refuse("betas", self.betas, "two numbers from 0 to just under 1")
        object.__setattr__(self, "betas", tuple(number("betas", beta, 0.0, 1 - 1e-9) for beta in self.betas))
        object.__setattr__(self, "eps", number("eps", self.eps, 0.0))

    def _method(self, theta, grad, state, updates):
        (beta1, beta2), (mean, square), t = self.betas, state, updates + 1
        mean = torch.lerp(mean, grad, 1 - beta1)
        square = torch.addcmul(square * beta2, grad, grad, value=1 - beta2)
        # unrolling differentiates through this, and the root of an exact 0 has no slope
        safe = square.clamp_min(torch.finfo(square.dtype).tiny) if square.requires_grad else square
        correction = (1 - beta2**t) ** 0.5  # of the root: so it costs no pass over theta of its own
        scale = safe.sqrt() + self.eps * correction
        rate = self.rate(theta, updates) * (correction / (1 - beta1**t))
        if isinstance(rate, torch.Tensor):  # one a run
            return torch.addcdiv(theta, mean * rate, scale, value=-1.0), (mean, square)
        return torch.addcdiv(theta, mean, scale, value=-rate), (mean, square)


def _each(name: str, value: float | tuple[float, ...], theta: torch.Tensor) -> float | torch.Tensor:
    """A number as it is; one a run as a tensor that broadcasts on theta (*runs, ...)."""
    if not isinstance(value, tuple):
        return value
    if len(value) != theta.shape[0]:
        refuse(name, value, f"one number, or one for each of the {theta.shape[0]} runs")
    return theta.new_tensor(value).view(-1, *[1] * (theta.dim() - 1))
