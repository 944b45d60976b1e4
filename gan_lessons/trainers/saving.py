"""A trainer's state in one safetensors file: never pickled, checked before anything is touched.

What a file belongs to is its settings as JSON, the seeds, and names and shapes of the networks' parameters.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes

from gan_lessons._core import as_json
from gan_lessons._core.files import replacing
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.models import protocol

FORMAT = "gan_lessons trainer 3"


def save(trainer, path: str | os.PathLike) -> None:
    """See `Trainer.save`."""
    state = trainer.mark()
    tensors = {"diverged": torch.from_numpy(trainer.diverged), "diverged_by": torch.from_numpy(trainer.lost_by)}
    for name, player in state.players.items():
        tensors |= {f"{name}/theta": player.theta, f"{name}/updates": torch.as_tensor(player.updates)}
        tensors |= {f"{name}/state/{i}": slot for i, slot in enumerate(player.state)}
        tensors |= {f"{name}/buffer/{i}": buffer for i, buffer in enumerate(player.buffers)}
    tensors |= {f"seen/{name}": value for name, value in state.seen.items()}
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    counters = {"steps": state.steps, "places": state.places}
    header = {"format": FORMAT, "counters": json.dumps(counters), "identity": json.dumps(identity(trainer))}
    if trainer.recipe is not None:
        header["recipe"] = json.dumps(as_json.written("recipe", replace(trainer.recipe, **trainer.settings)))
    with replacing(path) as file:
        file.write(to_bytes(tensors, header | {"digest": digest(tensors, header)}))


def load(trainer, path: str | os.PathLike) -> None:
    """See `Trainer.load`."""
    tensors, header = read(path)
    here = identity(trainer)
    try:
        saved = dict(json.loads(header["identity"]))
        unlike = [key for key in here if saved.get(key) != here[key]]
        if not unlike:
            found = _state(tensors, json.loads(header["counters"]), trainer)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ValueError(f"path: {os.fspath(path)!r} is not a whole saved trainer ({error})") from None
    for key in unlike:
        words = _differing(saved.get(key), here[key])
        raise ValueError(f"path: {os.fspath(path)!r} was saved with another {key}: {words}")
    trainer.whole_or_not(lambda: trainer.back(found))


def identity(trainer) -> dict[str, object]:
    """What a saved state belongs to, as JSON has it. Raises ValueError for settings that have no name in files."""
    networks = {name: parameters(network) for name, network in trainer.networks.items()}
    told = {name: protocol.ask(network, "told") for name, network in trainer.networks.items()}
    settings = {name: _named(name, value) for name, value in trainer.settings.items()}
    # as JSON gives it back, so that both can be compared
    return json.loads(
        json.dumps(
            {"seeds": trainer.seeds, "networks": networks, "architecture": told, "draws": trainer.draws, **settings}
        )
    )


def parameters(network: torch.nn.Module) -> dict[str, list]:
    """Names, shapes and types of all that a network holds."""
    held = network.state_dict(keep_vars=True)
    return {name: [list(tensor.shape), str(tensor.dtype).removeprefix("torch.")] for name, tensor in held.items()}


def _named(name: str, value: object):
    """A setting as JSON has it; a function of one's own by its home, if that leads back to it."""
    found = as_json.written(name, value, own=True)
    if any(word in json.dumps(found) for word in ("__main__:", "<lambda>", "<locals>")):
        refuse(name, value, "what a file can name: one of gan_lessons, or a function that stands in a module")
    return found


def digest(tensors: Mapping[str, torch.Tensor], header: Mapping[str, str]) -> str:
    """A checksum of all that is in a file, which safetensors itself has not."""
    total = hashlib.blake2b(digest_size=16)
    for key in ("counters", "identity", "recipe"):
        total.update(header.get(key, "").encode())
    for name in sorted(tensors):
        total.update(name.encode() + tensors[name].cpu().numpy().tobytes())
    return total.hexdigest()


def read(path: str | os.PathLike) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors and header of a saved trainer. Raises ValueError for a file that is missing, damaged or foreign."""
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


def _state(tensors: dict[str, torch.Tensor], counters: dict, trainer):
    """The state that `Trainer.back` takes, all of it checked against the trainer's own."""
    own = trainer.mark()

    def like(name: str, mine: torch.Tensor) -> torch.Tensor:
        found = tensors[name]
        if (found.shape, found.dtype) != (mine.shape, mine.dtype):
            raise ValueError(f"{name} is {tuple(found.shape)}, {found.dtype}, here {tuple(mine.shape)}, {mine.dtype}")
        return found.to(mine.device)

    def player(name: str, mine):
        updates = tensors[f"{name}/updates"]
        if updates.shape not in ((), (trainer.runs, 1)) or updates.dtype != torch.long or (updates < 0).any():
            refuse(f"{name}/updates", updates.tolist(), "a whole number of at least 0, or one a run")
        return mine._replace(
            theta=like(f"{name}/theta", mine.theta),
            state=tuple(like(f"{name}/state/{i}", slot) for i, slot in enumerate(mine.state)),
            updates=int(updates) if updates.shape == () else updates.to(trainer.device),
            buffers=tuple(like(f"{name}/buffer/{i}", buffer) for i, buffer in enumerate(mine.buffers)),
        )

    def place(key: str) -> tuple[int, int]:
        places = counters["places"]
        if key.endswith("_changes") and key not in places:  # a file of before there was augmentation
            return 0, 0
        block, position = places[key]
        if whole(key, position, 0) >= trainer.streams[key].length:
            refuse(key, position, "a place inside a block")
        return whole(key, block, 0), position

    seen = {name.removeprefix("seen/"): value for name, value in tensors.items() if name.startswith("seen/")}
    shapes = dict.fromkeys(trainer.players, (trainer.runs,)) | {"logits": (trainer.runs, 2), "asked": (trainer.runs,)}
    for name, value in seen.items():
        if value.shape[:2] != shapes.get(name):
            refuse(f"seen/{name}", tuple(value.shape), f"one of {shapes}")
    lost = (
        like(name, torch.from_numpy(mine)) for name, mine in zip(("diverged", "diverged_by"), own[-2:], strict=True)
    )
    return own._replace(
        steps=whole("steps", counters["steps"], 0),
        players={name: player(name, mine) for name, mine in own.players.items()},
        places={key: place(key) for key in own.places},
        seen={name: value.to(trainer.device) for name, value in seen.items()},
        sums=(),
        **dict(zip(("diverged", "diverged_by"), (array.numpy().copy() for array in lost), strict=True)),
    )


def _differing(saved: object, here: object) -> str:
    """In a short sentence, how two values of JSON differ."""
    if isinstance(saved, dict) and isinstance(here, dict):
        for key in sorted({*saved, *here}):
            if saved.get(key) != here.get(key):
                return f"{key} is {_short(saved.get(key))} there and {_short(here.get(key))} here"
    return f"{_short(saved)} there and {_short(here)} here"


def _short(value: object) -> str:
    words = json.dumps(value)
    return words if len(words) <= 120 else f"{words[:80]} ... {words[-30:]}"
