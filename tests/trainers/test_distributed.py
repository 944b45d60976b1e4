"""Two processes that train one GAN are one process on the joined batch: real ones, by torchrun and gloo."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from helpers.recipes import changed
from torch import nn

from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.line import Gaussian
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.penalties import R1, GradientPenalty
from gan_lessons.metrics.images import Seen, compare
from gan_lessons.models.dcgan import PlainNetwork, dcgan_d, dcgan_init, default_init, mlp_d
from gan_lessons.models.mlp import mlp
from gan_lessons.models.packed import Packed
from gan_lessons.recipes.digits import lean_dcgan
from gan_lessons.trainers import distributed as together
from gan_lessons.trainers.distributed import Together
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import Adam
from gan_lessons.trainers.schedules import Simultaneous
from gan_lessons.trainers.trainer import Trainer

DATA, NOISE = Handwritten(first=200), NormalNoise(8)


def plain_g():
    """A generator of digits without batch normalisation: each sample is made by itself."""
    layers = nn.ConvTranspose2d(8, 8, 7), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 4), nn.Tanh()
    return PlainNetwork(nn.Sequential(*layers), 8, (8, 1, 1), dcgan_init)


def packs():
    body = nn.Sequential(nn.Linear(1568, 16), nn.LeakyReLU(0.2))
    return Packed(PlainNetwork(body, 1568, (1568,), default_init, nn.Linear(16, 1)), 2)


ADAM = {"d_optimizer": Adam(2e-3), "g_optimizer": Adam(2e-3, ema=0.9)}
KINDS = {
    "toys": lambda **also: Trainer(
        {who: mlp([1, 8, 1], runs=3).double() for who in ("D", "G")},
        *(Gaussian((4.0, 3.0, 2.0)), NormalNoise()),
        **{"batch": 12, "view": 4} | also,
    ),
    "dcgan": lambda **also: digits(dcgan_d(4, norm=None), **also),
    "spectral": lambda **also: digits(dcgan_d(4, norm="spectral"), schedule=Simultaneous(), **also),
    "R1": lambda **also: digits(mlp_d(), penalties=(R1(2.0),), instance_noise=InstanceNoise(0.2), **also),
    "mixtures": lambda **also: digits(
        dcgan_d(4, norm=None), penalties=(GradientPenalty(10.0),), objective=losses.relativistic, **also
    ),
    "packs": lambda **also: digits(packs(), penalties=(R1(1.0),), **also),
    "small batch": lambda **also: digits(dcgan_d(4, norm=None), batch=4, **also),
}
# each process looks ahead on its own share of the batch, which is not quite the training of one process
ALL = KINDS | {"unrolled": lambda **also: KINDS["toys"](unroll=2, **also)}


def digits(D, **settings):
    settings = {"batch": 12, "view": 4, "seeds": [3]} | ADAM | settings
    return Trainer({"D": D.double(), "G": plain_g().double()}, DATA, NOISE, **settings)


def five_steps(trainer):
    """All that can be compared of five steps, as lists."""
    shots = list(trainer.run(5))[1:]
    seen = [[getattr(shot, name).tolist() for name in ("d_loss", "g_loss", "p_real", "p_fake")] for shot in shots]
    players = trainer.players["D"], trainer.players["G"]
    tensors = [tensor for player in players for tensor in (player.theta, *player.state, *player.buffers)]
    return [*map(torch.tensor, seen), torch.from_numpy(shots[-1].samples), *tensors]


def refusals(others):
    """What is said to settings that processes cannot share."""
    said = {}
    for name, action in {
        "batch": lambda: KINDS["dcgan"](batch=13, together=others),
        "change": lambda: KINDS["dcgan"](together=others).change(batch=7),
        "packs": lambda: KINDS["packs"](batch=6, together=others),  # 3 images each, in packs of 2
        "company": lambda: digits(dcgan_d(4), batch=2, together=others),  # one image each, with batch normalisation
    }.items():
        try:
            action()
        except ValueError as error:
            said[name] = str(error)
    return said


def looked_at():
    """What a classifier might see in 1,000 generated and as many real images."""
    rng = torch.Generator().manual_seed(0)
    return [Seen(torch.randn(1000, 128, generator=rng), torch.randn(1000, 10, generator=rng)) for _ in range(2)]


def worker(folder):
    """What each of the processes does."""
    others = together.join()
    assert together.join() == others  # a second call joins nothing anew
    found = {name: five_steps(make(together=others)) for name, make in ALL.items()}
    torch.save(found, folder / f"{others.rank}.pt")
    recipe = changed(lean_dcgan, width=4, noise=NOISE, batch=8, data=DATA, fast=False)
    trainer = recipe.trainer(0, device="cpu", view=4, together=others)  # with batch normalisation in G
    trainer.advance(2)
    same = trainer.players["G"].theta.tolist(), trainer.players["D"].theta.tolist()
    about = {"measured": vars(compare(*looked_at()))} if others.rank == 0 else {}  # and the other one need not be there
    about |= {"rank": others.rank, "world": others.world, "refusals": refusals(others), "recipe": same}
    (folder / f"{others.rank}.json").write_text(json.dumps(about))
    torch.distributed.destroy_process_group()


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """What two processes found: their tensors and their words."""
    folder, here = tmp_path_factory.mktemp("together"), Path(__file__).parent
    script = folder / "script.py"
    script.write_text(
        "import pathlib, sys\n"
        f"sys.path[:0] = [{str(here)!r}, {str(here.parent)!r}]\n"
        "import torch\ntorch.set_num_threads(1)\n"
        f"import {Path(__file__).stem} as here\n"
        f"here.worker(pathlib.Path({str(folder)!r}))\n"
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return [(torch.load(folder / f"{rank}.pt"), json.loads((folder / f"{rank}.json").read_text())) for rank in range(2)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_are_one_on_the_joined_batch(processes, kind):
    alone = five_steps(KINDS[kind]())
    for found, _ in processes:
        for a, b in zip(alone, found[kind], strict=True):
            torch.testing.assert_close(b, a, rtol=0, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALL)
def test_both_processes_have_the_same_to_the_last_bit(processes, kind):
    (first, _), (second, _) = processes
    assert all(torch.equal(a, b) for a, b in zip(first[kind], second[kind], strict=True))


@pytest.mark.slow
def test_a_recipes_trainer_goes_together(processes):
    (_, first), (_, second) = processes
    assert first["recipe"] == second["recipe"]
    assert [about["rank"] for about in (first, second)] == [0, 1] and first["world"] == second["world"] == 2


@pytest.mark.slow
def test_one_of_the_processes_measures_alone(processes):
    (_, first), (_, second) = processes
    for name, alone in vars(compare(*looked_at())).items():
        assert first["measured"][name] == pytest.approx(alone), name
    assert "measured" not in second


@pytest.mark.slow
def test_what_cannot_be_shared_is_refused(processes):
    for _, about in processes:
        assert about["refusals"] == {
            "batch": "batch must be a multiple of the 2 processes that share it, not 13",
            "change": "batch must be a multiple of the 2 processes that share it, not 7",
            "packs": "batch of 3 cannot be packed by 2: it must be a multiple of the pack",
            "company": "batch of 1 is too small for a network that compares samples: 2 or more are needed",
        }


def test_shares_are_the_batch_in_order():
    batch = torch.arange(24.0).view(1, 12, 2)
    parts = [Together(rank, 3).share(batch) for rank in range(3)]
    assert [part.shape for part in parts] == [(1, 4, 2)] * 3 and torch.equal(torch.cat(parts, 1), batch)


def test_nothing_is_joined_where_torchrun_started_nothing(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert together.join() is None
