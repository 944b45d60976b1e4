"""How good are samples in the plane? The modes that they hold, distances to the data, and what is good or collapsed.

Samples are `(*runs, n, 2)` with n of 2 or more, every metric is `(*runs,)`. A run with a sample that is not finite has
NaN, without a warning, and is neither good nor collapsed. Real samples are `(m, 2)` for all runs, or `(*runs, m, 2)`.
NumPy and SciPy only.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import xlogy

from gan_lessons._core.refusals import number, refuse, row, whole
from gan_lessons.metrics import line as metrics

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

# A sample is of high quality within this many sd of its nearest mode (Lin et al. 2018, section 4.1, and their public
# code). Of real samples 1 - exp(-4.5) = 98.889 % are.
HQ_SD = 3.0
# A run is good with its modes if all are covered, at least this share of its samples is of high quality, and the KL
# divergence of its modes from the data's is at most this. The share lets one sample in ten go astray; real data lose
# one in ninety. For shares that vary by a factor of 1 +- c from mode to mode the divergence is about c^2 / 2, so .1
# allows c = .44, while one mode of eight missed costs log(8 / 7) = .13. The best rows of PacGAN's Table 1 (ring 95.6 %
# and .07, grid 93.6 % and .04) are good. Judge 256 samples or more, for 25 modes better 2,500: of these 256 give a
# perfect run .05 by chance, over .07 in one run of twenty, and in one of a thousand a mode is missed.
GOOD_HQ, GOOD_RKL = 0.9, 0.1
# A mode is held if at least this share of what is due to it, 1 / K of all samples, lies nearest to it; a run that holds
# half of the modes or fewer has collapsed. All samples count, so that a blurred run, which has few or none of high
# quality, is judged as well; and with a quarter as the bound neither a few strays between the modes count as a held one
# (of two modes, 7 samples in 8 at one are collapsed), nor does chance lose one (of 25 real modes with 256 samples, one
# in 500).
HELD = 0.25
# With modes or without, a run is good if GOOD_HQ of its samples lie on the shape, and all of the shape is there. On it
# is what lies within NEAR of one of 10,000 real samples, in units of the data's spread (their sd, a mean over
# directions): of a perfect run's samples over 95 % do; of a Gaussian blob with the right mean and covariance 35 to 44 %
# where the data are a roll, a spiral or moons. That all is there is asked of the sliced W1, in the same units: perfect
# runs of 256 samples score .07, under .13 in 95 % and over .2 in at most 3 of a thousand; without a fifth of a line, a
# roll, a spiral or moons the score is .22 to .36. Where modes are wide it sees those that are too narrow, to which the
# counts of modes are blind; of what these call good on PacGAN's ring and grid it refuses one run of twenty at most.
NEAR, GOOD_SLICED_W1 = 0.1, 0.2
# Directions over which the sliced measures average: every 11.25 degrees of half a turn.
DIRECTIONS = 16
_AT_ONCE = 2**18  # pairs of samples held in memory


@dataclass(frozen=True)
class Modes:
    """Which of K modes each run has, all (*runs,) but shares; see `modes_of`.

    covered: modes with one sample of high quality or more. hq: share of samples of high quality. rkl, fkl: KL
    divergences in nats. held: modes that have HELD of what is due to them. shares: how the samples of high quality
    are spread over the modes, (*runs, K); 0 if there is none. real_off: the share of
    real samples that are of no high quality."""

    covered: np.ndarray
    hq: np.ndarray
    rkl: np.ndarray
    fkl: np.ndarray
    held: np.ndarray
    shares: np.ndarray
    real_off: float = math.exp(-(HQ_SD**2) / 2)

    @property
    def good(self) -> np.ndarray:
        """All modes covered, hq >= GOOD_HQ, rkl <= GOOD_RKL. Blind to modes that are too narrow: ask `is_good` too."""
        return (self.covered == self.shares.shape[-1]) & (self.hq >= GOOD_HQ) & (self.rkl <= GOOD_RKL)

    @property
    def kl_with_off(self) -> np.ndarray:
        """KL(generated || real) over K + 1 bins, in nats: the modes, and "off" for samples of no high quality.

        Of real samples exp(-4.5) = 1.1 % are off. Unlike `rkl` it is large where few samples are near any mode."""
        off = 1 - self.hq
        return xlogy(off, off / self.real_off) + xlogy(self.hq, self.hq / (1 - self.real_off)) + self.hq * self.rkl

    @property
    def collapsed(self) -> np.ndarray:
        """Half of the modes held, or fewer."""
        return self.held <= self.shares.shape[-1] / 2

    @classmethod
    def of_shares(cls, everything: np.ndarray, near: np.ndarray, hq: np.ndarray, finite: np.ndarray, *real_off):
        """From the share of all samples that lies at each mode, and that lies there in high quality, (*runs, K).

        hq, finite: of each run, (*runs,)."""
        K = near.shape[-1]
        shares = near / np.where(hq > 0, hq, 1)[..., None]
        with np.errstate(divide="ignore"):  # a missed mode: log 0
            log = np.log(K * shares)
        rkl = np.where(hq > 0, (shares * np.where(shares > 0, log, 0)).sum(-1), math.log(K))
        held = (everything >= HELD / K).sum(-1)
        values = [(shares > 0).sum(-1), hq, np.maximum(rkl, 0), np.maximum(-log.mean(-1), 0), held]
        values = [np.where(finite, value, np.nan)[()] for value in values]
        return cls(*values, np.where(finite[..., None], shares, np.nan), *real_off)


def modes_of(samples, centres, sd) -> Modes:
    """Modes, quality and divergences of each run, by the definitions of PacGAN.

    Each sample belongs to its nearest centre, and is of high quality if less than HQ_SD sd away. With s_k the share of
    mode k among the samples of high quality alone (as in PacGAN's code) and 1 / K the data's own, exact share:
    rkl = KL(s || 1 / K) = log K + sum s_k log s_k, from 0 to log K; fkl = KL(1 / K || s) = -log K - mean log s_k,
    infinite if a mode is missed. A run with no sample of high quality has rkl log K, the worst, and fkl infinite.
    samples: (*runs, n, 2). centres: (K, 2). sd: a number, or one a run, (*runs,).
    Raises ValueError for wrong shapes, centres that are not finite, or sd not above 0. Lin et al. 2018, section 4.1."""
    samples, centres, sd = _plane("samples", samples), np.asarray(centres, dtype=float), metrics.positive("sd", sd)
    if centres.ndim != 2 or centres.shape[-1] != 2 or not len(centres) or not np.isfinite(centres).all():
        raise ValueError(f"centres must be finite numbers of shape (K, 2), not {centres.shape}: {centres}")
    if sd.shape not in ((), samples.shape[:-2]):
        raise ValueError(f"sd must be a number, or one a run of samples {samples.shape}, not of shape {sd.shape}")
    nearest, distance = nearest_centres(samples, centres)
    near = distance < HQ_SD * sd[..., None]
    all_shares = np.stack([(nearest == k).mean(-1) for k in range(len(centres))], -1)
    shares = np.stack([((nearest == k) & near).mean(-1) for k in range(len(centres))], -1)
    return Modes.of_shares(all_shares, shares, near.mean(-1), np.isfinite(samples).all((-1, -2)))


def nearest_centres(samples: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which centre is nearest to each sample and how far it is: (*runs, n, 2), (K, 2) -> both (*runs, n)."""
    nearest, distance = np.zeros(samples.shape[:-1], int), np.full(samples.shape[:-1], np.inf)
    with np.errstate(over="ignore"):  # samples near 1e308 are infinitely far
        for k, centre in enumerate(centres):
            apart = np.hypot(*np.moveaxis(samples - centre, -1, 0))
            closer = apart < distance
            nearest[closer], distance[closer] = k, apart[closer]
    return nearest, distance


def jsd_histogram(samples, real, window, bins: int = 20) -> np.ndarray:
    """The Jensen-Shannon divergence of two histograms, in nats, from 0 to log 2.

    JSD = (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2. The square [low, high)^2 has bins x bins cells; all that
    is outside of it counts as one cell more, so that nothing is lost. Few samples in many cells read high: publish the
    noise floor. samples: (*runs, n, 2). window: (low, high).
    Raises ValueError for wrong shapes, real that is not finite, a window that does not rise, or bins under 1."""
    samples, bins = _plane("samples", samples), whole("bins", bins)
    low_high = row("window", window)
    if len(low_high) != 2 or not low_high[0] < low_high[1]:
        refuse("window", window, "two numbers that rise")
    p, q = (_histogram(points, *low_high, bins) for points in (samples, _real(real, samples)))
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):  # empty cells
        parts = [np.where(h > 0, h * np.log(h / middle), 0).sum(-1) for h in (p, q)]
    return np.where(np.isfinite(samples).all((-1, -2)), np.clip((parts[0] + parts[1]) / 2, 0, math.log(2)), np.nan)[()]


