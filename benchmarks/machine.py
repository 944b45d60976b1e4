"""The machine that results are measured on: its name, for those that are kept, and how it takes tiny numbers."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch


@contextmanager
def without_tiny_numbers() -> Iterator[None]:
    """The processor takes numbers below its fast path (denormals) for 0 in here, as units of relu that are off for long
    leave them in Adam's state."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def processor() -> str:
    """The processor's model name."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
