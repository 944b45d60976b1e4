"""A trainer's state in one safetensors file: never pickled, checked before anything is touched."""

import json
import os

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes

from gan_lessons.records import replacing

FORMAT = "gan_lessons trainer 1"


def save(trainer, path: str | os.PathLike) -> None:
    """See `Trainer.save`."""
    steps, (d, d_state, d_updates), (g, g_state, g_updates), places, seen, diverged, diverged_d = trainer.mark()
    tensors = {"d": d, "g": g, "diverged": torch.from_numpy(diverged), "diverged_d": torch.from_numpy(diverged_d)}
    tensors |= {f"d_state/{i}": slot for i, slot in enumerate(d_state)}
    tensors |= {f"g_state/{i}": slot for i, slot in enumerate(g_state)}
    tensors |= {f"seen/{name}": value for name, value in seen.items()}
    counters = {"steps": steps, "d_updates": d_updates, "g_updates": g_updates, "places": places}
    header = {"format": FORMAT, "counters": json.dumps(counters), "identity": json.dumps(identity(trainer))}
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    with replacing(path) as file:
        file.write(to_bytes(tensors, header))


def load(trainer, path: str | os.PathLike) -> None:
    """See `Trainer.load`."""
    tensors, header = _read(path)
    saved, here = json.loads(header["identity"]), identity(trainer)
    for key, value in here.items():
        if saved.get(key) != value:
            raise ValueError(f"path: {os.fspath(path)!r} was saved with {key} {saved.get(key)}, but here it is {value}")
    mark = trainer.mark()
    try:
        trainer.back(_mark(tensors, json.loads(header["counters"]), mark))
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        trainer.back(mark)
        raise ValueError(f"path: {os.fspath(path)!r} is not a whole saved trainer ({error})") from None


def identity(trainer) -> dict[str, str]:
    """What a saved state belongs to, in words that can be compared."""
    networks = {"G": str(trainer.G), "D": str(trainer.D), "dtype": str(trainer.viewing_noise.dtype)}
    settings = {key: getattr(value, "name", None) or repr(value) for key, value in trainer.settings.items()}
    return {"seeds": str(trainer.seeds), **networks, **settings}


def _read(path: str | os.PathLike) -> tuple[dict, dict]:
    if not os.path.isfile(path):
        raise ValueError(f"path: there is no file {os.fspath(path)!r}")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            if header.get("format") != FORMAT:
                raise ValueError(f"path: {os.fspath(path)!r} is not a saved trainer of this version")
            return {name: file.get_tensor(name) for name in file.keys()}, header  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(f"path: {os.fspath(path)!r} is damaged or no safetensors file ({error})") from None


def _mark(tensors: dict, counters: dict, like: tuple) -> tuple:
    """The tuple that `Trainer.back` takes, its shapes checked against the trainer's own."""

    def side(name: str, own: tuple) -> tuple:
        theta, state, _ = own
        found = (tensors[name], tuple(tensors[f"{name}_state/{i}"] for i in range(len(state))))
        for a, b in ((found[0], theta), *zip(found[1], state, strict=True)):
            if a.shape != b.shape or a.dtype != b.dtype:
                raise ValueError(f"{name} has shape {tuple(a.shape)}, here it is {tuple(b.shape)}")
        return *found, counters[f"{name}_updates"]

    places = {key: tuple(counters["places"][key]) for key in like[3]}
    seen = {name[5:]: value for name, value in tensors.items() if name.startswith("seen/")}
    diverged = np.array(tensors["diverged"]), np.array(tensors["diverged_d"])
    return counters["steps"], side("d", like[1]), side("g", like[2]), places, seen, *diverged
