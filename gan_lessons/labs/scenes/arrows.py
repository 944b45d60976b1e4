"""Arrows of the plane: where G's own loss pushes its samples."""

import numpy as np
import torch

from gan_lessons.labs.scenes.charts import some
from gan_lessons.losses.step import Step
from gan_lessons.models.protocol import ask
from gan_lessons.trainers.gradients import push

ARROWS = 100  # samples with an arrow
# An arrow's length is LONGEST s / (1 + s) of the window, where s says by how many nats G's loss would fall within a
# tenth of it. So lengths can be compared from frame to frame, and a push that vanishes is seen to vanish.
LONGEST, TENTH = 0.08, 0.1


def arrows(trainer, pair, run: int, fake: np.ndarray, real: np.ndarray, span: float) -> np.ndarray:
    """Offsets of the tips from the first ARROWS samples, (ARROWS, 2).

    pair: G and D of the run. fake: its samples, (n, 2). real: real ones, for objectives whose G looks at some. span:
    the window's width."""
    G, D = pair
    n = ARROWS // ask(D, "pack") * ask(D, "pack")
    noise, made = trainer.viewing_noise[run : run + 1, :n], torch.from_numpy(fake[None, :n])
    classes = trainer.settings["data"].classes
    labels = torch.arange(n)[None] % classes if classes else None  # as snapshots ask for them
    step = Step({"D": D, "G": G}, "G", noise, torch.from_numpy(real[None, :n]).to(noise.dtype), labels)
    pushes = push(trainer.settings["objective"], step.with_g(lambda _: made))[1]
    falls = pushes[0].numpy().astype(float) * TENTH * span
    return some(LONGEST * span * falls / (1 + np.linalg.norm(falls, axis=-1, keepdims=True)), ARROWS)
