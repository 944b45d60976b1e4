"""The training loop that slow motion walks through: its lines, and what a turn of it gives before it is taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn

from gan_lessons import gradients
from gan_lessons.steps import Step

LOOP = (
    "for step in range(steps):",
    "    for _ in range(d_steps):  # D's turn",
    "        x, fake = real_batch(), G(noise()).detach()  # detach: G stays as it is",
    "        on_real, on_fake = D(x), D(fake)",
    "        d_optimizer.zero_grad()",
    "        objective.d(on_real, on_fake).backward()",
    "        d_optimizer.step()",
    "    for _ in range(g_steps):  # G's turn",
    "        on_fake = D(G(noise()))  # fresh noise",
    "        g_optimizer.zero_grad()",
    "        objective.g(on_fake).backward()",
    "        g_optimizer.step()",
)
LINES = {  # the line that each phase of slow motion belongs to
    **{"step": 0, "D held": 1, "sample": 2, "D forward": 3, "both forward": 3, "D gradient": 5, "D step": 6},
    **{"G held": 7, "G forward": 8, "G gradient": 10, "G step": 11, "both step": 11},
}


@contextmanager
def untouched(trainer) -> Iterator[None]:
    """What is done to a trainer inside is taken back: its places in the random numbers, running averages, weights."""
    mark = trainer.mark()
    try:
        yield
    finally:
        trainer.back(mark)


@dataclass(frozen=True)
class Look:
    """What a turn gives with the weights of now, for all runs.

    fake: what D is shown of G, (*runs, n, d). logits: D's, (*runs, k, m): on the real batch (only where k is 2) and on
    the generated one. loss: as training shows it, without penalties, (*runs,). length: the Euclidean length of the
    gradient that training follows, with penalties, (*runs,)."""

    fake: torch.Tensor
    logits: torch.Tensor
    loss: torch.Tensor
    length: torch.Tensor

    def of(self, run: int) -> "Look":
        """What it says of one run: the same, without the first axis."""
        return Look(self.fake[run], self.logits[run], self.loss[run], self.length[run])

    def verdicts(self, scores: bool) -> torch.Tensor:
        """Means over each batch of D's probabilities, or of its scores, (*runs, k)."""
        return (self.logits if scores else self.logits.sigmoid()).mean(-1)


class DTurn:
    """D's next update. Its batch is kept, so that it can be looked at before and after. Make it inside `untouched`.

    noise: the stream that G's noise comes from."""

    def __init__(self, trainer, noise: str = "d_noise"):
        self.trainer, self.noise, self.steps = trainer, trainer._streams[noise].peek(), trainer.steps
        self.real, self.jitter = trainer._blurred(trainer._streams["real"].peek(), "d_blur")
        self.mix, self.slopes_wanted = trainer._for_penalties()

    def look(self) -> Look:
        """What it gives now; changes nothing."""
        t, s = self.trainer, self.trainer.settings
        with untouched(t):
            more = {"steps": self.steps, "jitter": self.jitter, "mix": self.mix, "slopes_wanted": self.slopes_wanted}
            step = Step(t.G, t.D, self.noise, self.real, for_g=False, **more)
            loss, logits, gradient = t._gradients.d(s["objective"], s["penalties"], step)
            return Look(step.fake.detach(), logits, loss, gradient.norm(dim=-1))


class GTurn:
    """G's next update, as `DTurn` is D's."""

    def __init__(self, trainer):
        s = trainer.settings
        self.trainer, self.noise, self.steps = trainer, trainer._streams["g_noise"].peek(), trainer.steps
        looks = s["objective"].g_sees_real or s["unroll"]
        self.real, self.jitter = trainer._blurred(trainer._streams["g_real"].peek() if looks else None, "g_blur")
        self.mix, self.slopes_wanted = trainer._for_penalties() if s["unroll"] else (None, False)

    def look(self) -> Look:
        """What it gives now; changes nothing."""
        t = self.trainer
        with untouched(t):
            step = self._step(t.G, self.jitter)
            loss, gradient = self._gradient(step)
            fake = step.fake.detach()
        with untouched(t), torch.no_grad():
            logits = t.D(fake).mT  # (*runs, 1, m)
        return Look(fake, logits, loss, gradient.norm(dim=-1))

    def push(self, fake: torch.Tensor) -> torch.Tensor:
        """Where G's loss wants each of the samples to go, as `gradients.push` has it: (*runs, n, d) -> the same.

        Where G looks at a D that is some updates ahead, so does the push."""
        t = self.trainer
        with untouched(t):
            if not t.settings["unroll"]:
                return gradients.push(t.settings["objective"], lambda _: fake, t.D, self.noise, self.real)[1]
            _, gradient = self._gradient(self._step(_Fixed(fake), None))
            return gradient.view(fake.shape) * -fake.shape[-2]

    def _step(self, G: nn.Module, jitter: torch.Tensor | None) -> Step:
        more = {"steps": self.steps, "jitter": jitter, "mix": self.mix, "slopes_wanted": self.slopes_wanted}
        return Step(G, self.trainer.D, self.noise, self.real, **more)

    def _gradient(self, step: Step) -> tuple[torch.Tensor, torch.Tensor]:
        """G's loss (*runs,), and its gradient, flat over G's parameters."""
        t, s = self.trainer, self.trainer.settings
        if not s["unroll"]:
            return t._gradients.g(s["objective"], step)
        return gradients.unrolled_g(s["objective"], s["penalties"], step, s["unroll"], t.d_player, s["d_optimizer"])


class _Fixed(nn.Module):
    """A generator whose parameters are its samples: the gradient of G's loss is then the one with respect to them."""

    def __init__(self, samples: torch.Tensor):
        super().__init__()
        self.samples, self.runs = nn.Parameter(samples), len(samples)

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return self.samples