def _histogram(points: np.ndarray, low: float, high: float, bins: int) -> np.ndarray:
    """The share of points in each cell, (*runs, bins^2 + 1), the last one for those outside."""
    inside = ((points >= low) & (points < high)).all(-1)
    cell = np.where(inside[..., None], points - low, 0) * (bins / (high - low))
    cell = np.minimum(cell.astype(int), bins - 1)
    cell = np.where(inside, cell[..., 0] * bins + cell[..., 1], bins * bins)
    runs, cells = math.prod(cell.shape[:-1]), bins * bins + 1
    count = np.bincount((cell.reshape(runs, -1) + cells * np.arange(runs)[:, None]).ravel(), minlength=runs * cells)
    return count.reshape(*cell.shape[:-1], cells) / cell.shape[-1]


def project(samples, directions: int = DIRECTIONS) -> np.ndarray:
    """Samples seen along evenly spaced directions: (*runs, n, 2) -> (*runs, directions, n).

    Direction i is (cos a, sin a) with a = pi i / directions: half a turn is all there is."""
    angle = math.pi * np.arange(whole("directions", directions)) / directions
    samples = _plane("samples", samples)
    with np.errstate(over="ignore", invalid="ignore"):  # samples that are not finite, or near 1e308
        return np.moveaxis(samples @ np.stack([np.cos(angle), np.sin(angle)]), -1, -2)


