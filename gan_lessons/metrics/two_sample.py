"""Two-sample tests: are two sets of points from the same distribution? Each gives a statistic and its p-value."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from scipy.special import bdtrc

from gan_lessons._core.refusals import number, refuse, whole


@dataclass(frozen=True)
class TwoSampleResult:
    """statistic: of the test, larger the more the sets differ. p: how often two sets from one distribution would give
    this or more; below .05 a test says that they differ."""

    statistic: float
    p: float

    @property
    def differ(self) -> bool:
        """Whether p is below .05."""
        return self.p < 0.05


def nearest_neighbour_test(
    a: torch.Tensor, b: torch.Tensor, permutations: int = 200, rng: torch.Generator | None = None
) -> TwoSampleResult:
    """How often a point's nearest other point is of its own set: one half, where the sets cannot be told apart.

    The p-value is over permutations of the names of the sets. a, b: (n, d), as many points each. Raises ValueError for
    sets of different sizes, of fewer than 10 points, of other shapes, or not finite. Schilling 1986; Lopez-Paz & Oquab
    2017."""
    both, names = _both(a, b)
    distances = torch.cdist(both, both)
    nearest = distances.fill_diagonal_(torch.inf).argmin(-1)

    def statistic(names):
        return (names == names[..., nearest]).double().mean(-1)

    return _permuted(statistic, names, permutations, rng)


def mmd_test(
    a: torch.Tensor,
    b: torch.Tensor,
    bandwidth: float | None = None,
    permutations: int = 200,
    rng: torch.Generator | None = None,
) -> TwoSampleResult:
    """The squared maximum mean discrepancy with a Gaussian kernel, unbiased, and its p-value by permutation.

    bandwidth: of the kernel exp(-|x - y|^2 / (2 bandwidth^2)); by default the median distance of all pairs. a, b: as in
    `nearest_neighbour_test`, refused likewise; and a bandwidth that is not above 0. Gretton et al. 2012."""
    both, names = _both(a, b)
    distances = torch.cdist(both, both)
    apart = distances[distances > 0]
    if bandwidth is None:
        bandwidth = apart.median() if len(apart) else 1.0  # all points are one: any bandwidth says so
    bandwidth = number("bandwidth", float(bandwidth), low=1e-12)
    kernel = (distances.square() / (-2 * bandwidth**2)).exp().fill_diagonal_(0)
    n = len(a)

    def statistic(names):
        ours, theirs = names.double(), 1 - names.double()
        within = sum(((side @ kernel) * side).sum(-1) for side in (ours, theirs)) / (n * (n - 1))
        return within - 2 * ((ours @ kernel) * theirs).sum(-1) / n**2

    return _permuted(statistic, names, permutations, rng)


def classifier_test(a: torch.Tensor, b: torch.Tensor, rng: torch.Generator | None = None) -> TwoSampleResult:
    """How often a small network, trained on half of the points to tell the sets apart, is right on the other half.

    It has one hidden layer of 20 and takes 200 steps of Adam. The p-value is that of guessing, by the binomial. a, b:
    as in `nearest_neighbour_test`, refused likewise. Lopez-Paz & Oquab 2017."""
    both, names = _both(a, b)
    order = torch.randperm(len(both), generator=rng)
    train, test = order.chunk(2)
    mean, sd = both[train].mean(0), both[train].std(0)
    both, wanted = (both - mean) / torch.where(sd > 0, sd, 1), names.double()
    weights = _trained(both[train], wanted[train], rng)
    right = int(((_logits(both[test], *weights) > 0) == names[test]).sum())
    return TwoSampleResult(right / len(test), float(bdtrc(right - 1, len(test), 0.5)))


def _trained(x: torch.Tensor, wanted: torch.Tensor, rng, hidden: int = 20, steps: int = 200) -> list[torch.Tensor]:
    shapes = ((x.shape[1], hidden), (hidden,), (hidden,), (1,))
    weights = [torch.randn(shape, generator=rng, dtype=x.dtype) / shape[0] ** 0.5 for shape in shapes]
    weights = [weight.requires_grad_() for weight in weights]
    optimizer = torch.optim.Adam(weights, 0.01, weight_decay=1e-3)
    with torch.enable_grad():
        for _ in range(steps):
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(_logits(x, *weights), wanted).backward()
            optimizer.step()
    return [weight.detach() for weight in weights]


def _logits(x, inner, bias, outer, level):
    return torch.relu(x @ inner + bias) @ outer + level


def _permuted(statistic, names: torch.Tensor, permutations: int, rng) -> TwoSampleResult:
    """statistic: of names (..., n) -> (...,)."""
    found = statistic(names).item()
    mixed = torch.rand(whole("permutations", permutations), len(names), generator=rng).argsort(-1)
    as_large = int((statistic(names[mixed]) >= found - 1e-12).sum())
    return TwoSampleResult(found, (1 + as_large) / (1 + permutations))


def _both(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """All points, (2n, d), in doubles, and whether each is one of a's."""
    for name, points in (("a", a), ("b", b)):
        if points.dim() != 2 or len(points) < 10 or points.shape != a.shape:
            refuse(name, tuple(points.shape), "at least 10 points, (n, d), as many in both sets")
        if not torch.isfinite(points).all():
            refuse(name, "points with NaN or infinity", "finite numbers")
    return torch.cat([a, b]).double(), torch.arange(2 * len(a)) < len(a)
