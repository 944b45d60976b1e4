"""What a picture shows, in words: for those who cannot see it, and for everybody."""

import math

from gan_lessons.labs.scenes.sameness import SAME
from gan_lessons.metrics import verdicts
from gan_lessons.trainers.records import Snapshot

SHIFTED = 0.25  # sds of the data: from here on words say on which side of them generated points lie
NARROWER, WIDER = 0.75, 4 / 3  # times as wide as the data; a perfect run of 256 samples is within 10 %
STOPPED = (
    "D says the same of all samples, real and generated, so G has nothing to go by: this run has stopped learning."
)
METRICS = {  # the number and its noise floor -> its name
    ("sliced_w1", "floor"): "sliced W1",
    ("w1", "w1_floor"): "W1",
    ("jsd", "jsd_floor"): "JSD",
    ("rkl", "rkl_floor"): "KL of its modes",
}


def summary(snapshot: Snapshot, numbers: dict, run: int, runs: int, seed: int) -> str:
    """A few sentences on one frame. numbers: what the scene says of the shown run, and of how many runs."""
    name = f"run {run + 1} of {runs}, seed {seed + run}" if runs > 1 else f"seed {seed}"
    words = [f"Step {snapshot.step:,} ({name}).", generated(numbers)]
    if math.isfinite(numbers["p_real"]):
        words.append(_judged(numbers, snapshot.step))
        if numbers.get("d_spread", math.inf) <= SAME:
            words.append(STOPPED)
    if runs > 1:
        words.append(_others(numbers, runs, snapshot))
    return " ".join(words)


def _others(numbers: dict, runs: int, snapshot: Snapshot) -> str:
    """How many runs are good or bad; they may have been judged some steps ago, which is then said."""
    gone, bad = int((snapshot.diverged >= 0).sum()), "narrow" if "narrow" in numbers else "collapsed"
    if numbers["judged"] == snapshot.step:
        return f"Of {runs} runs {numbers['good']} are good, {numbers[bad]} {bad}, {gone} diverged."
    then = f"at step {numbers['judged']:,} {numbers['good']} were good, {numbers[bad]} {bad}"
    return f"Of {runs} runs {then}; {gone} diverged."


def generated(numbers: dict) -> str:
    """What the shown run makes, beside the data: on a line, around modes, or anywhere in the plane."""
    made = [numbers[name] for name in ("mean", "sd", "hq", "sliced_w1") if name in numbers]
    if not all(map(math.isfinite, made)):
        return "Generated: nothing that is a number any more."
    if "mean" in numbers:
        said = (
            f"mean {numbers['mean']:.2f} (real {numbers['real_mean']:.2f}), "
            f"sd {numbers['sd']:.2f} (real {numbers['real_sd']:.2f})"
        )
    elif "hq" in numbers:
        said = f"{numbers['covered']:.0f} of {numbers['modes']} modes covered, {numbers['hq']:.0%} of samples near one"
    else:
        said = f"sliced W1 {numbers['sliced_w1']:.3f} from the real data (real ones: {numbers['floor']:.3f})"
    return " ".join([f"Generated: {said}.", *_measured(numbers, said), *_beside(numbers)])


def _measured(numbers: dict, said: str) -> list[str]:
    """The metric that a person chose, if it has not been said."""
    return [
        f"{words} {numbers[name]:.3f} (real samples: {numbers[floor]:.3f})."
        for (name, floor), words in METRICS.items()
        if name in numbers and words not in said
    ]


def _beside(numbers: dict) -> list[str]:
    """On which side of the data generated points lie, and whether they are more or less spread out, if so."""
    sides = ("left of", "right of"), ("below", "above")
    where = [side[value > 0] for side, value in zip(sides, numbers["shift"], strict=False) if abs(value) > SHIFTED]
    width = numbers["width"]
    spread = "less spread out" if width < NARROWER else "more spread out" if width > WIDER else ""
    if where and spread:
        return [f"They lie {' and '.join(where)} the data, and are {spread}."]
    if where:
        return [f"They lie {' and '.join(where)} the data."]
    return [f"They are {spread} than the data."] if spread else []


def ago(step: int, asked: float) -> str:
    """How many steps ago D was asked, where that was not in the last one: "" or "3 steps ago"."""
    n = step - asked  # NaN where it is not known
    return f"{n:,.0f} step{'s' if n > 1 else ''} ago" if n >= 1 else ""


def _judged(numbers: dict, step: int) -> str:
    """What D said of its last batch, and how long ago if it has not been asked since."""
    since = ago(step, numbers.get("asked", math.nan))
    since = f", {since}," if since else ""
    if numbers["scores"]:
        return (
            f"On its last batch{since} the sigmoid of D's score was {numbers['p_real']:.2f} for real samples and "
            f"{numbers['p_fake']:.2f} for generated ones."
        )
    return (
        f"On its last batch{since} D called real samples real with {numbers['p_real']:.0%} and generated ones with "
        f"{numbers['p_fake']:.0%}; 50% each is guessing."
    )


def why(scores: bool, dim: int, modes: int = 0) -> list[str]:
    """What the sentences on a frame mean, a line each. scores: whether D gives scores. dim, modes: of the data."""
    return [judging(scores), *verdicts.in_words(dim, modes)]


def judging(scores: bool) -> str:
    """What it means how D judges."""
    if scores:
        return (
            "D gives scores here and no probabilities. The sigmoid only fits them between 0 and 1: the further apart "
            "the two are, the better D tells real from generated samples."
        )
    return (
        "D says how likely a sample is real; each number is a mean over a batch. If nothing told generated from real "
        "samples, the best D would say 50% of both. While they are far apart, D can still tell them."
    )


def notice(trainer, run: int) -> str:
    """What the picture itself must say, in one line: that the shown run diverged."""
    step = trainer.diverged[run]
    if step < 0:
        return ""
    return f"Run {run + 1} diverged at step {step}: {trainer.diverged_network[run]}'s numbers are not finite any more."
