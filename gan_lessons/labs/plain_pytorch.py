"""The training on screen as plain PyTorch: what a learner takes home, without a line of this package.

The text draws its first weights and its random numbers as `_core/randomness.py` does, and so trains what the lab
trains; only sums are rounded in another order. What it has no few lines for it refuses by name.
"""

from dataclasses import replace
from itertools import pairwise

from gan_lessons._core.randomness import Stream
from gan_lessons.labs import plain_samples
from gan_lessons.losses import objectives
from gan_lessons.models.architecture import Architecture
from gan_lessons.models.mlp import MLP
from gan_lessons.models.whole_batch import FEATURES, feature_width
from gan_lessons.recipes.recipe import Recipe
from gan_lessons.trainers.optim import SGD, Adam, Optimizer
from gan_lessons.trainers.schedules import InTurn

_LOG_D = "-F.logsigmoid(D(x)).mean() - F.logsigmoid(-D(fake)).mean()"
_LOG_G = "-F.logsigmoid(D(fake)).mean()"
LOSSES = {  # objective -> (D's loss of real samples x and generated ones, G's)
    "non_saturating": (_LOG_D, _LOG_G),
    "minimax": (_LOG_D, "F.logsigmoid(-D(fake)).mean()"),
    "least_squares": ("((D(x) - 1) ** 2).mean() / 2 + (D(fake) ** 2).mean() / 2", "((D(fake) - 1) ** 2).mean() / 2"),
    "hinge": ("F.relu(1 - D(x)).mean() + F.relu(1 + D(fake)).mean()", "-D(fake).mean()"),
    "wasserstein": ("D(fake).mean() - D(x).mean()", "-D(fake).mean()"),
    "relativistic": ("-F.logsigmoid(D(x) - D(fake)).mean()", "-F.logsigmoid(D(fake) - D(x)).mean()"),
    "feature_matching": (_LOG_D, "((D[:-1](x).mean(0) - D[:-1](fake).mean(0)) ** 2).sum()"),
}
ACTIVATIONS = {
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU(0.2)",
    "tanh": "nn.Tanh()",
    "sigmoid": "nn.Sigmoid()",
    "softplus": "nn.Softplus()",
    "elu": "nn.ELU()",
}
SEEN = {  # features -> what D sees of a batch x, (batch, 1) -> (1, width)
    "raw": ["return x.reshape(1, -1)"],
    "differences": ["x = x.reshape(1, -1)", "return torch.cat([x, x - x.mean().detach()], 1)"],
    "squared_differences": ["x = x.reshape(1, -1)", "return torch.cat([x, (x - x.mean().detach()) ** 2], 1)"],
    "moments": [
        "sd = (x - x.mean()).square().mean().sqrt()",
        "score = (x - x.mean()) / sd",
        "return torch.stack([x.mean(), sd, (score**3).mean(), (score**4).mean() - 3])[None]",
    ],
}
ABOUT = """\
# {name!r} in plain PyTorch,
# from step 0 with the settings of now; what was changed on the way is left out. First weights and random numbers
# are drawn as the lab draws them, so its numbers come out again, up to rounding, which grows with the steps.
# To look at what G makes after it: G(noise((1000,), torch.Generator()))."""
FIRST_WEIGHTS = {  # init -> its words, and the lines for a layer; the package keeps a weight the other way round
    "torch": [
        "torch's own, from the seed",
        "bound = layer.in_features**-0.5",
        "layer.weight.data = torch.empty(layer.weight.T.shape).uniform_(-bound, bound, generator=rng).T",
        "layer.bias.data.uniform_(-bound, bound, generator=rng)",
    ],
    "normal": [
        "N(0, 1), from the seed",
        "layer.weight.data = torch.randn(layer.weight.T.shape, generator=rng).T",
        "layer.bias.data.zero_()",
    ],
}
FIRST_WEIGHTS["spread"] = [
    "torch's own with biases four times as wide, from the seed",
    *FIRST_WEIGHTS["torch"][1:],
    "layer.bias.data.mul_(4)",
]


