"""Networks of plain torch layers, and the trainer that moves them: plain loops with torch's optimizers as oracles."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers.recipes import changed
from scipy import stats
from torch import nn

from gan_lessons._core.randomness import initialize
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import CodedNoise, NormalNoise
from gan_lessons.losses import objectives as losses
from gan_lessons.losses.conditional import CGAN, InfoGAN
from gan_lessons.losses.penalties import R1, R2, GradientPenalty
from gan_lessons.models.dcgan import (
    DCGAN,
    CategoricalCode,
    DigitMLP,
    PlainNetwork,
    dcgan_d,
    dcgan_g,
    default_init,
    mlp_d,
    mlp_g,
)
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.models.packed import Packed
from gan_lessons.recipes.digits import BY_NAME, lean_dcgan, mlp_gan, tutorial_dcgan
from gan_lessons.trainers.decays import LinearDecay
from gan_lessons.trainers.instance_noise import InstanceNoise
from gan_lessons.trainers.optim import SGD, Adam
from gan_lessons.trainers.schedules import InTurn, Simultaneous
from gan_lessons.trainers.trainer import Trainer

FEW = Handwritten(first=500)
RATES = {"d_optimizer": Adam(5e-4, betas=(0.5, 0.99)), "g_optimizer": Adam(5e-4, betas=(0.5, 0.99), ema=0.99)}
SMALL = changed(lean_dcgan, width=4, noise=NormalNoise(8), batch=8, data=FEW, fast=False, **RATES)
MLPS = {"generator": DigitMLP(), "discriminator": DigitMLP()}


def small(network="dcgan", **settings):
    """The small DCGAN, or the MLP GAN at its size, with other settings."""
    return changed(SMALL, **(MLPS if network == "mlp" else {}), **settings)


def networks_of(recipe):
    """Its networks, before their weights are drawn."""
    D = recipe.discriminator.discriminator(recipe.data.dim, recipe.batch, 1)
    return {"D": D, "G": recipe.generator.generator(recipe.noise.dim, recipe.data.dim, 1)}


ADAM = Adam(2e-3, betas=(0.5, 0.99))


def images(n, seed=0, dtype=torch.float32):
    return FEW.sample((1, n), torch.Generator().manual_seed(seed), dtype)


def where(trainer):
    """All that decides how a training goes on and what it shows, to the last bit."""
    mark = trainer.mark()
    arrays = {"shown": trainer.snapshot().samples, **mark.seen}
    for name, (theta, state, _, buffers) in mark.players.items():
        arrays |= {f"{name}.{k}": tensor for k, tensor in enumerate((theta, *state, *buffers))}
    updates = [player.updates for player in mark.players.values()]
    return {"steps": mark.steps, "updates": updates, "places": mark.places} | {
        name: np.asarray(value).tobytes() for name, value in arrays.items()
    }


# -- networks


def parameters(network):
    return sum(param.numel() for param in network.parameters())


@pytest.mark.parametrize("make", [mlp_g, mlp_d, dcgan_g, dcgan_d])
def test_making_a_network_draws_nothing_from_torchs_own_seed(make):
    before = torch.random.get_rng_state()
    make()
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("network", "count"),
    [
        # weights, then biases; batch normalisation has a scale and a shift a unit
        (mlp_g(), (100 * 256 + 256) + 512 + (256 * 512 + 512) + 1024 + (512 * 1024 + 1024) + 2048 + 1024 * 784 + 784),
        (mlp_d(), (784 * 512 + 512) + (512 * 256 + 256) + (256 + 1)),
        (mlp_d(norm="batch"), 533_505 + 2 * 512),
        (mlp_d(norm="spectral"), 533_505),
        (mlp_d(minibatch=Minibatch(5, 3)), 533_505 + 256 * 15 + 5),
        (dcgan_g(64, 32), 64 * 128 * 16 + 256 + 128 * 64 * 9 + 128 + 64 * 32 * 16 + 64 + 32 * 16 + 1),
        (dcgan_g(100, 128), 100 * 512 * 16 + 1024 + 512 * 256 * 9 + 512 + 256 * 128 * 16 + 256 + 128 * 16 + 1),
        (dcgan_d(32, norm=None), (16 * 32 + 32) + (32 * 64 * 16 + 64) + (64 * 128 * 9 + 128) + (128 * 16 + 1)),
        (dcgan_d(32, norm=None, hidden=10), 109_281 - 2049 + (2048 * 10 + 10) + (10 + 1)),
        (dcgan_d(32), 109_281 + 2 * 64 + 2 * 128),
        (dcgan_d(32, norm="spectral"), 109_281),
        (dcgan_d(32, norm=None, minibatch=Minibatch(5, 3)), 109_281 + 128 * 16 * 15 + 5),
    ],
)
def test_parameters_are_as_counted_by_hand(network, count):
    assert parameters(network) == count


@pytest.mark.parametrize("G", [mlp_g(10), dcgan_g(10, 4)])
def test_a_generator_gives_images_from_paper_to_ink(G):
    initialize(G, (0,), "G")
    out = G(torch.randn(1, 6, 10, generator=torch.Generator().manual_seed(0)) * 100)
    assert out.shape == (1, 6, 784) and out.abs().max() <= 1 and out.std() > 0


@pytest.mark.parametrize(
    "make",
    [mlp_d, lambda **remedies: dcgan_d(4, **remedies), lambda **remedies: dcgan_d(4, hidden=5, **remedies)],
    ids=["mlp", "dcgan", "hidden"],
)
@pytest.mark.parametrize("norm", [None, "batch", "spectral"])
@pytest.mark.parametrize("minibatch", [None, Minibatch(3, 2)], ids=["alone", "minibatch"])
def test_a_discriminator_gives_one_logit_an_image(make, norm, minibatch):
    D, x = make(norm=norm, minibatch=minibatch), images(6)
    initialize(D, (0,), "D")
    assert D(x).shape == (1, 6, 1) and D.both(x, x).shape == (1, 2, 6)
    assert D.penultimate(x).shape[-1] == D.hidden(x).shape[-1] + (3 if minibatch else 0)
    assert D.looks_at == ("samples" if minibatch is None and norm != "batch" else "batches")


def test_only_a_d_that_compares_changes_its_verdict_with_the_company():
    for remedies, moved in (({}, False), ({"norm": "batch"}, True), ({"minibatch": Minibatch(3, 2, sd=1.0)}, True)):
        D, x = mlp_d(**remedies), images(6)
        initialize(D, (0,), "D")
        other = torch.cat([x[:, :3], -x[:, 3:]], 1)
        assert torch.allclose(D(x)[:, :3], D(other)[:, :3], atol=1e-6) is not moved, remedies


def test_both_is_each_by_itself():
    for norm in (None, "batch"):
        D, real, fake = dcgan_d(4, norm=norm).double(), images(6, 1, torch.float64), images(6, 2, torch.float64)
        initialize(D, (0,), "D")
        apart = torch.stack([D(real).squeeze(-1), D(fake).squeeze(-1)], -2)
        torch.testing.assert_close(D.both(real, fake), apart, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(5000, 9), (5000, 9, 1, 1)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_categorical_code_is_a_choice_of_the_largest(shape, dtype):
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(dtype)
    out = CategoricalCode(4)(noise)
    assert out.shape == shape and out.dtype == dtype and torch.equal(out[:, 4:], noise[:, 4:])
    code, first = out.flatten(1)[:, :4], noise.flatten(1)[:, :4]
    assert ((code == 2).sum(1) == 1).all() and ((code == 0).sum(1) == 3).all()
    assert torch.equal(first[code == 2], first.amax(1))
    if dtype == torch.float64:
        assert stats.chisquare((code == 2).sum(0).numpy()).pvalue > 1e-3
        torch.testing.assert_close(code.square().mean(), torch.tensor(1.0, dtype=dtype))


def test_several_codes_are_as_many_choices_side_by_side():
    noise = torch.randn(50, 10, generator=torch.Generator().manual_seed(0))
    out, first = CategoricalCode(3, codes=2)(noise), CategoricalCode(3)
    assert torch.equal(out[:, :3], first(noise[:, :3])) and torch.equal(out[:, 3:6], first(noise[:, 3:6]))
    assert torch.equal(out[:, 6:], noise[:, 6:]) and not torch.equal(out[:, :3], out[:, 3:6])


@pytest.mark.parametrize(
    ("categories", "codes", "words"),
    [
        (4, 3, "categories must be 0, or from 2 to 2, as 3 codes have 8 numbers, not 4"),
        (2, 0, "codes must be a whole number of at least 1, not 0"),
        (0, 2, "codes must be 1 where categories is 0, not 2"),
    ],
)
def test_codes_that_are_none_are_refused(categories, codes, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        dcgan_g(8, 4, categories, codes=codes)


def test_groups_keep_the_channels_apart():
    """One colour of D's picture moves a third of its channels, and G's colours have layers of their own."""
    D, x = dcgan_d(6, norm=None, shape=(3, 28, 28), groups=3), images(1).repeat(1, 1, 3)
    other = x.clone()
    other[..., :784] *= -1
    moved = (D.hidden(x) != D.hidden(other)).view(3, -1).any(1)
    assert moved.tolist() == [True, False, False]
    G = dcgan_g(8, 6, shape=(3, 28, 28), groups=3)
    G.body[3].weight.data[8:16] = 0  # from the second third of its first hidden layer on
    found = G.eval()(torch.randn(1, 4, 8, generator=torch.Generator().manual_seed(0))).view(4, 3, 784)
    assert [channel.std(0).max().item() > 0 for channel in found.unbind(1)] == [True, False, True]


@pytest.mark.parametrize(("width", "channels", "groups"), [(6, 1, 3), (4, 3, 3), (6, 3, 0)])
@pytest.mark.parametrize("make", [dcgan_d, lambda width, **settings: dcgan_g(8, width, **settings)])
def test_groups_of_unequal_size_are_refused(make, width, channels, groups):
    with pytest.raises(ValueError, match=r"^groups must be a (divisor|whole number)"):
        make(width, shape=(channels, 28, 28), groups=groups)


def test_behind_a_choice_a_generator_leaps_and_elsewhere_it_does_not():
    G = dcgan_g(10, 4, 3).double().eval()
    initialize(G, (0,), "G")
    noise = torch.randn(1, 1, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def moved(place):
        """How far an image goes as one number of the noise, just below the largest that chooses, goes up by 1e-6."""
        below, above = noise.clone(), noise.clone()
        below[..., place], above[..., place] = (noise[..., :3].max() + step for step in (-5e-7, 5e-7))
        with torch.no_grad():
            return (G(above) - G(below)).norm().item()

    loser = (noise[0, 0, :3].argmax().item() + 1) % 3
    assert moved(loser) > 100 * max(moved(place) for place in range(3, 10))


def test_the_guides_generator_has_leaky_relu_before_batch_normalisation():
    """Keras' LeakyReLU(.2) and BatchNormalization(momentum=.8), whose eps is 1e-3."""
    kinds = [nn.Linear, nn.LeakyReLU, nn.BatchNorm1d] * 3 + [nn.Linear, nn.Tanh]
    layers = list(mlp_g().body)
    assert [type(layer) for layer in layers] == kinds
    assert [layer.negative_slope for layer in layers[1:9:3]] == [0.2] * 3
    assert [(layer.momentum, layer.eps) for layer in layers[2:9:3]] == [(0.2, 1e-3)] * 3