def sliced_w1(samples, real, directions: int = DIRECTIONS) -> np.ndarray:
    """The sliced Wasserstein-1 distance, in the data's units: the mean over directions of W1 along each of them.

    Exact along a direction, for any two numbers of samples; samples that are all moved by v score the mean of |v . u|,
    about .64 |v|. samples: (*runs, n, 2). Raises ValueError for wrong shapes, real that is not finite, or directions
    under 1. Bonneel et al. 2015."""
    samples = _plane("samples", samples)
    mine, theirs = project(samples, directions), project(_real(real, samples), directions)
    return sum(metrics.w1(mine[..., i, :], theirs[..., i, :]) for i in range(directions)) / directions


def mmd(samples, real, bandwidth: float) -> np.ndarray:
    """The squared maximum mean discrepancy with the kernel exp(-|x - y|^2 / (2 bandwidth^2)), unbiased.

    MMD^2 = mean k(x, x') - 2 mean k(x, y) + mean k(y, y') over different x, x' and y, y'. Around 0 for real against
    real, so below 0 at times. Memory is bounded, time is n (n + m) a run. samples: (*runs, n, 2). bandwidth: in the
    data's units. Raises ValueError for wrong shapes, real that is not finite, or bandwidth not above 0.
    Gretton et al. 2012, equation 3."""
    samples, bandwidth = _plane("samples", samples), number("bandwidth", bandwidth, low=1e-12)
    real = _real(real, samples)
    runs = np.broadcast_shapes(samples.shape[:-2], real.shape[:-2])
    own = np.broadcast_to(_mean_kernel(real, real, bandwidth, own=True), runs)
    return (own + _mean_kernel(samples, samples, bandwidth, own=True) - 2 * _mean_kernel(samples, real, bandwidth))[()]


