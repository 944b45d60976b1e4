"""Notebook 02: mode collapse."""

from dataclasses import replace

import numpy as np

from gan_lessons import metrics, plots, recipes, shipped
from gan_lessons.exercises.learner import Learner, Wrong
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair

SEEDS, STEPS = range(300, 308), 1500


@drawn
def metz_ring(ax):
    sweep = shipped.sweeps.load("metz_ring")
    plots.draw_planes([ax], sweep.samples[0, -1, :1], sweep.real[0], sweep.window, [""])
    return "Eight small real blobs on a ring; the generated points lie along the whole ring, few of them on a blob."


@drawn
def mode_collapse_clump(ax):
    sweep = shipped.sweeps.load("plain_gans")
    at = list(sweep.values).index("wide ring")
    plots.draw_planes([ax], sweep.samples[at, -1, 1:2], sweep.real[at], (-2.5, 2.5), [""])
    return "Eight real blobs on a ring. All generated points lie in one streak, from one of them outwards."


@drawn
def mode_collapse_spots(ax):
    data, rng = recipes.wide_ring.data, np.random.default_rng(0)
    blob = np.arange(800) % 8
    real, spots = (data.modes[blob] + sd * rng.normal(size=(800, 2)) for sd in (data.mode_sd, 0.01))
    plots.draw_planes([ax], spots[None], real, recipes.wide_ring.window, [""])
    return "Eight real blobs on a ring. In the middle of each lies one small spot of generated points."


@drawn
def mode_collapse_hump(ax):
    sweep = shipped.sweeps.load("ring_d_rates")
    ax.set_xscale("log")
    plots.draw_shares(ax, sweep.values, [metrics.share(row) for row in sweep.good[:, -1]], "D's learning rate")
    return "The share of good runs over D's learning rate: 0 up to 0.0007, highest at 0.002, nearly 0 at 0.02."


# -- build


def judge_rkl(answer, learner: Learner) -> None:
    even = learner.number(learner(answer, np.full(8, 1 / 8)))
    uneven = np.array([0.5, 0.3, 0.1, 0.1])
    value, expected = learner.number(learner(answer, uneven)), np.log(4) + (uneven * np.log(uneven)).sum()
    if abs(value + expected) < 1e-6 and expected > 0.1:
        raise Wrong("The size is right and the sign is not: this divergence is never below 0.")
    if abs(value - (np.log(4) - expected)) < 1e-6:
        raise Wrong(
            "That is the entropy, which is largest for even shares, log K. rkl is how far the entropy is below log K."
        )
    if abs(value + np.log(4) + np.log(uneven).mean()) < 1e-6:
        raise Wrong("That is the forward KL divergence: here each logarithm is weighted by its share s, not by 1 / K.")
    if abs(value - expected / np.log(4)) < 1e-6:
        raise Wrong("That is divided by log K, so that it ends at 1. The measure of the papers is not.")
    if abs(value - expected / np.log(2)) < 1e-6:
        raise Wrong("That is in bits. The course counts in nats: use the natural logarithm, `np.log`.")
    if abs(value - (expected - np.log(4))) < 1e-6:
        raise Wrong("Even shares must give 0: log K is still to be added.")
    if abs(even) > 1e-6:
        raise Wrong(f"Eight even shares must give 0, and it returns {even:.3g}.")
    if abs(value - expected) > 1e-6:
        raise Wrong(f"Even shares give 0, as they should, but for shares of 0.5, 0.3, 0.1, 0.1 it returns {value:.3g}.")
    lone = np.zeros(5)
    lone[learner.rng.integers(5)] = 1
    found = np.asarray(learner(answer, lone), float)
    if np.isnan(found).any():
        raise Wrong(
            "An empty mode gives NaN: 0 times the logarithm of 0 is not a number. Its part of the sum must be 0."
        )
    if abs(learner.number(found) - np.log(5)) > 1e-6:
        raise Wrong("All samples on one of five modes must give log 5.")


