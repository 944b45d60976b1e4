"""Films of trainings that nobody watches: of another run of what was trained, and of how a lab's training goes on.

Afterwards all trainings are as they were, bit for bit."""

import contextlib
import time
from collections.abc import Iterator, Sequence

from gan_lessons.labs.frames import Frame
from gan_lessons.labs.session import rest, until

SECONDS, SURE = 3.0, 0.3  # that it may take, and after which one can tell
FRAMES, STEPS = 200, 3_000  # of a film that goes on: frames, and steps of a toy
LARGE_FRAMES, LARGE_STEPS, LEARNED_STEPS = 40, 400, 100  # of images; with weights that ship fewer steps
MEASURED = 10  # frames from one score to the next


def film_again(lab, steps: Sequence[int]) -> None:
    """Fills the lab's film at these steps, or leaves it empty where that would take too long. Hold the lab's lock."""
    moves = [list(side.log.moves) for side in lab.sides]
    with _aside(lab):
        frames = _frames(lab, moves, steps)
    lab.film.put(frames)


def film_on(lab) -> list[Frame]:
    """What the lab has kept, and what comes as it trains on for as long as `steps_on` says."""
    large, kept = lab.recipe.large, list(lab.film.frames)
    steps, frames = steps_on(lab), LARGE_FRAMES if large else FRAMES
    every = -(-steps // frames)
    with _aside(lab):
        for i in range(1, steps // every + 1):
            _train(lab, every)
            if large and i % MEASURED == 0:
                lab.sides[0].measure()
            kept.append(_frame(lab))
    return kept


@contextlib.contextmanager
def trained_on(lab) -> Iterator[None]:
    """Within it the lab has trained as long as its film shows."""
    with _aside(lab):
        _train(lab, steps_on(lab))
        yield


def steps_on(lab) -> int:
    """To the end of the recipe, or some thousands for a toy and some hundreds for images."""
    large = LARGE_STEPS if lab.start_from is None else LEARNED_STEPS
    return min(lab.recipe.steps, large if lab.recipe.large else STEPS)


@contextlib.contextmanager
def _aside(lab) -> Iterator[None]:
    with lab.lock, lab.kind.threads(), contextlib.ExitStack() as stack:
        for side in lab.sides:
            stack.enter_context(side.aside())
            side.finish()
        yield


def _train(lab, steps: int) -> None:
    for side in lab.sides:
        side.redo([("advance", steps, None)])


def _frames(lab, moves: list[list], steps: Sequence[int]) -> list[Frame]:
    begun, frames = time.perf_counter(), []
    for side in lab.sides:
        side.begin_again()
    for step in steps:
        for side, whole in zip(lab.sides, moves, strict=True):
            side.redo(rest(tuple(side.log.moves), until(whole, step)))
        frames.append(_frame(lab))
        spent = time.perf_counter() - begun
        if spent > SURE and spent * len(steps) > SECONDS * len(frames):
            return []
    return frames


def _frame(lab) -> Frame:
    header, still, values = lab.looked(paid=False)
    return header, (values, still)
