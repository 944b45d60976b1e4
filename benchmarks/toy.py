"""Toys on a line: training, watching, memory and import, against plain PyTorch and Matplotlib.

Both sides of a row run in this process, one after the other, with one thread each: on a machine that does other work
too, torch's threads wait for each other, and the textbook's many small operations wait more often (measured on two busy
cores: textbook 12,000 microseconds a step instead of 1,700, and a ratio of 15 instead of 3, which would flatter us).
Memory and import are measured in fresh processes.

A step is one update of D and one of G. Trainings are measured over multiples of 64 steps, from a multiple on: the
package draws its random numbers and looks for diverged runs at most 64 steps at a time, so each measurement pays its
whole share of that.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks import scenes, textbook
from benchmarks.measure import Row, compare, timed
from gan_lessons.recipes import toys as recipes
from gan_lessons.trainers.schedules import InTurn

BLOCK = 64
THREADS = 1
REPEATS, PROCESSES = 7, 3  # by default; each measurement of the rows of PROCESSES starts one
ROOT = Path(__file__).parents[1]


def rows(repeats: int | None = None) -> Iterator[Row]:
    """All rows, each as soon as it is measured. repeats: measurements of each side, by default each row's own."""
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        against_a_textbook = one_run, runs_100, runs_1000, whole_batch_critic_100
        for row in (*against_a_textbook, worse_only_100, committees_100, watching, scene_frame):
            yield row(repeats or REPEATS)
    finally:
        torch.set_num_threads(threads)
    for row in (memory, import_ms):
        yield row(repeats or PROCESSES)


def one_run(repeats: int) -> Row:
    """Microseconds a step of one trainer with one run, against the textbook loop."""
    return _together("one_run", recipes.aylien_head, textbook.Aylien, 1, 4 * BLOCK, repeats)


def runs_100(repeats: int) -> Row:
    """Microseconds a step of 100 runs at once. baseline: 100 times the textbook's, from a few runs in turn."""
    return _together("runs_100", recipes.aylien_head, textbook.Aylien, 100, 2 * BLOCK, repeats)


def runs_1000(repeats: int) -> Row:
    """Microseconds a step of 1,000 runs at once. baseline: 1,000 times the textbook's, from a few runs in turn."""
    return _together("runs_1000", recipes.aylien_head, textbook.Aylien, 1000, BLOCK, repeats)


def whole_batch_critic_100(repeats: int) -> Row:
    """Microseconds for one update of each network in 100 of Dev Nag's runs at once (four moments, batches of 500).

    baseline: 100 times the textbook's, measured on a few runs in turn."""
    recipe = replace(recipes.dev_nag_moments, schedule=InTurn(1, 1))
    return _together("whole_batch_critic_100", recipe, textbook.DevNag, 100, BLOCK, repeats)


def worse_only_100(repeats: int) -> Row:
    """Microseconds a step of 100 runs in which only the worse network learns. baseline: the same GANs in turn."""
    return _beside("worse_only_100", recipes.wide_ring.put(moves="only the worse"), recipes.wide_ring, repeats)


def committees_100(repeats: int) -> Row:
    """Microseconds a step of 100 runs with three Ds and three Gs each. baseline: the same GANs with one of each."""
    return _beside("committees_100", recipes.wide_ring.put(d_members=3, g_members=3), recipes.wide_ring, repeats)


def _beside(name: str, ours: recipes.Recipe, plain: recipes.Recipe, repeats: int, steps: int = 20) -> Row:
    """Two recipes of 100 runs each, side by side."""
    pair = [recipe.trainer(range(100)) for recipe in (ours, plain)]
    for trainer in pair:
        trainer.advance(2)
    return compare(name, "us/step", *(timed(lambda t=t: t.advance(steps), 1e6 / steps) for t in pair), repeats)


def watching(repeats: int) -> Row:
    """Microseconds a step of 100 runs while 30 frames a second are taken. baseline: a twin that nobody watches.

    So ratio is the speed watched over the speed alone."""
    alone, steps = scenes.trainer(), 8 * BLOCK
    advance = scenes.watch(scenes.lab())
    watched = timed(lambda: advance(steps), 1e6 / steps)
    return compare("watching", "us/step", watched, timed(lambda: alone.advance(steps), 1e6 / steps), repeats)


def scene_frame(repeats: int) -> Row:
    """Milliseconds of kernel time for one frame of 100 runs, from the trainer to bytes ready to send.

    baseline: Matplotlib's full draw of the same scene on its Agg canvas, from the same trainer."""
    trainer, lab, frames = scenes.trainer(), scenes.lab(), 10
    trainer.advance(BLOCK), lab.advance(BLOCK)
    draw = scenes.matplotlib_draw(trainer)
    ours = timed(lambda: [scenes.frame(lab) for _ in range(frames)], 1e3 / frames)
    return compare("scene_frame", "ms", ours, timed(lambda: [draw() for _ in range(frames)], 1e3 / frames), repeats)


def memory(repeats: int) -> Row:
    """Peak resident memory, in MiB, of a fresh process that trains one run for 300 steps; baseline: the textbook's."""
    ours = "from gan_lessons.recipes import toys as recipes; recipes.aylien_head.trainer(seeds=range(1)).advance(300)"
    baseline = "from benchmarks.textbook import Aylien; Aylien().train(300)"
    return compare("memory", "MiB", lambda: peak_memory(ours), lambda: peak_memory(baseline), repeats)


def import_ms(repeats: int) -> Row:
    """Milliseconds of `import gan_lessons` in a fresh interpreter, whose own start does not count.

    baseline: `import torch` alone in as fresh a one, the price that the package puts off until it is needed."""
    return compare("import_ms", "ms", lambda: import_time("gan_lessons"), lambda: import_time("torch"), repeats)


def _together(name: str, recipe: recipes.Recipe, plain: Callable, runs: int, steps: int, repeats: int) -> Row:
    """One step of all runs at once against as many textbook runs one by one, of which up to 4 are trained."""
    trainer, twins = recipe.trainer(seeds=range(runs)), [plain(seed) for seed in range(min(runs, 4))]
    each = 4 * BLOCK // len(twins)
    ours = timed(lambda: trainer.advance(steps), 1e6 / steps)
    baseline = timed(lambda: [twin.train(each) for twin in twins], 1e6 / (4 * BLOCK) * runs)
    return compare(name, "us/step", ours, baseline, repeats)


# VmHWM belongs to the process alone. On Linux getrusage gives a child its parent's peak if that is higher, and the
# parent here holds torch and Matplotlib; elsewhere getrusage is what there is (macOS counts in bytes).
_PEAK = """
import pathlib, resource, sys
status = pathlib.Path("/proc/self/status")
if status.exists():
    peak = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
print(peak / 1024)
"""


def peak_memory(code: str) -> float:
    """MiB: the peak resident memory of a fresh interpreter that runs this code."""
    return _fresh(code + "\n" + _PEAK)


def import_time(module: str) -> float:
    """Milliseconds: `import module` in a fresh interpreter."""
    return _fresh(f"from time import perf_counter as now; start = now(); import {module}; print(1e3 * (now() - start))")


def _fresh(code: str) -> float:
    """The number that this code prints in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout)
