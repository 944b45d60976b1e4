"""Notebook 03: minibatch discrimination."""

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from gan_lessons import metrics, models, plots, recipes, shipped
from gan_lessons.exercises.learner import Learner, Wrong
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair
from gan_lessons.models.mlp import mlp
from gan_lessons.recipes import remedies

SEEDS, STEPS = range(300, 308), 2000
TAME = remedies.BY_NAME["spectral"](recipes.wide_ring)


@drawn
def minibatch_table(ax):
    """Four samples of a narrow run that ships, among four real ones."""
    narrow = shipped.sweeps.load("aylien_layers").samples[2, -1, 0, :4, 0]
    real = recipes.aylien_head.data.sample((4,), torch.Generator().manual_seed(3)).squeeze().numpy() + np.arange(4)
    x = np.array([real[0], narrow[0], narrow[1], real[1], narrow[2], real[2], narrow[3], real[3]])
    closeness = np.exp(-4 * np.abs(x[:, None] - x))
    ax.imshow(closeness, cmap="gray_r", vmin=0, vmax=1)
    ax.set(xticks=range(8), yticks=range(8), xlabel="sample", ylabel="sample")
    for i, j in np.ndindex(8, 8):
        shade = "white" if closeness[i, j] > 0.5 else "black"
        ax.text(j, i, f"{closeness[i, j]:.1f}", ha="center", va="center", size=7, color=shade)
    rows = "; ".join(f"sample {i}: " + ", ".join(f"{c:.1f}" for c in row) for i, row in enumerate(closeness))
    return f"A table of closeness, eight samples by eight. {rows}."


@drawn
def minibatch_widths(ax):
    """Two Ds without their names."""
    sweep = shipped.sweeps.load("aylien_layers")
    widths = metrics.sd(sweep.samples)[1:3, -1] / recipes.aylien_head.data.sd
    spots = np.linspace(-0.3, 0.3, widths.shape[1])
    for d, row in enumerate(widths):
        ax.plot(d + spots, np.sort(row), "o", ms=3)
    ax.axhline(1, color="black", lw=1)
    ax.set(xticks=[0, 1], xticklabels=["without the layer", "with the layer"], ylabel="width (real: 1)", yscale="log")
    return (
        "Two clouds of 64 points each, the widths of runs on a logarithmic scale, sorted, with a line at 1. About a quarter of"
        " each lies below one half, on the right some of these below 0.02. The left one has 21 points between 2 and 8; the"
        " right one has five above 2, and two of these are above 100."
    )


@drawn
def minibatch_late(ax):
    sweep = shipped.sweeps.load("remedies")
    run = sweep.samples[sweep.values.index("PacGAN4"), -1, :1]
    plots.draw_planes([ax], run, sweep.real[sweep.values.index("PacGAN4")], sweep.window, [""])
    return "A ring of eight real blobs. The generated points lie around the whole ring, many of them between the blobs."


# -- build


def judge_others(answer, learner: Learner) -> None:
    n, kernels, dim = 5, 4, 3
    layer = models.MinibatchDiscrimination(6, models.Minibatch(kernels, dim, self_term=0.0), runs=1)
    layer.weight.data.normal_(0, 0.3, generator=learner.generator)
    h = torch.randn(n, 6, generator=learner.generator)
    M = (h @ layer.weight[0]).view(n, kernels, dim).detach()
    expected = layer(h[None])[0, :, 6:].detach().numpy()
    value = learner.array(learner(answer, M))
    if value.shape != (n, kernels):
        raise Wrong(_shape_of_others(value.shape, n, kernels, dim))
    table = (M[:, None] - M[None]).abs()
    same = lambda other: np.allclose(value, np.asarray(other), atol=1e-4)  # noqa: E731
    if same(expected + 1):
        raise Wrong("Each sample still counts itself: exp(0) = 1. The others alone are asked for.")
    if same(expected + 1 - np.exp(-1)):
        raise Wrong(
            "exp(−1) is taken away. But a sample's distance to itself is 0, so it adds another number to its own sum."
        )
    if same(expected / n) or same((expected + 1) / n) or same(expected / (n - 1)):
        raise Wrong("That is a mean over the batch. The layer has the sum: how many are close, not what share of them.")
    if same(torch.exp(table.sum(-1)).sum(1) - 1):
        raise Wrong(
            "That grows with the distance: far samples would count most. Closeness must fall with the distance."
        )
    if same(torch.exp(-(table**2).sum(-1)).sum(1) - 1) or same(torch.exp(-table.norm(dim=-1)).sum(1) - 1):
        raise Wrong("That is made of squares. The layer takes the L1 distance: the sum of the absolute differences.")
    if same(table.sum(-1).sum(1)):
        raise Wrong("Those are sums of distances. They are not turned into closeness yet.")
    if same(torch.exp(-table).sum(-1).sum(1) - dim):
        raise Wrong("The sum over `dim` belongs inside of the exponential: first the distance, then the closeness.")
    if not same(expected):
        raise Wrong("The shape is right and the numbers are not. Take the steps of this section one by one.")


