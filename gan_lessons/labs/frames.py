"""The frames that a lab keeps, for pages that come later and for looking back."""

import math

KEEP = 250  # as in clock.js

Frame = tuple[dict, tuple[bytes, bytes]]  # a header, and the arrays that move and those that stand still


class Frames:
    """At most about 250 frames of a training, and `limit` bytes: when it is full, every other one goes and the stride
    doubles."""

    def __init__(self, limit: float = math.inf):
        self.frames: list[Frame] = []
        self.limit, self._stride, self._count, self._indices = limit, 1, 0, []

    def add(self, header: dict, arrays: tuple[bytes, bytes]) -> None:
        """Keeps a frame; one of the same step takes the place of the one before."""
        if self.frames and self.frames[-1][0]["step"] == header["step"]:
            self.frames[-1] = (header, arrays)
            return
        if self.frames and self._indices[-1] % self._stride:
            del self.frames[-1], self._indices[-1]  # it was only there as the newest
        self.frames.append((header, arrays))
        self._indices.append(self._count)
        self._count += 1
        if len(self.frames) > min(KEEP, self.limit // max(1, sum(map(len, arrays)))):
            self._stride *= 2
            kept = [i for i, n in enumerate(self._indices) if n % self._stride == 0 or i == len(self._indices) - 1]
            self.frames = [self.frames[i] for i in kept]
            self._indices = [self._indices[i] for i in kept]

    def cut(self, step: int) -> None:
        """Forgets what came after a step."""
        n = sum(header["step"] <= step for header, _ in self.frames)
        del self.frames[n:], self._indices[n:]
        self._count = self._indices[-1] + 1 if self._indices else 0

    def put(self, frames: list[Frame]) -> None:
        """Takes other frames in the place of its own."""
        self.frames, self._indices, self._count = list(frames), list(range(len(frames))), len(frames)
        self._stride = 1
