"""`Trainer`: networks, data, objective, optimizers and a schedule in; `Snapshot`s out.

It trains all runs at once. No parameter is shared between runs and every loss is summed over them, so each
run's gradients, and with them its whole training, are what that run would have alone.
"""

import contextlib
import copy
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import torch
from torch import nn

from gan_lessons import gradients, losses, savefile
from gan_lessons.distributions import Distribution
from gan_lessons.errors import number, refuse, whole
from gan_lessons.models.layers import WholeBatch, initialize
from gan_lessons.optim import Adam, Optimizer
from gan_lessons.randomness import Stream
from gan_lessons.records import Snapshot
from gan_lessons.schedules import InTurn

CHECK_EVERY = 64  # steps between two looks for runs that diverged; the step found is exact all the same
SETTINGS = ("data", "noise", "batch", "objective", "d_optimizer", "g_optimizer", "schedule")
Probe = Callable[["Trainer"], torch.Tensor]


class Step:
    """What an objective sees of one update.

    D, G: the networks. real: (*runs, batch, d), None in G's update. noise: (*runs, batch, dim). fake: G(noise),
    a constant in D's update. logits: D's on real (row 0) and fake (row 1), (*runs, 2, batch). fake_logits:
    D's on fake alone, (*runs, batch).
    """

    def __init__(self, G: nn.Module, D: nn.Module, noise: torch.Tensor, real: torch.Tensor | None = None):
        self.G, self.D, self.noise, self.real = G, D, noise, real

    @cached_property
    def fake(self) -> torch.Tensor:
        if self.real is None:
            return self.G(self.noise)
        with torch.no_grad():  # D's update must not move G
            return self.G(self.noise)

    @cached_property
    def logits(self) -> torch.Tensor:
        if hasattr(self.D, "both"):  # a D that looks at samples one by one does both in one pass, and says so
            return self.D.both(self.real, self.fake)
        return torch.stack([self.D(self.real).squeeze(-1), self.fake_logits], -2)

    @cached_property
    def fake_logits(self) -> torch.Tensor:
        return self.D(self.fake).squeeze(-1)


class Player:
    """One side of the game: a network whose parameters are views of one tensor, and its optimizer's state.

    theta: (runs, P). One tensor makes an update a handful of operations, and a copy of all a single one.
    """

    def __init__(self, network: nn.Module):
        self.network, self.params = network, list(network.parameters())
        self.theta = torch.cat([p.detach().flatten(1) for p in self.params], 1)
        self._owners = [module._parameters for module in network.modules() if module._parameters]
        for param, piece in zip(self.params, self.theta.split([p[0].numel() for p in self.params], 1), strict=True):
            param.data = piece.view(param.shape)
        self._places = self._where()
        self.state, self.updates = (), 0

    def start(self, optimizer: Optimizer) -> None:
        """Begins with an optimizer that has done no update yet."""
        self.state, self.updates = optimizer.start(self.theta), 0

    def move(self, grad: torch.Tensor, optimizer: Optimizer) -> None:
        """One update in the direction that the optimizer makes of a gradient."""
        with torch.no_grad():
            theta, self.state = optimizer.update(self.theta, grad, self.state, self.updates)
            self.theta.copy_(theta)
        self.updates += 1

    def mark(self) -> tuple:
        """A copy of where this side stands; `back` returns to it."""
        return self.theta.clone(), self.state, self.updates

    def back(self, mark: tuple) -> None:
        theta, self.state, self.updates = mark
        self.theta.copy_(theta)

    def check_views(self, name: str) -> None:
        """Raises ValueError if the network's parameters were replaced behind the trainer's back."""
        if self._where() != self._places:
            refuse(name, "a network moved since", "left where it is: choose dtype before, load by load_state_dict")

    def _where(self) -> list[int]:
        """Where in memory the network's parameters are now."""
        # the modules' own dictionaries, because network.parameters() takes ten times as long
        return [param.data_ptr() for owner in self._owners for param in owner.values()]


