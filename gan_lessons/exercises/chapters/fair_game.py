"""Notebook 05: the fair game."""

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F

from gan_lessons import losses, plots, recipes, shipped
from gan_lessons.exercises.learner import Learner, Wrong
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair
from gan_lessons.theory import LOG_2, LOG_4
from gan_lessons.trainers.schedules import accuracy

SEEDS, STEPS, NEAR, NEEDED = range(500, 508), 1500, 0.5, 7


# -- pictures


def _lines(ax, cause: str, first: str, second: str, words: tuple[str, str], color: str = plots.D) -> None:
    record = shipped.diagnoses.record(cause)
    for name, shade, word in ((first, color, words[0]), (second, plots.GENERATED, words[1])):
        ax.plot(record.steps, record.series[name][:, 0], color=shade, linewidth=1.2, label=word)
    ax.set_xlabel("training step")
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _losses(ax, cause: str) -> None:
    _lines(ax, cause, "d_loss", "g_loss", ("D's loss", "G's loss"))
    for level in (LOG_4, LOG_2):
        ax.axhline(level, color="#999999", linestyle=":", linewidth=1)
    ax.set_ylabel("loss (nats)")


@drawn
def fair_calm_losses(ax):
    _losses(ax, "collapsed")
    ax.set_ylim(0, 2)
    return "Over 1,500 steps D's loss trembles about log 4, and G's about log 2, from the first step to the last."


@drawn
def fair_apart_losses(ax):
    _losses(ax, "strong_d")
    return "In the first 100 steps D's loss falls from log 4 to nearly 0, and G's rises to 7. There they stay."


@drawn
def fair_verdicts(ax):
    _lines(ax, "swapped", "p_real", "p_fake", ("D on real", "D on generated"), plots.REAL)
    ax.set(ylim=(-0.03, 1.03), ylabel="D(x) (probability)")
    return (
        "In the first 100 steps D's answer to real samples falls from 0.5 to 0, and that to generated ones rises to 1."
    )


@drawn
def fair_two_gradients(ax):
    rows = shipped.tables.fair_digits()["fast D, minimax"]
    for who, color in (("d", plots.D), ("g", plots.GENERATED)):
        ax.semilogy(np.arange(0, 301, 25), np.median([row[f"{who}_length"] for row in rows], 0), color=color)
        ax.plot([], [], color=color, label=f"{who.upper()}'s gradient")
    ax.set(xlabel="training step", ylabel="length (log scale)")
    ax.legend(frameon=False)
    return "On a logarithmic axis the lengths of both networks' gradients fall, from above 1 to a thousandth. D's has a peak on its way."


# -- build


def judge_in_turn(answer, learner: Learner) -> None:
    x, y, step = 0.3 + learner.rng.random(3) * (1, 1, 0.1)
    found = learner.array(learner(answer, x, y, step), (2,))

    def same(*pair):
        return np.allclose(found, pair, rtol=0, atol=1e-9)

    if same(x - step * y, y + step * x):
        raise Wrong("That is both at once. Here y moves second, and it sees where x has gone.")
    if same(x + step * y, y - step * (x + step * y)) or same(x + step * y, y - step * x):
        raise Wrong("The signs are exchanged: x wants x · y small, so it goes down its slope, and y goes up.")
    if same(x - step * (y + step * x), y + step * x):
        raise Wrong("Here y has moved first. It is x's turn first.")
    if same(x - step * y, y - step * (x - step * y)) or same(x + step * y, y + step * (x + step * y)):
        raise Wrong("Both go the same way. One of them wants x · y small, and the other wants it large.")
    if not same(x - step * y, y + step * (x - step * y)):
        raise Wrong(f"From ({x:.3f}, {y:.3f}), a step of {step:.3f} does not lead to ({found[0]:.3f}, {found[1]:.3f}).")


