"""GANs of digits by name: frozen settings with their source. A variation is `replace(lean_dcgan, batch=128)`.

`recipe.trainer(seed=0)` builds the `Trainer`; what can be shown, saved and measured is as with the toys.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gan_lessons import devices, losses
from gan_lessons.decays import LinearDecay
from gan_lessons.distributions import NormalNoise
from gan_lessons.distributions_digits import Handwritten
from gan_lessons.errors import refuse, whole
from gan_lessons.instance_noise import InstanceNoise
from gan_lessons.models import images
from gan_lessons.models.minibatch import Minibatch
from gan_lessons.optim import Adam, Optimizer
from gan_lessons.penalties import R1, Penalty
from gan_lessons.reprs import without_unused
from gan_lessons.schedules import InTurn
from gan_lessons.together import Together
from gan_lessons.trainers import Trainer

KINDS = ("mlp", "dcgan")
NETWORKS = ("network", "noise", "width", "categories", "d_hidden", "d_norm", "minibatch")  # fields that decide both
OPTIONAL = (
    *("categories", "d_hidden", "d_norm", "minibatch", "penalties", "instance_noise"),
    *("objective", "schedule", "data", "fast"),
)


@dataclass(frozen=True)
class DigitRecipe:
    """All settings of one GAN of digits.

    network: "mlp" or "dcgan". width: channels of a DCGAN's first layer of D and last but one of G (32: lean; 64: the
    tutorials'), of no meaning for the MLP. noise: how many numbers, N(0, I), go into G. steps: how many are worth
    their time. fast: whether forward passes may compute in bfloat16 where the device is quicker with it.
    Remedies: categories (of a DCGAN's noise, see `images.CategoricalCode`; 0 for none), d_hidden (units of a fully
    connected layer of a DCGAN's D, 0 for none), d_norm ("batch", "spectral"), minibatch (discrimination, before D's
    last layer), penalties, instance_noise. Raises ValueError for what makes no sense.
    """

    name: str
    source: str
    network: str
    batch: int
    d_optimizer: Optimizer
    g_optimizer: Optimizer
    steps: int
    noise: int = 64
    width: int = images.LEAN
    categories: int = 0
    d_hidden: int = 0
    objective: losses.Objective = losses.non_saturating
    schedule: Callable = InTurn()
    d_norm: str | None = None
    minibatch: Minibatch | None = None
    penalties: tuple[Penalty, ...] = ()
    instance_noise: InstanceNoise | None = None
    data: Handwritten = Handwritten()
    fast: bool = True

    def __repr__(self) -> str:
        """Python that makes it again; what is as usual is left out."""
        return without_unused(self, OPTIONAL)

    def __post_init__(self):
        if self.network not in KINDS:
            refuse("network", self.network, f"one of {KINDS}")
        for name in ("batch", "steps", "noise", "width"):
            object.__setattr__(self, name, whole(name, getattr(self, name)))
        for name in ("categories", "d_hidden"):
            object.__setattr__(self, name, whole(name, getattr(self, name), 0))
        images.check_categories(self.categories, self.noise)
        if self.categories and self.network == "mlp":
            refuse("categories", self.categories, "0 for an MLP: only a DCGAN's noise can hold a choice here")
        if self.d_hidden and self.network == "mlp":
            refuse("d_hidden", self.d_hidden, "0 for an MLP, whose D has hidden layers of its own")
        if not isinstance(self.data, Handwritten):
            refuse("data", self.data, "a Handwritten of gan_lessons.distributions_digits")
        if self.d_norm not in images.NORMS:
            refuse("d_norm", self.d_norm, f"one of {images.NORMS}")

    def generator(self) -> images.PlainNetwork:
        """G, before its weights are drawn from a seed."""
        if self.network == "mlp":
            return images.mlp_g(self.noise)
        return images.dcgan_g(self.noise, self.width, self.categories)

    def discriminator(self) -> images.PlainNetwork:
        """D, before its weights are drawn from a seed."""
        remedies = {"norm": self.d_norm, "minibatch": self.minibatch}
        if self.network == "mlp":
            return images.mlp_d(**remedies)
        return images.dcgan_d(self.width, hidden=self.d_hidden, **remedies)

    def trainer(
        self, seed: int = 0, *, device: devices.Device = "auto", view: int = 64, together: Together | None = None
    ) -> Trainer:
        """A trainer at its first step. view: how many samples a snapshot shows. device: see `devices.choose`;
        together: see `together.join`. Raises ValueError for what `Trainer` refuses."""
        chosen = devices.choose(device)
        settings = {name: getattr(self, name) for name in _SETTINGS}
        return Trainer(
            self.generator(),
            self.discriminator(),
            self.data,
            NormalNoise(self.noise),
            seeds=[seed],
            view=view,
            device=chosen,
            autocast=devices.fast_type(chosen) if self.fast else None,
            together=together,
            **settings,
        )


_SETTINGS = (
    *("batch", "objective", "d_optimizer", "g_optimizer", "schedule"),
    *("penalties", "instance_noise"),
)


mlp_gan = DigitRecipe(
    name="MLP GAN",
    source="A Beginner's Guide to GANs: its listing (that of Keras-GAN), batch 32 and Adam 2e-4 with beta1 .5",
    network="mlp",
    noise=100,
    batch=32,
    d_optimizer=Adam(2e-4, betas=(0.5, 0.999)),
    g_optimizer=Adam(2e-4, betas=(0.5, 0.999)),
    steps=30_000,
)

tutorial_dcgan = DigitRecipe(
    name="the tutorials' DCGAN",
    source="Radford et al. 2016, section 4: batch 128, Adam 2e-4 with beta1 .5, batch normalisation in both",
    network="dcgan",
    noise=100,
    width=images.TUTORIAL,
    batch=128,
    d_optimizer=Adam(2e-4, betas=(0.5, 0.999)),
    g_optimizer=Adam(2e-4, betas=(0.5, 0.999)),
    d_norm="batch",
    steps=25 * 469,
)

lean_dcgan = DigitRecipe(
    name="lean DCGAN",
    source="ours: half of the tutorials' channels, tuned for good pictures after three minutes on two cores",
    network="dcgan",
    batch=64,
    d_optimizer=Adam(1e-3, betas=(0.5, 0.99)),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99), smoothing=0.998),
    steps=5_000,
)

_slowing = LinearDecay(16_000, low=0.02, start=4_000)
shipped_dcgan = DigitRecipe(
    name="the DCGAN that ships",
    source="ours: the lean one, half as wide again, with a choice in its noise, a hidden layer in D and R1, for longer "
    "and with rates that fall",
    network="dcgan",
    width=48,
    categories=32,
    d_hidden=256,
    batch=64,
    d_optimizer=Adam(1e-3, betas=(0.5, 0.99), decay=_slowing),
    g_optimizer=Adam(2e-3, betas=(0.5, 0.99), decay=_slowing, smoothing=0.999),
    penalties=(R1(0.1),),
    steps=16_000,
)

going_on = replace(
    shipped_dcgan,
    name="the DCGAN that ships, going on",
    source="ours: for the weights that ship, a tenth of the rates that they began with",
    d_optimizer=Adam(1e-4, betas=(0.5, 0.99)),
    g_optimizer=Adam(2e-4, betas=(0.5, 0.99), smoothing=0.999),
    steps=2_000,
)

BY_NAME = {recipe.name: recipe for recipe in (lean_dcgan, tutorial_dcgan, shipped_dcgan, going_on, mlp_gan)}
