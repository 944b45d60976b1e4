"""`Trainer`: networks, data, objective, optimizers and a schedule in; `Snapshot`s out.

It trains all runs at once. No parameter is shared between runs and every loss is summed over them, so each
run's gradients, and with them its whole training, are what that run would have alone.
"""

import contextlib
import copy
import os
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import nn

from gan_lessons import devices, gradients, losses, savefile
from gan_lessons.combining import check_networks, check_remedies, watching
from gan_lessons.distributions import Distribution, NormalNoise, UniformNoise
from gan_lessons.errors import refuse, whole
from gan_lessons.instance_noise import InstanceNoise
from gan_lessons.models.layers import initialize
from gan_lessons.optim import Adam, Optimizer
from gan_lessons.penalties import Penalty
from gan_lessons.players import Player
from gan_lessons.randomness import Stream
from gan_lessons.records import Snapshot
from gan_lessons.schedules import InTurn
from gan_lessons.steps import Step
from gan_lessons.threads import limit_threads, one_thread
from gan_lessons.together import Together

CHECK_EVERY = 64  # steps between two looks for runs that diverged; the step found is exact all the same
SETTINGS = (
    *("data", "noise", "batch", "objective", "d_optimizer", "g_optimizer", "schedule"),
    *("penalties", "unroll", "instance_noise"),
)
Probe = Callable[["Trainer"], torch.Tensor]


