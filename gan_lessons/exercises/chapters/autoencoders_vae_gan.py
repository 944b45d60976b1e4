"""Notebook 07: autoencoders, VAEs and GANs."""

import functools

import numpy as np
import torch
from torch import nn

from gan_lessons import metrics, plots
from gan_lessons.distributions import mnist
from gan_lessons.exercises.learner import Learner, Wrong, failure
from gan_lessons.exercises.pictures import drawn
from gan_lessons.exercises.records import Build, Explain, Measure, Mistake, Option, Predict, Read, Repair
from gan_lessons.shipped import networks, slider_series

SEEDS, STEPS, CODES = range(700, 708), 120, 8


@functools.cache
def autoencoders_digits() -> torch.Tensor:
    """The test digits, (10000, 784), from -1 to 1."""
    return torch.from_numpy(mnist.scaled(mnist.load("test").images)).flatten(1)


# -- pictures


@drawn
def autoencoders_spectra(ax):
    noise = torch.Generator().manual_seed(0)
    vae = networks.coder("vae_binary")
    with torch.no_grad():
        soft = vae.seen(torch.randn(500, vae.latent, generator=noise))
    crumbs = metrics.sample(networks.shipped("mlp")[0], 500)
    for name, shown, look in (("A", crumbs, "--"), ("B", autoencoders_digits()[:500], "-"), ("C", soft, ":")):
        ax.semilogy(metrics.spectrum(shown), look, color="black", label=name)
    ax.set(xlabel="cycles a picture (short waves on the right)", ylabel="energy (squared pixels)")
    ax.legend(frameon=False)
    return "Three falling curves of energy. On the left they are nearly one. On the right A is highest, then B, then C."


@drawn
def autoencoders_heavy_price(ax):
    series = slider_series.load("beta")
    kept = series["pictures"][-1].reshape(2, 12, 28, 28)[0]
    plots.draw_sheet(ax, np.concatenate([mnist.load("test").images[:12], kept]), 12)
    return "Above twelve digits, all different; below what comes back of them: twelve times the same grey blot."


@drawn
def autoencoders_codes(ax):
    with torch.no_grad():
        z = networks.coder("autoencoder").encode(autoencoders_digits()[:1500])
    ax.scatter(*z.T, s=3, color=plots.REAL, label="codes of test digits")
    ax.scatter(*np.random.default_rng(0).normal(size=(2, 300)), s=3, color=plots.GENERATED, label="draws from N(0, I)")
    ax.set(xlabel="first number", ylabel="second number")
    ax.legend(frameon=False, markerscale=3, fontsize="small")
    return "Blue codes spread over some thirty units each way; orange draws are one small heap, about three units wide."


# -- build


def same(value: np.ndarray, other: torch.Tensor) -> bool:
    """Whether an answer is this, but for rounding."""
    return value.shape == tuple(other.shape) and np.allclose(value, other.numpy(), rtol=1e-3, atol=1e-4)


def judge_draw_code(answer, learner: Learner) -> None:
    mean, log_var, noise = torch.randn(3, 6, 4, generator=learner.generator)
    value = learner.array(learner(answer, mean, log_var, noise), (6, 4))
    sd = (log_var / 2).exp()
    if same(value, mean + log_var.exp() * noise):
        raise Wrong(
            "The noise is multiplied by the variance. It is the standard deviation that says how wide a cloud is."
        )
    if same(value, mean + log_var * noise):
        raise Wrong("The noise is multiplied by the logarithm, which may be below 0. Take the exponential of it first.")
    if same(value, sd * (mean + noise)):
        raise Wrong("The mean is multiplied by σ, too. Only the noise is.")
    if same(value, mean):
        raise Wrong("That is the middle of each cloud, without any noise: the code of a plain autoencoder.")
    if same(value, mean + noise):
        raise Wrong("Each cloud has a width of 1 now, whatever the encoder says of its variance.")
    if not same(value, mean + sd * noise):
        again = learner.array(learner(answer, mean, log_var, noise), (6, 4))
        if not np.array_equal(value, again):
            raise Wrong(
                "Two calls with the same noise give two results. Use the noise that is given, and draw no other."
            )
        raise Wrong(
            "The shape is right and the numbers are not: a code is its cloud's mean plus noise of the cloud's width."
        )
    judge_slopes(answer, mean.requires_grad_(), log_var.requires_grad_(), noise)


