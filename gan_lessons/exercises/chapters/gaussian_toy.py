"""Notebook 01: the Gaussian toy."""

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F

from gan_lessons import metrics, recipes, shipped, theory
from gan_lessons.exercises.learner import Learner, Wrong
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair
from gan_lessons.plots.style import D_STAR, GENERATED, GOOD, REAL
from gan_lessons.trainers.schedules import InTurn

SEEDS, STEPS, ENOUGH = range(300, 396), 1500, 48
TURNS, WORK = 8, 512  # at most: updates in a step, and updates times batch
LINE = np.linspace(0, 8, 201)


def _bell(mean: float, sd: float) -> np.ndarray:
    return np.exp(-(((LINE - mean) / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi))


def _real_and_d_star(ax, mean: float, sd: float) -> None:
    ax.fill_between(LINE, _bell(4, 0.5), color=REAL, alpha=0.3, lw=0, label="real density")
    ax.plot(LINE, theory.d_star(_bell(4, 0.5), _bell(mean, sd)), color=D_STAR, ls="--", label="D*")
    ax.set(xlabel="value x", ylabel="density; probability", ylim=(0, 1.05))
    ax.legend(frameon=False, fontsize="small")


@drawn
def gaussian_d_star_rises(ax):
    _real_and_d_star(ax, 3, 0.5)
    return "The real bell at 4. The best D is near 0 up to 3, crosses one half at 3.5 and is near 1 from 4 on."


@drawn
def gaussian_d_star_hump(ax):
    _real_and_d_star(ax, 4, 1.2)
    return "The real bell at 4. The best D is near 0.7 at 4, and falls to 0 on both sides, below 2.5 and above 5.5."


@drawn
def gaussian_raw_ends(ax):
    data = recipes.dev_nag_raw.data
    ends = shipped.runs.load("dev_nag_raw").samples[-1, [0, 1, 4], :, 0].astype(float)
    x = np.linspace(0, 8, 201)
    ax.hist(ends.T, 80, range=(0, 8), density=True, histtype="step", color=[GENERATED] * 3, label=["generated", "", ""])
    ax.fill_between(x, data.pdf(x), color=REAL, alpha=0.3, lw=0, label="real density")
    ax.set(xlabel="value x", ylabel="density (per unit of x)", ylim=(0, 4))
    ax.legend(frameon=False, fontsize="small")
    return "A wide real bell around 4, and the histograms of three runs: high peaks close to 4, cut off at the top."


@drawn
def gaussian_two_shares(ax):
    for at, share in enumerate((metrics.share_of(8, 10), metrics.share_of(62, 100))):
        ax.vlines(at, share.low, share.high, color=GOOD, alpha=0.4, lw=6)
        ax.plot(at, share.value, "o", color=GOOD)
    ax.set(xlim=(-0.6, 1.6), ylim=(0, 1), ylabel="share of good runs, 95 % interval")
    ax.set_xticks([0, 1], ["A: 8 of 10", "B: 62 of 100"])
    return "Two shares with their intervals. A: 8 of 10, from 0.49 to 0.94. B: 62 of 100, from 0.52 to 0.71."


# -- build


def judge_non_saturating(answer, learner: Learner) -> None:
    logits = 2 * torch.randn(32, 1, generator=learner.generator)
    given = logits.clone().requires_grad_()
    found = learner(answer, given)
    if isinstance(found, torch.Tensor) and found.is_floating_point() and bool(torch.isnan(found).any()):
        raise Wrong("It returns NaN: a logit may be negative, and then it has no logarithm. D(G(z)) is its sigmoid.")
    value, expected = learner.number(found), float(F.softplus(-logits).mean())
    p, near = torch.sigmoid(logits), lambda other: abs(value - float(other)) < 1e-4
    for other, said in (
        (32 * expected, "That is the sum over the batch, which grows with the batch. Take the mean."),
        (-expected, "The sign is turned: a G that makes this smaller makes D surer that the forgeries are generated."),
        (
            F.logsigmoid(-logits).mean(),
            "That is log(1 − D(G(z))), the original loss. The non-saturating one is asked for.",
        ),
        (
            F.softplus(logits).mean(),
            "That is D's loss on forgeries, with the label 0. A G that makes it smaller helps D instead of fooling it.",
        ),
        (
            F.softplus(-p).mean(),
            "A sigmoid is taken twice. The inputs are logits, and this loss takes its own sigmoid.",
        ),
        (-torch.log(p.mean()), "That is the logarithm of the mean. The mean of the logarithms is asked for."),
        (-p.mean(), "That is minus D's mean probability: the logarithm is missing."),
        (-torch.log2(p).mean(), "That is in bits. The course counts in nats: use the natural logarithm."),
    ):
        if near(other):
            raise Wrong(said)
    if not near(expected):
        raise Wrong(f"For 32 hidden logits it returns {value:.4f}, and {expected:.4f} is right.")
    if not (isinstance(found, torch.Tensor) and found.requires_grad):
        raise Wrong("The number is right, but no gradient flows back from it to G: keep it a tensor to the end.")
    far = torch.full((32, 1), -200.0)
    sure = torch.as_tensor(learner(answer, far)).double().detach()
    if bool(torch.isinf(sure).any()):
        raise Wrong(
            "For a logit of −200 it is infinite, and 200 is right. There exp(200) is too large for 32 bits, and a"
            " sigmoid rounds to 0."
        )
    if abs(learner.number(sure) - 200) > 0.1:
        raise Wrong(
            f"For a logit of −200 it is {learner.number(sure):.4g}, and 200 is right. What is added or cut off there"
            " makes the loss flat just where G is worst."
        )


def judge_stop_at(answer, learner: Learner) -> None:
    d_loss = learner.rng.uniform(0.5, 2.2, (12, 7))
    d_loss[0] = np.nan  # no step was made yet
    d_loss[9:, 3] = np.nan  # a run that diverged
    gap = np.abs(d_loss - theory.LOG_4)
    expected, found = np.nanargmin(gap, 0), learner.array(learner(answer, d_loss))
    if found.size == 1:
        raise Wrong("It returns one number for all runs. Each run has its own moment to stop.")
    if found.shape == (12,):
        raise Wrong(
            "It returns one number a snapshot, so the smallest was sought along the runs. The first axis is time."
        )
    if found.shape != (7,):
        raise Wrong(
            f"It returns the shape {found.shape}. For losses of shape (T, runs) the shape (runs,) is asked for."
        )
    if not found.any():
        raise Wrong("It returns 0 for all runs: `argmin` takes NaN for the smallest of all, and row 0 is NaN.")
    gap = np.where(np.isnan(d_loss), np.inf, gap)
    same = lambda other: np.array_equal(found, other)  # noqa: E731
    if same(np.nanargmin(d_loss, 0)):
        raise Wrong("That is where D's loss is lowest. Closest means: a gap above log 4 and one below it count alike.")
    if same(np.nanargmin(np.abs(d_loss - np.log(2)), 0)):
        raise Wrong(
            "That is where D's loss is closest to log 2. That is G's loss when D can only guess; D's has two parts."
        )
    if same(np.nanargmax(np.where(np.isinf(gap), np.nan, gap), 0)):
        raise Wrong("That is where D's loss is farthest from log 4.")
    if np.allclose(found, d_loss[expected, np.arange(7)]) or np.allclose(found, gap[expected, np.arange(7)]):
        raise Wrong("It returns the losses, or their gaps. The place in time is asked for: which row it is.")
    if not same(expected):
        off = int(np.flatnonzero(found != expected)[0])
        raise Wrong(
            f"For one of the runs it stops in row {found[off]:g}. In row {expected[off]} D's loss is closer to log 4."
        )


# -- repair


def judge_slow(answer, learner: Learner) -> None:
    given = recipes.steady
    if not isinstance(answer, type(given)):
        raise Wrong(f"A recipe is asked for, as `replace(slow, ...)` makes it, and not a {type(answer).__name__}.")
    slow = replace(given, d_optimizer=replace(given.d_optimizer, lr=given.g_optimizer.lr))
    if answer == slow:
        raise Wrong("These are the settings that fail. Change one of them.")
    if answer.data != given.data:
        raise Wrong("The data are changed. Keep the bell at 4: that is what G must learn.")
    if answer.d_optimizer != slow.d_optimizer or answer.g_optimizer != slow.g_optimizer:
        raise Wrong(
            "An optimizer is changed. This section has shown that a faster D helps. Find another way to help D."
        )
    if replace(answer, steps=slow.steps) == slow:
        raise Wrong(f"Only `steps` is changed. The check trains {STEPS:,} steps in any case, so this changes nothing.")
    turns = answer.schedule
    updates = turns.d_steps + turns.g_steps if isinstance(turns, InTurn) else 2
    if updates > TURNS or updates * answer.batch > WORK:
        raise Wrong(f"This would train for minutes. Try up to {TURNS} updates in a step, or a batch up to {WORK // 2}.")
    trainer = answer.trainer(seeds=SEEDS)
    for done in range(0, STEPS, 50):
        trainer.advance(50)
        learner.report(done + 50, STEPS)
    judged = metrics.judge(trainer.snapshot().samples, answer.data)
    good, narrow = judged.good.sum(), judged.collapsed.sum()
    if good < ENOUGH:
        behind = isinstance(turns, InTurn) and turns.d_steps < turns.g_steps
        why = (
            "Here G moves more often than D, and D was too slow before."
            if behind
            else "D is still not close enough to D*. What would let it learn more between two moves of G?"
        )
        raise Wrong(f"{good} of {len(SEEDS)} seeds are good, and {narrow} are narrow. {why}")


def _first(made) -> int:
    mean, sd = np.mean(made), np.std(made)
    if abs(mean - 4) < 1:
        return 0
    return 3 if sd > 1.5 else 2 if sd > 0.85 else 1


def _rates(good) -> int:
    low, high = np.mean(good[:2]) >= 6, np.mean(good[-2:]) >= 6  # of 12 seeds at each rate
    return 3 if low and high else 0 if low else 1 if high else 2


EXERCISES = (
    Predict(
        name="01.first",
        question="G starts with random weights. What will its first 2,000 forgeries look like?",
        options=(
            Option(
                "A bell around 4, like R's samples.",
                "G has never seen R, and no training has begun, so G cannot know of the 4.",
            ),
            Option(
                "A heap near 0, narrower than the noise.",
                "The random weights at the start are small, so all of G's outputs lie close together.",
                right=True,
            ),
            Option(
                "Like the noise itself: around 0, with a standard deviation of 1.",
                "G changes the noise: its random weights are small, and shrink it.",
            ),
            Option(
                "Spread over the whole line from −2 to 8.",
                "A Tanh gives at most 1, and the weights behind it are small: such a G cannot reach far.",
            ),
        ),
        outcome=_first,
        example=np.array([-0.2, 0.1, 0.2]),
        hints=(
            "What does G know of R at this moment?",
            "PyTorch starts with small weights. What do small weights do to a number?",
        ),
        solution="b: a narrow heap near 0. Of 1,000 such G, every mean was between −1.1 and 1.1, and every standard deviation"
        " below 0.85.",
    ),
    Read(
        name="01.detach",
        question="Leave out `.detach()` in `teach_D`, and nothing else. What changes in this training?",
        options=(
            Option(
                "G is moved in D's turn, against its own interest.",
                "D's turn then fills G's gradients, but only `d_optimizer` steps there, and it holds D's weights alone.",
            ),
            Option(
                "PyTorch stops with an error, because the graph is used twice.",
                "Each turn makes new forgeries, so each has a graph of its own, and each is used once.",
            ),
            Option(
                "The weights come out the same. It only takes longer.",
                "G's gradients are filled in D's turn, and `g_optimizer.zero_grad()` wipes them before G's turn. Without"
                " that line G would be moved against its interest.",
                right=True,
            ),
            Option(
                "D learns nothing from forgeries any more.",
                "D's gradients are the same with and without `detach()`: it only cuts what lies behind the forgeries, G.",
            ),
        ),
        hints=(
            "Whose gradients does `loss.backward()` fill then, besides D's?",
            "Who takes a step with them, and what does `g_optimizer.zero_grad()` do before G's turn?",
        ),
        solution="c: the weights are the same. G's gradients are filled in D's turn and wiped before G's.",
    ),
    Build(
        name="01.non_saturating",
        judge=judge_non_saturating,
        right="It is right for a logit of −200, too. There its slope is −1: it pulls hardest where G is worst.",
        hints=(
            "−log sigmoid(t) is log(1 + exp(−t)). PyTorch has a function for it, which does not overflow.",
            "`F.softplus(-logits)`, or `-F.logsigmoid(logits)`, and the mean of it. `F` is `torch.nn.functional`.",
        ),
        solution="""def non_saturating(logits):
    return nn.functional.softplus(-logits).mean()
""",
        wrong={
            "def non_saturating(logits):\n    return nn.functional.logsigmoid(-logits).mean()": "the original loss",
            "def non_saturating(logits):\n    return nn.functional.softplus(logits).mean()": "with the label 0",
            "def non_saturating(logits):\n    return nn.functional.logsigmoid(logits).mean()": "sign is turned",
            "def non_saturating(logits):\n    return -torch.log(logits).mean()": "may be negative",
            "def non_saturating(logits):\n    return -torch.log(torch.sigmoid(logits)).mean()": "it is infinite",
            "def non_saturating(logits):\n    return -torch.log(torch.sigmoid(logits) + 1e-8).mean()": "200 is right",
            "def non_saturating(logits):\n    return nn.functional.softplus(-torch.sigmoid(logits)).mean()": "taken twice",
            "def non_saturating(logits):\n    return nn.functional.softplus(-logits).sum()": "sum over the batch",
            "def non_saturating(logits):\n    return nn.functional.softplus(-logits)": "one number is asked",
            "def non_saturating(logits):\n    return nn.functional.softplus(-logits).mean().item()": "no gradient flows",
            "def non_saturating(logits):\n    return -torch.log(torch.sigmoid(logits).mean())": "logarithm of the mean",
        },
    ),
    Predict(
        name="01.hundred",
        question="Out of a hundred seeds, how many end close to the real bell?",
        options=(
            Option("At most 30.", "These settings were chosen because they do better than that."),
            Option("About half: 31 to 70.", "That is what the first ten seeds show, as you will see, and ten are few."),
            Option(
                "Most, and not all: 71 to 97.",
                "A GAN with good settings works most of the time. It does not work every time, so one run tells little.",
                right=True,
            ),
            Option(
                "Nearly every one: 98 or more.",
                "Even in this smallest case the seed still decides about one run in ten.",
            ),
        ),
        outcome=lambda good: int(np.searchsorted([30, 70, 97], np.sum(good))),
        example=np.arange(100) < 88,
        hints=(
            "These settings were chosen because they work. Do they leave nothing to chance?",
            "Did all your own runs end on the bell?",
        ),
        solution="c: 88 of 100, when we ran it.",
    ),
    Read(
        name="01.pull",
        question="Here are R's density and D*, the best D against some G. Where do the forgeries of this G lie, and which way does"
        " D* pull them?",
        picture="gaussian_d_star_rises",
        options=(
            Option(
                "On the bell: G is perfect, and nothing pulls.",
                "Against a perfect G, D* is one half everywhere. This one is near 0 on the left and near 1 on the right.",
            ),
            Option(
                "Around 5, right of the bell; they are pulled to the left.",
                "Right of the bell D* is near 1: it takes what lies there for real. With forgeries there it would be near 0.",
            ),
            Option(
                "On both sides: G is too wide, and the sides are pulled in.",
                "Then D* would be low on both sides. It is low on one of them only.",
            ),
            Option(
                "Around 3, left of the bell; they are pulled to the right.",
                "D* is near 0 where only forgeries fall. G follows the slope up, to where D says real.",
                right=True,
            ),
        ),
        hints=(
            "D* = p / (p + q) is near 0 where forgeries fall and no real samples do. Where is that?",
            "D* is one half where both densities are the same. The real bell is at 4, and that place is at 3.5.",
        ),
        solution="d: G's bell lies at 3. D* rises from its place to the real one, so the forgeries are pulled to the right.",
    ),
    Measure(
        name="01.too_narrow",
        low=0.325,
        high=0.34,
        right="So D* says generated in the middle of the bell and real at its sides. A D that is near D* pulls a narrow G apart.",
        mistakes=(
            Mistake(0.66, 0.67, "That is q / (p + q), the probability of generated. D's is that of real: p / (p + q)."),
            Mistake(
                0.49,
                0.51,
                "One half would need p = q at 4. The means agree there, but the narrower bell is higher in its middle.",
            ),
            Mistake(
                0.195,
                0.205,
                "That is for a density four times as high. A bell's height goes with 1 / sd, not with 1 / sd².",
            ),
            Mistake(0.79, 0.81, "That is p(4), the height of the real bell. D* is a ratio of two densities."),
            Mistake(1.59, 1.61, "That is q(4), the height of G's bell. D* is a probability, so it lies from 0 to 1."),
        ),
        too_low="That is too small. How high is each bell in its middle, and what share of the sum is the real one's?",
        too_high="That is too large. At 4 more forgeries than real samples fall, so D* is below one half.",
        wrong=(2 / 3, 0.5, 0.2, 0.798, 1.596, 0.1, 0.9),
        hints=(
            "In its middle a bell is 1 / (sd √(2π)) high. So q(4) is how many times p(4)?",
            "With q = 2 p, what is p / (p + q)?",
        ),
        solution="too_narrow = 1 / (1 + 2)  # q(4) is twice p(4)",
    ),
    Measure(
        name="01.sure_d",
        low=0.457,
        high=0.467,
        right="Log 4 = 1.386 is for a D that guesses, 0 for one that is sure and right. This D is right about all of them, but not quite sure.",
        mistakes=(
            Mistake(
                1.30,
                1.32,
                "That is −log 0.9 − log 0.3. On a forgery D's right answer is generated, to which it gives 0.7.",
            ),
            Mistake(
                0.225, 0.235, "That is the mean of the two parts. In this course, as in `teach_D`, they are added."
            ),
            Mistake(0.66, 0.67, "That is in bits. The course counts in nats: take natural logarithms."),
            Mistake(0.195, 0.205, "That is with the logarithm to base 10. Take natural logarithms."),
            Mistake(
                -0.467,
                -0.457,
                "The sign is turned. A logarithm of a probability is negative, and the loss is minus it.",
            ),
            Mistake(0.10, 0.11, "That is the part of the real samples. The forgeries add theirs."),
            Mistake(0.35, 0.36, "That is the part of the forgeries. The real samples add theirs."),
        ),
        too_low="That is too small. Are both parts in it, −log D on real samples and −log(1 − D) on forgeries?",
        too_high="That is too large. What does D say of a forgery: is the right answer, generated, given 0.3 or 0.7?",
        wrong=(1.3093, 0.231, 0.6666, 0.2007, -0.462, 0.1054, 0.3567, 2.3),
        hints=(
            "For a real sample the loss is −log D, for a forgery −log(1 − D).",
            "−log 0.9 − log 0.7",
        ),
        solution="sure_d = -np.log(0.9) - np.log(1 - 0.3)",
    ),
    Predict(
        name="01.log_4",
        question="Of AYLIEN's hundred runs, look at those whose D's loss ends near log 4. How many of them are good?",
        options=(
            Option(
                "Nearly all of them.",
                "That is what the advice says. But log 4 means only that this D guesses, and this D is weak.",
            ),
            Option(
                "About half of them.",
                "Far fewer: here D is weak and slow, so it can only guess while most of the forgeries are still poor.",
            ),
            Option(
                "Hardly any of them.",
                "A D that is too weak or too slow can only guess, however poor the forgeries are.",
                right=True,
            ),
            Option(
                "The question has no answer: fewer than half of the runs end near log 4.",
                "The losses of nearly all runs settle there.",
            ),
        ),
        outcome=lambda found: 3 if found[0].sum() < 50 else (2, 1, 1, 0)[min(3, int(4 * found[1][found[0]].mean()))],
        example=(np.arange(100) < 92, np.arange(100) < 2),
        hints=(
            "D's loss is log 4 when this D can only guess. Is a perfect G the only reason why a D guesses?",
            "Here D is as slow as G, and gets only 8 samples at a time.",
        ),
        solution="c: 92 runs had D's loss within 0.1 of log 4, and 2 of them were good.",
    ),
    Explain(
        name="01.finished",
        question="A friend trains a GAN on photographs. D's loss has stood at 1.39 for an hour. The friend says: it is finished. What"
        " do you answer, and what would you look at?",
        hints=("What does log 4 say, and about whom?", "What would a better D say of the same forgeries?"),
        solution="1.39 is log 4: this D can only guess. Perhaps the forgeries are good, perhaps D is too weak or too slow. Look"
        " at many forgeries, compare them with real photographs by a measure that does not come from this D, or let a new and"
        " larger D learn to tell them apart. And train more than one seed.",
    ),
    Predict(
        name="01.rates",
        question="G's rate stays at 0.001. Where along D's rates, from 0.0003 to 0.1, do GANs succeed?",
        options=(
            Option(
                "Everywhere below some limit.",
                "A slow D sounds safe. But a D that lags behind G gives a slope that is out of date.",
            ),
            Option(
                "Everywhere above some limit.",
                "D should be fast, but not without limit: at the highest rates its curve jumps about, and its slope says nothing.",
            ),
            Option("In between.", "There D stays close to D*, and its slope is worth following.", right=True),
            Option(
                "All the same: G's rate is what counts.", "G goes where D's slope leads it, so D's rate counts, too."
            ),
        ),
        outcome=_rates,
        example=[2, 0, 3, 9, 10, 10, 6, 0, 0],
        hints=("What if D can hardly follow G?", "What if D's steps are a hundred times as long as G's?"),
        solution="c: in between. It is a hump, with its top between 0.005 and 0.01 when we ran it.",
    ),
    Repair(
        name="01.slow",
        judge=judge_slow,
        seconds=120.0,
        right="So D's rate is not the only way. What counts is how close D stays to D*. But more turns of D cost time.",
        hints=(
            "G should wait until D has learned where the forgeries are now. Which setting says how often each network moves?",
            "`schedule=gl.trainers.InTurn(d_steps=..., g_steps=1)`. With 2 it is better, and not enough.",
        ),
        solution="""slow = replace(gl.recipes.steady, d_optimizer=replace(gl.recipes.steady.d_optimizer, lr=1e-3))
mended = replace(slow, schedule=gl.trainers.InTurn(d_steps=5, g_steps=1))
""",
        wrong={
            "mended = replace(gl.recipes.steady, d_optimizer=replace(gl.recipes.steady.d_optimizer, lr=1e-3))": "that fail",
            "mended = gl.recipes.steady": "An optimizer is changed",
            "mended = replace(gl.recipes.steady, d_optimizer=replace(gl.recipes.steady.d_optimizer, lr=1e-3),"
            " data=gl.distributions.Gaussian(0.0, 0.5))": "data are changed",
            "mended = replace(gl.recipes.steady, d_optimizer=replace(gl.recipes.steady.d_optimizer, lr=1e-3), steps=5000)": "Only `steps`",
            "mended = replace(gl.recipes.steady, d_optimizer=replace(gl.recipes.steady.d_optimizer, lr=1e-3),"
            " schedule=gl.trainers.InTurn(1, 5))": "G moves more often",
            "mended = replace(gl.recipes.steady, d_optimizer=replace(gl.recipes.steady.d_optimizer, lr=1e-3), batch=64)": "not close enough",
            "mended = replace(gl.recipes.steady, d_optimizer=replace(gl.recipes.steady.d_optimizer, lr=1e-3),"
            " schedule=gl.trainers.InTurn(1000, 1))": "for minutes",
            "mended = 5": "A recipe is asked for",
        },
    ),
    Build(
        name="01.stop_at",
        judge=judge_stop_at,
        right="The rule needs no truth, only D's losses. How many good runs it finds in `story` is asked under Exercises, at the end.",
        hints=(
            "How far is each loss from log 4, above or below? In which row is this smallest, for each column?",
            "`np.argmin` takes NaN for the smallest. `np.nanargmin(..., axis=0)` leaves it out.",
        ),
        solution="""def stop_at(d_loss):
    return np.nanargmin(abs(d_loss - gl.theory.LOG_4), axis=0)
""",
        wrong={
            "def stop_at(d_loss):\n    return abs(d_loss - gl.theory.LOG_4).argmin(0)": "takes NaN for the smallest",
            "def stop_at(d_loss):\n    return np.nanargmin(d_loss - gl.theory.LOG_4, axis=0)": "loss is lowest",
            "def stop_at(d_loss):\n    return np.nanargmin(abs(d_loss - np.log(2)), axis=0)": "closest to log 2",
            "def stop_at(d_loss):\n    return np.nanargmin(abs(d_loss - np.log(4)))": "one number for all runs",
            "def stop_at(d_loss):\n    d_loss = d_loss[1:]\n    return abs(d_loss - np.log(4)).argmin(1)": "shape (11,)",
            "def stop_at(d_loss):\n    return np.where(np.isnan(d_loss), 9, abs(d_loss - np.log(4))).argmin(1)": "one number a snapshot",
            "def stop_at(d_loss):\n    return np.nanargmax(abs(d_loss - np.log(4)), axis=0)": "farthest",
            "def stop_at(d_loss):\n    return np.nanmin(abs(d_loss - np.log(4)), axis=0)": "returns the losses",
            "def stop_at(d_loss):\n    return abs(d_loss[1:] - np.log(4)).argmin(0)": "closer to log 4",
        },
    ),
)
