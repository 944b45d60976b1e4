"""What a picture shows, in words: for those who cannot see it, and for everybody."""

import math

from gan_lessons.records import Snapshot


def summary(snapshot: Snapshot, numbers: dict, run: int, runs: int, seed: int) -> str:
    """Two or three sentences on one frame of a GAN on a line."""
    name = f"run {run + 1} of {runs}, seed {seed + run}" if runs > 1 else f"seed {seed}"
    words = [f"Step {snapshot.step:,} ({name})."]
    words.append(
        f"Generated: mean {numbers['mean']:.2f} (real {numbers['real_mean']:.2f}), "
        f"sd {numbers['sd']:.2f} (real {numbers['real_sd']:.2f})."
    )
    if math.isfinite(numbers["p_real"]):
        words.append(
            f"On its last batch D called real samples real with {numbers['p_real']:.0%} and generated ones with "
            f"{numbers['p_fake']:.0%}; 50% each is guessing."
        )
    if runs > 1:
        gone = int((snapshot.diverged >= 0).sum())
        words.append(f"Of {runs} runs {numbers['good']} are good, {numbers['narrow']} narrow, {gone} diverged.")
    return " ".join(words)


def notice(trainer, run: int) -> str:
    """What the picture itself must say, in one line: that the shown run diverged."""
    step = trainer.diverged[run]
    if step < 0:
        return ""
    return f"Run {run + 1} diverged at step {step}: {trainer.diverged_network[run]}'s numbers are not finite any more."
