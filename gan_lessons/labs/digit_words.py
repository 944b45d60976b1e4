"""What the digit lab shows, in words."""

import math

from gan_lessons.labs.digit_scores import SAMPLES
from gan_lessons.labs.digit_training import DigitTraining

NAMES = {"dcgan": "DCGAN", "mlp": "MLP GAN"}


def summary(side: DigitTraining, numbers: dict[str, float], until: int, scores: bool) -> str:
    """A few sentences on one frame. numbers: those of its charts. until: the step at which play stops."""
    words = [_progress(side, until), _judged(numbers, scores), _measured(side), _left(side, until), _began(side)]
    return " ".join(filter(None, words))


def _progress(side: DigitTraining, until: int) -> str:
    step, images, seconds = side.trainer.steps, side.images, side.seconds
    where = f"Step {step:,} of {until:,}" if step <= until else f"Step {step:,}, beyond {until:,}"
    pace = f" at {_short(side.images_a_step / seconds)} a second" if seconds > 0 else ""
    return f"{where}, {side.epochs:.1f} epochs ({images:,} images{pace})."


def _judged(numbers: dict[str, float], scores: bool) -> str:
    real, fake = numbers["p_real"], numbers["p_fake"]
    if not math.isfinite(real) or not math.isfinite(fake):
        return ""
    if scores:
        return f"The sigmoid of D's score is {real:.2f} for real digits and {fake:.2f} for generated ones."
    return f"D calls real digits real with {real:.0%} and generated ones with {fake:.0%}; 50% each is guessing."


def _measured(side: DigitTraining) -> str:
    judge = side.judge
    if judge.trouble:
        return f"Nothing could be scored: {judge.trouble}."
    if judge.at < 0:
        return ""
    return (
        f"Score {judge.score:.1f} (real digits: {judge.real_score:.1f}), FID {_three(judge.fid)} (real digits: "
        f"{_three(judge.real_fid)}), of {SAMPLES:,} samples at step {judge.at:,}; not Inception numbers."
    )


def _left(side: DigitTraining, until: int) -> str:
    left = (until - side.trainer.steps) * side.seconds
    return f"{time_left(left)} left." if left > 0 else ""


def _began(side: DigitTraining) -> str:
    if side.start is None:
        return ""
    return f"It began with the weights of the {NAMES[side.start]} that ships; its optimizers began afresh."


def time_left(seconds: float) -> str:
    """So long, in the unit that fits."""
    if seconds < 10:
        return "A few seconds"
    if seconds < 90:
        return f"About {10 * round(seconds / 10)} s"
    return f"About {round(seconds / 60)} min" if seconds < 5400 else f"About {seconds / 3600:.1f} h"


def notice(trainer) -> str:
    """What the picture itself must say, in one line: that training diverged."""
    step = trainer.diverged[0]
    if step < 0:
        return ""
    return f"Training diverged at step {step}: {trainer.diverged_network[0]}'s numbers are not finite any more."


def _three(x: float) -> str:
    """With three digits that count."""
    return f"{float(f'{x:.3g}'):g}"


def _short(x: float) -> str:
    """A rate, with two digits that count."""
    return f"{float(f'{x:.2g}'):,.0f}" if x >= 10 else f"{x:.1f}"