def judge_slopes(answer, mean, log_var, noise) -> None:
    """Whether gradients come through to both."""
    try:
        z = answer(mean, log_var, noise)
    except Exception as error:  # NumPy's functions, for one, take no tensors that need a gradient
        raise Wrong(f"The numbers are right, but in training it fails. {failure(error, answer)}") from None
    learns = getattr(z, "requires_grad", False)
    slopes = torch.autograd.grad(z.sum(), (mean, log_var), allow_unused=True) if learns else (None, None)
    for slope, of in zip(slopes, ("the mean", "the log variance"), strict=True):
        if slope is None:
            raise Wrong(
                f"The numbers are right, but no gradient comes through to {of}, so the encoder would not learn."
            )


def judge_price(answer, learner: Learner) -> None:
    mean, log_var = torch.randn(2, 6, 4, generator=learner.generator)
    value = learner.array(learner(answer, mean, log_var))
    each = (mean.square() + log_var.exp() - 1 - log_var) / 2
    if value.shape == ():
        raise Wrong("It returns one number for all pictures. Each picture has its own cloud, and so its own price.")
    if value.shape == (6, 4):
        raise Wrong("It returns a price for each number of each code. The price of a code is their sum.")
    if value.shape == (4,):
        raise Wrong("It adds up over the pictures. Add up over the numbers of one code, which is the last axis.")
    value = learner.array(value, (6,))
    if same(value, each.mean(-1)):
        raise Wrong("That is the mean over the numbers of a code. The numbers are independent, so their prices add up.")
    if same(value, 2 * each.sum(-1)):
        raise Wrong("Each price is twice what it should be. What stands in front of the sum?")
    if same(value, -each.sum(-1)):
        raise Wrong("The size is right and the sign is not: a divergence is never below 0.")
    if same(value, (mean.square() + (2 * log_var).exp() - 1 - 2 * log_var).sum(-1) / 2):
        raise Wrong("It takes the second input for log σ. It is log σ², so its exponential is the variance already.")
    if same(value, (mean.square() + (log_var / 2).exp() - 1 - log_var).sum(-1) / 2):
        raise Wrong("The exponential of half the log variance is σ. The formula has σ² in this place.")
    if same(value, (each + 0.5).sum(-1)):
        raise Wrong(
            "A cloud that is N(0, I) itself must cost 0, and here each of its numbers costs ½. What is missing?"
        )
    if same(value, ((1 + mean.square()) / log_var.exp() - 1 + log_var).sum(-1) / 2):
        raise Wrong(
            "That is the divergence of N(0, I) from the cloud. The price is the cloud's divergence from N(0, I)."
        )
    if not same(value, each.sum(-1)):
        zero = learner.array(learner(answer, torch.zeros(1, 4), torch.zeros(1, 4)), (1,))[0]
        if abs(zero) > 1e-4:
            raise Wrong(
                "The shape is right and the numbers are not. A cloud with mean 0 and log variance 0 must cost 0; here it"
                f" costs {zero:.3g}."
            )
        raise Wrong(
            "The shape is right and the numbers are not. N(0, I) costs 0, as it must: look at what other means and log"
            " variances add."
        )


def judge_bound(answer, learner: Learner) -> None:
    log_w = -540 + 4 * torch.randn(20, 6, generator=learner.generator)
    found = learner(answer, log_w)
    try:
        lost = bool(np.isinf(np.asarray(found, float)).any())
    except Exception:
        lost = False
    if lost:
        raise Wrong("It returns an infinity: exp(−540) is 0 for a float of 32 bits. Stay with logarithms: `logsumexp`.")
    value = learner.array(found)
    if value.shape == (20,):
        raise Wrong("It averages over the pictures. Average over the codes of one picture, which is the first axis.")
    if value.shape == ():
        raise Wrong("It returns one number for all pictures. Each picture has a bound of its own.")
    value = learner.array(value, (6,))
    if same(value, log_w.mean(0)):
        raise Wrong("That is the mean of the logarithms, the ELBO. Asked for is the logarithm of the mean.")
    if same(value, log_w.logsumexp(0)):
        raise Wrong(
            "That is the logarithm of the sum. With more codes it would rise without end: divide by their number."
        )
    if same(value, log_w.amax(0)):
        raise Wrong("That is the largest of the logarithms. It counts most, but the other codes count, too.")
    if not np.allclose(value, (log_w.logsumexp(0) - np.log(20)).numpy(), rtol=0, atol=1e-2):
        raise Wrong(
            "The shape is right and the numbers are not. Of equal weights the bound is that weight's logarithm."
        )