def judge_held(answer, learner: Learner) -> None:
    modes = recipes.wide_ring.data.modes + learner.rng.normal(size=2)  # a ring somewhere, of nobody's recipe
    counts = np.array([200, 120, 60, 30, 26, 10, 1, 0])  # of 447: a quarter of what is due to each is 14.0
    blobs = np.repeat(np.arange(8), counts)
    angle = learner.rng.uniform(0, 2 * np.pi, len(blobs))
    off = np.stack([np.cos(angle), np.sin(angle)], -1) * np.where(np.arange(len(blobs)) % 2, 0.35, 0.05)[:, None]
    samples = modes[blobs] + off  # every second one is of no high quality
    order = learner.rng.permutation(len(blobs))
    samples, found = samples[order], {}
    apart = np.linalg.norm(samples[:, None] - modes, axis=-1)
    near = np.bincount(apart.argmin(1), minlength=8)
    high = np.bincount(apart.argmin(1)[apart.min(1) < 0.3], minlength=8)
    n, expected = len(samples), int((near >= len(samples) / 32).sum())
    value = learner.number(learner(answer, samples, modes))
    found[int((near > 0).sum())] = (
        "That is how many blobs have any sample. A held blob has at least a quarter of n / K samples."
    )
    found[int((near >= n / 8).sum())] = (
        "That is how many blobs have all that is due to them, n / K samples. A quarter of it is enough."
    )
    found[int((near >= n / 4).sum())] = (
        "Here each blob must have a quarter of all samples. It needs only a quarter of n / K."
    )
    found[int((high >= n / 32).sum())] = (
        "Only samples of high quality are counted. Here all samples count, so that a blur is judged, too."
    )
    if value != expected and value in found:
        raise Wrong(found[value])
    if value != expected:
        raise Wrong(f"For a forgery with {expected} held blobs of 8 it returns {value:g}.")
    few = learner.rng.permutation(8)[:3]
    even = np.repeat(modes[few], 40, 0) + 0.05
    if learner.number(learner(answer, even, modes)) != 3:
        raise Wrong(
            "With samples at three blobs alone it does not return 3. Are blobs without a sample counted as not held?"
        )
    four = modes[:4]
    if learner.number(learner(answer, np.repeat(four, [60, 30, 7, 4], 0), four)) != 3:
        raise Wrong("With four modes in place of eight it is wrong. `len(modes)` says how many there are.")


# -- repair


def judge_slow_d(answer, learner: Learner) -> None:
    given = recipes.wide_ring
    if not isinstance(answer, type(given)):
        raise Wrong(f"A recipe is asked for, as `replace(slow, ...)` makes it, and not a {type(answer).__name__}.")
    if answer.data != given.data:
        raise Wrong("The data are changed. Keep the ring: the same task must be solved.")
    slow = replace(given, d_optimizer=replace(given.d_optimizer, lr=given.g_optimizer.lr / 3))
    if answer == slow:
        raise Wrong("These are the settings that fail. Change one of them.")
    rates = answer.d_optimizer.lr, answer.g_optimizer.lr
    at_old_rates = {
        name: replace(getattr(answer, name), lr=getattr(slow, name).lr) for name in ("d_optimizer", "g_optimizer")
    }
    if replace(answer, **at_old_rates) != slow:
        raise Wrong("Something beside the two learning rates is changed. Then nobody knows which change was the cure.")
    trainer = answer.trainer(seeds=SEEDS)
    for done in range(0, STEPS, 50):
        trainer.advance(50)
        learner.report(done + 50, STEPS)
    samples = trainer.snapshot().samples
    collapsed = metrics.judge(samples, answer.data).collapsed.sum()
    if collapsed > 1:
        ratio = rates[0] / rates[1]
        late = "D is much faster than G now, but at these rates the networks have not got far in so few steps."
        why = (
            late
            if ratio >= 3
            else "D is faster now, but not by enough."
            if ratio > 1
            else "D is still no faster than G."
        )
        raise Wrong(f"{collapsed} of {len(SEEDS)} seeds are collapsed after {STEPS:,} steps. {why}")


