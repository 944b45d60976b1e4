"""Differentiable augmentation: what each change does to a picture, that gradients pass, and that a game uses it."""

from dataclasses import replace

import pytest
import torch

from gan_lessons.distributions.shapes import Shapes
from gan_lessons.models.dcgan import DCGAN
from gan_lessons.recipes import toys
from gan_lessons.recipes.choices import CHANGES
from gan_lessons.recipes.pictures import shapes_dcgan
from gan_lessons.trainers import saving
from gan_lessons.trainers.augmentation import NUMBERS, Augmentation

SMALL = replace(shapes_dcgan, data=Shapes(40), batch=8, generator=DCGAN(4), discriminator=DCGAN(4))
NOTHING = {"colour": False, "shift": 0.0, "cutout": 0.0}
MIDDLE = torch.full((1, 1, NUMBERS.dim), 0.5)


def pictures(n=1, dim=3072):
    return torch.rand(1, n, dim, generator=torch.Generator().manual_seed(3)) * 2 - 1


def at(**numbers):
    """The middle of all numbers, but for some by their place."""
    found = MIDDLE.clone()
    for place, value in numbers.items():
        found[..., int(place[1:])] = value
    return found


def test_without_changes_and_in_the_middle_of_colour_and_shift_all_stays():
    x = pictures(4)
    numbers = torch.rand(1, 4, NUMBERS.dim)
    assert torch.equal(Augmentation(**NOTHING)(x, numbers), x)
    same = Augmentation(cutout=0.0)(pictures(), MIDDLE)
    assert torch.allclose(same, pictures(), atol=1e-6)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (8, 8), (3, 6)])
def test_a_shift_moves_by_whole_pixels_and_brings_in_grey(down, right):
    x = pictures()
    found = Augmentation(**NOTHING | {"shift": 0.125})(x, at(_3=(down + 0.5) / 9, _4=(right + 0.5) / 9))
    wide = torch.zeros(3, 40, 40)
    wide[:, 4:36, 4:36] = x.view(3, 32, 32)
    assert torch.equal(found.view(3, 32, 32), wide[:, down : down + 32, right : right + 32])


@pytest.mark.parametrize("place", [0.0, 0.5, 0.999])
def test_a_cut_out_is_a_square_of_grey(place):
    found = Augmentation(**NOTHING | {"cutout": 0.5})(pictures(), at(_5=place, _6=0.5)).view(3, 32, 32)
    gone = (found == 0).all(0)
    middle = int(place * 33)
    rows = range(max(0, middle - 8), min(32, middle + 8))
    assert gone[list(rows), 8:24].all() and gone.sum() == 16 * len(rows)
    assert torch.equal(found[:, ~gone], pictures().view(3, 32, 32)[:, ~gone])


def test_colour_is_brightness_saturation_and_contrast():
    x, change = pictures().view(3, -1), Augmentation(**NOTHING | {"colour": True})
    brighter = change(pictures(), at(_0=0.75)).view(3, -1)
    assert torch.allclose(brighter, x + 0.25, atol=1e-5)
    grey = change(pictures(), at(_1=0.0)).view(3, -1)
    assert torch.allclose(grey, x.mean(0).expand(3, -1), atol=1e-5)
    flatter = change(pictures(), at(_2=0.0)).view(3, -1)
    assert torch.allclose(flatter, x.mean() + (x - x.mean()) / 2, atol=1e-5)


@pytest.mark.parametrize("dim", [784, 1024, 12288])
def test_gradients_are_those_of_finite_differences(dim):
    x = pictures(2, dim).double().requires_grad_()
    numbers = torch.rand(1, 2, NUMBERS.dim, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    weights = torch.rand(x.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    loss = lambda images: (Augmentation()(images, numbers) * weights).sum()  # noqa: E731
    (slope,) = torch.autograd.grad(loss(x), x)
    way = torch.rand(x.shape, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    assert (loss(x + way) - loss(x)).item() == pytest.approx(
        (slope * way).sum().item()
    )  # each change is linear in the picture


def test_d_sees_real_and_generated_pictures_changed_and_g_hears_through_it():
    plain, changed = (
        replace(SMALL, augmentation=change).trainer(0) for change in (None, Augmentation(False, 0.0, 0.9))
    )
    looks = [trainer.turn("D").look() for trainer in (plain, changed)]
    assert (looks[1].fake == 0).double().mean() > 0.3 > (looks[0].fake == 0).double().mean()
    assert not torch.equal(looks[0].logits[:, 0], looks[1].logits[:, 0])  # the real ones too
    slopes = [trainer.turn("G").look().length for trainer in (plain, changed)]
    assert (torch.stack(slopes) > 0).all() and slopes[0] != slopes[1]


def test_other_random_numbers_stay_as_they_were():
    plain, changed = (replace(SMALL, augmentation=change).trainer(0) for change in (None, Augmentation(**NOTHING)))
    for trainer in (plain, changed):
        trainer.advance(3)
    assert all(torch.equal(a, b) for a, b in zip(plain.G.parameters(), changed.G.parameters(), strict=True))


def test_it_is_saved_taken_up_and_changed_while_it_trains(tmp_path):
    recipe = replace(SMALL, augmentation=Augmentation())
    first, again = recipe.trainer(0), recipe.trainer(0)
    first.advance(3), first.save(tmp_path / "a.safetensors"), first.advance(2)
    again.load(tmp_path / "a.safetensors"), again.advance(2)
    assert torch.equal(first.players["G"].theta, again.players["G"].theta)
    first.change(augmentation=None), first.advance(1)
    assert first.steps == 6


def test_files_of_before_there_was_augmentation_are_taken_up(tmp_path, monkeypatch):
    trainer = SMALL.trainer(0)
    trainer.advance(2)
    before = saving.identity
    monkeypatch.setattr(saving, "identity", lambda one: {k: v for k, v in before(one).items() if k != "augmentation"})
    mark = trainer.mark()
    places = {key: place for key, place in mark.places.items() if not key.endswith("_changes")}
    monkeypatch.setattr(trainer, "mark", lambda: mark._replace(places=places))
    saving.save(trainer, tmp_path / "old.safetensors")
    monkeypatch.undo()
    other = SMALL.trainer(0)
    other.load(tmp_path / "old.safetensors")
    assert other.steps == 2 and torch.equal(other.players["D"].theta, trainer.players["D"].theta)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="augmentation must be None where the data are no pictures"):
        replace(toys.ring, augmentation=Augmentation()).trainer(0)
    with pytest.raises(ValueError, match="augmentation must be None or an Augmentation, not 'flip'"):
        SMALL.trainer(0).change(augmentation="flip")
    for field, value in (("shift", 0.6), ("cutout", 1.0), ("shift", -0.1), ("colour", 1)):
        with pytest.raises(ValueError, match=field):
            Augmentation(**{field: value})


def test_it_is_one_choice_of_pictures_and_none_of_toys():
    assert SMALL.put(augmentation="shift, cut-out and colour").augmentation == CHANGES["shift, cut-out and colour"]
    assert "augmentation" not in toys.ring.controls
