"""Precision, recall, density and coverage: how two sets of points lie among each other's nearest neighbours.

The field's own package, `prdc` (the oracle in the tests), holds several tables of n x n numbers at once, some two
gigabytes for 10,000 points; here the tables are made in pieces.
"""

from dataclasses import dataclass

import torch

from gan_lessons._core.refusals import refuse, whole

ROWS = 500  # of a table of distances at a time: 40 MB beside 10,000 points, given back at once (smaller ones are kept)


@dataclass(frozen=True)
class Neighbours:
    """precision: share of generated points among real ones; recall: of real points among generated ones; density:
    how many real balls a generated point lies in, over k; coverage: share of real balls with a generated point in them.

    Kynkäänniemi et al. 2019 (precision, recall), Naeem et al. 2020 (density, coverage)."""

    precision: float
    recall: float
    density: float
    coverage: float


def neighbours(real: torch.Tensor, fake: torch.Tensor, k: int = 5) -> Neighbours:
    """real: (n, d), fake: (m, d). A point's ball reaches to its k-th nearest neighbour of its own set.

    Raises ValueError unless both have more than k points of one width, all finite."""
    whole("k", k)
    for name, points in (("real", real), ("fake", fake)):
        if points.dim() != 2 or len(points) <= k or points.shape[1] != real.shape[1]:
            refuse(name, tuple(points.shape), f"more than {k} points, (n, {real.shape[-1]})")
        if not torch.isfinite(points).all():
            refuse(name, "points with NaN or infinity", "finite numbers")
    real, fake = real.double(), fake.double()  # distances by products of vectors: float32 would round near ones away
    real_radii, fake_radii = _radii(real, k), _radii(fake, k)
    inside_real, real_covered = torch.zeros(len(fake)), 0
    real_met = 0
    for rows, radii in zip(real.split(ROWS), real_radii.split(ROWS), strict=True):
        distances = torch.cdist(rows, fake)  # (rows, m)
        within = distances < radii[:, None]
        inside_real += within.sum(0)
        real_covered += int(within.any(1).sum())
        real_met += int((distances < fake_radii).any(1).sum())
    return Neighbours(
        precision=(inside_real > 0).float().mean().item(),
        recall=real_met / len(real),
        density=inside_real.mean().item() / k,
        coverage=real_covered / len(real),
    )


def _radii(points: torch.Tensor, k: int) -> torch.Tensor:
    """Each point's distance to its k-th nearest other, (n,)."""
    # the nearest of all is the point itself
    return torch.cat(
        [torch.cdist(rows, points).topk(k + 1, largest=False).values[:, -1] for rows in points.split(ROWS)]
    )