def judge_who_learns(answer, learner: Learner) -> None:
    def said(real, fake, threshold):
        real, fake = np.array(real, float), np.array(fake, float)
        value = learner.array(learner(answer, real, fake, threshold), (len(real),))
        right = accuracy(torch.tensor(np.stack([real, fake], -2))).numpy() <= threshold
        return value, right, (value == right).all()

    gaps, rng = np.array([[0.1], [0.5], [1.0], [2.0], [4.0]]), learner.rng
    real, fake = rng.normal(size=(5, 16)) + gaps, rng.normal(size=(5, 16))
    value, right, same = said(real, fake, 0.75)
    if not np.isin(value, (0, 1)).all():
        raise Wrong(f"It returns numbers such as {value[~np.isin(value, (0, 1))][0]:.3g}. True or False is asked for.")
    if (value != right).all():
        raise Wrong("It is the other way round: D learns as long as it is the worse one, up to the threshold.")
    moved, _, _ = said(real + 10, fake + 10, 0.75)
    if (moved != value).any():
        raise Wrong("With 10 added to all logits the answer is another. A pair asks only which of the two is higher.")
    _, _, crossed = said([[1, 2, 3, 4]], [[0, 1.5, 2.5, 3.5]], 0.8)  # each above its own partner; of all pairs 5 / 8
    if not crossed:
        raise Wrong("It compares the first real sample with the first generated one, and so on. All pairs count.")
    if not same:
        raise Wrong("It is wrong for some of five runs. The share is over the pairs of one run, and not over all runs.")
    if not said([[1, 2]], [[0, 1.5]], 0.75)[2]:
        raise Wrong("If D's accuracy is just the threshold, such as 0.75, D learns: *up to* the threshold includes it.")
    if not said([[1, 0]], [[0, 0]], 0.6)[2] or not said([[0, 0]], [[0, 0]], 0.5)[2]:
        raise Wrong("Equal logits are a guess: such a pair counts one half, and not 0 or 1.")


def judge_smoothed(answer, learner: Learner) -> None:
    real, fake = torch.randn(2, 3, 8, generator=learner.generator, dtype=torch.float64) * 2
    label = 0.8

    def of(real, fake, label):
        return losses.LabelSmoothing(label).d_loss(torch.stack([real, fake], -2))

    right = of(real, fake, label)
    value = torch.tensor(learner.array(learner(answer, real, fake, label), (3,)))
    on_real, on_fake = F.softplus(-real), F.softplus(fake)
    twice = F.binary_cross_entropy_with_logits
    sigmoids = twice(real.sigmoid(), torch.full_like(real, label), reduction="none") + F.softplus(fake.sigmoid())
    known = {
        "The sign is turned: D minimises this, so the logarithms carry a minus.": -right,
        "It is half of what is asked for. Each half of the batch has its own mean, and the two are added.": right / 2,
        "That is the sum over the batch. Take the mean.": right * 8,
        "The labels of generated samples are smoothed, too. One-sided means: theirs stay 0.": (
            of(real, fake, label) + (1 - label) * (-fake).mean(-1)
        ),
        "A real sample with the label 0.8 is real by 0.8, and generated by 0.2. The second part is missing.": (
            label * on_real + on_fake
        ).mean(-1),
        "That is the loss with labels of 1: the smoothed label has no effect.": (on_real + on_fake).mean(-1),
        "The logits went through a sigmoid before a function that has its own. That is a sigmoid too many.": (
            sigmoids.mean(-1)
        ),
    }
    for words, wrong in known.items():
        if torch.allclose(value, wrong, atol=1e-8):
            raise Wrong(words)
    if not torch.allclose(value, right, atol=1e-8):
        raise Wrong(f"For small logits it returns {value[0]:.4f}, and it should be {right[0]:.4f}.")
    sure = torch.full((1, 4), 200.0, dtype=torch.float64)
    found = torch.as_tensor(learner(answer, sure, -sure, label)), torch.as_tensor(learner(answer, -sure, sure, label))
    if not all(torch.isfinite(one).all() for one in found):
        raise Wrong(
            "It is right for small logits, and not finite for logits of 200: there a sigmoid is 1, and 1 - D is 0."
            " Work on the logits."
        )
    for value, case in zip(found, ((sure, -sure), (-sure, sure)), strict=True):
        if abs(float(value) - float(of(*case, label))) > 0.1:
            raise Wrong(
                f"It is right for small logits, but for logits of 200 it returns {float(value):.4g}, and it should be"
                f" {float(of(*case, label)):.4g}. Something cuts it off, such as a small number inside the logarithm."
            )