class Trainer:
    """Trains a GAN, all runs at once.

    G, D: networks with as many runs each. data, noise: distributions; data's width is G's output. batch:
    samples of each kind an update. seeds: one a run (default 0, 1, ...); they decide weights, data and noise.
    objective, optimizers and schedule as their modules say. view: how many samples a snapshot shows, made of
    noise fixed by the seed. probes: name -> function of the trainer, observed at each snapshot.

    `run` yields snapshots, `advance` only trains. A step commits at its end: an interrupt or an error in it
    leaves the state of the step before, and calling again goes on. Watching changes nothing.
    Raises ValueError, naming the argument, for whatever cannot work together.
    """

    def __init__(
        self,
        G: nn.Module,
        D: nn.Module,
        data: Distribution,
        noise: Distribution,
        *,
        batch: int,
        seeds: Sequence[int] | None = None,
        objective: losses.Objective = losses.non_saturating,
        d_optimizer: Optimizer = Adam(1e-3),
        g_optimizer: Optimizer = Adam(1e-3),
        schedule: Callable[["Trainer"], None] = InTurn(),
        view: int = 256,
        probes: Mapping[str, Probe] | None = None,
    ):
        limit_threads()
        self.G, self.D = G, D
        self.seeds = _seeds(seeds, G, D)
        self.view, self.probes = whole("view", view), _probes(probes)
        given = (data, noise, batch, objective, d_optimizer, g_optimizer, schedule)
        self.settings = self._checked(dict(zip(SETTINGS, given, strict=True)))
        self._restart()

    # -- settings ----------------------------------------------------------------------------------------

    def change(self, **settings) -> None:
        """Changes settings of a running training, by name (`SETTINGS`); they act from the next step.

        A new batch size, data or noise goes on at the next block of random numbers; an optimizer of another
        kind starts afresh, its count of updates too. Raises ValueError and changes nothing if a setting cannot work."""
        for name in settings:
            if name not in SETTINGS:
                refuse("setting", name, f"one of {SETTINGS}")
        old, self.settings = self.settings, self._checked(self.settings | settings)
        new = self.settings
        self._gradients = gradients.choose(self.G, self.D, new["objective"])
        for key, source in (("real", "data"), ("d_noise", "noise"), ("g_noise", "noise")):
            if (new[source], new["batch"]) != (old[source], old["batch"]):
                self._streams[key] = self._streams[key].changed(new[source], new["batch"])
        for player, key in ((self.d_player, "d_optimizer"), (self.g_player, "g_optimizer")):
            if (type(new[key]), new[key].slots) != (type(old[key]), old[key].slots):
                player.start(new[key])
        if new["noise"] != old["noise"]:
            self.viewing_noise = self._draw_viewing_noise()

    def _checked(self, settings: dict) -> dict:
        """The settings, if they can work with the networks; see ValueErrors below for what cannot."""
        batch = whole("batch", settings["batch"])
        settings = settings | {"batch": batch}
        for name in ("data", "noise"):
            if not isinstance(settings[name], Distribution):
                refuse(name, settings[name], "a distribution of gan_lessons.distributions")
            if settings[name].runs() not in (None, self.runs):
                refuse(name, settings[name], f"the same for all runs, or with one number for each of the {self.runs}")
        for name in ("d_optimizer", "g_optimizer"):
            if not isinstance(settings[name], Optimizer):
                refuse(name, settings[name], "an optimizer of gan_lessons.optim")
            settings[name].rate(torch.empty(self.runs, 1), 0)
        if not isinstance(settings["objective"], losses.Objective):
            refuse("objective", settings["objective"], "an Objective of gan_lessons.losses")
        if not callable(settings["schedule"]):
            refuse("schedule", settings["schedule"], "a schedule of gan_lessons.schedules")
        _check_shapes(self.G, self.D, settings["data"], settings["noise"], batch)
        return settings

    @property
    def runs(self) -> int:
        """How many trainings go on side by side."""
        return len(self.seeds)

    # -- state -------------------------------------------------------------------------------------------

    def _restart(self) -> None:
        initialize(self.G, self.seeds, "G"), initialize(self.D, self.seeds, "D")
        self.g_player, self.d_player = Player(self.G), Player(self.D)
        self.g_player.start(self.settings["g_optimizer"]), self.d_player.start(self.settings["d_optimizer"])
        dtype, s = self.g_player.theta.dtype, self.settings
        sources = {"real": s["data"], "d_noise": s["noise"], "g_noise": s["noise"]}
        self._streams = {key: Stream(source, self.seeds, key, s["batch"], dtype) for key, source in sources.items()}
        self.viewing_noise = self._draw_viewing_noise()
        self._gradients = gradients.choose(self.G, self.D, s["objective"])
        self.steps = 0
        self._seen = {}
        self._sums = []  # (step, sum of D's parameters, sum of G's), each (runs,), not looked at yet
        self._diverged, self._diverged_d = np.full(self.runs, -1), np.zeros(self.runs, bool)

    def _draw_viewing_noise(self) -> torch.Tensor:
        return Stream(self.settings["noise"], self.seeds, "view", self.view, self.g_player.theta.dtype).next()

    def mark(self) -> tuple:
        """Where the training stands, to go `back` to (the settings are not part of it)."""
        places = {key: stream.place for key, stream in self._streams.items()}
        self._look()
        players = self.d_player.mark(), self.g_player.mark()
        return self.steps, *players, places, dict(self._seen), self._diverged, self._diverged_d

    def back(self, mark: tuple) -> None:
        """Goes back to a `mark` of this trainer. Optimizers must be of the kind they were then."""
        self.steps, d, g, places, seen, self._diverged, self._diverged_d = mark
        self._seen = dict(seen)
        self.d_player.back(d), self.g_player.back(g)
        for key, place in places.items():
            self._streams[key].place = place
        self._sums = []

    def save(self, path: str | os.PathLike) -> None:
        """Writes all that goes on from here (weights, optimizers, places in the random numbers) with safetensors."""
        savefile.save(self, path)

    def load(self, path: str | os.PathLike) -> None:
        """Goes on from a saved file, bit for bit on the CPU.

        Raises ValueError, and leaves the trainer as it was, for a damaged or foreign file and for one of a
        trainer with other networks, seeds or settings."""
        savefile.load(self, path)

    # -- training ----------------------------------------------------------------------------------------

    def run(self, steps: int, every: int = 1) -> Iterator[Snapshot]:
        """Trains `steps` further steps and yields a snapshot after every `every` of them and after the last.

        A trainer that has not trained yet first shows where it starts, so films begin at step 0.
        Each call gives a fresh iterator; stop it where you like, and call again to go on."""
        whole("steps", steps, 0), whole("every", every)
        return self._run(steps, every)

    def _run(self, steps: int, every: int) -> Iterator[Snapshot]:
        if self.steps == 0:
            yield self.snapshot()
        for done in range(0, steps, every):
            self.advance(min(every, steps - done))
            yield self.snapshot()

    def advance(self, steps: int = 1, schedule: Callable[["Trainer"], None] | None = None) -> None:
        """Trains `steps` steps and shows nothing. schedule: another one for these steps only, such as InTurn(1, 0)."""
        whole("steps", steps, 0)
        schedule = schedule or self.settings["schedule"]
        self.g_player.check_views("G"), self.d_player.check_views("D")
        with one_thread():
            for _ in range(steps):
                self.whole_or_not(lambda: self._step(schedule))

    def part(self, schedule: Callable[["Trainer"], None]) -> None:
        """One part of a step, such as D's half of it, InTurn(1, 0): networks move, but no step is counted."""
        self.whole_or_not(lambda: schedule(self))

    def whole_or_not(self, action: Callable[[], None]) -> None:
        """Does an action on this trainer wholly, or, where it raises anything (an interrupt too), not at all."""
        before = self._quick_mark()
        try:
            action()
        except BaseException:
            self._back_quick(before)
            raise

    def _step(self, schedule: Callable[["Trainer"], None]) -> None:
        schedule(self)
        self.steps += 1
        self._sums.append((self.steps, self.d_player.theta.sum(-1), self.g_player.theta.sum(-1)))
        if len(self._sums) >= CHECK_EVERY:
            self._look()

    def _quick_mark(self) -> tuple:
        places = [stream.place for stream in self._streams.values()]
        looks = self._sums, len(self._sums), self._diverged, self._diverged_d
        return self.steps, self.d_player.mark(), self.g_player.mark(), places, dict(self._seen), looks

    def _back_quick(self, mark: tuple) -> None:
        self.steps, d, g, places, self._seen, looks = mark
        self.d_player.back(d), self.g_player.back(g)
        for stream, place in zip(self._streams.values(), places, strict=True):
            stream.place = place
        self._sums, known, self._diverged, self._diverged_d = looks
        del self._sums[known:]

    # The three moves of a schedule.

    def update_d(self) -> None:
        """One update of D on a fresh batch; G stays."""
        self.d_player.move(self._d_gradient("d_noise"), self.settings["d_optimizer"])

    def update_g(self) -> None:
        """One update of G on a fresh batch; D stays."""
        self.g_player.move(self._g_gradient(self._streams["g_noise"].next()), self.settings["g_optimizer"])

    def update_both(self) -> None:
        """One update of each, from gradients at the same point and on the same noise."""
        place = self._streams["g_noise"].place
        d_grad = self._d_gradient("g_noise")
        self._streams["g_noise"].place = place
        g_grad = self._g_gradient(self._streams["g_noise"].next())
        self.d_player.move(d_grad, self.settings["d_optimizer"])
        self.g_player.move(g_grad, self.settings["g_optimizer"])

    def _d_gradient(self, noise: str) -> torch.Tensor:
        step = Step(self.G, self.D, self._streams[noise].next(), self._streams["real"].next())
        self._seen["d_loss"], self._seen["logits"], grad = self._gradients.d(self.settings["objective"], step)
        return grad

    def _g_gradient(self, noise: torch.Tensor) -> torch.Tensor:
        self._seen["g_loss"], grad = self._gradients.g(self.settings["objective"], Step(self.G, self.D, noise))
        return grad

    # -- watching ----------------------------------------------------------------------------------------

    @torch.no_grad()
    def snapshot(self) -> Snapshot:
        """What can be seen now; changes nothing."""
        blank = torch.full((self.runs, 2, 1), torch.nan)
        seen = self._seen
        p_real, p_fake = seen.get("logits", blank).sigmoid().mean(-1).unbind(-1)
        return Snapshot(
            step=self.steps,
            samples=self.G(self.viewing_noise).numpy(),
            d_loss=seen.get("d_loss", blank[:, 0, 0]).numpy().copy(),
            g_loss=seen.get("g_loss", blank[:, 0, 0]).numpy().copy(),
            p_real=p_real.numpy(),
            p_fake=p_fake.numpy(),
            diverged=self.diverged.copy(),
            probes={name: np.asarray(probe(self)).copy() for name, probe in self.probes.items()},
        )

    def next_batch(self, run: int) -> tuple[np.ndarray, np.ndarray]:
        """The real samples (batch, d) and the noise (batch, dim) of D's next update; nothing is used up."""
        return self._streams["real"].peek()[run].numpy(), self._streams["d_noise"].peek()[run].numpy()

    def alone(self, run: int) -> tuple[nn.Module, nn.Module]:
        """G and D of one run, as networks of 1 run that share this trainer's weights: they move as it trains."""
        if whole("run", run, 0) >= self.runs:
            refuse("run", run, f"one of the {self.runs} runs, from 0")
        pair = []
        for player in (self.g_player, self.d_player):
            network = copy.deepcopy(player.network)
            for own, param in zip(network.parameters(), player.params, strict=True):
                own.data = param.data[run : run + 1]
            for module in network.modules():
                if hasattr(module, "runs"):
                    module.runs = 1
            pair.append(network)
        return pair[0], pair[1]

    @property
    def diverged(self) -> np.ndarray:
        """(runs,) int: the step after which a run's parameters were not finite any more, -1 while they are."""
        self._look()
        return self._diverged

    @property
    def diverged_network(self) -> list[str]:
        """For each run "D" or "G", whichever stopped being finite first (D where both did), or ""."""
        return ["" if s < 0 else "D" if d else "G" for s, d in zip(self.diverged, self._diverged_d, strict=True)]

    def _look(self) -> None:
        """Finds the runs that stopped being finite since the last look, and at which step."""
        if not self._sums:
            return
        steps = np.array([step for step, _, _ in self._sums])
        bad_d, bad_g = (~torch.isfinite(torch.stack([s[i] for s in self._sums])).numpy() for i in (1, 2))
        bad = bad_d | bad_g  # (steps, runs)
        new = bad.any(0) & (self._diverged < 0)
        if new.any():
            first = bad.argmax(0)
            # in this order an interrupt between two of the three does no harm: looking again gives the same
            self._diverged_d = np.where(new, bad_d[first, np.arange(self.runs)], self._diverged_d)
            self._diverged = np.where(new, steps[first], self._diverged)
        self._sums = []


