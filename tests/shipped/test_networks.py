"""Networks' files: the same bits back, or a refusal that names the file and leaves the network as it was."""

import errno
import json
import random
from dataclasses import replace

import pytest
import torch
from helpers.recipes import changed
from safetensors.torch import save_file

from gan_lessons._core import checksums, files
from gan_lessons._core.randomness import initialize
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.models import weights
from gan_lessons.models.classifier import Classifier, judge
from gan_lessons.models.dcgan import dcgan_d, dcgan_g, mlp_g
from gan_lessons.models.minibatch_discrimination import Minibatch
from gan_lessons.models.weights import load, save
from gan_lessons.recipes.digits import lean_dcgan
from gan_lessons.shipped import networks as checkpoints
from gan_lessons.shipped.networks import NETWORKS, shipped, start_from
from gan_lessons.trainers.optim import Adam

SMALL = changed(lean_dcgan, width=4, noise=NormalNoise(8), batch=8, data=Handwritten(first=100), fast=False)
REMEDIES = changed(SMALL, d_norm="spectral", minibatch=Minibatch(3, 2))


def bits(network):
    """Weights and buffers, to the last bit."""
    return {name: tensor.flatten().tolist() for name, tensor in network.state_dict().items()}


def trained(recipe=SMALL, seed=0, steps=3):
    trainer = recipe.trainer(seed, device="cpu", view=4)
    trainer.advance(steps)
    return trainer


def fresh(recipe=SMALL):
    """Networks like a recipe's, of other weights."""
    G = recipe.generator.generator(recipe.noise.dim, recipe.data.dim, 1)
    return {"G": G, "D": recipe.discriminator.discriminator(recipe.data.dim, recipe.batch, 1)}


@pytest.fixture
def saved(tmp_path):
    """A small generator's file."""
    return save(trained().G, tmp_path / "g.safetensors")


def refused(path, words, network=None):
    """Asserts that the file is refused, by name, and that the network stays as it was."""
    network = network or dcgan_g(8, 4)
    before = bits(network)
    with pytest.raises(ValueError, match=words) as caught:
        load(network, path)
    assert repr(str(path))[1:-1] in str(caught.value)
    assert bits(network) == before
    return str(caught.value)


# -- there and back


def test_reading_what_ships_draws_nothing_from_torchs_own_seed():
    before = torch.random.get_rng_state()
    for name in ("dcgan", "mlp"):
        shipped(name)
    judge.__wrapped__()
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("recipe", [SMALL, REMEDIES, changed(SMALL, d_norm="batch")], ids=["plain", "both", "batch"])
@pytest.mark.parametrize("side", ["G", "D"])
def test_a_network_comes_back_bit_for_bit(recipe, side, tmp_path):
    network = getattr(trained(recipe), side)
    path = save(network, tmp_path / "a folder" / "net.safetensors")
    other = fresh(recipe)[side]
    assert bits(other) != bits(network)
    assert load(other, path) is other
    assert bits(other) == bits(network)
    x = torch.randn(1, 5, network.inputs, generator=torch.Generator().manual_seed(0))
    assert torch.equal(other.eval()(x), network.eval()(x))


def test_what_torch_prints_of_a_network_plays_no_part(saved, monkeypatch):
    """It changes from version to version, and what ships is read by all of them."""
    monkeypatch.setattr(torch.nn.BatchNorm2d, "extra_repr", lambda self: "in other words")
    load(dcgan_g(8, 4), saved)


def test_weights_stay_where_a_trainer_has_them(saved):
    trainer = trained(seed=1)
    load(trainer.G, saved)
    flat = torch.cat([param.flatten() for param in trainer.G.parameters()])
    assert torch.equal(trainer.players["G"].theta[0], flat)
    trainer.advance()


@pytest.mark.parametrize("name", NETWORKS)
def test_what_ships_is_below_eight_megabytes(name, tmp_path):
    for part in NETWORKS[name]:
        assert save(checkpoints.built(name, part), tmp_path / f"{name}{part}.safetensors").stat().st_size < 8e6, part


# -- refusals


def test_a_changed_byte_anywhere_is_found(saved):
    whole, network = saved.read_bytes(), dcgan_g(8, 4)
    before, head = bits(network), 8 + int.from_bytes(whole[:8], "little")
    rng = random.Random(0)
    places = [*range(0, head, 3), *rng.sample(range(head, len(whole)), 60), len(whole) - 1]
    for place in places:
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 7)]) + whole[place + 1 :])
        with pytest.raises(ValueError, match=r"^path: '.*g.safetensors' (is damaged|holds )"):
            load(network, saved)
        assert bits(network) == before, place


