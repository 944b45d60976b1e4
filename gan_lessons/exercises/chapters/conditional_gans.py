"""Notebook 09: conditional GANs."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from gan_lessons import losses, plots, shipped
from gan_lessons._core.threads import one_thread
from gan_lessons.exercises.learner import Learner, Wrong
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair
from gan_lessons.models.layers import torch_init
from gan_lessons.models.mlp import mlp

FIRST, SEEDS, STEPS, BATCH = 100, 8, 800, 64
CENTRES = torch.tensor([-4.0, 0.0, 4.0])


# -- pictures


def _boxes(ax, boxes: dict[str, tuple[float, float]], arrows: list[tuple[str, str]]) -> None:
    """Boxes with words, from left to right, and arrows between them."""
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": "#666666"}
    found = {words: ax.text(*at, words, ha="center", va="center", fontsize=8, bbox=box) for words, at in boxes.items()}
    for begin, end in arrows:
        look = {"arrowstyle": "->", "color": "#666666", "patchA": found[begin].get_bbox_patch(), "shrinkB": 2}
        look |= {"patchB": found[end].get_bbox_patch(), "shrinkA": 2}
        ax.annotate("", boxes[end], boxes[begin], arrowprops=look)
    ax.set(xlim=(-0.6, 5.0), ylim=(-0.3, 2.3))
    ax.set_axis_off()


@drawn
def conditional_diagram(ax):
    boxes = {
        "noise": (0, 2),
        "label of a\nreal sample": (0, 0.6),
        "G": (1.3, 1.6),
        "sample": (2.3, 1.6),
        "D": (3.2, 1.6),
    }
    boxes |= {"logit": (4.4, 2), "8 scores": (4.4, 1.2), "-log P(label)": (3.2, 0.1)}
    arrows = [("noise", "G"), ("label of a\nreal sample", "G"), ("G", "sample"), ("sample", "D"), ("D", "logit")]
    arrows += [("D", "8 scores"), ("8 scores", "-log P(label)"), ("label of a\nreal sample", "-log P(label)")]
    _boxes(ax, boxes, arrows)
    return (
        "Boxes and arrows: noise and the label of a real sample go to G, G gives a sample to D, D gives a logit and 8"
        " scores. The 8 scores and the label go to -log P(label)."
    )


@drawn
def conditional_d_end(ax):
    boxes = {"sample": (0, 1.6), "hidden layers": (1.2, 1.6), "h": (2.1, 1.6), "last layer": (3.2, 2.1), "+": (4, 1.6)}
    boxes |= {"logit": (4.7, 1.6), "class": (0, 0.2), "a vector": (1.2, 0.2), "inner product": (3.2, 0.6)}
    arrows = [("sample", "hidden layers"), ("hidden layers", "h"), ("h", "last layer"), ("last layer", "+")]
    arrows += [("class", "a vector"), ("a vector", "inner product"), ("h", "inner product"), ("inner product", "+")]
    _boxes(ax, boxes, [*arrows, ("+", "logit")])
    return (
        "Boxes and arrows: a sample goes through hidden layers to h, h goes to the last layer and to an inner product."
        " The class chooses a vector, which goes to the inner product. Both results are added to the logit."
    )


@drawn
def conditional_two_heights(ax):
    accuracies = shipped.tables.rows("conditional")["line, AC-GAN"]["accuracy"]
    ax.plot(range(len(accuracies)), accuracies, "o", markersize=5, color=plots.GENERATED)
    ax.set(xlabel="seed", ylabel="accuracy", ylim=(0, 1.05))
    return "The accuracies of 32 seeds as points, at two heights: at 1, and at about 0.67."


@drawn
def conditional_few_fids(ax):
    rows = [row for row in shipped.tables.rows("augmentation").values() if row["arm"] == "as they are"]
    for row in rows:
        ax.plot(range(250, 2001, 250), row["fids"], color=plots.GENERATED)
    ax.set(xlabel="step", ylabel="FID beside test digits", ylim=(0, None))
    return "Three curves of the FID against the step, from 250 to 2,000: the FID starts between 32 and 41 and ends between 16 and 21, and its lowest point is inside."


# -- build


def judge_told(answer, learner: Learner) -> None:
    x = torch.randn(4, 6, 2, generator=learner.generator)
    same = torch.as_tensor(learner.rng.permutation([0, 1, 2, 3, 1, 0]))  # no sample of the last class, 4
    value = learner(answer, x, same, 5)
    shape = tuple(getattr(value, "shape", ()))
    if shape == (4, 6, 3):
        raise Wrong("The label is one number behind x. As a quantity, class 2 would be twice class 1: make it one-hot.")
    if shape == (4, 6, 6):
        raise Wrong(
            "There is one number too few. No sample here is of the last class, so `one_hot` must be told how many there are."
        )
    if shape == (4, 6, 5):
        raise Wrong("The labels are there, one-hot, but x is not: the network needs both.")
    _same_told(learner.array(value, (4, 6, 7)), x, same.expand(4, 6))
    each = torch.as_tensor(learner.rng.integers(0, 5, (4, 6)))
    try:
        value = learner.array(learner(answer, x, each, 5), (4, 6, 7))
    except Wrong as error:
        raise Wrong(
            f"For one y for all runs it is right. If each run has its own, y of shape (4, 6): {error}"
        ) from None
    _same_told(value, x, each)


def _same_told(value: np.ndarray, x: torch.Tensor, y: torch.Tensor) -> None:
    x, hot = x.double().numpy(), F.one_hot(y, 5).double().numpy()
    if np.allclose(value, np.concatenate([hot, x], -1), atol=1e-6):
        raise Wrong("All numbers are there, but the label stands before x, and it is to stand after it.")
    if not np.allclose(value[..., :2], x, atol=1e-6):
        raise Wrong("The first numbers of a sample are to be those of x, as they are.")
    if not np.allclose(value[..., 2:], hot, atol=1e-6):
        raise Wrong("x is right. The numbers after it are not the sample's own label, one-hot.")


def judge_project(answer, learner: Learner) -> None:
    h, v = torch.randn(7, 5, generator=learner.generator), torch.randn(3, 5, generator=learner.generator)
    verdict, y = torch.randn(7, generator=learner.generator), torch.tensor([2, 0, 1, 1, 0, 2, 2])
    value = learner(answer, h, y, verdict, v)
    if tuple(getattr(value, "shape", ())) == (7, 3):
        raise Wrong(
            "It gives three logits a sample, one for each class. D is told the class: take the vector of that one."
        )
    value, inner = learner.array(value, (7,)), (v[y] * h).sum(-1)
    others = {
        "That is v_y · h alone. It is added to D's verdict without a class.": inner,
        "The products are averaged. An inner product is their sum.": verdict + inner / 5,
        "Each h is compared with the vectors of all samples of the batch. Each sample has its own class only.": verdict
        + (h @ v[y].T).sum(-1),
        "The vector is added, but nothing compares it with h.": verdict + v[y].sum(-1),
        "That is a probability. D gives logits: the losses of this course take the sigmoid themselves.": torch.sigmoid(
            verdict + inner
        ),
        "The verdict is multiplied by the inner product, and the two are to be added.": verdict * inner,
        "The inner product is subtracted. With a plus, what fits its class gets a higher logit.": verdict - inner,
    }
    _compare(value, verdict + inner, others, "It is not verdict + v_y · h for each sample.")


def _compare(value: np.ndarray, expected: torch.Tensor, others: dict[str, torch.Tensor], otherwise: str) -> None:
    if np.allclose(value, expected.numpy(), rtol=1e-4, atol=1e-5):
        return
    for said, other in others.items():
        if np.allclose(value, other.numpy(), rtol=1e-4, atol=1e-5):
            raise Wrong(said)
    raise Wrong(otherwise)


def judge_trap(answer, learner: Learner) -> None:
    rng, centres, sd = learner.rng, np.array([-3.0, 0.0, 3.0]), 0.4
    y = rng.permutation(np.repeat([0, 1, 2], [100, 200, 300]))
    moved, widths = np.array([0.5, -0.6, 0.4]), np.array([0.2, 0.3, 0.5])
    x = centres[y] + moved[y] + widths[y] * rng.normal(size=600)
    lost = rng.random(600) < 0.2
    x[lost] = centres[(y[lost] + 1) % 3]
    accuracy, within = _pair(learner, learner(answer, x, y, centres, sd))
    right = np.abs(x[:, None] - centres).argmin(1) == y
    true = right.mean()
    if abs(accuracy - 100 * true) < 1e-6:
        raise Wrong("The accuracy is in per cent. A share is from 0 to 1.")
    if abs(accuracy - (np.abs(x - centres[y]) < 3 * sd).mean()) < 1e-9 and abs(accuracy - true) > 1e-9:
        raise Wrong(
            "It counts samples near their centre. The accuracy asks which centre is the nearest, however far it is."
        )
    if abs(accuracy - 1 + true) < 1e-9:
        raise Wrong("That is the share of samples that are not of their class.")
    if abs(accuracy - true) > 1e-9:
        raise Wrong(f"The accuracy should be {true:.3f} for samples that are not shown, and it is {accuracy:.3f}.")
    _judge_within(within, x, y, centres, sd)
    points = centres[y] + 0.3
    _, none = _pair(learner, learner(answer, points, y, centres, sd))
    if abs(none) > 1e-9:
        raise Wrong(f"One point a class has no variance, wherever the point is. It returns {none:.3g} for that.")


def _pair(learner: Learner, value: object) -> tuple[float, float]:
    if value is None:
        raise Wrong("It returns nothing (None). Is there a `return` on its last line?")
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Wrong("Two numbers are asked for: `return accuracy, within`.")
    return learner.number(value[0], "The accuracy"), learner.number(value[1], "The variance within")


def _judge_within(within: float, x: np.ndarray, y: np.ndarray, centres: np.ndarray, sd: float) -> None:
    parts = [x[y == k] for k in range(3)]
    for ddof in (0, 1):
        each = np.array([part.var(ddof=ddof) for part in parts])
        if abs(within - each.mean() / sd**2) < 1e-6:
            return
        if abs(within - x.var(ddof=ddof) / sd**2) < 1e-6:
            raise Wrong(
                "That is the variance of all samples, in which the distance of the classes counts. Take each class alone."
            )
        if abs(within - np.sqrt(each).mean() / sd) < 1e-6:
            raise Wrong("That is a ratio of sds. The variance is the square.")
        if abs(within - each.mean()) < 1e-6:
            raise Wrong("It is still to be divided by the real variance, which is sd².")
        if abs(within - each.mean() / sd) < 1e-6:
            raise Wrong("It is divided by the real sd, and not by the real variance.")
    if (
        abs(
            within
            - np.mean([np.square(part - centre).mean() for part, centre in zip(parts, centres, strict=True)]) / sd**2
        )
        < 1e-6
    ):
        raise Wrong(
            "It takes distances from the centre. One point beside the centre would seem to vary: use the class's own mean."
        )
    raise Wrong("The accuracy is right. The second number is not the mean over classes of their variance over sd².")


def judge_code(answer, learner: Learner) -> None:
    scores, means = (2 * torch.randn(9, n, generator=learner.generator) for n in (4, 3))
    code, numbers = torch.tensor([3, 0, 1, 2, 2, 0, 1, 3, 3]), 2 * torch.rand(9, 3, generator=learner.generator) - 1
    value = learner.number(learner(answer, scores, code, means, numbers))
    named, squares = losses.conditional.naming_error(scores, code), (means - numbers).square().sum(-1)
    expected = named + squares.mean() / 2
    others = {
        "The choice is in it, and the numbers are not.": named,
        "The numbers are in it, and the choice is not.": squares.mean() / 2,
        "The squares are averaged over the numbers of the code. They are to be added; only over the batch there is a mean.": named
        + squares.mean() / 6,
        "The squares are to be halved: -log of a normal density of sd 1 is half a square and a constant.": named
        + squares.mean(),
        "It is summed over the batch. The loss is the mean.": expected * 9,
        "The scores are no logarithms of probabilities yet: log_softmax comes first.": squares.mean() / 2
        - scores.gather(-1, code[:, None]).mean(),
        "The softmax is taken twice: cross_entropy takes scores as they are, and has its own.": F.cross_entropy(
            scores.softmax(-1), code
        )
        + squares.mean() / 2,
        "The softmax goes over the batch. It is to go over the choices of each sample.": squares.mean() / 2
        - scores.log_softmax(0).gather(-1, code[:, None]).mean(),
        "The sign of the choice is wrong: a code that is read well must have a small loss.": squares.mean() / 2 - named,
    }
    _compare(
        np.array(value),
        expected,
        others,
        f"It should be {expected:.3f} for inputs that are not shown, and it is {value:.3f}.",
    )


# -- repair


class _Seen(nn.Module):
    """A D that keeps what it is shown."""

    def __init__(self):
        super().__init__()
        self.weight, self.shown = nn.Parameter(torch.ones(1)), []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.shown.append(x.detach())
        return self.weight * x[..., :1]


class _Echo(nn.Module):
    """A G that gives 100 + the class that it was asked for."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weight * (100 + x[..., 1:].argmax(-1, keepdim=True))


