"""Notebook 08: evaluating GANs."""

import numpy as np
import torch

from gan_lessons import metrics, plots
from gan_lessons.exercises.learner import Learner, Wrong
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair
from gan_lessons.shipped import tables

SAME, OTHER = 90, 30  # pairs of sets that a test is tried on: from one distribution, and from two
MEASURES = ("score", "precision", "recall", "density", "coverage")


# -- pictures


@drawn
def evaluating_fault(ax):
    rows = tables.rows("forgeries")
    real, fake = rows["real, 0"], rows["few pictures, 0.4"]
    shares = [fake[one] / real[one] for one in MEASURES]
    ax.bar(MEASURES, shares, color=plots.GENERATED)
    ax.axhline(1, color=plots.REAL, ls="--")
    ax.set(ylabel="real digits = 1", ylim=(0, 1.9), title=f"FID {fake['fid']:.2f} (real digits {real['fid']:.2f})")
    words = ", ".join(f"{name} {share:.2f}" for name, share in zip(MEASURES, shares, strict=True))
    return f"Five bars, each divided by what real digits have: {words}. FID is {fake['fid']:.2f}."


@drawn
def evaluating_clouds(ax):
    rng = np.random.default_rng(0)
    real = rng.normal(size=(2, 120, 2)) * 0.4 + np.array([[[-1.5, 0]], [[1.5, 0]]])
    ax.scatter(*real.reshape(-1, 2).T, s=10, marker="s", color=plots.REAL, label="real")
    ax.scatter(*(rng.normal(size=(200, 2)) * 0.35 + [-1.5, 0]).T, s=10, color=plots.GENERATED, label="generated")
    ax.set(xticks=[], yticks=[], xlim=(-3.2, 3.2), ylim=(-1.6, 1.6))
    ax.legend(frameon=False)
    return "Two clouds of blue real points, left and right, as many in each. All orange generated points lie in the left one."


@drawn
def evaluating_power(ax):
    for test, style in (("nearest neighbour", "o-"), ("MMD", "s--"), ("classifier", "^:")):
        row = tables.rows("power")[f"{test}, mean picture"]
        ax.plot(row["sizes"], np.array(row["found"]) / row["pairs"], style, label=test)
    ax.set(xscale="log", ylim=(-0.05, 1.05), xlabel="samples in each set", ylabel="share of 40 pairs found")
    ax.set_xticks(row["sizes"], row["sizes"])
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize="small")
    return "Share found over 25, 50, 100 and 200 samples. MMD: always all; nearest neighbour and classifier rise from a third."


# -- build


def judge_distance(answer, learner: Learner) -> None:
    one = np.array([0.0]), np.array([[1.0]]), np.array([3.0]), np.array([[4.0]])
    mean_a, mean_b = learner.rng.normal(size=(2, 4))
    roots = learner.rng.normal(size=(2, 4, 4))
    cov_a, cov_b = roots @ roots.transpose(0, 2, 1)
    value, line = (
        evaluating_value(answer, learner, mean_a, cov_a, mean_b, cov_b),
        evaluating_value(answer, learner, *one),
    )
    means, traces = ((mean_a - mean_b) ** 2).sum(), np.trace(cov_a + cov_b)
    cross = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real.clip(0)).sum()
    near = lambda other: abs(value - other) < 1e-3 * max(1, abs(other))  # noqa: E731
    if near(means + traces - cross):
        raise Wrong("The distance of a Gaussian from itself must be 0. How often does the trace of the root count?")
    if near(traces - 2 * cross):
        raise Wrong("Two Gaussians that differ only in their means would get 0. Their distance is missing.")
    if near(means):
        raise Wrong("That is the part of the means alone. Two Gaussians of one mean can still differ in their spread.")
    if near(means**0.5 + traces - 2 * cross):
        raise Wrong("The length between the means is not squared. FID is a squared distance.")
    if near((means + traces - 2 * cross) ** 0.5):
        raise Wrong("That is the root of it. FID is the squared distance.")
    if near(means + ((cov_a - cov_b) ** 2).sum()):
        raise Wrong("The covariances are squares already: the squares of their differences have another unit than FID.")
    if near(means + traces - 2 * np.trace(evaluating_root(cov_a) @ evaluating_root(cov_b))):
        raise Wrong("The roots are taken first and multiplied afterwards. Asked for is the root of the product.")
    if abs(line - 10) > 1e-4:
        raise Wrong(
            f"Of N(0, 1) and N(3, 4) on a line it makes {line:.3g}: work that out with σ = 1 and σ = 2 by hand."
        )
    if not near(means + traces - 2 * cross):
        raise Wrong(
            "On a line it is right, and with four features it is not. The root of a matrix is not that of its entries."
        )


