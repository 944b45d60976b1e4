"""Optimizers whose learning rate may differ from run to run; else the semantics of `torch.optim`.

Why not torch's own: they take one learning rate for all, and unrolled GANs need an update that can be
differentiated through. Here an update is a pure function of (parameters, gradients, state): nothing is
changed in place. `theta` holds a network's parameters, (*runs, P) flat or any other shape with runs first.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from gan_lessons._core.refusals import number, refuse
from gan_lessons._core.settings import Control, Settings, each, frozen, setting
from gan_lessons._core.settings import decay as falls
from gan_lessons._core.settings import number as number_in

State = tuple[torch.Tensor, ...]


RATES = (*(float(f"{m}e{e}") for e in range(-5, 0) for m in (1, 1.5, 2, 3, 5, 7)), 1.0)
_ABOUT_LR = (
    "{who}'s learning rate",
    "How far one update moves {who}. Too large: {who} jumps about. Too small: {who} lags behind the other network.",
)
_LR = {"check": each(0.0), "per_run": True, "controls": [Control(*_ABOUT_LR, RATES, "", "training", True)]}
Updates = int | torch.Tensor  # how many were done: of all runs alike, or (runs, 1) where runs move apart


@frozen
class Optimizer(Settings, abstract=True):
    """What every optimizer has.

    lr: a positive learning rate (0 holds a network still), or a sequence with one a run. decay: None or a
    function from the number of updates done to a factor (see `decays`). clip: None, or the size that no weight may
    exceed after an update (Arjovsky et al. 2017, WGAN). historical_averaging: its weight, one number or
    one a run: adds the gradient of weight * |theta - mean of all theta so far|^2 (Salimans et al. 2016, section
    3.3); the loss that is shown does not count it. ema: 0, or the share of an exponential moving average of theta that
    stays at each update, such as .999: what is shown of G is then made with these averaged weights, which training
    itself never uses (Yazıcı et al. 2019).
    """

    lr: float | Sequence[float] = setting(1e-2, **_LR)
    decay: Callable[[int], float] | None = falls("updates, such as StepDecay(150, .95)")
    clip: float | None = setting(
        None,
        lambda name, value: value if value is None else number(name, value, low=1e-12),
        controls=[
            Control(
                "clipping of {who}",
                "Cuts {who}'s weights to this size after each update (WGAN). Too small: {who} stays flat. 0 is off.",
                (0.0, 0.01, 0.03, 0.1, 0.3),
                "clip",
                "training",
                only="D",
                get=lambda optimizer: optimizer.clip or 0.0,
                put=lambda optimizer, size: replace(optimizer, clip=size or None),
            )
        ],
    )
    historical_averaging: float | Sequence[float] = setting(0.0, each(0.0), per_run=True)
    ema: float = setting(0.0, number_in(0.0, 1 - 1e-9))

    def rate(self, theta: torch.Tensor, updates: Updates) -> float | torch.Tensor:
        """The learning rate of the next update, a float or a tensor (*runs, 1, ...) that broadcasts on theta."""
        lr = _each("lr", self.lr, theta)
        if self.decay is None:
            return lr
        if isinstance(updates, int):
            return lr * self.decay(updates)
        return lr * theta.new_tensor([self.decay(int(n)) for n in updates.flatten()]).view(updates.shape)

    def start(self, theta: torch.Tensor) -> State:
        """The state before the first update: one tensor like theta for each of `slots`."""
        return tuple(torch.zeros_like(theta) for _ in range(self.slots))

    @property
    def slots(self) -> int:
        """How many tensors like theta the state holds: those of the method, then the means of theta that are needed."""
        return self._own_slots + bool(self.historical_averaging) + bool(self.ema)

    @property
    def _own_slots(self) -> int:
        return 0

    def update(
        self, theta: torch.Tensor, grad: torch.Tensor, state: State, updates: Updates
    ) -> tuple[torch.Tensor, State]:
        """One update -> (new theta, new state). updates: how many were done before."""
        own, means = state[: self._own_slots], list(state[self._own_slots :])
        if self.historical_averaging:
            means[0] = means[0] + (theta - means[0]) / (updates + 1)  # of theta before this update and all before
            grad = grad + 2 * _each("historical_averaging", self.historical_averaging, theta) * (theta - means[0])
        theta, own = self._method(theta, grad, own, updates)
        if self.clip is not None:
            theta = theta.clamp(-self.clip, self.clip)
        if self.ema:  # at first a plain mean: a start that is long gone must not linger
            stays = _exact(updates) / (_exact(updates) + 10)
            stays = min(self.ema, stays) if isinstance(stays, float) else stays.clamp(max=self.ema).to(theta)
            means[-1] = torch.lerp(theta, means[-1], stays)
        return theta, (*own, *means)

    def shown(self, theta: torch.Tensor, state: State, updates: Updates) -> torch.Tensor:
        """The parameters to make pictures with: the running average, or theta itself where there is none."""
        if not self.ema or isinstance(updates, int):
            return state[-1] if self.ema and updates else theta
        return torch.where(updates > 0, state[-1], theta)

    def _method(self, theta: torch.Tensor, grad: torch.Tensor, state: State, updates: Updates):
        raise NotImplementedError


def _betas(name: str, value: object) -> tuple[float, float]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        refuse(name, value, "two numbers from 0 to just under 1")
    return tuple(number(name, beta, 0.0, 1 - 1e-9) for beta in value)


@frozen
class SGD(Optimizer):
    """Gradient descent with momentum: m' = momentum m + g, theta' = theta - lr m'. Source: torch.optim.SGD."""

    momentum: float = setting(0.0, number_in(0.0, 1.0))

    @property
    def _own_slots(self) -> int:
        return 1 if self.momentum else 0

    def _method(self, theta, grad, state, updates):
        if self.momentum:
            grad = state[0] * self.momentum + grad
            state = (grad,)
        return theta - grad * self.rate(theta, updates), state


