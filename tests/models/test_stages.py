"""A sample's way through a network: its stages are the layers that the recipe sets, and looking changes nothing."""

from dataclasses import replace

import pytest
import torch
from helpers.players import RING, varied

from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.models.stages import stages
from gan_lessons.recipes import digits, remedies, toys


def shapes(recipe, name):
    return [stage.shape for stage in recipe.stages()[name]]


def names(recipe, name):
    return [stage.name for stage in recipe.stages()[name]]


@pytest.mark.parametrize("name", toys.BY_NAME)
def test_of_each_toy_the_widths_are_those_that_are_set(name):
    recipe = toys.BY_NAME[name]
    data, noise = (recipe.data.dim,), (recipe.noise.dim,)
    wide = [(width,) for width in recipe.generator.hidden]
    assert shapes(recipe, "G") == [noise, *wide, data]
    assert names(recipe, "G") == ["noise", *["hidden"] * len(wide), "generated"]
    hidden = [(width,) for width in recipe.discriminator.hidden]
    found = shapes(recipe, "D")
    assert (found[0], found[-1]) == (data, (1,)) and [shape for shape in found if shape in hidden][
        : len(hidden)
    ] == hidden
    assert names(recipe, "D")[0] == "real or generated" and names(recipe, "D")[-1] == "verdict"


def test_packs_comparisons_and_whole_batches_are_stages_of_their_own():
    assert shapes(varied(RING, d={"pack": 4}), "D") == [(2,), (8,), (8,), (1,)]
    assert names(varied(RING, d={"pack": 4}), "D") == ["real or generated", "pack of 4", "hidden", "verdict"]
    both = varied(RING, d={"pack": 2, "minibatch": Minibatch(5, 3)})
    assert shapes(both, "D") == [(2,), (4,), (8,), (13,), (1,)]
    assert names(both, "D")[3] == "with 5 comparisons"
    assert names(toys.dev_nag_moments, "D")[1] == "batch of 500, as moments"
    assert shapes(toys.dev_nag_moments, "D") == [(1,), (4,), (10,), (10,), (1,)]
    assert shapes(toys.dev_nag_differences, "D")[1] == (1000,)


def test_dcgans_show_channels_and_pixels():
    image = (1, 28, 28)
    assert shapes(digits.lean_dcgan, "G") == [(64,), (128, 4, 4), (64, 7, 7), (32, 14, 14), image]
    assert shapes(digits.shipped_dcgan, "D") == [image, (48, 14, 14), (96, 7, 7), (192, 4, 4), (256,), (1,)]
    compared = replace(
        digits.lean_dcgan, discriminator=replace(digits.lean_dcgan.discriminator, minibatch=Minibatch(5, 3))
    )
    assert shapes(compared, "D")[-2:] == [(128 * 16 + 5,), (1,)]
    assert shapes(digits.mlp_gan, "D") == [(784,), (512,), (256,), (1,)]


NOT_OF_IMAGES = {"pack_2", "pack_4", "pack_2_r1", "batch_norm"}  # settings that a DCGAN has not, or has always
REMEDIED = [(RING, name) for name in remedies.BY_NAME]
REMEDIED += [(digits.lean_dcgan, name) for name in remedies.BY_NAME if name not in NOT_OF_IMAGES]


@pytest.mark.parametrize(("base", "remedy"), REMEDIED, ids=lambda value: getattr(value, "name", value))
def test_each_remedy_has_its_stages(base, remedy):
    found, before = remedies.BY_NAME[remedy](base).stages(), base.stages()
    extra = {"pack_2": 1, "pack_4": 1, "pack_2_r1": 1, "minibatch": 1}.get(remedy, 0)
    assert len(found["D"]) == len(before["D"]) + extra and found["G"] == before["G"]


def test_looking_changes_nothing():
    recipe = varied(RING, {"norm": "batch"}, {"norm": "spectral"})
    networks = recipe.trainer(3).networks
    before = {name: {key: value.clone() for key, value in net.state_dict().items()} for name, net in networks.items()}
    for name, net in networks.items():
        stages(net, 12, "in", "out")
        assert all(torch.equal(value, before[name][key]) for key, value in net.state_dict().items())
        assert not any(part._forward_hooks for part in net.modules())