# -- repair


def sure_d() -> recipes.Recipe:
    """The patient: D takes five steps for each of G, and G's loss is minimax."""
    return recipes.steady.put(loss="log (minimax)", d_steps=5)


def judge_sure_d(answer, learner: Learner) -> None:
    given = sure_d()
    if not isinstance(answer, recipes.Recipe):
        raise Wrong(f"A recipe is asked for, as `sure.put(...)` makes it, and not a {type(answer).__name__}.")
    if answer == given:
        raise Wrong("These are the settings that fail. Change one of them.")
    if answer.data != given.data:
        raise Wrong("The data are changed. G must come to these data: keep them.")
    if any(getattr(answer, name) != getattr(given, name) for name in ("discriminator", "d_optimizer", "schedule")):
        raise Wrong(
            "D is changed here. But it stays as strong as it is: keep its network, its rate, and its five steps."
        )
    allowed = ("objective", "penalties", "instance_noise", "unroll")
    if replace(answer, **{name: getattr(given, name) for name in allowed}) != given:
        raise Wrong(
            "More is changed than the loss, penalties, instance noise and unrolled steps. G, its rate and the batch stay, too."
        )
    trainer = answer.trainer(seeds=SEEDS)
    for done in range(0, STEPS, 50):
        trainer.advance(50)
        learner.report(done + 50, STEPS)
    middles = trainer.snapshot().samples.mean((1, 2))
    there = int((np.abs(middles - answer.data.mean) < NEAR).sum())
    if there < NEEDED:
        why = (
            "G's loss is still the one that is flat where D is sure."
            if answer.objective is losses.minimax and not answer.penalties and answer.instance_noise is None
            else "This change is too weak, or it is not the one that is needed."
        )
        raise Wrong(f"In {there} of {len(SEEDS)} seeds G has come to the data, and {NEEDED} are asked for. {why}")


STRENGTHS = ("D's width 2", "D's steps 10", "D's layers 4", "G's steps 2")
THRESHOLDS = (("up to 0.5", "up to 0.6"), ("up to 0.7", "up to 0.75"), ("up to 0.8", "up to 0.9"), ("in turn",))

