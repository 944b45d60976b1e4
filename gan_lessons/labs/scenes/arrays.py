"""Arrays with names, described once and packed into one message. What is packed here arrays.js unpacks in the page."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

Spec = dict[str, dict]


class Arrays:
    """What is in a frame. `spec`: name -> {dtype, shape}, in the order in which they are packed.

    side: stands before each name, where several scenes share a frame."""

    def __init__(self, side: str = ""):
        self.side, self.spec, self._blank = side, {}, None

    def add(self, name: str, *shape: int, dtype: str = "float32") -> str:
        """Declares an array, again if need be, and returns the name by which layers speak of it."""
        name = self.side + name
        self.spec[name], self._blank = {"dtype": dtype, "shape": list(shape)}, None
        return name

    def pack(self, values: Mapping[str, ArrayLike]) -> bytes:
        """All arrays in one row of bytes; what is not given is NaN, which is not drawn (0 where numbers are whole)."""
        if self._blank is None:
            self._blank = _blank(self.spec), _layout(self.spec)
        blank, layout = self._blank
        row = bytearray(blank)  # a copied array would have stray bytes where it is padded
        into = np.frombuffer(row, layout) if self.spec else {}
        for name, value in values.items():
            into[self.side + name][0] = value
        return bytes(row)


def unpack(spec: Spec, row: bytes) -> dict[str, np.ndarray]:
    """The arrays again, by their names. Raises ValueError if the row is not as long as they are."""
    return {name: values[0] for name, values in stacked(spec, [row]).items()}


def stacked(spec: Spec, rows: Sequence[bytes]) -> dict[str, np.ndarray]:
    """The arrays of several rows by their names, (rows, *shape). Raises ValueError if a row is not as long as they."""
    layout = _layout(spec)
    for row in rows:
        if len(row) != layout.itemsize:
            raise ValueError(f"{len(row)} bytes are not the {layout.itemsize} of {list(spec)}")
    found = np.frombuffer(b"".join(rows), layout) if spec else {}
    return {name: found[name] for name in spec}


def packed(arrays: Mapping[str, np.ndarray]) -> tuple[Spec, bytes]:
    """Arrays as they are: their spec, and all in one row of bytes."""
    known = Arrays()
    for name, values in arrays.items():
        known.add(name, *values.shape, dtype=values.dtype.name)
    return known.spec, known.pack(arrays)


def _layout(spec: Spec) -> np.dtype:
    """Each array begins at a multiple of its numbers' size, as the page's typed arrays must."""
    return np.dtype([(name, one["dtype"], tuple(one["shape"])) for name, one in spec.items()], align=True)


def _blank(spec: Spec) -> bytes:
    blank = np.zeros((), _layout(spec))
    for name in spec:
        if blank[name].dtype.kind == "f":
            blank[name] = np.nan
    return blank.tobytes()