def evaluating_value(answer, learner: Learner, *gaussians) -> float:
    value = learner(answer, *gaussians)
    if isinstance(value, np.ndarray | np.generic | complex) and np.iscomplexobj(value):
        value = np.real(value)  # a root of a matrix may come as complex numbers without an imaginary part
    if isinstance(value, float) and np.isnan(value):
        raise Wrong(
            "It returns NaN: some entries of the product are below 0, and their roots do not exist. Whose roots do?"
        )
    return learner.number(value)


def evaluating_root(matrix: np.ndarray) -> np.ndarray:
    """The root of a symmetric matrix."""
    values, axes = np.linalg.eigh(matrix)
    return axes * np.sqrt(values.clip(0)) @ axes.T


def judge_precision(answer, learner: Learner) -> None:
    sets = [torch.randn(2, 80, 2, generator=learner.generator) * torch.tensor([[[1.0]], [[1.3]]]) for _ in range(5)]
    found = [learner.number(learner(answer, real, fake, 3)) for real, fake in sets]
    near = lambda others: np.allclose(found, others, rtol=0, atol=1e-6)  # noqa: E731
    of = lambda name, k: [getattr(metrics.neighbours(real, fake, k), name) for real, fake in sets]  # noqa: E731
    shares = np.array(of("precision", 3))
    if any(np.allclose(found, times * shares, rtol=0, atol=1e-3) for times in (80, 100)):
        raise Wrong("That is a count or a percentage. Asked for is a share, from 0 to 1.")
    if near(of("precision", 2)):
        raise Wrong("The balls are too small: the nearest of all points is the point itself, and it was counted.")
    if near(of("precision", 4)):
        raise Wrong("The balls are too large: they reach to the neighbour after the k-th.")
    if near(of("recall", 3)):
        raise Wrong("That is recall: the share of real points in balls of the generated ones.")
    if near(of("coverage", 3)):
        raise Wrong(
            "That is coverage: the share of real balls with a generated point in them. Ask for each generated point."
        )
    if near(of("density", 3)) or near([3 * one for one in of("density", 3)]):
        raise Wrong("That counts balls, as density does. For precision it is enough to lie in one of them.")
    if not near(of("precision", 3)):
        if max(found) == 0:
            raise Wrong("It never finds a generated point in a ball. Is it to lie in all balls, or in one?")
        if len(set(found)) == 1:
            raise Wrong(f"It returns {found[0]:.3g} for five different pairs of sets.")
        raise Wrong(
            f"For a pair of hidden sets it returns {found[0]:.3g}. Try a few points that you can draw on paper."
        )


# -- repair


def evaluating_statistic(a, b) -> float:
    """The distance between two sets' means."""
    return float(np.linalg.norm(np.mean(a, 0) - np.mean(b, 0)))


