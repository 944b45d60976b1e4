"""Notebook 06: objectives."""

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import expit

from gan_lessons import losses, plots, recipes, shipped, theory
from gan_lessons.exercises.learner import Learner, Wrong, failure
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair

SEEDS, STEPS, STEEP = range(300, 308), 400, 0.15

# -- pictures


def _path(ax, game: theory.DiracGAN, in_turn: bool = False) -> None:
    points = game.walk((1, 1), 0.2, 400, in_turn)
    ax.plot(*points.T, color=plots.GENERATED, linewidth=0.8)
    ax.plot(*points[0], "o", color="black", label="start")
    ax.plot(0, 0, "+", color="black", label="solution")
    ax.set(xlabel="theta", ylabel="psi", aspect="equal")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))


@drawn
def objectives_path_to_a_ring(ax):
    _path(ax, theory.DiracGAN("non-saturating"))
    return "A path from (1, 1) winds inwards, then runs round and round on one ring about (0, 0), and stays on it."


@drawn
def objectives_path_inwards(ax):
    _path(ax, theory.DiracGAN(penalty="R1", weight=0.3))
    return "A path from (1, 1) winds inwards about (0, 0) in a spiral, which ends in the middle."


@drawn
def objectives_two_curves(ax):
    logits = np.linspace(-8, 8, 200)
    ax.plot(logits, -np.logaddexp(0, logits), "--", color=plots.D, label="A")
    ax.plot(logits, np.logaddexp(0, -logits), color=plots.GENERATED, label="B")
    ax.set(xlabel="D's logit of a generated sample", ylabel="loss of G (nats)")
    ax.legend(frameon=False)
    return (
        "Two falling curves over D's logit. A is level near 0 on the left, and falls on the right. B falls on the left"
        " and is level near 0 on the right."
    )


@drawn
def objectives_equal_time(ax):
    rows = shipped.tables.objectives("ring")
    names = ("non-saturating", "non-saturating, R1", "minimax, consensus")
    places = np.arange(len(names))
    for move, key, color in ((-0.2, "good", plots.GOOD), (0.2, "equal_good", plots.BAD)):
        words = "equal steps" if key == "good" else "equal time"
        ax.bar(places + move, [rows[name][key] for name in names], 0.38, color=color, label=words)
    ax.set(ylabel="good seeds of 32", ylim=(0, 34), xticks=places)
    ax.set_xticklabels([name.replace(", ", ",\n") for name in names])
    ax.legend(frameon=False)
    return (
        "Three pairs of bars, good seeds at equal steps and at equal time. Two of the three have no bar for equal time."
    )


# -- build


def judge_best_d(answer, learner: Learner) -> None:
    log_p, log_q = learner.rng.normal(-2, 1.5, (2, 9))
    found, odds = learner.array(learner(answer, log_p, log_q), (9,)), log_p - log_q
    p, q = np.exp(log_p), np.exp(log_q)
    known = {
        "That is the probability that a sample is generated. D(x) is the probability that it is real.": expit(-odds),
        "These are D's log-odds. The probability is their sigmoid, 1 / (1 + exp(-odds)).": odds,
        "That is p / q, the odds. A probability stays below 1.": p / q,
        "The logarithms are used as if they were densities. The inputs are log p and log q.": log_p / (log_p + log_q),
        "That is p / 2. What D says depends on both densities, place by place.": p / 2,
    }
    for words, wrong in known.items():
        if np.allclose(found, wrong, atol=1e-9):
            raise Wrong(words)
    if not np.allclose(found, expit(odds), atol=1e-9):
        raise Wrong(f"Where p is {p[0]:.3f} and q is {q[0]:.3f}, it returns {found[0]:.4f}.")
    far = np.asarray(learner(answer, np.array([-900.0, -902.0]), np.array([-902.0, -900.0])), float)
    if not np.isfinite(far).all() or not np.allclose(far, expit([2, -2]), atol=1e-9):
        raise Wrong(
            f"At log p = -900 and log q = -902 it returns {far[0]:.3g}: both densities are 0 in the computer's numbers."
            " Take the difference of the logarithms before any exp."
        )


