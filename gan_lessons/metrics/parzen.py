"""Log-likelihood by kernel density (a Parzen window), as the first papers on GANs reported it, in any dimension."""

import math

import torch

from gan_lessons._core.refusals import number, refuse

ROWS = 500  # of a table of distances at a time


def log_likelihood(samples: torch.Tensor, points: torch.Tensor, bandwidth: float) -> torch.Tensor:
    """The log of the density that a Gaussian kernel on each sample gives to each point, in nats.

    log mean over i of N(point; sample_i, bandwidth^2 I). samples: (n, d), points: (m, d) -> (m,), doubles.
    bandwidth: in the samples' units, above 0. Raises ValueError for other shapes, for numbers that are not finite, and
    for a bandwidth that is not above 0. Breuleux et al. 2011; on images see Theis et al. 2016, section 3.2."""
    bandwidth = number("bandwidth", bandwidth, low=1e-12)
    d = _checked(samples, points)
    samples, points = samples.double(), points.double()
    constant = math.log(len(samples)) + d / 2 * math.log(2 * math.pi * bandwidth**2)
    found = [
        (torch.cdist(rows, samples).square() / (-2 * bandwidth**2)).logsumexp(-1) - constant
        for rows in points.split(ROWS)
    ]
    return torch.cat(found)


def best_bandwidth(samples: torch.Tensor, points: torch.Tensor, bandwidths) -> float:
    """The bandwidth of a list under which held-out points have the largest mean log-likelihood. Shapes as above.

    Raises ValueError for an empty list, and as `log_likelihood` does."""
    bandwidths = [float(bandwidth) for bandwidth in bandwidths]
    if not bandwidths:
        refuse("bandwidths", bandwidths, "at least one number")
    return max(bandwidths, key=lambda bandwidth: log_likelihood(samples, points, bandwidth).mean().item())


def _checked(samples: torch.Tensor, points: torch.Tensor) -> int:
    """The dimension of both."""
    for name, rows in (("samples", samples), ("points", points)):
        if rows.dim() != 2 or not len(rows) or rows.shape[1] != samples.shape[-1]:
            refuse(name, tuple(rows.shape), f"one point or more, (n, {samples.shape[-1] if samples.dim() else 'd'})")
        if not torch.isfinite(rows).all():
            refuse(name, "points with NaN or infinity", "finite numbers")
    return samples.shape[1]