def judge_obey(answer, learner: Learner) -> None:
    data = _batch(learner.generator)
    _check_losses(learner(answer, *_networks(), *data))
    _see(answer, data)
    with one_thread():  # networks this small wait longer for a second core than it helps
        accuracy = _train(answer, learner)
    obey = int((accuracy > 0.9).sum())
    if obey < SEEDS - 1:
        raise Wrong(
            f"D and G are told the same class now, but after {STEPS} steps only {obey} of {SEEDS} seeds give what they are asked"
            f" for in more than nine of ten cases. Compare the signs in your losses with those in section 1."
        )


def _check_losses(value: object) -> None:
    if value is None:
        raise Wrong("It returns nothing (None). Is there a `return` on its last line?")
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Wrong("Two losses are asked for: `return d_loss, g_loss`.")
    for name, loss in zip(("d_loss", "g_loss"), value, strict=True):
        if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
            raise Wrong(f"{name} is to be one number, a tensor: the mean over all.")
        if not loss.requires_grad:
            raise Wrong(f"{name} has no gradient. Is there a `detach` where its own network must learn?")


def _see(answer, data) -> None:
    """What D is told of the generated samples, beside what G was asked for."""
    D, G = _Seen(), _Echo()
    _, g_loss = answer(G, D, *data)
    (found,) = torch.autograd.grad(g_loss, [G.weight], allow_unused=True)
    if found is None:
        raise Wrong("No gradient comes from G's loss to G. Only D's loss sees G's samples detached.")
    real, fake = [], []
    for x in D.shown:
        for part in x.split(BATCH, -2):  # real and generated in one call are as good as in two
            (fake if (part[..., 0] > 50).all() else real).append(part)
    if not real or not fake:
        raise Wrong("D is to see the real samples and the generated ones, each with a label.")
    told, asked = [x[..., 1:].argmax(-1) for x in fake], [(x[..., 0] - 100).round().long() for x in fake]
    if any((x[..., 1:].std((0, 1)) == 0).all() for x in (*real, *fake)):
        raise Wrong("D sees the same label with each sample, so it cannot ask whether a sample is of its class.")
    if any((x[..., 1:].argmax(-1) != data[1]).any() for x in real):
        raise Wrong("The real samples come to D with labels that are not theirs, so there is nothing right to learn.")
    obeyed = [bool((one == other).all()) for one, other in zip(told, asked, strict=True)]
    if not any(obeyed):
        raise Wrong("G is asked for one class, and D is told another. G cannot know which one D will be told.")
    if not all(obeyed):
        raise Wrong(
            "In one of the two losses D is told what G was asked for, and in the other it is still told another class."
        )