def _compared(value: torch.Tensor, right: torch.Tensor, known: dict[str, torch.Tensor]) -> None:
    """Raises Wrong with the sentence of the wrong value that was given."""
    for words, wrong in known.items():
        if torch.allclose(value, wrong, atol=1e-8):
            raise Wrong(words)
    if not torch.allclose(value, right, atol=1e-8):
        raise Wrong(f"For small numbers it returns {value[0]:.4f}, and it should be {right[0]:.4f}.")


def judge_generator_loss(answer, learner: Learner) -> None:
    fake = 2 * torch.randn(3, 16, generator=learner.generator, dtype=torch.float64)
    right = losses.non_saturating.g_loss(fake)
    value = torch.tensor(learner.array(learner(answer, fake), (3,)))
    known = {
        "That is the minimax loss, log(1 - D). Here -log D is asked for.": -F.softplus(fake).mean(-1),
        "That is -log(1 - D), what D minimises on generated samples. With it G would help D.": F.softplus(fake).mean(
            -1
        ),
        "The sign is turned: with the mean of log D as its loss, G would make D call its samples generated.": -right,
        "That is the sum over the batch. Take the mean.": 16 * right,
        "That is -log of the mean of D. The mean comes last: first the logarithm, sample by sample.": (
            -fake.sigmoid().mean(-1).log()
        ),
        "The logits went through a sigmoid before a function that has its own. That is a sigmoid too many.": (
            F.softplus(-fake.sigmoid()).mean(-1)
        ),
    }
    _compared(value, right, known)
    sure = torch.as_tensor(learner(answer, torch.full((1, 4), -200.0)))
    if not torch.isfinite(sure).all():
        raise Wrong(
            "At a logit of -200 it is not finite: the sigmoid is 0 there, and log 0 is -inf. Work on the logits."
        )
    if abs(float(sure) - 200) > 0.1:
        raise Wrong(
            f"At a logit of -200 it returns {float(sure):.4g}, and it should be 200. Something cuts it off, such as a"
            " small number inside the logarithm, and the loss is flat just where D is sure."
        )
    moving = learner(answer, torch.zeros(2, 4, requires_grad=True))
    if not getattr(moving, "requires_grad", False):
        raise Wrong("The value is right, and no gradient comes back through it. Without one G cannot learn.")


def judge_hinge(answer, learner: Learner) -> None:
    real, fake = 2 * torch.randn(2, 3, 16, generator=learner.generator, dtype=torch.float64)
    real = real + 2  # so that a mean lies beyond its mark
    right = losses.hinge.d_loss(torch.stack([real, fake], -2))
    value = torch.tensor(learner.array(learner(answer, real, fake), (3,)))
    known = {
        "The two signs are exchanged: real samples are to score above 1, and generated ones below -1.": (
            F.relu(1 + real) + F.relu(1 - fake)
        ).mean(-1),
        "The mean comes before the max. Each sample has its own hinge, and the mean is the last step.": (
            F.relu(1 - real.mean(-1)) + F.relu(1 + fake.mean(-1))
        ),
        "That is the Wasserstein loss, plus 2: nothing is cut off. A sample beyond its mark counts 0.": (
            2 - real + fake
        ).mean(-1),
        "There is no margin: a real score of 0.1 counts 0 already. The mark lies at 1.": (
            F.relu(-real) + F.relu(fake)
        ).mean(-1),
        "It is half of what is asked for. Each half of the batch has its own mean, and the two are added.": right / 2,
        "The scores went through a sigmoid. The hinge loss takes D's scores as they are.": (
            F.relu(1 - real.sigmoid()) + F.relu(1 + fake.sigmoid())
        ).mean(-1),
        "The sign is turned: D minimises this, and it is never below 0.": -right,
    }
    _compared(value, right, known)


