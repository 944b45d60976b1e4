"""The data, noises, losses and penalties that a person chooses among, by the words that stand in the lists."""

from dataclasses import replace

from gan_lessons._core.refusals import refuse
from gan_lessons._core.settings import OTHER, Control
from gan_lessons.distributions.line import Gaussian, Mixture
from gan_lessons.distributions.noise import NormalNoise, StratifiedNoise, UniformNoise
from gan_lessons.distributions.plane import (
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
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.consensus import Consensus
from gan_lessons.losses.penalties import R1, R2, GradientPenalty
from gan_lessons.trainers.augmentation import Augmentation
from gan_lessons.trainers.decays import LinearDecay
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.schedules import InTurn, Simultaneous, WorseOnly

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
DRAWN, OWN_DATA = "drawn by you", "your own data"
BATCHES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 500)
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
    "minimax, consensus .1": Consensus(0.1),
    "least squares": losses.least_squares,
    "log, real labels .9": losses.LabelSmoothing(0.9),
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
SCHEDULES = {"in turn": InTurn(), "both at once": Simultaneous(), "only the worse": WorseOnly()}
BLURS = {"none": None}
BLURS |= {f"sd {sd}, gone at step 2,000": InstanceNoise(sd, LinearDecay(2000)) for sd in (0.2, 0.5, 1.0)}

CHANGES = {"none": None, "shift and cut-out": Augmentation(colour=False), "shift, cut-out and colour": Augmentation()}


def data_chosen(recipe) -> str:
    """The word for a recipe's data."""
    for fits in (lambda data: data == recipe.data, lambda data: _alike(data, recipe.data)):
        if found := [word for word, (data, _) in DATA.items() if fits(data)]:
            return found[0]
    return DRAWN if hasattr(recipe.data, "points") else OTHER


def named(recipe) -> str:
    """What a recipe is called in pictures: by its name, but on data of one's own by theirs."""
    return (recipe.data.name or OWN_DATA) if data_chosen(recipe) == DRAWN else recipe.name


def choose_data(recipe, word: str):
    """The recipe on the data of a word, with the window that they are drawn in."""
    if word in (DRAWN, OTHER):
        if word == data_chosen(recipe):
            return recipe
        raise ValueError("data: draw some first, with the button Draw data")
    if word not in DATA:
        refuse("data", word, f"one of {list(DATA)}")
    data, window = DATA[word]
    return replace(recipe, data=data, window=window)


def _alike(known, now) -> bool:
    """Whether two data are the same but for their width, which has a slider of its own."""
    if type(known) is not type(now):
        return False
    return known == now or (hasattr(now, "sd") and now.dim == 2 and replace(now, sd=known.sd) == known)


_toys = {"fitting": lambda recipe: not recipe.large}
DATA_CONTROL = Control(
    "data",
    "What G is to imitate. The more separate blobs there are, the likelier it is that G leaves some of them out.",
    tuple(DATA),
    "data",
    "data",
    get=data_chosen,
    put=choose_data,
    **_toys,
)
NOISE_CONTROL = Control(
    "noise",
    "What G makes its samples of. With fewer dimensions than the data have, G can only lay a bent thread through them.",
    NOISES,
    "noise",
    "data",
    **_toys,
)
