"""Notebook 00: a forger, a detective, and a hundred runs."""

from dataclasses import replace

import numpy as np
import torch

from gan_lessons import distributions, losses, metrics, plots, recipes, trainers
from gan_lessons.exercises.learner import Learner, Wrong, failure
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair
from gan_lessons.metrics.shares import share_of
from gan_lessons.theory.kernel_density import density

SEEDS, STEPS, ENOUGH = range(300, 316), 1500, 10


@drawn
def start_moment(ax):
    return _moment(ax, recipes.steady, 120)


@drawn
def start_mirrored(ax):
    return _moment(ax, replace(recipes.steady, data=distributions.Gaussian(-4.0, 0.5), window=(-8.0, 2.0)), 120)


@drawn
def start_two_heaps(ax):
    x = np.linspace(0, 8, 300)
    one, two = distributions.Gaussian(4.0, 1.0), distributions.Mixture((3.02, 4.98), (0.2, 0.2))
    ax.fill_between(x, one.pdf(x), color=plots.REAL, alpha=0.3, lw=0, label="real")
    ax.plot(x, two.pdf(x), color=plots.GENERATED, label="generated")
    ax.set(xlabel="value x", ylabel="density (per unit of x)")
    ax.legend(frameon=False)
    return "The real density is one wide hill around 4; the generated one is two narrow peaks, at 3 and at 5."


@drawn
def start_two_shares(ax):
    for place, (good, of) in enumerate(((8, 10), (80, 100))):
        share = share_of(good, of)
        reach = [[share.value - share.low], [share.high - share.value]]
        ax.errorbar([place], [share.value], reach, fmt="o", capsize=6, color=plots.GOOD)
    ax.set(xticks=(0, 1), xticklabels=("A", "B"), xlim=(-0.5, 1.5), ylim=(0, 1), ylabel="share of good runs")
    return "Two dots at the same height, 0.8, with intervals: that of A reaches from 0.49 to 0.94, that of B from 0.71 to 0.87."


def _moment(ax, recipe, steps: int) -> str:
    """The lab's picture after some steps of seed 0."""
    curve = trainers.DiscriminatorCurve(*recipe.window)
    trainer = recipe.trainer(seeds=[0], probes={"D": curve})
    trainer.advance(steps)
    snapshot = trainer.snapshot()
    grid, samples = np.linspace(*recipe.window, snapshot.probes["D"].shape[-1]), snapshot.samples[0, :, 0]
    ax.fill_between(grid, recipe.data.pdf(grid), color=plots.REAL, alpha=0.3, lw=0, label="real")
    ax.plot(grid, density(samples, grid), color=plots.GENERATED, label="generated")
    ax.plot(grid, snapshot.probes["D"][0], color=plots.D, label="D")
    ax.set(xlabel="value x", ylabel="density, and D(x)")
    ax.legend(frameon=False)
    side, where = ("right", "rises to the right") if recipe.data.mean > 0 else ("left", "rises to the left")
    return (
        f"The orange hill of generated values lies around {samples.mean():.1f}, the blue hill of real ones around "
        f"{recipe.data.mean:g}, further {side}. The grey curve D {where}, from near 0 to near 1."
    )


# -- build


