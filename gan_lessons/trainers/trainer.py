"""`Trainer`: networks, data, objective, optimizers and a schedule in; `Snapshot`s out. The loop, on one page.

It trains all runs at once. No parameter is shared between runs and every loss is summed over them, so each
run's gradients, and with them its whole training, are what that run would have alone.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import nn

from gan_lessons._core import devices
from gan_lessons._core.refusals import refuse, whole
from gan_lessons._core.settings import Settings
from gan_lessons._core.threads import Paying, limit_threads, one_thread
from gan_lessons.models.protocol import ask
from gan_lessons.trainers import checks, game
from gan_lessons.trainers.distributed import Together
from gan_lessons.trainers.moves import Moving, Schedule
from gan_lessons.trainers.records import Snapshot
from gan_lessons.trainers.state import Stateful
from gan_lessons.trainers.watching import Watched

Probe = Callable[["Trainer"], torch.Tensor]


class Trainer(Moving, Stateful, Watched):
    """Trains a game of named players, all runs at once. The game of two, "D" and "G", is a GAN.

    networks: player's name -> network, all with as many runs. data: real samples, with labels where they have them.
    noise: what goes into G; None in a game without G. settings: all by name: batch, samples of each
    kind an update (no default); objective, a loss for each player; NAME_optimizer for each player (d_optimizer);
    schedule, who moves when; of a GAN: penalties, terms added to D's loss (the loss that is shown does not count them);
    unroll, how many updates of D ahead G looks; instance_noise, which blurs what D is shown;
    augmentation, which changes the pictures that D is shown. seeds: one a run (default
    0, 1, ...); they decide weights, data and noise. view: how many samples a snapshot shows, made of noise fixed by the
    seed. probes: name -> function of the trainer, observed at each snapshot. same_seeds: whether runs may share a seed,
    where something else sets them apart. draws: player's name -> the one whose random numbers it takes, its own by
    default. device: what it computes on (see `devices.choose`). autocast: None, or torch.bfloat16, if forward passes
    may compute in it. together: None, or this process's place among several that train one game.

    `run` yields snapshots, `advance` only trains. A step commits at its end: an interrupt or an error in it leaves the
    state of the step before, and calling again goes on. Watching changes nothing. Copies and pickles are independent
    trainers. Raises ValueError, naming the argument, for whatever cannot work together."""

    def __init__(
        self,
        networks: Mapping[str, nn.Module],
        data,
        noise=None,
        *,
        seeds: Sequence[int] | int | None = None,
        view: int = 256,
        probes: Mapping[str, Probe] | None = None,
        same_seeds: bool = False,
        draws: Mapping[str, str] | None = None,
        device: devices.Device = "cpu",
        autocast: torch.dtype | None = None,
        together: Together | None = None,
        **settings,
    ):
        limit_threads()
        self.seeds = checks.check_players(networks, seeds, same_seeds)
        self.networks, self.draws = dict(networks), dict(draws or {})
        if autocast not in (None, torch.bfloat16):  # float16's small numbers would need a scaled loss
            refuse("autocast", autocast, "None or torch.bfloat16")
        self.device, self.autocast, self.together = devices.choose(device), autocast, together
        self.view, self.probes = whole("view", view), checks.check_probes(probes)
        self.labelled = any(ask(network, "classes") for network in self.networks.values())
        large = any(ask(network, "large") for network in self.networks.values())
        self.paying = Paying() if large else None
        self.settings = checks.check_settings(self, game.complete(self, data, noise, settings))
        game.begin(self)

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

    def advance(self, steps: int = 1, schedule: Schedule | None = None) -> None:
        """Trains `steps` steps and shows nothing. schedule: another one for these steps only, such as InTurn(1, 0)."""
        whole("steps", steps, 0)
        schedule = self.settings["schedule"] if schedule is None else schedule
        if not callable(schedule):
            refuse("schedule", schedule, "None or a schedule of gan_lessons.trainers")
        for name, player in self.players.items():
            player.check_views(name)
        with contextlib.nullcontext() if self.paying else one_thread():
            for _ in range(steps):
                try:
                    self.whole_or_not(lambda: self._step_that_pays(schedule))
                except torch.cuda.OutOfMemoryError as error:  # also by this name in torch 2.4
                    raise devices.full(error, self.device, self.settings["batch"]) from error

    def _step_that_pays(self, schedule: Schedule) -> None:
        """One step, of large networks with as many threads as pay."""
        if self.paying is None or not isinstance(schedule, Settings):  # a schedule of one's own may count its calls
            return self._step(schedule)
        before = self.mark()

        def do() -> Callable[[], list]:
            self._step(schedule)
            return lambda: [player.theta.cpu().numpy().tobytes() for player in self.players.values()]

        self.paying.step(do, lambda: self.back(before))

    def _step(self, schedule: Schedule) -> None:
        self.moved = 0
        schedule(self)
        if not self.moved:
            refuse("schedule", schedule, "one that moves a player in each step: this one moved nobody")
        self.steps += 1
        self._note()

    def change(self, **settings) -> None:
        """Changes settings of a running training, by name; they act from the next step.

        A new batch size, data or noise goes on at the next block of random numbers; an optimizer of another
        kind starts afresh, its count of updates too. Raises ValueError and changes nothing if a setting cannot work."""
        self.whole_or_not(lambda: game.change(self, settings))
        self.paying = self.paying and Paying()

    # -- what there is -----------------------------------------------------------------------------------

    @property
    def runs(self) -> int:
        """How many trainings go on side by side."""
        return len(self.seeds)

    @property
    def D(self) -> nn.Module:
        return self.networks["D"]

    @property
    def G(self) -> nn.Module:
        return self.networks["G"]