class DiscriminatorCurve:
    """A probe: D's probability of "real" on an even grid of a line, (*runs, n)."""

    def __init__(self, low: float, high: float, n: int = 200):
        whole("n", n, 2), number("low", low), number("high", high)
        if not low < high:
            refuse("high", high, f"above low, which is {low!r}")
        self.grid = torch.linspace(low, high, n)

    def __call__(self, trainer: Trainer) -> torch.Tensor:
        if isinstance(trainer.D, WholeBatch):
            raise ValueError("probes: D looks at whole batches, so it has no curve over single samples")
        x = self.grid.to(trainer.viewing_noise.dtype)[:, None].expand(trainer.runs, -1, 1)
        return trainer.D(x).squeeze(-1).sigmoid()


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Keeps torch to one thread: operations this small lose more by waiting for a busy second core than it gives.

    torch keeps the setting for each Python thread apart, so trainings in several of them do not disturb each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def limit_threads() -> None:
    """Keeps torch to the processors that a hub grants (CPU_LIMIT, set by JupyterHub and Binder)."""
    try:
        granted = max(1, int(float(os.environ.get("CPU_LIMIT", ""))))
    except (ValueError, OverflowError):
        return
    if torch.get_num_threads() > granted:
        torch.set_num_threads(granted)


def _probes(probes: Mapping[str, Probe] | None) -> dict[str, Probe]:
    if not isinstance(probes or {}, Mapping) or not all(callable(probe) for probe in (probes or {}).values()):
        refuse("probes", probes, "a dictionary of functions of the trainer")
    return dict(probes or {})