def judge_d_loss(answer, learner: Learner) -> None:
    logits = torch.as_tensor(learner.rng.normal(0, 1.5, (2, 40)) + np.array([[0.7], [-0.4]]))
    real, fake = torch.sigmoid(logits).numpy()
    expected = losses.cross_entropy_d(logits).item()
    found = learner.array(learner(answer, real, fake))
    if found.shape == real.shape:
        raise Wrong("It returns a loss for each pair of numbers. The average over the batch is asked for: one number.")
    value = learner.number(found)
    same = lambda other: abs(value - other) < 1e-6  # noqa: E731
    of_real, of_fake = -np.log(real), -np.log(1 - fake)
    if same(-expected):
        raise Wrong(
            "The size is right and the sign is not: a logarithm of a probability is below 0, and a loss is not."
        )
    if same(-np.log(fake).mean()):
        raise Wrong("That is the loss of G: it asks only how real the forgeries look. D's has a part for each kind.")
    if same((of_real - np.log(fake)).mean()):
        raise Wrong(
            "This D would gain by calling forgeries real, too. For a forgery the right verdict is near 0: take 1 − D."
        )
    if same((-np.log(1 - real) - np.log(fake)).mean()):
        raise Wrong(
            "Real and forged are exchanged: this loss is smallest where D calls real things forged and forgeries real."
        )
    if same(of_real.mean()) or same(of_fake.mean()):
        raise Wrong("One half of it is missing: D is judged on real things and on forgeries.")
    if same(expected * len(real)):
        raise Wrong("That is the sum over the batch, which grows with the batch. Take the mean.")
    if same(expected / 2):
        raise Wrong("That is half of it. The two parts are added, each with its own average.")
    if same(expected / np.log(2)) or same(expected / np.log(10)):
        raise Wrong("The logarithm has another base. The course takes the natural logarithm, `np.log`.")
    again = 1 / (1 + np.exp(-np.stack([real, fake])))
    if same(-np.log(again[0]).mean() - np.log(1 - again[1]).mean()):
        raise Wrong("A sigmoid is taken twice: what you get are probabilities already.")
    if same(-np.log(real.mean()) - np.log(1 - fake.mean())):
        raise Wrong(
            "Take the logarithm of each verdict first and the mean afterwards. A mistake that D is sure of must cost much."
        )
    if not same(expected):
        half = learner.number(learner(answer, np.full(4, 0.5), np.full(4, 0.5)))
        raise Wrong(
            f"It returns {value:.3g} where {expected:.3g} is right. For a D that says one half to all it gives {half:.3g}."
        )


# -- repair


def judge_far_away(answer, learner: Learner) -> None:
    real, fake = torch.rand(2, 12, generator=learner.generator, dtype=torch.float64) * 0.8 + 0.1
    of_d, of_g = _both_losses(answer, learner, real, fake)
    trainer = replace(recipes.steady, objective=_objective_of(answer)).trainer(seeds=SEEDS)
    for done in range(0, STEPS, 50):
        try:
            trainer.advance(50)
        except (RuntimeError, ValueError, TypeError) as error:  # such as an `if` that asks for a number
            raise Wrong(failure(error, answer)) from None
        learner.report(done + 50, STEPS)
    samples = trainer.snapshot().samples
    good, middle = int(metrics.judge(samples, recipes.steady.data).good.sum()), np.median(samples.mean((1, 2)))
    if good < ENOUGH:
        seen = f"{good} of {len(SEEDS)} seeds are good, and the middle seed's forgeries lie around {middle:.1f}."
        raise Wrong(f"{seen} {_why_far_away(real, fake, of_d, of_g)}")


def _both_losses(answer, learner: Learner, real: torch.Tensor, fake: torch.Tensor) -> tuple[float, float]:
    """Both losses of one batch. Raises Wrong if they are no two numbers, or if no slope leads from G's loss to fake."""
    found = learner(answer, real, fake.requires_grad_())
    if found is None:
        raise Wrong("It returns nothing (None). Is there a `return` on its last line?")
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Wrong("Two losses are asked for, first that of D and then that of G: `return of_d, of_g`.")
    of_d, of_g = (
        learner.number(one, name) for one, name in zip(found, ("The loss of D", "The loss of G"), strict=True)
    )
    if not getattr(found[1], "requires_grad", False):
        raise Wrong("No slope leads from the loss of G back to `fake`, so G cannot learn. G's loss is about forgeries.")
    return of_d, of_g


def _objective_of(answer) -> losses.Objective:
    """The two losses as the trainer takes them: one number a run, of D's probabilities."""
    each_run = torch.vmap(answer)

    def loss(step, which: int) -> torch.Tensor:
        logits = step.logits.unbind(-2) if which == 0 else (step.real_logits, step.fake_logits)
        real, fake = (
            torch.sigmoid(one.double()).clamp(max=1 - 1e-12) for one in logits
        )  # so that no logarithm is of 0
        return each_run(real, fake)[which].float()

    return losses.Objective("own", {"D": lambda step: loss(step, 0), "G": lambda step: loss(step, 1)}, sees_real=("G",))