def test_weights_of_a_dcgan_are_drawn_as_radford_has_it():
    trainer = changed(lean_dcgan, data=FEW, d_norm="batch", fast=False).trainer(3, view=1)
    for network in (trainer.G, trainer.D):
        for layer in [*network.body, network.last]:
            if isinstance(layer, nn.modules.batchnorm._BatchNorm):
                middle, few = 1.0, layer.weight.numel()
                assert not layer.bias.any()
            elif isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
                middle, few = 0.0, layer.weight.numel()
                assert layer.bias is None or not layer.bias.any()
            else:
                continue
            assert abs(layer.weight.mean().item() - middle) < 5 * 0.02 / few**0.5
            assert abs(layer.weight.std().item() / 0.02 - 1) < 5 / (2 * few) ** 0.5


@pytest.mark.parametrize("norm", [None, "spectral"])
def test_without_batch_normalisation_weights_keep_the_size_of_what_passes(norm):
    """He et al. 2015: sd^2 = 2 / (1 + .2^2) / inputs of a unit, for leaky ReLU of slope .2."""
    D = dcgan_d(32, norm=norm)
    initialize(D, (3,), "D")
    layers = [layer for layer in [*D.body, D.last] if hasattr(layer, "weight")]
    for layer, inputs in zip(layers, (16, 32 * 16, 64 * 9, 128 * 16), strict=True):
        raw = layer.parametrizations.weight.original if norm else layer.weight
        sd, few = (2 / 1.04 / inputs) ** 0.5, raw.numel()
        assert not layer.bias.any() and abs(raw.mean().item()) < 5 * sd / few**0.5
        assert abs(raw.std().item() / sd - 1) < 5 / (2 * few) ** 0.5


