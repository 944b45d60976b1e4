"""The DCGAN that is told a digit: the label moves both networks, and a mixture of labels lies between them."""

from dataclasses import replace

import pytest
import torch

from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.losses.conditional import CGAN
from gan_lessons.models import protocol
from gan_lessons.models.dcgan import DCGAN, told_dcgan_d
from gan_lessons.models.latent_space import generate
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.recipes.digits import lean_dcgan

SMALL = replace(
    lean_dcgan,
    generator=DCGAN(4),
    discriminator=DCGAN(4, hidden=8),
    objective=CGAN(),
    noise=NormalNoise(6),
    data=Handwritten(first=200),
    batch=8,
    fast=False,
)


@pytest.fixture(scope="module")
def trainer():
    made = SMALL.trainer(0, device="cpu", view=10)
    made.advance(3)
    return made


def test_a_recipe_with_labels_builds_networks_that_take_them(trainer):
    assert [protocol.ask(network, "classes") for network in (trainer.D, trainer.G)] == [10, 10]
    assert trainer.snapshot().samples.shape == (1, 10, 784)
    for name, network in trainer.networks.items():
        for key, param in network.named_parameters():
            assert param.isfinite().all() and (key.endswith("bias") or param.any()), (name, key)


def test_ds_verdict_depends_on_the_label_and_on_the_picture(trainer):
    x = torch.randn(1, 4, 784, generator=torch.Generator().manual_seed(0)).tanh()
    zeros, ones = torch.zeros(1, 4, dtype=torch.long), torch.ones(1, 4, dtype=torch.long)
    assert trainer.D(x, zeros).shape == (1, 4, 1)
    assert (trainer.D(x, zeros) - trainer.D(x, ones)).abs().min() > 1e-3
    assert trainer.D(x, zeros).std() > 1e-3


def test_at_the_start_the_label_is_as_loud_in_d_as_all_features_together():
    D = told_dcgan_d(8, 2000, 10)
    D.head.inner.reset(0, torch.Generator().manual_seed(0))
    weight = D.head.inner.body[0].weight.detach()
    of_label = weight[:, -10:] * D.head.size
    features = torch.randn(500, weight.shape[1] - 10, generator=torch.Generator().manual_seed(1))  # of mean square 1
    of_features = features @ weight[:, :-10].T
    assert of_label.std().item() == pytest.approx(of_features.std().item(), rel=0.05)


def test_a_mixture_of_one_class_alone_is_the_class(trainer):
    G, noise = trainer.averaged_g(), torch.randn(1, 3, 6, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[2, 5, 9]])
    shares = torch.nn.functional.one_hot(labels, 10).double()
    with torch.no_grad():
        assert torch.equal(G(noise, labels), G(noise, shares))
        half = (shares + shares.flip(-2)) / 2
        assert not torch.equal(G(noise, half)[0, 0], G(noise, labels)[0, 0])


def test_without_labels_each_class_has_its_turn(trainer):
    G, noise = trainer.averaged_g(), torch.zeros(1, 25, 6)
    in_turn = torch.arange(25)[None] % 10
    assert torch.equal(generate(G, noise), generate(G, noise, in_turn))


def test_a_saved_training_goes_on_and_one_with_another_label_does_not(trainer, tmp_path):
    trainer.save(tmp_path / "t")
    again = SMALL.trainer(0, device="cpu", view=10)
    again.load(tmp_path / "t")
    trainer.advance(2), again.advance(2)
    assert torch.equal(again.players["G"].theta, trainer.players["G"].theta)
    with pytest.raises(ValueError, match="was saved with another"):
        replace(SMALL, objective=lean_dcgan.objective).trainer(0, device="cpu", view=10).load(tmp_path / "t")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hidden": 0}, "hidden must be a whole number of at least 1, not 0"),
        ({"hidden": 8, "norm": "batch"}, "norm must be left out where D is told a label, not 'batch'"),
        ({"hidden": 8, "minibatch": Minibatch(3, 2)}, "minibatch must be left out where D is told a label"),
        ({"hidden": 8, "groups": 2}, "groups must be left out where D is told a label, not 2"),
    ],
)
def test_what_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        replace(SMALL, discriminator=DCGAN(4, **given)).trainer(0, device="cpu")


def test_the_label_stands_beside_the_noise_in_the_picture_of_the_network():
    way = SMALL.stages()
    assert (way["G"][0].name, way["G"][0].shape) == ("noise and label", (16,))
    assert (way["D"][0].name, way["D"][0].shape) == ("real or generated", (1, 28, 28))