@frozen
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015), with bias correction as in torch.optim.Adam.

    weight_decay: the share of each weight, times the learning rate, that an update takes away: decoupled, as in
    torch.optim.AdamW (Loshchilov & Hutter 2019)."""

    lr: float | Sequence[float] = setting(1e-3, **_LR)
    betas: tuple[float, float] = setting((0.9, 0.999), _betas)
    eps: float = setting(1e-8, number_in(0.0))
    weight_decay: float = setting(0.0, number_in(0.0))

    @property
    def _own_slots(self) -> int:
        return 2

    def _method(self, theta, grad, state, updates):
        (beta1, beta2), (mean, square), t = self.betas, state, _exact(updates) + 1
        mean = torch.lerp(mean, grad, 1 - beta1)
        square = torch.addcmul(square * beta2, grad, grad, value=1 - beta2)
        # unrolling differentiates through this, and the root of an exact 0 has no slope; and on a CPU roots of 0 and of
        # numbers below the least normal one, which dead units bring, take 8 to 30 times as long as others
        safe = square.clamp_min(torch.finfo(square.dtype).tiny)
        correction, first = (1 - beta2**t) ** 0.5, 1 - beta1**t  # of the root: it costs no pass over theta of its own
        step = correction / first
        if isinstance(t, torch.Tensor):
            correction, step = correction.to(theta), step.to(theta)
        scale = safe.sqrt() + self.eps * correction
        lr = self.rate(theta, updates)
        if self.weight_decay:
            theta = theta * (1 - lr * self.weight_decay)
        rate = lr * step
        if isinstance(rate, torch.Tensor):  # one a run
            return torch.addcdiv(theta, mean * rate, scale, value=-1.0), (mean, square)
        return torch.addcdiv(theta, mean, scale, value=-rate), (mean, square)


def _exact(updates: Updates) -> Updates:
    """Counts of updates to compute with: in single precision 1 - .999 ** t would lose four of its digits."""
    return updates.double() if isinstance(updates, torch.Tensor) else updates


def _each(name: str, value: float | tuple[float, ...], theta: torch.Tensor) -> float | torch.Tensor:
    """A number as it is; one a run as a tensor that broadcasts on theta (*runs, ...)."""
    if not isinstance(value, tuple):
        return value
    if len(value) != theta.shape[0]:
        refuse(name, value, f"one number, or one for each of the {theta.shape[0]} runs")
    return theta.new_tensor(value).view(-1, *[1] * (theta.dim() - 1))