def test_weights_of_the_mlp_are_drawn_as_torch_draws_them():
    G = replace(mlp_gan, data=FEW).trainer(3, view=1).G
    for layer in (layer for layer in G.body if isinstance(layer, nn.Linear)):
        bound = 1 / layer.in_features**0.5
        for tensor in (layer.weight, layer.bias):
            assert stats.kstest(tensor.detach().flatten()[:2000].numpy(), "uniform", (-bound, 2 * bound)).pvalue > 1e-4


@pytest.mark.parametrize("network", ["mlp", "dcgan"])
def test_spectral_normalisation_holds_the_largest_singular_value_at_one(network):
    trainer = small(network, d_norm="spectral").trainer(view=1)
    trainer.advance(3)
    D, x = trainer.D, images(2)
    layers = [layer for layer in [*D.body, D.last] if hasattr(layer, "parametrizations")]
    assert len(layers) == {"mlp": 3, "dcgan": 4}[network]

    def largest(layer):
        return torch.linalg.svdvals(layer.weight.detach().flatten(1))[0].item()

    for layer in layers:
        raw = layer.parametrizations.weight.original.detach().flatten(1)
        assert abs(torch.linalg.svdvals(raw)[0].item() - 1) > 0.03  # so the normalisation has something to do
    begin = [largest(layer) for layer in layers]
    assert all(0.95 < size < 1.15 for size in begin)  # an estimate from below, better with every forward pass
    with torch.no_grad():
        for _ in range(100):
            D(x)
    D.eval()
    assert all(largest(layer) == pytest.approx(1, abs=0.01) for layer in layers)