def _networks() -> tuple[nn.Module, nn.Module]:
    rng, G, D = (
        torch.Generator().manual_seed(FIRST),
        mlp([4, 32, 1], torch.tanh, SEEDS),
        mlp([4, 32, 32, 1], runs=SEEDS),
    )
    for layer in (*G.layers, *D.layers):
        torch_init(layer.weight.data, layer.bias.data, rng)
    return G, D


def _batch(rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    y = torch.randint(3, (SEEDS, BATCH), generator=rng)
    x = CENTRES[y].unsqueeze(-1) + 0.5 * torch.randn(SEEDS, BATCH, 1, generator=rng)
    return x, y, torch.randn(SEEDS, BATCH, 1, generator=rng)


def _train(answer, learner: Learner) -> torch.Tensor:
    """The accuracy of each seed after training, (seeds,)."""
    (G, D), rng = _networks(), torch.Generator().manual_seed(FIRST)
    pairs = [
        (torch.optim.Adam(network.parameters(), lr=lr, betas=(0.5, 0.99)), list(network.parameters()))
        for network, lr in ((D, 5e-3), (G, 2e-3))
    ]
    for step in range(STEPS):
        found = answer(G, D, *_batch(rng))
        grads = [torch.autograd.grad(loss, own, retain_graph=True) for loss, (_, own) in zip(found, pairs, strict=True)]
        for (optimizer, own), grad in zip(pairs, grads, strict=True):
            for parameter, slope in zip(own, grad, strict=True):
                parameter.grad = slope
            optimizer.step()
        if step % 50 == 49:
            learner.report(step + 1, STEPS)
    y = torch.arange(300).expand(SEEDS, -1) % 3
    with torch.no_grad():
        samples = G(torch.cat([torch.randn(SEEDS, 300, 1, generator=rng), F.one_hot(y, 3).float()], -1))
    return ((samples - CENTRES).abs().argmin(-1) == y).double().mean(1)


TOLD = """def told(x, y):
    return torch.cat([x, F.one_hot(y, 3).float()], -1)


"""
OBEY = (
    TOLD
    + """def mended(G, D, x, y, noise):
    fake = G(told(noise, y))
    d_loss = F.softplus(-D(told(x, y))) + F.softplus(D(told(fake.detach(), y)))
    g_loss = F.softplus(-D(told(fake, y)))
    return d_loss.mean(), g_loss.mean()
"""
)
MIXED = "    asked = torch.randint(3, y.shape)\n    fake = G(told(noise, asked))"
ASKED = "    fake = G(told(noise, y))"

WIDTH = """G, _ = gl.shipped.networks.shipped("conditional_dcgan")
noise = torch.randn(200, 64, generator=torch.Generator().manual_seed(2))
images = gl.models.generate(G, noise.repeat_interleave(10, 0)[None], torch.arange(10).repeat(200)[None])
widths = gl.metrics.width(images).view(200, 10).numpy()
shared_width = np.corrcoef(widths.T)[~np.eye(10, dtype=bool)].mean()
"""


def _permuted(found) -> int:
    accuracy, variance = found  # with labels permuted; the variance as a multiple of the one as ordered
    return (2 if variance > 1.05 else 0 if variance < 0.95 else 1) if accuracy < 0.2 else 3


EXERCISES = (
    Build(
        name="09.told",
        judge=judge_told,
        right="So all runs are told their labels in one call. `gl.models.Conditional` does the same.",
        hints=(
            "`torch.cat` needs equal shapes but for the last axis. Which shape has x, and which has the one-hot label?",
            "`y.expand(x.shape[:-1])` gives each run the same labels; and `one_hot` takes the number of classes.",
        ),
        solution="""def told_runs(x, y, classes):
    hot = F.one_hot(y.expand(x.shape[:-1]), classes)
    return torch.cat([x, hot.float()], -1)
""",
        wrong={
            "def told_runs(x, y, classes):\n"
            "    return torch.cat([x, y.expand(x.shape[:-1]).unsqueeze(-1).float()], -1)": "make it one-hot",
            "def told_runs(x, y, classes):\n"
            "    return torch.cat([x, F.one_hot(y.expand(x.shape[:-1])).float()], -1)": "one number too few",
            "def told_runs(x, y, classes):\n"
            "    return torch.cat([F.one_hot(y.expand(x.shape[:-1]), classes).float(), x], -1)": "before x",
            "def told_runs(x, y, classes):\n    return torch.cat([x, F.one_hot(y, classes).float()], -1)": "It stops in line 2",
            "def told_runs(x, y, classes):\n"
            "    return torch.cat([x, F.one_hot(y, classes).float().repeat(len(x), 1, 1)], -1)": "each run has its own",
            "def told_runs(x, y, classes):\n    return F.one_hot(y.expand(x.shape[:-1]), classes).float()": "but x is not",
        },
    ),
    Read(
        name="09.diagram",
        question="Which of the four kinds is this? The data are the ring of eight blobs.",
        picture="conditional_diagram",
        options=(
            Option("A cGAN", "There D would be told the label beside the sample. Here only the sample goes to D."),
            Option(
                "An AC-GAN",
                "D is told no label, and names it by 8 scores. The loss compares them with the label that G was asked for.",
                right=True,
            ),
            Option(
                "An InfoGAN",
                "It looks almost the same. But its code is drawn at random, and here a label of the data is needed.",
            ),
            Option(
                "One with a projection D",
                "There the label goes to D, where it chooses the vector. Here no arrow leads from the label to D.",
            ),
        ),
        hints=("Follow the arrows that end at D. Is D told a label?", "Where does what G is asked for come from?"),
        solution="b: D is told no label and names it, so it is an AC-GAN or an InfoGAN. What G gets is a label of the data.",
    ),
    Build(
        name="09.project",
        judge=judge_project,
        right="D holds one direction of h for each class. `gl.models.Projection` is this with learned vectors.",
        hints=(
            "`v[y]` has one vector for each sample, as h has.",
            "Multiply number by number, and add along the last axis.",
        ),
        solution="def project(h, y, verdict, v):\n    return verdict + (v[y] * h).sum(-1)\n",
        wrong={
            "def project(h, y, verdict, v):\n    return verdict[:, None] + h @ v.T": "one for each class",
            "def project(h, y, verdict, v):\n    return verdict + (h @ v[y].T).sum(-1)": "all samples of the batch",
            "def project(h, y, verdict, v):\n    return (v[y] * h).sum(-1)": "alone",
            "def project(h, y, verdict, v):\n    return verdict + (v[y] * h).mean(-1)": "averaged",
            "def project(h, y, verdict, v):\n    return verdict + v[y].sum(-1)": "nothing compares",
            "def project(h, y, verdict, v):\n    return torch.sigmoid(verdict + (v[y] * h).sum(-1))": "is a probability",
            "def project(h, y, verdict, v):\n    return verdict + (v[y] * h).sum(0)": "It stops in line 2",
        },
    ),
    Repair(
        name="09.obey",
        judge=judge_obey,
        right="D can now ask whether a sample is of the class that it is told, and G knows which class that is.",
        hints=(
            "Write down for one sample what G is asked for, and what D is told about the same sample.",
            "One y serves for all: the real samples, what G is asked for, and what D is told.",
        ),
        solution=OBEY,
        wrong={
            OBEY.replace(ASKED, MIXED): "G cannot know",
            OBEY.replace(ASKED, MIXED).replace(
                "told(fake.detach(), y)", "told(fake.detach(), asked)"
            ): "In one of the two losses",
            OBEY.replace("told(x, y)", "told(x, 0 * y)")
            .replace("told(fake.detach(), y)", "told(fake.detach(), 0 * y)")
            .replace("told(fake, y)", "told(fake, 0 * y)")
            .replace("def told(x, 0 * y)", "def told(x, y)"): "the same label with each",
            OBEY.replace(ASKED, "    fake = G(told(noise, y)).detach()"): "No gradient",
            OBEY.replace("g_loss = F.softplus(-D", "g_loss = F.softplus(D"): "signs in your losses",
            OBEY.replace("return d_loss.mean(), g_loss.mean()", "return d_loss.mean() + g_loss.mean()"): "Two losses",
        },
    ),
    Build(
        name="09.trap",
        judge=judge_trap,
        right="Real samples get about (1, 1), and one point a class gets (1, 0). Only both numbers together tell them apart.",
        hints=(
            "`np.abs(x[:, None] - centres).argmin(1)` is the nearest centre of each sample.",
            "For each class k: `x[y == k].var() / sd**2`. Then the mean of these.",
        ),
        solution="""def obeys_and_varies(x, y, centres, sd):
    nearest = np.abs(x[:, None] - centres).argmin(1)
    within = np.mean([x[y == k].var() / sd**2 for k in range(len(centres))])
    return (nearest == y).mean(), within
""",
        wrong={
            "def obeys_and_varies(x, y, centres, sd):\n    nearest = np.abs(x[:, None] - centres).argmin(1)\n"
            "    return (nearest == y).mean(), x.var() / sd**2": "all samples",
            "def obeys_and_varies(x, y, centres, sd):\n    nearest = np.abs(x[:, None] - centres).argmin(1)\n"
            "    return (nearest == y).mean(), np.mean([x[y == k].std() / sd for k in range(len(centres))])": "ratio of sds",
            "def obeys_and_varies(x, y, centres, sd):\n    nearest = np.abs(x[:, None] - centres).argmin(1)\n"
            "    return (nearest == y).mean(), np.mean([x[y == k].var() for k in range(len(centres))])": "to be divided",
            "def obeys_and_varies(x, y, centres, sd):\n    nearest = np.abs(x[:, None] - centres).argmin(1)\n"
            "    parts = [((x[y == k] - centres[k]) ** 2).mean() for k in range(len(centres))]\n"
            "    return (nearest == y).mean(), np.mean(parts) / sd**2": "own mean",
            "def obeys_and_varies(x, y, centres, sd):\n    near = np.abs(x - centres[y]) < 3 * sd\n"
            "    return near.mean(), np.mean([x[y == k].var() / sd**2 for k in range(len(centres))])": "near their centre",
            "def obeys_and_varies(x, y, centres, sd):\n    nearest = np.abs(x[:, None] - centres).argmin(1)\n"
            "    return (nearest == y).mean()": "Two numbers",
        },
    ),
    Predict(
        name="09.unread",
        question="Without labels 12 of 32 seeds collapse on the wide ring. Which of these remedies leave fewer than 4 collapsed: labels"
        " (three kinds), a code in the noise that nobody reads, a code that D reads?",
        options=(
            Option("All of them.", "A code that nobody reads gives G a choice, but nothing makes G use it."),
            Option(
                "Only the labels.",
                "A code that D reads needs no label: G loses if all of its codes give the same place.",
            ),
            Option(
                "The labels, and the code that D reads.",
                "A G that is asked for each class, or whose code D must read, loses at once if it puts all into one place.",
                right=True,
            ),
            Option(
                "None of them.", "With labels, a blob that is left out is a class for which D has only real samples."
            ),
        ),
        outcome=lambda found: (0 if found[1] < 4 else 2 if found[2] < 4 else 1) if max(found[0]) < 4 else 3,
        example=([0, 0, 0], 11, 0),
        hints=(
            "Suppose that G puts everything into one place. Who notices it, in each of the cases?",
            "What does G lose if it makes the same of each code: if nobody reads it, and if D has to read it?",
        ),
        solution="c: with each of the three kinds of labels 0 of 32 collapse, with the code that D reads 0, and with the unread one 11.",
    ),
    Measure(
        name="09.width",
        low=0.73,
        high=0.748,
        right="It is lower than that of the slant, and far from the control's 0. The noise carries the width, too.",
        mistakes=(
            Mistake(
                0.75,
                0.78,
                "Each column's correlation with itself, which is 1, is in this mean. `shared` leaves it out.",
            ),
            Mistake(
                0.88, 0.8935, "That is the slant again. Put `gl.metrics.width` in the place of `gl.metrics.slant`."
            ),
            Mistake(
                0.8935,
                0.905,
                "That is the correlation of rows, so of noises. The columns are the digits: mind the `.T`.",
            ),
            Mistake(-0.05, 0.05, "That is the control: there each digit comes from another noise."),
            Mistake(0.53, 0.56, "That is the square of the correlation."),
        ),
        too_low="It is higher. Is `images` still the one with ten digits of each noise, and does a row of your table hold one noise?",
        too_high="It is lower than that of the slant. Is `images` still the one with ten digits of each noise?",
        wrong=(0.765, 0.89, 0.897, 0.0, 0.547, 0.64, 0.99),
        hints=(
            "`gl.metrics.width` takes the same pictures as `gl.metrics.slant`.",
            "Make a table of 200 rows and 10 columns as before, and give it to `shared`.",
        ),
        solution=WIDTH,
    ),
    Predict(
        name="09.permuted",
        question="What becomes of the accuracy, and of the variance within a class, when the orders are permuted?",
        options=(
            Option(
                "Both fall.",
                "The accuracy does. But a class now holds all ten digits, and they vary more than those of one kind.",
            ),
            Option(
                "The accuracy falls to chance, and the variance stays.",
                "The pictures stay the same. But other pictures are now counted together as one class.",
            ),
            Option(
                "The accuracy falls to chance, and the variance rises.",
                "Each class now holds all ten digits, so the variance within it is that of all digits together.",
                right=True,
            ),
            Option("Both stay: the pictures are the same.", "The pictures are. What they are compared with is not."),
        ),
        outcome=_permuted,
        example=(0.1, 1.28),
        hints=("How often does a random order fit a picture by chance?", "Which digits are now counted as sevens?"),
        solution="c: the accuracy is about 10 %, and the variance of the pixels within a class more than a quarter higher than before.",
    ),
    Build(
        name="09.code_loss",
        judge=judge_code,
        right="D and G both get this added to their losses. It is small only if G's pictures show their code.",
        hints=(
            "The choice is a classification: `F.cross_entropy` takes scores and the right places.",
            "For the numbers: half the square, added along the last axis, then the mean over the batch.",
        ),
        solution="""def unread(scores, code, means, numbers):
    squares = (means - numbers).square().sum(-1)
    return F.cross_entropy(scores, code) + squares.mean() / 2
""",
        wrong={
            "def unread(scores, code, means, numbers):\n    return F.cross_entropy(scores, code)": "the numbers are not",
            "def unread(scores, code, means, numbers):\n"
            "    return F.cross_entropy(scores, code) + F.mse_loss(means, numbers) / 2": "averaged over the numbers",
            "def unread(scores, code, means, numbers):\n"
            "    return F.cross_entropy(scores, code) + (means - numbers).square().sum(-1).mean()": "halved",
            "def unread(scores, code, means, numbers):\n"
            "    return F.nll_loss(scores, code) + (means - numbers).square().sum(-1).mean() / 2": "log_softmax comes first",
            "def unread(scores, code, means, numbers):\n    shares = scores.softmax(-1)\n"
            "    return F.cross_entropy(shares, code) + (means - numbers).square().sum(-1).mean() / 2": "twice",
            "def unread(scores, code, means, numbers):\n    squares = (means - numbers).square().sum()\n"
            "    return F.cross_entropy(scores, code, reduction='sum') + squares / 2": "over the batch. The loss",
            "def unread(scores, code, means, numbers):\n"
            "    return (means - numbers).square().sum(-1).mean() / 2 - F.cross_entropy(scores, code)": "sign",
        },
    ),
    Predict(
        name="09.few",
        question="At the end D is shown the 200 digits that it has learned from, then 1,000 real digits that it has never seen. How"
        " sure is it that they are real? (It has seen the pictures as they are, without the changes that come below.)",
        options=(
            Option("Sure of both: all of them are real.", "That would be so if D had learned what digits are like."),
            Option(
                "Sure of the 200, and at about a half for the new ones.",
                "A half would mean that D cannot decide. It decides: the new ones are not among those that it knows.",
            ),
            Option(
                "At about a half for both.",
                "That is what augmentation brings. Without it D has time to learn 200 pictures by heart.",
            ),
            Option(
                "Sure of the 200, and sure that the new ones are generated.",
                "D knows the 200 by heart. It takes all other pictures for forgeries, and new real digits are among them.",
                right=True,
            ),
        ),
        outcome=lambda found: 2 if found[0] < 0.65 else 0 if found[1] > 0.65 else 1 if found[1] > 0.35 else 3,
        example=(0.9, 0.05),
        hints=(
            "2,000 steps with a batch each: how often has D seen each of the 200 digits?",
            "What is the simplest way to tell 200 known pictures from all others?",
        ),
        solution="d: in all three seeds D gives the 200 more than 0.84, and new real digits less than 0.07.",
    ),
    Explain(
        name="09.upside",
        question="Why would it be wrong to turn digits upside down as an augmentation, each with a chance of one half?",
        hints=(
            "Which digit becomes another one?",
            "Suppose that G makes upside-down digits. Can D notice it after such a change?",
        ),
        solution="D would see half of the real digits upside down, sixes as nines. A G that makes upside-down digits looks just the"
        " same to D after the change, so nothing keeps G from making them: the change leaks into its pictures.",
    ),
)
