"""A folder of 500 photographs of 12 megapixels made ready: against decoding each whole, and the second time.

The photographs are JPEG files of 4,032 x 3,024 pixels of made-up, rough pictures, in a temporary folder. The baseline
of `folder_first` is what a learner would write: open, turn, cut and scale one after the other (20 files, for it takes
long). Both are in time of the processors, whatever else the machine does meanwhile; `folder_first_cpu` sets that of all
against 120 seconds, a minute of two cores; `folder_again_2` the second time against 2 seconds, and `folder_memory` the
peak of the process against 1,024 MiB.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageOps

from benchmarks.measure import Row, less_is_better

N, BASELINE, KINDS = 500, 20, 5  # photographs; of them decoded whole; different ones
SIZE = 4032, 3024
PROCESSORS, AGAIN, MEMORY = 120.0, 2.0, 1024.0  # seconds, seconds, MiB
CODE = """import resource, sys, time
from gan_lessons.distributions.folder import Folder
start = time.perf_counter()
images = Folder(sys.argv[1]).images()
assert len(images) == int(sys.argv[2])
print(time.perf_counter() - start, time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"""


def rows(repeats: int | None = None) -> Iterator[Row]:
    """All rows. repeats: of each time, instead of 1."""
    n = repeats or 1
    with tempfile.TemporaryDirectory() as place:
        photographs(Path(place, "photographs"))
        found = [once(Path(place), i) for i in range(n)]
    first, processors, again, memory, whole = (median(column) for column in zip(*found, strict=True))
    yield _row("folder_first", processors / N * 1000, "ms a picture", whole * 1000, n)
    yield _row("folder_first_cpu", processors, "s", PROCESSORS, n)
    yield _row("folder_again", again, "s", first, n)
    yield _row("folder_again_2", again, "s", AGAIN, n)
    yield _row("folder_memory", memory, "MiB", MEMORY, n)


def photographs(place: Path) -> None:
    """Writes the files: a few different ones, under many names."""
    place.mkdir()
    for kind in range(KINDS):
        rough = np.random.default_rng(kind).integers(0, 256, (SIZE[1] // 12, SIZE[0] // 12, 3), np.uint8)
        image = Image.fromarray(rough).resize(SIZE, Image.Resampling.BICUBIC)
        image.save(place / f"{kind}.jpg", quality=90)
    for i in range(KINDS, N):
        (place / f"{i}.jpg").write_bytes((place / f"{i % KINDS}.jpg").read_bytes())


def once(place: Path, i: int) -> tuple[float, ...]:
    """Seconds the first time, of the processors, and the second time, the peak in MiB, and the seconds a picture of a
    learner's own loop."""
    environment = os.environ | {"XDG_CACHE_HOME": str(place / f"cache {i}")}
    first, processors, memory = _process(place / "photographs", environment)
    again, *_ = _process(place / "photographs", environment)
    return first, processors, again, memory, _timed(lambda: _whole(place / "photographs")) / min(BASELINE, N)


def _process(place: Path, environment: dict[str, str]) -> tuple[float, ...]:
    """Seconds, the processors' seconds and MiB of a process of its own."""
    command = [sys.executable, "-c", CODE, str(place), str(N)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return tuple(map(float, done.stdout.split()))


def _whole(place: Path) -> None:
    for path in sorted(place.iterdir())[:BASELINE]:
        with Image.open(path) as image:
            ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (32, 32), Image.Resampling.LANCZOS)


def _timed(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def _row(name: str, value: float, unit: str, baseline: float, n: int) -> Row:
    return Row(name, round(value, 4), unit, round(baseline, 4), round(less_is_better(value, baseline), 3), n)
