"""What a playground lets one choose: data, noise, networks, losses, optimizers and remedies, each a `Setting`."""

from collections.abc import Iterable
from dataclasses import replace

from gan_lessons import losses, recipes
from gan_lessons.decays import LinearDecay
from gan_lessons.distributions import Gaussian, Mixture, NormalNoise, StratifiedNoise, UniformNoise
from gan_lessons.distributions_2d import (
    Line,
    Ring,
    Spiral,
    SwissRoll,
    ThreeBlobs,
    TwoGaussians,
    TwoMoons,
    pacgan_grid,
    pacgan_ring,
)
from gan_lessons.errors import refuse, whole
from gan_lessons.instance_noise import InstanceNoise
from gan_lessons.labs.settings import SETTINGS, Setting
from gan_lessons.models.minibatch import Minibatch
from gan_lessons.optim import SGD, Adam
from gan_lessons.penalties import R1, R2, GradientPenalty
from gan_lessons.recipes import Recipe

LINE_WINDOW = (-8.0, 8.0)
DATA = {  # name -> (distribution, the window that is drawn)
    "line": (Line(), (-2.5, 2.5)),
    "two Gaussians": (TwoGaussians(), (-2.5, 2.5)),
    "ring of 8": (Ring(8, 1.0, 0.1), (-2.0, 2.0)),
    "three blobs": (ThreeBlobs(), (-2.5, 2.5)),
    "PacGAN's ring": (pacgan_ring, (-2.0, 2.0)),
    "PacGAN's grid": (pacgan_grid, (-5.5, 5.5)),
    "two moons": (TwoMoons(), (-2.5, 2.5)),
    "spiral": (Spiral(), (-3.0, 3.0)),
    "swiss roll": (SwissRoll(), (-3.0, 3.0)),
    "on a line: a Gaussian": (Gaussian(4.0, 0.5), LINE_WINDOW),
    "on a line: two Gaussians": (Mixture((-3.0, 3.0), (0.5, 0.5)), LINE_WINDOW),
}
DRAWN, OTHER = "drawn by you", "as the recipe has it"
NOISES = {
    "Gaussian, 1-D": NormalNoise(1),
    "Gaussian, 2-D": NormalNoise(2),
    "Gaussian, 16-D": NormalNoise(16),
    "uniform, 1-D": UniformNoise(-1.0, 1.0, 1),
    "uniform, 2-D": UniformNoise(-1.0, 1.0, 2),
    "a ladder (AYLIEN)": StratifiedNoise(),
}
LOSSES = {
    "log (non-saturating)": losses.non_saturating,
    "log (minimax)": losses.minimax,
    "least squares": losses.least_squares,
    "log, real labels .9": losses.smoothed(0.9),
    "hinge": losses.hinge,
    "Wasserstein": losses.wasserstein,
    "relativistic": losses.relativistic,
    "feature matching": losses.feature_matching,
}
PENALTIES = {
    "none": (),
    "R1, weight .1": (R1(0.1),),
    "R1 and R2, weight .1": (R1(0.1), R2(0.1)),
    "R1, weight 1": (R1(1.0),),
    "WGAN-GP, weight 10": (GradientPenalty(10.0),),
}
NORMS = {"none": None, "batch": "batch", "spectral": "spectral"}
MINIBATCH = {"off": None, "5 kernels of 3": Minibatch(5, 3, sd=0.1), "32 kernels of 8": Minibatch(32, 8, sd=0.1)}
BLURS = {"none": None}
BLURS |= {f"sd {sd}, gone at step 2,000": InstanceNoise(sd, LinearDecay(2000)) for sd in (0.2, 0.5, 1.0)}
STARTS = ("gan_lab_gaussians", "gan_lab_line", "gan_lab_ring", "gan_lab_disjoint")
STARTS += ("ring", "grid", "wide_ring", "steady", "aylien_head", "aylien_minibatch")


def _of(name: str, table: dict, now) -> str:
    """The word for a value in a table; `OTHER` for one that stands in none."""
    return next((word for word, value in table.items() if value == now), OTHER)


def _choice(name: str, label: str, about: str, group: str, table: dict, key: str) -> Setting:
    """A field of a recipe that is chosen from a table."""

    def put(recipe: Recipe, word: str) -> Recipe:
        return recipe if word == OTHER else replace(recipe, **{key: _in(name, table, word)})

    get = lambda recipe: _of(name, table, getattr(recipe, key))  # noqa: E731
    return Setting(name, label, about, tuple(table), get, put, kind="choice", group=group)


def _in(name: str, table: Iterable[str] | dict, word: str):
    if word not in table:
        refuse(name, word, f"one of {list(table)}")
    return table[word] if isinstance(table, dict) else word


def _data() -> Setting:
    def get(recipe: Recipe) -> str:
        for fits in (lambda data: data == recipe.data, lambda data: _alike(data, recipe.data)):
            if found := [word for word, (data, _) in DATA.items() if fits(data)]:
                return found[0]
        return DRAWN if hasattr(recipe.data, "points") else OTHER

    def put(recipe: Recipe, word: str) -> Recipe:
        if word in (DRAWN, OTHER):
            if word == get(recipe):
                return recipe
            raise ValueError("data: draw some first, with the button Draw data")
        data, window = _in("data", DATA, word)
        return replace(recipe, data=data, window=window)

    return Setting("data", "data", "What G is to imitate", tuple(DATA), get, put, kind="choice", group="data")


