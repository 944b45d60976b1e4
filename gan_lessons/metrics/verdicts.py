"""Good or collapsed? One judge of every run, for data on a line and in the plane, that all sweeps and labs ask."""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch

from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.base import Distribution
from gan_lessons.metrics import line as metrics
from gan_lessons.metrics import plane as metrics_2d

REAL_SAMPLES = 10_000  # that runs in the plane are compared to


@dataclass(frozen=True)
class Verdict:
    """Which runs are good, and which have collapsed: bool, (*runs,). A run that diverged is neither."""

    good: np.ndarray
    collapsed: np.ndarray

    def __str__(self) -> str:
        return f"of {np.size(self.good)} runs {np.sum(self.good)} good, {np.sum(self.collapsed)} collapsed"


def in_words(dim: int, modes: int = 0) -> tuple[str, str]:
    """What `judge` calls good, and what it calls collapsed, of data with so many dimensions and modes."""
    w1 = f"the sliced W1 to the data is at most {metrics_2d.GOOD_SLICED_W1:g} times their spread"
    narrow = f"its sd in some direction is less than {metrics.NARROW_SD:g} times the data's"
    if dim == 1:
        good = (
            f"A run is good if the W1 from its samples to the data is at most {metrics.GOOD_W1:g} times the data's sd"
        )
        bad = (
            f"It is narrow, which is collapsed on a line, if its sd is less than {metrics.NARROW_SD:g} times the data's"
        )
        return f"{good}.", f"{bad}."
    if not modes:
        good = f"A run is good if at least {metrics_2d.GOOD_HQ:.0%} of its samples lie near real ones, and {w1}."
        return good, f"It has collapsed if {narrow}."
    good = f"A run is good if it covers all {modes} modes evenly (KL at most {metrics_2d.GOOD_RKL:g}), "
    good += f"at least {metrics_2d.GOOD_HQ:.0%} of its samples lie within {metrics_2d.HQ_SD:g} sd of one, and {w1}."
    held = f"at half of the modes or more it has less than {metrics_2d.HELD:.0%} of the samples due there"
    return good, f"It has collapsed if {held}, or {narrow}."


def judge(samples, data: Distribution) -> Verdict:
    """Which runs are good and which have collapsed, by the data's kind. samples: (*runs, n, d), best 256 or more a run.

    On a line: good by `metrics.is_good`, collapsed by `metrics.is_narrow`. In the plane: good by `metrics_2d.is_good`,
    with modes by `Modes.good` as well; collapsed, and then not good, by `metrics_2d.is_narrow`, with modes also by
    `Modes.collapsed`. Where settings of data differ from run to run, each run is judged by its own.
    Raises ValueError if samples do not fit data, or for data that is no distribution on a line or in the plane."""
    samples = np.asarray(samples, dtype=float)
    if not isinstance(data, Distribution) or data.dim > 2 or (data.dim == 1 and not hasattr(data, "quantile")):
        refuse("data", data, "a distribution in the plane, or on a line with a quantile function")
    if samples.ndim < 2 or samples.shape[-1] != data.dim or samples.shape[-2] < data.dim:
        raise ValueError(f"samples must be (*runs, n, {data.dim}) with n of {data.dim} or more, not {samples.shape}")
    if data.runs() not in (None, *samples.shape[:-2][-1:]):
        raise ValueError(f"samples {samples.shape} must have the {data.runs()} runs of data on the axis before n")
    return _on_a_line(samples, data) if data.dim == 1 else _in_the_plane(samples, data)


def _on_a_line(samples: np.ndarray, data: Distribution) -> Verdict:
    return Verdict(metrics.is_good(samples, data.quantile, data.sd), metrics.is_narrow(samples, data.sd))


def _in_the_plane(samples: np.ndarray, data: Distribution) -> Verdict:
    if data.runs() is not None:
        return _each_by_its_own(samples, data)
    reference = _reference(data, samples.shape[-2])
    collapsed, maybe = metrics_2d.is_narrow(samples, reference), np.ones(samples.shape[:-2], bool)
    if hasattr(data, "modes"):
        modes = metrics_2d.modes_of(samples, data.modes, data.mode_sd)
        maybe, collapsed = modes.good, collapsed | modes.collapsed
    good = np.zeros(samples.shape[:-2], bool)
    maybe = np.asarray(maybe & ~collapsed)
    if maybe.any():  # the shape is the dearest to ask for
        good[maybe] = metrics_2d.is_good(samples[maybe], reference)
    return Verdict(good[()], collapsed)


def _each_by_its_own(samples: np.ndarray, data: Distribution) -> Verdict:
    """Runs that share their settings are judged together."""
    verdict = Verdict(*np.zeros((2, *samples.shape[:-2]), bool))
    alike = {}
    for run in range(data.runs()):
        alike.setdefault(data.for_run(run), []).append(run)
    for own, runs in alike.items():
        of_these = _in_the_plane(samples[..., runs, :, :], own)
        for field in fields(Verdict):
            getattr(verdict, field.name)[..., runs] = getattr(of_these, field.name)
    return verdict


@lru_cache(maxsize=64)
def _reference(data: Distribution, n: int) -> metrics_2d.Reference:
    real = data.sample((REAL_SAMPLES,), generator(0, "real samples of a verdict"), torch.float64)
    return metrics_2d.Reference.of(real.numpy(), n)