def test_spectral_normalisation_knows_no_other_seed_than_its_own():
    found = []
    with torch.random.fork_rng(devices=[]):
        for globally, seed in ((1, 0), (2, 0), (1, 7)):
            torch.manual_seed(globally)
            trainer = small(d_norm="spectral").trainer(seed, view=1)
            found.append(where(trainer))
            trainer.advance(2)
            found.append(where(trainer))
    assert found[0] == found[2] and found[1] == found[3]
    assert found[0] != found[4]


@pytest.mark.parametrize("make", [dcgan_g, lambda width: dcgan_d(width=width), lambda width: mlp_g(width)])
@pytest.mark.parametrize("value", [0, -1, 2.5, True, "4"])
def test_sizes_that_are_none_are_refused(make, value):
    with pytest.raises(ValueError, match=r"(noise|width) must be a whole number of at least 1, not"):
        make(value)


@pytest.mark.parametrize("value", [1, 9, -1, 2.5, True])
def test_categories_that_are_none_are_refused(value):
    with pytest.raises(ValueError, match=r"^categories must be "):
        dcgan_g(8, 4, value)


@pytest.mark.parametrize("make", [mlp_d, dcgan_d])
def test_remedies_that_are_none_are_refused(make):
    with pytest.raises(ValueError, match=r"norm must be one of \(None, 'batch', 'spectral'\), not 'layer'"):
        make(norm="layer")
    with pytest.raises(ValueError, match=r"minibatch must be None or the settings Minibatch\(kernels, dim\), not 5"):
        make(minibatch=5)


# -- recipes


def test_a_printed_recipe_is_python_that_makes_it_again():
    known = (
        DCGAN,
        DigitMLP,
        NormalNoise,
        Adam,
        Handwritten,
        Minibatch,
        R1,
        InstanceNoise,
        InTurn,
        Simultaneous,
        LinearDecay,
        CGAN,
        InfoGAN,
        CodedNoise,
    )
    names = {cls.__name__: cls for cls in known}
    remedies = {"penalties": (R1(0.1),), "minibatch": Minibatch(3, 2), "data": FEW, "schedule": Simultaneous()}
    for recipe in [*BY_NAME.values(), changed(lean_dcgan, **remedies, instance_noise=InstanceNoise(0.1))]:
        assert eval(repr(recipe), {**names, "Recipe": type(recipe), "losses": losses}) == recipe