def judge_step_of_both(answer, learner: Learner) -> None:
    theta, psi, h = learner.rng.uniform(0.5, 1.5, 3) * (1, 1, 0.2)
    found = learner.array(learner(answer, theta, psi, h), (2,))
    s = theta * psi
    right = theory.DiracGAN().walk((theta, psi), h, 1)[1]
    then = theta - h * psi * expit(-s)
    known = {
        "That is in turn: psi has seen where theta went. At once means that both use the old point.": (
            theory.DiracGAN().walk((theta, psi), h, 1, True)[1]
        ),
        "Here psi moved first, and theta has seen its new value. Both use the old point.": (
            theta - h * (psi + h * theta * expit(-s)) * expit(-theta * (psi + h * theta * expit(-s))),
            right[1],
        ),
        "The signs are exchanged: D goes up the slope of V, and G goes down.": (
            theta + h * psi * expit(-s),
            psi - h * theta * expit(-s),
        ),
        "Both go up. V is what D wants large and G wants small.": (theta + h * psi * expit(-s), right[1]),
        "Both go down. V is what D wants large and G wants small.": (then, psi - h * theta * expit(-s)),
        "That is the derivative of log(1 - sigmoid), up to the sign. Of log sigmoid(s) it is sigmoid(-s).": (
            theta - h * psi * expit(s),
            psi + h * theta * expit(s),
        ),
        "Here the loss has no logarithm: that is the Wasserstein game. Of log sigmoid(s) the derivative is sigmoid(-s).": (
            theta - h * psi,
            psi + h * theta,
        ),
        "That is the non-saturating G. In minimax both follow the slope of one V.": (
            theory.DiracGAN("non-saturating").walk((theta, psi), h, 1)[1]
        ),
        "The slope of theta has the factor psi, and the slope of psi has the factor theta. Here it is the other way round.": (
            theta - h * theta * expit(-s),
            psi + h * psi * expit(-s),
        ),
        "These are the two moves. What is asked for is where they lead: add them to theta and psi.": (
            -h * psi * expit(-s),
            h * theta * expit(-s),
        ),
    }
    for words, wrong in known.items():
        if np.allclose(found, wrong, rtol=0, atol=1e-9):
            raise Wrong(words)
    if not np.allclose(found, right, rtol=0, atol=1e-9):
        raise Wrong(
            f"From ({theta:.3f}, {psi:.3f}) a step of {h:.3f} does not lead to ({found[0]:.4f}, {found[1]:.4f})."
        )


def judge_travel(answer, learner: Learner) -> None:
    rng = learner.rng
    real, made = rng.normal(size=40), 0.5 + 3 * rng.normal(size=40)
    apart = np.sort(real) - np.sort(made)
    found, right = learner.number(learner(answer, real, made)), np.abs(apart).mean()
    known = {
        "The samples are paired as they come, which is a longer way than needed. Which point goes where, if none is to pass another?": (
            np.abs(real - made).mean()
        ),
        "That is the distance of the two means. Two clouds with the same mean can lie far apart.": abs(apart.mean()),
        "There is no absolute value: ways to the left and to the right cancel each other.": apart.mean(),
        "Ways in the other direction cancel here, and the sign is turned, too. Take absolute values.": -apart.mean(),
        "That is W2, with squared ways. W1 is the mean of the ways themselves.": np.sqrt((apart**2).mean()),
        "That is the mean of the squared ways. W1 is the mean of the ways themselves.": (apart**2).mean(),
        "That is the sum of all ways. Take the mean: each sample carries 1 / n of the mass.": 40 * right,
        "That is the mean over all pairs, and it is above 0 even for two equal clouds. Each sample has one goal.": (
            np.abs(real[:, None] - made).mean()
        ),
    }
    for words, wrong in known.items():
        if abs(found - wrong) < 1e-9:
            raise Wrong(words)
    if abs(found - right) > 1e-9:
        raise Wrong(f"For two clouds of 40 points it returns {found:.4f}, and the shortest way is {right:.4f}.")


# -- repair


def judge_no_effect(answer, learner: Learner) -> None:
    _price_of_slope(answer, learner)
    trainer = replace(recipes.wide_ring, objective=_priced(answer)).trainer(seeds=SEEDS)
    for done in range(0, STEPS, 20):
        trainer.advance(20)
        learner.report(done + 20, STEPS)
    real = recipes.wide_ring.data.sample((len(SEEDS), 1000), generator=torch.Generator().manual_seed(0)).float()
    slopes = _slopes(lambda x: trainer.D(x)[..., 0], real).square().sum(-1).mean(-1).sqrt()
    steep = int((slopes > STEEP).sum())
    if steep > 1:
        raise Wrong(
            f"The numbers are right. But in {steep} of {len(SEEDS)} seeds D is as steep as without a penalty: its slope at real"
            f" samples is {slopes.median():.2f}, and with R1 it is below {STEEP}. What must come back through the penalty?"
        )


