"""Instance noise: blurs what D is shown, real and generated alike, so that the two overlap from the start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from gan_lessons.errors import per_run, refuse


@dataclass(frozen=True)
class InstanceNoise:
    """Gaussian noise of standard deviation `sd` (one number, or one a run, in the data's units) on each sample.

    decay: None or a function of the trainer's steps to a factor: annealing. Sønderby et al. 2017, section 2.4;
    Arjovsky & Bottou 2017, section 3. Raises ValueError for a negative sd.
    """

    sd: float | Sequence[float]
    decay: Callable[[int], float] | None = None
    _per_run = ("sd",)

    def __post_init__(self):
        object.__setattr__(self, "sd", per_run("sd", self.sd, low=0.0))
        if self.decay is not None and not callable(self.decay):
            refuse("decay", self.decay, "None or a function of the number of steps, such as LinearDecay(1000)")

    def check(self, runs: int) -> None:
        """Raises ValueError unless an sd for each run means as many as there are runs."""
        if isinstance(self.sd, tuple) and len(self.sd) != runs:
            refuse("sd", self.sd, f"one number, or one for each of the {runs} runs")

    def scale(self, normal: torch.Tensor, steps: int) -> torch.Tensor:
        """Standard normal numbers (*runs, batch, d) as the noise of this step."""
        sd = normal.new_tensor(self.sd)[:, None, None] if isinstance(self.sd, tuple) else self.sd
        return normal * sd * (1.0 if self.decay is None else self.decay(steps))
