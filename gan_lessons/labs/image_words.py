"""What a lab of images shows, in words."""

import math

from gan_lessons.distributions.images import Handwritten
from gan_lessons.labs.judge import SAMPLES, NoJudge
from gan_lessons.labs.session import Session
from gan_lessons.labs.words import ago, judging

NAMES = {"dcgan": "DCGAN", "mlp": "MLP GAN"}


def summary(side: Session, numbers: dict[str, float], until: int, scores: bool) -> str:
    """A few sentences on one frame. numbers: those of its charts. until: the step at which play stops."""
    words = [_progress(side, until), _judged(side, numbers, scores), _measured(side), _left(side, until), _began(side)]
    return " ".join(filter(None, words))


def are_digits(data) -> bool:
    """Whether data are MNIST's digits, which the course's classifier knows."""
    return isinstance(data, Handwritten)


def noun(digits: bool) -> str:
    """What the samples are called."""
    return "digits" if digits else "pictures"


def why(scores: bool, digits: bool = True) -> list[str]:
    """What the sentences mean, a line each. scores: whether D gives scores, and no probabilities. digits: whether the
    pictures are digits, which are scored."""
    if not digits:
        return [judging(scores), f"No score and no FID: {NoJudge.trouble}."]
    return [
        judging(scores),
        "The score goes from 1 to 10. It is high if each picture is clearly one digit, and all ten digits come.",
        "The FID is the distance between generated and real digits in what a classifier sees; less is better. Both "
        "are made with this course's own classifier, so they compare only with real digits and other GANs here.",
    ]


def _progress(side: Session, until: int) -> str:
    step, images, seconds = side.trainer.steps, side.images, side.seconds
    where = f"Step {step:,} of {until:,}" if step <= until else f"Step {step:,}, beyond {until:,}"
    pace = f" at {_short(side.images_a_step / seconds)} a second" if seconds > 0 else ""
    return f"{where}, {side.epochs:.1f} epochs ({images:,} images{pace})."


def _judged(side: Session, numbers: dict[str, float], scores: bool) -> str:
    real, fake, what = numbers["p_real"], numbers["p_fake"], noun(are_digits(side.recipe.data))
    if not math.isfinite(real) or not math.isfinite(fake):
        return ""
    since = ago(side.trainer.steps, side.trainer.asked(0))
    if since and scores:
        return f"The sigmoid of D's score was {real:.2f} for real {what} and {fake:.2f} for generated ones, {since}."
    if since:
        said = f"D called real {what} real with {real:.0%} and generated ones with {fake:.0%}, {since}"
        return f"{said}; 50% each is guessing."
    if scores:
        return f"The sigmoid of D's score is {real:.2f} for real {what} and {fake:.2f} for generated ones."
    return f"D calls real {what} real with {real:.0%} and generated ones with {fake:.0%}; 50% each is guessing."


def _measured(side: Session) -> str:
    judge = side.judge
    if isinstance(judge, NoJudge):
        return "" if side.trainer.steps else "No score and no FID here: the course's judge knows digits alone."
    if judge.trouble:
        return f"Nothing could be scored: {judge.trouble}."
    if judge.at < 0:
        return ""
    return (
        f"Score {judge.score:.1f} (real digits: {judge.real_score:.1f}), FID {_three(judge.fid)} (real digits: "
        f"{_three(judge.real_fid)}), of {SAMPLES:,} samples at step {judge.at:,}; not Inception numbers."
    )


def _left(side: Session, until: int) -> str:
    left = (until - side.trainer.steps) * side.seconds
    return f"{time_left(left)} left." if left > 0 else ""


def _began(side: Session) -> str:
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