def _why_far_away(real: torch.Tensor, fake: torch.Tensor, of_d: float, of_g: float) -> str:
    """What is wrong with two losses that do not train."""
    of = lambda value: value.log().mean().item()  # noqa: E731
    known = {
        -of(1 - fake): "Its loss is small where D says 'forged'. Is that what a forger wants?",
        of(fake): "A logarithm of a probability is below 0. For which D(G(z)) is this loss of G smallest?",
        of(
            1 - fake
        ): "The direction is right: G wants 1 − D(G(z)) small. But this loss is flat where D is sure, as it is"
        " early in a training. Take the one of the formula above.",
    }
    if abs(of_d + of(real) + of(1 - fake)) > 1e-6:
        return "The loss of D was right as it was, and it is changed. Look at the loss of G."
    found = [said for value, said in known.items() if abs(of_g - value) < 1e-6]
    return found[0] if found else "The loss of D is right. Compare the loss of G with the formula above."


FAR_AWAY = """def repaired(real, fake):
    of_d = -torch.log(real).mean() - torch.log(1 - fake).mean()
    of_g = -torch.log(1 - fake).mean()
    return of_d, of_g
"""
NEAR = FAR_AWAY.replace("of_g = -torch.log(1 - fake)", "of_g = -torch.log(fake)")


