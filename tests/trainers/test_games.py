"""Games of one's own: of one player, of two Ds, with labels, in which runs move apart; and copies that go on."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers.recipes import changed
from torch import nn

from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.line import Gaussian, Mixture
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.distributions.plane import Ring
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.objectives import Objective
from gan_lessons.losses.penalties import R1
from gan_lessons.models.committee import Discriminators, Generators
from gan_lessons.models.conditional import Conditional
from gan_lessons.models.mlp import MLP, mlp
from gan_lessons.recipes import toys as recipes
from gan_lessons.recipes.digits import lean_dcgan
from gan_lessons.trainers.decays import StepDecay
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn, OneByOne, Simultaneous, WorseOnly
from gan_lessons.trainers.trainer import Trainer

SEEDS = (4, 0, 9)
BELLS = Mixture((-3.0, 0.0, 3.0), (0.4, 0.4, 0.4))
RATE = Adam(5e-3)


def state(trainer):
    """All tensors that decide how a training goes on, by name."""
    found = {}
    for name, (theta, slots, updates, buffers) in trainer.mark().players.items():
        found[f"{name} updates"] = torch.as_tensor(updates)
        found |= {f"{name} {k}": tensor for k, tensor in enumerate((theta, *slots, *buffers))}
    return found


def where(trainer):
    """That and the rest, to the last bit."""
    mark = trainer.mark()
    tensors = {name: np.asarray(tensor).tobytes() for name, tensor in (state(trainer) | dict(mark.seen)).items()}
    return tensors | {"steps": mark.steps, "places": mark.places, "diverged": trainer.diverged.tolist()}


def runs_are_as_alone(make, steps=60):
    """Trains three runs together, and two of them alone; gives the first."""
    together = make(SEEDS)
    before = {name: player.theta.clone() for name, player in together.players.items()}
    together.advance(steps)
    for name, player in together.players.items():
        assert (player.theta - before[name]).abs().amax(-1).min() > 1e-4  # every run has learnt something
    for run in (0, 2):
        alone = make(SEEDS[run : run + 1])
        alone.advance(steps)
        for name, player in alone.players.items():
            torch.testing.assert_close(together.players[name].theta[run], player.theta[0], rtol=0, atol=1e-10)
        np.testing.assert_allclose(together.snapshot().samples[run], alone.snapshot().samples[0], rtol=0, atol=1e-9)
    return together


# -- one player


def named(step):
    """Cross-entropy of a classifier that names the component."""
    scores = step.networks["classifier"](step.real)
    return (
        F.cross_entropy(scores.flatten(0, 1), step.labels.flatten(), reduction="none").view(step.labels.shape).mean(-1)
    )


def classifier(seeds, **settings):
    net = mlp([1, 16, 3], torch.tanh, runs=len(seeds)).double()
    objective = Objective("cross_entropy", {"classifier": named})
    settings = {"batch": 16, "objective": objective, "classifier_optimizer": RATE} | settings
    return Trainer({"classifier": net}, BELLS, seeds=seeds, **settings)


def test_a_classifier_is_a_game_of_one():
    trainer = runs_are_as_alone(classifier)
    assert trainer.settings["schedule"] == OneByOne(("classifier",)) and trainer.settings["noise"] is None
    trainer.advance(300)
    x = torch.tensor([-3.0, 0.0, 3.0], dtype=torch.float64)[:, None] + torch.linspace(-0.8, 0.8, 9)
    found = trainer.networks["classifier"](x.reshape(1, -1, 1).expand(3, -1, 1)).argmax(-1).view(3, 3, 9)
    assert (found == torch.arange(3)[:, None]).double().mean((-1, -2)).min() > 0.95  # of three, by chance a third
    seen = trainer.snapshot()
    assert set(seen.losses) == {"classifier"} and (seen.losses["classifier"] < 0.3).all()
    assert seen.samples.shape == (3, 0, 1) and np.isnan(seen.p_real).all()


class Autoencoder(nn.Module):
    """From the plane to a line and back."""

    def __init__(self, runs):
        super().__init__()
        self.encoder = mlp([2, 12, 1], torch.tanh, runs)
        self.decoder = mlp([1, 12, 2], torch.tanh, runs)
        self.runs, self.inputs = runs, 2

    def forward(self, x):
        return self.decoder(self.encoder(x))


POINTS = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)


def autoencoder(seeds, **settings):
    objective = Objective(
        "reconstruction",
        {"autoencoder": lambda step: (step.networks["autoencoder"](step.real) - step.real).square().mean((-1, -2))},
        shows=lambda trainer: trainer.networks["autoencoder"](POINTS.expand(trainer.runs, -1, -1)),
    )
    settings = {"batch": 16, "objective": objective, "autoencoder_optimizer": RATE} | settings
    return Trainer({"autoencoder": Autoencoder(len(seeds)).double()}, Ring(8, 1.0, 0.05), seeds=seeds, **settings)


def test_an_autoencoder_is_a_game_of_one_that_shows_reconstructions():
    trainer = runs_are_as_alone(autoencoder)
    first = autoencoder(SEEDS).snapshot()
    trainer.advance(400)
    last = trainer.snapshot()
    far = [np.square(shot.samples - POINTS.numpy()).mean((-1, -2)) for shot in (first, last)]
    assert last.samples.shape == (3, 3, 2) and (far[1] < 0.6 * far[0]).all()
    np.testing.assert_array_equal(last.samples, trainer.settings["objective"].shows(trainer).detach().numpy())


# -- two Ds


def pair(seeds, **settings):
    nets = {"D": mlp([1, 8, 1], runs=len(seeds)).double(), "G": mlp([1, 6, 1], runs=len(seeds)).double()}
    return Trainer(nets, Gaussian(4.0, 0.5), NormalNoise(), seeds=seeds, batch=12, view=10, **settings)


def trio(seeds, **settings):
    def g(step):
        return sum(losses.non_saturating_g(step.pair(name).fake_logits) for name in ("D1", "D2")) / 2

    def d(name):
        return lambda step: losses.cross_entropy_d(step.pair(name).logits)

    nets = {name: mlp([1, 8, 1], runs=len(seeds)).double() for name in ("D1", "D2")}
    nets["G"] = mlp([1, 6, 1], runs=len(seeds)).double()
    objective = Objective("two_ds", {"D1": d("D1"), "D2": d("D2"), "G": g})
    settings = {"objective": objective, "draws": {"D1": "D", "D2": "D"}, "batch": 12, "view": 10} | settings
    return Trainer(nets, Gaussian(4.0, 0.5), NormalNoise(), seeds=seeds, **settings)


def test_two_ds_of_weight_one_half_are_one_d():
    rates = {"g_optimizer": Adam(2e-3)}
    one, two = pair(SEEDS, **rates), trio(SEEDS, **rates)
    one.advance(100), two.advance(100)
    for name, like in (("D1", "D"), ("D2", "D"), ("G", "G")):
        torch.testing.assert_close(two.players[name].theta, one.players[like].theta, rtol=0, atol=1e-10)
    np.testing.assert_allclose(two.snapshot().losses["D1"], one.snapshot().losses["D"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(two.snapshot().samples, one.snapshot().samples, rtol=0, atol=1e-9)


def test_two_ds_on_the_runs_axis_are_as_alone_and_apart_with_numbers_of_their_own():
    trainer = runs_are_as_alone(lambda seeds: trio(seeds, draws={}))
    assert not torch.equal(trainer.players["D1"].theta, trainer.players["D2"].theta)


# -- runs that move apart


def alternating(trainer):
    """D moves in even runs, G in odd ones."""
    even = torch.arange(trainer.runs) % 2 == 0
    trainer.update("D", runs=even)
    trainer.update("G", runs=~even)


OPTIMIZERS = {
    "sgd": SGD(0.05, momentum=0.9),
    "adam": Adam(5e-3),
    "adam, ema": Adam(5e-3, ema=0.9),
    "adam, decay": Adam(5e-3, decay=StepDecay(20, 0.5)),
    "all": Adam(5e-3, ema=0.9, decay=StepDecay(20, 0.5), historical_averaging=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_runs_in_which_others_move_are_separate_trainings(name):
    rates = {"d_optimizer": OPTIMIZERS[name], "g_optimizer": OPTIMIZERS[name]}
    apart = pair(SEEDS, schedule=alternating, **rates)
    apart.advance(60)
    seen = apart.snapshot()
    for run, schedule in enumerate((InTurn(1, 0), InTurn(0, 1), InTurn(1, 0))):
        alone = pair(SEEDS[run : run + 1], schedule=schedule, **rates)
        alone.advance(60)
        for who, player in alone.players.items():
            torch.testing.assert_close(apart.players[who].theta[run], player.theta[0], rtol=0, atol=1e-10)
            assert int(torch.as_tensor(apart.players[who].updates).flatten()[run]) == player.updates
        np.testing.assert_allclose(seen.samples[run], alone.snapshot().samples[0], rtol=0, atol=1e-9)


def test_only_some_runs_move_their_running_averages_too():
    def make(seeds, schedule=InTurn(1, 1)):
        recipe = changed(recipes.steady, batch=12, g_hidden=(6,), d_hidden=(6,), g_norm="batch", schedule=schedule)
        return recipe.trainer(seeds, dtype=torch.float64, view=10)

    def first_only(trainer):
        runs = torch.tensor([True, False, False])
        trainer.update("D", runs=runs), trainer.update("G", runs=runs)

    some, alone, still = make(SEEDS, first_only), make(SEEDS[:1]), make(SEEDS)
    some.advance(20), alone.advance(20)
    for key, value in state(alone).items():
        if "updates" not in key:
            torch.testing.assert_close(state(some)[key][0], value[0], rtol=0, atol=1e-10)
            if "G" in key or "D" in key:
                assert torch.equal(state(some)[key][1:], state(still)[key][1:])


# -- labels


def conditional(seeds, **settings):
    runs = len(seeds)
    nets = {
        "D": Conditional(mlp([4, 24, 24, 1], F.relu, runs), 3).double(),
        "G": Conditional(mlp([4, 16, 1], torch.tanh, runs), 3).double(),
    }
    rates = {"d_optimizer": Adam(5e-3, betas=(0.5, 0.99)), "g_optimizer": Adam(5e-3, betas=(0.5, 0.99))}
    return Trainer(nets, BELLS, NormalNoise(), seeds=seeds, batch=32, view=30, **rates | settings)


def test_a_conditional_g_puts_its_samples_at_the_bell_that_it_is_asked_for():
    trainer = runs_are_as_alone(conditional)
    trainer.advance(1500)
    shown = trainer.show(torch.randn(3, 300, 1, generator=torch.Generator().manual_seed(0)).double())
    by_class = shown.view(3, 100, 3)  # one class after the other, and again
    near = (by_class - torch.tensor([-3.0, 0.0, 3.0], dtype=torch.float64)).abs() < 1.2
    assert near.double().mean((1, 2)).min() > 0.8
    assert trainer.snapshot().samples.shape == (3, 30, 1)


def test_conditional_passes_on_what_its_inner_network_says():
    plain, batch = Conditional(mlp([4, 5, 1]), 3), Conditional(mlp([4, 5, 1], norm="batch"), 3)
    assert (plain.inputs, plain.classes, plain.runs, plain.outputs) == (1, 3, 1, None)
    assert (plain.looks_at, batch.looks_at) == ("samples", "batches")
    with pytest.raises(ValueError, match="batch of 1 is too small"):
        batch.check(1)
    x, labels = torch.ones(1, 2, 1), torch.tensor([[0, 2]])
    assert torch.equal(plain(x, labels), plain.inner(torch.tensor([[[1.0, 1, 0, 0], [1.0, 0, 0, 1]]])))
    for classes in (4, 0, 1.5, "3"):
        with pytest.raises(ValueError, match=r"^classes must be "):
            Conditional(mlp([4, 5, 1]), classes)


class Naming(nn.Module):
    """A D with a logit, and three scores for the class."""

    outputs = 4

    def __init__(self, runs):
        super().__init__()
        self.net, self.runs, self.inputs = mlp([1, 24, 24, 4], F.relu, runs), runs, 1

    def forward(self, x):
        return self.net(x)


def right(outputs, labels):
    """Cross-entropy of the class's scores, (*runs,)."""
    scores = outputs[..., 1:].flatten(0, -2)
    return F.cross_entropy(scores, labels.flatten(), reduction="none").view(labels.shape).mean(-1)


