"""Training the parts of a sweep one after the other here, or wherever an Executor likes, with nothing lost."""

import pickle
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait

from gan_lessons._core.refusals import refuse
from gan_lessons.sweeps.batching import Part, train
from gan_lessons.trainers.records import History

ATTEMPTS = 2  # how often an executor gets a part before it is trained in this process


def here(parts: Sequence[Part], seen: Callable[[int], object]) -> Iterator[tuple[Part, History]]:
    """Trains parts in this process, one after the other. seen: called with the number of new snapshots."""
    for part in parts:
        yield part, train(part, lambda: seen(1))


def attempt(part: Part, number: int) -> History | Exception:
    """`train` for another process. An error of the training itself is given back and not raised, so that whatever an
    executor raises is the executor's own trouble. number: tells attempts apart (dask remembers what it was asked)."""
    try:
        return train(part)
    except Exception as error:
        return error


def spread(parts: Sequence[Part], executor: Executor, seen: Callable[[int], object]) -> Iterator[tuple[Part, History]]:
    """Trains parts on an executor, and gives each as it is done. seen: called with the number of new snapshots.

    A part whose worker died is reported by a warning and tried again, at the end in this process. When the caller
    stops, parts that have not begun are called off. Raises ValueError for what its processes cannot
    find."""
    _check_found(parts, executor)
    waiting: dict[Future, tuple[Part, int]] = {}
    left = []  # for this process
    try:
        for part in parts:
            _give(executor, part, 1, waiting, left)
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                part, number = waiting.pop(future)
                try:
                    result = future.result()
                except (Exception, CancelledError) as error:
                    _report(part, error)
                    _give(executor, part, number + 1, waiting, left)
                    continue
                if isinstance(result, Exception):
                    raise result
                seen(part.snapshots)
                yield part, result
        yield from here(left, seen)
    finally:
        for future in waiting:
            future.cancel()


def _give(executor: Executor, part: Part, number: int, waiting: dict, left: list) -> None:
    """Submits a part, or keeps it for this process: after too many attempts, or if the executor takes nothing more."""
    if number > ATTEMPTS:
        left.append(part)
        return
    try:
        waiting[executor.submit(attempt, part, number)] = (part, number)
    except Exception as error:  # a pool that is broken or shut down
        if number == 1:
            _report(part, error)
        left.append(part)


def _check_found(parts: Sequence[Part], executor: Executor) -> None:
    """Raises ValueError for a function that a pool's processes cannot have: of a notebook's cell, or without a name."""
    if not isinstance(executor, ProcessPoolExecutor):
        return
    afresh = executor._mp_context.get_start_method() != "fork"  # noqa: SLF001  # there is no public word for it
    try:
        hidden = b"__main__" in pickle.dumps(parts[0]) and afresh and not hasattr(sys.modules["__main__"], "__file__")
    except (AttributeError, TypeError, pickle.PicklingError):  # a lambda, say
        hidden = True
    if hidden:
        words = "functions that stand in a module: a pool's processes cannot see this notebook's cells (dask's can)"
        refuse("probes and settings", "made here", words)


def _report(part: Part, error: BaseException) -> None:
    said = f"{part} was lost by its worker ({type(error).__name__}: {error}), and is trained again"
    warnings.warn(said, RuntimeWarning, stacklevel=2)
