"""Looking at a training: snapshots, G with averaged weights, the networks of one run. Nothing of it changes."""

import copy
import functools
import math
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import nn

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.models.conditional import asked
from gan_lessons.trainers import gradients
from gan_lessons.trainers.records import Snapshot
from gan_lessons.trainers.updates import Turn


class watching:
    """`with watching(G, D)`: networks in eval mode, where looking at them changes no buffer; afterwards as before."""

    def __init__(self, *networks: nn.Module):
        # most toys have no buffers, and a change of mode costs as much as a forward pass of theirs
        self.networks = [net for net in networks if net.training and next(net.buffers(), None) is not None]

    def __enter__(self) -> None:
        for network in self.networks:
            network.eval()

    def __exit__(self, *_) -> None:
        for network in self.networks:
            network.train()


class modes_kept:
    """`with modes_kept(networks)`: what is raised in here, an interrupt too, leaves autograd and the networks in the
    modes of before, even if it comes while another context hands them back."""

    def __init__(self, networks: Mapping[str, nn.Module]):
        self.following = torch.is_grad_enabled()
        self.modes = [(network, network.training) for network in networks.values()]

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            return
        torch.set_grad_enabled(self.following)
        for network, training in self.modes:
            if network.training is not training:
                network.train(training)


def looking(method: Callable) -> Callable:
    """A method that looks at a trainer: autograd does not follow it, and all modes are as they were, whatever comes."""

    @functools.wraps(method)
    def looked(self, *args, **kw):
        with self.lock, modes_kept(self.networks), torch.no_grad():
            return method(self, *args, **kw)

    return looked


class Watched:
    """What a trainer shows of itself."""

    @looking
    def snapshot(self) -> Snapshot:
        """What can be seen now; changes nothing."""
        blank, seen = torch.full((self.runs, 2, 1), torch.nan), self.seen
        p_real, p_fake = seen.get("logits", blank).sigmoid().mean(-1).unbind(-1)
        objective = self.settings["objective"]
        if objective.shows is not None:
            samples = objective.shows(self)
        elif "G" in self.players:
            samples = self.show(self.viewing_noise)
        else:
            samples = blank.new_zeros(self.runs, 0, self.settings["data"].dim)
        return Snapshot(
            step=self.steps,
            samples=samples.cpu().numpy(),
            losses={name: seen.get(name, blank[:, 0, 0]).cpu().numpy().copy() for name in self.players},
            p_real=p_real.cpu().numpy(),
            p_fake=p_fake.cpu().numpy(),
            diverged=self.diverged.copy(),
            probes={name: np.asarray(probe(self)).copy() for name, probe in self.probes.items()},
        )

    def asked(self, run: int) -> float:
        """The step in which D was last asked about a batch of a run; NaN if it never was, or that is not known."""
        steps = self.seen.get("asked")
        return math.nan if steps is None else float(steps[run])

    @looking
    def show(self, noise: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """What G makes of noise (*runs, n, dim) as a snapshot shows it: in `eval()`, with averaged weights if kept.

        labels: (n,) or (*runs, n), what a G that takes labels is asked for; by default one class after the other, and
        again. Raises ValueError for a class that G does not know, and for labels that it does not take."""
        player = self.players["G"]
        theta = self.settings["g_optimizer"].shown(player.theta, player.state, player.updates)
        with watching(player.network):
            if theta is player.theta:
                return asked(player.network, noise, labels)
            return gradients.with_theta(player, theta, lambda G: asked(G, noise, labels))

    @looking
    def averaged_g(self) -> nn.Module:
        """A copy of G as snapshots show it, in `eval()`: with averaged weights where its optimizer keeps them."""
        player, G = self.players["G"], copy.deepcopy(self.G)
        theta = self.settings["g_optimizer"].shown(player.theta, player.state, player.updates)
        for param, piece in zip(G.parameters(), player.pieces(theta), strict=True):
            param.copy_(piece)
        return G.eval()

    @looking
    def company(self) -> torch.Tensor:
        """Generated samples, (*runs, batch - 1, d) or as many as the view has, in whose company D judges a point."""
        with watching(self.G):
            return asked(self.G, self.viewing_noise[:, : max(1, self.settings["batch"] - 1)])

    def alone(self, run: int) -> tuple[nn.Module, nn.Module]:
        """G and D of one run, as networks of 1 run that share the trainer's weights: they move as it trains.

        They are in `eval()`: batch normalisation takes its running averages, where in training it took the batch's."""
        self._check_run(run)
        pair = []
        for player in (self.players["G"], self.players["D"]):
            network = copy.deepcopy(player.network)
            shared = [*zip(network.parameters(), player.params, strict=True)]
            for own, tensor in [*shared, *zip(network.buffers(), player.buffers, strict=True)]:
                own.data = tensor.data.chunk(self.runs)[run] if self.runs > 1 else tensor.data
            for module in network.modules():
                if hasattr(module, "runs"):
                    module.runs //= self.runs
            pair.append(network.eval())
        return pair[0], pair[1]

    def turn(self, name: str, noise_of: str = "") -> Turn:
        """A player's next update, to be looked at before it is made; nothing is used up. noise_of: the player whose
        noise it sees, its own by default. Raises ValueError for a player that is not there."""
        if name not in self.players:
            refuse("name", name, f"one of {list(self.players)}")
        return Turn(self, name, noise_of)

    def next_batch(self, run: int) -> tuple[np.ndarray, np.ndarray]:
        """The real samples (batch, d) and the noise (batch, dim) of D's next update; nothing is used up."""
        self._check_run(run)
        return tuple(self.streams[key].peek()[run].cpu().numpy() for key in ("d_real", "d_noise"))

    def _check_run(self, run: int) -> None:
        if whole("run", run, 0) >= self.runs:
            refuse("run", run, f"one of the {self.runs} runs, from 0")
