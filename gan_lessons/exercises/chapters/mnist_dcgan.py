"""Notebook 04: digits."""

import numpy as np
import torch
from torch import nn

from gan_lessons import models, plots, shipped
from gan_lessons.distributions import mnist
from gan_lessons.exercises.learner import Learner, Wrong
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair

CHANNELS, COPIES, STEPS = 64, 16, 20


@drawn
def dcgan_choices(ax):
    """In each row the choice is the same, and the other numbers are drawn afresh."""
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn(1, 32, CHANNELS, generator=rng)
    for row in range(4):
        noise[0, 8 * row : 8 * row + 8, :32] = torch.randn(32, generator=rng)
    made = models.generate(shipped.networks.shipped("dcgan")[0], noise)
    plots.draw_sheet(ax, made.numpy())
    return "Four rows of eight digits. Within a row nearly all show the same digit, in hands that differ in slant and weight."


@drawn
def dcgan_crumbs(ax):
    G = shipped.networks.shipped("mlp")[0]
    noise = torch.randn(1, 24, G.inputs, generator=torch.Generator().manual_seed(0))
    plots.draw_sheet(ax, models.generate(G, noise).numpy())
    return "Three rows of eight generated digits. There are crumbs of ink around the strokes, which are ragged."


@drawn
def dcgan_real(ax):
    images = mnist.load("test").images[:24]
    plots.draw_sheet(ax, 255 - images)
    return "Three rows of eight digits, light strokes on dark paper. Their hands differ much."


# -- build


def judge_scaled(answer, learner: Learner) -> None:
    images = learner.rng.integers(0, 256, (3, 28, 28), dtype=np.uint8)
    images[0, 0, :3] = 0, 255, 128
    value = learner.array(learner(answer, images), images.shape)
    x = images / 255
    same = lambda other: np.allclose(value, other, atol=1e-4)  # noqa: E731
    if same(x):
        raise Wrong("That is from 0 to 1. Paper must be −1.")
    if same(1 - 2 * x):
        raise Wrong("Paper and ink are exchanged: 0 is paper, and must become −1.")
    if same(x - 0.5):
        raise Wrong("That is from −0.5 to 0.5: the right middle, and half of the width.")
    if same(images * 2 / 255 - 1):
        raise Wrong("`images * 2` is still made of bytes, and a byte above 255 begins at 0 again. Divide first.")
    if same(images / 128 - 1):
        raise Wrong("Black ink becomes 0.992 there: the largest byte is 255, and half of that is not 128.")
    if np.isin(value, (-1, 0, 1)).all():
        raise Wrong("Only whole numbers come back. The grey between paper and ink needs floats.")
    if not same(mnist.scaled(images)[:, 0]):
        raise Wrong(
            f"0 becomes {value[0, 0, 0]:.3g}, 128 becomes {value[0, 0, 2]:.3g} and 255 becomes {value[0, 0, 1]:.3g}."
        )


def judge_bytes(answer, learner: Learner) -> None:
    images = np.arange(256, dtype=np.uint8).reshape(16, 16)
    raw = learner(answer, images / 127.5 - 1)
    value = learner.array(raw, images.shape)
    if getattr(raw, "dtype", None) != np.uint8:
        raise Wrong(f"The type is {getattr(raw, 'dtype', type(raw).__name__)}, and bytes are asked for: `np.uint8`.")
    if np.array_equal(value, 255 - images):
        raise Wrong("Paper and ink are exchanged: −1 must become 0.")
    off = value - images
    if (off == 0).mean() > 0.4 and off.min() == -1 and off.max() == 0:
        raise Wrong("Some bytes come back one too small: a byte is cut off after the point. Round first.")
    if off.any():
        byte = 200 if off[12, 8] else images[off != 0][0]
        raise Wrong(f"A byte of {byte} does not come back as {byte}, but as {value[images == byte][0]:.0f}.")
    beyond = learner.array(learner(answer, np.array([-1.01, -1.0, 1.0, 1.01]) + 0.0), (4,))
    if beyond.tolist() != [0, 0, 255, 255]:
        raise Wrong("A value slightly beyond 1 or −1 begins again at the other end of the bytes. Clip it.")
    half = learner.array(learner(answer, np.array([199.6, 40.4]) / 127.5 - 1), (2,))
    if half.tolist() != [200, 40]:
        raise Wrong("All bytes come back, but 199.6 must become 200 and 40.4 must become 40: round.")


