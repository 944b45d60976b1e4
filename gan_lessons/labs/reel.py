"""Frames that a page moves through without a kernel, along one axis or several, in few bytes. reel.js reads them."""

from collections.abc import Mapping

import numpy as np

from gan_lessons.labs.scenes.arrays import packed

NOT_A_NUMBER = 65535  # the code of what is not drawn
_HALF = float(np.finfo(np.float16).max)


class Reel:
    """Arrays of frames along axes, each a letter: the same for all frames, or one for each place on some of the axes.

    sizes: how many places there are on each axis. `packed` gives what JSON can hold, and the bytes."""

    def __init__(self, **sizes: int):
        self.sizes, self._arrays, self._how = sizes, {}, {}

    def add(self, name: str, axes: str, values, span: tuple[float, float] | None = None) -> None:
        """values: one axis for each letter of `axes`, then the array's own. span: clips to (low, high) and keeps 16
        bits of each number; without it they stay as they are, in float32."""
        values = np.asarray(values, np.float32)
        self._how[name] = {"axes": axes}
        if span is not None:
            low, high = span
            with np.errstate(invalid="ignore"):
                codes = np.rint((np.clip(values, low, high) - low) / (high - low) * (NOT_A_NUMBER - 1))
            values = np.where(np.isfinite(values), codes, NOT_A_NUMBER).astype(np.uint16)
            self._how[name]["span"] = [low, high]
        self._arrays[name] = values

    def add_near(self, name: str, axis: str, values: np.ndarray) -> None:
        """values: (frames, *shape), of any size: a usual value of each number in float32, and then of each frame how
        far they are from it in float16, whose error is 1 / 2048 of that distance at most.

        So what stands still is exact, and one frame that runs off costs the others nothing: what is more than 65,504
        away is put there. What is not finite is NaN. Bytes, such as those of pictures, stay as they are."""
        if values.dtype == np.uint8:
            self._arrays[name], self._how[name] = values, {"axes": axis}
            return
        values = np.where(np.isfinite(values), values, np.nan)
        ordered, count = np.sort(values, 0), np.isfinite(values).sum(0)  # NaN last
        usual = np.take_along_axis(ordered, np.maximum(count - 1, 0)[None] // 2, 0)[0]
        usual = np.where(count > 0, usual, 0).astype(np.float32)
        self.add(usual_name := f"usual {name}", "", usual)
        self._arrays[name] = np.clip(values.astype(float) - usual, -_HALF, _HALF).astype(np.float16)
        self._how[name] = {"axes": axis, "from": usual_name}

    def packed(self) -> tuple[Mapping, bytes]:
        """{sizes, arrays}: name -> {dtype, shape, axes} with span or from, as the numbers are kept; and their bytes."""
        spec, row = packed(self._arrays)
        return {"sizes": self.sizes, "arrays": {name: one | self._how[name] for name, one in spec.items()}}, row
