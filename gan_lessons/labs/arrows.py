"""Arrows of the plane: where G's own loss pushes its samples."""

import numpy as np
import torch

from gan_lessons.gradients import WrittenOut, choose, push
from gan_lessons.labs.panels import some

ARROWS = 100  # samples with an arrow
# An arrow's length is LONGEST s / (1 + s) of the window, where s says by how many nats G's loss would fall within a
# tenth of it. So lengths can be compared from frame to frame, and a push that vanishes is seen to vanish.
LONGEST, TENTH = 0.08, 0.1


def arrows(trainer, pair, run: int, fake: np.ndarray, real: np.ndarray, span: float) -> np.ndarray:
    """Offsets of the tips from the first ARROWS samples, flat. pair: G and D of the run. fake: its samples, (n, 2).

    real: real ones, for objectives whose G looks at some. span: the window's width."""
    objective, pack = trainer.settings["objective"], getattr(pair[1], "pack", 1)
    n = ARROWS // pack * pack
    if choose(*pair, objective) is WrittenOut:
        pushes = _written_out(objective, pair[1], torch.from_numpy(fake[None, :n]))
    else:
        noise = trainer.viewing_noise[run : run + 1, :n]
        pushes = push(objective, *pair, noise, torch.from_numpy(real[None, :n]).to(noise.dtype))[1]
    falls = pushes[0].numpy().astype(float) * TENTH * span
    return some(LONGEST * span * falls / (1 + np.linalg.norm(falls, axis=-1, keepdims=True)), ARROWS)


@torch.no_grad()
def _written_out(objective, D, fake: torch.Tensor) -> torch.Tensor:
    """As `gradients.push`, of samples that are there already, without autograd's book-keeping."""
    out, outs = D.trace(fake)
    slope = objective.g_slope(out.squeeze(-1)).unsqueeze(-1)
    return D.pull(outs, slope, weights=False, inputs=True)[1] * -fake.shape[-2]
