"""Notebook 10: the playground."""

import numpy as np

from gan_lessons import distributions, metrics, plots, recipes, shipped
from gan_lessons.exercises.learner import Learner, Wrong
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair
from gan_lessons.labs import controls
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.theory.optimal_d import d_star

SEEDS, STEPS, ENOUGH, LOST = range(300, 332), 1500, 14, 4


@drawn
def playground_best_d(ax):
    x = np.linspace(-4, 8, 300)
    p, q = distributions.Gaussian(3.0, 1.0).pdf(x), distributions.Gaussian(1.0, 1.0).pdf(x)
    ax.fill_between(x, p, color=plots.REAL, alpha=0.3, lw=0, label="real")
    ax.plot(x, q, color=plots.GENERATED, label="generated")
    for letter, place in zip("ABC", (0.0, 2.0, 4.0), strict=True):
        ax.axvline(place, color="grey", lw=0.8)
        ax.text(place + 0.1, 0.45, letter)
    ax.set(xlabel="value x", ylabel="density (per unit of x)", ylim=(0, 0.5))
    ax.legend(frameon=False)
    return (
        "A real hill around 3 and a generated one around 1, equally wide and high. A lies left of both tops, B in the middle "
        "where the two hills cross, C right of both tops."
    )


@drawn
def playground_two_best(ax):
    x = np.linspace(-4, 8, 300)
    p, q = distributions.Gaussian(2.0, 0.6).pdf(x), distributions.Gaussian(2.0, 1.5).pdf(x)
    ax.plot(x, d_star(p, q), color=plots.D_STAR, ls="--")
    ax.set(xlabel="value x", ylabel="D*(x)", ylim=(-0.03, 1.03))
    return "A dashed curve D* over x from -4 to 8. It is near 0 on the left, rises to 0.71 at x = 2, and falls to near 0 again."


@drawn
def playground_slow_d(ax):
    return _ring(
        ax,
        0,
        "Eight real blobs on a ring; the generated points lie in two heaps on opposite sides, with a thin thread between.",
    )


@drawn
def playground_fast_d(ax):
    return _ring(ax, 5, "Eight real blobs on a ring; the generated points lie at all of them, few of them between.")


def _ring(ax, rate: int, words: str) -> str:
    sweep = shipped.sweeps.load("ring_d_rates")
    plots.draw_planes([ax], sweep.samples[rate, -1, :1], sweep.real[rate], sweep.window, [""])
    return words


# -- build


def judge_d_star(answer, learner: Learner) -> None:
    p, q = learner.rng.uniform(0.1, 2.0, (2, 30))
    value, expected = learner.array(learner(answer, p, q), p.shape), d_star(p, q)
    same = lambda other: np.allclose(value, other, atol=1e-6)  # noqa: E731
    if same(1 - expected):
        raise Wrong("That is the probability of *generated*. D says how probable *real* is.")
    if same(p / q):
        raise Wrong(
            "That is how many times as dense the real ones are. A probability is a part of the whole: of p and q together."
        )
    if same(p - q) or same(abs(p - q)):
        raise Wrong(
            "A difference of densities is no probability: it depends on the unit of x. Divide by what there is."
        )
    if same(np.log(p / q)):
        raise Wrong("That is the logit of it, which D has before its sigmoid. The probability is asked for.")
    if same(p > q):
        raise Wrong("That is the verdict of one who must say yes or no. D* says how sure it is, between 0 and 1.")
    if not same(expected):
        raise Wrong(f"For p = {p[0]:.2f} and q = {q[0]:.2f} it returns {value[0]:.3g}, and {expected[0]:.3g} is right.")
    p[::5] = q[::5] = 0
    found = np.asarray(learner(answer, p, q), float)
    if np.isnan(found).any():
        raise Wrong(
            "Where both densities are 0 it gives NaN, for 0 divided by 0. The lab takes ½ there: nothing is to be told."
        )
    if not np.allclose(learner.array(found, p.shape), d_star(p, q), atol=1e-6):
        raise Wrong(f"Where both densities are 0 it returns {found[0]:.3g}, and the lab takes ½ there.")


