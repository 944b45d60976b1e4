"""Networks' weights in safetensors files: those that ship with the course, and a learner's own.

A file holds one network's parameters and buffers, and is read into none that has others. (What torch prints of a
network does not tell: it changes from version to version.) What ships lies in files/networks/.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes
from torch import nn

from gan_lessons._core import checksums
from gan_lessons._core.files import replacing
from gan_lessons._core.refusals import refuse

FORMAT = "gan_lessons network 1"
FOLDER = "networks"


def save(network: nn.Module, path: str | os.PathLike) -> Path:
    """Writes a network's weights. An interrupt or a full disk leaves the old file as it was.

    Raises ValueError if the name does not end in .safetensors."""
    path = Path(path)
    if path.suffix != ".safetensors":
        refuse("path", str(path), "a name that ends in .safetensors")
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    with replacing(path) as file:
        file.write(to_bytes(tensors, {"format": FORMAT, "digest": _digest(tensors)}))
    return path


def load(network: nn.Module, path: str | os.PathLike) -> nn.Module:
    """Reads what `save` wrote into a network, and returns it.

    Raises ValueError, and leaves the network as it was, for a file that is missing, damaged, foreign or of another
    network."""
    if not os.path.isfile(path):
        raise ValueError(f"path: there is no file {os.fspath(path)!r}")
    return _read(network, Path(path).read_bytes(), f"path: {os.fspath(path)!r}")


def file(name: str, part: str) -> str:
    """The name of a shipped file below the data folder."""
    return f"{FOLDER}/{name}{'_' if part else ''}{part}.safetensors"


def shipped(network: nn.Module, name: str, part: str = "") -> nn.Module:
    """Reads a file that ships into a network, and returns it in `eval()`. Raises ValueError, naming it, if damaged."""
    where = file(name, part)
    return _read(network, checksums.read(where), f"the data file {str(checksums.DATA / where)!r}").eval()


def _read(network: nn.Module, content: bytes, name: str) -> nn.Module:
    header = _header(content, name)
    if header.get("format") != FORMAT:
        raise ValueError(f"{name} holds no network of this course")
    try:
        tensors = from_bytes(content)
    except SafetensorError as error:
        raise ValueError(f"{name} is damaged ({error})") from None
    held, own = _kinds(tensors), _kinds(network.state_dict())
    if held != own:
        key = min(part for part, _ in held.items() ^ own.items())
        where = f"{key} is {held.get(key, 'missing')}, here it is {own.get(key, 'missing')}"
        raise ValueError(f"{name} holds another network, or is damaged: {where}")
    if header.get("digest") != _digest(tensors):
        raise ValueError(f"{name} is damaged: its contents are not what was written")
    network.load_state_dict(tensors)
    return network


def _header(content: bytes, name: str) -> dict:
    """What stands beside the tensors: a length in 8 bytes, then JSON."""
    try:
        size = int.from_bytes(content[:8], "little")
        return dict(json.loads(content[8 : 8 + size])["__metadata__"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(f"{name} is damaged or no safetensors file") from None


def _kinds(tensors: Mapping[str, torch.Tensor]) -> dict[str, str]:
    """Each tensor's type and shape, in words."""
    return {name: f"{tensor.dtype} {tuple(tensor.shape)}" for name, tensor in tensors.items()}


def _digest(tensors: dict[str, torch.Tensor]) -> str:
    total = hashlib.blake2b(digest_size=16)
    for name in sorted(tensors):
        total.update(name.encode() + tensors[name].flatten().view(torch.uint8).numpy().tobytes())
    return total.hexdigest()
