"""How many threads torch takes: one for toys, and no more than a hub grants."""

import contextlib
import os
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Keeps torch to one thread: operations this small lose more by waiting for a busy second core than it gives.

    torch keeps the setting for each Python thread apart, so trainings in several of them do not disturb each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
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
