"""The room that a hub gives one learner, one processor and 1 GB of memory, kept by Linux: control groups or systemd.

`ulimit -v` is no way to do it: it counts the addresses that a program may use one day, and PyTorch asks for many times
what it fills.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
# what a learner's kernel is told: CPU_LIMIT by JupyterHub, the others by the configurations in workshop/jupyterhub
TOLD = {"CPU_LIMIT": "1.0", "OMP_NUM_THREADS": "1"}
TOLD |= {"MALLOC_MMAP_THRESHOLD_": "4194304", "MALLOC_TRIM_THRESHOLD_": "8388608"}
PERIOD = 100_000  # microseconds in which a group may take its share of the processors


@contextlib.contextmanager
def room(name: str, cpus: float, memory: int) -> Iterator[list[str]]:
    """What goes before a command, so that it and its children get so many processors and bytes, and no more.

    Raises RuntimeError where Linux does not let us: neither as root with control groups (version 1), nor by systemd."""
    if os.access(GROUPS / "memory" / "cgroup.procs", os.W_OK) and (GROUPS / "cpu" / "cgroup.procs").exists():
        with _groups(name, cpus, memory) as groups:
            enter = "; ".join(f"echo $$ > {group}/cgroup.procs" for group in groups)
            yield ["sh", "-c", f'{enter}; exec "$@"', "sh"]
    elif _works([*_scope(cpus, memory), "true"]):
        yield _scope(cpus, memory)
    else:
        raise RuntimeError("memory and processors cannot be limited here: this needs root, or a session of systemd")


@contextlib.contextmanager
def _groups(name: str, cpus: float, memory: int) -> Iterator[list[Path]]:
    limits = {"memory": {"memory.limit_in_bytes": memory}, "cpu": {"cpu.cfs_quota_us": round(cpus * PERIOD)}}
    limits["cpu"] = {"cpu.cfs_period_us": PERIOD} | limits["cpu"]
    groups = []
    try:
        for kind, values in limits.items():
            group = _own(kind) / f"{name}-{os.getpid()}"
            group.mkdir()
            groups.append(group)
            for file, value in values.items():
                (group / file).write_text(str(value))
        yield groups
    finally:
        for group in groups:
            group.rmdir()  # the command has ended


def _own(kind: str) -> Path:
    """The control group that this process is in."""
    lines = [line.split(":") for line in Path("/proc/self/cgroup").read_text().splitlines()]
    place = next(place for _, kinds, place in lines if kind in kinds.split(","))
    found = GROUPS / kind / place.lstrip("/")
    return found if found.is_dir() else GROUPS / kind


def _works(command: list[str]) -> bool:
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True).returncode == 0


def _scope(cpus: float, memory: int) -> list[str]:
    who = [] if os.geteuid() == 0 else ["--user"]
    limits = ["-p", f"MemoryMax={memory}", "-p", "MemorySwapMax=0", "-p", f"CPUQuota={round(100 * cpus)}%"]
    return ["systemd-run", *who, "--scope", "--quiet", "--collect", *limits]