def judge_side(answer, learner: Learner) -> None:
    cases = [(7, 4, 2, 1), (4, 3, 2, 1), (1, 4, 1, 0), (5, 5, 3, 0), (6, 3, 1, 1)]
    cases.append(tuple(int(n) for n in learner.rng.integers((4, 3, 2, 0), (12, 6, 4, 2))))
    found = [learner.number(learner(answer, *case)) for case in cases]
    right = [nn.ConvTranspose2d(1, 1, k, s, p)(torch.zeros(1, 1, n, n)).shape[-1] for n, k, s, p in cases]
    for rule, said in (
        (
            lambda n, k, s, p: (n + 2 * p - k) // s + 1,
            "That is an ordinary convolution's side. Here the picture grows.",
        ),
        (lambda n, k, s, p: n * s, "That is true for kernel 4, stride 2, padding 1. What do other kernels add?"),
        (
            lambda n, k, s, p: n * s + k - 2 * p,
            "n pixels have n − 1 gaps between them, and the stride is the width of a gap.",
        ),
        (lambda n, k, s, p: (n - 1) * s + k, "That holds without padding. Padding takes pixels away, at both ends."),
        (lambda n, k, s, p: (n - 1) * s + k - p, "Padding is taken away at both ends, and not at one."),
        (
            lambda n, k, s, p: (n - 1) * s + k + 2 * p,
            "Here padding takes pixels away. In D, with its ordinary convolutions, it adds them.",
        ),
    ):
        if found == [rule(*case) for case in cases]:
            raise Wrong(said)
    for case, value, expected in zip(cases, found, right, strict=True):
        if value != expected:
            raise Wrong(
                "For a side of {}, kernel {}, stride {} and padding {} ".format(*case)
                + f"it says {value:g}, and torch makes {expected}."
            )


def judge_nearest(answer, learner: Learner) -> None:
    made, train = learner.rng.uniform(-1, 1, (4, 784)), learner.rng.uniform(-1, 1, (7, 784))
    apart = made[:, None] - train[None]
    expected = np.sqrt((apart**2).sum(-1)).min(1)
    value = learner.array(learner(answer, made, train))
    if value.shape == (7,):
        raise Wrong(
            "There is one number for each training picture. Ask the other way round: the nearest to each generated one."
        )
    if value.shape == (4, 7):
        raise Wrong("Those are the distances of all pairs. The nearest of the training pictures is still to be chosen.")
    if value.shape == ():
        raise Wrong(
            "One number came back. Each generated picture has a nearest training picture of its own, and so its own number."
        )
    if value.shape != (4,):
        raise Wrong(f"4 generated pictures have 4 numbers, and it returns the shape {value.shape}.")
    same = lambda other: np.allclose(value, other, atol=1e-6)  # noqa: E731
    if same(expected**2):
        raise Wrong("Those are squared distances: take the root.")
    if same(np.abs(apart).sum(-1).min(1)):
        raise Wrong("Those are sums of absolute differences. The Euclidean distance has squares, and a root.")
    if same(np.sqrt((apart**2).mean(-1)).min(1)):
        raise Wrong("That is a mean over the pixels. The distance in the space of pictures is a sum over them.")
    if same((apart**2).sum(-1).argmin(1)):
        raise Wrong("That is the place of the nearest one in `train`. How far away is it?")
    if same(np.sqrt((apart**2).sum(-1)).mean(1)):
        raise Wrong("That is the mean distance to all training pictures. A copy is near to one of them.")
    if same(np.sqrt((apart**2).sum(-1)).max(1)):
        raise Wrong("That is the farthest training picture, and not the nearest.")
    if not same(expected):
        raise Wrong("The shape is right and the distances are not.")


# -- repair


def judge_generator(answer, learner: Learner) -> None:
    real = torch.from_numpy(mnist.scaled(mnist.load("train").images[:COPIES]))
    for seed in range(8):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            _judge_one(learner(answer), learner, real)
        learner.report(seed + 1, 8)