EXERCISES = (
    Predict(
        name="02.strays",
        question="A forger puts 2,493 of 2,500 samples on one blob, and one stray into the middle of each of the other seven. Which number shows"
        " that something is wrong?",
        options=(
            Option(
                "Modes covered.", "One sample is enough for a blob to count as covered, so seven strays make it 8 of 8."
            ),
            Option(
                "hq, the share of samples of high quality.",
                "It asks where samples are, and all of these are at a blob.",
            ),
            Option(
                "rkl, the reverse KL divergence of the shares.",
                "It is about the shares. The strays are 0.3 % of the samples, so it is nearly log 8.",
                right=True,
            ),
            Option("None of the three.", "One of them sees shares, and these shares are far from even."),
        ),
        outcome=lambda found: 0 if found[0] < 8 else 1 if found[1] < 0.9 else 2 if found[2] > 0.1 else 3,
        example=(8.0, 0.99, 2.05),
        hints=(
            "Take the definitions one by one, and put in these samples.",
            "Which of them would change if the seven strays were a third of all samples?",
        ),
        solution="c: covered is 8 of 8 and hq about 0.99, both as for a perfect forger; rkl is about 2, and 0 is perfect.",
    ),
    Build(
        name="02.rkl",
        judge=judge_rkl,
        right="It is right for empty modes, too. With n samples even a perfect generator has about (K − 1) / 2n, by chance.",
        hints=(
            "Σ s log s is at most 0. What must be added so that even shares give 0?",
            "`np.log(0)` is -inf. Leave empty modes out of the sum: `shares[shares > 0]`.",
        ),
        solution="""def rkl(shares):
    some = shares[shares > 0]
    return np.log(len(shares)) + (some * np.log(some)).sum()
""",
        wrong={
            "def rkl(shares):\n    return np.log(len(shares)) + (shares * np.log(shares)).sum()": "0 times the logarithm of 0",
            "def rkl(shares):\n    return (shares * np.log(shares)).sum()": "log K is still to be added",
            "def rkl(shares):\n    return np.log2(len(shares)) + (shares * np.log2(shares)).sum()": "in bits",
            "def rkl(shares):\n    return -np.log(len(shares)) - (shares * np.log(shares)).sum()": "the sign is not",
            "def rkl(shares):\n    some = shares[shares > 0]\n    return -(some * np.log(some)).sum()": "the entropy",
            "def rkl(shares):\n    return -np.log(len(shares)) - np.log(shares).mean()": "forward KL",
            "def rkl(shares):\n    return 1 + (shares * np.log(shares)).sum() / np.log(len(shares))": "divided by log K",
            "def rkl(shares):\n    shares += 1e-9\n    return np.log(len(shares)) + (shares * np.log(shares)).sum()": "changes its",
            "def rkl(shares):\n    some = shares[shares > 0]\n    np.log(len(shares)) + (some * np.log(some)).sum()": "a `return`",
        },
    ),
    Measure(
        name="02.half",
        low=0.405,
        high=0.415,
        right="A good run has at most 0.1, as you will read below. To lose half of the blobs costs log 2 = 0.69.",
        mistakes=(
            Mistake(
                0.68, 0.70, "log 2 is what four even blobs of eight cost. Here the other seven still have samples."
            ),
            Mistake(0.59, 0.60, "That is in bits. The unit here is the nat: take natural logarithms."),
            Mistake(0.13, 0.14, "That is log(8/7), what it costs to miss one blob. Here no blob is missed."),
            Mistake(
                2.07, 2.09, "That is log 8, which is for all samples on one blob. Here half of them are elsewhere."
            ),
            Mistake(-1.7, -1.6, "That is Σ s log s alone: log 8 is still to be added."),
        ),
        too_low="That is too small. Is one share 1/2, and is each of the seven others 1/14?",
        too_high="That is too large. The seven other blobs share the second half: 1/14 each.",
        wrong=(0.693, 0.5925, -1.666, 0.13, 2.08),
        hints=(
            "The shares are 1/2 and seven times 1/14.",
            "log 8 + ½ log ½ + ½ log(1/14)",
        ),
        solution="half = np.log(8) + np.log(1 / 2) / 2 + np.log(1 / 14) / 2",
    ),
    Build(
        name="02.held",
        judge=judge_held,
        right="A few strays do not make a held blob, and a blur still holds its blobs. The verdict *collapsed* counts these.",
        hints=(
            "The distances of all samples to all modes: `np.linalg.norm(samples[:, None] - modes, axis=-1)`, of shape (n, K).",
            "`argmin(1)` of them is each sample's blob, and `np.bincount` counts how many there are of each.",
        ),
        solution="""def held(samples, modes):
    nearest = np.linalg.norm(samples[:, None] - modes, axis=-1).argmin(1)
    return (np.bincount(nearest, minlength=len(modes)) >= len(samples) / len(modes) / 4).sum()
""",
        wrong={
            start + end: part
            for start in (
                "def held(samples, modes):\n    apart = np.linalg.norm(samples[:, None] - modes, axis=-1)\n"
                "    near = np.bincount(apart.argmin(1), minlength=len(modes))\n",
            )
            for end, part in {
                "    return (near > 0).sum()": "have any sample",
                "    return (near >= len(samples) / 4).sum()": "quarter of all samples",
                "    return (near >= len(samples) / len(modes)).sum()": "all that is due",
                "    near = np.bincount(apart.argmin(1)[apart.min(1) < 0.3])\n    return (near >= len(samples) / 32).sum()": "high quality",
                "    return (near >= len(samples) / 32).sum()": "With four modes",
                "    return near >= len(samples) / len(modes) / 4": "one number is asked",
                "    return len(set(apart.argmin(0)))": "held blobs of 8 it returns",
            }.items()
        },
    ),
    Read(
        name="02.fault",
        question="This is one run of the GAN of Metz et al. What is its fault?",
        picture="metz_ring",
        options=(
            Option("It is collapsed.", "All eight blobs have samples about them: nothing is left out."),
            Option(
                "It is too narrow.",
                "Too narrow means that samples lie closer together than the data do. These fill the gaps between the blobs.",
            ),
            Option(
                "It is inaccurate.",
                "It draws all of the ring and hits few of the blobs. A cure for collapse is not what it needs.",
                right=True,
            ),
            Option(
                "There is none: it is good.",
                "A good run has nine samples in ten within 3 sd of a blob's centre. Most of these lie between the blobs.",
            ),
        ),
        hints=("Is there a part of the ring without samples?", "How many of the samples lie on a blob?"),
        solution="c: inaccurate. All of the ring is drawn, and most samples lie between the blobs.",
    ),
    Repair(
        name="02.slow_d",
        judge=judge_slow_d,
        right="With a D that is faster than G the ring is not lost. The slider of the next cells shows how much faster is best.",
        hints=(
            "A clump moves on when D has learned that it is generated. Which network is too slow for that?",
            "`d_optimizer=replace(slow.d_optimizer, lr=...)`. With the same rate as G's, many seeds still collapse.",
        ),
        solution="""slow = replace(gl.recipes.wide_ring, d_optimizer=replace(gl.recipes.wide_ring.d_optimizer, lr=1e-3 / 3))
mended = replace(slow, d_optimizer=replace(slow.d_optimizer, lr=2e-3))
""",
        wrong={
            "mended = replace(gl.recipes.wide_ring, d_optimizer=replace(gl.recipes.wide_ring.d_optimizer, lr=1e-3 / 3))": "that fail",
            "mended = replace(gl.recipes.wide_ring, data=gl.recipes.ring.data)": "data are changed",
            "mended = replace(gl.recipes.wide_ring, d_optimizer=replace(gl.recipes.wide_ring.d_optimizer, lr=1e-4),"
            " g_optimizer=replace(gl.recipes.wide_ring.g_optimizer, lr=3e-4))": "no faster than G",
            "mended = replace(gl.recipes.wide_ring, d_optimizer=replace(gl.recipes.wide_ring.d_optimizer, lr=1e-3 / 3),"
            " g_optimizer=replace(gl.recipes.wide_ring.g_optimizer, lr=1e-5))": "have not got far",
            "mended = replace(gl.recipes.wide_ring, batch=512)": "Something beside the two",
            "mended = 0.002": "A recipe is asked for",
        },
    ),
    Measure(
        name="02.seeds",
        low=73,
        high=73,
        right="If none of 20 seeds collapsed, the rate of collapse may still be one in seven. So we like to train a hundred.",
        mistakes=(
            Mistake(
                58,
                60,
                "That is the rule of three: 0.95 to the power of 59 is below 5 %. It has one side, and the course's interval has two.",
            ),
            Mistake(
                19,
                21,
                "One in twenty is 5 %, but after 20 seeds without a collapse the interval still reaches to 16 %.",
            ),
        ),
        too_low="With so few seeds the interval still reaches above 5 %.",
        too_high="Fewer are enough. The smallest number whose interval ends below 5 % is asked for.",
        wrong=(59, 20, 40, 100),
        hints=(
            "`gl.metrics.share(np.zeros(n, bool)).high` is where the interval for 0 of n ends.",
            "Try n from 1 on, and stop at the first whose interval ends below 0.05.",
        ),
        solution="seeds = next(n for n in range(1, 1000) if gl.metrics.share(np.zeros(n, bool)).high < 0.05)",
    ),
    Explain(
        name="02.minimax",
        question="G's minimax loss does better here than the usual one. What might it have in common with a slower G?",
        hints=("Where D is sure of a forgery, how steep is log(1 − D)?", "A flat loss moves G little."),
        solution="Where D is sure of a forgery the slope of log(1 − D) is nearly 0, so G moves little just when D has seen through"
        " it. To D that is like a slower G, which is like a faster D. It is a guess; a test would measure G's steps.",
    ),
)