def naming(seeds, **settings):
    """AC-GAN, Odena et al. 2017: both want the class to be seen."""

    def d(step):
        return losses.cross_entropy_d(step.logits) + right(step.real_outputs, step.labels)

    def g(step):
        return losses.non_saturating_g(step.fake_logits) + right(step.fake_outputs, step.labels)

    nets = {"D": Naming(len(seeds)).double(), "G": Conditional(mlp([4, 16, 1], torch.tanh, len(seeds)), 3).double()}
    objective = Objective("ac", {"D": d, "G": g})
    rates = {"d_optimizer": Adam(5e-3, betas=(0.5, 0.99)), "g_optimizer": Adam(5e-3, betas=(0.5, 0.99))}
    return Trainer(nets, BELLS, NormalNoise(), seeds=seeds, batch=32, view=30, objective=objective, **rates | settings)


def test_a_d_with_further_outputs_names_the_class():
    trainer = runs_are_as_alone(naming)
    trainer.advance(600)
    real = trainer.streams["d_real"]
    labels, outputs = real.labels(), trainer.D(real.next())
    assert (outputs[..., 1:].argmax(-1) == labels).double().mean(-1).min() > 0.9
    shown = trainer.show(torch.randn(3, 300, 1, generator=torch.Generator().manual_seed(0)).double()).view(3, 100, 3)
    assert (shown.mean(1).diff(dim=-1) > 1).all()  # what is asked for stands apart, in the bells' order


