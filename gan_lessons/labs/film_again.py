"""The film of a run that was not shown while it trained: all is trained again, where that does not take long."""

import time
from collections.abc import Sequence

from gan_lessons.labs.session import rest, until

SECONDS, SURE = 3.0, 0.3  # that it may take, and after which one can tell


def film_again(lab, steps: Sequence[int]) -> None:
    """Fills the lab's film at these steps, or leaves it empty where that would take too long. Afterwards all trainings
    are as they were, bit for bit. Hold the lab's lock."""
    sides = [(side, side.mark(), list(side.log.moves)) for side in lab.sides]
    try:
        frames = _frames(lab, sides, steps)
    finally:
        for side, mark, _ in sides:
            side.back(mark)
    lab.film.put(frames)


def _frames(lab, sides: list[tuple], steps: Sequence[int]) -> list:
    begun, frames = time.perf_counter(), []
    for side, _, _ in sides:
        side.begin_again()
    for step in steps:
        for side, _, moves in sides:
            side.redo(rest(tuple(side.log.moves), until(moves, step)))
        header, still, values = lab.looked(paid=False)
        frames.append((header, (values, still)))
        spent = time.perf_counter() - begun
        if spent > SURE and spent * len(steps) > SECONDS * len(frames):
            return []
    return frames