def judge_p_value(answer, learner: Learner) -> None:
    p = []
    for seed in range(SAME + OTHER):
        rng = np.random.default_rng([800, seed])
        a, b = rng.normal(size=(2, 20, 2))
        value = learner(answer, evaluating_statistic, a, b + 1.5 * (seed >= SAME), rng)
        p.append(learner.number(value, "The test"))
        if not 0 <= p[-1] <= 1:
            raise Wrong(f"It returns {p[-1]:.3g}, and a p-value is a share, from 0 to 1.")
        learner.report(seed + 1, SAME + OTHER)
    alarms, found = (np.array(p[:SAME]) < 0.05).sum(), (np.array(p[SAME:]) < 0.05).sum()
    if found < 3 and np.mean(p[SAME:]) > 0.95 and np.mean(p[:SAME]) < 0.8:
        raise Wrong("It is the wrong way round: where the sets differ most, p is largest.")
    if found < 0.9 * OTHER:
        raise Wrong(
            f"It finds {found} of {OTHER} pairs that do differ. What would the statistic be if the names of the two sets"
            " meant nothing?"
        )
    if alarms > 14:
        raise Wrong(
            f"In {alarms} of {SAME} pairs from one distribution it says that they differ. At 5 % about {SAME / 20:.0f} are due."
        )
    if min(p) == 0:
        raise Wrong(
            "It returns a p of 0, which no number of shuffles can show. The found order is one of the possible ones: count it."
        )


FAULTY = """def mended(statistic, a, b, rng):
    found = statistic(a, b)
    shuffled = [statistic(rng.permutation(a), rng.permutation(b)) for _ in range(99)]
    return (1 + np.sum(np.array(shuffled) >= found)) / 100"""
MENDED = """def mended(statistic, a, b, rng):
    found, both = statistic(a, b), np.concatenate([a, b])
    mixed = [rng.permutation(both) for _ in range(99)]
    shuffled = [statistic(one[: len(a)], one[len(a) :]) for one in mixed]
    return (1 + np.sum(np.array(shuffled) >= found)) / 100
"""


def fall_outcome(ratio) -> int:
    return 0 if ratio < 1.5 else 1 if ratio < 5 else 2 if ratio < 20 else 3


def outlier_outcome(found) -> int:
    precision, density, coverage = found
    if precision < 0.5:
        return 0
    return 2 if density > 0.5 and coverage > 0.5 else 1 if density < 0.5 and coverage < 0.5 else 3


def praise_outcome(found) -> int:
    """found: for score, FID and coverage whether it is better than real digits'."""
    score, fid, coverage = found
    return 0 if score and not (fid or coverage) else 1 if fid else 2 if coverage else 3


def modes_outcome(modes) -> int:
    return 0 if modes > 990 else 1 if modes > 750 else 2 if modes > 560 else 3


def precision_source(radius: str, inside: str, result: str = "inside.any(0).float().mean()", of: str = "real") -> str:
    """A learner's `precision`, right or wrong."""
    return (
        "def precision(real, fake, k):\n"
        f"    radii = torch.cdist({of}, {of}).sort(-1).values[:, {radius}]\n"
        f"    inside = {inside}\n"
        f"    return {result}"
    )


WITHIN = "torch.cdist(real, fake) <= radii[:, None]"