# -- committees


def committee(
    seeds, weights=((1.0, 2.0, 0.0), (3.0, 1.0)), optimizer=RATE, objective=losses.non_saturating, **settings
):
    recipe = changed(recipes.steady, batch=12, g_hidden=(5,), d_hidden=(7, 7), objective=objective)
    recipe = changed(recipe, d_members=weights[0], g_members=weights[1], d_optimizer=optimizer, g_optimizer=optimizer)
    return replace(recipe, **settings).trainer(seeds, dtype=torch.float64, view=10)


def by_hand(trainer, weights, batch=12):
    """One step of each, D and then G, by a loop over single networks; the parameters (runs, P) that it leads to."""
    ds, gs = (np.array(own) / sum(own) for own in weights)
    found = {"D": [], "G": []}
    objective, rate = trainer.settings["objective"], trainer.settings["d_optimizer"].lr
    for run in range(trainer.runs):
        one = {who: singles(trainer, who, run) for who in "DG"}
        real, noise = (trainer.streams[f"d_{key}"].peek()[run : run + 1] for key in ("real", "noise"))
        made = [G(noise[:, j :: len(gs)]).detach() for j, G in enumerate(one["G"])]
        for D in one["D"]:
            said = [(D(real[:, j :: len(gs)]), D(x)) for j, x in enumerate(made)]
            loss = sum(
                v * objective.d_loss(torch.stack([a[..., 0], b[..., 0]], -2))
                for v, (a, b) in zip(gs, said, strict=True)
            )
            loss.sum().backward()
        noise = trainer.streams["g_noise"].peek()[run : run + 1]
        stepped(one["D"], rate)
        for j, G in enumerate(one["G"]):
            x = G(noise[:, j :: len(gs)])
            sum(w * objective.g_loss(D(x)[..., 0]) for w, D in zip(ds, one["D"], strict=True)).sum().backward()
        stepped(one["G"], rate)
        for who, networks in one.items():
            found[who].append(torch.cat([p.detach().flatten() for net in networks for p in net.parameters()]))
    return {who: torch.stack(runs) for who, runs in found.items()}


