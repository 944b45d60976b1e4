"""Does G give what it is asked for, and does it vary within a class? And does a code that nobody labelled find classes?

Accuracy alone praises a G that has learned one point a class: read it beside `within`. Samples are `(*runs, n, d)`
with d 1 or 2, labels `(n,)`, the same for all runs. A run with a sample that is not finite has NaN.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions.base import Distribution
from gan_lessons.metrics import line, plane

REAL_SAMPLES = 10_000  # that runs are compared to
LEAST = 2  # samples a class, for a variance


@dataclass(frozen=True, eq=False)
class AskedFor:
    """What a G gives that is asked for classes; see `asked_for`.

    accuracies: the share of each class's samples that lie nearest to its own centre, (*runs, K). withins: each class's
    variance as a share of the real one's, (*runs, K): 0 for a point a class, 1 for real samples. distances: the W1 (in
    the plane sliced) between generated and real samples of each class, in the data's units, (*runs, K). overall: that
    of all samples to all real ones, whatever the labels, (*runs,). accuracy, within, distance: one number a run,
    (*runs,): the mean over classes, of withins the median (a stray sample among the bridges adds much to a variance).
    """

    accuracies: np.ndarray
    withins: np.ndarray
    distances: np.ndarray
    overall: np.ndarray

    @property
    def accuracy(self) -> np.ndarray:
        return self.accuracies.mean(-1)

    @property
    def within(self) -> np.ndarray:
        return np.median(self.withins, -1)

    @property
    def distance(self) -> np.ndarray:
        return self.distances.mean(-1)


def asked_for(samples, labels, data: Distribution) -> AskedFor:
    """How well samples (*runs, n, d) are of the classes labels (n,) that they were asked for.

    data: a labelled distribution with a centre a class (`modes`), such as a ring: class k is the k-th of them. It is
    compared to 10,000 samples of it. Raises ValueError, naming it, for data without classes, samples of another shape,
    labels that are no whole numbers from 0 to K - 1, and a class with fewer than 2 samples."""
    centres, samples = _centres(data), np.asarray(samples, dtype=float)
    if samples.ndim < 2 or samples.shape[-1] != data.dim:
        refuse("samples", samples.shape, f"of shape (*runs, n, {data.dim})")
    labels = checked_labels("labels", labels, len(centres), samples.shape[-2])
    _check_counts("labels", labels, len(centres))
    finite = np.isfinite(samples).all((-1, -2))
    shown, real = np.where(finite[..., None, None], samples, 0.0), _real(data)
    found = nearest(shown, centres)
    each = ((k, shown[..., labels == k, :], part) for k, part in enumerate(real))
    values = [
        ((found[..., labels == k] == k).mean(-1), _variance(mine) / _variance(part), _apart(mine, part))
        for k, mine, part in each
    ]
    by_class = [np.where(finite[..., None], np.stack(value, -1), np.nan) for value in zip(*values, strict=True)]
    return AskedFor(*by_class, np.where(finite, _apart(shown, np.concatenate(real)), np.nan)[()])


def permuted(labels, seed: int = 0) -> np.ndarray:
    """The same labels in another order, (n,): the control. With them accuracy falls to chance, and `overall` stays."""
    labels = np.asarray(labels)
    if labels.ndim != 1:
        refuse("labels", labels.shape, "of shape (n,)")
    return np.random.default_rng(whole("seed", seed, 0)).permutation(labels)


@dataclass(frozen=True, eq=False)
class Matching:
    """error: the share of samples whose code is matched to another class than theirs, (*runs,). match: the class that
    each code is matched to, (*runs, C), -1 for a code that is left over."""

    error: np.ndarray
    match: np.ndarray


def matched(codes, labels, categories: int, classes: int) -> Matching:
    """A code used as a classifier: its error after the best matching of codes to classes, one to one.

    codes: (*runs, n) whole numbers from 0 to categories - 1, such as what D reads in real samples. labels: (n,), or
    (*runs, n), from 0 to classes - 1. Chance is not 1 - 1 / K here: a matching that is chosen afterwards always gains a
    little. Chen et al. 2016, section 7.2. Raises ValueError, naming it, for other numbers and shapes."""
    codes = np.asarray(codes)
    if codes.ndim < 1 or not codes.shape[-1]:
        refuse("codes", codes.shape, "of shape (*runs, n) with n of 1 or more")
    codes = checked_labels("codes", codes, whole("categories", categories), codes.shape[-1], any_runs=True)
    labels = checked_labels("labels", labels, whole("classes", classes), codes.shape[-1], any_runs=True)
    if labels.shape not in (codes.shape, codes.shape[-1:]):
        refuse("labels", labels.shape, f"of shape {codes.shape[-1:]} or {codes.shape}, as codes are")
    flat = codes.reshape(-1, codes.shape[-1])
    labels = np.broadcast_to(labels, codes.shape).reshape(flat.shape)
    found = [_one(*pair, categories, classes) for pair in zip(flat, labels, strict=True)]
    error, match = (np.array(values) for values in zip(*found, strict=True))
    return Matching(error.reshape(codes.shape[:-1])[()], match.reshape(*codes.shape[:-1], categories))


def _one(codes: np.ndarray, labels: np.ndarray, categories: int, classes: int) -> tuple[float, np.ndarray]:
    counts = np.bincount(codes * classes + labels, minlength=categories * classes).reshape(categories, classes)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    match = np.full(categories, -1)
    match[rows] = columns
    return 1 - counts[rows, columns].sum() / len(codes), match


def nearest(samples: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The number of the centre (K, d) that is nearest to each sample: (*runs, n, d) -> (*runs, n)."""
    with np.errstate(over="ignore"):  # samples near 1e308 are infinitely far
        apart = [np.square(samples - centre).sum(-1) for centre in centres]
    return np.argmin(apart, 0)