# -- repair


def judge_pixel_mean(answer, learner: Learner) -> None:
    shown, x = torch.rand(2, 5, 784, generator=learner.generator) * 2 - 1
    mean, log_var = torch.randn(2, 5, CODES, generator=learner.generator)
    learner.number(learner(answer, shown, x, mean, log_var), "The loss")
    used, threads = 0, torch.get_num_threads()
    for done, seed in enumerate(SEEDS, 1):
        torch.set_num_threads(1)  # networks this small wait longer for a second core than it helps
        try:
            error, kl = autoencoders_trained(answer, seed)
        finally:
            torch.set_num_threads(threads)
        if not np.isfinite(error + kl) or kl > 1000:
            raise Wrong("The clouds run away in training: the loss falls without end. Is the sign of the KL a plus?")
        used += kl > 5 and error < 180
        learner.report(done, len(SEEDS))
    if used < 7 and kl < 0.1:
        raise Wrong(f"The code is still not used: its KL is {kl:.2f} nats at the end, and the error is {error:.0f}.")
    if kl > 40:
        raise Wrong(f"The code is used, but it costs {kl:.0f} nats: the price weighs next to nothing, or is left out.")
    if used < 7:
        raise Wrong(
            f"Only {used} of {len(SEEDS)} seeds keep their digits (error {error:.0f}, KL {kl:.1f} nats in the last):"
            " the price still weighs too much beside the error."
        )


def autoencoders_trained(loss, seed: int) -> tuple[float, float]:
    """The error and the KL of a small VAE after STEPS steps with a loss of the learner's."""
    rng = torch.Generator().manual_seed(seed)
    encoder = autoencoders_layers(784, 2 * CODES, rng)
    decoder = autoencoders_layers(CODES, 784, rng)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 3e-3)
    images = mnist.load("train").images

    def seen(x):
        mean, log_var = encoder(x).chunk(2, -1)
        return (decoder(mean + (log_var / 2).exp() * torch.randn(mean.shape, generator=rng)) / 2).tanh(), mean, log_var

    for _ in range(STEPS):
        x = torch.tensor(images[torch.randint(len(images), (64,), generator=rng).numpy()]).flatten(1) / 127.5 - 1
        shown, mean, log_var = seen(x)
        try:
            value = loss(shown, x, mean, log_var)
            optimizer.zero_grad()
            value.backward()
        except Exception as error:
            raise Wrong(failure(error, loss)) from None
        optimizer.step()
    with torch.no_grad():
        x = autoencoders_digits()[:500]
        shown, mean, log_var = seen(x)
        kl = (mean.square() + log_var.exp() - 1 - log_var).sum(-1).mean() / 2
        return (shown - x).square().sum(-1).mean().item(), kl.item()


def autoencoders_layers(inputs: int, outputs: int, rng: torch.Generator) -> nn.Sequential:
    """Two layers with 64 units between, their weights from `rng`."""
    layers = nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, outputs))
    for layer in (layers[0], layers[2]):
        reach = layer.in_features**-0.5
        nn.init.uniform_(layer.weight, -reach, reach, generator=rng)
        nn.init.zeros_(layer.bias)
    return layers


FAULTY = """def mended(shown, x, mean, log_var):
    error = (shown - x).square().mean()
    kl = (mean.square() + log_var.exp() - 1 - log_var).sum(-1).mean() / 2
    return error + kl"""


def sixteen_outcome(error) -> int:
    return 0 if error > 450 else 1 if error > 100 else 2 if error > 10 else 3


def bottleneck_outcome(found) -> int:
    sizes, errors = found
    ahead = [size for size, (pca, autoencoder) in zip(sizes, errors, strict=True) if pca <= autoencoder]
    return 3 if not ahead else 0 if ahead[0] <= 4 else 1 if ahead[0] <= 32 else 2


def beta_outcome(measures) -> int:
    small, one = measures[0], measures[2]  # β = 0.01 and β = 1
    keeps, draws = small[0] < 1.2 * one[0], small[4] < 2 * one[4]
    return (0 if draws else 1) if keeps else (2 if draws else 3)