def _judge_one(G: object, learner: Learner, real: torch.Tensor) -> None:
    if not isinstance(G, nn.Module):
        raise Wrong(f"The function returns a {type(G).__name__}, and a network is asked for.")
    noise = torch.randn(COPIES, CHANNELS, 1, 1, generator=learner.generator)
    made = learner(G, noise)
    shape = learner.array(made).shape
    if shape != tuple(real.shape):
        raise Wrong(
            f"It makes the shape {shape[1:]}, and a digit has {tuple(real.shape[1:])}. Print the shape after each layer: which"
            " one is the first that is not the DCGAN's?"
        )
    if not isinstance(made, torch.Tensor) or not made.requires_grad:
        raise Wrong("No slope leads back from the pictures to the weights, so G cannot learn.")
    optimizer = torch.optim.Adam(G.parameters(), 1e-2)
    for _ in range(STEPS):
        optimizer.zero_grad()
        (G(noise) - real).pow(2).mean().backward()
        optimizer.step()
    if G(noise).min() >= 0:
        raise Wrong("The shape is right. But no pixel is below 0, and paper is −1: which activation ends at 0?")
    with torch.no_grad():
        for parameter in G.parameters():
            parameter.mul_(20)
        if G(noise).abs().max() > 1.001:
            raise Wrong(
                "The shape is right. But nothing holds pixels between −1 and 1: with large weights they leave that range."
            )