def checked_labels(name: str, labels, classes: int, n: int, any_runs: bool = False) -> np.ndarray:
    """Labels as whole numbers from 0 to classes - 1, (n,). Raises ValueError with the first that is not."""
    labels = np.asarray(labels)
    if labels.shape[-1:] != (n,) or (labels.ndim != 1 and not any_runs):
        refuse(name, labels.shape, f"one for each of the {n} samples")
    if labels.dtype.kind not in "iuf" or not np.isfinite(labels).all():
        refuse(name, labels, f"whole numbers from 0 to {classes - 1}")
    for bad in labels[(labels != np.floor(labels)) | (labels < 0) | (labels >= classes)].tolist():
        refuse(name, bad, f"whole numbers from 0 to {classes - 1}")
    return labels.astype(int)


def _check_counts(name: str, labels: np.ndarray, classes: int) -> None:
    counts = np.bincount(labels, minlength=classes)
    if counts.min() < LEAST:
        found = f"{counts.min()} of class {counts.argmin()}"
        refuse(name, found, f"{LEAST} or more of each of the {classes} classes")


def _centres(data: Distribution) -> np.ndarray:
    modes = getattr(data, "modes", None)
    if not isinstance(data, Distribution) or data.dim > 2 or modes is None or data.classes != len(modes):
        refuse("data", data, "a labelled distribution on a line or in the plane, with a centre for each class")
    return np.asarray(modes, dtype=float).reshape(len(modes), data.dim)


def _real(data: Distribution) -> list[np.ndarray]:
    """Real samples, class by class."""
    raw = data.draw((REAL_SAMPLES,), generator(0, "real samples of classes"), torch.float64)
    points, labels = data.transform(raw).numpy(), data.labels(raw).numpy()
    return [points[labels == k] for k in range(data.classes)]


def _variance(samples: np.ndarray) -> np.ndarray:
    """Of all coordinates together: (*runs, n, d) -> (*runs,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return samples.var(-2, ddof=1).sum(-1)


def _apart(samples: np.ndarray, real: np.ndarray) -> np.ndarray:
    if samples.shape[-1] == 2:
        return plane.sliced_w1(samples, real)
    return line.w1(samples[..., 0], real[:, 0])
