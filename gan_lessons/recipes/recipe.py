"""`Recipe`: all settings of one GAN, on a line, in the plane or of images. A variation is `replace(recipe, batch=16)`.

`recipe.trainer(seeds=range(100))` builds the `Trainer` that runs the experiment a hundred times at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace

import torch

from gan_lessons._core import devices
from gan_lessons._core.refusals import refuse, row
from gan_lessons._core.settings import (
    OTHER,
    Control,
    Settings,
    controls,
    declarations,
    frozen,
    of,
    setting,
    several,
    text,
    whole,
    yes_or_no,
)
from gan_lessons.distributions.base import Distribution
from gan_lessons.distributions.noise import Noise
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.penalties import Penalty
from gan_lessons.models.architecture import Architecture
from gan_lessons.models.conditioning import Conditioning
from gan_lessons.models.stages import Stage, stages
from gan_lessons.recipes.choices import (
    BATCHES,
    BLURS,
    CHANGES,
    DATA_CONTROL,
    LOSSES,
    NOISE_CONTROL,
    PENALTIES,
    SCHEDULES,
)
from gan_lessons.trainers.augmentation import Augmentation
from gan_lessons.trainers.checks import whole_seeds
from gan_lessons.trainers.distributed import Together
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD, Adam, Optimizer
from gan_lessons.trainers.pretraining import pretrain_discriminator
from gan_lessons.trainers.schedules import InTurn, Schedule
from gan_lessons.trainers.trainer import Trainer

KINDS_OF_OPTIMIZER = {"SGD": SGD, "Adam": Adam}


def _another_optimizer(name: str, now: Optimizer, kind: str) -> Optimizer:
    if kind not in KINDS_OF_OPTIMIZER:
        refuse(name, kind, f"one of {list(KINDS_OF_OPTIMIZER)}")
    if type(now) is KINDS_OF_OPTIMIZER[kind]:
        return now
    same = {known.name: getattr(now, known.name) for known in fields(Optimizer)}
    return KINDS_OF_OPTIMIZER[kind](**same, **({"betas": (0.5, 0.99)} if kind == "Adam" else {}))


def _optimizer(who: str):
    key = f"{who.lower()}_optimizer"
    control = Control(
        f"{who}'s optimizer",
        f"How {who} turns gradients into moves. SGD goes by the slope's size; Adam evens it out, at smaller rates.",
        tuple(KINDS_OF_OPTIMIZER),
        key,
        who,
        get=lambda recipe: type(getattr(recipe, key)).__name__,
        put=lambda recipe, kind: replace(recipe, **{key: _another_optimizer(key, getattr(recipe, key), kind)}),
    )
    return setting(check=of(Optimizer, "an Optimizer of gan_lessons.trainers"), who=who, controls=[control])


def _word(schedule: Callable) -> str:
    return next((word for word, known in SCHEDULES.items() if type(schedule) is type(known)), OTHER)


def _other_schedule(now: Callable, word: str) -> Callable:
    if word not in SCHEDULES:
        return now if word == OTHER else refuse("moves", word, f"one of {list(SCHEDULES)}")
    return now if word == _word(now) else SCHEDULES[word]


def _averaging() -> Control:
    def put(recipe: "Recipe", weight: float) -> "Recipe":
        both = ("d_optimizer", "g_optimizer")
        return replace(recipe, **{key: replace(getattr(recipe, key), historical_averaging=weight) for key in both})

    words = "Pulls weights towards their mean over time, against going in circles. Too strong: nothing moves. 0 is off."
    about = "historical averaging", words
    get = lambda recipe: recipe.g_optimizer.historical_averaging  # noqa: E731
    return Control(*about, (0.0, 0.01, 0.1, 1.0), "averaging", "training", get=get, put=put)


def _batch_fits(recipe: "Recipe", n: int) -> bool:
    """Whether a batch size is worth offering: packs must fill it, and for images powers of two are steps enough."""
    packs = n % getattr(recipe.discriminator, "pack", 1) == 0
    return packs and (not recipe.large or n in (8, 16, 32, 64, 128, 256))


def _window(name: str, value: object) -> tuple[float, ...]:
    window = row(name, value)
    return window if len(window) == 2 and window[0] < window[1] else refuse(name, value, "two numbers that rise")


def _schedule(name: str, value: object) -> Callable:
    return value if callable(value) else refuse(name, value, "a schedule of gan_lessons.trainers")


_schedule.kind, _schedule.optional = Schedule, False


def _real(name: str, value: object) -> Distribution:
    return _A_DISTRIBUTION(name, value)


_A_DISTRIBUTION = of(Distribution, "a Distribution of gan_lessons.distributions")
_AT_THE_START = ("data", "noise", "batch")  # what networks are built for: some changes of it need others
_real.kind, _real.optional, _real.but = Distribution, False, Noise  # in files: G's noise is no data


@frozen
class Recipe(Settings):
    """All settings of one GAN.

    generator, discriminator: how the networks are built. steps: the article's length, in steps of the schedule.
    pretrain: steps in which D first learns the real density. window: the stretch of the line worth drawing, or the
    square of the plane. fast: whether forward passes may compute in bfloat16 where the device is quicker with it.
    Remedies: penalties, unroll, instance_noise, augmentation (of pictures); others are settings of the networks and
    optimizers.
    Raises ValueError for what makes no sense."""

    name: str = setting(check=text, tells=True)
    source: str = setting(check=text, tells=True)
    data: Distribution = setting(check=_real, controls=[DATA_CONTROL])
    noise: Distribution = setting(
        check=_A_DISTRIBUTION,
        controls=[NOISE_CONTROL],
    )
    generator: Architecture = setting(
        check=of(Architecture, "an Architecture of gan_lessons.models, such as MLP((16,))"), who="G", restarts=True
    )
    discriminator: Architecture = setting(
        check=of(Architecture, "an Architecture of gan_lessons.models, such as MLP((16,))"), who="D", restarts=True
    )
    batch: int = setting(
        check=whole(),
        most=100_000,
        controls=[
            Control(
                "batch size",
                "Samples of each kind at an update. Larger batches make calmer moves, but each step takes longer.",
                BATCHES,
                basic=True,
                fits=_batch_fits,
            )
        ],
    )
    d_optimizer: Optimizer = _optimizer("D")
    g_optimizer: Optimizer = _optimizer("G")
    steps: int = setting(check=whole(), tells=True)
    objective: losses.Objective = setting(
        losses.non_saturating,
        of(losses.Objective, "an Objective of gan_lessons.losses"),
        controls=[
            Control(
                "loss",
                "What the two networks play for. It decides how hard G is pulled where D is sure: by minimax least.",
                LOSSES,
                "loss",
                "training",
                get=lambda recipe: recipe.objective.adversarial,
                put=lambda recipe, loss: replace(recipe, objective=recipe.objective.on(loss)),
            )
        ],
    )
    schedule: Callable = setting(
        InTurn(),
        _schedule,
        controls=[
            Control(
                "who moves",
                "In turn, D and then G; both at once, from the same point; or only the worse, as D's verdicts decide.",
                tuple(SCHEDULES),
                "moves",
                get=lambda recipe: _word(recipe.schedule),
                put=lambda recipe, word: replace(recipe, schedule=_other_schedule(recipe.schedule, word)),
                field="schedule",
            )
        ],
    )
    pretrain: int = setting(0, whole(0), most=100_000, restarts=True)
    window: tuple[float, float] = setting((-8.0, 8.0), _window, tells=True, restarts=True)
    penalties: tuple[Penalty, ...] = setting(
        (),
        several(Penalty, "a tuple of penalties, such as (R1(1.0),)"),
        controls=[
            Control(
                "penalty on D's slope",
                "Keeps D from being too steep, so that G has a slope to follow. Too heavy: D stays flat, says little.",
                PENALTIES,
            )
        ],
        longest=10,
    )
    unroll: int = setting(
        0,
        whole(0),
        most=100,
        controls=[
            Control(
                "unrolled steps",
                "How many updates of D ahead G looks. More: G avoids what D would soon see, but steps take longer.",
                (0, 1, 2, 3, 5, 8),
            ),
            _averaging(),
        ],
    )
    instance_noise: InstanceNoise | None = setting(
        None,
        of(InstanceNoise, "None or an InstanceNoise", optional=True),
        controls=[
            Control(
                "instance noise",
                "Blurs what D is shown, real and generated alike, so that they overlap. Too wide: fine shapes go.",
                BLURS,
            )
        ],
    )
    augmentation: Augmentation | None = setting(
        None,
        of(Augmentation, "None or an Augmentation", optional=True),
        later=True,
        controls=[
            Control(
                "augmentation",
                "Changes every picture before D sees it, so that D cannot learn few pictures by heart. Slows a start.",
                CHANGES,
                fitting=lambda recipe: recipe.large,
            )
        ],
    )
    fast: bool = setting(False, yes_or_no, restarts=True)

    def __post_init__(self):
        super().__post_init__()
        if self.pretrain and getattr(self.discriminator, "features", None) is not None:
            refuse("pretrain", self.pretrain, "0 where D looks at whole batches: it has no density to learn")
        self.generator.check_role("G", self.noise.dim), self.discriminator.check_role("D", self.noise.dim)
        if self.pretrain and self.objective.asks(self.data, self.noise) != Conditioning():
            refuse("pretrain", self.pretrain, f"0 with {self.objective!r}: D would learn a density without labels")

    @property
    def large(self) -> bool:
        """Whether its networks are worth more than one thread, and a GPU."""
        return self.generator.large or self.discriminator.large

    @property
    def controls(self) -> dict[str, Control]:
        """How a person sets it, by name: the sliders and choices that make sense now."""
        return controls(self)

    def put(self, **values) -> "Recipe":
        """The recipe with other values of its controls, by name: `recipe.put(d_lr=0.01, d_width=32)`.

        Raises ValueError for a name that there is not, and a value that is not allowed."""
        changed = self
        for name, value in values.items():
            known = changed.controls
            if name not in known:
                refuse("name", name, f"one of {list(known)}")
            changed = known[name].put(changed, value)
        return changed

    def trained_by(self) -> dict[str, object]:
        """The settings that act on a running trainer, by name."""
        return {
            name: getattr(self, name)
            for name, declared in declarations(self)
            if not (declared.restarts or declared.tells)
        }

    def restarts(self, other: "Recipe") -> bool:
        """Whether the other needs other networks, or other conditions at the start, so that training begins again."""
        if any(
            declared.restarts and getattr(self, name) != getattr(other, name) for name, declared in declarations(self)
        ):
            return True
        if (self.data.dim, self.noise.dim) != (other.data.dim, other.noise.dim):
            return True
        if self.objective.asks(self.data, self.noise) != other.objective.asks(other.data, other.noise):
            return True
        return self.discriminator.depends_on(self.batch, other.batch)

    def may_restart(self, name: str) -> bool:
        """Whether another value of a field can begin the training again."""
        return name in _AT_THE_START or any(known.restarts for field, known in declarations(self) if field == name)

    def networks(self, runs: int = 1) -> dict[str, torch.nn.Module]:
        """D and G for so many runs, before their weights are drawn from seeds."""
        asks = self.objective.asks(self.data, self.noise)
        return {
            "D": asks.d(self.discriminator, self.data.dim, self.batch, runs),
            "G": asks.g(self.generator, self.noise.dim, self.data.dim, runs),
        }

    def stages(self) -> dict[str, tuple[Stage, ...]]:
        """What a sample becomes on its way through G, and through D; `gl.plots.networks(recipe)` draws it."""
        built = self.networks()
        return {
            "G": stages(built["G"], self.batch, "noise", "generated"),
            "D": stages(built["D"], self.batch, "real or generated", "verdict"),
        }

    def trainer(
        self,
        seeds: Sequence[int] | int = 0,
        *,
        dtype: torch.dtype = torch.float32,
        view: int | None = None,
        probes: Mapping[str, Callable] | None = None,
        same_seeds: bool = False,
        device: devices.Device | None = None,
        autocast: torch.dtype | None = None,
        together: Together | None = None,
    ) -> Trainer:
        """A trainer at step 0 (after D's head start, if there is one), with one run a seed.

        view: samples a snapshot shows, 256 by default, of images 64. device: see `devices.choose`; by default the CPU
        for toys, and "auto" for networks that are worth a GPU. autocast: by default bfloat16 where the recipe is `fast`
        and the device is quicker with it. together: see `distributed.join`."""
        seeds = whole_seeds(seeds, same_seeds)
        runs = len(seeds)
        for network in (self.generator, self.discriminator):
            if runs > 1 and not network.runs_axis:
                refuse("seeds", seeds, f"one seed: a {type(network).__name__} trains one run at a time")
        chosen = devices.choose(device or ("auto" if self.large else "cpu"))
        trainer = Trainer(
            {name: network.to(dtype) for name, network in self.networks(runs).items()},
            seeds=seeds,
            view=view or (64 if self.large else 256),
            probes=probes,
            same_seeds=same_seeds,
            device=chosen,
            autocast=autocast or (devices.fast_type(chosen) if self.fast else None),
            together=together,
            **self.trained_by(),
        )
        trainer.recipe = self
        if self.pretrain:
            density = lambda x: self.data.log_prob(x).exp()  # noqa: E731
            pretrain_discriminator(trainer, density, -5.0, 5.0, self.pretrain, self.d_optimizer)
        return trainer