def written(recipe: Recipe, seed: int, steps: int, run: int = 0) -> str:
    """A script that trains a toy recipe from step 0. seed: of the run. steps: 0 stands for the recipe's own length.
    run: whose numbers count, where they differ from run to run.

    Run, it leaves D, G, d_loss and g_loss as the package has them after as many steps, in torch's default precision.
    Raises ValueError, naming each setting that it cannot write."""
    recipe = _of_run(recipe, run)
    if found := refused(recipe):
        raise ValueError(f"plain PyTorch has no few lines for {', '.join(found)}: Copy as Python writes all settings")
    parts = [
        "torch.set_num_threads(1)  # networks this small are slower with more\n"
        f"seed, batch, steps = {seed}, {recipe.batch}, {steps or recipe.steps}",
        _random_numbers(recipe),
        _function("real_samples", plain_samples.LINES[type(recipe.data)](recipe.data)),
        _function("noise", plain_samples.LINES[type(recipe.noise)](recipe.noise)),
        "\n\n".join([*_networks(recipe), *_first_weights(recipe), _optimizers(recipe), _loop(recipe)]),
    ]
    body = "\n\n\n".join(parts)
    plain = [f"import {name}" for name in ("hashlib", "itertools", "math") if f"{name}." in body]
    torch = ["import torch", *["import torch.nn.functional as F"] * ("F." in body), "from torch import nn"]
    return "\n".join([ABOUT.format(name=recipe.name), *plain, "", *torch, "", body, ""])


def refused(recipe: Recipe) -> list[str]:
    """What of a recipe cannot be written in few lines, in words."""
    if recipe.large:
        return ["networks of images"]
    found = [*map(plain_samples.refused, (recipe.data, recipe.noise))]
    found += [*_layers("D", recipe.discriminator), *_layers("G", recipe.generator)]
    found += [*_moves("D", recipe.d_optimizer), *_moves("G", recipe.g_optimizer)]
    others = {
        f"the loss {recipe.objective.name}": not _losses(recipe),
        f"the schedule {type(recipe.schedule).__name__}": type(recipe.schedule) is not InTurn,
        "a penalty on D's slope": recipe.penalties,
        "unrolled steps": recipe.unroll,
        "instance noise": recipe.instance_noise,
        "D's head start": recipe.pretrain,
    }
    return [words for words in dict.fromkeys([*found, *(words for words, there in others.items() if there)]) if words]


def _layers(who: str, network: Architecture) -> list[str]:
    if type(network) is not MLP:
        return [f"a network of the kind {type(network).__name__}"]
    kinds = {
        "minibatch discrimination": network.minibatch,
        f"spectral normalisation in {who}": network.norm == "spectral",
        f"more than one {who}": network.members,
    }
    return [words for words, there in kinds.items() if there]


def _moves(who: str, optimizer: Optimizer) -> list[str]:
    kinds = {
        f"an optimizer of the kind {type(optimizer).__name__}": type(optimizer) not in (SGD, Adam),
        f"a learning rate of {who} that falls": optimizer.decay,
        "historical averaging": optimizer.historical_averaging,
        f"averaged weights of {who}": optimizer.ema,
    }
    return [words for words, there in kinds.items() if there]


def _losses(recipe: Recipe) -> tuple[str, str] | None:
    """D's and G's loss; None for an objective that is not known here."""
    objective = recipe.objective
    if type(objective) is objectives.LabelSmoothing:
        real = f"{objective.real} * F.logsigmoid(D(x)) + (1 - {objective.real}) * F.logsigmoid(-D(x))"
        return f"-({real}).mean() - F.logsigmoid(-D(fake)).mean()", _LOG_G
    return LOSSES.get(objective.name) if objectives.BY_NAME.get(objective.name) is objective else None


def _of_run(recipe: Recipe, run: int) -> Recipe:
    fields = ("data", "noise", "d_optimizer", "g_optimizer")
    return replace(recipe, **{name: getattr(recipe, name).for_run(run) for name in fields})


# -- the parts of the text


def _function(name: str, lines: list[str]) -> str:
    return "\n".join([f"def {name}(shape, rng):", *(f"    {line}" for line in lines)])


def _random_numbers(recipe: Recipe) -> str:
    length = Stream(recipe.noise, (0,), "", recipe.batch, None).length
    return f"""def generator(name, block=0):  # its own random numbers for each use
    digest = hashlib.blake2b(f"{{seed}}/{{name}}/{{block}}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "little") >> 1)


def batches(sample, name):  # without end, drawn {length} at a time
    for block in itertools.count():
        yield from sample(({length}, batch), generator(name, block))"""