def singles(trainer, who, run):
    """The members of one run as networks of their own."""
    inner = trainer.networks[who].inner
    size, found = inner.runs // trainer.runs, []
    for member in range(size):
        net = mlp(inner.sizes, inner.activation).double()
        for own, shared in zip(net.parameters(), inner.parameters(), strict=True):
            own.data = shared.detach()[run * size + member : run * size + member + 1].clone()
        found.append(net)
    return found


def stepped(networks, rate):
    for net in networks:
        for param in net.parameters():
            param.data -= rate * param.grad if param.grad is not None else 0.0
            param.grad = None


WEIGHTS = {
    "equal": ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    "unequal": ((1.0, 2.0, 0.0), (3.0, 1.0)),
    "uneven shares": ((1.0,), (1.0, 1.0, 1.0, 2.0, 0.5)),
}


@pytest.mark.parametrize(
    "objective", [losses.non_saturating, losses.least_squares, losses.LabelSmoothing(0.9)], ids=repr
)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_a_committee_learns_by_the_weighted_sums_of_single_networks(weights, objective):
    trainer = committee(SEEDS, WEIGHTS[weights], SGD(0.05), objective)
    trainer.advance(5)
    for _ in range(3):
        wanted = by_hand(trainer, WEIGHTS[weights])
        trainer.advance(1)
        for who, theta in wanted.items():
            torch.testing.assert_close(trainer.players[who].theta, theta, rtol=0, atol=1e-12)