EXERCISES = (
    Build(
        name="05.in_turn",
        judge=judge_in_turn,
        right="Put it into the loop above. From (1, 0), and with steps of 0.1, the distance stays between 0.97 and 1.03: they"
        " do not leave, and they do not arrive, either.",
        hints=(
            "Two lines: first x gets its new value, then y.",
            "x goes down its slope, which is y. Then y goes up its own slope, which is the new x.",
        ),
        solution="""def one_after_the_other(x, y, step):
    x = x - step * y
    return x, y + step * x
""",
        wrong={
            "def one_after_the_other(x, y, step):\n    return x - step * y, y + step * x": "both at once",
            "def one_after_the_other(x, y, step):\n    x = x + step * y\n    return x, y - step * x": "signs are exchanged",
            "def one_after_the_other(x, y, step):\n    y = y + step * x\n    return x - step * y, y": "y has moved first",
            "def one_after_the_other(x, y, step):\n    x = x - step * y\n    return x, y - step * x": "the same way",
            "def one_after_the_other(x, y, step):\n    return x - step * y": "asked for",
            "def one_after_the_other(x, y, step):\n    x = x - step\n    return x, y + step": "does not lead to",
        },
    ),
    Read(
        name="05.calm",
        question="These are the losses of another GAN. The dotted lines are log 4 and log 2. What do they say?",
        picture="fair_calm_losses",
        options=(
            Option(
                "Both networks have learned what they can, and the samples are good.",
                "The losses look like this from the first step on, when nobody had learned anything. In the end all samples"
                " of this G lie on one bell, and the data have two.",
            ),
            Option(
                "D is ahead: its loss is the larger one.",
                "A larger loss is worse, and the two are not measured alike: D's is a sum of two parts. D is ahead where its loss"
                " is below log 4.",
            ),
            Option(
                "G has won: its loss is lower than D's.",
                "Each loss has its own mark. A G that wins has a loss below log 2, and this one stays at about log 2.",
            ),
            Option(
                "D can only guess. They do not say how good the samples are.",
                "All samples of this G lie together, on one bell of two, and they move on before D has learned where they are."
                " With a perfect G the losses would look the same.",
                right=True,
            ),
        ),
        hints=(
            "What does a D lose that says one half to everything?",
            "Can two things differ although this D cannot tell them apart?",
        ),
        solution="d: log 4 and log 2 are the two losses when D can only guess, and that has two possible reasons. The samples are"
        " good, or D is too slow or too small to see that they are not. Here it is the second.",
    ),
    Predict(
        name="05.stronger",
        question="Four changes of the steady toy. With which of them are the fewest seeds of 32 good?",
        options=(
            Option("A D with 2 units a layer.", "G cannot learn what D does not see.", right=True),
            Option(
                "A D that takes ten steps for each of G's.",
                "With the minimax loss that would be a good guess. The non-saturating loss keeps G's slope alive.",
            ),
            Option(
                "A D with four layers.", "A larger D is no more than a stronger D, and a strong D costs little here."
            ),
            Option(
                "A G that takes two steps for each of D's.",
                "Two are few enough for this D, whose rate is ten times G's. Five are too many.",
            ),
        ),
        outcome=lambda good: int(np.argmin([good[name] for name in STRENGTHS])),
        example={"D's width 2": 0, "D's steps 10": 20, "D's layers 4": 20, "G's steps 2": 23},
        hints=(
            "Whom does G learn from?",
            "What is a D with 2 units a layer able to say about a bell?",
        ),
        solution="a: with 2 units a layer no seed of 32 is good; of each of the others 20 or more are.",
    ),
    Measure(
        name="05.steeper",
        low=198.5,
        high=199.5,
        right="So from the same sure D this sample gets a slope that is 199 times as long. The two lengths above have about that ratio.",
        mistakes=(
            Mistake(
                199.5,
                200.5,
                "Nearly: 1 / 0.005 is the derivative of -log D alone, without its sign. Divide it by the other.",
            ),
            Mistake(0.00490, 0.00510, "That is the ratio upside down: how steep the minimax loss is beside the other."),
            Mistake(1050, 1065, "That is the ratio of the two losses. What moves G is their slope."),
            Mistake(-200, -198, "How steep is asked for, which has no sign. (Both losses fall where D rises.)"),
            Mistake(0.99, 1.01, "That is the ratio where D says one half. Here D says 0.005."),
        ),
        too_low="That is too small. Take the derivatives of both losses at D = 0.005, and divide.",
        too_high="That is too large. Take the derivatives of both losses at D = 0.005, and divide.",
        wrong=(200, 0.005025, 1057, -199, 1, 50, 5000),
        hints=(
            "The derivative of -log D is -1 / D. What is the derivative of log(1 - D)?",
            "(1 / D) / (1 / (1 - D)), at D = 0.005",
        ),
        solution="steeper = (1 / 0.005) / (1 / (1 - 0.005))",
    ),
    Repair(
        name="05.sure_d",
        judge=judge_sure_d,
        right="D is as strong as before, and G comes to the data all the same: it has a slope to follow again.",
        hints=(
            "What does D say to generated samples here, and how steep is log(1 - D) there?",
            "`sure.put(loss=...)`: `list(sure.controls['loss'].values)` has the names of all losses.",
        ),
        solution="""sure = gl.recipes.steady.put(loss="log (minimax)", d_steps=5)
rescued = sure.put(loss="log (non-saturating)")
""",
        wrong={
            "rescued = gl.recipes.steady.put(loss='log (minimax)', d_steps=5)": "that fail",
            "rescued = gl.recipes.steady.put(loss='log (minimax)', d_steps=1)": "stays as strong as it is",
            "rescued = replace(gl.recipes.steady.put(loss='log (minimax)', d_steps=5),"
            " data=gl.distributions.Gaussian(0.0, 0.5))": "data are changed",
            "rescued = gl.recipes.steady.put(loss='log (minimax)', d_steps=5, g_lr=0.01)": "More is changed",
            "rescued = replace(gl.recipes.steady.put(loss='log (minimax)', d_steps=5),"
            " instance_noise=gl.trainers.InstanceNoise(0.1))": "too weak",
            "rescued = 'log (non-saturating)'": "A recipe is asked for",
        },
    ),
    Predict(
        name="05.threshold",
        question="At which threshold has 'only the worse learns' most good seeds of 16?",
        options=(
            Option("At 0.5 or 0.6.", "There D learns only while it is losing. Such a D is a weak one."),
            Option(
                "At 0.7 or 0.75.",
                "Some seeds collapse there and the others do not arrive: between the two faults it has both.",
            ),
            Option("At 0.8 or 0.9.", "There D is strong, and G moves in one step of six, or of twenty."),
            Option(
                "At none: the plain game in turn has more.",
                "The rule moves from one fault to the other, and what lies between them is not good, either.",
                right=True,
            ),
        ),
        outcome=lambda good: int(np.argmax([max(good[name] for name in names) for names in THRESHOLDS])),
        example={"in turn": 7} | dict.fromkeys((name for names in THRESHOLDS[:3] for name in names), 0),
        hints=(
            "What kind of D is one that may learn only up to an accuracy of 0.5?",
            "How often does G move if D must be right in nine pairs of ten before?",
        ),
        solution="d: in turn 7 of 16 are good, and with the rule none at any threshold.",
    ),
    Build(
        name="05.who_learns",
        judge=judge_who_learns,
        right="This is the whole rule, and each run decides for itself. `gl.trainers.WorseOnly` does the same on tensors.",
        hints=(
            "`real[:, :, None] - fake[:, None, :]` holds the difference of every pair, (runs, n, n).",
            "`np.sign` makes 1, 0 and -1 of the differences. Their mean over the pairs is 2 · accuracy - 1.",
        ),
        solution="""def who_learns(real, fake, threshold):
    gaps = real[:, :, None] - fake[:, None, :]
    accuracy = (np.sign(gaps).mean((1, 2)) + 1) / 2
    return accuracy <= threshold
""",
        wrong={
            "def who_learns(real, fake, threshold):\n    return ((real > 0).mean(1) + (fake < 0).mean(1)) / 2 <= threshold": (
                "With 10 added"
            ),
            "def who_learns(real, fake, threshold):\n    return (real > fake).mean(1) <= threshold": "All pairs count",
            "def who_learns(real, fake, threshold):\n    gaps = real[:, :, None] - fake[:, None]\n"
            "    return (np.sign(gaps).mean() + 1) / 2 <= threshold": "shape ()",
            "def who_learns(real, fake, threshold):\n    gaps = real[:, :, None] - fake[:, None]\n"
            "    return (np.sign(gaps).mean((1, 2)) + 1) / 2 > threshold": "other way round",
            "def who_learns(real, fake, threshold):\n    gaps = real[:, :, None] - fake[:, None]\n"
            "    return (np.sign(gaps).mean((1, 2)) + 1) / 2 < threshold": "just the threshold",
            "def who_learns(real, fake, threshold):\n    gaps = real[:, :, None] - fake[:, None]\n"
            "    return (gaps > 0).mean((1, 2)) <= threshold": "counts one half",
            "def who_learns(real, fake, threshold):\n    gaps = real[:, :, None] - fake[:, None]\n"
            "    return (np.sign(gaps).mean((1, 2)) + 1) / 2": "True or False",
        },
    ),
    Build(
        name="05.smoothed",
        judge=judge_smoothed,
        right="With a label of 0.9, and where nothing overlaps, the best D says 0.9 to real samples, and not 1. So it cannot become"
        " too sure of them.",
        hints=(
            "-log D is `F.softplus(-logits)`, and -log(1 - D) is `F.softplus(logits)`. Three such parts are needed.",
            "On real samples: label · softplus(-real) + (1 - label) · softplus(real). Then the mean over the batch, `.mean(-1)`.",
        ),
        solution="""def smoothed(real, fake, label):
    on_real = label * F.softplus(-real) + (1 - label) * F.softplus(real)
    return (on_real + F.softplus(fake)).mean(-1)
""",
        wrong={
            "def smoothed(real, fake, label):\n    D, E = real.sigmoid(), fake.sigmoid()\n"
            "    return -(label * D.log() + (1 - label) * (1 - D).log() + (1 - E).log()).mean(-1)": "not finite for logits of 200",
            "def smoothed(real, fake, label):\n    D, E, e = real.sigmoid(), fake.sigmoid(), 1e-12\n"
            "    return -(label * (D + e).log() + (1 - label) * (1 - D + e).log() + (1 - E + e).log()).mean(-1)": "cuts it off",
            "def smoothed(real, fake, label):\n    D, E = real.sigmoid(), fake.sigmoid()\n"
            "    return (label * D.log() + (1 - label) * (1 - D).log() + (1 - E).log()).mean(-1)": "sign is turned",
            "def smoothed(real, fake, label):\n    b = F.binary_cross_entropy_with_logits\n"
            "    return b(real, label + 0 * real, reduction='none').mean(-1)"
            " + b(fake, 1 - label + 0 * fake, reduction='none').mean(-1)": "One-sided",
            "def smoothed(real, fake, label):\n    return (label * F.softplus(-real) + F.softplus(fake)).mean(-1)": (
                "second part is missing"
            ),
            "def smoothed(real, fake, label):\n    return (F.softplus(-real) + F.softplus(fake)).mean(-1)": "no effect",
            "def smoothed(real, fake, label):\n    b = F.binary_cross_entropy_with_logits\n"
            "    return b(real, label + 0 * real) + b(fake, 0 * fake)": "shape ()",
            "def smoothed(real, fake, label):\n    b = F.binary_cross_entropy_with_logits\n"
            "    return b(real.sigmoid(), label + 0 * real, reduction='none').mean(-1)"
            " + b(fake.sigmoid(), 0 * fake, reduction='none').mean(-1)": "sigmoid too many",
            "def smoothed(real, fake, label):\n    on_real = label * F.softplus(-real) + (1 - label) * F.softplus(real)\n"
            "    return (on_real + F.softplus(fake)).mean(-1) / 2": "half of what",
        },
    ),
    Predict(
        name="05.middle",
        question="The ring has a radius of 1, and the mean of its data is the centre. How far from the centre is the middle of a"
        " collapsed run's samples, for most runs?",
        options=(
            Option("At the centre: below 0.25.", "There are no data, so a sample there is the easiest forgery to see."),
            Option(
                "Between 0.25 and 0.75.",
                "That is where the middle is if samples are shared among blobs on one side of the ring. Few runs do that.",
            ),
            Option(
                "About 1, from 0.75 to 1.25.", "So it is a mode, or a few neighbours, and not the mean.", right=True
            ),
            Option("Further out, above 1.25.", "G may come by there on its way. D sees soon that no data are there."),
        ),
        outcome=lambda far: int(np.searchsorted((0.25, 0.75, 1.25), np.median(far))),
        example=np.array([0.6, 0.95, 1.0]),
        hints=("Would D believe a sample at the centre?", "Where does D believe a sample?"),
        solution="c: at the radius of the ring, where data are.",
    ),
    Explain(
        name="05.same_samples",
        question="In the diagnosis, find two faults whose samples look alike. What tells them apart?",
        hints=("Look for samples that all lie in one place.", "Compare what D says to them, and the losses."),
        solution="There are several such pairs. 'Mode collapse' and 'detach is left out': in both the samples are in one place. In the"
        " first D says one half to real and generated ones; in the second it tells them apart. 'D is too strong' and 'the"
        " saturating loss': G has hardly moved. In the first G's loss is far above 1, in the second below 0.",
    ),
)