def test_a_number_read_as_another_kind_is_found(saved):
    """The same bytes under another type: their sum alone would not tell."""
    whole = saved.read_bytes()
    assert whole.count(b'"F32"') > 5
    saved.write_bytes(whole.replace(b'"F32"', b'"I32"', 1))
    refused(saved, "is torch.int32 .*, here it is torch.float32")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.999])
def test_a_file_cut_short_is_refused(saved, share):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(len(whole) * share)])
    refused(saved, "is damaged")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello\n", b"\x80\x04K\x01.", bytes(1000), b"\xff" * 100, b"\x02" + bytes(7) + b"{}"]
    + [len(text).to_bytes(8, "little") + text for text in (b'{"__metadata__":"x"}', b'{"__metadata__":null}', b"[1]")]
    + [(100_000).to_bytes(8, "little") + b"[" * 100_000],
    ids=lambda content: repr(content[:24]),
)
def test_a_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    refused(path, "is damaged or no safetensors file")


@pytest.mark.parametrize("header", [{"format": "pt"}, {"format": "gan_lessons trainer 2"}, {"other": "x"}])
def test_a_safetensors_file_of_somebody_else_is_refused(tmp_path, header):
    save_file(dcgan_g(8, 4).state_dict(), tmp_path / "other", header)
    refused(tmp_path / "other", "holds no network of this course")


def test_a_saved_trainer_is_no_network(tmp_path):
    trained().save(tmp_path / "run.safetensors")
    refused(tmp_path / "run.safetensors", "holds no network of this course")


OTHERS = {
    "wider": lambda: dcgan_g(8, 5),
    "more noise": lambda: dcgan_g(9, 4),
    "mlp": lambda: mlp_g(8),
    "D": lambda: dcgan_d(4),
    "classifier": Classifier,
    "float64": lambda: dcgan_g(8, 4).double(),
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_network_is_refused(saved, other):
    said = refused(saved, "holds another network, or is damaged: .* is .*, here it is ", OTHERS[other]())
    assert len(said) < 400


def test_norms_are_told_apart(tmp_path):
    nets = [dcgan_d(4, norm=norm) for norm in (None, "batch", "spectral")]
    for k, network in enumerate(nets):
        path = save(network, tmp_path / f"{k}.safetensors")
        for other in nets:
            if other is not network:
                refused(path, "holds another network", other)


@pytest.mark.parametrize("name", ["nowhere.safetensors", "."])
def test_no_file_is_refused(tmp_path, name):
    refused(tmp_path / name, "^path: there is no file")


@pytest.mark.parametrize("name", ["net.pt", "net", "safetensors"])
def test_another_name_is_refused_and_nothing_is_written(tmp_path, name):
    with pytest.raises(ValueError, match=r"path must be a name that ends in .safetensors, not"):
        save(dcgan_g(8, 4), tmp_path / name)
    assert not list(tmp_path.iterdir())


# -- writing


def interrupted(*_):
    raise KeyboardInterrupt


class Full:
    """A file on a full disk: a little is written, and no more."""

    def __init__(self, path):
        self.file = open(path, "xb")  # noqa: SIM115

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, data):
        self.file.write(data[:50])
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "name", "does", "error"),
    [
        (files.os, "replace", interrupted, KeyboardInterrupt),
        (files, "open_new", Full, OSError),
        (weights, "to_bytes", interrupted, KeyboardInterrupt),
    ],
    ids=["interrupt", "full disk", "interrupt before"],
)
def test_an_old_file_stays_whole_and_nothing_is_left_beside_it(saved, monkeypatch, owner, name, does, error):
    old, network = saved.read_bytes(), trained(seed=5).G
    before = bits(network)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, does)
        with pytest.raises(error):
            save(network, saved)
    assert saved.read_bytes() == old and list(saved.parent.iterdir()) == [saved]
    assert bits(network) == before
    save(network, saved)
    assert saved.read_bytes() != old


# -- what ships


@pytest.fixture
def ships(tmp_path, monkeypatch):
    """A data folder with small networks that ship."""
    small = {"dcgan": ("g", "d"), "classifier": ("",)}
    monkeypatch.setattr(checkpoints, "NETWORKS", small)
    monkeypatch.setitem(checkpoints.RECIPES, "dcgan", SMALL)
    read = checksums.read
    monkeypatch.setattr(checksums, "read", lambda name, folder=tmp_path: read(name, folder))
    monkeypatch.setattr(checksums, "DATA", tmp_path)
    for name, parts in small.items():
        for part in parts:
            network = checkpoints.built(name, part)
            if part:
                initialize(network, (4,), part)
            save(network, tmp_path / weights.file(name, part))
        (tmp_path / "networks" / f"{name}.json").write_text(json.dumps({"name": name}))
    checksums.write(tmp_path)
    judge.cache_clear()
    yield tmp_path
    judge.cache_clear()