def _mean_kernel(a: np.ndarray, b: np.ndarray, bandwidth: float, own: bool = False) -> np.ndarray:
    """The kernel's mean over all pairs, without those of a sample with itself if b is a: (*runs, n, 2) -> (*runs,)."""
    n, m = a.shape[-2], b.shape[-2]
    runs = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (np.broadcast_to(x, (*runs, *x.shape[-2:])).reshape(-1, *x.shape[-2:]) for x in (a, b))
    total, rows = np.zeros(len(a)), max(1, _AT_ONCE // m)
    with np.errstate(over="ignore", invalid="ignore"):  # samples that are not finite, or near 1e308
        for run in range(len(a)):
            for start in range(0, n, rows):
                apart = ((a[run, start : start + rows, None] - b[run]) ** 2).sum(-1)
                total[run] += np.exp(-apart / (2 * bandwidth**2)).sum()
    return ((total - n) / (n * (n - 1)) if own else total / (n * m)).reshape(runs)


@dataclass(frozen=True, eq=False)
class Reference:
    """What must be known of data to judge runs of n samples: see `Reference.of`.

    sds: along each direction, (directions,). quantiles: the mid-points of n equal parts, (directions, n). tree: of all
    real samples. spread: the mean of sds."""

    sds: np.ndarray
    quantiles: np.ndarray
    tree: "cKDTree"

    @classmethod
    def of(cls, real, n: int, directions: int = DIRECTIONS) -> "Reference":
        """From real samples (m, 2), 10,000 or more: made once, used for every judgement of n samples a run."""
        from scipy.spatial import cKDTree  # 11 MB, which nothing on a line needs

        real = _plane("real", real)
        if real.ndim != 2:
            raise ValueError(f"real must be (m, 2), not {real.shape}")
        seen = np.sort(project(_real(real, real), directions), -1)
        ranks = (np.arange(whole("n", n, 2)) + 0.5) / n * len(real)
        return cls(metrics.sd(seen), seen[:, ranks.astype(int)], cKDTree(real))

    @property
    def spread(self) -> float:
        return float(self.sds.mean())


def near_real(samples, reference: Reference) -> np.ndarray:
    """The share of each run's samples that lie within NEAR times the data's spread of a real sample, 0 to 1."""
    samples = _plane("samples", samples)
    finite = np.isfinite(samples).all((-1, -2))
    shown = np.where(finite[..., None, None], samples, 0)
    distance, _ = reference.tree.query(shown, distance_upper_bound=NEAR * reference.spread)
    return np.where(finite, np.isfinite(distance).mean(-1), np.nan)[()]


def is_good(samples, reference: Reference) -> np.ndarray:
    """Whether each run is good, as far as the shape goes: bool (*runs,), False if not finite.

    near_real >= GOOD_HQ, and the sliced W1 to the data at most GOOD_SLICED_W1 times their spread."""
    seen = _seen(samples, reference)
    distance = metrics.w1(seen, reference.quantiles).mean(-1)
    return (near_real(samples, reference) >= GOOD_HQ) & (distance <= GOOD_SLICED_W1 * reference.spread)


def is_narrow(samples, reference: Reference) -> np.ndarray:
    """Whether each run has narrowed: in some direction its sd is less than metrics.NARROW_SD of the data's.

    Only directions count in which the data are at least half as wide as in their widest: the noise across a thin line
    is no width to lose. bool (*runs,), False if not finite."""
    wide = reference.sds >= reference.sds.max() / 2
    return ((metrics.sd(_seen(samples, reference)) < metrics.NARROW_SD * reference.sds) & wide).any(-1)


def _seen(samples, reference: Reference) -> np.ndarray:
    directions, n = reference.quantiles.shape
    seen = project(samples, directions)
    if seen.shape[-1] != n:
        raise ValueError(f"samples must be {n} a run, as the reference was made for, not {seen.shape[-1]}")
    return seen


def _plane(name: str, samples) -> np.ndarray:
    samples = np.asarray(samples, dtype=float)
    if samples.ndim < 2 or samples.shape[-1] != 2 or samples.shape[-2] < 2:
        raise ValueError(f"{name} must be (*runs, n, 2) with n of 2 or more, not {samples.shape}")
    return samples


def _real(real, samples: np.ndarray) -> np.ndarray:
    real = _plane("real", real)
    if not np.isfinite(real).all():
        raise ValueError("real must be finite, but holds NaN or an infinite value")
    if real.shape[:-2] not in ((), samples.shape[:-2]):
        raise ValueError(f"real {real.shape} must be (m, 2) or have the runs of samples {samples.shape}")
    return real