EXERCISES = (
    Build(
        name="04.scaled",
        judge=judge_scaled,
        right="`gl.distributions.mnist.scaled` does the same. The range is that of tanh, the last layer of G.",
        hints=("Half of 255 is 127.5. What must become 0?", "Divide by 127.5, and then take 1 away."),
        solution="""def scaled(images):
    return images / 127.5 - 1
""",
        wrong={
            "def scaled(images):\n    return images / 255": "from 0 to 1",
            "def scaled(images):\n    return 1 - images / 127.5": "exchanged",
            "def scaled(images):\n    return (images - 127.5) / 255": "from −0.5",
            "def scaled(images):\n    return images * 2 / 255 - 1": "still made of bytes",
            "def scaled(images):\n    return images / 128 - 1": "0.992",
            "def scaled(images):\n    return images // 128 * 2.0 - 1": "Only whole numbers",
        },
    ),
    Build(
        name="04.bytes",
        judge=judge_bytes,
        right="All 256 bytes come back, and what lies between two of them goes to the nearer one.",
        hints=(
            "Turn the formula round, and think of values that are no whole numbers.",
            "`np.round`, `clip(0, 255)`, `astype(np.uint8)`",
        ),
        solution="""def as_bytes(pixels):
    return np.round((pixels + 1) * 127.5).clip(0, 255).astype(np.uint8)
""",
        wrong={
            "def as_bytes(pixels):\n    return ((pixels + 1) * 127.5).clip(0, 255).astype(np.uint8)": "cut off",
            "def as_bytes(pixels):\n    return np.round((pixels + 1) * 127.5)": "The type is",
            "def as_bytes(pixels):\n    return np.round((pixels + 1) * 127.5).astype(int).astype(np.uint8)": "Clip it",
            "def as_bytes(pixels):\n    return (pixels * 255).clip(0, 255).astype(np.uint8)": "A byte of 200",
            "def as_bytes(pixels):\n    return np.round((1 - pixels) * 127.5).clip(0, 255).astype(np.uint8)": "exchanged",
        },
    ),
    Build(
        name="04.side",
        judge=judge_side,
        right="With stride 2 and padding 1, a kernel of 3 makes 7 of 4, and kernels of 4 make 14 and 28 of that. That is why one kernel is 3.",
        hints=(
            "Each pixel paints a square as wide as the kernel, and its neighbour's begins one stride further.",
            "The last square begins at (side − 1) · stride. How wide is it, and what does the padding take away?",
        ),
        solution="""def side_after(side, kernel, stride, padding):
    return (side - 1) * stride + kernel - 2 * padding
""",
        wrong={
            "def side_after(n, k, s, p):\n    return (n + 2 * p - k) // s + 1": "ordinary convolution",
            "def side_after(n, k, s, p):\n    return n * s": "true for kernel 4",
            "def side_after(n, k, s, p):\n    return n * s + k - 2 * p": "gaps",
            "def side_after(n, k, s, p):\n    return (n - 1) * s + k": "without padding",
            "def side_after(n, k, s, p):\n    return (n - 1) * s + k - p": "both ends, and not",
            "def side_after(n, k, s, p):\n    return (n - 1) * s + k + 2 * p": "takes pixels away. In D",
        },
    ),
    Repair(
        name="04.generator",
        judge=judge_generator,
        seconds=30.0,
        right="Of the two faults only the first one stops a program. With the second one G trains, but no picture ever has white"
        " paper.",
        hints=(
            "The sides of the DCGAN are 4, 7, 14, 28. Which layer is the first with another side? And what is paper?",
            "A kernel of 3 in the second layer; and paper is −1, which the last activation must be able to reach.",
        ),
        solution="""def repaired():
    return nn.Sequential(
        nn.ConvTranspose2d(64, 16, 4), nn.BatchNorm2d(16), nn.ReLU(),
        nn.ConvTranspose2d(16, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.BatchNorm2d(4), nn.ReLU(),
        nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Tanh(),
    )
""",
        wrong={
            "def repaired():\n    return nn.Sequential(nn.ConvTranspose2d(64, 16, 4), nn.ReLU(), nn.ConvTranspose2d(16, 8, 4, 2, 1),"
            " nn.ReLU(), nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Sigmoid())": "makes the shape",
            "def repaired():\n    return nn.Sequential(nn.ConvTranspose2d(64, 16, 4), nn.ReLU(), nn.ConvTranspose2d(16, 8, 3, 2, 1),"
            " nn.ReLU(), nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Sigmoid())": "below 0",
            "def repaired():\n    return nn.Sequential(nn.ConvTranspose2d(64, 16, 4), nn.ReLU(), nn.ConvTranspose2d(16, 8, 3, 2, 1),"
            " nn.ReLU(), nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 4, 2, 1))": "nothing holds",
            "def repaired():\n    return torch.zeros(16, 1, 28, 28)": "a network is asked for",
        },
    ),
    Predict(
        name="04.worse",
        question="Which falls further short of what real digits get, in the MLP's pictures: precision or recall?",
        options=(
            Option(
                "Precision, by far.",
                "One picture in six lies outside of what is real, but of real digits one in fourteen does, too. The recall lacks more.",
            ),
            Option(
                "Recall, by far.",
                "The MLP knows three real handwritings in five, and real digits get more than nine in ten.",
                right=True,
            ),
            Option("Both, about equally.", "The distances to the floor differ much: look at both columns."),
            Option(
                "Neither: both are like those of real digits.",
                "Both fall short of the floor, and one of them by a third.",
            ),
        ),
        outcome=lambda short: (
            3 if max(short) < 0.03 else 0 if short[0] > 2 * short[1] else 1 if short[1] > 2 * short[0] else 2
        ),
        example=(0.1, 0.33),
        hints=(
            "Which of the two asks for variety?",
            "Does a GAN more easily make a wrong stroke, or leave a handwriting out?",
        ),
        solution="b: recall. It is 0.6 where real digits have more than 0.9.",
    ),
    Predict(
        name="04.kinds",
        question="Nobody told G what a digit is. Each of the 32 choices has a digit that it writes most often. In how many of a choice's"
        " pictures is it that digit, on average over the choices?",
        options=(
            Option(
                "About 1 in 10: the choices have nothing to do with digits.",
                "By chance it would be little more. But G may leap where the choice changes, and it leaps between kinds of digits.",
            ),
            Option(
                "About half.",
                "It is more. Within a choice the noise has no gaps, so one that wrote two digits would also write what lies between.",
            ),
            Option(
                "More than 9 in 10.",
                "Nearly each choice became one digit, and several choices share a digit.",
                right=True,
            ),
            Option(
                "All, without any exception.",
                "The least faithful choices have exceptions, as the line above the grid says.",
            ),
        ),
        outcome=lambda own: 0 if own < 0.3 else 1 if own <= 0.9 else 2 if own < 0.9999 else 3,
        example=0.95,
        hints=(
            "Where the choice changes, G may leap. Between which pictures does it need to leap?",
            "Ten kinds of digits lie apart, and there are 32 choices.",
        ),
        solution="c: more than nine in ten, though no label was ever shown.",
    ),
    Read(
        name="04.rows",
        question="These are pictures of the DCGAN that ships. The 64 numbers of the noise were drawn afresh for each, except for"
        " those that are the same within a row. Which are these?",
        picture="dcgan_choices",
        options=(
            Option(
                "The first 32, which choose.",
                "The digit stays within a row, and the hand changes: the choice is held.",
                right=True,
            ),
            Option(
                "The last 32, which do not choose.",
                "Then each picture of a row would have a choice of its own, and so the digits would change.",
            ),
            Option("None of them.", "Then a row of eight would hold several digits, as the whole sheet does."),
            Option("All 64.", "Then the eight pictures of a row would be the same, pixel by pixel."),
        ),
        hints=("What is the same within a row, and what is not?", "What did the grid of choices and digits show?"),
        solution="a: the first 32. Each row holds one choice, so one digit; the other numbers change its hand.",
    ),
    Build(
        name="04.nearest",
        judge=judge_nearest,
        right="`gl.metrics.Nearest` finds the same. It never makes the table of all pairs, which 60,000 pictures would make too large.",
        hints=(
            "`made[:, None] - train[None]` has an axis for the generated pictures, one for the training pictures, one for pixels.",
            "Square, sum over the last axis, take the root, and then the minimum over the training pictures.",
        ),
        solution="""def nearest(made, train):
    apart = made[:, None] - train[None]
    return np.sqrt((apart**2).sum(-1)).min(1)
""",
        wrong={
            "def nearest(made, train):\n    return ((made[:, None] - train[None]) ** 2).sum(-1).min(1)": "take the root",
            "def nearest(made, train):\n    return np.abs(made[:, None] - train[None]).sum(-1).min(1)": "absolute differences",
            "def nearest(made, train):\n    return np.sqrt(((made[:, None] - train[None]) ** 2).mean(-1)).min(1)": "mean over the pixels",
            "def nearest(made, train):\n    return ((made[:, None] - train[None]) ** 2).sum(-1).argmin(1)": "the place of",
            "def nearest(made, train):\n    return np.sqrt(((made[:, None] - train[None]) ** 2).sum(-1)).min(0)": "the other way round",
            "def nearest(made, train):\n    return np.sqrt(((made[:, None] - train[None]) ** 2).sum(-1))": "all pairs",
            "def nearest(made, train):\n    return np.sqrt(((made[:, None] - train[None]) ** 2).sum(-1)).min()": "One number came",
            "def nearest(made, train):\n    return np.sqrt(((made[:, None] - train[None]) ** 2).sum(-1)).mean(1)": "mean distance",
        },
    ),
    Measure(
        name="04.seven",
        low=0.99,
        high=1.01,
        right="The lowest score there is: each picture is clear, and the mean of all is as clear, so the two do not differ. Its"
        " precision is 1 and its recall 0.",
        mistakes=(
            Mistake(9.5, 10.5, "10 needs all ten digits in equal shares. Clear pictures alone are half of it."),
            Mistake(-0.01, 0.01, "The logarithm of the score is 0 here. The score is its exponential."),
            Mistake(0.09, 0.11, "One digit of ten is there, but the score counts from 1 up, not from 0."),
        ),
        too_low="A score cannot be lower than 1.",
        too_high="So much needs more than one kind of digit.",
        wrong=(10, 0, 0.1, 0.5, 5),
        hints=(
            "The score compares each picture's probabilities with the mean of all of them. How far apart are these?",
            "`gl.metrics.compare(gl.metrics.look(sevens), gl.metrics.test_set()).score`",
        ),
        solution="score = np.exp(0.0)",
    ),
    Explain(
        name="04.shuffle",
        question="All pixels of all digits are shuffled in the same way. Why does the MLP learn as well as before, and what becomes of"
        " the DCGAN?",
        hints=("What does a fully connected layer know about neighbours?", "What does a convolution look at?"),
        solution="To a fully connected layer pixels are numbers in a list, and any order is as good: the weights that touch pixels"
        " (D's first layer, G's last) are shuffled with them. A convolution looks at a small neighbourhood and does the same"
        " everywhere. After shuffling, neighbours have nothing to do with each other, so the DCGAN loses what it had before the MLP.",
    ),
)
