"""Students at once on a real JupyterHub on this machine: time to the first picture, frames a second, memory, failures.

They all sign in together, open notebook 01 and run all of it. When the last is done, all play its first lab for a
minute. `--students 8` says how many. Kept in `workshop/jupyterhub/load_test.jsonl`.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import psutil

from benchmarks.hub_server import Hub, jupyterhub, missing
from benchmarks.hub_student import Student
from benchmarks.machine import processor
from benchmarks.measure import Line

STUDENTS, SECONDS = 8, 60
NOTEBOOK = "01_gaussian_toy.ipynb"


@dataclass(frozen=True)
class One(Line):
    """One student. server_s, picture_s, ran_s: seconds from signing in until their server runs, until the lab's first
    picture, and until all cells have run. frames_per_second: over the whole play. longest_gap_s: between two frames.
    memory_mb: of their server and kernel while all play; a page that several processes use is divided among them.
    failure: why they could not go on, or ""."""

    student: str
    server_s: float | None
    picture_s: float | None
    ran_s: float | None
    frames_per_second: float
    longest_gap_s: float | None
    memory_mb: int
    failure: str


@dataclass(frozen=True)
class All(Line):
    """All of them: the worst picture_s, the least and the median frames_per_second, the most memory_mb; hub_mb: of the
    hub and its proxy. used_cores: processors that hub, servers and kernels used during the play. busy_cores: with the
    students themselves and all other work of the machine."""

    students: int
    failures: int
    picture_s: float | None
    least_frames_per_second: float
    median_frames_per_second: float
    memory_mb: int
    hub_mb: int
    play_s: float
    used_cores: float
    busy_cores: float
    cores: int
    processor: str


def rows(repeats: int | None = None, students: int | None = None, seconds: float = SECONDS) -> Iterator[One | All]:
    """A row for each student, and one for all. repeats: not used, for one run has many students. Raises SystemExit,
    saying what to do, if there is no JupyterHub."""
    if lacks := missing():
        raise SystemExit(f"The load test cannot run: {lacks}.")
    names = [f"student{number}" for number in range(1, (students or STUDENTS) + 1)]
    with jupyterhub(names) as hub:
        yield from measured(hub, [Student(hub, name) for name in names], seconds)


def measured(hub: Hub, students: list[Student], seconds: float, notebook: str = NOTEBOOK) -> Iterator[One | All]:
    """All students come, and those who could, play together."""
    with ThreadPoolExecutor(len(students)) as room:
        list(room.map(lambda student: _tried(student, student.come, notebook), students))
        there = [student for student in students if not student.failure]
        before, used = _busy(), hub.seconds()
        playing = [room.submit(_tried, student, student.play, seconds) for student in there]
        time.sleep(seconds / 2)
        memory = hub.memory()
        for one in playing:
            one.result()
        busy, used = _busy() - before, hub.seconds() - used
        for student in students:
            student.leave()
    found = [_one(student, memory.get(student.name, 0.0), seconds) for student in students]
    yield from found
    frames = [one.frames_per_second for one in found]
    pictures = [one.picture_s for one in found if one.picture_s is not None]
    yield All(
        students=len(found),
        failures=sum(bool(one.failure) for one in found),
        picture_s=max(pictures, default=None),
        least_frames_per_second=min(frames),
        median_frames_per_second=round(median(frames), 1),
        memory_mb=max(one.memory_mb for one in found),
        hub_mb=round(memory.get("", 0.0)),
        play_s=seconds,
        used_cores=round(used / seconds, 2),
        busy_cores=round(busy / seconds, 2),
        cores=os.cpu_count(),
        processor=processor(),
    )


def _tried(student: Student, action, *about) -> None:
    try:
        action(*about)
    except Exception as error:  # whatever it is, the others go on, and the report says it
        student.failure = student.failure or f"{type(error).__name__}: {error}"[:300]


def _one(student: Student, memory: float, seconds: float) -> One:
    gaps = [after - before for before, after in pairwise(student.drawn)]
    times = (None if value is None else round(value, 1) for value in (student.server, student.picture, student.ran))
    rate = round(len(student.drawn) / seconds, 1)
    return One(student.name, *times, rate, round(max(gaps), 2) if gaps else None, round(memory), student.failure)


def _busy() -> float:
    """Seconds for which processors of this machine were busy, of all of them together."""
    times = psutil.cpu_times()
    return times.user + times.system + times.nice