def judge_gap(answer, learner: Learner) -> None:
    n = int(learner.rng.integers(150, 400))
    points = learner.array(learner(answer, n))
    if points.shape == (2, n):
        raise Wrong(
            f"It returns the shape (2, {n}): a row for x and one for y. A point is a row: `np.column_stack([x, y])`."
        )
    points = learner.array(points, (n, 2))
    radius, angle = np.hypot(*points.T), np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    if radius.max() < 1e-9 or radius.std() / radius.mean() > 0.05:
        raise Wrong("The points do not lie on a ring around (0, 0): their distances from it differ, by more than 5 %.")
    if abs(radius.mean() - 1) > 0.05:
        raise Wrong(f"It is a ring, of radius {radius.mean():.2f}. A radius of 1 is asked for.")
    inside = (abs(angle) < 43).sum()
    if inside:
        turned = [way for way, at in (("top", 90), ("left", 180), ("bottom", -90)) if not (_off(angle, at) < 43).any()]
        where = f"The gap is at the {turned[0]}." if turned else f"{inside} of {n} points lie in the gap."
        raise Wrong(f"{where} It is to be on the right, where the angle is 0, from −45 to 45 degrees.")
    widest = np.diff(np.sort(angle % 360)).max()
    if widest > 30:
        raise Wrong(f"There is more than one gap, or it is too wide: {widest:.0f} degrees of the rest are bare.")
    counts = np.histogram(angle % 360, np.linspace(45, 315, 7))[0]
    if counts.max() > 2 * max(counts.min(), 1):
        raise Wrong(
            f"One part of the ring has {counts.max()} points, another one as long has {counts.min()}. Spread them evenly."
        )


def _off(angle: np.ndarray, at: float) -> np.ndarray:
    return abs((angle - at + 180) % 360 - 180)


# -- repair


def judge_rescue(answer, learner: Learner) -> None:
    sick = recipes.wide_ring.put(g_layers=1, g_width=4, d_lr=1e-4)
    answer = answer if isinstance(answer, Recipe) else getattr(answer, "recipe", answer)
    if not isinstance(answer, Recipe):
        raise Wrong(f"A recipe is asked for, as `sick.put(...)` makes it, and not a {type(answer).__name__}.")
    if answer.data != sick.data:
        raise Wrong("The data are changed. Another task is no rescue: keep the ring.")
    values = {name: one.get(sick) for name, one in controls.everything(sick).items() if name != "start"}
    known = controls.everything(answer)
    changed = [name for name, value in values.items() if name not in known or known[name].get(answer) != value]
    if not changed:
        raise Wrong("These are the settings that fail. Change one of them.")
    if len(changed) > 3:
        raise Wrong(f"{len(changed)} settings are changed: {', '.join(changed)}. Three are enough.")
    trainer = answer.trainer(seeds=SEEDS)
    for done in range(0, STEPS, 50):
        trainer.advance(50)
        learner.report(done + 50, STEPS)
    found = metrics.judge(trainer.snapshot().samples, answer.data)
    collapsed, good = int(found.collapsed.sum()), int(found.good.sum())
    seen = f"Of {len(SEEDS)} seeds {good} are good and {collapsed} collapsed after {STEPS:,} steps."
    if collapsed > LOST and "d_lr" not in changed:
        raise Wrong(f"{seen} Whoever collapses here stays until D objects. How fast is this D?")
    if collapsed > LOST:
        raise Wrong(
            f"{seen} D may be quick enough now. Look at the other network: what can it draw with its few units?"
        )
    if good < ENOUGH:
        raise Wrong(
            f"{seen} The ring is found, and too many samples lie between the blobs. A larger G can bend more sharply."
        )


