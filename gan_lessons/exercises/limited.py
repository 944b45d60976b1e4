"""Calls that are stopped when they take too long."""

from __future__ import annotations

import contextlib
import ctypes
import io
import threading
import time
from collections.abc import Callable


class TooLong(Exception):
    """It was stopped."""


class _Stopped(BaseException):
    """Raised inside of the thread that is to end."""


class Nowhere(io.TextIOBase):
    """What is printed here is gone, and takes no memory."""

    def write(self, text: str) -> int:
        return len(text)


def limited(call: Callable[[], object], seconds: float, tick: Callable[[], None] = lambda: None) -> object:
    """What `call()` returns; what it prints is left out. Raises TooLong after so many seconds, and what `call` raises,
    of any kind. tick: called here some times a second.

    It runs in a thread of its own, so that an answer that never ends cannot hold the kernel. An endless loop is ended.
    A thread that waits inside of C is left to itself, for nothing can end it."""
    found: list[tuple[str, object]] = []
    telling = threading.Lock()

    def work() -> None:
        with contextlib.suppress(_Stopped):  # it may come when the call has ended
            try:
                outcome = "value", call()
            except BaseException as error:
                outcome = "error", error
            with telling:
                found.append(outcome)

    thread = threading.Thread(target=work, daemon=True)
    with contextlib.redirect_stdout(Nowhere()):
        thread.start()
        try:
            _wait(thread, seconds, tick)
        finally:
            if thread.is_alive():
                _end(thread, found, telling)
    if not found or isinstance(found[0][1], _Stopped):
        raise TooLong
    what, value = found[0]
    if what == "error":
        raise value
    return value


def _wait(thread: threading.Thread, seconds: float, tick: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while thread.is_alive() and (left := until - time.monotonic()) > 0:
        thread.join(min(0.1, left))
        tick()


def _end(thread: threading.Thread, found: list, telling: threading.Lock) -> None:
    """Asks it to end, three times at most: an answer may catch what is raised in it. One that has told what it found
    ends by itself, and is not asked."""
    for _ in range(3):
        with telling:
            if found:
                return
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Stopped))
        thread.join(0.2)
        if not thread.is_alive():
            return