def _seeds(seeds: Sequence[int] | None, G: nn.Module, D: nn.Module) -> tuple[int, ...]:
    for name, network in (("G", G), ("D", D)):
        if not isinstance(network, nn.Module) or not hasattr(network, "runs") or not hasattr(network, "inputs"):
            refuse(name, network, "a network that knows its `runs` and `inputs` and ends in a number, as `mlp` makes")
    seeds = whole_seeds(range(G.runs) if seeds is None else seeds)
    for name, network in (("G", G), ("D", D)):
        if network.runs != len(seeds):
            refuse("seeds", seeds, f"one for each of the {network.runs} runs of {name}")
    return seeds


def whole_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """The seeds as a tuple. Raises ValueError unless they are whole numbers from 0, all different, and at least one."""
    if not isinstance(seeds, (Sequence, np.ndarray)) or isinstance(seeds, str) or not len(seeds):
        refuse("seeds", seeds, "a sequence with one whole number a run")
    seeds = tuple(whole("seeds", seed, 0) for seed in seeds)
    if len(set(seeds)) < len(seeds):
        refuse("seeds", seeds, "all different: two runs of one seed are one run")
    return seeds


def _check_shapes(G: nn.Module, D: nn.Module, data: Distribution, noise: Distribution, batch: int) -> None:
    if G.inputs != noise.dim:
        raise ValueError(f"noise of {noise.dim} dimensions does not fit a generator that takes {G.inputs}")
    if hasattr(D, "check"):
        D.check(batch)
    with torch.no_grad():
        like = next(G.parameters())
        if next(D.parameters()).dtype != like.dtype:
            refuse("D", next(D.parameters()).dtype, f"of the same dtype as G, {like.dtype}")
        x = G(like.new_zeros(G.runs, batch, noise.dim))
        if x.shape[-1] != data.dim:
            raise ValueError(f"G makes samples of {x.shape[-1]} dimensions, but the data have {data.dim}")
        if D.inputs != data.dim:
            raise ValueError(f"D takes samples of {D.inputs} dimensions, but the data have {data.dim}")
        if D(x).shape[-1] != 1:
            refuse("D", D, f"a network with one logit at its end, this one has {D(x).shape[-1]}")
    if any(word in _last_operation(D, x) for word in ("Sigmoid", "Softmax")):
        refuse("D", D, "a network that ends in logits: leave out the last sigmoid, the losses have it")


def _last_operation(D: nn.Module, x: torch.Tensor) -> str:
    """Autograd's name of what D does last, but for operations that only rearrange or clip."""
    with torch.enable_grad():
        node = D(x).grad_fn
    while node is not None and any(word in node.name() for word in ("View", "queeze", "Reshape", "Clamp", "Alias")):
        node = node.next_functions[0][0]
    return "" if node is None else node.name()