def test_recipes_have_the_settings_of_their_sources():
    assert tutorial_dcgan.d_optimizer == tutorial_dcgan.g_optimizer == Adam(2e-4, betas=(0.5, 0.999))
    assert (tutorial_dcgan.batch, tutorial_dcgan.noise) == (128, NormalNoise(100))
    assert tutorial_dcgan.discriminator.norm == "batch"
    assert mlp_gan.d_optimizer == mlp_gan.g_optimizer == Adam(2e-4, betas=(0.5, 0.999)) and mlp_gan.batch == 32


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("generator", "vae", "generator must be an Architecture of gan_lessons.models, .* not 'vae'"),
        ("batch", 0, "batch must be a whole number of at least 1, not 0"),
        ("steps", 1.5, "steps must be a whole number of at least 1, not 1.5"),
        ("noise", -1, "noise must be a Distribution of gan_lessons.distributions, not -1"),
        ("width", "wide", "width must be a whole number of at least 1, not 'wide'"),
        ("d_hidden", -1, "hidden must be a whole number of at least 0, not -1"),
        ("categories", 1, "categories must be 0, or from 2 to the 64 numbers of the noise, not 1"),
        ("categories", 65, "categories must be 0, or from 2 to the 64 numbers of the noise, not 65"),
        ("data", "mnist", "data must be a Distribution"),
        ("d_norm", "layer", "norm must be one of"),
    ],
)
def test_recipes_refuse_what_makes_no_sense(field, value, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        changed(lean_dcgan, **{field: value})


def test_only_a_dcgans_d_has_a_hidden_layer_that_can_be_chosen():
    D = networks_of(changed(SMALL, d_hidden=5))["D"]
    assert D.last.in_features == 5 and D.body[-2].in_features == 4 * SMALL.discriminator.width * 4 * 4
    with pytest.raises(ValueError, match=r"^hidden must be left out in a network for G: it is for D"):
        changed(SMALL, g_hidden=5)
    assert not hasattr(DigitMLP(), "hidden")
    with pytest.raises(ValueError, match=r"hidden must be a whole number of at least 0, not 2\.5"):
        dcgan_d(4, hidden=2.5)


def test_only_a_dcgans_noise_holds_a_choice():
    assert isinstance(networks_of(changed(SMALL, categories=3))["G"].body[0], CategoricalCode)
    with pytest.raises(ValueError, match=r"^categories must be left out in a network for D: it is for G"):
        changed(SMALL, d_categories=3)
    assert not hasattr(DigitMLP(), "categories")


# -- real data


def test_samples_are_real_images():
    rows = mnist.scaled(mnist.load().images[:500]).reshape(500, -1)
    known = {row.tobytes() for row in rows}
    assert all(row.tobytes() in known for row in images(300)[0].numpy())
    exact = images(300, dtype=torch.float64)[0]
    known = {row.tobytes() for row in mnist.load().images[:500]}
    assert exact.dtype == torch.float64
    assert all(row.tobytes() in known for row in ((exact + 1) * 127.5).round().to(torch.uint8).numpy())


@pytest.mark.parametrize("split", ["train", "test"])
def test_only_some_digits_of_a_split(split):
    digits = mnist.load(split)
    chosen = Handwritten(split, only=(3, 7), first=90)
    wanted = np.flatnonzero((digits.labels == 3) | (digits.labels == 7))[:90]
    np.testing.assert_array_equal(chosen.images(), digits.images[wanted])
    known = {row.tobytes() for row in mnist.scaled(digits.images[wanted]).reshape(90, -1)}
    drawn = {row.tobytes() for row in chosen.sample((2000,), torch.Generator().manual_seed(0)).numpy()}
    assert drawn == known  # each of them, and no other


def test_each_digit_has_its_share_and_no_image_is_favoured():
    digits, n = mnist.load(), 20_000
    raw = Handwritten().draw((n,), torch.Generator().manual_seed(5), torch.float32)
    numbered = np.arange(60_000, dtype=">u4").view(np.uint8).reshape(-1, 4)  # "images" that hold their own number
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gan_lessons.distributions.images._on", lambda data, device: (torch.tensor(numbered), None))
        shown = Handwritten().transform(raw)
    which = ((shown + 1) * 127.5).round().to(torch.uint8).numpy().view(">u4").astype(int).ravel()
    tables = {
        "digits": (np.bincount(digits.labels[which], minlength=10), np.bincount(digits.labels)),
        "thousands": (np.bincount(which // 1000, minlength=60), np.ones(60)),
        "ones": (np.bincount(which % 1000, minlength=1000), np.ones(1000)),
    }
    for name, (found, shares) in tables.items():
        p = stats.chisquare(found, n * shares / shares.sum()).pvalue
        assert 1e-4 < p < 1 - 1e-4, name  # not too uneven, and not more even than chance
    assert which.min() < 60 and which.max() > 59_940  # the ends are reached


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("split", "validation", r"split must be one of \['train', 'test'\], not 'validation'"),
        ("split", ["train"], "split must be one of"),
        ("only", (), "only must be a tuple of digits from 0 to 9, not"),
        ("only", (3, 10), "only must be a tuple of digits from 0 to 9, not"),
        ("only", [3], "only must be a tuple of digits from 0 to 9, not"),
        ("only", ([3],), "only must be a tuple of digits from 0 to 9, not"),
        ("only", ("3",), "only must be a tuple of digits from 0 to 9, not"),
        ("first", 0, "first must be a whole number of at least 1, not 0"),
        ("first", 2.5, "first must be a whole number of at least 1, not 2.5"),
    ],
)
def test_data_that_are_not_there_are_refused(field, value, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        Handwritten(**{field: value})


# -- the trainer: torch's optimizers and a loop as textbooks have it


def plain(kind):
    """G and D of the MLP GAN and of a DCGAN (of width 4), written out once more."""
    if kind == "mlp":
        widths, layers = (8, 256, 512, 1024), []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.LeakyReLU(0.2), nn.BatchNorm1d(after, eps=1e-3, momentum=0.2)]
        G = nn.Sequential(*layers, nn.Linear(1024, 784), nn.Tanh())
        hidden = (nn.Linear(784, 512), nn.LeakyReLU(0.2), nn.Linear(512, 256), nn.LeakyReLU(0.2))
        return G.double(), nn.Sequential(*hidden, nn.Linear(256, 1)).double()
    G = nn.Sequential(
        *(nn.Unflatten(1, (8, 1, 1)), nn.ConvTranspose2d(8, 16, 4, bias=False), nn.BatchNorm2d(16), nn.ReLU()),
        *(nn.ConvTranspose2d(16, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU()),
        *(nn.ConvTranspose2d(8, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
        *(nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Tanh(), nn.Flatten()),
    )
    norms = ([nn.BatchNorm2d(8)], [nn.BatchNorm2d(16)]) if kind == "dcgan, batch" else ([], [])
    D = nn.Sequential(
        *(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 4, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(4, 8, 4, 2, 1), *norms[0], nn.LeakyReLU(0.2)),
        *(nn.Conv2d(8, 16, 3, 2, 1), *norms[1], nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(16 * 16, 1)),
    )
    return G.double(), D.double()


IDLE = {f"body.{k}.bias" for k in (2, 5)} | {f"body.{k}.running_mean" for k in (3, 6)}


def exact_trainer(recipe, **changes):
    """The trainer of a recipe in float64."""
    recipe = changed(recipe, **changes)
    settings = {name: getattr(recipe, name) for name in ("batch", "d_optimizer", "g_optimizer", "penalties")}
    nets = {name: network.double() for name, network in networks_of(recipe).items()}
    return Trainer(nets, recipe.data, recipe.noise, seeds=[5], view=4, **settings)


def copied(source, target):
    """Puts parameters and buffers, in order, into a network written otherwise."""
    for theirs, own in ((source.parameters(), target.parameters()), (source.buffers(), target.buffers())):
        for a, b in zip(theirs, own, strict=True):
            b.data = a.detach().clone().view(b.shape)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "weight"), [("mlp", 0.0), ("mlp", 3.0), ("dcgan", 0.0), ("dcgan", 3.0), ("dcgan, batch", 0.0)]
)
def test_steps_are_those_of_a_plain_loop_with_torchs_adam(kind, weight):
    network, norm = kind.partition(", ")[::2]
    changes = (MLPS if network == "mlp" else {}) | {
        "d_norm": norm or None,
        "penalties": (R1(weight),) if weight else (),
    }
    changes |= {"d_optimizer": ADAM, "g_optimizer": Adam(1e-3, betas=(0.5, 0.999))}
    trainer, twin = (exact_trainer(SMALL, **changes) for _ in range(2))
    G, D = plain(kind)
    copied(trainer.G, G), copied(trainer.D, D)
    d_adam = torch.optim.Adam(D.parameters(), 2e-3, betas=(0.5, 0.99))
    g_adam = torch.optim.Adam(G.parameters(), 1e-3, betas=(0.5, 0.999))
    ones, zeros = torch.ones(8, 1).double(), torch.zeros(8, 1).double()
    for _ in range(5):
        real, z, w = (twin.streams[name].next()[0].clone() for name in ("d_real", "d_noise", "g_noise"))
        real.requires_grad_(weight > 0)
        on_real, on_fake = D(real), D(G(z).detach())
        d_loss = F.binary_cross_entropy_with_logits(on_real, ones) + F.binary_cross_entropy_with_logits(on_fake, zeros)
        whole = d_loss
        if weight:
            (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
            whole = d_loss + weight / 2 * slope.pow(2).sum(1).mean()
        d_adam.zero_grad(), whole.backward(), d_adam.step()
        g_loss = F.binary_cross_entropy_with_logits(D(G(w)), ones)
        g_adam.zero_grad(), g_loss.backward(), g_adam.step()
        trainer.advance()
        seen = trainer.snapshot()
        assert seen.d_loss[0] == pytest.approx(d_loss.item(), abs=1e-10)
        assert seen.g_loss[0] == pytest.approx(g_loss.item(), abs=1e-10)
        assert seen.p_real[0] == pytest.approx(on_real.sigmoid().mean().item(), abs=1e-10)
    for own, theirs in ((trainer.G, G), (trainer.D, D)):
        pairs = [*zip(own.named_parameters(), theirs.parameters(), strict=True)]
        for (name, a), b in [*pairs, *zip(own.named_buffers(), theirs.buffers(), strict=True)]:
            # a bias before batch normalisation has no slope: Adam blows the rounding of its 0 up
            idle = kind == "dcgan, batch" and own is trainer.D and name in IDLE
            torch.testing.assert_close(a, b.view(a.shape), rtol=0, atol=1e-7 if idle else 1e-10, msg=name)
    np.testing.assert_allclose(seen.samples[0], G.eval()(trainer.viewing_noise[0]).detach(), rtol=0, atol=1e-9)


# -- the trainer: the same to the last bit


KINDS = {
    "mlp": small("mlp", g_optimizer=Adam(1e-3, ema=0.9)),
    "dcgan": SMALL,
    "dcgan, batch": small(d_norm="batch", schedule=InTurn(2, 1)),
    "spectral": small(d_norm="spectral", minibatch=Minibatch(3, 2), schedule=Simultaneous()),
    "R1": small(d_norm="spectral", penalties=(R1(1.0),), instance_noise=InstanceNoise(0.1)),
}


def built(kind, fast=False, seed=3):
    """A trainer of a kind; fast: in bfloat16, on any processor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gan_lessons._core.devices.fast_type", lambda device: torch.bfloat16)
        return replace(KINDS[kind], fast=fast).trainer(seed, view=4, device="cpu")


@pytest.mark.slow
@pytest.mark.parametrize("fast", [False, True], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("kind", KINDS)
def test_saved_and_gone_on_is_never_stopped(kind, fast, tmp_path):
    first, never, second = built(kind, fast), built(kind, fast), built(kind, fast)
    assert first.autocast is (torch.bfloat16 if fast else None)
    first.advance(3), never.advance(6), second.advance(1)
    first.save(tmp_path / "run.safetensors")
    second.load(tmp_path / "run.safetensors")
    assert where(second) == where(first) != where(never)
    first.advance(3), second.advance(3)
    assert where(first) == where(second) == where(never)


def test_a_seed_decides_all_and_another_seed_is_another_training():
    a, b, other = built("dcgan"), built("dcgan"), built("dcgan", seed=4)
    for trainer in (a, b, other):
        trainer.advance(3)
    assert where(a) == where(b)
    assert all(where(a)[key] != where(other)[key] for key in ("shown", "D.0", "G.0", "D"))


def test_bfloat16_is_another_arithmetic_of_the_same_training():
    exact, fast = built("dcgan"), built("dcgan", fast=True)
    exact.advance(1), fast.advance(1)
    a, b = exact.snapshot(), fast.snapshot()
    assert a.d_loss != b.d_loss and b.d_loss == pytest.approx(a.d_loss, rel=0.02)
    assert fast.D.last.weight.dtype == torch.float32 and b.samples.dtype == b.g_loss.dtype == np.float32


def test_in_bfloat16_logits_losses_and_sums_over_a_batch_keep_their_digits():
    exact, fast = built("spectral"), built("spectral", fast=True)
    x = exact.show(torch.randn(1, 64, 8, generator=torch.Generator().manual_seed(0)))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        made, seen, logits = fast.G(torch.zeros(1, 8, 8)), fast.D.penultimate(x), fast.D(x)
    assert made.dtype == seen.dtype == logits.dtype == torch.float32
    # each of 64 samples beside near copies: features just below 64, where bfloat16 knows no quarters
    with torch.no_grad():
        torch.testing.assert_close(seen[..., -3:], exact.D.penultimate(x)[..., -3:], rtol=0, atol=0.02)
    assert (logits != logits.bfloat16().float()).float().mean() > 0.9
    fast.advance(3)
    losses = torch.tensor([fast.snapshot().d_loss[0], fast.snapshot().g_loss[0]])
    assert (losses != losses.bfloat16().float()).all()


@pytest.mark.parametrize("kind", ["mlp", "spectral"])
def test_watching_changes_nothing(kind):
    always, rarely, never = built(kind), built(kind), built(kind)
    assert [shot.step for shot in always.run(6)] == [0, 1, 2, 3, 4, 5, 6]
    assert [shot.step for shot in rarely.run(6, every=5)] == [0, 5, 6]
    never.advance(6)
    assert where(always) == where(rarely) == where(never)


@pytest.mark.parametrize("kind", ["mlp", "dcgan, batch", "spectral"])
def test_an_interrupt_inside_a_step_leaves_the_step_before(kind):
    trainer, never = built(kind), built(kind)
    trainer.advance(2)

    def halfway(trainer):
        trainer.update("D"), trainer.update("G"), trainer.update("D")
        raise KeyboardInterrupt

    before = where(trainer)
    with pytest.raises(KeyboardInterrupt):
        trainer.advance(1, schedule=halfway)
    assert where(trainer) == before
    trainer.advance(2), never.advance(4)
    assert where(trainer) == where(never)


# -- the toys' seams


SEAMS = {
    **{name: {"objective": getattr(losses, name)} for name in ("minimax", "hinge", "least_squares", "wasserstein")},
    "relativistic": {"objective": losses.relativistic},
    "feature matching": {"objective": losses.feature_matching},
    "R1 and R2": {"penalties": (R1(1.0), R2(1.0))},
    "gradient penalty": {"penalties": (GradientPenalty(10.0),), "objective": losses.wasserstein},
    "instance noise": {"instance_noise": InstanceNoise(0.5)},
    "unrolled": {"unroll": 1},
    "simultaneous": {"schedule": Simultaneous()},
}


def step_of(network, norm=None, **settings):
    """Where one step leads, as (d_loss, g_loss, D's weights, G's weights), and where it starts."""
    recipe = small(network, d_norm=norm)
    settings = {"batch": 8, "seeds": [3], "view": 4, "d_optimizer": SGD(0.1), "g_optimizer": SGD(0.1)} | settings
    trainer = Trainer(networks_of(recipe), FEW, NormalNoise(8), **settings)
    begin = trainer.players["D"].theta.clone(), trainer.players["G"].theta.clone()
    trainer.advance()
    seen = trainer.snapshot()
    return (
        seen.d_loss[0],
        seen.g_loss[0],
        trainer.players["D"].theta.clone(),
        trainer.players["G"].theta.clone(),
    ), begin


@pytest.mark.parametrize("network", ["mlp", "dcgan"])
@pytest.mark.parametrize("seam", SEAMS)
def test_every_seam_of_the_toys_acts(network, seam):
    usual, _ = step_of(network)
    (d_loss, g_loss, d, g), (d_begin, g_begin) = step_of(network, **SEAMS[seam])
    assert math.isfinite(d_loss) and math.isfinite(g_loss) and torch.isfinite(d).all() and torch.isfinite(g).all()
    assert not torch.equal(d, d_begin) and not torch.equal(g, g_begin)
    assert not torch.equal(g, usual[3])  # and the seam is felt by G
    if seam in ("minimax", "feature matching", "unrolled"):
        torch.testing.assert_close(d, usual[2])  # they change G's side alone
    else:
        assert not torch.equal(d, usual[2])


def test_one_unrolled_step_is_the_gradient_through_ds_update():
    """With plain gradient descent, D' = D - .1 dL/dD, and G's gradient goes through it: written out here."""
    recipe, settings = SMALL, {"d_optimizer": SGD(0.1), "g_optimizer": SGD(1.0)}
    make = {name: network.double() for name, network in networks_of(recipe).items()}, FEW, NormalNoise(8)
    trainer = Trainer(*make, batch=8, seeds=[3], view=4, unroll=1, schedule=InTurn(0, 1), **settings)
    G, D = plain("dcgan")
    copied(trainer.G, G), copied(trainer.D, D)
    real, z = trainer.streams["g_real"].peek()[0], trainer.streams["g_noise"].peek()[0]
    fake = G(z)
    d_loss = F.softplus(-D(real)).mean() + F.softplus(D(fake)).mean()
    grads = torch.autograd.grad(d_loss, list(D.parameters()), create_graph=True)
    ahead = {name: p - 0.1 * grad for (name, p), grad in zip(D.named_parameters(), grads, strict=True)}
    g_loss = F.softplus(-torch.func.functional_call(D, ahead, (fake,))).mean()
    wanted = torch.autograd.grad(g_loss, list(G.parameters()))
    before, d_before = trainer.players["G"].theta.clone(), trainer.players["D"].theta.clone()
    trainer.advance()
    found = (before - trainer.players["G"].theta)[0]
    torch.testing.assert_close(found, torch.cat([grad.flatten() for grad in wanted]), rtol=0, atol=1e-12)
    assert torch.equal(trainer.players["D"].theta, d_before)


def test_a_critic_of_packs_goes_through_the_trainer():
    def critic():
        body = nn.Sequential(nn.Linear(1568, 16), nn.LeakyReLU(0.2))
        return Packed(PlainNetwork(body, 1568, (1568,), default_init, nn.Linear(16, 1)), 2)

    trainer = Trainer(
        {"D": critic(), "G": mlp_g(8)}, FEW, NormalNoise(8), batch=6, seeds=[3], view=4, penalties=(R1(1.0),)
    )
    D, real = critic(), trainer.streams["d_real"].peek()[0]
    D.load_state_dict(trainer.D.state_dict())
    by_hand = D.inner.last(D.inner.body(torch.stack([torch.cat([real[i], real[i + 1]]) for i in (0, 2, 4)])))
    trainer.advance(1, schedule=InTurn(1, 0))
    assert trainer.snapshot().p_real[0] == pytest.approx(by_hand.sigmoid().mean().item(), abs=1e-6)
    with pytest.raises(ValueError, match="batch of 7 cannot be packed by 2"):
        trainer.change(batch=7)


REFUSED = {
    "R1 with batch normalisation in D": ({"d_norm": "batch", "penalties": (R1(1.0),)}, "R1 asks for the slope of D"),
    "R1 with minibatch discrimination": ({"minibatch": Minibatch(), "penalties": (R1(1.0),)}, "R1 asks for the slope"),
    "batches of one": ({"batch": 1}, "batch of 1 is too small for a network that compares samples"),
    "a string as objective": ({"objective": "hinge"}, "objective must be an Objective"),
    "a number as penalty": ({"penalties": (1.0,)}, "penalties must be a tuple of penalties"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("network", ["mlp", "dcgan"])
def test_what_cannot_work_together_is_refused(network, name):
    changes, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        small(network, **changes).trainer()


def test_networks_that_do_not_fit_are_refused():
    for G, D, noise, words in (
        (mlp_g(8), mlp_d(), 9, "noise of 9 dimensions does not fit a generator that takes 8"),
        (mlp_g(8), mlp_g(784), 8, "D must be a network with one logit at its end, this one has 784"),
        (mlp_g(8), mlp_d().double(), 8, "G must be of the same dtype as D"),
    ):
        with pytest.raises(ValueError, match=words):
            Trainer({"D": D, "G": G}, FEW, NormalNoise(noise), batch=8, seeds=[0])


@pytest.mark.parametrize("kind", [torch.float16, torch.float32, "bfloat16", True])
def test_autocast_is_bfloat16_or_none(kind):
    with pytest.raises(ValueError, match=r"autocast must be None or torch.bfloat16, not"):
        Trainer({"D": mlp_d(), "G": mlp_g(8)}, FEW, NormalNoise(8), batch=8, seeds=[0], autocast=kind)