EXERCISES = (
    Measure(
        name="00.area",
        low=0.499,
        high=0.501,
        right="The height 0.25 times the width 2. From 2 to 6 it gives 1, as the whole area must.",
        mistakes=(
            Mistake(0.249, 0.251, "That is the density, a height. The share is an area: height times width."),
            Mistake(1.99, 2.01, "That is the width of the piece. A share is never above 1: multiply by the height."),
            Mistake(49.9, 50.1, "That is in percent. Give it as a part of 1."),
            Mistake(0.99, 1.01, "That is the area from 2 to 6, which holds all values. From 3 to 5 is a part of it."),
        ),
        too_low="That is too small. The piece is 2 wide and 0.25 high.",
        too_high="That is too large. The piece is 2 wide and 0.25 high.",
        wrong=(0.25, 2, 50, 1, 0.1, 0.75),
        hints=(
            "The share is the area under the density between the two points.",
            "The piece from 3 to 5 is a rectangle. How wide is it, and how high?",
        ),
        solution="between = 0.25 * (5 - 3)",
    ),
    Build(
        name="00.d_loss",
        judge=judge_d_loss,
        right="For a D that says one half to everything it gives log 4 = 1.386. You will see that number again.",
        hints=(
            "`np.log` works on all numbers of an array at once, and `.mean()` gives their average.",
            "The formula above with `real` for D(x) and `fake` for D(G(z)). Mind the minus signs.",
        ),
        solution="""def loss_of_d(real, fake):
    return -np.log(real).mean() - np.log(1 - fake).mean()
""",
        wrong={
            "def loss_of_d(real, fake):\n    return (np.log(real) + np.log(1 - fake)).mean()": "the sign is not",
            "def loss_of_d(real, fake):\n    return -np.log(fake).mean()": "the loss of G",
            "def loss_of_d(real, fake):\n    return -np.log(real).mean() - np.log(fake).mean()": "take 1 − D",
            "def loss_of_d(real, fake):\n    return -np.log(1 - real).mean() - np.log(fake).mean()": "exchanged",
            "def loss_of_d(real, fake):\n    return -np.log(real).mean()": "One half of it is missing",
            "def loss_of_d(real, fake):\n    return -(np.log(real) + np.log(1 - fake)).sum()": "the sum over",
            "def loss_of_d(real, fake):\n    return -np.concatenate([np.log(real), np.log(1 - fake)]).mean()": "half of it",
            "def loss_of_d(real, fake):\n    return -(np.log2(real) + np.log2(1 - fake)).mean()": "another base",
            "def loss_of_d(real, fake):\n    return -np.log(real.mean()) - np.log(1 - fake.mean())": "mean afterwards",
            "def loss_of_d(real, fake):\n    return -(np.log(real) + np.log(1 - fake))": "for each pair",
            "def loss_of_d(real, fake):\n    real, fake = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))\n"
            "    return -np.log(real).mean() - np.log(1 - fake).mean()": "sigmoid is taken twice",
            "def loss_of_d(real, fake):\n    return (1 - real).mean() + fake.mean()": "one half to all",
        },
    ),
    Predict(
        name="00.blind",
        question="Two GANs start from the same seed. In one the real numbers lie around 4, in the other around −3. Before D has"
        " learned anything, each G makes one step. Do the two Gs differ afterwards?",
        options=(
            Option("Yes: each has moved towards its own real numbers.", "No real number goes into G's step."),
            Option(
                "Yes: each has moved, by chance, in a direction of its own.",
                "The seed decides all chance, and it is the same.",
            ),
            Option(
                "No: they have moved, and are exactly the same.",
                "G learns from D alone, and the two Ds are still the same.",
                right=True,
            ),
            Option(
                "No: neither has moved, because D knows nothing yet.",
                "A D that knows nothing has a slope, too. G follows it. It may go to a wrong place, but it moves.",
            ),
        ),
        outcome=lambda found: 3 if not found[1] else 2 if found[0] else 0,
        example=(True, True),
        hints=(
            "Which numbers go into G's step? Look at the loss of G.",
            "The loss of G has D and z in it, and no x. How much do the two Ds differ?",
        ),
        solution="c: exactly the same. What is real reaches G through D alone, and D has not learned yet.",
    ),
    Read(
        name="00.slope",
        question="This is the lab after 120 steps. Only G makes the next steps, and D stands still. Where does orange go?",
        picture="start_moment",
        options=(
            Option("To the left.", "There D is lower: these forgeries would be found out more easily."),
            Option(
                "To the right.",
                "D rises there, and G goes where D says 'real' more often. It does not see the blue hill.",
                right=True,
            ),
            Option(
                "It stays, because D stands still.",
                "A D that stands still has a slope as well, and the slope is what G needs.",
            ),
            Option(
                "It shrinks where it is, and grows at the blue hill.",
                "G's outputs move by small steps. Its forgeries travel and do not jump.",
            ),
        ),
        hints=("G follows the slope of D.", "Where, right or left of orange, does grey say 'real'?"),
        solution="b: to the right, because D rises in that direction.",
    ),
    Predict(
        name="00.half_way",
        question="A hundred runs of this toy, seeds 0 to 99, are trained for 750 steps, half of the usual 1,500. How many are good then?",
        options=(
            Option(
                "Fewer than 20.",
                "For some seeds half of the steps are enough.",
            ),
            Option(
                "20 to 60.",
                "Some seeds are good and some are not, so a single run would show only one of the two.",
                right=True,
            ),
            Option(
                "61 to 90.", "Most runs lie near the real hill by then. But to be good, the shape must fit as well."
            ),
            Option("More than 90.", "One run that looks good is easily taken for all of them."),
        ),
        outcome=lambda good: 0 if good < 20 else 1 if good <= 60 else 2 if good <= 90 else 3,
        example=37,
        hints=(
            "In the lab, when did orange lie on the blue hill, and did it stay there?",
            "Press *New seed* in the lab two or three times, and look at step 750.",
        ),
        solution="b: about 40 of a hundred. In four sets of a hundred seeds we counted 37, 41, 43 and 43.",
    ),
    Predict(
        name="00.longer",
        question="The same hundred runs go on for another 750 steps. What does the share of good runs do?",
        options=(
            Option(
                "It rises.",
                "More training helps this toy. It holds for this toy at this length, and is no law.",
                right=True,
            ),
            Option(
                "It stays the same.",
                "That would be so if runs were good or bad from the start. Most are only late.",
            ),
            Option(
                "It falls.",
                "Training can make a good run bad, and does so in some. Here more runs become good than bad.",
            ),
            Option(
                "It changes, but so little that the two intervals overlap.",
                "With ten runs that would be so. A hundred runs are enough here.",
            ),
        ),
        outcome=lambda found: (
            3
            if found[0].high >= found[1].low and found[1].high >= found[0].low
            else 0
            if found[1].value > found[0].value
            else 2
        ),
        example=(share_of(37, 100), share_of(88, 100)),
        hints=(
            "Why are some runs not good after 750 steps? Are they lost, or only late?",
            "Let the lab play to step 1,500. Was it better at 750, or is it better now?",
        ),
        solution="a: it rises, to about 90 of a hundred, and the two intervals do not overlap.",
    ),
    Read(
        name="00.kinds",
        question="Which of these is a discriminative model?",
        options=(
            Option(
                "A program that continues your sentence.",
                "It makes something new, so it is generative. (Each next word alone is a P(y | x).)",
            ),
            Option("G.", "G makes samples: it is generative."),
            Option(
                "D.",
                "It says how probable 'real' is for a thing that it is given, and makes nothing. A spam filter is of this kind, too.",
                right=True,
            ),
            Option(
                "A weather model that draws a hundred possible tomorrows.",
                "What it draws are samples of tomorrow: it is generative.",
            ),
        ),
        hints=("Which of them makes nothing new?", "Which of them gets a thing, and gives back a probability?"),
        solution="c: D. It learns P(real | x), as a spam filter learns P(spam | words).",
    ),
    Predict(
        name="00.shape",
        question="In the runs that are not good half-way, what is wrong?",
        options=(
            Option(
                "The place. Shifted to the right mean they would be good.",
                "Their means are nearly right: shifting mends few.",
            ),
            Option(
                "The place and the width. Shifted and stretched they would be good.",
                "A heap can have the right mean and the right sd, and be wrong.",
            ),
            Option(
                "The shape. Even with the right mean and sd they would not be good.",
                "Mean and sd are two numbers, and a shape has more.",
                right=True,
            ),
            Option(
                "Nothing: W1 is only too strict.",
                "The rule was fixed before we looked, and the picture shows a tail.",
            ),
        ),
        outcome=lambda found: 0 if found[0] > 0.5 else 1 if found[1] > 0.5 else 2,
        example=(0.05, 0.06),
        hints=(
            "Look at the twelve small pictures. How does each orange line differ from the blue hill?",
            "Many have a tail on one side. Would such a peak be a bell curve after shifting and stretching?",
        ),
        solution="c: the shape. They have a tail on the left, the side from which they came.",
    ),
    Repair(
        name="00.far_away",
        judge=judge_far_away,
        right="G's loss is now small where D takes its forgeries for real. One wrong line in a loss, and no error message told of it.",
        hints=(
            "One of the two losses asks for the wrong thing. For which verdict on its forgeries is each loss smallest?",
            "G wants D(G(z)) to be near 1. `-torch.log(1 - fake)` is smallest where it is near 0.",
        ),
        solution=NEAR,
        wrong={
            FAR_AWAY: "Is that what a forger wants",
            FAR_AWAY.replace("of_g = -torch.log(1 - fake)", "of_g = torch.log(fake)"): "is below 0",
            FAR_AWAY.replace("of_g = -torch.log(1 - fake)", "of_g = torch.log(1 - fake)"): "The direction is right",
            NEAR.replace("- torch.log(1 - fake)", "- torch.log(fake)"): "is changed",
            NEAR.replace("of_g = -torch.log(fake)", "of_g = -torch.log(real)"): "No slope leads",
            NEAR.replace("return of_d, of_g", "return of_d + of_g"): "Two losses are asked for",
            NEAR.replace("torch.log(fake).mean()", "torch.log(fake)"): "one number is asked for",
        },
    ),
    Explain(
        name="00.one_run",
        question="A friend trained a GAN once, it failed, and the friend says that the recipe is bad. What do you answer?",
        hints=("What did a hundred seeds of one recipe do half-way?", "What must the friend say besides 'it failed'?"),
        solution="One run tells how one seed went. Here about 40 of a hundred seeds of one recipe are good half-way, so the other 60"
        " would have made the same friend say the same. Ask what 'good' means, train many seeds, and give the share with its interval.",
    ),
)