EXERCISES = (
    Measure(
        name="08.half_sure",
        low=3.15,
        high=3.175,
        right="The score is a mean of logarithms before it is an exponential, so one half of bad pictures costs more than half.",
        mistakes=(
            Mistake(4.9, 5.1, "That is half of 10. The mean is taken of the divergences, before the exponential."),
            Mistake(
                5.4, 5.6, "That is the mean of the two scores, 10 and 1. The mean is taken before the exponential."
            ),
            Mistake(1.14, 1.16, "That is the mean divergence. The score is the exponential of it."),
            Mistake(9.9, 10.1, "10 is for pictures that are all sure. One half of these says nothing."),
        ),
        too_low="That is too small. What is the divergence of a sure verdict from ten even shares, in nats?",
        too_high="That is too large. What does the half with the even verdict add to the mean?",
        wrong=(5.0, 5.5, 1.151, 10.0, 2.0, 7.0),
        hints=(
            "p(digit) is even. So a sure verdict has a divergence of log 10, and an even verdict one of 0.",
            "The exponential of half of log 10.",
        ),
        solution="half_sure = np.exp(np.log(10) / 2)",
    ),
    Build(
        name="08.distance",
        judge=judge_distance,
        right="It is 0 for equal Gaussians and has the unit of a squared feature.",
        hints=(
            "On a line it is the squared distance of the means plus (σ_a − σ_b)², that is σ_a² + σ_b² − 2 σ_a σ_b.",
            "For matrices the last part is 2 times the trace of the root of cov_a cov_b: the sum of the roots of its eigenvalues.",
        ),
        solution="""def distance(mean_a, cov_a, mean_b, cov_b):
    between = ((mean_a - mean_b) ** 2).sum()
    roots = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real.clip(0))
    return between + np.trace(cov_a) + np.trace(cov_b) - 2 * roots.sum()
""",
        wrong={
            "def distance(mean_a, cov_a, mean_b, cov_b):\n    between = ((mean_a - mean_b) ** 2).sum()\n"
            "    return between + np.trace(cov_a + cov_b - 2 * np.sqrt(np.abs(cov_a @ cov_b)))": "that of its entries",
            "def distance(mean_a, cov_a, mean_b, cov_b):\n    between = ((mean_a - mean_b) ** 2).sum()\n"
            "    return between + (cov_a + cov_b - 2 * np.sqrt(cov_a @ cov_b)).sum()": "It returns NaN",
            "def distance(mean_a, cov_a, mean_b, cov_b):\n    roots = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real)\n"
            "    return ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a + cov_b) - roots.sum()": "How often",
            "def distance(mean_a, cov_a, mean_b, cov_b):\n    roots = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real)\n"
            "    return np.trace(cov_a + cov_b) - 2 * roots.sum()": "only in their means",
            "def distance(mean_a, cov_a, mean_b, cov_b):\n    return ((mean_a - mean_b) ** 2).sum()": "the means alone",
            "def distance(mean_a, cov_a, mean_b, cov_b):\n    roots = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real)\n"
            "    return np.linalg.norm(mean_a - mean_b) + np.trace(cov_a + cov_b) - 2 * roots.sum()": "not squared",
            "def distance(mean_a, cov_a, mean_b, cov_b):\n"
            "    return ((mean_a - mean_b) ** 2).sum() + ((cov_a - cov_b) ** 2).sum()": "another unit",
            "def distance(mean_a, cov_a, mean_b, cov_b):\n    def root(m):\n        w, v = np.linalg.eigh(m)\n"
            "        return v * np.sqrt(w.clip(0)) @ v.T\n    mixed = np.trace(root(cov_a) @ root(cov_b))\n"
            "    return ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a + cov_b) - 2 * mixed": "multiplied afterwards",
            "def distance(mean_a, cov_a, mean_b, cov_b):\n"
            "    return ((mean_a - mean_b) ** 2).mean() + np.trace(cov_a) - np.trace(cov_b)": "by hand",
        },
    ),
    Predict(
        name="08.fall",
        question="Two sets from the same normal, with 16 features. How does their FID change if each has 4,000 samples and not 500?",
        options=(
            Option(
                "It stays.",
                "The distance of the two distributions stays, at 0. But the means and covariances of a sample are off by chance.",
            ),
            Option(
                "It falls to about a third.",
                "The error of a mean falls like that, by one over the root of 8. FID is a squared distance, so its bias falls faster.",
            ),
            Option(
                "It falls to about an eighth.",
                "The bias goes like one over n. Drawn over 1 / n, FID is a line, which meets the true distance where 1 / n is 0.",
                right=True,
            ),
            Option(
                "It falls to about a sixty-fourth.",
                "That would be one over n². Errors fall like one over the root of n, so their squares fall like one over n.",
            ),
        ),
        outcome=fall_outcome,
        example=8.8,
        hints=("Look at the formula above: where does n stand in each of its two parts?", "4,000 is 8 times 500."),
        solution="c: both parts of the formula are something over n, so eight times the samples leave an eighth.",
    ),
    Build(
        name="08.precision",
        judge=judge_precision,
        right="With the two sets exchanged, the same function gives recall.",
        hints=(
            "`torch.cdist(real, real)` has a 0 in each row: each point's distance to itself. Sorted, the k-th neighbour is at place k.",
            "`torch.cdist(real, fake) <= radii[:, None]` says who lies in whose ball. A generated point must lie in any of them.",
        ),
        solution=precision_source("k", WITHIN) + "\n",
        wrong={
            precision_source("k - 1", WITHIN): "too small",
            precision_source("k + 1", WITHIN): "too large",
            precision_source("k", "torch.cdist(fake, real) <= radii[:, None]", of="fake"): "That is recall",
            precision_source("k", WITHIN, "inside.any(1).float().mean()"): "That is coverage",
            precision_source("k", WITHIN, "inside.float().sum(0).mean() / k"): "as density does",
            precision_source("k", WITHIN, "inside.all(0).float().mean()"): "in all balls",
            precision_source("k", WITHIN, "inside.any(0).sum()"): "a count",
            precision_source("k", WITHIN, "inside.any(0)"): "80 numbers",
        },
    ),
    Predict(
        name="08.outlier",
        question="Generated points lie where nothing real is: precision, density and coverage are 0 (k = 5). Now one real point"
        " of a thousand lies, by mistake, far out beyond them. What happens?",
        options=(
            Option(
                "All three stay near 0.",
                "One of a thousand sounds like nothing. But its ball must reach to its fifth neighbour, and that is far away.",
            ),
            Option(
                "Precision leaps to 1, density and coverage stay small.",
                "One ball is enough for precision. Density counts balls, and coverage asks for all real ones.",
                right=True,
            ),
            Option(
                "All three leap to 1.",
                "The huge ball holds all generated points. But it is one ball of a thousand, and two of the measures count balls.",
            ),
            Option(
                "Density leaps to 1, precision and coverage stay small.",
                "Density is in how many balls a point lies, over k = 5. One ball gives 0.2, and for precision one ball is enough.",
            ),
        ),
        outcome=outlier_outcome,
        example=(1.0, 0.2, 0.001),
        hints=("How large is the outlier's ball?", "For which of the three is one ball enough?"),
        solution="b: precision is 1 then, density 0.2 and coverage 0.001.",
    ),
    Predict(
        name="08.praise",
        question="Every digit is replaced by the best one of its class: ten pictures, each again and again. Which metric says"
        " that this is better than real digits?",
        options=(
            Option(
                "The score.",
                "Sure verdicts and ten even kinds are all it asks for. Precision and density praise it as well.",
                right=True,
            ),
            Option(
                "FID.",
                "Ten points have the right mean, nearly. But their covariance lacks all that varies within a class.",
            ),
            Option(
                "Coverage.",
                "It asks for a generated picture in each real ball, and ten pictures lie in few of ten thousand balls.",
            ),
            Option(
                "None of them.", "One of them looks at verdicts alone, and these ten verdicts are the surest there are."
            ),
        ),
        outcome=praise_outcome,
        example=(True, False, False),
        hints=(
            "Take the definitions one by one. Which of them asks whether two pictures of one class differ?",
            "Which of them sees ten probabilities a picture, and nothing else?",
        ),
        solution="a: the score is 9.91, and 9.78 for real digits. FID is 20.6, and coverage is nearly 0.",
    ),
    Read(
        name="08.fault",
        question="These are the measures of a generator, each divided by what real digits have. What is its fault?",
        picture="evaluating_fault",
        options=(
            Option(
                "It leaves one class out.",
                "That costs recall and coverage a little each, and precision nothing. Here recall is gone altogether.",
            ),
            Option(
                "Most of its digits are turned left to right.",
                "Many mirrored digits lie outside of the real balls, so precision would fall. Here it is that of real digits.",
            ),
            Option(
                "It repeats a few hundred good pictures.",
                "Each picture is real, so precision is full; a ball round a repeated picture has no size, so recall is 0.",
                right=True,
            ),
            Option(
                "It makes one picture for each class.",
                "That has no recall, either. But coverage would be almost 0, density far above 1, and FID above 20.",
            ),
        ),
        hints=(
            "Precision says that each picture is fine. So something is wrong with them as a set.",
            "How large is the ball round a picture that comes ten times?",
        ),
        solution="c: it is 'few pictures' at 0.4. FID below 1 and full precision overlook it, recall and coverage do not.",
    ),
    Repair(
        name="08.p_value",
        judge=judge_p_value,
        right="It needs no theory of the statistic: any number that says how much two sets differ can be tested so.",
        hints=(
            "Does the mean of a set change if its points are put into another order?",
            "Put both sets together, shuffle them, and cut them in two again: then the names mean nothing.",
        ),
        solution=MENDED,
        wrong={
            FAULTY: "if the names of the two sets",
            MENDED.replace(">= found", "<= found"): "wrong way round",
            MENDED.replace(
                "(1 + np.sum(np.array(shuffled) >= found)) / 100", "np.mean(np.array(shuffled) >= found)"
            ): "a p of 0",
            MENDED.replace(
                "(1 + np.sum(np.array(shuffled) >= found)) / 100", "np.sum(np.array(shuffled) >= found)"
            ): "a share",
            MENDED.replace("range(99)", "range(4)"): "one distribution",
            MENDED.replace("return ", ""): "returns nothing",
        },
    ),
    Predict(
        name="08.modes",
        question="A perfect generator of stacked digits makes all 1,000 numbers, nearly as often each. How many of them does it"
        " show in 2,000 samples?",
        options=(
            Option(
                "All 1,000.",
                "Two samples a number are the mean. By chance some numbers come five times, and others never.",
            ),
            Option(
                "About 860.",
                "One number is missed by all 2,000 samples with a chance of about e⁻² = 0.135.",
                right=True,
            ),
            Option(
                "About 630.", "That is what 1,000 samples would show: each number is missed with a chance of 1 / e."
            ),
            Option(
                "About 500.",
                "So few would come if each of them came four times. Each comes twice in the mean, and most come at least once.",
            ),
        ),
        outcome=modes_outcome,
        example=864,
        hints=(
            "With what chance does one sample miss one of the numbers?",
            "(1 − 1/1000) to the power of 2,000 is the share that is missed.",
        ),
        solution="b: 864 of the 1,000, for about 13.5 % of the numbers are missed by chance.",
    ),
    Measure(
        name="08.doubled",
        low=3.99,
        high=4.01,
        right="A squared distance takes the square of the factor. Precision stays, for only the order of distances counts there.",
        mistakes=(
            Mistake(1.99, 2.01, "Distances are twice as large. FID is the square of one."),
            Mistake(
                0.99,
                1.01,
                "FID knows no scale of its own: whoever stretches the features stretches it. Precision would stay.",
            ),
            Mistake(
                15.9, 16.1, "Covariances are four times as large, but FID has their first power, not their square."
            ),
        ),
        too_low="That is too small. Put two means a length of 1 apart, double all features, and square the length.",
        too_high="That is too large. By how much do the squared distance of the means and the covariances grow?",
        wrong=(2.0, 1.0, 16.0, 0.5, 8.0),
        hints=(
            "What happens to the distance of the means, and to a variance?",
            "Take `frechet(2 * a, 2 * b) / frechet(a, b)` of any two sets.",
        ),
        solution="times = 2**2",
    ),
    Explain(
        name="08.better",
        question="Ten generators, each of another seed, have a mean FID of 5.0 by 1,000 samples. The best has 4.7. What do you need"
        " to know before you say that it is better?",
        hints=(
            "What would its FID be with 1,000 other samples of its own?",
            "Who is the best of ten equal generators?",
        ),
        solution="How much one generator's FID varies with the samples and with the seed of its training: measure each five times."
        " The best of ten is lucky, so it has to be measured again, with new samples. And one needs the FID of real digits by"
        " 1,000 samples.",
    ),
)