def test_what_ships_is_handed_over_in_eval(ships):
    G, D = shipped("dcgan")
    assert not G.training and not D.training
    expected = dcgan_g(8, 4)
    initialize(expected, (4,), "g")
    assert bits(G) == bits(expected)
    shown = judge()
    assert not shown.training and not any(p.requires_grad for p in shown.parameters())
    assert shown is judge()
    assert checkpoints.card("dcgan") == {"name": "dcgan"}


def test_a_damaged_file_that_ships_is_named(ships):
    path = ships / "networks" / "dcgan_g.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(ValueError, match=r"^the data file '.*dcgan_g.safetensors' is damaged: get the course's data"):
        shipped("dcgan")
    path.unlink()
    with pytest.raises(ValueError, match=r"^the data file '.*dcgan_g.safetensors' is missing"):
        shipped("dcgan")
    (ships / "networks" / "dcgan.json").write_text("{}")
    with pytest.raises(ValueError, match=r"^the data file '.*dcgan.json' is damaged"):
        checkpoints.card("dcgan")


def test_a_file_that_ships_and_is_another_networks_is_named(ships):
    save(dcgan_g(8, 5), ships / "networks" / "dcgan_g.safetensors")
    checksums.write(ships)
    with pytest.raises(ValueError, match=r"^the data file '.*dcgan_g.safetensors' holds another network"):
        shipped("dcgan")


def test_other_names_are_refused():
    for name in ("classifier", "vae", None):
        with pytest.raises(
            ValueError, match=r'^name must be "dcgan" or "mlp" or "gan_2d" or "conditional_dcgan" or "infogan"'
        ):
            shipped(name)
    with pytest.raises(ValueError, match=r"^name must be one of \['dcgan', 'mlp', .*'classifier', .*\], not 'cgan'"):
        checkpoints.card("cgan")


# -- going on from a network


def state(trainer):
    mark = trainer.mark()
    players = {name: (theta.tolist(), [s.tolist() for s in slots], updates, [b.tolist() for b in buffers])
               for name, (theta, slots, updates, buffers) in mark.players.items()}  # fmt: skip
    return mark.steps, mark.places, players


@pytest.mark.parametrize("smoothing", [0.0, 0.9])
def test_a_trainer_goes_on_from_networks_with_fresh_optimizers(smoothing):
    recipe = replace(REMEDIES, g_optimizer=Adam(1e-3, ema=smoothing))
    source, trainer = trained(recipe, seed=1, steps=5), trained(recipe, seed=2)
    G, D = source.alone(0)  # in `eval()`, as what ships
    start_from(trainer, G, D)
    assert bits(trainer.G) == bits(source.G) and bits(trainer.D) == bits(source.D)
    assert trainer.G.training and trainer.D.training
    for player in (trainer.players["G"], trainer.players["D"]):
        assert player.updates == 0 and not any(slot.any() for slot in player.state)
    assert (trainer.snapshot().samples == G(trainer.viewing_noise)[0].detach().numpy()).all()
    kept = bits(source.G)
    trainer.advance(2)
    assert bits(source.G) == kept  # a copy, not the same weights
    assert bits(trainer.G) != kept and trainer.players["G"].updates == 2


@pytest.mark.parametrize("side", ["G", "D"])
def test_other_networks_are_no_start(side):
    trainer = trained()
    before = state(trainer)
    pair = fresh() | {side: mlp_g(8)}
    with pytest.raises(ValueError, match=rf"^{side} must be a network like the trainer's own, PlainNetwork"):
        start_from(trainer, **pair)
    assert state(trainer) == before


def test_an_interrupt_at_the_start_changes_nothing(monkeypatch):
    trainer = trained()
    before = state(trainer)
    with monkeypatch.context() as patch:
        patch.setattr(trainer.players["D"], "start", interrupted)  # the weights are there by then
        with pytest.raises(KeyboardInterrupt):
            start_from(trainer, **fresh())
    assert state(trainer) == before


def test_a_generator_that_takes_labels_is_no_decoder_of_noise_alone():
    with pytest.raises(ValueError, match=r"^name must be one of \['dcgan', .*'infogan', .*\], not 'conditional_dcgan'"):
        checkpoints.coder("conditional_dcgan")
    assert checkpoints.coder("infogan").latent == 74