def test_committees_on_the_runs_axis_are_as_alone_and_their_members_differ():
    trainer = runs_are_as_alone(committee)
    for who in "DG":
        members = singles(trainer, who, 1)
        weights = [net.layers[0].weight for net in members]
        assert not any(torch.equal(a, b) for i, a in enumerate(weights) for b in weights[:i])
    G, D = trainer.alone(1)
    noise = torch.randn(1, 9, 1, dtype=torch.float64)
    assert torch.allclose(G(noise)[0], trainer.G(noise.expand(3, -1, -1))[1])
    assert torch.allclose(D(noise)[0], trainer.D(noise.expand(3, -1, -1))[1])


def test_a_committee_of_one_is_that_network():
    one, plain = committee(SEEDS, ((1.0,), (1.0,))), committee(SEEDS, ((), ()))
    one.advance(50), plain.advance(50)
    for who in "DG":
        torch.testing.assert_close(one.players[who].theta, plain.players[who].theta, rtol=0, atol=1e-10)
    a, b = one.snapshot(), plain.snapshot()
    for name in ("samples", "p_real", "p_fake", "d_loss", "g_loss"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=0, atol=1e-9)


def test_a_committee_saves_and_goes_on(tmp_path):
    trainer, other = committee(SEEDS), committee(SEEDS)
    trainer.advance(5), trainer.save(tmp_path / "three.safetensors")
    other.load(tmp_path / "three.safetensors")
    trainer.advance(5), other.advance(5)
    assert where(trainer) == where(other)
    with pytest.raises(ValueError, match="saved with another architecture"):
        committee(SEEDS, ((1.0, 1.0, 1.0), (3.0, 1.0))).load(tmp_path / "three.safetensors")


# -- only the worse network learns


def worse(seeds, threshold=0.75, **settings):
    return pair(seeds, schedule=WorseOnly(threshold), d_optimizer=Adam(1e-2), g_optimizer=Adam(3e-2), **settings)


def plain_worse(trainer, threshold):
    """The same by a plain loop over one run: says who learns, and lets it."""
    turn = trainer.turn("D")
    real, fake = turn.said()[0]
    right = np.mean([1.0 if a > b else 0.5 if a == b else 0.0 for a in real for b in fake])
    return right, InTurn(1, 0) if right <= threshold else InTurn(0, 1)