class Trainer:
    """Trains a GAN, all runs at once.

    G, D: networks with as many runs each. data, noise: distributions; data's width is G's output. batch:
    samples of each kind an update. seeds: one a run (default 0, 1, ...); they decide weights, data and noise.
    objective, optimizers and schedule as their modules say. penalties: terms added to D's loss (the loss that is shown
    does not count them). unroll: how many updates of D ahead G looks (0: none). instance_noise: blurs what D is shown.
    view: how many samples a snapshot shows, made of noise fixed by the seed. probes: name -> function of the trainer,
    observed at each snapshot. same_seeds: whether runs may share a seed, where something else sets them apart.
    device: what it computes on (see `devices.choose`). autocast: None, or torch.bfloat16, if forward passes may compute
    in it. together: None, or this process's place among several that train one GAN.

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
        penalties: Sequence[Penalty] = (),
        unroll: int = 0,
        instance_noise: InstanceNoise | None = None,
        view: int = 256,
        probes: Mapping[str, Probe] | None = None,
        same_seeds: bool = False,
        device: devices.Device = "cpu",
        autocast: torch.dtype | None = None,
        together: Together | None = None,
    ):
        limit_threads()
        self.G, self.D = G, D
        self.seeds = _seeds(seeds, G, D, same_seeds)
        if autocast not in (None, torch.bfloat16):  # float16's small numbers would need a scaled loss
            refuse("autocast", autocast, "None or torch.bfloat16")
        self.device, self.autocast, self.together = devices.choose(device), autocast, together
        self.view, self.probes = whole("view", view), _probes(probes)
        given = (data, noise, batch, objective, d_optimizer, g_optimizer, schedule, penalties, unroll, instance_noise)
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
        self._gradients = gradients.choose(self.G, self.D, new["objective"], new["penalties"])
        before = _sources(old)
        for key, source in _sources(new).items():
            if source != before[key]:
                self._streams[key] = self._streams[key].changed(*source)
        for player, key in ((self.d_player, "d_optimizer"), (self.g_player, "g_optimizer")):
            if (type(new[key]), new[key].slots) != (type(old[key]), old[key].slots):
                player.start(new[key])
        if new["noise"] != old["noise"]:
            self.viewing_noise = self._draw_viewing_noise()

    def _checked(self, settings: dict) -> dict:
        """The settings, if they can work with the networks; see ValueErrors below for what cannot."""
        batch = whole("batch", settings["batch"])
        settings, share = settings | {"batch": batch}, batch if self.together is None else self.together.each(batch)
        for name in ("data", "noise"):
            if not isinstance(settings[name], Distribution):
                refuse(name, settings[name], "a distribution of gan_lessons.distributions")
            if settings[name].runs() not in (None, self.runs):
                refuse(name, settings[name], f"the same for all runs, or with one number for each of the {self.runs}")
        for name in ("d_optimizer", "g_optimizer"):
            if not isinstance(settings[name], Optimizer):
                refuse(name, settings[name], "an optimizer of gan_lessons.optim")
        if not isinstance(settings["objective"], losses.Objective):
            refuse("objective", settings["objective"], "an Objective of gan_lessons.losses")
        if not callable(settings["schedule"]):
            refuse("schedule", settings["schedule"], "a schedule of gan_lessons.schedules")
        if not isinstance(settings["penalties"], (tuple, list)):
            refuse("penalties", settings["penalties"], "a tuple of penalties, such as (R1(1.0),)")
        if not isinstance(settings["instance_noise"], InstanceNoise | None):
            refuse("instance_noise", settings["instance_noise"], "None or an InstanceNoise")
        settings |= {"penalties": tuple(settings["penalties"]), "unroll": whole("unroll", settings["unroll"], 0)}
        check_remedies(self.D, settings)
        numbers = (settings["d_optimizer"], settings["g_optimizer"], settings["instance_noise"], *settings["penalties"])
        for holder in filter(None, numbers):
            holder.check(self.runs)
        check_networks(self.G, self.D, settings["data"], settings["noise"], share)
        return settings

    @property
    def runs(self) -> int:
        """How many trainings go on side by side."""
        return len(self.seeds)

    # -- state -------------------------------------------------------------------------------------------

    def _restart(self) -> None:
        initialize(self.G, self.seeds, "G"), initialize(self.D, self.seeds, "D")
        self.G.to(self.device), self.D.to(self.device)
        self.g_player, self.d_player = Player(self.G), Player(self.D)
        self.g_player.start(self.settings["g_optimizer"]), self.d_player.start(self.settings["d_optimizer"])
        dtype, s = self.g_player.theta.dtype, self.settings
        self._streams = {
            key: Stream(source, self.seeds, key, n, dtype, self.device) for key, (source, n) in _sources(s).items()
        }
        self.viewing_noise = self._draw_viewing_noise()
        self._gradients = gradients.choose(self.G, self.D, s["objective"], s["penalties"])
        self.steps = 0
        self._seen = {}
        self._sums = []  # (step, sum of D's parameters, sum of G's), each (runs,), not looked at yet
        self._diverged, self._diverged_d = np.full(self.runs, -1), np.zeros(self.runs, bool)

    def _draw_viewing_noise(self) -> torch.Tensor:
        dtype, noise = self.g_player.theta.dtype, self.settings["noise"]
        return Stream(noise, self.seeds, "view", self.view, dtype, self.device).next()

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

    def keep(self) -> tuple:
        """All that it goes on from, settings too, to `return_to` whatever was changed since."""
        return self.settings, dict(self._streams), self.viewing_noise, self._gradients, self.mark()

    def return_to(self, kept: tuple) -> None:
        """Returns to what `keep` gave."""
        self.settings, streams, self.viewing_noise, self._gradients, mark = kept
        self._streams = dict(streams)
        self.back(mark)

    @property
    def nbytes(self) -> int:
        """What the state that `keep` copies takes, in bytes."""
        players = self.d_player, self.g_player
        return sum(x.nbytes for player in players for x in (player.theta, *player.state, *player.buffers))

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
        with contextlib.nullcontext() if getattr(self.G, "large", False) else one_thread():
            for _ in range(steps):
                try:
                    self.whole_or_not(lambda: self._step(schedule))
                except torch.cuda.OutOfMemoryError as error:  # also by this name in torch 2.4
                    raise devices.full(error, self.device, self.settings["batch"]) from error

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
        self.g_player.move(self._g_gradient(self._next("g_noise")), self.settings["g_optimizer"])

    def update_both(self) -> None:
        """One update of each, from gradients at the same point and on the same noise."""
        place = self._streams["g_noise"].place
        buffers = self.d_player.remember(), self.g_player.remember()
        d_grad = self._d_gradient("g_noise")
        self._streams["g_noise"].place = place
        self.d_player.restore(buffers[0]), self.g_player.restore(buffers[1])
        g_grad = self._g_gradient(self._next("g_noise"))
        self.d_player.move(d_grad, self.settings["d_optimizer"])
        self.g_player.move(g_grad, self.settings["g_optimizer"])

    def _d_gradient(self, noise: str) -> torch.Tensor:
        s = self.settings
        real, jitter = self._blurred(self._next("real"), "d_blur")
        step = Step(self.G, self.D, self._next(noise), real, for_g=False, steps=self.steps, jitter=jitter)
        step.mix, step.slopes_wanted = self._for_penalties()
        with self._precision():
            loss, logits, grad = self._gradients.d(s["objective"], s["penalties"], step)
        self._seen["d_loss"] = self._mean(loss.to(grad.dtype))
        self._seen["logits"] = self._joined(logits.to(grad.dtype))
        return self._mean(grad)

    def _g_gradient(self, noise: torch.Tensor) -> torch.Tensor:
        s = self.settings
        looks = s["objective"].g_sees_real or s["unroll"]
        real, jitter = self._blurred(self._next("g_real") if looks else None, "g_blur")
        step = Step(self.G, self.D, noise, real, steps=self.steps, jitter=jitter)
        with self._precision():
            loss, grad = self._unrolled(step) if s["unroll"] else self._gradients.g(s["objective"], step)
        self._seen["g_loss"] = self._mean(loss.to(grad.dtype))
        return self._mean(grad)

    def _next(self, stream: str) -> torch.Tensor:
        """The next batch of a stream, or this process's share of it."""
        return self._share(self._streams[stream].next())

    def _share(self, batch: torch.Tensor) -> torch.Tensor:
        return batch if self.together is None else self.together.share(batch)

    def _mean(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor if self.together is None else self.together.mean(tensor)

    def _joined(self, logits: torch.Tensor) -> torch.Tensor:
        return logits if self.together is None else self.together.joined(logits)

    def _precision(self) -> contextlib.AbstractContextManager:
        return torch.autocast(self.device.type, self.autocast) if self.autocast else contextlib.nullcontext()

    def _unrolled(self, step: Step) -> tuple[torch.Tensor, torch.Tensor]:
        s, buffers = self.settings, self.d_player.remember()
        step.mix, step.slopes_wanted = self._for_penalties()
        found = gradients.unrolled_g(s["objective"], s["penalties"], step, s["unroll"], self.d_player, s["d_optimizer"])
        self.d_player.restore(buffers)  # those updates of D never happened
        return found

    def _for_penalties(self) -> tuple[torch.Tensor | None, bool]:
        """How far each mixture is from real to generated, if a penalty mixes; and whether slopes are wanted."""
        penalties = self.settings["penalties"]
        return self._next("mix") if any(penalty.mixes for penalty in penalties) else None, bool(penalties)

    def _blurred(self, real: torch.Tensor | None, stream: str) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """The real batch with instance noise on it, and the noise for the generated one."""
        if self.settings["instance_noise"] is None:
            return real, None
        noise = self.settings["instance_noise"].scale(self._streams[stream].next(), self.steps)
        on_real, on_fake = map(self._share, noise.chunk(2, -2))
        return None if real is None else real + on_real, on_fake

    # -- watching ----------------------------------------------------------------------------------------

    @torch.no_grad()
    def snapshot(self) -> Snapshot:
        """What can be seen now; changes nothing."""
        blank = torch.full((self.runs, 2, 1), torch.nan)
        seen = self._seen
        p_real, p_fake = seen.get("logits", blank).sigmoid().mean(-1).unbind(-1)
        samples = self.show(self.viewing_noise).cpu().numpy()
        return Snapshot(
            step=self.steps,
            samples=samples,
            d_loss=seen.get("d_loss", blank[:, 0, 0]).cpu().numpy().copy(),
            g_loss=seen.get("g_loss", blank[:, 0, 0]).cpu().numpy().copy(),
            p_real=p_real.cpu().numpy(),
            p_fake=p_fake.cpu().numpy(),
            diverged=self.diverged.copy(),
            probes={name: np.asarray(probe(self)).copy() for name, probe in self.probes.items()},
        )

    @torch.no_grad()
    def show(self, noise: torch.Tensor) -> torch.Tensor:
        """What G makes of noise (*runs, n, dim) as a snapshot shows it: in `eval()`, with averaged weights if kept."""
        with watching(self.G):
            return self._shown_g(noise)

    @torch.no_grad()
    def averaged_g(self) -> nn.Module:
        """A copy of G as snapshots show it, in `eval()`: with averaged weights where its optimizer keeps them."""
        player, G = self.g_player, copy.deepcopy(self.G)
        theta = self.settings["g_optimizer"].shown(player.theta, player.state, player.updates)
        for param, piece in zip(G.parameters(), theta.split(player.sizes, 1), strict=True):
            param.copy_(piece.view(param.shape))
        return G.eval()

    def _shown_g(self, noise: torch.Tensor) -> torch.Tensor:
        """What G makes of noise, with averaged weights where its optimizer keeps them (`smoothing`)."""
        player = self.g_player
        theta = self.settings["g_optimizer"].shown(player.theta, player.state, player.updates)
        return self.G(noise) if theta is player.theta else gradients.with_theta(player, theta, lambda G: G(noise))

    def next_batch(self, run: int) -> tuple[np.ndarray, np.ndarray]:
        """The real samples (batch, d) and the noise (batch, dim) of D's next update; nothing is used up."""
        return self._streams["real"].peek()[run].cpu().numpy(), self._streams["d_noise"].peek()[run].cpu().numpy()

    @torch.no_grad()
    def company(self) -> torch.Tensor:
        """Generated samples, (*runs, batch - 1, d) or as many as the view has, in whose company D judges a point."""
        with watching(self.G):
            return self.G(self.viewing_noise[:, : max(1, self.settings["batch"] - 1)])

    def alone(self, run: int) -> tuple[nn.Module, nn.Module]:
        """G and D of one run, as networks of 1 run that share this trainer's weights: they move as it trains.

        They are in `eval()`: batch normalisation takes its running averages, where in training it took the batch's."""
        if whole("run", run, 0) >= self.runs:
            refuse("run", run, f"one of the {self.runs} runs, from 0")
        pair = []
        for player in (self.g_player, self.d_player):
            network = copy.deepcopy(player.network)
            shared = [*zip(network.parameters(), player.params, strict=True)]
            for own, tensor in [*shared, *zip(network.buffers(), player.buffers, strict=True)]:
                own.data = tensor.data[run : run + 1] if self.runs > 1 else tensor.data
            for module in network.modules():
                if hasattr(module, "runs"):
                    module.runs = 1
            pair.append(network.eval())
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
        bad_d, bad_g = (~torch.isfinite(torch.stack([s[i] for s in self._sums])).cpu().numpy() for i in (1, 2))
        bad = bad_d | bad_g  # (steps, runs)
        new = bad.any(0) & (self._diverged < 0)
        if new.any():
            first = bad.argmax(0)
            # in this order an interrupt between two of the three does no harm: looking again gives the same
            self._diverged_d = np.where(new, bad_d[first, np.arange(self.runs)], self._diverged_d)
            self._diverged = np.where(new, steps[first], self._diverged)
        self._sums = []


def _probes(probes: Mapping[str, Probe] | None) -> dict[str, Probe]:
    if not isinstance(probes or {}, Mapping) or not all(callable(probe) for probe in (probes or {}).values()):
        refuse("probes", probes, "a dictionary of functions of the trainer")
    return dict(probes or {})


def _sources(settings: dict) -> dict[str, tuple[Distribution, int]]:
    """The random numbers that a training uses: name -> (distribution, how many at a time)."""
    data, noise, batch = settings["data"], settings["noise"], settings["batch"]
    blur = NormalNoise(data.dim), 2 * batch  # instance noise on the real and on the generated batch
    sources = {"real": (data, batch), "d_noise": (noise, batch), "g_noise": (noise, batch)}
    return sources | {"g_real": (data, batch), "d_blur": blur, "g_blur": blur, "mix": (UniformNoise(), batch)}


def _seeds(seeds: Sequence[int] | None, G: nn.Module, D: nn.Module, same_seeds: bool) -> tuple[int, ...]:
    for name, network in (("G", G), ("D", D)):
        if not isinstance(network, nn.Module) or not hasattr(network, "runs") or not hasattr(network, "inputs"):
            refuse(name, network, "a network that knows its `runs` and `inputs` and ends in a number, as `mlp` makes")
    seeds = whole_seeds(range(G.runs) if seeds is None else seeds, same_seeds)
    for name, network in (("G", G), ("D", D)):
        if network.runs != len(seeds):
            refuse("seeds", seeds, f"one for each of the {network.runs} runs of {name}")
    return seeds


def whole_seeds(seeds: Sequence[int], same_seeds: bool = False) -> tuple[int, ...]:
    """The seeds as a tuple. Raises ValueError unless they are whole numbers from 0, at least one, and all different
    (where not `same_seeds`)."""
    if not isinstance(seeds, (Sequence, np.ndarray)) or isinstance(seeds, str) or not len(seeds):
        refuse("seeds", seeds, "a sequence with one whole number a run")
    seeds = tuple(whole("seeds", seed, 0) for seed in seeds)
    if len(set(seeds)) < len(seeds) and not same_seeds:
        refuse("seeds", seeds, "all different: two runs of one seed are one run")
    return seeds