EXERCISES = (
    Read(
        name="10.linear",
        question="Set the hidden layers of G to 0, and let it play on the two blobs. Which shapes can such a G make of its Gaussian"
        " noise?",
        options=(
            Option(
                "Two separate blobs, if it is trained for long enough.",
                "Time does not help. It can only stretch, turn and shift its noise, and that stays in one piece.",
            ),
            Option(
                "A bent thread through both blobs.",
                "To bend, a network needs a hidden layer: a linear map keeps straight lines straight.",
            ),
            Option(
                "One blob, round or stretched.",
                "It is a stretched, turned and shifted copy of the noise. No seed and no longer training can change that.",
                right=True,
            ),
            Option(
                "None: without hidden layers it has no parameters.",
                "It has a matrix and a shift. These are parameters, and they are trained.",
            ),
        ),
        hints=("Without a hidden layer G is a matrix and a shift.", "What does a matrix make of a round cloud?"),
        solution="c: one blob. Try it: it may lie over both blobs, but its middle is then between them.",
    ),
    Read(
        name="10.back",
        question="G's rate is 0.03. At step 300 you set it to 0.01 and play to step 500. Then you drag look back to 200 and press Go"
        " on from here. What is G's rate now?",
        options=(
            Option(
                "0.01: a setting stays until it is changed.",
                "Restart keeps your settings. Going back takes all to the state of that step.",
            ),
            Option(
                "0.03: it is all as it was at step 200.",
                "Weights, settings and random numbers are those of that step. Undo brings step 500 and 0.01 back.",
                right=True,
            ),
            Option(
                "0.03, but it becomes 0.01 at step 300 again.",
                "What you did after step 200 is taken back, and is not repeated by itself.",
            ),
            Option(
                "It cannot be done: a changed run has no way back.",
                "The lab keeps a list of what was done, so it can go back to any step.",
            ),
        ),
        hints=(
            "Which setting did the training have at step 200?",
            "Look at the slider of G's rate after you have gone back.",
        ),
        solution="b: 0.03. Going back takes settings along, and Undo returns to step 500 with 0.01.",
    ),
    Build(
        name="10.d_star",
        judge=judge_d_star,
        right="It is the green dashed curve of all labs. For p = q it says ½, and also where both are 0.",
        hints=(
            "Of all that lies at a place, which share is real?",
            "`np.divide(a, b, out=np.full(b.shape, 0.5), where=b != 0)` divides where b is not 0, and leaves ½ elsewhere.",
        ),
        solution="""def best_d(p, q):
    total = p + q
    return np.divide(p, total, out=np.full(total.shape, 0.5), where=total != 0)
""",
        wrong={
            "def best_d(p, q):\n    return p / (p + q)": "gives NaN",
            "def best_d(p, q):\n    return q / (p + q)": "probability of *generated*",
            "def best_d(p, q):\n    return p / q": "part of the whole",
            "def best_d(p, q):\n    return p - q": "difference of densities",
            "def best_d(p, q):\n    return np.log(p) - np.log(q)": "the logit",
            "def best_d(p, q):\n    return p / (p + q + 1e-9)": "takes ½ there",
            "def best_d(p, q):\n    return (p > q) * 1.0": "yes or no",
        },
    ),
    Measure(
        name="10.twice",
        low=0.66,
        high=0.67,
        right="Two parts of three are real there. It does not matter how dense both are together.",
        mistakes=(
            Mistake(1.9, 2.1, "That is the ratio p / q. A probability is at most 1."),
            Mistake(0.33, 0.34, "That is the probability of generated."),
            Mistake(0.68, 0.70, "That is log 2, the logit: D's output before the sigmoid."),
            Mistake(0.49, 0.51, "½ is right where both are equally dense. Here the real ones are denser."),
        ),
        too_low="That is too small. With p = 2 and q = 1, what is p / (p + q)?",
        too_high="That is too large. With p = 2 and q = 1, what is p / (p + q)?",
        wrong=(2, 1 / 3, 0.693, 0.5, 0.75),
        hints=("Take any two numbers of which p is twice q.", "p / (p + q) with p = 2 and q = 1."),
        solution="twice = 2 / (2 + 1)",
    ),
    Build(
        name="10.gap",
        judge=judge_gap,
        right="Give it to `own.draw`, and train. Does G leave the gap bare, or does it lay a bridge across?",
        hints=(
            "A point of a circle has x = cos(angle) and y = sin(angle). Which angles remain?",
            "`np.linspace(np.pi / 4, 7 * np.pi / 4, n)` are angles from 45 to 315 degrees; `np.column_stack` puts x and y side by side.",
        ),
        solution="""def ring_with_gap(n):
    angle = np.linspace(np.pi / 4, 7 * np.pi / 4, n)
    return np.column_stack([np.cos(angle), np.sin(angle)])
""",
        wrong={
            "def ring_with_gap(n):\n    a = np.linspace(0, 2 * np.pi, n)\n    return np.column_stack([np.cos(a), np.sin(a)])": "in the gap",
            "def ring_with_gap(n):\n    a = np.linspace(0, 1.5 * np.pi, n)\n    return np.column_stack([np.cos(a), np.sin(a)])": "lie in the gap",
            "def ring_with_gap(n):\n    a = np.linspace(np.pi / 4, 7 * np.pi / 4, n)\n    return np.column_stack([np.sin(a), np.cos(a)])": "at the top",
            "def ring_with_gap(n):\n    a = np.linspace(np.pi / 4, 7 * np.pi / 4, n)\n    return np.stack([np.cos(a), np.sin(a)])": "np.column_stack",
            "def ring_with_gap(n):\n    a = np.linspace(45, 315, n)\n    return np.column_stack([np.cos(a), np.sin(a)]) * 2": "radius of 1",
            "def ring_with_gap(n):\n    a = np.linspace(np.pi / 2, 3 * np.pi / 2, n)\n    a[::2] = np.pi\n"
            "    return np.column_stack([np.cos(a), np.sin(a)])": "evenly",
            "def ring_with_gap(n):\n    return np.random.randn(n, 2)": "do not lie on a ring",
        },
    ),
    Predict(
        name="10.faster",
        question="A ring of eight wide blobs. A has a D as fast as its G, B has a D that is three times as fast. After 700 steps of 16"
        " seeds each, which one has fewer collapsed runs?",
        options=(
            Option(
                "A: equals keep each other in balance.",
                "It sounds fair. But a clump stays where it is until D has learned that it is generated.",
            ),
            Option(
                "B.", "A fast D makes the clump's place unattractive before all of G has gathered there.", right=True
            ),
            Option(
                "Both have about the same number.",
                "One seed can look so: in about a third of the seeds A finds all blobs, too.",
            ),
            Option(
                "None of the 32 runs is collapsed.",
                "In notebook 02 some seeds of A were collapsed even after 3,000 steps.",
            ),
        ),
        outcome=lambda found: (
            3 if not sum(found) else 1 if found[0] - found[1] > 3 else 0 if found[1] - found[0] > 3 else 2
        ),
        example=(11, 0),
        hints=(
            "Whose slowness lets a clump stay where it is?",
            "In notebook 02, what did the slider of D's rate show?",
        ),
        solution="b: B. In four sets of 16 seeds A had 9 to 13 collapsed runs, and B had none.",
    ),
    Read(
        name="10.fault",
        question="This is a run whose D learns at a third of G's rate. What is its fault?",
        picture="playground_slow_d",
        options=(
            Option("It is collapsed.", "G makes one part of what there is. A quicker D helps against it.", right=True),
            Option(
                "It is inaccurate: it knows the ring and misses its blobs.",
                "Then samples would lie all along the ring. Here most of it is bare.",
            ),
            Option(
                "It has diverged.", "Then there would be no points to draw: numbers that are not finite have no place."
            ),
            Option(
                "It is too slow, and will find all blobs if one waits a little.",
                "It has had 3,000 steps. All 16 seeds of this rate are collapsed then.",
            ),
        ),
        hints=(
            "How many of the eight blobs have generated points?",
            "Notebook 02 has a list of failures. Which one leaves blobs bare?",
        ),
        solution="a: collapsed. Most of the eight blobs have no generated points. It visits others in time, but holds few at once.",
    ),
    Repair(
        name="10.rescue",
        judge=judge_rescue,
        seconds=180.0,
        right="There were two faults: a D too slow to move a clump, and a G too small to bend. One of them is enough to spoil a run.",
        hints=(
            "Two things are wrong. Compare D's rate with G's, and count what G can bend with: layers and units.",
            "`sick.put(d_lr=..., g_layers=..., g_width=...)`. The ring of notebook 02 has two layers of 64 units.",
        ),
        solution="""sick = gl.recipes.wide_ring.put(g_layers=1, g_width=4, d_lr=1e-4)
rescued = sick.put(d_lr=3e-3, g_layers=2, g_width=64)
""",
        wrong={
            "rescued = gl.recipes.wide_ring.put(g_layers=1, g_width=4, d_lr=1e-4)": "that fail",
            "rescued = gl.recipes.wide_ring.put(g_layers=1, g_width=4, d_lr=3e-3)": "the other network",
            "rescued = gl.recipes.wide_ring.put(d_lr=1e-4)": "How fast is this D",
            "rescued = gl.recipes.wide_ring.put(g_layers=1, g_width=64, d_lr=3e-3)": "between the blobs",
            "rescued = gl.recipes.wide_ring.put(g_layers=3, d_layers=3, d_lr=2e-3, batch=128, g_lr=2e-3)": "Three are enough",
            "rescued = gl.recipes.ring": "data are changed",
            "rescued = 0.003": "A recipe is asked for",
        },
    ),
    Explain(
        name="10.never_asked",
        question="Far from all points D may say anything. Why is that no harm at first, and when does it become one?",
        hints=(
            "Where are the samples at which D's loss is taken?",
            "What does G need from D when one of its samples gets there?",
        ),
        solution="D's loss is an average over real and generated samples, so where there are none nothing corrects it and nothing is"
        " lost. When G sends samples there, D's slope at that place is what G follows, and it may lead anywhere until D has learned.",
    ),
)
