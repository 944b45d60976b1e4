"""How many threads torch takes: one for toys, for large networks as many as pay, and no more than a hub grants."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator

import torch

SHARE = 0.04  # of the time of large steps, for trying whether the other number of threads is the faster one
TRY = 3.0  # steps' time that is saved before the first try
PAYS = 0.9  # of the time with one thread, at most, that all of them take where they are taken


def one_thread() -> contextlib.AbstractContextManager:
    """Keeps torch to one thread: operations this small lose more by waiting for a busy second core than it gives.

    torch keeps the setting for each Python thread apart, so trainings in several of them do not disturb each other."""
    return threads(1)


class Paying:
    """Finds out while large networks train whether one thread pays or all do: on a busy machine all wait for the one
    that gets no core, and a step may take ten times as long.

    It begins with one. Now and then a step is done both ways; such tries take `SHARE` of the time, so that training
    follows what else the machine does and is hardly slower than with one thread. If a bit of the two differs, one
    thread it is from then on: results are always those of one."""

    def __init__(self):
        self.all, self.same = False, True  # whether all pay, as far as is known; whether they give the same bits
        self._took, self._saved = {}, 0.0  # whether all -> seconds of its last step; seconds that a try may take

    def best(self) -> contextlib.AbstractContextManager:
        """`with paying.best()`: as many threads as pay."""
        return contextlib.nullcontext() if self.all else one_thread()

    def step(self, do: Callable[[], Callable], undo: Callable[[], object]) -> None:
        """One step, and where it is time for it a try. do: makes the step and gives a function that tells where it led.
        undo: takes it back."""
        seconds, led = self._timed(do)
        self._saved += SHARE * seconds
        if not self.same or torch.get_num_threads() == 1 or self._saved < self._took.get(not self.all, TRY * seconds):
            return
        found = led()
        undo()
        self.all = not self.all
        _, other = self._timed(do)
        self.same, before = found == other(), not self.all
        self.all = self.same and self._took[True] < PAYS * self._took[False]
        self._saved = self._saved - self._took[not before] if self.all is before else 0.0
        if not self.same:
            undo(), self._timed(do)

    def _timed(self, do: Callable[[], Callable]) -> tuple[float, Callable]:
        start = time.perf_counter()
        with self.best():
            found = do()
        self._took[self.all] = time.perf_counter() - start
        return self._took[self.all], found


@contextlib.contextmanager
def threads(n: int) -> Iterator[None]:
    """Keeps torch to so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def limit_threads() -> None:
    """Keeps torch to the processors that a hub grants (CPU_LIMIT, set by JupyterHub and Binder)."""
    try:
        granted = max(1, int(float(os.environ.get("CPU_LIMIT", ""))))
    except (ValueError, OverflowError):
        return
    if torch.get_num_threads() > granted:
        torch.set_num_threads(granted)