def _price_of_slope(answer, learner: Learner) -> None:
    """Raises Wrong unless the answer is R1's number, for a D whose slopes are known."""
    real, a, b = (torch.randn(3, n, 2, generator=learner.generator, dtype=torch.float64) for n in (16, 1, 1))
    D = lambda x: ((a * x + b).tanh() * (a - b)).sum(-1)  # noqa: E731
    found, slopes = torch.tensor(learner.array(learner(answer, D, real), (3,))), _slopes(D, real)
    right = slopes.square().sum(-1).mean(-1) / 2
    known = {
        "That is twice R1's number: half of the mean squared slope is asked for.": 2 * right,
        "These are squares of what D says. R1 asks how steep D is, and not how high.": D(real).square().mean(-1) / 2,
        "That is half of R1's number: the squared length of a slope is the sum over its two coordinates, and no mean.": right
        / 2,
        "The slopes are added or averaged before they are squared, so that opposite ones cancel.": (
            slopes.mean(-2).square().sum(-1) / 2
        ),
        "Each slope is divided by the number of samples, because D's mean was taken. Take the gradient of the sum.": right
        / real[..., 0].numel() ** 2,
        "The slopes are not squared.": slopes.square().sum(-1).sqrt().mean(-1) / 2,
        "The sign is turned. D minimises its loss, so a penalty is added to it.": -right,
    }
    for words, wrong in known.items():
        if torch.allclose(found, wrong, rtol=1e-6, atol=0):
            raise Wrong(words)
    if not torch.allclose(found, right, rtol=1e-6, atol=0):
        raise Wrong(
            f"It returns {found[0]:.4g}, and R1's number is {right[0]:.4g}. A heavier weight is no help while it has no effect."
        )


def _slopes(D, x: torch.Tensor) -> torch.Tensor:
    x = x.clone().requires_grad_()
    return torch.autograd.grad(D(x).sum(), x)[0]


def _priced(answer) -> losses.Objective:
    """The non-saturating game, with the answer as a further term of D's loss."""

    def of_d(step) -> torch.Tensor:
        try:
            price = answer(lambda x: step.D(x)[..., 0], step.real)
        except Exception as error:
            raise Wrong(failure(error, answer)) from None
        return losses.non_saturating.d_loss(step.logits) + price

    return losses.Objective("own", {"D": of_d, "G": losses.non_saturating.losses["G"]})


FAULTY = """def mended(D, real):
    x = real.clone().requires_grad_()
    (slope,) = torch.autograd.grad(D(x).sum(), x)
    return slope.square().sum(-1).mean(-1) / 2
"""
MENDED = FAULTY.replace("D(x).sum(), x)", "D(x).sum(), x, create_graph=True)")


DISTANCES = ("JSD", "KL", "W1")


def _tells(seen: dict) -> int:
    """seen: the distances of the lines at 1 and at 4, for each measure."""
    told = [name for name in DISTANCES if np.isfinite(seen[name]).all() and seen[name][1] > seen[name][0] + 0.01]
    return 3 if len(told) == 3 else DISTANCES.index(told[0])