def test_only_the_worse_network_learns_run_by_run():
    thresholds = (0.55, 0.75, 0.9)
    together = worse(SEEDS, thresholds)
    alone = [worse(SEEDS[run : run + 1], threshold) for run, threshold in enumerate(thresholds)]
    moved = []
    for _ in range(160):
        plans = [plain_worse(one, threshold)[1] for one, threshold in zip(alone, thresholds, strict=True)]
        before = [{who: one.players[who].theta.clone() for who in "DG"} for one in alone]
        together.advance(1), [one.advance(1) for one in alone]
        for run, (one, plan, old) in enumerate(zip(alone, plans, before, strict=True)):
            d, g = (not torch.equal(one.players[who].theta, old[who]) for who in "DG")
            assert (d, g) == (bool(plan.d_steps), bool(plan.g_steps))
            moved.append((run, d))
            for who in "DG":
                torch.testing.assert_close(
                    together.players[who].theta[run], one.players[who].theta[0], rtol=0, atol=1e-10
                )
    assert len({*moved}) >= 5  # in one run G alone may be the worse one, whose D is right from the start


REFUSED_FAIR = {
    "negative": (lambda: MLP(members=(1.0, -1.0)), "members must be finite numbers of at least 0"),
    "zeros": (lambda: MLP(members=(0.0, 0.0)), "members must be numbers of which at least one is above 0"),
    "not numbers": (lambda: MLP(members="three"), "members must be numbers of at least 0, one for each member"),
    "nan": (lambda: MLP(members=(1.0, float("nan"))), "members must be finite numbers"),
    "with a norm": (lambda: MLP(members=(1.0, 1.0), norm="spectral"), "members must be left out with a norm"),
    "none": (lambda: Discriminators(mlp([1, 4, 1]), ()), "weights must be numbers of at least 0, one for each member"),
    "runs": (lambda: Discriminators(mlp([1, 4, 1], runs=4), (1, 1, 1)), "weights must be as many as divide the 4 runs"),
    "batch norm": (lambda: Generators(mlp([1, 4, 1], runs=2, norm="batch"), (1, 1)), "inner must be a network that"),
    "small batch": (lambda: committee(SEEDS, ((), (1,) * 5), batch=4), "batch of 4 is too small for 5 generators"),
    "penalty": (
        lambda: committee(SEEDS, penalties=(R1(0.1),)),
        "penalties must be left out where D or G is a committee",
    ),
    "unroll": (lambda: committee(SEEDS, unroll=1), "unroll must be left out where D or G is a committee"),
    "loss": (lambda: committee(SEEDS, objective=losses.relativistic), "objective must be a loss of logits alone"),
    "low": (lambda: WorseOnly(0.4), "threshold must be a finite number from 0.5 to 0.99"),
    "high": (lambda: WorseOnly(1.0), "threshold must be a finite number from 0.5 to 0.99"),
    "not finite": (lambda: WorseOnly(float("nan")), "threshold must be a finite number"),
    "wrong number": (lambda: worse(SEEDS, (0.6, 0.7)), "threshold must be one number, or one for each of the 3 runs"),
}


@pytest.mark.parametrize("name", REFUSED_FAIR)
def test_unfair_games_are_refused_by_name(name):
    action, words = REFUSED_FAIR[name]
    with pytest.raises(ValueError, match=words):
        action()


# -- refusals


def unlike(**nets):
    return lambda trainer: Trainer({"D": trainer.D, "G": trainer.G} | nets, BELLS, NormalNoise(), batch=8)


class Empty(nn.Module):
    runs, inputs = 1, 1

    def forward(self, x):
        return x


