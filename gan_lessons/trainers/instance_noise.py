"""Instance noise: blurs what D is shown, real and generated alike, so that the two overlap from the start."""

from collections.abc import Callable, Sequence

import torch

from gan_lessons._core.settings import Settings, each, frozen, setting
from gan_lessons._core.settings import decay as falls


@frozen
class InstanceNoise(Settings):
    """Gaussian noise of standard deviation `sd` (one number, or one a run, in the data's units) on each sample.

    decay: None or a function of the trainer's steps to a factor: annealing. Sønderby et al. 2017, section 2.4;
    Arjovsky & Bottou 2017, section 3. Raises ValueError for a negative sd.
    """

    sd: float | Sequence[float] = setting(check=each(0.0), per_run=True)
    decay: Callable[[int], float] | None = falls("steps, such as LinearDecay(1000)")

    def scale(self, normal: torch.Tensor, steps: int) -> torch.Tensor:
        """Standard normal numbers (*runs, batch, d) as the noise of this step."""
        sd = normal.new_tensor(self.sd)[:, None, None] if isinstance(self.sd, tuple) else self.sd
        return normal * sd * (1.0 if self.decay is None else self.decay(steps))
