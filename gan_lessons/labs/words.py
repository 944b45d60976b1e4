"""What a picture shows, in words: for those who cannot see it, and for everybody."""

import math

from gan_lessons.records import Snapshot


def summary(snapshot: Snapshot, numbers: dict, run: int, runs: int, seed: int) -> str:
    """A few sentences on one frame. numbers: what the scene says of the shown run, and of how many runs."""
    name = f"run {run + 1} of {runs}, seed {seed + run}" if runs > 1 else f"seed {seed}"
    words = [f"Step {snapshot.step:,} ({name}).", _generated(numbers)]
    if math.isfinite(numbers["p_real"]):
        words.append(_judged(numbers))
    if runs > 1:
        gone = int((snapshot.diverged >= 0).sum())
        bad = "narrow" if "narrow" in numbers else "collapsed"
        words.append(f"Of {runs} runs {numbers['good']} are good, {numbers[bad]} {bad}, {gone} diverged.")
    return " ".join(words)


def _generated(numbers: dict) -> str:
    """What the shown run makes, beside the data: on a line, around modes, or anywhere in the plane."""
    made = [numbers[name] for name in ("mean", "sd", "hq", "sliced_w1") if name in numbers]
    if not all(map(math.isfinite, made)):
        return "Generated: nothing that is a number any more."
    if "mean" in numbers:
        return (
            f"Generated: mean {numbers['mean']:.2f} (real {numbers['real_mean']:.2f}), "
            f"sd {numbers['sd']:.2f} (real {numbers['real_sd']:.2f})."
        )
    if "hq" in numbers:
        found = f"{numbers['covered']:.0f} of {numbers['modes']} modes covered"
        return f"Generated: {found}, {numbers['hq']:.0%} of samples near one."
    return f"Generated: sliced W1 {numbers['sliced_w1']:.3f} from the real data (real ones: {numbers['floor']:.3f})."


def _judged(numbers: dict) -> str:
    """What D said of its last batch."""
    if numbers["scores"]:
        return (
            f"On its last batch the sigmoid of D's score was {numbers['p_real']:.2f} for real samples and "
            f"{numbers['p_fake']:.2f} for generated ones."
        )
    return (
        f"On its last batch D called real samples real with {numbers['p_real']:.0%} and generated ones with "
        f"{numbers['p_fake']:.0%}; 50% each is guessing."
    )


def notice(trainer, run: int) -> str:
    """What the picture itself must say, in one line: that the shown run diverged."""
    step = trainer.diverged[run]
    if step < 0:
        return ""
    return f"Run {run + 1} diverged at step {step}: {trainer.diverged_network[run]}'s numbers are not finite any more."
