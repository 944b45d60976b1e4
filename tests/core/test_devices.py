"""What torch computes on: one word, a reason, and a clear message where it cannot be, or where memory is short."""

import pytest
import torch
from helpers.recipes import changed

from gan_lessons._core import devices
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.recipes.digits import lean_dcgan

CPU = torch.device("cpu")


@pytest.fixture
def gpus(monkeypatch):
    """Lets torch see so many GPUs; usable: whether it can use them."""

    def there(count, usable=True):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: usable and count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "Big One")

    return there


def small(**changes):
    return changed(lean_dcgan, width=4, noise=NormalNoise(8), batch=8, data=Handwritten(first=100), **changes)


# -- the choice


def test_auto_takes_a_gpu_where_there_is_one(gpus):
    gpus(0)
    assert devices.choose() == devices.choose("auto") == CPU
    gpus(1)
    assert devices.choose() == devices.choose("auto") == torch.device("cuda")


def test_a_device_is_taken_by_name_or_as_it_is(gpus):
    gpus(2)
    for given in ("cpu", "cuda", "cuda:0", "cuda:1"):
        assert devices.choose(given) == devices.choose(torch.device(given)) == torch.device(given)


@pytest.mark.parametrize("name", ["gpu", "", "CPU", "meta", "mps", "cuda:-1", "cuda:x", None, [], 1.5])
def test_what_is_no_device_of_ours_is_refused(gpus, name):
    gpus(1)
    with pytest.raises(ValueError, match=r'^device must be "auto", "cpu", "cuda" or "cuda:" and a number, not'):
        devices.choose(name)


@pytest.mark.parametrize(
    ("count", "usable", "build", "words"),
    [
        (0, False, None, "this torch is the build for CPUs"),
        (0, False, "12.6", "torch sees no GPU that it can use"),
        (1, False, "12.6", "torch sees no GPU that it can use"),  # a driver too old: seen, and of no use
        (1, True, "12.6", "torch sees 1"),
    ],
)
def test_a_gpu_that_is_not_there_is_refused_with_the_reason(gpus, monkeypatch, count, usable, build, words):
    gpus(count, usable)
    monkeypatch.setattr(torch.version, "cuda", build)
    monkeypatch.setattr(torch.version, "hip", None)
    name = "cuda:1" if usable else "cuda"
    expected = rf'^device must be a GPU that is there \({words}\): take "cpu" or "auto", not \'{name}\'$'
    with pytest.raises(ValueError, match=expected):
        devices.choose(name)
    with pytest.raises(ValueError, match=expected):
        small().trainer(device=name)


def test_the_reason_is_one_line(gpus, monkeypatch):
    gpus(1)
    assert devices.why() == "cuda: torch can use Big One"
    gpus(0)
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", "6.2")
    assert devices.why() == "cpu: torch sees no GPU that it can use; all lessons run on it"


# -- bfloat16


@pytest.mark.parametrize(("avx", "amx"), [(True, False), (False, True), (False, False), (None, None), (None, True)])
def test_a_processor_with_bfloat16_uses_it(monkeypatch, avx, amx):
    """None: a torch that has no such function, as 2.4."""
    for name, has in (("_is_avx512_bf16_supported", avx), ("_is_amx_tile_supported", amx)):
        if has is None:
            monkeypatch.delattr(torch.cpu, name, raising=False)
        else:
            monkeypatch.setattr(torch.cpu, name, lambda has=has: has, raising=False)
    assert devices.fast_type(CPU) is (torch.bfloat16 if avx or amx else None)


@pytest.mark.parametrize(("capability", "fast"), [((7, 5), None), ((8, 0), torch.bfloat16), ((9, 0), torch.bfloat16)])
def test_a_gpu_uses_it_from_ampere_on(monkeypatch, capability, fast):
    asked = []
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: asked.append(device) or capability)
    assert devices.fast_type(torch.device("cuda:1")) is fast
    assert asked == [torch.device("cuda:1")]  # of two unlike GPUs, the one that was meant


@pytest.mark.parametrize(("fast", "supported"), [(True, True), (True, False), (False, True)])
def test_a_recipe_uses_it_where_it_may_and_pays(monkeypatch, fast, supported):
    monkeypatch.setattr(devices, "fast_type", lambda device: torch.bfloat16 if supported else None)
    trainer = small(fast=fast).trainer(device="cpu", view=1)
    assert trainer.autocast is (torch.bfloat16 if fast and supported else None)
    assert trainer.device == CPU == trainer.viewing_noise.device


# -- memory


@pytest.mark.parametrize("text", ["CUDA out of memory. Tried to allocate 2 GiB.\nSee the documentation", ""])
def test_too_little_memory_is_said_and_leaves_the_step_before(monkeypatch, text):
    trainer, never = (small(fast=False).trainer(device="cpu", view=4) for _ in range(2))
    trainer.advance(2), never.advance(4)
    before = trainer.snapshot(), trainer.mark()

    def full(*_):
        raise torch.cuda.OutOfMemoryError(text)

    with monkeypatch.context() as patch:
        patch.setattr(trainer.players["G"], "move", full)  # D has moved by then
        with pytest.raises(MemoryError) as caught:
            trainer.advance(3)
    said = str(caught.value)
    assert said.startswith("cpu has too little memory for a batch of 8 (") and "\n" not in said
    assert text.partition("\n")[0] in said
    assert all(words in said for words in ("take a smaller batch", 'device="cpu"'))
    assert trainer.steps == 2 and torch.equal(trainer.players["D"].theta, before[1].players["D"].theta)
    assert (trainer.snapshot().samples == before[0].samples).all()
    trainer.advance(2)
    assert torch.equal(trainer.players["D"].theta, never.players["D"].theta)
    assert torch.equal(trainer.players["G"].theta, never.players["G"].theta)


def test_other_errors_stay_themselves_in_a_torch_without_the_newer_name(monkeypatch):
    """torch.OutOfMemoryError came with 2.5; asking for it in 2.4 would hide what really went wrong."""
    monkeypatch.delattr(torch, "OutOfMemoryError", raising=False)
    trainer = small(fast=False).trainer(device="cpu", view=4)

    def broken(trainer):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.advance(1, schedule=broken)