def _shape_of_others(shape: tuple[int, ...], n: int, kernels: int, dim: int) -> str:
    given = f"For M of shape {(n, kernels, dim)} it returns {shape}, and {(n, kernels)} is asked for."
    if shape == (n, dim):
        return f"{given} The kernels are added up. A distance is a sum over `dim`, the last axis."
    if shape == (n, n, kernels):
        return f"{given} There is still a number for each pair. Which axis stands for the others of the batch?"
    if shape == (n,):
        return f"{given} The kernels are mixed: each asks a question of its own, and keeps its own number."
    return given


def judge_pack(answer, learner: Learner) -> None:
    n, m, d = 12, 3, 2
    x = torch.randn(n, d, generator=learner.generator)
    value = learner.array(learner(answer, x.clone(), m))
    if value.shape == (n, d):
        raise Wrong("It gives the batch back as it was. Where is one row for each pack?")
    if value.shape == (n // m, d):
        raise Wrong("A pack became one sample, as by a mean. D must see all of them: m · d numbers side by side.")
    if value.shape == (n // m, m, d):
        raise Wrong("The packs are right. D takes one row of m · d numbers for each, so the last two axes become one.")
    if value.shape == (n, m * d):
        raise Wrong("That gives a pack for each sample. Each sample goes into one pack only, so there are n / m packs.")
    if value.shape != (n // m, m * d):
        raise Wrong(f"12 samples of 2 numbers by packs of 3 make the shape (4, 6), and it returns {value.shape}.")
    same = lambda other: np.allclose(value, other.numpy(), atol=1e-6)  # noqa: E731
    if same(x.view(n // m, m, d).transpose(1, 2).reshape(n // m, -1)):
        raise Wrong(
            "The right samples are in each pack, and their numbers are mixed: x, x, x, y, y, y for x, y, x, y, x, y."
        )
    if all(np.allclose(row.reshape(m, d), row[:d], atol=1e-6) for row in value):
        raise Wrong("A pack holds the same sample m times. Then every G looks like one that repeats itself.")
    if same(torch.cat(x.chunk(m), 1)):
        raise Wrong(
            "Those are packs of samples that lie far apart in the batch. The first pack of three is made of rows 0, 1 and 2."
        )
    if not same(x.reshape(n // m, m * d)):
        raise Wrong("The shape is right, and the samples stand in another order: neighbours of the batch make a pack.")
    size = int(learner.rng.choice([2, 4]))
    other = torch.randn(12, 3, generator=learner.generator)
    expected = models.Packed(mlp([3 * size, 4, 1]), size).packed(other).numpy()
    if not _alike(learner.array(learner(answer, other, size)), expected):
        raise Wrong(f"For packs of 3 it is right, and for packs of {size} it is not.")


# -- repair


class LayeredD(nn.Module):
    """A D of one run with the layer: (batch, 2) -> (batch, 1)."""

    def __init__(self, rng: torch.Generator):
        super().__init__()
        self.net = mlp([2, 8, 1], minibatch=models.Minibatch(4, 2))
        for parameter in self.net.parameters():
            parameter.data.normal_(0, 0.7, generator=rng)
            parameter.requires_grad_(False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x[None])[0]


def judge_mixed(answer, learner: Learner) -> None:
    for seed in range(8):
        D = LayeredD(learner.generator)
        real = torch.randn(6, 2, generator=learner.generator)
        fake = 0.5 + 0.3 * torch.randn(6, 2, generator=learner.generator)
        _judge_verdicts(answer, learner, D, real, fake)
        learner.report(seed + 1, 8)


def _judge_verdicts(answer, learner: Learner, D: LayeredD, real: torch.Tensor, fake: torch.Tensor) -> None:
    noise = fake.clone().requires_grad_()
    given = learner(answer, D, real, noise)
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise Wrong("Two tensors are asked for, D's logits of the real samples and those of the generated ones.")
    values = [
        learner.array(one, what=f"For the {who} samples it").ravel()
        for one, who in zip(given, ("real", "generated"), strict=True)
    ]
    with torch.no_grad():
        apart = [D(real).numpy().ravel(), D(fake).numpy().ravel()]
        mixed = D(torch.cat([real, fake])).numpy().ravel()
        alone = [torch.cat([D(x[None]) for x in batch]).numpy().ravel() for batch in (real, fake)]
    same = lambda others: all(map(_alike, values, others))  # noqa: E731
    if same((mixed[:6], mixed[6:])):
        raise Wrong("D still sees one batch of both: each real sample is compared with generated ones, too.")
    if same((apart[1], apart[0])):
        raise Wrong("The two are exchanged: the real samples' logits come first.")
    if same(alone):
        raise Wrong("Each sample is alone now: it has no company at all, so the layer sees nothing.")
    if same((mixed[:6], apart[1])) or same((apart[0], mixed[6:])):
        raise Wrong("One half is right. The other is still judged in mixed company.")
    if same([1 / (1 + np.exp(-one)) for one in apart]):
        raise Wrong("Those are probabilities. The losses of this course take logits, so leave the sigmoid out.")
    if not same(apart):
        raise Wrong("D's verdicts are neither those of two batches nor those of one.")
    slope = isinstance(given[1], torch.Tensor) and given[1].requires_grad
    if not slope:
        raise Wrong(
            "The logits are right, but nothing leads back from them to the generated samples, so G cannot learn."
        )


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, atol=1e-5)


def judge_tame(answer, learner: Learner) -> None:
    if not isinstance(answer, type(TAME)):
        raise Wrong(f"A recipe is asked for, as `replace(tame, ...)` makes it, and not a {type(answer).__name__}.")
    answer = replace(answer, name=TAME.name)
    if answer == TAME:
        raise Wrong("These are the settings that fail. Change a learning rate.")
    if answer.discriminator != TAME.discriminator or answer.objective != TAME.objective:
        raise Wrong("The remedy is gone: without spectral normalisation and hinge it is another GAN. Keep both.")
    rates = {f"{who}_optimizer": getattr(TAME, f"{who}_optimizer") for who in "dg"}
    lr_only = all(replace(getattr(answer, key), lr=old.lr) == old for key, old in rates.items())
    if not lr_only or replace(answer, **rates) != TAME:
        raise Wrong("More than the learning rates is changed, so nobody could say that it was the rates.")
    trainer = answer.trainer(seeds=SEEDS)
    for done in range(0, STEPS, 50):
        trainer.advance(50)
        learner.report(done + 50, STEPS)
    collapsed = metrics.judge(trainer.snapshot().samples, answer.data).collapsed.sum()
    if collapsed > 1:
        raise Wrong(f"{collapsed} of {len(SEEDS)} seeds are collapsed after {STEPS:,} steps. {_why_tame(answer)}")


def _why_tame(answer) -> str:
    d, g = answer.d_optimizer.lr / TAME.d_optimizer.lr, answer.g_optimizer.lr / TAME.g_optimizer.lr
    if d == g:
        return "Both rates are changed alike, so nobody has become faster than the other."
    if g < 0.1:
        return "G hardly moves at this rate: it has not spread over the ring yet."
    if g > 1:
        return "G is faster now. It leaves a place before D knows the next."
    if d < 1 and g == 1:
        return "D is slower now, and this D was slow to learn already."
    if d > 1 and g == 1:
        return "A faster D helps little here: spectral normalisation limits its slope at every rate."
    return "G is still too fast for such a D."


EXERCISES = (
    Read(
        name="03.table",
        question="This is the closeness of eight samples, for one kernel; black is 1. Which samples may be copies of each other?",
        picture="minibatch_table",
        options=(
            Option(
                "All eight: the diagonal is black from end to end.",
                "On the diagonal each sample meets itself. That is 1 for any batch, and says nothing about copies.",
            ),
            Option(
                "None, since the black squares are scattered.",
                "Copies need not stand side by side in a batch. Follow one row: where is it black outside of the diagonal?",
            ),
            Option(
                "Samples 0, 3, 5 and 7.",
                "Outside of the diagonal their rows are nearly white: no other sample is close to them.",
            ),
            Option(
                "Samples 1, 2, 4 and 6.",
                "Each of these rows is black at all four places. The sum of such a row is about 4, that of another row about 1.",
                right=True,
            ),
        ),
        hints=("Leave the diagonal out. Which rows have black squares?", "Row 1 is black at 1, 2, 4 and 6."),
        solution="d: rows 1, 2, 4 and 6 are black at the same four places, so these four samples are close to each other.",
    ),
    Build(
        name="03.others",
        judge=judge_others,
        right="It agrees with the package's layer with `self_term=0`. To D this is the same as the sum with the self-term.",
        hints=(
            "Start from the last two steps of this section. What does a sample add to its own sum?",
            "The distances are `(M[:, None] - M[None, :]).abs().sum(-1)`. Each sum over the batch holds exp(0) = 1 too much.",
        ),
        solution="""def others(M):
    distance = (M[:, None] - M[None, :]).abs().sum(-1)
    return torch.exp(-distance).sum(1) - 1
""",
        wrong={
            "def others(M):\n    return torch.exp(-(M[:, None] - M[None, :]).abs().sum(-1)).sum(1)": "still counts itself",
            "def others(M):\n    d = (M[:, None] - M[None, :]).abs().sum(-1)\n"
            "    return torch.exp(-d).sum(1) - np.exp(-1)": "is taken away",
            "def others(M):\n    return torch.exp(-(M[:, None] - M[None, :]).abs().sum(-1)).mean(1)": "a mean over",
            "def others(M):\n    return torch.exp((M[:, None] - M[None, :]).abs().sum(-1)).sum(1) - 1": "grows with the",
            "def others(M):\n    return torch.exp(-(M[:, None] - M[None, :]).pow(2).sum(-1)).sum(1) - 1": "made of squares",
            "def others(M):\n    return (M[:, None] - M[None, :]).abs().sum(-1).sum(1)": "sums of distances",
            "def others(M):\n    return torch.exp(-(M[:, None] - M[None, :]).abs()).sum(-1).sum(1) - 3": "inside of the",
            "def others(M):\n    return torch.exp(-(M[:, None] - M[None, :]).abs().sum(-2)).sum(1) - 1": "kernels are added up",
            "def others(M):\n    return torch.exp(-(M[:, None] - M[None, :]).abs().sum(-1)) - 1": "a number for each pair",
            "def others(M):\n    return torch.exp(-(M[:, None] - M[None, :]).abs().sum((-1, -2))).sum(1) - 1": "are mixed",
        },
    ),
    Repair(
        name="03.mixed",
        judge=judge_mixed,
        right="Two passes, two batches. The package does the same: its D takes one pass only if it judges each sample alone.",
        hints=(
            "Who is the company of a real sample after `torch.cat`?",
            "Call D twice, once with each batch. Do not detach: G learns through the second one.",
        ),
        solution="""def verdicts_of(D, real, fake):
    return D(real), D(fake)
""",
        wrong={
            "def verdicts_of(D, real, fake):\n    found = D(torch.cat([real, fake]))\n"
            "    return found[:len(real)], found[len(real):]": "one batch of both",
            "def verdicts_of(D, real, fake):\n    return D(fake), D(real)": "exchanged",
            "def verdicts_of(D, real, fake):\n    return D(real), D(fake.detach())": "G cannot learn",
            "def verdicts_of(D, real, fake):\n    one = lambda x: torch.stack([D(y[None])[0] for y in x])\n"
            "    return one(real), one(fake)": "Each sample is alone",
            "def verdicts_of(D, real, fake):\n    return D(real), D(torch.cat([real, fake]))[len(real):]": "in mixed company",
            "def verdicts_of(D, real, fake):\n    return torch.sigmoid(D(real)), torch.sigmoid(D(fake))": "are probabilities",
            "def verdicts_of(D, real, fake):\n    return D(torch.cat([real, fake]))": "Two tensors are asked for",
        },
    ),
    Predict(
        name="03.layers",
        question="With the layer in the place of D's third hidden layer, as in the article, how many of 64 seeds will be good"
        " after 5,000 steps?",
        options=(
            Option("Nearly all: 58 or more.", "The article shows one seed. 64 seeds look different."),
            Option("From 32 to 57.", "Even at its best moment this D has far fewer good runs."),
            Option(
                "From 10 to 31.",
                "So many are good at some time. Most of them do not stay good, and the question is about the end.",
            ),
            Option(
                "Fewer than 10.",
                "It is 5 of 64. Without the layer, the D of the same depth has none, and the deeper one has one.",
                right=True,
            ),
        ),
        outcome=lambda good: int(np.searchsorted([-57, -31, -9], -good, side="right")),
        example=5,
        hints=(
            "The batch has 8 samples, and G must be right in mean and in width at the same moment.",
            "A run that is good at some time need not be good at the end.",
        ),
        solution="d: 5 of 64 are good at the end. At some time 25 were.",
    ),
    Measure(
        name="03.scatter",
        low=5.9,
        high=6.1,
        right="At equal depth with the layer the middle half of the runs scatters a sixth as much. Quartiles say nothing about the"
        " other half: two runs with the layer are more than a hundred times too wide.",
        mistakes=(
            Mistake(2.1, 2.3, "That compares three layers with two and the layer: depth and layer change at once."),
            Mistake(2.0, 2.099, "That is the ratio for three hidden layers. Two of them are asked for."),
            Mistake(
                0.15,
                0.18,
                "That is upside down: divide the distance without the layer by the distance with it.",
            ),
            Mistake(2.3, 2.45, "That is the distance without the layer. Divide it by the distance with the layer."),
            Mistake(
                0.06,
                0.09,
                "That divides standard deviations. The two runs that are very wide decide them alone, so take quartiles.",
            ),
        ),
        too_low="That is too small. Is it the upper quartile minus the lower one, at the last moment, for the second and the third D?",
        too_high="That is too large. Is it the upper quartile minus the lower one, at the last moment, for the second and the third D?",
        wrong=(2.23, 2.026, 0.1664, 2.4, 0.075, 11.0),
        hints=(
            "The second D, '2 layers', and the third, '2 and minibatch', have the same depth.",
            "`low, high = np.quantile(widths[[1, 2], -1], (0.25, 0.75), axis=1)`, and then the two differences.",
        ),
        solution="""layers = gl.shipped.sweeps.load("aylien_layers")
widths = gl.metrics.sd(layers.samples) / gl.recipes.aylien_head.data.sd
low, high = np.quantile(widths[[1, 2], -1], (0.25, 0.75), axis=1)
scatter = (high - low)[0] / (high - low)[1]
""",
    ),
    Predict(
        name="03.batch",
        question="At which batch sizes are more of the 16 seeds good at some time than at the other sizes?",
        options=(
            Option(
                "At 2 and 4: a small batch makes copies stand out.",
                "At 2 each sample has one companion, and the two may be alike by chance.",
            ),
            Option(
                "From 4 to 16, and nearly none above, as the article says.",
                "The article says so about its own training. Here, with Adam, no such limit was found.",
            ),
            Option(
                "From 8 on, without a clear best one.",
                "From 8 to 128 it is 5 to 9 of 16, which 16 seeds cannot tell apart. Below 8 it is 1 and 2.",
                right=True,
            ),
            Option(
                "At 128 alone: more company is always better.",
                "More company helps up to about 8. Sixteen seeds show no gain from there on.",
            ),
        ),
        outcome=lambda good: (
            0
            if max(good[:2]) >= max(good[2:])
            else 1
            if max(good[5:]) < max(good[2:5]) / 2
            else 3
            if good[-1] > 1.5 * max(good[:-1])
            else 2
        ),
        example=(1, 2, 7, 9, 8, 6, 8, 5),
        hints=(
            "How much company does a sample have in a batch of 2?",
            "What does one sample more add in a batch of 64?",
        ),
        solution="c: 1 and 2 of 16 at batches of 2 and 4, and 5 to 9 of 16 from 8 to 128.",
    ),
    Build(
        name="03.pack",
        judge=judge_pack,
        right="One `reshape` is nearly all of PacGAN. D's first layer becomes wider, and nothing else in D changes.",
        hints=(
            "n samples of d numbers are n · d numbers, one after the other. Where does each pack begin?",
            "`reshape(-1, m * d)` takes them in the order in which they stand.",
        ),
        solution="""def packed(x, m):
    return x.reshape(-1, m * x.shape[1])
""",
        wrong={
            "def packed(x, m):\n    return torch.cat(x.chunk(m), 1)": "far apart in the batch",
            "def packed(x, m):\n    return x.view(-1, m, x.shape[1]).mean(1)": "became one sample",
            "def packed(x, m):\n    return x.view(-1, m, x.shape[1])": "the last two axes",
            "def packed(x, m):\n    return x.view(-1, m, x.shape[1]).mT.reshape(-1, m * x.shape[1])": "are mixed",
            "def packed(x, m):\n    return x.repeat(1, m)": "a pack for each sample",
            "def packed(x, m):\n    return x[::m].repeat(1, m)": "the same sample m times",
            "def packed(x, m):\n    return x.reshape(m, -1)": "make the shape (4, 6)",
            "def packed(x, m):\n    return x.reshape(-1, 3 * x.shape[1])": "For packs of 3 it is right",
        },
    ),
    Repair(
        name="03.tame",
        judge=judge_tame,
        seconds=120.0,
        right="The remedy was not at fault, its settings were. At these rates at most one of eight seeds is"
        " collapsed. The runs are far from sharp: a slow G needs more steps.",
        hints=(
            "In the list of section 6, the remedy *two learning rates* has no collapsed run. Which rate does it change?",
            "`g_optimizer=replace(tame.g_optimizer, lr=...)`, three times below D's or lower.",
        ),
        solution="""tame = gl.recipes.remedies.BY_NAME["spectral"](gl.recipes.wide_ring)
tamed = replace(tame, g_optimizer=replace(tame.g_optimizer, lr=3e-4))
""",
        wrong={
            "tamed = gl.recipes.remedies.BY_NAME['spectral'](gl.recipes.wide_ring)": "settings that fail",
            "tamed = replace(gl.recipes.wide_ring, g_optimizer=replace(gl.recipes.wide_ring.g_optimizer, lr=3e-4))": "remedy is gone",
            "tamed = replace(gl.recipes.remedies.BY_NAME['spectral'](gl.recipes.wide_ring), batch=256)": "More than the learning",
            "tamed = gl.recipes.remedies.BY_NAME['spectral'](gl.recipes.wide_ring).put(d_lr=1e-2)": "A faster D helps little",
            "tamed = gl.recipes.remedies.BY_NAME['spectral'](gl.recipes.wide_ring).put(d_lr=3e-3, g_lr=3e-3)": "changed alike",
            "tamed = 3e-4": "A recipe is asked for",
        },
    ),
    Measure(
        name="03.verdicts",
        low=32,
        high=32,
        right="16 verdicts on real packs and 16 on generated ones. Without packs it would be 128, from as many samples.",
        mistakes=(
            Mistake(16, 16, "That is for the real packs alone. D judges as many generated ones."),
            Mistake(48, 48, "16 of these belong to G's turn. D's own turn is asked for."),
            Mistake(128, 128, "That is without packs: one verdict for each sample. Four samples share one here."),
            Mistake(64, 64, "That is half of 128: it would be right for packs of two."),
            Mistake(8, 8, "64 samples are 16 packs of four. Do not divide them twice."),
        ),
        too_low="That is too few. Count the packs of 64 real samples, and then those of 64 generated ones.",
        too_high="That is too many. Count the packs of 64 real samples, and then those of 64 generated ones.",
        wrong=(16, 128, 64, 8, 256, 4),
        hints=(
            "How many packs of four are there in 64 samples?",
            "64 real samples make 64 / 4 packs, and 64 generated ones make as many.",
        ),
        solution="verdicts = 64 // 4 + 64 // 4",
    ),
    Explain(
        name="03.steep",
        question="Set `eye.weight` in section 2 to 0.1 instead of 4. Does a single threshold still tell the batches apart? How easily, and why?",
        hints=("What is exp(−0.1 · distance) for a distance of 0.5?", "And how far apart are forged samples at most?"),
        solution="Yes, but the gap is small: the forged sums are about 7.98, and the largest real one is 7.60. With 4 they were above 7.1"
        " and below 2.7. exp(−0.1 · distance) is near 1 for all pairs in both batches, so all sums are nearly 8, and the next layer"
        " needs large weights to use the small difference. A kernel must be steep enough to see the distances that matter, so T is learned.",
    ),
)