EXERCISES = (
    Predict(
        name="07.sixteen",
        question="An even grey picture has a squared error of about 700, and the mean of all digits 211. What will a code of"
        " 16 numbers reach on test digits after 500 steps?",
        options=(
            Option(
                "About 700.",
                "That is the error of an even grey picture, which knows nothing of any digit. Training begins there.",
            ),
            Option(
                "About 200.",
                "That is one picture for all digits. Sixteen numbers can tell the decoder which digit it is, and how it leans.",
            ),
            Option(
                "Between 10 and 100.",
                "Most of 784 pixels follow from a few facts about the stroke, so 16 numbers go a long way.",
                right=True,
            ),
            Option(
                "Below 10.",
                "That would be nearly every pixel of every stroke. Even codes of 64 numbers with 5,000 steps have 13.",
            ),
        ),
        outcome=sixteen_outcome,
        example=57.5,
        hints=(
            "Does the code say anything about the digit? Then it is better than the mean of all digits.",
            "Can 16 numbers say where every edge of a stroke runs?",
        ),
        solution="c: well below the 211 of the mean picture, and far from 0. The digits can be read, and are softer.",
    ),
    Measure(
        name="07.two_kept",
        low=0.173,
        high=0.181,
        right="Two directions of 784 hold more than a sixth of all variance. An even share would be 2 / 784, less than 0.003.",
        mistakes=(
            Mistake(0.815, 0.83, "That is the share that is lost. What is kept is the rest."),
            Mistake(17.3, 18.1, "That is in per cent. Asked for is the share, from 0 to 1."),
            Mistake(0.75, 0.78, "The mean was not taken away first. A variance is counted from the mean."),
            Mistake(0.044, 0.052, "These are singular values. A variance is the square of one."),
            Mistake(0.095, 0.104, "That is the first direction alone. The code has two numbers."),
        ),
        too_low="That is too small. Divide the error of two components by that of none: this share is lost, and the rest is kept.",
        too_high="That is too large. With no component at all the error is the whole variance: divide by that.",
        wrong=(0.8231, 17.69, 0.7658, 0.048, 0.0993, 0.5, 0.01),
        hints=(
            "The whole variance is the mean squared length of the rows of `x`, for their mean is 0.",
            "`best` is the variance that two components leave over.",
        ),
        solution="""x = torch.tensor(gl.distributions.mnist.load("train").images[:1000]).flatten(1) / 127.5 - 1
x = x - x.mean(0)
pca = gl.models.PrincipalComponents.of(x, 2)
best = (pca.decode(pca.encode(x)) - x).square().sum(-1).mean()
share_kept = 1 - best / x.square().sum(-1).mean()
""",
    ),
    Predict(
        name="07.bottleneck",
        question="PCA and an autoencoder of 800 steps keep test digits by codes of 1, 2, 4, 8, 16, 32 and 64 numbers. From"
        " which size on is PCA's error no larger than the autoencoder's?",
        options=(
            Option(
                "From 1, 2 or 4 on.",
                "There the bent sheet is ahead: so few numbers on a flat one say little of a digit.",
            ),
            Option("From 8, 16 or 32 on.", "The bent sheet is still ahead there, by more than a quarter."),
            Option(
                "From 64 on.",
                "A wide code leaves little to bend for, and 800 steps are few for it. More steps would move this size.",
                right=True,
            ),
            Option(
                "At none of them.",
                "The best bent sheet is never worse than a flat one. But training must find it, and it had 800 steps.",
            ),
        ),
        outcome=bottleneck_outcome,
        example=([2, 32, 64], [(175, 151), (53, 36), (28, 31)]),
        hints=(
            "PCA needs no training: it has the best plane at once. Which code takes longest to train?",
            "What keeps an autoencoder from being better than PCA at every size?",
        ),
        solution="c: at 64 numbers PCA has 28 and the autoencoder 31. At all smaller sizes the autoencoder is ahead.",
    ),
    Build(
        name="07.draw_code",
        judge=judge_draw_code,
        right="Gradients come through to the mean and to the log variance, and none is needed for the noise.",
        hints=(
            "The exponential of the log variance is σ². The noise has to be multiplied by σ.",
            "σ is the exponential of half the log variance: `(log_var / 2).exp()`.",
        ),
        solution="def draw_code(mean, log_var, noise):\n    return mean + (log_var / 2).exp() * noise\n",
        wrong={
            "def draw_code(mean, log_var, noise):\n    return mean + log_var.exp() * noise": "by the variance",
            "def draw_code(mean, log_var, noise):\n    return mean + log_var * noise": "by the logarithm",
            "def draw_code(mean, log_var, noise):\n    return (log_var / 2).exp() * (mean + noise)": "multiplied by σ, too",
            "def draw_code(mean, log_var, noise):\n    return mean": "plain autoencoder",
            "def draw_code(mean, log_var, noise):\n    return mean + noise": "width of 1",
            "def draw_code(mean, log_var, noise):\n    return mean + (log_var / 2).exp() * torch.randn_like(mean)": "Two calls",
            "def draw_code(mean, log_var, noise):\n    return mean.detach() + (log_var / 2).exp() * noise": "to the mean,",
            "def draw_code(mean, log_var, noise):\n    with torch.no_grad():\n"
            "        sd = (log_var / 2).exp()\n    return mean + sd * noise": "to the log variance,",
        },
    ),
    Build(
        name="07.price",
        judge=judge_price,
        right="In a loss one takes the mean of it over the pictures, as one does for the error.",
        hints=(
            "`log_var.exp()` is σ², and `log_var` is the logarithm that stands in the formula.",
            "Add up over the last axis with `.sum(-1)`: one price for each picture remains.",
        ),
        solution="def price(mean, log_var):\n    return (mean.square() + log_var.exp() - 1 - log_var).sum(-1) / 2\n",
        wrong={
            "def price(mean, log_var):\n    return (mean.square() + log_var.exp() - 1 - log_var).mean(-1) / 2": "mean over the numbers",
            "def price(mean, log_var):\n    return (mean.square() + log_var.exp() - 1 - log_var).sum(-1)": "twice",
            "def price(mean, log_var):\n    return (1 + log_var - mean.square() - log_var.exp()).sum(-1) / 2": "the sign",
            "def price(mean, log_var):\n    return (mean**2 + (2 * log_var).exp() - 1 - 2 * log_var).sum(-1) / 2": "for log σ",
            "def price(mean, log_var):\n    return (mean**2 + (log_var / 2).exp() - 1 - log_var).sum(-1) / 2": "σ² in this place",
            "def price(mean, log_var):\n    return (mean.square() + log_var.exp() - log_var).sum(-1) / 2": "must cost 0, and",
            "def price(mean, log_var):\n    return ((1 + mean**2) / log_var.exp() - 1 + log_var).sum(-1) / 2": "from the cloud",
            "def price(mean, log_var):\n    return (mean.square() + log_var.exp() - 1 - log_var).sum() / 2": "one number for all",
            "def price(mean, log_var):\n    return (mean.square() + log_var.exp() - 1 - log_var).sum(0) / 2": "over the pictures",
            "def price(mean, log_var):\n    return (mean.square() + log_var.exp() - 1 - log_var) / 2": "their sum",
            "def price(mean, log_var):\n    return (mean + log_var.exp() - 1 - log_var).sum(-1) / 2": "numbers are not",
        },
    ),
    Repair(
        name="07.pixel_mean",
        judge=judge_pixel_mean,
        right="A mean over 784 pixels makes the error 784 times smaller, which is the same as β = 784. Many programs have this fault.",
        hints=(
            "Compare the two terms with those of section 2's `two_terms`. One of them is much smaller here.",
            "The error is averaged over the pixels, and the KL is summed over the numbers of the code. Sum both.",
        ),
        solution="""def mended(shown, x, mean, log_var):
    error = (shown - x).square().sum(-1).mean()
    kl = (mean.square() + log_var.exp() - 1 - log_var).sum(-1).mean() / 2
    return error + kl
""",
        wrong={
            FAULTY: "still not used",
            FAULTY.replace("return error + kl", "return error"): "left out",
            FAULTY.replace("error + kl", "784 * error - kl"): "run away",
            FAULTY.replace("error + kl", "80 * error + kl"): "too much beside",
            FAULTY.replace("    return error + kl", "    error + kl"): "returns nothing",
            FAULTY.replace(".square().mean()", ".square().sum(-1)"): "one number is asked for",
        },
    ),
    Predict(
        name="07.beta",
        question="β is 0.01, so a code costs next to nothing. What will this VAE keep of test digits, and what will it make of"
        " draws from N(0, I), compared with β = 1?",
        options=(
            Option(
                "It keeps digits well, and its samples are as good.",
                "Digits are kept well. But codes that cost nothing may lie anywhere, and draws from N(0, I) seldom meet them.",
            ),
            Option(
                "It keeps digits well, and its samples are far worse.",
                "It is nearly the plain autoencoder: the clouds are almost points, and between them nobody has trained.",
                right=True,
            ),
            Option(
                "It keeps digits badly, and its samples are as good.",
                "That is nearer to what a large β does: codes that cost much say little. Here they are nearly free.",
            ),
            Option(
                "It keeps digits badly, and its samples are far worse.",
                "Samples suffer. But a cheap code may say all it likes of its digit, so the digit comes back well.",
            ),
        ),
        outcome=beta_outcome,
        example=[(49.5, 148, 16, 0, 1386), (51.8, 59, 16, 0, 596), (59.2, 23, 16, 0, 145)],
        hints=(
            "What remains of the loss if β is 0?",
            "Does anything then pull the codes to where the draws are?",
        ),
        solution="b: the error is the smallest of all five, and the FID of its samples the largest.",
    ),
    Read(
        name="07.spectra",
        question="Three sets of 500 pictures: real test digits, samples of the MLP GAN, and samples of the VAE of binarised"
        " digits. Which curve is which? The table above helps.",
        picture="autoencoders_spectra",
        options=(
            Option(
                "A real, B MLP GAN, C VAE",
                "It seems that nothing can have more detail than the real thing. Look at the MLP GAN's detail in the table.",
            ),
            Option(
                "A VAE, B real, C MLP GAN",
                "What is blurred has few short waves, so the VAE's curve cannot be the highest on the right.",
            ),
            Option(
                "A MLP GAN, B VAE, C real",
                "The lowest curve has the least of short waves. Real digits have sharp edges, which need them.",
            ),
            Option(
                "A MLP GAN, B real, C VAE",
                "The MLP GAN's crumbs are short waves, more than strokes have; the VAE's soft edges lack them.",
                right=True,
            ),
        ),
        hints=(
            "A sharp edge needs short waves, which stand on the right.",
            "In the table, whose detail is above 1, and whose is far below?",
        ),
        solution="d: details of 1.34, 1 and about a quarter, and the curves lie in this order on the right.",
    ),
    Build(
        name="07.bound",
        judge=judge_bound,
        right="With one code it is the ELBO, from one draw. It is never below the mean of the logarithms, for large weights count most.",
        hints=(
            "The logarithm of a mean is the logarithm of the sum, less the logarithm of how many there are.",
            "`log_w.logsumexp(0)` is the logarithm of the sum of the weights, and safe. `len(log_w)` is k.",
        ),
        solution="def bound(log_w):\n    return log_w.logsumexp(0) - np.log(len(log_w))\n",
        wrong={
            "def bound(log_w):\n    return log_w.mean(0)": "the ELBO",
            "def bound(log_w):\n    return log_w.logsumexp(0)": "logarithm of the sum",
            "def bound(log_w):\n    return log_w.exp().mean(0).log()": "an infinity",
            "def bound(log_w):\n    return log_w.logsumexp(-1) - np.log(log_w.shape[-1])": "over the pictures",
            "def bound(log_w):\n    return (log_w.logsumexp(0) - np.log(len(log_w))).mean()": "a bound of its own",
            "def bound(log_w):\n    return log_w.max(0).values": "the largest",
            "def bound(log_w):\n    return log_w.logsumexp(0) / len(log_w)": "numbers are not",
        },
    ),
    Measure(
        name="07.one_away",
        low=0.499,
        high=0.501,
        right="Half the squared distance of the means: a cloud two away costs four times as much.",
        mistakes=(
            Mistake(0.99, 1.01, "That is the squared distance of the means. In front of the formula stands a half."),
            Mistake(0.715, 0.725, "That is in bits. The course counts in nats: take natural logarithms."),
            Mistake(
                -0.001, 0.001, "A divergence of 0 means that both are the same, and these two have different means."
            ),
        ),
        too_low="That is too small. Put in μ = 1 and σ = 1: σ² − 1 is 0, and so is log σ². What remains?",
        too_high="That is too large. The two clouds are equally wide, so only the mean costs.",
        wrong=(1.0, 0.7213, 0.0, 0.25, 1.5, -0.5),
        hints=("The terms with σ cancel, for σ is 1.", "What remains is half of μ²."),
        solution="nats = (1**2 + 1**2 - 1 - np.log(1**2)) / 2",
    ),
    Explain(
        name="07.refuses",
        question="`gl.metrics.log_p(vae, x_test[:300])` refuses. Why is it right to?",
        hints=(
            "What are the pixels of `x_test`, and for which pixels was `vae` made?",
            "Is a density a probability? Can it be above 1?",
        ),
        solution="`vae` gives each pixel a probability of ink, and that fits pixels that are ink or paper. The test digits are grey:"
        " between paper and ink there are infinitely many levels, so they would need a density. That is no probability, and it"
        " can be as large as one likes.",
    ),
)