OWN = {"objective": Objective("own", {"D": lambda step: 0, "E": lambda step: 0})}
REFUSED = {
    "losses of others": (
        lambda t: t.change(**OWN),
        r"objective must be one with a loss for each of \['D', 'G'\]; it has \['D', 'E'\]",
    ),
    "no loss": (lambda t: t.change(objective=Objective("d", {"D": lambda step: 0})), r"it has \['D'\]"),
    "no losses": (lambda t: Objective("none", {}), "losses must be a dictionary of functions"),
    "no function": (lambda t: Objective("none", {"D": 3}), "losses must be a dictionary of functions"),
    "labels": (
        lambda t: Trainer(
            {"D": mlp([1, 4, 1]), "G": Conditional(mlp([4, 4, 1]), 3)}, Gaussian(), NormalNoise(), batch=8
        ),
        "G takes labels of 3 kinds, but the data have none",
    ),
    "other labels": (
        lambda t: Trainer({"D": mlp([1, 4, 1]), "G": Conditional(mlp([3, 4, 1]), 2)}, BELLS, NormalNoise(), batch=8),
        "G takes labels of 2 kinds, but the data have 3",
    ),
    "no parameters": (unlike(G=Empty()), "G must be a network with parameters"),
    "nobody moves": (
        lambda t: t.advance(1, lambda trainer: None),
        "schedule must be one that moves a player in each step",
    ),
    "unknown player": (
        lambda t: t.change(schedule=OneByOne(("D", "E"))),
        r"schedule must be one that moves players of this game",
    ),
    "unknown in a step": (
        lambda t: t.advance(1, lambda trainer: (trainer.update("D"), trainer.update("E"))),
        r"name must be one of \['D', 'G'\], not 'E'",
    ),
    "nobody together": (lambda t: t.advance(1, lambda trainer: trainer.update_together()), "name must be one of"),
    "unknown turn": (lambda t: t.turn("E"), r"name must be one of \['D', 'G'\], not 'E'"),
    "two runs": (
        lambda t: t.advance(1, lambda trainer: trainer.update("D", runs=torch.tensor([True, False]))),
        "runs must be None or a tensor of 3 bools",
    ),
    "numbers for runs": (
        lambda t: t.advance(1, lambda trainer: trainer.update("D", runs=torch.tensor([1, 0, 1]))),
        "runs must be None or a tensor of 3 bools",
    ),
    "a list of runs": (
        lambda t: t.advance(1, lambda trainer: trainer.update("D", runs=[True, False, True])),
        "runs must be None or a tensor of 3 bools",
    ),
    "a name with a space": (unlike(**{"a b": mlp([1, 1])}), "networks must be names of players"),
    "no networks": (lambda t: Trainer({}, BELLS, NormalNoise(), batch=8), "networks must be a dictionary"),
    "unroll of one": (lambda t: classifier((0,), unroll=1), r"unroll must be left out in a game of \['classifier'\]"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_played_is_refused_and_changes_nothing(name):
    action, words = REFUSED[name]
    trainer, twin = pair(SEEDS), pair(SEEDS)
    trainer.advance(3), twin.advance(6)
    before, settings = where(trainer), dict(trainer.settings)
    with pytest.raises(ValueError, match=words):
        action(trainer)
    assert where(trainer) == before and trainer.settings == settings
    trainer.advance(3)
    assert where(trainer) == where(twin)


# -- copies


TOY = changed(
    replace(recipes.steady, batch=12, schedule=Simultaneous(), instance_noise=InstanceNoise(0.3)),
    **{"g_norm": "batch", "g_optimizer": Adam(1e-3, ema=0.9), "g_hidden": (6,), "d_hidden": (6,)},
)
DIGITS = changed(lean_dcgan, width=4, noise=NormalNoise(8), batch=8, data=Handwritten(first=100), fast=False)
COPIED = {
    "toy": lambda: TOY.trainer(SEEDS, view=10),
    "dcgan": lambda: DIGITS.trainer(3, view=4, device="cpu"),
}


@pytest.mark.parametrize("kind", COPIED)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))], ids=["copy", "pickle"])
def test_a_copy_goes_on_bit_for_bit_and_by_itself(kind, copied):
    trainer, never = COPIED[kind](), COPIED[kind]()
    trainer.advance(3), never.advance(6)
    other = copied(trainer)
    before = where(trainer)
    assert where(other) == before
    other.advance(3)
    assert where(trainer) == before  # by itself
    trainer.advance(3)
    assert where(trainer) == where(other) == where(never)
    assert np.array_equal(trainer.snapshot().samples, other.snapshot().samples)