EXERCISES = (
    Predict(
        name="06.timid",
        question="Real data are N(0, 1), forgeries have the mean 1.5 and the standard deviation 0.7. One D is half as sure as D* (its"
        " log-odds times 0.5), one is twice as sure (times 2). Which of the two loses more of V?",
        options=(
            Option(
                "The one that is half as sure.",
                "It gains less where it is right. But it pays less where it is wrong, too, and here p and q overlap much.",
            ),
            Option(
                "The one that is twice as sure.",
                "Where p and q overlap it is wrong at times, and a sure wrong answer costs very much.",
                right=True,
            ),
            Option("Both lose the same.", "The hill is not the same on both sides, as the picture shows."),
            Option(
                "Neither loses anything.",
                "D* is the only best answer at each place, so any change of it costs something.",
            ),
        ),
        outcome=lambda cost: (
            3 if min(cost) < 1e-3 else 0 if cost[0] > 1.2 * cost[1] else 1 if cost[1] > 1.2 * cost[0] else 2
        ),
        example=(0.088, 0.158),
        hints=(
            "What does each of the two gain where it is right, and what does it pay where it is wrong?",
            "Twice the log-odds square the odds: 1 to 10 becomes 1 to 100. What do they become with half of the log-odds?",
        ),
        solution="b: the one that is twice as sure. It loses 0.16 nats, and the other one 0.09. Where p and q hardly overlap, it can be"
        " the other way round.",
    ),
    Build(
        name="06.best_d",
        judge=judge_best_d,
        right="The log-odds of the best D are log p - log q. That is why D's last layer needs no sigmoid: the loss has it.",
        hints=(
            "Divide p / (p + q) above and below by p. Which ratio stays?",
            "1 / (1 + exp(log q - log p))",
        ),
        solution="""def best_d(log_p, log_q):
    return 1 / (1 + np.exp(log_q - log_p))
""",
        wrong={
            "def best_d(log_p, log_q):\n    return np.exp(log_p) / (np.exp(log_p) + np.exp(log_q))": "both densities are 0",
            "def best_d(log_p, log_q):\n    return 1 / (1 + np.exp(log_p - log_q))": "that a sample is generated",
            "def best_d(log_p, log_q):\n    return log_p - log_q": "log-odds",
            "def best_d(log_p, log_q):\n    return np.exp(log_p - log_q)": "the odds",
            "def best_d(log_p, log_q):\n    return log_p / (log_p + log_q)": "as if they were densities",
            "def best_d(log_p, log_q):\n    return (log_p > log_q) * 1.0": "it returns",
        },
    ),
    Measure(
        name="06.overlap",
        low=0.345,
        high=0.3505,  # 0.35, to two decimals
        right="Half of log 2, for half of the mass lies where the other has none. So V at the best D is -log 2 here, halfway"
        " from -log 4 to 0.",
        mistakes=(
            Mistake(0.49, 0.51, "That is in bits. The unit here is the nat: take natural logarithms."),
            Mistake(
                0.69,
                0.70,
                "log 2 is for two densities that overlap nowhere. These two overlap on half of their length.",
            ),
            Mistake(-0.70, -0.69, "That is V at the best D, -log 4 + 2 JSD. The JSD itself is asked for."),
            Mistake(
                0.17, 0.18, "That is the part of one of the two divergences: KL(p || m) / 2. The other one counts, too."
            ),
        ),
        too_low="That is too small. Where only p lies, m = p / 2, so p log(p / m) is p log 2.",
        too_high="That is too large. Where both lie, p = q = m, and nothing is added.",
        wrong=(0.5, 0.693, -0.693, 0.1733, 0.0, 1.386),
        hints=(
            "On [0, 0.5] only p lies, on [0.5, 1] both, on [1, 1.5] only q. What is m on each stretch?",
            "KL(p || m) = 0.5 log 2, and KL(q || m) is the same. The JSD is the mean of the two.",
        ),
        solution="overlap = (0.5 * np.log(2) + 0.5 * np.log(2)) / 2",
    ),
    Predict(
        name="06.pull",
        question="Real data are N(0, 1), forgeries N(6, 1), and D is the best one. How much stronger is the non-saturating pull"
        " than the minimax pull?",
        options=(
            Option(
                "It is weaker.",
                "It is the stronger one wherever D is sure of forgeries, and at distance 6 D is very sure.",
            ),
            Option(
                "About twice as strong.",
                "That is about right between the distances 1 and 2, where D is wrong at times. The ratio grows with the distance.",
            ),
            Option(
                "About 30 times.", "That is about right at distance 4. The ratio grows with every further step away."
            ),
            Option(
                "More than 100 times.",
                "D* calls nearly all of them forged, and there minimax is nearly flat.",
                right=True,
            ),
        ),
        outcome=lambda ratio: int(np.searchsorted((1, 10, 100), ratio)),
        example=600.0,
        hints=(
            "What does D* say at x = 6, and how steep is log(1 - D) there?",
            "The ratio of the two slopes at one place is (1 - D) / D.",
        ),
        solution="d: more than 100 times, about 480.",
    ),
    Build(
        name="06.generator_loss",
        judge=judge_generator_loss,
        right="It holds for any logit, and at -200 its slope is still -1: that is what 'non-saturating' means.",
        hints=(
            "-log sigmoid(s) = log(1 + exp(-s)). PyTorch has it as one function that never overflows.",
            "`torch.nn.functional.softplus(-fake)`. Then the mean over the last axis, `.mean(-1)`.",
        ),
        solution="""def generator_loss(fake):
    return torch.nn.functional.softplus(-fake).mean(-1)
""",
        wrong={
            "def generator_loss(fake):\n    return -torch.log(torch.sigmoid(fake)).mean(-1)": "log 0 is -inf",
            "def generator_loss(fake):\n    return -torch.log(torch.sigmoid(fake) + 1e-12).mean(-1)": "Something cuts it off",
            "def generator_loss(fake):\n    return F.logsigmoid(-fake).mean(-1)": "minimax loss",
            "def generator_loss(fake):\n    return F.softplus(fake).mean(-1)": "G would help D",
            "def generator_loss(fake):\n    return F.logsigmoid(fake).mean(-1)": "sign is turned",
            "def generator_loss(fake):\n    return F.softplus(-fake).mean()": "shape ()",
            "def generator_loss(fake):\n    return F.softplus(-fake.sigmoid()).mean(-1)": "sigmoid too many",
            "def generator_loss(fake):\n    return -torch.log(torch.sigmoid(fake).mean(-1))": "The mean comes last",
            "def generator_loss(fake):\n    return F.softplus(-fake.detach()).mean(-1)": "no gradient",
        },
    ),
    Read(
        name="06.path",
        question="A path of the Dirac-GAN, 400 steps of 0.2 from (1, 1). Which rule made it?",
        picture="objectives_path_to_a_ring",
        options=(
            Option("Minimax, both at once.", "That one winds outwards and leaves. This one came nearer first."),
            Option(
                "Non-saturating, both at once.",
                "The pull inwards grows with the distance, and fixed steps push outwards. They meet on a ring.",
                right=True,
            ),
            Option("Minimax with R1 of 0.3, both at once.", "With this penalty the spiral goes on to the solution."),
            Option(
                "Minimax, in turn.",
                "That one goes round on one closed curve through its start. This one leaves its start for good.",
            ),
        ),
        hints=(
            "Does it arrive, leave, or stay at a distance?",
            "Set the lab to each of the four. Which of them comes nearer, and then no nearer?",
        ),
        solution="b: the non-saturating game with both at once. Its ring has a radius of about the root of twice the step.",
    ),
    Build(
        name="06.step_of_both",
        judge=judge_step_of_both,
        right="500 such steps of 0.2 from (1, 1) lead to the first distance in the table below.",
        hints=(
            "With s = theta · psi, the derivative of log sigmoid(s) with respect to s is sigmoid(-s).",
            "The slope of V along theta is psi · sigmoid(-s), and along psi it is theta · sigmoid(-s). Who goes up, and who down?",
        ),
        solution="""def step_of_both(theta, psi, h):
    pull = 1 / (1 + np.exp(theta * psi))
    return theta - h * psi * pull, psi + h * theta * pull
""",
        wrong={
            "def step_of_both(theta, psi, h):\n    theta = theta - h * psi / (1 + np.exp(theta * psi))\n"
            "    return theta, psi + h * theta / (1 + np.exp(theta * psi))": "in turn",
            "def step_of_both(theta, psi, h):\n    pull = 1 / (1 + np.exp(theta * psi))\n"
            "    return theta + h * psi * pull, psi - h * theta * pull": "signs are exchanged",
            "def step_of_both(theta, psi, h):\n    pull = 1 / (1 + np.exp(theta * psi))\n"
            "    return theta + h * psi * pull, psi + h * theta * pull": "Both go up",
            "def step_of_both(theta, psi, h):\n    pull = 1 / (1 + np.exp(-theta * psi))\n"
            "    return theta - h * psi * pull, psi + h * theta * pull": "up to the sign",
            "def step_of_both(theta, psi, h):\n    return theta - h * psi, psi + h * theta": "Wasserstein game",
            "def step_of_both(theta, psi, h):\n    pull = 1 / (1 + np.exp(theta * psi))\n"
            "    return -h * psi * pull, h * theta * pull": "add them",
        },
    ),
    Measure(
        name="06.settles",
        low=1.195,
        high=1.205,
        right="Left of the line is not enough for a loop: its steps must be short enough, too.",
        mistakes=(
            Mistake(0.59, 0.61, "That is half of it. Is the 2 in front of h Re λ there, and is |λ| squared?"),
            Mistake(13.2, 13.5, "There the imaginary part is left out. |λ|² is the sum of both parts' squares."),
            Mistake(2.39, 2.41, "With R1 the real part is minus half of the weight, and here it is the whole weight."),
            Mistake(
                -1.21, -1.19, "The size is right. A step size is above 0: the real part is negative, so -2 Re λ is not."
            ),
        ),
        too_low="With so small a step the loop still settles. Ask `multipliers`: their sizes are below 1.",
        too_high="With so large a step it has left already. Ask `multipliers`: a size is above 1.",
        wrong=(0.6, 13.33, 2.4, -1.2, 0.3, 5),
        hints=(
            "|1 + h λ|² = 1 + 2 h Re λ + h² |λ|². When is it 1 again, for h above 0?",
            "h = -2 Re λ / |λ|², and `gl.theory.DiracGAN(penalty='R1', weight=0.3).eigenvalues()` gives λ.",
        ),
        solution="""eigenvalue = gl.theory.DiracGAN(penalty="R1", weight=0.3).eigenvalues()[0]
settles = -2 * eigenvalue.real / abs(eigenvalue) ** 2
""",
    ),
    Predict(
        name="06.lines",
        question="Forgeries on the line x = t, real data on x = 0. Which of these distances can tell G that t = 1 is better than"
        " t = 4?",
        options=(
            Option(
                "The JSD.",
                "It asks where the two overlap. They overlap nowhere, at 1 as at 4, so it is log 2 for both.",
            ),
            Option(
                "The KL divergence.",
                "It is infinite as soon as a stretch of the real data has no forgeries, near or far.",
            ),
            Option("W1.", "It asks how far mass has to travel, and that is just t.", right=True),
            Option("All three.", "Two of them ask only whether the densities overlap, and these do not."),
        ),
        outcome=_tells,
        example={"JSD": [0.693, 0.693], "KL": [np.inf, np.inf], "W1": [1.0, 4.0]},
        hints=("How much do the two lines overlap at t = 1, and at t = 4?", "Which of them has a unit of length?"),
        solution="c: W1 is 1 and 4. The JSD is log 2 both times, and KL is infinite.",
    ),
    Build(
        name="06.travel",
        judge=judge_travel,
        right="On a line this is exact, and no critic is needed. In the plane there is no order to sort by: one must search for the"
        " best pairs, or train a critic.",
        hints=(
            "On a line the way is shortest if no point passes another: the leftmost goes to the leftmost.",
            "`np.sort` both, and take the mean of the absolute differences.",
        ),
        solution="""def travel(real, made):
    return np.abs(np.sort(real) - np.sort(made)).mean()
""",
        wrong={
            "def travel(real, made):\n    return np.abs(real - made).mean()": "paired as they come",
            "def travel(real, made):\n    return abs(real.mean() - made.mean())": "distance of the two means",
            "def travel(real, made):\n    return np.sqrt(((np.sort(real) - np.sort(made)) ** 2).mean())": "That is W2",
            "def travel(real, made):\n    return np.abs(np.sort(real) - np.sort(made)).sum()": "sum of all ways",
            "def travel(real, made):\n    return np.abs(real[:, None] - made).mean()": "over all pairs",
            "def travel(real, made):\n    real.sort()\n    made.sort()\n    return np.abs(real - made).mean()": "changes its input",
            "def travel(real, made):\n    return np.abs(np.sort(real) - np.sort(made))": "one number is asked for",
        },
    ),
    Repair(
        name="06.no_effect",
        judge=judge_no_effect,
        right="A penalty acts by its gradient, so the slope itself must be followed by autograd. The numbers alone never show it.",
        hints=(
            "The penalty is a term of D's loss. Does its gradient reach D's weights?",
            "`torch.autograd.grad` gives numbers that autograd does not follow, unless it is told to with `create_graph`.",
        ),
        solution=MENDED,
        wrong={
            FAULTY: "as steep as without",
            FAULTY.replace("/ 2", "* 100"): "A heavier weight",
            MENDED.replace(" / 2", ""): "twice R1's number",
            MENDED.replace(".sum(-1).mean(-1)", ".mean((-1, -2))"): "half of R1's number",
            MENDED.replace(
                "slope.square().sum(-1).mean(-1)", "slope.mean(-2).square().sum(-1)"
            ): "opposite ones cancel",
            MENDED.replace("D(x).sum()", "D(x).mean()"): "divided by the number of samples",
            MENDED.replace("return slope", "return -slope"): "The sign is turned",
            MENDED.replace("return slope.square().sum(-1)", "return D(x).square()"): "how steep D is",
            MENDED.replace("real.clone().requires_grad_()", "real.clone()"): "does not require grad",
        },
    ),
    Read(
        name="06.least_squares",
        question="Least squares: D minimises the mean of (D(x) - 1)² over real samples plus that of D(x)² over generated ones. Which"
        " D is best?",
        options=(
            Option("p / q", "At a place where q is nearly 0 this is far above 1, and (D - 1)² would be large there."),
            Option(
                "1 where p is above q, else 0",
                "That is the best of all answers that are 0 or 1. But squares are smallest at a mean, which lies between.",
            ),
            Option(
                "log p - log q",
                "These are the log-odds, which cross-entropy makes of D's logits. Here there is no logarithm.",
            ),
            Option(
                "p / (p + q)",
                "At each place p (y - 1)² + q y² is smallest where p (y - 1) + q y = 0: the same D* as with cross-entropy. Only"
                " what is left to G is another divergence (Mao et al. 2017).",
                right=True,
            ),
        ),
        hints=(
            "As in section 1: at each place D chooses one number y.",
            "Take the derivative of p (y - 1)² + q y² with respect to y.",
        ),
        solution="d: p (y - 1) + q y = 0 gives y = p / (p + q). What is left to G is another divergence: Pearson's χ², for"
        " suitable labels.",
    ),
    Build(
        name="06.hinge",
        judge=judge_hinge,
        right="It is 2 where D says 0 to all. A sample beyond its mark gives D no slope: D learns from the others only.",
        hints=(
            "`torch.relu(s)` is max(0, s). A real sample costs nothing from a score of 1 on.",
            "max(0, 1 - real) + max(0, 1 + fake), and then the mean over the last axis.",
        ),
        solution="""def hinge_of_d(real, fake):
    return (torch.relu(1 - real) + torch.relu(1 + fake)).mean(-1)
""",
        wrong={
            "def hinge_of_d(real, fake):\n    return (F.relu(1 + real) + F.relu(1 - fake)).mean(-1)": "signs are exchanged",
            "def hinge_of_d(real, fake):\n    return F.relu(1 - real.mean(-1)) + F.relu(1 + fake.mean(-1))": "before the max",
            "def hinge_of_d(real, fake):\n    return (1 - real + 1 + fake).mean(-1)": "nothing is cut off",
            "def hinge_of_d(real, fake):\n    return (F.relu(-real) + F.relu(fake)).mean(-1)": "no margin",
            "def hinge_of_d(real, fake):\n    return (F.relu(1 - real) + F.relu(1 + fake)).mean()": "shape ()",
            "def hinge_of_d(real, fake):\n    return torch.cat([F.relu(1 - real), F.relu(1 + fake)], -1).mean(-1)": "half of what",
            "def hinge_of_d(real, fake):\n    return (F.relu(1 - real.sigmoid()) + F.relu(1 + fake.sigmoid())).mean(-1)": (
                "as they are"
            ),
        },
    ),
    Explain(
        name="06.budget",
        question="In the tables of section 5, find an objective that wins at equal steps and loses at equal time. Why?",
        hints=("In each table, look at the row with most good seeds.", "What does one step of it have to compute?"),
        solution="Consensus on the ring: 27 good seeds of 32 at equal steps, none at equal time. Its step costs six times as much"
        " (each update differentiates through both networks' gradients), so it gets 250 of the 1,500 steps. Or R1 on the Gaussian:"
        " 30 and then 17, since its step costs twice as much.",
    ),
)
