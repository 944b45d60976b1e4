"""A trainer's state in one safetensors file: never pickled, checked before anything is touched."""

import hashlib
import json
import os

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes

from gan_lessons.errors import refuse, whole
from gan_lessons.records import replacing

FORMAT = "gan_lessons trainer 2"


def save(trainer, path: str | os.PathLike) -> None:
    """See `Trainer.save`."""
    steps, d, g, places, seen, diverged, diverged_d = trainer.mark()
    (d, d_state, d_updates, d_buffers), (g, g_state, g_updates, g_buffers) = d, g
    tensors = {"d": d, "g": g, "diverged": torch.from_numpy(diverged), "diverged_d": torch.from_numpy(diverged_d)}
    tensors |= {f"d_state/{i}": slot for i, slot in enumerate(d_state)}
    tensors |= {f"g_state/{i}": slot for i, slot in enumerate(g_state)}
    tensors |= {f"d_buffer/{i}": buffer for i, buffer in enumerate(d_buffers)}
    tensors |= {f"g_buffer/{i}": buffer for i, buffer in enumerate(g_buffers)}
    tensors |= {f"seen/{name}": value for name, value in seen.items()}
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    counters = {"steps": steps, "d_updates": d_updates, "g_updates": g_updates, "places": places}
    header = {"format": FORMAT, "counters": json.dumps(counters), "identity": json.dumps(identity(trainer))}
    with replacing(path) as file:
        file.write(to_bytes(tensors, header | {"digest": digest(tensors, header)}))


def load(trainer, path: str | os.PathLike) -> None:
    """See `Trainer.load`."""
    tensors, header = _read(path)
    try:
        saved, here = dict(json.loads(header["identity"])), identity(trainer)
        unlike = [key for key in here if saved.get(key) != here[key]]
        if not unlike:
            found = _mark(tensors, json.loads(header["counters"]), trainer)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"path: {os.fspath(path)!r} is not a whole saved trainer ({error})") from None
    for key in unlike:
        raise ValueError(f"path: {os.fspath(path)!r} was saved with {key} {saved.get(key)}, but here it is {here[key]}")
    trainer.whole_or_not(lambda: trainer.back(found))


def identity(trainer) -> dict[str, str]:
    """What a saved state belongs to, in words that can be compared."""
    networks = {"G": str(trainer.G), "D": str(trainer.D), "dtype": str(trainer.viewing_noise.dtype)}
    settings = {key: repr(value) for key, value in trainer.settings.items()}
    return {"seeds": str(trainer.seeds), **networks, **settings}


def digest(tensors: dict[str, torch.Tensor], header: dict[str, str]) -> str:
    """A checksum of all that is in a file, which safetensors itself has not."""
    total = hashlib.blake2b(digest_size=16)
    for key in ("counters", "identity"):
        total.update(header.get(key, "").encode())
    for name in sorted(tensors):
        total.update(name.encode() + tensors[name].cpu().numpy().tobytes())
    return total.hexdigest()


def _read(path: str | os.PathLike) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    if not os.path.isfile(path):
        raise ValueError(f"path: there is no file {os.fspath(path)!r}")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            if header.get("format") != FORMAT:
                raise ValueError(f"path: {os.fspath(path)!r} is not a saved trainer of this version")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(f"path: {os.fspath(path)!r} is damaged or no safetensors file ({error})") from None
    if header.get("digest") != digest(tensors, header):
        raise ValueError(f"path: {os.fspath(path)!r} is damaged: its contents are not what was written")
    return tensors, header


def _mark(tensors: dict[str, torch.Tensor], counters: dict, trainer) -> tuple:
    """The tuple that `Trainer.back` takes, all of it checked against the trainer's own."""
    _, d, g, places, _, diverged, diverged_d = trainer.mark()

    def like(name: str, own: torch.Tensor) -> torch.Tensor:
        found = tensors[name]
        if (found.shape, found.dtype) != (own.shape, own.dtype):
            raise ValueError(f"{name} is {tuple(found.shape)}, {found.dtype}, here {tuple(own.shape)}, {own.dtype}")
        return found.to(own.device)

    def side(name: str, own: tuple) -> tuple:
        theta, state, _, buffers = own
        slots = tuple(like(f"{name}_state/{i}", slot) for i, slot in enumerate(state))
        kept = tuple(like(f"{name}_buffer/{i}", buffer) for i, buffer in enumerate(buffers))
        return like(name, theta), slots, whole(f"{name}_updates", counters[f"{name}_updates"], 0), kept

    def place(key: str) -> tuple[int, int]:
        block, position = counters["places"][key]
        if whole(key, position, 0) >= trainer._streams[key].length:
            refuse(key, position, "a place inside a block")
        return whole(key, block, 0), position

    seen = {name[5:]: value for name, value in tensors.items() if name.startswith("seen/")}
    shapes = {"d_loss": (trainer.runs,), "g_loss": (trainer.runs,), "logits": (trainer.runs, 2)}
    for name, value in seen.items():
        if value.shape[:2] != shapes.get(name):
            refuse(f"seen/{name}", tuple(value.shape), f"one of {shapes}")
    marks = (like(name, torch.from_numpy(own)) for name, own in (("diverged", diverged), ("diverged_d", diverged_d)))
    return (
        whole("steps", counters["steps"], 0),
        side("d", d),
        side("g", g),
        {key: place(key) for key in places},
        seen,
        *(mark.numpy().copy() for mark in marks),
    )