def _alike(known, now) -> bool:
    """Whether two data are the same but for their width, which has a slider of its own."""
    if type(known) is not type(now):
        return False
    return known == now or (hasattr(now, "sd") and now.dim == 2 and replace(now, sd=known.sd) == known)


def _start() -> Setting:
    def put(recipe: Recipe, word: str) -> Recipe:
        return recipe if word == OTHER else recipes.BY_NAME[_in("start", STARTS, word)]

    get = lambda recipe: recipe.name if recipe.name in STARTS else OTHER  # noqa: E731
    return Setting("start", "start from", "A known experiment", STARTS, get, put, kind="choice", group="data")


def _layers(who: str) -> Setting:
    key = f"{who.lower()}_hidden"

    def put(recipe: Recipe, n: float) -> Recipe:
        n = whole(f"{who.lower()}_layers", n, 0)
        return replace(recipe, **{key: (max(getattr(recipe, key), default=8),) * n})

    about = f"Layers of {who} between its input and its output; 0 makes it linear"
    get = lambda recipe: len(getattr(recipe, key))  # noqa: E731
    name, label = f"{who.lower()}_layers", f"hidden layers of {who}"
    return Setting(name, label, about, tuple(range(6)), get, put, group="networks")


def _optimizer(who: str) -> Setting:
    key, kinds = f"{who.lower()}_optimizer", {"SGD": SGD, "Adam": Adam}

    def put(recipe: Recipe, word: str) -> Recipe:
        kind, now = _in(key, kinds, word), getattr(recipe, key)
        if type(now) is kind:
            return recipe
        same = {name: getattr(now, name) for name in ("lr", "decay", "clip", "averaging", "smoothing")}
        return replace(recipe, **{key: kind(**same, **({"betas": (0.5, 0.99)} if kind is Adam else {}))})

    get = lambda recipe: type(getattr(recipe, key)).__name__  # noqa: E731
    about = f"How {who} turns gradients into moves"
    return Setting(key, f"{who}'s optimizer", about, tuple(kinds), get, put, kind="choice", group="learning")


def _clip() -> Setting:
    def put(recipe: Recipe, value: float) -> Recipe:
        return replace(recipe, d_optimizer=replace(recipe.d_optimizer, clip=value or None))

    about = "Keeps D's weights within plus and minus this (WGAN); 0 is off"
    get = lambda recipe: recipe.d_optimizer.clip or 0.0  # noqa: E731
    return Setting("clip", "clipping of D", about, (0.0, 0.01, 0.03, 0.1, 0.3), get, put, group="remedies")


def _averaging() -> Setting:
    def put(recipe: Recipe, value: float) -> Recipe:
        changed = {key: replace(getattr(recipe, key), averaging=value) for key in ("d_optimizer", "g_optimizer")}
        return replace(recipe, **changed)

    about = "Pulls weights towards their mean over time (Salimans et al. 2016); 0 is off"
    get = lambda recipe: recipe.g_optimizer.averaging  # noqa: E731
    return Setting("averaging", "historical averaging", about, (0.0, 0.01, 0.1, 1.0), get, put, group="remedies")


def _number(name: str, label: str, about: str, values: tuple[int, ...], least: int) -> Setting:
    def put(recipe: Recipe, n: float) -> Recipe:
        return replace(recipe, **{name: whole(name, n, least)})

    return Setting(name, label, about, values, lambda recipe: getattr(recipe, name), put, group="remedies")


def _grouped(name: str, group: str) -> Setting:
    return replace(next(setting for setting in SETTINGS if setting.name == name), group=group)


def _all() -> tuple[Setting, ...]:
    return (
        _start(),
        _data(),
        *(_grouped(name, "data") for name in ("mean", "sd")),
        _choice("noise", "noise", "What G makes its samples of", "data", NOISES, "noise"),
        _layers("G"),
        _grouped("g_width", "networks"),
        _layers("D"),
        _grouped("d_width", "networks"),
        _choice("loss", "loss", "What the two networks play for", "learning", LOSSES, "objective"),
        *(setting for who in "DG" for setting in (_optimizer(who), _grouped(f"{who.lower()}_lr", "learning"))),
        *(_grouped(name, "learning") for name in ("d_steps", "g_steps", "batch")),
        _choice(
            "minibatch", "minibatch discrimination", "D sees how alike a batch is", "remedies", MINIBATCH, "minibatch"
        ),
        _number("pack", "PacGAN: pack", "How many samples D judges together", (1, 2, 3, 4), 1),
        _number("unroll", "unrolled steps", "How many steps of D ahead G looks", (0, 1, 2, 3, 5, 8), 0),
        _choice(
            "penalties", "penalty on D's slope", "Keeps D from being too steep", "remedies", PENALTIES, "penalties"
        ),
        _choice("d_norm", "normalisation in D", "Spectral keeps D's slope below 1", "remedies", NORMS, "d_norm"),
        _choice("g_norm", "normalisation in G", "Batch evens out what layers see", "remedies", NORMS, "g_norm"),
        _choice("instance_noise", "instance noise", "Blurs what D is shown", "remedies", BLURS, "instance_noise"),
        _clip(),
        _averaging(),
    )


CHOICES = _all()