def _networks(recipe: Recipe) -> list[str]:
    D, inputs = recipe.discriminator, recipe.data.dim * recipe.discriminator.pack
    seen, lines = "", []
    if D.pack > 1:
        seen, lines = f"packs of {D.pack} samples side by side", [f"return x.reshape(-1, {inputs})"]
    if D.features is not None:
        seen, lines = "a whole batch as one example", SEEN[D.features]
        inputs = feature_width(FEATURES[D.features], recipe.batch)
    kind = [f"class Seen(nn.Module):  # what D sees: {seen}", "    def forward(self, x):"]
    kind = ["\n".join([*kind, *(f"        {line}" for line in lines)]) + "\n"] if seen else []
    G = _network("G", recipe.generator, recipe.noise.dim, recipe.data.dim)
    return [*kind, "\n".join([*G, *_network("D", D, inputs, 1, "Seen()," if seen else "")])]


def _network(name: str, network: MLP, inputs: int, outputs: int, first: str = "") -> list[str]:
    *hidden, last = pairwise((inputs, *network.hidden, outputs))
    norm = " nn.BatchNorm1d({}),".format if network.norm == "batch" else lambda width: ""
    layers = [f"nn.Linear({i}, {o}),{norm(o)} {ACTIVATIONS[network.activation]}," for i, o in hidden]
    layers = [*([first] if first else []), *layers, "nn.Linear({}, {}),".format(*last)]
    return [f"{name} = nn.Sequential(", *(f"    {layer}" for layer in layers), ")"]


def _first_weights(recipe: Recipe) -> list[str]:
    kinds = {"D": recipe.discriminator.init, "G": recipe.generator.init}
    loops = []
    for kind in dict.fromkeys(kinds.values()):
        names = ", ".join(f'("{name}", {name})' for name, own in kinds.items() if own == kind)
        loops.append(
            f"for name, net in [{names}]:  # first weights: {FIRST_WEIGHTS[kind][0]}\n"
            "    rng = generator(name)\n"
            "    for layer in net:\n"
            "        if isinstance(layer, nn.Linear):\n"
            + "\n".join(f"            {line}" for line in FIRST_WEIGHTS[kind][1:])
        )
    return loops


def _optimizers(recipe: Recipe) -> str:
    made = [_optimizer("D", recipe.d_optimizer), _optimizer("G", recipe.g_optimizer)]
    made.append(
        'real, d_noise, g_noise = batches(real_samples, "real"), batches(noise, "d_noise"), batches(noise, "g_noise")'
    )
    if recipe.objective.sees_real:
        made.append('g_real = batches(real_samples, "g_real")  # this loss of G looks at real samples, too')
    return "\n".join(made)


def _optimizer(who: str, optimizer: Optimizer) -> str:
    kind, more = "SGD", ""
    if type(optimizer) is Adam:
        kind, more = "AdamW" if optimizer.weight_decay else "Adam", f", betas={optimizer.betas}"
        more += f", eps={optimizer.eps}" * (optimizer.eps != 1e-8)
        more += f", weight_decay={optimizer.weight_decay}" * bool(optimizer.weight_decay)
    elif optimizer.momentum:
        more = f", momentum={optimizer.momentum}"
    return f"{who.lower()}_optimizer = torch.optim.{kind}({who}.parameters(), lr={optimizer.lr}{more})"


def _loop(recipe: Recipe) -> str:
    d_loss, g_loss = _losses(recipe)
    n, m, sees = recipe.schedule.d_steps, recipe.schedule.g_steps, recipe.objective.sees_real
    x = "x, fake = next(g_real), G(next(g_noise))" if sees else "fake = G(next(g_noise))"
    turns = [
        *_turn("D", n, "x, fake = next(real), G(next(d_noise)).detach()  # D's turn: G stands still", d_loss, recipe),
        *[""] * bool(n and m),
        *_turn("G", m, f"{x}  # G's turn: only its optimizer moves", g_loss, recipe),
    ]
    said = [f"{who}'s loss {{{who.lower()}_loss:.4f}}" for who, times in (("D", n), ("G", m)) if times]
    lines = ["for _ in range(steps):", *(f"    {line}" if line else "" for line in turns), ""]
    return "\n".join([*lines, f'print(f"step {{steps:,}}: {", ".join(said)}")'])


def _turn(who: str, times: int, batch: str, loss: str, recipe: Recipe) -> list[str]:
    p = who.lower()
    lines = [batch, f"{p}_loss = {loss}"]
    lines += [f"{p}_optimizer.zero_grad()", f"{p}_loss.backward()", f"{p}_optimizer.step()"]
    if clip := getattr(recipe, f"{p}_optimizer").clip:
        lines += [f"for weight in {who}.parameters():", f"    weight.data.clamp_({-clip}, {clip})"]
    if times == 0:
        return []
    return lines if times == 1 else [f"for _ in range({times}):", *(f"    {line}" for line in lines)]
